//! Dialogs over a screen: model, keys, drawing.

pub(crate) mod help;
pub(crate) mod model;
pub(crate) mod palette;
pub(crate) mod press;
pub(crate) mod typing;
pub(crate) mod view;
