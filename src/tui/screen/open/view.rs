//! The lists to choose from.

use ratatui::layout::{Position, Rect};

use super::columns::{self, ending};
use super::layout::area;
use super::model::{Asked, Chooser, Row, Side, Tab};
use crate::engine::display::safe;
use crate::tui::screen::job::progress::spinner;
use crate::tui::screen::job::{JobKind, explain};
use crate::tui::{App, Canvas, Line, Role, row_cursor};

pub(crate) fn draw(
    app: &App,
    chooser: &Chooser,
    canvas: &mut Canvas<'_>,
    size: (u16, u16),
) -> Option<Position> {
    let title = match chooser.side {
        Side::Source => "File to import",
        Side::Target => "Compare with",
    };
    let area = area(size);
    let inside = canvas.pane(area, &Line::of(Role::Title, title), true);
    let space = usize::from(inside.width);
    canvas.line(inside, 0, &tabs(app, chooser, space));
    let rows = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    let visible = chooser.list.window(usize::from(rows.height));
    for (n, row) in chooser
        .list
        .rows()
        .get(visible.clone())
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        canvas.line(rows, n, &columns::row(app, chooser, *row, space));
    }
    let listed = chooser.list.rows().len();
    let message = message(app, chooser);
    for (n, line) in message.iter().enumerate() {
        canvas.line(rows, visible.len() + n, line);
    }
    if listed > 0 {
        let here = chooser.list.at().saturating_sub(visible.start);
        canvas.highlight(rows, here, Role::Selection);
    }
    canvas.more(area, true, listed - visible.end);
    let cursor = chooser.list.at().saturating_sub(visible.start);
    canvas.theme.accessible.then(|| row_cursor(rows, cursor))
}

/// Names the lists, and the directory.
fn tabs(app: &App, chooser: &Chooser, space: usize) -> Line {
    let mut line = Line::new();
    for tab in chooser.tabs() {
        let (role, word) = if *tab == chooser.tab {
            (Role::Heading, format!("[{}] ", tab.title()))
        } else {
            (Role::Dim, format!(" {}  ", tab.title()))
        };
        line.push(role, &word);
    }
    let shown = match chooser.tab {
        Tab::Files => chooser.directory.display().to_string(),
        Tab::Recent | Tab::Targets => String::new(),
    };
    let rest = space.saturating_sub(line.width() + 1);
    line.and(
        Role::Dim,
        &format!(
            " {}",
            ending(&safe(&shown), rest, app.theme.glyphs.ellipsis)
        ),
    )
}

/// Says why nothing, or not everything, is listed.
fn message(app: &App, chooser: &Chooser) -> Vec<Line> {
    if chooser.tab == Tab::Files {
        if let Some(failure) = &chooser.failure {
            return explain(failure);
        }
        if chooser.reading.is_some() {
            return vec![Line::of(Role::Dim, "reading the directory")];
        }
    } else if chooser.known.is_none() {
        return vec![Line::of(Role::Dim, "reading the configuration")];
    }
    let has_rows = chooser.list.rows().iter().any(|row| *row != Row::Parent);
    let filter = chooser.filter.value().trim();
    let text = match chooser.tab {
        Tab::Files => columns::more(chooser),
        _ => None,
    };
    let text = text.or_else(|| {
        let nothing = match chooser.tab {
            _ if has_rows => return None,
            _ if !filter.is_empty() => return Some(format!("no match for '{filter}'")),
            Tab::Files => "the directory is empty",
            Tab::Recent => "no file was opened yet",
            Tab::Targets => "no targets: add profiles to the configuration file, or choose a file",
        };
        Some(nothing.to_owned())
    });
    let role = if app.theme.has_colours() {
        Role::Dim
    } else {
        Role::Text
    };
    text.map(|text| Line::of(role, &text)).into_iter().collect()
}

/// Shows in the footer which sides are chosen.
pub(crate) fn summary(app: &App, chooser: &Chooser) -> Line {
    let mut line = Line::new();
    if app
        .job
        .as_ref()
        .is_some_and(|job| job.work == JobKind::Open)
    {
        line.push(Role::Title, &format!("{}opening  ", spinner(app)));
    }
    let glyphs = app.theme.glyphs;
    let is_source = chooser.side == Side::Source;
    let source = chooser.source.as_deref().unwrap_or(&app.file);
    let file = if is_source { "choose a file" } else { source };
    let target = app.location().map(|place| place.target);
    let target = match (&target, is_source, chooser.asked) {
        (Some(target), true, Asked::Source) => target.as_str(),
        (_, true, _) => "a target",
        (_, false, _) => "choose what it is compared with",
    };
    let role = |is_asked| if is_asked { Role::Title } else { Role::Text };
    let name = file.rsplit('/').next().unwrap_or(file);
    line.push(role(is_source), name);
    line.push(Role::Dim, &format!(" {} ", glyphs.arrow));
    line.and(role(!is_source), target)
}
