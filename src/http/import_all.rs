//! Importing a whole request: everything is added or covered, in one
//! transaction, or nothing is.

use std::time::{Duration, Instant};

use super::audit::Recorded;
use super::service::Service;
use crate::engine::{Choices, Refusal};
use crate::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Loaded, Receipt, Reporter, Review,
};

/// How long an import is tried again that others were in the way of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Another program changed the same objects between the comparison and the
    /// lock: it is compared again.
    pub(crate) stale: Duration,
    /// Another program holds the target's lock, for longer than one attempt
    /// waits for it.
    pub(crate) locked: Duration,
}

impl Patience {
    /// Says whether a failure is no verdict on the import, and not the last word
    /// this long after its beginning.
    fn allows(self, kind: FailureKind, elapsed: Duration) -> bool {
        match kind {
            FailureKind::Stale => elapsed < self.stale,
            FailureKind::Locked => elapsed < self.locked,
            _ => false,
        }
    }
}

/// The longest pause before an import is tried again. Its length is random, so
/// that two do not keep outrunning each other.
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// An import that was done.
pub(crate) struct Imported {
    pub(crate) review: Review,
    /// None if there was nothing to write.
    pub(crate) receipt: Option<Receipt>,
}

/// An import that wrote nothing.
pub(crate) enum Halted<R> {
    /// The callback refused the comparison, for this reason.
    Refused(R),
    /// It failed; with the comparison, if there is one.
    Failed(Failure, Option<Box<Review>>),
}

/// Compares, passes the comparison to `look`, and applies all of it, once it is
/// recorded who asked for that.
///
/// # Errors
///
/// Whatever `look` refuses, and what comparing and applying fail with.
pub(crate) async fn import<R>(
    service: &Service,
    _recorded: Recorded,
    loaded: &Loaded,
    (options, patience): (&ApplyOptions, Patience),
    cancel: &Cancel,
    look: impl Fn(&Review, &Choices) -> Result<(), R>,
) -> Result<Imported, Halted<R>> {
    let begun = Instant::now();
    loop {
        let review = compare(service, loaded, cancel)
            .await
            .map_err(|failure| Halted::Failed(failure, None))?;
        let choices = Choices::everything(&review.plan);
        look(&review, &choices).map_err(Halted::Refused)?;
        let approved = match review.plan.approve(&choices) {
            Ok(approved) => approved,
            // What is missing was ignored.
            Err(Refusal::NothingToWrite { .. } | Refusal::MissingUnconfirmed(_)) => {
                return Ok(Imported {
                    review,
                    receipt: None,
                });
            }
        };
        let (target, silent) = (&service.target, Reporter::silent());
        match job::apply(&review, approved, target, options, &silent, cancel).await {
            Ok(receipt) => {
                return Ok(Imported {
                    review,
                    receipt: Some(receipt),
                });
            }
            Err(failure) if patience.allows(failure.kind, begun.elapsed()) => {
                tracing::info!(%failure, "an import is compared again");
                tokio::time::sleep(MAX_PAUSE.mul_f64(fastrand::f64())).await;
            }
            Err(failure) => return Err(Halted::Failed(failure, Some(Box::new(review)))),
        }
    }
}

/// Compares. Nothing is written, so it may be dropped at any point.
///
/// # Errors
///
/// Fails as planning does, or if it is cancelled.
pub(crate) async fn compare(
    service: &Service,
    loaded: &Loaded,
    cancel: &Cancel,
) -> Result<Review, Failure> {
    let silent = Reporter::silent();
    tokio::select! {
        biased;
        () = cancel.asked() => Err(Failure::cancelled(cancel)),
        review = job::plan(loaded, &service.target, service.timeouts, &silent) => review,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_others_in_the_way_are_no_verdict_and_only_for_a_while() {
        let patience = Patience {
            stale: Duration::from_secs(10),
            locked: Duration::ZERO,
        };
        let second = Duration::from_secs(1);
        assert!(patience.allows(FailureKind::Stale, second));
        assert!(!patience.allows(FailureKind::Stale, second * 10));
        assert!(!patience.allows(FailureKind::Locked, Duration::ZERO));
        assert!(!patience.allows(FailureKind::Blocked, second));
        assert!(!patience.allows(FailureKind::Refused, second));
    }
}
