//! Products whose configuration consists of whole JSON documents, stored in our own schema.
//!
//! `bytes → file → (with the stored documents) sides → plan`, `approved → build
//! → rows`, and `stored → export → bytes`. The declarations of a product's
//! kinds, as data ([`KindSchema`](crate::engine::schema::KindSchema)), drive
//! matching, comparing, masking, writing, resolving references, exporting, and
//! checking. All of it is pure; only `rows` uses SQL.

mod build;
mod candidates;
mod change;
mod emitted;
mod export;
mod ignore;
mod matched;
mod needs;
mod only_in_target;
mod platform;
mod prepared;
mod product;
mod referring;
pub mod rows;
mod search;
#[cfg(test)]
pub(crate) mod tests;
mod values;
mod verify;

pub use crate::platform::document::candidates::blocking_findings;
pub use build::Built;
pub use change::change;
pub use export::{Selected, export};
pub use platform::Documents;
pub use prepared::Prepared;
pub use product::{About, File, Printed, Printer, Product, meaning, printed};

pub use crate::engine::Document;
pub use crate::engine::json::{Json, Object as Members, Span};
pub use crate::engine::object::{Hit, Kinds, Object, ResolvedReference, Sides, quoted};
pub use rows::Save;
pub use search::{Search, SearchIndex};
