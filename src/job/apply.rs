//! Applying an approved plan: lock, check, write, record, commit, in one transaction, or nothing at
//! all.

use std::sync::Arc;
use std::time::Instant;

use chrono::{Local, NaiveDateTime, Utc};
use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::{Map, Value, json};

use super::at_once::AtOnce;
use super::check::{Checked, check};
use super::failure::{Failure, FailureKind};
use super::file_target::WrittenFile;
use super::history::used;
use super::plan::{Review, compare};
use super::progress::{Cancel, Phase, Reporter};
use super::rehearse::{Problem, Rehearsal};
use super::run::{JobBody, JobError, JobMetadata, JobOutcome, JobTransaction, Run};
use crate::engine::{Access, Approved, Outcome, Plan, Stale, Unpromised};
use crate::platform::{Comparison, ExportOptions, ImportOptions, Platform};
use crate::store::ledger::{Backup, BackupWriter};
use crate::store::restore::{journal_around_queued, journal_dependents};
use crate::store::{
    Holds, LedgerPlace, Reading, Stamp, TableRows, Target, Timeouts, Touched, Writer, Written,
};

/// How to apply.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// The operator: goes into audit columns and the ledger.
    pub operator: String,
    /// The timeouts.
    pub timeouts: Timeouts,
    /// Where the job is recorded.
    pub ledger: LedgerPlace,
    /// Whether a full export is kept before the first write.
    pub backup: bool,
    /// The saved plan that is applied; it is used once.
    pub plan: Option<String>,
    /// Whether it continues if the server changes something that is not part of the plan.
    pub accept_server_changes: bool,
    /// Whether counters that are behind their rows are moved.
    pub fix_counters: bool,
}

impl ApplyOptions {
    /// Returns the default options: with a backup, recorded in the target.
    pub fn new(operator: impl Into<String>, timeouts: Timeouts) -> Self {
        Self {
            operator: operator.into(),
            timeouts,
            ledger: LedgerPlace::Target,
            backup: true,
            plan: None,
            accept_server_changes: false,
            fix_counters: false,
        }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The job's number in the ledger.
    pub job: i64,
    /// The outcome of each item of the plan.
    pub outcomes: Vec<Outcome>,
    /// The changes of each table that was written.
    pub tables: Vec<TableRows>,
    /// The name of the saved backup.
    pub backup: Option<String>,
    /// The file that was written instead of the target.
    pub file: Option<WrittenFile>,
    /// How long it took.
    pub seconds: f64,
    /// Messages for the operator.
    pub notes: Vec<String>,
    /// What the server changed in addition to the plan, and was accepted.
    pub server_changes: Vec<Unpromised>,
    /// The access changes, based on the target as read under the lock; none for products that grant
    /// no access.
    pub access: Option<Access>,
}

impl Receipt {
    /// Counts the items with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.outcomes
            .iter()
            .filter(|other| **other == outcome)
            .count()
    }
}

/// Applies an approved plan to the target it was made against.
///
/// Reads the target again under the lock and refuses if an item to be written is no longer what the
/// plan was made for. Until the commit, `cancel` rolls it back.
///
/// # Errors
///
/// Nothing was written, whatever the failure, unless the connection breaks during the commit and
/// cannot be restored; the failure then says so.
pub fn apply(
    review: &Review,
    approved: Approved,
    target: &Target,
    options: &ApplyOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> impl Future<Output = Result<Receipt, Failure>> + Send + use<> {
    let (apply, run) = prepared(review, approved, target, options, reporter, cancel);
    async move {
        let begun = Instant::now();
        tracing::info!(
            target_database = apply.review.target,
            operator = apply.options.operator,
            steps = apply.approved.steps().len(),
            "apply started"
        );
        let done = run.job(&apply).await?;
        tracing::info!(job = done.job, "apply committed");
        Ok(Receipt {
            job: done.job,
            outcomes: apply.approved.outcomes().to_vec(),
            tables: done.tables,
            backup: done.backup,
            file: None,
            seconds: begun.elapsed().as_secs_f64(),
            notes: notes(apply.review.platform, done.checked.warnings),
            server_changes: done.checked.server_changes,
            access: done.access,
        })
    }
}

/// Runs the whole apply on the target and rolls it back.
///
/// Continues after rows that the database refuses, so that the refusals of every table are found.
/// Ids that were taken from sequences stay taken: PostgreSQL's sequences are not rolled back.
///
/// # Errors
///
/// As [`apply`]. A refused row is not an error but a problem of the rehearsal.
pub fn rehearse(
    review: &Review,
    approved: Approved,
    target: &Target,
    options: &ApplyOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> impl Future<Output = Result<Rehearsal, Failure>> + Send + use<> {
    let (apply, run) = prepared(review, approved, target, options, reporter, cancel);
    async move {
        let begun = Instant::now();
        let rehearsed = run.job(&Rehearsed(&apply)).await?;
        Ok(Rehearsal {
            outcomes: apply.approved.outcomes().to_vec(),
            tables: rehearsed.tables,
            problems: rehearsed.problems,
            notes: rehearsed.warnings,
            access: rehearsed.access,
            seconds: begun.elapsed().as_secs_f64(),
        })
    }
}

fn prepared(
    review: &Review,
    approved: Approved,
    target: &Target,
    options: &ApplyOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> (Apply, Run) {
    let apply = Apply {
        review: review.clone(),
        approved,
        options: options.clone(),
    };
    let run = Run::new(
        target,
        (&options.operator, options.timeouts, &options.ledger),
        reporter,
        cancel,
    );
    (apply, run)
}

/// A job; it owns its data, since it may outlive its caller.
struct Apply {
    review: Review,
    approved: Approved,
    options: ApplyOptions,
}

struct Done {
    job: i64,
    tables: Vec<TableRows>,
    backup: Option<String>,
    checked: Checked,
    access: Option<Access>,
}

impl JobBody for Apply {
    type Done = Done;

    fn metadata(&self) -> Option<JobMetadata<'_>> {
        Some(JobMetadata {
            command: "apply",
            platform: self.review.file.platform,
            operator: &self.options.operator,
            target: &self.review.target,
            file_path: &self.review.file.path,
            file_sha256: &self.review.file.sha256,
            choices: choices(&self.approved, &self.review.file.options),
            plan_id: self.options.plan.as_deref(),
            undoes: None,
            whole: true,
        })
    }

    fn holds(&self) -> Holds {
        self.review.comparison.holds(&self.approved)
    }

    fn keeps_documents(&self) -> bool {
        self.review.platform.keeps_documents()
    }

    fn execute<'a>(
        &'a self,
        open: &'a mut JobTransaction<'_>,
    ) -> BoxFuture<'a, Result<Done, JobError>> {
        async move {
            self.check_unused(open).await?;
            let (comparison, plan) = self.check(open).await?;
            let backup = self.backup(open, &*comparison).await?;
            let at_once = match comparison.checks_queued() {
                true => AtOnce::prepare(open, &self.review.platform.tables()).await?,
                false => None,
            };
            let is_backup_queued = at_once.is_some();
            let (written, mut checked) = match at_once {
                Some(at_once) => {
                    let content = backup.as_ref().map(|backup| backup.stored.as_slice());
                    let written = self
                        .write_at_once(open, comparison, at_once, content)
                        .await?;
                    (written, Checked::default())
                }
                None => self.write_one_by_one(open, &*comparison).await?,
            };
            checked.warnings.extend(written.notes);
            // Not before: it is large, and so are the queued rows, which are gone by now.
            let access = self.access(&plan);
            let mut metadata = self
                .metadata()
                .ok_or_else(|| Failure::new(FailureKind::Internal, "no job metadata"))?;
            if let (Some(access), Value::Object(choices)) = (&access, &mut metadata.choices) {
                choices.insert("access".to_owned(), json!(access.counted()));
            }
            open.run.reporter.phase(Phase::Record);
            let outcome = JobOutcome {
                counts: counts(&self.approved),
                tables: &written.tables,
                journal: &written.journal,
                backup: backup.as_ref(),
                is_backup_queued,
            };
            let job = open.record(&metadata, outcome).await?;
            let backup = backup.map(|backup| backup.name);
            Ok(Done {
                job,
                tables: written.tables,
                backup,
                checked,
                access,
            })
        }
        .boxed()
    }
}

impl Apply {
    /// Has the server write and journal everything, and meanwhile checks that this is what was
    /// shown.
    async fn write_at_once(
        &self,
        open: &mut JobTransaction<'_>,
        comparison: Arc<dyn Comparison>,
        AtOnce { number, catalog }: AtOnce,
        backup: Option<&[u8]>,
    ) -> Result<Written, JobError> {
        let failed = |error| open.run.at_once_error(error);
        let stamp = self.stamp(open.now());
        let report = open.run.reporter.steps(Phase::Write);
        let tables = self.review.platform.tables();
        let connection = &mut *open.connection;
        let mut writer =
            Writer::queueing(connection, &stamp, &report, number, Arc::clone(&catalog))
                .fixing_counters(self.options.fix_counters);
        comparison
            .write(&mut writer, &self.approved)
            .await
            .map_err(failed)?;
        let writes = writer.queued();
        let (approved, queued) = (self.approved.clone(), Arc::clone(&writes));
        let shown = tokio::task::spawn_blocking(move || comparison.is_shown(&approved, &queued));
        let around = journal_around_queued(&tables, &catalog, number, &writes);
        let is_written = writer.write_queued(&around, backup).await;
        let is_shown = shown
            .await
            .map_err(|error| Failure::internal("checking", error))?;
        let is_written = is_written.map_err(failed)?;
        if !(is_written && is_shown) {
            tracing::info!(is_written, is_shown, "written one by one");
            return Err(JobError::Unproven);
        }
        Ok(writer.finish())
    }

    /// Writes and journals row by row, and checks that the rows are what was shown.
    async fn write_one_by_one(
        &self,
        open: &mut JobTransaction<'_>,
        comparison: &dyn Comparison,
    ) -> Result<(Written, Checked), JobError> {
        let stamp = self.stamp(open.now());
        let report = open.run.reporter.steps(Phase::Write);
        let mut writer = Writer::new(open.connection, &stamp, &report)
            .fixing_counters(self.options.fix_counters);
        let job_error = |error| open.run.job_error(error);
        comparison
            .write(&mut writer, &self.approved)
            .await
            .map_err(job_error)?;
        let accept = self.options.accept_server_changes;
        let verify = |touched: Touched<'_>| Ok(comparison.verify(&self.approved, touched));
        let checked = check(&mut writer, accept, verify)
            .await
            .map_err(job_error)??;
        journal_dependents(&mut writer, &self.review.platform.tables())
            .await
            .map_err(job_error)?;
        Ok((writer.finish(), checked))
    }

    /// Refuses a saved plan that was used already.
    async fn check_unused(&self, open: &mut JobTransaction<'_>) -> Result<(), JobError> {
        let (Some(plan), Some(ledger)) = (&self.options.plan, open.ledger.as_deref_mut()) else {
            return Ok(());
        };
        let jobs = ledger.jobs(open.connection).await;
        let jobs = open.step(jobs)?;
        match used(&jobs, plan) {
            Some(failure) => Err(failure.into()),
            None => Ok(()),
        }
    }

    /// Returns the access changes by the plan as read under the lock: clients that are not written
    /// may hold more than when the approved plan was made.
    fn access(&self, plan: &Plan) -> Option<Access> {
        plan.access(|index| self.approved.is_written(index))
    }

    /// Reads the target again, and refuses if it is no longer what the plan was made for.
    async fn check(
        &self,
        open: &mut JobTransaction<'_>,
    ) -> Result<(Arc<dyn Comparison>, Arc<Plan>), JobError> {
        let report = open.run.reporter.steps(Phase::Check);
        let planned = &self.review.comparison;
        let reading = Reading {
            report: &report,
            zone: open.zone,
        };
        let read = Arc::clone(&self.review.bundle)
            .read_again(open.connection, reading, &**planned)
            .await;
        let (comparison, plan) = match open.step(read)? {
            None => (Arc::clone(planned), Arc::clone(&self.review.plan)),
            Some(read) => {
                let read: Arc<dyn Comparison> = Arc::from(read);
                let plan = Arc::new(compare(&read).await?);
                (read, plan)
            }
        };
        let changed = self.approved.stale(&plan);
        if !changed.is_empty() {
            return Err(stale(changed).into());
        }
        Ok((comparison, plan))
    }

    /// Takes a full export of the target before anything is written.
    async fn backup(
        &self,
        open: &mut JobTransaction<'_>,
        comparison: &dyn Comparison,
    ) -> Result<Option<Backup>, JobError> {
        if !self.options.backup {
            return Ok(None);
        }
        open.run.reporter.phase(Phase::Backup);
        let report = open.run.reporter.steps(Phase::Backup);
        let options = ExportOptions {
            description: format!("backup before the import of {}", self.review.file.path),
            origin: self.review.database.clone(),
            now: Some(Utc::now()),
            ..ExportOptions::default()
        };
        let mut backup = BackupWriter::default();
        let reading = Reading {
            report: &report,
            zone: open.zone,
        };
        let written = comparison
            .back_up(open.connection, reading, &options, &mut backup)
            .await;
        open.step(written)?;
        let name = self.review.platform.export_name(Local::now().naive_local());
        let backup = backup.finish(name).map_err(|error| {
            Failure::new(
                FailureKind::Internal,
                "cannot save the backup; nothing was written",
            )
            .because(error)
            .hint("apply with --no-backup; the journal is still kept")
        })?;
        Ok(Some(backup))
    }

    fn stamp(&self, now: NaiveDateTime) -> Stamp {
        Stamp {
            operator: self.options.operator.clone(),
            now,
        }
    }
}

/// Counts the items with each outcome, for the ledger.
pub(super) fn counts(approved: &Approved) -> Value {
    let count = |outcome| {
        approved
            .outcomes()
            .iter()
            .filter(|other| **other == outcome)
            .count()
    };
    json!({
        "added": count(Outcome::Added),
        "covered": count(Outcome::Covered),
        "unchanged": count(Outcome::Unchanged),
        "skipped": count(Outcome::Skipped),
        "blocked": count(Outcome::Blocked),
    })
}

/// Returns the choices, for the ledger: the items that are written, and how; and the rules that the
/// file was compared with.
pub(super) fn choices(approved: &Approved, options: &ImportOptions) -> Value {
    let plan = approved.plan();
    let entries = plan.entries().iter().zip(approved.outcomes());
    let items: Map<String, Value> = entries
        .filter(|(_, outcome)| matches!(outcome, Outcome::Added | Outcome::Covered))
        .map(|(entry, outcome)| (entry.item.id.to_string(), json!(outcome)))
        .collect();
    let mut choices = Map::new();
    choices.insert(
        "ignore_lack_api".to_owned(),
        json!(!plan.missing().is_empty()),
    );
    choices.insert("items".to_owned(), Value::Object(items));
    if !options.values.is_empty() {
        choices.insert("values".to_owned(), json!(options.values));
    }
    if !options.ignore.is_empty() {
        choices.insert("ignore".to_owned(), json!(options.ignore));
    }
    Value::Object(choices)
}

/// The same job, rolled back.
struct Rehearsed<'a>(&'a Apply);

struct RehearsalDone {
    tables: Vec<TableRows>,
    problems: Vec<Problem>,
    warnings: Vec<String>,
    access: Option<Access>,
}

impl JobBody for Rehearsed<'_> {
    type Done = RehearsalDone;

    fn metadata(&self) -> Option<JobMetadata<'_>> {
        None
    }

    fn keeps_documents(&self) -> bool {
        self.0.keeps_documents()
    }

    fn execute<'a>(
        &'a self,
        open: &'a mut JobTransaction<'_>,
    ) -> BoxFuture<'a, Result<RehearsalDone, JobError>> {
        async move {
            let apply = self.0;
            let (comparison, plan) = apply.check(open).await?;
            let stamp = apply.stamp(open.now());
            let report = open.run.reporter.steps(Phase::Write);
            let mut writer = Writer::rehearsing(open.connection, &stamp, &report)
                .fixing_counters(apply.options.fix_counters);
            let job_error = |error| open.run.job_error(error);
            comparison
                .write(&mut writer, &apply.approved)
                .await
                .map_err(job_error)?;
            let verify = |touched: Touched<'_>| Ok(comparison.verify(&apply.approved, touched));
            let checked = check(&mut writer, true, verify)
                .await
                .map_err(job_error)??;
            let written = writer.finish();
            let warnings = checked.warnings.into_iter().chain(written.notes).collect();
            let mut problems: Vec<Problem> = written
                .problems
                .into_iter()
                .flat_map(Problem::all_of)
                .collect();
            // Refused rows are missing; only a complete import can be checked against the plan.
            if problems.is_empty() && !apply.options.accept_server_changes {
                problems.extend(checked.server_changes.iter().map(Problem::from));
            }
            Ok(RehearsalDone {
                tables: written.tables,
                problems,
                warnings,
                access: apply.access(&plan),
            })
        }
        .boxed()
    }
}

/// Returns the messages after a job: what the check could not see, and what the product does next.
pub(crate) fn notes(platform: &dyn Platform, warnings: Vec<String>) -> Vec<String> {
    warnings
        .into_iter()
        .chain(platform.after_apply().iter().map(|note| (*note).to_owned()))
        .collect()
}

fn stale(changed: Vec<Stale>) -> Failure {
    let mut failure = Failure::new(
        FailureKind::Stale,
        "the target changed since the plan; nothing was written",
    )
    .hint("compare again, review what is new, and apply");
    failure.stale = changed;
    failure
}
