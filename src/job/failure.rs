//! Errors as data: what failed, where, why, and what to do now.

use std::fmt;

use serde::Serialize;

use super::progress::Cancel;
use super::rehearse::described;
use crate::engine::choice::Stale;
use crate::engine::promise::Unpromised;
use crate::platform::digirunner::scope::Violation;
use crate::store::{ConnectError, Operation, Refused, StoreError, StoreErrorKind};

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
    /// The job of which nobody knows whether it was committed, when that is the
    /// failure. Every other failure wrote nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_job: Option<i64>,
    /// The items that changed since the plan, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<Stale>,
    /// The rules of the product that were broken, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// Whose rows the database refused, and why, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// What the server changed beside what was promised, when that is the failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub server_changes: Vec<Unpromised>,
}

impl Failure {
    /// Returns a failure of a kind.
    pub fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
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
    pub fn cancelled(cancel: &Cancel) -> Self {
        let failure = Self::new(FailureKind::Cancelled, "cancelled; nothing was written");
        match cancel.why() {
            Some(why) => failure.because(why),
            None => failure,
        }
    }

    /// Returns the failure of a job whose COMMIT was sent and not answered.
    pub(super) fn unknown_outcome(job: i64) -> Self {
        let what = format!("no answer to COMMIT; the outcome of job {job} is unknown");
        let mut failure = Self::new(FailureKind::Unreachable, what)
            .hint(format!("run `gatediff history {job}` once the server can be reached: it shows the job if everything was written, and no such job if nothing was"));
        failure.unknown_job = Some(job);
        failure
    }

    /// Returns the failure of rules of the product that are broken: the first
    /// one is what failed, and each says what to do.
    pub fn violated(violations: Vec<Violation>) -> Self {
        let first = violations.first();
        let kind = match first.map(|first| first.code) {
            Some(1286) => FailureKind::Stale,
            Some(1298 | 1344) => FailureKind::Refused,
            _ => FailureKind::Blocked,
        };
        let what = first.map_or_else(String::new, ToString::to_string);
        let mut failure = Self::new(kind, what);
        for violation in violations
            .iter()
            .filter(|violation| !violation.hint.is_empty())
        {
            if !failure.hints.contains(&violation.hint) {
                failure.hints.push(violation.hint.clone());
            }
        }
        failure.violations = violations;
        failure
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
    /// Explains why a transaction failed, in which nothing was written then.
    /// What is not known before its commit is no [`StoreError`].
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
                .hint("if it is, it is of another version of the product than gatediff knows: the README names those"),
            StoreErrorKind::Conflict => Self::new(FailureKind::Stale, failed(error.operation))
                .hint("somebody else wrote at the same time; compare again and apply"),
            StoreErrorKind::Required => Self::new(FailureKind::Refused, failed(error.operation))
                .hint("if the export has no such field, the target is of another version of the product than gatediff knows: the README names those")
                .hint("else leave the item out, or complete it at its source and export again"),
            StoreErrorKind::Constraint => Self::new(FailureKind::Refused, failed(error.operation))
                .hint("leave the item out, or correct it at its source and export again"),
            StoreErrorKind::Serialization if error.operation == Operation::Lock => Self::new(
                FailureKind::Locked,
                "others keep writing to the tables; nothing was written",
            )
            .hint("try again, or at a quieter time; pg_stat_activity shows who it is"),
            StoreErrorKind::Serialization => {
                Self::new(FailureKind::Stale, "others wrote the same rows in every attempt; nothing was written")
                    .hint("try again, or at a quieter time")
            }
            StoreErrorKind::Locked => Self::new(
                FailureKind::Locked,
                "another session keeps rows or a table locked; nothing was written",
            )
            .hint("try again, or wait for longer with --lock-timeout SECONDS; pg_stat_activity shows who it is"),
            StoreErrorKind::Cancelled => {
                Self::new(FailureKind::Refused, "a statement was stopped, by a time limit or on the server; nothing was written")
                    .hint("--statement-timeout SECONDS sets the limit; the server, the database or the role may have one of their own")
            }
            StoreErrorKind::Full => Self::new(FailureKind::Refused, "the server has no room left; nothing was written")
                .hint("make room on the disk of the server or in its memory; its log says which"),
            StoreErrorKind::Older => Self::new(FailureKind::Schema, "gatediff's own schema is of an older version")
                .hint("upgrade it with `gatediff init`, which keeps what it holds; `gatediff apply` does that too"),
            StoreErrorKind::Newer => Self::new(FailureKind::Schema, "the ledger is of a newer version")
                .hint("use the newest gatediff that this target was used with"),
            StoreErrorKind::Local => Self::new(FailureKind::File, ledger_file(error.operation)).hint(
                "check its path, its rights, its disk, and that no other gatediff holds it; or name another file with --ledger",
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
        Operation::Read => "the target could not be read",
        Operation::Insert => "rows could not be inserted; nothing was written",
        Operation::Update => "rows could not be updated; nothing was written",
        Operation::Delete => "rows could not be deleted; nothing was written",
        Operation::Allocate => "new ids could not be taken; nothing was written",
        Operation::Lock => "a table could not be locked; nothing was written",
        Operation::Transact => "the session with the target failed; nothing was written",
        Operation::Create => "gatediff's own schema could not be made; nothing was written",
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

/// Returns the right that an operation needs.
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
