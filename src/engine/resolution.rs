//! What becomes of each item under the choices of the operator.

use std::collections::HashSet;

use serde::Serialize;

use super::choice::Choices;
use super::diff::{Change, Op, Show};
use super::finding::Finding;
use super::item::ItemId;
use super::plan::{Entry, Plan};
use super::settlement::Settlement;
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
    /// The choices.
    of: Choices,
    settlement: Settlement,
}

impl Resolution {
    fn new(plan: &Plan, choices: &Choices) -> Self {
        let settlement = plan.settle(|index| choices.is_chosen(index), |_| false);
        let entries = plan.entries().iter().enumerate();
        let states = entries
            .map(|(index, entry)| State::new(plan, index, entry, (choices, &settlement)))
            .collect();
        Self {
            states,
            of: choices.clone(),
            settlement,
        }
    }

    /// Follows choices that changed; returns the items whose state may be another
    /// now. The time depends on what the changed choices touch, not on the plan.
    pub fn follow(&mut self, plan: &Plan, choices: &Choices) -> Vec<usize> {
        let dependents = plan.dependents();
        let settled = dependents.blocked_by(self.of.differing(choices));
        let touched: Vec<usize> = settled.into_iter().collect();
        plan.settle_again(&mut self.settlement, &touched, |index| {
            choices.is_chosen(index)
        });
        self.of.clone_from(choices);
        let changed = touched
            .iter()
            .flat_map(|index| dependents.changed_by(*index).iter().copied());
        let touched: HashSet<usize> = touched.iter().copied().chain(changed).collect();
        for index in &touched {
            if let (Some(entry), Some(state)) = (plan.entry(*index), self.states.get_mut(*index)) {
                *state = State::new(plan, *index, entry, (choices, &self.settlement));
            }
        }
        touched.into_iter().collect()
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
        plan: &Plan,
        index: usize,
        entry: &Entry,
        (choices, settlement): (&Choices, &Settlement),
    ) -> Self {
        let is_written = |id: &ItemId| {
            plan.position(id).is_some_and(|index| {
                choices.is_chosen(index)
                    && settlement.reason(index).is_none()
                    && plan.is_free(index)
            })
        };
        let chosen = choices.is_chosen(index);
        let blocked_by = settlement.reason(index).cloned();
        let status = entry.verdict.status;
        let (status, outcome) = match (status, chosen) {
            (blocked, _) if blocked.is_blocked() => (blocked, Outcome::Blocked),
            (status, true) if blocked_by.is_some() => (status.blocked(), Outcome::Blocked),
            (Status::Add, true) => (Status::Add, Outcome::Added),
            (Status::Repeat | Status::Cover, true) if entry.has_effect(is_written) => {
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
        let losing = entries.filter(|(_, (entry, state))| {
            entry.effect.removes && state.outcome == Outcome::Covered
        });
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

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::{
        Candidate, Element, Field, Item, Kind, KindInfo, Quota, QuotaUse, Requirement, Value,
    };

    const THING: Kind = Kind::of("thing");
    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: THING,
        title: "Things",
    }];

    /// How many items a plan has at most; the last identities are of none.
    const ITEMS: usize = 8;

    fn id(index: usize) -> ItemId {
        ItemId::new(THING, index.to_string())
    }

    /// One item: new or in the target, blocked by itself, what it requires, what
    /// gives it changes, what its quota counts.
    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let on = 0..ITEMS + 1;
        let requires = vec((on.clone(), prop::bool::weighted(0.2)), 0..3);
        let uses = vec((on.clone(), 0_usize..2, 0_usize..3), 0..3);
        let one = (
            any::<bool>(),
            prop::bool::weighted(0.1),
            requires,
            vec(on, 0..2),
            proptest::option::weighted(0.4, (0_usize..3, uses)),
        );
        vec(one, 1..=ITEMS).prop_map(|all| {
            let all = all.into_iter().enumerate();
            all.map(|(index, (is_there, is_blocked, requires, parts, quota))| {
                let item = |value| Item {
                    id: id(index),
                    name: "".into(),
                    value,
                    path: "".into(),
                };
                let parts = parts.into_iter().map(|on| Element {
                    needs: Some(id(on)),
                    ..Element::named(on.to_string(), Value::Null)
                });
                let wanted = vec![Field::new("set", Value::Set(parts.collect()))];
                let base = is_there.then(|| item(Value::Record(Vec::new()).into()));
                let mut candidate = Candidate::new(item(Value::Record(wanted).into()), base);
                if is_blocked {
                    candidate.blocks.push(Reason::new("own", "for itself"));
                }
                let requires = requires.into_iter();
                candidate.requires = requires
                    .map(|(on, present)| Requirement {
                        on: id(on),
                        present,
                    })
                    .collect();
                candidate.quota = quota.map(|(max, uses)| Quota {
                    code: "quota".into(),
                    of: "things".into(),
                    max,
                    held: 0,
                    uses: uses
                        .into_iter()
                        .map(|(on, left, written)| QuotaUse {
                            on: id(on),
                            left,
                            written,
                        })
                        .collect(),
                });
                candidate
            })
            .collect()
        })
    }

    proptest! {
        #[test]
        fn following_choices_ends_where_resolving_them_does(
            candidates in candidates(),
            steps in vec(vec((0..ITEMS, any::<bool>()), 1..4), 1..6),
        ) {
            let plan = Plan::new(&KINDS, candidates, Vec::new(), Vec::new());
            let mut choices = Choices::new(&plan);
            let mut followed = plan.resolve(&choices);
            for step in steps {
                for (index, chosen) in step {
                    choices.set(&plan, index, chosen);
                }
                let before = followed.clone();
                let touched = followed.follow(&plan, &choices);
                prop_assert_eq!(&followed, &plan.resolve(&choices));
                for (index, (was, is)) in before.states().iter().zip(followed.states()).enumerate() {
                    prop_assert!(was == is || touched.contains(&index), "item {}", index);
                }
            }
        }
    }
}
