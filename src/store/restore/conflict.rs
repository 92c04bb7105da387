//! Why rows cannot be restored.

use std::fmt;

use crate::store::writer::ItemRef;

/// Why a row cannot be restored.
#[derive(Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The item that the row belongs to.
    pub owner: ItemRef,
    /// The table.
    pub table: &'static str,
    /// The row's key, such as `client_id "crm"`.
    pub key: String,
    /// The conflict.
    pub kind: ConflictKind,
}

/// The kind of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// It has changed since the job, in these columns.
    Changed(Vec<CellChange>),
    /// The job left it, and it no longer exists.
    Gone,
    /// The job deleted it, and its key exists again.
    Taken,
    /// The job added it, and another row refers to it now.
    NeededBy(String),
    /// The job deleted it, and a row that it refers to no longer exists.
    Needs(String),
    /// The job deleted or renamed it, and another row has its name now.
    NameTaken(String),
    /// It counts ids, and has since advanced.
    CountedOn,
}

/// A column that has changed since the job. Values are given for columns that
/// may be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The column.
    pub column: String,
    /// As the job left it, as it is now, as it was before the job; none if they
    /// must not be shown.
    pub values: Option<[serde_json::Value; 3]>,
}

impl fmt::Debug for CellChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.column)
    }
}

impl fmt::Debug for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {:?}", self.table, self.key, self.kind)
    }
}
