//! What is known of the policy of one target.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::target_policy::{MatchedBy, TargetPolicy};

/// The policy of one target, as far as known; more may be known after connecting.
#[derive(Debug)]
pub(super) struct KnownPolicy {
    pub(super) profiles: Vec<Profile>,
    pub(super) directory: Option<PathBuf>,
    pub(super) known: Mutex<Known>,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) policy: TargetPolicy,
    pub(super) is_met: bool,
}

/// A profile and whether its address means the target.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) production: bool,
    pub(super) read_only: bool,
    /// Its addresses, by which clusters are kept.
    pub(super) places: Vec<String>,
    /// Those of them that mean the target.
    pub(super) matching: Vec<String>,
    pub(super) by: Option<MatchedBy>,
}

impl KnownPolicy {
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what all profiles say that `how` recognises.
    pub(super) fn add(&self, how: impl Fn(&Profile) -> Option<MatchedBy>) {
        let policy = &mut self.known().policy;
        for profile in &self.profiles {
            policy.add(
                &profile.name,
                [profile.production, profile.read_only],
                how(profile),
            );
        }
    }
}
