//! The keys that sign a server's bearer tokens, where other servers find them
//! too: in the target.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::failure::Failure;
use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::ledger::token_keys;
use crate::store::{Target, Timeouts};

pub use crate::store::ledger::token_keys::TokenKey;

/// How long a key signs before it is replaced. It is accepted for as long
/// again, which is longer than any token lives.
const ROTATION: Duration = Duration::from_secs(30 * 24 * 3600);

/// Returns the key that signs and the one before it, for every server on a
/// target the same. Makes a new one if it is time.
///
/// # Errors
///
/// Fails if the target cannot be reached, read or written.
pub async fn token_keys(target: &Target, timeouts: Timeouts) -> Result<Vec<TokenKey>, Failure> {
    let mut key = vec![0; 32];
    getrandom::fill(&mut key).map_err(|error| Failure::internal("making a key", error))?;
    let new = token_key(key);
    let (mut connection, monitor) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
    let keys = monitor
        .run(token_keys::current(&mut connection, ROTATION, &new))
        .await
        .flatten()?;
    monitor.close(connection).await;
    Ok(keys)
}

/// Returns a key with its name, which is derived from it and does not reveal it.
pub fn token_key(key: Vec<u8>) -> TokenKey {
    let digest = Sha256::digest([b"kid ", key.as_slice()].concat());
    let kid = hex::encode(digest.get(..8).unwrap_or_default());
    TokenKey { kid, key }
}
