//! Documents that are found by their content.

use std::sync::Arc;

/// How many characters of a text an index of documents holds.
pub(super) const INDEXED: usize = 255;

/// The documents of which an expression is one of some texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The expression.
    pub index: &'static SearchIndex,
    /// The texts.
    pub texts: Vec<Arc<str>>,
}

/// An index over the content of documents, as a migration creates it: of longer
/// texts it holds the first 255 characters.
#[derive(Debug, PartialEq, Eq)]
pub struct SearchIndex {
    /// The condition of SQL for the documents in it.
    pub condition: &'static str,
    /// The expression of SQL.
    pub expression: &'static str,
}
