//! Background work: exports, imports and previews, each a task whose result is
//! recorded.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::results::{Differences, Results};
use super::types::{FORMAT, unsupported};
use crate::engine::Choices;
use crate::http::import_all;
use crate::http::import_all::{Halted, Imported};
use crate::http::problem::Problem;
use crate::http::queue::{Running, Slot};
use crate::http::service::Service;
use crate::job::task::{self, Asked, TaskEnd, TaskId, TaskKind, TaskPart, TaskRecord, TaskState};
use crate::job::{
    self, ApplyOptions, ExportOptions, Failure, FailureKind, Loaded, Reporter, Review,
};

/// The service's messages for a finished import.
const SEE_RESULTS: &str = "Download import results for details.";
const SEE_ERRORS: &str = "Import halted because of errors. Download results for error details.";

/// How often, and at what interval, recording a task's result is retried.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(3);

/// An export to be done.
pub(super) struct Export {
    pub(super) task: TaskId,
    pub(super) options: ExportOptions,
    /// The types that it names.
    pub(super) types: Vec<String>,
}

/// An import to be done.
pub(super) struct Import {
    pub(super) task: TaskId,
    pub(super) loaded: Loaded,
    pub(super) types: Vec<String>,
    pub(super) preview: bool,
    pub(super) backup: bool,
    /// The client that requested it.
    pub(super) client: String,
}

/// Runs an export when its turn comes.
pub(super) fn export(service: &Arc<Service>, place: Slot, export: Export) {
    let service = Arc::clone(service);
    tokio::spawn(async move {
        let id = export.task.clone();
        let Some(turn) = begin(&service, place, &id).await else {
            return;
        };
        let working = Arc::clone(&service);
        let end = guarded(async move { exported(&working, &export).await }).await;
        finish(&service, &id, end).await;
        drop(turn);
    });
}

/// Runs an import when its turn comes.
pub(super) fn import(service: &Arc<Service>, place: Slot, import: Import) {
    let service = Arc::clone(service);
    tokio::spawn(async move {
        let id = import.task.clone();
        let Some(turn) = begin(&service, place, &id).await else {
            return;
        };
        let (working, cancel) = (Arc::clone(&service), turn.cancel.clone());
        let end = guarded(async move { imported(&working, import, &cancel).await }).await;
        finish(&service, &id, end).await;
        drop(turn);
    });
}

/// Waits for the turn of a task. A task that never gets one counts as cancelled
/// when the server shuts down.
async fn begin(service: &Service, place: Slot, id: &TaskId) -> Option<Running> {
    let turn = place.start().await.ok()?;
    match service.tasks.begin(id).await {
        Ok(true) => Some(turn),
        Ok(false) => None,
        Err(failure) => {
            tracing::error!(task = %id, %failure, "cannot start a task");
            finish(service, id, failed(&failure)).await;
            None
        }
    }
}

/// Also ends a task whose work panics.
async fn guarded(work: impl Future<Output = TaskEnd> + Send + 'static) -> TaskEnd {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a task panicked");
        ended(
            TaskState::Failed,
            "Internal error; nothing was written. See the server's log.",
        )
    })
}

/// Records how a task ended, with retries: a restarting database server takes a
/// while. A later server recovers what is not recorded.
async fn finish(service: &Service, id: &TaskId, end: TaskEnd) {
    for tried in 1..=TRIES {
        match service.tasks.finish(id, end.clone()).await {
            Ok(()) => return,
            Err(failure) => {
                tracing::error!(task = %id, tried, %failure, "cannot record the result of a task");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn ended(state: TaskState, message: impl Into<String>) -> TaskEnd {
    TaskEnd {
        message: Some(message.into()),
        ..task::ended(state)
    }
}

/// Returns the result of a task that failed as a whole. Details about the
/// database go to the log only.
fn failed(failure: &Failure) -> TaskEnd {
    let state = match failure.kind {
        FailureKind::Cancelled => TaskState::Cancelled,
        _ => TaskState::Failed,
    };
    ended(state, Problem::from(failure.clone()).text)
}

async fn exported(service: &Service, export: &Export) -> TaskEnd {
    if let Some(message) = unsupported(&export.types, TaskKind::Export) {
        return ended(TaskState::Failed, message);
    }
    match file(service, &export.options).await {
        Ok(bytes) => TaskEnd {
            files: vec![(TaskPart::Export, bytes)],
            ..task::ended(TaskState::Complete)
        },
        Err(failure) => failed(&failure),
    }
}

async fn file(service: &Service, options: &ExportOptions) -> Result<Arc<[u8]>, Failure> {
    let silent = Reporter::silent();
    let exported = job::export(
        Some(FORMAT),
        options,
        &service.target,
        service.timeouts,
        &silent,
    )
    .await?;
    Ok(exported.bytes.into())
}

async fn imported(service: &Service, import: Import, cancel: &job::Cancel) -> TaskEnd {
    if let Some(message) = unsupported(&import.types, TaskKind::Import) {
        return with_results(ended(TaskState::Failed, message), &Results::default());
    }
    let backup = match backup(service, &import).await {
        Ok(backup) => backup,
        Err(end) => return with_results(end, &Results::default()),
    };
    let end = compared(service, &import, backup.as_ref(), cancel).await;
    TaskEnd { backup, ..end }
}

/// Takes a full export first, as its own task.
async fn backup(service: &Service, import: &Import) -> Result<Option<TaskId>, TaskEnd> {
    if import.preview || !import.backup {
        return Ok(None);
    }
    let description = format!("Backup before import {}", import.task);
    let asked = Asked {
        platform: FORMAT,
        kind: TaskKind::Export,
        preview: false,
        options: serde_json::json!({ "description": description }).to_string(),
        client: import.client.clone(),
    };
    let kept: Result<TaskRecord, Failure> = async {
        let task = service.tasks.create(asked).await?;
        service.tasks.begin(&task.id).await?;
        Ok(task)
    }
    .await;
    let task = kept.map_err(|failure| failed(&failure))?;
    let export = Export {
        task: task.id.clone(),
        options: ExportOptions {
            description,
            ..ExportOptions::default()
        },
        types: Vec::new(),
    };
    let end = exported(service, &export).await;
    let (state, message) = (end.state, end.message.clone());
    finish(service, &task.id, end).await;
    match state {
        TaskState::Complete => Ok(Some(task.id)),
        state => Err(ended(
            state,
            format!("The backup failed: {}", message.unwrap_or_default()),
        )),
    }
}

/// Compares and applies, or only compares.
async fn compared(
    service: &Service,
    import: &Import,
    backup: Option<&TaskId>,
    cancel: &job::Cancel,
) -> TaskEnd {
    let options = ApplyOptions {
        backup: import.backup,
        ..ApplyOptions::new(&*import.client, service.timeouts)
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
    if import.preview {
        return match import_all::compare(service, &import.loaded, cancel).await {
            Ok(review) => look(&review, &Choices::everything(&review.plan)).map_or_else(
                |end| end,
                |results| describe(ended(TaskState::Complete, SEE_RESULTS), &results, &review),
            ),
            Err(failure) => with_results(failed(&failure), &Results::of_backup(backup)),
        };
    }
    match import_all::import(
        service,
        &import.loaded,
        &options,
        cancel,
        |review, choices| look(review, choices).map(|_| ()),
    )
    .await
    {
        Ok(Imported { review, receipt }) => {
            let choices = Choices::everything(&review.plan);
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
            describe(
                TaskEnd {
                    job: receipt.map(|receipt| receipt.job),
                    ..end
                },
                &results,
                &review,
            )
        }
        Err(Halted::Refused(end)) => end,
        Err(Halted::Failed(failure, Some(review))) => {
            describe(failed(&failure), &Results::of_backup(backup), &review)
        }
        Err(Halted::Failed(failure, None)) => {
            with_results(failed(&failure), &Results::of_backup(backup))
        }
    }
}

fn with_results(mut end: TaskEnd, results: &Results) -> TaskEnd {
    end.files
        .extend(json(results).map(|content| (TaskPart::Results, content)));
    end
}

fn json<T: Serialize>(value: &T) -> Option<Arc<[u8]>> {
    serde_json::to_vec(value).ok().map(Into::into)
}
