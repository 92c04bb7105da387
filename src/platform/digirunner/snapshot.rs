//! A snapshot of the target: all rows of the 24 tables, and its APIs.
//!
//! One statement per table, whatever the number of rows.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::field::Type;
use super::schema::{TABLES, Table};
use super::tables::{Api, Cell, Row, Tables};
use crate::store::{Operation, Reading, StoreError};

/// Reads the target. The caller ensures that all statements see the same state
/// (REPEATABLE READ).
pub(crate) async fn read(
    connection: &mut PgConnection,
    reading: Reading<'_>,
) -> Result<Tables, StoreError> {
    read_tables(connection, reading, &TABLES).await
}

/// Says whether the product's tables exist.
pub(crate) async fn stands_in(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let table = "tsmp_client";
    let there = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table)
        .fetch_one(connection)
        .await;
    there.map_err(|error| StoreError::new(Operation::Read, table, &error))
}

/// Reads some tables of the target, and its APIs; the others stay empty. The
/// caller ensures that all statements see the same state.
pub(crate) async fn read_tables(
    connection: &mut PgConnection,
    reading: Reading<'_>,
    tables: &[&'static Table],
) -> Result<Tables, StoreError> {
    let mut read = Tables::default();
    let total = tables.len() + 1;
    for (done, table) in tables.iter().enumerate() {
        (reading.report)(table.name, done, total);
        let rows = rows(connection, table).await?;
        read.set_rows(table.id, rows);
    }
    (reading.report)("tsmp_api", tables.len(), total);
    read.apis = apis(connection).await?;
    Ok(read)
}

async fn rows(
    connection: &mut PgConnection,
    table: &'static Table,
) -> Result<Vec<Row>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table.name, &error);
    let mut stream = sqlx::query(AssertSqlSafe(select(table, ""))).fetch(connection);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        rows.push(decode(table, &row).map_err(failed)?);
    }
    Ok(rows)
}

/// Reads the rows of a table that have one of these texts in a column.
pub(crate) async fn rows_of(
    connection: &mut PgConnection,
    table: &'static Table,
    column: usize,
    texts: &[Arc<str>],
) -> Result<Vec<Row>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table.name, &error);
    let name = table.fields.get(column).map_or("", |field| field.column);
    let sql = select(table, &format!("WHERE {name} = ANY($1)"));
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(texts)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    found
        .iter()
        .map(|row| decode(table, row).map_err(failed))
        .collect()
}

/// Returns the statement that reads a table, numbers as `int8` and text as
/// `text` (which also cuts the padding of `char(n)`), in the key's order.
fn select(table: &Table, condition: &str) -> String {
    let cast = |ty| match ty {
        Type::Text(_) | Type::Epoch => "text",
        Type::Int | Type::IntAsLong | Type::Long => "int8",
        Type::Time => "timestamp",
    };
    let columns: Vec<String> = table
        .columns()
        .map(|(_, field)| format!("{}::{}", field.column, cast(field.ty)))
        .collect();
    let key: Vec<&str> = table.key().map(|(_, field)| field.column).collect();
    let of = format!("{} {condition}", table.name);
    format!(
        "SELECT {} FROM {} ORDER BY {}",
        columns.join(", "),
        of.trim_end(),
        key.join(", ")
    )
}

fn decode(table: &'static Table, from: &PgRow) -> Result<Row, sqlx::Error> {
    let mut row = Row::empty(table);
    for (column, (index, field)) in table.columns().enumerate() {
        let cell = match field.ty {
            Type::Text(_) | Type::Epoch => from
                .try_get::<Option<&str>, _>(column)?
                .map(|text| Cell::Text(Arc::from(text))),
            Type::Int | Type::IntAsLong | Type::Long => {
                from.try_get::<Option<i64>, _>(column)?.map(Cell::Int)
            }
            Type::Time => from
                .try_get(column)
                .map(|time: Option<_>| time.map(Cell::Time))?,
        };
        row.set(index, cell.unwrap_or(Cell::Null));
    }
    Ok(row)
}

async fn apis(connection: &mut PgConnection) -> Result<Vec<Api>, StoreError> {
    let failed = |error: sqlx::Error| StoreError::new(Operation::Read, "tsmp_api", &error);
    let sql = "SELECT module_name::text, api_key::text, api_uid::text FROM tsmp_api ORDER BY module_name, api_key";
    let mut stream = sqlx::query(sql).fetch(connection);
    let mut apis = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        let text = |column| row.try_get::<Option<&str>, _>(column).map_err(failed);
        apis.push(Api {
            module: Arc::from(text(0)?.unwrap_or_default()),
            api: Arc::from(text(1)?.unwrap_or_default()),
            uid: text(2)?.filter(|uid| !uid.is_empty()).map(Arc::from),
        });
    }
    Ok(apis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::digirunner::schema::TableId;

    #[test]
    fn a_table_is_read_by_one_statement_in_its_keys_order() {
        assert_eq!(
            select(TableId::ClientGroup.table(), ""),
            "SELECT client_id::text, group_id::text FROM tsmp_client_group ORDER BY client_id, group_id"
        );
    }
}
