//! What a file is compared with and applied to: a database, or another file that stands for one.

use std::path::PathBuf;
use std::sync::Arc;

use super::apply::{self, ApplyOptions, Receipt};
use super::failure::Failure;
use super::file::Loaded;
use super::file_target::{FILE_JOBS, FileTarget, Output};
use super::history::{self, KeptBackup};
use super::plan::{self, Review};
use super::progress::{Cancel, Reporter};
use super::undo::{self, UndoOptions, Undone};
use crate::engine::Approved;
use crate::store::ledger::JobRecord;
use crate::store::{LedgerPlace, Target, Timeouts};

/// What a file is compared with and applied to.
#[derive(Clone)]
pub enum Against {
    /// A database.
    Database(Target),
    /// A file, in place of a database that has exactly what it has.
    File(Arc<FileTarget>),
}

impl From<Target> for Against {
    fn from(target: Target) -> Self {
        Self::Database(target)
    }
}

impl From<FileTarget> for Against {
    fn from(file: FileTarget) -> Self {
        Self::File(Arc::new(file))
    }
}

impl Against {
    /// Returns its name: `user@host:port/database`, or the path of the file.
    pub fn display(&self) -> String {
        match self {
            Self::Database(target) => target.display(),
            Self::File(file) => file.display().to_owned(),
        }
    }

    /// Returns the database.
    ///
    /// # Errors
    ///
    /// Fails if it is a file, on which `what` is not possible.
    pub fn database(&self, what: &str) -> Result<&Target, Failure> {
        match self {
            Self::Database(target) => Ok(target),
            Self::File(file) => Err(file.refuse(what)),
        }
    }

    /// Compares a file with it.
    ///
    /// # Errors
    ///
    /// As [`plan`](plan::plan); and if it is a file of another product.
    pub async fn plan(
        &self,
        loaded: &Loaded,
        timeouts: Timeouts,
        reporter: &Reporter,
    ) -> Result<Review, Failure> {
        match self {
            Self::Database(target) => plan::plan(loaded, target, timeouts, reporter).await,
            Self::File(file) => file.plan(loaded, reporter).await,
        }
    }

    /// Applies what was approved: writes to the database, or a new file, `output`, instead of this one.
    ///
    /// # Errors
    ///
    /// As [`apply`](apply::apply) or [`FileTarget::apply`].
    pub async fn apply(
        &self,
        (review, approved): (&Review, Approved),
        options: &ApplyOptions,
        output: Option<&Output>,
        (reporter, cancel): (&Reporter, &Cancel),
    ) -> Result<Receipt, Failure> {
        match (self, output) {
            (Self::File(file), Some(output)) => {
                file.apply(review, &approved, options, output, reporter)
                    .await
            }
            _ => {
                let target = self.database("writing in place")?;
                apply::apply(review, approved, target, options, reporter, cancel).await
            }
        }
    }

    /// Undoes a job: in the database, or by writing the former file to `output`.
    ///
    /// # Errors
    ///
    /// As [`undo`](undo::undo) or [`FileTarget::undo`].
    pub async fn undo(
        &self,
        job: i64,
        options: &UndoOptions,
        output: Option<&Output>,
        (reporter, cancel): (&Reporter, &Cancel),
    ) -> Result<Undone, Failure> {
        match (self, output) {
            (Self::File(file), Some(output)) => file.undo(job, options, output).await,
            _ => {
                let target = self.database("undoing in place")?;
                undo::undo(job, target, options, reporter, cancel).await
            }
        }
    }

    /// Returns every job that was recorded for it, newest first.
    ///
    /// # Errors
    ///
    /// As [`history`](history::history).
    pub async fn history(
        &self,
        timeouts: Timeouts,
        ledger: &LedgerPlace,
    ) -> Result<Vec<JobRecord>, Failure> {
        match self {
            Self::Database(target) => history::history(target, timeouts, ledger).await,
            Self::File(file) => file.history(ledger).await,
        }
    }

    /// Returns its last job, without the choices, if there was one. A ledger file may hold jobs of
    /// other targets.
    ///
    /// # Errors
    ///
    /// As [`history`](Self::history).
    pub async fn last_job(
        &self,
        timeouts: Timeouts,
        ledger: &LedgerPlace,
    ) -> Result<Option<JobRecord>, Failure> {
        let jobs = self.history(timeouts, ledger).await?;
        let is_here = |job: &JobRecord| match ledger {
            LedgerPlace::Target => true,
            LedgerPlace::File(_) => job.target == self.display(),
        };
        Ok(jobs.into_iter().find(is_here))
    }

    /// Returns a job in full.
    ///
    /// # Errors
    ///
    /// As [`past_job`](history::past_job).
    pub async fn past_job(
        &self,
        timeouts: Timeouts,
        ledger: &LedgerPlace,
        job: i64,
    ) -> Result<JobRecord, Failure> {
        match self {
            Self::Database(target) => history::past_job(target, timeouts, ledger, job).await,
            Self::File(file) => file.past_job(ledger, job).await,
        }
    }

    /// Returns the backup that a job kept.
    ///
    /// # Errors
    ///
    /// As [`backup`](history::backup).
    pub async fn backup(
        &self,
        timeouts: Timeouts,
        ledger: &LedgerPlace,
        job: i64,
    ) -> Result<KeptBackup, Failure> {
        match self {
            Self::Database(target) => history::backup(target, timeouts, ledger, job).await,
            Self::File(file) => file.backup_of(ledger, job).await,
        }
    }

    /// Returns where its jobs are recorded: by default in the database, or for a file in a file of
    /// `directory`.
    pub fn ledger(&self, given: LedgerPlace, directory: Option<PathBuf>) -> LedgerPlace {
        match (self, given, directory) {
            (Self::File(_), LedgerPlace::Target, Some(directory)) => {
                LedgerPlace::File(directory.join(FILE_JOBS))
            }
            (_, given, _) => given,
        }
    }
}
