//! The box of a pane.

use ratatui::layout::Rect;

use crate::tui::{App, Canvas, Line, Pane, Panes, Role};

/// Draws the box of a pane and returns its inside.
pub(crate) fn pane_box(
    app: &App,
    canvas: &mut Canvas<'_>,
    panes: &Panes,
    pane: Pane,
    title: &Line,
) -> Rect {
    let focused = app.focus == pane;
    let mut shown = Line::new();
    if panes.single || (app.zoom && focused) {
        shown.push(Role::Dim, &format!("{}/3 ", pane as usize + 1));
    }
    shown.append(title);
    canvas.pane(panes.area(pane), &shown, focused)
}
