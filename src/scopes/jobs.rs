//! API scopes: reading them, and editing them as the product's own page does,
//! as ordinary jobs.

mod file;

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::{Map, Value, json};

pub use self::file::load;
use super::edit::Edit;
use super::planned::{Planned, Refused};
use super::violation::violated;
use super::write::{LOCKED, LOCKED_BY_REPAIR, findings, write};
use super::{Catalogue, ScopeFinding, read};
use crate::engine::{Change, ItemId, Unpromised};
use crate::job::apply::notes;
use crate::job::check::{Checked, check as check_written};
use crate::job::failure::{Failure, FailureKind};
use crate::job::monitor::ConnectionMonitor;
use crate::job::progress::{Cancel, Phase, Reporter};
use crate::job::run::{JobBody, JobError, JobMetadata, JobOutcome, JobTransaction, Run};
use crate::platform::Platform as _;
use crate::platform::digirunner::Digirunner;
use crate::store::restore::journal_dependents;
use crate::store::{LedgerPlace, Reading, Stamp, TableRows, Target, Timeouts, Touched, Writer};

/// How to edit.
#[derive(Clone, Debug)]
pub struct EditOptions {
    /// The operator: goes into audit columns and the ledger.
    pub operator: String,
    /// The timeouts.
    pub timeouts: Timeouts,
    /// Where the job is recorded.
    pub ledger: LedgerPlace,
    /// Whether it continues if the server changes something that is not part of
    /// the plan.
    pub accept_server_changes: bool,
    /// Whether counters that are behind their rows are moved.
    pub fix_counters: bool,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The job's number in the ledger; none if there was nothing to do and
    /// nothing was written.
    pub job: Option<i64>,
    /// What was done, as one word: `created`, `updated`, `deleted`, `given`,
    /// `taken`, `repaired`.
    pub verb: &'static str,
    /// The affected items.
    pub items: Vec<ItemId>,
    /// The scope's id, if it is about one.
    pub id: Option<Arc<str>>,
    /// What differs in the scope.
    pub changes: Vec<Change>,
    /// The changes of each table.
    pub tables: Vec<TableRows>,
    /// How long it took.
    pub seconds: f64,
    /// Messages for the operator.
    pub notes: Vec<String>,
    /// What the server changed in addition to the plan, and was accepted.
    pub server_changes: Vec<Unpromised>,
}

/// Reads every scope of a target, and everything that a scope can refer to.
///
/// # Errors
///
/// Fails if the target cannot be reached or read.
pub async fn catalogue(
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Catalogue, Failure> {
    let report = reporter.steps(Phase::Snapshot);
    ConnectionMonitor::read(target, timeouts, reporter, async |connection, zone| {
        let reading = Reading {
            report: &report,
            zone,
        };
        read::catalogue(connection, reading).await
    })
    .await
}

/// Edits scopes: under the lock, in one transaction, recorded with every row
/// that it changed. Until the commit, `cancel` rolls it back.
///
/// # Errors
///
/// Nothing was written, whatever the failure. Violated rules of the product are
/// in [`Failure::violations`]: of kind `Blocked`, or `Stale` (1286) if the
/// scope changed since the operator saw it, or `Refused` (1298, 1344) if the
/// scope or client does not exist.
pub async fn edit(
    edit: Edit,
    target: &Target,
    options: &EditOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> Result<Edited, Failure> {
    check_codes(&edit)?;
    let begun = Instant::now();
    let run = Run::new(
        target,
        (&options.operator, options.timeouts, &options.ledger),
        reporter,
        cancel,
    );
    let about = edit
        .scope()
        .map_or_else(|| "scopes".to_owned(), |item| item.to_string());
    let work = Editing {
        edit,
        options: options.clone(),
        target: target.display(),
        about,
    };
    let command = work.edit.command();
    tracing::info!(
        target_database = work.target,
        operator = options.operator,
        command,
        "edit started"
    );
    let done = run.job(&work).await?;
    tracing::info!(job = done.job, command, "edit committed");
    let mut described = done.planned.notes;
    let mut server_changes = Vec::new();
    if let Some(checked) = done.checked {
        described.extend(done.notes);
        described.extend(notes(&Digirunner, checked.warnings));
        server_changes = checked.server_changes;
    }
    Ok(Edited {
        job: done.job,
        verb: work.edit.verb(),
        items: done.planned.items,
        id: done.planned.id,
        changes: done.planned.differences,
        tables: done.tables,
        seconds: begun.elapsed().as_secs_f64(),
        notes: described,
        server_changes,
    })
}

/// An edit as a job.
struct Editing {
    edit: Edit,
    options: EditOptions,
    target: String,
    /// The name of its subject in the ledger.
    about: String,
}

struct Done {
    job: Option<i64>,
    planned: Planned,
    tables: Vec<TableRows>,
    /// What the writer noted, such as counters that were moved.
    notes: Vec<String>,
    checked: Option<Checked>,
}

impl Editing {
    fn metadata_of(&self, items: &[ItemId]) -> JobMetadata<'_> {
        let verb = self.edit.verb();
        let items: Map<String, Value> = items
            .iter()
            .map(|item| (item.to_string(), json!(verb)))
            .collect();
        JobMetadata {
            command: self.edit.command(),
            platform: Digirunner.name(),
            operator: &self.options.operator,
            target: &self.target,
            file_path: &self.about,
            file_sha256: "",
            choices: json!({ "items": items }),
            plan_id: None,
            undoes: None,
            whole: true,
        }
    }
}

impl JobBody for Editing {
    type Done = Done;

    fn metadata(&self) -> Option<JobMetadata<'_>> {
        Some(self.metadata_of(&[]))
    }

    fn locks(&self) -> Vec<&'static str> {
        if matches!(self.edit, Edit::Repair { .. }) {
            LOCKED_BY_REPAIR.to_vec()
        } else {
            LOCKED.to_vec()
        }
    }

    fn execute<'a>(
        &'a self,
        open: &'a mut JobTransaction<'_>,
    ) -> BoxFuture<'a, Result<Done, JobError>> {
        async move {
            let stamp = Stamp {
                operator: self.options.operator.clone(),
                now: open.now(),
            };
            let reporter = open.run.reporter.clone();
            let checks = |table: &str, done, total| reporter.step(Phase::Check, table, done, total);
            let writes = |table: &str, done, total| reporter.step(Phase::Write, table, done, total);
            let mut writer = Writer::new(open.connection, &stamp, &writes)
                .fixing_counters(self.options.fix_counters);
            let reading = Reading {
                report: &checks,
                zone: open.zone,
            };
            let written = write(&mut writer, reading, &self.edit).await;
            let planned = written
                .map_err(|error| open.run.job_error(error))?
                .map_err(refused)?;
            if planned.items.is_empty() {
                return Ok(Done {
                    job: None,
                    planned,
                    tables: Vec::new(),
                    notes: Vec::new(),
                    checked: None,
                });
            }
            let verify = |touched: Touched<'_>| Ok(planned.verify(&self.edit, touched));
            let checked =
                check_written(&mut writer, self.options.accept_server_changes, verify).await;
            let checked = checked.map_err(|error| open.run.job_error(error))??;
            journal_dependents(&mut writer, &Digirunner.tables())
                .await
                .map_err(|error| open.run.job_error(error))?;
            let written = writer.finish();
            reporter.phase(Phase::Record);
            let outcome = JobOutcome {
                counts: json!({ (self.edit.verb()): planned.items.len() }),
                tables: &written.tables,
                journal: &written.journal,
                ..JobOutcome::default()
            };
            let job = open
                .record(&self.metadata_of(&planned.items), outcome)
                .await?;
            Ok(Done {
                job: Some(job),
                planned,
                tables: written.tables,
                notes: written.notes,
                checked: Some(checked),
            })
        }
        .boxed()
    }
}

fn refused(refused: Refused) -> Failure {
    let mut failure = violated(refused.violations);
    failure.stale = refused.stale;
    failure
}

/// Checks for inconsistent scopes that the product itself leaves behind.
///
/// # Errors
///
/// Fails if the target cannot be reached or read.
pub async fn check(
    target: &Target,
    timeouts: Timeouts,
    reporter: &Reporter,
) -> Result<Vec<ScopeFinding>, Failure> {
    let report = reporter.steps(Phase::Snapshot);
    ConnectionMonitor::read(target, timeouts, reporter, async |connection, zone| {
        let reading = Reading {
            report: &report,
            zone,
        };
        findings(connection, reading).await
    })
    .await
}

/// Refuses unknown codes.
fn check_codes(edit: &Edit) -> Result<(), Failure> {
    let Edit::Repair { codes } = edit else {
        return Ok(());
    };
    let unknown = codes
        .iter()
        .find(|code| !ScopeFinding::codes().any(|known| known == *code));
    unknown.map_or(Ok(()), |code| {
        let known: Vec<&str> = ScopeFinding::codes().collect();
        Err(Failure::new(
            FailureKind::Usage,
            format!("unknown finding '{code}'; nothing was written"),
        )
        .hint(format!("known: {}", known.join(", "))))
    })
}
