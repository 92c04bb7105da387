//! The rows of the list of who can call what.

use std::ops::Range;

use crate::tui::screen::review::Review;
use crate::tui::{Act, App, Context, Line, Role};

/// Lays out the visible rows below their heading.
pub(crate) fn rows(app: &App, visible: Range<usize>) -> Vec<Line> {
    let Some(access) = app.review.as_ref().and_then(Review::access) else {
        return Vec::new();
    };
    let ([subject, _], [object, _]) = (&access.words().subject, &access.words().object);
    let (by, other) = if app.access.by_object {
        (object, subject)
    } else {
        (subject, object)
    };
    let key = app
        .keymap
        .key(Context::Access, Act::SwitchGrouping)
        .unwrap_or_default();
    let head = Line::of(Role::Dim, &format!("by {by} ({key}: by {other})"));
    let rows = app.access.rows().get(visible).unwrap_or_default();
    let rows = rows.iter().map(|row| app.access.line(access, *row));
    std::iter::once(head).chain(rows).collect()
}
