//! What platforms share that keep whole JSON documents in our own schema: the
//! text as it was received, a canonical form to compare, and the rows.
//!
//! Reading and comparing are pure; SQL is in `rows` alone.

pub mod json;
#[cfg(test)]
pub(crate) mod law;
pub mod rows;
mod splice;

pub use json::Source;
pub use splice::splice;

use crate::engine::Reason;
use crate::engine::json::MAX_DEPTH;
pub use crate::engine::json::{Json, Object, Span};
pub use rows::{Document, Save};

/// Says why an object is not planned whatever it holds: it is nested too deep.
pub(super) fn too_deep(json: &Json) -> Option<Reason> {
    let depth = json.depth();
    (depth > MAX_DEPTH).then(|| {
        let message = format!("it is nested {depth} levels deep, more than the {MAX_DEPTH} that are planned");
        Reason::new("nested-too-deep", message)
    })
}
