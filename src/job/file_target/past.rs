//! The jobs of files, in a ledger file.

use std::time::Instant;

use chrono::Utc;
use serde_json::json;

use super::jobs::{open, record};
use super::{FileTarget, Output};
use crate::engine::ItemId;
use crate::job::failure::Failure;
use crate::job::history::{KeptBackup, kept, no_backup, no_job};
use crate::job::item_name::item_id;
use crate::job::undo::{UndoOptions, Undone, may_be_undone};
use crate::store::LedgerPlace;
use crate::store::ledger::{FileLedger, JobRecord, NewJob};

/// Opens the ledger, if there is one.
async fn find(ledger: &LedgerPlace) -> Result<Option<FileLedger>, Failure> {
    match ledger {
        LedgerPlace::File(path) if path.exists() => open(ledger).await.map(Some),
        _ => Ok(None),
    }
}

impl FileTarget {
    /// Returns every job of its ledger, newest first.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn history(&self, ledger: &LedgerPlace) -> Result<Vec<JobRecord>, Failure> {
        match find(ledger).await? {
            Some(mut ledger) => Ok(ledger.jobs().await?),
            None => Ok(Vec::new()),
        }
    }

    /// Returns a job in full.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read or has no such job.
    pub async fn past_job(&self, ledger: &LedgerPlace, job: i64) -> Result<JobRecord, Failure> {
        let mut ledger = find(ledger).await?.ok_or_else(|| no_job(job))?;
        let choices = ledger.choices(job).await?;
        let record = record_of(&mut ledger, job).await?;
        Ok(JobRecord { choices, ..record })
    }

    /// Returns the file as it was before a job.
    ///
    /// # Errors
    ///
    /// Fails if there is no such job, if it kept no backup, or if what is kept is damaged.
    pub async fn backup_of(&self, ledger: &LedgerPlace, job: i64) -> Result<KeptBackup, Failure> {
        let mut ledger = find(ledger).await?.ok_or_else(|| no_job(job))?;
        record_of(&mut ledger, job).await?;
        let backup = ledger.backup(job).await?;
        kept(job, backup.ok_or_else(|| no_backup(job))?)
    }

    /// Returns a job of this file that can be undone.
    ///
    /// # Errors
    ///
    /// Fails if the job does not exist, or can never be undone.
    pub async fn undoable(&self, ledger: &LedgerPlace, job: i64) -> Result<JobRecord, Failure> {
        let mut open = find(ledger).await?.ok_or_else(|| no_job(job))?;
        let record = record_of(&mut open, job).await?;
        may_be_undone(&record, &self.path, ledger)?;
        Ok(record)
    }

    /// Writes the file as it was before a job, and records that.
    ///
    /// # Errors
    ///
    /// Fails as [`undoable`](Self::undoable), if the job kept no backup, or if the file cannot be
    /// written. Then nothing is written.
    pub async fn undo(
        &self,
        job: i64,
        options: &UndoOptions,
        output: &Output,
    ) -> Result<Undone, Failure> {
        let (begun, started_at) = (Instant::now(), Utc::now());
        if !options.only.is_empty() {
            return Err(self.refuse("undoing only some items"));
        }
        self.check_other(&output.path)?;
        let record_of_job = self.undoable(&options.ledger, job).await?;
        let content = self.backup_of(&options.ledger, job).await?.content;
        let mut ledger = open(&options.ledger).await?;
        let items = items(&mut ledger, job).await?;
        let undo = NewJob {
            command: "undo",
            file_path: &record_of_job.file_path,
            file_sha256: &record_of_job.file_sha256,
            counts: json!({ "restored": items.len() }),
            undoes: Some(job),
            ..self.job(&options.operator, started_at)
        };
        let (number, file) = record(&mut ledger, &undo, output, content).await?;
        Ok(Undone {
            job: number,
            undoes: job,
            items,
            tables: Vec::new(),
            file: Some(file),
            seconds: begun.elapsed().as_secs_f64(),
            notes: Vec::new(),
            server_changes: Vec::new(),
        })
    }
}

async fn record_of(ledger: &mut FileLedger, job: i64) -> Result<JobRecord, Failure> {
    let jobs = ledger.jobs().await?;
    let found = jobs.into_iter().find(|record| record.job == job);
    found.ok_or_else(|| no_job(job))
}

/// Returns the items that a job wrote, in their order.
async fn items(ledger: &mut FileLedger, job: i64) -> Result<Vec<ItemId>, Failure> {
    let mut items: Vec<ItemId> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for row in ledger.journal(job).await? {
        if !row.item.is_empty() && seen.insert(std::sync::Arc::clone(&row.item)) {
            items.push(item_id(&row.item));
        }
    }
    Ok(items)
}
