//! What an action is, and which keys mean it.

mod act;
mod context;
mod entry;
mod keymap;
mod rebind;

pub(crate) use act::Act;
pub(crate) use context::Context;
pub(crate) use entry::{Action, Availability, Run};
pub(crate) use keymap::{KeyMap, Lookup, default_keys};
