//! digiRunner: client export files, and the product's own PostgreSQL tables.
//!
//! `bytes → file → (with the target's snapshot) compare → plan`, and on the way
//! back `approved → build → changes → write`; `snapshot → export → bytes` makes
//! a file. Reading, comparing, building and exporting are pure; SQL is in
//! `snapshot`, `allocate` and `write` alone.

mod access;
pub(crate) mod allocate;
mod build;
mod cells;
pub(crate) mod changes;
mod compare;
mod compared;
mod emitted;
mod export;
mod field;
pub(crate) mod file;
mod foreseen;
pub(crate) mod holds;
mod hosts;
mod ignore;
pub(crate) mod index;
mod integrity;
mod item;
pub(crate) mod kinds;
pub(crate) mod lookup;
mod only_in_target;
mod product;
pub(crate) mod promises;
pub(crate) mod references;
mod row_policy;
pub(crate) mod rules;
pub(crate) mod schema;
mod set_values;
pub(crate) mod snapshot;
pub(crate) mod tables;
mod values;
mod verify;
pub(crate) mod write;
pub(crate) mod written;

#[cfg(test)]
pub(crate) mod tests;

pub use product::{DEMO, Digirunner};
