//! Applying what was approved: lock, check, write, record, commit, in one
//! transaction, or nothing at all.

use std::time::{Duration, Instant};

use super::failure::{Failure, FailureKind};
use super::init;
use super::plan::{Review, ground};
use super::progress::{Cancel, Phase, Reporter};
use crate::engine::choice::Stale;
use crate::engine::{Approved, Outcome};
use crate::store::ledger::JobRow;
use crate::store::{
    Connection, Stamp, StoreError, StoreErrorKind, TableRows, Target, Timeouts, Writing, ledger, lock,
    transaction,
};
use chrono::{Local, Utc};
use serde_json::json;

/// How often an apply begins anew after it lost against another transaction.
const ATTEMPTS: usize = 3;

/// How long a cancelled statement is given before the server is asked again.
const INSIST: Duration = Duration::from_millis(100);

/// How to apply.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// Who does it: goes into audit columns and the ledger.
    pub operator: String,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// The saved plan that is applied, by its number; a plan is used once.
    pub plan: Option<String>,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The job's number in the ledger.
    pub job: i64,
    /// What became of each item of the plan.
    pub outcomes: Vec<Outcome>,
    /// What was done to each table that was touched.
    pub tables: Vec<TableRows>,
    /// How long it took.
    pub seconds: f64,
    /// What the operator should know now.
    pub notes: Vec<String>,
}

impl Receipt {
    /// Counts the items with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.iter().filter(|other| **other == outcome).count()
    }
}

/// Applies an approved plan to the target it was made against.
///
/// Reads the target again under the lock and refuses if an item to be written
/// is no longer what the plan saw. Until the commit, `cancel` rolls it back.
///
/// # Errors
///
/// Nothing was written, whatever the failure; but for a connection that breaks
/// during the commit and stays away, which the failure then says.
pub fn apply(
    review: &Review,
    approved: Approved,
    target: &Target,
    options: &ApplyOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> impl Future<Output = Result<Receipt, Failure>> + Send + use<> {
    let job = Apply {
        review: review.clone(),
        approved,
        target: target.clone(),
        options: options.clone(),
        reporter: reporter.clone(),
        cancel: cancel.clone(),
    };
    async move { job.run().await }
}

/// A job; it owns what it works with, since it outlives whoever asked for it.
struct Apply {
    review: Review,
    approved: Approved,
    target: Target,
    options: ApplyOptions,
    reporter: Reporter,
    cancel: Cancel,
}

impl Apply {
    /// Tries until it is done, or lost too often.
    async fn run(self) -> Result<Receipt, Failure> {
        let begun = Instant::now();
        tracing::info!(
            target_database = self.review.target,
            operator = self.options.operator,
            steps = self.approved.steps().len(),
            "apply begins"
        );
        let mut attempt = 1;
        let (number, tables) = loop {
            let failure = match self.attempt().await {
                Ok(done) => break done,
                Err(Obstacle::Lost(_)) if attempt < ATTEMPTS && !self.cancel.is_cancelled() => {
                    attempt += 1;
                    continue;
                }
                Err(Obstacle::Lost(error)) => self.explain(error),
                Err(Obstacle::Failed(failure)) => failure,
            };
            tracing::warn!(kind = ?failure.kind, what = failure.what, "apply failed");
            return Err(failure);
        };
        tracing::info!(job = number, attempts = attempt, "apply committed");
        Ok(Receipt {
            job: number,
            outcomes: self.approved.outcomes().to_vec(),
            tables,
            seconds: begun.elapsed().as_secs_f64(),
            notes: self.review.platform.after_apply().iter().map(|note| (*note).to_owned()).collect(),
        })
    }
}

/// Why an attempt came to nothing.
enum Obstacle {
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

type Done = (i64, Vec<TableRows>);

impl Apply {
    /// One attempt on a connection of its own, which is closed at the end:
    /// that ends the lock, and whatever is still open.
    async fn attempt(&self) -> Result<Done, Obstacle> {
        self.check_cancelled()?;
        self.reporter.phase(Phase::Connect);
        let mut connection = self.target.connect(self.options.timeouts).await.map_err(Failure::from)?;
        let backend = lock::backend(&mut connection).await.map_err(|error| self.obstacle(error))?;
        let watch = self.watch(backend);
        let written = self.write(&mut connection).await;
        // From here on the commit must not be cancelled. The watch holds no
        // transaction: it may be dropped wherever it is.
        watch.abort();
        let done = match written {
            Ok(done) => self.commit(&mut connection, done).await,
            Err(obstacle) => Err(obstacle),
        };
        match done {
            Ok(_) => transaction::close(connection).await,
            Err(_) => transaction::abandon(connection).await,
        }
        done
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

    /// Does everything but the commit.
    async fn write(&self, connection: &mut Connection) -> Result<Done, Obstacle> {
        let started_at = Utc::now();
        self.reporter.phase(Phase::Lock);
        init::ensure(connection).await?;
        let held = lock::take(connection).await.map_err(|error| self.obstacle(error))?;
        held.map_err(|holder| locked(&holder.who))?;
        self.step(transaction::begin_writing(connection).await)?;
        let ground =
            self.step(ground(&self.review.bundle, connection, &self.reporter, Phase::Check).await)?;
        let changed = self.approved.stale(&ground.plan());
        if !changed.is_empty() {
            return Err(stale(changed).into());
        }
        let stamp = Stamp { operator: self.options.operator.clone(), now: Local::now().naive_local() };
        let report =
            |table: &str, done: usize, total: usize| self.reporter.step(Phase::Write, table, done, total);
        let writing = Writing { stamp: &stamp, report: &report };
        let tables = self.step(ground.write(connection, &self.approved, writing).await)?;
        let job = self.job_row(started_at, &tables);
        let number = self.step(ledger::record(connection, &job).await)?;
        Ok((number, tables))
    }

    /// Commits. Where the connection breaks while it waits for the answer, the
    /// ledger tells whether the transaction came through: its row was in it.
    async fn commit(&self, connection: &mut Connection, done: Done) -> Result<Done, Obstacle> {
        self.check_cancelled()?;
        self.reporter.phase(Phase::Commit);
        match transaction::commit(connection).await {
            Ok(()) => Ok(done),
            Err(error) if error.kind == StoreErrorKind::Disconnected => self.ask_ledger(done, &error).await,
            Err(error) => Err(self.obstacle(error)),
        }
    }

    async fn ask_ledger(&self, done: Done, error: &StoreError) -> Result<Done, Obstacle> {
        let unknown = || {
            Failure::new(FailureKind::Unreachable, "the connection broke while committing")
                .because(&error.message)
                .hint(format!(
                    "see whether gatediff.jobs has job {}: if it does, everything was written, else nothing",
                    done.0
                ))
        };
        let mut connection = self.target.connect(self.options.timeouts).await.map_err(|_| unknown())?;
        match ledger::has_job(&mut connection, done.0).await {
            Ok(true) => Ok(done),
            Ok(false) => {
                Err(Failure::new(FailureKind::Unreachable, "the connection broke; nothing was written")
                    .because(&error.message)
                    .hint("check the server and the network, then apply again")
                    .into())
            }
            Err(_) => Err(unknown().into()),
        }
    }

    fn job_row(&self, started_at: chrono::DateTime<Utc>, tables: &[TableRows]) -> JobRow<'_> {
        let count = |outcome| self.approved.outcomes().iter().filter(|other| **other == outcome).count();
        JobRow {
            command: "apply",
            platform: self.review.file.platform,
            operator: &self.options.operator,
            target: &self.review.target,
            file_path: &self.review.file.path,
            file_sha256: &self.review.file.sha256,
            started_at,
            counts: json!({
                "added": count(Outcome::Added),
                "covered": count(Outcome::Covered),
                "unchanged": count(Outcome::Unchanged),
                "skipped": count(Outcome::Skipped),
                "blocked": count(Outcome::Blocked),
            }),
            table_rows: json!(tables),
        }
    }

    fn check_cancelled(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() { Err(self.cancelled()) } else { Ok(()) }
    }

    fn cancelled(&self) -> Failure {
        let failure = Failure::new(FailureKind::Cancelled, "cancelled; nothing was written");
        match self.cancel.why() {
            Some(why) => failure.because(why),
            None => failure,
        }
    }

    fn step<R>(&self, result: Result<R, StoreError>) -> Result<R, Obstacle> {
        result.map_err(|error| self.obstacle(error))
    }

    fn obstacle(&self, error: StoreError) -> Obstacle {
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

fn stale(changed: Vec<Stale>) -> Failure {
    let mut failure =
        Failure::new(FailureKind::Stale, "the target changed since the plan; nothing was written")
            .hint("compare again, review what is new, and apply");
    failure.stale = changed;
    failure
}
