//! The left pane: kinds, items, their sets and elements.

use ratatui::layout::Position;

use super::pane::pane_box;
use crate::tui::screen::review::branch::ElementStatus;
use crate::tui::screen::review::node::{Node, Row};
use crate::tui::screen::review::view::names::{counts, name, push_matched};
use crate::tui::screen::review::{Filter, Review};
use crate::tui::{App, Canvas, Line, Pane, Panes, Role, cut, row_cursor, width};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, panes: &Panes) -> Option<Position> {
    let review = app.review.as_ref()?;
    let mut title = Line::of(Role::Title, "Import");
    if review.filter != Filter::All {
        title.push(
            Role::Dim,
            &format!(" {} {}", app.theme.glyphs.dot, review.filter.word()),
        );
    }
    let inside = pane_box(app, canvas, panes, Pane::Tree, &title);
    let height = usize::from(inside.height);
    let visible = review.tree.window(height);
    let top = visible.start;
    for (n, row) in review
        .tree
        .rows()
        .get(visible)
        .into_iter()
        .flatten()
        .enumerate()
    {
        let (left, right) = lines(app, review, *row, usize::from(inside.width));
        canvas.line(inside, n, &left);
        canvas.line_right(inside, n, &right);
    }
    let index = review.tree.at().checked_sub(top)?;
    canvas.highlight(inside, index, Role::selection(app.focus == Pane::Tree));
    Some(row_cursor(inside, index))
}

/// Lays out a row: its label and its counts.
fn lines(app: &App, review: &Review, row: Row, space: usize) -> (Line, Line) {
    let glyphs = app.theme.glyphs;
    let node = row.node;
    let mut left = Line::new();
    left.pad_to(usize::from(row.depth) * 2);
    let fold = match (node.has_children(review.plan()), review.is_open(node)) {
        (true, true) => glyphs.open,
        (true, false) => glyphs.closed,
        (false, _) => " ",
    };
    left.push(Role::Dim, fold);
    left.push(Role::Text, " ");
    let name = name(review, node);
    let role = match node {
        Node::Item(index) => {
            let mark = review.status(index);
            left.push(mark.role(), mark.glyph(glyphs));
            left.push(Role::Text, " ");
            mark.role()
        }
        Node::Element(index, branch, member) => {
            let status = review
                .member(index, branch, member)
                .map_or(ElementStatus::Same, |member| member.status);
            left.push(status.role(), status.glyph(glyphs));
            left.push(Role::Text, " ");
            status.role()
        }
        Node::TargetItem(..) => {
            left.push(Role::Kept, glyphs.kept);
            left.push(Role::Text, " ");
            Role::Kept
        }
        Node::Missing(_) => {
            left = Line::of(Role::Warning, glyphs.warning).and(Role::Text, " ");
            Role::Text
        }
        Node::Kind(_)
        | Node::Branch(..)
        | Node::MissingObject(_)
        | Node::Warnings
        | Node::Warning(_) => Role::Text,
    };
    let tail = space.saturating_sub(left.width() + width(&name) + 1);
    let right = tally(app, review, node, tail.max(space / 2));
    let name_width =
        space.saturating_sub(left.width() + right.width() + usize::from(right.width() > 0));
    let name = cut(
        &crate::engine::display::safe(&name),
        name_width,
        glyphs.ellipsis,
    );
    push_matched(&mut left, app, role, &name);
    (left, right)
}

/// Returns the counts below a node, by outcome.
fn tally(app: &App, review: &Review, node: Node, space: usize) -> Line {
    let glyphs = app.theme.glyphs;
    match node {
        Node::Kind(kind) => counts(&review.kind_counts(kind), glyphs, space),
        Node::Branch(index, branch) => {
            let members = review
                .branch(index, branch)
                .map_or(&[][..], |branch| &branch.members);
            let mut line = Line::new();
            for status in [
                ElementStatus::Add,
                ElementStatus::Change,
                ElementStatus::Remove,
                ElementStatus::Keep,
                ElementStatus::Same,
            ] {
                let n = members
                    .iter()
                    .filter(|member| member.status == status)
                    .count();
                if n > 0 {
                    line.push(Role::Text, if line.width() > 0 { " " } else { "" });
                    line.push(status.role(), &format!("{n}{}", status.glyph(glyphs)));
                }
            }
            line
        }
        Node::Missing(list) => {
            let role = if review.choices.missing_confirmed {
                Role::Dim
            } else {
                Role::Blocked
            };
            Line::of(role, &list.places(review.plan()).len().to_string())
        }
        Node::Warnings => Line::of(Role::Dim, &review.warnings.len().to_string()),
        Node::Item(_)
        | Node::TargetItem(..)
        | Node::Element(..)
        | Node::MissingObject(_)
        | Node::Warning(_) => Line::new(),
    }
}
