//! The known products, and which of them a file belongs to.

use std::sync::{PoisonError, RwLock};

use super::contract::Platform;
use super::digirunner::Digirunner;
use super::sp_config::SP_CONFIG;
use super::tyk::TYK;
use crate::source::{ParseError, Root, RootKey, find_root_key};

/// The platforms that gatediff comes with.
pub static PLATFORMS: [&dyn Platform; 3] = [&Digirunner, &TYK, &SP_CONFIG];

/// Those that were registered at run time.
static ADDED: RwLock<Vec<&'static dyn Platform>> = RwLock::new(Vec::new());

/// Registers a platform for the rest of the process, unless its name is already
/// known.
pub fn add(platform: &'static dyn Platform) {
    let mut added = ADDED.write().unwrap_or_else(PoisonError::into_inner);
    let mut known = PLATFORMS.iter().chain(added.iter());
    if !known.any(|known| known.name() == platform.name()) {
        added.push(platform);
    }
}

/// Returns all platforms.
pub fn all() -> impl Iterator<Item = &'static dyn Platform> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner).clone();
    PLATFORMS.into_iter().chain(added)
}

/// Returns the platform of that name.
pub fn named(name: &str) -> Option<&'static dyn Platform> {
    all().find(|platform| platform.name() == name)
}

/// Recognises the platform of a file, from its content.
///
/// # Errors
///
/// Fails if it is not JSON, if its root is neither an object nor a list of
/// objects, or if no platform recognises any of its keys.
pub fn detect(bytes: &[u8]) -> Result<&'static dyn Platform, ParseError> {
    let found = find_root_key(bytes, Root::ObjectOrList, |key| {
        all().find(|platform| platform.recognises(key))
    })?;
    match found {
        RootKey::Known(platform) => Ok(platform),
        RootKey::Unknown(keys) => Err(ParseError::unknown_format(&keys, all().map(Platform::name))),
    }
}
