//! Boxes over the review.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use crate::tui::app::App;
use crate::tui::detail::done;
use crate::tui::modal::{Modal, Question, Stop};
use crate::tui::skin::Role;
use crate::tui::widget::{Canvas, Line, window};

pub(super) fn draw(app: &App, modal: &Modal, canvas: &mut Canvas<'_>, size: (u16, u16)) -> Option<Position> {
    let area = modal.area(size);
    canvas.clear(area);
    let title = Line::of(Role::Title, &format!(" {} ", modal.title));
    let boxed = canvas.boxed(area, &title, true);
    let inside = Rect { x: boxed.x + 1.min(boxed.width), width: boxed.width.saturating_sub(2), ..boxed };
    let height = usize::from(inside.height.saturating_sub(modal.chrome() - 2));
    let at = if modal.question == Question::Palette { modal.at } else { modal.top };
    let visible = window(modal.len(), at, modal.top, height);
    let below = modal.len() - visible.end;
    for (n, at) in visible.clone().enumerate() {
        canvas.line(inside, n, &line(app, modal, at));
    }
    if modal.question == Question::Palette && modal.len() > 0 {
        canvas.mark(inside, modal.at.saturating_sub(visible.start), Role::Selection);
    }
    more(canvas, area, below);
    let mut row = height + 1;
    let mut cursor = None;
    if modal.has_input() {
        let label = match &modal.question {
            Question::Import(Some(name)) => format!("Type the database's name, {name}: "),
            _ => ":".to_owned(),
        };
        let at = input_line(canvas, inside, row, &label, &modal.input);
        cursor = (modal.stop == Stop::Input).then_some(at);
        row += 2;
    }
    buttons(modal, canvas, inside, row);
    if canvas.skin.accessible && cursor.is_none() {
        let row = if modal.buttons().is_some() { row } else { 0 };
        cursor = Some(super::tree::cursor(inside, row));
    }
    cursor
}

/// Returns a line of a modal; the items of a result are made as they are seen.
fn line(app: &App, modal: &Modal, at: usize) -> Line {
    if let Some(line) = modal.lines().get(at) {
        return line.clone();
    }
    let at = at - modal.lines().len();
    let (Some(receipt), Some(review)) = (&app.receipt, &app.review) else { return Line::new() };
    let (Some(outcome), Some(entry)) = (receipt.outcomes.get(at), review.entry(at)) else {
        return Line::new();
    };
    let mark = review.mark(at);
    let sign = if mark.is_written() { app.skin.glyphs.done } else { mark.glyph(app.skin.glyphs) };
    let mut line = Line::of(mark.role(), &format!("{sign} {}", done(*outcome)));
    line.pad_to(17);
    line.push(Role::Text, &format!("{} {}", entry.item.id.kind, entry.item.id.key));
    line.push(Role::Dim, &format!("  {}", entry.item.name));
    line
}

fn more(canvas: &mut Canvas<'_>, area: Rect, below: usize) {
    if below > 0 && !canvas.skin.accessible && area.width > 6 && area.height > 1 {
        let border = Rect { x: area.x + 1, width: area.width - 3, ..area };
        let text = format!(" {below} more ");
        canvas.line_right(border, usize::from(area.height) - 1, &Line::of(Role::BorderFocus, &text));
    }
}

fn buttons(modal: &Modal, canvas: &mut Canvas<'_>, area: Rect, row: usize) {
    let Some((cancel, go)) = modal.buttons() else { return };
    // The last row, whatever else had to be cut.
    let row = row.min(usize::from(area.height).saturating_sub(1));
    let role = |stop| if modal.stop == stop { Role::ButtonFocus } else { Role::Button };
    let shown = |stop, word: &str| {
        if modal.stop == stop { format!("[ {word} ]") } else { format!("  {word}  ") }
    };
    let mut line = Line::of(role(Stop::Cancel), &shown(Stop::Cancel, cancel));
    if let Some(word) = go {
        line.push(Role::Text, "   ");
        line.push(role(Stop::Go), &shown(Stop::Go, word));
    }
    if let Some(why) = &modal.barred {
        line.push(Role::Blocked, &format!("  {why}"));
    }
    canvas.line(area, row, &line);
}

/// Draws a line that is typed after its label; returns where its cursor is.
pub(super) fn input_line(
    canvas: &mut Canvas<'_>,
    area: Rect,
    row: usize,
    label: &str,
    input: &Input,
) -> Position {
    let label = Line::of(Role::Key, label);
    canvas.line(area, row, &label);
    let left = u16::try_from(label.width()).unwrap_or(u16::MAX).min(area.width);
    let room = usize::from(area.width - left).max(1);
    let scroll = input.visual_scroll(room.saturating_sub(1).max(1));
    let mut skipped = 0;
    let shown: String = input
        .value()
        .chars()
        .skip_while(|c| {
            let skip = skipped < scroll;
            skipped += crate::tui::widget::width(c.encode_utf8(&mut [0; 4]));
            skip
        })
        .collect();
    let rest = Rect { x: area.x + left, width: area.width - left, ..area };
    let mut line = Line::of(Role::Input, &shown);
    line.pad_to(8.min(room));
    canvas.line(rest, row, &line);
    let column = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    let row = u16::try_from(row).unwrap_or(0);
    Position::new(rest.x.saturating_add(column), area.y.saturating_add(row))
}
