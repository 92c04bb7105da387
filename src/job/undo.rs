//! Undoing a job: every row as it was before.

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::Local;
use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::{Map, Value, json};

use super::apply::notes;
use super::check::{Checked, check};
use super::failure::{Failure, FailureKind};
use super::history::{self, no_job};
use super::item_name::item_id;
use super::monitor::ConnectionMonitor;
use super::progress::{Cancel, Phase, Reporter};
use super::run::{JobBody, JobError, JobMetadata, JobOutcome, JobTransaction, Run};
use crate::engine::selector::{Selector, SelectorError};
use crate::engine::{ItemId, KindInfo, Stale, StaleField, Unpromised, Value as EngineValue};
use crate::platform::{self, Platform};
use crate::store::ledger::{JobRecord, JobState, JournalRow};
use crate::store::restore::{
    CellChange, Conflict, ConflictKind, journal_dependents, promises, restore,
};
use crate::store::{
    Connection, Ledger, LedgerPlace, Stamp, TableRows, Target, Timeouts, Touched, Writer,
};

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
    may_be_undone(&record, target, ledger)?;
    Ok(record)
}

struct Undo {
    record: JobRecord,
    platform: &'static dyn Platform,
    target: String,
    options: UndoOptions,
    /// The rows to undo, as the job left them.
    journal: Vec<JournalRow>,
    items: Vec<ItemId>,
    /// Whether this undoes the rest of the job.
    whole: bool,
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
            mut journal,
            gone,
        } = past?;
        may_be_undone(&record, target, &options.ledger)?;
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
        if journal.is_empty() {
            return Err(no_journal(&record));
        }
        let owners: BTreeSet<&str> = journal
            .iter()
            .map(|row| &*row.item)
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
        // Counters belong to no item: they are restored only with the whole
        // job.
        journal.retain(|row| {
            if row.item.is_empty() {
                whole && gone.is_empty()
            } else {
                chosen.contains(&*row.item)
            }
        });
        let items = chosen.iter().map(|item| item_id(item)).collect();
        Ok(Self {
            record,
            platform,
            target: target.display(),
            options,
            journal,
            items,
            whole,
        })
    }
}

/// Refuses a job that can never be undone.
fn may_be_undone(record: &JobRecord, target: &Target, ledger: &LedgerPlace) -> Result<(), Failure> {
    let job = record.job;
    match record.state {
        JobState::Failed => {
            return Err(Failure::new(
                FailureKind::Refused,
                format!("job {job} wrote nothing: there is nothing to undo"),
            )
            .hint("see `gatediff history` for the jobs that wrote"));
        }
        JobState::Undone => {
            let by = record
                .undone_by
                .map_or_else(String::new, |by| format!(" by job {by}"));
            return Err(Failure::new(
                FailureKind::Refused,
                format!("job {job} was already undone{by}"),
            )
            .hint("undo the undo to restore it"));
        }
        JobState::Unknown => {
            return Err(Failure::new(
                FailureKind::Refused,
                format!("the outcome of job {job} is unknown"),
            )
            .because(
                "it was interrupted while committing, and the target no longer knows its outcome",
            )
            .hint("compare the file again with `gatediff plan` to see what was written"));
        }
        JobState::Done | JobState::PartlyUndone => {}
    }
    // A file may hold jobs of several targets.
    let place = |text: &str| {
        text.split_once('@')
            .map_or_else(|| text.to_owned(), |(_, place)| place.to_owned())
    };
    if matches!(ledger, LedgerPlace::File(_)) && place(&record.target) != place(&target.display()) {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("job {job} wrote to another target"),
        )
        .because(format!("it wrote to {}", record.target))
        .hint("name that target with --database-url"));
    }
    Ok(())
}

/// Returns the failure of a job of which no rows were kept.
fn no_journal(record: &JobRecord) -> Failure {
    Failure::new(
        FailureKind::Refused,
        format!("job {} kept no journal: it cannot be undone", record.job),
    )
    .because("it ran before gatediff kept a journal, or the journal was emptied")
    .hint(format!(
        "see `gatediff history {}` for what it wrote",
        record.job
    ))
    .hint("to go back, import an export that was made before the job, or restore a backup of the database")
}

/// What a job did, and what of it was undone.
struct Past {
    record: JobRecord,
    journal: Vec<JournalRow>,
    /// The items that other jobs undid and that are still undone.
    gone: BTreeSet<String>,
}

impl Past {
    async fn read(
        connection: &mut Connection,
        ledger: &LedgerPlace,
        job: i64,
    ) -> Result<Self, Failure> {
        let Some(mut ledger) = Ledger::find(ledger, connection).await? else {
            return Err(no_job(job));
        };
        let jobs = ledger.jobs(connection).await?;
        let record = history::find(&mut ledger, connection, job).await?;
        let journal = ledger.journal(connection, job).await?;
        let mut gone = BTreeSet::new();
        let undid = |other: &&JobRecord| {
            other.undoes == Some(job)
                && matches!(other.state, JobState::Done | JobState::PartlyUndone)
        };
        for other in jobs.iter().filter(undid) {
            let choices = ledger
                .choices(connection, other.job)
                .await?
                .unwrap_or_default();
            gone.extend(
                choices
                    .get("items")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flat_map(Map::keys)
                    .cloned(),
            );
        }
        Ok(Self {
            record,
            journal,
            gone,
        })
    }
}

fn nothing_chosen(record: &JobRecord, only: &[String], gone: &BTreeSet<String>) -> Failure {
    let failure = Failure::new(
        FailureKind::Usage,
        format!(
            "job {} has no items matching {} to undo",
            record.job,
            only.join(", ")
        ),
    );
    if gone.is_empty() {
        failure.hint(format!(
            "see `gatediff history {}` for its items",
            record.job
        ))
    } else {
        failure
            .because("they were already undone")
            .hint("see `gatediff history`")
    }
}

fn selectors(
    words: &[String],
    kinds: &[KindInfo],
    items: &[ItemId],
) -> Result<Vec<Selector>, Failure> {
    Selector::parse_all(words, kinds, &items.iter()).map_err(|error| {
        let hint = match error {
            SelectorError::NoMatch { .. } => "see `gatediff history JOB` for its items",
            _ => "use KIND, or KIND:KEY; KEY may contain *",
        };
        Failure::new(FailureKind::Usage, format!("--only: {error}")).hint(hint)
    })
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
            .filter(|name| self.journal.iter().any(|row| *row.table == **name))
            .collect()
    }

    fn execute<'a>(
        &'a self,
        open: &'a mut JobTransaction<'_>,
    ) -> BoxFuture<'a, Result<Self::Done, JobError>> {
        async move {
            self.check_again(open).await?;
            let stamp = Stamp {
                operator: self.options.operator.clone(),
                now: Local::now().naive_local(),
            };
            let reporter = open.run.reporter.clone();
            let report = |table: &str, done: usize, total: usize| {
                reporter.step(Phase::Write, table, done, total);
            };
            reporter.phase(Phase::Check);
            let tables = self.platform.tables();
            let mut writer = Writer::new(open.connection, &stamp, &report);
            let conflicts = restore(&mut writer, &tables, &self.journal).await;
            let conflicts = conflicts.map_err(|error| open.run.job_error(error))?;
            if !conflicts.is_empty() {
                return Err(refused(self.record.job, conflicts).into());
            }
            let verify = |touched: Touched<'_>| {
                Ok(touched.against(&promises(&tables, &self.journal)?, &tables))
            };
            let checked = check(&mut writer, self.options.accept_server_changes, verify).await;
            let checked = checked.map_err(|error| open.run.job_error(error))??;
            journal_dependents(&mut writer, &tables)
                .await
                .map_err(|error| open.run.job_error(error))?;
            let written = writer.finish();
            reporter.phase(Phase::Record);
            let metadata = self
                .metadata()
                .ok_or_else(|| Failure::new(FailureKind::Internal, "no job metadata"))?;
            let outcome = JobOutcome {
                counts: json!({ "restored": self.items.len() }),
                tables: &written.tables,
                journal: &written.journal,
                backup: None,
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
}

/// Says why a job cannot be undone: every conflicting row.
fn refused(job: i64, conflicts: Vec<Conflict>) -> Failure {
    let changed = conflicts
        .iter()
        .any(|conflict| !matches!(conflict.kind, ConflictKind::NeededBy(_)));
    let mut failure = if changed {
        Failure::new(
            FailureKind::Stale,
            format!("rows that job {job} wrote have since changed; nothing was written"),
        )
        .hint("leave these items as they are and undo the others with --only")
    } else {
        Failure::new(
            FailureKind::Blocked,
            format!("something depends on what job {job} added; nothing was written"),
        )
        .hint("remove what depends on it first, or undo other items with --only")
    };
    failure.stale = conflicts.into_iter().map(describe).collect();
    failure
}

fn describe(conflict: Conflict) -> Stale {
    let row = format!("{} ({})", conflict.table, conflict.key);
    let item = item_id(if conflict.owner.is_empty() {
        conflict.table
    } else {
        &conflict.owner
    });
    let (why, fields) = match conflict.kind {
        ConflictKind::Changed(columns) => {
            let names: Vec<&str> = columns
                .iter()
                .map(|change| change.column.as_str())
                .collect();
            let why = format!("{row} has since changed: {}", names.join(", "));
            (
                why,
                columns
                    .iter()
                    .map(|change| field(conflict.table, change))
                    .collect(),
            )
        }
        ConflictKind::Gone => (format!("{row} no longer exists"), Vec::new()),
        ConflictKind::Taken => (format!("{row} exists again"), Vec::new()),
        ConflictKind::NeededBy(by) => (format!("{row} is required by {by}"), Vec::new()),
        ConflictKind::Needs(what) => (
            format!("{row} requires {what}, which no longer exists"),
            Vec::new(),
        ),
        ConflictKind::NameTaken(by) => {
            (format!("the name of {row} is now used by {by}"), Vec::new())
        }
        ConflictKind::CountedOn => (format!("{row} has since advanced"), Vec::new()),
    };
    Stale { item, why, fields }
}

/// Describes a column in three states: as the job left it, now, and to restore.
fn field(table: &str, change: &CellChange) -> StaleField {
    let value = |value: &Value| match value {
        Value::Null => EngineValue::Null,
        Value::Number(number) if number.is_i64() => {
            EngineValue::Int(number.as_i64().unwrap_or_default())
        }
        Value::String(text) => EngineValue::Text(text.as_str().into()),
        other => EngineValue::Text(other.to_string().into()),
    };
    let (then, now, wanted) = match &change.values {
        Some([then, now, wanted]) => (value(then), value(now), value(wanted)),
        None => (EngineValue::Null, EngineValue::Null, EngineValue::Null),
    };
    StaleField {
        path: format!("/{table}/{}", change.column),
        then,
        now,
        wanted,
        secret: change.values.is_none(),
    }
}
