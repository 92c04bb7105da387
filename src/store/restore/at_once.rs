//! Undoing a job by the server itself: its journal is there, and so are the rows.
//!
//! Each statement finds the rows of one table which the job changed, as its pages of the journal
//! have them, restores those that are still as the job left them, and journals what it did. It
//! returns how many rows there are, and how many it restored exactly. If the two differ, or if
//! anything stands in the way of a restored or removed row, the undo starts again with
//! [`restore`](super::restore), which reads every row and says why.
//!
//! Rows are compared as the texts of PostgreSQL's own JSON, so that no number loses a digit. Only
//! for plain tables, which nothing but the statements themselves writes to.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Either, PgConnection, Row as _};

use super::server_around::{POSITIONS, ServerWrite, count_conflicts, journal_around, referring};
use super::table::TableInfo;
use crate::store::bulk::{OVERRIDING, text_literal};
use crate::store::catalog::Catalog;
use crate::store::error::{Operation, StoreError};
use crate::store::ledger::JournalContents;
use crate::store::stamp::{Report, TableRows};
use crate::store::writer::{quoted, stored_texts};

/// The positions that each page of the journal has for its rows: more than a page has.
const PAGE_POSITIONS: usize = 1 << 16;

/// Rows are found by reading the table, not by their keys, if it has at most this many bytes for
/// each: taking a key out of the JSON of a row costs more than making the JSON of two rows.
const BYTES_TO_READ: u64 = 600;

/// An undo that the server does by itself.
pub struct ServerUndo<'a> {
    /// The tables of the product.
    pub tables: &'a [TableInfo],
    /// The same, as the server describes them.
    pub catalog: &'a Catalog,
    /// The job to undo.
    pub past: i64,
    /// What its journal contains.
    pub contents: &'a JournalContents,
    /// The items whose rows are restored; all rows if none, those of no item among them.
    pub items: Option<&'a BTreeSet<String>>,
    /// The number of this job.
    pub job: i64,
}

impl ServerUndo<'_> {
    /// Restores the rows; returns the changes of each table, or none if it is not proven that every
    /// row is as it was. The transaction must then be rolled back.
    ///
    /// # Errors
    ///
    /// Fails if the server refuses a statement, without saying which row is the reason.
    pub async fn run(
        &self,
        connection: &mut PgConnection,
        report: Report<'_>,
    ) -> Result<Option<Vec<TableRows>>, StoreError> {
        if !self.contents.is_paged {
            return Ok(None);
        }
        let Some(statements) = self.statements() else {
            return Ok(None);
        };
        let mut message = String::new();
        for statement in &statements {
            message.push_str(&statement.sql());
        }
        let writes: Vec<ServerWrite<'_>> = statements.iter().map(Statement::written).collect();
        let conflicts = count_conflicts(self.tables, self.catalog, (self.job, self.past), &writes);
        message.extend(conflicts.iter().map(|(_, sql)| sql.as_str()));
        let mut conflicts = conflicts.iter();
        let around = (self.job, statements.len());
        message.push_str(&journal_around(self.tables, self.catalog, around, &writes));

        let mut rest = statements.iter().enumerate();
        let mut current = rest.next();
        let mut counts: Vec<TableRows> = Vec::new();
        let begin = |current: Option<(usize, &Statement<'_>)>| {
            if let Some((index, statement)) = current {
                report(statement.info.name, index, statements.len());
            }
        };
        begin(current);
        let mut results = sqlx::raw_sql(AssertSqlSafe(message)).fetch_many(&mut *connection);
        loop {
            let failed = |error: sqlx::Error| {
                let (operation, table) = current.map_or(
                    (Operation::Read, "the target"),
                    |(_, Statement { change, info, .. })| (*change, info.name),
                );
                StoreError::new(operation, table, &error)
            };
            let Some(result) = results.try_next().await.map_err(failed)? else {
                break;
            };
            // Only what is expected returns a row.
            let Either::Right(row) = result else { continue };
            let Some((_, statement)) = current else {
                let found: i64 = row.try_get(0).map_err(failed)?;
                let table = conflicts.next().map(|(table, _)| *table);
                if found > 0 || table.is_none() {
                    tracing::info!(found, table, "rows around stand in the way");
                    return Ok(None);
                }
                continue;
            };
            let count = |index: usize| row.try_get::<i64, _>(index).map_err(failed);
            let (wanted, restored, left) = (count(0)?, count(1)?, count(2)?);
            if restored + left != wanted {
                let table = statement.info.name;
                tracing::info!(table, wanted, restored, left, "not as the job left it");
                return Ok(None);
            }
            statement.count(&mut counts, restored.unsigned_abs());
            current = rest.next();
            begin(current);
        }
        let is_complete = current.is_none() && conflicts.next().is_none();
        Ok(is_complete.then_some(counts))
    }

    /// Returns the statements that restore, in order: what was written first may be referred to by
    /// what was written later. None if a table is not one of the product's, or not a plain one.
    fn statements(&self) -> Option<Vec<Statement<'_>>> {
        let mut tables: Vec<(&TableInfo, Vec<(Operation, u64)>)> = Vec::new();
        for part in &self.contents.parts {
            let info = self.tables.iter().find(|info| info.name == part.table)?;
            if info.is_external {
                continue;
            }
            if !self.catalog.is_plain(info.name) || self.catalog.columns(info.name).is_empty() {
                return None;
            }
            let change = match (part.has_before, part.has_after) {
                (false, _) => Operation::Delete,
                (true, true) => Operation::Update,
                (true, false) => Operation::Insert,
            };
            let index = tables.iter().position(|(other, _)| other.name == info.name);
            let index = index.unwrap_or_else(|| {
                tables.push((info, Vec::new()));
                tables.len() - 1
            });
            if let Some((_, changes)) = tables.get_mut(index) {
                changes.push((change, part.rows));
            }
        }
        let mut statements = Vec::new();
        for (info, changes) in tables.iter().rev() {
            // A row may take the name of one that is removed.
            for change in [Operation::Delete, Operation::Update, Operation::Insert] {
                let same = changes.iter().filter(|(other, _)| *other == change);
                if let Some(rows) = same.map(|(_, rows)| *rows).reduce(|sum, rows| sum + rows) {
                    statements.push(Statement {
                        undo: self,
                        number: statements.len(),
                        info,
                        change,
                        rows,
                    });
                }
            }
        }
        Some(statements)
    }
}

/// The statement that restores rows of one table in one way.
struct Statement<'a> {
    undo: &'a ServerUndo<'a>,
    number: usize,
    info: &'a TableInfo,
    /// What it does: rows that the job added are deleted.
    change: Operation,
    /// How many rows at most.
    rows: u64,
}

impl<'a> Statement<'a> {
    fn count(&self, counts: &mut Vec<TableRows>, rows: u64) {
        let counts = TableRows::of(counts, self.info.name);
        match self.change {
            Operation::Delete => counts.deleted += rows,
            Operation::Insert => counts.inserted += rows,
            _ => counts.updated += rows,
        }
    }

    /// Returns the statement: it returns how many rows there are, how many it restored exactly, and
    /// how many counters it left as they are because they have advanced.
    fn sql(&self) -> String {
        format!(
            "WITH r AS MATERIALIZED ({rows}), {write}, {stored}p AS ({journal}) \
             SELECT (SELECT count(*) FROM r), (SELECT count(*) FROM w WHERE is_restored), ({left})::int8;\n",
            rows = self.journalled(),
            write = self.write(),
            stored = self.store(),
            journal = self.journal(),
            left = self.left(),
        )
    }

    /// Returns the statement that journals what was written.
    fn journal(&self) -> String {
        let Self {
            undo, number, info, ..
        } = self;
        let first = number * POSITIONS;
        // Nobody reads it if a row of a page was not removed.
        if self.is_copied() {
            return format!(
                "INSERT INTO gatediff.journal_pages (job_id, position, table_name, key_columns, items, before) \
                 SELECT {job}, {first} + row_number() OVER (ORDER BY position) * {PAGE_POSITIONS}, table_name, \
                 key_columns, items, after FROM gatediff.journal_pages \
                 WHERE job_id = {past} AND table_name = '{table}' AND before IS NULL",
                job = undo.job,
                past = undo.past,
                table = info.name,
            );
        }
        let (before, after) = match self.change {
            Operation::Delete => ("array_agg(before ORDER BY n)", "NULL"),
            Operation::Insert => ("NULL", "array_agg(after ORDER BY n)"),
            _ => (
                "array_agg(before ORDER BY n)",
                "array_agg(after ORDER BY n)",
            ),
        };
        format!(
            "INSERT INTO gatediff.journal_pages (job_id, position, table_name, key_columns, items, before, after) \
             SELECT {job}, {first} + page * {PAGE_POSITIONS}, '{table}', '{{{keys}}}', array_agg(item ORDER BY n), \
             {before}, {after} FROM w WHERE is_restored GROUP BY page",
            job = undo.job,
            table = info.name,
            keys = info.key.join(","),
        )
    }

    /// Says whether its pages of the journal are those of the job, the other way round: all of the
    /// rows are removed as they are there.
    fn is_copied(&self) -> bool {
        let is_whole = self.undo.items.is_none() && self.info.live.is_empty();
        is_whole && self.change == Operation::Delete
    }

    /// Returns the query of the rows that the job changed in this way: page, place in it, item, and
    /// the row on one side or both.
    fn journalled(&self) -> String {
        let Self { undo, info, .. } = self;
        let sides = match self.change {
            Operation::Delete => "before IS NULL",
            Operation::Insert => "after IS NULL",
            _ => "before IS NOT NULL AND after IS NOT NULL",
        };
        let (columns, changed): (&[&str], _) = match self.change {
            Operation::Delete => (&["after"], ""),
            Operation::Insert => (&["before"], ""),
            // It was only read, or had its old values again.
            _ => (&["before", "after"], " WHERE u.before <> u.after"),
        };
        let listed = |prefix: &str| {
            let columns = columns.iter().map(|column| format!(", {prefix}{column}"));
            columns.collect::<String>()
        };
        let chosen = undo.items.map_or_else(String::new, |items| {
            let items = text_literal(items.iter().map(|item| Some(&**item)));
            format!(" JOIN unnest({items}) AS o (item) USING (item)")
        });
        format!(
            "SELECT p.page, u.n, item{from} FROM (SELECT row_number() OVER (ORDER BY position) AS page, \
             items, before, after FROM gatediff.journal_pages WHERE job_id = {past} \
             AND table_name = '{table}' AND {sides}) AS p, \
             unnest(p.items{arrays}) WITH ORDINALITY AS u (item{names}, n){chosen}{changed}",
            from = listed("u."),
            arrays = listed("p."),
            names = listed(""),
            past = undo.past,
            table = info.name,
        )
    }

    /// Returns the expressions that write, as `w`: page, place, item, the row before and after,
    /// whether it is exactly as it was, and the columns to keep.
    fn write(&self) -> String {
        let info = self.info;
        let table = info.name;
        let kept = |row: &str| {
            let kept = self.kept().into_iter().enumerate();
            kept.fold(String::new(), |mut sql, (index, column)| {
                let _ = write!(sql, ", {row}.{}::text AS k{index}", quoted(column));
                sql
            })
        };
        match self.change {
            Operation::Delete => format!(
                "w AS (DELETE FROM {table} AS t USING r WHERE {found} AND {same} \
                 RETURNING r.page, r.n, r.item, {before} AS before, true AS is_restored{kept})",
                found = self.found("r.after"),
                same = self.same("t.*", "r.after"),
                before = match self.is_copied() {
                    true => "NULL".to_owned(),
                    false => self.image("t.*", "r.after"),
                },
                kept = kept("t"),
            ),
            Operation::Insert => {
                let columns: Vec<String> =
                    self.writable(Catalog::is_insertable).map(quoted).collect();
                let from: Vec<String> =
                    columns.iter().map(|column| format!("k.{column}")).collect();
                format!(
                    "i AS (INSERT INTO {table} AS t ({columns}) {OVERRIDING} SELECT {from} FROM r, \
                     jsonb_populate_record(NULL::{table}, r.before::jsonb) AS k RETURNING t AS row), \
                     w AS (SELECT r.page, r.n, r.item, row_to_json(i.row)::text AS after, true AS is_restored{kept} \
                     FROM i JOIN r ON row_to_json(i.row)::text = r.before)",
                    columns = columns.join(", "),
                    from = from.join(", "),
                    kept = kept("(i.row)"),
                )
            }
            _ => format!(
                "b AS MATERIALIZED (SELECT r.*, t AS old, k AS former FROM r JOIN {table} AS t ON {found} AND {same}, \
                 jsonb_populate_record(NULL::{table}, r.before::jsonb) AS k FOR UPDATE OF t), \
                 w AS (UPDATE {table} AS t SET {set} FROM b WHERE {keys} \
                 RETURNING b.page, b.n, b.item, {before} AS before, {after} AS after, \
                 ({is_restored}) AS is_restored)",
                found = self.found("r.after"),
                same = self.same("t.*", "r.after"),
                set = self.set(),
                keys = matched_old(&info.key),
                before = self.image("b.old", "b.after"),
                after = self.image("t.*", "b.before"),
                is_restored = self.same("t.*", "b.before"),
            ),
        }
    }

    /// Returns the assignments of an update: a column that the running system writes keeps its
    /// value, unless it is still the job's.
    fn set(&self) -> String {
        let set = self.writable(Catalog::is_settable).map(|column| {
            let name = quoted(column);
            if self.info.live.contains(&column) {
                let is_ours = format!(
                    "to_jsonb(t.{name})::text IS NOT DISTINCT FROM (b.after::jsonb -> '{column}')::text"
                );
                format!("{name} = CASE WHEN {is_ours} THEN (b.former).{name} ELSE t.{name} END")
            } else {
                format!("{name} = (b.former).{name}")
            }
        });
        set.collect::<Vec<_>>().join(", ")
    }

    /// Returns the columns that may be written in one way.
    fn writable(&self, may: fn(&Catalog, &str, &str) -> bool) -> impl Iterator<Item = &str> {
        let (catalog, table) = (self.undo.catalog, self.info.name);
        let columns = catalog.columns(table).iter().map(|(name, _)| name.as_str());
        columns.filter(move |name| may(catalog, table, name))
    }

    /// Returns the condition that the key of a row `t` is that of a row of the journal. Rows that
    /// are compared as a whole need none.
    fn found(&self, image: &str) -> String {
        let is_read = self.rows * BYTES_TO_READ >= self.undo.catalog.size(self.info.name);
        if is_read && self.change == Operation::Delete && self.info.live.is_empty() {
            return "true".to_owned();
        }
        let types = self.undo.catalog.columns(self.info.name);
        let pairs = self.info.key.iter().map(|key| {
            let ty = types.iter().find(|(name, _)| name == key);
            let ty = ty.map_or("text", |(_, ty)| ty.as_str());
            format!("t.{key} = ({image}::json ->> '{key}')::{}", quoted(ty))
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }

    /// Returns the condition that a row is as the journal has it, but for columns that the running
    /// system writes: those count in counters only.
    fn same(&self, row: &str, image: &str) -> String {
        let live = &self.info.live;
        let is_same = format!("row_to_json({row})::text = {image}");
        if live.is_empty() {
            return is_same;
        }
        let without = match self.info.is_counter {
            true => String::new(),
            false => format!(" - '{{{}}}'::text[]", live.join(",")),
        };
        format!("({is_same} OR (to_jsonb({row}){without})::text = ({image}::jsonb{without})::text)")
    }

    /// Returns the text of a row that is as the journal has it.
    fn image(&self, row: &str, image: &str) -> String {
        match self.info.live.is_empty() {
            true => image.to_owned(),
            false => format!("row_to_json({row})::text"),
        }
    }

    /// Returns the query that counts the counters which are left as they are: they have advanced.
    fn left(&self) -> String {
        let (true, Some(count), Operation::Update) =
            (self.info.is_counter, self.info.live.first(), self.change)
        else {
            return "0".to_owned();
        };
        let value = |image: &str| format!("(r.{image}::json ->> '{count}')::int8");
        format!(
            "SELECT count(*) FROM r JOIN {} AS t ON {} WHERE t.{count} <> {after} AND {before} <= {after}",
            self.info.name,
            self.found("r.after"),
            before = value("before"),
            after = value("after"),
        )
    }

    /// Returns the columns of removed and restored rows that are kept: by which others refer to
    /// them, and by which they refer to others.
    fn kept(&self) -> Vec<&'static str> {
        let info = self.info;
        if matches!(self.change, Operation::Update) {
            return Vec::new();
        }
        let mut columns: BTreeSet<&'static str> =
            info.references.iter().map(|by| by.column).collect();
        let (tables, catalog) = (self.undo.tables, self.undo.catalog);
        columns.extend(referring(tables, catalog, info).map(|(_, by)| by.to));
        columns.into_iter().collect()
    }

    /// Returns the expression that keeps these columns in the table of the queue.
    fn store(&self) -> String {
        let kept = self.kept();
        if kept.is_empty() {
            return String::new();
        }
        let columns = (0..kept.len()).map(|index| format!("k{index}"));
        let columns: Vec<String> = std::iter::once("item".to_owned()).chain(columns).collect();
        let arrays = columns
            .iter()
            .map(|column| format!("array_agg({column}) AS {column}"));
        let arrays = arrays.collect::<Vec<_>>().join(", ");
        let rows = columns.iter().enumerate();
        let rows = rows.map(|(index, column)| format!("({index}, {column})"));
        format!(
            "q AS (INSERT INTO pg_temp.gatediff_queue (w, c, t) SELECT {}, v.c, v.t \
             FROM (SELECT {arrays} FROM w) AS x, LATERAL (VALUES {}) AS v (c, t)), ",
            self.number,
            rows.collect::<Vec<_>>().join(", ")
        )
    }

    /// Returns what was written, for the search around it.
    fn written(&self) -> ServerWrite<'a> {
        let kept = self.kept();
        let types = self.undo.catalog.columns(self.info.name);
        let arrays = (0..=kept.len()).map(|column| stored_texts(self.number, column));
        let named =
            (0..kept.len()).fold(String::new(), |names, index| names + &format!(", k{index}"));
        let columns = kept
            .iter()
            .enumerate()
            .fold(String::new(), |sql, (index, column)| {
                let ty = types.iter().find(|(name, _)| name == column);
                let ty = ty.map_or("text", |(_, ty)| ty.as_str());
                sql + &format!(", k{index}::{} AS {column}", quoted(ty))
            });
        let relation = format!(
            "(SELECT gatediff_item{columns} FROM unnest({}) AS u (gatediff_item{named}))",
            arrays.collect::<Vec<_>>().join(", "),
        );
        ServerWrite {
            info: self.info,
            change: self.change,
            keys: relation.clone(),
            references: relation,
        }
    }
}

/// Returns the condition that a row `t` is the one that `b` found.
fn matched_old(key: &[&str]) -> String {
    let pairs = key
        .iter()
        .map(|column| format!("t.{column} = (b.old).{column}"));
    pairs.collect::<Vec<_>>().join(" AND ")
}
