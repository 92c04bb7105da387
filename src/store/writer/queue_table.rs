//! The temporary table by which queued writes travel: each array of a column is one row of it.
//!
//! It is filled by COPY: values are in no statement, which a server logs when it fails.

use chrono::{DateTime, NaiveDateTime};
use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;

use crate::store::bulk::Values;
use crate::store::row::CellType;

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
const CHUNK: usize = 1 << 18;

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
    let mut sender = Sender {
        copy: connection.copy_in_raw(COPY).await?,
        buffer: HEADER.to_vec(),
    };
    for (place, content) in rows {
        sender.row(place, &content).await?;
    }
    sender.buffer.extend(TRAILER);
    sender.copy.send(sender.buffer.as_slice()).await?;
    sender.copy.finish().await.map(|_| ())
}

/// Returns the expression of what a row of the table holds.
pub(super) fn array(write: usize, column: usize, values: &Values) -> String {
    let field = match values.sent_type() {
        CellType::Text => 't',
        CellType::Int => 'i',
        CellType::Time => 'd',
    };
    expression(field, write, column)
}

/// Returns the expression of the texts in a row of the table.
pub(in crate::store) fn texts(write: usize, column: usize) -> String {
    expression('t', write, column)
}

fn expression(field: char, write: usize, column: usize) -> String {
    format!("(SELECT {field} FROM pg_temp.gatediff_queue WHERE w = {write} AND c = {column})")
}

/// Sends rows in parts: an array may hold all that is imported.
struct Sender<'c> {
    copy: PgCopyIn<&'c mut PgConnection>,
    buffer: Vec<u8>,
}

impl Sender<'_> {
    async fn row(
        &mut self,
        (write, column): (i32, usize),
        content: &Content<'_>,
    ) -> Result<(), sqlx::Error> {
        let column = i32::try_from(column).unwrap_or(i32::MAX);
        self.buffer.extend(6_i16.to_be_bytes());
        for number in [write, column] {
            self.buffer.extend(4_i32.to_be_bytes());
            self.buffer.extend(number.to_be_bytes());
        }
        let place = match content {
            Content::Texts(_) => 0,
            Content::Values(values) => match values.sent_type() {
                CellType::Text => 0,
                CellType::Int => 1,
                CellType::Time => 2,
            },
            Content::Bytes(_) => 3,
        };
        for field in 0..4 {
            if field == place {
                self.value(content).await?;
            } else {
                self.buffer.extend((-1_i32).to_be_bytes());
            }
        }
        Ok(())
    }

    async fn value(&mut self, content: &Content<'_>) -> Result<(), sqlx::Error> {
        match content {
            Content::Values(Values::Text(values) | Values::Json(values)) => {
                let texts = values.iter().map(|text| text.as_deref().map(str::as_bytes));
                self.elements(TEXT, texts).await
            }
            Content::Values(Values::Time(values)) => self.times(values.iter().copied()).await,
            Content::Values(Values::Cells(cells)) => match cells.ty {
                CellType::Text => {
                    let texts = cells.texts().map(|text| text.map(str::as_bytes));
                    self.elements(TEXT, texts).await
                }
                CellType::Int => {
                    let numbers = cells.ints().map(|number| number.map(i64::to_be_bytes));
                    self.elements(INT8, numbers).await
                }
                CellType::Time => self.times(cells.times()).await,
            },
            Content::Texts(texts) => {
                let texts = texts.iter().map(|text| text.map(str::as_bytes));
                self.elements(TEXT, texts).await
            }
            Content::Bytes(bytes) => {
                self.buffer.extend(length(bytes.len()));
                for part in bytes.chunks(CHUNK) {
                    self.buffer.extend(part);
                    self.send_full().await?;
                }
                Ok(())
            }
        }
    }

    async fn times(
        &mut self,
        times: impl ExactSizeIterator<Item = Option<NaiveDateTime>> + Clone,
    ) -> Result<(), sqlx::Error> {
        let times = times.map(|time| time.map(micros).map(i64::to_be_bytes));
        self.elements(TIMESTAMP, times).await
    }

    /// Sends an array of one dimension.
    async fn elements<E: AsRef<[u8]>>(
        &mut self,
        element_type: i32,
        values: impl ExactSizeIterator<Item = Option<E>> + Clone,
    ) -> Result<(), sqlx::Error> {
        // One dimension, there may be NULLs, counted from 1.
        let count = i32::try_from(values.len()).unwrap_or(i32::MAX);
        let head = [1, 1, element_type, count, 1];
        let size = |value: Option<E>| 4 + value.map_or(0, |value| value.as_ref().len());
        let sizes: usize = values.clone().map(size).sum();
        self.buffer.extend(length(4 * head.len() + sizes));
        for number in head {
            self.buffer.extend(number.to_be_bytes());
        }
        for value in values {
            match value {
                Some(value) => {
                    self.buffer.extend(length(value.as_ref().len()));
                    self.buffer.extend(value.as_ref());
                }
                None => self.buffer.extend((-1_i32).to_be_bytes()),
            }
            self.send_full().await?;
        }
        Ok(())
    }

    /// Sends what is buffered, once that is worth it.
    async fn send_full(&mut self) -> Result<(), sqlx::Error> {
        if self.buffer.len() >= CHUNK {
            self.copy.send(self.buffer.as_slice()).await?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Returns the length of what follows it.
fn length(bytes: usize) -> [u8; 4] {
    i32::try_from(bytes).unwrap_or(i32::MAX).to_be_bytes()
}

/// Returns a time as PostgreSQL counts: in microseconds since the year 2000.
fn micros(time: NaiveDateTime) -> i64 {
    let start = DateTime::from_timestamp(946_684_800, 0).map(|start| start.naive_utc());
    let since = start.map(|start| time.signed_duration_since(start));
    since
        .and_then(|since| since.num_microseconds())
        .unwrap_or(i64::MAX)
}
