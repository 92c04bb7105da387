//! Rehearsals: the whole import on the target, rolled back, and the result.

use super::confirm::{confirm_first, has_something};
use crate::job::{Failure, Rehearsal};
use crate::tui::condition::{can_write, with_review};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::{self, JobKind};
use crate::tui::screen::review::Review;
use crate::tui::{
    Act, Action, App, Availability, Context, Effect, EffectId, Line, Role, Run, count,
};

pub(crate) const REHEARSE: Action = Action {
    act: Act::Rehearse,
    name: "rehearse",
    sentence: "Run the import on the target, report the result, and roll back",
    contexts: &[Context::Review],
    keys: &["X"],
    footer: Some("rehearse"),
    condition: |app| with_review(app, |review| can_rehearse(app, review)),
    run: Run::Effects(begin),
};

fn can_rehearse(app: &App, review: &Review) -> Availability {
    can_write(app)?;
    has_something(app, review)?;
    match review.unconfirmed() {
        Some(missing) => Err(confirm_first(missing, &app.key(Act::ConfirmMissing))),
        None => Ok(()),
    }
}

/// Starts. No confirmation: everything is rolled back.
fn begin(app: &mut App) -> Vec<Effect> {
    let Some(review) = &app.review else {
        return Vec::new();
    };
    let Ok(approved) = review.subject.plan.approve(&review.choices) else {
        app.refuse("nothing to rehearse");
        return Vec::new();
    };
    let id = job::begin(app, JobKind::Rehearse);
    app.say("rehearsing: everything will be rolled back");
    vec![Effect::Rehearse(id, Box::new(approved))]
}

/// Handles the result.
pub(crate) fn rehearsed(
    app: &mut App,
    id: EffectId,
    outcome: Result<Rehearsal, Failure>,
) -> Vec<Effect> {
    if !job::end(app, id) {
        return Vec::new();
    }
    app.notice = None;
    match outcome {
        Ok(rehearsal) => {
            let modal = result(&rehearsal, app.size);
            app.modals.push(modal);
        }
        Err(failure) => job::fail(app, &failure),
    }
    job::leave(app)
}

fn result(rehearsal: &Rehearsal, size: (u16, u16)) -> Modal {
    let problems = &rehearsal.problems;
    let found = count(problems.len(), "problem", "problems");
    let title = if problems.is_empty() {
        "Rehearsed".to_owned()
    } else {
        format!("Rehearsed: {found}")
    };
    let mut body = Vec::new();
    if !problems.is_empty() {
        let sentence = format!("The import would fail: the database refused {found}.");
        body.push(Line::of(Role::Error, &sentence));
        for problem in problems {
            let table = format!("{}: ", problem.table);
            body.push(Line::of(Role::Blocked, &table).and(Role::Error, &problem.to_string()));
        }
        body.push(Line::new());
    }
    body.push(Line::of(Role::Title, "Rolled back: nothing was written."));
    let verdict = if problems.is_empty() {
        "The import would do this"
    } else {
        "Attempted"
    };
    let rows = job::written(&rehearsal.tables, rehearsal.seconds);
    let counted = job::counted(&rehearsal.outcomes);
    body.push(Line::of(
        Role::Text,
        &format!("{verdict}: {counted} ({rows})."),
    ));
    body.push(Line::new());
    body.extend(job::tables(&rehearsal.tables, size));
    Modal::new(Dialog::Rehearsed, &title, body)
}
