//! What a platform says of its kinds.

use super::item::Kind;

/// One kind of a platform's objects, and the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// The kind's own word, as typed in `--cover client` and printed in JSON.
    pub kind: Kind,
    /// The heading over a list of them, such as "Clients".
    pub title: &'static str,
}
