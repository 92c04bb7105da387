//! Signing and reading tokens: HMAC with SHA-256, and nothing else.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use signature::{Signer, Verifier};

use crate::job::token_keys::TokenKey;

/// What a token says. The names are the vendor's: its command line reads
/// `user_name`, `org` and `pod`, its editor plug-in `exp` and `client_id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) tenant_id: String,
    pub(super) pod: String,
    pub(super) org: String,
    pub(super) identity_id: String,
    pub(super) user_name: String,
    pub(super) client_id: String,
    pub(super) strong_auth: bool,
    pub(super) strong_auth_supported: bool,
    pub(super) authorities: Vec<String>,
    pub(super) scope: Vec<String>,
    /// When it was issued, in seconds since 1970.
    pub(super) iat: i64,
    /// Until when it is good.
    pub(super) exp: i64,
    /// Its own name.
    pub(super) jti: String,
}

/// How far the clocks of two servers may differ, in seconds.
const LEEWAY: u64 = 5;

/// The one algorithm, for the crate's functions.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    // For keys in JSON, which there are none of here.
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> Result<Box<Self>> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        let keyed = Hmac::new_from_slice(key).map_err(|_| Error::from(ErrorKind::InvalidKeyFormat));
        keyed.map(|keyed| Box::new(Self(keyed)))
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Ok(Hs256::new(*algorithm, key.as_bytes())?)
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    Ok(Hs256::new(*algorithm, key.try_get_as_bytes()?)?)
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        let keyed = self.0.clone().chain_update(message);
        Ok(keyed.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), signature::Error> {
        // In the same time for every signature.
        let keyed = self.0.clone().chain_update(message);
        keyed
            .verify_slice(signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

/// Signs a token.
pub(super) fn signed(claims: &Claims, key: &TokenKey) -> Option<String> {
    PROVIDER.install_default().ok();
    let header = Header {
        kid: Some(key.kid.clone()),
        ..Header::new(Algorithm::HS256)
    };
    let key = EncodingKey::from_secret(&key.key).ok()?;
    jsonwebtoken::encode(&header, claims, &key).ok()
}

/// Returns the name of the key that a token says it is signed with.
pub(super) fn kid(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// Reads a token that a key has signed.
pub(super) fn read(token: &str, key: &TokenKey) -> std::result::Result<Claims, &'static str> {
    PROVIDER.install_default().ok();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = LEEWAY;
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(&key.key).map_err(|_| UNKNOWN)?;
    let read = jsonwebtoken::decode::<Claims>(token, &key, &validation);
    read.map(|data| data.claims)
        .map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => "JWT is expired",
            _ => UNKNOWN,
        })
}

/// What is said of a token that no key of ours has signed.
pub(super) const UNKNOWN: &str = "the token is unknown or expired";
