//! A file in a product's own format, made from a target.

use crate::engine::{Finding, ItemId, Kind};

/// A file in the product's own format.
pub struct Export {
    /// The file. It contains secrets.
    pub bytes: Vec<u8>,
    /// How many items of each kind it contains.
    pub counts: Vec<(Kind, usize)>,
    /// What was left out, and what an import will refuse.
    pub findings: Vec<Finding>,
}

/// Requested items that the target does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRoots(pub Vec<ItemId>);
