//! What a failure of the store means to the operator, and what to do.

use super::failure::{Failure, FailureKind};
use super::item_name::described;
use crate::store::{ConnectError, Operation, StoreError, StoreErrorKind};

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
            StoreErrorKind::Hidden => {
                let table = &error.table;
                Self::new(FailureKind::Denied, format!("row level security hides rows of {table} from the role; nothing was written"))
                    .hint(format!("what the role may see of {table} is not what is there: a superuser can let it see all rows with ALTER ROLE … BYPASSRLS"))
                    .hint(format!("or use the role that owns {table}, or have its owner run ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
            }
            StoreErrorKind::Counter => {
                let failure = Self::new(FailureKind::Refused, "a counter of the target gives ids that are already used; nothing was written");
                let mut failure = match &error.remedy {
                    Some(remedy) => failure.hint(format!("correct it with: {remedy}")),
                    None => failure,
                };
                failure.can_fix_counters = true;
                failure.hint("or let the job do so: --fix-counters")
            }
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
            .hint("try again at a quieter time, or wait longer with --lock-timeout SECONDS; pg_stat_activity shows the sessions"),
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
            StoreErrorKind::Incapable => Self::new(
                FailureKind::Refused,
                "the server does not keep what a job relies on; nothing was written",
            )
            .hint("connect to PostgreSQL itself: another server that speaks its protocol, or a proxy, can only be read"),
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
