//! What a job promises of the rows that it computed, and what moved before it
//! wrote them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::allocate::COUNTERS;
use super::changes::Changes;
use super::field::{FieldDef, Role, Type};
use super::schema::TABLES;
use super::tables::{Cell, Row, Tables};
use super::written::{json, key_json, key_of, row_of};
use crate::engine::promise::Deviation;
use crate::engine::{Promise, Promised, RowPromise, TouchedRow, Unpromised};
use crate::store::Touched;

/// Returns what changed between the reading of the target and the first touch of
/// a row: what one table's trigger did to the next table's rows.
pub(crate) fn moved(
    target: &Tables,
    promise: &Promise<'_>,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let mut found = Vec::new();
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for table in TABLES {
        let mut rows = touched
            .rows()
            .filter(|row| row.table == table.name)
            .peekable();
        if rows.peek().is_none() {
            continue;
        }
        let before: HashMap<String, &Row> = target
            .rows(table.id)
            .iter()
            .map(|row| (key_of(table, row), row))
            .collect();
        for row in rows.filter(|row| seen.insert((row.table, row.key))) {
            let Some(json) = row.before else { continue };
            let now = row_of(table, json);
            let Some(base) = before.get(&key_of(table, &now)) else {
                found.push(promise.deviation(row.table, row.key, Deviation::UnexpectedRow));
                continue;
            };
            let differs = |index: usize, field: &FieldDef| match field.ty {
                // A time in another JSON format is read as none.
                Type::Time => base.cell(index) != now.cell(index) && now.cell(index) != Cell::Null,
                Type::Text(1) => base.text(index).trim_end_matches(' ') != now.text(index),
                _ => base.cell(index) != now.cell(index),
            };
            for (_, field) in table
                .columns()
                .filter(|(index, field)| differs(*index, field))
            {
                if field.role != Role::Stamped {
                    found.push(Unpromised {
                        column: Some(field.column.to_owned()),
                        ..promise.deviation(row.table, row.key, Deviation::Value)
                    });
                }
            }
        }
    }
    found
}

/// Returns the promise of computed rows: the rows themselves.
pub(crate) fn promises(changes: &Changes, target: &Tables) -> Vec<RowPromise> {
    let mut promises = Vec::new();
    for table in TABLES {
        let Some(changes) = changes.of(table.id) else {
            continue;
        };
        let before: HashMap<String, &Row> = target
            .rows(table.id)
            .iter()
            .map(|row| (key_of(table, row), row))
            .collect();
        let written = changes
            .updates
            .rows
            .iter()
            .chain(&changes.inserts.rows)
            .map(|row| (row, true));
        for (row, remains) in written.chain(changes.deletes.rows.iter().map(|row| (row, false))) {
            let base = before.get(&key_of(table, row));
            let differs =
                |index: &usize| base.is_none_or(|base| base.cell(*index) != row.cell(*index));
            let columns =
                table
                    .columns()
                    .filter(|(index, _)| differs(index))
                    .map(|(index, field)| {
                        let promised = match field.role {
                            Role::Stamped => Promised::Stamped,
                            _ => json(row.cell(index)).map_or(Promised::Derived, Promised::Value),
                        };
                        (field.column.to_owned(), promised)
                    });
            promises.push(RowPromise {
                table: table.name.into(),
                key: key_json(table, row),
                remains,
                required: true,
                columns: if remains {
                    columns.collect()
                } else {
                    BTreeMap::new()
                },
            });
        }
    }
    promises
}

/// Returns the promise of the counters from which a job took ids.
pub(crate) fn counters(touched: Touched<'_>) -> impl Iterator<Item = RowPromise> {
    touched
        .rows()
        .filter(|row| row.table == COUNTERS)
        .map(counter)
}

/// Returns the promise of a touched counter.
pub(super) fn counter(row: TouchedRow<'_>) -> RowPromise {
    RowPromise {
        table: COUNTERS.into(),
        key: row.key.to_owned(),
        remains: true,
        required: false,
        columns: ["sequence_name", "next_val"]
            .map(|name| (name.to_owned(), Promised::Derived))
            .into(),
    }
}
