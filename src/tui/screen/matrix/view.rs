//! Drawing the matrix: a line for each item, a column for each target.

use ratatui::layout::Position;

use super::layout::MatrixLayout;
use super::model::{MatrixLine, MatrixScreen};
use super::update::nothing;
use crate::engine::display::safe;
use crate::engine::{Cell, Status};
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::job::progress::spinner;
use crate::tui::screen::review::label::labels_of;
use crate::tui::{App, Canvas, Glyphs, Line, Role, count, cut, row_cursor, width, wrap};

pub(crate) fn draw(
    app: &App,
    matrix: &MatrixScreen,
    canvas: &mut Canvas<'_>,
    size: (u16, u16),
) -> Option<Position> {
    let layout = MatrixLayout::new(size, matrix.targets().len(), app.theme.accessible);
    let within = canvas.pane(layout.area, &title(app, matrix), true);
    head(app, matrix, canvas, &layout);
    let visible = matrix.lines.window(layout.height);
    let top = visible.start;
    let lines = matrix.lines.rows().get(visible.clone()).unwrap_or_default();
    if lines.is_empty() {
        let parts = wrap(nothing(matrix), usize::from(within.width));
        for (n, part) in parts.iter().enumerate() {
            canvas.line(within, n + 1, &Line::of(Role::Dim, part));
        }
        return app.theme.accessible.then(|| row_cursor(within, 1));
    }
    for (n, line) in lines.iter().enumerate() {
        draw_line(app, matrix, canvas, &layout, (n + 1, *line));
    }
    let below = matrix.lines.rows().len().saturating_sub(visible.end);
    canvas.more(layout.area, true, below);
    let row = matrix.lines.at().checked_sub(top)? + 1;
    canvas.highlight(within, row, Role::SelectionIdle);
    let nth = matrix.column.checked_sub(matrix.first)?;
    canvas.highlight(layout.cell(nth), row, Role::Selection);
    app.theme.accessible.then(|| row_cursor(within, row))
}

fn title(app: &App, matrix: &MatrixScreen) -> Line {
    let dot = app.theme.glyphs.dot;
    let rows = matrix.compared.as_ref();
    let rows = rows.map_or(&[][..], |compared| compared.matrix.rows());
    let shown = match matrix.only_differing {
        true => rows.iter().filter(|row| row.differs()).count(),
        false => rows.len(),
    };
    let mut line = Line::of(Role::Title, "Targets");
    let of = match matrix.only_differing {
        true => format!("{shown} of {} differ", count(rows.len(), "item", "items")),
        false => count(rows.len(), "item", "items"),
    };
    line.push(Role::Dim, &format!(" {dot} {of}"));
    line
}

/// Draws the names of the targets.
fn head(app: &App, matrix: &MatrixScreen, canvas: &mut Canvas<'_>, layout: &MatrixLayout) {
    let glyphs = app.theme.glyphs;
    let targets = matrix.targets();
    let rest = targets.len().saturating_sub(matrix.first + layout.visible);
    let hidden = match (matrix.first, rest) {
        (0, 0) => String::new(),
        (0, rest) => format!("{rest} more right"),
        (first, 0) => format!("{first} more left"),
        (first, rest) => format!("{first} left, {rest} right"),
    };
    canvas.line(layout.inside(), 0, &Line::of(Role::Dim, &hidden));
    let shown = targets.iter().skip(matrix.first).take(layout.visible);
    for (nth, target) in shown.enumerate() {
        let role = match (&target.outcome, &target.policy.production) {
            (Err(_), _) => Role::Blocked,
            (Ok(_), Some(_)) => Role::Production,
            (Ok(_), None) => Role::Heading,
        };
        let name = cut(&safe(&target.name), layout.column - 1, glyphs.ellipsis);
        canvas.line(layout.cell(nth), 0, &Line::of(role, &name));
    }
}

fn draw_line(
    app: &App,
    matrix: &MatrixScreen,
    canvas: &mut Canvas<'_>,
    layout: &MatrixLayout,
    (n, line): (usize, MatrixLine),
) {
    let glyphs = app.theme.glyphs;
    let label = label(matrix, line, layout.items.saturating_sub(1), glyphs);
    canvas.line(layout.inside(), n, &label);
    for nth in 0..layout.visible {
        let target = matrix.first + nth;
        let text = match line {
            MatrixLine::Kind(kind) => counted(matrix, kind, target, layout.column),
            MatrixLine::Item(row) => {
                let cells = matrix.row(row).map(|row| row.cells.as_slice());
                let cell = cells.and_then(|cells| cells.get(target)).copied();
                verdict(cell.flatten(), glyphs)
            }
        };
        canvas.line(layout.cell(nth), n, &text);
    }
}

fn label(matrix: &MatrixScreen, line: MatrixLine, space: usize, glyphs: &Glyphs) -> Line {
    match line {
        MatrixLine::Kind(kind) => {
            let compared = matrix.compared.as_ref();
            let kinds = compared.map_or(&[][..], |compared| compared.matrix.kinds());
            Line::of(Role::Heading, kinds.get(kind).map_or("", |info| info.title))
        }
        MatrixLine::Item(row) => {
            let Some(row) = matrix.row(row) else {
                return Line::new();
            };
            let (key, name) = labels_of(&row.id.key, &row.name);
            let key = cut(&safe(key), space.saturating_sub(2), glyphs.ellipsis);
            let rest = space.saturating_sub(width(&key) + 4);
            let line = Line::of(Role::Text, &format!("  {key}"));
            match rest >= 6 && !name.is_empty() {
                true => {
                    let name = cut(&safe(name), rest, glyphs.ellipsis);
                    line.and(Role::Dim, &format!("  {name}"))
                }
                false => line,
            }
        }
    }
}

/// The heading of a kind in a column: how many of its items differ there.
fn counted(matrix: &MatrixScreen, kind: usize, target: usize, space: usize) -> Line {
    match matrix.count(kind, target) {
        (_, 0) => Line::new(),
        (0, _) => Line::of(Role::Unchanged, "same"),
        (differing, _) => {
            let words = format!("{differing} differ");
            let fits = width(&words) < space;
            let text = if fits { words } else { differing.to_string() };
            Line::of(Role::Dim, &text)
        }
    }
}

/// A verdict: always its sign, its word and its colour.
fn verdict(cell: Option<Cell>, glyphs: &Glyphs) -> Line {
    let Some(Cell { status, unchanged }) = cell else {
        return Line::of(Role::Dim, "? unknown");
    };
    let mark = match status {
        Status::Add => ItemStatus::Add,
        Status::Repeat | Status::Cover if unchanged => ItemStatus::Unchanged,
        Status::Repeat | Status::Cover => ItemStatus::Differs,
        Status::CannotAdd => ItemStatus::CannotAdd,
        Status::CannotCover => ItemStatus::CannotCover,
    };
    let word = if mark.is_blocked() {
        "Blocked"
    } else {
        mark.word()
    };
    Line::of(mark.role(), &format!("{} {word}", mark.glyph(glyphs)))
}

/// The target under the cursor: its name, its location and its counts, or why it has none.
pub(crate) fn summary(app: &App, matrix: &MatrixScreen) -> Line {
    let dot = app.theme.glyphs.dot;
    let mut line = Line::new();
    if let Some(job) = &app.job {
        line.push(
            Role::Title,
            &format!("{}{} {dot} ", spinner(app), job.work.doing()),
        );
    }
    let Some(target) = matrix.targets().get(matrix.column) else {
        return line;
    };
    line.push(Role::Title, &safe(&target.name));
    for (mark, word) in [
        (&target.policy.production, " PRODUCTION "),
        (&target.policy.read_only, " READ-ONLY "),
    ] {
        if mark.is_some() {
            line.push(Role::Text, " ");
            line.push(Role::Production, word);
        }
    }
    let found = match &target.outcome {
        Ok(found) => found,
        Err(failure) => return line.and(Role::Error, &format!(" {dot} {}", safe(&failure.what))),
    };
    let summary = found.summary;
    let parts = [
        (summary.add, "add", Role::Add),
        (summary.repeat - summary.unchanged, "differ", Role::Repeat),
        (summary.unchanged, "unchanged", Role::Unchanged),
        (
            summary.cannot_add + summary.cannot_cover,
            "blocked",
            Role::Blocked,
        ),
        (found.missing.total(), "missing", Role::Blocked),
        (
            summary.only_in_target.unwrap_or_default(),
            "only in the target",
            Role::Dim,
        ),
    ];
    for (n, word, role) in parts.into_iter().filter(|(n, ..)| *n > 0) {
        line.push(Role::Dim, &format!(" {dot} "));
        line.push(role, &format!("{n} {word}"));
    }
    if target.name != target.target {
        line.push(Role::Dim, &format!(" {dot} {}", safe(&target.target)));
    }
    line
}
