//! A snapshot of the target: all rows of the 24 tables, and its APIs.
//!
//! One statement per table, whatever the number of rows, and all of them in one message.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _, ValueRef as _};

use super::field::Type;
use super::schema::{TABLES, Table};
use super::tables::{Api, Cell, Draft, Row, Tables};
use crate::store::bulk::text_literal;
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

/// The statement that reads the APIs.
const APIS: &str = "SELECT module_name::text, api_key::text, api_uid::text FROM tsmp_api \
                    ORDER BY module_name COLLATE \"C\", api_key COLLATE \"C\"";

/// Reads some tables of the target, and its APIs; the others stay empty. One message, whatever
/// their number. The caller ensures that all statements see the same state.
pub(crate) async fn read_tables(
    connection: &mut PgConnection,
    reading: Reading<'_>,
    tables: &[&'static Table],
) -> Result<Tables, StoreError> {
    let mut sql = String::new();
    for table in tables {
        sql.push_str(&select(table, ""));
        sql.push_str(";\n");
    }
    sql.push_str(APIS);
    let mut read = Tables::default();
    read.zone = reading.zone;
    let mut rest = tables.iter().enumerate();
    let mut current = rest.next();
    let name = |current: Option<(usize, &&'static Table)>| {
        current.map_or("tsmp_api", |(_, table)| table.name)
    };
    let total = tables.len() + 1;
    (reading.report)(name(current), 0, total);
    let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(connection);
    let mut rows = Vec::new();
    loop {
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, name(current), &error);
        match (stream.try_next().await.map_err(failed)?, current) {
            (None, _) => return Ok(read),
            // The end of a statement.
            (Some(Either::Left(_)), Some((index, table))) => {
                read.set_rows(table.id, std::mem::take(&mut rows));
                current = rest.next();
                (reading.report)(name(current), index + 1, total);
            }
            (Some(Either::Left(_)), None) => {}
            (Some(Either::Right(row)), Some((_, table))) => {
                rows.push(decode(table, &row).map_err(failed)?);
            }
            (Some(Either::Right(row)), None) => read.apis.push(api(&row).map_err(failed)?),
        }
    }
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
    // No text of a database has a NUL.
    let texts = texts.iter().filter(|text| !text.contains('\0'));
    let texts = text_literal(texts.map(|text| Some(&**text)));
    let sql = select(table, &format!("WHERE {name} = ANY({texts})"));
    let found = sqlx::raw_sql(AssertSqlSafe(sql))
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
    // Not in the order of the database's language, which takes longer.
    let key: Vec<String> = table
        .key()
        .map(|(_, field)| match field.ty {
            Type::Text(_) => format!("{} COLLATE \"C\"", field.column),
            _ => field.column.to_owned(),
        })
        .collect();
    let of = format!("{} {condition}", table.name);
    format!(
        "SELECT {} FROM {} ORDER BY {}",
        columns.join(", "),
        of.trim_end(),
        key.join(", ")
    )
}

/// Decodes a row in the text format, as one message of several statements has it.
fn decode(table: &'static Table, from: &PgRow) -> Result<Row, sqlx::Error> {
    let mut row = Draft::empty(table.fields.len());
    for (column, (index, field)) in table.columns().enumerate() {
        let Some(text) = text(from, column)? else {
            continue;
        };
        let cell = match field.ty {
            Type::Text(_) | Type::Epoch => Some(Cell::Text(text)),
            Type::Int | Type::IntAsLong | Type::Long => text.parse().ok().map(Cell::Int),
            Type::Time => time(text).map(Cell::Time),
        };
        let invalid = || sqlx::Error::ColumnDecode {
            index: column.to_string(),
            source: "not of the expected form".into(),
        };
        row.set(index, cell.ok_or_else(invalid)?);
    }
    Ok(row.row())
}

fn text(row: &PgRow, column: usize) -> Result<Option<&str>, sqlx::Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_str().map(Some).map_err(sqlx::Error::Decode)
}

/// Reads a time as PostgreSQL writes it: years BC, and with more than four digits.
pub(super) fn time(text: &str) -> Option<NaiveDateTime> {
    plain_time(text).or_else(|| {
        let (text, is_bc) = text
            .strip_suffix(" BC")
            .map_or((text, false), |text| (text, true));
        let (year, rest) = text.split_once('-')?;
        let year: i64 = year.parse().ok()?;
        let year = if is_bc { 1 - year } else { year };
        let rest = rest.replacen(' ', "T", 1);
        format!("{year:+05}-{rest}").parse().ok()
    })
}

/// Reads a time with a year of four digits, as nearly all are: parsing by a format costs more than
/// all else of a row.
fn plain_time(text: &str) -> Option<NaiveDateTime> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        is_digits.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let is_separated = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')]
        .iter()
        .all(|(index, byte)| text.as_bytes().get(*index) == Some(byte));
    if !is_separated || !matches!(text.as_bytes().get(10), Some(b' ' | b'T')) {
        return None;
    }
    let micros = match text.len() {
        19 => 0,
        21..=26 if text.as_bytes().get(19) == Some(&b'.') => {
            let digits = text.len() - 20;
            number(20..text.len())? * 10_u32.pow(u32::try_from(6 - digits).ok()?)
        }
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(0..4)?).ok()?,
        number(5..7)?,
        number(8..10)?,
    )?;
    date.and_hms_micro_opt(number(11..13)?, number(14..16)?, number(17..19)?, micros)
}

fn api(row: &PgRow) -> Result<Api, sqlx::Error> {
    let shared = |column| Ok::<_, sqlx::Error>(Arc::from(text(row, column)?.unwrap_or_default()));
    Ok(Api {
        module: shared(0)?,
        api: shared(1)?,
        uid: text(row, 2)?.filter(|uid| !uid.is_empty()).map(Arc::from),
        is_assumed: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::digirunner::schema::TableId;

    #[test]
    fn times_are_read_as_the_server_writes_them() {
        for (text, wanted) in [
            ("2024-01-31 01:02:03", "2024-01-31T01:02:03"),
            ("2024-01-31 01:02:03.5", "2024-01-31T01:02:03.500"),
            ("2024-01-31T01:02:03.000001", "2024-01-31T01:02:03.000001"),
            ("12024-01-31 01:02:03", "+12024-01-31T01:02:03"),
            ("0044-03-15 12:00:00 BC", "-0043-03-15T12:00:00"),
        ] {
            let read = time(text).map(|time| format!("{time:?}"));
            assert_eq!(read.as_deref(), Some(wanted), "{text}");
        }
        for text in ["infinity", "2024-13-01 00:00:00", "2024-01-31"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_table_is_read_by_one_statement_in_its_keys_order() {
        assert_eq!(
            select(TableId::ClientGroup.table(), ""),
            "SELECT client_id::text, group_id::text FROM tsmp_client_group \
             ORDER BY client_id COLLATE \"C\", group_id COLLATE \"C\""
        );
    }
}
