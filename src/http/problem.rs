//! What is answered instead of what was asked for: decided here once, told in
//! the words of each API.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::tracking::Tracking;
use super::{sp_config, tyk};
use crate::engine::display::safe;
use crate::job::{Failure, FailureKind};

/// How long a client that finds the server busy is asked to wait, in seconds.
const BUSY: u16 = 5;

/// Something that keeps a request from its answer. Holds no secret.
///
/// As a response it has no body yet: the gate puts it into the words of the
/// API that was asked ([`Dialect`]), wherever it came from.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// The status of the answer.
    pub(super) status: StatusCode,
    /// What is wrong, for people.
    pub(super) text: String,
    /// What more the answer tells, where an API has a place for it.
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

    /// Says what more the answer tells.
    #[must_use]
    pub(super) fn with(mut self, meta: Value) -> Self {
        self.meta = meta;
        self
    }

    /// Returns the problem of a server that has enough to do already.
    pub(super) fn busy(text: impl Into<String>) -> Self {
        Self {
            retry_after: Some(BUSY),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
        }
    }

    /// Returns the problem of a mistake of ours, about which the log says more.
    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal error; the server's log says more",
        )
    }

    /// Returns the problem that an extractor of axum's found with a request.
    /// Its own words may quote the request, and are left out.
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
    /// Turns a job's failure into an answer. How the server stands with its
    /// database is for its log, and nobody else.
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
            FailureKind::Locked => Self::busy("Another job holds the target; nothing was written"),
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

/// Whose words a problem is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The envelope of Tyk's Dashboard.
    Tyk,
    /// SailPoint's.
    SpConfig,
}

impl Dialect {
    /// Returns the dialect of what stands at a path.
    pub(super) fn of(path: &str) -> Self {
        let is_theirs = path
            .split('/')
            .any(|part| matches!(part, "sp-config" | "oauth"));
        if is_theirs { Self::SpConfig } else { Self::Tyk }
    }

    /// Tells a problem.
    pub(super) fn respond(self, problem: &Problem, tracking: &Tracking) -> Response {
        let mut response = match self {
            Self::Tyk => tyk::respond(problem),
            Self::SpConfig => sp_config::respond(problem, tracking),
        };
        if let Some(seconds) = problem.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
