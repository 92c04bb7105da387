//! Failures: what failed, where, why, and the next step.

use super::stale::{Changed, IMPORT_STATES, States};
use crate::job::{Failure, FailureKind};
use crate::scopes::Edit;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::{App, Line, Role};

/// The maximum number of blocking items that are listed.
const MAX_ABOUT: usize = 200;

/// Shows the failure in a dialog.
pub(crate) fn fail(app: &mut App, failure: &Failure) {
    if failure.kind == FailureKind::Stale {
        return stale(app, failure, Dialog::Stale, IMPORT_STATES);
    }
    if failure.unknown_job.is_some() {
        // On quitting, "nothing was written" would be wrong.
        app.written
            .push(format!("{}; {}", failure.what, failure.hints.join("; ")));
    }
    let title = if failure.kind == FailureKind::Cancelled {
        "Cancelled"
    } else {
        "Failed"
    };
    app.modals
        .push(Modal::new(Dialog::Failure, title, explain(failure)));
}

/// Shows which counters of the target are behind their rows, and offers to move them with what
/// failed: the edit, or the import.
pub(crate) fn counters(app: &mut App, failure: &Failure, edit: Option<Box<Edit>>) {
    let mut body = explain(failure);
    body.extend([
        Line::new(),
        Line::of(
            Role::Text,
            "Trying again can move them: counters in seq_store in the job's transaction, sequences \
             outside of it.",
        ),
    ]);
    app.modals
        .push(Modal::new(Dialog::Counters(edit), "Failed", body));
}

/// Shows the stale fields, in three columns.
pub(crate) fn stale(app: &mut App, failure: &Failure, dialog: Dialog, states: States) {
    let (title, sentence) = match dialog {
        Dialog::UndoStale => ("It cannot be undone", "Nothing was written."),
        _ => (
            "The target changed",
            "Nothing was written. Comparing again keeps the choices that still apply.",
        ),
    };
    let mut body = described(failure);
    let mut tail = Vec::new();
    if !failure.stale.is_empty() {
        body.push(Line::new());
        tail.extend([Line::new(), Line::of(Role::Text, sentence)]);
    }
    tail.extend(hints(failure));
    let changed = Changed::new(&failure.stale, states);
    app.modals
        .push(Modal::new(dialog, title, body).with_changed(changed, tail));
}

/// Lays out what failed, where, why, and the next step.
pub(crate) fn explain(failure: &Failure) -> Vec<Line> {
    let mut lines = described(failure);
    lines.extend(hints(failure));
    lines
}

fn described(failure: &Failure) -> Vec<Line> {
    let pair = |label: &str, text: &str| Line::pair(label, 11, text);
    if !failure.violations.is_empty() {
        return violations(failure);
    }
    let mut lines = vec![Line::of(Role::Error, &failure.what)];
    let details = failure.details.iter();
    lines.extend(details.map(|line| Line::of(Role::Text, &format!("  {line}"))));
    if failure.place.is_some() || failure.why.is_some() {
        lines.push(Line::new());
    }
    lines.extend(failure.place.iter().map(|place| pair("where", place)));
    lines.extend(failure.why.iter().map(|why| pair("why", why)));
    lines
}

/// Lays out each broken rule with the blocking items.
fn violations(failure: &Failure) -> Vec<Line> {
    let mut lines = Vec::new();
    for violation in &failure.violations {
        lines.push(Line::of(Role::Error, &violation.to_string()));
        let about = violation.about.iter().take(MAX_ABOUT);
        lines.extend(
            about.map(|item| Line::of(Role::Text, &format!("  {} {}", item.kind, item.key))),
        );
        let more = violation.about.len().saturating_sub(MAX_ABOUT);
        if more > 0 {
            lines.push(Line::of(Role::Dim, &format!("  and {more} more")));
        }
    }
    lines
}

fn hints(failure: &Failure) -> Vec<Line> {
    let mut lines = Vec::new();
    if !failure.hints.is_empty() {
        lines.push(Line::new());
        lines.extend(
            failure
                .hints
                .iter()
                .map(|hint| Line::of(Role::Dim, "next step  ").and(Role::Text, hint)),
        );
    }
    lines
}
