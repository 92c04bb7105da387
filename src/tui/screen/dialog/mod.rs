//! Dialogs over a screen: model, keys, drawing.

pub(crate) mod help;
mod kind;
mod model;
pub(crate) mod palette;
pub(crate) mod press;
pub(crate) mod typing;
pub(crate) mod view;

pub(crate) use kind::Dialog;
pub(crate) use model::{FOOTER, Focus, Modal};
