//! Edits of scopes, and their results.

use std::sync::Arc;

use super::condition::{with_scope, with_scopes};
use super::load;
use crate::job::{Failure, FailureKind};
use crate::scopes::screen::Scopes;
use crate::scopes::screen::form::update as form;
use crate::scopes::{Catalogue, Edit, Edited};
use crate::tui::condition::{can_write, require};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::{self, JobKind};
use crate::tui::{
    Act, Action, App, Availability, Context, Effect, EffectId, Line, Role, Run, count,
};

pub(crate) const CREATE: Action = Action {
    act: Act::CreateScope,
    name: "create-scope",
    sentence: "Create a scope",
    contexts: &[Context::Scopes],
    keys: &["a"],
    footer: Some("create"),
    condition: |app| with_scopes(app, |_| can_write(app)),
    run: Run::Update(create),
};

pub(crate) const EDIT: Action = Action {
    act: Act::EditScope,
    name: "edit-scope",
    sentence: "Edit the scope",
    contexts: &[Context::Scopes],
    keys: &["e"],
    footer: Some("edit"),
    condition: |app| with_scope(app, |_| can_write(app)),
    run: Run::Update(change),
};

pub(crate) const DELETE: Action = Action {
    act: Act::DeleteScope,
    name: "delete-scope",
    sentence: "Delete the scope at once, unless it is assigned to clients; undo restores it",
    contexts: &[Context::Scopes],
    keys: &["D"],
    footer: Some("delete"),
    condition: |app| with_scope(app, |_| can_write(app)),
    run: Run::Effects(delete),
};

pub(crate) const GIVE: Action = Action {
    act: Act::GiveScope,
    name: "give-scope",
    sentence: "Give the scope to more clients",
    contexts: &[Context::Holders],
    keys: &["a"],
    footer: Some("give"),
    condition: |app| with_scopes(app, |_| can_write(app)),
    run: Run::Update(give),
};

pub(crate) const TAKE: Action = Action {
    act: Act::TakeScope,
    name: "take-scope",
    sentence: "Take the scope away from the client",
    contexts: &[Context::Holders],
    keys: &["D"],
    footer: Some("take away"),
    condition: can_take,
    run: Run::Effects(take),
};

fn can_take(app: &App) -> Availability {
    with_scopes(app, |_| {
        require(
            app.held().is_some_and(|(_, client)| client.is_some()),
            "the scope is not assigned to any client",
        )
    })?;
    can_write(app)
}

fn create(app: &mut App) {
    if let Some(catalogue) = catalogue(app) {
        form::create(app, catalogue);
    }
}

fn change(app: &mut App) {
    let index = app.scopes.as_ref().and_then(Scopes::at);
    if let (Some(catalogue), Some(index)) = (catalogue(app), index) {
        form::edit(app, catalogue, index);
    }
}

fn give(app: &mut App) {
    let index = app.held().and_then(|(scope, _)| place_of(app, &scope.id));
    if let (Some(catalogue), Some(index)) = (catalogue(app), index) {
        form::give(app, catalogue, index);
    }
}

fn catalogue(app: &App) -> Option<Arc<Catalogue>> {
    app.scopes.as_ref().and_then(Scopes::catalogue).cloned()
}

/// Deletes without asking, as the product does.
fn delete(app: &mut App) -> Vec<Effect> {
    let Some(scope) = app.scopes.as_ref().and_then(Scopes::current) else {
        return Vec::new();
    };
    let edit = Edit::Delete {
        id: scope.id.clone(),
        name: scope.name.clone(),
    };
    submit(app, edit)
}

/// Takes the scope away from the selected client.
fn take(app: &mut App) -> Vec<Effect> {
    let Some((scope, client)) = app.held() else {
        return Vec::new();
    };
    let Some(client) = client else {
        return Vec::new();
    };
    let (id, name, clients) = (
        scope.id.clone(),
        scope.name.clone(),
        vec![client.id.clone()],
    );
    submit(app, Edit::Take { id, name, clients })
}

/// Returns the index of a scope in the catalogue.
fn place_of(app: &App, id: &str) -> Option<usize> {
    let scopes = app.scopes.as_ref()?.catalogue()?.scopes();
    scopes.iter().position(|scope| &*scope.id == id)
}

/// Edits scopes. Asks first for repairs, and in production, where the database's
/// name has to be typed.
pub(crate) fn submit(app: &mut App, edit: Edit) -> Vec<Effect> {
    let place = app.location().unwrap_or_default();
    let is_asked = place.production || matches!(edit, Edit::Repair { .. });
    if !is_asked {
        return run(app, edit, false);
    }
    let mut body = vec![Line::of(Role::Title, &sentence(app, &edit))];
    body.push(Line::of(
        Role::Text,
        "One transaction, recorded as a job that can be undone.",
    ));
    body.push(Line::new());
    body.push(Line::of(Role::Dim, "target    ").and(Role::Text, &place.target));
    body.push(Line::of(Role::Dim, "operator  ").and(Role::Text, &place.operator));
    let title = if place.production {
        "Confirm, in PRODUCTION"
    } else {
        "Confirm"
    };
    let name = place.production.then_some(place.database);
    app.modals
        .push(Modal::new(Dialog::Edit(Box::new(edit), name), title, body));
    Vec::new()
}

/// Describes the edit.
fn sentence(app: &App, edit: &Edit) -> String {
    match edit {
        Edit::Create(draft) => format!("Scope {} will be created.", draft.name),
        Edit::Update { draft, .. } => format!("Scope {} will be updated.", draft.name),
        Edit::Delete { name, .. } => format!("Scope {name} will be deleted."),
        Edit::Give { name, clients, .. } => {
            format!(
                "Scope {name} will be given to {}.",
                count(clients.len(), "client", "clients")
            )
        }
        Edit::Take { name, clients, .. } => {
            format!(
                "Scope {name} will be taken away from {}.",
                clients.join(", ")
            )
        }
        Edit::Repair { .. } => {
            let findings = app
                .scopes
                .as_ref()
                .map(|scopes| scopes.findings.as_slice())
                .unwrap_or_default();
            let can = findings
                .iter()
                .filter(|finding| finding.repair.is_some())
                .count();
            let left = findings.len() - can;
            let left = match left {
                0 => String::new(),
                left => format!(
                    " {} manual repair.",
                    count(left, "other requires", "others require")
                ),
            };
            let findings = count(can, "finding will be repaired", "findings will be repaired");
            format!("{findings}.{left}")
        }
    }
}

/// Starts the edit, which has the screen until it has ended. `fix_counters` as in the effect.
pub(crate) fn run(app: &mut App, edit: Edit, fix_counters: bool) -> Vec<Effect> {
    let id = job::begin(app, JobKind::Edit);
    let edit = Box::new(edit);
    app.edit = Some(edit.clone());
    vec![Effect::Edit(id, edit, fix_counters)]
}

/// Handles the result of an edit. The scopes are reloaded.
pub(crate) fn edited(app: &mut App, id: EffectId, outcome: Result<Edited, Failure>) -> Vec<Effect> {
    if !job::end(app, id) {
        return Vec::new();
    }
    app.notice = None;
    let edit = app.edit.take();
    let is_shown = form::edited(app, &outcome);
    let is_history = match outcome {
        Ok(edited) => {
            done(app, edited);
            true
        }
        Err(failure) => {
            if failure.can_fix_counters && edit.is_some() {
                job::counters(app, &failure, edit);
            } else if !is_shown {
                fail(app, &failure);
            }
            // The conflict is with a state that the screen does not show.
            !failure.can_fix_counters
                && matches!(
                    failure.kind,
                    FailureKind::Stale | FailureKind::Blocked | FailureKind::Refused
                )
        }
    };
    let leaving = job::leave(app);
    if is_history && leaving.is_empty() {
        load::read(app)
    } else {
        leaving
    }
}

/// Shows the failure: each rule of the product with its code, and the next step.
fn fail(app: &mut App, failure: &Failure) {
    if failure.kind != FailureKind::Stale {
        return job::fail(app, failure);
    }
    let mut body = job::explain(failure);
    body.push(Line::new());
    let now = "Nothing was written. The scopes are reloaded: review what changed, then try again.";
    body.push(Line::of(Role::Text, now));
    app.modals
        .push(Modal::new(Dialog::Failure, "Changed in the meantime", body));
}

fn done(app: &mut App, edited: Edited) {
    let described = describe(app, &edited);
    if let Some(job) = edited.job {
        let modal = result(app, &edited, job, &described);
        // The findings are repaired, or outdated.
        app.modals
            .retain(|modal| !matches!(modal.dialog, Dialog::Findings | Dialog::Finding));
        app.modals.push(modal);
        app.written.push(described);
    } else {
        app.say(described);
    }
    if let Some(scopes) = &mut app.scopes {
        scopes.wrote |= edited.job.is_some();
        scopes.want(edited.id.as_ref());
        scopes.edited = Some(edited);
    }
}

fn result(app: &App, edited: &Edited, job: i64, described: &str) -> Modal {
    let mut body = vec![Line::of(Role::Title, described), Line::new()];
    body.extend(job::tables(&edited.tables, app.size));
    body.extend(job::notes(&edited.notes));
    body.push(job::undo_hint(app, Context::Scopes, job));
    let mut modal = Modal::new(Dialog::Edited, &format!("Done: job {job}"), body.clone());
    // One item is named above.
    if edited.items.len() > 1 {
        body.extend([Line::new(), Line::of(Role::Dim, "items")]);
        modal.set_body(body);
        modal.more = edited.items.len();
    }
    modal
}

/// Describes an edit in one line.
fn describe(app: &App, edited: &Edited) -> String {
    let items = edited.items.as_slice();
    let scope = edited
        .id
        .as_ref()
        .and_then(|id| app.scopes.as_ref().and_then(Scopes::catalogue)?.scope(id));
    let scope = scope.map_or("", |scope| &*scope.name);
    let first = items.first().map_or("", |item| &*item.key);
    let clients = match items {
        [client] => format!("client {}", client.key),
        _ => count(items.len(), "client", "clients"),
    };
    let what = match edited.verb {
        "given" => format!("scope {scope} given to {clients}"),
        "taken" => format!("scope {scope} taken away from {clients}"),
        "repaired" => format!("{} repaired", count(items.len(), "item", "items")),
        verb => format!("scope {first} {verb}"),
    };
    match edited.job {
        Some(job) => format!(
            "job {job}: {what} ({})",
            job::written(&edited.tables, edited.seconds)
        ),
        None => format!("no changes: nothing was written ({what})"),
    }
}
