//! Writing the product's tables: every row is locked, journalled and counted.
//!
//! Nothing else writes a product's table. This makes it possible to undo and rehearse a job.

mod queue_table;
mod queued;
mod refused;
mod settle;

use std::sync::Arc;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

pub(super) use self::queue_table::{OPEN_QUEUE, QUEUED_BACKUP, texts as stored_texts};
pub use self::queued::Change;
pub(super) use self::queued::queued_keys;
use super::bulk::{self, Column};
use super::catalog::Catalog;
use super::error::{Operation, StoreError, StoreErrorKind};
use super::ledger::JournalRow;
use super::stamp::{Report, Stamp, TableRows};

/// The subject of a statement that is not about a table.
const TARGET: &str = "the target";

/// The item of a row, such as `client:crm`. One per row; empty for rows that belong to no item,
/// such as counters.
pub type ItemRef = Arc<str>;

/// Rows of one table by their keys.
#[derive(Clone, Copy)]
struct Keyed<'a> {
    /// The table. Always a literal of ours, never data.
    table: &'static str,
    /// The columns of its primary key.
    keys: &'a [Column],
    /// The item of each row.
    owners: &'a [ItemRef],
}

/// Rows of one table to be written, by their keys.
#[derive(Debug)]
pub struct Rows {
    /// The table. Always a literal of ours, never data.
    pub table: &'static str,
    /// The columns of its primary key.
    pub keys: Vec<Column>,
    /// The item of each row.
    pub owners: Vec<ItemRef>,
}

impl Rows {
    fn keyed(&self) -> Keyed<'_> {
        Keyed {
            table: self.table,
            keys: &self.keys,
            owners: &self.owners,
        }
    }
}

/// A write that waits for [`Writer::write_queued`].
#[derive(Debug)]
pub struct Queued {
    /// The table.
    pub table: &'static str,
    /// The columns of its primary key.
    pub keys: Vec<Column>,
    /// The item of each row.
    pub owners: Vec<ItemRef>,
    /// What is done to the rows.
    pub change: Change,
}

/// Writes that wait, and what writing them takes.
struct Queue {
    writes: Arc<Vec<Queued>>,
    /// The tables as the server describes them.
    catalog: Arc<Catalog>,
    /// The number of the job that they belong to.
    job: i64,
    /// What locks rows that others rely on, and how many of each table.
    locks: Vec<(&'static str, String, usize)>,
}

/// Writes, in a transaction that the caller begins and ends.
pub struct Writer<'a> {
    connection: &'a mut PgConnection,
    stamp: &'a Stamp,
    report: Report<'a>,
    journal: Vec<JournalRow>,
    tables: Vec<TableRows>,
    /// Statements that matched another number of rows than are locked: because of a trigger or rule
    /// of the table, or a conflict.
    short: Vec<StoreError>,
    /// Refused rows; a rehearsal continues after them.
    problems: Option<Vec<StoreError>>,
    /// Whether there is a savepoint before the statement that came last.
    has_savepoint: bool,
    /// Whether counters that are behind their rows may be moved.
    fixes_counters: bool,
    /// Messages for the operator.
    notes: Vec<String>,
    /// What is written later, and at once; none if every write is done when it is asked for.
    queue: Option<Queue>,
}

/// The change of rows in one statement.
#[derive(Clone, Copy)]
enum Statement<'a> {
    /// These columns, the keys among them, are inserted.
    Insert(&'a [Column]),
    /// These columns are set.
    Update(&'a [Column]),
    /// The rows are deleted.
    Delete,
}

/// The result of a writer.
#[derive(Debug, Default)]
pub struct Written {
    /// The changes of each table, in writing order.
    pub tables: Vec<TableRows>,
    /// Every touched row, before and after.
    pub journal: Vec<JournalRow>,
    /// Messages for the operator.
    pub notes: Vec<String>,
    /// What the database refused; always empty except in a rehearsal.
    pub problems: Vec<StoreError>,
}

impl<'a> Writer<'a> {
    /// Returns a writer. `report` is called before each table.
    pub fn new(connection: &'a mut PgConnection, stamp: &'a Stamp, report: Report<'a>) -> Self {
        Self {
            connection,
            stamp,
            report,
            journal: Vec::new(),
            tables: Vec::new(),
            short: Vec::new(),
            problems: None,
            has_savepoint: false,
            fixes_counters: false,
            notes: Vec::new(),
            queue: None,
        }
    }

    /// Returns a writer that collects what is to be written, and has the server write and journal
    /// all of it in [`write_queued`](Self::write_queued), as part of the job of this number, which was
    /// [reserved](super::Ledger::reserve).
    pub fn queueing(
        connection: &'a mut PgConnection,
        stamp: &'a Stamp,
        report: Report<'a>,
        job: i64,
        catalog: Arc<Catalog>,
    ) -> Self {
        Self {
            queue: Some(Queue {
                writes: Arc::default(),
                catalog,
                job,
                locks: Vec::new(),
            }),
            ..Self::new(connection, stamp, report)
        }
    }

    /// Returns what waits to be written.
    pub fn queued(&self) -> Arc<Vec<Queued>> {
        self.queue
            .as_ref()
            .map(|queue| Arc::clone(&queue.writes))
            .unwrap_or_default()
    }

    /// Queues a write, if this writer does so; else gives it back.
    fn queue(&mut self, rows: Rows, change: Change) -> Option<(Rows, Change)> {
        let Some(queue) = &mut self.queue else {
            return Some((rows, change));
        };
        let Rows {
            table,
            keys,
            owners,
        } = rows;
        // Nobody else has them yet.
        if let Some(writes) = Arc::get_mut(&mut queue.writes) {
            writes.push(Queued {
                table,
                keys,
                owners,
                change,
            });
        }
        None
    }

    /// Returns a writer that continues after refused rows, and records them. Its transaction must
    /// be rolled back.
    pub fn rehearsing(
        connection: &'a mut PgConnection,
        stamp: &'a Stamp,
        report: Report<'a>,
    ) -> Self {
        Self {
            problems: Some(Vec::new()),
            ..Self::new(connection, stamp, report)
        }
    }

    /// Returns a writer that may move counters which are behind their rows.
    #[must_use]
    pub fn fixing_counters(self, fixes_counters: bool) -> Self {
        Self {
            fixes_counters,
            ..self
        }
    }

    /// Says whether counters that are behind their rows may be moved.
    pub const fn fixes_counters(&self) -> bool {
        self.fixes_counters
    }

    /// Adds a message for the operator.
    pub fn report_note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Returns the operator and time.
    pub const fn stamp(&self) -> &'a Stamp {
        self.stamp
    }

    /// Returns the connection, for reading and for taking ids.
    pub const fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// Reports the next table.
    pub fn report(&self, table: &str, done: usize, total: usize) {
        (self.report)(table, done, total);
    }

    /// Returns what was done.
    pub fn finish(mut self) -> Written {
        // A rule may have dropped a row: then nothing was written.
        self.journal
            .retain(|row| row.before.is_some() || row.after.is_some());
        Written {
            tables: self.tables,
            journal: self.journal,
            notes: self.notes,
            problems: self.problems.unwrap_or_default(),
        }
    }

    /// Writes rows: at once, or when the queue is written.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert), [`update`](Self::update) and [`delete`](Self::delete).
    pub async fn write(&mut self, write: Queued) -> Result<(), StoreError> {
        let Queued {
            table,
            keys,
            owners,
            change,
        } = write;
        let rows = Rows {
            table,
            keys,
            owners,
        };
        match change {
            Change::Insert(columns) => self.insert(rows, columns).await,
            Change::Update(set) => self.update(rows, set).await,
            Change::Delete => self.delete(rows).await,
        }
    }

    /// Inserts rows; `rows.keys` are among the columns. As the other writes, it may be queued.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses the statement, with the items of the refused rows; a unique
    /// violation is a conflict.
    pub async fn insert(&mut self, rows: Rows, columns: Vec<Column>) -> Result<(), StoreError> {
        let Some((rows, change)) = self.queue(rows, Change::Insert(columns)) else {
            return Ok(());
        };
        let (rows, columns) = (rows.keyed(), change.columns());
        let begun = self.begin(rows.table).await?;
        let done = self.try_insert(rows, columns).await;
        let done = self
            .with_refused(done, rows, Statement::Insert(columns))
            .await;
        let count = self.end(begun, done).await?;
        self.count(rows.table).inserted += count;
        Ok(())
    }

    async fn try_insert(&mut self, rows: Keyed<'_>, columns: &[Column]) -> Result<u64, StoreError> {
        let count = self.execute(rows, Statement::Insert(columns)).await?;
        self.expect(Operation::Insert, rows.table, rows.owners.len(), count);
        self.keep(rows, None, true).await?;
        Ok(count)
    }

    /// Updates rows.
    ///
    /// # Errors
    ///
    /// Fails with a conflict if not all of the rows exist.
    pub async fn update(&mut self, rows: Rows, set: Vec<Column>) -> Result<(), StoreError> {
        let Some((rows, change)) = self.queue(rows, Change::Update(set)) else {
            return Ok(());
        };
        let (rows, set) = (rows.keyed(), change.columns());
        let begun = self.begin(rows.table).await?;
        let done = self.try_update(rows, set).await;
        let done = self.with_refused(done, rows, Statement::Update(set)).await;
        let count = self.end(begun, done).await?;
        self.count(rows.table).updated += count;
        Ok(())
    }

    async fn try_update(&mut self, rows: Keyed<'_>, set: &[Column]) -> Result<u64, StoreError> {
        let before = self.lock(rows, Operation::Update).await?;
        let count = self.execute(rows, Statement::Update(set)).await?;
        self.expect(Operation::Update, rows.table, rows.owners.len(), count);
        self.keep(rows, Some(before), true).await?;
        Ok(count)
    }

    /// Deletes rows.
    ///
    /// # Errors
    ///
    /// Fails with a conflict if not all of the rows exist.
    pub async fn delete(&mut self, rows: Rows) -> Result<(), StoreError> {
        let Some((rows, _)) = self.queue(rows, Change::Delete) else {
            return Ok(());
        };
        let rows = rows.keyed();
        let begun = self.begin(rows.table).await?;
        let done = self.try_delete(rows).await;
        let done = self.with_refused(done, rows, Statement::Delete).await;
        let count = self.end(begun, done).await?;
        self.count(rows.table).deleted += count;
        Ok(())
    }

    async fn try_delete(&mut self, rows: Keyed<'_>) -> Result<u64, StoreError> {
        let before = self.lock(rows, Operation::Delete).await?;
        let count = self.execute(rows, Statement::Delete).await?;
        self.expect(Operation::Delete, rows.table, rows.owners.len(), count);
        self.keep(rows, Some(before), false).await?;
        Ok(count)
    }

    /// Runs a statement; returns the number of matched rows.
    async fn execute(
        &mut self,
        rows: Keyed<'_>,
        statement: Statement<'_>,
    ) -> Result<u64, StoreError> {
        let Keyed { table, keys, .. } = rows;
        match statement {
            Statement::Insert(columns) => bulk::insert(self.connection, table, columns).await,
            Statement::Update(set) => bulk::update(self.connection, table, keys, set).await,
            Statement::Delete => bulk::delete(self.connection, table, keys).await,
        }
    }

    /// Records that a statement matched an unexpected number of rows.
    pub(super) fn expect(&mut self, operation: Operation, table: &str, rows: usize, met: u64) {
        if met != rows as u64 {
            self.short
                .push(StoreError::count(operation, table, rows, met));
        }
    }

    /// Locks rows that others rely on until the transaction ends. It may be queued.
    ///
    /// # Errors
    ///
    /// Fails with a conflict if not all of the rows exist; with a retryable error if one was
    /// changed since the transaction's snapshot.
    pub async fn lock_for_share(
        &mut self,
        table: &'static str,
        keys: &[Column],
        rows: usize,
    ) -> Result<(), StoreError> {
        if let Some(queue) = &mut self.queue
            && !keys.iter().any(|key| key.values.needs_parameters())
        {
            queue.locks.push((table, locking(table, keys, true), rows));
            return Ok(());
        }
        if self.problems.is_some() {
            self.begin(table).await?;
        }
        let done = self.try_lock_for_share(table, keys, rows).await;
        self.end(table, done).await.map(|_| ())
    }

    async fn try_lock_for_share(
        &mut self,
        table: &'static str,
        keys: &[Column],
        rows: usize,
    ) -> Result<u64, StoreError> {
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table, &error);
        let is_plain = !keys.iter().any(|key| key.values.needs_parameters());
        let met = if is_plain {
            let sql = locking(table, keys, true);
            let rows = sqlx::raw_sql(AssertSqlSafe(sql));
            rows.fetch_all(&mut *self.connection).await
        } else {
            let sql = AssertSqlSafe(locking(table, keys, false));
            let query = keys.iter().fold(sqlx::query(sql), |query, key| {
                bulk::bind(query, &key.values)
            });
            query.fetch_all(&mut *self.connection).await
        };
        let met = met.map_err(failed)?.len();
        let met = met as u64;
        if met == rows as u64 {
            Ok(met)
        } else {
            Err(StoreError::count(Operation::Read, table, rows, met))
        }
    }

    /// Journals rows that a statement of the caller touched.
    pub fn note(&mut self, table: &'static str, row: JournalRow) {
        let rows = self.count(table);
        match (&row.before, &row.after) {
            (None, _) => rows.inserted += 1,
            (_, None) => rows.deleted += 1,
            _ => rows.updated += 1,
        }
        self.journal.push(row);
    }

    /// Returns the journal so far.
    pub fn journal(&self) -> &[JournalRow] {
        &self.journal
    }

    /// Journals rows that were not touched.
    pub(super) fn journal_untouched(&mut self, rows: Vec<JournalRow>) {
        self.journal.extend(rows);
    }

    /// Reads whole rows, and locks them for the planned change, which takes the privilege for it.
    async fn lock(&mut self, rows: Keyed<'_>, to: Operation) -> Result<Vec<Whole>, StoreError> {
        let read = self.read(rows, to, "JOIN", " FOR UPDATE OF t").await?;
        if read.len() == rows.owners.len() {
            Ok(read)
        } else {
            Err(StoreError::count(
                to,
                rows.table,
                rows.owners.len(),
                read.len() as u64,
            ))
        }
    }

    async fn read(
        &mut self,
        rows: Keyed<'_>,
        operation: Operation,
        join: &str,
        lock: &str,
    ) -> Result<Vec<Whole>, StoreError> {
        let key = rows
            .keys
            .iter()
            .enumerate()
            .map(|(index, key)| format!("'{}', u.k{index}", key.name));
        let sql = format!(
            "SELECT u.n, jsonb_build_object({})::text, to_jsonb(t)::text FROM {} {join} {} AS t ON {} \
             ORDER BY u.n{lock}",
            key.collect::<Vec<_>>().join(", "),
            bulk::unnested(rows.keys),
            rows.table,
            bulk::matched(rows.keys),
        );
        let failed = |error: sqlx::Error| StoreError::new(operation, rows.table, &error);
        let query = rows
            .keys
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, key| {
                bulk::bind(query, &key.values)
            });
        let found = query
            .fetch_all(&mut *self.connection)
            .await
            .map_err(failed)?;
        let whole = |row: &sqlx::postgres::PgRow| {
            let n: i64 = row.try_get(0)?;
            Ok(Whole {
                index: usize::try_from(n - 1).unwrap_or_default(),
                key: row.try_get(1)?,
                row: row.try_get(2)?,
            })
        };
        found
            .iter()
            .map(whole)
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)
    }

    /// Journals rows: as they were, and as they are now.
    async fn keep(
        &mut self,
        rows: Keyed<'_>,
        before: Option<Vec<Whole>>,
        remain: bool,
    ) -> Result<(), StoreError> {
        let table: Arc<str> = rows.table.into();
        let after = match remain {
            // A row that a trigger or rule prevented from being written does not exist.
            true => Some(self.read(rows, Operation::Read, "LEFT JOIN", "").await?),
            false => None,
        };
        let mut before = before.map(Vec::into_iter);
        let mut after = after.map(Vec::into_iter);
        let mut next = || {
            (
                before.as_mut().and_then(Iterator::next),
                after.as_mut().and_then(Iterator::next),
            )
        };
        loop {
            let (before, after) = next();
            let Some(one) = before.as_ref().or(after.as_ref()) else {
                return Ok(());
            };
            self.journal.push(JournalRow {
                table: Arc::clone(&table),
                item: rows.owners.get(one.index).cloned().unwrap_or_default(),
                key: one.key.clone(),
                before: before.and_then(|before| before.row),
                after: after.and_then(|after| after.row),
            });
        }
    }

    fn count(&mut self, table: &'static str) -> &mut TableRows {
        TableRows::of(&mut self.tables, table)
    }

    /// Sets a savepoint: the transaction must stay usable after a statement that
    /// fails, to find whose rows were refused and, in a rehearsal, to go on.
    async fn begin(&mut self, table: &'static str) -> Result<&'static str, StoreError> {
        let before = if self.has_savepoint {
            "RELEASE SAVEPOINT written; "
        } else {
            ""
        };
        self.run(table, format!("{before}SAVEPOINT written"))
            .await?;
        self.has_savepoint = true;
        Ok(table)
    }

    async fn end(
        &mut self,
        table: &'static str,
        done: Result<u64, StoreError>,
    ) -> Result<u64, StoreError> {
        let error = match done {
            Ok(count) => return Ok(count),
            Err(error) => error,
        };
        match &mut self.problems {
            Some(problems) if error.is_about_rows() || error.kind == StoreErrorKind::Denied => {
                problems.push(error);
                self.run(table, "ROLLBACK TO SAVEPOINT written".to_owned())
                    .await
                    .map(|()| 0)
            }
            _ => Err(error),
        }
    }

    async fn run(&mut self, table: &str, sql: String) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *self.connection)
            .await;
        done.map(|_| ())
            .map_err(|error| StoreError::new(Operation::Transact, table, &error))
    }
}

/// Returns the statement that locks rows of a table, whose keys it contains or takes.
fn locking(table: &str, keys: &[Column], contains_keys: bool) -> String {
    let relation = if contains_keys {
        bulk::relation(keys)
    } else {
        bulk::unnested(keys)
    };
    let matched = bulk::matched(keys);
    format!("SELECT 1 FROM {relation} JOIN {table} AS t ON {matched} FOR KEY SHARE OF t")
}

/// A row as JSON; none if it does not exist.
struct Whole {
    /// The index of its key.
    index: usize,
    key: String,
    row: Option<String>,
}

/// Any JSON value.
type Raw = Box<serde_json::value::RawValue>;

/// Quotes the name of a column that comes from a row of the journal.
pub(super) fn quoted(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}
