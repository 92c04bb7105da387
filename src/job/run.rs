//! What every writing job has in common: its own connection, the lock, one transaction, and a
//! record; or nothing at all.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::failure::{Failure, FailureKind};
use super::monitor::{ConnectionMonitor, Uncommitted};
use super::progress::{Cancel, Phase, Reporter};
use super::target_policy::check_writable;
use super::{init, lock};
use crate::store::ledger::{Backup, JournalRow, NewJob};
use crate::store::{
    Connection, Holds, Ledger, LedgerPlace, Operation, StoreError, StoreErrorKind, TableRows,
    Target, Timeouts, Zone, transaction,
};

/// How often a job is retried after it lost against another transaction. Each retry first locks the
/// tables of the previous conflicts, so that it succeeds even next to a busy gateway.
const ATTEMPTS: usize = 10;

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Where a job runs, and who receives its progress.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) target: Target,
    pub(crate) operator: String,
    pub(crate) timeouts: Timeouts,
    pub(crate) ledger: LedgerPlace,
    pub(crate) reporter: Reporter,
    pub(crate) cancel: Cancel,
}

/// What a job does inside its transaction.
pub(crate) trait JobBody: Send + Sync {
    /// Its result.
    type Done: Send;

    /// Returns its metadata for the ledger, whatever the outcome; none if it is always rolled back.
    fn metadata(&self) -> Option<JobMetadata<'_>>;

    /// Returns the tables that others must not write in the meantime.
    fn locks(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Returns the tables that others must not write in the meantime, as far as the role may lock
    /// them.
    fn holds(&self) -> Holds {
        Holds::default()
    }

    /// Says whether it writes into our own schema, wherever it is recorded.
    fn keeps_documents(&self) -> bool {
        false
    }

    /// Does everything but the commit.
    fn execute<'a>(
        &'a self,
        open: &'a mut JobTransaction<'_>,
    ) -> BoxFuture<'a, Result<Self::Done, JobError>>;
}

/// What the ledger keeps of a job in addition to its outcome.
pub(crate) struct JobMetadata<'a> {
    pub(crate) command: &'a str,
    pub(crate) platform: &'a str,
    pub(crate) operator: &'a str,
    pub(crate) target: &'a str,
    pub(crate) file_path: &'a str,
    pub(crate) file_sha256: &'a str,
    pub(crate) choices: Value,
    pub(crate) plan_id: Option<&'a str>,
    pub(crate) undoes: Option<i64>,
    pub(crate) whole: bool,
}

/// What a job did, for its record.
#[derive(Default)]
pub(crate) struct JobOutcome<'a> {
    pub(crate) counts: Value,
    pub(crate) tables: &'a [TableRows],
    pub(crate) journal: &'a [JournalRow],
    pub(crate) backup: Option<&'a Backup>,
    /// Whether it was sent with the queue of the writes.
    pub(crate) is_backup_queued: bool,
}

/// An open transaction, under the lock.
pub(crate) struct JobTransaction<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) run: &'a Run,
    pub(crate) ledger: Option<&'a mut Ledger>,
    /// Whether the server may do the writes all at once; if that was not proven to be what was
    /// shown, they are done one by one.
    pub(crate) at_once: bool,
    /// The number of the job once it is reserved, and then in every further attempt: none is
    /// left out in the ledger.
    pub(crate) number: &'a mut Option<i64>,
    /// The time zone of the target.
    pub(crate) zone: Zone,
    started_at: DateTime<Utc>,
    recorded: Option<i64>,
}

impl JobTransaction<'_> {
    /// Records what the job did, in its transaction, and returns its number.
    pub(crate) async fn record(
        &mut self,
        metadata: &JobMetadata<'_>,
        outcome: JobOutcome<'_>,
    ) -> Result<i64, JobError> {
        let Some(ledger) = self.ledger.as_deref_mut() else {
            return Err(Failure::new(FailureKind::Internal, "a rehearsal has no ledger").into());
        };
        let job = new_job(metadata, (*self.number, self.started_at), outcome, None);
        let number = ledger.record(self.connection, &job).await;
        let number = number.map_err(|error| self.run.job_error(error))?;
        self.recorded = Some(number);
        Ok(number)
    }

    /// Returns what the target's clock shows now.
    pub(crate) fn now(&self) -> NaiveDateTime {
        self.zone.clock(Utc::now())
    }

    /// Converts an error of the store to an error of the job.
    pub(crate) fn step<R>(&self, result: Result<R, StoreError>) -> Result<R, JobError> {
        result.map_err(|error| self.run.job_error(error))
    }
}

fn new_job<'a>(
    metadata: &'a JobMetadata<'_>,
    (number, started_at): (Option<i64>, DateTime<Utc>),
    outcome: JobOutcome<'a>,
    error: Option<&'a str>,
) -> NewJob<'a> {
    NewJob {
        number,
        command: metadata.command,
        platform: metadata.platform,
        operator: metadata.operator,
        target: metadata.target,
        file_path: metadata.file_path,
        file_sha256: metadata.file_sha256,
        started_at,
        finished_at: Utc::now(),
        counts: outcome.counts,
        table_rows: json!(outcome.tables),
        choices: metadata.choices.clone(),
        plan_id: metadata.plan_id,
        undoes: metadata.undoes,
        whole: metadata.whole,
        error,
        journal: outcome.journal,
        backup: outcome.backup,
        is_backup_queued: outcome.is_backup_queued,
    }
}

/// Why an attempt failed.
pub(crate) enum JobError {
    /// It lost against another transaction, and can be retried.
    Lost(StoreError),
    /// A row has a key that is there already: of another session that wrote in between, or of the
    /// target or the job itself, which shows once nobody else may write the table.
    Duplicate(StoreError),
    /// It waited too long for a row or a table.
    Waited(StoreError),
    /// Writing all at once was not proven to be what was shown: it is retried one by one, which
    /// says why.
    Unproven,
    /// It must not be retried.
    Failed(Failure),
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Run {
    /// Returns a run on a target: its operator, its timeouts, and where it is recorded.
    pub(crate) fn new(
        target: &Target,
        (operator, timeouts, ledger): (&str, Timeouts, &LedgerPlace),
        reporter: &Reporter,
        cancel: &Cancel,
    ) -> Self {
        Self {
            target: target.clone(),
            operator: operator.to_owned(),
            timeouts,
            ledger: ledger.clone(),
            reporter: reporter.clone(),
            cancel: cancel.clone(),
        }
    }

    /// Runs a job until it succeeds, or has lost too often. Failures are recorded too, if possible.
    pub(crate) async fn job<W: JobBody>(&self, work: &W) -> Result<W::Done, Failure> {
        check_writable(&self.target)?;
        let started_at = Utc::now();
        let mut attempt = 1;
        let mut at_once = true;
        let mut number = None;
        let mut contested: BTreeSet<String> = work.locks().into_iter().map(str::to_owned).collect();
        loop {
            // On the heap: the caller may have little stack left.
            let attempted = self.attempt(work, started_at, &contested, (at_once, &mut number));
            let holds = self.timeouts.wait.is_none() && work.holds() != Holds::default();
            let failure = match Box::pin(attempted).await {
                Ok(done) => return Ok(done),
                Err(JobError::Unproven) => {
                    at_once = false;
                    continue;
                }
                Err(JobError::Lost(error))
                    if (attempt < ATTEMPTS || self.waits_for_tables(&error, started_at))
                        && !self.cancel.is_cancelled() =>
                {
                    attempt += 1;
                    if error.operation.is_on_a_table() {
                        contested.insert(error.table);
                    }
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                // Not a session that wrote a row in between: nobody else writes the table.
                Err(JobError::Duplicate(error))
                    if attempt < ATTEMPTS
                        && !self.cancel.is_cancelled()
                        && !contested.contains(&error.table) =>
                {
                    attempt += 1;
                    contested.insert(error.table);
                    continue;
                }
                // Who has the row may wait for a table that this job holds.
                Err(JobError::Waited(error))
                    if holds && attempt < ATTEMPTS && !self.cancel.is_cancelled() =>
                {
                    attempt += 1;
                    if error.operation.is_on_a_table() {
                        contested.insert(error.table);
                    }
                    continue;
                }
                Err(JobError::Duplicate(error)) => {
                    let kind = match contested.contains(&error.table) {
                        true => StoreErrorKind::Constraint,
                        false => error.kind,
                    };
                    self.explain(StoreError { kind, ..error })
                }
                Err(JobError::Lost(error) | JobError::Waited(error)) => self.explain(error),
                Err(JobError::Failed(failure)) => failure,
            };
            tracing::warn!(kind = ?failure.kind, what = failure.what, attempt, "the job failed");
            self.record_failure(work, (number, started_at), &failure)
                .await;
            return Err(failure);
        }
    }

    /// Says whether the operator wants it to wait longer for tables that others write.
    fn waits_for_tables(&self, error: &StoreError, started_at: DateTime<Utc>) -> bool {
        let waited = (Utc::now() - started_at).to_std().unwrap_or_default();
        error.operation == Operation::Lock && self.timeouts.wait.is_some_and(|wait| waited < wait)
    }

    /// One attempt on its own connection, which is closed at the end: that releases the lock, and
    /// ends what is still open.
    async fn attempt<W: JobBody>(
        &self,
        work: &W,
        started_at: DateTime<Utc>,
        contested: &BTreeSet<String>,
        (at_once, number): (bool, &mut Option<i64>),
    ) -> Result<W::Done, JobError> {
        self.reporter.phase(Phase::Connect);
        let (mut connection, monitor) =
            ConnectionMonitor::connect(&self.target, self.timeouts, &self.cancel).await?;
        if let Err(failure) = check_writable(&self.target) {
            monitor.close(connection).await;
            return Err(failure.into());
        }
        let mut ledger = None;
        let mut recorded = None;
        let worked = monitor.run(Box::pin(async {
            self.prepare(&mut connection, &mut ledger, work, contested)
                .await?;
            let mut open = JobTransaction {
                connection: &mut connection,
                run: self,
                ledger: ledger.as_mut(),
                at_once,
                number: &mut *number,
                zone: monitor.zone(),
                started_at,
                recorded: None,
            };
            let done = work.execute(&mut open).await;
            recorded = open.recorded;
            done
        }));
        let worked = Box::pin(worked)
            .await
            .map_err(|error| self.job_error(error))
            .flatten();
        let done = match (worked, recorded) {
            (Ok(done), Some(job)) => self
                .commit(&mut connection, &monitor, job, at_once)
                .await
                .map(|()| done),
            (Ok(done), None) => Ok(done),
            // Whatever error the cancelled statement had.
            (Err(_), _) if self.cancel.is_cancelled() => {
                Err(Failure::cancelled(&self.cancel).into())
            }
            (Err(job_error), _) => Err(job_error),
        };
        if let (Some(job), Some(ledger)) = (recorded, &mut ledger) {
            settle(ledger, job, &done).await;
        }
        match (&done, recorded) {
            (Ok(_), Some(_)) => monitor.leave(connection).await,
            _ => monitor.abandon(connection).await,
        }
        done
    }

    /// Takes the lock, opens the ledger, begins the transaction.
    async fn prepare<W: JobBody>(
        &self,
        connection: &mut Connection,
        ledger: &mut Option<Ledger>,
        work: &W,
        contested: &BTreeSet<String>,
    ) -> Result<(), JobError> {
        let Self {
            operator,
            timeouts,
            reporter,
            cancel,
            ..
        } = self;
        lock::take(connection, operator, *timeouts, reporter, cancel).await?;
        if work.keeps_documents() {
            init::open(&LedgerPlace::Target, connection).await?;
        }
        if work.metadata().is_some() {
            *ledger = Some(init::open(&self.ledger, connection).await?);
        }
        let begun =
            transaction::begin_writing(connection, contested, &work.holds(), *timeouts).await;
        begun.map_err(|error| self.job_error(error))
    }

    /// Commits.
    async fn commit(
        &self,
        connection: &mut Connection,
        monitor: &ConnectionMonitor,
        job: i64,
        at_once: bool,
    ) -> Result<(), JobError> {
        match monitor.commit(connection, &self.reporter).await {
            Ok(()) => Ok(()),
            Err(Uncommitted::Refused(error)) if at_once => Err(self.at_once_error(error)),
            Err(Uncommitted::Refused(error)) => Err(self.job_error(error)),
            Err(Uncommitted::RolledBack(error)) => {
                let what = "the connection broke while committing; nothing was written";
                Err(Failure::new(FailureKind::Unreachable, what)
                    .because(&error.message)
                    .hint("check the server and the network, then try again")
                    .into())
            }
            Err(Uncommitted::Unknown(error)) => {
                Err(Failure::unknown_outcome(job).because(&error.message).into())
            }
        }
    }

    /// Records what failed. An error here never hides the failure.
    async fn record_failure<W: JobBody>(
        &self,
        work: &W,
        numbered: (Option<i64>, DateTime<Utc>),
        failure: &Failure,
    ) {
        let Some(metadata) = work.metadata() else {
            return;
        };
        // Without a connection there is nothing to record, and no place to record it.
        if matches!(
            failure.kind,
            FailureKind::Locked | FailureKind::Unreachable | FailureKind::Denied
        ) {
            return;
        }
        // The same if the role may not write.
        if check_writable(&self.target).is_err() {
            return;
        }
        // The same for a broken rule, which the terminal interface may check at every key press.
        if !failure.violations.is_empty() {
            return;
        }
        let text = failure.to_string();
        let job = new_job(
            &metadata,
            numbered,
            JobOutcome {
                counts: json!({}),
                ..JobOutcome::default()
            },
            Some(&text),
        );
        let recording = async {
            let Ok(mut connection) = self.target.connect(self.timeouts).await else {
                return;
            };
            if let Ok(Some(mut ledger)) = Ledger::find(&self.ledger, &mut connection).await
                && let Err(error) = ledger.record(&mut connection, &job).await
            {
                tracing::warn!(%error, "cannot record the failed job");
            }
            transaction::close(connection).await.ok();
        };
        // The network may have failed, or the job may be cancelled.
        if tokio::time::timeout(self.timeouts.probe, recording)
            .await
            .is_err()
        {
            tracing::warn!("cannot record the failed job: the target does not answer");
        }
    }

    pub(crate) fn job_error(&self, error: StoreError) -> JobError {
        match error.kind {
            _ if self.cancel.is_cancelled() => JobError::Failed(self.explain(error)),
            StoreErrorKind::Serialization => JobError::Lost(error),
            StoreErrorKind::Conflict if error.constraint.is_some() => JobError::Duplicate(error),
            StoreErrorKind::Locked => JobError::Waited(error),
            _ => JobError::Failed(self.explain(error)),
        }
    }

    /// Converts an error of the statements that write all at once: they do not say which row is
    /// the reason, so whatever may be about rows is asked for again, one by one.
    pub(crate) fn at_once_error(&self, error: StoreError) -> JobError {
        match error.kind {
            StoreErrorKind::Serialization
            | StoreErrorKind::Disconnected
            | StoreErrorKind::Locked
            | StoreErrorKind::Cancelled
            | StoreErrorKind::Full => self.job_error(error),
            _ => {
                tracing::info!(%error, "written one by one");
                JobError::Unproven
            }
        }
    }

    fn explain(&self, error: StoreError) -> Failure {
        if self.cancel.is_cancelled() {
            Failure::cancelled(&self.cancel)
        } else {
            Failure::from(error)
        }
    }
}

/// Records the outcome of a job in a ledger file. If it is unknown, the next program to open the
/// file asks the target.
async fn settle<T>(ledger: &mut Ledger, job: i64, done: &Result<T, JobError>) {
    let committed = match done {
        Ok(_) => true,
        Err(JobError::Failed(failure)) if failure.kind == FailureKind::Unreachable => return,
        Err(_) => false,
    };
    if let Err(error) = ledger.settle(job, committed).await {
        tracing::warn!(job, committed, %error, "cannot record the outcome of the job in the ledger");
    }
}
