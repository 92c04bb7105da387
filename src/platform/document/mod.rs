//! Products whose configuration consists of whole JSON documents, stored in our own schema.
//!
//! `bytes → file → (with the stored documents) sides → plan`, `approved → build
//! → rows`, and `stored → export → bytes`. The declarations of a product's
//! kinds, as data ([`KindSchema`](crate::engine::schema::KindSchema)), drive
//! matching, comparing, masking, writing, resolving references, exporting, and
//! checking. All of it is pure; only `rows` uses SQL.

mod build;
mod export;
mod plan;
mod product;
pub mod rows;
#[cfg(test)]
pub(crate) mod tests;
mod verify;

pub use build::{Built, Prepared};
pub use export::{Selected, export};
pub use plan::blocking_findings;
pub use product::{About, Documents, File, Product};

pub use crate::engine::Document;
use crate::engine::Reason;
use crate::engine::json::MAX_DEPTH;
pub use crate::engine::json::{Json, Object as Members, Span};
pub use crate::engine::object::{Hit, Kinds, Object, ResolvedReference, Sides, quoted};
use crate::source::splice;
pub use rows::Save;

/// Changes an object as the operator requested; the rest of its text stays byte
/// for byte. `mapped` are JSON pointers to the changes.
pub fn change(object: &mut Object, body: &Json, mapped: Vec<String>) {
    let text = splice(&object.text, object.raw(&object.body), object.raw(body));
    *object = object.changed(body, text, mapped);
}

/// Returns why an object cannot be planned whatever it contains: it is nested too deep.
fn too_deep(json: &Json) -> Option<Reason> {
    let depth = json.depth();
    (depth > MAX_DEPTH).then(|| {
        let message = format!("it is nested {depth} levels deep; the limit is {MAX_DEPTH}");
        Reason::new("nested-too-deep", message)
    })
}
