//! What the ledger keeps of a job.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::store::TableRows;

/// How a job ended, and what became of it since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// It wrote what it was to write.
    Done,
    /// A part of it was undone since.
    PartlyUndone,
    /// It was undone since.
    Undone,
    /// It wrote nothing.
    Failed,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Done, Self::PartlyUndone, Self::Undone, Self::Failed];

    /// Returns the word that the ledger holds and people read.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::PartlyUndone => "partly-undone",
            Self::Undone => "undone",
            Self::Failed => "failed",
        }
    }
}

/// A job as the ledger has it. Holds no secret.
#[derive(Clone, Debug, Serialize)]
pub struct JobRecord {
    /// Its number.
    pub job: i64,
    /// What was done: `apply` or `undo`.
    pub command: String,
    /// How it ended, and what became of it since.
    pub state: JobState,
    /// Whose objects it wrote.
    pub platform: String,
    /// Who did it.
    pub operator: String,
    /// On which machine.
    pub host: String,
    /// With which program, such as `gatediff/0.1.0`.
    pub program: String,
    /// The target, `user@host:port/database`.
    pub target: String,
    /// The imported file; empty for an undo.
    pub file_path: String,
    /// Its SHA-256 in hexadecimal; empty for an undo.
    pub file_sha256: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// How many items had which outcome, such as `added` or `restored`.
    pub counts: BTreeMap<String, u64>,
    /// What was done to which table.
    pub tables: Vec<TableRows>,
    /// The job that it undid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<i64>,
    /// The last job that undid it, or a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<i64>,
    /// Whether a backup was kept.
    pub has_backup: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
