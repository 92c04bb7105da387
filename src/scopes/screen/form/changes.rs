//! The differences between two drafts of a scope, with the product page's labels.

use crate::engine::diff::segments;
use crate::engine::{Change, Value};
use crate::scopes::{Draft, Part, Span};
use crate::tui::screen::review::detail;
use crate::tui::{Glyphs, Line};

/// Lays out the differences from `before`, as the detail does.
pub(crate) fn differences(
    draft: &Draft,
    before: Option<&Draft>,
    width: usize,
    glyphs: &'static Glyphs,
) -> Vec<Line> {
    let changes: Vec<Change> = draft.changes(before).into_iter().map(in_words).collect();
    detail::differences(&changes, width, glyphs)
}

/// Labels the field as the product's page does; a duration gets its unit.
fn in_words(change: Change) -> Change {
    let field = segments(&change.path).next().unwrap_or_default();
    let Some(part) = Part::ALL.into_iter().find(|part| part.field() == field) else {
        return change;
    };
    let rest = change.path.get(field.len() + 1..).unwrap_or_default();
    let path = format!("/{}{rest}", part.label());
    let value = |value: Value| match (part, value) {
        (Part::Duration, Value::Int(0)) => Value::Text("0 (no limit)".into()),
        (Part::Duration, Value::Int(seconds)) => Value::Text(Span::new(seconds).to_string().into()),
        (Part::Times, Value::Int(0)) => Value::Text("0 (no limit)".into()),
        (_, value) => value,
    };
    Change {
        path,
        before: value(change.before.clone()),
        after: value(change.after.clone()),
        ..change
    }
}
