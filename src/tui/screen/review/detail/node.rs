//! Everything but items: kinds, sets and their elements, missing objects, warnings.

use super::changes::changes;
use super::item::finding;
use super::layout::{DetailLayout, safe};
use crate::engine::MissingCount;
use crate::engine::diff::{Show, compare};
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::Review;
use crate::tui::screen::review::label::called;
use crate::tui::screen::review::node::MissingList;
use crate::tui::{Line, Role, count, width};

/// Lays out the counts of a kind.
pub(super) fn kind(layout: &mut DetailLayout, review: &Review, kind: usize) {
    let counts = review.kind_counts(kind);
    layout.text(Role::Title, review.kind_title(kind));
    layout.text(Role::Dim, &count(counts.total(), "item", "items"));
    layout.blank();
    for status in ItemStatus::ALL
        .into_iter()
        .filter(|status| counts.of(*status) > 0)
    {
        let word = match status {
            ItemStatus::Unchanged => "Repeat, unchanged",
            ItemStatus::Differs => "Repeat, undecided",
            status => status.word(),
        };
        let mut line = Line::of(
            status.role(),
            &format!("{} {word}", status.glyph(layout.glyphs)),
        );
        line.pad_to(22.min(layout.width.saturating_sub(6)));
        layout.push(line.and(Role::Text, &counts.of(status).to_string()));
    }
    let kinds = review.plan().kinds();
    let only = review.plan().only_in_target();
    let only = only.zip(kinds.get(kind));
    let only = only.map_or(0, |(only, info)| only.count(&info.kind));
    if only > 0 {
        layout.blank();
        let text = format!("{only} more only in the target: never deleted by an import.");
        layout.text(Role::Dim, &text);
    }
}

/// Lays out an item that only the target has.
pub(super) fn target_item(layout: &mut DetailLayout, review: &Review, kind: usize, index: usize) {
    let Some(item) = review.target_item(kind, index) else {
        return;
    };
    layout.text(Role::Title, &item.id.key);
    if !item.name.is_empty() && item.name != item.id.key {
        layout.text(Role::Text, &item.name);
    }
    layout.text(Role::Dim, item.id.kind.as_str());
    layout.blank();
    layout.text(Role::Kept, "Only in the target.");
    layout.text(
        Role::Text,
        "The file does not have it. An import never deletes or changes it: there is nothing to choose.",
    );
}

/// Lays out a set of an item.
pub(super) fn branch(layout: &mut DetailLayout, review: &Review, index: usize, branch: usize) {
    let (Some(entry), Some(branch)) = (review.entry(index), review.branch(index, branch)) else {
        return;
    };
    layout.text(Role::Title, &branch.title);
    layout.text(
        Role::Dim,
        &format!("of {} {}", entry.item.id.kind, entry.item.id.key),
    );
    layout.blank();
    let widest = branch
        .members
        .iter()
        .map(|member| width(&safe(&member.label)))
        .max()
        .unwrap_or(0);
    let column = (widest + 3).min(layout.width.saturating_sub(9)).max(4);
    for member in &branch.members {
        if layout.is_full() {
            layout.text(Role::Dim, "and more");
            return;
        }
        let status = member.status;
        let label = format!("{} {}", status.glyph(layout.glyphs), safe(&member.label));
        let mut line = Line::of(
            status.role(),
            &crate::tui::widget::cut(&label, column - 1, layout.glyphs.ellipsis),
        );
        line.pad_to(column);
        layout.push(line.and(Role::Dim, status.word()));
    }
}

/// Lays out an element of a set, with its own fields if it has any.
pub(super) fn element(
    layout: &mut DetailLayout,
    review: &Review,
    index: usize,
    (branch, member): (usize, usize),
) {
    let (Some(entry), Some(set)) = (review.entry(index), review.branch(index, branch)) else {
        return;
    };
    let Some(member) = set.members.get(member) else {
        return;
    };
    layout.text(Role::Title, &member.label);
    layout.text(
        Role::Dim,
        &format!(
            "in {} of {} {}",
            set.title, entry.item.id.kind, entry.item.id.key
        ),
    );
    let status = member.status;
    layout.push(Line::of(
        status.role(),
        &format!("{} {}", status.glyph(layout.glyphs), status.word()),
    ));
    if let Some(id) = &member.needs {
        let on = review.plan().position(id);
        let written = on.is_some_and(|on| review.status(on).is_written());
        let word = if written {
            "will be written"
        } else {
            "is not written"
        };
        layout.text(
            Role::Dim,
            &format!("part of {} {}, which {word}", id.kind, id.key),
        );
    }
    layout.blank();
    let base = entry.base.as_ref().map(|base| &*base.value);
    let mut found = compare(base, &entry.item.value, Show::Everything);
    found.retain(|change| {
        change
            .path
            .strip_prefix(&*member.pointer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    changes(layout, &found, entry.marks.as_deref());
}

/// Lays out a list of missing objects.
pub(super) fn missing(layout: &mut DetailLayout, review: &Review, list: MissingList) {
    let all = review.plan().missing_count();
    let listed = match list {
        MissingList::Apis => MissingCount { others: 0, ..all },
        MissingList::Others => MissingCount {
            apis: 0,
            is_unknown: false,
            ..all
        },
    };
    layout.text(Role::Title, list.title());
    let of = match list {
        MissingList::Apis => "of the file",
        MissingList::Others => "that the file refers to",
    };
    let are = if listed.total() == 1 { "is" } else { "are" };
    layout.text(
        Role::Text,
        &match listed.is_unknown {
            true => format!("A file does not say whether the target has {listed} {of}."),
            false => format!("{listed} {of} {are} not in the target."),
        },
    );
    layout.blank();
    confirmation(layout, review);
}

fn confirmation(layout: &mut DetailLayout, review: &Review) {
    let ignored = review.plan().missing_count().consequence();
    if review.choices.missing_confirmed {
        layout.text(Role::Text, &format!("Confirmed: {ignored}"));
    } else {
        layout.text(Role::Blocked, "Confirm before the import:");
        layout.text(Role::Text, ignored);
    }
}

/// Lays out one missing object with what uses it.
pub(super) fn missing_object(layout: &mut DetailLayout, review: &Review, index: usize) {
    let Some(missing) = review.plan().missing().get(index) else {
        return;
    };
    layout.text(Role::Title, &missing.key);
    if missing.is_api() {
        layout.text(Role::Dim, &format!("of module {}", missing.module));
        let place = match missing.is_unknown {
            true => "unknown whether the target, a file, has it",
            false => "not in the target",
        };
        layout.text(Role::Blocked, place);
    } else {
        layout.text(Role::Dim, missing.kind.as_str());
        layout.text(Role::Blocked, "neither in the file nor in the target");
    }
    layout.blank();
    layout.text(Role::Dim, "used by");
    for id in &missing.used_by {
        if layout.is_full() {
            break;
        }
        layout.text(Role::Text, &format!("  {}", called(review.plan(), id)));
    }
    layout.blank();
    confirmation(layout, review);
}

/// Lays out the summary of warnings.
pub(super) fn warnings(layout: &mut DetailLayout, review: &Review) {
    layout.text(Role::Title, "Warnings");
    layout.text(
        Role::Text,
        &count(review.warnings.len(), "warning.", "warnings."),
    );
    layout.text(Role::Dim, "None blocks the import.");
}

/// Lays out one warning.
pub(super) fn warning(layout: &mut DetailLayout, review: &Review, index: usize) {
    let Some(warning) = review.warnings.get(index) else {
        return;
    };
    finding(layout, warning);
    layout.blank();
    if let Some(id) = &warning.item {
        layout.labelled(
            (Role::Dim, "about"),
            (Role::Text, &format!("{} {}", id.kind, id.key)),
        );
    }
    if let Some(path) = &warning.path {
        layout.labelled((Role::Dim, "in the file at"), (Role::Text, path));
    }
    layout.labelled((Role::Dim, "code"), (Role::Text, &warning.code));
}
