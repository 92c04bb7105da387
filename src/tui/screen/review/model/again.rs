//! The same file planned again: what is carried over, and what would be lost.

use super::Review;
use crate::engine::Choices;
use crate::tui::screen::review::node::Node;
use crate::tui::subject::Reviewed;

impl Review {
    /// Returns the review of a newer plan of the same file: cursors, folds and
    /// the choices that still apply are carried over.
    pub(crate) fn again(&self, subject: Reviewed) -> Self {
        let mut next = Self::new(subject);
        let (from, to) = (self.plan(), next.subject.plan.clone());
        for (index, entry) in to.entries().iter().enumerate() {
            let Some(then) = from.position(&entry.item.id) else {
                continue;
            };
            let same_sort = from
                .entry(then)
                .is_some_and(|old| old.base.is_some() == entry.base.is_some());
            if same_sort {
                next.choices.carry_over(&to, index, &self.choices, then);
            }
        }
        let still_known = to.missing().iter().all(|missing| {
            from.missing()
                .iter()
                .any(|old| old.identity() == missing.identity())
        });
        next.choices.missing_confirmed = self.choices.missing_confirmed && still_known;
        let carry = |node: Node| node.carry(from, &to);
        next.open = self.open.iter().filter_map(|node| carry(*node)).collect();
        next.filter = self.filter;
        next.tree_wish = carry(self.tree_wish).unwrap_or(next.tree_wish);
        next.listed = carry(self.listed).unwrap_or(next.listed);
        next.items_wish = self.items_wish.and_then(carry);
        next.tree.take_top(&self.tree);
        next.items.take_top(&self.items);
        // The detail of the old plan must not be taken for the new one's.
        next.resolved += self.resolved;
        next.rebuilt += self.rebuilt;
        next.resolve();
        next.rebuild();
        next
    }

    /// Returns whether quitting would lose choices. The confirmation of missing
    /// objects does not count: it is quick to repeat.
    pub(crate) fn has_choices(&self) -> bool {
        let mut proposed = Choices::new(self.plan());
        proposed.missing_confirmed = self.choices.missing_confirmed;
        self.choices != proposed
    }
}
