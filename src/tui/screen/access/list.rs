//! The list of who can call what: its rows, by subject or by object.

use crate::engine::Access;
use crate::engine::access::{Grant, Shift};
use crate::tui::{Line, Role, count};

/// A row: a change, or the heading above those of one subject or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The change, or the first one below the heading.
    grant: usize,
    /// The number of changes below a heading; `None` for a change.
    below: usize,
}

/// The rows, which are laid out when they are visible.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessList {
    /// Whether changes are grouped by object.
    pub(crate) by_object: bool,
    rows: Vec<Row>,
}

impl AccessList {
    /// Returns the rows of these changes.
    pub(crate) fn new(access: &Access, by_object: bool) -> Self {
        let grants = access.grants();
        let of = |index: &usize| grants.get(*index).and_then(|grant| grant.object.as_ref());
        let mut order: Vec<usize> = (0..grants.len()).collect();
        if by_object {
            order.retain(|index| of(index).is_some());
            // They are sorted by subject already, which the sort keeps.
            order.sort_by(|a, b| of(a).cmp(&of(b)));
        }
        let is_same = |a: &usize, b: &usize| {
            let subject = |index: &usize| grants.get(*index).map(|grant| &grant.subject);
            if by_object {
                of(a) == of(b)
            } else {
                subject(a) == subject(b)
            }
        };
        let mut rows = Vec::with_capacity(order.len());
        for chunk in order.chunk_by(is_same) {
            rows.extend(chunk.first().map(|grant| Row {
                grant: *grant,
                below: chunk.len(),
            }));
            rows.extend(chunk.iter().map(|grant| Row {
                grant: *grant,
                below: 0,
            }));
        }
        Self { by_object, rows }
    }

    /// Returns the rows.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Lays a row out.
    pub(crate) fn line(&self, access: &Access, row: Row) -> Line {
        let Some(grant) = access.grants().get(row.grant) else {
            return Line::new();
        };
        let subject = format!("{} {}", grant.subject.id.kind, grant.subject.called());
        let object = grant.what();
        let (head, other) = if self.by_object {
            (&*object, &*subject)
        } else {
            (&*subject, &*object)
        };
        if row.below > 0 {
            let changes = count(row.below, "change", "changes");
            return Line::of(Role::Heading, head).and(Role::Dim, &format!("  {changes}"));
        }
        Line::of(Role::Text, "  ")
            .and(role(&grant.shift), &format!("{} ", grant.shift.sign()))
            .and(Role::Text, other)
            .and(Role::Dim, &format!("  {}", detail(grant)))
    }
}

/// Returns the role of a change.
pub(crate) const fn role(shift: &Shift) -> Role {
    match shift {
        Shift::Gained(_) => Role::Add,
        Shift::Lost(_) => Role::Blocked,
        Shift::Changed { .. } => Role::Cover,
    }
}

/// Describes how an object is reached, and which terms change.
pub(crate) fn detail(grant: &Grant) -> String {
    let mut parts = vec![grant.means()];
    if let Shift::Changed { .. } = grant.shift {
        let paths = grant
            .shift
            .terms()
            .into_iter()
            .map(|change| change.path.trim_start_matches('/').to_owned());
        parts.push(paths.collect::<Vec<_>>().join(", "));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(": ")
}
