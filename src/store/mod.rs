//! PostgreSQL: connections, the statements' errors, and what is ours in the target.

pub mod bulk;
mod sql;

pub use sql::{Operation, Reading, Stamp, StoreError, StoreErrorKind, TableRows, Writing};
