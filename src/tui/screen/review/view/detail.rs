//! The right pane: the selected node in full.

use ratatui::layout::Position;

use super::pane::pane_box;
use crate::tui::screen::review::view::names::name;
use crate::tui::{App, Canvas, Line, Pane, Panes, Role, row_cursor};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, panes: &Panes) -> Option<Position> {
    let review = app.review.as_ref()?;
    let title = app
        .node()
        .map(|node| name(review, node))
        .unwrap_or_default();
    let inside = pane_box(
        app,
        canvas,
        panes,
        Pane::Detail,
        &Line::of(Role::Title, &title),
    );
    let height = usize::from(inside.height);
    let visible = app.detail.window(height);
    let top = visible.start;
    let rows = app.detail.rows().get(visible.clone()).unwrap_or_default();
    for (n, row) in rows.iter().enumerate() {
        canvas.line(inside, n, &row.line);
    }
    let below = app.detail.rows().len().saturating_sub(visible.end);
    canvas.more(panes.area(Pane::Detail), app.focus == Pane::Detail, below);
    let index = app.detail.at().checked_sub(top)?;
    if app.focus == Pane::Detail {
        canvas.highlight(inside, index, Role::selection(app.focus == Pane::Detail));
    }
    Some(row_cursor(inside, index))
}
