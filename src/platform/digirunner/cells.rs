//! Where the values of an item stand: in which cell of which row.
//!
//! An item is built by the same code whether its fields hold the values of rows or the cells that
//! they stand in (see [`Fields`](super::index::Fields)), so a path that a plan shows leads to its
//! cell.

use std::collections::BTreeSet;

use super::schema::{TABLES, TableId};
use crate::engine::Value;
use crate::engine::diff::{Show, compare, segments};

/// A cell: its table, and its row and column counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CellRef {
    pub(super) table: TableId,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// The bits of a column, and of a row: as many rows as a list of a file can have.
const COLUMN: u32 = 8;
const ROW: u32 = 40;

impl CellRef {
    /// Returns it in the form of a field's value.
    pub(super) fn value(self) -> Value {
        let number = |number: usize| i64::try_from(number).unwrap_or_default();
        let table = number(self.table as usize) << (ROW + COLUMN);
        Value::Int(table | number(self.row) << COLUMN | number(self.column))
    }

    /// Returns the cell that a field's value means.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let Value::Int(number) = value else {
            return None;
        };
        let part = |from: u32, bits: u32| usize::try_from((number >> from) & ((1 << bits) - 1));
        let table = TABLES.get(part(ROW + COLUMN, 8).ok()?)?;
        Some(Self {
            table: table.id,
            row: part(COLUMN, ROW).ok()?,
            column: part(0, COLUMN).ok()?,
        })
    }

    /// Adds the rows that all cells of a value stand in.
    pub(super) fn rows_of(value: &Value, rows: &mut BTreeSet<(TableId, usize)>) {
        match value {
            Value::Record(fields) => fields
                .iter()
                .for_each(|field| Self::rows_of(&field.value, rows)),
            Value::Set(elements) | Value::Sequence(elements) => elements
                .iter()
                .for_each(|element| Self::rows_of(&element.value, rows)),
            value => rows.extend(Self::of(value).map(|cell| (cell.table, cell.row))),
        }
    }
}

/// Calls with the path of every value of an item whose fields hold cells, and with what it holds.
pub(super) fn each(item: &Value, mut visit: impl FnMut(&[String], &str, &Value)) {
    // Nothing else makes the paths of a plan.
    for change in compare(Some(item), item, Show::Everything) {
        let path: Vec<String> = segments(&change.path).collect();
        visit(&path, &change.path, &change.after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_known_again_from_its_value() {
        for table in TABLES {
            for (row, column) in [(0, 0), (7, 27), (1 << 31, 255)] {
                let cell = CellRef {
                    table: table.id,
                    row,
                    column,
                };
                assert_eq!(CellRef::of(&cell.value()), Some(cell));
            }
        }
        assert_eq!(CellRef::of(&Value::Null), None);
    }
}
