//! What a rehearsal found: the whole apply on the real target, rolled back.

use std::fmt;

use serde::Serialize;

use super::undo::item_id;
use crate::engine::display::some_of;
use crate::engine::{Access, ItemId, Outcome, Unpromised};
use crate::store::{Refused, StoreError, TableRows};

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
    /// What would change of who can call what; nothing of products that grant no
    /// access.
    pub access: Option<Access>,
}

/// Rows that the database refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The table.
    pub table: String,
    /// What the server said, without the values of any row.
    pub message: String,
    /// Whose rows they are, such as `client:crm`: the first of them, where that
    /// could be found. May hold hostile data.
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

/// Says what was refused of which items.
pub(super) fn described<S: AsRef<str>>(items: &[S], message: &str) -> String {
    if items.is_empty() {
        return message.to_owned();
    }
    let named = items.iter().map(|item| {
        let ItemId { kind, key } = item_id(item.as_ref());
        format!("{kind} '{key}'")
    });
    format!("{}: {message}", some_of(named, MAX_NAMED))
}

/// How many items a sentence names.
const MAX_NAMED: usize = 5;
