//! The matrix: the items of the file by several targets.

pub(crate) mod layout;
pub(crate) mod model;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use model::MatrixScreen;
