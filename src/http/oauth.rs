//! Bearer tokens: `POST /oauth/token`, and who may do what with one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Json};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::Service;
use super::body::Whole;
use super::problem::Problem;
use super::tracking::Note;
use crate::config::Client;
use crate::job::{Failure, FailureKind};

/// The lifetime of a token, the same as the vendor's.
const GOOD_FOR: Duration = Duration::from_secs(749);

/// The maximum number of tokens; the oldest are dropped.
const MAX_TOKENS: usize = 10_000;

/// How many secrets are checked at once: each check costs time and memory.
const CHECKED_AT_ONCE: usize = 2;

/// The maximum length of a secret, in bytes.
const MAX_SECRET_BYTES: usize = 1_024;

/// What a client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Export, and download exports.
    Read,
    /// Read, and import.
    Manage,
}

impl Scope {
    const ALL: [Self; 2] = [Self::Read, Self::Manage];

    const fn word(self) -> &'static str {
        match self {
            Self::Read => "sp:config:read",
            Self::Manage => "sp:config:manage",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// The word by which clients ask for every scope they have.
const ALL_SCOPES: &str = "sp:scopes:all";

/// The clients and their tokens: in memory only, as hashes, so that after a
/// restart every client needs a new one.
pub(super) struct Tokens {
    clients: Vec<Known>,
    open: Mutex<HashMap<[u8; 32], Token>>,
    checks: Semaphore,
}

/// A client of the configuration.
struct Known {
    id: Arc<str>,
    hash: Arc<str>,
    scopes: Vec<Scope>,
}

#[derive(Clone)]
struct Token {
    client: Arc<str>,
    scopes: Vec<Scope>,
    until: Instant,
}

impl Tokens {
    /// Reads the clients of the configuration.
    ///
    /// # Errors
    ///
    /// Refuses duplicate names, invalid hashes, and unknown scopes.
    pub(super) fn new(clients: &[Client]) -> Result<Self, Failure> {
        let mut names = HashSet::new();
        let mut known = Vec::new();
        for client in clients {
            let refused = |what: &str| {
                let what = format!("the configuration's client '{}' {what}", client.id);
                Failure::new(FailureKind::Usage, what)
            };
            if client.id.is_empty() || !names.insert(client.id.as_str()) {
                return Err(refused("has an empty or duplicate name")
                    .hint("give each client a unique name"));
            }
            if PasswordHash::new(client.secret_hash.reveal()).is_err() {
                return Err(refused("has an invalid secret_hash").hint(
                    "generate one with `gatediff serve hash-secret`, which reads the secret from standard input",
                ));
            }
            let mut scopes = Vec::new();
            for word in &client.scopes {
                match Scope::named(word) {
                    Some(scope) => scopes.push(scope),
                    None if word == ALL_SCOPES => scopes.extend(Scope::ALL),
                    None => {
                        return Err(refused(&format!("has the unknown scope '{word}'"))
                            .hint("known: sp:config:read, sp:config:manage"));
                    }
                }
            }
            known.push(Known {
                id: client.id.as_str().into(),
                hash: client.secret_hash.reveal().into(),
                scopes,
            });
        }
        Ok(Self {
            clients: known,
            open: Mutex::default(),
            checks: Semaphore::new(CHECKED_AT_ONCE),
        })
    }

    /// Checks a client's secret. Takes the same time for an unknown client.
    async fn check(&self, id: &str, secret: &str) -> Option<&Known> {
        if secret.len() > MAX_SECRET_BYTES {
            return None;
        }
        let found = self.clients.iter().find(|client| &*client.id == id);
        let against = found.or_else(|| self.clients.first())?;
        let permit = self.checks.acquire().await.ok()?;
        let (hash, secret) = (Arc::clone(&against.hash), secret.to_owned());
        let check = move || {
            let hash = PasswordHash::new(&hash).ok()?;
            Argon2::default()
                .verify_password(secret.as_bytes(), &hash)
                .ok()
        };
        let is_right = tokio::task::spawn_blocking(check)
            .await
            .ok()
            .flatten()
            .is_some();
        drop(permit);
        found.filter(|_| is_right)
    }

    /// Creates a token for a client.
    fn issue(&self, client: Arc<str>, scopes: Vec<Scope>) -> Option<String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = Instant::now();
        let mut open = self.open.lock().ok()?;
        open.retain(|_, token| token.until > now);
        if open.len() >= MAX_TOKENS {
            let oldest = open
                .iter()
                .min_by_key(|(_, token)| token.until)
                .map(|(key, _)| *key);
            oldest.and_then(|key| open.remove(&key));
        }
        open.insert(
            key(&token),
            Token {
                client,
                scopes,
                until: now + GOOD_FOR,
            },
        );
        Some(token)
    }

    /// Finds the client of a token by its hash, which nobody can choose: the
    /// time reveals nothing about other tokens.
    fn find(&self, token: &str) -> Result<Token, &'static str> {
        let open = self.open.lock().map_err(|_| "the tokens are lost")?;
        match open.get(&key(token)) {
            Some(found) if found.until > Instant::now() => Ok(found.clone()),
            Some(_) => Err("JWT is expired"),
            None => Err("the token is unknown or expired"),
        }
    }
}

fn key(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Hashes a client's secret for the configuration.
///
/// # Errors
///
/// Refuses a secret that is too short or too long.
pub fn hash_secret(secret: &str) -> Result<String, Failure> {
    const SHORTEST: usize = 16;
    if secret.chars().count() < SHORTEST || secret.len() > MAX_SECRET_BYTES {
        let what = format!(
            "a client's secret has at least {SHORTEST} characters and at most {MAX_SECRET_BYTES} bytes"
        );
        return Err(
            Failure::new(FailureKind::Usage, what).hint("generate one with: openssl rand -hex 32")
        );
    }
    let hashed = Argon2::default().hash_password(secret.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| {
        Failure::new(FailureKind::Internal, "cannot hash the secret").because(error)
    })
}

/// Returns the routes.
pub(super) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/oauth/token", post(token))
}

/// What a client sends to get a token.
#[derive(Default)]
struct Request {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

/// Why no token is issued, in the terms of RFC 6749.
struct Refusal {
    status: StatusCode,
    error: &'static str,
    text: &'static str,
}

const fn refusal(error: &'static str, text: &'static str) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        error,
        text,
    }
}

const INVALID_CLIENT: Refusal = Refusal {
    status: StatusCode::UNAUTHORIZED,
    error: "invalid_client",
    text: "the client is unknown, or its secret is wrong",
};

async fn token(
    State(service): State<Arc<Service>>,
    Extension(note): Extension<Note>,
    uri: Uri,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Response {
    let asked = match Request::read(&uri, &headers, &body) {
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
    let token = tokens
        .issue(Arc::clone(&client.id), scopes)
        .ok_or(Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "server_error",
            text: "cannot create a token",
        })?;
    let answer = json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": GOOD_FOR.as_secs(),
        "scope": scope,
    });
    Ok((Arc::clone(&client.id), answer))
}

/// Returns the scopes that a client gets: those it asks for, or all it has.
fn granted(has: &[Scope], asked: &str) -> Option<Vec<Scope>> {
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

impl Request {
    /// Reads what was sent: in the body as RFC 6749 has it, in the address as
    /// the vendor's documentation shows it, or the secret in a header.
    fn read(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
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
fn after_word<'h>(header: &'h HeaderValue, word: &str) -> Option<&'h str> {
    let (scheme, rest) = header.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case(word).then(|| rest.trim())
}

fn respond(refusal: &Refusal) -> Response {
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

/// A client that may read.
pub(super) struct Reader(pub(super) Arc<str>);

/// A client that may import.
pub(super) struct Manager(pub(super) Arc<str>);

impl FromRequestParts<Arc<Service>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Problem> {
        authorise(parts, &service.tokens, &Scope::ALL).map(Self)
    }
}

impl FromRequestParts<Arc<Service>> for Manager {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Problem> {
        authorise(parts, &service.tokens, &[Scope::Manage]).map(Self)
    }
}

/// Returns the client, if its token has one of these scopes.
fn authorise(parts: &Parts, tokens: &Tokens, scopes: &[Scope]) -> Result<Arc<str>, Problem> {
    let unknown = |text: &str| Problem::new(StatusCode::UNAUTHORIZED, text);
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .ok_or_else(|| unknown("no bearer token was given"))?;
    let token = after_word(header, "bearer").ok_or_else(|| unknown("no bearer token was given"))?;
    let token = tokens.find(token).map_err(unknown)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of `CANARY-secret-of-a-client`, made to be checked fast.
    fn cheap_hash() -> String {
        let params = argon2::Params::new(8, 1, 1, None).unwrap();
        let hasher = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        hasher
            .hash_password(b"CANARY-secret-of-a-client")
            .unwrap()
            .to_string()
    }

    fn client(id: &str, scopes: &[&str]) -> Client {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Client {
            id: id.to_owned(),
            secret_hash: cheap_hash().into(),
            scopes,
        }
    }

    fn asked(body: &str, headers: &[(&str, &str)], uri: &str) -> Result<Request, &'static str> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(
                axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
        }
        Request::read(&uri.parse().unwrap(), &map, body.as_bytes()).map_err(|refusal| refusal.error)
    }

    #[tokio::test]
    async fn a_client_gets_a_token_by_its_secret_and_nobody_else_does() {
        let tokens = Tokens::new(&[client("ci", &["sp:config:read"])]).unwrap();
        assert!(
            tokens
                .check("ci", "CANARY-secret-of-a-client")
                .await
                .is_some()
        );
        assert!(
            tokens
                .check("ci", "CANARY-secret-of-a-clienT")
                .await
                .is_none()
        );
        assert!(tokens.check("ci", "").await.is_none());
        assert!(
            tokens
                .check("other", "CANARY-secret-of-a-client")
                .await
                .is_none()
        );
        let token = tokens.issue("ci".into(), vec![Scope::Read]).unwrap();
        assert_eq!(token.len(), 64);
        assert_eq!(&*tokens.find(&token).unwrap().client, "ci");
        assert!(tokens.find(&token.to_uppercase()).is_err() || token == token.to_uppercase());
        assert!(tokens.find("").is_err());
    }

    #[test]
    fn a_token_is_good_for_a_while_only() {
        let tokens = Tokens::new(&[]).unwrap();
        let token = tokens.issue("ci".into(), vec![Scope::Read]).unwrap();
        for open in tokens.open.lock().unwrap().values_mut() {
            open.until = Instant::now();
        }
        assert_eq!(tokens.find(&token).err(), Some("JWT is expired"));
        tokens.issue("ci".into(), Vec::new()).unwrap();
        assert_eq!(
            tokens.open.lock().unwrap().len(),
            1,
            "what is expired is forgotten"
        );
    }

    #[test]
    fn what_the_configuration_says_is_checked_and_never_quoted() {
        let refused = |clients: &[Client]| Tokens::new(clients).err().unwrap().to_string();
        assert!(refused(&[client("a", &[]), client("a", &[])]).contains("duplicate name"));
        assert!(refused(&[client("a", &["sp:config:write"])]).contains("sp:config:write"));
        let plain = Client {
            secret_hash: "CANARY-plain-text".to_owned().into(),
            ..client("a", &[])
        };
        let described = refused(&[plain]);
        assert!(
            described.contains("secret_hash") && !described.contains("CANARY"),
            "{described}"
        );
    }

    #[test]
    fn the_secret_may_come_in_the_body_in_the_address_or_in_a_header() {
        let form = (
            "content-type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        );
        let read = asked(
            "grant_type=client_credentials&client_id=a&client_secret=b%2Bc",
            &[form],
            "/oauth/token",
        );
        assert_eq!(read.unwrap().client_secret.as_deref(), Some("b+c"));
        let read = asked(
            "",
            &[],
            "/oauth/token?grant_type=client_credentials&client_id=a&client_secret=b",
        );
        assert_eq!(read.unwrap().client_secret.as_deref(), Some("b"));
        // a:b%26c
        let basic = ("authorization", "Basic YTpiJTI2Yw==");
        let read = asked(
            "grant_type=client_credentials",
            &[form, basic],
            "/oauth/token",
        )
        .unwrap();
        assert_eq!(read.client_id.as_deref(), Some("a"));
        assert_eq!(read.client_secret.as_deref(), Some("b&c"));
    }

    #[test]
    fn what_is_said_twice_or_in_another_form_is_refused() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let basic = ("authorization", "Basic YTpiJTI2Yw==");
        assert_eq!(
            asked("client_id=a&client_id=a", &[form], "/").err(),
            Some("invalid_request")
        );
        assert_eq!(
            asked("client_id=a", &[form], "/?client_id=a").err(),
            Some("invalid_request")
        );
        assert_eq!(
            asked("client_secret=b", &[form, basic], "/").err(),
            Some("invalid_request")
        );
        assert_eq!(
            asked("client_id=other", &[form, basic], "/").err(),
            Some("invalid_request")
        );
        assert_eq!(
            asked("{}", &[("content-type", "application/json")], "/").err(),
            Some("invalid_request")
        );
        assert_eq!(
            asked("", &[("authorization", "Basic ?")], "/").err(),
            Some("invalid_client")
        );
        assert_eq!(
            asked("", &[("authorization", "Basic")], "/").err(),
            Some("invalid_client")
        );
    }

    #[test]
    fn a_client_gets_the_scopes_it_asks_for_as_far_as_it_has_them() {
        let both = [Scope::Read, Scope::Manage];
        assert_eq!(granted(&both, ""), Some(both.to_vec()));
        assert_eq!(granted(&both, "sp:scopes:all"), Some(both.to_vec()));
        assert_eq!(granted(&both, "sp:config:read"), Some(vec![Scope::Read]));
        assert_eq!(granted(&[Scope::Read], "sp:config:manage"), None);
        assert_eq!(granted(&both, "idn:everything"), None);
    }

    #[test]
    fn a_hashed_secret_is_none_that_can_be_read() {
        let hash = hash_secret("CANARY-secret-of-a-client").unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("CANARY"));
        assert!(hash_secret("short").is_err());
    }
}
