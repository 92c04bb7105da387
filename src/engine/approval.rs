//! A plan with choices that may be applied.

use std::sync::Arc;

use super::choice::Choices;
use super::missing::MissingCount;
use super::plan::Plan;
use super::resolution::Outcome;

/// The action on one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Insert it.
    Add,
    /// Overwrite it.
    Cover,
}

/// One item to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its index in the plan.
    pub index: usize,
    /// The action.
    pub verb: Verb,
}

/// Why the choices cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Objects are missing and ignoring them is not confirmed.
    MissingUnconfirmed(MissingCount),
    /// No chosen item changes anything.
    NothingToWrite {
        /// The number of blocked items.
        blocked: usize,
    },
}

/// A plan with choices that may be applied. Only [`Plan::approve`] creates one.
#[derive(Clone, Debug)]
pub struct Approved {
    plan: Arc<Plan>,
    steps: Vec<Step>,
    outcomes: Vec<Outcome>,
}

impl Approved {
    /// Returns the plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Returns the steps: kind by kind, Adds before Covers, in file order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the outcome of each item of the plan.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Returns whether an item of the plan is written.
    pub fn is_written(&self, index: usize) -> bool {
        self.outcomes
            .get(index)
            .is_some_and(|outcome| outcome.is_written())
    }

    /// Counts the steps of one action.
    pub fn count(&self, verb: Verb) -> usize {
        self.steps.iter().filter(|step| step.verb == verb).count()
    }
}

impl Plan {
    /// Turns choices into an approved plan.
    ///
    /// # Errors
    ///
    /// Fails while objects are missing without confirmation, and when nothing
    /// chosen would change anything.
    pub fn approve(self: &Arc<Self>, choices: &Choices) -> Result<Approved, Refusal> {
        let resolution = self.resolve(choices);
        let mut steps: Vec<Step> = resolution
            .states()
            .iter()
            .enumerate()
            .filter_map(|(index, state)| {
                let verb = match state.outcome {
                    Outcome::Added => Verb::Add,
                    Outcome::Covered => Verb::Cover,
                    Outcome::Unchanged | Outcome::Skipped | Outcome::Blocked => return None,
                };
                Some(Step { index, verb })
            })
            .collect();
        if steps.is_empty() {
            return Err(Refusal::NothingToWrite {
                blocked: resolution.count(Outcome::Blocked),
            });
        }
        if !self.missing().is_empty() && !choices.missing_confirmed {
            return Err(Refusal::MissingUnconfirmed(self.missing_count()));
        }
        let rank = |step: &Step| {
            let kind = self.entry(step.index).map(|entry| &entry.item.id.kind);
            (
                self.kinds()
                    .iter()
                    .position(|info| Some(&info.kind) == kind),
                step.verb == Verb::Cover,
                step.index,
            )
        };
        steps.sort_by_key(rank);
        Ok(Approved {
            plan: Arc::clone(self),
            steps,
            outcomes: resolution
                .states()
                .iter()
                .map(|state| state.outcome)
                .collect(),
        })
    }
}
