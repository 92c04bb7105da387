//! Importing the posted objects: all or nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::admin::{ADMIN, Posted};
use super::endpoint::{Endpoint, PLATFORM, describe};
use super::envelope::Envelope;
use super::preview;
use super::query::parameter;
use crate::engine::display::safe;
use crate::engine::{Choices, Outcome, Plan, Severity};
use crate::http::audit::{Audit, Recorded};
use crate::http::import_all;
use crate::http::import_all::{Halted, Imported, Patience};
use crate::http::problem::Problem;
use crate::http::queue::{Does, Running};
use crate::http::service::Service;
use crate::http::tracking::{Client, Note, Remote};
use crate::job::{self, ApplyOptions, Failure, FailureKind, ImportOptions, Loaded, Review};

/// The response header with the job's number.
pub(super) const JOB: HeaderName = HeaderName::from_static("x-gatediff-job");

/// The response header with the number of findings.
const FINDINGS: HeaderName = HeaderName::from_static("x-gatediff-findings");

/// How long a client is kept waiting while others change the same objects.
const PATIENCE: Patience = Patience {
    stale: Duration::from_secs(30),
    locked: Duration::ZERO,
};

/// Imports a body, or reports what that would do.
pub(super) async fn import(
    endpoint: Endpoint,
    State(service): State<Arc<Service>>,
    (audit, Extension(client)): (Audit, Extension<Client>),
    Extension(Remote(remote)): Extension<Remote>,
    Extension(note): Extension<Note>,
    RawQuery(query): RawQuery,
    Posted(body): Posted,
) -> Result<Response, Problem> {
    let previews = flag(query.as_deref(), "preview")?;
    let lists_findings = flag(query.as_deref(), "findings")?;
    let options = ImportOptions {
        organisations: mapped(query.as_deref())?,
        ..ImportOptions::default()
    };
    let loaded = load(endpoint, body.bytes.clone(), options, previews).await?;
    if previews {
        let turn = service.queue.start(Does::Reads).await?;
        let review = compare(&service, &loaded, endpoint, (&turn, &client)).await?;
        // Thousands of differences are worth a thread of their own.
        let responding = move || preview::respond(endpoint, &review.plan);
        return tokio::task::spawn_blocking(responding)
            .await
            .map_err(|_| Problem::internal());
    }
    let turn = service.queue.start(Does::Writes).await?;
    let operator = format!("{ADMIN}@{}", remote.ip());
    let recorded = audit.record().await?;
    let any = |_: &Plan| Ok(());
    let done = apply(
        &service,
        recorded,
        &loaded,
        (endpoint, any),
        &turn,
        &operator,
    )
    .await?;
    let Imported { review, receipt } = done;
    let meta = endpoint.meta(ids(&review.plan));
    let warnings = || {
        review
            .plan
            .all_warnings()
            .filter(|finding| finding.severity > Severity::Note)
    };
    // Exactly the Dashboard's answer, unless more was requested.
    let described = warnings().filter(|_| lists_findings);
    let mut response = Envelope::ok(endpoint.done(), &meta)
        .with(described)
        .response(StatusCode::OK);
    response
        .headers_mut()
        .insert(FINDINGS, HeaderValue::from(warnings().count()));
    if let Some(receipt) = receipt {
        note.job(receipt.job);
        response
            .headers_mut()
            .insert(JOB, HeaderValue::from(receipt.job));
    }
    Ok(response)
}

/// Reads a parameter that is true or false; without it, it is false.
fn flag(query: Option<&str>, name: &str) -> Result<bool, Problem> {
    match parameter(query, name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            format!("{name} must be true or false"),
        )),
    }
}

/// Reads how organisations are mapped: `organisation=FROM=TO`, repeated as
/// needed.
fn mapped(query: Option<&str>) -> Result<BTreeMap<String, String>, Problem> {
    let given = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let given = given.filter(|(name, _)| name.eq_ignore_ascii_case("organisation"));
    let given: Vec<Cow<'_, str>> = given.map(|(_, value)| value).collect();
    job::organisations(given.iter().map(|word| &**word)).map_err(|error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            safe(&error.to_string()).into_owned(),
        )
    })
}

/// Reads a body, on its own thread.
pub(super) async fn load(
    endpoint: Endpoint,
    body: Bytes,
    options: ImportOptions,
    previews: bool,
) -> Result<Loaded, Problem> {
    if body.is_empty() {
        let text = "Failed to read response body, body empty";
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text));
    }
    let reading = move || {
        let name = format!("POST {}", endpoint.path());
        let loaded = job::load_bytes(&name, &body, Some(PLATFORM), &options)?;
        let is_theirs = |(kind, count): &(_, usize)| *count == 0 || *kind == endpoint.kind();
        let is_one = endpoint != Endpoint::Organisations
            || loaded
                .bundle
                .counts()
                .iter()
                .map(|(_, count)| count)
                .sum::<usize>()
                == 1;
        if endpoint.takes(&body) && is_one && loaded.bundle.counts().iter().all(is_theirs) {
            return Ok(loaded);
        }
        Err(Failure::new(
            FailureKind::Format,
            "the body is not in the format of this endpoint",
        )
        .at(name))
    };
    let read = tokio::task::spawn_blocking(reading)
        .await
        .map_err(|_| Problem::internal())?;
    read.map_err(|failure| malformed(&failure, previews))
}

/// Returns the Dashboard's answer to a body that it cannot read; for a preview,
/// it reports why.
fn malformed(failure: &Failure, previews: bool) -> Problem {
    let text = safe(&failure.to_string()).into_owned();
    tracing::info!(%text, "a body is malformed");
    let problem = Problem::new(StatusCode::FORBIDDEN, "Request body malformed");
    if previews {
        problem.with(serde_json::json!({ "error": text }))
    } else {
        problem
    }
}

/// Compares, for a preview.
async fn compare(
    service: &Service,
    loaded: &Loaded,
    endpoint: Endpoint,
    (turn, client): (&Running, &Client),
) -> Result<Review, Problem> {
    let comparing = import_all::compare(service, loaded, &turn.cancel);
    let review = tokio::select! {
        review = comparing => review?,
        () = client.left() => {
            tracing::info!("a preview was stopped: its client has disconnected");
            return Err(Problem::busy("The client has disconnected"));
        }
    };
    of_endpoint(endpoint, &review.plan)?;
    Ok(review)
}

/// What was counted is what is planned; if not, it would go to another table.
fn of_endpoint(endpoint: Endpoint, plan: &Plan) -> Result<(), Problem> {
    if plan
        .entries()
        .iter()
        .all(|entry| entry.item.id.kind == endpoint.kind())
    {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "Request body malformed",
    ))
}

/// Compares and applies, unless `check` refuses the plan.
pub(super) async fn apply(
    service: &Service,
    recorded: Recorded,
    loaded: &Loaded,
    (endpoint, check): (Endpoint, impl Fn(&Plan) -> Result<(), Problem>),
    turn: &Running,
    operator: &str,
) -> Result<Imported, Problem> {
    // The journal keeps every row before and after. A full backup with each of
    // many small imports would only fill the target.
    let options = ApplyOptions {
        backup: false,
        accept_server_changes: service.accept_server_changes,
        ..ApplyOptions::new(operator, service.timeouts)
    };
    let look = |review: &Review, choices: &Choices| {
        of_endpoint(endpoint, &review.plan)?;
        check(&review.plan)?;
        blocked(endpoint, &review.plan, choices).map_or(Ok(()), Err)
    };
    let imported = import_all::import(
        service,
        recorded,
        loaded,
        (&options, PATIENCE),
        &turn.cancel,
        look,
    )
    .await;
    imported.map_err(|halted| match halted {
        Halted::Refused(problem) => problem,
        Halted::Failed(failure, Some(review)) => failed(endpoint, &review.plan, failure),
        Halted::Failed(failure, None) => failure.into(),
    })
}

/// Returns the answer to an import that failed: the Dashboard's own if the
/// objects are the reason, otherwise that of any failed job.
fn failed(endpoint: Endpoint, plan: &Plan, failure: Failure) -> Problem {
    match failure.kind {
        FailureKind::Refused | FailureKind::Stale | FailureKind::Blocked => {
            let text = format!("{}: {failure}", endpoint.refused());
            Problem::new(StatusCode::FORBIDDEN, safe(&text)).with(describe(ids(plan), false))
        }
        _ => failure.into(),
    }
}

/// Returns the answer if an item is blocked: which one, why, and how many more.
fn blocked(endpoint: Endpoint, plan: &Plan, choices: &Choices) -> Option<Problem> {
    let resolution = plan.resolve(choices);
    let states = plan.entries().iter().zip(resolution.states());
    let mut blocked = states.filter(|(_, state)| state.outcome == Outcome::Blocked);
    let (entry, state) = blocked.next()?;
    let reason = entry.verdict.reasons.first().or(state.blocked_by.as_ref());
    let reason = reason.map_or_else(String::new, |reason| format!(": {}", reason.message));
    let id = &entry.item.id;
    let mut text = format!("{}: {} '{}'{reason}", endpoint.refused(), id.kind, id.key);
    match blocked.count() {
        0 => {}
        more => text.push_str(&format!("; and {more} more")),
    }
    text.push_str("; nothing was imported");
    Some(Problem::new(StatusCode::FORBIDDEN, safe(&text)).with(describe(ids(plan), false)))
}

fn ids(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.entries().iter().map(|entry| &*entry.item.id.key)
}
