//! The administrator's secret.

use std::sync::RwLock;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::job::{Failure, FailureKind};

/// The well-known default secret that the other product ships with.
const DEFAULT: &str = "12345";

/// The minimum length of a secret, in characters.
const SHORTEST: usize = 16;

/// The header with the secret.
const HEADER: &str = "admin-auth";

/// The administrator's secret, as its hash: it cannot be shown, and comparing
/// takes the same time for every text.
#[derive(Clone)]
pub struct AdminSecret([u8; 32]);

impl AdminSecret {
    /// Accepts a secret, trimmed of whitespace and line ends.
    ///
    /// # Errors
    ///
    /// Refuses an empty one, a short one, and the well-known default.
    pub fn new(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let what = match text {
            "" => "the administrator's secret is empty".to_owned(),
            DEFAULT => "the administrator's secret is the product's well-known default".to_owned(),
            text if text.chars().count() < SHORTEST => {
                format!("the administrator's secret is shorter than {SHORTEST} characters")
            }
            text => return Ok(Self(hash(text.as_bytes()))),
        };
        Err(Failure::new(FailureKind::Usage, what)
            .hint("generate one with: openssl rand -hex 32")
            .hint("then pass it in a file with --admin-secret-file, or in GATEDIFF_ADMIN_SECRET"))
    }

    /// Says whether a text is the secret.
    fn is(&self, text: &[u8]) -> bool {
        self.0.ct_eq(&hash(text)).into()
    }
}

impl std::fmt::Debug for AdminSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The administrator's secret while the server runs; without one, nobody is the
/// administrator.
pub(super) struct Admin(RwLock<Option<AdminSecret>>);

impl Admin {
    pub(super) const fn new(secret: Option<AdminSecret>) -> Self {
        Self(RwLock::new(secret))
    }

    /// Replaces the secret.
    pub(super) fn replace(&self, secret: Option<AdminSecret>) {
        if let Ok(mut current) = self.0.write() {
            *current = secret;
        }
    }

    /// Says whether a request has the secret, as [`is_admin`] does.
    pub(super) fn is(&self, headers: &HeaderMap, or_authorization: bool) -> bool {
        let Ok(secret) = self.0.read() else {
            return false;
        };
        is_admin(secret.as_ref(), headers, or_authorization)
    }
}

/// Says whether a request has the secret: in `admin-auth` or, where that is
/// allowed too, in `Authorization`. Without a configured secret, none has.
fn is_admin(secret: Option<&AdminSecret>, headers: &HeaderMap, or_authorization: bool) -> bool {
    let Some(secret) = secret else { return false };
    let given = headers
        .get(HEADER)
        .or_else(|| headers.get(AUTHORIZATION).filter(|_| or_authorization));
    given.is_some_and(|given| secret.is(given.as_bytes()))
}

fn hash(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_can_be_guessed_is_refused_and_never_quoted() {
        for text in ["", "  \n", "12345", "short-secret-15", "\n12345\n"] {
            let failure = AdminSecret::new(text).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            assert!(failure.hints[0].contains("openssl rand"));
            let text = text.trim();
            assert!(
                text.is_empty() || !failure.to_string().contains(text),
                "{failure}"
            );
        }
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let secret = AdminSecret::new("0123456789abcdef\n").unwrap();
        let mut headers = HeaderMap::new();
        assert!(!is_admin(Some(&secret), &headers, true));
        headers.insert("authorization", "0123456789abcdef".parse().unwrap());
        assert!(is_admin(Some(&secret), &headers, true));
        assert!(!is_admin(Some(&secret), &headers, false));
        headers.insert(HEADER, "0123456789abcde".parse().unwrap());
        assert!(
            !is_admin(Some(&secret), &headers, true),
            "admin-auth counts where it is given"
        );
        assert!(!is_admin(None, &headers, true));
    }
}
