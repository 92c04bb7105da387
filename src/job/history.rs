//! Past jobs, and their backups.

use super::failure::{Failure, FailureKind};
use crate::store::ledger::{Backup, JobRecord};
use crate::store::{Connection, Ledger, LedgerPlace, Target, Timeouts, transaction};

/// Returns every job of the ledger, newest first; none where there is no ledger.
///
/// # Errors
///
/// Fails if the target cannot be reached or the ledger not be read.
pub async fn history(
    target: &Target,
    timeouts: Timeouts,
    ledger: &LedgerPlace,
) -> Result<Vec<JobRecord>, Failure> {
    let mut connection = target.connect(timeouts).await?;
    let jobs = match Ledger::find(ledger, &mut connection).await? {
        Some(mut ledger) => ledger.jobs(&mut connection).await?,
        None => Vec::new(),
    };
    transaction::close(connection).await;
    Ok(jobs)
}

/// Returns the backup that a job kept.
///
/// # Errors
///
/// Fails if there is no such job, or it kept none.
pub async fn backup(
    target: &Target,
    timeouts: Timeouts,
    ledger: &LedgerPlace,
    job: i64,
) -> Result<Backup, Failure> {
    let mut connection = target.connect(timeouts).await?;
    let Some(mut ledger) = Ledger::find(ledger, &mut connection).await? else {
        return Err(no_job(job));
    };
    let backup = ledger.backup(&mut connection, job).await?;
    if backup.is_none() {
        find(&mut ledger, &mut connection, job).await?;
    }
    transaction::close(connection).await;
    backup.ok_or_else(|| {
        Failure::new(FailureKind::Refused, format!("job {job} kept no backup"))
            .because("it was applied without one, it failed, or it is an undo")
            .hint("see `gatediff history` for the jobs that have one")
    })
}

/// Finds a job by its number.
pub(super) async fn find(
    ledger: &mut Ledger,
    connection: &mut Connection,
    job: i64,
) -> Result<JobRecord, Failure> {
    let jobs = ledger.jobs(connection).await?;
    jobs.into_iter().find(|record| record.job == job).ok_or_else(|| no_job(job))
}

/// Returns the failure of a job that the ledger does not have.
pub fn no_job(job: i64) -> Failure {
    Failure::new(FailureKind::Usage, format!("there is no job {job} in the ledger"))
        .hint("see `gatediff history` for the jobs of this target; those of a ledger file need --ledger FILE")
}
