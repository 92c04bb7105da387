//! The line in which text is typed.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::{Canvas, Line, width};
use crate::tui::theme::Role;

/// Draws an input after its label; returns the position of its cursor.
pub(crate) fn input_line(
    canvas: &mut Canvas<'_>,
    area: Rect,
    row: usize,
    label: &str,
    input: &Input,
) -> Position {
    let label = Line::of(Role::Key, label);
    canvas.line(area, row, &label);
    let left = u16::try_from(label.width())
        .unwrap_or(u16::MAX)
        .min(area.width);
    let space = usize::from(area.width - left).max(1);
    let scroll = input.visual_scroll(space.saturating_sub(1).max(1));
    let mut skipped = 0;
    let shown: String = input
        .value()
        .chars()
        .skip_while(|c| {
            let skip = skipped < scroll;
            skipped += width(c.encode_utf8(&mut [0; 4]));
            skip
        })
        .collect();
    let rest = Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    };
    let mut line = Line::of(Role::Input, &shown);
    line.pad_to(8.min(space));
    canvas.line(rest, row, &line);
    let column = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
    let row = u16::try_from(row).unwrap_or(0);
    Position::new(rest.x.saturating_add(column), area.y.saturating_add(row))
}
