//! What is done to scopes.

use std::sync::Arc;

use super::draft::Draft;

/// What is to be done to a scope. Scopes and clients go by their ids: a name
/// may be there twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Make a new one.
    Create(Draft),
    /// Make it what the draft says.
    Update {
        /// Which one.
        id: Arc<str>,
        /// What it was when the operator decided; refused with 1286 if it is
        /// that no more.
        seen: Box<Draft>,
        /// What it is to be.
        draft: Box<Draft>,
    },
    /// Delete it; refused with 1403 while clients hold it.
    Delete {
        /// Which one.
        id: Arc<str>,
        /// What it was called when the operator decided.
        name: Arc<str>,
    },
    /// Give it to clients, which have to be of its level. Those that hold it
    /// already stay as they are.
    Give {
        /// Which one.
        id: Arc<str>,
        /// What it was called when the operator decided.
        name: Arc<str>,
        /// To whom.
        clients: Vec<Arc<str>>,
    },
    /// Take it away from clients.
    Take {
        /// Which one.
        id: Arc<str>,
        /// What it was called when the operator decided.
        name: Arc<str>,
        /// From whom.
        clients: Vec<Arc<str>>,
    },
    /// Repair what the report finds and can be repaired safely.
    Repair {
        /// Only these findings, by their codes; all of them if empty.
        codes: Vec<String>,
    },
}
