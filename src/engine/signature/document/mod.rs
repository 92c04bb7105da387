//! A signed plan as plain data, to be written to a file and read again.
//!
//! Only a signed plan has a document: a secret cannot get into a file.

mod data;
mod read;
mod write;

pub use data::{AccessDocument, PlanDocument};
pub use read::UnknownKind;
