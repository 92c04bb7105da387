//! Choosing what to compare: the file, and the target that it is compared with.

pub(crate) mod columns;
pub(crate) mod filter;
pub(crate) mod layout;
pub(crate) mod model;
pub(crate) mod path;
pub(crate) mod switch;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use model::Chooser;
