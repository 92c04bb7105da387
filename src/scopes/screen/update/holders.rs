//! The clients that a scope is assigned to.

use super::condition::with_scope;
use crate::scopes::screen::Scopes;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::{Act, Action, App, Context, Line, Role, Run, count};

pub(crate) const HOLDERS: Action = Action {
    act: Act::Holders,
    name: "clients-of-scope",
    sentence: "List the clients the scope is assigned to: give it or take it away",
    contexts: &[Context::Scopes],
    keys: &["c"],
    footer: Some("clients"),
    condition: |app| with_scope(app, |_| Ok(())),
    run: Run::Update(open),
};

/// Lists the clients that the selected scope is assigned to.
fn open(app: &mut App) {
    let Some(scope) = app.scopes.as_ref().and_then(Scopes::current) else {
        return;
    };
    let dialog = Dialog::Holders(scope.id.clone());
    app.modals.push(Modal::new(dialog, "Clients", Vec::new()));
    list_again(app);
}

/// Updates the open list of clients.
pub(super) fn list_again(app: &mut App) {
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
