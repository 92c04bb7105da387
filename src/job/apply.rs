//! Applying what was approved: lock, check, write, record, commit, in one
//! transaction, or nothing at all.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::failure::{Failure, FailureKind};
use super::plan::{Review, ground};
use super::progress::{Cancel, Phase, Reporter};
use super::watch::{Uncommitted, Watch};
use super::{init, lock};
use crate::engine::choice::Stale;
use crate::engine::{Approved, Outcome};
use crate::store::ledger::JobRow;
use crate::store::{
    Connection, Stamp, StoreError, StoreErrorKind, TableRows, Target, Timeouts, Writing, ledger, transaction,
};
use chrono::{Local, Utc};
use serde_json::json;

/// How often an apply begins anew after it lost against another transaction.
/// Each time it first locks the tables where it lost before, so that there is
/// an end to it beside a gateway that never pauses.
const ATTEMPTS: usize = 10;

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// How to apply.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// Who does it: goes into audit columns and the ledger.
    pub operator: String,
    /// How long to wait for what.
    pub timeouts: Timeouts,
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
        let mut contested = BTreeSet::new();
        let (number, tables) = loop {
            let failure = match self.attempt(&contested).await {
                Ok(done) => break done,
                Err(Obstacle::Lost(error)) if attempt < ATTEMPTS && !self.cancel.is_cancelled() => {
                    attempt += 1;
                    if error.operation.is_on_a_table() {
                        contested.insert(error.table);
                    }
                    tokio::time::sleep(PAUSE).await;
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
    async fn attempt(&self, contested: &BTreeSet<String>) -> Result<Done, Obstacle> {
        self.reporter.phase(Phase::Connect);
        let (mut connection, watch) =
            Watch::connect(&self.target, self.options.timeouts, &self.cancel).await?;
        let written = self.step(watch.over(self.write(&mut connection, contested)).await);
        let done = match written.flatten() {
            Ok(done) => self.commit(&mut connection, &watch, done).await,
            // Whatever a cancelled statement was taken for.
            Err(_) if self.cancel.is_cancelled() => Err(Failure::cancelled(&self.cancel).into()),
            Err(obstacle) => Err(obstacle),
        };
        match done {
            Ok(_) => transaction::close(connection).await,
            Err(_) => transaction::abandon(connection).await,
        }
        done
    }

    /// Does everything but the commit.
    async fn write(
        &self,
        connection: &mut Connection,
        contested: &BTreeSet<String>,
    ) -> Result<Done, Obstacle> {
        let started_at = Utc::now();
        let Self { options, reporter, cancel, .. } = self;
        lock::take(connection, &options.operator, options.timeouts.wait, reporter, cancel).await?;
        init::ensure(connection).await?;
        self.step(transaction::begin_writing(connection).await)?;
        self.step(transaction::lock_tables(connection, contested, options.timeouts).await)?;
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

    /// Commits.
    async fn commit(&self, connection: &mut Connection, watch: &Watch, done: Done) -> Result<Done, Obstacle> {
        let broke = |error: &StoreError, what: &str| {
            Failure::new(FailureKind::Unreachable, format!("the connection broke while committing; {what}"))
                .because(&error.message)
        };
        match watch.commit(connection, &self.reporter).await {
            Ok(()) => Ok(done),
            Err(Uncommitted::Refused(error)) => Err(self.obstacle(error)),
            Err(Uncommitted::RolledBack(error)) => Err(broke(&error, "nothing was written")
                .hint("check the server and the network, then try again")
                .into()),
            Err(Uncommitted::Unknown(error)) => Err(broke(
                &error,
                "whether everything or nothing was written is unknown",
            )
            .hint(format!(
                "see whether gatediff.jobs has job {}: if it does, everything was written, else nothing",
                done.0
            ))
            .into()),
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
        if self.cancel.is_cancelled() { Failure::cancelled(&self.cancel) } else { Failure::from(error) }
    }
}

fn stale(changed: Vec<Stale>) -> Failure {
    let mut failure =
        Failure::new(FailureKind::Stale, "the target changed since the plan; nothing was written")
            .hint("compare again, review what is new, and apply");
    failure.stale = changed;
    failure
}
