//! Products whose configuration is whole JSON documents, kept in our own schema.
//!
//! `bytes → file → (with what is kept) pair → plan`, `approved → build → rows`,
//! and `kept → export → bytes`. What a product says of its kinds, as data
//! ([`KindSchema`](crate::engine::schema::KindSchema)), is read by matching,
//! comparing, masking, writing, looking references up, exporting, and checking.
//! All of it is pure; SQL is in `rows` alone.

mod build;
mod export;
pub mod json;
mod plan;
mod product;
pub mod rows;
mod splice;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

pub use build::{Built, Prepared};
pub use export::{Selected, export};
pub use json::Source;
pub use plan::blocking_findings;
pub use product::{About, Documents, File, Product};
pub use splice::splice;

pub use crate::engine::Document;
use crate::engine::Reason;
use crate::engine::json::MAX_DEPTH;
pub use crate::engine::json::{Json, Object as Members, Span};
pub use crate::engine::object::{Hit, Kinds, Object, ResolvedReference, Sides, quoted};
pub use rows::Save;

/// Changes an object as the operator asked: its text stays byte for byte but for
/// that. `mapped` are JSON pointers to what changed.
pub fn change(object: &mut Object, body: &Json, mapped: Vec<String>) {
    let text = splice(&object.text, object.raw(&object.body), object.raw(body));
    *object = object.changed(body, text, mapped);
}

/// Says why an object is not planned whatever it holds: it is nested too deep.
fn too_deep(json: &Json) -> Option<Reason> {
    let depth = json.depth();
    (depth > MAX_DEPTH).then(|| {
        let message =
            format!("it is nested {depth} levels deep, more than the {MAX_DEPTH} that are planned");
        Reason::new("nested-too-deep", message)
    })
}
