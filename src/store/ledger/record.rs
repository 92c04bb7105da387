//! The record of a job.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::backup::Backup;
use crate::store::TableRows;

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// It was committed.
    Done,
    /// A part of it was undone.
    PartlyUndone,
    /// It was undone.
    Undone,
    /// It wrote nothing.
    Failed,
    /// It was about to commit, and the target no longer knows its outcome.
    Unknown,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Done,
        Self::PartlyUndone,
        Self::Undone,
        Self::Failed,
        Self::Unknown,
    ];

    /// Returns its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::PartlyUndone => "partly-undone",
            Self::Undone => "undone",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// Says whether the job's transaction was committed.
    pub const fn has_written(self) -> bool {
        matches!(self, Self::Done | Self::PartlyUndone | Self::Undone)
    }
}

/// A recorded job. Contains no secret.
#[derive(Clone, Debug, Serialize)]
pub struct JobRecord {
    /// Its number.
    pub job: i64,
    /// What was done: `apply` or `undo`.
    pub command: String,
    /// How it ended, and what became of it since.
    pub state: JobState,
    /// The platform of the objects.
    pub platform: String,
    /// The operator.
    pub operator: String,
    /// The machine.
    pub host: String,
    /// The program, such as `gatediff/0.1.0`.
    pub program: String,
    /// The target, `user@host:port/database`.
    pub target: String,
    /// The imported file; for an undo that of the job it undid.
    pub file_path: String,
    /// Its SHA-256 in hexadecimal.
    pub file_sha256: String,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// How many items had each outcome, such as `added` or `restored`.
    pub counts: BTreeMap<String, u64>,
    /// The changes of each table.
    pub tables: Vec<TableRows>,
    /// What was chosen: `{"ignore_lack_api":false,"items":{"client:crm":"covered"}}`. Left out in
    /// lists of jobs: it may name every item of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Value>,
    /// The saved plan that it applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<String>,
    /// The job that it undid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<i64>,
    /// The last job that undid it, or a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<i64>,
    /// Whether it undid all of the other job.
    #[serde(skip)]
    pub whole: bool,
    /// Whether a backup was kept.
    pub has_backup: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Sets what undid every job: an undo that was itself undone no longer counts. `records` are newest
/// first.
pub(super) fn follow_undos(records: &mut [JobRecord]) {
    // An undo comes after its job, so each is settled before the jobs that it undoes.
    let mut undone: BTreeMap<i64, (i64, bool)> = BTreeMap::new();
    for record in records {
        if record.state != JobState::Done {
            continue;
        }
        if let Some((by, whole)) = undone.get(&record.job) {
            record.undone_by = Some(*by);
            record.state = if *whole {
                JobState::Undone
            } else {
                JobState::PartlyUndone
            };
        }
        if let Some(other) = record.undoes.filter(|_| record.state != JobState::Undone) {
            let (by, whole) = undone.entry(other).or_insert((record.job, false));
            *by = (*by).max(record.job);
            *whole |= record.whole;
        }
    }
}

/// A job to be recorded.
pub struct NewJob<'a> {
    /// Its number, if that was [reserved](super::Ledger::reserve).
    pub number: Option<i64>,
    /// What was done, such as `apply`.
    pub command: &'a str,
    /// The platform of the objects.
    pub platform: &'a str,
    /// The operator.
    pub operator: &'a str,
    /// The target, without a password.
    pub target: &'a str,
    /// The file's path.
    pub file_path: &'a str,
    /// The file's checksum.
    pub file_sha256: &'a str,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// How many items had each outcome.
    pub counts: Value,
    /// The changes of each table.
    pub table_rows: Value,
    /// The choices.
    pub choices: Value,
    /// The saved plan that it applied.
    pub plan_id: Option<&'a str>,
    /// The job that it undid.
    pub undoes: Option<i64>,
    /// Whether it undid all of it.
    pub whole: bool,
    /// Why it failed, if it did; it wrote nothing then.
    pub error: Option<&'a str>,
    /// The rows that it touched.
    pub journal: &'a [JournalRow],
    /// A full export from before the first write.
    pub backup: Option<&'a Backup>,
    /// Whether it was sent with the queue of the writes.
    pub is_backup_queued: bool,
}

/// A row that a job touched, whole, before and after. Rows are JSON texts as PostgreSQL's
/// `to_jsonb` gives them. They contain secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// The table.
    pub table: Arc<str>,
    /// The item that it belongs to, such as `client:crm`; empty for counters.
    pub item: Arc<str>,
    /// The columns of its primary key.
    pub key: String,
    /// The row before; none if it was inserted.
    pub before: Option<String>,
    /// The row after; none if it was deleted.
    pub after: Option<String>,
}

impl fmt::Debug for JournalRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JournalRow of {} for {}", self.table, self.item)
    }
}

/// Returns this machine's name.
pub(super) fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(job: i64, undoes: Option<i64>, whole: bool) -> JobRecord {
        JobRecord {
            job,
            command: "apply".to_owned(),
            state: JobState::Done,
            platform: String::new(),
            operator: String::new(),
            host: String::new(),
            program: String::new(),
            target: String::new(),
            file_path: String::new(),
            file_sha256: String::new(),
            started_at: DateTime::UNIX_EPOCH,
            finished_at: DateTime::UNIX_EPOCH,
            counts: BTreeMap::new(),
            tables: Vec::new(),
            choices: None,
            plan_id: None,
            undoes,
            undone_by: None,
            whole,
            has_backup: false,
            error: None,
        }
    }

    fn states(mut records: Vec<JobRecord>) -> Vec<(i64, JobState, Option<i64>)> {
        follow_undos(&mut records);
        records
            .iter()
            .map(|record| (record.job, record.state, record.undone_by))
            .collect()
    }

    #[test]
    fn a_job_is_undone_by_the_job_that_undoes_it() {
        let described = states(vec![record(2, Some(1), true), record(1, None, true)]);
        assert_eq!(
            described,
            [(2, JobState::Done, None), (1, JobState::Undone, Some(2))]
        );
    }

    #[test]
    fn an_undo_that_was_undone_counts_no_more() {
        let described = states(vec![
            record(3, Some(2), true),
            record(2, Some(1), true),
            record(1, None, true),
        ]);
        assert_eq!(
            described,
            [
                (3, JobState::Done, None),
                (2, JobState::Undone, Some(3)),
                (1, JobState::Done, None)
            ]
        );
    }

    #[test]
    fn a_job_of_which_a_part_was_undone_says_so() {
        let described = states(vec![record(2, Some(1), false), record(1, None, true)]);
        assert_eq!(described[1], (1, JobState::PartlyUndone, Some(2)));
    }

    #[test]
    fn an_undo_that_failed_undid_nothing() {
        let failed = JobRecord {
            state: JobState::Failed,
            ..record(2, Some(1), true)
        };
        assert_eq!(
            states(vec![failed, record(1, None, true)])[1],
            (1, JobState::Done, None)
        );
    }
}
