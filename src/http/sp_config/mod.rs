//! sp-config over HTTP: the seven operations of the service, and the
//! differences of an import, field by field.
//!
//! An import or export is accepted as a task and done in the background.
//! Unreadable input is refused at once; other errors fail the task, as in the
//! service. An import is one transaction: if any object is blocked, nothing is
//! written.

mod request;
mod results;
mod run;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};

use self::run::{Export, Import};
use self::wire::{Job, illegal, not_found, nothing_to_download, too_many};
use super::Service;
use super::body::Whole;
use super::oauth::{Manager, Reader};
use super::problem::Problem;
use super::queue::Does;
use super::tracking::Note;
use crate::engine::display::safe;
use crate::job::task::{Asked, TaskId, TaskKind, TaskPart, TaskRecord, file_name};
use crate::job::{self, Failure, sp_config};

pub(super) use wire::respond;

/// The platform's word.
const FORMAT: &str = "sp-config";

/// The paths of the operations, by the client's version.
const BASES: [&str; 7] = [
    "/sp-config",
    "/beta/sp-config",
    "/v3/sp-config",
    "/v2024/sp-config",
    "/v2025/sp-config",
    "/v2026/sp-config",
    "/sp-config/v1",
];

/// How often tasks are maintained.
const ROUND: Duration = Duration::from_secs(60);

/// How long to wait for other jobs when tasks of a lost server are settled.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    let at = |base: &str, path: &str| format!("{base}{path}");
    BASES.into_iter().fold(Router::new(), |router, base| {
        router
            .route(&at(base, "/export"), post(export))
            .route(&at(base, "/export/{id}"), get(export_status))
            .route(&at(base, "/export/{id}/download"), get(export_download))
            .route(&at(base, "/import"), post(import))
            .route(&at(base, "/import/{id}"), get(import_status))
            .route(&at(base, "/import/{id}/download"), get(import_download))
            .route(&at(base, "/import/{id}/diff"), get(import_differences))
            .route(&at(base, "/config-objects"), get(config_objects))
    })
}

/// Settles what an earlier server left, before the first request, and
/// periodically after that: other servers may be lost while this one runs.
///
/// # Errors
///
/// Fails if the target cannot be reached or written.
pub(super) async fn start(service: &Arc<Service>) -> Result<(), Failure> {
    look_after(service).await;
    let weak = Arc::downgrade(service);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(ROUND).await;
            let Some(service) = weak.upgrade() else {
                return;
            };
            look_after(&service).await;
        }
    });
    Ok(())
}

/// Settles the tasks of lost servers, and removes expired tasks.
async fn look_after(service: &Service) {
    if let Err(failure) = service.tasks.recover(RECOVERY_TIMEOUT).await {
        tracing::warn!(%failure, "cannot settle the tasks of a lost server yet");
    }
    if let Err(failure) = service.tasks.expire().await {
        tracing::warn!(%failure, "cannot remove expired tasks yet");
    }
}

/// Records which tasks the shutdown ended, after the last job has finished.
pub(super) async fn stop(service: &Arc<Service>) {
    let closing = service
        .tasks
        .close("The server was stopped; nothing was written.");
    match tokio::time::timeout(service.timeouts.heartbeat, closing).await {
        Ok(Ok(_)) => {}
        Ok(Err(failure)) => {
            tracing::warn!(%failure, "cannot record which tasks the shutdown ended");
        }
        Err(_) => {
            tracing::warn!(
                "cannot record which tasks the shutdown ended: the target does not answer"
            );
        }
    }
}

/// Returns why a task fails that names unknown types.
fn unsupported(types: &[String], kind: TaskKind) -> Option<String> {
    let is_supported = match kind {
        TaskKind::Import => sp_config::is_importable,
        TaskKind::Export => sp_config::is_exportable,
    };
    let unknown: Vec<&str> = types
        .iter()
        .map(String::as_str)
        .filter(|word| !is_supported(word))
        .collect();
    let words = unknown.join(", ");
    let describe = || {
        format!(
            "java.lang.IllegalArgumentException: Supplied types are not supported: [{}]",
            safe(&words)
        )
    };
    (!unknown.is_empty()).then(describe)
}

async fn export(
    State(service): State<Arc<Service>>,
    Reader(client): Reader,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    let asked = request::export(&headers, &body)?;
    let place = service.queue.slot(Does::Reads).map_err(|_| too_many())?;
    let task = create(&service, &client, (TaskKind::Export, false), asked.json).await?;
    let export = Export {
        task: task.id.clone(),
        options: asked.options,
        types: asked.types,
    };
    run::export(&service, place, export);
    Ok(accepted(&task))
}

async fn import(
    State(service): State<Arc<Service>>,
    Manager(client): Manager,
    uri: Uri,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    let preview = request::preview(uri.query().unwrap_or_default())?;
    let asked = request::import(&headers, body).await?;
    let does = if preview { Does::Reads } else { Does::Writes };
    let place = service.queue.slot(does).map_err(|_| too_many())?;
    // An unknown type fails the job later, not the request.
    let options = match unsupported(&asked.types, TaskKind::Import) {
        Some(_) => job::ImportOptions::default(),
        None => asked.options,
    };
    let mut loaded = load(asked.file, options).await?;
    let task = create(&service, &client, (TaskKind::Import, preview), asked.json).await?;
    loaded.file.path = file_name(&task.id);
    let import = Import {
        task: task.id.clone(),
        loaded,
        types: asked.types,
        preview,
        backup: asked.backup,
        client: client.to_string(),
    };
    run::import(&service, place, import);
    Ok(accepted(&task))
}

/// Reads the file, on its own thread.
async fn load(file: Bytes, options: job::ImportOptions) -> Result<job::Loaded, Problem> {
    let load = move || job::load_bytes("data", &file, Some(FORMAT), &options);
    let loaded = tokio::task::spawn_blocking(load)
        .await
        .map_err(|_| Problem::internal())?;
    Ok(loaded?)
}

async fn create(
    service: &Service,
    client: &str,
    (kind, preview): (TaskKind, bool),
    options: String,
) -> Result<TaskRecord, Problem> {
    let asked = Asked {
        platform: FORMAT,
        kind,
        preview,
        options,
        client: client.to_owned(),
    };
    Ok(service.tasks.create(asked).await?)
}

fn accepted(task: &TaskRecord) -> Response {
    (StatusCode::ACCEPTED, Json(Job::new(task))).into_response()
}

/// Finds a task by the id in the path.
async fn find(service: &Service, id: &str, kind: TaskKind) -> Result<TaskRecord, Problem> {
    let id = TaskId::parse(id).ok_or_else(not_found)?;
    let task = service.tasks.find(&id).await?;
    task.filter(|task| task.kind == kind).ok_or_else(not_found)
}

async fn status(service: &Service, id: &str, kind: TaskKind) -> Result<Response, Problem> {
    let task = find(service, id, kind).await?;
    Ok(Json(Job::new(&task)).into_response())
}

async fn download(
    service: &Service,
    id: &str,
    (kind, part): (TaskKind, TaskPart),
) -> Result<Response, Problem> {
    let task = find(service, id, kind).await?;
    let content = match task.state.is_final() {
        true => service.tasks.file(&task.id, part).await?,
        false => None,
    };
    let content = content.ok_or_else(|| nothing_to_download(&task))?;
    Ok(([(CONTENT_TYPE, "application/json")], content).into_response())
}

async fn export_status(
    State(service): State<Arc<Service>>,
    Reader(_): Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    status(&service, &id, TaskKind::Export).await
}

async fn export_download(
    State(service): State<Arc<Service>>,
    Reader(_): Reader,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    download(&service, &id, (TaskKind::Export, TaskPart::Export)).await
}

async fn import_status(
    State(service): State<Arc<Service>>,
    Manager(_): Manager,
    Extension(note): Extension<Note>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let task = find(&service, &id, TaskKind::Import).await?;
    task.job.inspect(|job| note.job(*job));
    Ok(Json(Job::new(&task)).into_response())
}

async fn import_download(
    State(service): State<Arc<Service>>,
    Manager(_): Manager,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    download(&service, &id, (TaskKind::Import, TaskPart::Results)).await
}

async fn import_differences(
    State(service): State<Arc<Service>>,
    Manager(_): Manager,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    download(&service, &id, (TaskKind::Import, TaskPart::Differences)).await
}

/// Describes every object type. `filters` is undocumented, but clients send it.
async fn config_objects(Reader(_): Reader, uri: Uri) -> Result<Response, Problem> {
    let mut objects = sp_config::config_objects();
    let query = uri.query().unwrap_or_default();
    for (_, filter) in
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "filters")
    {
        let words: Vec<&str> = filter.split_ascii_whitespace().collect();
        let wanted = match words.as_slice() {
            ["exportable", "eq", "true" | "\"true\""] => true,
            ["exportable", "eq", "false" | "\"false\""] => false,
            [] => continue,
            _ => {
                return Err(illegal(
                    "Unsupported filter: use exportable eq true or exportable eq false.",
                ));
            }
        };
        objects.retain(|object| object.exportable == wanted);
    }
    Ok(Json(objects).into_response())
}
