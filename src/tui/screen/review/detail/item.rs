//! An item: its identity, changes, reasons for a block, dependencies.

use super::changes::changes;
use super::layout::{DetailLayout, safe};
use crate::engine::access::Grant;
use crate::engine::diff::{Show, segments};
use crate::engine::{Access, Entry, Finding, ItemId, Outcome, Plan, Reference, Resolved, Severity};
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::access::list::{detail, role};
use crate::tui::screen::review::Review;
use crate::tui::screen::review::label::{called, labels};
use crate::tui::{Line, Role, count, width, wrap};

/// The maximum number of dependent items that are listed.
const MAX_NAMES: usize = 50;

/// Lays out an item.
pub(super) fn item(layout: &mut DetailLayout, review: &Review, index: usize) {
    let Some(entry) = review.entry(index) else {
        return;
    };
    head(layout, review, index, entry);
    reasons(layout, review, index, entry);
    layout.blank();
    let show = if layout.options.unchanged {
        Show::Everything
    } else {
        Show::Differences
    };
    let found = review.plan().changes(index, show);
    match (found.is_empty(), entry.base.is_some()) {
        (true, true) => layout.text(Role::Dim, "No differences."),
        (true, false) => layout.text(Role::Dim, "No field is set."),
        (false, _) => changes(layout, &found, entry.marks.as_deref()),
    }
    references(layout, &entry.references);
    access(layout, review, index, entry);
    relations(layout, review, index, entry);
    for warning in &entry.warnings {
        layout.blank();
        finding(layout, warning);
    }
}

fn head(layout: &mut DetailLayout, review: &Review, index: usize, entry: &Entry) {
    let (first, second) = labels(entry);
    layout.text(Role::Title, first);
    if !second.is_empty() && second != first {
        layout.text(Role::Text, second);
    }
    let mark = review.status(index);
    let status = format!("{} {}", mark.glyph(layout.glyphs), mark.word());
    let line = Line::of(mark.role(), &status).and(Role::Dim, &format!(" {} ", layout.glyphs.dot));
    layout.push(line.and(Role::Dim, outlook(mark)));
    if let Some(matched) = &entry.matched {
        layout.text(Role::Dim, &matched.to_string());
    }
    if !entry.ignored().is_empty() {
        let differences = count(entry.ignored().len(), "difference", "differences");
        layout.text(Role::Dim, &format!("{differences} ignored"));
    }
}

/// Returns what applying would do with an item.
pub(super) const fn outlook(mark: ItemStatus) -> &'static str {
    match mark {
        ItemStatus::Add => "will be added",
        ItemStatus::Cover => "will be overwritten",
        ItemStatus::Unchanged => "unchanged",
        ItemStatus::Differs => "undecided",
        ItemStatus::LeftOut => "left out",
        ItemStatus::CannotAdd | ItemStatus::CannotCover => "blocked",
    }
}

fn reasons(layout: &mut DetailLayout, review: &Review, index: usize, entry: &Entry) {
    let state = review.resolution().state(index);
    for reason in state.into_iter().flat_map(|state| state.reasons(entry)) {
        layout.labelled((Role::Blocked, "why:"), (Role::Text, &reason.message));
    }
}

/// Lays out the item's references and how they were resolved; unresolved ones
/// first.
fn references(layout: &mut DetailLayout, references: &[Reference]) {
    if references.is_empty() {
        return;
    }
    layout.blank();
    let lost = |reference: &&Reference| reference.how == Resolved::Unresolved;
    let unresolved = references.iter().filter(lost).count();
    let described = if unresolved == 0 {
        String::new()
    } else {
        format!(", {unresolved} unresolved")
    };
    layout.text(
        Role::Dim,
        &format!("references: {}{described}", references.len()),
    );
    let found = references.iter().filter(|reference| !lost(reference));
    let mut named = references.iter().filter(lost).chain(found);
    for reference in named.by_ref().take(MAX_NAMES) {
        reference_rows(layout, reference);
    }
    match named.count() {
        0 => {}
        more => layout.text(Role::Dim, &format!("  and {more} more")),
    }
}

fn reference_rows(layout: &mut DetailLayout, reference: &Reference) {
    let (mark, role) = match reference.how {
        Resolved::Unresolved => (layout.glyphs.warning, Role::Warning),
        Resolved::External => (layout.glyphs.dot, Role::Dim),
        Resolved::Id | Resolved::Name | Resolved::Mapping | Resolved::Default => {
            (layout.glyphs.arrow, Role::Text)
        }
    };
    let path = segments(&reference.path).collect::<Vec<_>>().join("/");
    let mut to = format!("{} {}", reference.kind, reference.key);
    if !reference.name.is_empty() && reference.name != reference.key {
        to.push_str(&format!(" '{}'", reference.name));
    }
    let path = safe(&path).into_owned();
    let described = safe(&format!("{}: {to}", reference.how.words())).into_owned();
    let line = format!("  {mark} {path}  {described}");
    if width(&line) <= layout.width {
        layout.push(Line::of(role, &line));
        return;
    }
    // Narrow panes have the referenced object on the next line.
    for (indent, text) in [
        (format!("  {mark} "), &path),
        ("      ".to_owned(), &described),
    ] {
        let space = layout.width.saturating_sub(width(&indent));
        for (n, part) in wrap(text, space).into_iter().enumerate() {
            let mut line = Line::of(role, if n == 0 { &indent } else { "" });
            line.pad_to(width(&indent));
            layout.push(line.and(role, &part));
        }
    }
}

/// Lays out the changes of who can call what that concern the item: as a client,
/// as an API, through it as a group or scope. For an item that is not chosen,
/// what writing it would change.
fn access(layout: &mut DetailLayout, review: &Review, index: usize, entry: &Entry) {
    let id = &entry.item.id;
    let chosen = review.access_about(index, MAX_NAMES + 1);
    let chosen = chosen.iter().flat_map(Access::grants);
    grants(layout, id, "access", chosen);
    let verb = if entry.base.is_some() {
        "covered"
    } else {
        "added"
    };
    let other = review.access_by(index, MAX_NAMES + 1);
    let others = other.iter().flat_map(Access::grants);
    grants(layout, id, &format!("access if {verb}"), others);
}

fn grants<'g>(
    layout: &mut DetailLayout,
    id: &ItemId,
    title: &str,
    grants: impl Iterator<Item = &'g Grant>,
) {
    let mut grants = grants.peekable();
    if grants.peek().is_none() {
        return;
    }
    layout.blank();
    layout.text(Role::Dim, title);
    for grant in grants.by_ref().take(MAX_NAMES) {
        let sign = format!("  {}", grant.shift.sign());
        let what = if grant.subject.id == *id {
            grant.what().into_owned()
        } else {
            format!(
                "{} {}: {}",
                grant.subject.id.kind,
                grant.subject.called(),
                grant.what()
            )
        };
        let described = format!("{what} {}", detail(grant));
        layout.labelled(
            (role(&grant.shift), &sign),
            (Role::Text, described.trim_end()),
        );
    }
    if grants.next().is_some() {
        layout.text(Role::Dim, "  and more");
    }
}

fn relations(layout: &mut DetailLayout, review: &Review, index: usize, entry: &Entry) {
    let mut needs: Vec<(&ItemId, String)> = Vec::new();
    for requirement in &entry.requires {
        let word = match (requirement.present, review.plan().position(&requirement.on)) {
            (true, _) => "in the target".to_owned(),
            (false, None) => "neither in the target nor in the file".to_owned(),
            (false, Some(on)) => outlook(review.status(on)).to_owned(),
        };
        needs.push((&requirement.on, word));
    }
    list(layout, review.plan(), "requires", &needs);
    let users: Vec<_> = review
        .needed_by(index)
        .iter()
        .filter_map(|user| {
            Some((
                &review.entry(*user)?.item.id,
                outlook(review.status(*user)).to_owned(),
            ))
        })
        .collect();
    list(layout, review.plan(), "required by", &users);
    let missing = review
        .missing_of(index)
        .iter()
        .filter_map(|index| review.plan().missing().get(*index));
    let (apis, others): (Vec<_>, Vec<_>) = missing.partition(|missing| missing.is_api());
    for list in [apis, others].into_iter().filter(|list| !list.is_empty()) {
        layout.blank();
        let is_api = list.iter().all(|missing| missing.is_api());
        let (one, many) = if is_api {
            ("API", "APIs")
        } else {
            ("object", "objects")
        };
        layout.text(
            Role::Warning,
            &format!("{} missing:", count(list.len(), one, many)),
        );
        for missing in list.into_iter().take(MAX_NAMES) {
            layout.text(Role::Text, &format!("  {}", missing.label()));
        }
    }
}

fn list(layout: &mut DetailLayout, plan: &Plan, title: &str, items: &[(&ItemId, String)]) {
    if items.is_empty() {
        return;
    }
    layout.blank();
    layout.text(Role::Dim, title);
    for (id, word) in items.iter().take(MAX_NAMES) {
        let name = format!("  {}", called(plan, id));
        layout.labelled((Role::Text, &safe(&name)), (Role::Dim, word));
    }
    if items.len() > MAX_NAMES {
        layout.text(
            Role::Dim,
            &format!("  and {} more", items.len() - MAX_NAMES),
        );
    }
}

/// Lays out a finding.
pub(super) fn finding(layout: &mut DetailLayout, finding: &Finding) {
    let (role, word) = match finding.severity {
        Severity::Note => (Role::Dim, "note"),
        Severity::Warning => (Role::Warning, "warning"),
        Severity::Error => (Role::Error, "error"),
    };
    let label = format!("{} {word}:", layout.glyphs.warning);
    layout.labelled((role, &label), (Role::Text, &finding.sentence()));
}

/// Returns the word for an outcome.
pub(crate) const fn done(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Added => "added",
        Outcome::Covered => "covered",
        Outcome::Unchanged => "unchanged",
        Outcome::Skipped => "left as it is",
        Outcome::Blocked => "blocked",
    }
}
