//! The target after a job: rows as the journal has them.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;

use super::field::{FieldDef, Type};
use super::schema::{TABLES, Table};
use super::snapshot::time;
use super::tables::{Cell, Row, Tables};
use crate::engine::TouchedRow;
use crate::store::Touched;
use crate::store::row::OwnedCell;

/// Returns the target after a job's rows are written.
pub(crate) fn after(tables: &Tables, touched: Touched<'_>) -> Tables {
    let mut by_table: HashMap<&str, Vec<TouchedRow<'_>>> = HashMap::new();
    for row in touched.rows() {
        by_table.entry(row.table).or_default().push(row);
    }
    let mut after = tables.clone();
    for table in TABLES {
        let Some(touched) = by_table.remove(table.name) else {
            continue;
        };
        let mut rows: Vec<Option<Row>> = tables.rows(table.id).iter().cloned().map(Some).collect();
        let mut places: HashMap<String, usize> = tables
            .rows(table.id)
            .iter()
            .enumerate()
            .map(|(index, row)| (key_of(table, row), index))
            .collect();
        for row in touched {
            let key = key_of(table, &row_of(table, row.key));
            let index = *places.entry(key).or_insert(rows.len());
            if index == rows.len() {
                rows.push(None);
            }
            let Some(slot) = rows.get_mut(index) else {
                continue;
            };
            *slot = match (slot.take(), row.before, row.after) {
                // Unchanged rows stay as they were read.
                (Some(base), Some(before), Some(after)) => {
                    Some(patched(table, &base, before, after))
                }
                (_, _, after) => after.map(|after| row_of(table, after)),
            };
        }
        after.set_rows(table.id, rows.into_iter().flatten().collect());
    }
    after
}

fn patched(table: &Table, row: &Row, before: &str, after: &str) -> Row {
    let (before, after) = (cells(before), cells(after));
    let changed = table.columns().filter_map(|(index, field)| {
        let (old, new) = (before.get(field.column), after.get(field.column));
        let differs = old.map(|old| old.get()) != new.map(|new| new.get());
        differs.then(|| (index, new.map_or(OwnedCell::Null, |new| read(field, new))))
    });
    let changed: Vec<(usize, OwnedCell)> = changed.collect();
    let mut draft = row.draft();
    for (index, read) in &changed {
        draft.set(*index, read.cell());
    }
    draft.row()
}

fn cells(json: &str) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Reads a row of the journal, or a key.
pub(super) fn row_of(table: &Table, json: &str) -> Row {
    let cells = cells(json);
    let read = table.fields.iter().map(|field| {
        let value = cells.get(field.column);
        let value = value.filter(|_| !field.column.is_empty());
        value.map_or(OwnedCell::Null, |value| read(field, value))
    });
    let read: Vec<OwnedCell> = read.collect();
    Row::new(&read.iter().map(OwnedCell::cell).collect::<Vec<_>>())
}

fn read(field: &FieldDef, json: &RawValue) -> OwnedCell {
    let text = || serde_json::from_str::<String>(json.get()).ok();
    let read = match field.ty {
        // What `char(1)` pads, `text` does not have.
        Type::Text(1) => text().map(|text| OwnedCell::Text(text.trim_end_matches(' ').to_owned())),
        Type::Text(_) | Type::Epoch => text().map(OwnedCell::Text),
        Type::Int | Type::IntAsLong | Type::Long => json.get().parse().ok().map(OwnedCell::Int),
        Type::Time => text().and_then(|text| time(&text)).map(OwnedCell::Time),
    };
    read.unwrap_or(OwnedCell::Null)
}

/// Returns a cell as PostgreSQL writes it as JSON; none for times.
pub(super) fn json(cell: Cell<'_>) -> Option<String> {
    match cell {
        Cell::Null => Some("null".to_owned()),
        Cell::Int(number) => Some(number.to_string()),
        Cell::Text(text) => Some(serde_json::Value::from(text).to_string()),
        Cell::Time(_) => None,
    }
}

/// Returns the key of a row, for finding it.
pub(super) fn key_of(table: &Table, row: &Row) -> String {
    let parts = table
        .key()
        .map(|(index, _)| json(row.cell(index)).unwrap_or_default());
    parts.collect::<Vec<_>>().join(",")
}

/// Returns the key of a row, as the journal has it.
pub(super) fn key_json(table: &Table, row: &Row) -> String {
    object(row, table.key())
}

/// Returns a row, as the journal has it.
pub(super) fn row_json(table: &Table, row: &Row) -> String {
    object(row, table.columns())
}

/// Returns columns of a row as a JSON object.
fn object<'f>(row: &Row, columns: impl Iterator<Item = (usize, &'f FieldDef)>) -> String {
    let parts = columns.map(|(index, field)| {
        let value = match row.cell(index) {
            Cell::Time(time) => format!("\"{}\"", time.format("%Y-%m-%dT%H:%M:%S%.f")),
            cell => json(cell).unwrap_or_default(),
        };
        format!("\"{}\": {value}", field.column)
    });
    format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
}
