//! The planned changes of the rows of one table, and writing them.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::around::{ABSENT, Dependent, missing, namesakes};
use super::cells::{Cells, cells, json, text};
use super::conflict::{Conflict, ConflictKind};
use super::rows::{Whole, array, matched, read, relation};
use super::table::TableInfo;
use crate::store::error::{Operation, StoreError};
use crate::store::ledger::JournalRow;
use crate::store::writer::{ItemRef, Writer, quoted};

/// The planned changes of the rows of one table.
pub(super) struct Restoration<'t> {
    pub(super) info: &'t TableInfo,
    pub(super) deletes: Vec<Whole>,
    /// Owner, key, row now, row to be.
    pub(super) updates: Vec<(ItemRef, String, String, Cells)>,
    pub(super) inserts: Vec<Whole>,
}

impl Restoration<'_> {
    pub(super) async fn write(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        if !self.deletes.is_empty() {
            self.delete(writer).await?;
        }
        if !self.updates.is_empty() {
            self.update(writer).await?;
        }
        if !self.inserts.is_empty() {
            self.insert(writer).await?;
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
            for (owner, key, now, wanted) in &self.updates {
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

    async fn delete(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let table = self.info.name;
        let sql = format!(
            "DELETE FROM {table} AS t USING {} WHERE {}",
            relation(table),
            matched(&self.info.key)
        );
        let rows = array(self.deletes.iter().map(|(_, key, _)| key.as_str()));
        self.run(writer, Operation::Delete, sql, rows, self.deletes.len())
            .await?;
        for (owner, key, now) in &self.deletes {
            self.note(writer, owner, key, Some(now.clone()), None);
        }
        Ok(())
    }

    async fn update(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let table = self.info.name;
        let mut columns: Vec<&String> = Vec::new();
        for (_, _, now, wanted) in &self.updates {
            let now = cells(now)?;
            let differs = |column: &&String| text(&now, column) != text(wanted, column);
            columns.extend(wanted.keys().filter(differs));
        }
        columns.sort();
        columns.dedup();
        if !columns.is_empty() {
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
            let rows = array(rows.iter().map(String::as_str));
            self.run(writer, Operation::Update, sql, rows, self.updates.len())
                .await?;
        }
        let mut after = read(
            writer,
            self.info,
            array(self.updates.iter().map(|(_, key, ..)| key.as_str())),
        )
        .await?;
        for (index, (owner, key, now, _)) in self.updates.iter().enumerate() {
            self.note(writer, owner, key, Some(now.clone()), after.remove(&index));
        }
        Ok(())
    }

    async fn insert(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let table = self.info.name;
        let mut columns: Vec<String> = Vec::new();
        for (_, _, row) in &self.inserts {
            columns.extend(cells(row)?.into_keys());
            columns.sort();
            columns.dedup();
        }
        let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let columns = columns.join(", ");
        let sql = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {}",
            relation(table)
        );
        let rows = array(self.inserts.iter().map(|(_, _, row)| row.as_str()));
        self.run(writer, Operation::Insert, sql, rows, self.inserts.len())
            .await?;
        let mut after = read(
            writer,
            self.info,
            array(self.inserts.iter().map(|(_, key, _)| key.as_str())),
        )
        .await?;
        for (index, (owner, key, _)) in self.inserts.iter().enumerate() {
            self.note(writer, owner, key, None, after.remove(&index));
        }
        Ok(())
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
        rows: String,
        count: usize,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(rows)
            .execute(writer.connection())
            .await;
        let met = done
            .map_err(|error| StoreError::new(operation, self.info.name, &error))?
            .rows_affected();
        writer.expect(operation, self.info.name, count, met);
        Ok(())
    }
}
