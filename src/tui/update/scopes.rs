//! The screen of scopes: loading, navigation, and the edits without a form.

mod edit;

use std::sync::Arc;

use tui_input::Input;

use super::{copy, form, job, navigate};
use crate::engine::ItemId;
use crate::job::Failure;
use crate::scopes::{Edit, ScopeFinding};
use crate::tui::action::{Act, Context};
use crate::tui::app::{App, JobKind};
use crate::tui::effect::Effect;
use crate::tui::modal::{Dialog, Modal};
use crate::tui::msg::{EffectId, Exit, Scoped};
use crate::tui::scopes::{Half, Scopes};
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count};

pub(super) use edit::{edited, run};

/// Opens the screen and reads the scopes.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    app.scopes = Some(Scopes::new(app.location().unwrap_or_default()));
    read(app)
}

/// Reads the scopes, unless something else runs.
pub(super) fn read(app: &mut App) -> Vec<Effect> {
    let Some(scopes) = app.scopes.as_mut().filter(|_| app.job.is_none()) else {
        return Vec::new();
    };
    scopes.failure = None;
    vec![Effect::Scopes(job::begin(app, JobKind::Scopes))]
}

/// Reloads them; the notice is cleared.
pub(super) fn again(app: &mut App) -> Vec<Effect> {
    app.modals.clear();
    read(app)
}

/// Handles the loaded scopes.
pub(super) fn taken_in(app: &mut App, id: EffectId, outcome: Result<Scoped, Failure>) {
    if job::is_stale(app, id) {
        return;
    }
    app.job = None;
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    match outcome {
        Ok(scoped) => {
            let catalogue = Arc::clone(&scoped.catalogue);
            scopes.take(scoped);
            form::reread(app, &catalogue);
            list_holders_again(app);
        }
        Err(failure) if scopes.catalogue().is_none() => scopes.failure = Some(failure),
        Err(failure) => job::fail(app, &failure),
    }
}

/// Runs an action of this screen; `None` for others.
pub(super) fn perform(app: &mut App, act: Act, context: Context) -> Option<Vec<Effect>> {
    match (context, act) {
        (Context::Scopes, _) => on_screen(app, act),
        (Context::ScopeFilter, Act::Toggle) => {
            toggle(app);
            Some(Vec::new())
        }
        (Context::Holders, Act::GiveScope) => {
            let index = app.held().and_then(|(scope, _)| place_of(app, &scope.id));
            Some(open_form(app, act, index))
        }
        (Context::Holders, Act::TakeScope) => Some(take(app)),
        (Context::Findings, Act::OpenFinding) => {
            open_finding(app);
            Some(Vec::new())
        }
        (Context::Findings, Act::Repair) => {
            Some(edit::submit(app, Edit::Repair { codes: Vec::new() }))
        }
        _ => None,
    }
}

fn on_screen(app: &mut App, act: Act) -> Option<Vec<Effect>> {
    let effects = match act {
        Act::Again => again(app),
        Act::Copy => copy_scope(app),
        Act::CreateScope => open_form(app, act, None),
        Act::EditScope => open_form(app, act, app.scopes.as_ref().and_then(Scopes::at)),
        Act::DeleteScope => delete(app),
        Act::CheckScopes => vec![Effect::CheckScopes(job::begin(app, JobKind::Check))],
        _ => return arrange(app, act).then(Vec::new),
    };
    Some(effects)
}

/// Moves, searches, filters and sorts; returns whether it did.
fn arrange(app: &mut App, act: Act) -> bool {
    match act {
        Act::Holders => open_holders(app),
        Act::Filter => open_filter(app),
        _ => return move_on(app, act),
    }
    true
}

fn move_on(app: &mut App, act: Act) -> bool {
    let halves = app.halves();
    let Some(scopes) = &mut app.scopes else {
        return false;
    };
    match act {
        Act::Down
        | Act::Up
        | Act::Top
        | Act::Bottom
        | Act::HalfDown
        | Act::HalfUp
        | Act::PageDown
        | Act::PageUp => {
            let detail = usize::from(halves.inside(Half::Detail).height);
            match scopes.half {
                Half::List => scopes.list.step(navigate::distance(act, halves.rows())),
                Half::Detail => scopes.detail.step(navigate::distance(act, detail)),
            };
        }
        Act::Search => scopes.prompt = Some(Input::default()),
        Act::Enter => scopes.half = Half::Detail,
        Act::Out => scopes.half = Half::List,
        Act::NextPane => {
            scopes.half = match scopes.half {
                Half::List => Half::Detail,
                Half::Detail => Half::List,
            }
        }
        Act::Zoom => scopes.zoom = !scopes.zoom,
        Act::NextSort | Act::Reverse => {
            if act == Act::NextSort {
                scopes.sort_by_next();
            } else {
                scopes.reverse();
            }
            let described = scopes.sorted();
            app.say(described);
        }
        _ => return false,
    }
    true
}

/// Copies the scope, or the detail's line.
fn copy_scope(app: &mut App) -> Vec<Effect> {
    let warning = app.theme.glyphs.warning;
    let Some(scopes) = &app.scopes else {
        return Vec::new();
    };
    let text = match scopes.half {
        Half::List => scopes.text(warning),
        Half::Detail => {
            let row = scopes.detail.current();
            row.map(|row| scopes.detail_line(*row, warning).plain().trim().to_owned())
        }
    };
    copy::send(app, text)
}

/// Opens a form on top of this screen.
fn open_form(app: &mut App, act: Act, scope: Option<usize>) -> Vec<Effect> {
    let Some(catalogue) = app.scopes.as_ref().and_then(Scopes::catalogue).cloned() else {
        return Vec::new();
    };
    match (act, scope) {
        (Act::CreateScope, _) => form::create(app, catalogue),
        (Act::GiveScope, Some(index)) => form::give(app, catalogue, index),
        (_, Some(index)) => form::edit(app, catalogue, index),
        (_, None) => {}
    }
    Vec::new()
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
    edit::submit(app, edit)
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
    edit::submit(app, Edit::Take { id, name, clients })
}

/// Returns the index of a scope in the catalogue.
fn place_of(app: &App, id: &str) -> Option<usize> {
    let scopes = app.scopes.as_ref()?.catalogue()?.scopes();
    scopes.iter().position(|scope| &*scope.id == id)
}

/// Lists the clients that the selected scope is assigned to.
fn open_holders(app: &mut App) {
    let Some(scope) = app.scopes.as_ref().and_then(Scopes::current) else {
        return;
    };
    let dialog = Dialog::Holders(scope.id.clone());
    app.modals.push(Modal::new(dialog, "Clients", Vec::new()));
    list_holders_again(app);
}

/// Updates the open list of clients.
fn list_holders_again(app: &mut App) {
    let Some(catalogue) = app.scopes.as_ref().and_then(Scopes::catalogue) else {
        return;
    };
    app.modals.retain_mut(|modal| {
        let Dialog::Holders(id) = &modal.dialog else {
            return true;
        };
        let Some(scope) = catalogue.scope(id) else {
            return false;
        };
        let holders = scope.holders.len();
        modal.title = format!(
            "{}: assigned to {}",
            scope.name,
            count(holders, "client", "clients")
        );
        modal.more = holders;
        modal.selected = modal.selected.min(holders.saturating_sub(1));
        let nobody = Line::of(Role::Text, "Not assigned to any client.");
        modal.set_body(if holders == 0 {
            vec![nobody]
        } else {
            Vec::new()
        });
        // Keys meant for the old list do not count.
        modal.drawn = false;
        true
    });
}

/// Opens the filter.
fn open_filter(app: &mut App) {
    let Some(scopes) = &app.scopes else { return };
    let mut modal = Modal::new(Dialog::ScopeFilter, "Filter scopes", Vec::new());
    modal.more = scopes.choices().len();
    app.modals.push(modal);
}

/// Selects the filter choice, or deselects it.
fn toggle(app: &mut App) {
    let (Some(scopes), Some(modal)) = (&mut app.scopes, app.modals.last()) else {
        return;
    };
    if let Some(choice) = scopes.choices().get(modal.selected) {
        scopes.choose(choice);
    }
}

/// Handles typing in the search.
pub(super) fn typed(app: &mut App) {
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    if let Some(keyword) = scopes.prompt.as_ref().map(|input| input.value().to_owned()) {
        scopes.search(&keyword);
    }
}

/// Enter: keeps the search.
pub(super) fn keep(app: &mut App) {
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    let typed = scopes.prompt.take();
    let keyword = typed
        .map(|input| input.value().trim().to_owned())
        .unwrap_or_default();
    scopes.search(&keyword);
    if !keyword.is_empty() && scopes.list.rows().is_empty() {
        app.refuse(format!(
            "no match for '{keyword}': {} Esc lists all",
            app.key(Act::Search)
        ));
    }
}

/// Esc: clears the search.
pub(super) fn give_up(app: &mut App) {
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    scopes.prompt = None;
    scopes.search("");
}

/// Esc: leaves a search, a half or a zoom, and the screen if there is one below;
/// never quits.
pub(super) fn escape(app: &mut App) -> Vec<Effect> {
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
        super::modal::stay(app);
        return Vec::new();
    }
    back(app)
}

/// Goes back by one layer; quits from the last if there is no review.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    let Some(scopes) = &mut app.scopes else {
        return Vec::new();
    };
    if scopes.zoom && app.size.0 >= crate::tui::layout::WIDE {
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
pub(super) fn interrupt(app: &mut App) -> Vec<Effect> {
    let is_first = app.review.is_none();
    match &app.scopes {
        Some(scopes) if is_first && scopes.catalogue().is_none() => {
            vec![Effect::Quit(Exit::Interrupted)]
        }
        _ => back(app),
    }
}

/// Handles the findings.
pub(super) fn checked(app: &mut App, id: EffectId, outcome: Result<Vec<ScopeFinding>, Failure>) {
    if job::is_stale(app, id) {
        return;
    }
    app.job = None;
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    match outcome {
        Ok(findings) => {
            let found = findings.len();
            let can = findings
                .iter()
                .filter(|finding| finding.repair.is_some())
                .count();
            scopes.findings = findings;
            if found == 0 {
                app.say("no problems found");
                return;
            }
            let title = format!(
                "{}, {can} can be repaired",
                count(found, "finding", "findings")
            );
            let mut modal = Modal::new(Dialog::Findings, &title, Vec::new());
            modal.more = found;
            app.modals.push(modal);
        }
        Err(failure) => job::fail(app, &failure),
    }
}

/// Shows the selected finding in detail.
fn open_finding(app: &mut App) {
    let (Some(scopes), Some(modal)) = (&app.scopes, app.modals.last()) else {
        return;
    };
    let Some(finding) = scopes.findings.get(modal.selected) else {
        return;
    };
    let pair = |label: &str, text: &str| {
        Line::of(Role::Dim, &format!("{label:<11}")).and(Role::Text, text)
    };
    let mut body = vec![
        Line::of(Role::Warning, &finding.message),
        Line::new(),
        pair("code", &finding.code),
        pair("item", &describe(&finding.item)),
    ];
    match &finding.repair {
        Some(repair) => body.push(pair("repair", repair)),
        None => body.push(pair("repair", "not automatic: your decision")),
    }
    if !finding.hint.is_empty() {
        body.push(pair("next step", &finding.hint));
    }
    let mut modal = Modal::new(Dialog::Finding, "Finding", body);
    // Closing it confirms nothing, so keys typed ahead are safe.
    modal.drawn = true;
    app.modals.push(modal);
}

fn describe(id: &ItemId) -> String {
    format!("{} {}", id.kind, id.key)
}
