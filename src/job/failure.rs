//! Errors as data: what failed, where, why, and what to do.

use std::fmt;

use serde::Serialize;

use super::progress::Cancel;
use crate::engine::{Stale, Unpromised, Violation};
use crate::store::Refused;

/// The kind of a failure; front ends derive exit codes, HTTP statuses and
/// colours from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The file cannot be read.
    File,
    /// The format of the file is unknown.
    Format,
    /// The file does not match its format.
    Parse,
    /// The target cannot be reached, or the connection broke.
    Unreachable,
    /// The role is missing a privilege.
    Denied,
    /// The target is not a database of this product, or of another version.
    Schema,
    /// Another job is using the target.
    Locked,
    /// The target changed since the plan was made.
    Stale,
    /// Items are blocked, or missing objects unconfirmed, and nothing was written.
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

/// A failure that is shown to the operator.
///
/// `what` is a sentence, and `details` are lines below it; `place` says where (a file with line and column, a
/// table); `why` is the cause as reported; `hints` say what to do. None of them
/// contains a secret. They may contain hostile data: show them through
/// [`display::safe`](crate::engine::display::safe).
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Its kind.
    pub kind: FailureKind,
    /// What failed.
    #[serde(rename = "message")]
    pub what: String,
    /// More lines about it, such as the end of a log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// Where.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The job whose outcome is unknown, when that is the failure. Every other
    /// failure wrote nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_job: Option<i64>,
    /// The items that changed since the plan, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<Stale>,
    /// The rules of the product that were broken, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// The rows that the database refused, and why, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// What the server changed in addition to the plan, when that is the
    /// failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub server_changes: Vec<Unpromised>,
    /// Whether it is that counters of the target are behind their rows, which a job can move.
    #[serde(skip)]
    pub can_fix_counters: bool,
}

impl Failure {
    /// Returns a failure of a kind.
    pub fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            details: Vec::new(),
            place: None,
            why: None,
            hints: Vec::new(),
            unknown_job: None,
            stale: Vec::new(),
            violations: Vec::new(),
            refused: Vec::new(),
            server_changes: Vec::new(),
            can_fix_counters: false,
        }
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

    /// Says what to do.
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
    /// Returns the failure of a job that was cancelled before its commit.
    pub fn cancelled(cancel: &Cancel) -> Self {
        let failure = Self::new(FailureKind::Cancelled, "cancelled; nothing was written");
        match cancel.why() {
            Some(why) => failure.because(why),
            None => failure,
        }
    }

    /// Returns the failure of a job whose COMMIT was sent and not answered.
    pub(crate) fn unknown_outcome(job: i64) -> Self {
        let what = format!("no answer to COMMIT; the outcome of job {job} is unknown");
        let mut failure = Self::new(FailureKind::Unreachable, what)
            .hint(format!("run `gatediff history {job}` once the server can be reached: it shows the job if everything was written; if the job is not found, nothing was written"));
        failure.unknown_job = Some(job);
        failure
    }

    /// Returns a failure that is a bug in gatediff.
    pub(crate) fn internal(doing: &str, error: impl fmt::Display) -> Self {
        Self::new(FailureKind::Internal, format!("failed while {doing}"))
            .because(error)
            .hint("this is a bug in gatediff: please report it with the log")
    }
}
