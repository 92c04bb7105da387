//! What platforms share that keep whole JSON documents in our own schema: the
//! text as it was received, a canonical form to compare, and the rows.
//!
//! Reading and comparing are pure; SQL is in `rows` alone.

pub mod json;
pub mod rows;

pub use json::Source;

pub use crate::engine::json::{Json, Object, Span};
pub use rows::{Document, Save};
