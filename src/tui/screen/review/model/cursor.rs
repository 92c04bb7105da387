//! The cursors of tree and list, and the nodes under them.

use super::Review;
use crate::tui::screen::review::filter::Filter;
use crate::tui::screen::review::node::Node;

impl Review {
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
        let index = self.nearest(self.items.rows(), node);
        self.items.go(index);
    }

    /// Unfolds or folds a node.
    pub(crate) fn set_open(&mut self, node: Node, open: bool) {
        let moved = if open {
            self.open.insert(node)
        } else {
            self.open.remove(&node)
        };
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
        let index = self.nearest(self.tree.rows(), node);
        self.tree.go(index);
        self.tree_moved();
    }

    /// Puts the list's cursor on a node: the list shows its neighbours, the
    /// tree's cursor is on their parent.
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

    /// Sets the filter.
    pub(crate) fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.rebuild();
    }
}
