//! Flat rows of tree and list: built on folding and filtering, never on moving.

use std::collections::HashSet;

use super::Review;
use crate::engine::TargetItem;
use crate::tui::screen::review::Filter;
use crate::tui::screen::review::branch::branches;
use crate::tui::screen::review::node::{MissingList, Node, Row};

impl Review {
    /// Rebuilds all rows, with the cursors on the same nodes.
    pub(crate) fn rebuild(&mut self) {
        self.find_branches();
        let rows = self.tree_rows();
        let index = self.nearest(&rows, self.tree_wish);
        self.tree.replace(rows, index);
        let (listed, _) = self.listing_of(self.tree_node());
        self.listed = listed;
        self.relist();
    }

    /// Returns what the list shows for a node of the tree, and the row to be on.
    pub(super) fn listing_of(&self, node: Node) -> (Node, Option<Node>) {
        if node.has_children(self.plan()) {
            (node, None)
        } else {
            (node.parent(self.plan()).unwrap_or(node), Some(node))
        }
    }

    fn find_branches(&mut self) {
        let listed = self.listed.item();
        let wanted = self
            .open
            .iter()
            .filter_map(|node| node.item())
            .chain(listed);
        let missing: HashSet<usize> = wanted
            .filter(|index| !self.branches.contains_key(index))
            .collect();
        for index in missing {
            let found = self.entry(index).map(branches).unwrap_or_default();
            self.branches.insert(index, found);
        }
    }

    pub(super) fn relist(&mut self) {
        self.find_branches();
        let mut rows = Vec::new();
        self.push_children(self.listed, 0, &mut rows, &|node| {
            matches!(node, Node::Branch(..))
        });
        let index = self.items_wish.map_or(0, |wish| self.nearest(&rows, wish));
        self.items.replace(rows, index);
        self.rebuilt += 1;
    }

    /// Kinds without items have no row: some products have dozens.
    fn tree_rows(&self) -> Vec<Row> {
        let is_empty = self.members.iter().all(Vec::is_empty);
        let has_items = |kind: &usize| {
            is_empty
                || self.members.get(*kind).is_some_and(|all| !all.is_empty())
                || !self.listed_target_items(*kind).is_empty()
        };
        let kinds = (0..self.plan().kinds().len())
            .filter(has_items)
            .map(Node::Kind);
        let lists = MissingList::ALL
            .into_iter()
            .filter(|list| !list.places(self.plan()).is_empty());
        let missing = lists.map(Node::Missing);
        let warnings = (!self.warnings.is_empty()).then_some(Node::Warnings);
        let mut rows = Vec::new();
        for node in kinds.chain(missing).chain(warnings) {
            rows.push(Row { node, depth: 0 });
            if self.is_open(node) {
                self.push_children(node, 1, &mut rows, &|node| self.is_open(node));
            }
        }
        rows
    }

    fn push_children(
        &self,
        node: Node,
        depth: u16,
        rows: &mut Vec<Row>,
        is_open: &dyn Fn(Node) -> bool,
    ) {
        let mut push = |child: Node| {
            rows.push(Row { node: child, depth });
            if is_open(child) {
                self.push_children(child, depth + 1, rows, is_open);
            }
        };
        match node {
            Node::Kind(kind) => {
                self.admitted(kind)
                    .for_each(|index| push(Node::Item(index)));
                (0..self.listed_target_items(kind).len())
                    .for_each(|index| push(Node::TargetItem(kind, index)));
            }
            Node::Item(index) => {
                let branches = self.branches.get(&index).map_or(0, Vec::len);
                (0..branches).for_each(|branch| push(Node::Branch(index, branch)));
            }
            Node::Branch(index, branch) => {
                let members = self
                    .branch(index, branch)
                    .map_or(0, |branch| branch.members.len());
                (0..members).for_each(|member| push(Node::Element(index, branch, member)));
            }
            Node::Missing(list) => list
                .places(self.plan())
                .for_each(|index| push(Node::MissingObject(index))),
            Node::Warnings => (0..self.warnings.len()).for_each(|index| push(Node::Warning(index))),
            Node::Element(..)
            | Node::TargetItem(..)
            | Node::MissingObject(_)
            | Node::Warning(_) => {}
        }
    }

    /// Returns the items of a kind that only the target has, if the filter admits them.
    fn listed_target_items(&self, kind: usize) -> &[TargetItem] {
        match self.filter {
            Filter::All => self.target_items(kind),
            Filter::Changes | Filter::Blocked | Filter::Chosen => &[],
        }
    }

    /// Returns the position of a node in the order of rows.
    pub(crate) fn sequence(&self, node: Node) -> (usize, usize, usize, usize) {
        let kind = |index: usize| self.kinds.get(index).copied().unwrap_or(0);
        match node {
            Node::Kind(index) => (index, 0, 0, 0),
            Node::Item(index) => (kind(index), index + 1, 0, 0),
            Node::Branch(index, branch) => (kind(index), index + 1, branch + 1, 0),
            Node::Element(index, branch, member) => {
                (kind(index), index + 1, branch + 1, member + 1)
            }
            Node::TargetItem(kind, index) => (kind, usize::MAX, index, 0),
            Node::Missing(list) => (usize::MAX - 1, list.places(self.plan()).start, 0, 0),
            Node::MissingObject(index) => (usize::MAX - 1, index, 1, 0),
            Node::Warnings => (usize::MAX, 0, 0, 0),
            Node::Warning(index) => (usize::MAX, index + 1, 0, 0),
        }
    }

    /// Returns the row of a node; where it is folded away that of the nearest
    /// node above, where it is filtered out that of its next neighbour.
    pub(super) fn nearest(&self, rows: &[Row], node: Node) -> usize {
        let order = self.sequence(node);
        let index = rows.partition_point(|row| self.sequence(row.node) < order);
        let next = rows.get(index);
        if next.is_some_and(|row| row.node == node) {
            return index;
        }
        let parent = node.parent(self.plan());
        let is_sibling = |row: &Row| row.node.parent(self.plan()) == parent;
        if next.is_some_and(is_sibling) {
            index
        } else {
            index.saturating_sub(1)
        }
    }

    /// Returns the position of a node among the items: the first item that is not
    /// before it, and the first that is after it.
    pub(crate) fn place(&self, node: Node) -> (usize, usize) {
        match node {
            Node::Kind(kind) => {
                let first = self.members.get(kind).and_then(|members| members.first());
                let first = first.copied().unwrap_or(self.tally.statuses.len());
                (first, first)
            }
            Node::Item(index) | Node::Branch(index, _) | Node::Element(index, _, _) => {
                (index, index + 1)
            }
            Node::TargetItem(kind, _) => {
                let last = self.members.get(kind).and_then(|members| members.last());
                let next = last.map_or(0, |last| last + 1);
                (next, next)
            }
            Node::Missing(_) | Node::MissingObject(_) | Node::Warnings | Node::Warning(_) => {
                (self.tally.statuses.len(), self.tally.statuses.len())
            }
        }
    }

    /// Returns the items below a branch of the tree.
    pub(crate) fn below(&self, node: Node) -> Vec<usize> {
        match node {
            Node::Kind(kind) => self.admitted(kind).collect(),
            Node::Item(index) => vec![index],
            _ => Vec::new(),
        }
    }
}
