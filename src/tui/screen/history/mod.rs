//! The target's jobs: the list, one of them, undoing it.

pub(crate) mod record;
pub(crate) mod update;
pub(crate) mod view;
