//! The operator's choices, and which steps they allow.

use std::sync::Arc;

use serde::Serialize;

use super::item::ItemId;
use super::plan::{Entry, MissingCount, Plan};
pub use super::stale::{Stale, StaleField};
use super::verdict::{Reason, Status};

/// The operator's choices over one plan.
///
/// Initially every Add is chosen and no Repeat is. Choosing a Repeat covers it.
/// An item that the operator left out stays left out until it is chosen
/// individually; choosing many at once skips it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    chosen: Vec<bool>,
    /// The items that the operator left out.
    left_out: Vec<bool>,
    /// Whether missing objects may be ignored.
    pub missing_confirmed: bool,
}

impl Choices {
    /// Returns the default choices: add what can be added.
    pub fn new(plan: &Plan) -> Self {
        Self {
            chosen: plan
                .entries()
                .iter()
                .map(|entry| entry.base.is_none())
                .collect(),
            left_out: vec![false; plan.entries().len()],
            missing_confirmed: false,
        }
    }

    /// Returns the choices that import everything possible: new and differing
    /// items; missing objects are ignored.
    pub fn everything(plan: &Plan) -> Self {
        let mut choices = Self {
            missing_confirmed: true,
            ..Self::new(plan)
        };
        choices.cover_all(plan);
        choices
    }

    /// Returns the choices of these items, as far as they can be chosen.
    pub fn of(plan: &Plan, is_chosen: impl Fn(&ItemId) -> bool, missing_confirmed: bool) -> Self {
        let mut choices = Self {
            missing_confirmed,
            ..Self::new(plan)
        };
        for (index, entry) in plan.entries().iter().enumerate() {
            choices.set(plan, index, is_chosen(&entry.item.id));
        }
        choices
    }

    /// Returns the chosen items that can be written.
    pub fn chosen<'p>(&self, plan: &'p Plan) -> impl Iterator<Item = &'p ItemId> {
        let entries = plan.entries().iter().enumerate();
        let chosen =
            entries.filter(move |(index, entry)| self.is_chosen(*index) && entry.is_open());
        chosen.map(|(_, entry)| &entry.item.id)
    }

    /// Returns whether an item is chosen to be written.
    pub fn is_chosen(&self, index: usize) -> bool {
        self.chosen.get(index) == Some(&true)
    }

    /// Returns whether the operator left an item out.
    pub fn is_left_out(&self, index: usize) -> bool {
        self.left_out.get(index) == Some(&true)
    }

    /// Chooses an item, or leaves it out. Has no effect on blocked items and on
    /// repeats without a difference. Returns whether the choice changed.
    pub fn set(&mut self, plan: &Plan, index: usize, chosen: bool) -> bool {
        let can = plan.entry(index).is_some_and(Entry::is_open);
        match (self.chosen.get_mut(index), self.left_out.get_mut(index)) {
            (Some(slot), Some(left_out)) if can => {
                *left_out = !chosen;
                std::mem::replace(slot, chosen) != chosen
            }
            _ => false,
        }
    }

    /// Copies the decision on an item from `other`, the choices of another plan
    /// in which the item is `then`; an item without a decision there stays
    /// undecided.
    pub fn carry_over(&mut self, plan: &Plan, index: usize, other: &Self, then: usize) {
        if other.is_chosen(then) {
            self.set(plan, index, true);
        } else if other.is_left_out(then) {
            self.set(plan, index, false);
        }
    }

    /// Chooses an item together with the absent items that it requires, and
    /// returns the additional ones.
    pub fn choose_with_prerequisites(&mut self, plan: &Plan, index: usize) -> Vec<usize> {
        let mut along = Vec::new();
        let mut open = vec![index];
        while let Some(next) = open.pop() {
            if self.set(plan, next, true) && next != index {
                along.push(next);
            }
            let needed = plan
                .entry(next)
                .into_iter()
                .flat_map(|entry| &entry.requires);
            let missing = needed.filter(|requirement| !requirement.present);
            open.extend(
                missing
                    .filter_map(|requirement| plan.position(&requirement.on))
                    .filter(|index| !self.is_chosen(*index)),
            );
        }
        along
    }

    /// Chooses every repeat that differs and can be covered, except those that
    /// the operator left out; returns how many are newly chosen.
    pub fn cover_all(&mut self, plan: &Plan) -> usize {
        let undecided = |index: &usize| !self.is_left_out(*index);
        let open: Vec<usize> = (0..plan.entries().len()).filter(undecided).collect();
        open.into_iter()
            .filter(|index| self.set(plan, *index, true))
            .count()
    }
}

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
    pub(super) fn new(plan: &Plan, choices: &Choices) -> Self {
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
        let other = self
            .blocked_by
            .iter()
            .filter(|reason| !entry.verdict.reasons.contains(reason));
        let reasons = entry.verdict.reasons.iter().chain(other);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Candidate, Element, Field, Item, Kind, KindInfo, Op, Value};

    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: Kind::of("thing"),
        title: "Things",
    }];

    fn item(key: &str, fields: Vec<Field>) -> Item {
        let id = ItemId::new(Kind::of("thing"), key);
        Item {
            id,
            name: "".into(),
            value: Value::Record(fields),
            path: "".into(),
        }
    }

    fn candidate(key: &str, base: Option<Vec<Field>>, wanted: Vec<Field>) -> Candidate {
        Candidate::new(item(key, wanted), base.map(|fields| item(key, fields)))
    }

    fn number(number: i64) -> Vec<Field> {
        vec![Field::new("n", Value::Int(number))]
    }

    /// One item to add, and two that differ.
    fn plan() -> Arc<Plan> {
        let differs = |key| candidate(key, Some(number(1)), number(2));
        let things = vec![
            candidate("new", None, number(1)),
            differs("one"),
            differs("two"),
        ];
        Arc::new(Plan::new(&KINDS, things, Vec::new(), Vec::new()))
    }

    fn outcomes(plan: &Plan, choices: &Choices) -> Vec<Outcome> {
        plan.resolve(choices)
            .states()
            .iter()
            .map(|state| state.outcome)
            .collect()
    }

    #[test]
    fn covering_all_passes_by_what_was_left_out() {
        let plan = plan();
        let mut choices = Choices::new(&plan);
        choices.set(&plan, 0, false);
        choices.set(&plan, 1, false);
        assert_eq!(choices.cover_all(&plan), 1);
        assert_eq!(
            outcomes(&plan, &choices),
            [Outcome::Skipped, Outcome::Skipped, Outcome::Covered]
        );
        // An item that is chosen individually is chosen.
        choices.set(&plan, 1, true);
        assert!(!choices.is_left_out(1));
        assert_eq!(outcomes(&plan, &choices)[1], Outcome::Covered);
    }

    #[test]
    fn another_plan_takes_over_what_was_decided_and_nothing_else() {
        let plan = plan();
        let mut old = Choices::new(&plan);
        old.set(&plan, 0, false);
        old.set(&plan, 1, true);
        let mut new = Choices::new(&plan);
        (0..3).for_each(|index| new.carry_over(&plan, index, &old, index));
        assert_eq!(new, old);
        assert!(!new.is_left_out(2), "nobody decided on it");
    }

    #[test]
    fn what_is_deleted_is_what_covered_items_lose() {
        let kept = |value| Element {
            replaced: false,
            ..Element::named(value, Value::Null)
        };
        let lost = |value| Element {
            replaced: true,
            ..Element::named(value, Value::Null)
        };
        let set = |elements| vec![Field::new("set", Value::Set(elements))];
        let base = || set(vec![kept("a"), lost("b"), lost("c")]);
        let things = vec![
            candidate("x", Some(base()), set(vec![kept("c")])),
            candidate("y", Some(base()), set(vec![kept("b")])),
        ];
        let plan = Arc::new(Plan::new(&KINDS, things, Vec::new(), Vec::new()));
        let mut choices = Choices::new(&plan);
        let removed = |choices: &Choices| {
            let removals = plan.removals(&plan.resolve(choices));
            assert!(removals.iter().all(|(_, change)| change.op == Op::Remove));
            removals
                .into_iter()
                .map(|(index, change)| (index, change.path))
                .collect::<Vec<_>>()
        };
        assert_eq!(removed(&choices), []);
        choices.set(&plan, 1, true);
        assert_eq!(removed(&choices), [(1, "/set/c".to_owned())]);
        choices.set(&plan, 0, true);
        assert_eq!(
            removed(&choices),
            [(0, "/set/b".to_owned()), (1, "/set/c".to_owned())]
        );
    }
}
