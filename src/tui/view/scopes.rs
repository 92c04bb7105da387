//! The screen of scopes: the list and the detail.

mod columns;
pub(super) mod lists;

use ratatui::layout::{Position, Rect};

use self::columns::Columns;
use super::footer::spinner;
use super::tree::cursor;
use crate::engine::display::safe;
use crate::tui::action::Act;
use crate::tui::app::App;
use crate::tui::layout;
use crate::tui::scopes::{Half, Scopes};
use crate::tui::search::find;
use crate::tui::theme::Role;
use crate::tui::widget::{Canvas, Line, count, cut, wrap};

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, size: (u16, u16)) -> Option<Position> {
    let scopes = app.scopes.as_ref()?;
    let halves = layout::halves(size, scopes.half, scopes.zoom, app.theme.accessible);
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

/// Draws the box of a half and returns its inside.
fn half_box(
    app: &App,
    scopes: &Scopes,
    canvas: &mut Canvas<'_>,
    (half, area): (Half, Rect),
    title: &Line,
) -> Rect {
    let focused = scopes.half == half;
    let mut shown = Line::of(Role::Text, " ");
    for piece in title.pieces() {
        shown.push(piece.role, piece.text());
    }
    shown.push(Role::Text, " ");
    if app.theme.accessible && focused {
        shown.push(Role::Dim, "(focus)");
    }
    canvas.boxed(area, &shown, focused)
}

fn cursor_role(scopes: &Scopes, half: Half) -> Role {
    if scopes.half == half {
        Role::Selection
    } else {
        Role::SelectionIdle
    }
}

fn list(app: &App, scopes: &Scopes, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    let catalogue = scopes.catalogue()?;
    let title = Line::of(Role::Title, "Scopes").and(
        Role::Dim,
        &format!(" {} {}", app.theme.glyphs.dot, listed(scopes)),
    );
    let inside = half_box(app, scopes, canvas, (Half::List, area), &title);
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
        return Some(cursor(inside, 0));
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
    canvas.highlight(inside, row, cursor_role(scopes, Half::List));
    Some(cursor(inside, row))
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
    let inside = half_box(app, scopes, canvas, (Half::Detail, area), &title);
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
    more(app, scopes, canvas, area, below);
    let row = scopes.detail.at().checked_sub(top)?;
    if scopes.half == Half::Detail {
        canvas.highlight(inside, row, Role::Selection);
    }
    Some(cursor(inside, row))
}

/// Shows in the lower border how much is below.
fn more(app: &App, scopes: &Scopes, canvas: &mut Canvas<'_>, area: Rect, below: usize) {
    if below == 0 || app.theme.accessible || area.height < 2 || area.width < 6 {
        return;
    }
    let role = if scopes.half == Half::Detail {
        Role::BorderFocus
    } else {
        Role::Border
    };
    let border = Rect {
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

/// The running background job, such as a reload of the scopes.
pub(super) fn doing(app: &App) -> Line {
    let job = app.job.as_ref().filter(|job| !job.work.writes());
    let text = job.map(|job| {
        format!(
            "{}{} {} ",
            spinner(app),
            job.work.doing(),
            app.theme.glyphs.dot
        )
    });
    Line::of(Role::Title, &text.unwrap_or_default())
}

/// The summary: which scopes are listed, and how they are sorted.
pub(super) fn summary(app: &App) -> Line {
    let Some(scopes) = &app.scopes else {
        return Line::new();
    };
    let dot = app.theme.glyphs.dot;
    let Some(catalogue) = scopes.catalogue() else {
        return Line::new();
    };
    let line = doing(app);
    let total = catalogue.scopes().len();
    let described = match scopes.list.rows().len() {
        listed if listed == total => count(total, "scope", "scopes"),
        listed => format!("{listed} of {}", count(total, "scope", "scopes")),
    };
    let filter = scopes.filter();
    let authentications = filter.authentications.join(", ");
    let authentications = (!authentications.is_empty()).then(|| format!("types {authentications}"));
    let level = filter.level.as_ref().map(|level| format!("level {level}"));
    let keyword = (!scopes.keyword().is_empty()).then(|| format!("\"{}\"", scopes.keyword()));
    let parts = [
        Some(described),
        Some(scopes.sorted()),
        authentications,
        level,
        keyword,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    line.and(Role::Dim, &parts.join(&format!(" {dot} ")))
}

/// Adds a text, cut to its width, with the search's matches marked.
fn push_found(
    line: &mut Line,
    words: &[String],
    role: Role,
    (text, wide): (&str, usize),
    ellipsis: &str,
) {
    let text = cut(&safe(text), wide, ellipsis);
    let found = words.iter().filter_map(|word| find(&text, word)).min();
    let Some((start, end)) = found else {
        line.push(role, &text);
        return;
    };
    line.push(role, text.get(..start).unwrap_or_default());
    line.push(Role::Match, text.get(start..end).unwrap_or_default());
    line.push(role, text.get(end..).unwrap_or_default());
}
