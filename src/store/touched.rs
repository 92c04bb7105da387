//! The rows that a job touched, compared with the promise.

use super::ledger::JournalRow;
use super::restore::TableInfo;
use crate::engine::promise::{Promise, RowPromise, TableShape, TouchedRow, Unpromised};

/// The rows that a job touched, and the catalog's description of their tables.
#[derive(Clone, Copy)]
pub struct Touched<'a> {
    /// The rows, before and after.
    pub journal: &'a [JournalRow],
    /// Their tables.
    pub shapes: &'a [TableShape],
}

impl<'a> Touched<'a> {
    /// Returns every difference from the promise; `tables` say what may be
    /// shown.
    pub fn against(&self, rows: &[RowPromise], tables: &[TableInfo]) -> Vec<Unpromised> {
        self.with(rows, tables, |promise| promise.unpromised(self.rows()))
    }

    /// Returns the promise with its context.
    pub fn with<R>(
        &self,
        rows: &[RowPromise],
        tables: &[TableInfo],
        then: impl FnOnce(&Promise<'_>) -> R,
    ) -> R {
        let shown = |table: &str, column: &str| {
            let info = tables.iter().find(|info| info.name == table);
            info.is_some_and(|info| info.shown.contains(&column))
        };
        then(&Promise {
            rows,
            shapes: self.shapes,
            shown: &shown,
        })
    }

    /// Returns the rows.
    pub fn rows(&self) -> impl Iterator<Item = TouchedRow<'a>> + use<'a> {
        self.journal.iter().map(|row| TouchedRow {
            table: &row.table,
            key: &row.key,
            before: row.before.as_deref(),
            after: row.after.as_deref(),
        })
    }
}
