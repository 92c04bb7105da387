//! Restoring all rows of a job, or none.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::around::{Unreadable, dependents, those_there};
use super::conflict::{Conflict, ConflictKind};
use super::foreign_keys::ForeignKeys;
use super::inspect::inspect;
use super::net::net;
use super::restoration::Restoration;
use super::table::TableInfo;
use crate::store::catalog::describe;
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
    let nets = net(journal);
    let names: Vec<Arc<str>> = nets.iter().map(|(table, _)| Arc::clone(table)).collect();
    let names: Vec<&str> = names.iter().map(|table| &**table).collect();
    let catalog = describe(writer.connection(), &names).await?;
    for (table, rows) in nets {
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
        let mut restoration = inspect(writer, info, rows, &mut conflicts).await?;
        restoration.replace(&catalog)?;
        restorations.push(restoration);
    }
    if !conflicts.is_empty() {
        return Ok(conflicts);
    }
    let own: BTreeSet<(&str, &str)> = restorations
        .iter()
        .flat_map(|restoration| restoration.keys().map(|key| (restoration.info.name, key)))
        .collect();
    let foreign_keys = ForeignKeys::read(writer.connection(), &names).await?;
    // What was written first may be referred to by what was written later.
    for (index, restoration) in restorations.iter().rev().enumerate() {
        writer.report(restoration.info.name, index, restorations.len());
        // Before it is written: a foreign key may delete, or change, what refers to its rows.
        let found = foreign_keys.referring(writer, restoration, &own).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        restoration.write(writer, &catalog).await?;
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
