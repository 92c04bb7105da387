//! What covering an item does to its counterpart in the target.

use super::diff::{Op, Show, compare};
use super::item::{ItemId, Value};

/// What covering an item does to its counterpart in the target, in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Whether it changes anything regardless of what else is written.
    pub(super) changes: bool,
    /// Items that give it changes if they are written.
    pub(super) conditions: Vec<ItemId>,
    /// Whether it deletes anything.
    pub(super) removes: bool,
}

impl Effect {
    /// Compares the target's item with the file's.
    pub fn of(base: &Value, wanted: &Value) -> Self {
        let mut effect = Self::default();
        for change in compare(Some(base), wanted, Show::Differences) {
            effect.removes |= change.op == Op::Remove;
            match change.needs {
                _ if !change.op.is_effective() => {}
                Some(id) => effect.conditions.push(id),
                None => effect.changes = true,
            }
        }
        effect.conditions.dedup();
        effect
    }

    /// Returns whether it may change anything.
    pub const fn is_some(&self) -> bool {
        self.changes || !self.conditions.is_empty()
    }
}
