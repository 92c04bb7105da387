//! The screen of scopes: loading, the list, clients, findings, edits.

mod condition;
pub(crate) mod edit;
pub(crate) mod findings;
pub(crate) mod holders;
pub(crate) mod list;
pub(crate) mod load;
