//! The plan at hand: choices, what they come to, and the rows on the screen.

use std::collections::{HashMap, HashSet};

use super::branch::{Branch, Member, branches};
use super::mark::{Counts, Mark};
use super::msg::Reviewed;
use super::node::{Node, Row, kind_of};
use super::widget::List;
use crate::engine::{Choices, Entry, Finding, Plan, Resolution};

/// Which items are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Filter {
    #[default]
    All,
    Changes,
    Blocked,
    Chosen,
}

impl Filter {
    /// Returns the next one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::All => Self::Changes,
            Self::Changes => Self::Blocked,
            Self::Blocked => Self::Chosen,
            Self::Chosen => Self::All,
        }
    }

    /// Returns its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Changes => "changes",
            Self::Blocked => "blocked",
            Self::Chosen => "chosen",
        }
    }

    const fn admits(self, mark: Mark) -> bool {
        match self {
            Self::All => true,
            Self::Changes => !mark.is_blocked() && !matches!(mark, Mark::Unchanged),
            Self::Blocked => mark.is_blocked(),
            Self::Chosen => mark.is_written(),
        }
    }
}

/// A plan under review.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) subject: Reviewed,
    pub(crate) choices: Choices,
    resolution: Resolution,
    marks: Vec<Mark>,
    counts: Counts,
    kind_counts: Vec<Counts>,
    /// The places of each kind's items in the plan.
    members: Vec<Vec<usize>>,
    /// The kind of each item.
    kinds: Vec<usize>,
    /// Everything that was noticed, the file's own first.
    pub(crate) warnings: Vec<Finding>,
    /// Which items need each item.
    users: HashMap<usize, Vec<usize>>,
    /// Which lacking APIs each item refers to.
    lacks: HashMap<usize, Vec<usize>>,
    branches: HashMap<usize, Vec<Branch>>,
    open: HashSet<Node>,
    pub(crate) filter: Filter,
    /// The tree, flat.
    pub(crate) tree: List<Row>,
    /// What the tree's cursor goes back to when a filter is lifted.
    tree_wish: Node,
    /// The list in the middle: what is below `listed`.
    pub(crate) items: List<Row>,
    items_wish: Option<Node>,
    pub(crate) listed: Node,
    /// How often rows were rebuilt: moving the cursor must not.
    pub(crate) rebuilt: u64,
    /// How often the choices were resolved.
    pub(crate) resolved: u64,
}

impl Review {
    /// Returns a review of a plan in which nothing was chosen yet.
    pub(crate) fn new(subject: Reviewed) -> Self {
        let plan = &subject.plan;
        let kinds: Vec<usize> = (0..plan.entries().len()).map(|at| kind_of(plan, at).unwrap_or(0)).collect();
        let mut members = vec![Vec::new(); plan.kinds().len()];
        for (at, kind) in kinds.iter().enumerate() {
            if let Some(members) = members.get_mut(*kind) {
                members.push(at);
            }
        }
        let choices = Choices::new(plan);
        let first = members.iter().position(|members| !members.is_empty()).unwrap_or(0);
        let mut review = Self {
            resolution: plan.resolve(&choices),
            choices,
            marks: Vec::new(),
            counts: Counts::default(),
            kind_counts: Vec::new(),
            members,
            kinds,
            warnings: plan.all_warnings().cloned().collect(),
            users: users(plan),
            lacks: lacks(plan),
            branches: HashMap::new(),
            open: HashSet::new(),
            filter: Filter::All,
            tree: List::default(),
            tree_wish: Node::Kind(first),
            items: List::default(),
            items_wish: None,
            listed: Node::Kind(first),
            rebuilt: 0,
            resolved: 0,
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
    pub(crate) fn entry(&self, at: usize) -> Option<&Entry> {
        self.plan().entry(at)
    }

    /// Returns what becomes of the items.
    pub(crate) const fn resolution(&self) -> &Resolution {
        &self.resolution
    }

    /// Returns the mark of an item.
    pub(crate) fn mark(&self, at: usize) -> Mark {
        self.marks.get(at).copied().unwrap_or(Mark::Unchanged)
    }

    /// Returns the counts of all items.
    pub(crate) const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Returns the counts of a kind.
    pub(crate) fn kind_counts(&self, kind: usize) -> Counts {
        self.kind_counts.get(kind).copied().unwrap_or_default()
    }

    /// Returns the heading of a kind.
    pub(crate) fn kind_title(&self, kind: usize) -> &'static str {
        self.plan().kinds().get(kind).map_or("", |info| info.title)
    }

    /// Returns the items of a kind that the filter admits.
    pub(crate) fn admitted(&self, kind: usize) -> impl Iterator<Item = usize> + '_ {
        let members = self.members.get(kind).map(Vec::as_slice).unwrap_or_default();
        members.iter().copied().filter(|at| self.admits(*at))
    }

    /// Says whether the filter admits an item.
    pub(crate) fn admits(&self, at: usize) -> bool {
        self.filter.admits(self.mark(at))
    }

    /// Returns the items of the file that need an item.
    pub(crate) fn needed_by(&self, at: usize) -> &[usize] {
        self.users.get(&at).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the lacking APIs that an item refers to.
    pub(crate) fn lacks(&self, at: usize) -> &[usize] {
        self.lacks.get(&at).map(Vec::as_slice).unwrap_or_default()
    }

    /// Says whether a node is unfolded.
    pub(crate) fn is_open(&self, node: Node) -> bool {
        self.open.contains(&node)
    }

    /// Returns a set of an item, if its rows were built.
    pub(crate) fn branch(&self, at: usize, branch: usize) -> Option<&Branch> {
        self.branches.get(&at)?.get(branch)
    }

    /// Returns an element of a set, if its rows were built.
    pub(crate) fn member(&self, at: usize, branch: usize, member: usize) -> Option<&Member> {
        self.branch(at, branch)?.members.get(member)
    }

    /// Works out what the choices come to. Call it after they changed.
    pub(crate) fn resolve(&mut self) {
        self.resolution = self.subject.plan.resolve(&self.choices);
        let states = self.resolution.states().iter();
        self.marks =
            self.plan().entries().iter().zip(states).map(|(entry, state)| Mark::of(entry, state)).collect();
        self.counts = Counts::default();
        self.kind_counts = vec![Counts::default(); self.plan().kinds().len()];
        for (mark, kind) in self.marks.iter().zip(&self.kinds) {
            self.counts.add(*mark);
            if let Some(counts) = self.kind_counts.get_mut(*kind) {
                counts.add(*mark);
            }
        }
        self.resolved += 1;
    }

    /// Works out the choices again, and the rows where a filter hangs on them.
    pub(crate) fn choices_changed(&mut self) {
        self.resolve();
        if self.filter != Filter::All {
            self.rebuild();
        }
    }

    /// Builds all rows anew, with the cursors on the same things.
    pub(crate) fn rebuild(&mut self) {
        self.find_branches();
        let rows = self.tree_rows();
        let at = self.nearest(&rows, self.tree_wish);
        self.tree.replace(rows, at);
        let (listed, _) = self.listing_of(self.tree_node());
        self.listed = listed;
        self.relist();
    }

    /// Returns what the list shows for a node of the tree, and the row to be on.
    fn listing_of(&self, node: Node) -> (Node, Option<Node>) {
        if node.has_children(self.plan()) {
            (node, None)
        } else {
            (node.parent(self.plan()).unwrap_or(node), Some(node))
        }
    }

    fn find_branches(&mut self) {
        let listed = self.listed.item();
        let wanted = self.open.iter().filter_map(|node| node.item()).chain(listed);
        let missing: HashSet<usize> = wanted.filter(|at| !self.branches.contains_key(at)).collect();
        for at in missing {
            let found = self.entry(at).map(branches).unwrap_or_default();
            self.branches.insert(at, found);
        }
    }

    fn relist(&mut self) {
        self.find_branches();
        let mut rows = Vec::new();
        self.push_children(self.listed, 0, &mut rows, &|node| matches!(node, Node::Branch(..)));
        let at = self.items_wish.map_or(0, |wish| self.nearest(&rows, wish));
        self.items.replace(rows, at);
        self.rebuilt += 1;
    }

    fn tree_rows(&self) -> Vec<Row> {
        let kinds = (0..self.plan().kinds().len()).map(Node::Kind);
        let lack = (!self.plan().lack().is_empty()).then_some(Node::Lack);
        let warnings = (!self.warnings.is_empty()).then_some(Node::Warnings);
        let mut rows = Vec::new();
        for node in kinds.chain(lack).chain(warnings) {
            rows.push(Row { node, depth: 0 });
            if self.is_open(node) {
                self.push_children(node, 1, &mut rows, &|node| self.is_open(node));
            }
        }
        rows
    }

    fn push_children(&self, node: Node, depth: u16, rows: &mut Vec<Row>, is_open: &dyn Fn(Node) -> bool) {
        let mut push = |child: Node| {
            rows.push(Row { node: child, depth });
            if is_open(child) {
                self.push_children(child, depth + 1, rows, is_open);
            }
        };
        match node {
            Node::Kind(kind) => self.admitted(kind).for_each(|at| push(Node::Item(at))),
            Node::Item(at) => {
                let branches = self.branches.get(&at).map_or(0, Vec::len);
                (0..branches).for_each(|branch| push(Node::Branch(at, branch)));
            }
            Node::Branch(at, branch) => {
                let members = self.branch(at, branch).map_or(0, |branch| branch.members.len());
                (0..members).for_each(|member| push(Node::Element(at, branch, member)));
            }
            Node::Lack => (0..self.plan().lack().len()).for_each(|at| push(Node::LackApi(at))),
            Node::Warnings => (0..self.warnings.len()).for_each(|at| push(Node::Warning(at))),
            Node::Element(..) | Node::LackApi(_) | Node::Warning(_) => {}
        }
    }

    /// Returns where a node stands in the order of rows.
    pub(crate) fn sequence(&self, node: Node) -> (usize, usize, usize, usize) {
        let kind = |at: usize| self.kinds.get(at).copied().unwrap_or(0);
        match node {
            Node::Kind(at) => (at, 0, 0, 0),
            Node::Item(at) => (kind(at), at + 1, 0, 0),
            Node::Branch(at, branch) => (kind(at), at + 1, branch + 1, 0),
            Node::Element(at, branch, member) => (kind(at), at + 1, branch + 1, member + 1),
            Node::Lack => (usize::MAX - 1, 0, 0, 0),
            Node::LackApi(at) => (usize::MAX - 1, at + 1, 0, 0),
            Node::Warnings => (usize::MAX, 0, 0, 0),
            Node::Warning(at) => (usize::MAX, at + 1, 0, 0),
        }
    }

    /// Returns the row of a node; where it is folded away that of the nearest
    /// node above, where it is filtered out that of its next neighbour.
    fn nearest(&self, rows: &[Row], node: Node) -> usize {
        let order = self.sequence(node);
        let at = rows.partition_point(|row| self.sequence(row.node) < order);
        let next = rows.get(at);
        if next.is_some_and(|row| row.node == node) {
            return at;
        }
        let parent = node.parent(self.plan());
        let is_sibling = |row: &Row| row.node.parent(self.plan()) == parent;
        if next.is_some_and(is_sibling) { at } else { at.saturating_sub(1) }
    }

    /// Returns the node under the tree's cursor.
    pub(crate) fn tree_node(&self) -> Node {
        self.tree.current().map_or(self.tree_wish, |row| row.node)
    }

    /// Returns the node under the list's cursor.
    pub(crate) fn items_node(&self) -> Option<Node> {
        self.items.current().map(|row| row.node)
    }

    /// Moves the tree's cursor by rows; the list follows.
    pub(crate) fn step_tree(&mut self, by: isize) -> bool {
        let moved = self.tree.step(by);
        self.tree_moved();
        moved
    }

    /// Moves the list's cursor by rows.
    pub(crate) fn step_items(&mut self, by: isize) -> bool {
        let moved = self.items.step(by);
        self.items_wish = self.items_node();
        moved
    }

    fn tree_moved(&mut self) {
        let node = self.tree_node();
        self.tree_wish = node;
        let (listed, wish) = self.listing_of(node);
        if listed != self.listed {
            self.listed = listed;
            self.items_wish = wish;
            self.relist();
        } else if let Some(wish) = wish {
            self.point_items_at(wish);
        }
    }

    fn point_items_at(&mut self, node: Node) {
        self.items_wish = Some(node);
        let at = self.nearest(self.items.rows(), node);
        self.items.go(at);
    }

    /// Unfolds or folds a node.
    pub(crate) fn set_open(&mut self, node: Node, open: bool) {
        let moved = if open { self.open.insert(node) } else { self.open.remove(&node) };
        if moved {
            self.rebuild();
        }
    }

    /// Puts the tree's cursor on a node, unfolding what is above it.
    pub(crate) fn show_in_tree(&mut self, node: Node) {
        let mut above = node.parent(self.plan());
        let mut folded = false;
        while let Some(parent) = above {
            folded |= self.open.insert(parent);
            above = parent.parent(self.plan());
        }
        self.tree_wish = node;
        if folded {
            self.rebuild();
        }
        let at = self.nearest(self.tree.rows(), node);
        self.tree.go(at);
        self.tree_moved();
    }

    /// Puts the list's cursor on a node: the list shows its neighbours, the
    /// tree stands on what they belong to.
    pub(crate) fn show_in_items(&mut self, node: Node) {
        if let Some(parent) = node.parent(self.plan()) {
            if parent != self.listed || self.tree_node() != parent {
                self.show_in_tree(parent);
            }
            self.point_items_at(node);
        } else {
            self.show_in_tree(node);
        }
    }

    /// Takes another filter.
    pub(crate) fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.rebuild();
    }

    /// Returns the review of a newer plan of the same file: cursors, folds and
    /// the choices that still apply are carried over.
    pub(crate) fn again(&self, subject: Reviewed) -> Self {
        let mut next = Self::new(subject);
        let (from, to) = (self.plan(), next.subject.plan.clone());
        for (at, entry) in to.entries().iter().enumerate() {
            let Some(then) = from.position(&entry.item.id) else { continue };
            let same_sort = from.entry(then).is_some_and(|old| old.base.is_some() == entry.base.is_some());
            if same_sort {
                next.choices.set(&to, at, self.choices.is_chosen(then));
            }
        }
        let still_known = to
            .lack()
            .iter()
            .all(|lack| from.lack().iter().any(|old| (&old.module, &old.api) == (&lack.module, &lack.api)));
        next.choices.lack_confirmed = self.choices.lack_confirmed && still_known;
        let carry = |node: Node| node.carry(from, &to);
        next.open = self.open.iter().filter_map(|node| carry(*node)).collect();
        next.filter = self.filter;
        next.tree_wish = carry(self.tree_wish).unwrap_or(next.tree_wish);
        next.listed = carry(self.listed).unwrap_or(next.listed);
        next.items_wish = self.items_wish.and_then(carry);
        next.tree.adopt_top(&self.tree);
        next.items.adopt_top(&self.items);
        next.resolve();
        next.rebuild();
        next
    }

    /// Says whether leaving would lose choices. That lacking APIs may be
    /// ignored is quickly said again, and means nothing without an import.
    pub(crate) fn has_choices(&self) -> bool {
        let mut proposed = Choices::new(self.plan());
        proposed.lack_confirmed = self.choices.lack_confirmed;
        self.choices != proposed
    }

    /// Returns where a node stands among the items: the first item that is not
    /// before it, and the first that is after it.
    pub(crate) fn place(&self, node: Node) -> (usize, usize) {
        match node {
            Node::Kind(kind) => {
                let first = self.members.get(kind).and_then(|members| members.first());
                let first = first.copied().unwrap_or(self.marks.len());
                (first, first)
            }
            Node::Item(at) | Node::Branch(at, _) | Node::Element(at, _, _) => (at, at + 1),
            Node::Lack | Node::LackApi(_) | Node::Warnings | Node::Warning(_) => {
                (self.marks.len(), self.marks.len())
            }
        }
    }

    /// Returns the items whose rows a branch of the tree holds below it.
    pub(crate) fn below(&self, node: Node) -> Vec<usize> {
        match node {
            Node::Kind(kind) => self.admitted(kind).collect(),
            Node::Item(at) => vec![at],
            _ => Vec::new(),
        }
    }
}

fn users(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut users: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, entry) in plan.entries().iter().enumerate() {
        for on in entry.requires.iter().filter_map(|requirement| plan.position(&requirement.on)) {
            users.entry(on).or_default().push(at);
        }
    }
    users
}

fn lacks(plan: &Plan) -> HashMap<usize, Vec<usize>> {
    let mut lacks: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, lack) in plan.lack().iter().enumerate() {
        for item in lack.used_by.iter().filter_map(|id| plan.position(id)) {
            lacks.entry(item).or_default().push(at);
        }
    }
    lacks
}
