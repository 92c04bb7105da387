//! The inputs and reports of reading and writing tables.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::zone::Zone;

/// Reports `(table, done, total)` as tables are read or written.
pub(super) type Report<'a> = &'a (dyn Fn(&str, usize, usize) + Send + Sync);

/// The progress of a snapshot.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// Called before each table.
    pub report: Report<'a>,
    /// The target's time zone.
    pub zone: Zone,
}

/// The operator and time of a write, for audit columns.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The operator's name.
    pub operator: String,
    /// What the target's clock shows: the products write their own local time into
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

impl TableRows {
    /// Returns the counts of a table in a list, which gets them if it has none.
    pub(super) fn of<'l>(list: &'l mut Vec<Self>, table: &str) -> &'l mut Self {
        // Tables are written one after the other: it is the last one, or one of a few.
        let index = list.iter().position(|rows| rows.table == table);
        let index = index.unwrap_or(list.len());
        if index == list.len() {
            list.push(Self {
                table: table.to_owned(),
                ..Self::default()
            });
        }
        #[expect(clippy::indexing_slicing, reason = "found, or just pushed")]
        &mut list[index]
    }
}
