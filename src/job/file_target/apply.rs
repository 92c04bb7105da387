//! Writing a file instead of a target.

use std::sync::Arc;
use std::time::Instant;

use chrono::{Local, Utc};
use serde_json::{Value, json};

use super::jobs::{open, record};
use super::{FileTarget, Output};
use crate::engine::Approved;
use crate::job::apply::{ApplyOptions, Receipt, choices, counts};
use crate::job::failure::{Failure, FailureKind};
use crate::job::history;
use crate::job::plan::Review;
use crate::job::progress::{Phase, Reporter};
use crate::platform::{Emit, Emitted};
use crate::store::Stamp;
use crate::store::ledger::{Backup, BackupWriter, NewJob};

impl FileTarget {
    /// Writes what was approved to another file, and records it.
    ///
    /// # Errors
    ///
    /// Fails if that file cannot be written, is this one, or would not be exactly what was shown.
    /// Then nothing is written.
    pub async fn apply(
        &self,
        review: &Review,
        approved: &Approved,
        options: &ApplyOptions,
        output: &Output,
        reporter: &Reporter,
    ) -> Result<Receipt, Failure> {
        let (begun, started_at) = (Instant::now(), Utc::now());
        self.check_other(&output.path)?;
        let mut ledger = open(&options.ledger).await?;
        if let Some(plan) = &options.plan {
            history::used(&ledger.jobs().await?, plan).map_or(Ok(()), Err)?;
        }
        reporter.phase(Phase::Write);
        let emitted = self.emitted(review, approved, options, output.emit).await?;
        let backup = self.backup(options.backup)?;
        let access = review.plan.access(|index| approved.is_written(index));
        let mut chosen = choices(approved, &review.file.options);
        if let (Some(access), Value::Object(chosen)) = (&access, &mut chosen) {
            chosen.insert("access".to_owned(), json!(access.counted()));
        }
        let job = NewJob {
            command: "apply",
            file_path: &review.file.path,
            file_sha256: &review.file.sha256,
            counts: counts(approved),
            table_rows: json!(emitted.tables),
            choices: chosen,
            plan_id: options.plan.as_deref(),
            journal: &emitted.journal,
            backup: backup.as_ref(),
            ..self.job(&options.operator, started_at)
        };
        reporter.phase(Phase::Record);
        let (job, file) = record(&mut ledger, &job, output, emitted.bytes).await?;
        let findings = emitted.findings.into_iter();
        let warnings = findings.map(|finding| finding.message).collect();
        Ok(Receipt {
            job,
            outcomes: approved.outcomes().to_vec(),
            tables: emitted.tables,
            backup: backup.map(|backup| backup.name),
            file: Some(file),
            seconds: begun.elapsed().as_secs_f64(),
            notes: warnings,
            server_changes: Vec::new(),
            access,
        })
    }

    /// Makes the file, on a thread of its own.
    async fn emitted(
        &self,
        review: &Review,
        approved: &Approved,
        options: &ApplyOptions,
        emit: Emit,
    ) -> Result<Emitted, Failure> {
        let stamp = Stamp {
            operator: options.operator.clone(),
            now: Utc::now().naive_utc(),
        };
        let (comparison, approved) = (Arc::clone(&review.comparison), approved.clone());
        let making = move || comparison.emit(&approved, &stamp, emit);
        let made = tokio::task::spawn_blocking(making)
            .await
            .map_err(|error| Failure::internal("making the file", error))?;
        made.ok_or_else(|| {
            let what = "the file would not be exactly what was shown; nothing was written";
            Failure::new(FailureKind::Internal, what)
                .at(&self.path)
                .hint("report this as a bug of gatediff")
        })
    }

    /// Keeps the file as it is, so that the job can be undone; not a directory.
    fn backup(&self, is_wanted: bool) -> Result<Option<Backup>, Failure> {
        let Some(bytes) = self.bytes.as_ref().filter(|_| is_wanted) else {
            return Ok(None);
        };
        let mut backup = BackupWriter::default();
        backup.write(bytes);
        let name = self.loaded.platform.export_name(Local::now().naive_local());
        let failed = |error| Failure::internal("keeping a backup", error);
        backup.finish(name).map(Some).map_err(failed)
    }
}
