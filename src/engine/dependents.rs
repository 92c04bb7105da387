//! Which items of a plan depend on each other's being written.

use std::collections::HashSet;

use super::closure::closure;
use super::relation::Relation;

/// The items that depend on each item.
#[derive(Clone, Debug)]
pub(super) struct Dependents {
    /// The items that it may block.
    blocked: Relation,
    /// The items that it may give changes.
    changed: Relation,
}

impl Dependents {
    /// Returns the relations of these pairs: an item, and one that it may block;
    /// an item, and one that it may give changes.
    pub(super) fn new(blocked: &[(usize, usize)], changed: &[(usize, usize)]) -> Self {
        Self {
            blocked: Relation::new(blocked),
            changed: Relation::new(changed),
        }
    }

    /// Returns the items that may be blocked, or no longer be, if whether these
    /// are written changes; themselves included.
    pub(super) fn blocked_by(&self, items: Vec<usize>) -> HashSet<usize> {
        closure(items, |index| self.blocked.of(*index).to_vec())
    }

    /// Returns the items that have other changes if an item is written.
    pub(super) fn changed_by(&self, index: usize) -> &[usize] {
        self.changed.of(index)
    }
}
