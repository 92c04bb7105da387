//! The operator's choices over a plan.

use super::item::ItemId;
use super::plan::{Entry, Plan};

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

    /// Returns the items on which these choices and others of the same plan
    /// differ.
    pub(super) fn differing(&self, other: &Self) -> Vec<usize> {
        let now = self.chosen.iter().zip(&self.left_out);
        let then = other.chosen.iter().zip(&other.left_out);
        let both = now.zip(then).enumerate();
        both.filter(|(_, (now, then))| now != then)
            .map(|(index, _)| index)
            .collect()
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::{Candidate, Element, Field, Item, Kind, KindInfo, Op, Outcome, Value};

    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: Kind::of("thing"),
        title: "Things",
    }];

    fn item(key: &str, fields: Vec<Field>) -> Item {
        let id = ItemId::new(Kind::of("thing"), key);
        Item {
            id,
            name: "".into(),
            value: Value::Record(fields).into(),
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
