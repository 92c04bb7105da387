//! Rows as JSON in a statement.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::table::TableInfo;
use crate::store::error::{Operation, StoreError};
use crate::store::writer::{ItemRef, Writer};

/// A row with its item and its key.
pub(super) type Whole = (ItemRef, String, String);

/// Returns a relation `k` of the table's own row type, of JSON rows in `$1`.
pub(super) fn relation(table: &str) -> String {
    format!("jsonb_populate_recordset(NULL::{table}, $1::jsonb) AS k")
}

pub(super) fn matched(key: &[&str]) -> String {
    key.iter()
        .map(|column| format!("t.{column} = k.{column}"))
        .collect::<Vec<_>>()
        .join(" AND ")
}

pub(super) fn array<'r>(rows: impl IntoIterator<Item = &'r str>) -> String {
    let rows: Vec<&str> = rows.into_iter().collect();
    format!("[{}]", rows.join(","))
}

/// Reads and locks the rows of these keys (a JSON array), by the index of the
/// key.
pub(super) async fn read(
    writer: &mut Writer<'_>,
    info: &TableInfo,
    keys: String,
) -> Result<BTreeMap<usize, String>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, info.name, &error);
    let sql = format!(
        "SELECT k.ordinality, to_jsonb(t)::text \
         FROM jsonb_populate_recordset(NULL::{0}, $1::jsonb) WITH ORDINALITY AS k \
         JOIN {0} AS t ON {1} FOR UPDATE OF t",
        info.name,
        matched(&info.key)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(keys);
    let rows = query.fetch_all(writer.connection()).await.map_err(failed)?;
    let decode = |row: &sqlx::postgres::PgRow| {
        let index: i64 = row.try_get(0)?;
        Ok((
            usize::try_from(index - 1).unwrap_or_default(),
            row.try_get(1)?,
        ))
    };
    rows.iter()
        .map(decode)
        .collect::<Result<_, _>>()
        .map_err(failed)
}
