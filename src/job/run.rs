//! What every job that writes has in common: a connection of its own, the
//! lock, one transaction, and a record; or nothing at all.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::failure::{Failure, FailureKind};
use super::init;
use super::progress::{Cancel, Phase, Reporter};
use crate::store::ledger::{Backup, JournalRow, NewJob};
use crate::store::{
    Connection, Ledger, LedgerPlace, StoreError, StoreErrorKind, TableRows, Target, Timeouts, lock,
    transaction,
};

/// How often a job begins anew after it lost against another transaction.
const ATTEMPTS: usize = 3;

/// How long a cancelled statement is given before the server is asked again.
const INSIST: Duration = Duration::from_millis(100);

/// Where a job runs, and who listens.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) target: Target,
    pub(super) timeouts: Timeouts,
    pub(super) ledger: LedgerPlace,
    pub(super) reporter: Reporter,
    pub(super) cancel: Cancel,
}

/// What a job does inside its transaction.
pub(super) trait Work: Send + Sync {
    /// What came of it.
    type Done: Send;

    /// Returns what the ledger is to keep of it, whatever comes of it; nothing
    /// where it is rolled back anyway.
    fn facts(&self) -> Option<Facts<'_>>;

    /// Does everything but the commit.
    fn work<'a>(&'a self, open: &'a mut Open<'_>) -> BoxFuture<'a, Result<Self::Done, Obstacle>>;
}

/// What the ledger keeps of a job beside what it did.
pub(super) struct Facts<'a> {
    pub(super) command: &'a str,
    pub(super) platform: &'a str,
    pub(super) operator: &'a str,
    pub(super) target: &'a str,
    pub(super) file_path: &'a str,
    pub(super) file_sha256: &'a str,
    pub(super) choices: Value,
    pub(super) plan_id: Option<&'a str>,
    pub(super) undoes: Option<i64>,
    pub(super) whole: bool,
}

/// What a job did, for its record.
#[derive(Default)]
pub(super) struct Deeds<'a> {
    pub(super) counts: Value,
    pub(super) tables: &'a [TableRows],
    pub(super) journal: &'a [JournalRow],
    pub(super) backup: Option<&'a Backup>,
}

/// A transaction that is open, under the lock.
pub(super) struct Open<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) run: &'a Run,
    pub(super) ledger: Option<&'a mut Ledger>,
    started_at: DateTime<Utc>,
    recorded: Option<i64>,
}

impl Open<'_> {
    /// Records what the job did, in its transaction, and returns its number.
    pub(super) async fn record(&mut self, facts: &Facts<'_>, deeds: Deeds<'_>) -> Result<i64, Obstacle> {
        let Some(ledger) = self.ledger.as_deref_mut() else {
            return Err(Failure::new(FailureKind::Internal, "a rehearsal has no ledger").into());
        };
        let job = new_job(facts, self.started_at, deeds, None);
        let number = ledger.record(self.connection, &job).await;
        let number = number.map_err(|error| self.run.obstacle(error))?;
        self.recorded = Some(number);
        Ok(number)
    }

    /// Turns an error of the store into what it means for the job.
    pub(super) fn step<R>(&self, result: Result<R, StoreError>) -> Result<R, Obstacle> {
        result.map_err(|error| self.run.obstacle(error))
    }
}

fn new_job<'a>(
    facts: &'a Facts<'_>,
    started_at: DateTime<Utc>,
    deeds: Deeds<'a>,
    error: Option<&'a str>,
) -> NewJob<'a> {
    NewJob {
        command: facts.command,
        platform: facts.platform,
        operator: facts.operator,
        target: facts.target,
        file_path: facts.file_path,
        file_sha256: facts.file_sha256,
        started_at,
        finished_at: Utc::now(),
        counts: deeds.counts,
        table_rows: json!(deeds.tables),
        choices: facts.choices.clone(),
        plan_id: facts.plan_id,
        undoes: facts.undoes,
        whole: facts.whole,
        error,
        journal: deeds.journal,
        backup: deeds.backup,
    }
}

/// Why an attempt came to nothing.
pub(super) enum Obstacle {
    /// It lost against another transaction, and may win the next time.
    Lost(StoreError),
    /// There is no use in trying again.
    Failed(Failure),
}

impl From<Failure> for Obstacle {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Run {
    /// Runs a job until it is done, or lost too often. What failed is recorded
    /// too, as far as that is possible.
    pub(super) async fn job<W: Work>(&self, work: &W) -> Result<W::Done, Failure> {
        let started_at = Utc::now();
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(work, started_at).await {
                Ok(done) => return Ok(done),
                Err(Obstacle::Lost(_)) if attempt < ATTEMPTS && !self.cancel.is_cancelled() => {
                    attempt += 1;
                    continue;
                }
                Err(Obstacle::Lost(error)) => self.explain(error),
                Err(Obstacle::Failed(failure)) => failure,
            };
            tracing::warn!(kind = ?failure.kind, what = failure.what, attempt, "the job failed");
            self.record_failure(work, started_at, &failure).await;
            return Err(failure);
        }
    }

    /// One attempt on a connection of its own, which is closed at the end:
    /// that ends the lock, and whatever is still open.
    async fn attempt<W: Work>(&self, work: &W, started_at: DateTime<Utc>) -> Result<W::Done, Obstacle> {
        self.check_cancelled()?;
        self.reporter.phase(Phase::Connect);
        let mut connection = self.target.connect(self.timeouts).await.map_err(Failure::from)?;
        let backend = lock::backend(&mut connection).await.map_err(|error| self.obstacle(error))?;
        let watch = self.watch(backend);
        let mut ledger = None;
        let done = self.prepare(&mut connection, &mut ledger, work.facts().is_some()).await;
        let mut open = Open {
            connection: &mut connection,
            run: self,
            ledger: ledger.as_mut(),
            started_at,
            recorded: None,
        };
        let done = match done {
            Ok(()) => work.work(&mut open).await,
            Err(obstacle) => Err(obstacle),
        };
        let recorded = open.recorded;
        // From here on the commit must not be cancelled. The watch holds no
        // transaction: it may be dropped wherever it is.
        watch.abort();
        let done = match (done, recorded) {
            (Ok(done), Some(job)) => self.commit(&mut connection, &mut ledger, job).await.map(|()| done),
            (done, _) => done,
        };
        match (&done, recorded) {
            (Ok(_), Some(_)) => transaction::close(connection).await,
            _ => transaction::abandon(connection).await,
        }
        if let (Err(_), Some(job), Some(ledger)) = (&done, recorded, &mut ledger) {
            // Rolled back, or unknown: whoever opens the file next asks the target.
            if matches!(&done, Err(Obstacle::Failed(failure)) if failure.kind == FailureKind::Unreachable) {
                return done;
            }
            ledger.settle(job, false).await.ok();
        }
        done
    }

    /// Opens the ledger, takes the lock, begins the transaction.
    async fn prepare(
        &self,
        connection: &mut Connection,
        ledger: &mut Option<Ledger>,
        records: bool,
    ) -> Result<(), Obstacle> {
        self.reporter.phase(Phase::Lock);
        if records {
            *ledger = Some(init::open(&self.ledger, connection).await?);
        }
        let held = lock::take(connection).await.map_err(|error| self.obstacle(error))?;
        held.map_err(|holder| locked(&holder.who))?;
        transaction::begin_writing(connection).await.map_err(|error| self.obstacle(error))
    }

    /// Asks the server to cancel what this job runs, once it is to stop.
    fn watch(&self, backend: i32) -> tokio::task::JoinHandle<()> {
        let (cancel, target) = (self.cancel.clone(), self.target.clone());
        tokio::spawn(async move {
            cancel.asked().await;
            loop {
                lock::cancel(&target, backend).await;
                tokio::time::sleep(INSIST).await;
            }
        })
    }

    /// Commits. Where the connection breaks while it waits for the answer, the
    /// ledger tells whether the transaction came through: its row was in it.
    async fn commit(
        &self,
        connection: &mut Connection,
        ledger: &mut Option<Ledger>,
        job: i64,
    ) -> Result<(), Obstacle> {
        self.check_cancelled()?;
        self.reporter.phase(Phase::Commit);
        match transaction::commit(connection).await {
            Ok(()) => {
                if let Some(ledger) = ledger
                    && let Err(error) = ledger.settle(job, true).await
                {
                    // It is committed; the next one to open the file finds out.
                    tracing::warn!(job, %error, "cannot note the commit in the ledger");
                }
                Ok(())
            }
            Err(error) if error.kind == StoreErrorKind::Disconnected => {
                self.ask_ledger(ledger, job, &error).await
            }
            Err(error) => Err(self.obstacle(error)),
        }
    }

    async fn ask_ledger(
        &self,
        ledger: &mut Option<Ledger>,
        job: i64,
        error: &StoreError,
    ) -> Result<(), Obstacle> {
        let unknown = || {
            Failure::new(FailureKind::Unreachable, "the connection broke while committing")
                .because(&error.message)
                .hint(format!(
                    "see whether `gatediff history` has job {job} as done: if so everything was written, else nothing"
                ))
        };
        let Some(ledger) = ledger else { return Err(unknown().into()) };
        let mut connection = self.target.connect(self.timeouts).await.map_err(|_| unknown())?;
        match ledger.was_committed(&mut connection, job).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(Failure::new(FailureKind::Unreachable, "the connection broke; nothing was written")
                    .because(&error.message)
                    .hint("check the server and the network, then apply again")
                    .into())
            }
            Err(_) => Err(unknown().into()),
        }
    }

    /// Leaves a trace of what failed. Never in the way of telling why.
    async fn record_failure<W: Work>(&self, work: &W, started_at: DateTime<Utc>, failure: &Failure) {
        let Some(facts) = work.facts() else { return };
        // Who did not get in has nothing to record, and nowhere to.
        if matches!(failure.kind, FailureKind::Locked | FailureKind::Unreachable | FailureKind::Denied) {
            return;
        }
        let Ok(mut connection) = self.target.connect(self.timeouts).await else { return };
        let text = failure.to_string();
        let job = new_job(&facts, started_at, Deeds { counts: json!({}), ..Deeds::default() }, Some(&text));
        if let Ok(Some(mut ledger)) = Ledger::find(&self.ledger, &mut connection).await
            && let Err(error) = ledger.record(&mut connection, &job).await
        {
            tracing::warn!(%error, "cannot record the failed job");
        }
        transaction::close(connection).await;
    }

    pub(super) fn check_cancelled(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() { Err(self.cancelled()) } else { Ok(()) }
    }

    fn cancelled(&self) -> Failure {
        let failure = Failure::new(FailureKind::Cancelled, "cancelled; nothing was written");
        match self.cancel.why() {
            Some(why) => failure.because(why),
            None => failure,
        }
    }

    pub(super) fn obstacle(&self, error: StoreError) -> Obstacle {
        match error.kind {
            StoreErrorKind::Serialization if !self.cancel.is_cancelled() => Obstacle::Lost(error),
            _ => Obstacle::Failed(self.explain(error)),
        }
    }

    fn explain(&self, error: StoreError) -> Failure {
        if self.cancel.is_cancelled() { self.cancelled() } else { Failure::from(error) }
    }
}

fn locked(who: &str) -> Failure {
    Failure::new(FailureKind::Locked, "another gatediff job holds the target")
        .because(format!("held by {who}"))
        .hint("wait until it is done, and try again")
}
