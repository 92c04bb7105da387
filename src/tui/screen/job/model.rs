//! The running job.

use std::time::Duration;

use crate::job::{Phase, Progress};
use crate::tui::effect::EffectId;

/// A running job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: EffectId,
    pub(crate) work: JobKind,
    /// When it was first seen running; time comes with the ticks.
    pub(crate) since: Option<Duration>,
    /// The latest progress of each phase, in the order in which they started.
    pub(crate) phases: Vec<PhaseRun>,
    /// How often the operator asked it to stop.
    pub(crate) cancel_requests: usize,
}

/// A phase of a running job.
#[derive(Clone, Debug)]
pub(crate) struct PhaseRun {
    pub(crate) progress: Progress,
    /// When it was first seen running.
    pub(crate) since: Option<Duration>,
}

/// The kind of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobKind {
    Compare,
    Apply,
    Rehearse,
    /// Undoing the job of this number.
    Undo(i64),
    /// Writing a file.
    Save,
    /// Comparing with all targets.
    CompareAll,
    /// Reading what only the target has.
    OnlyInTarget,
    /// Reading the ledger.
    History,
    /// Reading scopes.
    Scopes,
    /// Editing scopes.
    Edit,
    /// Checking scopes.
    Check,
    /// Opening another file or target.
    Open,
}

impl JobKind {
    /// Returns whether it runs in a transaction that writes: such a job has the
    /// screen to itself, and is waited for.
    pub(crate) const fn writes(self) -> bool {
        matches!(
            self,
            Self::Apply | Self::Rehearse | Self::Undo(_) | Self::Edit
        )
    }

    /// Describes the job, as a reason why something else has to wait.
    pub(crate) const fn doing(self) -> &'static str {
        match self {
            Self::Compare => "file and target are being compared",
            Self::Apply => "the import is running",
            Self::Rehearse => "the rehearsal is running",
            Self::Undo(_) => "the undo is running",
            Self::Save => "a file is being written",
            Self::CompareAll => "the targets are being compared",
            Self::OnlyInTarget => "the target's other items are being read",
            Self::History => "the ledger is being read",
            Self::Scopes => "the scopes are being read",
            Self::Edit => "the edit is running",
            Self::Check => "the scopes are being checked",
            Self::Open => "another file or target is being opened",
        }
    }
}

impl Job {
    /// Handles the time.
    pub(crate) fn tick(&mut self, now: Duration) {
        self.since.get_or_insert(now);
        for phase in &mut self.phases {
            phase.since.get_or_insert(now);
        }
    }

    /// Returns whether it can no longer be cancelled.
    pub(crate) fn is_committing(&self) -> bool {
        self.phases
            .last()
            .is_some_and(|phase| phase.progress.phase == Phase::Commit)
    }

    /// Returns whether the answer to its commit takes so long that the seconds
    /// are counted: then the operator can quit, with an unknown outcome.
    pub(crate) fn is_waiting_for_commit(&self) -> bool {
        let counts = |phase: &PhaseRun| phase.progress.done > 0;
        self.is_committing() && self.phases.last().is_some_and(counts)
    }
}
