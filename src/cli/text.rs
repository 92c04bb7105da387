//! A plan as text for people: counts first, then what needs a decision.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::print::{Printer, column, plural, style};
use crate::engine::diff::Show;
use crate::engine::display::safe;
use crate::engine::{Change, Entry, Op, Plan, Reason, Status, Value};
use crate::job::Review;

/// The widest a column of keys or names gets.
const WIDEST: usize = 32;

/// Prints a plan; items without a difference only where `unchanged` asks.
pub(super) fn plan(printer: &mut Printer, review: &Review, unchanged: bool) {
    head(printer, review);
    counts(printer, &review.plan);
    for info in review.plan.kinds() {
        let items: Vec<(usize, &Entry)> = review
            .plan
            .entries()
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.item.id.kind == info.kind)
            .collect();
        if items.is_empty() {
            continue;
        }
        let bold = Style::new().bold();
        printer.line(format!("\n{bold}{}{bold:#}", info.title));
        kind(printer, &review.plan, &items, unchanged);
    }
    lack(printer, &review.plan);
    warnings(printer, &review.plan);
}

/// Prints which file meets which target.
pub(super) fn head(printer: &mut Printer, review: &Review) {
    let short = review.file.sha256.get(..12).unwrap_or(&review.file.sha256);
    printer.line(format!(
        "{} {} (sha256 {short}) {} {}",
        review.file.platform,
        safe(&review.file.path),
        printer.arrow(),
        safe(&review.target)
    ));
}

/// Prints how many items there are of each status.
pub(super) fn counts(printer: &mut Printer, plan: &Plan) {
    let summary = plan.summary();
    printer.line(format!(
        "{} add, {} repeat ({} unchanged), {} cannot add, {} cannot cover, {} lack API",
        summary.add,
        summary.repeat,
        summary.unchanged,
        summary.cannot_add,
        summary.cannot_cover,
        summary.lack_api
    ));
}

fn kind(printer: &mut Printer, plan: &Plan, items: &[(usize, &Entry)], unchanged: bool) {
    let shown: Vec<&(usize, &Entry)> = items
        .iter()
        .filter(|(_, entry)| unchanged || !entry.is_unchanged() || entry.verdict.status.is_blocked())
        .collect();
    let widest = |text: &dyn Fn(&Entry) -> usize| {
        shown.iter().map(|(_, entry)| text(entry)).max().unwrap_or(0).min(WIDEST)
    };
    let keys = widest(&|entry| safe(&entry.item.id.key).width());
    let names = widest(&|entry| safe(&entry.item.name).width());
    for (at, entry) in &shown {
        let status = entry.verdict.status;
        let look = style(status, entry.is_unchanged());
        let changes = plan.changes(*at, Show::Differences);
        printer.line(format!(
            "  {look}{} {:<12}{look:#}  {}  {}  {}",
            printer.glyph(status, entry.is_unchanged()),
            status,
            column(&entry.item.id.key, keys),
            column(&entry.item.name, names),
            told(entry, &changes),
        ));
        for reason in &entry.verdict.reasons {
            reason_line(printer, reason);
        }
        if status == Status::Repeat {
            changes.iter().for_each(|change| change_line(printer, change));
        }
    }
    let left = items.len() - shown.len();
    if left > 0 {
        printer.line(format!("  = {} unchanged", plural(left, "item is", "items are")));
    }
}

fn told(entry: &Entry, changes: &[Change]) -> String {
    let effective = changes.iter().filter(|change| change.op.is_effective()).count();
    match entry.verdict.status {
        Status::Repeat if entry.is_unchanged() => "unchanged".to_owned(),
        Status::Repeat | Status::Cover => plural(effective, "difference", "differences"),
        Status::Add | Status::CannotAdd | Status::CannotCover => String::new(),
    }
}

/// Prints a reason.
pub(super) fn reason_line(printer: &mut Printer, reason: &Reason) {
    printer.line(format!("      {}: {}", reason.code, safe(&reason.message)));
}

fn change_line(printer: &mut Printer, change: &Change) {
    let path = safe(&change.path).into_owned();
    let arrow = printer.arrow();
    let line = match (change.op, change.secret) {
        (Op::Keep, true) => format!("      · {path}  differs, kept"),
        (Op::Keep, false) => format!("      · {path}  kept"),
        (_, true) => format!("      ~ {path}  differs"),
        (Op::Add, false) => format!("      + {path}{}", shown_after(&change.after)),
        (Op::Remove, false) => format!("      - {path}"),
        (Op::Replace | Op::Same, false) => {
            format!("      ~ {path}  {} {arrow} {}", shown(&change.before), shown(&change.after))
        }
    };
    printer.line(if printer.ascii { line.replacen('·', ".", 1) } else { line });
}

fn shown_after(value: &Value) -> String {
    match value {
        Value::Null | Value::Record(_) | Value::Set(_) => String::new(),
        other => format!("  {}", shown(other)),
    }
}

/// Returns a value as text on one line.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => safe(text).into_owned(),
        Value::Secret(secret) => format!("{secret:?}"),
        Value::Record(_) | Value::Set(_) => "(several)".to_owned(),
    }
}

fn lack(printer: &mut Printer, plan: &Plan) {
    if plan.lack().is_empty() {
        return;
    }
    let bold = Style::new().bold();
    printer.line(format!("\n{bold}Lack API{bold:#}: the target has none of these; their links are left out if you confirm (--ignore-lack-api)"));
    for lack in plan.lack() {
        let users: Vec<String> =
            lack.used_by.iter().map(|user| safe(&user.to_string()).into_owned()).collect();
        printer.line(format!("  {} / {}  used by {}", safe(&lack.module), safe(&lack.api), users.join(", ")));
    }
}

fn warnings(printer: &mut Printer, plan: &Plan) {
    let all: Vec<_> = plan.all_warnings().collect();
    if all.is_empty() {
        return;
    }
    let bold = Style::new().bold();
    printer.line(format!("\n{bold}Warnings{bold:#}"));
    for warning in all {
        finding(printer, warning);
    }
}

/// Prints a finding.
pub(super) fn finding(printer: &mut Printer, finding: &crate::engine::Finding) {
    let about =
        finding.item.as_ref().map(ToString::to_string).or_else(|| finding.path.clone()).unwrap_or_default();
    printer.line(format!("  {}: {} {}", finding.code, safe(&about), safe(&finding.message)));
}
