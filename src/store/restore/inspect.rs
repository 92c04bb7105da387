//! Decides what is done to each row, from what it was, what it is, and what the job left.

use std::sync::Arc;

use serde_json::Value;

use super::cells::{Cells, cells, format_key, text};
use super::conflict::{CellChange, Conflict, ConflictKind};
use super::net::Net;
use super::restoration::Restoration;
use super::rows::{array, read};
use super::table::TableInfo;
use crate::engine::secret::mask_addresses;
use crate::store::error::StoreError;
use crate::store::writer::Writer;

/// Masks a password in an address: any column may hold one.
fn without_credentials(column: &str, value: Value) -> Value {
    match value {
        Value::String(text) => mask_addresses(column, &text).unwrap_or(text).into(),
        other => other,
    }
}

/// Reads the rows as they are, locks them, and decides about each.
pub(super) async fn inspect<'t>(
    writer: &mut Writer<'_>,
    info: &'t TableInfo,
    rows: Vec<Net>,
    conflicts: &mut Vec<Conflict>,
) -> Result<Restoration<'t>, StoreError> {
    let mut found = read(writer, info, array(rows.iter().map(|row| row.key.as_str()))).await?;
    let mut restoration = Restoration {
        info,
        deletes: Vec::new(),
        updates: Vec::new(),
        replacements: Vec::new(),
        inserts: Vec::new(),
    };
    for (index, net) in rows.into_iter().enumerate() {
        let now = found.remove(&index);
        let job_error = match (net.before, net.after, now) {
            (None, None, _) => None,
            // It was only read, or has its old values again.
            (Some(before), Some(after), _) if before == after => None,
            (_, Some(_), None) => Some(ConflictKind::Gone),
            (Some(_), None, Some(_)) if info.is_counter => Some(ConflictKind::CountedOn),
            (Some(_), None, Some(_)) => Some(ConflictKind::Taken),
            (Some(before), None, None) => {
                restoration
                    .inserts
                    .push((Arc::clone(&net.owner), net.key.clone(), before));
                None
            }
            (before, Some(after), Some(now)) => {
                let is_addition = before.is_none();
                let change = compare(info, before.as_deref(), &after, &now)?;
                match change {
                    Compared::Same(_) if is_addition => {
                        restoration
                            .deletes
                            .push((Arc::clone(&net.owner), net.key.clone(), now));
                        None
                    }
                    Compared::Same(wanted) => {
                        restoration.updates.push((
                            Arc::clone(&net.owner),
                            net.key.clone(),
                            now,
                            wanted,
                        ));
                        None
                    }
                    Compared::CountedOn { forward: true } => Some(ConflictKind::CountedOn),
                    Compared::CountedOn { forward: false } => None,
                    Compared::Changed(columns) => Some(ConflictKind::Changed(columns)),
                }
            }
        };
        if let Some(job_error) = job_error {
            let key = format_key(&net.key)?;
            conflicts.push(Conflict {
                owner: net.owner,
                table: info.name,
                key,
                kind: job_error,
            });
        }
    }
    Ok(restoration)
}

enum Compared {
    /// It is unchanged since the job; this is its value to restore.
    Same(Cells),
    Changed(Vec<CellChange>),
    /// A counter that has changed since the job; `forward` if restoring it
    /// would advance it.
    CountedOn {
        forward: bool,
    },
}

fn compare(
    info: &TableInfo,
    before: Option<&str>,
    after: &str,
    now: &str,
) -> Result<Compared, StoreError> {
    let (after, now) = (cells(after)?, cells(now)?);
    let before = before.map(cells).transpose()?;
    let is_live = |column: &str| info.live.contains(&column);
    let same = |column: &str| text(&after, column) == text(&now, column);
    if info.is_counter && info.live.iter().any(|column| !same(column)) {
        let count = |cells: &Cells| {
            info.live
                .first()
                .and_then(|column| text(cells, column))
                .and_then(|text| text.parse::<i64>().ok())
        };
        let forward = before
            .as_ref()
            .is_some_and(|before| count(before) > count(&after));
        return Ok(Compared::CountedOn { forward });
    }
    let mut columns: Vec<&String> = after.keys().chain(now.keys()).collect();
    columns.sort();
    columns.dedup();
    let changed: Vec<CellChange> = columns
        .into_iter()
        .filter(|column| !is_live(column) && !same(column))
        .map(|column| CellChange {
            column: column.clone(),
            values: info.shown.contains(&column.as_str()).then(|| {
                let value = |cells: Option<&Cells>| {
                    let text = cells.and_then(|cells| text(cells, column));
                    let value = text.and_then(|text| serde_json::from_str(text).ok());
                    without_credentials(column, value.unwrap_or_default())
                };
                [
                    value(Some(&after)),
                    value(Some(&now)),
                    value(before.as_ref()),
                ]
            }),
        })
        .collect();
    if !changed.is_empty() {
        return Ok(Compared::Changed(changed));
    }
    let mut wanted = before.unwrap_or_default();
    for column in &info.live {
        if !same(column)
            && let (Some(slot), Some(value)) = (wanted.get_mut(*column), now.get(*column))
        {
            *slot = value.clone();
        }
    }
    Ok(Compared::Same(wanted))
}
