//! The rows around those that the server wrote by itself: found, and journalled, by the server.

use std::fmt::Write as _;

use super::around::ABSENT;
use super::rows::matched;
use super::table::{Reference, TableInfo};
use crate::store::catalog::Catalog;
use crate::store::error::Operation;

/// The positions that each statement has for its rows: more than a table has.
pub(super) const POSITIONS: usize = 1 << 40;

/// Rows of a table that the server wrote in this transaction.
pub(super) struct ServerWrite<'t> {
    pub(super) info: &'t TableInfo,
    pub(super) change: Operation,
    /// A relation of their keys and of `gatediff_item`, the item of each.
    pub(super) keys: String,
    /// A relation of `gatediff_item` and the columns that refer to other rows; for deleted and
    /// restored ones.
    pub(super) references: String,
}

/// Returns the statements that journal what [`journal_dependents`](super::journal_dependents)
/// would: rows that the job did not write and that refer to rows which it added, that have the
/// names of rows which it changed, or that are missing for rows which it deleted.
///
/// They follow the writes, as the transaction's only other statements, and return nothing. Their
/// positions follow those of `first` statements.
pub(super) fn journal_around(
    tables: &[TableInfo],
    catalog: &Catalog,
    (job, first): (i64, usize),
    writes: &[ServerWrite<'_>],
) -> String {
    let mut statements = Vec::new();
    for write in writes {
        let info = write.info;
        if write.change == Operation::Insert {
            let referring = referring(tables, catalog, info);
            statements.extend(referring.map(|(table, by)| refers(table, by, write)));
            continue;
        }
        statements.extend(info.names.iter().map(|column| former(info, column, job)));
        if write.change == Operation::Delete {
            statements.extend(info.references.iter().map(|by| missing(by, write, writes)));
        }
    }
    let mut sql = String::new();
    for (number, Around { table, key, rows }) in statements.into_iter().enumerate() {
        let first = (first + number + 1) * POSITIONS;
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

/// Returns the queries that count the conflicts of the rows that an undo of the job `past` restored
/// or removed: what refers to removed ones, what restored ones refer to, and who has their names.
/// What did so before that job is journalled by it, and is allowed.
pub(super) fn count_conflicts(
    tables: &[TableInfo],
    catalog: &Catalog,
    (job, past): (i64, i64),
    writes: &[ServerWrite<'_>],
) -> Vec<(&'static str, String)> {
    let mut queries = Vec::new();
    for write in writes {
        let info = write.info;
        let found: Vec<String> = match write.change {
            Operation::Delete => referring(tables, catalog, info)
                .map(|(table, by)| {
                    format!(
                        "SELECT 1 FROM k JOIN {} AS t ON {} WHERE {IS_OTHERS} AND {}",
                        table.name,
                        condition(by),
                        is_new(past, table.name, &key_of(table), "true")
                    )
                })
                .collect(),
            Operation::Insert => info
                .references
                .iter()
                .map(|by| {
                    let key = format!("jsonb_build_object('{}', k.{})::text", by.to, by.column);
                    let was_absent = format!("u.before = '{ABSENT}'");
                    let is_new = is_new(past, by.table, &key, &was_absent);
                    format!(
                        "SELECT 1 FROM k WHERE {} AND {is_new}{}",
                        is_missing(by),
                        is_not_deleted(by, writes)
                    )
                })
                .collect(),
            _ => Vec::new(),
        };
        if !found.is_empty() {
            let from = match write.change {
                Operation::Delete => &write.keys,
                _ => &write.references,
            };
            let found = found.join(" UNION ALL ");
            queries.push((
                info.name,
                format!(
                    "WITH k AS MATERIALIZED (SELECT * FROM {from} AS r) SELECT count(*) FROM ({found}) AS f;"
                ),
            ));
        }
        if write.change != Operation::Delete {
            let taken = |column: &&str| (info.name, count_namesakes(info, column, (job, past)));
            queries.extend(info.names.iter().map(taken));
        }
    }
    queries
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
pub(super) fn referring<'t>(
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

/// Returns the condition that a row `t` refers to a row `k`.
fn condition(by: &Reference) -> String {
    let Reference { column, to, .. } = by;
    match by.is_list {
        false => format!("t.{column} = k.{to}"),
        // Not parsed as JSON: invalid JSON must not fail the import.
        true => format!("strpos(t.{column}, to_jsonb(k.{to})::text) > 0"),
    }
}

/// Returns the condition that what a row `k` refers to does not exist.
fn is_missing(by: &Reference) -> String {
    let Reference {
        column, table, to, ..
    } = by;
    format!(
        "k.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.{to} = k.{column})"
    )
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
fn refers(table: &TableInfo, by: &Reference, write: &ServerWrite<'_>) -> Around {
    // Rows of other parts are not journalled as a whole, and never written.
    let (row, is_others) = match table.is_external {
        true => (format!("'{ABSENT}'::text"), "true"),
        false => ("to_jsonb(t)::text".to_owned(), IS_OTHERS),
    };
    Around {
        table: table.name,
        key: table.key.join(","),
        rows: format!(
            "k.gatediff_item AS item, {} AS key, {row} AS row FROM {} AS t JOIN {} AS k ON {} WHERE {is_others}",
            key_of(table),
            table.name,
            write.keys,
            condition(by),
        ),
    }
}

/// Returns the rows of a table as this job's pages have them on one side, as the relation `k`, and
/// on both, as `r`.
fn paged(info: &TableInfo, side: &str) -> String {
    format!(
        "gatediff.journal_pages AS p, unnest(p.items, p.before, p.after) AS r (item, before, after), \
         jsonb_populate_record(NULL::{0}, r.{side}::jsonb) AS k",
        info.name
    )
}

/// Returns the rows that have the name which changed rows had.
fn former(info: &TableInfo, column: &str, job: i64) -> Around {
    Around {
        table: info.name,
        key: info.key.join(","),
        rows: format!(
            "r.item, {key} AS key, to_jsonb(t)::text AS row FROM {before}, {name} AS t \
             WHERE p.job_id = {job} AND p.table_name = '{name}' AND t.{column} = k.{column} \
             AND t.{column} <> '' AND NOT ({same}) AND {IS_OTHERS}",
            key = key_of(info),
            before = paged(info, "before"),
            name = info.name,
            same = matched(&info.key),
        ),
    }
}

/// Returns the query that counts the rows which have a name that others got now.
fn count_namesakes(info: &TableInfo, column: &str, (job, past): (i64, i64)) -> String {
    format!(
        "SELECT count(*) FROM {after}, {name} AS t WHERE p.job_id = {job} AND p.table_name = '{name}' \
         AND t.{column} = k.{column} AND t.{column} <> '' AND NOT ({same}) \
         AND k.{column}::text IS DISTINCT FROM r.before::jsonb ->> '{column}' AND {IS_OTHERS} AND {is_new};",
        after = paged(info, "after"),
        name = info.name,
        same = matched(&info.key),
        is_new = is_new(past, info.name, &key_of(info), "true"),
    )
}

/// Returns the condition that a job did not journal the row of a key without changing it.
fn is_new(job: i64, table: &str, key: &str, before: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM gatediff.journal_pages AS p, unnest(p.row_keys, p.before) AS u (key, before) \
         WHERE p.job_id = {job} AND p.table_name = '{table}' AND p.row_keys IS NOT NULL AND u.key = {key} AND {before})"
    )
}

/// Returns the rows that deleted rows referred to, and that do not exist; those that this job
/// deleted itself are in the journal.
fn missing(by: &Reference, write: &ServerWrite<'_>, writes: &[ServerWrite<'_>]) -> Around {
    let Reference {
        column, table, to, ..
    } = by;
    Around {
        table,
        key: (*to).to_owned(),
        rows: format!(
            "k.gatediff_item AS item, jsonb_build_object('{to}', k.{column})::text AS key, \
             '{ABSENT}'::text AS row FROM {} AS k WHERE {}{}",
            write.references,
            is_missing(by),
            is_not_deleted(by, writes),
        ),
    }
}

/// Returns the further conditions that what a row `k` refers to was not deleted by this job.
fn is_not_deleted(by: &Reference, writes: &[ServerWrite<'_>]) -> String {
    let deletes =
        |write: &&ServerWrite<'_>| write.change == Operation::Delete && write.info.name == by.table;
    let conditions = writes.iter().filter(deletes).map(|write| {
        format!(
            " AND NOT EXISTS (SELECT FROM {} AS d WHERE d.{} = k.{})",
            write.keys, by.to, by.column
        )
    });
    conditions.collect()
}
