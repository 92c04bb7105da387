//! What a rehearsal found: the whole apply on the real target, rolled back.

use serde::Serialize;

use crate::engine::{Outcome, Unpromised};
use crate::store::{StoreError, TableRows};

/// What an import would do, as the target itself said.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// What would become of each item of the plan.
    pub outcomes: Vec<Outcome>,
    /// What would be done to each table.
    pub tables: Vec<TableRows>,
    /// What the database refused, or changed although nobody promised it; the
    /// import would fail with the first.
    pub problems: Vec<Problem>,
    /// What the operator should know: what may write where nobody can see it.
    pub notes: Vec<String>,
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

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self { table: error.table, message: error.message }
    }
}

impl From<&Unpromised> for Problem {
    fn from(change: &Unpromised) -> Self {
        Self {
            table: change.table.clone(),
            message: format!("the server changed {change}, which is not part of the plan"),
        }
    }
}
