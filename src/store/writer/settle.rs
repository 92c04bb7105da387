//! Settling to the state that a commit would leave.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::{Raw, TARGET, Writer, quoted};
use crate::store::catalog::{Catalog, describe};
use crate::store::error::{Operation, StoreError};

impl Writer<'_> {
    /// Settles to the state that a commit would leave: deferred constraints are checked, and if
    /// triggers or rules may have written too, the journal's rows are read again. Returns the
    /// catalog's description of the touched tables.
    ///
    /// # Errors
    ///
    /// Fails if a constraint is violated, or with a conflict if rows to write did not exist.
    pub async fn settle(&mut self) -> Result<Catalog, StoreError> {
        self.check_deferred().await?;
        let mut tables: Vec<Arc<str>> = self
            .journal
            .iter()
            .map(|row| Arc::clone(&row.table))
            .collect();
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
        let rows = self
            .journal
            .iter()
            .enumerate()
            .filter(|(_, row)| *row.table == *table);
        // If a row was touched several times, the last state counts.
        let last: BTreeMap<&str, usize> =
            rows.map(|(index, row)| (row.key.as_str(), index)).collect();
        let key = last
            .keys()
            .next()
            .and_then(|key| serde_json::from_str::<BTreeMap<String, Raw>>(key).ok());
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
        let found = sqlx::query_as(AssertSqlSafe(sql))
            .bind(keys)
            .fetch_all(&mut *self.connection)
            .await;
        let found: Vec<(i64, String)> =
            found.map_err(|error| StoreError::new(Operation::Read, table, &error))?;
        let mut found: HashMap<i64, String> = found.into_iter().collect();
        let places: Vec<usize> = last.into_values().collect();
        for (number, index) in (1..).zip(places) {
            if let Some(row) = self.journal.get_mut(index) {
                row.after = found.remove(&number);
            }
        }
        Ok(())
    }

    /// Checks deferred constraints now. A rehearsal checks them one by one, since the server
    /// reports only the first violation.
    async fn check_deferred(&mut self) -> Result<(), StoreError> {
        let names = match self.problems {
            Some(_) => self.deferrable().await?,
            None => vec!["ALL".to_owned()],
        };
        for name in names {
            let begun = self.begin(TARGET).await?;
            let mut done = self
                .run(TARGET, format!("SET CONSTRAINTS {name} IMMEDIATE"))
                .await
                .map(|()| 0);
            if let Err(error) = &mut done
                && error.is_about_rows()
            {
                self.run(TARGET, "ROLLBACK TO SAVEPOINT written".to_owned())
                    .await?;
                error.refused = self.refused_at_last(error).await?;
            }
            self.end(begun, done).await?;
        }
        Ok(())
    }

    /// Returns the names of deferrable constraints, quoted.
    async fn deferrable(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT format('%I.%I', n.nspname, c.conname) FROM pg_constraint AS c \
                   JOIN pg_namespace AS n ON n.oid = c.connamespace WHERE c.condeferrable ORDER BY 1";
        let names = sqlx::query_scalar(sql)
            .fetch_all(&mut *self.connection)
            .await;
        names.map_err(|error| StoreError::new(Operation::Read, "pg_constraint", &error))
    }
}
