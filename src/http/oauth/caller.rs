//! Who may do what: requests with a bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::request::after_word;
use super::tokens::{Scope, Tokens};
use crate::http::problem::Problem;
use crate::http::service::Service;
use crate::http::tracking::Note;

/// A client that may read.
pub(in crate::http) struct Reader(pub(in crate::http) Arc<str>);

/// A client that may import.
pub(in crate::http) struct Manager(pub(in crate::http) Arc<str>);

impl FromRequestParts<Arc<Service>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Problem> {
        authorise(parts, &service.tokens, &Scope::ALL)
            .await
            .map(Self)
    }
}

impl FromRequestParts<Arc<Service>> for Manager {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Problem> {
        authorise(parts, &service.tokens, &[Scope::Manage])
            .await
            .map(Self)
    }
}

/// Returns the client, if its token has one of these scopes.
async fn authorise(parts: &Parts, tokens: &Tokens, scopes: &[Scope]) -> Result<Arc<str>, Problem> {
    let unknown = |text: &str| Problem::new(StatusCode::UNAUTHORIZED, text);
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .ok_or_else(|| unknown("no bearer token was given"))?;
    let token = after_word(header, "bearer").ok_or_else(|| unknown("no bearer token was given"))?;
    let token = tokens.find(token).await.map_err(unknown)?;
    if let Some(note) = parts.extensions.get::<Note>() {
        note.caller(&token.client);
    }
    if token.scopes.iter().any(|scope| scopes.contains(scope)) {
        return Ok(token.client);
    }
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    let text = format!(
        "The server understood the request but refuses to authorize it: it requires the scope {}.",
        words.join(" or ")
    );
    Err(Problem::new(StatusCode::FORBIDDEN, text))
}
