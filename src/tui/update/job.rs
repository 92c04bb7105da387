//! What runs outside: comparing, importing, and what came of it.

use crate::engine::Outcome;
use crate::job::{Failure, FailureKind, Progress, Receipt};
use crate::tui::app::{App, Job, Work};
use crate::tui::effect::Effect;
use crate::tui::modal::{Modal, Question};
use crate::tui::msg::{EffectId, Exit, Farewell, Reviewed};
use crate::tui::review::Review;
use crate::tui::skin::Role;
use crate::tui::widget::{Line, count};

/// Notes that a job begins; returns its id.
pub(super) fn begin(app: &mut App, work: Work) -> EffectId {
    let id = app.next_id();
    app.job = Some(Job { id, work, since: None, phases: Vec::new(), stops: 0 });
    id
}

/// Reads file and target.
pub(super) fn compare(app: &mut App) -> Vec<Effect> {
    if app.job.is_some() {
        return Vec::new();
    }
    app.failure = None;
    vec![Effect::Compare(begin(app, Work::Compare))]
}

/// Reads them again; what failed before is done with.
pub(super) fn again(app: &mut App) -> Vec<Effect> {
    app.modals.clear();
    compare(app)
}

/// Takes in how far the job is.
pub(super) fn progress(app: &mut App, id: EffectId, progress: Progress) {
    let Some(job) = app.job.as_mut().filter(|job| job.id == id) else { return };
    match job.phases.iter_mut().find(|known| known.phase == progress.phase) {
        Some(known) => *known = progress,
        None => job.phases.push(progress),
    }
}

fn is_stale(app: &App, id: EffectId) -> bool {
    app.job.as_ref().is_none_or(|job| job.id != id)
}

/// Takes in a plan.
pub(super) fn compared(app: &mut App, id: EffectId, outcome: Result<Reviewed, Failure>) -> Vec<Effect> {
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

/// Takes in what the import did.
pub(super) fn applied(app: &mut App, id: EffectId, outcome: Result<Receipt, Failure>) -> Vec<Effect> {
    if is_stale(app, id) {
        return Vec::new();
    }
    app.job = None;
    app.notice = None;
    match outcome {
        Ok(receipt) => {
            app.modals.push(result(&receipt));
            app.receipt = Some(receipt);
        }
        Err(failure) => fail(app, &failure),
    }
    app.leaving.take().map(|exit| vec![Effect::Quit(exit)]).unwrap_or_default()
}

/// Asks the import to stop, unless it is too late.
pub(super) fn stop(app: &mut App, why: &'static str) -> Vec<Effect> {
    let Some(job) = &mut app.job else { return Vec::new() };
    if job.is_committing() {
        app.refuse("committing: it can no longer be cancelled");
        return Vec::new();
    }
    job.stops += 1;
    let first = job.stops == 1;
    app.say("rolling back, please wait");
    if first { vec![Effect::Cancel(why)] } else { Vec::new() }
}

fn fail(app: &mut App, failure: &Failure) {
    let (question, title) = match failure.kind {
        FailureKind::Stale => (Question::Stale, "The target changed"),
        FailureKind::Cancelled => (Question::Failure, "Cancelled"),
        _ => (Question::Failure, "Failed"),
    };
    app.modals.push(Modal::new(question, title, explain(failure)));
}

/// Says what failed, where, why, and what to do now.
pub(crate) fn explain(failure: &Failure) -> Vec<Line> {
    let pair = |label: &str, text: &str| Line::of(Role::Dim, &format!("{label:<7}")).and(Role::Text, text);
    let mut lines = vec![Line::of(Role::Error, &failure.what)];
    if failure.place.is_some() || failure.why.is_some() {
        lines.push(Line::new());
    }
    lines.extend(failure.place.iter().map(|place| pair("where", place)));
    lines.extend(failure.why.iter().map(|why| pair("why", why)));
    if !failure.stale.is_empty() {
        lines.push(Line::new());
        for stale in &failure.stale {
            let name = format!("{} {}: ", stale.item.kind, stale.item.key);
            lines.push(Line::of(Role::Title, &name).and(Role::Text, &stale.why));
        }
        lines.push(Line::new());
        lines.push(Line::of(
            Role::Text,
            "Nothing was written. Comparing again keeps the choices that still apply.",
        ));
    }
    if !failure.hints.is_empty() {
        lines.push(Line::new());
        lines.extend(failure.hints.iter().map(|hint| Line::of(Role::Dim, "now    ").and(Role::Text, hint)));
    }
    lines
}

fn result(receipt: &Receipt) -> Modal {
    let mut body = vec![Line::of(Role::Title, &told(receipt)), Line::new()];
    if !receipt.tables.is_empty() {
        let head = format!("{:<34}{:>9}{:>9}{:>9}", "rows", "inserted", "updated", "deleted");
        body.push(Line::of(Role::Dim, &head));
        for table in &receipt.tables {
            let mut line = Line::of(Role::Text, &table.table);
            line.pad_to(34);
            let rows = format!("{:>9}{:>9}{:>9}", table.inserted, table.updated, table.deleted);
            body.push(line.and(Role::Text, &rows));
        }
        body.push(Line::new());
    }
    for note in &receipt.notes {
        body.push(Line::of(Role::Warning, "note  ").and(Role::Text, note));
    }
    if !receipt.notes.is_empty() {
        body.push(Line::new());
    }
    body.push(Line::of(Role::Dim, "items"));
    let mut modal = Modal::new(Question::Result, &format!("Imported: job {}", receipt.job), body);
    modal.more = receipt.outcomes.len();
    modal
}

/// Says in one line what an import did.
pub(crate) fn told(receipt: &Receipt) -> String {
    let of = |outcome| receipt.outcomes.iter().filter(|other| **other == outcome).count();
    let mut parts = vec![
        format!("{} added", of(Outcome::Added)),
        format!("{} covered", of(Outcome::Covered)),
        format!("{} unchanged", of(Outcome::Unchanged)),
    ];
    for (outcome, word) in [(Outcome::Skipped, "left as they are"), (Outcome::Blocked, "blocked")] {
        if of(outcome) > 0 {
            parts.push(format!("{} {word}", of(outcome)));
        }
    }
    let rows: u64 = receipt.tables.iter().map(|table| table.inserted + table.updated + table.deleted).sum();
    let rows = count(usize::try_from(rows).unwrap_or(usize::MAX), "row", "rows");
    format!("job {}: {} ({rows} in {:.1} s)", receipt.job, parts.join(", "), receipt.seconds)
}

/// Says what is left to say when the screen is gone.
pub(crate) fn farewell(app: &App, exit: Exit) -> Farewell {
    let exit = match (exit, &app.review, &app.failure) {
        (Exit::Done, None, Some(failure)) => Exit::Failed(failure.kind),
        (exit, _, _) => exit,
    };
    let summary = match (&app.receipt, &app.failure) {
        (Some(receipt), _) => told(receipt),
        (None, Some(failure)) => crate::engine::display::safe(&failure.to_string()).into_owned(),
        (None, None) => "nothing was written".to_owned(),
    };
    Farewell { exit, summary }
}
