//! Many rows in one statement, by arrays.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDateTime;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};

use super::error::{Operation, StoreError};

/// One column of many rows.
#[derive(Debug)]
pub struct Column {
    /// The column's name. Always a literal of ours, never data.
    pub name: &'static str,
    /// A value per row.
    pub values: Values,
}

/// The values of a column.
pub enum Values {
    /// `text`, assigned to `varchar` and `char` too.
    Text(Vec<Option<Arc<str>>>),
    /// `int8`, assigned to `int4` too.
    Int(Vec<Option<i64>>),
    /// `timestamp`.
    Time(Vec<Option<NaiveDateTime>>),
    /// `jsonb`, as JSON text.
    Json(Vec<Option<Arc<str>>>),
}

/// Values may be secret: only their count is printed.
impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, count) = match self {
            Self::Text(values) => ("text", values.len()),
            Self::Int(values) => ("int8", values.len()),
            Self::Time(values) => ("timestamp", values.len()),
            Self::Json(values) => ("jsonb", values.len()),
        };
        write!(f, "{count} values of {what}")
    }
}

impl Values {
    const fn cast(&self) -> &'static str {
        match self {
            Self::Text(_) => "text[]",
            Self::Int(_) => "int8[]",
            Self::Time(_) => "timestamp[]",
            Self::Json(_) => "text[]::jsonb[]",
        }
    }
}

/// Returns the columns of some of the rows.
pub(super) fn part(columns: &[Column], rows: &Range<usize>) -> Vec<Column> {
    fn of<V: Clone>(values: &[V], rows: &Range<usize>) -> Vec<V> {
        values.get(rows.clone()).unwrap_or_default().to_vec()
    }
    let part = |column: &Column| Column {
        name: column.name,
        values: match &column.values {
            Values::Text(values) => Values::Text(of(values, rows)),
            Values::Int(values) => Values::Int(of(values, rows)),
            Values::Time(values) => Values::Time(of(values, rows)),
            Values::Json(values) => Values::Json(of(values, rows)),
        },
    };
    columns.iter().map(part).collect()
}

/// Inserts rows: `INSERT … SELECT * FROM UNNEST(…)`.
///
/// # Errors
///
/// Fails if the server refuses the statement; a unique violation is a conflict.
pub(super) async fn insert(
    connection: &mut PgConnection,
    table: &str,
    columns: &[Column],
) -> Result<u64, StoreError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) SELECT * FROM UNNEST({})",
        names.join(", "),
        arrays(columns, 1)
    );
    run(connection, Operation::Insert, table, sql, [columns, &[]]).await
}

/// Updates the rows of these keys: `UPDATE … FROM UNNEST(…)`.
///
/// # Errors
///
/// Fails if the server refuses a statement. Returns the number of matched rows.
pub(super) async fn update(
    connection: &mut PgConnection,
    table: &str,
    keys: &[Column],
    set: &[Column],
) -> Result<u64, StoreError> {
    // Keys are numbered, since a column may be in both.
    let key_names: Vec<String> = (0..keys.len()).map(|index| format!("k{index}")).collect();
    let set_names: Vec<String> = (0..set.len()).map(|index| format!("v{index}")).collect();
    let assigned: Vec<String> = if set.is_empty() {
        // Nothing to change: still matches the rows, to lock and count them.
        keys.iter()
            .take(1)
            .map(|key| format!("{0} = t.{0}", key.name))
            .collect()
    } else {
        set.iter()
            .zip(&set_names)
            .map(|(column, name)| format!("{} = u.{name}", column.name))
            .collect()
    };
    let names: Vec<&str> = key_names
        .iter()
        .chain(&set_names)
        .map(String::as_str)
        .collect();
    let mut unnested = arrays(keys, 1);
    if !set.is_empty() {
        unnested = format!("{unnested}, {}", arrays(set, keys.len() + 1));
    }
    let sql = format!(
        "UPDATE {table} AS t SET {} FROM UNNEST({unnested}) AS u({}) WHERE {}",
        assigned.join(", "),
        names.join(", "),
        matched(keys)
    );
    run(connection, Operation::Update, table, sql, [keys, set]).await
}

/// Deletes the rows of these keys.
///
/// # Errors
///
/// Fails if the server refuses a statement. Returns the number of matched rows.
pub(super) async fn delete(
    connection: &mut PgConnection,
    table: &str,
    keys: &[Column],
) -> Result<u64, StoreError> {
    let names: Vec<&str> = keys.iter().map(|column| column.name).collect();
    let sql = format!(
        "DELETE FROM {table} WHERE ({}) IN (SELECT * FROM UNNEST({}))",
        names.join(", "),
        arrays(keys, 1)
    );
    run(connection, Operation::Delete, table, sql, [keys, &[]]).await
}

fn arrays(columns: &[Column], first: usize) -> String {
    let casts = columns
        .iter()
        .enumerate()
        .map(|(index, column)| format!("${}::{}", index + first, column.values.cast()));
    casts.collect::<Vec<_>>().join(", ")
}

async fn run(
    connection: &mut PgConnection,
    operation: Operation,
    table: &str,
    sql: String,
    columns: [&[Column]; 2],
) -> Result<u64, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for column in columns.into_iter().flatten() {
        query = bind(query, &column.values);
    }
    let done = query
        .execute(connection)
        .await
        .map_err(|error| StoreError::new(operation, table, &error))?;
    Ok(done.rows_affected())
}

/// Returns keys as a relation `u`, numbered from 1 as `n`.
pub(super) fn unnested(keys: &[Column]) -> String {
    let names: Vec<String> = (0..keys.len()).map(|index| format!("k{index}")).collect();
    format!(
        "UNNEST({}) WITH ORDINALITY AS u({}, n)",
        arrays(keys, 1),
        names.join(", ")
    )
}

/// Returns the condition that a row of `t` has the key of a row of `u`.
pub(super) fn matched(keys: &[Column]) -> String {
    let pairs = keys
        .iter()
        .enumerate()
        .map(|(index, key)| format!("t.{} = u.k{index}", key.name));
    pairs.collect::<Vec<_>>().join(" AND ")
}

pub(super) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    values: &'q Values,
) -> Query<'q, Postgres, PgArguments> {
    match values {
        Values::Text(values) | Values::Json(values) => query.bind(
            values
                .iter()
                .map(Option::as_deref)
                .collect::<Vec<Option<&str>>>(),
        ),
        Values::Int(values) => query.bind(values),
        Values::Time(values) => query.bind(values),
    }
}
