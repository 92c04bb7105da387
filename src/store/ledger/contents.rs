//! What the journal of a job contains, without its rows.

use std::collections::BTreeSet;

/// What the journal of a job contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalContents {
    /// The journalled changes of each table, in the order of writing.
    pub parts: Vec<JournalPart>,
    /// The items of the rows; empty for rows that belong to no item, such as counters.
    pub items: BTreeSet<String>,
    /// Whether all of it is in pages, which the server can undo by itself.
    pub is_paged: bool,
}

/// Rows of one table that were changed in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalPart {
    /// The table.
    pub table: String,
    /// Whether there were rows before.
    pub has_before: bool,
    /// Whether there were rows after.
    pub has_after: bool,
    /// How many rows.
    pub rows: u64,
}
