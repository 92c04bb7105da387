//! Drawing the three panes.

mod detail;
mod items;
pub(crate) mod names;
mod pane;
mod tree;

use ratatui::layout::Position;

use crate::tui::{App, Canvas, Pane, Panes};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, panes: &Panes) -> Option<Position> {
    // The focused pane comes last: neighbours share a border.
    let others = Pane::ALL.into_iter().filter(|pane| *pane != app.focus);
    let mut cursor = None;
    for pane in others
        .chain([app.focus])
        .filter(|pane| !panes.area(*pane).is_empty())
    {
        cursor = match pane {
            Pane::Tree => tree::draw(app, canvas, panes),
            Pane::Items => items::draw(app, canvas, panes),
            Pane::Detail => detail::draw(app, canvas, panes),
        };
    }
    cursor.filter(|_| app.theme.accessible)
}
