//! The planned changes of the rows of one table, and writing them.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::around::{ABSENT, Dependent, missing, namesakes};
use super::cells::{Cells, cells, json, text};
use super::conflict::{Conflict, ConflictKind};
use super::rows::{Whole, array, matched, read, relation};
use super::table::TableInfo;
use crate::store::bulk::OVERRIDING;
use crate::store::catalog::Catalog;
use crate::store::error::{Operation, StoreError};
use crate::store::ledger::JournalRow;
use crate::store::writer::{ItemRef, Writer, quoted};

/// A row that is restored: owner, key, row now, row to be.
pub(super) type Former = (ItemRef, String, String, Cells);

/// The planned changes of the rows of one table.
pub(super) struct Restoration<'t> {
    pub(super) info: &'t TableInfo,
    /// Rows that the job added.
    pub(super) deletes: Vec<Whole>,
    /// Rows that the job changed.
    pub(super) updates: Vec<Former>,
    /// The same, where an identity column differs, which no update sets: the job deleted the row
    /// and added it again.
    pub(super) replacements: Vec<Former>,
    /// Rows that the job deleted.
    pub(super) inserts: Vec<Whole>,
}

impl Restoration<'_> {
    /// Moves the rows that no update restores to those that are replaced.
    pub(super) fn replace(&mut self, catalog: &Catalog) -> Result<(), StoreError> {
        let table = self.info.name;
        for former in std::mem::take(&mut self.updates) {
            let (_, _, now, wanted) = &former;
            let now = cells(now)?;
            let differs = |column: &String| text(&now, column) != text(wanted, column);
            let mut identities = wanted
                .keys()
                .filter(|column| catalog.is_identity(table, column));
            match identities.any(differs) {
                true => self.replacements.push(former),
                false => self.updates.push(former),
            }
        }
        Ok(())
    }

    /// Returns the keys of all rows that it writes.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let whole = self.deletes.iter().chain(&self.inserts);
        let former = self.updates.iter().chain(&self.replacements);
        let whole = whole.map(|(_, key, _)| key.as_str());
        whole.chain(former.map(|(_, key, ..)| key.as_str()))
    }

    /// Writes the rows.
    pub(super) async fn write(
        &self,
        writer: &mut Writer<'_>,
        catalog: &Catalog,
    ) -> Result<(), StoreError> {
        if !self.deletes.is_empty() {
            let keys = self.deletes.iter().map(|(_, key, _)| key.as_str());
            self.delete(writer, keys.collect()).await?;
            for (owner, key, now) in &self.deletes {
                self.note(writer, owner, key, Some(now.clone()), None);
            }
        }
        if !self.updates.is_empty() {
            self.update(writer, catalog).await?;
            self.note_former(writer, &self.updates).await?;
        }
        if !self.replacements.is_empty() {
            let keys = self.replacements.iter().map(|(_, key, ..)| key.as_str());
            self.delete(writer, keys.collect()).await?;
            let rows = self.replacements.iter();
            let rows = rows.map(|(_, _, _, wanted)| json(wanted));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let rows = rows.iter().map(String::as_str).collect();
            self.insert(writer, catalog, rows).await?;
            self.note_former(writer, &self.replacements).await?;
        }
        if !self.inserts.is_empty() {
            let rows = self.inserts.iter().map(|(_, _, row)| row.as_str());
            self.insert(writer, catalog, rows.collect()).await?;
            let keys = array(self.inserts.iter().map(|(_, key, _)| key.as_str()));
            let mut after = read(writer, self.info, keys).await?;
            for (index, (owner, key, _)) in self.inserts.iter().enumerate() {
                self.note(writer, owner, key, None, after.remove(&index));
            }
        }
        Ok(())
    }

    /// Returns the restored rows that conflict with the current rows: a row
    /// that one refers to no longer exists, or another has its name. A conflict
    /// that existed before the job is allowed.
    pub(super) async fn conflicts_of(
        &self,
        writer: &mut Writer<'_>,
        journal: &[JournalRow],
    ) -> Result<Vec<Conflict>, StoreError> {
        let mut conflicts = Vec::new();
        // As it was before the job: none if it was not journalled.
        let before = |found: &Dependent| {
            let is_found = |row: &&JournalRow| *row.table == *found.table && row.key == found.key;
            journal
                .iter()
                .find(is_found)
                .map(|row| row.before.as_deref())
        };
        for found in missing(writer, self.info, &self.inserts).await? {
            if !matches!(before(&found), Some(None | Some(ABSENT))) {
                conflicts.push(found.conflict(self.info, ConflictKind::Needs)?);
            }
        }
        for column in &self.info.names {
            let mut rows = self.inserts.clone();
            for (owner, key, now, wanted) in self.updates.iter().chain(&self.replacements) {
                if text(&cells(now)?, column) != text(wanted, column) {
                    rows.push((Arc::clone(owner), key.clone(), json(wanted)?));
                }
            }
            for found in namesakes(writer, self.info, column, &rows).await? {
                if before(&found).is_none() {
                    conflicts.push(found.conflict(self.info, ConflictKind::NameTaken)?);
                }
            }
        }
        Ok(conflicts)
    }

    async fn delete(&self, writer: &mut Writer<'_>, keys: Vec<&str>) -> Result<(), StoreError> {
        let table = self.info.name;
        let sql = format!(
            "DELETE FROM {table} AS t USING {} WHERE {}",
            relation(table),
            matched(&self.info.key)
        );
        self.run(writer, Operation::Delete, sql, keys).await
    }

    async fn update(&self, writer: &mut Writer<'_>, catalog: &Catalog) -> Result<(), StoreError> {
        let table = self.info.name;
        let mut columns: Vec<&String> = Vec::new();
        for (_, _, now, wanted) in &self.updates {
            let now = cells(now)?;
            let differs = |column: &&String| {
                catalog.is_settable(table, column) && text(&now, column) != text(wanted, column)
            };
            columns.extend(wanted.keys().filter(differs));
        }
        columns.sort();
        columns.dedup();
        if columns.is_empty() {
            return Ok(());
        }
        let set: Vec<String> = columns
            .iter()
            .map(|column| format!("{0} = k.{0}", quoted(column)))
            .collect();
        let sql = format!(
            "UPDATE {table} AS t SET {} FROM {} WHERE {}",
            set.join(", "),
            relation(table),
            matched(&self.info.key)
        );
        let rows = self
            .updates
            .iter()
            .map(|(_, _, _, wanted)| json(wanted))
            .collect::<Result<Vec<_>, _>>()?;
        let rows = rows.iter().map(String::as_str).collect();
        self.run(writer, Operation::Update, sql, rows).await
    }

    /// Journals restored rows as they were and as they are.
    async fn note_former(
        &self,
        writer: &mut Writer<'_>,
        rows: &[Former],
    ) -> Result<(), StoreError> {
        let keys = array(rows.iter().map(|(_, key, ..)| key.as_str()));
        let mut after = read(writer, self.info, keys).await?;
        for (index, (owner, key, now, _)) in rows.iter().enumerate() {
            self.note(writer, owner, key, Some(now.clone()), after.remove(&index));
        }
        Ok(())
    }

    async fn insert(
        &self,
        writer: &mut Writer<'_>,
        catalog: &Catalog,
        rows: Vec<&str>,
    ) -> Result<(), StoreError> {
        let table = self.info.name;
        let mut columns: BTreeSet<String> = BTreeSet::new();
        for row in &rows {
            columns.extend(cells(row)?.into_keys());
        }
        columns.retain(|column| catalog.is_insertable(table, column));
        let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let columns = columns.join(", ");
        let sql = format!(
            "INSERT INTO {table} ({columns}) {OVERRIDING} SELECT {columns} FROM {}",
            relation(table)
        );
        self.run(writer, Operation::Insert, sql, rows).await
    }

    fn note(
        &self,
        writer: &mut Writer<'_>,
        owner: &ItemRef,
        key: &str,
        before: Option<String>,
        after: Option<String>,
    ) {
        let row = JournalRow {
            table: self.info.name.into(),
            item: Arc::clone(owner),
            key: key.to_owned(),
            before,
            after,
        };
        writer.note(self.info.name, row);
    }

    async fn run(
        &self,
        writer: &mut Writer<'_>,
        operation: Operation,
        sql: String,
        rows: Vec<&str>,
    ) -> Result<(), StoreError> {
        let count = rows.len();
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(array(rows))
            .execute(writer.connection())
            .await;
        let met = done
            .map_err(|error| StoreError::new(operation, self.info.name, &error))?
            .rows_affected();
        writer.expect(operation, self.info.name, count, met);
        Ok(())
    }
}
