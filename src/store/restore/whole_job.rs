//! Restoring all rows of a job, or none.

use std::collections::BTreeSet;

use super::around::{Unreadable, dependents, those_there};
use super::conflict::{Conflict, ConflictKind};
use super::inspect::inspect;
use super::net::net;
use super::restoration::Restoration;
use super::table::TableInfo;
use crate::store::error::{Operation, StoreError, StoreErrorKind};
use crate::store::ledger::JournalRow;
use crate::store::writer::Writer;

/// Undoes rows: removes what was added, restores the rest. Checks all of them
/// first; if there are conflicts, reports all of them and writes nothing. (What
/// refers to an added row, what a restored one refers to, and who has its name
/// shows only after writing: the caller rolls back then.)
///
/// # Errors
///
/// Fails if a table of the journal is not one of the platform's, or the journal
/// cannot be read; and as writing does.
pub async fn restore(
    writer: &mut Writer<'_>,
    tables: &[TableInfo],
    journal: &[JournalRow],
) -> Result<Vec<Conflict>, StoreError> {
    let mut conflicts = Vec::new();
    let mut restorations = Vec::new();
    for (table, rows) in net(journal) {
        let info = tables.iter().find(|info| info.name == &*table);
        if info.is_some_and(|info| info.is_external) {
            continue;
        }
        let Some(info) = info else {
            return Err(StoreError {
                kind: StoreErrorKind::Schema,
                ..StoreError::other(Operation::Read, &*table, "not a table of this product")
            });
        };
        restorations.push(inspect(writer, info, rows, &mut conflicts).await?);
    }
    if !conflicts.is_empty() {
        return Ok(conflicts);
    }
    // What was written first may be referred to by what was written later.
    for (index, restoration) in restorations.iter().rev().enumerate() {
        writer.report(restoration.info.name, index, restorations.len());
        restoration.write(writer).await?;
    }
    let known: BTreeSet<(&str, &str)> = journal
        .iter()
        .map(|row| (&*row.table, row.key.as_str()))
        .collect();
    let tables = those_there(writer, tables, Unreadable::Asked).await?;
    for Restoration { info, deletes, .. } in &restorations {
        for found in dependents(writer, &tables, info, deletes).await? {
            // What referred to it before the job does so again.
            if !known.contains(&(found.table, found.key.as_str())) {
                conflicts.push(found.conflict(info, ConflictKind::NeededBy)?);
            }
        }
    }
    for restoration in &restorations {
        conflicts.extend(restoration.conflicts_of(writer, journal).await?);
    }
    Ok(conflicts)
}
