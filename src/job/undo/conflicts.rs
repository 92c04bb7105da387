//! Why a job cannot be undone.

use serde_json::Value;

use crate::engine::{Stale, StaleField, Value as EngineValue};
use crate::job::failure::{Failure, FailureKind};
use crate::job::item_name::item_id;
use crate::store::restore::{CellChange, Conflict, ConflictKind};

/// Says why a job cannot be undone: every conflicting row.
pub(super) fn refused(job: i64, conflicts: Vec<Conflict>) -> Failure {
    let changed = conflicts
        .iter()
        .any(|conflict| !matches!(conflict.kind, ConflictKind::NeededBy(_)));
    let mut failure = if changed {
        Failure::new(
            FailureKind::Stale,
            format!("rows that job {job} wrote have since changed; nothing was written"),
        )
        .hint("leave these items as they are and undo the others with --only")
    } else {
        required(job, Vec::new())
    };
    failure.stale = conflicts.into_iter().map(describe).collect();
    failure
}

/// Says that something depends on what a job added.
pub(super) fn required(job: i64, stale: Vec<Stale>) -> Failure {
    let mut failure = Failure::new(
        FailureKind::Blocked,
        format!("something depends on what job {job} added; nothing was written"),
    )
    .hint("remove what depends on it first, or undo other items with --only");
    failure.stale = stale;
    failure
}

fn describe(conflict: Conflict) -> Stale {
    let row = format!("{} ({})", conflict.table, conflict.key);
    let item = item_id(if conflict.owner.is_empty() {
        conflict.table
    } else {
        &conflict.owner
    });
    let (why, fields) = match conflict.kind {
        ConflictKind::Changed(columns) => {
            let names: Vec<&str> = columns
                .iter()
                .map(|change| change.column.as_str())
                .collect();
            let why = format!("{row} has since changed: {}", names.join(", "));
            (
                why,
                columns
                    .iter()
                    .map(|change| field(conflict.table, change))
                    .collect(),
            )
        }
        ConflictKind::Gone => (format!("{row} no longer exists"), Vec::new()),
        ConflictKind::Taken => (format!("{row} exists again"), Vec::new()),
        ConflictKind::NeededBy(by) => (format!("{row} is required by {by}"), Vec::new()),
        ConflictKind::Needs(what) => (
            format!("{row} requires {what}, which no longer exists"),
            Vec::new(),
        ),
        ConflictKind::NameTaken(by) => {
            (format!("the name of {row} is now used by {by}"), Vec::new())
        }
        ConflictKind::CountedOn => (format!("{row} has since advanced"), Vec::new()),
    };
    Stale { item, why, fields }
}

/// Describes a column in three states: as the job left it, now, and to restore.
fn field(table: &str, change: &CellChange) -> StaleField {
    let value = |value: &Value| match value {
        Value::Null => EngineValue::Null,
        Value::Number(number) if number.is_i64() => {
            EngineValue::Int(number.as_i64().unwrap_or_default())
        }
        Value::String(text) => EngineValue::Text(text.as_str().into()),
        other => EngineValue::Text(other.to_string().into()),
    };
    let (then, now, wanted) = match &change.values {
        Some([then, now, wanted]) => (value(then), value(now), value(wanted)),
        None => (EngineValue::Null, EngineValue::Null, EngineValue::Null),
    };
    StaleField {
        path: format!("/{table}/{}", change.column),
        then,
        now,
        wanted,
        secret: change.values.is_none(),
    }
}
