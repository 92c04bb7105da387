//! Why a statement failed, without any value of a row.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// The operation of a failed statement.
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
    /// Locking against other writers.
    Lock,
    /// Beginning or committing.
    Transact,
    /// Creating our schema.
    Create,
}

impl Operation {
    /// Says whether it works on the rows of a table.
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

/// A statement that failed. Contains no values of any row: PostgreSQL puts them into the detail of
/// its messages, which is therefore dropped, and into some of the messages themselves, which are
/// replaced.
#[derive(Debug, thiserror::Error)]
#[error("failed to {operation} {table}: {message}")]
pub struct StoreError {
    /// The kind of the error.
    pub kind: StoreErrorKind,
    /// The operation.
    pub operation: Operation,
    /// The table.
    pub table: String,
    /// The server's message, without its detail, if it contains no value.
    pub message: String,
    /// The constraint that the server names.
    pub constraint: Option<String>,
    /// What repairs it, as SQL of ours.
    pub remedy: Option<String>,
    /// The first items whose rows were refused, and the constraint, if they were looked up.
    pub refused: Vec<Refused>,
}

/// Items whose rows were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The table.
    pub table: String,
    /// The constraint that the server names, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// The server's message, without the values of any row.
    pub message: String,
    /// The items of the rows, such as `client:crm`; each once, in writing order. May contain
    /// hostile data.
    pub items: Vec<Arc<str>>,
}

/// Why a statement failed, by remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The connection is lost.
    Disconnected,
    /// The role is missing a privilege (42501).
    Denied,
    /// Row level security hides rows of the table from the role (42501): what the role may see is not
    /// what is there.
    Hidden,
    /// The session is read-only: a standby, or a default of server, database or role (25006).
    ReadOnly,
    /// A table or column does not exist (42P01, 42703), has another type, or is generated (428C9):
    /// another product version.
    Schema,
    /// A row is not as expected: a unique violation (23505) or an update that matched another
    /// number of rows.
    Conflict,
    /// A counter gives ids that rows have already: a restored dump has its rows, and not the counter.
    Counter,
    /// A required column got no value (23502): one that is missing in the export, or one that only
    /// another product version has.
    Required,
    /// A constraint other than uniqueness refused a row (class 23), or a value
    /// cannot be stored (class 22).
    Constraint,
    /// The transaction lost against another (40001, 40P01): can be retried.
    Serialization,
    /// A lock was not available in time (55P03).
    Locked,
    /// The statement was cancelled (57014): by us, or by a timeout.
    Cancelled,
    /// The server is out of disk space or memory (class 53).
    Full,
    /// Our schema was created by an older program.
    Older,
    /// Our schema was created by a newer program.
    Newer,
    /// A local file of ours cannot be used.
    Local,
    /// The server speaks PostgreSQL's protocol, but does not keep what a job relies on.
    Incapable,
    /// Anything else.
    Other,
}

impl StoreError {
    /// Converts an error of the driver. A refused commit is reported with the table that the server
    /// names.
    pub fn new(operation: Operation, table: impl Into<String>, error: &sqlx::Error) -> Self {
        let named = error
            .as_database_error()
            .filter(|_| operation == Operation::Transact);
        let table = named
            .and_then(|error| error.table())
            .map_or_else(|| table.into(), str::to_owned);
        let hidden = error.as_database_error().and_then(hidden_table);
        let table = hidden.clone().unwrap_or(table);
        let constraint = error.as_database_error().filter(|error| !is_raised(*error));
        let constraint = constraint
            .and_then(DatabaseError::constraint)
            .map(str::to_owned);
        let (kind, message) = match error {
            sqlx::Error::Database(error) if hidden.is_some() => {
                (StoreErrorKind::Hidden, message_of(&**error))
            }
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
                "the server sent an invalid answer".to_owned(),
            ),
            _ => (StoreErrorKind::Other, "the driver failed".to_owned()),
        };
        Self {
            kind,
            operation,
            table,
            message,
            constraint,
            remedy: None,
            refused: Vec::new(),
        }
    }

    /// Returns the error of an update or delete that matched an unexpected number of rows.
    pub fn count(
        operation: Operation,
        table: impl Into<String>,
        expected: usize,
        met: u64,
    ) -> Self {
        let message = format!("found {met} rows instead of {expected}");
        Self {
            kind: StoreErrorKind::Conflict,
            ..Self::other(operation, table, message)
        }
    }

    /// Returns the error of a server that does not keep what a job relies on.
    pub(super) fn incapable(what: &str) -> Self {
        Self {
            kind: StoreErrorKind::Incapable,
            ..Self::other(Operation::Lock, "the target", what)
        }
    }

    /// Returns an error with our own message.
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
            remedy: None,
            refused: Vec::new(),
        }
    }

    /// Says whether it may be caused by single rows: a constraint, a type, a trigger or a function
    /// refused them.
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

/// Returns a clear message for a broken connection.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            "the connection was closed by the other side".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Returns the server's message, if it cannot contain a value of a row. Other messages are replaced
/// by a description.
fn message_of(error: &dyn DatabaseError) -> String {
    let code = error.code().unwrap_or_default();
    if is_raised(error) {
        return format!(
            "a function of the target raised an error; its message may contain values and is hidden (SQLSTATE {code})"
        );
    }
    // The message of 22001 contains only the length of the value.
    if code.starts_with("22") && code != "22001" {
        return format!(
            "a value is invalid for a type or a function of the target (SQLSTATE {code})"
        );
    }
    error.message().to_owned()
}

/// Says whether a function of the target raised it: then every part of it, including a constraint's
/// name, is chosen by that function.
fn is_raised(error: &dyn DatabaseError) -> bool {
    let routine = error
        .try_downcast_ref::<PgDatabaseError>()
        .and_then(PgDatabaseError::routine);
    error.code().as_deref() == Some("P0001") || routine == Some("exec_stmt_raise")
}

/// Returns the table that the server refuses to read, since row level security would hide some of its
/// rows.
fn hidden_table(error: &dyn DatabaseError) -> Option<String> {
    let error = error.try_downcast_ref::<PgDatabaseError>()?;
    // The message is translated, the routine is not; the name is the only quoted part.
    let is_hidden = error.code() == "42501" && error.routine() == Some("check_enable_rls");
    let quotes: &[char] = &['"', '«', '»', '„', '“', '”'];
    let mut parts = error.message().split(quotes);
    is_hidden.then(|| parts.nth(1).unwrap_or("a table").trim().to_owned())
}

fn kind_of(operation: Operation, sqlstate: &str) -> StoreErrorKind {
    match sqlstate {
        "42501" => StoreErrorKind::Denied,
        "25006" => StoreErrorKind::ReadOnly,
        "42P01" | "42703" | "3F000" | "42804" | "42846" | "42883" | "42809" | "428C9" => {
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
