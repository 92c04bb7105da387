//! Who can call what: the list, and the summary in the import dialog.

use crate::tui::condition::{require, with_review};
use crate::tui::screen::access::list::AccessList;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::review::Review;
use crate::tui::{Act, Action, App, Availability, Context, Line, Role, Run};

pub(crate) const ACCESS: Action = Action {
    act: Act::Access,
    name: "access",
    sentence: "List who gains or loses access",
    contexts: &[Context::Review],
    keys: &["A"],
    footer: Some("access"),
    condition: |app| with_review(app, has_access),
    run: Run::Update(open),
};

pub(crate) const SWITCH_GROUPING: Action = Action {
    act: Act::SwitchGrouping,
    name: "turn-access",
    sentence: "List access by API, or by client again",
    contexts: &[Context::Access],
    keys: &["tab", "t"],
    footer: Some("switch"),
    condition: |_| Ok(()),
    run: Run::Update(switch_grouping),
};

fn has_access(review: &Review) -> Availability {
    let why = format!("{} grants no access", review.subject.platform);
    require(review.plan().grants_access(), &why)
}

/// Lists the changes of who can call what under the choices.
fn open(app: &mut App) {
    let Some(access) = app.review.as_ref().and_then(Review::access) else {
        return;
    };
    app.modals.push(
        Modal::new(
            Dialog::Access,
            "Access",
            vec![Line::of(Role::Text, &access.to_string())],
        )
        .confirming_nothing(),
    );
    fill(app, false);
}

/// Switches between subjects and objects.
fn switch_grouping(app: &mut App) {
    let by_object = !app.access.by_object;
    fill(app, by_object);
}

/// Drops the rows.
pub(crate) fn close(app: &mut App) {
    app.access = AccessList::default();
}

fn fill(app: &mut App, by_object: bool) {
    let Some(access) = app.review.as_ref().and_then(Review::access) else {
        return;
    };
    let list = AccessList::new(access, by_object);
    let (rows, described) = (list.rows().len(), access.to_string());
    app.access = list;
    let Some(modal) = app.modals.last_mut() else {
        return;
    };
    modal.more = rows;
    modal.selected = 0;
    if rows > 0 {
        modal.title = format!("Access: {described}");
        modal.set_body(Vec::new());
    }
}

/// Summarises the changes of who can call what under the choices.
pub(crate) fn sentence(review: &Review) -> Option<Line> {
    review
        .access()
        .map(|access| Line::of(Role::Text, &format!("Access: {access}.")))
}
