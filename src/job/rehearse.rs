//! What a rehearsal found: the whole apply on the real target, rolled back.

use serde::Serialize;

use crate::engine::Outcome;
use crate::store::TableRows;

/// What an import would do, as the target itself said.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// What would become of each item of the plan.
    pub outcomes: Vec<Outcome>,
    /// What would be done to each table.
    pub tables: Vec<TableRows>,
    /// What the database refused; the import would fail with the first.
    pub problems: Vec<Problem>,
    /// How long it took.
    pub seconds: f64,
}

/// Rows that the database refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The table.
    pub table: String,
    /// What the server said, without the values of any row.
    pub message: String,
}
