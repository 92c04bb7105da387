//! The temporary table by which queued writes travel: each array of a column is one row of it.
//!
//! It is filled by COPY: values are in no statement, which a server logs when it fails.

use chrono::{DateTime, NaiveDateTime};
use sqlx::PgConnection;

use crate::store::bulk::Values;

/// Creates the table for the rest of the transaction, if the role may. Arrays are not compressed,
/// which would cost more than storing them.
pub(in crate::store) const OPEN_QUEUE: &str = "DO $$ BEGIN \
    IF has_database_privilege(current_database(), 'TEMP') THEN \
        CREATE TEMPORARY TABLE gatediff_queue \
            (w int4, c int4, t text[], i int8[], d timestamp[], b bytea) ON COMMIT DROP; \
        ALTER TABLE pg_temp.gatediff_queue ALTER t SET STORAGE EXTERNAL, \
            ALTER i SET STORAGE EXTERNAL, ALTER d SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL; \
    END IF; END $$; ";

const COPY: &str = "COPY pg_temp.gatediff_queue FROM STDIN WITH (FORMAT binary)";

/// What a binary COPY begins with: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// How many bytes are sent at once.
const CHUNK: usize = 1 << 20;

/// The types of elements, as PostgreSQL numbers them.
const TEXT: i32 = 25;
const INT8: i32 = 20;
const TIMESTAMP: i32 = 1114;

/// The place of the backup.
pub(super) const BACKUP: i32 = -1;

/// The expression of the backup.
pub(in crate::store) const QUEUED_BACKUP: &str =
    "(SELECT b FROM pg_temp.gatediff_queue WHERE w = -1)";

/// A field of a row of the table.
pub(super) enum Content<'v> {
    Values(&'v Values),
    Texts(Vec<Option<&'v str>>),
    Bytes(&'v [u8]),
}

/// Fills the table: the place of each row, and what it holds.
pub(super) async fn fill(
    connection: &mut PgConnection,
    rows: Vec<((i32, usize), Content<'_>)>,
) -> Result<(), sqlx::Error> {
    let mut copy = connection.copy_in_raw(COPY).await?;
    let mut buffer = HEADER.to_vec();
    for (place, content) in rows {
        append(&mut buffer, place, &content);
        if buffer.len() >= CHUNK {
            copy.send(buffer.as_slice()).await?;
            buffer.clear();
        }
    }
    buffer.extend(TRAILER);
    copy.send(buffer.as_slice()).await?;
    copy.finish().await.map(|_| ())
}

/// Returns the expression of what a row of the table holds.
pub(super) fn array(write: usize, column: usize, values: &Values) -> String {
    let field = match values {
        Values::Text(_) | Values::Packed(_) | Values::Json(_) => 't',
        Values::Int(_) => 'i',
        Values::Time(_) => 'd',
    };
    expression(field, write, column)
}

/// Returns the expression of the texts in a row of the table.
pub(super) fn texts(write: usize, column: usize) -> String {
    expression('t', write, column)
}

fn expression(field: char, write: usize, column: usize) -> String {
    format!("(SELECT {field} FROM pg_temp.gatediff_queue WHERE w = {write} AND c = {column})")
}

fn append(buffer: &mut Vec<u8>, (write, column): (i32, usize), content: &Content<'_>) {
    let column = i32::try_from(column).unwrap_or(i32::MAX);
    buffer.extend(6_i16.to_be_bytes());
    for number in [write, column] {
        buffer.extend(4_i32.to_be_bytes());
        buffer.extend(number.to_be_bytes());
    }
    let place = match content {
        Content::Values(Values::Text(_) | Values::Packed(_) | Values::Json(_))
        | Content::Texts(_) => 0,
        Content::Values(Values::Int(_)) => 1,
        Content::Values(Values::Time(_)) => 2,
        Content::Bytes(_) => 3,
    };
    for field in 0..4 {
        if field == place {
            sized(buffer, |buffer| value(buffer, content));
        } else {
            buffer.extend((-1_i32).to_be_bytes());
        }
    }
}

fn value(buffer: &mut Vec<u8>, content: &Content<'_>) {
    match content {
        Content::Values(Values::Text(values) | Values::Json(values)) => {
            let texts = values.iter().map(|text| text.as_deref().map(str::as_bytes));
            elements(buffer, TEXT, texts);
        }
        Content::Values(Values::Packed(values)) => {
            let texts = values.iter().map(|text| text.map(str::as_bytes));
            elements(buffer, TEXT, texts);
        }
        Content::Texts(texts) => {
            let texts = texts.iter().map(|text| text.map(str::as_bytes));
            elements(buffer, TEXT, texts);
        }
        Content::Values(Values::Int(values)) => {
            let numbers = values.iter().map(|number| number.map(i64::to_be_bytes));
            elements(buffer, INT8, numbers);
        }
        Content::Values(Values::Time(values)) => {
            let times = values
                .iter()
                .map(|time| time.map(micros).map(i64::to_be_bytes));
            elements(buffer, TIMESTAMP, times);
        }
        Content::Bytes(bytes) => buffer.extend(*bytes),
    }
}

/// Appends an array of one dimension.
fn elements<E: AsRef<[u8]>>(
    buffer: &mut Vec<u8>,
    element_type: i32,
    values: impl ExactSizeIterator<Item = Option<E>>,
) {
    let count = i32::try_from(values.len()).unwrap_or(i32::MAX);
    // One dimension, there may be NULLs, counted from 1.
    for number in [1, 1, element_type, count, 1] {
        buffer.extend(number.to_be_bytes());
    }
    for value in values {
        match value {
            Some(value) => sized(buffer, |buffer| buffer.extend(value.as_ref())),
            None => buffer.extend((-1_i32).to_be_bytes()),
        }
    }
}

/// Appends something with its length before it.
fn sized(buffer: &mut Vec<u8>, append: impl FnOnce(&mut Vec<u8>)) {
    let start = buffer.len();
    buffer.extend([0; 4]);
    append(buffer);
    let length = i32::try_from(buffer.len() - start - 4).unwrap_or(i32::MAX);
    if let Some(slot) = buffer.get_mut(start..start + 4) {
        slot.copy_from_slice(&length.to_be_bytes());
    }
}

/// Returns a time as PostgreSQL counts: in microseconds since the year 2000.
fn micros(time: NaiveDateTime) -> i64 {
    let start = DateTime::from_timestamp(946_684_800, 0).map(|start| start.naive_utc());
    let since = start.map(|start| time.signed_duration_since(start));
    since
        .and_then(|since| since.num_microseconds())
        .unwrap_or(i64::MAX)
}
