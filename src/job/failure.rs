//! Errors as data: what failed, where, why, and what to do.

use std::fmt;

use serde::Serialize;

use super::progress::Cancel;
use super::rehearse::described;
use crate::engine::Violation;
use crate::engine::choice::Stale;
use crate::engine::promise::Unpromised;
use crate::store::{ConnectError, Operation, Refused, StoreError, StoreErrorKind};

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
            .hint(format!("run `gatediff history {job}` once the server can be reached: it shows the job if everything was written, and no such job if nothing was"));
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

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let kind = match &error {
            ConnectError::Address { .. }
            | ConnectError::NoService { .. }
            | ConnectError::File { .. } => FailureKind::Usage,
            ConnectError::WrongPassword { .. } | ConnectError::Denied { .. } => FailureKind::Denied,
            _ => FailureKind::Unreachable,
        };
        Self::new(kind, error.to_string()).hint(error.hint())
    }
}

impl From<StoreError> for Failure {
    /// Explains why a transaction failed; nothing was written. An unknown
    /// commit outcome is not a [`StoreError`].
    fn from(error: StoreError) -> Self {
        let failure = match error.kind {
            StoreErrorKind::Disconnected => {
                Self::new(FailureKind::Unreachable, "the connection to the database broke; nothing was written")
                    .hint("check the server and the network, then try again")
            }
            StoreErrorKind::Denied if error.table.split('.').next() == Some("gatediff") => {
                Self::new(FailureKind::Denied, failed(error.operation))
                    .hint("grant the role USAGE on schema gatediff, SELECT on its tables and, to write, INSERT; or use another role")
                    .hint("or keep the ledger in a local file: --ledger FILE")
            }
            StoreErrorKind::Denied => Self::new(FailureKind::Denied, failed(error.operation)).hint(format!(
                "grant the role {} there, with all the rights that the README lists, or use another role",
                right(error.operation)
            )),
            StoreErrorKind::ReadOnly => {
                Self::new(FailureKind::Denied, "the target is read-only; nothing was written").hint(
                    "connect to the primary server; if this is it, default_transaction_read_only is on for the server, the database or the role",
                )
            }
            StoreErrorKind::Schema => Self::new(FailureKind::Schema, failed(error.operation))
                .hint("check that this is the product's own database, with its tables in the search_path of the role")
                .hint("if it is, gatediff does not support its version: the README lists the supported versions"),
            StoreErrorKind::Conflict => Self::new(FailureKind::Stale, failed(error.operation))
                .hint("another session wrote at the same time; compare again and apply"),
            StoreErrorKind::Required => Self::new(FailureKind::Refused, failed(error.operation))
                .hint("if the export has no such field, gatediff does not support the target's version: the README lists the supported versions")
                .hint("otherwise exclude the item, or complete it at its source and export again"),
            StoreErrorKind::Constraint => Self::new(FailureKind::Refused, failed(error.operation))
                .hint("exclude the item, or correct it at its source and export again"),
            StoreErrorKind::Serialization if error.operation == Operation::Lock => Self::new(
                FailureKind::Locked,
                "other sessions keep writing to the tables; nothing was written",
            )
            .hint("try again at a quieter time; pg_stat_activity shows the sessions"),
            StoreErrorKind::Serialization => {
                Self::new(FailureKind::Stale, "other sessions wrote the same rows in every attempt; nothing was written")
                    .hint("try again at a quieter time")
            }
            StoreErrorKind::Locked => Self::new(
                FailureKind::Locked,
                "another session keeps rows or a table locked; nothing was written",
            )
            .hint("try again, or wait longer with --lock-timeout SECONDS; pg_stat_activity shows the session"),
            StoreErrorKind::Cancelled => {
                Self::new(FailureKind::Refused, "a statement was stopped, by a time limit or on the server; nothing was written")
                    .hint("--statement-timeout SECONDS sets the limit; the server, the database or the role may have their own")
            }
            StoreErrorKind::Full => Self::new(FailureKind::Refused, "the server is out of disk space or memory; nothing was written")
                .hint("free disk space or memory on the server; its log says which"),
            StoreErrorKind::Older => Self::new(FailureKind::Schema, "gatediff's own schema has an older version")
                .hint("upgrade it with `gatediff init`, which keeps its data; `gatediff apply` does that too"),
            StoreErrorKind::Newer => Self::new(FailureKind::Schema, "the ledger has a newer version")
                .hint("upgrade gatediff to the version that wrote it"),
            StoreErrorKind::Local => Self::new(FailureKind::File, ledger_file(error.operation)).hint(
                "check its path, permissions and disk, and that no other gatediff uses it; or name another file with --ledger",
            ),
            StoreErrorKind::Other => Self::new(FailureKind::Refused, failed(error.operation))
                .hint("see the server's log"),
        };
        let why = match error.refused.as_slice() {
            [] => error.message,
            refused => {
                let each = refused
                    .iter()
                    .map(|refused| described(&refused.items, &refused.message));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        Self {
            refused: error.refused,
            ..failure.at(error.table).because(why)
        }
    }
}

const fn failed(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "cannot read the target",
        Operation::Insert => "cannot insert rows; nothing was written",
        Operation::Update => "cannot update rows; nothing was written",
        Operation::Delete => "cannot delete rows; nothing was written",
        Operation::Allocate => "cannot allocate new ids; nothing was written",
        Operation::Lock => "cannot lock a table; nothing was written",
        Operation::Transact => "the session with the target failed; nothing was written",
        Operation::Create => "cannot create gatediff's own schema; nothing was written",
    }
}

/// Says what failed of a ledger in a local file.
const fn ledger_file(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "cannot open the ledger file",
        Operation::Read => "cannot read the ledger file",
        _ => "cannot write the ledger file; nothing was written to the target",
    }
}

/// Returns the privilege that an operation needs.
const fn right(operation: Operation) -> &'static str {
    match operation {
        Operation::Read | Operation::Transact => "SELECT",
        Operation::Insert => "INSERT",
        Operation::Update | Operation::Lock => "SELECT and UPDATE",
        Operation::Delete => "SELECT and DELETE",
        Operation::Allocate => "USAGE (or SELECT, INSERT and UPDATE, if it is a table)",
        Operation::Create => "CREATE",
    }
}
