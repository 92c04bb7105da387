//! A plan as text for people: counts first, then what needs a decision.

mod access;
mod change;

use std::borrow::Cow;

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

pub(crate) use self::access::access;
pub(crate) use self::change::{change_line, change_text};
use self::change::{ignored_line, look, place, reference_line};
use super::plan_output::PlanOutput;
use super::print::{Printer, padded, plural, style};
use crate::engine::diff::Show;
use crate::engine::display::safe;
use crate::engine::finding::grouped;
use crate::engine::{
    Access, Change, Choices, Entry, Finding, FindingGroup, Missing, Outcome, Plan, Reason,
    Resolution, State, Status, TargetItem, Unpromised,
};
use crate::job::{SavedPlan, TargetPolicy};
use crate::store::TableRows;

/// The maximum width of a column of keys or names: a UUID.
pub(crate) const WIDEST: usize = 36;

/// Prints a plan; unchanged items and resolved references only if `unchanged` is set.
pub(crate) fn plan<'a>(
    printer: &mut Printer,
    of: impl Into<PlanOutput<'a>>,
    changes: Option<&Access>,
    unchanged: bool,
) {
    let of = of.into();
    head(printer, of);
    body(
        printer,
        of.plan,
        View {
            resolution: None,
            unchanged,
            is_whole: true,
        },
    );
    access(printer, changes);
}

/// Prints what will be written, before the operator is asked: first what is
/// deleted, then the items with their fields, then blocked items and reasons.
pub(crate) fn preview<'a>(
    printer: &mut Printer,
    of: impl Into<PlanOutput<'a>>,
    changes: Option<&Access>,
    resolution: &Resolution,
) {
    let of = of.into();
    head(printer, of);
    body(
        printer,
        of.plan,
        View {
            resolution: Some(resolution),
            unchanged: false,
            is_whole: false,
        },
    );
    access(printer, changes);
    printer.line("");
}

/// What is printed of a plan.
#[derive(Clone, Copy)]
struct View<'a> {
    /// The outcome of the items, if choices were made.
    resolution: Option<&'a Resolution>,
    /// Whether items without a difference are listed, and references that were
    /// resolved.
    unchanged: bool,
    /// Whether items are listed that are not written and not blocked either.
    is_whole: bool,
}

impl<'a> View<'a> {
    fn state(&self, index: usize) -> Option<&'a State> {
        self.resolution
            .and_then(|resolution| resolution.state(index))
    }

    /// Returns whether an item is listed.
    fn lists(&self, index: usize, entry: &Entry) -> bool {
        let is_meant = self.state(index).is_none_or(|state| {
            self.is_whole || state.outcome.is_written() || state.outcome == Outcome::Blocked
        });
        is_meant && (self.unchanged || !entry.is_unchanged() || entry.verdict.status.is_blocked())
    }
}

/// Prints a saved plan: the plan, who saved it, and the outcome of its choices.
pub(crate) fn saved(
    printer: &mut Printer,
    (saved, policy): (&SavedPlan, &TargetPolicy),
    resolution: &Resolution,
    unchanged: bool,
) {
    head(
        printer,
        PlanOutput {
            policy,
            ..saved.into()
        },
    );
    printer.folded(
        &format!(
            "saved plan {} of {} by {} on {} with {}",
            safe(&saved.id),
            saved.created_at.format("%Y-%m-%d %H:%M:%S UTC"),
            safe(&saved.operator),
            safe(&saved.host),
            safe(&saved.program)
        ),
        2,
    );
    body(
        printer,
        saved.plan(),
        View {
            resolution: Some(resolution),
            unchanged,
            is_whole: true,
        },
    );
    access(printer, saved.access());
    let count = |outcome| resolution.count(outcome);
    let mut described = format!(
        "it adds {}, covers {} and leaves out {}",
        plural(count(Outcome::Added), "item", "items"),
        count(Outcome::Covered),
        count(Outcome::Skipped)
    );
    let missing = saved.plan().missing_count();
    if saved.choices().missing_confirmed {
        described.push_str(&format!("; missing {} are ignored", missing.noun()));
    } else if missing.total() > 0 {
        described.push_str(&format!(
            "; it cannot be applied: missing {} are not ignored",
            missing.noun()
        ));
    }
    printer.line("");
    printer.folded(&described, 0);
}

/// Prints the contents of a plan.
fn body(printer: &mut Printer, plan: &Plan, view: View<'_>) {
    match view.resolution {
        Some(resolution) => {
            let removed = plan.removals(resolution);
            printer.line(decided(resolution, removed.len()));
            removals(printer, plan, &removed);
        }
        None => counts(printer, plan),
    }
    only_in_target(printer, plan);
    missing(printer, plan);
    for info in plan.kinds() {
        let items: Vec<(usize, &Entry)> = plan
            .entries()
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.item.id.kind == info.kind)
            .collect();
        let shown: Vec<(usize, &Entry)> = items
            .iter()
            .copied()
            .filter(|(index, entry)| view.lists(*index, entry))
            .collect();
        if items.is_empty() || (shown.is_empty() && !view.is_whole) {
            continue;
        }
        let bold = Style::new().bold();
        printer.line(format!("\n{bold}{}{bold:#}", info.title));
        let left = if view.is_whole {
            items.len() - shown.len()
        } else {
            0
        };
        kind(printer, plan, shown, view);
        if left > 0 {
            printer.line(format!(
                "  = {} unchanged",
                plural(left, "item is", "items are")
            ));
        }
    }
    match view.resolution {
        Some(resolution) => warnings(printer, plan.warnings_under(resolution)),
        None => warnings(printer, plan.all_warnings()),
    }
}

/// Formats the counts by outcome; zeros are left out.
fn decided(resolution: &Resolution, removed: usize) -> String {
    let count = |outcome| resolution.count(outcome);
    let parts = [
        (count(Outcome::Added), "to add"),
        (count(Outcome::Covered), "to cover"),
        (removed, "to delete"),
        (count(Outcome::Skipped), "left out"),
        (count(Outcome::Blocked), "blocked"),
        (count(Outcome::Unchanged), "unchanged"),
    ];
    let described: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    described.join(", ")
}

/// Prints what is going to be deleted.
fn removals(printer: &mut Printer, plan: &Plan, removals: &[(usize, Change)]) {
    if removals.is_empty() {
        return;
    }
    let bold = Style::new().bold();
    let entries = plural(removals.len(), "existing entry", "existing entries");
    printer.line(format!("\n{bold}{entries} will be deleted:{bold:#}"));
    for (index, change) in removals {
        let item = plan
            .entry(*index)
            .map_or_else(String::new, |entry| entry.item.id.to_string());
        // Its contents are printed with its item.
        let look = look(change.op);
        printer.folded(
            &format!("  {look}-{look:#} {}  {}", safe(&item), place(&change.path)),
            6,
        );
    }
}

/// Prints the items that are blocked, and why.
pub(crate) fn blocked(printer: &mut Printer, plan: &Plan, resolution: &Resolution) {
    for (entry, state) in plan.entries().iter().zip(resolution.states()) {
        if state.outcome == Outcome::Blocked {
            let item = safe(&entry.item.id.to_string()).into_owned();
            printer.line(format!("  {} {item}", printer.glyph(state.status, false)));
            state
                .reasons(entry)
                .for_each(|reason| reason_line(printer, reason));
        }
    }
}

/// Prints the findings about the file as a whole.
pub(crate) fn notes(printer: &mut Printer, plan: &Plan) {
    findings_of(printer, &grouped(plan.warnings()));
}

/// Prints the outcome of the items.
pub(crate) fn outcomes(printer: &mut Printer, plan: &Plan, resolution: &Resolution) {
    let bold = Style::new().bold();
    printer.line(format!("{bold}Outcome{bold:#}"));
    let entries = || plan.entries().iter().zip(resolution.states());
    for (entry, state) in entries().filter(|(_, state)| state.outcome != Outcome::Unchanged) {
        let look = style(state.status, false);
        let glyph = printer.glyph(state.status, false);
        let item = safe(&entry.item.id.to_string()).into_owned();
        let name = safe(&entry.item.name).into_owned();
        let word = state.outcome.word();
        printer.folded(
            &format!("  {look}{glyph} {word:<9}{look:#} {item}  {name}"),
            14,
        );
        // The overwritten object has another id than the item.
        if let Some(matched) = entry
            .matched
            .as_ref()
            .filter(|_| state.outcome.is_written())
        {
            printer.folded(&format!("      {}", safe(&matched.to_string())), 8);
        }
        for reason in state.reasons(entry) {
            reason_line(printer, reason);
        }
    }
    let unchanged = resolution.count(Outcome::Unchanged);
    if unchanged > 0 {
        printer.line(format!(
            "  = {} unchanged",
            plural(unchanged, "item is", "items are")
        ));
    }
}

/// Prints the rows written per table.
pub(crate) fn tables(printer: &mut Printer, tables: &[TableRows]) {
    for rows in tables {
        printer.line(format!(
            "  {:<30} {:>6} inserted {:>6} updated {:>6} deleted",
            safe(&rows.table),
            rows.inserted,
            rows.updated,
            rows.deleted
        ));
    }
}

/// Prints what `apply` would do, at the end, where it is visible on a terminal.
pub(crate) fn outlook(printer: &mut Printer, plan: &Plan) {
    let summary = plan.summary();
    let differ = plan
        .entries()
        .iter()
        .filter(|entry| undecided(entry))
        .count();
    let mut parts = vec![format!(
        "apply adds {}",
        plural(summary.add, "item", "items")
    )];
    if differ > 0 {
        let mut choices = Choices::new(plan);
        choices.cover_all(plan);
        let deleted = match plan.removals(&plan.resolve(&choices)).len() {
            0 => String::new(),
            n => format!(
                " and deletes {}",
                plural(n, "existing entry", "existing entries")
            ),
        };
        parts.push(format!("--cover all also overwrites {differ}{deleted}"));
    }
    let missing = plan.missing_count();
    if missing.total() > 0 {
        let are = if missing.total() == 1 { "is" } else { "are" };
        parts.push(format!(
            "it requires {} while {missing} {are} missing",
            missing.flag()
        ));
    }
    if summary.add + differ > 0 {
        printer.line("");
        printer.folded(&parts.join("; "), 0);
    }
}

/// Returns whether an item is there, differs, and may be covered.
fn undecided(entry: &Entry) -> bool {
    entry.verdict.status == Status::Repeat && !entry.is_unchanged()
}

/// What needs a decision comes first, then what is blocked, then the rest.
fn rank(entry: &Entry) -> u8 {
    match entry.verdict.status {
        Status::Repeat if !entry.is_unchanged() => 0,
        Status::CannotAdd | Status::CannotCover => 1,
        Status::Add | Status::Cover => 2,
        Status::Repeat => 3,
    }
}

/// Prints which file is compared with which target.
pub(crate) fn head<'a>(printer: &mut Printer, of: impl Into<PlanOutput<'a>>) {
    let PlanOutput {
        file,
        target,
        policy,
        ..
    } = of.into();
    let line = format!(
        "{} {} (sha256 {}) {} {}{}",
        file.platform,
        safe(&file.path),
        short_sum(&file.sha256),
        printer.arrow(),
        safe(target),
        policy_suffix(policy)
    );
    printer.folded(&line, 2);
}

/// Returns the start of a checksum.
pub(crate) fn short_sum(sha256: &str) -> Cow<'_, str> {
    safe(sha256.get(..12).unwrap_or(sha256))
}

/// Returns the suffix for the name of a target that a profile marks.
pub(crate) fn policy_suffix(policy: &TargetPolicy) -> &'static str {
    match (&policy.production, &policy.read_only) {
        (Some(_), None) => " PRODUCTION",
        (None, Some(_)) => " READ-ONLY",
        (Some(_), Some(_)) => " PRODUCTION READ-ONLY",
        (None, None) => "",
    }
}

/// Prints how many items there are of each status.
pub(crate) fn counts(printer: &mut Printer, plan: &Plan) {
    let summary = plan.summary();
    let missing = match summary.missing {
        0 => String::new(),
        others => format!(", {others} missing"),
    };
    let ignored = match summary.ignored {
        0 => String::new(),
        ignored => format!(", {ignored} ignored"),
    };
    printer.line(format!(
        "{} add, {} repeat ({} unchanged), {} cannot add, {} cannot cover, {} lack API{missing}{ignored}",
        summary.add,
        summary.repeat,
        summary.unchanged,
        summary.cannot_add,
        summary.cannot_cover,
        summary.lack_api
    ));
}

/// Prints how many items only the target has.
pub(crate) fn only_in_target(printer: &mut Printer, plan: &Plan) {
    let counts = plan.only_in_target().filter(|counts| counts.total() > 0);
    if let Some(counts) = counts {
        let described = format!("{counts} only in the target: never deleted by an import");
        printer.folded(&described, 2);
    }
}

/// Lists the items that only the target has, kind by kind.
pub(crate) fn target_items(printer: &mut Printer, plan: &Plan, items: &[TargetItem]) {
    let bold = Style::new().bold();
    printer.line("");
    if items.is_empty() {
        return printer.line("no items are only in the target");
    }
    let head = "never deleted by an import";
    printer.folded(&format!("{bold}Only in the target{bold:#}: {head}"), 2);
    for info in plan.kinds() {
        let of_kind = items.iter().filter(|item| item.id.kind == info.kind);
        let widest = of_kind.clone().map(|item| safe(&item.id.key).width());
        let widest = widest.max().unwrap_or_default().min(WIDEST);
        for (index, item) in of_kind.enumerate() {
            if index == 0 {
                printer.line(format!("  {}", info.title));
            }
            let key = padded(&item.id.key, widest);
            printer.folded(&format!("    {key}  {}", safe(&item.name)), 6);
        }
    }
}

fn kind(printer: &mut Printer, plan: &Plan, mut shown: Vec<(usize, &Entry)>, view: View<'_>) {
    shown.sort_by_key(|(_, entry)| rank(entry));
    let widest = |text: &dyn Fn(&Entry) -> usize| {
        shown
            .iter()
            .map(|(_, entry)| text(entry))
            .max()
            .unwrap_or(0)
            .min(WIDEST)
    };
    let keys = widest(&|entry| safe(&entry.item.id.key).width());
    for (index, entry) in shown {
        let state = view.state(index);
        let status = state.map_or(entry.verdict.status, |state| state.status);
        let look = style(status, entry.is_unchanged());
        let end = match state.map(|state| state.outcome) {
            _ if status == Status::Repeat && entry.is_unchanged() => "  unchanged",
            Some(Outcome::Skipped) => "  left out",
            _ => "",
        };
        let line = format!(
            "  {look}{} {status:<12}{look:#}  {}  {}{}",
            printer.glyph(status, entry.is_unchanged()),
            padded(&entry.item.id.key, keys),
            safe(&entry.item.name),
            end,
        );
        printer.folded(&line, 18);
        if let Some(matched) = &entry.matched {
            printer.folded(&format!("      {}", safe(&matched.to_string())), 8);
        }
        match state {
            Some(state) => state
                .reasons(entry)
                .for_each(|reason| reason_line(printer, reason)),
            None => entry
                .verdict
                .reasons
                .iter()
                .for_each(|reason| reason_line(printer, reason)),
        }
        if matches!(status, Status::Repeat | Status::Cover) {
            let changes = plan.changes(index, Show::Differences);
            changes.iter().for_each(|change| {
                change_line(printer, change, entry.is_set_by_values(&change.path));
            });
        }
        if view.unchanged {
            entry
                .ignored()
                .iter()
                .for_each(|path| ignored_line(printer, path));
        }
        let references = entry.references.iter().filter(|_| view.unchanged);
        references.for_each(|reference| reference_line(printer, reference));
    }
}

/// Prints a reason.
pub(crate) fn reason_line(printer: &mut Printer, reason: &Reason) {
    printer.folded(
        &format!("      {}: {}", reason.code, safe(&reason.message)),
        8,
    );
}

fn missing(printer: &mut Printer, plan: &Plan) {
    let lists = [
        ("Lack API", plan.missing_apis()),
        ("Missing objects", plan.missing_others()),
    ];
    for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        let (bold, flag) = (Style::new().bold(), plan.missing_count().flag());
        printer.line("");
        let described = match list.iter().any(|missing| missing.is_unknown) {
            true => "a file does not say whether the target has them; written if you confirm",
            false => "not in the target; ignored if you confirm",
        };
        printer.folded(&format!("{bold}{title}{bold:#}: {described} ({flag})"), 2);
        let name = |missing: &Missing| {
            let Missing { module, key, .. } = missing;
            let name = if missing.is_api() {
                format!("{module} / {key}")
            } else {
                missing.label()
            };
            safe(&name).into_owned()
        };
        let widest = list
            .iter()
            .map(|missing| name(missing).width())
            .max()
            .unwrap_or(0)
            .min(WIDEST);
        for missing in list {
            let users: Vec<String> = missing
                .used_by
                .iter()
                .map(|user| safe(&user.to_string()).into_owned())
                .collect();
            let line = format!(
                "  {}  used by {}",
                padded(&name(missing), widest),
                users.join(", ")
            );
            printer.folded(&line, widest + 4);
        }
    }
}

fn warnings<'f>(printer: &mut Printer, findings: impl Iterator<Item = &'f Finding>) {
    let groups = grouped(findings);
    if groups.is_empty() {
        return;
    }
    let bold = Style::new().bold();
    printer.line(format!("\n{bold}Warnings{bold:#}"));
    findings_of(printer, &groups);
}

/// How many findings of one code are listed one by one.
const MAX_OF_A_SORT: usize = 5;

/// Prints findings, grouped by code.
pub(crate) fn findings_of(printer: &mut Printer, groups: &[FindingGroup<'_>]) {
    for line in groups.iter().flat_map(|group| group.lines(MAX_OF_A_SORT)) {
        printer.folded(&format!("  {}", safe(&line)), 6);
    }
}

/// Returns a finding as a line: its code and its message.
pub(crate) fn describe(finding: &Finding) -> String {
    format!("  {}: {}", finding.code, safe(&finding.placed()))
}

/// Prints what the operator should know after a job: what the server changed
/// beyond the plan, and the notes.
pub(crate) fn afterwards(printer: &mut Printer, server_changes: &[Unpromised], notes: &[String]) {
    if !server_changes.is_empty() {
        let bold = Style::new().bold();
        printer.line(format!("\n{bold}Changed by the server{bold:#}"));
    }
    for change in server_changes {
        let by = if change.triggers.is_empty() {
            String::new()
        } else {
            format!(" (the table has {})", change.triggers.join(", "))
        };
        printer.folded(&format!("  {}", safe(&format!("{change}{by}"))), 4);
    }
    for note in notes {
        printer.message(format!("note: {}", safe(note)));
    }
}
