//! The administrator, and what it posts.

use std::sync::Arc;

use axum::body::Bytes;
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
pub(super) struct Posted(pub(super) Bytes);

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
    if !service.admin.is(&parts.headers, or_authorization) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "Not authorised"));
    }
    if let Some(note) = parts.extensions.get::<Note>() {
        note.caller(ADMIN);
    }
    Ok(())
}
