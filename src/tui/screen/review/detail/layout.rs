//! Collecting the lines of the detail pane for its width.

use crate::tui::{Glyphs, Line, Role, width, wrap};

/// The maximum number of lines; the list beside the pane has the rest.
const MAX_LINES: usize = 2_000;

/// A line, and which of the item's changes it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DetailRow {
    pub(crate) line: Line,
    pub(crate) change: Option<usize>,
}

/// Display options of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DetailOptions {
    /// Include unchanged fields.
    pub(crate) unchanged: bool,
    /// Values of target and file side by side.
    pub(crate) side_by_side: bool,
}

/// The minimum width of a pane for values side by side.
pub(crate) const SIDE_BY_SIDE: usize = 56;

/// Collects lines laid out for a width.
pub(super) struct DetailLayout {
    pub(super) rows: Vec<DetailRow>,
    pub(super) width: usize,
    pub(super) options: DetailOptions,
    pub(super) glyphs: &'static Glyphs,
    /// The change that the next lines belong to.
    pub(super) change: Option<usize>,
}

impl DetailLayout {
    /// Returns an empty layout.
    pub(super) fn new(width: usize, options: DetailOptions, glyphs: &'static Glyphs) -> Self {
        Self {
            rows: Vec::new(),
            width: width.max(8),
            options,
            glyphs,
            change: None,
        }
    }

    pub(super) fn push(&mut self, line: Line) {
        self.rows.push(DetailRow {
            line,
            change: self.change,
        });
    }

    pub(super) fn blank(&mut self) {
        if self.rows.last().is_some_and(|row| row.line.width() > 0) {
            self.push(Line::new());
        }
    }

    /// Pushes a text over as many lines as it needs.
    pub(super) fn text(&mut self, role: Role, text: &str) {
        for line in wrap(&safe(text), self.width) {
            self.push(Line::of(role, &line));
        }
    }

    /// Pushes a text after a label; continuation lines are aligned with the text.
    /// If the label leaves little room, the text starts on a line of its own.
    pub(super) fn labelled(&mut self, label: (Role, &str), text: (Role, &str)) {
        let after = width(label.1) + 1;
        let whole = width(text.1);
        let fits = after + whole <= self.width || after * 3 <= self.width * 2;
        let indent = if fits { after } else { 4.min(self.width / 2) };
        let mut line = Line::of(label.0, label.1);
        if !fits {
            self.push(std::mem::take(&mut line));
        }
        for part in wrap(&safe(text.1), self.width.saturating_sub(indent)) {
            line.pad_to(indent);
            line.push(text.0, &part);
            self.push(std::mem::take(&mut line));
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= MAX_LINES
    }

    pub(super) fn finish(mut self) -> Vec<DetailRow> {
        while self.rows.last().is_some_and(|row| row.line.width() == 0) {
            self.rows.pop();
        }
        self.rows
    }
}

/// Text is measured as it is displayed.
pub(super) fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    crate::engine::display::safe(text)
}
