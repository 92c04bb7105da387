//! Writes that are collected, and written and journalled by the server itself.
//!
//! Each is one statement: it takes its rows from arrays, writes them, and stores what was and what
//! is now in the journal, without any row coming back. A row that is not exactly as it was sent, or
//! of which another column changed, does not count; the sum then differs from what was queued, and
//! the job starts again with [`Writer::new`], which reads back every row and says what differs.
//!
//! Only for plain tables, which nothing but the statement itself writes to.

use std::fmt::Write as _;
use std::ops::Range;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Row as _};

use super::{Queued, Writer, quoted};
use crate::engine::promise::Fill;
use crate::store::bulk::{self, Column, Values};
use crate::store::catalog::Catalog;
use crate::store::error::{Operation, StoreError};

/// The rows of a page of the journal: a statement's work per page is small then, and a page is
/// read at once.
const PAGE: usize = 128;

/// The most bytes that are sent as literals, several statements in one message. Larger ones are
/// sent by themselves as binary arrays, which the server need not parse.
const MAX_LITERAL: usize = 256 << 10;

/// The most bytes of one statement's arrays: PostgreSQL refuses messages of a gigabyte.
const MAX_ARRAYS: usize = 64 << 20;

/// What a queued write does.
#[derive(Debug)]
pub enum Change {
    /// These columns, the keys among them, are inserted.
    Insert(Vec<Column>),
    /// These columns are set.
    Update(Vec<Column>),
    /// The rows are deleted.
    Delete,
}

impl Change {
    /// Returns the columns.
    pub fn columns(&self) -> &[Column] {
        match self {
            Self::Insert(columns) | Self::Update(columns) => columns,
            Self::Delete => &[],
        }
    }
}

impl Queued {
    /// Returns some of the rows.
    fn part(&self, rows: &Range<usize>) -> Self {
        Self {
            table: self.table,
            keys: bulk::part(&self.keys, rows),
            owners: self.owners.get(rows.clone()).unwrap_or_default().to_vec(),
            change: match &self.change {
                Change::Insert(columns) => Change::Insert(bulk::part(columns, rows)),
                Change::Update(columns) => Change::Update(bulk::part(columns, rows)),
                Change::Delete => Change::Delete,
            },
        }
    }

    /// Returns the columns that are sent: those of an insert contain the keys.
    fn sent(&self) -> impl Iterator<Item = &Column> {
        let keys: &[Column] = match self.change {
            Change::Insert(_) => &[],
            _ => &self.keys,
        };
        keys.iter().chain(self.change.columns())
    }

    fn bytes(&self) -> usize {
        self.sent().map(|column| column.values.bytes()).sum()
    }
}

/// Where a statement's arrays are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrays {
    /// In the statement.
    Literals,
    /// Beside it.
    Parameters,
}

impl Writer<'_> {
    /// Writes what was queued; returns whether every row is exactly as it was sent.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses a statement, without saying which row is the reason.
    pub async fn write_queued(&mut self) -> Result<bool, StoreError> {
        let Some(queue) = self.queue.take() else {
            return Ok(true);
        };
        let mut message = String::new();
        let mut expected = 0;
        let mut position = self.journal.len();
        let total = queue.writes.len();
        for (index, write) in queue.writes.iter().enumerate() {
            if !queue.catalog.is_plain(write.table) {
                return Ok(false);
            }
            (self.report)(write.table, index, total);
            let statement = Statement {
                write,
                catalog: &queue.catalog,
                job: queue.job,
            };
            if write.bytes() <= MAX_LITERAL
                && !write.sent().any(|column| column.values.needs_parameters())
            {
                if message.len() > MAX_LITERAL {
                    let met = self.send(std::mem::take(&mut message)).await?;
                    if met != std::mem::take(&mut expected) {
                        return Ok(false);
                    }
                }
                statement.append(&mut message, position + 1, Arrays::Literals);
                expected += write.owners.len();
            } else {
                let parts = write.bytes() / MAX_ARRAYS + 1;
                let size = write.owners.len().div_ceil(parts).max(1);
                for start in (0..write.owners.len()).step_by(size) {
                    let part;
                    let write = if parts == 1 {
                        write
                    } else {
                        part = write.part(&(start..(start + size).min(write.owners.len())));
                        &part
                    };
                    let statement = Statement { write, ..statement };
                    if self.bound(&statement, position + start + 1).await? != write.owners.len() {
                        return Ok(false);
                    }
                }
            }
            position += write.owners.len();
            self.count_queued(write);
        }
        let met = self.send(message).await?;
        Ok(met == expected)
    }

    /// Sends statements in one message; returns how many rows are as they were sent.
    async fn send(&mut self, message: String) -> Result<usize, StoreError> {
        let failed = |error: sqlx::Error| StoreError::new(Operation::Insert, "the target", &error);
        if message.is_empty() {
            return Ok(0);
        }
        let rows = sqlx::raw_sql(AssertSqlSafe(message))
            .fetch_all(&mut *self.connection)
            .await
            .map_err(failed)?;
        let mut met = 0;
        for row in rows {
            met += row.try_get::<i64, _>(0).map_err(failed)?;
        }
        Ok(usize::try_from(met).unwrap_or_default())
    }

    /// Sends a statement with its arrays beside it; returns how many rows are as they were sent.
    async fn bound(
        &mut self,
        statement: &Statement<'_>,
        first: usize,
    ) -> Result<usize, StoreError> {
        let write = statement.write;
        let failed = |error: sqlx::Error| StoreError::new(Operation::Insert, write.table, &error);
        let mut sql = String::new();
        statement.append(&mut sql, first, Arrays::Parameters);
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for column in write.sent() {
            query = bulk::bind(query, &column.values);
        }
        let owners: Vec<&str> = write.owners.iter().map(|owner| &**owner).collect();
        let mut rows = query.bind(owners).fetch(&mut *self.connection);
        let row = rows.try_next().await.map_err(failed)?;
        let met: i64 = row.map_or(Ok(0), |row| row.try_get(0)).map_err(failed)?;
        Ok(usize::try_from(met).unwrap_or_default())
    }

    fn count_queued(&mut self, write: &Queued) {
        let rows = write.owners.len() as u64;
        let counts = self.count(write.table);
        match write.change {
            Change::Insert(_) => counts.inserted += rows,
            Change::Update(_) => counts.updated += rows,
            Change::Delete => counts.deleted += rows,
        }
    }
}

/// A write as a statement.
#[derive(Clone, Copy)]
struct Statement<'a> {
    write: &'a Queued,
    catalog: &'a Catalog,
    job: i64,
}

impl Statement<'_> {
    /// Appends the statement: it returns the number of rows that are as they were sent.
    fn append(&self, sql: &mut String, first: usize, arrays: Arrays) {
        let Queued {
            table,
            keys,
            owners,
            change,
        } = self.write;
        // The columns of `s`, as they are numbered.
        let sent: Vec<&Column> = self.write.sent().collect();
        let sources: Vec<String> = sent
            .iter()
            .map(|column| match arrays {
                Arrays::Literals => column.values.literal(),
                Arrays::Parameters => String::new(),
            })
            .collect();
        let mut parameters: Vec<String> = sources
            .into_iter()
            .zip(&sent)
            .enumerate()
            .map(|(index, (literal, column))| match arrays {
                Arrays::Literals => literal,
                Arrays::Parameters => format!("${}::{}", index + 1, column.values.array()),
            })
            .collect();
        parameters.push(match arrays {
            Arrays::Literals => bulk::text_literal(owners.iter().map(|owner| Some(&**owner))),
            Arrays::Parameters => format!("${}::text[]", sent.len() + 1),
        });
        let names: Vec<String> = (0..sent.len()).map(|index| format!("c{index}")).collect();
        let _ = write!(
            sql,
            "WITH s AS MATERIALIZED (SELECT * FROM unnest({}) WITH ORDINALITY AS s ({}{}item, n)), ",
            parameters.join(", "),
            names.join(", "),
            if names.is_empty() { "" } else { ", " },
        );
        let matched = |row: &str, of: &str| {
            let place = |key: &Column| sent.iter().position(|column| column.name == key.name);
            let pairs = keys.iter().map(|key| {
                format!(
                    "{row}.{} = {of}.c{}",
                    quoted(key.name),
                    place(key).unwrap_or_default()
                )
            });
            pairs.collect::<Vec<_>>().join(" AND ")
        };
        let value = |index: usize, column: &Column, of: &str| {
            format!("{of}.c{index}{}", column.values.cast_of_one())
        };
        match change {
            Change::Insert(columns) => {
                let into: Vec<String> = columns.iter().map(|column| quoted(column.name)).collect();
                let from: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(index, column)| value(index, column, "s"))
                    .collect();
                let _ = write!(
                    sql,
                    "w AS (INSERT INTO {table} ({}) SELECT {} FROM s ORDER BY n RETURNING *), \
                     r AS (SELECT s.n, s.item, NULL::text AS before, row_to_json(w.*)::text AS after \
                     FROM w JOIN s ON {}{}), ",
                    into.join(", "),
                    from.join(", "),
                    matched("w", "s"),
                    self.inserted(columns),
                );
            }
            Change::Update(columns) => {
                let shift = keys.len();
                let mut set: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(index, column)| {
                        format!(
                            "{} = {}",
                            quoted(column.name),
                            value(index + shift, column, "b")
                        )
                    })
                    .collect();
                if set.is_empty() {
                    // Nothing to change: still matches the rows, to lock and count them.
                    set.extend(
                        keys.iter()
                            .take(1)
                            .map(|key| format!("{0} = t.{0}", quoted(key.name))),
                    );
                }
                let _ = write!(
                    sql,
                    "b AS MATERIALIZED (SELECT s.*, t AS old FROM s JOIN {table} AS t ON {} ORDER BY s.n FOR UPDATE OF t), \
                     r AS (UPDATE {table} AS t SET {} FROM b WHERE {} RETURNING b.n, b.item, \
                     row_to_json(b.old)::text AS before, row_to_json(t.*)::text AS after, ({}) AS is_kept), ",
                    matched("t", "s"),
                    set.join(", "),
                    matched("t", "b"),
                    self.updated(columns, shift),
                );
            }
            Change::Delete => {
                let _ = write!(
                    sql,
                    "r AS (DELETE FROM {table} AS t USING s WHERE {} RETURNING s.n, s.item, \
                     row_to_json(t.*)::text AS before, NULL::text AS after), ",
                    matched("t", "s"),
                );
            }
        }
        let side = |is_there: bool, name: &str| {
            if is_there {
                format!("array_agg({name} ORDER BY n)")
            } else {
                "NULL".to_owned()
            }
        };
        let _ = write!(
            sql,
            "p AS (INSERT INTO gatediff.journal_pages (job_id, position, table_name, key_columns, items, before, after) \
             SELECT {job}, {first} + min(n) - 1, '{table}', '{{{keys}}}', array_agg(item ORDER BY n), {before}, {after} \
             FROM r{kept} GROUP BY (n - 1) / {PAGE} RETURNING cardinality(items) AS rows) \
             SELECT coalesce(sum(rows), 0)::int8 FROM p;\n",
            job = self.job,
            keys = keys
                .iter()
                .map(|key| key.name)
                .collect::<Vec<_>>()
                .join(","),
            before = side(!matches!(change, Change::Insert(_)), "before"),
            after = side(!matches!(change, Change::Delete), "after"),
            kept = if matches!(change, Change::Update(_)) {
                " WHERE is_kept"
            } else {
                ""
            },
        );
    }

    /// Returns the further conditions that an inserted row `w` has every value as it was sent in
    /// `s`, and the defaults in all other columns.
    fn inserted(&self, columns: &[Column]) -> String {
        let table = self.write.table;
        let mut conditions = String::new();
        for (index, column) in columns.iter().enumerate() {
            if let Some(condition) = same(
                &format!("w.{}", quoted(column.name)),
                &format!("s.c{index}"),
                &column.values,
            ) {
                let _ = write!(conditions, " AND {condition}");
            }
        }
        let others = self
            .catalog
            .columns(table)
            .iter()
            .filter(|(name, _)| !columns.iter().any(|column| column.name == name));
        for (name, _) in others {
            let name_in = format!("w.{}", quoted(name));
            match self.catalog.fill(table, name) {
                Some(Fill::Null) | None => {
                    let _ = write!(conditions, " AND {name_in} IS NULL");
                }
                Some(Fill::Constant(json)) => {
                    let _ = write!(
                        conditions,
                        " AND to_jsonb({name_in}) IS NOT DISTINCT FROM {}::jsonb",
                        bulk::string_literal(json)
                    );
                }
                Some(Fill::Computed | Fill::Generated) => {}
            }
        }
        conditions
    }

    /// Returns the condition that an updated row `t` has every value as it was sent in `b`, and
    /// that of `b.old` in all other columns.
    fn updated(&self, columns: &[Column], shift: usize) -> String {
        let table = self.write.table;
        let mut conditions = vec!["true".to_owned()];
        for (index, column) in columns.iter().enumerate() {
            conditions.extend(same(
                &format!("t.{}", quoted(column.name)),
                &format!("b.c{}", index + shift),
                &column.values,
            ));
        }
        let others = self
            .catalog
            .columns(table)
            .iter()
            .filter(|(name, _)| !columns.iter().any(|column| column.name == name));
        for (name, ty) in others {
            if self.catalog.fill(table, name) == Some(&Fill::Generated) {
                continue;
            }
            let name = quoted(name);
            // Not by the type's own equality where it takes two texts for one.
            let cast = match ty.as_str() {
                "text" | "varchar" => " COLLATE \"C\"",
                "int2" | "int4" | "int8" | "bool" | "timestamp" | "timestamptz" | "date"
                | "uuid" | "bytea" => "",
                _ => "::text COLLATE \"C\"",
            };
            conditions.push(format!(
                "t.{name}{cast} IS NOT DISTINCT FROM (b.old).{name}{cast}"
            ));
        }
        conditions.join(" AND ")
    }
}

/// Returns the condition that a column has a value as it was sent. Times may have fewer digits in
/// the column; only stamps are times.
fn same(column: &str, sent: &str, values: &Values) -> Option<String> {
    match values {
        Values::Text(_) => Some(format!(
            "{column}::text COLLATE \"C\" IS NOT DISTINCT FROM {sent}"
        )),
        Values::Int(_) => Some(format!("{column}::int8 IS NOT DISTINCT FROM {sent}")),
        Values::Json(_) => Some(format!(
            "{column}::text COLLATE \"C\" IS NOT DISTINCT FROM {sent}::jsonb::text"
        )),
        Values::Time(_) => None,
    }
}
