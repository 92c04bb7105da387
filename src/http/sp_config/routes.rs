//! The operations and their paths.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};

use super::request;
use super::run;
use super::types::FORMAT;
use super::wire::{Job, illegal, not_found, nothing_to_download, too_many};
use crate::http::audit::{Audit, Recorded};
use crate::http::body::Whole;
use crate::http::oauth::{Manager, Reader};
use crate::http::problem::Problem;
use crate::http::routes::{Auth, Op, Routes};
use crate::http::service::Service;
use crate::http::tracking::Note;
use crate::job::sp_config;
use crate::job::task::{Asked, TaskId, TaskKind, TaskPart, TaskRecord};

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

/// The group of the description.
const TAG: &str = "sp-config";

const READ: Auth = Auth::Scopes(&["sp:config:read", "sp:config:manage"]);
const MANAGE: Auth = Auth::Scopes(&["sp:config:manage"]);

/// Adds the routes.
pub(in crate::http) fn routes(routes: Routes) -> Routes {
    BASES.into_iter().fold(routes, |routes, base| {
        let at = |path: &str| format!("{base}{path}");
        let exporting = Op::post("Start an export", "application/json");
        let importing = Op::post("Start an import, or its preview", "multipart/form-data");
        let read = |summary| Op::get(summary).by(READ);
        let manage = |summary| Op::get(summary).by(MANAGE);
        routes
            .add(
                TAG,
                &at("/export"),
                exporting.by(READ).answers(StatusCode::ACCEPTED),
                export,
            )
            .add(
                TAG,
                &at("/export/{id}"),
                read("Return the status of an export"),
                export_status,
            )
            .add(
                TAG,
                &at("/export/{id}/download"),
                read("Download an export"),
                export_download,
            )
            .add(
                TAG,
                &at("/import"),
                importing
                    .by(MANAGE)
                    .with_query(&[(
                        "preview",
                        "true: report what it would do, and write nothing",
                    )])
                    .answers(StatusCode::ACCEPTED),
                import,
            )
            .add(
                TAG,
                &at("/import/{id}"),
                manage("Return the status of an import"),
                import_status,
            )
            .add(
                TAG,
                &at("/import/{id}/download"),
                manage("Download the results of an import"),
                import_download,
            )
            .add(
                TAG,
                &at("/import/{id}/diff"),
                manage("Download what an import changes, field by field"),
                import_differences,
            )
            .add(
                TAG,
                &at("/config-objects"),
                read("Describe every object type")
                    .with_query(&[("filters", "exportable eq true, or exportable eq false")]),
                config_objects,
            )
    })
}

async fn export(
    State(service): State<Arc<Service>>,
    Reader(client): Reader,
    audit: Audit,
    headers: HeaderMap,
    body: Whole,
) -> Result<Response, Problem> {
    let asked = request::export(&headers, &body.bytes)?;
    let what = (TaskKind::Export, false);
    let task = create(
        &service,
        audit.record().await?,
        &client,
        what,
        (asked.json, None),
    )
    .await?;
    Ok(accepted(&task))
}

async fn import(
    State(service): State<Arc<Service>>,
    Manager(client): Manager,
    audit: Audit,
    uri: Uri,
    headers: HeaderMap,
    body: Whole,
) -> Result<Response, Problem> {
    let preview = request::preview(uri.query().unwrap_or_default())?;
    let asked = request::import(&headers, body.bytes.clone()).await?;
    let file = asked.file.clone();
    let json = asked.json.clone();
    // What cannot be read is refused now. An unknown type fails the job later.
    run::load(asked).await?;
    let upload = Some(Vec::from(file));
    let what = (TaskKind::Import, preview);
    let task = create(
        &service,
        audit.record().await?,
        &client,
        what,
        (json, upload),
    )
    .await?;
    Ok(accepted(&task))
}

/// Records a task for whichever server is free first.
async fn create(
    service: &Service,
    _recorded: Recorded,
    client: &str,
    (kind, preview): (TaskKind, bool),
    (options, upload): (String, Option<Vec<u8>>),
) -> Result<TaskRecord, Problem> {
    let asked = Asked {
        platform: FORMAT,
        kind,
        preview,
        options,
        client: client.to_owned(),
        upload,
    };
    // One that could start at once does not count as waiting.
    let mut waiting = service.limits.waiting + service.queue.free();
    waiting = waiting.checked_sub(1).ok_or_else(too_many)?;
    let task = service.tasks.create(asked, waiting).await?;
    let task = task.ok_or_else(too_many)?;
    service.work.wake();
    Ok(task)
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
