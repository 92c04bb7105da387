//! Importing a whole request: everything is added or covered, in one
//! transaction, or nothing is.

use super::service::Service;
use crate::engine::{Choices, Refusal};
use crate::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Loaded, Receipt, Reporter, Review,
};

/// How often an import is compared again because another program changed the
/// same objects between the comparison and the lock.
const ATTEMPTS: usize = 10;

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

/// Compares, passes the comparison to `look`, and applies all of it.
///
/// # Errors
///
/// Whatever `look` refuses, and what comparing and applying fail with.
pub(crate) async fn import<R>(
    service: &Service,
    loaded: &Loaded,
    options: &ApplyOptions,
    cancel: &Cancel,
    look: impl Fn(&Review, &Choices) -> Result<(), R>,
) -> Result<Imported, Halted<R>> {
    let mut attempt = 1;
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
            Err(failure) if failure.kind == FailureKind::Stale && attempt < ATTEMPTS => {
                attempt += 1;
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
