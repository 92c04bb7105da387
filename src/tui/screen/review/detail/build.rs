//! The lines of the detail pane for a node, laid out for its width.

use super::layout::{DetailLayout, DetailOptions, DetailRow};
use super::{changes, item, node};
use crate::engine::Change;
use crate::tui::screen::review::Review;
use crate::tui::screen::review::node::Node;
use crate::tui::{Glyphs, Line};

/// Builds the lines for a node.
pub(crate) fn build(
    review: &Review,
    node: Node,
    options: DetailOptions,
    width: usize,
    glyphs: &'static Glyphs,
) -> Vec<DetailRow> {
    let mut layout = DetailLayout::new(width, options, glyphs);
    match node {
        Node::Item(index) => item::item(&mut layout, review, index),
        Node::Kind(kind) => node::kind(&mut layout, review, kind),
        Node::Branch(index, branch) => node::branch(&mut layout, review, index, branch),
        Node::Element(index, branch, member) => {
            node::element(&mut layout, review, index, (branch, member));
        }
        Node::TargetItem(kind, index) => {
            node::target_item(&mut layout, review, kind, index);
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
    let mut layout = DetailLayout::new(width, DetailOptions::default(), glyphs);
    changes::changes(&mut layout, changes, None);
    layout.finish().into_iter().map(|row| row.line).collect()
}
