//! The file that stands for a target, after an import into it.
//!
//! What is written is what a database would get, and is checked as that is.

use std::collections::HashMap;
use std::sync::Arc;

use super::compared::Compared;
use super::foreseen::foresee;
use super::schema::{TABLES, Table};
use super::tables::{Row, Tables};
use super::{export, verify, write, written};
use crate::engine::{Approved, ItemId};
use crate::platform::{Emit, Emitted};
use crate::store::bulk::Values;
use crate::store::ledger::JournalRow;
use crate::store::{ItemRef, Queued, Stamp, TableRows};

/// Writes the approved items into the file that stands for a target, whose rows are `whole`; none if
/// that would not be exactly what was shown.
pub(super) fn emitted(
    compared: &Compared,
    whole: &Tables,
    approved: &Approved,
    stamp: &Stamp,
    emit: Emit,
) -> Option<Emitted> {
    let writes = write::writes_alone(compared, approved, stamp);
    if !verify::is_shown(compared, approved, &writes) {
        return None;
    }
    let mut after = foresee(whole, &writes)?.after;
    after.apis.clone_from(&compared.target.apis);
    let (bytes, findings) = match emit {
        Emit::State => (export::as_it_is(&after), Vec::new()),
        Emit::Import => export::part(&after, items(approved)),
    };
    Some(Emitted {
        bytes,
        findings,
        tables: TableRows::of_writes(&writes),
        journal: journal(whole, &after, &writes),
    })
}

/// Returns the items that are written.
fn items(approved: &Approved) -> impl Iterator<Item = &ItemId> {
    let entries = approved.steps().iter();
    let entries = entries.filter_map(|step| approved.plan().entry(step.index));
    entries.map(|entry| &entry.item.id)
}

/// Returns the written rows before and after, as a database would journal them.
fn journal(before: &Tables, after: &Tables, writes: &[Queued]) -> Vec<JournalRow> {
    let journalled = |table: &'static Table| {
        let ours: Vec<&Queued> = writes
            .iter()
            .filter(|write| write.table == table.name)
            .collect();
        let [before, after] = [before, after].map(|tables| match ours.is_empty() {
            true => HashMap::new(),
            false => by_key(table, tables),
        });
        let written = ours.into_iter().flat_map(|write| {
            let owners = write.owners.iter().enumerate();
            owners.filter_map(|(number, owner)| Some((row_of(write, number)?, owner)))
        });
        let row = move |(row, owner): (&Row, &ItemRef)| {
            let key = written::key_json(table, row);
            let [before, after] =
                [&before, &after].map(|rows| Some(written::row_json(table, rows.get(&key)?)));
            JournalRow {
                table: table.name.into(),
                item: Arc::clone(owner),
                key,
                before,
                after,
            }
        };
        written.map(row).collect::<Vec<_>>()
    };
    TABLES.into_iter().flat_map(journalled).collect()
}

/// Returns the row that a write finds by its key, or inserts.
fn row_of(write: &Queued, number: usize) -> Option<&Row> {
    match &write.keys.first()?.values {
        Values::Cells(cells) => cells.rows.get(number),
        _ => None,
    }
}

fn by_key<'t>(table: &Table, tables: &'t Tables) -> HashMap<String, &'t Row> {
    let rows = tables.rows(table.id).iter();
    rows.map(|row| (written::key_json(table, row), row))
        .collect()
}
