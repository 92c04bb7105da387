//! Recording jobs on files, in a ledger file.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{FileTarget, Output, WrittenFile};
use crate::job::failure::{Failure, FailureKind};
use crate::job::output::{is_standard_output, make_own_directory, write_file};
use crate::store::LedgerPlace;
use crate::store::ledger::{FileLedger, NewJob};

/// The name of the ledger of files in our own state.
pub(in crate::job) const FILE_JOBS: &str = "files.ledger";

/// Opens the ledger for writing; its directory is one of ours if it is the default.
pub(super) async fn open(ledger: &LedgerPlace) -> Result<FileLedger, Failure> {
    let LedgerPlace::File(path) = ledger else {
        let what = "a job on a file is recorded in a ledger file";
        return Err(Failure::new(FailureKind::Usage, what)
            .hint("name it with --ledger, or set HOME or XDG_STATE_HOME"));
    };
    // Nobody else has one of that name: it is in our own state.
    if path.ends_with(FILE_JOBS) {
        make_own_directory(path)?;
    }
    Ok(FileLedger::open(path).await?)
}

impl FileTarget {
    /// Returns a job of this file.
    pub(super) fn job<'a>(&'a self, operator: &'a str, started_at: DateTime<Utc>) -> NewJob<'a> {
        NewJob {
            number: None,
            command: "",
            platform: self.platform(),
            operator,
            target: &self.path,
            file_path: "",
            file_sha256: "",
            started_at,
            finished_at: Utc::now(),
            counts: Value::Null,
            table_rows: json!([]),
            choices: json!({}),
            plan_id: None,
            undoes: None,
            whole: true,
            error: None,
            journal: &[],
            backup: None,
            is_backup_queued: false,
        }
    }
}

/// Records a job as about to be done, writes its file unless that is to be printed, and records how
/// that ended; returns the number of the job.
pub(super) async fn record(
    ledger: &mut FileLedger,
    job: &NewJob<'_>,
    output: &Output,
    bytes: Vec<u8>,
) -> Result<(i64, WrittenFile), Failure> {
    let number = ledger.record_alone(job).await?;
    let path = output.path.display().to_string();
    if is_standard_output(&output.path) {
        ledger.settle(number, true).await?;
        let printed = Some(bytes);
        return Ok((number, WrittenFile { path, printed }));
    }
    let (place, overwrite) = (output.path.clone(), output.overwrite);
    let writing = tokio::task::spawn_blocking(move || write_file(&place, &bytes, overwrite));
    let written = writing
        .await
        .map_err(|error| Failure::internal("writing the file", error))
        .flatten();
    ledger.settle(number, written.is_ok()).await?;
    let printed = None;
    written.map(|()| (number, WrittenFile { path, printed }))
}
