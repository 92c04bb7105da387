//! Executing the computed changes: at most three statements per table, whatever
//! the number of rows.

use std::collections::HashSet;

use sqlx::PgConnection;

use super::changes::{Ids, changed_columns};
use super::side::Pair;
use super::tables::{T, TABLES, Table, Type, dp_app, idp_a, idp_jdbc, idp_l, idp_o, x_key, x_map};
use super::world::{Cell, Row, World};
use super::{allocate, build};
use crate::engine::Approved;
use crate::store::{StoreError, TableRows, Writing, bulk};

/// Writes what was approved, in the transaction in which `target` was read.
pub(super) async fn write(
    connection: &mut PgConnection,
    file: &World,
    target: &World,
    approved: &Approved,
    writing: Writing<'_>,
) -> Result<Vec<TableRows>, StoreError> {
    let changes = {
        // The pair is not held across an await: it is rebuilt from the worlds.
        let mut counting = Ids::counting(random_ids(target));
        build::changes(&Pair::new(file, target), approved, writing.stamp, &mut counting);
        let given = allocate::take(connection, counting.counts()).await?;
        let mut ids = Ids::given(given, random_ids(target));
        build::changes(&Pair::new(file, target), approved, writing.stamp, &mut ids)
    };
    let touched: Vec<(&'static Table, _)> =
        TABLES.into_iter().filter_map(|table| Some((table, changes.of(table.id)?))).collect();
    let mut done = Vec::with_capacity(touched.len());
    for (at, (table, changes)) in touched.iter().enumerate() {
        (writing.report)(table.name, at, touched.len());
        let mut rows = TableRows { table: table.name.to_owned(), ..TableRows::default() };
        if !changes.deletes.is_empty() {
            let keys = columns(table, &key(table), &changes.deletes);
            rows.deleted = bulk::delete(connection, table.name, &keys, changes.deletes.len()).await?;
        }
        if !changes.updates.is_empty() {
            let keys = columns(table, &key(table), &changes.updates);
            let set = columns(table, &changed_columns(table, target, &changes.updates), &changes.updates);
            rows.updated = bulk::update(connection, table.name, &keys, &set, changes.updates.len()).await?;
        }
        if !changes.inserts.is_empty() {
            let all: Vec<usize> = table.columns().map(|(at, _)| at).collect();
            rows.inserted = bulk::insert(
                connection,
                table.name,
                &columns(table, &all, &changes.inserts),
                changes.inserts.len(),
            )
            .await?;
        }
        done.push(rows);
    }
    Ok(done)
}

fn key(table: &Table) -> Vec<usize> {
    table.key().map(|(at, _)| at).collect()
}

/// Turns rows into an array per column.
fn columns(table: &'static Table, at: &[usize], rows: &[Row]) -> Vec<bulk::Column> {
    at.iter()
        .filter_map(|at| Some((*at, table.fields.get(*at)?)))
        .map(|(at, field)| bulk::Column {
            name: field.column,
            values: match field.ty {
                Type::Text(_) | Type::Epoch => {
                    bulk::Values::Text(rows.iter().map(|row| text(row.cell(at))).collect())
                }
                Type::Int | Type::IntAsLong | Type::Long => {
                    bulk::Values::Int(rows.iter().map(|row| row.int(at)).collect())
                }
                Type::Time => bulk::Values::Time(rows.iter().map(|row| time(row.cell(at))).collect()),
            },
        })
        .collect()
}

fn text(cell: &Cell) -> Option<std::sync::Arc<str>> {
    match cell {
        Cell::Text(text) => Some(std::sync::Arc::clone(text)),
        _ => None,
    }
}

const fn time(cell: &Cell) -> Option<chrono::NaiveDateTime> {
    match cell {
        Cell::Time(time) => Some(*time),
        _ => None,
    }
}

/// The random ids of the target, which new ones must not meet.
fn random_ids(target: &World) -> HashSet<i64> {
    [
        (T::XKey, x_key::API_KEY_ID),
        (T::XMap, x_map::API_KEY_MAP_ID),
        (T::DpApp, dp_app::DP_APPLICATION_ID),
        (T::IdpO, idp_o::GTW_IDP_INFO_O_ID),
        (T::IdpL, idp_l::GTW_IDP_INFO_L_ID),
        (T::IdpA, idp_a::GTW_IDP_INFO_A_ID),
        (T::IdpJdbc, idp_jdbc::GTW_IDP_INFO_JDBC_ID),
    ]
    .into_iter()
    .flat_map(|(table, column)| target.rows(table).iter().filter_map(move |row| row.int(column)))
    .collect()
}
