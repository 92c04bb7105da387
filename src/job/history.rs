//! Past jobs, and their backups.

use super::failure::{Failure, FailureKind};
use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::ledger::{Backup, JobRecord, JobState};
use crate::store::{Connection, Ledger, LedgerPlace, Target, Timeouts};

/// Returns every job of the ledger, newest first, without the choices; none if
/// there is no ledger.
///
/// # Errors
///
/// Fails if the target cannot be reached or the ledger cannot be read.
pub async fn history(
    target: &Target,
    timeouts: Timeouts,
    ledger: &LedgerPlace,
) -> Result<Vec<JobRecord>, Failure> {
    let (mut connection, monitor) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
    let reading = async {
        match Ledger::find(ledger, &mut connection).await? {
            Some(mut ledger) => ledger.jobs(&mut connection).await,
            None => Ok(Vec::new()),
        }
    };
    let jobs = monitor.run(reading).await.flatten()?;
    monitor.close(connection).await;
    Ok(jobs)
}

/// Returns a job in full.
///
/// # Errors
///
/// As [`history`]; and if there is no such job.
pub async fn past_job(
    target: &Target,
    timeouts: Timeouts,
    ledger: &LedgerPlace,
    job: i64,
) -> Result<JobRecord, Failure> {
    let (mut connection, monitor) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
    let reading = async {
        let Some(mut ledger) = Ledger::find(ledger, &mut connection).await? else {
            return Err(no_job(job));
        };
        let record = find(&mut ledger, &mut connection, job).await?;
        let choices = ledger.choices(&mut connection, job).await?;
        Ok(JobRecord { choices, ..record })
    };
    let record = monitor.run(reading).await?;
    monitor.close(connection).await;
    record
}

/// A backup that a job kept. Contains secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptBackup {
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The file.
    pub content: Vec<u8>,
}

/// Returns the backup that a job kept.
///
/// # Errors
///
/// Fails if there is no such job, if it kept none, or if what is kept is damaged.
pub async fn backup(
    target: &Target,
    timeouts: Timeouts,
    ledger: &LedgerPlace,
    job: i64,
) -> Result<KeptBackup, Failure> {
    let (mut connection, monitor) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
    let reading = async {
        let Some(mut ledger) = Ledger::find(ledger, &mut connection).await? else {
            return Err(no_job(job));
        };
        match ledger.backup(&mut connection, job).await? {
            Some(backup) => Ok(backup),
            None => {
                find(&mut ledger, &mut connection, job).await?;
                Err(no_backup(job))
            }
        }
    };
    let backup = monitor.run(reading).await?;
    monitor.close(connection).await;
    kept(job, backup?)
}

/// Returns the file that a backup holds.
///
/// # Errors
///
/// Fails if what is kept is damaged.
pub(super) fn kept(job: i64, backup: Backup) -> Result<KeptBackup, Failure> {
    let content = backup.content().map_err(|error| {
        let what = format!("the backup of job {job} is damaged");
        Failure::new(FailureKind::File, what)
            .because(error)
            .hint("restore the ledger from a backup of the database")
    })?;
    Ok(KeptBackup {
        sha256: backup.sha256,
        content,
    })
}

/// Returns the failure of a job that kept no backup.
pub(super) fn no_backup(job: i64) -> Failure {
    Failure::new(FailureKind::Refused, format!("job {job} kept no backup"))
        .because("it was applied with --no-backup, it failed, or it is an undo")
        .hint("see `gatediff history` for the jobs that have one")
}

/// Finds a job by its number.
pub(super) async fn find(
    ledger: &mut Ledger,
    connection: &mut Connection,
    job: i64,
) -> Result<JobRecord, Failure> {
    let jobs = ledger.jobs(connection).await?;
    jobs.into_iter()
        .find(|record| record.job == job)
        .ok_or_else(|| no_job(job))
}

/// Returns the failure of a job that the ledger does not have.
pub(super) fn no_job(job: i64) -> Failure {
    Failure::new(FailureKind::Usage, format!("job {job} not found in the ledger"))
        .hint("see `gatediff history` for the jobs of this target; those of a ledger file need --ledger FILE")
}

/// Returns the failure of a saved plan that a job applied already.
pub(crate) fn used(jobs: &[JobRecord], plan: &str) -> Option<Failure> {
    let by_plan =
        |job: &&JobRecord| job.plan_id.as_deref() == Some(plan) && job.state != JobState::Failed;
    jobs.iter().find(by_plan).map(|job| {
        Failure::new(
            FailureKind::Stale,
            "the plan was already applied; nothing was written",
        )
        .because(format!("job {} applied it", job.job))
        .hint("make a new plan with `gatediff plan --out`")
    })
}
