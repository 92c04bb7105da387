//! The review of a plan: tree, items, detail; choosing, searching, copying.

pub(crate) mod branch;
pub(crate) mod choose;
pub(crate) mod copy;
pub(crate) mod cover_all;
pub(crate) mod detail;
pub(crate) mod display;
mod filter;
pub(crate) mod ignore;
pub(crate) mod label;
pub(crate) mod missing;
mod model;
pub(crate) mod navigate;
pub(crate) mod node;
pub(crate) mod only_in_target;
pub(crate) mod query;
pub(crate) mod search;
mod selection;
pub(crate) mod view;

pub(crate) use filter::Filter;
pub(crate) use model::{Review, Tally};
