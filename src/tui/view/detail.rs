//! The right pane: the selected node in full.

use ratatui::layout::Position;

use super::rows::name;
use super::tree::cursor;
use super::{cursor_role, pane_box};
use crate::tui::app::{App, Pane};
use crate::tui::layout::Panes;
use crate::tui::theme::Role;
use crate::tui::widget::{Canvas, Line};

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, panes: &Panes) -> Option<Position> {
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
    more(
        app,
        canvas,
        panes,
        app.detail.rows().len().saturating_sub(visible.end),
    );
    let index = app.detail.at().checked_sub(top)?;
    if app.focus == Pane::Detail {
        canvas.highlight(inside, index, cursor_role(app, Pane::Detail));
    }
    Some(cursor(inside, index))
}

/// Shows in the lower border how much is below.
fn more(app: &App, canvas: &mut Canvas<'_>, panes: &Panes, below: usize) {
    let area = panes.area(Pane::Detail);
    if below == 0 || app.theme.accessible || area.height < 2 || area.width < 6 {
        return;
    }
    let role = if app.focus == Pane::Detail {
        Role::BorderFocus
    } else {
        Role::Border
    };
    let border = ratatui::layout::Rect {
        x: area.x + 1,
        width: area.width - 3,
        ..area
    };
    canvas.line_right(
        border,
        usize::from(area.height) - 1,
        &Line::of(role, &format!(" {below} more ")),
    );
}
