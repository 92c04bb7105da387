//! The result of planning an edit: the rows to write, or why it is refused.

use std::sync::Arc;

use crate::engine::Stale;
use crate::engine::{Change, ItemId, Violation};
use crate::platform::digirunner::changes::Changes;
use crate::platform::digirunner::schema::TableId;
use crate::platform::digirunner::tables::Tables;

/// The result of planning an edit.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// The rows to write.
    pub(crate) changes: Changes,
    /// The rows before, as far as they were read.
    pub(crate) before: Tables,
    /// Rows with these keys must not be deleted until the transaction ends.
    pub(crate) relied_on: Vec<(TableId, usize, Arc<str>)>,
    /// The affected items.
    pub(crate) items: Vec<ItemId>,
    /// The scope's id.
    pub(crate) id: Option<Arc<str>>,
    /// What differs in the scope.
    pub(crate) differences: Vec<Change>,
    /// Warnings for the operator.
    pub(crate) notes: Vec<String>,
}

/// Why an edit is refused.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The rules that it violates.
    pub(crate) violations: Vec<Violation>,
    /// What changed since the operator decided.
    pub(crate) stale: Vec<Stale>,
}

impl From<Vec<Violation>> for Refused {
    fn from(violations: Vec<Violation>) -> Self {
        Self {
            violations,
            stale: Vec::new(),
        }
    }
}

impl From<Violation> for Refused {
    fn from(violation: Violation) -> Self {
        vec![violation].into()
    }
}
