//! `{"Status": …, "Message": …, "Meta": …}`, the envelope of every answer.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;

use crate::engine::Finding;
use crate::http::problem::Problem;
use crate::http::tracking::Tracking;

/// An answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Envelope<'a> {
    status: &'static str,
    message: &'a str,
    meta: &'a Value,
    /// Findings about an import. Not part of the Dashboard's API.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<&'a Finding>,
}

impl<'a> Envelope<'a> {
    /// Returns the answer of a success.
    pub(super) const fn ok(message: &'a str, meta: &'a Value) -> Self {
        Self {
            status: "OK",
            message,
            meta,
            findings: Vec::new(),
        }
    }

    /// Adds findings.
    pub(super) fn with(mut self, findings: impl Iterator<Item = &'a Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// Returns the response.
    pub(super) fn response(&self, status: StatusCode) -> Response {
        match serde_json::to_vec(self) {
            Ok(body) => (status, [(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// Formats a problem for this API.
pub(in crate::http) fn respond(problem: &Problem, _: &Tracking) -> Response {
    let envelope = Envelope {
        status: "Error",
        message: &problem.text,
        meta: &problem.meta,
        findings: Vec::new(),
    };
    envelope.response(problem.status)
}
