//! Importing: *Confirm import*, and the rehearsal.

pub(crate) mod apply;
pub(crate) mod confirm;
pub(crate) mod rehearse;
