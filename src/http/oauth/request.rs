//! What a client sends to get a token, and how it is refused.

use axum::Json;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

/// What a client sends to get a token.
#[derive(Default)]
pub(super) struct Request {
    pub(super) grant_type: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) scope: Option<String>,
}

/// Why no token is issued, in the terms of RFC 6749.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) text: &'static str,
}

pub(super) const fn refusal(error: &'static str, text: &'static str) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        error,
        text,
    }
}

pub(super) const INVALID_CLIENT: Refusal = Refusal {
    status: StatusCode::UNAUTHORIZED,
    error: "invalid_client",
    text: "the client is unknown, or its secret is wrong",
};

impl Request {
    /// Reads what was sent: in the body as RFC 6749 has it, in the address as
    /// the vendor's documentation shows it, or the secret in a header.
    pub(super) fn read(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let kind = headers
            .get(CONTENT_TYPE)
            .map(|kind| kind.to_str().unwrap_or("?"));
        let is_form = kind.is_none_or(|kind| {
            let name = kind.split(';').next().unwrap_or_default().trim();
            name.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        if !body.is_empty() && !is_form {
            return Err(refusal(
                "invalid_request",
                "the body must be application/x-www-form-urlencoded",
            ));
        }
        let mut request = Self::default();
        let in_address = uri.query().unwrap_or_default().as_bytes();
        for (name, value) in form_urlencoded::parse(in_address).chain(form_urlencoded::parse(body))
        {
            let slot = match &*name {
                "grant_type" => &mut request.grant_type,
                "client_id" => &mut request.client_id,
                "client_secret" => &mut request.client_secret,
                "scope" => &mut request.scope,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(refusal("invalid_request", "a parameter is given twice"));
            }
        }
        if let Some((id, secret)) = basic(headers)? {
            if request.client_secret.is_some()
                || request.client_id.as_ref().is_some_and(|other| *other != id)
            {
                return Err(refusal(
                    "invalid_request",
                    "the client credentials are given twice",
                ));
            }
            (request.client_id, request.client_secret) = (Some(id), Some(secret));
        }
        Ok(request)
    }
}

/// Reads the name and secret of an `Authorization: Basic` header.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let pair = || {
        let text = after_word(header, "basic")?;
        let pair = String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()?;
        let (id, secret) = pair.split_once(':')?;
        Some((decoded(id), decoded(secret)))
    };
    pair().map(Some).ok_or(INVALID_CLIENT)
}

fn decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Returns what follows the scheme's name in a header.
pub(super) fn after_word<'h>(header: &'h HeaderValue, word: &str) -> Option<&'h str> {
    let (scheme, rest) = header.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case(word).then(|| rest.trim())
}

pub(super) fn respond(refusal: &Refusal) -> Response {
    let body = json!({ "error": refusal.error, "error_description": refusal.text });
    let mut response = (refusal.status, Json(body)).into_response();
    response
        .headers_mut()
        .insert(PRAGMA, HeaderValue::from_static("no-cache"));
    if refusal.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"gatediff\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
