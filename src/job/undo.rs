//! Undoing a job: every row as it was before.

use crate::engine::ItemId;
use crate::store::TableRows;

/// What an undo did.
#[derive(Clone, Debug)]
pub struct Undone {
    /// Its own number in the ledger: an undo can be undone.
    pub job: i64,
    /// The job that was undone.
    pub undoes: i64,
    /// The items whose rows were restored or removed.
    pub items: Vec<ItemId>,
    /// What was done to each table.
    pub tables: Vec<TableRows>,
    /// How long it took.
    pub seconds: f64,
    /// What the operator should know now.
    pub notes: Vec<String>,
}
