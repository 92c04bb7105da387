//! Dialogs over a screen: model, keys, drawing.

pub(crate) mod model;
pub(crate) mod update;
pub(crate) mod view;
