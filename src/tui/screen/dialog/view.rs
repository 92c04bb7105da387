//! Dialogs over the review.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::kind::Dialog;
use super::model::{FOOTER, Focus, Modal};
use crate::engine::display::safe;
use crate::scopes::screen::view::lists;
use crate::tui::screen::access::view as access;
use crate::tui::screen::history::view as history;
use crate::tui::screen::job::progress::{phase_line, spinner};
use crate::tui::screen::review::detail::done;
use crate::tui::screen::review::label::labels;
use crate::tui::widget::{Canvas, Line, input_line, row_cursor, width, window};
use crate::tui::{App, Role};

/// The maximum number of items named in a line.
const MAX_NAMES: usize = 20;

pub(crate) fn draw(
    app: &App,
    modal: &Modal,
    canvas: &mut Canvas<'_>,
    size: (u16, u16),
) -> Option<Position> {
    let area = modal.area(size);
    if canvas.theme.accessible {
        // A screen reader should read nothing beside it; only the header stays.
        canvas.clear(Rect {
            x: 0,
            y: 1,
            width: size.0,
            height: size.1.saturating_sub(FOOTER + 1),
        });
    }
    canvas.clear(area);
    let title = Line::of(Role::Title, &format!(" {} ", modal.title));
    let boxed = canvas.boxed(area, &title, true);
    let inside = Rect {
        x: boxed.x + 1.min(boxed.width),
        width: boxed.width.saturating_sub(2),
        ..boxed
    };
    let height = usize::from(inside.height.saturating_sub(modal.chrome() - 2));
    let visible = window(
        modal.len(),
        modal.row().unwrap_or(modal.top),
        modal.top,
        height,
    );
    let head = modal.head();
    rows(app, modal, canvas, inside, visible.clone());
    if let Some(row) = modal.row() {
        canvas.highlight(
            inside,
            head + row.saturating_sub(visible.start),
            Role::Selection,
        );
    }
    canvas.more(area, true, modal.len() - visible.end);
    let mut row = head + height + 1;
    let mut cursor = None;
    for option in 0..modal.options() {
        canvas.line(inside, row, &choice(app, modal, option));
        if modal.focus == Focus::Choice && modal.selected == option {
            canvas.highlight(inside, row, Role::Selection);
            cursor = Some(row_cursor(inside, row));
        }
        row += 1;
    }
    if modal.has_input() {
        let caret = input_line(
            canvas,
            inside,
            row,
            &label(modal, inside.width),
            &modal.input,
        );
        cursor = (modal.focus == Focus::Input).then_some(caret).or(cursor);
        row += 2;
    }
    if modal.waiting {
        waiting(app, canvas, inside, row);
    } else {
        buttons(modal, canvas, inside, row);
    }
    if canvas.theme.accessible && cursor.is_none() {
        let row = match modal.row() {
            Some(row) => head + row.saturating_sub(visible.start),
            None if modal.buttons().is_some() => row,
            None => 0,
        };
        cursor = Some(row_cursor(inside, row));
    }
    cursor
}

/// Returns the label of the input.
fn label(modal: &Modal, space: u16) -> String {
    match modal.name() {
        Some(name) => {
            let long = format!("Type the database name, {name}: ");
            // The input has to be visible.
            let fits = width(&safe(&long)) + width(&safe(name)) < usize::from(space);
            if fits { long } else { format!("Type {name}: ") }
        }
        None if modal.dialog.is_path() => "Path: ".to_owned(),
        None => ":".to_owned(),
    }
}

/// Draws the visible lines; those of a list are made here.
fn rows(app: &App, modal: &Modal, canvas: &mut Canvas<'_>, inside: Rect, visible: Range<usize>) {
    if modal.head() == 0 {
        for (n, index) in visible.enumerate() {
            canvas.line(inside, n, &line(app, modal, index));
        }
        return;
    }
    let space = usize::from(inside.width);
    let lines = match &modal.dialog {
        Dialog::History => history::rows(app, visible, space),
        Dialog::Access => access::rows(app, visible),
        Dialog::Holders(_) => lists::holders(app, visible, space),
        Dialog::Findings => lists::findings(app, visible, space),
        _ => Vec::new(),
    };
    for (n, line) in lines.iter().enumerate() {
        canvas.line(inside, n, line);
    }
}

/// An option of a file that is written.
fn choice(app: &App, modal: &Modal, option: usize) -> Line {
    let sign = if modal.selected == option {
        "(x) "
    } else {
        "( ) "
    };
    let line = Line::of(Role::Key, sign);
    let roots = match &modal.dialog {
        Dialog::Export(roots) => roots,
        Dialog::WriteFile if option == 0 => {
            return line.and(
                Role::Text,
                "what was chosen, for the product's own import into the target",
            );
        }
        Dialog::WriteFile => {
            return line.and(
                Role::Text,
                "everything that the target has after the import",
            );
        }
        _ => return line,
    };
    if option == 0 {
        return line.and(Role::Text, "everything in the target");
    }
    let Some(review) = &app.review else {
        return line;
    };
    let kind = &review.subject.export_kind;
    let title = review
        .plan()
        .kinds()
        .iter()
        .find(|info| info.kind == *kind)
        .map_or("Items", |info| info.title);
    if roots.is_empty() {
        return line.and(
            Role::Dim,
            &format!("{title}: no chosen or selected item exists in the target"),
        );
    }
    let keys: Vec<&str> = roots
        .iter()
        .take(MAX_NAMES)
        .map(|root| &*root.key)
        .collect();
    line.and(
        Role::Text,
        &format!("{title}: {}, with what they require: ", roots.len()),
    )
    .and(Role::Text, &keys.join(", "))
}

/// Shows the progress of the file being written.
fn waiting(app: &App, canvas: &mut Canvas<'_>, inside: Rect, row: usize) {
    let row = row.min(usize::from(inside.height).saturating_sub(1));
    let phases = app
        .job
        .as_ref()
        .map(|job| job.phases.as_slice())
        .unwrap_or_default();
    let line = match phases.last() {
        Some(progress) => phase_line(app, progress, false, usize::from(inside.width)),
        None => Line::of(Role::Dim, &format!("{}writing the file", spinner(app))),
    };
    canvas.line(inside, row, &line);
}

/// Returns a line of a modal; the items of a result are made when visible.
fn line(app: &App, modal: &Modal, index: usize) -> Line {
    if let Some(line) = modal.lines().get(index) {
        return line.clone();
    }
    let index = index - modal.lines().len();
    if modal.dialog == Dialog::ScopeFilter {
        return lists::choice(app, index);
    }
    let edited = app
        .scopes
        .as_ref()
        .and_then(|scopes| scopes.edited.as_ref());
    if let (Dialog::Edited, Some(edited)) = (&modal.dialog, edited) {
        let done = Line::of(Role::Text, app.theme.glyphs.done);
        let item = edited.items.get(index);
        return item.map_or_else(Line::new, |id| {
            done.and(Role::Text, &format!(" {} {}", id.kind, id.key))
        });
    }
    if modal.dialog == Dialog::Undone {
        let item = app
            .undone
            .as_ref()
            .and_then(|undone| undone.items.get(index));
        let done = Line::of(Role::Text, app.theme.glyphs.done);
        return item.map_or_else(Line::new, |id| {
            done.and(Role::Text, &format!(" {} {}", id.kind, id.key))
        });
    }
    let (Some(receipt), Some(review)) = (&app.receipt, &app.review) else {
        return Line::new();
    };
    let (Some(outcome), Some(entry)) = (receipt.outcomes.get(index), review.entry(index)) else {
        return Line::new();
    };
    let mark = review.status(index);
    let sign = if mark.is_written() {
        app.theme.glyphs.done
    } else {
        mark.glyph(app.theme.glyphs)
    };
    let mut line = Line::of(mark.role(), &format!("{sign} {}", done(*outcome)));
    line.pad_to(17);
    line.push(
        Role::Text,
        &format!("{} {}", entry.item.id.kind, labels(entry).0),
    );
    line.push(Role::Dim, &format!("  {}", entry.item.name));
    if let Some(matched) = &entry.matched {
        line.push(Role::Dim, &format!("  {matched}"));
    }
    line
}

fn buttons(modal: &Modal, canvas: &mut Canvas<'_>, area: Rect, row: usize) {
    let Some((cancel, go)) = modal.buttons() else {
        return;
    };
    // The last row, whatever else had to be cut.
    let row = row.min(usize::from(area.height).saturating_sub(1));
    let role = |focus| {
        if modal.focus == focus {
            Role::ButtonFocus
        } else {
            Role::Button
        }
    };
    let shown = |focus, word: &str| {
        if modal.focus == focus {
            format!("[ {word} ]")
        } else {
            format!("  {word}  ")
        }
    };
    let mut line = Line::of(role(Focus::Cancel), &shown(Focus::Cancel, cancel));
    if let Some(word) = go {
        line.push(Role::Text, "   ");
        line.push(role(Focus::Go), &shown(Focus::Go, word));
    }
    if let Some(why) = &modal.barred {
        line.push(Role::Blocked, &format!("  {why}"));
    }
    canvas.line(area, row, &line);
}
