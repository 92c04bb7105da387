//! Jobs: starting, comparing, stopping, and waiting for their end.

use super::failure::fail;
use super::model::{Job, JobKind, PhaseRun};
use crate::job::{Failure, Progress};
use crate::tui::condition::{idle, require};
use crate::tui::screen::dialog::Dialog;
use crate::tui::screen::review::Review;
use crate::tui::subject::Reviewed;
use crate::tui::{Act, Action, App, Availability, Context, Effect, EffectId, Run};

/// Registers a new job; returns its id.
pub(crate) fn begin(app: &mut App, work: JobKind) -> EffectId {
    let id = app.next_id();
    app.job = Some(Job {
        id,
        work,
        since: None,
        phases: Vec::new(),
        cancel_requests: 0,
    });
    id
}

/// Reads file and target.
pub(crate) fn compare(app: &mut App) -> Vec<Effect> {
    if app.job.is_some() {
        return Vec::new();
    }
    app.failure = None;
    if app.shows_matrix() {
        return vec![Effect::CompareAll(begin(app, JobKind::CompareAll))];
    }
    vec![Effect::Compare(begin(app, JobKind::Compare))]
}

pub(crate) const AGAIN: Action = Action {
    act: Act::Again,
    name: "compare-again",
    sentence: "Compare file and target again; choices that still apply are kept",
    contexts: &[
        Context::Loading,
        Context::Review,
        Context::Dialog,
        Context::Matrix,
    ],
    keys: &["R"],
    footer: Some("compare again"),
    condition: can_compare_again,
    run: Run::Effects(again),
};

fn can_compare_again(app: &App) -> Availability {
    let here = app.dialog();
    require(app.scopes.is_none(), "not here")?;
    require(
        matches!(here, None | Some(Dialog::Stale | Dialog::Failure)),
        "not here",
    )?;
    require(
        app.review.is_some() || app.failure.is_some() || app.shows_matrix(),
        "file and target are being compared",
    )?;
    idle(app)
}

/// Compares again; an earlier failure is cleared.
pub(crate) fn again(app: &mut App) -> Vec<Effect> {
    app.modals.clear();
    compare(app)
}

/// Handles the progress of the job.
pub(crate) fn progress(app: &mut App, id: EffectId, progress: Progress) {
    let Some(job) = app.job.as_mut().filter(|job| job.id == id) else {
        return;
    };
    match job
        .phases
        .iter_mut()
        .find(|known| known.progress.phase == progress.phase)
    {
        Some(known) => known.progress = progress,
        None => job.phases.push(PhaseRun {
            progress,
            since: None,
        }),
    }
}

/// Ends the job that is answered; returns whether it was awaited.
pub(crate) fn end(app: &mut App, id: EffectId) -> bool {
    let ended = app.job.take_if(|job| job.id == id);
    ended.is_some()
}

/// Handles a plan.
pub(crate) fn compared(
    app: &mut App,
    id: EffectId,
    outcome: Result<Reviewed, Failure>,
) -> Vec<Effect> {
    if !end(app, id) {
        return Vec::new();
    }
    match (outcome, app.review.take()) {
        (Ok(subject), None) => {
            app.file.clone_from(&subject.file);
            app.review = Some(Review::new(subject));
        }
        (Ok(subject), Some(old)) => {
            let lists_target_items = old.lists_target_items();
            let next = old.again(subject);
            let kept = next.has_choices();
            app.review = Some(next);
            app.say(if kept {
                "compared again; choices that still apply were kept"
            } else {
                "compared again"
            });
            if lists_target_items {
                return vec![Effect::OnlyInTarget(begin(app, JobKind::OnlyInTarget))];
            }
        }
        (Err(failure), None) => app.failure = Some(failure),
        (Err(failure), Some(old)) => {
            app.review = Some(old);
            fail(app, &failure);
        }
    }
    Vec::new()
}

/// Quits, if that was deferred until the job had ended.
pub(crate) fn leave(app: &mut App) -> Vec<Effect> {
    app.leaving
        .take()
        .map(|exit| vec![Effect::Quit(exit)])
        .unwrap_or_default()
}

/// Asks the job that writes to stop, unless it is too late.
pub(crate) fn stop(app: &mut App, why: &'static str) -> Vec<Effect> {
    let Some(job) = &mut app.job else {
        return Vec::new();
    };
    if job.is_committing() && !job.is_waiting_for_commit() && app.leaving.is_none() {
        app.refuse("committing: it can no longer be cancelled");
        return Vec::new();
    }
    job.cancel_requests += 1;
    let first = job.cancel_requests == 1;
    let is_committing = job.is_committing();
    app.say(if is_committing {
        "waiting one more second for the outcome"
    } else {
        "rolling back, please wait"
    });
    if first {
        vec![Effect::Cancel(why)]
    } else {
        Vec::new()
    }
}
