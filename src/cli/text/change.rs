//! The differences and references of an item as text.

use anstyle::{AnsiColor, Style};

use crate::cli::diff;
use crate::cli::print::Printer;
use crate::cli::value::shown;
use crate::engine::display::safe;
use crate::engine::{Change, Op, Reference, Resolved, Value};

/// Prints a reference of an item, and how it was resolved.
pub(super) fn reference_line(printer: &mut Printer, reference: &Reference) {
    let mark = if reference.how == Resolved::Unresolved {
        "!"
    } else {
        printer.arrow()
    };
    let to = reference.to().to_string();
    let name = match &*reference.name {
        "" => String::new(),
        name if *name == *reference.key => String::new(),
        name => format!(" '{}'", safe(name)),
    };
    let (path, how) = (place(&reference.path), reference.how.words());
    printer.folded(
        &format!("      {mark} {path}  {}{name}: {how}", safe(&to)),
        10,
    );
}

/// Prints a change; `set` says whether a rule set the value.
pub(crate) fn change_line(printer: &mut Printer, change: &Change, set: bool) {
    let look = look(change.op);
    let note = if set { SET_BY_VALUES } else { "" };
    if let Some(block) = change.block() {
        let sign = match change.op {
            Op::Add => '+',
            Op::Remove => '-',
            _ => '~',
        };
        let head = format!("      {look}{sign} {}{look:#}{note}", place(&change.path));
        return diff::block(printer, &head, &block);
    }
    let line = change_text(printer, change);
    printer.folded(&format!("{look}{line}{look:#}{note}"), 10);
}

/// What is said of a value that a rule set.
const SET_BY_VALUES: &str = "  set by values";

/// Prints that the difference at a path is ignored.
pub(super) fn ignored_line(printer: &mut Printer, path: &str) {
    let kept = if printer.ascii { '.' } else { '·' };
    let look = look(Op::Keep);
    let line = format!("      {look}{kept} {}  ignored{look:#}", place(path));
    printer.folded(&line, 10);
}

/// Returns the style of a change, if its sign is not enough.
pub(super) const fn look(op: Op) -> Style {
    match op {
        Op::Remove => AnsiColor::Magenta.on_default().bold(),
        Op::Keep => Style::new().dimmed(),
        Op::Add | Op::Replace | Op::Move | Op::Same => Style::new(),
    }
}

/// Returns a change on one line.
pub(crate) fn change_text(printer: &Printer, change: &Change) -> String {
    let path = place(&change.path);
    let arrow = printer.arrow();
    let kept = if printer.ascii { '.' } else { '·' };
    match (change.op, change.secret) {
        (Op::Keep, true) => format!("      {kept} {path}  differs, kept"),
        (Op::Keep, false) => format!("      {kept} {path}  kept"),
        (Op::Add, true) => format!("      + {path}  set"),
        (Op::Remove, true) => format!("      - {path}  removed"),
        (_, true) => format!("      ~ {path}  differs"),
        (Op::Add, false) => format!("      + {path}{}", content(&change.after)),
        (Op::Remove, false) => format!("      - {path}{}  removed", content(&change.before)),
        (Op::Move, false) => format!(
            "      ~ {path}  moved from position {} to position {}",
            counted(&change.before),
            counted(&change.after)
        ),
        (Op::Replace | Op::Same, false) => {
            let [before, after] = match (&change.before, &change.after) {
                (Value::Text(before), Value::Text(after)) => diff::values(printer, before, after),
                (before, after) => [shown(before), shown(after)],
            };
            let note = change
                .note()
                .map_or_else(String::new, |note| format!("  ({note})"));
            format!("      ~ {path}  {before} {arrow} {after}{note}")
        }
    }
}

/// Formats a path: `hosts / 10.0.0.1 / hostIp`.
pub(super) fn place(path: &str) -> String {
    let part = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let parts: Vec<String> = path.split('/').skip(1).map(part).collect();
    safe(&parts.join(" / ")).into_owned()
}

/// Returns a position, counted from 1.
fn counted(place: &Value) -> String {
    match place {
        Value::Int(place) => place.saturating_add(1).to_string(),
        other => shown(other),
    }
}

/// Returns an added or removed value, to follow its path.
fn content(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        other => format!("  {}", shown(other)),
    }
}
