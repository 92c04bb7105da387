//! `POST /oauth/token`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::PRAGMA;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde_json::json;

use super::request::{INVALID_CLIENT, Refusal, Request, refusal, respond};
use super::tokens::{ALL_SCOPES, GOOD_FOR, Scope, Tokens};
use crate::http::body::Whole;
use crate::http::routes::{Op, Routes};
use crate::http::service::Service;
use crate::http::throttle::Throttled;
use crate::http::tracking::{Note, Remote};

/// Adds the routes.
pub(in crate::http) fn routes(routes: Routes) -> Routes {
    let op = Op::post(
        "Issue a bearer token by a client's secret",
        "application/x-www-form-urlencoded",
    );
    routes.add("oauth", "/oauth/token", op, token)
}

async fn token(
    State(service): State<Arc<Service>>,
    (Extension(Remote(remote)), Extension(note)): (Extension<Remote>, Extension<Note>),
    uri: Uri,
    headers: HeaderMap,
    body: Whole,
) -> Response {
    if let Err(problem) = service.throttle.token(remote) {
        let mut response = problem.into_response();
        response.extensions_mut().insert(Throttled);
        return response;
    }
    let asked = match Request::read(&uri, &headers, &body.bytes) {
        Ok(asked) => asked,
        Err(refusal) => return respond(&refusal),
    };
    match issue(&service.tokens, asked).await {
        Ok((client, answer)) => {
            note.caller(&client);
            ([(PRAGMA, "no-cache")], Json(answer)).into_response()
        }
        Err(refusal) => respond(&refusal),
    }
}

async fn issue(tokens: &Tokens, asked: Request) -> Result<(Arc<str>, serde_json::Value), Refusal> {
    let Some(grant) = asked.grant_type else {
        return Err(refusal("invalid_request", "grant_type is missing"));
    };
    if grant != "client_credentials" {
        return Err(refusal(
            "unsupported_grant_type",
            "only client_credentials is supported",
        ));
    }
    let (Some(id), Some(secret)) = (asked.client_id, asked.client_secret) else {
        return Err(INVALID_CLIENT);
    };
    let client = tokens.check(&id, &secret).await.ok_or(INVALID_CLIENT)?;
    let scopes =
        granted(&client.scopes, asked.scope.as_deref().unwrap_or_default()).ok_or_else(|| {
            refusal(
                "invalid_scope",
                "the client does not have a requested scope",
            )
        })?;
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    let scope = words.join(" ");
    let (token, claims) = tokens.issue(&client.id, &scopes).ok_or(Refusal {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        error: "server_error",
        text: "cannot create a token",
    })?;
    // The claims are in the answer, too, where the vendor's clients read some.
    let answer = json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": GOOD_FOR.as_secs(),
        "scope": scope,
        "tenant_id": claims.tenant_id,
        "pod": claims.pod,
        "org": claims.org,
        "identity_id": claims.identity_id,
        "user_name": claims.user_name,
        "strong_auth": claims.strong_auth,
        "strong_auth_supported": claims.strong_auth_supported,
        "jti": claims.jti,
    });
    Ok((Arc::clone(&client.id), answer))
}

/// Returns the scopes that a client gets: those it asks for, or all it has.
pub(super) fn granted(has: &[Scope], asked: &str) -> Option<Vec<Scope>> {
    let mut scopes = Vec::new();
    for word in asked
        .split_ascii_whitespace()
        .filter(|word| *word != ALL_SCOPES)
    {
        scopes.push(Scope::named(word).filter(|scope| has.contains(scope))?);
    }
    Some(if scopes.is_empty() {
        has.to_vec()
    } else {
        scopes
    })
}
