//! Whether anything around queued rows has to be journalled too.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Row as _};

use super::table::{Reference, TableInfo};
use crate::store::bulk::{self, Column};
use crate::store::catalog::Catalog;
use crate::store::error::{Operation, StoreError};
use crate::store::writer::{Change, Queued, Writer};

/// Says whether rows that a job did not write refer to rows that it added, had the names of rows
/// that it changed, or were missing for rows that it deleted: whatever
/// [`journal_dependents`](super::journal_dependents) would journal. Asked once the rows of `writes`
/// are written, by the transaction's only statements.
///
/// # Errors
///
/// Fails if the role may not read a table that refers to others.
pub async fn has_dependents(
    writer: &mut Writer<'_>,
    (tables, catalog): (&[TableInfo], &Catalog),
    job: i64,
    writes: &[Queued],
) -> Result<bool, StoreError> {
    let mut relations = String::new();
    let mut conditions = Vec::new();
    let mut parameters: Vec<&Column> = Vec::new();
    for write in writes {
        let Some(info) = tables.iter().find(|info| info.name == write.table) else {
            continue;
        };
        match write.change {
            Change::Insert(_) => {
                let referring = referring(tables, catalog, info);
                let mut referring = referring.peekable();
                if referring.peek().is_none() {
                    continue;
                }
                let name = format!("k{}", conditions.len());
                let arrays: Vec<String> = (parameters.len() + 1..)
                    .zip(&write.keys)
                    .map(|(number, key)| format!("${number}::{}", key.values.array()))
                    .collect();
                let columns: Vec<&str> = write.keys.iter().map(|key| key.name).collect();
                parameters.extend(&write.keys);
                let _ = write!(
                    relations,
                    "{} {name} AS MATERIALIZED (SELECT * FROM unnest({}) AS k ({}))",
                    if relations.is_empty() { "WITH" } else { "," },
                    arrays.join(", "),
                    columns.join(", "),
                );
                for (table, by) in referring {
                    conditions.push(refers(table, by, &name));
                }
            }
            Change::Update(_) => conditions.extend(namesakes(info, job)),
            Change::Delete => {
                conditions.extend(namesakes(info, job));
                conditions.extend(missing(info, job));
            }
        }
    }
    if conditions.is_empty() {
        return Ok(false);
    }
    let sql = format!("{relations} SELECT {}", conditions.join(" OR "));
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    for column in parameters {
        query = bulk::bind(query, &column.values);
    }
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, "the target", &error);
    let row = query.fetch_one(writer.connection()).await.map_err(failed)?;
    row.try_get(0).map_err(failed)
}

/// Returns what refers to rows of a table, as far as it exists.
fn referring<'t>(
    tables: &'t [TableInfo],
    catalog: &'t Catalog,
    info: &'t TableInfo,
) -> impl Iterator<Item = (&'t TableInfo, &'t Reference)> {
    let references = tables
        .iter()
        .flat_map(|table| table.references.iter().map(move |by| (table, by)));
    references.filter(|(table, by)| {
        let columns = catalog.columns(table.name);
        let has = |name: &str| columns.iter().any(|(column, _)| column == name);
        by.table == info.name && has(by.column) && table.key.iter().all(|key| has(key))
    })
}

/// Returns the condition that a row of a table refers to one of the keys, and was not written by
/// this transaction.
fn refers(table: &TableInfo, by: &Reference, keys: &str) -> String {
    let Reference {
        column,
        to,
        is_list,
        ..
    } = by;
    let refers = match is_list {
        false => format!("t.{column} = k.{to}"),
        // Not parsed as JSON: invalid JSON must not fail the import.
        true => format!("strpos(t.{column}, to_jsonb(k.{to})::text) > 0"),
    };
    let name = table.name;
    if table.is_external {
        format!("EXISTS (SELECT FROM {name} AS t JOIN {keys} AS k ON {refers})")
    } else {
        format!(
            "EXISTS (SELECT FROM {name} AS t JOIN {keys} AS k ON {refers} \
             WHERE t.xmin <> pg_current_xact_id()::xid)"
        )
    }
}

/// Returns the rows of a table as they were before this job, as the relation `k`.
fn before(info: &TableInfo, job: i64, condition: &str) -> String {
    format!(
        "gatediff.journal_pages AS p, unnest(p.before) AS r (row), \
         jsonb_populate_record(NULL::{0}, r.row::jsonb) AS k \
         WHERE p.job_id = {job} AND p.table_name = '{0}' AND {condition}",
        info.name
    )
}

/// Returns the conditions that others have the names that changed rows had.
fn namesakes(info: &TableInfo, job: i64) -> impl Iterator<Item = String> {
    info.names.iter().map(move |column| {
        let same: Vec<String> = info
            .key
            .iter()
            .map(|key| format!("t.{key} = k.{key}"))
            .collect();
        let condition = format!(
            "EXISTS (SELECT FROM {} AS t WHERE t.{column} = k.{column} AND t.{column} <> '' AND NOT ({}))",
            info.name,
            same.join(" AND ")
        );
        format!("EXISTS (SELECT FROM {})", before(info, job, &condition))
    })
}

/// Returns the conditions that deleted rows referred to rows that do not exist.
fn missing(info: &TableInfo, job: i64) -> impl Iterator<Item = String> {
    info.references.iter().map(move |by| {
        let Reference {
            column, table, to, ..
        } = by;
        let condition = format!(
            "p.after IS NULL AND k.{column} IS NOT NULL \
             AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.{to} = k.{column})"
        );
        format!("EXISTS (SELECT FROM {})", before(info, job, &condition))
    })
}
