//! The lines of the detail pane.

mod build;
mod changes;
mod explain;
mod item;
mod layout;
mod node;
mod text;
mod value;

pub(crate) use build::{build, differences};
pub(crate) use changes::as_text;
pub(crate) use explain::explain;
pub(crate) use item::done;
pub(crate) use layout::{DetailOptions, DetailRow, SIDE_BY_SIDE};
pub(crate) use value::brief;
