//! Responses: jobs, messages, errors, as in the service's own schema. Unknown
//! fields are left out, never null.

use axum::Json;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::engine::display::safe;
use crate::http::problem::Problem;
use crate::http::tracking::Tracking;
use crate::job::task::{TaskRecord, TaskState};

/// A job: as accepted, and as its status reports it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Job<'a> {
    job_id: &'a str,
    status: &'static str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(serialize_with = "time")]
    expiration: DateTime<Utc>,
    #[serde(serialize_with = "time")]
    created: DateTime<Utc>,
    #[serde(serialize_with = "time")]
    modified: DateTime<Utc>,
    #[serde(serialize_with = "some_time", skip_serializing_if = "Option::is_none")]
    completed: Option<DateTime<Utc>>,
}

impl<'a> Job<'a> {
    pub(super) fn new(task: &'a TaskRecord) -> Self {
        Self {
            job_id: task.id.as_str(),
            status: task.state.word(),
            r#type: task.kind.word(),
            message: task.message.as_deref(),
            description: description(&task.options),
            expiration: task.expires,
            created: task.created,
            modified: task.modified,
            completed: task.completed,
        }
    }
}

/// Returns the description in the client's options.
fn description(options: &str) -> Option<String> {
    let options: Value = serde_json::from_str(options).ok()?;
    options.get("description")?.as_str().map(str::to_owned)
}

fn time<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn some_time<S: Serializer>(
    some: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match some {
        Some(some) => time(some, serializer),
        None => serializer.serialize_none(),
    }
}

/// A message about an object. The service's schema has a list of objects
/// `details`; its answers and its clients use `detail`: both are written.
#[derive(Serialize)]
pub(super) struct Message {
    key: String,
    text: String,
    detail: Value,
    details: Value,
}

impl Message {
    /// Returns a message. `key` is one of our words or the service's.
    pub(super) fn new(key: &str, text: &str, detail: Map<String, Value>) -> Self {
        let details = if detail.is_empty() {
            json!({})
        } else {
            json!({ "detail": detail })
        };
        Self {
            key: key.to_uppercase().replace('-', "_"),
            text: safe(text).into_owned(),
            detail: Value::Object(detail),
            details,
        }
    }

    /// Says whether it has a key.
    pub(super) fn is(&self, key: &str) -> bool {
        self.key == key
    }
}

/// An object that was created or updated.
#[derive(Serialize)]
pub(super) struct Imported {
    pub(super) r#type: String,
    pub(super) id: String,
    pub(super) name: String,
}

/// The detail code of a missing or unknown value.
pub(super) const ILLEGAL_VALUE: &str = "400.1.3 Illegal value";

/// Returns the problem of a missing or unknown value.
pub(super) fn illegal(text: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, text).with(json!(ILLEGAL_VALUE))
}

/// Returns the problem of something that does not exist.
pub(super) fn not_found() -> Problem {
    let text = "The server did not find a current representation for the target resource.";
    Problem::new(StatusCode::NOT_FOUND, text)
}

/// Returns the problem of a client that has to wait.
pub(super) fn too_many() -> Problem {
    let busy = Problem::busy("");
    Problem {
        status: StatusCode::TOO_MANY_REQUESTS,
        ..busy
    }
}

/// Says why a task has nothing to download, now or at all.
pub(super) fn nothing_to_download(task: &TaskRecord) -> Problem {
    let why = match task.state {
        TaskState::NotStarted | TaskState::InProgress => "has not ended yet",
        TaskState::Complete | TaskState::Cancelled | TaskState::Failed => "has nothing to download",
    };
    let text = format!("The job {} is {}: it {why}.", task.id, task.state.word());
    Problem::new(StatusCode::NOT_FOUND, text)
}

/// Formats a problem for this API.
pub(in crate::http) fn respond(problem: &Problem, tracking: &Tracking) -> Response {
    let mut response = match problem.status {
        StatusCode::UNAUTHORIZED => {
            Json(json!({ "error": format!("JWT validation failed: {}", problem.text) }))
                .into_response()
        }
        StatusCode::TOO_MANY_REQUESTS => {
            Json(json!({ "message": " Rate Limit Exceeded " })).into_response()
        }
        _ => Json(json!({
            "detailCode": detail_code(problem),
            "trackingId": tracking.text(),
            "messages": [{ "locale": "en-US", "localeOrigin": "DEFAULT", "text": problem.text }],
            "causes": [],
        }))
        .into_response(),
    };
    *response.status_mut() = problem.status;
    if problem.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"gatediff\""),
        );
    }
    response
}

fn detail_code(problem: &Problem) -> String {
    match (problem.status.as_u16(), problem.meta.as_str()) {
        (_, Some(code)) => code.to_owned(),
        (400, None) => "400.1 Bad Request Content".to_owned(),
        (404, None) => "404 Not found".to_owned(),
        (500, None) => "500.0 Internal Fault".to_owned(),
        (number, None) => {
            format!(
                "{number} {}",
                problem.status.canonical_reason().unwrap_or("Error")
            )
        }
    }
}
