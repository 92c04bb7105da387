//! A plan as text for people: counts first, then what needs a decision.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::plan::Comparison;
use super::print::{Printer, padded, plural, style};
use crate::engine::diff::Show;
use crate::engine::display::safe;
use crate::engine::{
    Change, Entry, Missing, Op, Outcome, Plan, Reason, Reference, Resolution, Resolved, Status, Unpromised,
    Value,
};
use crate::job::SavedPlan;
use crate::store::TableRows;

/// The widest a column of keys or names gets: as wide as a UUID.
const WIDEST: usize = 36;

/// Prints a plan; items without a difference, and references that were
/// resolved, only where `unchanged` asks.
pub(super) fn plan<'a>(printer: &mut Printer, of: impl Into<Comparison<'a>>, unchanged: bool) {
    let of = of.into();
    head(printer, of);
    body(printer, of.plan, None, unchanged);
    outlook(printer, of.plan);
}

/// Prints a saved plan: a plan, whose it is, and what its choices make of it.
pub(super) fn saved(printer: &mut Printer, saved: &SavedPlan, resolution: &Resolution, unchanged: bool) {
    head(printer, saved);
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
    body(printer, saved.plan(), Some(resolution), unchanged);
    let count = |outcome| resolution.count(outcome);
    let mut told = format!(
        "it adds {}, covers {} and leaves out {}",
        plural(count(Outcome::Added), "item", "items"),
        count(Outcome::Covered),
        count(Outcome::Skipped)
    );
    let missing = saved.plan().missing_count();
    if saved.choices().missing_confirmed {
        told.push_str(&format!("; missing {} are ignored", missing.noun()));
    } else if missing.total() > 0 {
        told.push_str(&format!("; it cannot be applied: missing {} are not ignored", missing.noun()));
    }
    printer.line("");
    printer.folded(&told, 0);
}

/// Prints what a plan holds, under the choices where there are any.
fn body(printer: &mut Printer, plan: &Plan, resolution: Option<&Resolution>, unchanged: bool) {
    counts(printer, plan);
    missing(printer, plan);
    for info in plan.kinds() {
        let items: Vec<(usize, &Entry)> =
            plan.entries().iter().enumerate().filter(|(_, entry)| entry.item.id.kind == info.kind).collect();
        if items.is_empty() {
            continue;
        }
        let bold = Style::new().bold();
        printer.line(format!("\n{bold}{}{bold:#}", info.title));
        kind(printer, plan, &items, resolution, unchanged);
    }
    warnings(printer, plan);
}

/// Prints what was done to which table.
pub(super) fn tables(printer: &mut Printer, tables: &[TableRows]) {
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

/// Prints what `apply` would do: on a terminal, the end is what one sees.
fn outlook(printer: &mut Printer, plan: &Plan) {
    let summary = plan.summary();
    let differ = plan.entries().iter().filter(|entry| undecided(entry)).count();
    let mut parts = vec![format!("apply adds {}", plural(summary.add, "item", "items"))];
    if differ > 0 {
        parts.push(format!("--cover all also overwrites {differ}"));
    }
    let missing = plan.missing_count();
    if missing.total() > 0 {
        let are = if missing.total() == 1 { "is" } else { "are" };
        parts.push(format!("it needs {} while {missing} {are} missing", missing.flag()));
    }
    if summary.add + differ > 0 {
        printer.line("");
        printer.folded(&parts.join("; "), 0);
    }
}

/// Says whether an item is there, differs, and may be covered.
fn undecided(entry: &Entry) -> bool {
    entry.verdict.status == Status::Repeat && !entry.is_unchanged()
}

/// What needs a decision comes first, then what is in the way, then the rest.
fn rank(entry: &Entry) -> u8 {
    match entry.verdict.status {
        Status::Repeat if !entry.is_unchanged() => 0,
        Status::CannotAdd | Status::CannotCover => 1,
        Status::Add | Status::Cover => 2,
        Status::Repeat => 3,
    }
}

/// Prints which file meets which target.
pub(super) fn head<'a>(printer: &mut Printer, of: impl Into<Comparison<'a>>) {
    let Comparison { file, target, .. } = of.into();
    let short = safe(file.sha256.get(..12).unwrap_or(&file.sha256));
    let line = format!(
        "{} {} (sha256 {short}) {} {}",
        file.platform,
        safe(&file.path),
        printer.arrow(),
        safe(target)
    );
    printer.folded(&line, 2);
}

/// Prints how many items there are of each status.
pub(super) fn counts(printer: &mut Printer, plan: &Plan) {
    let summary = plan.summary();
    let missing = match summary.missing {
        0 => String::new(),
        others => format!(", {others} missing"),
    };
    printer.line(format!(
        "{} add, {} repeat ({} unchanged), {} cannot add, {} cannot cover, {} lack API{missing}",
        summary.add,
        summary.repeat,
        summary.unchanged,
        summary.cannot_add,
        summary.cannot_cover,
        summary.lack_api
    ));
}

fn kind(
    printer: &mut Printer,
    plan: &Plan,
    items: &[(usize, &Entry)],
    resolution: Option<&Resolution>,
    unchanged: bool,
) {
    let mut shown: Vec<&(usize, &Entry)> = items
        .iter()
        .filter(|(_, entry)| unchanged || !entry.is_unchanged() || entry.verdict.status.is_blocked())
        .collect();
    shown.sort_by_key(|(_, entry)| rank(entry));
    let widest = |text: &dyn Fn(&Entry) -> usize| {
        shown.iter().map(|(_, entry)| text(entry)).max().unwrap_or(0).min(WIDEST)
    };
    let keys = widest(&|entry| safe(&entry.item.id.key).width());
    for (at, entry) in &shown {
        let state = resolution.and_then(|resolution| resolution.state(*at));
        let status = state.map_or(entry.verdict.status, |state| state.status);
        let look = style(status, entry.is_unchanged());
        let changes = plan.changes(*at, Show::Differences);
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
        for reason in entry.verdict.reasons.iter().chain(state.and_then(|state| state.obstacle.as_ref())) {
            reason_line(printer, reason);
        }
        if matches!(status, Status::Repeat | Status::Cover) {
            changes.iter().for_each(|change| change_line(printer, change));
        }
        let told = |reference: &&Reference| unchanged || is_open(reference);
        entry.references.iter().filter(told).for_each(|reference| reference_line(printer, reference));
    }
    let left = items.len() - shown.len();
    if left > 0 {
        printer.line(format!("  = {} unchanged", plural(left, "item is", "items are")));
    }
}

/// Prints a reason.
pub(super) fn reason_line(printer: &mut Printer, reason: &Reason) {
    printer.folded(&format!("      {}: {}", reason.code, safe(&reason.message)), 8);
}

/// Says whether a reference is something that the operator has to know of.
const fn is_open(reference: &Reference) -> bool {
    matches!(reference.how, Resolved::Unresolved | Resolved::External)
}

/// Prints what an item points to, and how that was found.
fn reference_line(printer: &mut Printer, reference: &Reference) {
    let mark = if reference.how == Resolved::Unresolved { "!" } else { printer.arrow() };
    let to = reference.to().to_string();
    let name = match &*reference.name {
        "" => String::new(),
        name if *name == *reference.key => String::new(),
        name => format!(" '{}'", safe(name)),
    };
    let (path, how) = (place(&reference.path), reference.how.words());
    printer.folded(&format!("      {mark} {path}  {}{name}: {how}", safe(&to)), 10);
}

fn change_line(printer: &mut Printer, change: &Change) {
    let line = change_text(printer, change);
    printer.folded(&line, 10);
}

/// Returns a change on one line.
pub(super) fn change_text(printer: &Printer, change: &Change) -> String {
    let path = place(&change.path);
    let arrow = printer.arrow();
    let line = match (change.op, change.secret) {
        (Op::Keep, true) => format!("      · {path}  differs, kept"),
        (Op::Keep, false) => format!("      · {path}  kept"),
        (Op::Add, true) => format!("      + {path}  set"),
        (Op::Remove, true) => format!("      - {path}  removed"),
        (_, true) => format!("      ~ {path}  differs"),
        (Op::Add, false) => format!("      + {path}{}", content(&change.after)),
        (Op::Remove, false) => format!("      - {path}{}", content(&change.before)),
        (Op::Move, false) => format!(
            "      ~ {path}  moved from place {} to place {}",
            counted(&change.before),
            counted(&change.after)
        ),
        (Op::Replace | Op::Same, false) => {
            format!("      ~ {path}  {} {arrow} {}", shown(&change.before), shown(&change.after))
        }
    };
    if printer.ascii { line.replacen('·', ".", 1) } else { line }
}

/// Shows a path to people: `hosts / 10.0.0.1 / hostIp`.
fn place(path: &str) -> String {
    let part = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let parts: Vec<String> = path.split('/').skip(1).map(part).collect();
    safe(&parts.join(" / ")).into_owned()
}

/// Returns a place as people count.
fn counted(place: &Value) -> String {
    match place {
        Value::Int(place) => place.saturating_add(1).to_string(),
        other => shown(other),
    }
}

/// Returns what comes or goes, before which stands its path.
fn content(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        other => format!("  {}", shown(other)),
    }
}

/// Returns a value as text on one line.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Number(text) => text.to_string(),
        Value::Text(text) => safe(text).into_owned(),
        Value::Secret(secret) => format!("{secret:?}"),
        Value::List(values) => {
            let shown: Vec<String> = values.iter().map(shown).collect();
            format!("[{}]", shown.join(", "))
        }
        // As in JSON, secrets masked.
        Value::Record(_) | Value::Set(_) | Value::Sequence(_) => {
            safe(&serde_json::to_string(value).unwrap_or_default()).into_owned()
        }
    }
}

fn missing(printer: &mut Printer, plan: &Plan) {
    let lists = [("Lack API", plan.missing_apis()), ("Missing objects", plan.missing_others())];
    for (title, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        let (bold, flag) = (Style::new().bold(), plan.missing_count().flag());
        printer.line("");
        let told = "the target has none of these; that is ignored if you confirm";
        printer.folded(&format!("{bold}{title}{bold:#}: {told} ({flag})"), 2);
        let name = |missing: &Missing| {
            let Missing { module, key, .. } = missing;
            let name = if missing.is_api() { format!("{module} / {key}") } else { missing.label() };
            safe(&name).into_owned()
        };
        let widest = list.iter().map(|missing| name(missing).width()).max().unwrap_or(0).min(WIDEST);
        for missing in list {
            let users: Vec<String> =
                missing.used_by.iter().map(|user| safe(&user.to_string()).into_owned()).collect();
            let line = format!("  {}  used by {}", padded(&name(missing), widest), users.join(", "));
            printer.folded(&line, widest + 4);
        }
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
    printer.folded(&told(finding), 6);
}

/// Returns a finding as a line: what it is about, and what it says.
pub(super) fn told(finding: &crate::engine::Finding) -> String {
    let about =
        finding.item.as_ref().map(ToString::to_string).or_else(|| finding.path.clone()).unwrap_or_default();
    let about = if about.is_empty() { about } else { format!("{}: ", safe(&about)) };
    format!("  {}: {about}{}", finding.code, safe(&finding.message))
}

/// Prints what an operator should know after a job: what the server changed
/// beside what was planned, and the notes.
pub(super) fn afterwards(printer: &mut Printer, server_changes: &[Unpromised], notes: &[String]) {
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
        printer.tell(format!("note: {}", safe(note)));
    }
}
