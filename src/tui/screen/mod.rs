//! The screens: each with its model, its actions, its update and its view.

pub(crate) mod access;
pub(crate) mod back;
pub(crate) mod dialog;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod job;
pub(crate) mod leave;
pub(crate) mod matrix;
pub(crate) mod motion;
pub(crate) mod open;
pub(crate) mod path;
pub(crate) mod program;
pub(crate) mod review;
pub(crate) mod save;
