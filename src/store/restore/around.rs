//! The rows around those that were written: what refers to them, what they refer to, and who has
//! their names.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::cells::format_key;
use super::conflict::{Conflict, ConflictKind};
use super::rows::{Whole, array, matched};
use super::table::{Reference, TableInfo};
use crate::store::catalog;
use crate::store::error::{Operation, StoreError};
use crate::store::ledger::JournalRow;
use crate::store::writer::{ItemRef, Writer};

/// Journals the unchanged rows around the written rows: those that already
/// referred to added rows, those that had a name of a removed or renamed row,
/// and the absence of rows that removed ones referred to. An undo must not
/// treat them as later changes.
///
/// # Errors
///
/// As reading does.
pub async fn journal_dependents(
    writer: &mut Writer<'_>,
    tables: &[TableInfo],
) -> Result<(), StoreError> {
    let known: BTreeSet<(Arc<str>, String)> = writer
        .journal()
        .iter()
        .map(|row| (Arc::clone(&row.table), row.key.clone()))
        .collect();
    let mut dependents_found = Vec::new();
    let there = those_there(writer, tables, Unreadable::LeftOut).await?;
    for info in tables.iter().filter(|info| !info.is_external) {
        let added = writer
            .journal()
            .iter()
            .filter(|row| *row.table == *info.name && row.before.is_none());
        let added: Vec<Whole> = added
            .filter_map(|row| Some((Arc::clone(&row.item), row.key.clone(), row.after.clone()?)))
            .collect();
        let is_known =
            |found: &Dependent| known.contains(&(Arc::from(found.table), found.key.clone()));
        let mut around = dependents(writer, &there, info, &added).await?;
        // A job writes most of them itself: the others are read as a whole.
        around.retain(|found| !is_known(found));
        read_whole(writer, &there, &mut around).await?;
        around.extend(former(writer, info).await?);
        for found in around {
            if !is_known(&found) {
                dependents_found.push(JournalRow {
                    table: found.table.into(),
                    item: found.owner,
                    key: found.key,
                    before: Some(found.row.clone()),
                    after: Some(found.row),
                });
            }
        }
    }
    writer.journal_untouched(dependents_found);
    Ok(())
}

/// The journal's value for a nonexistent row that others referred to.
pub(super) const ABSENT: &str = "{}";

/// Finds the rows around the removed or renamed rows of a table.
async fn former(writer: &mut Writer<'_>, info: &TableInfo) -> Result<Vec<Dependent>, StoreError> {
    let of = |row: &JournalRow| Some((Arc::clone(&row.item), row.key.clone(), row.before.clone()?));
    let ours = |row: &&JournalRow| *row.table == *info.name;
    let removed = |row: &&JournalRow| row.after.is_none();
    let changed = |row: &&JournalRow| row.before != row.after;
    let removed: Vec<Whole> = writer
        .journal()
        .iter()
        .filter(ours)
        .filter(removed)
        .filter_map(of)
        .collect();
    let changed: Vec<Whole> = match info.names.as_slice() {
        [] => Vec::new(),
        _ => writer
            .journal()
            .iter()
            .filter(ours)
            .filter(changed)
            .filter_map(of)
            .collect(),
    };
    let mut found = missing(writer, info, &removed).await?;
    for column in &info.names {
        found.extend(namesakes(writer, info, column, &changed).await?);
    }
    Ok(found)
}

/// Finds the nonexistent rows to which rows of a table refer.
pub(super) async fn missing(
    writer: &mut Writer<'_>,
    info: &TableInfo,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    let mut missing = Vec::new();
    if rows.is_empty() {
        return Ok(missing);
    }
    let json = array(rows.iter().map(|(_, _, row)| row.as_str()));
    for Reference {
        column, table, to, ..
    } in &info.references
    {
        let sql = format!(
            "SELECT k.ordinality, jsonb_build_object('{to}', k.{column})::text, '{ABSENT}'::text \
             FROM jsonb_populate_recordset(NULL::{0}, $1::jsonb) WITH ORDINALITY AS k \
             WHERE k.{column} IS NOT NULL \
             AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.{to} = k.{column}) ORDER BY 1",
            info.name
        );
        missing.extend(around(writer, table, sql, &json, rows).await?);
    }
    Ok(missing)
}

/// Finds the rows of a table that have a name of one of these.
pub(super) async fn namesakes(
    writer: &mut Writer<'_>,
    info: &TableInfo,
    column: &str,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key: Vec<String> = info
        .key
        .iter()
        .map(|column| format!("'{column}', t.{column}"))
        .collect();
    let sql = format!(
        "SELECT k.ordinality, jsonb_build_object({})::text, to_jsonb(t)::text \
         FROM jsonb_populate_recordset(NULL::{1}, $1::jsonb) WITH ORDINALITY AS k \
         JOIN {1} AS t ON t.{column} = k.{column} AND t.{column} <> '' AND NOT ({2}) ORDER BY 1, 2",
        key.join(", "),
        info.name,
        matched(&info.key)
    );
    let json = array(rows.iter().map(|(_, _, row)| row.as_str()));
    around(writer, info.name, sql, &json, rows).await
}

/// A row that refers to one of ours, or that one of ours refers to, or that has
/// its name.
pub(super) struct Dependent {
    /// The item of our row, and its key.
    pub(super) owner: ItemRef,
    pub(super) to: String,
    /// The row itself; [`ABSENT`] if it does not exist.
    pub(super) table: &'static str,
    pub(super) key: String,
    pub(super) row: String,
}

impl Dependent {
    pub(super) fn conflict(
        self,
        info: &TableInfo,
        job_error: fn(String) -> ConflictKind,
    ) -> Result<Conflict, StoreError> {
        Ok(Conflict {
            owner: self.owner,
            table: info.name,
            key: format_key(&self.to)?,
            kind: job_error(format!("{} ({})", self.table, format_key(&self.key)?)),
        })
    }
}

/// How to treat tables of other parts of the product that the role may not
/// read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// They are still read, and the server refuses.
    Asked,
    /// They are left out: an undo treats their existing rows as new.
    LeftOut,
}

/// Returns the tables without those of other parts of the product that are
/// missing in the target, or are missing the columns that refer to ours.
pub(super) async fn those_there<'t>(
    writer: &mut Writer<'_>,
    tables: &'t [TableInfo],
    unreadable: Unreadable,
) -> Result<Vec<&'t TableInfo>, StoreError> {
    let external: Vec<&str> = tables
        .iter()
        .filter(|info| info.is_external)
        .map(|info| info.name)
        .collect();
    if external.is_empty() {
        return Ok(tables.iter().collect());
    }
    let found = catalog::columns(writer.connection(), &external).await?;
    let is_there = |info: &&TableInfo| {
        !info.is_external
            || found.get(info.name).is_some_and(|(columns, may_read)| {
                let referring = info.references.iter().map(|by| by.column);
                let mut wanted = info.key.iter().copied().chain(referring);
                wanted.all(|column| columns.iter().any(|other| other == column))
                    && (*may_read || unreadable == Unreadable::Asked)
            })
    };
    Ok(tables.iter().filter(is_there).collect())
}

/// Finds the rows that refer to rows of a table: their keys.
pub(super) async fn dependents(
    writer: &mut Writer<'_>,
    tables: &[&TableInfo],
    info: &TableInfo,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    let mut dependents = Vec::new();
    if rows.is_empty() {
        return Ok(dependents);
    }
    // References name keys: the rest of a row is not sent once per reference.
    let json = array(rows.iter().map(|(_, key, _)| key.as_str()));
    let referring: Vec<(&TableInfo, &Reference)> = tables
        .iter()
        .flat_map(|table| table.references.iter().map(move |by| (*table, by)))
        .filter(|(_, by)| by.table == info.name)
        .collect();
    for (table, by) in referring {
        let key: Vec<String> = table
            .key
            .iter()
            .map(|column| format!("'{column}', t.{column}"))
            .collect();
        let refers = match by.is_list {
            false => format!("t.{} = k.{}", by.column, by.to),
            // Not parsed as JSON: invalid JSON must not fail the undo.
            true => format!("strpos(t.{}, to_jsonb(k.{})::text) > 0", by.column, by.to),
        };
        let sql = format!(
            "SELECT DISTINCT k.ordinality, jsonb_build_object({key})::text, '{ABSENT}'::text \
             FROM jsonb_populate_recordset(NULL::{to}, $1::jsonb) WITH ORDINALITY AS k \
             JOIN {from} AS t ON {refers} ORDER BY 1, 2",
            key = key.join(", "),
            to = info.name,
            from = table.name,
        );
        dependents.extend(around(writer, table.name, sql, &json, rows).await?);
    }
    Ok(dependents)
}

/// Reads rows that were found by their keys. Those of other parts of the product
/// are not journalled as a whole.
async fn read_whole(
    writer: &mut Writer<'_>,
    tables: &[&TableInfo],
    found: &mut [Dependent],
) -> Result<(), StoreError> {
    for info in tables.iter().filter(|info| !info.is_external) {
        let mut here: Vec<&mut Dependent> = found
            .iter_mut()
            .filter(|found| found.table == info.name)
            .collect();
        if here.is_empty() {
            continue;
        }
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, info.name, &error);
        let sql = format!(
            "SELECT k.ordinality, to_jsonb(t)::text \
             FROM jsonb_populate_recordset(NULL::{0}, $1::jsonb) WITH ORDINALITY AS k JOIN {0} AS t ON {1}",
            info.name,
            matched(&info.key)
        );
        let query =
            sqlx::query_as(AssertSqlSafe(sql)).bind(array(here.iter().map(|found| &*found.key)));
        let rows: Vec<(i64, String)> =
            query.fetch_all(writer.connection()).await.map_err(failed)?;
        for (index, row) in rows {
            let index = usize::try_from(index - 1).unwrap_or(usize::MAX);
            if let Some(found) = here.get_mut(index) {
                found.row = row;
            }
        }
    }
    Ok(())
}

/// Reads rows of a table around these: the index of one of these, the key and
/// the row found.
async fn around(
    writer: &mut Writer<'_>,
    table: &'static str,
    sql: String,
    json: &str,
    rows: &[Whole],
) -> Result<Vec<Dependent>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table, &error);
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(json);
    let found: Vec<(i64, String, String)> =
        query.fetch_all(writer.connection()).await.map_err(failed)?;
    let dependent = |(index, key, row): (i64, String, String)| {
        let (owner, to, _) = rows.get(usize::try_from(index - 1).ok()?)?;
        Some(Dependent {
            owner: Arc::clone(owner),
            to: to.clone(),
            table,
            key,
            row,
        })
    };
    Ok(found.into_iter().filter_map(dependent).collect())
}
