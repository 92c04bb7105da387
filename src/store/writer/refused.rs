//! Which rows a statement was refused for.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::{ItemRef, Keyed, Statement, Writer};
use crate::store::bulk;
use crate::store::error::{Operation, Refused, StoreError};
use crate::store::ledger::JournalRow;

/// Returns the statement that finds rows which violate a constraint of a table: a duplicate key, or
/// a dangling reference.
const VIOLATORS: &str = "\
SELECT format(CASE c.contype \
    WHEN 'f' THEN 'SELECT to_jsonb(t)::text FROM %1$s AS t WHERE (%2$s) IS NOT NULL \
      AND NOT EXISTS (SELECT FROM %3$s AS o WHERE (%4$s) = (%2$s)) LIMIT 1000' \
    ELSE 'SELECT to_jsonb(t)::text FROM %1$s AS t \
      WHERE EXISTS (SELECT FROM %1$s AS o WHERE o.ctid <> t.ctid AND (%4$s) = (%2$s)) LIMIT 1000' END, \
  c.conrelid::pg_catalog.regclass, \
  (SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY AS k (num, n) \
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.num), \
  c.confrelid::pg_catalog.regclass, \
  (SELECT string_agg(format('o.%I', a.attname), ', ' ORDER BY k.n) \
    FROM unnest(coalesce(c.confkey, c.conkey)) WITH ORDINALITY AS k (num, n) \
    JOIN pg_catalog.pg_attribute AS a ON a.attnum = k.num \
      AND a.attrelid = CASE c.contype WHEN 'f' THEN c.confrelid ELSE c.conrelid END)) \
FROM pg_catalog.pg_constraint AS c JOIN pg_catalog.pg_class AS t ON t.oid = c.conrelid \
WHERE c.conname = $1 AND t.relname = $2 AND c.condeferrable AND c.contype IN ('u', 'p', 'f') LIMIT 1";

/// How many items of a refused statement are reported.
const MAX_REFUSED: usize = 20;

/// The maximum number of refused rows to look for: an item may have any number of them.
const MAX_REFUSED_ROWS: usize = 100;

impl Writer<'_> {
    /// Adds the items of the refused rows to the error of a statement.
    pub(super) async fn with_refused<R>(
        &mut self,
        done: Result<R, StoreError>,
        rows: Keyed<'_>,
        statement: Statement<'_>,
    ) -> Result<R, StoreError> {
        let Err(mut error) = done else { return done };
        if error.is_about_rows() {
            error.refused = self.refused(&error, rows, statement).await?;
        }
        Err(error)
    }

    /// Finds the items of the rows that a statement was refused for, the first [`MAX_REFUSED`]: by
    /// bisection down to single rows, each after the accepted ones before it. Leaves nothing
    /// written, and the transaction usable.
    ///
    /// Takes a number of statements that grows with the number of rows found, of
    /// which there are at most [`MAX_REFUSED_ROWS`], and the logarithm of the
    /// number of rows.
    async fn refused(
        &mut self,
        error: &StoreError,
        rows: Keyed<'_>,
        statement: Statement<'_>,
    ) -> Result<Vec<Refused>, StoreError> {
        self.run(rows.table, "ROLLBACK TO SAVEPOINT written".to_owned())
            .await?;
        let mut found = Vec::new();
        let mut open = match rows.owners {
            [] => Vec::new(),
            [owner] => {
                note_refused(&mut found, owner, error);
                Vec::new()
            }
            // The whole range is known to be refused.
            owners => halves(0..owners.len()).to_vec(),
        };
        let mut left = MAX_REFUSED_ROWS;
        while let Some(range) = open.pop() {
            let items: usize = found
                .iter()
                .map(|refused: &Refused| refused.items.len())
                .sum();
            if items >= MAX_REFUSED || left == 0 {
                break;
            }
            match (
                self.try_part(rows, statement, &range).await?,
                rows.owners.get(range.start),
            ) {
                (None, _) => {}
                (Some(error), Some(owner)) if range.len() == 1 => {
                    note_refused(&mut found, owner, &error);
                    left -= 1;
                }
                (Some(_), _) => open.extend(halves(range)),
            }
        }
        self.run(rows.table, "ROLLBACK TO SAVEPOINT written".to_owned())
            .await?;
        Ok(found)
    }

    /// Runs the statement for some of the rows; returns why they are refused, if they are.
    async fn try_part(
        &mut self,
        rows: Keyed<'_>,
        statement: Statement<'_>,
        range: &Range<usize>,
    ) -> Result<Option<StoreError>, StoreError> {
        let keys = bulk::part(rows.keys, range);
        let part = Keyed {
            keys: &keys,
            ..rows
        };
        self.run(rows.table, "SAVEPOINT part".to_owned()).await?;
        let done = match statement {
            Statement::Insert(columns) => {
                self.execute(part, Statement::Insert(&bulk::part(columns, range)))
                    .await
            }
            Statement::Update(set) => {
                self.execute(part, Statement::Update(&bulk::part(set, range)))
                    .await
            }
            Statement::Delete => self.execute(part, Statement::Delete).await,
        };
        match done {
            Ok(_) => self
                .run(rows.table, "RELEASE SAVEPOINT part".to_owned())
                .await
                .map(|()| None),
            Err(error) if error.is_about_rows() => {
                let sql = "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part".to_owned();
                self.run(rows.table, sql).await.map(|()| Some(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Finds the items of the rows that violate a deferred constraint: a duplicate key, or a
    /// reference to a nonexistent row.
    pub(super) async fn refused_at_last(
        &mut self,
        error: &StoreError,
    ) -> Result<Vec<Refused>, StoreError> {
        let failed = |error: sqlx::Error| StoreError::new(Operation::Read, "pg_constraint", &error);
        let query = sqlx::query_scalar(VIOLATORS)
            .bind(&error.constraint)
            .bind(&error.table);
        let Some(sql) = query
            .fetch_optional(&mut *self.connection)
            .await
            .map_err(failed)?
        else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query_scalar(AssertSqlSafe::<String>(sql))
            .fetch_all(&mut *self.connection)
            .await;
        let rows: Vec<String> =
            rows.map_err(|read| StoreError::new(Operation::Read, &error.table, &read))?;
        let rows: HashSet<&str> = rows.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        let is_one = |row: &&JournalRow| {
            row.table.rsplit('.').next() == Some(&error.table)
                && row
                    .after
                    .as_deref()
                    .is_some_and(|after| rows.contains(after))
        };
        for row in self.journal.iter().filter(is_one).take(MAX_REFUSED) {
            note_refused(&mut found, &row.item, error);
        }
        Ok(found)
    }
}

/// Returns the two halves of a range of rows, in the order for a stack.
fn halves(range: Range<usize>) -> [Range<usize>; 2] {
    let middle = range.start + range.len() / 2;
    [middle..range.end, range.start..middle]
}

/// Adds an item to those that were refused for the same reason.
fn note_refused(found: &mut Vec<Refused>, item: &ItemRef, error: &StoreError) {
    let same = |refused: &&mut Refused| {
        refused.constraint == error.constraint && refused.message == error.message
    };
    match found.iter_mut().find(same) {
        Some(refused) if refused.items.contains(item) => {}
        Some(refused) => refused.items.push(Arc::clone(item)),
        None => found.push(Refused {
            table: error.table.clone(),
            constraint: error.constraint.clone(),
            message: error.message.clone(),
            items: vec![Arc::clone(item)],
        }),
    }
}
