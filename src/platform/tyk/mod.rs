//! Tyk: organisations, APIs and policies, in the formats of the Dashboard's
//! Admin API.
//!
//! The Dashboard's own tables are not public: objects are stored as documents
//! in our schema, which is the system of record on this side.
//!
//! `kinds` declares identifiers, `references` what they refer to, `schema` how
//! content is compared; `rules` has what no schema can express.

mod access;
mod api;
mod file;
mod kinds;
mod listen;
mod object_kind;
mod organisations;
mod prepare;
mod print;
mod product;
mod recognise;
mod references;
mod rules;
mod schema;
mod shape;

#[cfg(test)]
mod tests;

pub use product::{DEMO, TYK, Tyk};
