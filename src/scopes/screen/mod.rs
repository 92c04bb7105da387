//! The screen of the API scopes: list and detail, edits, the form.

mod detail;
pub(crate) mod form;
pub(crate) mod layout;
mod model;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use layout::Half;
pub(crate) use model::{Choice, Scopes};
