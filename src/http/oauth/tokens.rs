//! The clients of the configuration, their secrets and their tokens.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::config::Client;
use crate::job::{Failure, FailureKind};

/// The lifetime of a token, the same as the vendor's.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(749);

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

/// The clients and their tokens: in memory only, as hashes, so that after a
/// restart every client needs a new one.
pub(in crate::http) struct Tokens {
    clients: Vec<Known>,
    pub(super) open: Mutex<HashMap<[u8; 32], Token>>,
    checks: Semaphore,
}

/// A client of the configuration.
pub(super) struct Known {
    pub(super) id: Arc<str>,
    hash: Arc<str>,
    pub(super) scopes: Vec<Scope>,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) client: Arc<str>,
    pub(super) scopes: Vec<Scope>,
    pub(super) until: Instant,
}

impl Tokens {
    /// Reads the clients of the configuration.
    ///
    /// # Errors
    ///
    /// Refuses duplicate names, invalid hashes, and unknown scopes.
    pub(in crate::http) fn new(clients: &[Client]) -> Result<Self, Failure> {
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
    pub(super) async fn check(&self, id: &str, secret: &str) -> Option<&Known> {
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
    pub(super) fn issue(&self, client: Arc<str>, scopes: Vec<Scope>) -> Option<String> {
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
    pub(super) fn find(&self, token: &str) -> Result<Token, &'static str> {
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
