//! Journalling the rows around queued ones, by the server.

use std::fmt::Write as _;

use super::around::ABSENT;
use super::rows::matched;
use super::table::{Reference, TableInfo};
use crate::store::catalog::Catalog;
use crate::store::writer::{Change, Queued, queued_keys};

/// The positions that each statement has for its rows: more than a table has.
const POSITIONS: usize = 1 << 40;

/// Returns the statements that journal what [`journal_dependents`](super::journal_dependents)
/// would: rows that the job did not write and that refer to rows which it added, that have the
/// names of rows which it changed, or that are missing for rows which it deleted.
///
/// They follow the writes, as the transaction's only other statements, and return nothing.
pub fn journal_around_queued(
    tables: &[TableInfo],
    catalog: &Catalog,
    job: i64,
    writes: &[Queued],
) -> String {
    let mut statements = Vec::new();
    for (number, write) in writes.iter().enumerate() {
        let Some(info) = tables.iter().find(|info| info.name == write.table) else {
            continue;
        };
        match write.change {
            Change::Insert(_) => {
                let referring = referring(tables, catalog, info);
                statements.extend(referring.map(|(table, by)| refers(table, by, number, write)));
            }
            Change::Update(_) => statements.extend(namesakes(info, job)),
            Change::Delete => {
                statements.extend(namesakes(info, job));
                statements.extend(missing(info, job));
            }
        }
    }
    let mut sql = String::new();
    for (number, Around { table, key, rows }) in statements.into_iter().enumerate() {
        let first = (number + 1) * POSITIONS;
        let _ = writeln!(
            sql,
            "INSERT INTO gatediff.journal_pages \
             (job_id, position, table_name, key_columns, items, row_keys, before, after) \
             SELECT {job}, {first}, '{table}', '{{{key}}}', array_agg(item), array_agg(key), array_agg(row), \
             array_agg(row) FROM (SELECT DISTINCT {rows}) AS d HAVING count(*) > 0;",
        );
    }
    sql
}

/// Rows to be journalled.
struct Around {
    table: &'static str,
    /// The columns of their key.
    key: String,
    /// The rest of a query of their `item`, `key` and `row`.
    rows: String,
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

/// Returns the expression of the key of a row `t`.
fn key_of(info: &TableInfo) -> String {
    let parts = info.key.iter().map(|key| format!("'{key}', t.{key}"));
    format!(
        "jsonb_build_object({})::text",
        parts.collect::<Vec<_>>().join(", ")
    )
}

/// The condition that a row `t` was not written by this transaction.
const IS_OTHERS: &str = "t.xmin <> pg_current_xact_id()::xid";

/// Returns the rows of a table that refer to added ones.
fn refers(table: &TableInfo, by: &Reference, number: usize, write: &Queued) -> Around {
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
    // Rows of other parts are not journalled as a whole, and never written.
    let (row, condition) = match table.is_external {
        true => (format!("'{ABSENT}'::text"), "true"),
        false => ("to_jsonb(t)::text".to_owned(), IS_OTHERS),
    };
    let columns: Vec<&str> = write.keys.iter().map(|key| key.name).collect();
    Around {
        table: table.name,
        key: table.key.join(","),
        rows: format!(
            "k.item, {} AS key, {row} AS row FROM {} AS t JOIN unnest({}) AS k ({}, item) ON {refers} WHERE {condition}",
            key_of(table),
            table.name,
            queued_keys(number, write).join(", "),
            columns.join(", "),
        ),
    }
}

/// Returns the rows of a table as they were before this job, as the relation `k`.
fn before(info: &TableInfo) -> String {
    format!(
        "gatediff.journal_pages AS p, unnest(p.items, p.before) AS r (item, row), \
         jsonb_populate_record(NULL::{0}, r.row::jsonb) AS k",
        info.name
    )
}

/// Returns the rows that have the names which changed rows had.
fn namesakes(info: &TableInfo, job: i64) -> impl Iterator<Item = Around> {
    info.names.iter().map(move |column| Around {
        table: info.name,
        key: info.key.join(","),
        rows: format!(
            "r.item, {key} AS key, to_jsonb(t)::text AS row FROM {before}, {name} AS t \
             WHERE p.job_id = {job} AND p.table_name = '{name}' AND t.{column} = k.{column} \
             AND t.{column} <> '' AND NOT ({same}) AND {IS_OTHERS}",
            key = key_of(info),
            before = before(info),
            name = info.name,
            same = matched(&info.key),
        ),
    })
}

/// Returns the rows that deleted rows referred to, and that do not exist.
fn missing(info: &TableInfo, job: i64) -> impl Iterator<Item = Around> {
    info.references.iter().map(move |by| {
        let Reference {
            column, table, to, ..
        } = by;
        Around {
            table,
            key: (*to).to_owned(),
            rows: format!(
                "r.item, jsonb_build_object('{to}', k.{column})::text AS key, '{ABSENT}'::text AS row \
                 FROM {before} WHERE p.job_id = {job} AND p.table_name = '{name}' AND p.after IS NULL \
                 AND k.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.{to} = k.{column})",
                before = before(info),
                name = info.name,
            ),
        }
    })
}
