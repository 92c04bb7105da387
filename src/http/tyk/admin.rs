//! The administrator, and what it posts.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::http::body::{Whole, discard};
use crate::http::problem::Problem;
use crate::http::service::Service;
use crate::http::tracking::Note;

/// The operator in the ledger.
pub(super) const ADMIN: &str = "tyk-admin";

/// The administrator's posts, authenticated by the secret in `admin-auth`.
pub(super) struct Posted(pub(super) Whole);

/// The administrator, authenticated by the secret in `admin-auth`.
pub(super) struct Admin;

/// The administrator, authenticated by the secret in `admin-auth` or `Authorization`.
pub(super) struct AnyAdmin;

/// What is sent with the administrator's secret in `admin-auth` or
/// `Authorization`.
pub(super) struct AnyPosted(pub(super) Whole);

impl FromRequest<Arc<Service>> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        posted(request, service, false).await.map(Self)
    }
}

impl FromRequest<Arc<Service>> for AnyPosted {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Self, Problem> {
        posted(request, service, true).await.map(Self)
    }
}

async fn posted(
    request: Request,
    service: &Arc<Service>,
    or_authorization: bool,
) -> Result<Whole, Problem> {
    let (parts, body) = request.into_parts();
    let is_admin = authorise(&parts, service, or_authorization);
    let request = Request::from_parts(parts, body);
    if let Err(problem) = is_admin {
        discard(request).await;
        return Err(problem);
    }
    Whole::from_request(request, service).await
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
    if !service.admin.is(&parts.headers, or_authorization) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "Not authorised"));
    }
    if let Some(note) = parts.extensions.get::<Note>() {
        note.caller(ADMIN);
    }
    Ok(())
}
