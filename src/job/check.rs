//! The check before every commit: what was written against what was promised.

use super::failure::{Failure, FailureKind};
use crate::engine::promise::Unpromised;
use crate::store::{Catalog, Hazard, StoreError, Touched, Writer};

/// The most differences that a failure lists in words.
const MAX_LISTED: usize = 5;

/// What the check found in a job that goes on.
pub(super) struct Checked {
    /// What the server changed beside what was promised, and was accepted.
    pub(super) server_changes: Vec<Unpromised>,
    /// What may have written where the check cannot see it.
    pub(super) warnings: Vec<String>,
}

/// Comes to the state that a commit would leave, and holds the journal against
/// the promise.
///
/// # Errors
///
/// As settling does; and a failure where something differs that nobody
/// promised, unless that is accepted.
pub(super) async fn check(
    writer: &mut Writer<'_>,
    accept: bool,
    verify: impl FnOnce(Touched<'_>) -> Result<Vec<Unpromised>, StoreError>,
) -> Result<Result<Checked, Failure>, StoreError> {
    let catalog = writer.settle().await?;
    let server_changes = verify(Touched {
        journal: writer.journal(),
        shapes: &catalog.shapes,
    })?;
    if !accept && !server_changes.is_empty() {
        return Ok(Err(unpromised(server_changes)));
    }
    Ok(Ok(Checked {
        server_changes,
        warnings: warnings(&catalog, writer),
    }))
}

/// Names the triggers, rules and foreign keys that may have written to tables
/// that the job did not touch.
fn warnings(catalog: &Catalog, writer: &Writer<'_>) -> Vec<String> {
    let deletes = |table: &str| {
        writer
            .journal()
            .iter()
            .any(|row| *row.table == *table && row.after.is_none())
    };
    let hazards = catalog.hazards.iter();
    hazards
        .filter(|hazard| hazard.to.is_none() || deletes(&hazard.table))
        .map(Hazard::warning)
        .collect()
}

fn unpromised(found: Vec<Unpromised>) -> Failure {
    let count = found.len();
    let what = match count {
        1 => "the server changed 1 value or row that is not part of the plan; nothing was written"
            .to_owned(),
        count => {
            format!(
                "the server changed {count} values or rows that are not part of the plan; nothing was written"
            )
        }
    };
    let mut failure = Failure::new(FailureKind::Refused, what);
    let mut why: Vec<String> = found
        .iter()
        .take(MAX_LISTED)
        .map(ToString::to_string)
        .collect();
    if count > MAX_LISTED {
        why.push(format!("{} more", count - MAX_LISTED));
    }
    failure = failure.because(why.join("; "));
    let mut named: Vec<String> = Vec::new();
    for change in &found {
        let sentence = match change.triggers.as_slice() {
            [] => format!(
                "table {} has no trigger and no rule: please report this as a mistake in gatediff",
                change.table
            ),
            triggers => format!("table {} has {}", change.table, triggers.join(", ")),
        };
        if !named.contains(&sentence) {
            named.push(sentence);
        }
    }
    for sentence in named {
        failure = failure.hint(sentence);
    }
    failure.server_changes = found;
    failure.hint("to go on and list these changes in the receipt: --accept-server-changes")
}
