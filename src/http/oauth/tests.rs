use std::time::Instant;

use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use axum::http::HeaderMap;

use super::request::Request;
use super::routes::granted;
use super::tokens::{Scope, Tokens, hash_secret};
use crate::config::Client;

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
