//! The plan: every item of the file with its verdict, before any choice.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use super::access::{self, Access, Concerns};
use super::candidate::{Candidate, Matched, Quota, Requirement};
use super::dependents::Dependents;
use super::diff::{Change, Show, compare};
use super::effect::Effect;
use super::finding::Finding;
use super::item::{Item, ItemId, Value};
use super::marks::Marks;
use super::missing::{Missing, MissingCount};
use super::only_in_target::{OnlyInTarget, TargetItem};
use super::reference::Reference;
use super::schema::KindInfo;
use super::verdict::{Status, Verdict};

/// An item of the plan.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The item in the file.
    pub item: Item,
    /// The same item in the target.
    pub base: Option<Item>,
    /// How it was matched, if not simply by the same key.
    pub matched: Option<Matched>,
    /// Which action is possible.
    pub verdict: Verdict,
    /// What must be in the target before it can be written.
    pub requires: Vec<Requirement>,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// The findings for the operator.
    pub warnings: Vec<Finding>,
    /// Whether writing it would change anything.
    pub changed: bool,
    /// What rules did to the item of the file.
    pub marks: Option<Box<Marks>>,
    pub(super) quota: Option<Quota>,
    pub(super) context: Value,
    /// How many of the reasons are its own, and not those of what it requires.
    own_reasons: usize,
    /// What covering it does.
    pub(crate) effect: Effect,
}

impl Entry {
    /// Returns whether no reason of its own blocks it and writing it would
    /// change something: whether there is anything to choose.
    pub const fn is_open(&self) -> bool {
        !self.verdict.status.is_blocked() && self.changed
    }

    /// Returns whether it is a repeat without a difference.
    pub fn is_unchanged(&self) -> bool {
        self.base.is_some() && !self.changed
    }

    /// Returns the paths of the differences that are ignored.
    pub fn ignored(&self) -> &[String] {
        self.marks.as_ref().map_or(&[], |marks| &marks.ignored)
    }

    /// Returns whether a rule set the value at a path, or a part of it.
    pub fn is_set_by_values(&self, path: &str) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.is_set(path))
    }

    /// Returns the candidate that the entry was made of, to make it again.
    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            item: self.item.clone(),
            base: self.base.clone(),
            matched: self.matched.clone(),
            effect: None,
            blocks: self
                .verdict
                .reasons
                .iter()
                .take(self.own_reasons)
                .cloned()
                .collect(),
            requires: self.requires.clone(),
            quota: self.quota.clone(),
            references: self.references.clone(),
            warnings: self.warnings.clone(),
            context: self.context.clone(),
            marks: self.marks.clone(),
        }
    }

    /// Returns the items of whose being written it depends whether this one is
    /// blocked.
    pub(super) fn depends_on(&self) -> impl Iterator<Item = &ItemId> {
        let absent = self.requires.iter().filter(|needed| !needed.present);
        let quota = self.quota.iter().flat_map(|quota| &quota.uses);
        let counted = quota.filter(|part| part.left != part.written);
        absent
            .map(|needed| &needed.on)
            .chain(counted.map(|part| &part.on))
    }

    /// Returns whether covering or adding it would write something, given what
    /// else is written.
    pub(super) fn has_effect(&self, is_written: impl Fn(&ItemId) -> bool) -> bool {
        let Effect {
            changes,
            conditions,
            ..
        } = &self.effect;
        self.base.is_none() || *changes || conditions.iter().any(is_written)
    }
}

/// The number of items by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Items to add.
    pub add: usize,
    /// Existing items, unchanged ones included.
    pub repeat: usize,
    /// Repeats without a difference.
    pub unchanged: usize,
    /// Items that cannot be added.
    pub cannot_add: usize,
    /// Existing items that cannot be covered.
    pub cannot_cover: usize,
    /// APIs that are missing.
    pub lack_api: usize,
    /// Objects of other kinds that are missing.
    pub missing: usize,
    /// Differences that are ignored.
    #[serde(skip_serializing_if = "is_zero")]
    pub ignored: usize,
    /// Items that only the target has, if they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_in_target: Option<usize>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Every item of a file, judged against a target.
#[derive(Clone, Debug)]
pub struct Plan {
    entries: Vec<Entry>,
    index: HashMap<ItemId, usize>,
    missing: Vec<Missing>,
    warnings: Vec<Finding>,
    /// How many differences are ignored.
    ignored: usize,
    kinds: &'static [KindInfo],
    only_in_target: Option<OnlyInTarget>,
    /// What the target grants, if the platform grants access.
    access: Option<Arc<access::Model>>,
    /// Which callers each item concerns, once that is asked.
    concerns: OnceLock<Concerns>,
    /// Which items depend on each item, once that is asked.
    dependents: OnceLock<Dependents>,
}

impl Plan {
    /// Compares and judges. `candidates` are in their order of display and
    /// writing; `kinds` names their kinds in that order.
    pub fn new(
        kinds: &'static [KindInfo],
        candidates: Vec<Candidate>,
        mut missing: Vec<Missing>,
        warnings: Vec<Finding>,
    ) -> Self {
        missing.sort_by_key(|missing| !missing.is_api());
        let entries: Vec<Entry> = candidates.into_iter().map(judge_alone).collect();
        // Of two items with the same identity (both blocked) the first is found.
        let mut index = HashMap::with_capacity(entries.len());
        for (position, entry) in entries.iter().enumerate() {
            index.entry(entry.item.id.clone()).or_insert(position);
        }
        let mut plan = Self {
            ignored: entries.iter().map(|entry| entry.ignored().len()).sum(),
            entries,
            index,
            missing,
            warnings,
            kinds,
            only_in_target: None,
            access: None,
            concerns: OnceLock::new(),
            dependents: OnceLock::new(),
        };
        plan.judge_together();
        plan.find_changes();
        plan
    }

    /// Blocks items that depend on blocked or absent items.
    fn judge_together(&mut self) {
        let blocked = {
            let is_add = |index: usize| {
                self.entries
                    .get(index)
                    .is_some_and(|entry| entry.base.is_none())
            };
            self.settle(is_add, |_| true)
        };
        for (entry, reason) in self.entries.iter_mut().zip(blocked.into_reasons()) {
            if let Some(reason) = reason {
                entry.verdict.status = entry.verdict.status.blocked();
                entry.verdict.reasons.push(reason);
            }
        }
    }

    /// Determines which repeats differ: some differ only if another item is written.
    fn find_changes(&mut self) {
        loop {
            let changed: Vec<bool> = self
                .entries
                .iter()
                .map(|entry| entry.has_effect(|id| self.may_write(id)))
                .collect();
            let mut moved = false;
            for (entry, changed) in self.entries.iter_mut().zip(changed) {
                moved |= entry.changed != changed;
                entry.changed = changed;
            }
            if !moved {
                return;
            }
        }
    }

    /// Returns whether an item of the file can be written and would change anything.
    fn may_write(&self, id: &ItemId) -> bool {
        self.position(id)
            .and_then(|index| self.entries.get(index))
            .is_some_and(Entry::is_open)
    }

    /// Returns the items in the order of the file, kind by kind.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns one item.
    pub fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// Returns the index of an item in [`entries`](Self::entries).
    pub fn position(&self, id: &ItemId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Returns the kinds in their order.
    pub const fn kinds(&self) -> &'static [KindInfo] {
        self.kinds
    }

    /// Returns what items of the file refer to and neither side has: first the
    /// APIs, then the rest.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Returns the missing APIs.
    pub fn missing_apis(&self) -> &[Missing] {
        self.missing
            .get(..self.missing_count().apis)
            .unwrap_or_default()
    }

    /// Returns the missing objects of other kinds.
    pub fn missing_others(&self) -> &[Missing] {
        self.missing
            .get(self.missing_count().apis..)
            .unwrap_or_default()
    }

    /// Counts the missing objects.
    pub fn missing_count(&self) -> MissingCount {
        let apis = self.missing.partition_point(Missing::is_api);
        MissingCount {
            apis,
            others: self.missing.len() - apis,
            is_unknown: self.missing.iter().any(|missing| missing.is_unknown),
        }
    }

    /// Returns the findings about the file as a whole.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// Adds findings about the target.
    #[must_use]
    pub fn with_warnings(mut self, more: impl IntoIterator<Item = Finding>) -> Self {
        self.warnings.extend(more);
        self
    }

    /// Adds how many items only the target has, if they were counted.
    #[must_use]
    pub fn with_only_in_target(self, counts: impl Into<Option<OnlyInTarget>>) -> Self {
        Self {
            only_in_target: counts.into(),
            ..self
        }
    }

    /// Sets how many items only the target has, once they are listed.
    pub fn count_only_in_target(&mut self, items: &[TargetItem]) {
        self.only_in_target = Some(OnlyInTarget::of(self.kinds, items));
    }

    /// Returns how many items only the target has, if they were counted. An import never deletes
    /// them.
    pub const fn only_in_target(&self) -> Option<&OnlyInTarget> {
        self.only_in_target.as_ref()
    }

    /// Adds what the target grants to whom, and how writing items changes it.
    #[must_use]
    pub fn with_access(self, model: access::Model) -> Self {
        Self {
            access: Some(Arc::new(model)),
            concerns: OnceLock::new(),
            ..self
        }
    }

    /// Returns whether its platform grants access, and the plan knows the grants.
    pub const fn grants_access(&self) -> bool {
        self.access.is_some()
    }

    /// Returns who gains or loses access if the items are written for whose
    /// indices `is_written` is true. `None` for platforms that grant no access,
    /// and for a saved plan.
    pub fn access(&self, is_written: impl Fn(usize) -> bool) -> Option<Access> {
        self.access.as_ref().map(|model| model.evaluate(is_written))
    }

    /// Returns the access changes that concern an item; of many the first ones,
    /// at least `max`.
    pub fn access_about(
        &self,
        index: usize,
        is_written: &dyn Fn(usize) -> bool,
        max: usize,
    ) -> Option<Access> {
        let id = &self.entries.get(index)?.item.id;
        let is_about = |grant: &access::Grant| grant.is_about(id);
        self.access_of(index, [&|_| false, is_written], &is_about, max)
    }

    /// Returns the access changes of writing one item in addition to others
    /// that are written; of many changes the first ones, at least `max`.
    pub fn access_by(
        &self,
        index: usize,
        is_written: &dyn Fn(usize) -> bool,
        max: usize,
    ) -> Option<Access> {
        let to = |other: usize| other == index || is_written(other);
        self.access_of(index, [is_written, &to], &|_| true, max)
    }

    /// Returns the access changes, from one set of written items to another, of
    /// the callers that an item concerns.
    fn access_of(
        &self,
        index: usize,
        written: access::Step<'_>,
        is_meant: &dyn Fn(&access::Grant) -> bool,
        max: usize,
    ) -> Option<Access> {
        let model = self.access.as_ref()?;
        let concerns = self
            .concerns
            .get_or_init(|| Concerns::new(model, |id| self.position(id)));
        Some(model.between_of(concerns.of(index), written, is_meant, max))
    }

    /// Returns which items depend on which.
    pub(super) fn dependents(&self) -> &Dependents {
        self.dependents.get_or_init(|| {
            let (mut blocked, mut changed) = (Vec::new(), Vec::new());
            for (index, entry) in self.entries.iter().enumerate() {
                let on = entry.depends_on().filter_map(|id| self.position(id));
                blocked.extend(on.map(|on| (on, index)));
                let by = entry
                    .effect
                    .conditions
                    .iter()
                    .filter_map(|id| self.position(id));
                changed.extend(by.map(|by| (by, index)));
            }
            Dependents::new(&blocked, &changed)
        })
    }

    /// Returns every warning that can matter: the file's, then those of each
    /// item that differs. Items that are the same on both sides are not
    /// written.
    pub fn all_warnings(&self) -> impl Iterator<Item = &Finding> {
        self.warnings_of(|index| self.entries.get(index).is_some_and(|entry| entry.changed))
    }

    /// Returns the findings about the file, and those of the items that are meant.
    pub(super) fn warnings_of(
        &self,
        is_meant: impl Fn(usize) -> bool,
    ) -> impl Iterator<Item = &Finding> {
        let entries = self
            .entries
            .iter()
            .enumerate()
            .filter(move |(index, _)| is_meant(*index));
        self.warnings
            .iter()
            .chain(entries.flat_map(|(_, entry)| &entry.warnings))
    }

    /// Returns the differences of an item, in the order of its fields.
    ///
    /// For an absent item these are all its values.
    pub fn changes(&self, index: usize, show: Show) -> Vec<Change> {
        let Some(entry) = self.entries.get(index) else {
            return Vec::new();
        };
        let base = entry.base.as_ref().map(|base| base.value.read());
        let mut changes = compare(base.as_deref(), &entry.item.value.read(), show);
        if show != Show::BothSides {
            changes.retain(|change| change.needs.as_ref().is_none_or(|id| self.may_write(id)));
        }
        changes
    }

    /// Returns how many differences are ignored.
    pub const fn ignored(&self) -> usize {
        self.ignored
    }

    /// Counts the items by status.
    pub fn summary(&self) -> Summary {
        let MissingCount { apis, others, .. } = self.missing_count();
        let mut summary = Summary {
            lack_api: apis,
            missing: others,
            ignored: self.ignored,
            only_in_target: self.only_in_target.as_ref().map(OnlyInTarget::total),
            ..Summary::default()
        };
        for entry in &self.entries {
            match entry.verdict.status {
                Status::Add => summary.add += 1,
                Status::Repeat | Status::Cover => summary.repeat += 1,
                Status::CannotAdd => summary.cannot_add += 1,
                Status::CannotCover => summary.cannot_cover += 1,
            }
            if entry.verdict.status == Status::Repeat && !entry.changed {
                summary.unchanged += 1;
            }
        }
        summary
    }
}

/// Judges an item by its own reasons, and compares it.
fn judge_alone(mut candidate: Candidate) -> Entry {
    // Nothing is added any more, and there may be many items.
    candidate.requires.shrink_to_fit();
    if let Some(quota) = &mut candidate.quota {
        quota.uses.shrink_to_fit();
    }
    let status = match (candidate.base.is_some(), candidate.blocks.is_empty()) {
        (false, true) => Status::Add,
        (false, false) => Status::CannotAdd,
        (true, true) => Status::Repeat,
        (true, false) => Status::CannotCover,
    };
    let effect = candidate.effect.unwrap_or_else(|| {
        let wanted = &candidate.item.value;
        let base = candidate.base.as_ref();
        let base = base.filter(|base| !base.value.is_same(wanted));
        base.map_or_else(Effect::default, |base| Effect::of(&base.value, wanted))
    });
    Entry {
        changed: candidate.base.is_none() || effect.changes,
        item: candidate.item,
        base: candidate.base,
        matched: candidate.matched,
        requires: candidate.requires,
        references: candidate.references,
        warnings: candidate.warnings,
        quota: candidate.quota,
        context: candidate.context,
        marks: candidate.marks,
        own_reasons: candidate.blocks.len(),
        verdict: Verdict {
            status,
            reasons: candidate.blocks,
        },
        effect,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::Kind;

    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: Kind::of("thing"),
        title: "Things",
    }];

    fn user() -> Vec<ItemId> {
        vec![ItemId::new(Kind::of("thing"), "a")]
    }

    fn other(module: &str, key: &str) -> Missing {
        Missing {
            kind: Kind::of("policy"),
            key: key.into(),
            module: module.into(),
            used_by: user(),
            is_unknown: false,
        }
    }

    #[test]
    fn apis_come_first_among_what_is_missing_and_are_counted_apart() {
        let missing = vec![
            other("", "x"),
            Missing::api("m", "k", user()),
            other("o", "y"),
        ];
        let plan = Plan::new(&KINDS, Vec::new(), missing, Vec::new());
        let labels = |list: &[Missing]| list.iter().map(Missing::label).collect::<Vec<_>>();
        assert_eq!(labels(plan.missing_apis()), ["m/k"]);
        assert_eq!(labels(plan.missing_others()), ["policy x", "policy o/y"]);
        let summary = plan.summary();
        assert_eq!((summary.lack_api, summary.missing), (1, 2));
    }

    #[test]
    fn json_keeps_the_words_that_scripts_read_of_apis() {
        let list = [
            Missing::api("m", "k", user()),
            other("", "x"),
            other("o", "y"),
        ];
        assert_eq!(
            json!(list),
            json!([
                {"module": "m", "api": "k", "used_by": ["thing:a"]},
                {"kind": "policy", "key": "x", "used_by": ["thing:a"]},
                {"kind": "policy", "key": "y", "module": "o", "used_by": ["thing:a"]},
            ])
        );
        let matched = Matched {
            by: "name".into(),
            target: "2f".into(),
        };
        assert_eq!(json!(matched), json!({"by": "name", "id": "2f"}));
        assert_eq!(
            matched.to_string(),
            "matched by name: the target's id is 2f"
        );
    }

    #[test]
    fn what_is_missing_is_counted_in_words_with_the_option_that_confirms_it() {
        for (apis, others, words, noun, flag) in [
            (1, 0, "1 API", "APIs", "--ignore-lack-api"),
            (2, 0, "2 APIs", "APIs", "--ignore-lack-api"),
            (0, 1, "1 object", "objects", "--ignore-missing"),
            (0, 2, "2 objects", "objects", "--ignore-missing"),
            (
                2,
                1,
                "2 APIs and 1 other object",
                "objects",
                "--ignore-missing",
            ),
        ] {
            let count = MissingCount {
                apis,
                others,
                is_unknown: false,
            };
            assert_eq!(
                (count.to_string().as_str(), count.noun(), count.flag()),
                (words, noun, flag)
            );
        }
    }
}
