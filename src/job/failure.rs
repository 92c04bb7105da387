//! Errors as data: what failed, where, why, and what to do now.

use std::fmt;

use serde::Serialize;

use super::progress::Cancel;
use crate::engine::choice::Stale;
use crate::store::{ConnectError, StoreError, StoreErrorKind};

/// What sort of failure it is; exit codes, HTTP statuses and colours follow
/// from it, at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The file cannot be read.
    File,
    /// The file is of no known format.
    Format,
    /// The file is not what its format says.
    Parse,
    /// The target cannot be reached, or the connection broke.
    Unreachable,
    /// The role lacks a right.
    Denied,
    /// The target is not a database of this product, or of another version.
    Schema,
    /// Another job holds the target.
    Locked,
    /// The target changed since the plan was made.
    Stale,
    /// Items are blocked, or lacking APIs unconfirmed, and nothing was written.
    Blocked,
    /// The job was cancelled.
    Cancelled,
    /// The database refused a row.
    Refused,
    /// The command was used wrongly.
    Usage,
    /// Anything else.
    Internal,
}

/// A failure that an operator gets to see.
///
/// `what` is a sentence; `place` says where (a file with line and column, a
/// table); `why` is the cause in the other's words; `hints` say what to do now.
/// None of them holds a secret. They may hold hostile data: show them through
/// [`display::safe`](crate::engine::display::safe).
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// What sort it is.
    pub kind: FailureKind,
    /// What failed.
    #[serde(rename = "message")]
    pub what: String,
    /// Where.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What to do now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The items that changed since the plan, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<Stale>,
}

impl Failure {
    /// Returns a failure of a kind.
    pub fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), place: None, why: None, hints: Vec::new(), stale: Vec::new() }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, why: impl fmt::Display) -> Self {
        self.why = Some(why.to_string());
        self
    }

    /// Says what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(place) = &self.place {
            write!(f, " at {place}")?;
        }
        if let Some(why) = &self.why {
            write!(f, ": {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// Returns the failure of a job that was told to stop before its commit.
    pub(super) fn cancelled(cancel: &Cancel) -> Self {
        let failure = Self::new(FailureKind::Cancelled, "cancelled; nothing was written");
        match cancel.why() {
            Some(why) => failure.because(why),
            None => failure,
        }
    }

    /// Returns a failure that is our own mistake.
    pub(super) fn internal(doing: &str, error: impl fmt::Display) -> Self {
        Self::new(FailureKind::Internal, format!("failed while {doing}"))
            .because(error)
            .hint("this is a mistake in gatediff: please report it with its log")
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let kind = match &error {
            ConnectError::Address { .. } | ConnectError::NoService { .. } | ConnectError::File { .. } => {
                FailureKind::Usage
            }
            ConnectError::WrongPassword { .. } | ConnectError::Denied { .. } => FailureKind::Denied,
            _ => FailureKind::Unreachable,
        };
        Self::new(kind, error.to_string()).hint(error.hint())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (kind, hint) = match error.kind {
            StoreErrorKind::Disconnected => (
                FailureKind::Unreachable,
                "check the server and the network, then try again; nothing was written",
            ),
            StoreErrorKind::Denied => {
                (FailureKind::Denied, "grant the role the rights that the README lists, or use another role")
            }
            StoreErrorKind::Schema => (
                FailureKind::Schema,
                "check that this is the product's own database, and a version of it that the README names",
            ),
            StoreErrorKind::Conflict => {
                (FailureKind::Stale, "somebody else wrote at the same time; compare again and apply")
            }
            StoreErrorKind::Constraint => {
                (FailureKind::Refused, "leave the item out, or correct it at its source and export again")
            }
            StoreErrorKind::Serialization => {
                (FailureKind::Stale, "the target is being written to; try again")
            }
            StoreErrorKind::Locked => {
                (FailureKind::Locked, "another session holds these rows; wait and try again")
            }
            StoreErrorKind::Cancelled => {
                (FailureKind::Refused, "the statement ran into a time limit of the server or the profile")
            }
            StoreErrorKind::Other => (FailureKind::Refused, "see the server's log; nothing was written"),
        };
        Self::new(kind, format!("failed to {}", error.operation))
            .at(error.table)
            .because(error.message)
            .hint(hint)
    }
}
