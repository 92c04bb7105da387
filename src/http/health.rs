//! Whether the server lives, whether it is ready, and its metrics. Unauthenticated, so it
//! reports nothing else. None of these requests is in the ledger.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::problem::Problem;
use super::service::Service;
use crate::job::Condition;

/// Whether the server lives: a server that does not answer is to be started
/// again. It does not depend on the target, which a restart does not bring back.
pub(super) const LIVE: &str = "/health/live";

/// Whether the server is ready for requests.
pub(super) const READY: &str = "/health/ready";

/// The same, for those who know the older path only.
pub(super) const HEALTH: &str = "/health";

/// Answers 200.
pub(super) async fn live() -> Response {
    let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    answer(StatusCode::OK, &body)
}

/// Answers 200 if the target is reachable and our schema there has this
/// program's version, and the server is not about to stop, else 503.
pub(super) async fn ready(State(service): State<Arc<Service>>) -> Response {
    let condition = service.health.condition().await;
    let (database, schema) = match condition {
        Condition::Ready => ("reachable", "current"),
        Condition::OtherSchema => ("reachable", "other"),
        Condition::Unreachable => ("unreachable", "unknown"),
    };
    let is_stopping = service.queue.is_closed();
    let (status, word) = match condition {
        _ if is_stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        Condition::Ready => (StatusCode::OK, "ok"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let body = json!({
        "status": word,
        "version": env!("CARGO_PKG_VERSION"),
        "database": database,
        "schema": schema,
    });
    answer(status, &body)
}

/// Returns the metrics of this server and its target.
pub(super) async fn metrics(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let is_ready = service.health.condition().await == Condition::Ready;
    let open = match is_ready {
        true => service.tasks.open_count().await.ok(),
        false => None,
    };
    let text = service.metrics.text(is_ready, open);
    let text = text.map_err(|_| Problem::internal())?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}
