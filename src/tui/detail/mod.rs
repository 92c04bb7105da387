//! The lines of the detail pane, laid out for its width.

mod changes;
mod explain;
mod item;
mod node;
mod text;
mod value;

use super::node::Node;
use super::review::Review;
use super::theme::{Glyphs, Role};
use super::widget::{Line, wrap};
use crate::engine::Change;

pub(crate) use changes::as_text;
pub(crate) use explain::explain;
pub(crate) use item::done;
pub(crate) use node::ignored;
pub(crate) use value::brief;

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

/// Builds the lines for a node.
pub(crate) fn build(
    review: &Review,
    node: Node,
    options: DetailOptions,
    width: usize,
    glyphs: &'static Glyphs,
) -> Vec<DetailRow> {
    let mut layout = DetailLayout {
        rows: Vec::new(),
        width: width.max(8),
        options,
        glyphs,
        change: None,
    };
    match node {
        Node::Item(index) => item::item(&mut layout, review, index),
        Node::Kind(kind) => node::kind(&mut layout, review, kind),
        Node::Branch(index, branch) => node::branch(&mut layout, review, index, branch),
        Node::Element(index, branch, member) => {
            node::element(&mut layout, review, index, (branch, member));
        }
        Node::Missing(list) => node::missing(&mut layout, review, list),
        Node::MissingObject(index) => node::missing_object(&mut layout, review, index),
        Node::Warnings => node::warnings(&mut layout, review),
        Node::Warning(index) => node::warning(&mut layout, review, index),
    }
    layout.finish()
}

/// Lays out changes that belong to no item under review.
pub(crate) fn differences(changes: &[Change], width: usize, glyphs: &'static Glyphs) -> Vec<Line> {
    let options = DetailOptions::default();
    let mut layout = DetailLayout {
        rows: Vec::new(),
        width: width.max(8),
        options,
        glyphs,
        change: None,
    };
    changes::changes(&mut layout, changes);
    layout.finish().into_iter().map(|row| row.line).collect()
}

/// Collects lines laid out for a width.
struct DetailLayout {
    rows: Vec<DetailRow>,
    width: usize,
    options: DetailOptions,
    glyphs: &'static Glyphs,
    /// The change that the next lines belong to.
    change: Option<usize>,
}

impl DetailLayout {
    fn push(&mut self, line: Line) {
        self.rows.push(DetailRow {
            line,
            change: self.change,
        });
    }

    fn blank(&mut self) {
        if self.rows.last().is_some_and(|row| row.line.width() > 0) {
            self.push(Line::new());
        }
    }

    /// Pushes a text over as many lines as it needs.
    fn text(&mut self, role: Role, text: &str) {
        for line in wrap(&safe(text), self.width) {
            self.push(Line::of(role, &line));
        }
    }

    /// Pushes a text after a label; continuation lines are aligned with the text.
    /// If the label leaves little room, the text starts on a line of its own.
    fn labelled(&mut self, label: (Role, &str), text: (Role, &str)) {
        let after = super::widget::width(label.1) + 1;
        let whole = super::widget::width(text.1);
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

    fn is_full(&self) -> bool {
        self.rows.len() >= MAX_LINES
    }

    fn finish(mut self) -> Vec<DetailRow> {
        while self.rows.last().is_some_and(|row| row.line.width() == 0) {
            self.rows.pop();
        }
        self.rows
    }
}

/// Text is measured as it is displayed.
fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    crate::engine::display::safe(text)
}
