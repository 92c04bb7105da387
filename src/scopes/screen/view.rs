//! The screen of scopes: the list and the detail.

mod columns;
pub(crate) mod lists;
pub(crate) mod summary;

use ratatui::layout::{Position, Rect};

use self::columns::Columns;
use super::layout::halves;
use crate::scopes::screen::{Half, Scopes};
use crate::tui::{Act, App, Canvas, Line, Role, row_cursor, wrap};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, size: (u16, u16)) -> Option<Position> {
    let scopes = app.scopes.as_ref()?;
    let halves = halves(size, scopes.half, scopes.zoom, app.theme.accessible);
    // The focused one comes last: neighbours share a border.
    let order = match scopes.half {
        Half::List => [Half::Detail, Half::List],
        Half::Detail => [Half::List, Half::Detail],
    };
    let mut cursor = None;
    for half in order
        .into_iter()
        .filter(|half| !halves.area(*half).is_empty())
    {
        cursor = match half {
            Half::List => list(app, scopes, canvas, halves.area(half)),
            Half::Detail => detail(app, scopes, canvas, halves.area(half)),
        };
    }
    cursor.filter(|_| app.theme.accessible)
}

fn list(app: &App, scopes: &Scopes, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    let catalogue = scopes.catalogue()?;
    let title = Line::of(Role::Title, "Scopes").and(
        Role::Dim,
        &format!(" {} {}", app.theme.glyphs.dot, listed(scopes)),
    );
    let inside = canvas.pane(area, &title, scopes.half == Half::List);
    let visible = scopes
        .list
        .window(usize::from(inside.height.saturating_sub(1)));
    let top = visible.start;
    let rows = scopes.list.rows().get(visible).unwrap_or_default();
    if rows.is_empty() {
        for (n, part) in wrap(&nothing(app, scopes), usize::from(inside.width))
            .iter()
            .enumerate()
        {
            canvas.line(inside, n, &Line::of(Role::Dim, part));
        }
        return Some(row_cursor(inside, 0));
    }
    let columns = Columns::new(app, catalogue, rows, usize::from(inside.width));
    canvas.line(inside, 0, &columns.head(scopes.sort_key()));
    let words = scopes.filter().words.as_slice();
    for (n, scope) in rows
        .iter()
        .filter_map(|index| catalogue.scopes().get(*index))
        .enumerate()
    {
        canvas.line(inside, n + 1, &columns.row(scope, words));
    }
    let row = scopes.list.at().checked_sub(top)? + 1;
    canvas.highlight(inside, row, Role::selection(scopes.half == Half::List));
    Some(row_cursor(inside, row))
}

/// Returns why nothing is listed.
fn nothing(app: &App, scopes: &Scopes) -> String {
    let total = scopes
        .catalogue()
        .map_or(0, |catalogue| catalogue.scopes().len());
    if total == 0 {
        return format!(
            "The target has no scopes: {} creates one.",
            app.key(Act::CreateScope)
        );
    }
    let (search, filter) = (app.key(Act::Search), app.key(Act::Filter));
    format!("No matching scopes: {search} changes the search, {filter} the filter.")
}

/// Returns how many are listed.
fn listed(scopes: &Scopes) -> String {
    let total = scopes
        .catalogue()
        .map_or(0, |catalogue| catalogue.scopes().len());
    let listed = scopes.list.rows().len();
    if listed == total {
        total.to_string()
    } else {
        format!("{listed} of {total}")
    }
}

fn detail(app: &App, scopes: &Scopes, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    let name = scopes.current().map_or("", |scope| &*scope.name);
    let title = Line::of(Role::Title, name);
    let inside = canvas.pane(area, &title, scopes.half == Half::Detail);
    let visible = scopes.detail.window(usize::from(inside.height));
    let top = visible.start;
    let below = scopes.detail.rows().len().saturating_sub(visible.end);
    let rows = scopes.detail.rows().get(visible).unwrap_or_default();
    for (n, row) in rows.iter().enumerate() {
        canvas.line(
            inside,
            n,
            &scopes.detail_line(*row, app.theme.glyphs.warning),
        );
    }
    canvas.more(area, scopes.half == Half::Detail, below);
    let row = scopes.detail.at().checked_sub(top)?;
    if scopes.half == Half::Detail {
        canvas.highlight(inside, row, Role::Selection);
    }
    Some(row_cursor(inside, row))
}
