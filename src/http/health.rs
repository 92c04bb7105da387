//! Whether the server lives, and whether it is ready. Unauthenticated, so it
//! reports nothing else. None of these requests is in the ledger.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

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

fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = [(CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}
