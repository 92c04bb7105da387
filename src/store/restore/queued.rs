//! Journalling the rows around queued ones, by the server.

use super::server_around::{ServerWrite, journal_around};
use super::table::TableInfo;
use crate::store::catalog::Catalog;
use crate::store::error::Operation;
use crate::store::writer::{Change, Queued, queued_keys};

/// Returns the statements that journal the rows around queued ones.
///
/// They follow the writes, as the transaction's only other statements, and return nothing.
pub fn journal_around_queued(
    tables: &[TableInfo],
    catalog: &Catalog,
    job: i64,
    writes: &[Queued],
) -> String {
    let of = |(number, write): (usize, &Queued)| {
        let info = tables.iter().find(|info| info.name == write.table)?;
        Some(ServerWrite {
            info,
            change: match write.change {
                Change::Insert(_) => Operation::Insert,
                Change::Update(_) => Operation::Update,
                Change::Delete => Operation::Delete,
            },
            keys: keys(number, write),
            references: before(info, job),
        })
    };
    let writes: Vec<ServerWrite<'_>> = writes.iter().enumerate().filter_map(of).collect();
    journal_around(tables, catalog, (job, 0), &writes)
}

/// Returns the relation of the keys of a write, which is the `number`th of the queue.
fn keys(number: usize, write: &Queued) -> String {
    let columns: Vec<&str> = write.keys.iter().map(|key| key.name).collect();
    format!(
        "(SELECT * FROM unnest({}) AS k ({}, gatediff_item))",
        queued_keys(number, write).join(", "),
        columns.join(", "),
    )
}

/// Returns the relation of the rows of a table that this job deleted.
fn before(info: &TableInfo, job: i64) -> String {
    format!(
        "(SELECT r.item AS gatediff_item, k.* FROM gatediff.journal_pages AS p, \
         unnest(p.items, p.before) AS r (item, row), jsonb_populate_record(NULL::{0}, r.row::jsonb) AS k \
         WHERE p.job_id = {job} AND p.table_name = '{0}' AND p.after IS NULL)",
        info.name
    )
}
