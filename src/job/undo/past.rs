//! The job to undo: what it did, and what of it was undone already.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::engine::selector::{Selector, SelectorError};
use crate::engine::{ItemId, KindInfo};
use crate::job::failure::{Failure, FailureKind};
use crate::job::history::no_job;
use crate::store::ledger::{JobRecord, JobState, JournalContents};
use crate::store::{Connection, Ledger, LedgerPlace};

/// Refuses a job that can never be undone.
pub(in crate::job) fn may_be_undone(
    record: &JobRecord,
    target: &str,
    ledger: &LedgerPlace,
) -> Result<(), Failure> {
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
    if matches!(ledger, LedgerPlace::File(_)) && place(&record.target) != place(target) {
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
pub(super) fn no_journal(record: &JobRecord) -> Failure {
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
pub(super) struct Past {
    pub(super) record: JobRecord,
    pub(super) contents: JournalContents,
    /// The items that other jobs undid and that are still undone.
    pub(super) gone: BTreeSet<String>,
}

impl Past {
    pub(super) async fn read(
        connection: &mut Connection,
        ledger: &LedgerPlace,
        job: i64,
    ) -> Result<Self, Failure> {
        let Some(mut ledger) = Ledger::find(ledger, connection).await? else {
            return Err(no_job(job));
        };
        let (jobs, contents) = ledger.jobs_and_contents(connection, job).await?;
        let record = jobs.iter().find(|record| record.job == job).cloned();
        let record = record.ok_or_else(|| no_job(job))?;
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
            contents,
            gone,
        })
    }
}

pub(super) fn nothing_chosen(
    record: &JobRecord,
    only: &[String],
    gone: &BTreeSet<String>,
) -> Failure {
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

pub(super) fn selectors(
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
