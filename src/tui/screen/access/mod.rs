//! Who can call what under the choices.

pub(crate) mod list;
pub(crate) mod update;
pub(crate) mod view;
