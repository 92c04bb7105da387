//! No record, no write: what a request writes is recorded in the ledger before
//! it is written.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::metrics::Metrics;
use super::problem::Problem;
use super::tracking::Note;
use crate::job::requests::{Answered, Asked, RequestLog};
use crate::job::task::TaskRecord;

/// The record of a request. A request extension.
#[derive(Clone)]
pub(super) struct Audit {
    pub(super) log: RequestLog,
    pub(super) metrics: Arc<Metrics>,
    pub(super) asked: Asked,
    /// What is recorded, as far as it is known before the answer.
    pub(super) request: Answered,
    pub(super) note: Note,
}

/// Shows that the ledger says who asked for what is going to be written.
#[derive(Debug)]
pub(super) struct Recorded(());

impl Recorded {
    /// Of a task, which the ledger has.
    pub(super) const fn by_task(_: &TaskRecord) -> Self {
        Self(())
    }
}

impl Audit {
    /// Records the request and its caller, before anything is written.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be written; nothing may be written then.
    pub(super) async fn record(&self) -> Result<Recorded, Problem> {
        let request = Answered {
            caller: self.note.noted().caller,
            ..self.request.clone()
        };
        if self.log.record(self.asked, request).await {
            return Ok(Recorded(()));
        }
        self.metrics.unrecorded.inc();
        Err(Problem::busy(
            "The request cannot be recorded in the ledger; nothing was written",
        ))
    }
}

impl<S: Sync> FromRequestParts<S> for Audit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let audit = parts.extensions.get::<Self>().cloned();
        audit.ok_or_else(|| {
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the request has no record",
            )
        })
    }
}
