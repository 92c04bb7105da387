//! Jobs: comparing, importing, and their results.

use crate::engine::Outcome;
use crate::job::{Failure, FailureKind, Progress, Receipt, TableRows};
use crate::tui::action::{Act, Context};
use crate::tui::app::{App, Job, JobKind};
use crate::tui::effect::Effect;
use crate::tui::modal::{Dialog, Modal};
use crate::tui::msg::{EffectId, Exit, Farewell, Reviewed};
use crate::tui::review::Review;
use crate::tui::stale::{Changed, IMPORT, States};
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count};

/// Screens narrower than this have no table of rows.
const NARROW: u16 = 72;

/// The maximum number of blocking items that are listed.
const MAX_ABOUT: usize = 200;

/// Registers a new job; returns its id.
pub(super) fn begin(app: &mut App, work: JobKind) -> EffectId {
    let id = app.next_id();
    app.job = Some(Job {
        id,
        work,
        since: None,
        phases: Vec::new(),
        cancel_requests: 0,
    });
    id
}

/// Reads file and target.
pub(super) fn compare(app: &mut App) -> Vec<Effect> {
    if app.job.is_some() {
        return Vec::new();
    }
    app.failure = None;
    vec![Effect::Compare(begin(app, JobKind::Compare))]
}

/// Compares again; an earlier failure is cleared.
pub(super) fn again(app: &mut App) -> Vec<Effect> {
    app.modals.clear();
    compare(app)
}

/// Handles the progress of the job.
pub(super) fn progress(app: &mut App, id: EffectId, progress: Progress) {
    let Some(job) = app.job.as_mut().filter(|job| job.id == id) else {
        return;
    };
    match job
        .phases
        .iter_mut()
        .find(|known| known.phase == progress.phase)
    {
        Some(known) => *known = progress,
        None => job.phases.push(progress),
    }
}

/// Returns whether an answer comes from an abandoned job.
pub(super) fn is_stale(app: &App, id: EffectId) -> bool {
    app.job.as_ref().is_none_or(|job| job.id != id)
}

/// Handles a plan.
pub(super) fn compared(
    app: &mut App,
    id: EffectId,
    outcome: Result<Reviewed, Failure>,
) -> Vec<Effect> {
    if is_stale(app, id) {
        return Vec::new();
    }
    app.job = None;
    match (outcome, app.review.take()) {
        (Ok(subject), None) => {
            app.file.clone_from(&subject.file);
            app.review = Some(Review::new(subject));
        }
        (Ok(subject), Some(old)) => {
            let next = old.again(subject);
            let kept = next.has_choices();
            app.review = Some(next);
            app.say(if kept {
                "compared again; choices that still apply were kept"
            } else {
                "compared again"
            });
        }
        (Err(failure), None) => app.failure = Some(failure),
        (Err(failure), Some(old)) => {
            app.review = Some(old);
            fail(app, &failure);
        }
    }
    Vec::new()
}

/// Handles the result of the import.
pub(super) fn applied(
    app: &mut App,
    id: EffectId,
    outcome: Result<Receipt, Failure>,
) -> Vec<Effect> {
    if is_stale(app, id) {
        return Vec::new();
    }
    app.job = None;
    app.notice = None;
    match outcome {
        Ok(receipt) => {
            let modal = result(app, &receipt);
            app.modals.push(modal);
            app.written.push(describe(&receipt));
            app.receipt = Some(receipt);
        }
        Err(failure) => fail(app, &failure),
    }
    leave(app)
}

/// Quits, if that was deferred until the job had ended.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    app.leaving
        .take()
        .map(|exit| vec![Effect::Quit(exit)])
        .unwrap_or_default()
}

/// Asks the job that writes to stop, unless it is too late.
pub(super) fn stop(app: &mut App, why: &'static str) -> Vec<Effect> {
    let Some(job) = &mut app.job else {
        return Vec::new();
    };
    if job.is_committing() && !job.is_waiting_for_commit() && app.leaving.is_none() {
        app.refuse("committing: it can no longer be cancelled");
        return Vec::new();
    }
    job.cancel_requests += 1;
    let first = job.cancel_requests == 1;
    let is_committing = job.is_committing();
    app.say(if is_committing {
        "waiting one more second for the outcome"
    } else {
        "rolling back, please wait"
    });
    if first {
        vec![Effect::Cancel(why)]
    } else {
        Vec::new()
    }
}

/// Shows the failure in a dialog.
pub(super) fn fail(app: &mut App, failure: &Failure) {
    if failure.kind == FailureKind::Stale {
        return stale(app, failure, Dialog::Stale, IMPORT);
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

/// Shows the stale fields, in three columns.
pub(super) fn stale(app: &mut App, failure: &Failure, dialog: Dialog, states: States) {
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
    let pair = |label: &str, text: &str| {
        Line::of(Role::Dim, &format!("{label:<11}")).and(Role::Text, text)
    };
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

fn result(app: &App, receipt: &Receipt) -> Modal {
    let mut body = vec![Line::of(Role::Title, &describe(receipt)), Line::new()];
    body.extend(tables(&receipt.tables, app.size));
    if let Some(access) = &receipt.access {
        body.extend([
            Line::of(Role::Dim, "access  ").and(Role::Text, &access.to_string()),
            Line::new(),
        ]);
    }
    body.extend(notes(&receipt.notes));
    let (key, job) = (
        app.keymap
            .key(Context::Review, Act::History)
            .unwrap_or_default(),
        receipt.job,
    );
    let undo = format!("{key} opens the history; or run `gatediff undo {job}`");
    body.push(Line::of(Role::Dim, "undo  ").and(Role::Text, &undo));
    body.push(Line::new());
    body.push(Line::of(Role::Dim, "items"));
    let mut modal = Modal::new(Dialog::Result, &format!("Imported: job {job}"), body);
    modal.more = receipt.outcomes.len();
    modal
}

/// Returns the rows written per table, with an empty line below.
pub(super) fn tables(tables: &[TableRows], size: (u16, u16)) -> Vec<Line> {
    if tables.is_empty() {
        return Vec::new();
    }
    let is_narrow = size.0 < NARROW;
    let mut lines = vec![if is_narrow {
        Line::of(Role::Dim, "rows")
    } else {
        Line::of(
            Role::Dim,
            &format!(
                "{:<34}{:>9}{:>9}{:>9}",
                "rows", "inserted", "updated", "deleted"
            ),
        )
    }];
    for table in tables {
        let mut line = Line::of(Role::Text, &table.table);
        let (inserted, updated, deleted) = (table.inserted, table.updated, table.deleted);
        if is_narrow {
            lines.push(line);
            let rows = format!("  {inserted} inserted, {updated} updated, {deleted} deleted");
            lines.push(Line::of(Role::Text, &rows));
        } else {
            line.pad_to(34);
            lines.push(line.and(
                Role::Text,
                &format!("{inserted:>9}{updated:>9}{deleted:>9}"),
            ));
        }
    }
    lines.push(Line::new());
    lines
}

/// Returns the notes, with an empty line below.
pub(super) fn notes(notes: &[String]) -> Vec<Line> {
    let mut lines: Vec<Line> = notes
        .iter()
        .map(|note| Line::of(Role::Warning, "note  ").and(Role::Text, note))
        .collect();
    if !lines.is_empty() {
        lines.push(Line::new());
    }
    lines
}

/// Describes an import in one line.
pub(crate) fn describe(receipt: &Receipt) -> String {
    let sentence = counted(&receipt.outcomes);
    format!(
        "job {}: {sentence} ({})",
        receipt.job,
        written(&receipt.tables, receipt.seconds)
    )
}

/// Counts outcomes in a sentence.
pub(super) fn counted(outcomes: &[Outcome]) -> String {
    let of = |outcome| outcomes.iter().filter(|other| **other == outcome).count();
    let mut parts = vec![
        format!("{} added", of(Outcome::Added)),
        format!("{} covered", of(Outcome::Covered)),
        format!("{} unchanged", of(Outcome::Unchanged)),
    ];
    for (outcome, word) in [
        (Outcome::Skipped, "left as they are"),
        (Outcome::Blocked, "blocked"),
    ] {
        if of(outcome) > 0 {
            parts.push(format!("{} {word}", of(outcome)));
        }
    }
    parts.join(", ")
}

/// Formats how many rows were written, and how long it took.
pub(super) fn written(tables: &[TableRows], seconds: f64) -> String {
    let rows: u64 = tables
        .iter()
        .map(|table| table.inserted + table.updated + table.deleted)
        .sum();
    let rows = count(usize::try_from(rows).unwrap_or(usize::MAX), "row", "rows");
    format!("{rows} in {seconds:.1} s")
}

/// Returns the line to print after the screen is closed.
pub(crate) fn farewell(app: &App, exit: Exit) -> Farewell {
    let unread = app
        .scopes
        .as_ref()
        .and_then(|scopes| scopes.failure.as_ref());
    let failure = app.failure.as_ref().or(unread);
    let exit = match (exit, &app.review, failure) {
        (Exit::Done, None, Some(failure)) => Exit::Failed(failure.kind),
        (exit, _, _) => exit,
    };
    let summary = match failure {
        _ if !app.written.is_empty() => app.written.join("; "),
        Some(failure) => failure.to_string(),
        None => "nothing was written".to_owned(),
    };
    let summary = crate::engine::display::safe(&summary).into_owned();
    Farewell { exit, summary }
}
