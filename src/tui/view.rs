//! Drawing. Views take the model and change nothing.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::action::Act;
use super::app::App;
use super::layout::{self, Pane, SMALLEST};
use super::theme::Role;
use super::widget::{Canvas, Line};
use crate::scopes::screen::form::view as form;
use crate::scopes::screen::view as scopes;
use crate::tui::screen::dialog::view as modal;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::{applying, loading};
use crate::tui::screen::matrix::{MatrixScreen, view as matrix};
use crate::tui::screen::open::view as open;
use crate::tui::screen::review::view as review;
use crate::tui::screen::{footer, header};

/// Draws the model. Safe at every size, also at one that the model does not know
/// yet.
pub(crate) fn view(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), &app.theme);
    let cursor = draw(app, &mut canvas, area);
    if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    let size = (area.width, area.height);
    if layout::is_too_small(size) {
        too_small(app, canvas, area);
        return None;
    }
    let panes = layout::panes(size, app.focus, app.zoom, app.theme.accessible);
    header::draw(app, canvas, panes.header);
    let has_scopes = app
        .scopes
        .as_ref()
        .is_some_and(|scopes| scopes.catalogue().is_some());
    let mut cursor = if let Some(chooser) = &app.chooser {
        open::draw(app, chooser, canvas, size)
    } else if has_scopes {
        scopes::draw(app, canvas, size)
    } else if let Some(matrix) = shown_matrix(app) {
        matrix::draw(app, matrix, canvas, size)
    } else if app.review.is_some() && app.scopes.is_none() && !app.shows_matrix() {
        review::draw(app, canvas, &panes)
    } else {
        loading::draw(
            app,
            canvas,
            Rect {
                height: area.height - 3,
                y: area.y + 1,
                ..area
            },
        );
        None
    };
    if let Some(form) = &app.form {
        cursor = form::draw(app, form, canvas, size);
    }
    cursor = footer::draw(app, canvas, panes.footer).or(cursor);
    let is_covered = |modal: &Modal| app.form.is_some() && modal.is_below;
    for modal in app.modals.iter().filter(|modal| !is_covered(modal)) {
        cursor = modal::draw(app, modal, canvas, size);
    }
    if app.is_applying() {
        cursor = applying::draw(app, canvas, size);
    }
    cursor
}

/// Returns the items by targets, if they are shown and were compared.
fn shown_matrix(app: &App) -> Option<&MatrixScreen> {
    let matrix = app.matrix.as_ref().filter(|matrix| matrix.is_shown)?;
    (matrix.compared.is_some() && app.scopes.is_none()).then_some(matrix)
}

/// Returns which positions belong to the panes beside that of the cursor, which
/// show what the cursor is on.
pub(crate) fn beside(app: &App) -> impl Fn(Position) -> bool {
    let is_bare = app.modals.is_empty() && app.form.is_none() && app.chooser.is_none();
    let has_panes = is_bare && app.job.is_none() && !app.shows_matrix();
    let (here, others): (Rect, Vec<Rect>) = match &app.scopes {
        _ if !has_panes => Default::default(),
        Some(scopes) => {
            let halves = app.halves();
            let other = halves.area(scopes.half.other());
            (halves.area(scopes.half), vec![other])
        }
        None => {
            let panes = app.panes();
            let others = Pane::ALL.into_iter().filter(|pane| *pane != app.focus);
            let others = others.map(|pane| panes.area(pane)).collect();
            (panes.area(app.focus), others)
        }
    };
    move |position| !here.contains(position) && others.iter().any(|area| area.contains(position))
}

fn too_small(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let applying = app.job.as_ref().filter(|_| app.is_applying());
    let applying = applying
        .map(|job| format!("{}; ", job.work.doing()))
        .unwrap_or_default();
    let leaving = app
        .modals
        .last()
        .is_some_and(|modal| modal.dialog == Dialog::Quit);
    let key = app.key(Act::Back);
    let quits = match (app.is_applying(), leaving) {
        (true, _) => String::new(),
        (false, true) => format!(" - choices will be lost: {key} again quits"),
        (false, false) => format!(" - {key} quits"),
    };
    let text = format!(
        "{applying}needs {}x{}, has {}x{}{quits}",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    let wide = u16::try_from(text.len()).unwrap_or(u16::MAX);
    let middle = Rect {
        x: area.x + area.width.saturating_sub(wide) / 2,
        y: area.y + area.height / 2,
        width: wide.min(area.width),
        height: 1.min(area.height),
    };
    canvas.line(middle, 0, &Line::of(Role::Text, &text));
}

#[cfg(test)]
mod tests;
