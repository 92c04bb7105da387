//! Executing the computed changes: at most three statements per table, whatever
//! the number of rows.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::changes::{Batch, Changes, Ids, TableChanges, changed_columns};
use super::compared::Compared;
use super::field::Type;
use super::index::Sides;
use super::kinds::{AUTHENTICATION, GROUP, LEVEL, RDB, SCOPE};
use super::schema::{TABLES, Table, TableId, dp_app, idp_a, idp_jdbc, idp_l, idp_o, x_key, x_map};
use super::schema::{authority, group, level, rdb, vgroup};
use super::tables::{Cell, Row, Tables};
use super::{allocate, build};
use crate::engine::{Approved, ItemId};
use crate::store::row::CellType;
use crate::store::{Change, Queued, Stamp, StoreError, Writer, bulk};

/// Writes the approved items, in the transaction in which the target was read.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    compared: &Compared,
    approved: &Approved,
) -> Result<(), StoreError> {
    let (stamp, target) = (writer.stamp(), &compared.target);
    let sides = compared.sides();
    let counting = counted(compared, approved, stamp);
    let given = allocate::take(writer, counting.counts(), allocate::Known::All(target)).await?;
    let mut ids = Ids::given(given, random_ids(target));
    let mut changes = build::changes(&sides, approved, stamp, &mut ids);
    let relied_on = relied_on(&sides, approved);
    for (table, keys) in relied_on {
        let rows: Arc<[Row]> = keys
            .into_iter()
            .map(|(row, index)| key_row(table, index, &row))
            .collect();
        lock_for_share(writer, table, &rows).await?;
    }
    let touched = TABLES
        .into_iter()
        .filter(|table| changes.of(table.id).is_some());
    let touched: Vec<&Table> = touched.collect();
    for (index, table) in touched.iter().enumerate() {
        writer.report(table.name, index, touched.len());
        // Taken out: a writer that queues keeps the rows, and their list is no longer needed.
        if let Some(changes) = changes.take(table.id) {
            write_table(writer, table, &changes, target).await?;
        }
    }
    Ok(())
}

/// Returns what writes the approved items into a target that nobody else writes to, and that has no
/// sequences: new rows get the next ids.
pub(super) fn writes_alone(compared: &Compared, approved: &Approved, stamp: &Stamp) -> Vec<Queued> {
    let target = &compared.target;
    let counting = counted(compared, approved, stamp);
    let given = allocate::next(counting.counts(), target);
    let mut ids = Ids::given(given, random_ids(target));
    let changes = build::changes(&compared.sides(), approved, stamp, &mut ids);
    writes(&changes, target)
}

/// Counts the ids that the rows of the approved items need.
fn counted(compared: &Compared, approved: &Approved, stamp: &Stamp) -> Ids {
    let mut counting = Ids::counting(random_ids(&compared.target));
    build::count(&compared.sides(), approved, stamp, &mut counting);
    counting
}

/// Locks the rows of these keys so that they stay until the transaction ends.
pub(crate) async fn lock_for_share(
    writer: &mut Writer<'_>,
    table: &'static Table,
    rows: &Arc<[Row]>,
) -> Result<(), StoreError> {
    writer
        .lock_for_share(table.name, &columns(table, &key(table), rows), rows.len())
        .await
}

/// Writes changes, in the transaction in which `target` was read: it must
/// contain the updated rows.
pub(crate) async fn execute(
    writer: &mut Writer<'_>,
    changes: &Changes,
    target: &Tables,
) -> Result<(), StoreError> {
    let touched: Vec<(&'static Table, _)> = TABLES
        .into_iter()
        .filter_map(|table| Some((table, changes.of(table.id)?)))
        .collect();
    for (index, (table, changes)) in touched.iter().enumerate() {
        writer.report(table.name, index, touched.len());
        write_table(writer, table, changes, target).await?;
    }
    Ok(())
}

/// Writes the changes of a table.
async fn write_table(
    writer: &mut Writer<'_>,
    table: &'static Table,
    changes: &TableChanges,
    target: &Tables,
) -> Result<(), StoreError> {
    for write in writes_of(table, changes, target) {
        writer.write(write).await?;
    }
    Ok(())
}

/// Returns what writes all changes of a target, table by table.
pub(super) fn writes(changes: &Changes, target: &Tables) -> Vec<Queued> {
    let touched = TABLES.into_iter();
    let touched = touched.filter_map(|table| Some((table, changes.of(table.id)?)));
    touched
        .flat_map(|(table, changes)| writes_of(table, changes, target))
        .collect()
}

/// Returns what writes the changes of a table, in their order.
fn writes_of(table: &'static Table, changes: &TableChanges, target: &Tables) -> Vec<Queued> {
    let TableChanges {
        inserts,
        updates,
        deletes,
    } = changes;
    let keyed = |batch: &Batch, keys, change| Queued {
        table: table.name,
        keys,
        owners: batch.owners.clone(),
        change,
    };
    let mut writes = Vec::new();
    if !deletes.rows.is_empty() {
        let keys = columns(table, &key(table), &deletes.shared());
        writes.push(keyed(deletes, keys, Change::Delete));
    }
    if !updates.rows.is_empty() {
        let rows = updates.shared();
        let keys = columns(table, &key(table), &rows);
        let set = columns(table, &changed_columns(table, target, &rows), &rows);
        writes.push(keyed(updates, keys, Change::Update(set)));
    }
    if !inserts.rows.is_empty() {
        let all: Vec<usize> = table.columns().map(|(index, _)| index).collect();
        let all = columns(table, &all, &inserts.shared());
        let is_key = |column: &&bulk::Column| {
            let mut key = table.key();
            key.any(|(_, field)| field.column == column.name)
        };
        let keys = all.iter().filter(is_key).cloned().collect();
        writes.push(keyed(inserts, keys, Change::Insert(all)));
    }
    writes
}

/// Returns the keys of the rows that approved items rely on and that are not
/// written themselves: they must stay until the transaction ends.
fn relied_on(
    sides: &Sides<'_>,
    approved: &Approved,
) -> Vec<(&'static Table, BTreeSet<(String, usize)>)> {
    let plan = approved.plan();
    let steps = || {
        approved
            .steps()
            .iter()
            .filter_map(|step| plan.entry(step.index))
    };
    let written: HashSet<&ItemId> = steps().map(|entry| &entry.item.id).collect();
    let mut held: Vec<(&'static Table, BTreeSet<(String, usize)>)> = Vec::new();
    let needed = steps().flat_map(|entry| &entry.requires);
    for on in needed
        .map(|needed| &needed.on)
        .filter(|on| !written.contains(on))
    {
        let target = &sides.target;
        let find = |table: TableId, column: usize| {
            let rows = target.tables.rows(table).iter();
            rows.map(|row| row.text(column))
                .find(|text| *text == &*on.key)
                .map(str::to_owned)
        };
        let found = match &on.kind {
            kind if *kind == GROUP => target.plain_named(&on.key).map(|row| {
                (
                    TableId::Group,
                    group::GROUP_ID,
                    row.text(group::GROUP_ID).to_owned(),
                )
            }),
            kind if *kind == SCOPE => target.scope_named(&on.key).map(|row| {
                (
                    TableId::Vgroup,
                    vgroup::VGROUP_ID,
                    row.text(vgroup::VGROUP_ID).to_owned(),
                )
            }),
            kind if *kind == AUTHENTICATION => {
                find(TableId::Authority, authority::GROUP_AUTHORITIE_ID)
                    .map(|key| (TableId::Authority, authority::GROUP_AUTHORITIE_ID, key))
            }
            kind if *kind == LEVEL => find(TableId::Level, level::SECURITY_LEVEL_ID)
                .map(|key| (TableId::Level, level::SECURITY_LEVEL_ID, key)),
            kind if *kind == RDB => find(TableId::Rdb, rdb::CONNECTION_NAME)
                .map(|key| (TableId::Rdb, rdb::CONNECTION_NAME, key)),
            _ => None,
        };
        let Some((table, column, key)) = found else {
            continue;
        };
        let table = table.table();
        match held.iter_mut().find(|(other, _)| other.id == table.id) {
            Some((_, keys)) => drop(keys.insert((key, column))),
            None => held.push((table, BTreeSet::from([(key, column)]))),
        }
    }
    held
}

/// Returns a row of which only the key is known.
pub(crate) fn key_row(table: &Table, column: usize, key: &str) -> Row {
    let mut row = Row::empty(table.fields.len());
    row.set(column, Cell::Text(key));
    row
}

fn key(table: &Table) -> Vec<usize> {
    table.key().map(|(index, _)| index).collect()
}

/// Returns columns of rows.
fn columns(table: &'static Table, indexes: &[usize], rows: &Arc<[Row]>) -> Vec<bulk::Column> {
    let column = |index: usize| {
        let field = table.fields.get(index)?;
        Some(bulk::Column {
            name: field.column,
            values: bulk::Values::Cells(bulk::Cells {
                rows: Arc::clone(rows),
                index,
                ty: match field.ty {
                    Type::Text(_) | Type::Epoch => CellType::Text,
                    Type::Int | Type::IntAsLong | Type::Long => CellType::Int,
                    Type::Time => CellType::Time,
                },
            }),
        })
    };
    indexes.iter().filter_map(|index| column(*index)).collect()
}

/// The random ids of the target, which new ones must not repeat.
fn random_ids(target: &Tables) -> HashSet<i64> {
    [
        (TableId::XKey, x_key::API_KEY_ID),
        (TableId::XMap, x_map::API_KEY_MAP_ID),
        (TableId::DpApp, dp_app::DP_APPLICATION_ID),
        (TableId::IdpO, idp_o::GTW_IDP_INFO_O_ID),
        (TableId::IdpL, idp_l::GTW_IDP_INFO_L_ID),
        (TableId::IdpA, idp_a::GTW_IDP_INFO_A_ID),
        (TableId::IdpJdbc, idp_jdbc::GTW_IDP_INFO_JDBC_ID),
    ]
    .into_iter()
    .flat_map(|(table, column)| {
        target
            .rows(table)
            .iter()
            .filter_map(move |row| row.int(column))
    })
    .collect()
}
