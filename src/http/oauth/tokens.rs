//! The clients of the configuration, their secrets and their tokens.

use std::collections::HashSet;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::jwt::{self, Claims, UNKNOWN, signed};
use super::keys::Keys;
use crate::config::Client;
use crate::job::{Failure, FailureKind};

/// The lifetime of a token, the same as the vendor's.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(749);

/// The maximum length of a token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 8_192;

/// What a token says of the tenant, for clients that want to read it: there is
/// one only.
const ORG: &str = "gatediff";
const TENANT: &str = "00000000-0000-4000-8000-676174656469";

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
    pub(super) const ALL: [Self; 2] = [Self::Read, Self::Manage];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Read => "sp:config:read",
            Self::Manage => "sp:config:manage",
        }
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// The word by which clients ask for every scope they have.
pub(super) const ALL_SCOPES: &str = "sp:scopes:all";

/// The clients and the keys that sign their tokens. The tokens themselves are
/// nowhere: every server that has the keys knows them.
pub(in crate::http) struct Tokens {
    clients: RwLock<Arc<[Known]>>,
    keys: Keys,
    checks: Semaphore,
}

/// A client of the configuration.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) id: Arc<str>,
    hash: Arc<str>,
    pub(super) scopes: Vec<Scope>,
}

/// Who a token was issued to, and what it allows.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) client: Arc<str>,
    pub(super) scopes: Vec<Scope>,
}

/// Checks the clients of the configuration.
///
/// # Errors
///
/// Refuses duplicate names, invalid hashes, and unknown scopes.
fn known(clients: &[Client]) -> Result<Arc<[Known]>, Failure> {
    let mut names = HashSet::new();
    let mut known = Vec::new();
    for client in clients {
        let refused = |what: &str| {
            let what = format!("the configuration's client '{}' {what}", client.id);
            Failure::new(FailureKind::Usage, what)
        };
        if client.id.is_empty() || !names.insert(client.id.as_str()) {
            return Err(
                refused("has an empty or duplicate name").hint("give each client a unique name")
            );
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
    Ok(known.into())
}

impl Tokens {
    /// Returns the tokens of clients.
    ///
    /// # Errors
    ///
    /// Refuses duplicate names, invalid hashes, and unknown scopes.
    pub(in crate::http) fn new(clients: &[Client], keys: Keys) -> Result<Self, Failure> {
        Ok(Self {
            clients: RwLock::new(known(clients)?),
            keys,
            checks: Semaphore::new(CHECKED_AT_ONCE),
        })
    }

    /// Replaces the clients and reads the keys again. Tokens of a client that is
    /// gone are good no more.
    ///
    /// # Errors
    ///
    /// Fails as [`new`](Self::new) does, or if the keys cannot be read; what was
    /// there before stays.
    pub(in crate::http) async fn reload(&self, clients: &[Client]) -> Result<(), Failure> {
        let clients = known(clients)?;
        self.keys.reload().await?;
        if let Ok(mut current) = self.clients.write() {
            *current = clients;
        }
        Ok(())
    }

    /// Reads the keys again, which another server may have replaced.
    ///
    /// # Errors
    ///
    /// Fails if they cannot be read.
    pub(in crate::http) async fn refresh(&self) -> Result<(), Failure> {
        self.keys.reload().await
    }

    fn clients(&self) -> Arc<[Known]> {
        self.clients
            .read()
            .map_or_else(|_| Arc::from([]), |clients| Arc::clone(&clients))
    }

    /// Checks a client's secret. Takes the same time for an unknown client.
    pub(super) async fn check(&self, id: &str, secret: &str) -> Option<Known> {
        if secret.len() > MAX_SECRET_BYTES {
            return None;
        }
        let clients = self.clients();
        let found = clients.iter().find(|client| &*client.id == id);
        let against = found.or_else(|| clients.first())?;
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
        found.filter(|_| is_right).cloned()
    }

    /// Creates a token for a client; returns it with its claims.
    pub(super) fn issue(&self, client: &str, scopes: &[Scope]) -> Option<(String, Claims)> {
        let claims = claims(client, scopes, chrono::Utc::now().timestamp())?;
        let token = self.keys.with_newest(|key| signed(&claims, key))??;
        Some((token, claims))
    }

    /// Finds the client of a token, and which of the token's scopes it still
    /// has.
    pub(super) async fn find(&self, token: &str) -> Result<Token, &'static str> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(UNKNOWN);
        }
        let kid = jwt::kid(token).ok_or(UNKNOWN)?;
        let key = self.keys.find(&kid).await.ok_or(UNKNOWN)?;
        let claims = jwt::read(token, &key)?;
        let clients = self.clients();
        let client = clients
            .iter()
            .find(|client| *client.id == *claims.client_id)
            .ok_or("the client of the token is unknown")?;
        let scopes = claims.scope.iter().filter_map(|word| Scope::named(word));
        Ok(Token {
            client: Arc::clone(&client.id),
            scopes: scopes
                .filter(|scope| client.scopes.contains(scope))
                .collect(),
        })
    }
}

/// Returns what a new token says.
pub(super) fn claims(client: &str, scopes: &[Scope], now: i64) -> Option<Claims> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    let digest = hex::encode(Sha256::digest(client.as_bytes()));
    let authorities = scopes
        .contains(&Scope::Manage)
        .then(|| "ORG_ADMIN".to_owned());
    let scope = scopes.iter().map(|scope| scope.word().to_owned());
    Some(Claims {
        tenant_id: TENANT.to_owned(),
        pod: ORG.to_owned(),
        org: ORG.to_owned(),
        identity_id: digest.get(..32)?.to_owned(),
        user_name: client.to_owned(),
        client_id: client.to_owned(),
        strong_auth: true,
        strong_auth_supported: true,
        authorities: authorities.into_iter().collect(),
        scope: scope.collect(),
        iat: now,
        exp: now.checked_add(i64::try_from(GOOD_FOR.as_secs()).ok()?)?,
        jti: uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string(),
    })
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
            "a client's secret must have at least {SHORTEST} characters and at most {MAX_SECRET_BYTES} bytes"
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
