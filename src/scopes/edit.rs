//! Edits of scopes, as an operator asks for them.

use std::sync::Arc;

use super::draft::Draft;
use crate::engine::ItemId;
use crate::platform::digirunner::kinds::SCOPE;

/// An edit of a scope. Scopes and clients are identified by their ids: a name may not be unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Create a scope.
    Create(Draft),
    /// Update a scope from the draft.
    Update {
        /// Its id.
        id: Arc<str>,
        /// Its state when the operator decided; refused with 1286 if it changed since.
        seen: Box<Draft>,
        /// The new values.
        draft: Box<Draft>,
    },
    /// Delete it; refused with 1403 while clients hold it.
    Delete {
        /// Its id.
        id: Arc<str>,
        /// Its name when the operator decided.
        name: Arc<str>,
    },
    /// Give it to clients, which must have its level. Clients that already hold it are unchanged.
    Give {
        /// Its id.
        id: Arc<str>,
        /// Its name when the operator decided.
        name: Arc<str>,
        /// The client.
        clients: Vec<Arc<str>>,
    },
    /// Take it away from clients.
    Take {
        /// Its id.
        id: Arc<str>,
        /// Its name when the operator decided.
        name: Arc<str>,
        /// The clients.
        clients: Vec<Arc<str>>,
    },
    /// Repair findings that can be repaired safely.
    Repair {
        /// Only these findings, by their codes; all of them if empty.
        codes: Vec<String>,
    },
}

impl Edit {
    /// Returns what was done, as one word in the past tense.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "created",
            Self::Update { .. } => "updated",
            Self::Delete { .. } => "deleted",
            Self::Give { .. } => "given",
            Self::Take { .. } => "taken",
            Self::Repair { .. } => "repaired",
        }
    }

    /// Returns the command that does it.
    pub const fn command(&self) -> &'static str {
        match self {
            Self::Create(_) => "scope create",
            Self::Update { .. } => "scope update",
            Self::Delete { .. } => "scope delete",
            Self::Give { .. } => "scope give",
            Self::Take { .. } => "scope take",
            Self::Repair { .. } => "scope repair",
        }
    }

    /// Returns the affected scope, by its new name.
    pub fn scope(&self) -> Option<ItemId> {
        match self {
            Self::Create(draft) => Some(draft.item()),
            Self::Update { draft, .. } => Some(draft.item()),
            Self::Delete { name, .. } | Self::Give { name, .. } | Self::Take { name, .. } => {
                Some(ItemId::new(SCOPE, Arc::clone(name)))
            }
            Self::Repair { .. } => None,
        }
    }
}
