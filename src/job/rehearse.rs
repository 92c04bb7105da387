//! The result of a rehearsal: the whole apply on the real target, rolled back.

use std::fmt;

use serde::Serialize;

use super::item_name::described;
use crate::engine::{Access, Outcome, Unpromised};
use crate::store::{Refused, StoreError, TableRows};

/// What an import would do, as reported by the target.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The outcome of each item of the plan.
    pub outcomes: Vec<Outcome>,
    /// The changes of each table.
    pub tables: Vec<TableRows>,
    /// What the database refused, or changed in addition to the plan; the
    /// import would fail with the first.
    pub problems: Vec<Problem>,
    /// Messages for the operator: triggers and rules whose writes are not
    /// visible.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
    /// The access changes; none for products that grant no access.
    pub access: Option<Access>,
}

/// Rows that the database refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The table.
    pub table: String,
    /// The server's message, without the values of any row.
    pub message: String,
    /// The items of the rows, such as `client:crm`: the first of them, if
    /// found. May contain hostile data.
    pub items: Vec<String>,
    /// The constraint that refused them, where the server names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
}

impl Problem {
    /// Returns the problems of one statement: one for each reason for which
    /// rows of it were refused.
    pub(super) fn all_of(error: StoreError) -> Vec<Self> {
        if error.refused.is_empty() {
            let StoreError {
                table,
                message,
                constraint,
                ..
            } = error;
            return vec![Self {
                table,
                message,
                items: Vec::new(),
                constraint,
            }];
        }
        error.refused.into_iter().map(Self::from).collect()
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let Refused {
            table,
            message,
            constraint,
            items,
        } = refused;
        Self {
            table,
            message,
            items: items.iter().map(ToString::to_string).collect(),
            constraint,
        }
    }
}

impl From<&Unpromised> for Problem {
    fn from(change: &Unpromised) -> Self {
        Self {
            table: change.table.clone(),
            message: format!("the server changed {change}, which is not part of the plan"),
            items: Vec::new(),
            constraint: None,
        }
    }
}

/// Shown as `client 'crm': new row for relation "tsmp_client" violates …`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&described(&self.items, &self.message))
    }
}
