//! The targets of a session that has several.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::failure::{Failure, FailureKind};
use super::file::Loaded;
use super::matrix::NamedTarget;

/// The targets of a session, one of which is reviewed, and the file as it was read for all.
pub(super) struct SessionTargets {
    pub(super) all: Vec<NamedTarget>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one that is reviewed.
    here: Option<usize>,
    loaded: Option<Loaded>,
}

impl SessionTargets {
    pub(super) fn new(all: Vec<NamedTarget>) -> Self {
        Self {
            all,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the one that is reviewed, if any.
    pub(super) fn here(&self) -> Option<&NamedTarget> {
        let here = self.state().here;
        here.and_then(|here| self.all.get(here))
    }

    /// Says which one is reviewed.
    pub(super) fn go_to(&self, target: usize) {
        self.state().here = Some(target);
    }

    /// Returns one of them.
    pub(super) fn get(&self, target: usize) -> Result<&NamedTarget, Failure> {
        self.all
            .get(target)
            .ok_or_else(|| Failure::new(FailureKind::Internal, "the session has no such target"))
    }

    /// Keeps the file as it was read.
    pub(super) fn keep(&self, loaded: &Loaded) {
        self.state().loaded = Some(loaded.clone());
    }

    /// Returns the file as it was read.
    pub(super) fn loaded(&self) -> Option<Loaded> {
        self.state().loaded.clone()
    }
}
