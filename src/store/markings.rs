//! What is known of the marks of one target.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::target_policy::{MarkedBy, TargetPolicy};

/// The profiles' marks of one target, as far as known; more may be known after connecting.
#[derive(Debug)]
pub(super) struct Markings {
    pub(super) profiles: Vec<Profile>,
    pub(super) directory: Option<PathBuf>,
    pub(super) known: Mutex<Known>,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) marks: TargetPolicy,
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
    pub(super) by: Option<MarkedBy>,
}

impl Markings {
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the marks of all profiles that `how` recognises.
    pub(super) fn add(&self, how: impl Fn(&Profile) -> Option<MarkedBy>) {
        let marks = &mut self.known().marks;
        for profile in &self.profiles {
            marks.add(
                &profile.name,
                [profile.production, profile.read_only],
                how(profile),
            );
        }
    }
}
