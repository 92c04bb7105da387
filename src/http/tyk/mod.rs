//! The import endpoints of the Tyk Dashboard's Admin API, and their
//! counterparts that export.
//!
//! Paths, status codes and messages are the Dashboard's. Different from it: an import is all or
//! nothing; existing objects are covered, and an item that cannot be written is reported with its
//! reason; `?preview=true` reports what an import would do and writes nothing; `?findings=true`
//! adds `Findings` next to `Meta` with the findings of a completed import; `?organisation=FROM=TO`
//! maps one organisation to another. The exports want the administrator's secret instead of a
//! user's key, in `admin-auth` or in `Authorization`, are ordered by id instead of time, and do not
//! support search.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, post};

use self::endpoint::Endpoint;
use super::Service;
use super::auth::is_admin;
use super::body::{Whole, discard};
use super::problem::Problem;
use super::tracking::Note;

mod endpoint;
mod envelope;
mod export;
mod import;
mod preview;

pub(super) use envelope::respond;

/// The platform.
const PLATFORM: &str = "tyk";

/// The operator in the ledger.
const ADMIN: &str = "tyk-admin";

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    Endpoint::ALL
        .into_iter()
        .fold(Router::new(), |router, endpoint| {
            let import = move |service, remote, note, query, body| {
                import::import(endpoint, service, remote, note, query, body)
            };
            router.route(endpoint.path(), post(import))
        })
        .route("/admin/organisations", get(export::organisations))
        .route("/admin/organisations/{id}", get(export::organisation))
        .route("/api/apis", get(export::apis))
        .route("/api/portal/policies", get(export::policies))
}

/// The administrator's posts, authenticated by the secret in `admin-auth`.
pub(super) struct Posted(Bytes);

/// The administrator, authenticated by the secret in `admin-auth`.
pub(super) struct Admin;

/// The administrator, authenticated by the secret in `admin-auth` or `Authorization`.
pub(super) struct AnyAdmin;

impl FromRequest<Arc<Service>> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let is_admin = authorise(&parts, service, false);
        let request = Request::from_parts(parts, body);
        if let Err(problem) = is_admin {
            discard(request).await;
            return Err(problem);
        }
        let Whole(bytes) = Whole::from_request(request, service).await?;
        Ok(Self(bytes))
    }
}

impl FromRequestParts<Arc<Service>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Problem> {
        authorise(parts, service, false).map(|()| Self)
    }
}

impl FromRequestParts<Arc<Service>> for AnyAdmin {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Problem> {
        authorise(parts, service, true).map(|()| Self)
    }
}

fn authorise(parts: &Parts, service: &Service, or_authorization: bool) -> Result<(), Problem> {
    if !is_admin(service.admin.as_ref(), &parts.headers, or_authorization) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "Not authorised"));
    }
    if let Some(note) = parts.extensions.get::<Note>() {
        note.caller(ADMIN);
    }
    Ok(())
}

/// Returns the value of a parameter of a query, if it is there.
fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?
        .split('&')
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
}
