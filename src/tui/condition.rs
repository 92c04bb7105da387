//! What conditions of actions share.

use super::action::Availability;
use super::app::App;
use super::screen::review::Review;

/// Refuses with a reason.
pub(crate) fn unavailable(why: &str) -> Availability {
    Err(why.to_owned())
}

/// Refuses with a reason unless it can be done.
pub(crate) fn require(can: bool, why: &str) -> Availability {
    if can { Ok(()) } else { unavailable(why) }
}

/// Refuses unless there is a review.
pub(crate) fn with_review(app: &App, check: impl Fn(&Review) -> Availability) -> Availability {
    app.review
        .as_ref()
        .map_or_else(|| unavailable("nothing has been compared yet"), check)
}

/// Refuses while a job runs.
pub(crate) fn idle(app: &App) -> Availability {
    app.job
        .as_ref()
        .map_or(Ok(()), |job| unavailable(job.work.doing()))
}

/// Nothing is written while something runs, nor at all if a profile forbids it.
pub(crate) fn can_write(app: &App) -> Availability {
    match app.location().and_then(|place| place.read_only) {
        Some(mark) => Err(format!("the target is read-only: {mark}")),
        None => idle(app),
    }
}
