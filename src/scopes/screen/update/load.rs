//! Opening and leaving the screen of scopes, and reading the scopes.

use std::sync::Arc;

use super::holders;
use crate::job::Failure;
use crate::scopes::screen::form::update as form;
use crate::scopes::screen::{Half, Scopes};
use crate::tui::condition::{idle, require, with_review};
use crate::tui::exit::Exit;
use crate::tui::layout::WIDE;
use crate::tui::screen::job::{self, JobKind};
use crate::tui::screen::review::Review;
use crate::tui::subject::Scoped;
use crate::tui::{Act, Action, App, Availability, Context, Effect, EffectId, Run};

pub(crate) const SCOPES: Action = Action {
    act: Act::Scopes,
    name: "scopes",
    sentence: "List the target's scopes: view and edit them",
    contexts: &[Context::Loading, Context::Review],
    keys: &["S"],
    footer: Some("scopes"),
    condition: |app| with_review(app, |review| has_scopes(app, review)),
    run: Run::Effects(open),
};

pub(crate) const READ_AGAIN: Action = Action {
    act: Act::Again,
    name: "read-scopes-again",
    sentence: "Reload the scopes; selection, search, filter and order are kept",
    contexts: &[Context::Scopes],
    keys: &["R"],
    footer: Some("reload"),
    condition: idle,
    run: Run::Effects(again),
};

/// Not every product has scopes, and they need a target.
fn has_scopes(app: &App, review: &Review) -> Availability {
    let why = format!("{} has no scopes", review.subject.platform);
    require(review.subject.has_scopes, &why)?;
    idle(app)
}

/// Opens the screen and reads the scopes.
fn open(app: &mut App) -> Vec<Effect> {
    app.scopes = Some(Scopes::new(app.location().unwrap_or_default()));
    read(app)
}

/// Reads the scopes, unless something else runs.
pub(crate) fn read(app: &mut App) -> Vec<Effect> {
    let Some(scopes) = app.scopes.as_mut().filter(|_| app.job.is_none()) else {
        return Vec::new();
    };
    scopes.failure = None;
    vec![Effect::Scopes(job::begin(app, JobKind::Scopes))]
}

/// Reloads them; the notice is cleared.
pub(crate) fn again(app: &mut App) -> Vec<Effect> {
    app.modals.clear();
    read(app)
}

/// Handles the loaded scopes.
pub(crate) fn taken_in(app: &mut App, id: EffectId, outcome: Result<Scoped, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    match outcome {
        Ok(scoped) => {
            let catalogue = Arc::clone(&scoped.catalogue);
            scopes.take(scoped);
            form::reread(app, &catalogue);
            holders::list_again(app);
        }
        Err(failure) if scopes.catalogue().is_none() => scopes.failure = Some(failure),
        Err(failure) => job::fail(app, &failure),
    }
}

/// Esc: leaves a search, a half or a zoom, and the screen if there is one below;
/// never quits.
pub(crate) fn escape(app: &mut App) -> Vec<Effect> {
    let Some(scopes) = &mut app.scopes else {
        return Vec::new();
    };
    let is_inside = scopes.zoom || scopes.half == Half::Detail;
    if !is_inside && !scopes.keyword().is_empty() {
        scopes.search("");
        app.say("search cleared");
        return Vec::new();
    }
    if !is_inside && app.review.is_none() {
        app.say_how_to_quit();
        return Vec::new();
    }
    back(app)
}

/// Goes back by one layer; quits from the last if there is no review.
pub(crate) fn back(app: &mut App) -> Vec<Effect> {
    let Some(scopes) = &mut app.scopes else {
        return Vec::new();
    };
    if scopes.zoom && app.size.0 >= WIDE {
        scopes.zoom = false;
        return Vec::new();
    }
    if scopes.half == Half::Detail {
        scopes.half = Half::List;
        return Vec::new();
    }
    if app.review.is_none() {
        return vec![Effect::Quit(Exit::Done)];
    }
    close(app)
}

/// Goes back to the review; a running load is abandoned.
fn close(app: &mut App) -> Vec<Effect> {
    let wrote = app.scopes.take().is_some_and(|scopes| scopes.wrote);
    if app
        .job
        .as_ref()
        .is_some_and(|job| matches!(job.work, JobKind::Scopes | JobKind::Check))
    {
        app.job = None;
    }
    // The write made the plan stale.
    if wrote { job::again(app) } else { Vec::new() }
}

/// Ctrl-C: quits if there is nothing to go back to yet.
pub(crate) fn interrupt(app: &mut App) -> Vec<Effect> {
    let is_first = app.review.is_none();
    match &app.scopes {
        Some(scopes) if is_first && scopes.catalogue().is_none() => {
            vec![Effect::Quit(Exit::Interrupted)]
        }
        _ => back(app),
    }
}
