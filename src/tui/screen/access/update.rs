//! Who can call what: the list, and the summary in the import dialog.

use crate::tui::app::App;
use crate::tui::screen::access::list::AccessList;
use crate::tui::screen::dialog::model::{Dialog, Modal};
use crate::tui::screen::review::Review;
use crate::tui::theme::Role;
use crate::tui::widget::Line;

/// Lists the changes of who can call what under the choices.
pub(crate) fn open(app: &mut App) {
    let Some(access) = app.review.as_ref().and_then(Review::access) else {
        return;
    };
    let mut modal = Modal::new(
        Dialog::Access,
        "Access",
        vec![Line::of(Role::Text, &access.to_string())],
    );
    // Closing it confirms nothing, so keys typed ahead are safe.
    modal.drawn = true;
    app.modals.push(modal);
    fill(app, false);
}

/// Switches between subjects and objects.
pub(crate) fn switch_grouping(app: &mut App) {
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
