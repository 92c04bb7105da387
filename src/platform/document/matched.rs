//! A file and a target, matched once somebody asks: what is added as the file
//! has it has nothing to be matched with.

use std::sync::LazyLock;

use super::{Object, Sides};

/// The objects of a file, and what they correspond to in a target.
pub(super) struct Matched<'o> {
    /// The file's objects, in the plan's order.
    pub(super) file: &'o [Object],
    sides: LazyLock<Sides<'o>, Box<dyn FnOnce() -> Sides<'o> + Send + 'o>>,
}

impl<'o> Matched<'o> {
    pub(super) fn new(file: &'o [Object], matched: impl FnOnce() -> Sides<'o> + Send + 'o) -> Self {
        Self {
            file,
            sides: LazyLock::new(Box::new(matched)),
        }
    }

    /// Returns both sides.
    pub(super) fn sides(&self) -> &Sides<'o> {
        &self.sides
    }
}
