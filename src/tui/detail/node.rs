//! Everything that is no item: kinds, sets and their elements, lacking APIs, warnings.

use super::changes::changes;
use super::item::finding;
use super::{Sheet, safe};
use crate::engine::diff::{Show, compare};
use crate::tui::mark::Mark;
use crate::tui::review::Review;
use crate::tui::skin::Role;
use crate::tui::widget::{Line, count, width};

/// Lays out the counts of a kind.
pub(super) fn kind(sheet: &mut Sheet, review: &Review, kind: usize) {
    let counts = review.kind_counts(kind);
    sheet.text(Role::Title, review.kind_title(kind));
    sheet.text(Role::Dim, &count(counts.total(), "item", "items"));
    sheet.blank();
    for mark in Mark::ALL.into_iter().filter(|mark| counts.of(*mark) > 0) {
        let word = match mark {
            Mark::Unchanged => "Repeat, unchanged",
            Mark::Differs => "Repeat, differs",
            mark => mark.word(),
        };
        let mut line = Line::of(mark.role(), &format!("{} {word}", mark.glyph(sheet.glyphs)));
        line.pad_to(22.min(sheet.width.saturating_sub(6)));
        sheet.push(line.and(Role::Text, &counts.of(mark).to_string()));
    }
}

/// Lays out a set of an item.
pub(super) fn branch(sheet: &mut Sheet, review: &Review, at: usize, branch: usize) {
    let (Some(entry), Some(branch)) = (review.entry(at), review.branch(at, branch)) else { return };
    sheet.text(Role::Title, &branch.title);
    sheet.text(Role::Dim, &format!("of {} {}", entry.item.id.kind, entry.item.id.key));
    sheet.blank();
    let widest = branch.members.iter().map(|member| width(&safe(&member.label))).max().unwrap_or(0);
    let column = (widest + 3).min(sheet.width.saturating_sub(9)).max(4);
    for member in &branch.members {
        if sheet.is_full() {
            sheet.text(Role::Dim, "and more");
            return;
        }
        let fate = member.fate;
        let label = format!("{} {}", fate.glyph(sheet.glyphs), safe(&member.label));
        let mut line =
            Line::of(fate.role(), &crate::tui::widget::cut(&label, column - 1, sheet.glyphs.ellipsis));
        line.pad_to(column);
        sheet.push(line.and(Role::Dim, fate.word()));
    }
}

/// Lays out an element of a set, with its own fields where it has any.
pub(super) fn element(sheet: &mut Sheet, review: &Review, at: usize, (branch, member): (usize, usize)) {
    let (Some(entry), Some(set)) = (review.entry(at), review.branch(at, branch)) else { return };
    let Some(member) = set.members.get(member) else { return };
    sheet.text(Role::Title, &member.label);
    sheet.text(Role::Dim, &format!("in {} of {} {}", set.title, entry.item.id.kind, entry.item.id.key));
    let fate = member.fate;
    sheet.push(Line::of(fate.role(), &format!("{} {}", fate.glyph(sheet.glyphs), fate.word())));
    if let Some(id) = &member.needs {
        let on = review.plan().position(id);
        let written = on.is_some_and(|on| review.mark(on).is_written());
        let word = if written { "will be written" } else { "is not written" };
        sheet.text(Role::Dim, &format!("comes with {} {}, which {word}", id.kind, id.key));
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

/// The sentence of the product's own screen.
pub(crate) const LACK_SENTENCE: &str = "APIs that are missing will be ignored.";

/// Lays out what there is to say of lacking APIs.
pub(super) fn lack(sheet: &mut Sheet, review: &Review) {
    let lacking = review.plan().lack().len();
    sheet.text(Role::Title, "Lack API");
    sheet.text(
        Role::Text,
        &format!(
            "{} of the file {} not in the target.",
            count(lacking, "API", "APIs"),
            if lacking == 1 { "is" } else { "are" }
        ),
    );
    sheet.blank();
    confirmation(sheet, review);
}

fn confirmation(sheet: &mut Sheet, review: &Review) {
    if review.choices.lack_confirmed {
        sheet.text(Role::Text, &format!("Confirmed: {LACK_SENTENCE}"));
    } else {
        sheet.text(Role::Blocked, "To be confirmed before the import:");
        sheet.text(Role::Text, LACK_SENTENCE);
    }
}

/// Lays out one lacking API with what uses it.
pub(super) fn lack_api(sheet: &mut Sheet, review: &Review, at: usize) {
    let Some(lack) = review.plan().lack().get(at) else { return };
    sheet.text(Role::Title, &lack.api);
    sheet.text(Role::Dim, &format!("of module {}", lack.module));
    sheet.text(Role::Blocked, "not in the target");
    sheet.blank();
    sheet.text(Role::Dim, "used by");
    for id in &lack.used_by {
        if sheet.is_full() {
            break;
        }
        sheet.text(Role::Text, &format!("  {} {}", id.kind, id.key));
    }
    sheet.blank();
    confirmation(sheet, review);
}

/// Lays out what there is to say of warnings.
pub(super) fn warnings(sheet: &mut Sheet, review: &Review) {
    sheet.text(Role::Title, "Warnings");
    sheet.text(Role::Text, &count(review.warnings.len(), "thing was noticed.", "things were noticed."));
    sheet.text(Role::Dim, "None of them blocks the import.");
}

/// Lays out one warning.
pub(super) fn warning(sheet: &mut Sheet, review: &Review, at: usize) {
    let Some(warning) = review.warnings.get(at) else { return };
    finding(sheet, warning);
    sheet.blank();
    if let Some(id) = &warning.item {
        sheet.labelled((Role::Dim, "about"), (Role::Text, &format!("{} {}", id.kind, id.key)));
    }
    if let Some(path) = &warning.path {
        sheet.labelled((Role::Dim, "in the file at"), (Role::Text, path));
    }
    sheet.labelled((Role::Dim, "code"), (Role::Text, &warning.code));
}
