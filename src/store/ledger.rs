//! The ledger: the jobs, the rows that they touched, and the backups. In a
//! schema of our own in the target or, where the role may not create one, in a
//! local file.

mod backup;
mod contents;
mod file;
mod record;
pub mod requests;
mod statements;
mod target;
pub mod tasks;
pub mod token_keys;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::catalog::Catalog;
use super::error::{Operation, StoreError, StoreErrorKind};
use super::transaction::Connection;

pub use backup::{Backup, BackupWriter};
pub use contents::{JournalContents, JournalPart};
pub use file::FileLedger;
pub use record::{JobRecord, JobState, JournalRow, NewJob};
pub use target::{init, is_current};

/// Where the ledger is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LedgerPlace {
    /// In the schema `gatediff` of the target.
    #[default]
    Target,
    /// In a local file (mode 0600).
    File(PathBuf),
}

/// An open ledger.
pub enum Ledger {
    /// In the target: every call works in the transaction of the given
    /// connection.
    Target,
    /// In a local file.
    File(FileLedger),
}

impl Ledger {
    /// Opens a ledger for writing: creates or upgrades our schema if needed,
    /// and finds the outcome of jobs that a file has as about to commit.
    ///
    /// # Errors
    ///
    /// Fails if the role may not create a schema in the target, or the file
    /// cannot be written or is not a ledger.
    pub async fn open(
        place: &LedgerPlace,
        connection: &mut Connection,
    ) -> Result<Self, StoreError> {
        match place {
            LedgerPlace::Target => {
                if !is_current(connection).await? {
                    init(connection).await?;
                }
                Ok(Self::Target)
            }
            LedgerPlace::File(path) => {
                let mut file = FileLedger::open(path).await?;
                file.reconcile(connection).await?;
                Ok(Self::File(file))
            }
        }
    }

    /// Opens a ledger for reading, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read, or is older or newer than this program.
    pub async fn find(
        place: &LedgerPlace,
        connection: &mut Connection,
    ) -> Result<Option<Self>, StoreError> {
        match place {
            LedgerPlace::Target => target::find(connection)
                .await
                .map(|there| there.then_some(Self::Target)),
            LedgerPlace::File(path) if !path.exists() => Ok(None),
            LedgerPlace::File(_) => Self::open(place, connection).await.map(Some),
        }
    }

    /// Describes tables, reserves the number of a job whose rows the server writes and journals by
    /// itself, and opens the queue of its writes; no number if the role may not take numbers or
    /// create temporary tables. A number that is reserved already is kept. None if the journal is
    /// not on the server.
    ///
    /// # Errors
    ///
    /// Fails if the statement does.
    pub async fn reserve(
        &self,
        connection: &mut Connection,
        number: Option<i64>,
        tables: &[&str],
    ) -> Result<Option<(Catalog, Option<i64>)>, StoreError> {
        match self {
            Self::Target => target::reserve(connection, number, tables).await.map(Some),
            Self::File(_) => Ok(None),
        }
    }

    /// Records a job with everything it did, and returns its number.
    ///
    /// In the target it is committed with the transaction. A file has it as
    /// about to commit until [`settle`](Self::settle) records the outcome.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be written. A plan that was already applied
    /// is a conflict.
    pub async fn record(
        &mut self,
        connection: &mut Connection,
        job: &NewJob<'_>,
    ) -> Result<i64, StoreError> {
        match self {
            Self::Target => target::record(connection, job).await,
            Self::File(file) => file.record(connection, job).await,
        }
    }

    /// Records whether a job was committed.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written; the next program to open it finds
    /// the outcome.
    pub async fn settle(&mut self, job: i64, committed: bool) -> Result<(), StoreError> {
        match self {
            Self::Target => Ok(()),
            Self::File(file) => file.settle(job, committed).await,
        }
    }

    /// Returns every job, newest first.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn jobs(
        &mut self,
        connection: &mut Connection,
    ) -> Result<Vec<JobRecord>, StoreError> {
        match self {
            Self::Target => target::jobs(connection).await,
            Self::File(file) => file.jobs().await,
        }
    }

    /// Returns the choices of a job, if it exists.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn choices(
        &mut self,
        connection: &mut Connection,
        job: i64,
    ) -> Result<Option<serde_json::Value>, StoreError> {
        match self {
            Self::Target => target::choices(connection, job).await,
            Self::File(file) => file.choices(job).await,
        }
    }

    /// Returns every job, newest first, and what the journal of one contains.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn jobs_and_contents(
        &mut self,
        connection: &mut Connection,
        job: i64,
    ) -> Result<(Vec<JobRecord>, JournalContents), StoreError> {
        match self {
            Self::Target => target::jobs_and_contents(connection, job).await,
            Self::File(file) => Ok((file.jobs().await?, file.contents(job).await?)),
        }
    }

    /// Returns the rows that a job touched, in the order of writing.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn journal(
        &mut self,
        connection: &mut Connection,
        job: i64,
    ) -> Result<Vec<JournalRow>, StoreError> {
        match self {
            Self::Target => target::journal(connection, job).await,
            Self::File(file) => file.journal(job).await,
        }
    }

    /// Returns those of some items whose rows later jobs than one wrote.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn written_since(
        &mut self,
        connection: &mut Connection,
        job: i64,
        items: &[String],
    ) -> Result<BTreeSet<String>, StoreError> {
        match self {
            Self::Target => target::written_since(connection, job, items).await,
            Self::File(file) => file.written_since(job, items).await,
        }
    }

    /// Returns the backup that a job kept.
    ///
    /// # Errors
    ///
    /// Fails if the ledger cannot be read.
    pub async fn backup(
        &mut self,
        connection: &mut Connection,
        job: i64,
    ) -> Result<Option<Backup>, StoreError> {
        match self {
            Self::Target => target::backup(connection, job).await,
            Self::File(file) => file.backup(job).await,
        }
    }

    /// Returns the key that signs saved plans.
    ///
    /// # Errors
    ///
    /// Fails if the role may not read it.
    pub async fn plan_key(&mut self, connection: &mut Connection) -> Result<Vec<u8>, StoreError> {
        match self {
            Self::Target => target::plan_key(connection).await,
            Self::File(file) => file.plan_key().await,
        }
    }
}

/// Returns the error of a ledger that contains unknown values.
fn unreadable(table: &str, what: &str) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Schema,
        ..StoreError::other(
            Operation::Read,
            table,
            format!("it contains {what}, which this gatediff does not support"),
        )
    }
}
