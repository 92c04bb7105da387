//! Writing the product's tables: every row is locked, journalled and counted.
//!
//! Nothing else writes a product's table. That a job can be undone, and
//! rehearsed, follows from it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::bulk::{self, Column};
use super::catalog::{Catalog, describe};
use super::ledger::JournalRow;
use super::sql::{Operation, Report, Stamp, StoreError, StoreErrorKind, TableRows};

/// What a statement is about that is about no table.
const TARGET: &str = "the target";

/// Which item a row belongs to: its name, such as `client:crm`. One per row;
/// empty for rows that belong to no item, such as counters.
pub type Owner = Arc<str>;

/// Rows of one table by their keys.
#[derive(Clone, Copy)]
pub struct Keyed<'a> {
    /// The table. Always a literal of ours, never data.
    pub table: &'static str,
    /// The columns of its primary key.
    pub keys: &'a [Column],
    /// Whose each row is.
    pub owners: &'a [Owner],
}

/// Writes, in a transaction that somebody else begins and ends.
pub struct Writer<'a> {
    connection: &'a mut PgConnection,
    stamp: &'a Stamp,
    report: Report<'a>,
    journal: Vec<JournalRow>,
    tables: Vec<TableRows>,
    /// Statements that met another number of rows than are locked: a trigger
    /// or rule of the table took some, or else something is wrong.
    short: Vec<StoreError>,
    /// What was refused; a rehearsal goes on after that.
    problems: Option<Vec<StoreError>>,
}

/// What a writer did.
#[derive(Debug, Default)]
pub struct Written {
    /// What was done to each table, in the order of writing.
    pub tables: Vec<TableRows>,
    /// Every row that was touched, before and after.
    pub journal: Vec<JournalRow>,
    /// What the database refused; always empty but in a rehearsal.
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
        }
    }

    /// Returns a writer that goes on after what the database refuses, and keeps
    /// note of it. Its transaction must be rolled back.
    pub fn rehearsing(connection: &'a mut PgConnection, stamp: &'a Stamp, report: Report<'a>) -> Self {
        Self { problems: Some(Vec::new()), ..Self::new(connection, stamp, report) }
    }

    /// Returns who writes, and when.
    pub const fn stamp(&self) -> &'a Stamp {
        self.stamp
    }

    /// Returns the connection, for reading and for taking ids.
    pub const fn connection(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// Tells that a table comes next.
    pub fn report(&self, table: &str, done: usize, total: usize) {
        (self.report)(table, done, total);
    }

    /// Returns what was done.
    pub fn finish(mut self) -> Written {
        // A rule may have swallowed a row: nothing came of it.
        self.journal.retain(|row| row.before.is_some() || row.after.is_some());
        Written { tables: self.tables, journal: self.journal, problems: self.problems.unwrap_or_default() }
    }

    /// Inserts rows; `rows.keys` are among the columns.
    ///
    /// # Errors
    ///
    /// Whatever the server refuses; a unique violation is a conflict.
    pub async fn insert(&mut self, rows: Keyed<'_>, columns: &[Column]) -> Result<(), StoreError> {
        let begun = self.begin(rows.table).await?;
        let done = self.try_insert(rows, columns).await;
        let count = self.end(begun, done).await?;
        self.count(rows.table).inserted += count;
        Ok(())
    }

    async fn try_insert(&mut self, rows: Keyed<'_>, columns: &[Column]) -> Result<u64, StoreError> {
        let count = bulk::insert(self.connection, rows.table, columns).await?;
        self.expect(Operation::Insert, rows.table, rows.owners.len(), count);
        self.keep(rows, None, true).await?;
        Ok(count)
    }

    /// Updates rows.
    ///
    /// # Errors
    ///
    /// A conflict where not all of the rows are there.
    pub async fn update(&mut self, rows: Keyed<'_>, set: &[Column]) -> Result<(), StoreError> {
        let begun = self.begin(rows.table).await?;
        let done = self.try_update(rows, set).await;
        let count = self.end(begun, done).await?;
        self.count(rows.table).updated += count;
        Ok(())
    }

    async fn try_update(&mut self, rows: Keyed<'_>, set: &[Column]) -> Result<u64, StoreError> {
        let before = self.lock(rows, Operation::Update).await?;
        let count = bulk::update(self.connection, rows.table, rows.keys, set).await?;
        self.expect(Operation::Update, rows.table, rows.owners.len(), count);
        self.keep(rows, Some(before), true).await?;
        Ok(count)
    }

    /// Deletes rows.
    ///
    /// # Errors
    ///
    /// A conflict where not all of the rows are there.
    pub async fn delete(&mut self, rows: Keyed<'_>) -> Result<(), StoreError> {
        let begun = self.begin(rows.table).await?;
        let done = self.try_delete(rows).await;
        let count = self.end(begun, done).await?;
        self.count(rows.table).deleted += count;
        Ok(())
    }

    async fn try_delete(&mut self, rows: Keyed<'_>) -> Result<u64, StoreError> {
        let before = self.lock(rows, Operation::Delete).await?;
        let count = bulk::delete(self.connection, rows.table, rows.keys).await?;
        self.expect(Operation::Delete, rows.table, rows.owners.len(), count);
        self.keep(rows, Some(before), false).await?;
        Ok(count)
    }

    /// Notes that a statement met another number of rows than it was to.
    pub(super) fn expect(&mut self, operation: Operation, table: &str, rows: usize, met: u64) {
        if met != rows as u64 {
            self.short.push(StoreError::count(operation, table, rows, met));
        }
    }

    /// Comes to the state that a commit would leave: constraints that wait for
    /// it are checked, and where triggers or rules may have written too, the
    /// journal's rows are read once more. Returns what the catalog says of the
    /// tables that were touched.
    ///
    /// # Errors
    ///
    /// A constraint that is violated, or a conflict where rows were to be
    /// written that were not there.
    pub async fn settle(&mut self) -> Result<Catalog, StoreError> {
        self.check_deferred().await?;
        let mut tables: Vec<Arc<str>> = self.journal.iter().map(|row| Arc::clone(&row.table)).collect();
        tables.sort();
        tables.dedup();
        if tables.is_empty() && self.short.is_empty() {
            return Ok(Catalog::default());
        }
        let names: Vec<&str> = tables.iter().map(|table| &**table).collect();
        let catalog = describe(self.connection, &names).await?;
        for error in std::mem::take(&mut self.short) {
            match &mut self.problems {
                _ if catalog.may_redirect(&error.table) => {}
                Some(problems) => problems.push(error),
                None => return Err(error),
            }
        }
        if !catalog.is_quiet() {
            for table in &tables {
                self.read_again(table).await?;
            }
        }
        Ok(catalog)
    }

    /// Reads the journal's rows of a table as they are now.
    async fn read_again(&mut self, table: &str) -> Result<(), StoreError> {
        let rows = self.journal.iter().enumerate().filter(|(_, row)| *row.table == *table);
        // Of a row that was touched several times the last state counts.
        let last: BTreeMap<&str, usize> = rows.map(|(at, row)| (row.key.as_str(), at)).collect();
        let key = last.keys().next().and_then(|key| serde_json::from_str::<BTreeMap<String, Raw>>(key).ok());
        let matched: Vec<String> = key
            .into_iter()
            .flat_map(BTreeMap::into_keys)
            .map(|column| format!("t.{0} = k.{0}", quoted(&column)))
            .collect();
        if matched.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT k.ordinality, to_jsonb(t)::text \
             FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb) WITH ORDINALITY AS k \
             JOIN {table} AS t ON {}",
            matched.join(" AND ")
        );
        let keys = format!("[{}]", last.keys().copied().collect::<Vec<_>>().join(","));
        let found = sqlx::query_as(AssertSqlSafe(sql)).bind(keys).fetch_all(&mut *self.connection).await;
        let found: Vec<(i64, String)> =
            found.map_err(|error| StoreError::new(Operation::Read, table, &error))?;
        let mut found: HashMap<i64, String> = found.into_iter().collect();
        let places: Vec<usize> = last.into_values().collect();
        for (number, at) in (1..).zip(places) {
            if let Some(row) = self.journal.get_mut(at) {
                row.after = found.remove(&number);
            }
        }
        Ok(())
    }

    /// Has constraints that wait for the commit checked now. A rehearsal does
    /// so one after the other, since the server tells only the first that is
    /// violated.
    async fn check_deferred(&mut self) -> Result<(), StoreError> {
        if self.problems.is_none() {
            return self.run(TARGET, "SET CONSTRAINTS ALL IMMEDIATE".to_owned()).await;
        }
        for name in self.deferrable().await? {
            let begun = self.begin(TARGET).await?;
            let done = self.run(TARGET, format!("SET CONSTRAINTS {name} IMMEDIATE")).await.map(|()| 0);
            self.end(begun, done).await?;
        }
        Ok(())
    }

    /// Returns the names of constraints that may wait for the commit, quoted.
    async fn deferrable(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT format('%I.%I', n.nspname, c.conname) FROM pg_constraint AS c \
                   JOIN pg_namespace AS n ON n.oid = c.connamespace WHERE c.condeferrable ORDER BY 1";
        let names = sqlx::query_scalar(sql).fetch_all(&mut *self.connection).await;
        names.map_err(|error| StoreError::new(Operation::Read, "pg_constraint", &error))
    }

    /// Sees to it that rows which others rely on stay until the transaction
    /// ends.
    ///
    /// # Errors
    ///
    /// A conflict where not all of the rows are there; a lost race where one
    /// was changed since the transaction's snapshot.
    pub async fn hold(
        &mut self,
        table: &'static str,
        keys: &[Column],
        rows: usize,
    ) -> Result<(), StoreError> {
        let begun = self.begin(table).await?;
        let done = self.try_hold(table, keys, rows).await;
        self.end(begun, done).await.map(|_| ())
    }

    async fn try_hold(
        &mut self,
        table: &'static str,
        keys: &[Column],
        rows: usize,
    ) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT 1 FROM {} JOIN {table} AS t ON {} FOR KEY SHARE OF t",
            bulk::unnested(keys),
            bulk::matched(keys)
        );
        let query =
            keys.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, key| bulk::bind(query, &key.values));
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, table, &error);
        let met = query.fetch_all(&mut *self.connection).await.map_err(failed)?.len();
        let met = met as u64;
        if met == rows as u64 { Ok(met) } else { Err(StoreError::count(Operation::Read, table, rows, met)) }
    }

    /// Notes rows that were touched by a statement of the caller's.
    pub fn note(&mut self, table: &'static str, row: JournalRow) {
        let rows = self.count(table);
        match (&row.before, &row.after) {
            (None, _) => rows.inserted += 1,
            (_, None) => rows.deleted += 1,
            _ => rows.updated += 1,
        }
        self.journal.push(row);
    }

    /// Returns what was journalled so far.
    pub fn journal(&self) -> &[JournalRow] {
        &self.journal
    }

    /// Journals rows that were not touched.
    pub(super) fn adopt(&mut self, rows: Vec<JournalRow>) {
        self.journal.extend(rows);
    }

    /// Reads rows whole, and locks them for what is to be done to them: that
    /// takes the right to do it.
    async fn lock(&mut self, rows: Keyed<'_>, to: Operation) -> Result<Vec<Whole>, StoreError> {
        let read = self.read(rows, to, "JOIN", " FOR UPDATE OF t").await?;
        if read.len() == rows.owners.len() {
            Ok(read)
        } else {
            Err(StoreError::count(to, rows.table, rows.owners.len(), read.len() as u64))
        }
    }

    async fn read(
        &mut self,
        rows: Keyed<'_>,
        operation: Operation,
        join: &str,
        lock: &str,
    ) -> Result<Vec<Whole>, StoreError> {
        let key = rows.keys.iter().enumerate().map(|(at, key)| format!("'{}', u.k{at}", key.name));
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
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, key| bulk::bind(query, &key.values));
        let found = query.fetch_all(&mut *self.connection).await.map_err(failed)?;
        let whole = |row: &sqlx::postgres::PgRow| {
            let n: i64 = row.try_get(0)?;
            Ok(Whole {
                at: usize::try_from(n - 1).unwrap_or_default(),
                key: row.try_get(1)?,
                row: row.try_get(2)?,
            })
        };
        found.iter().map(whole).collect::<Result<Vec<_>, _>>().map_err(failed)
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
            // What a trigger or rule kept from being written is not there.
            true => Some(self.read(rows, Operation::Read, "LEFT JOIN", "").await?),
            false => None,
        };
        let mut before = before.map(Vec::into_iter);
        let mut after = after.map(Vec::into_iter);
        let mut next = || (before.as_mut().and_then(Iterator::next), after.as_mut().and_then(Iterator::next));
        loop {
            let (before, after) = next();
            let Some(one) = before.as_ref().or(after.as_ref()) else { return Ok(()) };
            self.journal.push(JournalRow {
                table: Arc::clone(&table),
                item: rows.owners.get(one.at).cloned().unwrap_or_default(),
                key: one.key.clone(),
                before: before.and_then(|before| before.row),
                after: after.and_then(|after| after.row),
            });
        }
    }

    fn count(&mut self, table: &'static str) -> &mut TableRows {
        // Tables are written one after the other: it is the last one, or one of few.
        let at = self.tables.iter().position(|rows| rows.table == table);
        let at = at.unwrap_or(self.tables.len());
        if at == self.tables.len() {
            self.tables.push(TableRows { table: table.to_owned(), ..TableRows::default() });
        }
        #[expect(clippy::indexing_slicing, reason = "found, or just pushed")]
        &mut self.tables[at]
    }

    /// A rehearsal must get past a statement that fails.
    async fn begin(&mut self, table: &'static str) -> Result<&'static str, StoreError> {
        if self.problems.is_some() {
            self.run(table, "SAVEPOINT rehearsed".to_owned()).await?;
        }
        Ok(table)
    }

    async fn end(&mut self, table: &'static str, done: Result<u64, StoreError>) -> Result<u64, StoreError> {
        if self.problems.is_none() {
            return done;
        }
        match done {
            Ok(count) => {
                self.run(table, "RELEASE SAVEPOINT rehearsed".to_owned()).await?;
                Ok(count)
            }
            Err(error)
                if matches!(
                    error.kind,
                    StoreErrorKind::Constraint
                        | StoreErrorKind::Required
                        | StoreErrorKind::Conflict
                        | StoreErrorKind::Denied
                        | StoreErrorKind::Other
                ) =>
            {
                self.run(table, "ROLLBACK TO SAVEPOINT rehearsed".to_owned()).await?;
                self.problems.get_or_insert_default().push(error);
                Ok(0)
            }
            Err(error) => Err(error),
        }
    }

    async fn run(&mut self, table: &str, sql: String) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *self.connection).await;
        done.map(|_| ()).map_err(|error| StoreError::new(Operation::Transact, table, &error))
    }
}

/// A row as JSON; nothing where it is not there.
struct Whole {
    /// Which of the keys it was found by.
    at: usize,
    key: String,
    row: Option<String>,
}

/// Any JSON value.
type Raw = Box<serde_json::value::RawValue>;

/// Quotes the name of a column that comes from a row of the journal.
pub(super) fn quoted(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}
