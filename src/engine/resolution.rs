//! What becomes of each item under the choices of the operator.

use serde::Serialize;

use super::choice::Choices;
use super::diff::{Change, Op, Show};
use super::finding::Finding;
use super::item::ItemId;
use super::plan::{Entry, Plan};
use super::verdict::{Reason, Status};

/// The outcome of an item when the choices are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is added.
    Added,
    /// It is overwritten.
    Covered,
    /// It exists already, without a difference.
    Unchanged,
    /// The operator left it out.
    Skipped,
    /// It is blocked.
    Blocked,
}

impl Outcome {
    /// Returns whether the target's object is written.
    pub const fn is_written(self) -> bool {
        matches!(self, Self::Added | Self::Covered)
    }

    /// Returns the word for people, which is also that of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Covered => "covered",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Blocked => "blocked",
        }
    }
}

/// An item under the operator's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The status to show.
    pub status: Status,
    /// The outcome of applying.
    pub outcome: Outcome,
    /// What the choices block, in addition to the verdict's own reasons.
    pub blocked_by: Option<Reason>,
}

/// All items under the operator's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    states: Vec<State>,
}

impl Resolution {
    fn new(plan: &Plan, choices: &Choices) -> Self {
        let blocks = plan.settle(|index| choices.is_chosen(index), |_| false);
        let free: Vec<bool> = plan
            .entries()
            .iter()
            .zip(&blocks)
            .enumerate()
            .map(|(index, (entry, block))| {
                choices.is_chosen(index) && block.is_none() && !entry.verdict.status.is_blocked()
            })
            .collect();
        let is_written = |id: &ItemId| {
            plan.position(id)
                .is_some_and(|index| free.get(index) == Some(&true))
        };
        let states = plan
            .entries()
            .iter()
            .zip(blocks)
            .enumerate()
            .map(|(index, (entry, block))| {
                State::new(entry, choices.is_chosen(index), block, is_written)
            })
            .collect();
        Self { states }
    }

    /// Returns the items' states, in the plan's order.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Returns one item's state.
    pub fn state(&self, index: usize) -> Option<&State> {
        self.states.get(index)
    }

    /// Returns whether an item is written.
    pub fn is_written(&self, index: usize) -> bool {
        self.state(index)
            .is_some_and(|state| state.outcome.is_written())
    }

    /// Counts the items with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.states
            .iter()
            .filter(|state| state.outcome == outcome)
            .count()
    }
}

impl State {
    /// Returns what blocks an item: its own reasons and those of the choices;
    /// empty for an item that is not blocked.
    pub fn reasons<'s>(&'s self, entry: &'s Entry) -> impl Iterator<Item = &'s Reason> {
        // Both can be the same reason.
        let block = self
            .blocked_by
            .iter()
            .filter(|reason| !entry.verdict.reasons.contains(reason));
        let reasons = entry.verdict.reasons.iter().chain(block);
        reasons.filter(|_| self.outcome == Outcome::Blocked)
    }

    fn new(
        entry: &Entry,
        chosen: bool,
        blocked_by: Option<Reason>,
        is_written: impl Fn(&ItemId) -> bool,
    ) -> Self {
        let status = entry.verdict.status;
        let (status, outcome) = match (status, chosen) {
            (blocked, _) if blocked.is_blocked() => (blocked, Outcome::Blocked),
            (status, true) if blocked_by.is_some() => (status.blocked(), Outcome::Blocked),
            (Status::Add, true) => (Status::Add, Outcome::Added),
            (Status::Repeat | Status::Cover, true) if entry.has_effect(&is_written) => {
                (Status::Cover, Outcome::Covered)
            }
            (status, _) if entry.is_unchanged() => (status, Outcome::Unchanged),
            (status, _) => (status, Outcome::Skipped),
        };
        Self {
            status,
            outcome,
            blocked_by,
        }
    }
}

impl Plan {
    /// Returns the outcome of each item under the operator's choices.
    pub fn resolve(&self, choices: &Choices) -> Resolution {
        Resolution::new(self, choices)
    }

    /// Returns the warnings that matter for choices: the file's, then those of
    /// each item that will be written.
    pub fn warnings_under(&self, resolution: &Resolution) -> impl Iterator<Item = &Finding> {
        self.warnings_of(|index| {
            resolution
                .state(index)
                .is_some_and(|state| state.outcome.is_written())
        })
    }

    /// Returns what applying deletes from the target: the index of the item in
    /// the plan, and the change. Costs a comparison of each covered item that
    /// loses something, and nothing for the others.
    pub fn removals(&self, resolution: &Resolution) -> Vec<(usize, Change)> {
        let is_written = |id: &ItemId| {
            let state = self.position(id).and_then(|index| resolution.state(index));
            state.is_some_and(|state| state.outcome.is_written())
        };
        let entries = self.entries().iter().zip(resolution.states()).enumerate();
        let losing = entries
            .filter(|(_, (entry, state))| entry.removes && state.outcome == Outcome::Covered);
        losing
            .flat_map(|(index, _)| {
                self.changes(index, Show::Differences)
                    .into_iter()
                    .map(move |change| (index, change))
            })
            .filter(|(_, change)| {
                change.op == Op::Remove && change.needs.as_ref().is_none_or(is_written)
            })
            .collect()
    }
}
