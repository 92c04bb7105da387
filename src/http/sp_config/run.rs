//! What a task does: an export, an import or its preview. Any server runs it,
//! and perhaps another one again after it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde::Serialize;

use super::request::{self, ImportRequest};
use super::results::{Differences, Results};
use super::types::{FORMAT, unsupported};
use crate::engine::Choices;
use crate::http::audit::Recorded;
use crate::http::import_all;
use crate::http::import_all::{Halted, Imported, Patience};
use crate::http::problem::Problem;
use crate::http::service::Service;
use crate::job::task::{self, TaskEnd, TaskId, TaskKind, TaskPart, TaskRecord, TaskState};
use crate::job::{
    self, ApplyOptions, Cancel, ExportOptions, Failure, FailureKind, Loaded, Reporter, Review,
};

/// The service's messages for a finished import.
const SEE_RESULTS: &str = "Download import results for details.";
const SEE_ERRORS: &str = "Import halted because of errors. Download results for error details.";

/// How often a task is started at most: one that takes its server down with it
/// must not take down every server, again and again.
const MAX_ATTEMPTS: i32 = 5;

/// How long an import waits for others: it never fails only because they went
/// first.
const PATIENCE: Patience = Patience {
    stale: Duration::from_secs(600),
    locked: Duration::from_secs(600),
};

/// An import to be done.
struct Import<'t> {
    task: &'t TaskRecord,
    loaded: Loaded,
    types: Vec<String>,
    backup: bool,
}

/// Does what a task says, and returns how it ended; none if that is not known
/// or was not its own fault: the task stays as it is for another attempt.
pub(super) async fn run(
    service: &Arc<Service>,
    task: &TaskRecord,
    cancel: &Cancel,
) -> Option<TaskEnd> {
    match attempt(service, task, cancel).await {
        Ok(end) => Some(end),
        Err(failure) if is_no_verdict(failure.kind) => {
            tracing::warn!(task = %task.id, %failure, "a task is left for another attempt");
            None
        }
        Err(failure) => Some(failed(&failure)),
    }
}

/// Says whether a failure says nothing about the task: the server is stopped,
/// or the target is away.
const fn is_no_verdict(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Cancelled | FailureKind::Unreachable)
}

/// One attempt. Fails only if nothing is known about how it ended, or nothing
/// was done.
async fn attempt(
    service: &Arc<Service>,
    task: &TaskRecord,
    cancel: &Cancel,
) -> Result<TaskEnd, Failure> {
    if task.attempts > 1
        && let Some((job, backup)) = service.tasks.written(&task.id).await?
    {
        return Ok(written_before(job, backup));
    }
    if task.attempts > MAX_ATTEMPTS {
        let text = format!("The server stopped {MAX_ATTEMPTS} times while it ran this task.");
        return Ok(ended(TaskState::Failed, text));
    }
    if task.kind == TaskKind::Export {
        let asked = match request::stored_export(task.options.as_bytes()) {
            Ok(asked) => asked,
            Err(problem) => return Ok(ended(TaskState::Failed, problem.text)),
        };
        return match unsupported(&asked.types, TaskKind::Export) {
            Some(message) => Ok(ended(TaskState::Failed, message)),
            None => exported(service, &asked.options, cancel).await,
        };
    }
    let Some(upload) = service.tasks.file(&task.id, TaskPart::Upload).await? else {
        return Ok(ended(TaskState::Failed, "The upload of the task is gone."));
    };
    let asked = match request::stored_import(Bytes::from(upload), task.options.as_bytes()) {
        Ok(asked) => asked,
        Err(problem) => return Ok(ended(TaskState::Failed, problem.text)),
    };
    let (types, backup) = (asked.types.clone(), asked.backup);
    let mut loaded = match load(asked).await {
        Ok(loaded) => loaded,
        Err(problem) => return Ok(ended(TaskState::Failed, problem.text)),
    };
    loaded.file.path = task::file_name(&task.id);
    let import = Import {
        task,
        loaded,
        types,
        backup,
    };
    imported(service, import, cancel).await
}

/// Returns the end of an import that an earlier attempt has committed.
fn written_before(job: i64, backup: Option<TaskId>) -> TaskEnd {
    let text = format!(
        "The server stopped after everything was written as job {job}, but before it could report this; the details are lost."
    );
    TaskEnd {
        job: Some(job),
        backup,
        ..ended(TaskState::Complete, text)
    }
}

/// Reads the file of an import, on its own thread.
pub(super) async fn load(asked: ImportRequest) -> Result<Loaded, Problem> {
    // An unknown type fails the task, not the request.
    let options = match unsupported(&asked.types, TaskKind::Import) {
        Some(_) => job::ImportOptions::default(),
        None => asked.options,
    };
    let load = move || job::load_bytes("data", &asked.file, Some(FORMAT), &options);
    let loaded = tokio::task::spawn_blocking(load)
        .await
        .map_err(|_| Problem::internal())?;
    Ok(loaded?)
}

pub(super) fn ended(state: TaskState, message: impl Into<String>) -> TaskEnd {
    TaskEnd {
        message: Some(message.into()),
        ..task::ended(state)
    }
}

/// Returns the result of a task that failed as a whole. Details about the
/// database go to the log only.
fn failed(failure: &Failure) -> TaskEnd {
    ended(TaskState::Failed, Problem::from(failure.clone()).text)
}

async fn exported(
    service: &Service,
    options: &ExportOptions,
    cancel: &Cancel,
) -> Result<TaskEnd, Failure> {
    let silent = Reporter::silent();
    let (target, timeouts) = (&service.target, service.timeouts);
    let exporting = job::export(Some(FORMAT), options, target, timeouts, &silent);
    // Nothing is written, so it may be dropped where it is.
    let exported = tokio::select! {
        biased;
        () = cancel.asked() => return Err(Failure::cancelled(cancel)),
        exported = exporting => exported?,
    };
    Ok(TaskEnd {
        files: vec![(TaskPart::Export, exported.bytes.into())],
        ..task::ended(TaskState::Complete)
    })
}

async fn imported(
    service: &Arc<Service>,
    import: Import<'_>,
    cancel: &Cancel,
) -> Result<TaskEnd, Failure> {
    if let Some(message) = unsupported(&import.types, TaskKind::Import) {
        let end = ended(TaskState::Failed, message);
        return Ok(with_results(end, &Results::default()));
    }
    let backup = match backup(service, &import, cancel).await? {
        Ok(backup) => backup,
        Err(end) => return Ok(with_results(end, &Results::default())),
    };
    let end = compared(service, &import, backup.as_ref(), cancel).await?;
    Ok(TaskEnd { backup, ..end })
}

/// Takes a full export first, as its own task.
async fn backup(
    service: &Arc<Service>,
    import: &Import<'_>,
    cancel: &Cancel,
) -> Result<Result<Option<TaskId>, TaskEnd>, Failure> {
    let task = import.task;
    if task.preview || !import.backup {
        return Ok(Ok(None));
    }
    let description = format!("Backup before import {}", task.id);
    let options = serde_json::json!({ "description": description }).to_string();
    let kept = service.tasks.back_up(task, FORMAT, options).await?;
    let _running = service.work.register(&kept, cancel);
    let options = ExportOptions {
        description,
        ..ExportOptions::default()
    };
    let end = match exported(service, &options, cancel).await {
        Err(failure) if !is_no_verdict(failure.kind) => failed(&failure),
        other => other?,
    };
    let (state, message) = (end.state, end.message.clone());
    service.tasks.finish(&kept, end).await?;
    Ok(match state {
        TaskState::Complete => Ok(Some(kept.id)),
        state => {
            let why = message.unwrap_or_default();
            Err(ended(state, format!("The backup failed: {why}")))
        }
    })
}

/// Compares and applies, or only compares.
async fn compared(
    service: &Service,
    import: &Import<'_>,
    backup: Option<&TaskId>,
    cancel: &Cancel,
) -> Result<TaskEnd, Failure> {
    let task = import.task;
    let options = ApplyOptions {
        backup: import.backup,
        accept_server_changes: service.accept_server_changes,
        // It is applied once, whoever else may still be at it.
        plan: Some(task::file_name(&task.id)),
        ..ApplyOptions::new(&*task.client, service.timeouts)
    };
    let describe = |end: TaskEnd, results: &Results, review: &Review| {
        let mut end = with_results(end, results);
        let differences = Differences::new(&review.plan, &Choices::everything(&review.plan));
        end.files
            .extend(json(&differences).map(|content| (TaskPart::Differences, content)));
        end
    };
    let look = |review: &Review, choices: &Choices| {
        let results = Results::new(
            &review.plan,
            &import.loaded.bundle.counts(),
            choices,
            backup,
        );
        if results.has_errors() {
            return Err(describe(
                ended(TaskState::Failed, SEE_ERRORS),
                &results,
                review,
            ));
        }
        Ok(results)
    };
    if task.preview {
        return match import_all::compare(service, &import.loaded, cancel).await {
            Ok(review) => Ok(
                look(&review, &Choices::everything(&review.plan)).map_or_else(
                    |end| end,
                    |results| describe(ended(TaskState::Complete, SEE_RESULTS), &results, &review),
                ),
            ),
            Err(failure) if is_no_verdict(failure.kind) => Err(failure),
            Err(failure) => Ok(with_results(failed(&failure), &Results::of_backup(backup))),
        };
    }
    let done = import_all::import(
        service,
        Recorded::by_task(task),
        &import.loaded,
        (&options, PATIENCE),
        cancel,
        |review, choices| look(review, choices).map(|_| ()),
    )
    .await;
    Ok(match done {
        Ok(Imported { review, receipt }) => {
            let choices = Choices::everything(&review.plan);
            let job = match &receipt {
                Some(receipt) => Some(receipt.job),
                // An earlier attempt may have committed after all.
                None if task.attempts > 1 => {
                    service.tasks.written(&task.id).await?.map(|(job, _)| job)
                }
                None => None,
            };
            let outcomes: Vec<_> = match &receipt {
                Some(receipt) => receipt.outcomes.clone(),
                None => review
                    .plan
                    .resolve(&choices)
                    .states()
                    .iter()
                    .map(|state| state.outcome)
                    .collect(),
            };
            let counts = import.loaded.bundle.counts();
            let results = Results::new(&review.plan, &counts, &choices, backup);
            let results = results.written(&review.plan, &outcomes);
            let end = ended(TaskState::Complete, SEE_RESULTS);
            describe(TaskEnd { job, ..end }, &results, &review)
        }
        Err(Halted::Refused(end)) => end,
        Err(Halted::Failed(failure, _)) if is_no_verdict(failure.kind) => return Err(failure),
        Err(Halted::Failed(failure, Some(review))) => {
            describe(failed(&failure), &Results::of_backup(backup), &review)
        }
        Err(Halted::Failed(failure, None)) => {
            with_results(failed(&failure), &Results::of_backup(backup))
        }
    })
}

fn with_results(mut end: TaskEnd, results: &Results) -> TaskEnd {
    end.files
        .extend(json(results).map(|content| (TaskPart::Results, content)));
    end
}

fn json<T: Serialize>(value: &T) -> Option<Arc<[u8]>> {
    serde_json::to_vec(value).ok().map(Into::into)
}
