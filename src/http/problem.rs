//! Error responses as data; each API has a format of its own for them.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::engine::display::safe;
use crate::job::{Failure, FailureKind};

/// How long a client that finds the server busy is asked to wait, in seconds.
const BUSY: u16 = 5;

/// Why a request failed. Contains no secret.
///
/// As a response it has no body yet: the gate formats it for the requested API
/// (a dialect), wherever it came from.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// The status of the answer.
    pub(super) status: StatusCode,
    /// What is wrong, for people.
    pub(super) text: String,
    /// Additional details, for APIs that have a field for them.
    pub(super) meta: Value,
    /// After how many seconds to try again.
    pub(super) retry_after: Option<u16>,
}

impl Problem {
    /// Returns a problem.
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            meta: Value::Null,
            retry_after: None,
        }
    }

    /// Adds details.
    #[must_use]
    pub(super) fn with(mut self, meta: Value) -> Self {
        self.meta = meta;
        self
    }

    /// Returns the problem of a server that is at capacity.
    pub(super) fn busy(text: impl Into<String>) -> Self {
        Self {
            retry_after: Some(BUSY),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
        }
    }

    /// Returns the problem of an internal error, with details in the log.
    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal error; see the server's log",
        )
    }

    /// Returns the problem of a request that one of axum's extractors rejected.
    /// Its message may quote the request, and is left out.
    pub(super) fn malformed(text: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Failure> for Problem {
    /// Turns a job's failure into an answer. Details about the database go to
    /// the log only.
    fn from(failure: Failure) -> Self {
        let text = safe(&failure.to_string()).into_owned();
        match failure.kind {
            FailureKind::Parse | FailureKind::Format | FailureKind::File | FailureKind::Usage => {
                Self::new(StatusCode::BAD_REQUEST, text)
            }
            FailureKind::Blocked | FailureKind::Stale => Self::new(StatusCode::CONFLICT, text),
            FailureKind::Refused => Self::new(StatusCode::UNPROCESSABLE_ENTITY, text),
            FailureKind::Cancelled => {
                Self::busy("The server is shutting down; nothing was written")
            }
            FailureKind::Locked => {
                Self::busy("Another job is using the target; nothing was written")
            }
            FailureKind::Unreachable => {
                tracing::error!(%text, "the target cannot be reached");
                Self::busy(match failure.unknown_job {
                    Some(job) => format!(
                        "The database cannot be reached; the outcome of job {job} is unknown: see gatediff history {job}"
                    ),
                    None => "The database cannot be reached; nothing was written".to_owned(),
                })
            }
            FailureKind::Denied | FailureKind::Schema | FailureKind::Internal => {
                tracing::error!(%text, "a request failed");
                Self::internal()
            }
        }
    }
}
