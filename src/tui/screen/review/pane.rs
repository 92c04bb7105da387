//! What the three panes share: the box, and the role of the cursor's row.

use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::layout::{Pane, Panes};
use crate::tui::theme::Role;
use crate::tui::widget::{Canvas, Line};

/// Draws the box of a pane and returns its inside.
pub(crate) fn pane_box(
    app: &App,
    canvas: &mut Canvas<'_>,
    panes: &Panes,
    pane: Pane,
    title: &Line,
) -> Rect {
    let focused = app.focus == pane;
    let mut shown = Line::of(Role::Text, " ");
    if panes.single || (app.zoom && focused) {
        shown.push(Role::Dim, &format!("{}/3 ", pane as usize + 1));
    }
    for piece in title.pieces() {
        shown.push(piece.role, piece.text());
    }
    shown.push(Role::Text, " ");
    if app.theme.accessible && focused {
        shown.push(Role::Dim, "(focus)");
    }
    canvas.boxed(panes.area(pane), &shown, focused)
}

/// Returns the role of the cursor's row.
pub(crate) fn cursor_role(app: &App, pane: Pane) -> Role {
    if app.focus == pane {
        Role::Selection
    } else {
        Role::SelectionIdle
    }
}
