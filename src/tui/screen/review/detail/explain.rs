//! The explanation of an item's status.

use super::item::outlook;
use crate::engine::{Entry, Matched};
use crate::tui::screen::review::Review;
use crate::tui::{Glyphs, Line, Role};

/// Explains an item: identity, position in the file, status, every reason.
pub(crate) fn explain(review: &Review, index: usize, glyphs: &'static Glyphs) -> Vec<Line> {
    let Some(entry) = review.entry(index) else {
        return Vec::new();
    };
    let status = review.status(index);
    let pair = |label: &str, text: &str| {
        let mut line = Line::of(Role::Dim, label);
        line.pad_to(12);
        line.and(Role::Text, text)
    };
    let mut lines = vec![
        pair("item", &entry.item.id.to_string()),
        pair("name", &entry.item.name),
        pair("in file", &entry.item.path),
        pair("matched", &matched(entry)),
        Line::of(Role::Dim, "status      ")
            .and(
                status.role(),
                &format!("{} {}", status.glyph(glyphs), status.word()),
            )
            .and(Role::Dim, &format!(" {} {}", glyphs.dot, outlook(status))),
    ];
    let state = review.resolution().state(index);
    for reason in state.into_iter().flat_map(|state| state.reasons(entry)) {
        lines.push(Line::new());
        lines.push(pair("why", &reason.message));
        lines.push(pair("code", &reason.code));
        for id in &reason.about {
            lines.push(pair("depends on", &id.to_string()));
        }
    }
    for warning in &entry.warnings {
        lines.push(Line::new());
        lines.push(pair("warning", &warning.message));
        lines.push(pair("code", &warning.code));
    }
    lines
}

fn matched(entry: &Entry) -> String {
    let id = &entry.item.id;
    if let Some(Matched { by, target }) = &entry.matched {
        return format!(
            "by {by}: the target has {} '{}' under the id '{target}'",
            id.kind, id.key
        );
    }
    let found = if entry.base.is_some() {
        "the target has it"
    } else {
        "the target does not have it"
    };
    format!("by kind and key: {} '{}'; {found}", id.kind, id.key)
}
