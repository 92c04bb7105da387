//! Undoing a job: every row as it was before.

mod conflicts;
mod past;
mod referring;

use std::collections::BTreeSet;
use std::time::Instant;

use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::{Map, Value, json};

use self::conflicts::refused;
pub(super) use self::past::may_be_undone;
use self::past::{Past, no_journal, nothing_chosen, selectors};
use super::apply::notes;
use super::at_once::AtOnce;
use super::check::{Checked, check};
use super::failure::{Failure, FailureKind};
use super::file_target::WrittenFile;
use super::history::{self, no_job};
use super::item_name::item_id;
use super::monitor::ConnectionMonitor;
use super::progress::{Cancel, Phase, Reporter};
use super::run::{JobBody, JobError, JobMetadata, JobOutcome, JobTransaction, Run};
use crate::engine::{ItemId, Unpromised};
use crate::platform::{self, Platform};
use crate::store::ledger::{JobRecord, JournalContents, JournalRow};
use crate::store::restore::{ServerUndo, TableInfo, journal_dependents, promises, restore};
use crate::store::{LedgerPlace, Stamp, TableRows, Target, Timeouts, Touched, Writer, Written};

/// How to undo.
#[derive(Clone, Debug)]
pub struct UndoOptions {
    /// The operator: goes into the ledger.
    pub operator: String,
    /// The timeouts.
    pub timeouts: Timeouts,
    /// Where the job is recorded.
    pub ledger: LedgerPlace,
    /// Which items: `KIND` or `KIND:KEY` with `*` in KEY. All of them if empty.
    pub only: Vec<String>,
    /// Whether it continues if the server changes something that is not part of
    /// the plan.
    pub accept_server_changes: bool,
}

impl UndoOptions {
    /// Returns the default options: everything, recorded in the target.
    pub fn new(operator: impl Into<String>, timeouts: Timeouts) -> Self {
        Self {
            operator: operator.into(),
            timeouts,
            ledger: LedgerPlace::Target,
            only: Vec::new(),
            accept_server_changes: false,
        }
    }
}

/// What an undo did.
#[derive(Clone, Debug)]
pub struct Undone {
    /// Its own number in the ledger: an undo can be undone.
    pub job: i64,
    /// The job that was undone.
    pub undoes: i64,
    /// The items whose rows were restored or removed.
    pub items: Vec<ItemId>,
    /// The changes of each table.
    pub tables: Vec<TableRows>,
    /// The file that was written instead of the target.
    pub file: Option<WrittenFile>,
    /// How long it took.
    pub seconds: f64,
    /// Messages for the operator.
    pub notes: Vec<String>,
    /// What the server changed in addition to the plan, and was accepted.
    pub server_changes: Vec<Unpromised>,
}

/// Undoes a job: restores every row that it changed and removes what it added,
/// in one transaction. The undo is itself a job.
///
/// # Errors
///
/// Nothing was written, whatever the failure. Fails if a row has changed since
/// the job, or if something refers to a row that it added; the failure lists
/// all of them.
pub async fn undo(
    job: i64,
    target: &Target,
    options: &UndoOptions,
    reporter: &Reporter,
    cancel: &Cancel,
) -> Result<Undone, Failure> {
    let begun = Instant::now();
    let run = Run::new(
        target,
        (&options.operator, options.timeouts, &options.ledger),
        reporter,
        cancel,
    );
    let work = Undo::prepare(job, target, options.clone(), cancel).await?;
    tracing::info!(
        target_database = work.target,
        operator = options.operator,
        job,
        "undo started"
    );
    let (number, tables, checked) = run.job(&work).await?;
    tracing::info!(job = number, undoes = job, "undo committed");
    Ok(Undone {
        job: number,
        undoes: job,
        items: work.items,
        tables,
        file: None,
        seconds: begun.elapsed().as_secs_f64(),
        notes: notes(work.platform, checked.warnings),
        server_changes: checked.server_changes,
    })
}

/// Returns a job that can be undone according to the ledger.
///
/// # Errors
///
/// Fails if the job does not exist, or can never be undone.
pub async fn undoable(
    job: i64,
    target: &Target,
    timeouts: Timeouts,
    ledger: &LedgerPlace,
) -> Result<JobRecord, Failure> {
    let jobs = history::history(target, timeouts, ledger).await?;
    let record = jobs
        .into_iter()
        .find(|record| record.job == job)
        .ok_or_else(|| no_job(job))?;
    may_be_undone(&record, &target.display(), ledger)?;
    Ok(record)
}

struct Undo {
    record: JobRecord,
    platform: &'static dyn Platform,
    target: String,
    options: UndoOptions,
    /// What the job's journal contains.
    contents: JournalContents,
    /// The items to undo, as the journal names them.
    chosen: BTreeSet<String>,
    items: Vec<ItemId>,
    /// Whether this undoes the rest of the job.
    whole: bool,
    /// Whether no part of the job was undone before: counters belong to no item, and are restored
    /// with the whole job only.
    is_all: bool,
}

impl Undo {
    /// Reads what the job did. The ledger never changes what it once recorded,
    /// so this needs no lock.
    async fn prepare(
        job: i64,
        target: &Target,
        options: UndoOptions,
        cancel: &Cancel,
    ) -> Result<Self, Failure> {
        let (mut connection, monitor) =
            ConnectionMonitor::connect(target, options.timeouts, cancel).await?;
        let past = monitor
            .run(Past::read(&mut connection, &options.ledger, job))
            .await?;
        monitor.close(connection).await;
        let Past {
            record,
            contents,
            gone,
        } = past?;
        may_be_undone(&record, &target.display(), &options.ledger)?;
        let platform = platform::named(&record.platform).ok_or_else(|| {
            Failure::new(
                FailureKind::Refused,
                format!(
                    "job {job} is for a product that this version of gatediff does not support"
                ),
            )
            .because(&record.platform)
            .hint("undo it with the version that ran the job")
        })?;
        if contents.parts.is_empty() {
            return Err(no_journal(&record));
        }
        let owners: BTreeSet<&str> = contents
            .items
            .iter()
            .map(String::as_str)
            .filter(|item| !item.is_empty())
            .collect();
        let ids: Vec<ItemId> = owners.iter().map(|item| item_id(item)).collect();
        let selectors = selectors(&options.only, platform.kinds(), &ids)?;
        let chosen: BTreeSet<String> = owners
            .iter()
            .filter(|item| {
                let id = item_id(item);
                !gone.contains(**item)
                    && (selectors.is_empty()
                        || selectors.iter().any(|selector| selector.matches(&id)))
            })
            .map(|item| (*item).to_owned())
            .collect();
        if chosen.is_empty() {
            return Err(nothing_chosen(&record, &options.only, &gone));
        }
        let whole = owners
            .iter()
            .all(|item| chosen.contains(*item) || gone.contains(*item));
        let items = chosen.iter().map(|item| item_id(item)).collect();
        Ok(Self {
            record,
            platform,
            target: target.display(),
            options,
            contents,
            chosen,
            items,
            whole,
            is_all: whole && gone.is_empty(),
        })
    }
}

impl JobBody for Undo {
    type Done = (i64, Vec<TableRows>, Checked);

    fn metadata(&self) -> Option<JobMetadata<'_>> {
        let items: Map<String, Value> = self
            .items
            .iter()
            .map(|item| (item.to_string(), json!("restored")))
            .collect();
        Some(JobMetadata {
            command: "undo",
            platform: &self.record.platform,
            operator: &self.options.operator,
            target: &self.target,
            file_path: &self.record.file_path,
            file_sha256: &self.record.file_sha256,
            choices: json!({ "items": items }),
            plan_id: None,
            undoes: Some(self.record.job),
            whole: self.whole,
        })
    }

    /// Restoring a name must not race with another session that takes it.
    fn locks(&self) -> Vec<&'static str> {
        let named = self
            .platform
            .tables()
            .into_iter()
            .filter(|info| !info.names.is_empty());
        named
            .map(|info| info.name)
            .filter(|name| self.contents.parts.iter().any(|part| part.table == *name))
            .collect()
    }

    fn execute<'a>(
        &'a self,
        open: &'a mut JobTransaction<'_>,
    ) -> BoxFuture<'a, Result<Self::Done, JobError>> {
        async move {
            self.check_again(open).await?;
            open.run.reporter.phase(Phase::Check);
            let tables = self.platform.tables();
            let (written, checked) = match AtOnce::prepare(open, &tables).await? {
                Some(at_once) => {
                    let tables = self.restore_at_once(open, &tables, at_once).await?;
                    let written = Written {
                        tables,
                        ..Written::default()
                    };
                    (written, Checked::default())
                }
                None => self.restore_one_by_one(open, &tables).await?,
            };
            self.check_referring(open).await?;
            open.run.reporter.phase(Phase::Record);
            let metadata = self
                .metadata()
                .ok_or_else(|| Failure::new(FailureKind::Internal, "no job metadata"))?;
            let outcome = JobOutcome {
                counts: json!({ "restored": self.items.len() }),
                tables: &written.tables,
                journal: &written.journal,
                ..JobOutcome::default()
            };
            let job = open.record(&metadata, outcome).await?;
            Ok((job, written.tables, checked))
        }
        .boxed()
    }
}

impl Undo {
    /// Checks again under the lock: it may have been undone in the meantime.
    async fn check_again(&self, open: &mut JobTransaction<'_>) -> Result<(), JobError> {
        let Some(ledger) = open.ledger.as_deref_mut() else {
            return Ok(());
        };
        let now = history::find(ledger, open.connection, self.record.job).await?;
        if now.state == self.record.state && now.undone_by == self.record.undone_by {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Stale,
            format!("job {} was just undone", self.record.job),
        )
        .hint("see `gatediff history`")
        .into())
    }

    /// Has the server restore and journal everything.
    async fn restore_at_once(
        &self,
        open: &mut JobTransaction<'_>,
        tables: &[TableInfo],
        AtOnce { number, catalog }: AtOnce,
    ) -> Result<Vec<TableRows>, JobError> {
        let report = open.run.reporter.steps(Phase::Write);
        let undo = ServerUndo {
            tables,
            catalog: &catalog,
            past: self.record.job,
            contents: &self.contents,
            items: (!self.is_all).then_some(&self.chosen),
            job: number,
        };
        let restored = undo.run(open.connection, &report).await;
        let restored = restored.map_err(|error| open.run.at_once_error(error))?;
        restored.ok_or(JobError::Unproven)
    }

    /// Reads, restores and journals row by row, and checks that the rows are as they were.
    async fn restore_one_by_one(
        &self,
        open: &mut JobTransaction<'_>,
        tables: &[TableInfo],
    ) -> Result<(Written, Checked), JobError> {
        let journal = self.journal(open).await?;
        let stamp = Stamp {
            operator: self.options.operator.clone(),
            now: open.now(),
        };
        let report = open.run.reporter.steps(Phase::Write);
        let job_error = |error| open.run.job_error(error);
        let mut writer = Writer::new(open.connection, &stamp, &report);
        let conflicts = restore(&mut writer, tables, &journal).await;
        let conflicts = conflicts.map_err(job_error)?;
        if !conflicts.is_empty() {
            return Err(refused(self.record.job, conflicts).into());
        }
        let verify =
            |touched: Touched<'_>| Ok(touched.against(&promises(tables, &journal)?, tables));
        let checked = check(&mut writer, self.options.accept_server_changes, verify).await;
        let checked = checked.map_err(job_error)??;
        journal_dependents(&mut writer, tables)
            .await
            .map_err(job_error)?;
        Ok((writer.finish(), checked))
    }

    /// Reads the rows to undo, as the job left them.
    async fn journal(&self, open: &mut JobTransaction<'_>) -> Result<Vec<JournalRow>, JobError> {
        let Some(ledger) = open.ledger.as_deref_mut() else {
            return Ok(Vec::new());
        };
        let journal = ledger.journal(open.connection, self.record.job).await;
        let mut journal = open.step(journal)?;
        journal.retain(|row| self.is_all || self.chosen.contains(&*row.item));
        Ok(journal)
    }
}
