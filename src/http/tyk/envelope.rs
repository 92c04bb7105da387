//! `{"Status": …, "Message": …, "Meta": …}`, which is around every answer.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::http::problem::Problem;

/// Returns an answer in its envelope.
pub(super) fn envelope(status: StatusCode, message: &str, meta: &Value) -> Response {
    let word = if status.is_success() { "OK" } else { "Error" };
    let body = json!({ "Status": word, "Message": message, "Meta": meta });
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Tells a problem the way this API does.
pub(in crate::http) fn tell(problem: &Problem) -> Response {
    envelope(problem.status, &problem.text, &problem.meta)
}
