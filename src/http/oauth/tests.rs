use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::jwt::signed;
use super::keys::Keys;
use super::request::Request;
use super::routes::granted;
use super::tokens::{Scope, Tokens, claims, hash_secret};
use crate::config::Client;
use crate::job::token_keys::token_key;

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
    let tokens = tokens(&[client("ci", &["sp:config:read"])], &[KEY]);
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
    let (token, _) = tokens.issue("ci", &[Scope::Read]).unwrap();
    assert_eq!(&*tokens.find(&token).await.unwrap().client, "ci");
    assert!(tokens.find(&token.to_uppercase()).await.is_err());
    assert!(tokens.find("").await.is_err());
    assert!(tokens.find(&"a".repeat(100_000)).await.is_err());
}

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const NEXT: &[u8] = b"fedcba9876543210fedcba9876543210";

fn tokens(clients: &[Client], keys: &[&[u8]]) -> Tokens {
    Tokens::new(clients, Keys::of(keys)).unwrap()
}

#[tokio::test]
async fn a_token_is_good_for_a_while_only() {
    let tokens = tokens(&[client("ci", &["sp:config:read"])], &[KEY]);
    let now = chrono::Utc::now().timestamp();
    for (issued, is_good) in [(now - 740, true), (now - 800, false)] {
        let claims = claims("ci", &[Scope::Read], issued).unwrap();
        let token = signed(&claims, &token_key(KEY.to_vec())).unwrap();
        match tokens.find(&token).await {
            Ok(_) => assert!(is_good),
            Err(text) => assert_eq!((is_good, text), (false, "JWT is expired")),
        }
    }
}

#[tokio::test]
async fn a_token_is_known_to_every_server_that_has_its_key_also_as_the_second_one() {
    let clients = [client("ci", &["sp:config:read", "sp:config:manage"])];
    let (token, claims) = tokens(&clients, &[KEY])
        .issue("ci", &[Scope::Manage])
        .unwrap();
    assert_eq!(
        (
            &*claims.user_name,
            &*claims.client_id,
            claims.exp - claims.iat
        ),
        ("ci", "ci", 749)
    );
    for (keys, is_known) in [(&[KEY][..], true), (&[NEXT, KEY], true), (&[NEXT], false)] {
        let found = tokens(&clients, keys).find(&token).await;
        assert_eq!(found.is_ok(), is_known, "{found:?}");
    }
    // Of the token's scopes the client has to have them still.
    let fewer = tokens(&[client("ci", &["sp:config:read"])], &[KEY]);
    assert!(fewer.find(&token).await.unwrap().scopes.is_empty());
    assert!(tokens(&[], &[KEY]).find(&token).await.is_err());
}

#[tokio::test]
async fn a_token_that_somebody_else_has_written_is_none() {
    let tokens = tokens(&[client("ci", &["sp:config:manage"])], &[KEY]);
    let (token, claims) = tokens.issue("ci", &[Scope::Manage]).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let kid = token_key(KEY.to_vec()).kid;
    // Another key, called by the name of ours; no signature; another algorithm.
    let mut other = token_key(NEXT.to_vec());
    other.kid.clone_from(&kid);
    let none = encode(&format!("{{\"alg\":\"none\",\"kid\":\"{kid}\"}}"));
    let larger = encode(&format!("{{\"alg\":\"HS512\",\"kid\":\"{kid}\"}}"));
    for forged in [
        signed(&claims, &other).unwrap(),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{larger}.{}.{}", parts[1], parts[2]),
        format!(
            "{}.{}.{}",
            parts[0],
            encode("{\"exp\":9999999999}"),
            parts[2]
        ),
        format!("{}.{}", parts[0], parts[1]),
    ] {
        assert!(tokens.find(&forged).await.is_err(), "{forged}");
    }
}

#[test]
fn what_the_configuration_says_is_checked_and_never_quoted() {
    let refused = |clients: &[Client]| {
        Tokens::new(clients, Keys::of(&[]))
            .err()
            .unwrap()
            .to_string()
    };
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
