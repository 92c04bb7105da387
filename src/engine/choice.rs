//! What the operator chose, and what may therefore be applied.

use std::sync::Arc;

use serde::Serialize;

use super::item::ItemId;
use super::plan::{Entry, MissingCount, Plan};
pub use super::stale::{Stale, StaleField};
use super::verdict::{Reason, Status};

/// The operator's choices over one plan.
///
/// At first every Add is chosen and no Repeat is. Choosing a Repeat covers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    chosen: Vec<bool>,
    /// Whether missing objects may be ignored.
    pub missing_confirmed: bool,
}

impl Choices {
    /// Returns the choices nobody had to make: add what can be added.
    pub fn new(plan: &Plan) -> Self {
        Self {
            chosen: plan.entries().iter().map(|entry| entry.base.is_none()).collect(),
            missing_confirmed: false,
        }
    }

    /// Returns the choices that take everything that can be: what is new, what
    /// differs; missing objects are ignored.
    pub fn everything(plan: &Plan) -> Self {
        let mut choices = Self { missing_confirmed: true, ..Self::new(plan) };
        choices.cover_all(plan);
        choices
    }

    /// Returns the choices that take these items, as far as they can be chosen.
    pub fn of(plan: &Plan, is_chosen: impl Fn(&ItemId) -> bool, missing_confirmed: bool) -> Self {
        let mut choices = Self { missing_confirmed, ..Self::new(plan) };
        for (at, entry) in plan.entries().iter().enumerate() {
            choices.set(plan, at, is_chosen(&entry.item.id));
        }
        choices
    }

    /// Returns the items that were chosen and can be.
    pub fn chosen<'p>(&self, plan: &'p Plan) -> impl Iterator<Item = &'p ItemId> {
        let can = |entry: &Entry| !entry.verdict.status.is_blocked() && entry.changed;
        let entries = plan.entries().iter().enumerate();
        entries.filter(move |(at, entry)| self.is_chosen(*at) && can(entry)).map(|(_, entry)| &entry.item.id)
    }

    /// Says whether an item was chosen to be written.
    pub fn is_chosen(&self, at: usize) -> bool {
        self.chosen.get(at) == Some(&true)
    }

    /// Chooses an item, or leaves it out. Has no effect on blocked items and
    /// on repeats without a difference. Returns whether anything changed.
    pub fn set(&mut self, plan: &Plan, at: usize, chosen: bool) -> bool {
        let can = plan.entry(at).is_some_and(|entry| !entry.verdict.status.is_blocked() && entry.changed);
        match self.chosen.get_mut(at) {
            Some(slot) if can && *slot != chosen => {
                *slot = chosen;
                true
            }
            _ => false,
        }
    }

    /// Chooses an item together with the absent items that it needs, and
    /// returns the ones that came along.
    pub fn choose_with_prerequisites(&mut self, plan: &Plan, at: usize) -> Vec<usize> {
        let mut along = Vec::new();
        let mut open = vec![at];
        while let Some(next) = open.pop() {
            if self.set(plan, next, true) && next != at {
                along.push(next);
            }
            let needed = plan.entry(next).into_iter().flat_map(|entry| &entry.requires);
            let missing = needed.filter(|requirement| !requirement.present);
            open.extend(
                missing
                    .filter_map(|requirement| plan.position(&requirement.on))
                    .filter(|at| !self.is_chosen(*at)),
            );
        }
        along
    }

    /// Chooses every repeat that differs and can be covered; returns how many
    /// were not chosen before.
    pub fn cover_all(&mut self, plan: &Plan) -> usize {
        (0..plan.entries().len()).filter(|at| self.set(plan, *at, true)).count()
    }
}

/// What becomes of an item when the choices are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is added.
    Added,
    /// It is overwritten.
    Covered,
    /// It is there already, without a difference.
    Unchanged,
    /// The operator left it out.
    Skipped,
    /// Something stands in its way.
    Blocked,
}

/// An item under the operator's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The status to show.
    pub status: Status,
    /// What applying would do.
    pub outcome: Outcome,
    /// What the choices put in its way, beside the verdict's own reasons.
    pub obstacle: Option<Reason>,
}

/// All items under the operator's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    states: Vec<State>,
}

impl Resolution {
    pub(super) fn new(plan: &Plan, choices: &Choices) -> Self {
        let obstacles = plan.settle(|at| choices.is_chosen(at), |_| false);
        let free: Vec<bool> = plan
            .entries()
            .iter()
            .zip(&obstacles)
            .enumerate()
            .map(|(at, (entry, obstacle))| {
                choices.is_chosen(at) && obstacle.is_none() && !entry.verdict.status.is_blocked()
            })
            .collect();
        let is_written = |id: &ItemId| plan.position(id).is_some_and(|at| free.get(at) == Some(&true));
        let states = plan
            .entries()
            .iter()
            .zip(obstacles)
            .enumerate()
            .map(|(at, (entry, obstacle))| State::new(entry, choices.is_chosen(at), obstacle, is_written))
            .collect();
        Self { states }
    }

    /// Returns the items' states, in the plan's order.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Returns one item's state.
    pub fn state(&self, at: usize) -> Option<&State> {
        self.states.get(at)
    }

    /// Counts the items with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.states.iter().filter(|state| state.outcome == outcome).count()
    }
}

impl State {
    fn new(
        entry: &Entry,
        chosen: bool,
        obstacle: Option<Reason>,
        is_written: impl Fn(&ItemId) -> bool,
    ) -> Self {
        let status = entry.verdict.status;
        let (status, outcome) = match (status, chosen) {
            (blocked, _) if blocked.is_blocked() => (blocked, Outcome::Blocked),
            (status, true) if obstacle.is_some() => (status.blocked(), Outcome::Blocked),
            (Status::Add, true) => (Status::Add, Outcome::Added),
            (Status::Repeat | Status::Cover, true) if entry.has_effect(&is_written) => {
                (Status::Cover, Outcome::Covered)
            }
            (status, _) if entry.is_unchanged() => (status, Outcome::Unchanged),
            (status, _) => (status, Outcome::Skipped),
        };
        Self { status, outcome, obstacle }
    }
}

/// What to do to one item.
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
    /// Where it stands in the plan.
    pub at: usize,
    /// What to do.
    pub verb: Verb,
}

/// Why choices cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Objects are missing and nobody confirmed that they may be ignored.
    MissingUnconfirmed(MissingCount),
    /// Nothing chosen would change anything.
    NothingToWrite {
        /// How many items are blocked.
        blocked: usize,
    },
}

/// A plan with choices that may be applied. Only [`Plan::approve`] makes one.
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

    /// Returns what to write: kind by kind, Adds before Covers, in file order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns what becomes of each item of the plan.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Counts the steps of one sort.
    pub fn count(&self, verb: Verb) -> usize {
        self.steps.iter().filter(|step| step.verb == verb).count()
    }
}

impl Plan {
    /// Turns choices into something that may be applied.
    ///
    /// # Errors
    ///
    /// Refuses while objects are missing without confirmation, and when nothing
    /// chosen would change anything.
    pub fn approve(self: &Arc<Self>, choices: &Choices) -> Result<Approved, Refusal> {
        let resolution = self.resolve(choices);
        let mut steps: Vec<Step> = resolution
            .states()
            .iter()
            .enumerate()
            .filter_map(|(at, state)| {
                let verb = match state.outcome {
                    Outcome::Added => Verb::Add,
                    Outcome::Covered => Verb::Cover,
                    Outcome::Unchanged | Outcome::Skipped | Outcome::Blocked => return None,
                };
                Some(Step { at, verb })
            })
            .collect();
        if steps.is_empty() {
            return Err(Refusal::NothingToWrite { blocked: resolution.count(Outcome::Blocked) });
        }
        if !self.missing().is_empty() && !choices.missing_confirmed {
            return Err(Refusal::MissingUnconfirmed(self.missing_count()));
        }
        let rank = |step: &Step| {
            let kind = self.entry(step.at).map(|entry| &entry.item.id.kind);
            (self.kinds().iter().position(|info| Some(&info.kind) == kind), step.verb == Verb::Cover, step.at)
        };
        steps.sort_by_key(rank);
        Ok(Approved {
            plan: Arc::clone(self),
            steps,
            outcomes: resolution.states().iter().map(|state| state.outcome).collect(),
        })
    }
}
