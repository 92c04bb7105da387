//! What a job did to each row, first to last.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cells::cells;
use super::table::TableInfo;
use crate::engine::promise::{Promised, RowPromise};
use crate::store::error::StoreError;
use crate::store::ledger::JournalRow;
use crate::store::writer::ItemRef;

/// What a job did to one row, first to last.
pub(super) struct Net {
    pub(super) owner: ItemRef,
    pub(super) key: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Returns the promise of an undo for each row: its previous values, except
/// those that the running system itself writes.
///
/// # Errors
///
/// Fails if the journal cannot be read.
pub fn promises(
    tables: &[TableInfo],
    journal: &[JournalRow],
) -> Result<Vec<RowPromise>, StoreError> {
    let mut promises = Vec::new();
    for (table, rows) in net(journal) {
        let info = tables.iter().find(|info| info.name == &*table);
        let is_live =
            |column: &str| info.is_some_and(|info| !info.is_counter && info.live.contains(&column));
        for net in rows.into_iter().filter(|net| net.before != net.after) {
            let before = net.before.as_deref().map(cells).transpose()?;
            let values = before.iter().flatten();
            let values = values.filter(|(column, _)| net.after.is_none() || !is_live(column));
            promises.push(RowPromise {
                table: table.to_string().into(),
                key: net.key,
                remains: before.is_some(),
                // A counter that has advanced is left alone.
                required: !info.is_some_and(|info| info.is_counter),
                columns: values
                    .map(|(column, value)| {
                        (column.clone(), Promised::Value(value.get().to_owned()))
                    })
                    .collect(),
            });
        }
    }
    Ok(promises)
}

/// Sums up what was done to each row, table by table in the order of writing.
pub(super) fn net(journal: &[JournalRow]) -> Vec<(Arc<str>, Vec<Net>)> {
    let mut tables: Vec<(Arc<str>, Vec<Net>)> = Vec::new();
    let mut places: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for row in journal {
        if let Some((table, index)) = places.get(&(&*row.table, row.key.as_str())) {
            if let Some(net) = tables
                .get_mut(*table)
                .and_then(|(_, rows)| rows.get_mut(*index))
            {
                net.after.clone_from(&row.after);
            }
            continue;
        }
        let table = tables
            .iter()
            .position(|(name, _)| *name == row.table)
            .unwrap_or_else(|| {
                tables.push((Arc::clone(&row.table), Vec::new()));
                tables.len() - 1
            });
        if let Some((_, rows)) = tables.get_mut(table) {
            places.insert((&row.table, &row.key), (table, rows.len()));
            rows.push(Net {
                owner: Arc::clone(&row.item),
                key: row.key.clone(),
                before: row.before.clone(),
                after: row.after.clone(),
            });
        }
    }
    tables
}
