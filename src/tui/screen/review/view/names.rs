//! What tree and list share: names of rows, counts, matches.

use crate::engine::Missing;
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::screen::review::Review;
use crate::tui::screen::review::label::{labels, labels_of};
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::query::find;
use crate::tui::{App, Glyphs, Line, Role, width};

/// Returns the label of a row.
pub(crate) fn name(review: &Review, node: Node) -> String {
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
        Node::TargetItem(kind, index) => review
            .target_item(kind, index)
            .map(|item| labels_of(&item.id.key, &item.name).0.to_owned())
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
            .map(|found| found.sentence().into_owned())
            .unwrap_or_default(),
    }
}

/// Adds a text with the search's match in it marked.
pub(crate) fn push_matched(line: &mut Line, app: &App, role: Role, text: &str) {
    let text = crate::engine::display::safe(text);
    line.push_found(role, &text, find(&text, &app.search.query));
}

/// Returns counts as `3+ 5~ 2✗`, without the lesser ones where they do not fit.
pub(crate) fn counts(counts: &Counts, glyphs: &'static Glyphs, space: usize) -> Line {
    let mut parts: Vec<(Role, String)> = Vec::new();
    let shown = [
        (counts.of(ItemStatus::Add), ItemStatus::Add),
        (counts.of(ItemStatus::Cover), ItemStatus::Cover),
        (counts.of(ItemStatus::Differs), ItemStatus::Differs),
        (counts.blocked(), ItemStatus::CannotAdd),
        (counts.of(ItemStatus::Unchanged), ItemStatus::Unchanged),
        (counts.of(ItemStatus::LeftOut), ItemStatus::LeftOut),
    ];
    for (n, mark) in shown.into_iter().filter(|(n, _)| *n > 0) {
        parts.push((mark.role(), format!("{n}{}", mark.glyph(glyphs))));
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
