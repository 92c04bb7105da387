//! One API or policy, as the Dashboard's own API reads and writes it: what
//! tyk-sync calls besides the lists. Written by the same import as a whole file.
//!
//! Different from the Dashboard: a new object keeps the ids that it has; with
//! an id that exists, creating answers 409 as the Dashboard does for APIs.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::admin::{ADMIN, AnyAdmin, AnyPosted};
use super::endpoint::{Endpoint, PLATFORM};
use super::import;
use crate::engine::Plan;
use crate::http::audit::Audit;
use crate::http::problem::Problem;
use crate::http::queue::Does;
use crate::http::service::Service;
use crate::http::tracking::{Note, Remote};
use crate::job::{self, ImportOptions};

/// A kind of objects that can be read and written one by one, and how the
/// Dashboard speaks of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct One {
    endpoint: Endpoint,
    /// The name of the list that an import has them in.
    list: &'static str,
    /// Where the object itself is in what is sent.
    inside: Option<&'static str>,
    /// Its database id, and the id that it is known by.
    database_id: &'static str,
    id: &'static str,
    absent: &'static str,
    exists: &'static str,
}

/// An API, with everything that the Dashboard keeps around its definition.
pub(super) const API: One = One {
    endpoint: Endpoint::Apis,
    list: "apis",
    inside: Some("api_definition"),
    database_id: "id",
    id: "api_id",
    absent: "API definition does not exist",
    exists: "Found API with the same ID",
};

/// A policy.
pub(super) const POLICY: One = One {
    endpoint: Endpoint::Policies,
    list: "Data",
    inside: None,
    database_id: "_id",
    id: "id",
    absent: "Policy does not exist",
    exists: "Found policy with the same ID",
};

type Shared = State<Arc<Service>>;

impl One {
    fn absent(self) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, self.absent)
    }

    /// Returns what is stored, by either id.
    async fn find(self, service: &Service, id: &str) -> Result<String, Problem> {
        let (target, timeouts) = (&service.target, service.timeouts);
        let kind = self.endpoint.kind();
        let found = job::stored(PLATFORM, kind, id, target, timeouts).await?;
        found.ok_or_else(|| self.absent())
    }

    /// Returns the ids of an object: the database's and its own.
    fn ids(self, object: &Value) -> (&str, &str) {
        let inside = match self.inside {
            Some(name) => object.get(name),
            None => Some(object),
        };
        let id = |name: &str| {
            let id = inside.and_then(|inside| inside.get(name)?.as_str());
            id.unwrap_or_default()
        };
        (id(self.database_id), id(self.id))
    }

    /// Gives a new object the ids that it does not have, as the Dashboard does;
    /// returns its text.
    fn with_ids(self, mut object: Value, text: &str) -> Result<(Value, String), Problem> {
        let inside = match self.inside {
            Some(name) => object.get_mut(name).and_then(Value::as_object_mut),
            None => object.as_object_mut(),
        };
        let inside = inside.ok_or_else(malformed)?;
        let mut is_changed = give(inside, self.database_id, 24);
        is_changed |= match self.inside {
            Some(_) => give(inside, self.id, 32),
            // A policy without an id of its own is known by the database's.
            None => false,
        };
        let text = match is_changed {
            true => object.to_string(),
            // As it came, so that nothing else in it changes.
            false => text.to_owned(),
        };
        Ok((object, text))
    }

    /// Writes one object; `check` sees the plan first.
    async fn write(
        self,
        (service, audit, note, remote): (&Service, &Audit, &Note, Remote),
        text: &str,
        check: impl Fn(&Plan) -> Result<(), Problem>,
    ) -> Result<Option<i64>, Problem> {
        let body = Bytes::from(format!("{{\"{}\":[{text}]}}", self.list));
        let options = ImportOptions::default();
        let loaded = import::load(self.endpoint, body, options, false).await?;
        let turn = service.queue.start(Does::Writes).await?;
        let operator = format!("{ADMIN}@{}", remote.0.ip());
        let recorded = audit.record().await?;
        let check = |plan: &Plan| match plan.entries() {
            [_] => check(plan),
            _ => Err(malformed()),
        };
        let checked = (self.endpoint, check);
        let done = import::apply(service, recorded, &loaded, checked, &turn, &operator).await?;
        Ok(done.receipt.map(|receipt| {
            note.job(receipt.job);
            receipt.job
        }))
    }
}

/// Sets a random id where there is none; returns whether there was none.
fn give(object: &mut Map<String, Value>, name: &str, digits: usize) -> bool {
    let has_one = object
        .get(name)
        .and_then(Value::as_str)
        .is_some_and(|id| !id.is_empty());
    if !has_one {
        let id = format!("{:032x}", fastrand::u128(..));
        let id = id.get(..digits).unwrap_or_default();
        object.insert(name.to_owned(), Value::from(id));
    }
    !has_one
}

fn malformed() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "Request body malformed")
}

/// Returns the text of a JSON object, and the object.
fn read(body: &[u8]) -> Result<(Value, &str), Problem> {
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let object: Value = serde_json::from_str(text).map_err(|_| malformed())?;
    match object.is_object() {
        true => Ok((object, text)),
        false => Err(malformed()),
    }
}

fn answer(body: &Value, job: Option<i64>) -> Response {
    let kind = [(CONTENT_TYPE, "application/json")];
    let mut response = (StatusCode::OK, kind, body.to_string()).into_response();
    if let Some(job) = job {
        response
            .headers_mut()
            .insert(import::JOB, HeaderValue::from(job));
    }
    response
}

fn raw(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// Returns one object, without an envelope.
pub(super) async fn get(
    one: One,
    State(service): Shared,
    _: AnyAdmin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    one.find(&service, &id).await.map(raw)
}

/// Creates an object.
pub(super) async fn create(
    one: One,
    State(service): Shared,
    audit: Audit,
    (Extension(remote), Extension(note)): (Extension<Remote>, Extension<Note>),
    AnyPosted(body): AnyPosted,
) -> Result<Response, Problem> {
    let (object, text) = read(&body.bytes)?;
    let (object, text) = one.with_ids(object, text)?;
    let is_new = |plan: &Plan| match plan.entries().iter().any(|entry| entry.base.is_some()) {
        true => Err(Problem::new(StatusCode::CONFLICT, one.exists)),
        false => Ok(()),
    };
    let by = (&*service, &audit, &note, remote);
    let job = one.write(by, &text, is_new).await?;
    let (database_id, id) = one.ids(&object);
    let body = match one.inside {
        Some(_) => {
            json!({ "Status": "OK", "Message": "API created", "Meta": database_id, "ID": id })
        }
        None => json!({ "Status": "OK", "Message": database_id, "Meta": "Policy created" }),
    };
    Ok(answer(&body, job))
}

/// Replaces an object that exists.
pub(super) async fn update(
    one: One,
    State(service): Shared,
    Path(id): Path<String>,
    audit: Audit,
    (Extension(remote), Extension(note)): (Extension<Remote>, Extension<Note>),
    AnyPosted(body): AnyPosted,
) -> Result<Response, Problem> {
    let (object, text) = read(&body.bytes)?;
    let stored = one.find(&service, &id).await?;
    let stored: Value = serde_json::from_str(&stored).map_err(|_| Problem::internal())?;
    let ((sent_database, sent), (database, known)) = (one.ids(&object), one.ids(&stored));
    let differs = |sent: &str, known: &str| !sent.is_empty() && !known.is_empty() && sent != known;
    // The database's own id may be another environment's: it is kept.
    if differs(sent, known) || (sent.is_empty() && differs(sent_database, database)) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "Invalid `ID` value"));
    }
    let is_known = |plan: &Plan| match plan.entries().iter().all(|entry| entry.base.is_some()) {
        true => Ok(()),
        false => Err(one.absent()),
    };
    let by = (&*service, &audit, &note, remote);
    let job = one.write(by, text, is_known).await?;
    let body = match one.inside {
        Some(_) => {
            json!({ "Status": "OK", "Message": "API updated", "Meta": database, "ID": known })
        }
        None => json!({ "Status": "OK", "Message": "Data updated", "Meta": "" }),
    };
    Ok(answer(&body, job))
}

/// What is kept of an API that is written as an OpenAPI document.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Described {
    oas: Option<Box<RawValue>>,
    categories: Option<Vec<String>>,
}

async fn described(service: &Service, id: &str) -> Result<Described, Problem> {
    let stored = API.find(service, id).await?;
    serde_json::from_str(&stored).map_err(|_| Problem::internal())
}

/// Returns the OpenAPI document of an API.
pub(super) async fn oas(
    State(service): Shared,
    _: AnyAdmin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let document = described(&service, &id).await?.oas;
    let document = document.filter(|document| document.get().starts_with('{'));
    // The gateway's words.
    let text = "the requested API definition is in Tyk classic format, please use old api";
    let document = document.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, text))?;
    Ok(raw(document.get().to_owned()))
}

/// Returns the categories of an API.
pub(super) async fn categories(
    State(service): Shared,
    _: AnyAdmin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let categories = described(&service, &id).await?.categories;
    Ok(answer(
        &json!({ "categories": categories.unwrap_or_default() }),
        None,
    ))
}

/// Returns no users: there are none here.
pub(super) async fn users(_: AnyAdmin) -> Response {
    answer(&json!({ "users": [], "pages": 0 }), None)
}

/// Answers that an operation is not there, and why.
pub(super) async fn absent(why: &'static str, _: AnyAdmin) -> Problem {
    Problem::new(StatusCode::NOT_IMPLEMENTED, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_object_gets_the_ids_that_it_lacks_and_nothing_else_changes() {
        let sent = r#"{ "api_definition": {"api_id": "a", "id": "b", "n": 1.0} }"#;
        let (object, text) = read(sent.as_bytes()).unwrap();
        let (object, text) = API.with_ids(object, text).unwrap();
        assert_eq!((API.ids(&object), text.as_str()), (("b", "a"), sent));
        let (object, text) = read(br#"{"api_definition":{"api_id":""}}"#).unwrap();
        let (object, text) = API.with_ids(object, text).unwrap();
        let (database_id, id) = API.ids(&object);
        assert_eq!((database_id.len(), id.len()), (24, 32));
        assert!(text.contains(database_id) && text.contains(id));
        let (object, text) = read(b"{\"name\":\"p\"}").unwrap();
        let (object, _) = POLICY.with_ids(object, text).unwrap();
        assert_eq!(POLICY.ids(&object).0.len(), 24);
        for body in ["", "[]", "7", "{", "\u{feff}{}"] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
        let (object, text) = read(b"{\"api_definition\":7}").unwrap();
        assert!(API.with_ids(object, text).is_err());
    }
}
