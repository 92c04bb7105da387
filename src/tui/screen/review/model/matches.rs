//! The matches of the search, among what the filter lists.

use super::Review;
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::query::{node_at, places};

impl Review {
    /// Looks for a query in some more places; returns whether all matches were
    /// found.
    pub(crate) fn look(&mut self, query: &str, origin: usize, limit: usize) -> bool {
        self.found.look(&self.subject.plan, query, origin, limit)
    }

    /// Returns the listed matches found so far, from a place on and round the end.
    pub(crate) fn matches(&self, place: usize) -> impl DoubleEndedIterator<Item = Node> {
        let matches = self.found.from(self.plan(), place);
        let listed =
            matches.filter(|place| self.plan().entry(*place).is_none() || self.admits(*place));
        listed.map(|place| node_at(self.plan(), place))
    }

    /// Returns the first place that is not before a node, and the first that is
    /// after it.
    pub(crate) fn bounds(&self, node: Node) -> [usize; 2] {
        let items = self.plan().entries().len();
        match node {
            Node::Item(index) => [index, index + 1],
            Node::Branch(index, _) | Node::Element(index, ..) => [index + 1; 2],
            Node::Kind(_) | Node::TargetItem(..) => [self.place(node).0; 2],
            Node::Missing(list) => [items + list.places(self.plan()).start; 2],
            Node::MissingObject(index) => [items + index, items + index + 1],
            Node::Warnings | Node::Warning(_) => [places(self.plan()); 2],
        }
    }
}
