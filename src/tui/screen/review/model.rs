//! The plan under review: choices, their outcome, and the rows on the screen.

mod again;
mod cursor;
mod matches;
mod rows;
mod target_items;

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::branch::{Branch, Member};
use super::filter::Filter;
use super::node::{Node, Row, kind_of};
use super::query::Found;
use crate::engine::diff::Show;
use crate::engine::{Access, Choices, Entry, Finding, MissingCount, Plan, Resolution, TargetItem};
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::subject::Reviewed;
use crate::tui::widget::List;

/// A plan under review.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) subject: Reviewed,
    pub(crate) choices: Choices,
    tally: Tally,
    /// The indices of each kind's items in the plan.
    members: Vec<Vec<usize>>,
    /// The kind of each item.
    kinds: Vec<usize>,
    /// All warnings, the file's own first.
    pub(crate) warnings: Vec<Finding>,
    /// Which items require each item.
    users: HashMap<usize, Vec<usize>>,
    /// Which missing objects each item refers to.
    missing: HashMap<usize, Vec<usize>>,
    branches: HashMap<usize, Vec<Branch>>,
    /// How many fields of an item would change, of those that were visible.
    fields: HashMap<usize, usize>,
    open: HashSet<Node>,
    /// What only the target has, by kind, while it is listed.
    target_items: Option<Vec<Vec<TargetItem>>>,
    pub(crate) filter: Filter,
    /// The tree, flat.
    pub(crate) tree: List<Row>,
    /// Where the tree's cursor returns when a filter is cleared.
    tree_wish: Node,
    /// The list in the middle: what is below `listed`.
    pub(crate) items: List<Row>,
    items_wish: Option<Node>,
    pub(crate) listed: Node,
    /// How often rows were rebuilt: moving the cursor must not.
    pub(crate) rebuilt: u64,
    /// How often the choices were resolved.
    pub(crate) resolved: u64,
    /// Their changes of who can call what, computed on demand.
    access: OnceLock<Option<Access>>,
    /// The matches of the search.
    pub(crate) found: Found,
}

/// The outcome of choices.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    resolution: Resolution,
    statuses: Vec<ItemStatus>,
    counts: Counts,
    kind_counts: Vec<Counts>,
}

impl Tally {
    /// Resolves choices; `kinds` are those of the items.
    fn new(plan: &Plan, kinds: &[usize], choices: &Choices) -> Self {
        let resolution = plan.resolve(choices);
        let states = resolution.states().iter().enumerate();
        let statuses: Vec<ItemStatus> = states
            .map(|(index, state)| ItemStatus::of(state, choices.is_left_out(index)))
            .collect();
        let mut counts = Counts::default();
        let mut kind_counts = vec![Counts::default(); plan.kinds().len()];
        for (status, kind) in statuses.iter().zip(kinds) {
            counts.add(*status);
            if let Some(counts) = kind_counts.get_mut(*kind) {
                counts.add(*status);
            }
        }
        Self {
            resolution,
            statuses,
            counts,
            kind_counts,
        }
    }

    /// Follows choices that changed.
    fn follow(&mut self, plan: &Plan, kinds: &[usize], choices: &Choices) {
        for index in self.resolution.follow(plan, choices) {
            let (Some(state), Some(kind)) = (self.resolution.state(index), kinds.get(index)) else {
                continue;
            };
            let status = ItemStatus::of(state, choices.is_left_out(index));
            let Some(slot) = self.statuses.get_mut(index) else {
                continue;
            };
            let before = std::mem::replace(slot, status);
            for counts in [Some(&mut self.counts), self.kind_counts.get_mut(*kind)]
                .into_iter()
                .flatten()
            {
                counts.remove(before);
                counts.add(status);
            }
        }
    }

    /// Returns the counts of all items.
    pub(crate) const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Returns the counts of a kind.
    pub(crate) fn kind_counts(&self, kind: usize) -> Counts {
        self.kind_counts.get(kind).copied().unwrap_or_default()
    }
}

impl Review {
    /// Returns a review of a plan in which nothing was chosen yet.
    pub(crate) fn new(subject: Reviewed) -> Self {
        let plan = &subject.plan;
        let kinds: Vec<usize> = (0..plan.entries().len())
            .map(|index| kind_of(plan, index).unwrap_or(0))
            .collect();
        let mut members = vec![Vec::new(); plan.kinds().len()];
        for (index, kind) in kinds.iter().enumerate() {
            if let Some(members) = members.get_mut(*kind) {
                members.push(index);
            }
        }
        let choices = Choices::new(plan);
        let first = members
            .iter()
            .position(|members| !members.is_empty())
            .unwrap_or(0);
        let mut review = Self {
            tally: Tally::new(plan, &kinds, &choices),
            choices,
            members,
            kinds,
            warnings: plan.all_warnings().cloned().collect(),
            users: users(plan),
            missing: missing(plan),
            branches: HashMap::new(),
            fields: HashMap::new(),
            open: HashSet::new(),
            target_items: None,
            filter: Filter::All,
            tree: List::default(),
            tree_wish: Node::Kind(first),
            items: List::default(),
            items_wish: None,
            listed: Node::Kind(first),
            rebuilt: 0,
            resolved: 0,
            access: OnceLock::new(),
            found: Found::default(),
            subject,
        };
        review.resolve();
        review.rebuild();
        review
    }

    /// Returns the plan.
    pub(crate) fn plan(&self) -> &Plan {
        &self.subject.plan
    }

    /// Returns an item.
    pub(crate) fn entry(&self, index: usize) -> Option<&Entry> {
        self.plan().entry(index)
    }

    /// Returns the outcome of the items.
    pub(crate) const fn resolution(&self) -> &Resolution {
        &self.tally.resolution
    }

    /// Returns the outcome of other choices.
    pub(crate) fn tally(&self, choices: &Choices) -> Tally {
        Tally::new(self.plan(), &self.kinds, choices)
    }

    /// Returns the changes of who can call what under the choices; none for
    /// products that grant no access.
    pub(crate) fn access(&self) -> Option<&Access> {
        let evaluate = || {
            self.plan()
                .access(|index| self.tally.resolution.is_written(index))
        };
        self.access.get_or_init(evaluate).as_ref()
    }

    /// Returns the changes of who can call what that concern an item; of many the
    /// first ones, at least `max`.
    pub(crate) fn access_about(&self, index: usize, max: usize) -> Option<Access> {
        self.plan()
            .access_about(index, &|index| self.tally.resolution.is_written(index), max)
    }

    /// Returns what writing an item that is not chosen would change in addition;
    /// of many changes the first ones, at least `max`.
    pub(crate) fn access_by(&self, index: usize, max: usize) -> Option<Access> {
        let may = self.entry(index).is_some_and(Entry::is_open)
            && !self.tally.resolution.is_written(index);
        let is_written = |index: usize| self.tally.resolution.is_written(index);
        may.then(|| self.plan().access_by(index, &is_written, max))
            .flatten()
    }

    /// Returns the status of an item.
    pub(crate) fn status(&self, index: usize) -> ItemStatus {
        self.tally
            .statuses
            .get(index)
            .copied()
            .unwrap_or(ItemStatus::Unchanged)
    }

    /// Returns the counts of all items.
    pub(crate) const fn counts(&self) -> &Counts {
        self.tally.counts()
    }

    /// Returns the counts of a kind.
    pub(crate) fn kind_counts(&self, kind: usize) -> Counts {
        self.tally.kind_counts(kind)
    }

    /// Returns the heading of a kind.
    pub(crate) fn kind_title(&self, kind: usize) -> &'static str {
        self.plan().kinds().get(kind).map_or("", |info| info.title)
    }

    /// Returns the items of a kind that the filter admits.
    pub(crate) fn admitted(&self, kind: usize) -> impl Iterator<Item = usize> + '_ {
        let members = self
            .members
            .get(kind)
            .map(Vec::as_slice)
            .unwrap_or_default();
        members.iter().copied().filter(|index| self.admits(*index))
    }

    /// Returns whether the filter admits an item.
    pub(crate) fn admits(&self, index: usize) -> bool {
        self.filter.admits(self.status(index))
    }

    /// Returns how many fields of an item would change, if it was visible.
    pub(crate) fn fields(&self, index: usize) -> Option<usize> {
        self.fields.get(&index).copied()
    }

    /// Counts the fields of the list's visible items that would change. Each
    /// item is compared once: its changes depend on the plan alone.
    pub(crate) fn count_fields(&mut self, height: usize) {
        let rows = self
            .items
            .rows()
            .get(self.items.window(height))
            .unwrap_or_default();
        let uncounted: Vec<usize> = rows
            .iter()
            .filter_map(|row| row.node.item())
            .filter(|index| {
                self.entry(*index)
                    .is_some_and(|entry| entry.base.is_some() && entry.changed)
            })
            .filter(|index| !self.fields.contains_key(index))
            .collect();
        for index in uncounted {
            let changes = self.plan().changes(index, Show::Differences);
            self.fields.insert(
                index,
                changes
                    .iter()
                    .filter(|change| change.op.is_effective())
                    .count(),
            );
        }
    }

    /// Returns the items of the file that require an item.
    pub(crate) fn needed_by(&self, index: usize) -> &[usize] {
        self.users
            .get(&index)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Returns the missing objects that an item refers to.
    pub(crate) fn missing_of(&self, index: usize) -> &[usize] {
        self.missing
            .get(&index)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Returns the missing objects that are not confirmed yet, if any.
    pub(crate) fn unconfirmed(&self) -> Option<MissingCount> {
        let missing = self.plan().missing_count();
        (missing.total() > 0 && !self.choices.missing_confirmed).then_some(missing)
    }

    /// Returns whether a node is unfolded.
    pub(crate) fn is_open(&self, node: Node) -> bool {
        self.open.contains(&node)
    }

    /// Returns a set of an item, if its rows were built.
    pub(crate) fn branch(&self, index: usize, branch: usize) -> Option<&Branch> {
        self.branches.get(&index)?.get(branch)
    }

    /// Returns an element of a set, if its rows were built.
    pub(crate) fn member(&self, index: usize, branch: usize, member: usize) -> Option<&Member> {
        self.branch(index, branch)?.members.get(member)
    }

    /// Computes the outcome of the choices. Call it after they changed.
    pub(crate) fn resolve(&mut self) {
        self.tally
            .follow(&self.subject.plan, &self.kinds, &self.choices);
        self.resolved += 1;
        self.access = OnceLock::new();
    }

    /// Recomputes the outcome, and the rows if the filter depends on it.
    pub(crate) fn choices_changed(&mut self) {
        self.resolve();
        if self.filter != Filter::All {
            self.rebuild();
        }
    }
}

fn users(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, entry) in plan.entries().iter().enumerate() {
        for on in entry
            .requires
            .iter()
            .filter_map(|requirement| plan.position(&requirement.on))
        {
            users.entry(on).or_default().push(index);
        }
    }
    users
}

fn missing(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut all: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, missing) in plan.missing().iter().enumerate() {
        for item in missing.used_by.iter().filter_map(|id| plan.position(id)) {
            all.entry(item).or_default().push(index);
        }
    }
    all
}
