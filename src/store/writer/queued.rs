//! Writes that are collected, and written and journalled by the server itself.
//!
//! Each is one statement: it takes its rows from arrays, writes them, and stores what was and what
//! is now in the journal, without any row coming back. A row that is not exactly as it was sent, or
//! of which another column changed, does not count; the sum then differs from what was queued, and
//! the job starts again with [`Writer::new`], which reads back every row and says what differs.
//!
//! Only for plain tables, which nothing but the statement itself writes to.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, Row as _};

use super::queue_table::{self, BACKUP, Content};
use super::{Queued, Writer, quoted};
use crate::engine::promise::Fill;
use crate::store::bulk::{self, Column, Values};
use crate::store::catalog::Catalog;
use crate::store::error::{Operation, StoreError};
use crate::store::ledger::JournalRow;
use crate::store::row::CellType;
use crate::store::stamp::TableRows;

/// The rows of a page of the journal: a statement's work per page is small then, and a page is
/// read at once.
const PAGE: usize = 128;

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
    /// Returns the operation on the rows.
    const fn operation(&self) -> Operation {
        match self {
            Self::Insert(_) => Operation::Insert,
            Self::Update(_) => Operation::Update,
            Self::Delete => Operation::Delete,
        }
    }

    /// Returns the columns.
    pub fn columns(&self) -> &[Column] {
        match self {
            Self::Insert(columns) | Self::Update(columns) => columns,
            Self::Delete => &[],
        }
    }
}

impl Queued {
    /// Returns the columns that are sent: those of an insert contain the keys.
    fn sent(&self) -> impl Iterator<Item = &Column> {
        let keys: &[Column] = match self.change {
            Change::Insert(_) => &[],
            _ => &self.keys,
        };
        keys.iter().chain(self.change.columns())
    }

    /// Returns the number of the array that holds each of those columns: columns of the very same
    /// texts share the first one's.
    fn arrays(&self) -> Vec<usize> {
        let sent: Vec<&Column> = self.sent().collect();
        let array = |(index, column): (usize, &&Column)| {
            let mut earlier = sent.iter().take(index);
            let first = earlier.position(|other| column.values.are_those_of(&other.values));
            first.unwrap_or(index)
        };
        sent.iter().enumerate().map(array).collect()
    }
}

impl TableRows {
    /// Counts the rows of writes, table by table.
    pub fn of_writes(writes: &[Queued]) -> Vec<Self> {
        let mut tables = Vec::new();
        for write in writes {
            Self::of(&mut tables, write.table).add(write);
        }
        tables
    }

    /// Adds the rows of a write.
    fn add(&mut self, write: &Queued) {
        let rows = write.owners.len() as u64;
        match write.change {
            Change::Insert(_) => self.inserted += rows,
            Change::Update(_) => self.updated += rows,
            Change::Delete => self.deleted += rows,
        }
    }
}

impl Writer<'_> {
    /// Writes what was queued; returns whether every row is exactly as it was sent. The statements
    /// `around` follow. `backup` is sent with it, for the record of the job to take from there.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses a statement, without saying which row is the reason.
    pub async fn write_queued(
        &mut self,
        around: &str,
        backup: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let Some(queue) = self.queue.take() else {
            return Ok(true);
        };
        let failed = |error: sqlx::Error| StoreError::new(Operation::Insert, "the target", &error);
        let is_plain = |write: &Queued| queue.catalog.is_plain(write.table);
        if !queue.writes.iter().all(is_plain) {
            return Ok(false);
        }
        let contents = contents(&queue.writes, backup);
        queue_table::fill(self.connection, contents)
            .await
            .map_err(failed)?;
        let mut message = String::new();
        let mut expected = Vec::new();
        for (table, sql, rows) in &queue.locks {
            let _ = writeln!(message, "SELECT count(*) FROM ({sql}) AS locked;");
            expected.push((Operation::Read, *table, *rows));
        }
        let mut position = 1;
        for row in std::mem::take(&mut self.journal) {
            append_noted(&mut message, queue.job, position, &row);
            position += 1;
        }
        for (number, write) in queue.writes.iter().enumerate() {
            let statement = Statement {
                write,
                number,
                catalog: &queue.catalog,
                job: queue.job,
            };
            statement.append(&mut message, position);
            position += write.owners.len();
            expected.push((write.change.operation(), write.table, write.owners.len()));
            self.count(write.table).add(write);
        }
        message.push_str(around);
        self.run_queued(&expected, message).await
    }

    /// Runs the statements in one message; returns whether each met as many rows as expected.
    async fn run_queued(
        &mut self,
        expected: &[(Operation, &'static str, usize)],
        message: String,
    ) -> Result<bool, StoreError> {
        let mut rest = expected.iter().enumerate();
        let mut current = rest.next();
        let mut is_exact = true;
        let report = |current: Option<(usize, &(Operation, &'static str, usize))>| {
            if let Some((index, (_, table, _))) = current {
                (self.report)(table, index, expected.len());
            }
        };
        report(current);
        let mut results = sqlx::raw_sql(AssertSqlSafe(message)).fetch_many(&mut *self.connection);
        loop {
            let failed = |error: sqlx::Error| match current {
                Some((_, (operation, table, _))) => StoreError::new(*operation, *table, &error),
                None => StoreError::new(Operation::Read, "the target", &error),
            };
            let Some(result) = results.try_next().await.map_err(failed)? else {
                break;
            };
            // Only what is expected returns a row.
            let Either::Right(row) = result else { continue };
            let met: i64 = row.try_get(0).map_err(failed)?;
            let Some((_, (_, table, wanted))) = current else {
                return Ok(false);
            };
            if usize::try_from(met) != Ok(*wanted) {
                tracing::info!(table, met, wanted, "not as it was sent");
                is_exact = false;
            }
            current = rest.next();
            report(current);
        }
        Ok(is_exact && current.is_none())
    }
}

/// Returns the arrays of the keys of an insert, which is the `number`th of the queue, and of its
/// items.
pub(in crate::store) fn queued_keys(number: usize, write: &Queued) -> Vec<String> {
    let arrays = write.arrays();
    let place = |key: &Column| {
        let mut sent = write.sent();
        let place = sent.position(|column| column.name == key.name)?;
        arrays.get(place).copied()
    };
    let array = |key: &Column| Some(queue_table::array(number, place(key)?, &key.values));
    let items = queue_table::texts(number, write.sent().count());
    write.keys.iter().filter_map(array).chain([items]).collect()
}

/// Returns what the table of the queue holds.
fn contents<'q>(
    writes: &'q [Queued],
    backup: Option<&'q [u8]>,
) -> Vec<((i32, usize), Content<'q>)> {
    let of = |(number, write): (i32, &'q Queued)| {
        let arrays = write.arrays();
        let count = arrays.len();
        let columns = write.sent().zip(arrays).enumerate();
        let own = columns.filter(|(column, (_, array))| column == array);
        let values = own.map(|(column, (sent, _))| (column, Content::Values(&sent.values)));
        let owners = write.owners.iter().map(|owner| Some(&**owner)).collect();
        let all = values.chain([(count, Content::Texts(owners))]);
        all.map(move |(column, content)| ((number, column), content))
    };
    let backup = backup.map(|backup| ((BACKUP, 0), Content::Bytes(backup)));
    (0..).zip(writes).flat_map(of).chain(backup).collect()
}

/// Appends the statement that journals a row which was not queued, but written when it was asked
/// for: a counter's, which holds nothing secret.
fn append_noted(message: &mut String, job: i64, position: usize, row: &JournalRow) {
    let text = bulk::string_literal;
    let optional = |json: &Option<String>| {
        json.as_ref().map_or_else(
            || "NULL".to_owned(),
            |json| format!("ARRAY[{}]", text(json)),
        )
    };
    let _ = writeln!(
        message,
        "INSERT INTO gatediff.journal_pages (job_id, position, table_name, key_columns, items, row_keys, before, after) \
         VALUES ({job}, {position}, {}, '{{}}', ARRAY[{}], ARRAY[{}], {}, {});",
        text(&row.table),
        text(&row.item),
        text(&row.key),
        optional(&row.before),
        optional(&row.after),
    );
}

/// A write as a statement.
#[derive(Clone, Copy)]
struct Statement<'a> {
    write: &'a Queued,
    /// Its number in the queue.
    number: usize,
    catalog: &'a Catalog,
    job: i64,
}

impl Statement<'_> {
    /// Appends the statement: it returns the number of rows that are as they were sent.
    fn append(&self, sql: &mut String, first: usize) {
        let Queued {
            table,
            keys,
            change,
            ..
        } = self.write;
        // The columns of `s`, as they are numbered.
        let sent: Vec<&Column> = self.write.sent().collect();
        let array = self.write.arrays();
        let own = |index: &usize| array.get(*index) == Some(index);
        let mut arrays: Vec<String> = sent
            .iter()
            .enumerate()
            .filter(|(index, _)| own(index))
            .map(|(index, column)| queue_table::array(self.number, index, &column.values))
            .collect();
        arrays.push(queue_table::texts(self.number, sent.len()));
        let names = (0..sent.len()).filter(own);
        let names: String = names.map(|index| format!("c{index}, ")).collect();
        // Each is converted once.
        let columns = sent.iter().zip(&array).enumerate();
        let columns: String = columns
            .map(|(index, (column, array))| {
                format!("c{array}{} AS c{index}, ", column.values.cast_of_one())
            })
            .collect();
        let _ = write!(
            sql,
            "WITH s AS MATERIALIZED (SELECT {columns}item, n FROM unnest({}) WITH ORDINALITY AS s ({names}item, n)), ",
            arrays.join(", "),
        );
        let matched = |row: &str| {
            let place = |key: &Column| sent.iter().position(|column| column.name == key.name);
            let pairs = keys.iter().map(|key| {
                format!(
                    "{row}.{} = s.c{}",
                    quoted(key.name),
                    place(key).unwrap_or_default()
                )
            });
            pairs.collect::<Vec<_>>().join(" AND ")
        };
        match change {
            Change::Insert(columns) => {
                let into: Vec<String> = columns.iter().map(|column| quoted(column.name)).collect();
                let from: Vec<String> = (0..columns.len())
                    .map(|index| format!("s.c{index}"))
                    .collect();
                let _ = write!(
                    sql,
                    "w AS (INSERT INTO {table} ({}) {} SELECT {} FROM s ORDER BY n RETURNING *), \
                     r AS (SELECT s.n, s.item, NULL::text AS before, row_to_json(w.*)::text AS after \
                     FROM w JOIN s ON {}{}), ",
                    into.join(", "),
                    bulk::OVERRIDING,
                    from.join(", "),
                    matched("w"),
                    self.inserted(columns),
                );
            }
            Change::Update(columns) => {
                let shift = keys.len();
                let mut set: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(index, column)| {
                        format!("{} = b.c{}", quoted(column.name), index + shift)
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
                // A locked row stays in its place: it is not looked up by its key again.
                let _ = write!(
                    sql,
                    "b AS MATERIALIZED (SELECT s.*, t AS old, t.ctid AS place FROM s JOIN {table} AS t ON {} ORDER BY s.n FOR UPDATE OF t), \
                     r AS (UPDATE {table} AS t SET {} FROM b WHERE t.ctid = b.place RETURNING b.n, b.item, \
                     row_to_json(b.old)::text AS before, row_to_json(t.*)::text AS after, ({}) AS is_kept), ",
                    matched("t"),
                    set.join(", "),
                    self.updated(columns, shift),
                );
            }
            Change::Delete => {
                let _ = write!(
                    sql,
                    "r AS (DELETE FROM {table} AS t USING s WHERE {} RETURNING s.n, s.item, \
                     row_to_json(t.*)::text AS before, NULL::text AS after), ",
                    matched("t"),
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
        let _ = writeln!(
            sql,
            "p AS (INSERT INTO gatediff.journal_pages (job_id, position, table_name, key_columns, items, before, after) \
             SELECT {job}, {first} + min(n) - 1, '{table}', '{{{keys}}}', array_agg(item ORDER BY n), {before}, {after} \
             FROM r{kept} GROUP BY (n - 1) / {PAGE} RETURNING cardinality(items) AS rows) \
             SELECT coalesce(sum(rows), 0)::int8 FROM p;",
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
            let written = format!("w.{}", quoted(column.name));
            let condition = same(&written, &format!("s.c{index}"), &column.values);
            let _ = write!(conditions, " AND {condition}");
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
            let written = format!("t.{}", quoted(column.name));
            let sent = format!("b.c{}", index + shift);
            conditions.push(same(&written, &sent, &column.values));
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
/// the column.
fn same(column: &str, sent: &str, values: &Values) -> String {
    match (values, values.sent_type()) {
        // Their bytes, and not what JSON takes for the same.
        (Values::Json(_), _) => format!("ROW({column})::record *= ROW({sent})::record"),
        (_, CellType::Text) => {
            format!("{column}::text COLLATE \"C\" IS NOT DISTINCT FROM {sent}")
        }
        (_, CellType::Int) => format!("{column}::int8 IS NOT DISTINCT FROM {sent}"),
        (_, CellType::Time) => {
            format!("{column}::timestamp(0) IS NOT DISTINCT FROM {sent}::timestamp(0)")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::bulk::Cells;
    use crate::store::row::{Cell, Row};
    use crate::store::writer::ItemRef;

    fn texts(texts: &[&str]) -> Values {
        Values::Text(texts.iter().map(|text| Some((*text).into())).collect())
    }

    fn number(number: i64) -> Values {
        Values::Cells(Cells {
            rows: [Row::new(&[Cell::Int(number)])].into(),
            index: 0,
            ty: CellType::Int,
        })
    }

    fn column(name: &'static str, values: Values) -> Column {
        Column { name, values }
    }

    fn sql(change: Change) -> String {
        let write = Queued {
            table: "t",
            keys: vec![column("id", texts(&["canary"]))],
            owners: vec![ItemRef::from("client:canary")],
            change,
        };
        let own = [
            ("id", "varchar"),
            ("n", "int4"),
            ("body", "text"),
            ("content", "jsonb"),
        ];
        let catalog = Catalog::sample("t", &[&own[..], &[("other", "json")]].concat());
        let mut sql = String::new();
        let statement = Statement {
            write: &write,
            number: 3,
            catalog: &catalog,
            job: 7,
        };
        statement.append(&mut sql, 11);
        sql.replace(", ", ",\n  ")
    }

    #[test]
    fn a_statement_writes_checks_journals_and_contains_no_value() {
        // What is parsed is sent once.
        let body: Arc<str> = "{\"a\":\"canary\"}".into();
        let columns = || {
            vec![
                column("n", number(1)),
                column("body", Values::Text(vec![Some(Arc::clone(&body))])),
                column("content", Values::Json(vec![Some(Arc::clone(&body))])),
            ]
        };
        let mut inserted = vec![column("id", texts(&["canary"]))];
        inserted.extend(columns());
        let all = [
            sql(Change::Insert(inserted)),
            sql(Change::Update(columns())),
            sql(Change::Delete),
        ];
        let all = all.join("\n");
        assert!(!all.contains("canary"), "{all}");
        insta::assert_snapshot!(all);
    }
}
