//! A buffer with a theme: puts lines, rows and boxes, cut to their area.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::widgets::{Block, Clear, Widget as _};

use super::text::{Line, cut, width};
use crate::tui::theme::{Role, Theme};

/// Where views draw.
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    pub(crate) theme: &'a Theme,
}

impl<'a> Canvas<'a> {
    /// Returns a canvas on a buffer.
    pub(crate) const fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, theme }
    }

    /// Puts a line on row `row` of an area, cut to its width.
    pub(crate) fn line(&mut self, area: Rect, row: usize, line: &Line) {
        let Some(area) = self.row(area, row) else {
            return;
        };
        let mut space = usize::from(area.width);
        let mut rest = line.width();
        for piece in line.pieces() {
            let wide = width(piece.text());
            // The ellipsis of this piece has to stand for the rest.
            let text = if rest > space && wide >= space {
                cut(
                    &format!("{}\u{20}", piece.text()),
                    space,
                    self.theme.glyphs.ellipsis,
                )
            } else {
                piece.text().to_owned()
            };
            let x = area.right() - u16::try_from(space).unwrap_or(0);
            self.buffer
                .set_stringn(x, area.y, &text, space, self.theme.style(piece.role));
            space = space.saturating_sub(width(&text));
            rest -= wide;
            if space == 0 {
                return;
            }
        }
    }

    /// Puts a line at the right end of row `row`; returns how many columns are
    /// left before it.
    pub(crate) fn line_right(&mut self, area: Rect, row: usize, line: &Line) -> u16 {
        let wide = u16::try_from(line.width())
            .unwrap_or(u16::MAX)
            .min(area.width);
        let right = Rect {
            x: area.right() - wide,
            width: wide,
            ..area
        };
        self.line(right, row, line);
        area.width - wide
    }

    /// Applies a role to row `row`, as for the selection.
    pub(crate) fn highlight(&mut self, area: Rect, row: usize, role: Role) {
        if let Some(area) = self.row(area, row) {
            self.style(area, self.theme.style(role));
        }
    }

    /// Applies a style to an area.
    pub(crate) fn style(&mut self, area: Rect, style: Style) {
        self.buffer
            .set_style(area.intersection(self.buffer.area), style);
    }

    /// Clears an area.
    pub(crate) fn clear(&mut self, area: Rect) {
        Clear.render(area.intersection(self.buffer.area), self.buffer);
    }

    /// Draws a box with a title and returns its inside. The accessible theme
    /// has no boxes: the title is a line of its own.
    pub(crate) fn boxed(&mut self, area: Rect, title: &Line, focused: bool) -> Rect {
        let area = area.intersection(self.buffer.area);
        if self.theme.accessible {
            self.line(area, 0, title);
            let down = 1.min(area.height);
            return Rect {
                y: area.y + down,
                height: area.height - down,
                ..area
            };
        }
        let block = Block::bordered()
            .border_set(self.theme.glyphs.border)
            .border_style(self.theme.style(Role::Border))
            .merge_borders(MergeStrategy::Exact);
        let inside = block.inner(area);
        block.render(area, self.buffer);
        if focused {
            // Only the line with the title: to recolour whole borders when the
            // focus moves costs several kilobytes over the link.
            self.highlight(area, 0, Role::BorderFocus);
        }
        if area.width > 4 {
            let space = Rect {
                x: area.x + 2,
                width: area.width - 4,
                ..area
            };
            self.line(space, 0, title);
        }
        inside
    }

    /// Draws the box of a pane and returns its inside.
    pub(crate) fn pane(&mut self, area: Rect, title: &Line, focused: bool) -> Rect {
        let mut shown = Line::of(Role::Text, " ");
        shown.append(title);
        shown.push(Role::Text, " ");
        if self.theme.accessible && focused {
            shown.push(Role::Dim, "(focus)");
        }
        self.boxed(area, &shown, focused)
    }

    /// Shows in the lower border of an area how much is below.
    pub(crate) fn more(&mut self, area: Rect, focused: bool, below: usize) {
        if below > 0 {
            self.in_border(area, focused, &format!(" {below} more "));
        }
    }

    /// Puts a text into the lower border of an area, if it has one.
    pub(crate) fn in_border(&mut self, area: Rect, focused: bool, text: &str) {
        if self.theme.accessible || area.height < 2 || area.width < 6 {
            return;
        }
        let border = Rect {
            x: area.x + 1,
            width: area.width - 3,
            ..area
        };
        let line = Line::of(Role::border(focused), text);
        self.line_right(border, usize::from(area.height) - 1, &line);
    }

    fn row(&self, area: Rect, row: usize) -> Option<Rect> {
        let row = u16::try_from(row).ok().filter(|row| *row < area.height)?;
        let line = Rect {
            y: area.y.checked_add(row)?,
            height: 1,
            ..area
        }
        .intersection(self.buffer.area);
        (line.width > 0 && line.height > 0).then_some(line)
    }
}

/// Returns the start of a row, for the hardware cursor.
pub(crate) fn row_cursor(inside: Rect, row: usize) -> Position {
    let row = u16::try_from(row).unwrap_or(u16::MAX);
    Position::new(inside.x, inside.y.saturating_add(row))
}
