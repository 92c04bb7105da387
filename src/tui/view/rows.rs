//! What tree and list share: names of rows, counts, matches.

use crate::engine::Missing;
use crate::tui::app::App;
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::label::labels;
use crate::tui::node::Node;
use crate::tui::review::Review;
use crate::tui::search::find;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widget::{Line, width};

/// Returns the label of a row.
pub(super) fn name(review: &Review, node: Node) -> String {
    match node {
        Node::Kind(kind) => review.kind_title(kind).to_owned(),
        Node::Item(index) => review
            .entry(index)
            .map(|entry| labels(entry).0.to_owned())
            .unwrap_or_default(),
        Node::Branch(index, branch) => review
            .branch(index, branch)
            .map(|branch| branch.title.clone())
            .unwrap_or_default(),
        Node::Element(index, branch, member) => review
            .member(index, branch, member)
            .map(|member| member.label.clone())
            .unwrap_or_default(),
        Node::Missing(list) => list.title().to_owned(),
        Node::MissingObject(index) => review
            .plan()
            .missing()
            .get(index)
            .map(Missing::label)
            .unwrap_or_default(),
        Node::Warnings => "Warnings".to_owned(),
        Node::Warning(index) => review
            .warnings
            .get(index)
            .map(|found| found.message.clone())
            .unwrap_or_default(),
    }
}

/// Adds a text with the search's match in it marked.
pub(super) fn push_matched(line: &mut Line, app: &App, role: Role, text: &str) {
    let text = crate::engine::display::safe(text);
    let Some((start, end)) = find(&text, &app.search.query) else {
        line.push(role, &text);
        return;
    };
    line.push(role, text.get(..start).unwrap_or_default());
    line.push(Role::Match, text.get(start..end).unwrap_or_default());
    line.push(role, text.get(end..).unwrap_or_default());
}

/// Returns counts as `3+ 5~ 2✗`, without the lesser ones where they do not fit.
pub(super) fn counts(counts: &Counts, glyphs: &'static Glyphs, space: usize) -> Line {
    let mut parts: Vec<(Role, String)> = Vec::new();
    let shown = [
        (counts.of(ItemStatus::Add), ItemStatus::Add),
        (counts.of(ItemStatus::Cover), ItemStatus::Cover),
        (counts.of(ItemStatus::Differs), ItemStatus::Differs),
        (counts.blocked(), ItemStatus::CannotAdd),
        (counts.of(ItemStatus::Unchanged), ItemStatus::Unchanged),
        (counts.of(ItemStatus::LeftOut), ItemStatus::LeftOut),
    ];
    for (n, status) in shown.into_iter().filter(|(n, _)| *n > 0) {
        parts.push((status.role(), format!("{n}{}", status.glyph(glyphs))));
    }
    let length =
        |parts: &[(Role, String)]| parts.iter().map(|(_, text)| width(text) + 1).sum::<usize>();
    while length(&parts) > space + 1 {
        parts.pop();
    }
    let mut line = Line::new();
    for (n, (role, text)) in parts.iter().enumerate() {
        line.push(Role::Text, if n == 0 { "" } else { " " });
        line.push(*role, text);
    }
    line
}
