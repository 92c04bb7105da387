//! `GET /health`: whether the server is ready. Unauthenticated, so it reports
//! nothing else.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::service::Service;
use crate::job::Condition;

/// Answers 200 if the target is reachable and our schema there has this
/// program's version, else 503. Neither is in the ledger.
pub(super) async fn health(State(service): State<Arc<Service>>) -> Response {
    let condition = service.health.condition().await;
    let (database, schema) = match condition {
        Condition::Ready => ("reachable", "current"),
        Condition::OtherSchema => ("reachable", "other"),
        Condition::Unreachable => ("unreachable", "unknown"),
    };
    let (status, word) = match condition {
        Condition::Ready => (StatusCode::OK, "ok"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let body = json!({
        "status": word,
        "version": env!("CARGO_PKG_VERSION"),
        "database": database,
        "schema": schema,
    });
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// The path of the health check.
pub(super) const HEALTH: &str = "/health";
