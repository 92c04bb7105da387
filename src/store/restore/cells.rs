//! The columns of a journalled row.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::store::error::{Operation, StoreError, StoreErrorKind};

/// The columns of a row, each as PostgreSQL's JSON text.
pub(super) type Cells = BTreeMap<String, Box<RawValue>>;

pub(super) fn text<'c>(cells: &'c Cells, column: &str) -> Option<&'c str> {
    cells.get(column).map(|value| value.get())
}

pub(super) fn cells(row: &str) -> Result<Cells, StoreError> {
    serde_json::from_str(row).map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError {
        kind: StoreErrorKind::Schema,
        ..StoreError::other(Operation::Read, "the journal", "a row of it cannot be read")
    }
}

/// Formats a key for people.
pub(super) fn format_key(key: &str) -> Result<String, StoreError> {
    let parts = cells(key)?;
    let parts = parts
        .iter()
        .map(|(column, value)| format!("{column} {}", value.get()));
    Ok(parts.collect::<Vec<_>>().join(", "))
}

pub(super) fn json(cells: &Cells) -> Result<String, StoreError> {
    serde_json::to_string(cells).map_err(|_| unreadable())
}
