//! What reading and writing tables needs, tells and may fail with.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// Reports `(table, done, total)` as tables are read or written.
pub(super) type Report<'a> = &'a (dyn Fn(&str, usize, usize) + Send + Sync);

/// What a snapshot tells while it is taken.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Called before each table.
    pub report: Report<'a>,
}

/// Who writes, and when, for audit columns.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The operator's name.
    pub operator: String,
    /// Local wall-clock time: the products write their own local time into
    /// `timestamp without time zone`.
    pub now: NaiveDateTime,
}

/// What was done to one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// The table.
    pub table: String,
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
}

/// What was being done when a statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reading rows.
    Read,
    /// Inserting rows.
    Insert,
    /// Updating rows.
    Update,
    /// Deleting rows.
    Delete,
    /// Taking new ids.
    Allocate,
    /// Keeping others from writing.
    Lock,
    /// Beginning or committing.
    Transact,
    /// Creating what is ours.
    Create,
}

impl Operation {
    /// Says whether it is done to the rows of a table.
    pub const fn is_on_a_table(self) -> bool {
        matches!(
            self,
            Self::Read | Self::Insert | Self::Update | Self::Delete | Self::Allocate
        )
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Insert => "insert into",
            Self::Update => "update",
            Self::Delete => "delete from",
            Self::Allocate => "take new ids from",
            Self::Lock => "lock",
            Self::Transact => "hold a transaction on",
            Self::Create => "create",
        })
    }
}

/// A statement that failed. Holds no values of any row: PostgreSQL puts them
/// into the detail of its messages, which is therefore dropped, and into some
/// of the messages themselves, which are replaced.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation} {table}: {message}")]
pub struct StoreError {
    /// What sort of failure it is.
    pub kind: StoreErrorKind,
    /// What was being done.
    pub operation: Operation,
    /// To which table.
    pub table: String,
    /// What the server said, without its detail, where that holds no value.
    pub message: String,
    /// The constraint that the server names.
    pub constraint: Option<String>,
    /// Whose rows were refused, and by what: the first of them, where they were
    /// looked for.
    pub refused: Vec<Refused>,
}

/// Items whose rows were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The table.
    pub table: String,
    /// The constraint that the server names, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// What the server said, without the values of any row.
    pub message: String,
    /// Whose the rows are, such as `client:crm`; each once, in the order of
    /// writing. May hold hostile data.
    pub items: Vec<Arc<str>>,
}

/// Why a statement failed, by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The connection is gone.
    Disconnected,
    /// The role lacks a right (42501).
    Denied,
    /// Nobody may write: a standby, or a default of server, database or role (25006).
    ReadOnly,
    /// A table or column is not there (42P01, 42703), or is of another type:
    /// another product version.
    Schema,
    /// A row that was expected is not as expected: a unique violation (23505)
    /// or an update that met another number of rows.
    Conflict,
    /// A column must have a value and got none (23502): one that the export
    /// lacks, or one that only another product version has.
    Required,
    /// A constraint other than uniqueness refused a row (class 23), or a value
    /// cannot be stored (class 22).
    Constraint,
    /// The transaction lost against another (40001, 40P01): worth a new try.
    Serialization,
    /// A lock could not be had in time (55P03).
    Locked,
    /// The statement was cancelled (57014): by us, or by a timeout.
    Cancelled,
    /// The server has no room left, on disk or in memory (class 53).
    Full,
    /// What is ours was made by an older program.
    Older,
    /// What is ours was made by a newer program.
    Newer,
    /// A local file of ours cannot be used.
    Local,
    /// Anything else.
    Other,
}

impl StoreError {
    /// Turns an error of the driver into ours. What a commit refuses is told
    /// with the table that the server names.
    pub fn new(operation: Operation, table: impl Into<String>, error: &sqlx::Error) -> Self {
        let named = error
            .as_database_error()
            .filter(|_| operation == Operation::Transact);
        let table = named
            .and_then(|error| error.table())
            .map_or_else(|| table.into(), str::to_owned);
        let constraint = error.as_database_error().filter(|error| !is_raised(*error));
        let constraint = constraint
            .and_then(DatabaseError::constraint)
            .map(str::to_owned);
        let (kind, message) = match error {
            sqlx::Error::Database(error) => (
                kind_of(operation, error.code().as_deref().unwrap_or_default()),
                message_of(&**error),
            ),
            sqlx::Error::Io(error) => (StoreErrorKind::Disconnected, reason(error)),
            sqlx::Error::WorkerCrashed | sqlx::Error::PoolClosed => (
                StoreErrorKind::Disconnected,
                "the connection is closed".to_owned(),
            ),
            sqlx::Error::ColumnDecode { index, .. } => (
                StoreErrorKind::Schema,
                format!("column {index} has another type than expected"),
            ),
            sqlx::Error::Protocol(_) => (
                StoreErrorKind::Disconnected,
                "what the server answered makes no sense".to_owned(),
            ),
            _ => (StoreErrorKind::Other, "the driver failed".to_owned()),
        };
        Self {
            kind,
            operation,
            table,
            message,
            constraint,
            refused: Vec::new(),
        }
    }

    /// Returns the error of an update or delete that met another number of
    /// rows than it was to.
    pub fn count(
        operation: Operation,
        table: impl Into<String>,
        expected: usize,
        met: u64,
    ) -> Self {
        let message = format!("{met} rows were there instead of {expected}");
        Self {
            kind: StoreErrorKind::Conflict,
            ..Self::other(operation, table, message)
        }
    }

    /// Returns an error with a message of ours.
    pub fn other(
        operation: Operation,
        table: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            kind: StoreErrorKind::Other,
            operation,
            table: table.into(),
            message: message.into(),
            constraint: None,
            refused: Vec::new(),
        }
    }

    /// Says whether it may be about single rows of what was written: what a
    /// constraint, a type, a trigger or a function refuses.
    pub(super) const fn is_about_rows(&self) -> bool {
        matches!(
            self.kind,
            StoreErrorKind::Constraint
                | StoreErrorKind::Required
                | StoreErrorKind::Conflict
                | StoreErrorKind::Other
        )
    }
}

/// Returns why a connection broke, in words that say so.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            "the connection was closed by the other side".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Returns what the server said, if that cannot hold a value of a row. Other
/// messages are replaced by what they are about.
fn message_of(error: &dyn DatabaseError) -> String {
    let code = error.code().unwrap_or_default();
    if is_raised(error) {
        return format!(
            "a function of the target raised an error, whose words may hold values (SQLSTATE {code})"
        );
    }
    // Nothing of the value but its length is in the message of 22001.
    if code.starts_with("22") && code != "22001" {
        return format!(
            "a value is not what a type or a function of the target takes (SQLSTATE {code})"
        );
    }
    error.message().to_owned()
}

/// Says whether a function of the target raised it: every word of it, the name
/// of a constraint too, is that function's own.
fn is_raised(error: &dyn DatabaseError) -> bool {
    let routine = error
        .try_downcast_ref::<PgDatabaseError>()
        .and_then(PgDatabaseError::routine);
    error.code().as_deref() == Some("P0001") || routine == Some("exec_stmt_raise")
}

fn kind_of(operation: Operation, sqlstate: &str) -> StoreErrorKind {
    match sqlstate {
        "42501" => StoreErrorKind::Denied,
        "25006" => StoreErrorKind::ReadOnly,
        "42P01" | "42703" | "3F000" | "42804" | "42846" | "42883" | "42809" => {
            StoreErrorKind::Schema
        }
        "23505" => StoreErrorKind::Conflict,
        "23502" => StoreErrorKind::Required,
        "40001" | "40P01" => StoreErrorKind::Serialization,
        "55P03" => StoreErrorKind::Locked,
        "57014" => StoreErrorKind::Cancelled,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => StoreErrorKind::Disconnected,
        // Numbers are read from columns that hold something else.
        code if code.starts_with("22") && operation == Operation::Read => StoreErrorKind::Schema,
        code if code.starts_with("22") || code.starts_with("23") => StoreErrorKind::Constraint,
        code if code.starts_with("08") => StoreErrorKind::Disconnected,
        code if code.starts_with("53") => StoreErrorKind::Full,
        _ => StoreErrorKind::Other,
    }
}
