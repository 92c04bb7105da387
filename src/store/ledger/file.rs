//! The ledger as a local file: SQLite, mode 0600.
//!
//! The file and the target cannot commit together. So the file is written and synced first, with
//! the id of the target's transaction; and the target reports the outcome of that transaction
//! (`txid_status`), however we ended.

use std::collections::BTreeSet;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, PgConnection, QueryBuilder, Sqlite};

use super::contents::{JournalContents, JournalPart};
use super::record::JournalRow;
use super::statements::statements;
use crate::store::error::StoreErrorKind;
use crate::store::transaction::{self, CommitOutcome};

statements!(SqliteConnection, SqliteRow, "", "");

const SCHEMA: &str = include_str!("file.sql");

/// The version of the tables in [`SCHEMA`].
const VERSION: i64 = 1;

/// The rows that one statement journals: SQLite takes some 32,000 values, and each statement goes to
/// a thread and back.
const CHUNK: usize = 1_000;

/// How long another process may lock the file.
const BUSY: Duration = Duration::from_secs(10);

/// A ledger in a local file.
pub struct FileLedger {
    connection: SqliteConnection,
    path: PathBuf,
}

impl FileLedger {
    /// Opens a ledger file, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written, is locked by another process, or is not a ledger of
    /// this version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        private(path).map_err(|why| local(Operation::Create, &name, why))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let failed = |error: sqlx::Error| unusable(Operation::Create, &name, &error);
        let mut connection = options.connect().await.map_err(failed)?;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut connection)
            .await
            .map_err(failed)?;
        match version {
            0 => sqlx::raw_sql(SCHEMA)
                .execute(&mut connection)
                .await
                .map(|_| ())
                .map_err(failed)?,
            VERSION => {}
            _ => {
                let error = local(
                    Operation::Create,
                    &name,
                    "it was created by a newer gatediff",
                );
                return Err(StoreError {
                    kind: StoreErrorKind::Newer,
                    ..error
                });
            }
        }
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    /// Finds the outcome of the jobs that were about to commit.
    pub(super) async fn reconcile(&mut self, target: &mut PgConnection) -> Result<(), StoreError> {
        let open: Vec<(i64, String)> = sqlx::query_as(
            "SELECT job_id, xid FROM jobs WHERE state = 'committing' AND xid IS NOT NULL",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(|error| self.failed(Operation::Read, &error))?;
        for (job, xid) in open {
            let Some((place, xid)) = xid.split_once(' ') else {
                continue;
            };
            // A file may serve several targets: each is asked about its own jobs.
            if place != cluster(target).await? {
                continue;
            }
            let Ok(number) = xid.parse() else { continue };
            match transaction::outcome(target, number).await {
                Ok(Some(CommitOutcome::Committed)) => self.settle(job, true).await?,
                Ok(Some(CommitOutcome::RolledBack)) => self.settle(job, false).await?,
                // Still open, forgotten, or lost in a fail-over: the job stays unknown.
                Ok(Some(CommitOutcome::Open) | None) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Records a job; as about to commit, if it wrote anything.
    pub(super) async fn record(
        &mut self,
        target: &mut PgConnection,
        job: &NewJob<'_>,
    ) -> Result<i64, StoreError> {
        let xid = match job.error {
            Some(_) => None,
            None => Some(open_transaction(target).await?),
        };
        self.record_as(job, xid).await
    }

    /// Records a job in which no database takes part; as about to be done, until it is
    /// [settled](Self::settle).
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written. A plan that was already applied is a conflict.
    pub async fn record_alone(&mut self, job: &NewJob<'_>) -> Result<i64, StoreError> {
        self.record_as(job, None).await
    }

    async fn record_as(
        &mut self,
        job: &NewJob<'_>,
        xid: Option<String>,
    ) -> Result<i64, StoreError> {
        let state = if job.error.is_some() {
            "failed"
        } else {
            "committing"
        };
        self.run("BEGIN IMMEDIATE").await?;
        let recorded = self.insert(job, state, xid.as_deref()).await;
        match recorded {
            Ok(number) => self.run("COMMIT").await.map(|()| number),
            Err(error) => {
                self.run("ROLLBACK").await.ok();
                Err(error)
            }
        }
    }

    async fn insert(
        &mut self,
        job: &NewJob<'_>,
        state: &str,
        xid: Option<&str>,
    ) -> Result<i64, StoreError> {
        let number = insert_job(&mut self.connection, job, state)
            .await
            .map_err(|error| self.own(error))?;
        let name = self.path.display().to_string();
        let failed = |error: sqlx::Error| unusable(Operation::Insert, &name, &error);
        sqlx::query("UPDATE jobs SET xid = $2 WHERE job_id = $1")
            .bind(number)
            .bind(xid)
            .execute(&mut self.connection)
            .await
            .map_err(failed)?;
        let mut position = 0_i64;
        for rows in job.journal.chunks(CHUNK) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "INSERT INTO journal (job_id, position, table_name, item, row_key, row_before, row_after) ",
            );
            query.push_values(rows, |mut values, row| {
                position += 1;
                values
                    .push_bind(number)
                    .push_bind(position)
                    .push_bind(&*row.table)
                    .push_bind(&*row.item)
                    .push_bind(&row.key)
                    .push_bind(&row.before)
                    .push_bind(&row.after);
            });
            let query = query.build().persistent(false);
            query.execute(&mut self.connection).await.map_err(failed)?;
        }
        Ok(number)
    }

    /// Records the outcome of a job. The journal of a failed job is deleted.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written.
    pub async fn settle(&mut self, job: i64, committed: bool) -> Result<(), StoreError> {
        let statements: &[&'static str] = if committed {
            &["UPDATE jobs SET state = 'done' WHERE job_id = $1"]
        } else {
            &[
                "UPDATE jobs SET state = 'failed', \
                 error = coalesce(error, 'it was not committed') WHERE job_id = $1",
                "DELETE FROM journal WHERE job_id = $1",
                "DELETE FROM backups WHERE job_id = $1",
            ]
        };
        for statement in statements {
            sqlx::query(*statement)
                .bind(job)
                .execute(&mut self.connection)
                .await
                .map_err(|error| self.failed(Operation::Update, &error))?;
        }
        Ok(())
    }

    /// Returns every job, newest first.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub async fn jobs(&mut self) -> Result<Vec<JobRecord>, StoreError> {
        select_jobs(&mut self.connection)
            .await
            .map_err(|error| self.own(error))
    }

    /// Returns the choices of a job.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub async fn choices(&mut self, job: i64) -> Result<Option<Value>, StoreError> {
        select_choices(&mut self.connection, job).await
    }

    /// Returns what the journal of a job contains.
    pub(super) async fn contents(&mut self, job: i64) -> Result<JournalContents, StoreError> {
        let sql = "SELECT table_name, row_before IS NOT NULL, row_after IS NOT NULL, NULL, min(position), count(*) \
                   FROM journal WHERE job_id = $1 GROUP BY 1, 2, 3 \
                   UNION ALL SELECT DISTINCT '', 0, 0, item, 0, 0 FROM journal WHERE job_id = $1 ORDER BY 5, 1, 2, 3";
        let rows = sqlx::query(sql)
            .bind(job)
            .fetch_all(&mut self.connection)
            .await;
        let rows = rows.map_err(|error| self.failed(Operation::Read, &error))?;
        let mut contents = JournalContents::default();
        for row in rows {
            let read = || match row.try_get(3)? {
                Some(item) => Ok(Err(item)),
                None => Ok(Ok(JournalPart {
                    table: row.try_get(0)?,
                    has_before: row.try_get(1)?,
                    has_after: row.try_get(2)?,
                    rows: row.try_get::<i64, _>(5)?.unsigned_abs(),
                })),
            };
            match read().map_err(|error| self.failed(Operation::Read, &error))? {
                Ok(part) => contents.parts.push(part),
                Err(item) => _ = contents.items.insert(item),
            }
        }
        Ok(contents)
    }

    /// Returns those of some items whose rows later jobs than one wrote.
    pub(super) async fn written_since(
        &mut self,
        job: i64,
        items: &[String],
    ) -> Result<BTreeSet<String>, StoreError> {
        let found: Result<Vec<String>, _> =
            sqlx::query_scalar("SELECT DISTINCT item FROM journal WHERE job_id > $1")
                .bind(job)
                .fetch_all(&mut self.connection)
                .await;
        let found = found.map_err(|error| self.failed(Operation::Read, &error))?;
        Ok(found
            .into_iter()
            .filter(|item| items.contains(item))
            .collect())
    }

    /// Returns the rows that a job touched.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub async fn journal(&mut self, job: i64) -> Result<Vec<JournalRow>, StoreError> {
        let sql = "SELECT table_name, item, row_key, row_before, row_after FROM journal WHERE job_id = $1 \
                   ORDER BY position";
        let rows = sqlx::query(sql)
            .bind(job)
            .fetch_all(&mut self.connection)
            .await;
        let rows = rows.map_err(|error| self.failed(Operation::Read, &error))?;
        let decode = |row: &SqliteRow| {
            Ok(JournalRow {
                table: Arc::from(row.try_get::<&str, _>(0)?),
                item: Arc::from(row.try_get::<&str, _>(1)?),
                key: row.try_get(2)?,
                before: row.try_get(3)?,
                after: row.try_get(4)?,
            })
        };
        let journal: Result<_, sqlx::Error> = rows.iter().map(decode).collect();
        journal.map_err(|error| self.failed(Operation::Read, &error))
    }

    /// Returns the backup that a job kept.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub async fn backup(&mut self, job: i64) -> Result<Option<Backup>, StoreError> {
        select_backup(&mut self.connection, job)
            .await
            .map_err(|error| self.own(error))
    }

    /// Returns the key that signs saved plans.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub async fn plan_key(&mut self) -> Result<Vec<u8>, StoreError> {
        select_plan_key(&mut self.connection)
            .await
            .map_err(|error| self.own(error))
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(sql).execute(&mut self.connection).await;
        done.map(|_| ())
            .map_err(|error| self.failed(Operation::Update, &error))
    }

    fn failed(&self, operation: Operation, error: &sqlx::Error) -> StoreError {
        unusable(operation, &self.path.display().to_string(), error)
    }

    /// Converts the error of a shared statement to one of this file.
    fn own(&self, error: StoreError) -> StoreError {
        local(
            error.operation,
            &self.path.display().to_string(),
            error.message,
        )
    }
}

/// Returns the error of a file that SQLite cannot use.
fn unusable(operation: Operation, path: &str, error: &sqlx::Error) -> StoreError {
    local(
        operation,
        path,
        StoreError::new(operation, path, error).message,
    )
}

fn local(operation: Operation, path: &str, message: impl Into<String>) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Local,
        ..StoreError::other(operation, path, message)
    }
}

/// Ensures that the file exists with mode 0600 before SQLite writes to it: its side files inherit
/// the mode.
/// No directory is made, and a device keeps its mode.
fn private(path: &Path) -> Result<(), String> {
    if path == Path::new("-") {
        return Err("a ledger is a file, not standard input".to_owned());
    }
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err("not a regular file".to_owned());
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    if !parent.as_os_str().is_empty() && matches!(parent.try_exists(), Ok(false)) {
        return Err(format!("the directory {} does not exist", parent.display()));
    }
    let file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path);
    file.and_then(|file| file.set_permissions(std::fs::Permissions::from_mode(0o600)))
        .map_err(|error| error.to_string())
}

/// Returns the id of this transaction and its database. Two clusters may use the same transaction
/// id, so the id alone is not enough.
async fn open_transaction(target: &mut PgConnection) -> Result<String, StoreError> {
    let place = cluster(target).await?;
    let number = transaction::number(target).await?;
    Ok(format!("{place} {number}"))
}

/// Returns what identifies a cluster and database.
async fn cluster(target: &mut PgConnection) -> Result<String, StoreError> {
    let sql = "SELECT s.system_identifier || '/' || d.oid FROM pg_control_system() s, pg_database d \
               WHERE d.datname = current_database()";
    sqlx::query_scalar(sql)
        .fetch_one(target)
        .await
        .map_err(|error| StoreError::new(Operation::Read, "the target", &error))
}
