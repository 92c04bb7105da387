//! Everything that is no item: kinds, sets and their elements, missing objects, warnings.

use super::changes::changes;
use super::item::finding;
use super::{DetailLayout, safe};
use crate::engine::MissingCount;
use crate::engine::diff::{Show, compare};
use crate::tui::item_status::ItemStatus;
use crate::tui::label::called;
use crate::tui::node::MissingList;
use crate::tui::review::Review;
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count, width};

/// Lays out the counts of a kind.
pub(super) fn kind(sheet: &mut DetailLayout, review: &Review, kind: usize) {
    let counts = review.kind_counts(kind);
    sheet.text(Role::Title, review.kind_title(kind));
    sheet.text(Role::Dim, &count(counts.total(), "item", "items"));
    sheet.blank();
    for mark in ItemStatus::ALL
        .into_iter()
        .filter(|mark| counts.of(*mark) > 0)
    {
        let word = match mark {
            ItemStatus::Unchanged => "Repeat, unchanged",
            ItemStatus::Differs => "Repeat, undecided",
            mark => mark.word(),
        };
        let mut line = Line::of(mark.role(), &format!("{} {word}", mark.glyph(sheet.glyphs)));
        line.pad_to(22.min(sheet.width.saturating_sub(6)));
        sheet.push(line.and(Role::Text, &counts.of(mark).to_string()));
    }
}

/// Lays out a set of an item.
pub(super) fn branch(sheet: &mut DetailLayout, review: &Review, at: usize, branch: usize) {
    let (Some(entry), Some(branch)) = (review.entry(at), review.branch(at, branch)) else {
        return;
    };
    sheet.text(Role::Title, &branch.title);
    sheet.text(
        Role::Dim,
        &format!("of {} {}", entry.item.id.kind, entry.item.id.key),
    );
    sheet.blank();
    let widest = branch
        .members
        .iter()
        .map(|member| width(&safe(&member.label)))
        .max()
        .unwrap_or(0);
    let column = (widest + 3).min(sheet.width.saturating_sub(9)).max(4);
    for member in &branch.members {
        if sheet.is_full() {
            sheet.text(Role::Dim, "and more");
            return;
        }
        let fate = member.status;
        let label = format!("{} {}", fate.glyph(sheet.glyphs), safe(&member.label));
        let mut line = Line::of(
            fate.role(),
            &crate::tui::widget::cut(&label, column - 1, sheet.glyphs.ellipsis),
        );
        line.pad_to(column);
        sheet.push(line.and(Role::Dim, fate.word()));
    }
}

/// Lays out an element of a set, with its own fields where it has any.
pub(super) fn element(
    sheet: &mut DetailLayout,
    review: &Review,
    at: usize,
    (branch, member): (usize, usize),
) {
    let (Some(entry), Some(set)) = (review.entry(at), review.branch(at, branch)) else {
        return;
    };
    let Some(member) = set.members.get(member) else {
        return;
    };
    sheet.text(Role::Title, &member.label);
    sheet.text(
        Role::Dim,
        &format!(
            "in {} of {} {}",
            set.title, entry.item.id.kind, entry.item.id.key
        ),
    );
    let fate = member.status;
    sheet.push(Line::of(
        fate.role(),
        &format!("{} {}", fate.glyph(sheet.glyphs), fate.word()),
    ));
    if let Some(id) = &member.needs {
        let on = review.plan().position(id);
        let written = on.is_some_and(|on| review.mark(on).is_written());
        let word = if written {
            "will be written"
        } else {
            "is not written"
        };
        sheet.text(
            Role::Dim,
            &format!("comes with {} {}, which {word}", id.kind, id.key),
        );
    }
    sheet.blank();
    let base = entry.base.as_ref().map(|base| &base.value);
    let mut found = compare(base, &entry.item.value, Show::Everything);
    found.retain(|change| {
        change
            .path
            .strip_prefix(&*member.pointer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    changes(sheet, &found);
}

/// Says what becomes of what is missing; of APIs in the sentence of the
/// product's own screen.
pub(crate) fn ignored(missing: MissingCount) -> String {
    let noun = if missing.others == 0 {
        "APIs"
    } else {
        "Objects"
    };
    format!("{noun} that are missing will be ignored.")
}

/// Lays out what there is to say of a list of missing objects.
pub(super) fn missing(sheet: &mut DetailLayout, review: &Review, list: MissingList) {
    let all = review.plan().missing_count();
    let listed = match list {
        MissingList::Apis => MissingCount { others: 0, ..all },
        MissingList::Others => MissingCount { apis: 0, ..all },
    };
    sheet.text(Role::Title, list.title());
    let of = match list {
        MissingList::Apis => "of the file",
        MissingList::Others => "that the file refers to",
    };
    let are = if listed.total() == 1 { "is" } else { "are" };
    sheet.text(
        Role::Text,
        &format!("{listed} {of} {are} not in the target."),
    );
    sheet.blank();
    confirmation(sheet, review);
}

fn confirmation(sheet: &mut DetailLayout, review: &Review) {
    let ignored = ignored(review.plan().missing_count());
    if review.choices.missing_confirmed {
        sheet.text(Role::Text, &format!("Confirmed: {ignored}"));
    } else {
        sheet.text(Role::Blocked, "To be confirmed before the import:");
        sheet.text(Role::Text, &ignored);
    }
}

/// Lays out one missing object with what uses it.
pub(super) fn missing_object(sheet: &mut DetailLayout, review: &Review, at: usize) {
    let Some(missing) = review.plan().missing().get(at) else {
        return;
    };
    sheet.text(Role::Title, &missing.key);
    if missing.is_api() {
        sheet.text(Role::Dim, &format!("of module {}", missing.module));
        sheet.text(Role::Blocked, "not in the target");
    } else {
        sheet.text(Role::Dim, missing.kind.as_str());
        sheet.text(Role::Blocked, "neither in the file nor in the target");
    }
    sheet.blank();
    sheet.text(Role::Dim, "used by");
    for id in &missing.used_by {
        if sheet.is_full() {
            break;
        }
        sheet.text(Role::Text, &format!("  {}", called(review.plan(), id)));
    }
    sheet.blank();
    confirmation(sheet, review);
}

/// Lays out what there is to say of warnings.
pub(super) fn warnings(sheet: &mut DetailLayout, review: &Review) {
    sheet.text(Role::Title, "Warnings");
    sheet.text(
        Role::Text,
        &count(
            review.warnings.len(),
            "thing was noticed.",
            "things were noticed.",
        ),
    );
    sheet.text(Role::Dim, "None of them blocks the import.");
}

/// Lays out one warning.
pub(super) fn warning(sheet: &mut DetailLayout, review: &Review, at: usize) {
    let Some(warning) = review.warnings.get(at) else {
        return;
    };
    finding(sheet, warning);
    sheet.blank();
    if let Some(id) = &warning.item {
        sheet.labelled(
            (Role::Dim, "about"),
            (Role::Text, &format!("{} {}", id.kind, id.key)),
        );
    }
    if let Some(path) = &warning.path {
        sheet.labelled((Role::Dim, "in the file at"), (Role::Text, path));
    }
    sheet.labelled((Role::Dim, "code"), (Role::Text, &warning.code));
}
