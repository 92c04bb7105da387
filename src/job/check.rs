//! The check before every commit: the written rows against the plan.

use super::failure::{Failure, FailureKind};
use crate::engine::promise::Unpromised;
use crate::store::{Catalog, Hazard, StoreError, Touched, Writer};

/// The maximum number of differences that a failure lists.
const MAX_LISTED: usize = 5;

/// The result of the check in a job that continues.
#[derive(Default)]
pub(crate) struct Checked {
    /// What the server changed in addition to the plan, and was accepted.
    pub(crate) server_changes: Vec<Unpromised>,
    /// Triggers and rules whose writes the check cannot see.
    pub(crate) warnings: Vec<String>,
}

/// Settles to the state that a commit would leave, and compares the journal
/// with the promise.
///
/// # Errors
///
/// As settling does; and a failure if anything differs from the promise, unless
/// that is accepted.
pub(crate) async fn check(
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
        .filter(|hazard| !hazard.needs_deletion() || deletes(&hazard.table))
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
                "table {} has no trigger and no rule: please report this as a bug in gatediff",
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
    failure.hint("use --accept-server-changes to accept these changes and list them in the receipt")
}
