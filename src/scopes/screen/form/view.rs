//! The form of a scope, and the lists to choose from.

use ratatui::layout::{Position, Rect};

use crate::engine::display::safe;
use crate::scopes::screen::form::{Area, Form, Picker, lay, message, typed};
use crate::scopes::screen::view::summary::doing;
use crate::tui::screen::dialog::FOOTER;
use crate::tui::{App, Canvas, Line, Role, cut, row_cursor, width};

/// Lists narrower than this have no column for names.
const NARROW: usize = 40;

/// Rows are no wider than this, however wide the screen is.
const WIDEST: usize = 100;

/// Draws the form between header and footer; returns the cursor's position.
pub(crate) fn draw(
    app: &App,
    form: &Form,
    canvas: &mut Canvas<'_>,
    size: (u16, u16),
) -> Option<Position> {
    let area = Rect {
        x: 0,
        y: 1,
        width: size.0,
        height: size.1.saturating_sub(FOOTER + 1),
    };
    canvas.clear(area);
    let mut title = Line::of(Role::Title, &format!(" {} ", form.title()));
    if let Some(picker) = &form.picker {
        title.push(Role::Dim, &format!("{} ", app.theme.glyphs.dot));
        title.push(Role::Title, &format!("{} ", picker.topic.title()));
        title.push(
            Role::Dim,
            &format!("{} {} ", app.theme.glyphs.dot, picker.tally()),
        );
    }
    let boxed = canvas.boxed(area, &title, true);
    let space = Area::new(size, app.theme.accessible);
    let inside = Rect {
        x: boxed.x.saturating_add(1),
        width: u16::try_from(space.width)
            .unwrap_or(boxed.width)
            .min(boxed.width.saturating_sub(1)),
        ..boxed
    };
    match &form.picker {
        Some(picker) => list(app, form, picker, canvas, inside, area),
        None => fields(app, form, canvas, inside, area),
    }
}

fn fields(
    app: &App,
    form: &Form,
    canvas: &mut Canvas<'_>,
    inside: Rect,
    area: Rect,
) -> Option<Position> {
    let rows = lay(form, usize::from(inside.width), app.theme.glyphs);
    let height = usize::from(inside.height);
    let focus = rows.iter().position(|row| row.has_focus).unwrap_or(0);
    let visible = crate::tui::widget::window(rows.len(), focus, form.top, height);
    let mut cursor = None;
    for (n, row) in rows
        .get(visible.clone())
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        canvas.line(inside, n, &row.line);
        if row.has_focus {
            let here = row_cursor(inside, n);
            let column = row.cursor.and_then(|column| u16::try_from(column).ok());
            cursor = match column {
                Some(column) => Some(Position {
                    x: here.x.saturating_add(column),
                    ..here
                }),
                None => app.theme.accessible.then_some(here),
            };
        }
    }
    more(canvas, area, visible.start, rows.len() - visible.end);
    cursor
}

/// Shows in the lower border how much there is above and below.
fn more(canvas: &mut Canvas<'_>, area: Rect, above: usize, below: usize) {
    if above + below == 0 {
        return;
    }
    let mut parts = Vec::new();
    if above > 0 {
        parts.push(format!("{above} above"));
    }
    if below > 0 {
        parts.push(format!("{below} more"));
    }
    canvas.in_border(area, true, &format!(" {} ", parts.join(", ")));
}

fn list(
    app: &App,
    form: &Form,
    picker: &Picker,
    canvas: &mut Canvas<'_>,
    inside: Rect,
    area: Rect,
) -> Option<Position> {
    let space = usize::from(inside.width);
    let described = message(&form.message, space);
    for (n, line) in described.iter().enumerate() {
        canvas.line(inside, n, line);
    }
    let head = u16::try_from(described.len())
        .unwrap_or(u16::MAX)
        .min(inside.height.saturating_sub(2));
    let inside = Rect {
        y: inside.y + head,
        height: inside.height - head,
        ..inside
    };
    let typed_at = filter(app, picker, canvas, inside);
    let below = Rect {
        y: inside.y.saturating_add(1),
        height: inside.height.saturating_sub(1),
        ..inside
    };
    let visible = picker.list.window(usize::from(below.height));
    if visible.is_empty() {
        let nothing = if picker.total() == 0 {
            picker.topic.nothing()
        } else {
            "No match."
        };
        for (n, part) in crate::tui::widget::wrap(nothing, space).iter().enumerate() {
            canvas.line(below, n, &Line::of(Role::Dim, part));
        }
        return typed_at.or_else(|| app.theme.accessible.then(|| row_cursor(below, 0)));
    }
    let columns = Columns::new(picker, visible.clone(), space);
    for (n, row) in visible.clone().enumerate() {
        canvas.line(below, n, &columns.line(app, form, picker, row));
    }
    more(
        canvas,
        area,
        visible.start,
        picker.list.rows().len() - visible.end,
    );
    let index = picker.list.at().saturating_sub(visible.start);
    let role = if picker.is_filtering {
        Role::SelectionIdle
    } else {
        Role::Selection
    };
    canvas.highlight(below, index, role);
    typed_at.or_else(|| app.theme.accessible.then(|| row_cursor(below, index)))
}

/// Draws the filter; returns the cursor while it is edited.
fn filter(app: &App, picker: &Picker, canvas: &mut Canvas<'_>, inside: Rect) -> Option<Position> {
    let mut line = Line::of(Role::Key, "/ ");
    let listed = picker.list.rows().len();
    let tally = format!("{listed} of {} listed", picker.total());
    let typed_at = if picker.is_filtering || !picker.filter.value().is_empty() {
        let space = usize::from(inside.width)
            .saturating_sub(4 + width(&tally))
            .max(8);
        typed(
            &mut line,
            &picker.filter,
            space,
            picker.is_filtering,
            app.theme.glyphs,
        )
    } else {
        line.push(Role::Dim, "no filter");
        None
    };
    canvas.line(inside, 0, &line);
    if usize::from(inside.width) >= NARROW {
        canvas.line_right(inside, 0, &Line::of(Role::Dim, &tally));
    }
    let column = u16::try_from(typed_at?).unwrap_or(u16::MAX);
    Some(Position::new(inside.x.saturating_add(column), inside.y))
}

/// The widths of the columns for the visible rows.
struct Columns {
    space: usize,
    id: usize,
}

impl Columns {
    fn new(picker: &Picker, visible: std::ops::Range<usize>, space: usize) -> Self {
        let ids = visible
            .filter_map(|row| picker.row(row))
            .map(|choice| width(&safe(&choice.id)));
        let notes = space.saturating_sub(4);
        let max = if space < NARROW { notes } else { notes / 2 };
        let space = space.min(WIDEST);
        Self {
            space,
            id: ids.max().unwrap_or(0).min(max),
        }
    }

    fn line(&self, app: &App, form: &Form, picker: &Picker, row: usize) -> Line {
        let Some(choice) = picker.row(row) else {
            return Line::new();
        };
        let glyphs = app.theme.glyphs;
        let sign = match (picker.is_single(), choice.is_chosen) {
            (true, true) => "(x) ",
            (true, false) => "( ) ",
            (false, true) => "[x] ",
            (false, false) => "[ ] ",
        };
        let is_barred = choice.barred.is_some() && !choice.is_chosen;
        let role = if is_barred { Role::Dim } else { Role::Text };
        let mut line = Line::of(if choice.is_chosen { Role::Add } else { role }, sign);
        line.push(role, &cut(&safe(&choice.id), self.id, glyphs.ellipsis));
        let note = picker.note(choice, &form.catalogue);
        let note_space = width(&note) + 2;
        let name = picker.name(choice, &form.catalogue);
        let left = self
            .space
            .saturating_sub(4 + self.id + 2 + if note.is_empty() { 0 } else { note_space });
        if left >= 4 && !name.is_empty() {
            line.pad_to(4 + self.id + 2);
            line.push(Role::Dim, &cut(&safe(&name), left, glyphs.ellipsis));
        }
        if !note.is_empty() {
            line.pad_to(self.space.saturating_sub(note_space));
            line.push(Role::Text, "  ");
            line.push(
                if is_barred || choice.is_missing {
                    Role::Blocked
                } else {
                    Role::Dim
                },
                &note,
            );
        }
        line
    }
}

/// Returns the footer's summary of the form.
pub(crate) fn summary(app: &App) -> Line {
    let Some(form) = &app.form else {
        return Line::new();
    };
    match (&form.picker, form.scope()) {
        (Some(picker), _) => doing(app).and(Role::Dim, &picker.tally()),
        (None, Some(scope)) => {
            let holders = scope.holders.len();
            let text = match holders {
                0 => "not assigned to any client".to_owned(),
                1 => "assigned to 1 client, which is updated too".to_owned(),
                n => format!("assigned to {n} clients, which are updated too"),
            };
            doing(app).and(
                Role::Dim,
                &format!("* is required {} {text}", app.theme.glyphs.dot),
            )
        }
        (None, None) => doing(app).and(Role::Dim, "* is required"),
    }
}
