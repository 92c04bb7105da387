//! `plan --target … --target …`: one file against several targets, as a matrix.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::args::{Global, Output, PlanArgs};
use super::document::{Document, FORMAT, FileDocument};
use super::exit::Exit;
use super::plan::{ended, load, with_one};
use super::print::{Printer, cells, column, padded, plural, style};
use super::progress_line::ProgressLine;
use super::rules::ProfileRules;
use super::session::unless_interrupted;
use super::target::{Named, Targets, targets};
use super::text::{WIDEST, policy_suffix, short_sum};
use crate::engine::display::safe;
use crate::engine::{Cell, Kind, MatrixRow, OnlyInTarget, Summary};
use crate::job::{
    self, Compared, ComparedTarget, Failure, FailureKind, NamedTarget, Phase, TargetSummary,
};

/// Compares with the target, or with each of several.
pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: PlanArgs,
) -> Result<Exit, Failure> {
    if args.out.is_none() && args.choices.is_given() {
        let what = "--cover, --skip and --ignore-missing require --out: they choose what a saved plan writes";
        return Err(Failure::new(FailureKind::Usage, what)
            .hint("save the plan with --out, or choose with `gatediff apply`"));
    }
    let format = args.file.format.as_deref();
    match targets(global, (&args.targets, &args.against), format).await? {
        Targets::One(session) => with_one(printer, &session, args).await,
        Targets::Several(named) => with_several(printer, &named, &args).await,
    }
}

async fn with_several(
    printer: &mut Printer,
    named: &[Named],
    args: &PlanArgs,
) -> Result<Exit, Failure> {
    check(args)?;
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    reporter.phase(Phase::File);
    let options = args.file.import.options()?;
    let targets = named.iter().map(|named| named.to_compare(&options));
    let targets: Vec<NamedTarget> = targets.collect();
    // Each target's own rules are followed when it is compared.
    let done = match load(&args.file, &ProfileRules::default()) {
        Ok(loaded) => {
            let comparing = async { Ok(job::compare_all(&loaded, &targets, &reporter).await) };
            unless_interrupted(comparing).await
        }
        Err(failure) => Err(failure),
    };
    progress_line.end().await;
    let compared = done?;
    let (status, exit) = outcome(&compared);
    match printer.output {
        Output::Json => printer.json(&MatrixDocument::new(status, &compared)),
        Output::Text => text(printer, &compared, args.unchanged),
    }
    Ok(exit)
}

/// Fails on options that are about one target.
fn check(args: &PlanArgs) -> Result<(), Failure> {
    let about_one = [
        (args.out.is_some(), "--out saves the plan of one target"),
        (args.both, "--both lists the items of one target"),
    ];
    match about_one.into_iter().find(|(is_given, _)| *is_given) {
        None => Ok(()),
        Some((_, what)) => {
            Err(Failure::new(FailureKind::Usage, what).hint("name one target with --target"))
        }
    }
}

/// Returns the status of a target, and how the command would end with it alone.
fn outcome_of(compared: &Compared, index: usize) -> (&'static str, Exit) {
    let target = compared.targets.get(index);
    if let Some(Err(failure)) = target.map(|target| &target.outcome) {
        return (Document::status(failure.kind), Exit::Error);
    }
    let cells: Vec<Cell> = compared.matrix.target(index).collect();
    let has_changes = cells.iter().any(|cell| cell.is_change());
    let blocked = cells.iter().filter(|cell| cell.is_blocked()).count();
    ended(has_changes, blocked)
}

/// Returns the status of all, and how the command ends: with an error if a target was not
/// compared, else as a plan.
fn outcome(compared: &Compared) -> (&'static str, Exit) {
    let all = (0..compared.targets.len()).map(|index| outcome_of(compared, index));
    let all: Vec<(&'static str, Exit)> = all.collect();
    let first = |wanted: Exit| all.iter().find(|(_, exit)| *exit == wanted);
    if first(Exit::Error).is_some() {
        return ("error", Exit::Error);
    }
    let worst = first(Exit::Changes).or_else(|| first(Exit::Blocked));
    worst.copied().unwrap_or(("ok", Exit::Done))
}

#[derive(Serialize)]
struct MatrixDocument<'a> {
    format_version: &'static str,
    command: &'static str,
    status: &'static str,
    platform: &'static str,
    file: FileDocument<'a>,
    targets: Vec<TargetDocument<'a>>,
    items: Vec<ItemDocument<'a>>,
}

#[derive(Serialize)]
struct TargetDocument<'a> {
    name: &'a str,
    target: &'a str,
    production: bool,
    read_only: bool,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_in_target_counts: Option<&'a OnlyInTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

#[derive(Serialize)]
struct ItemDocument<'a> {
    kind: &'a Kind,
    key: &'a str,
    name: &'a str,
    /// By the names of the targets.
    verdicts: BTreeMap<&'a str, Cell>,
}

impl<'a> MatrixDocument<'a> {
    fn new(status: &'static str, compared: &'a Compared) -> Self {
        let Compared {
            file,
            matrix,
            targets,
        } = compared;
        let target = |(index, target): (usize, &'a ComparedTarget)| {
            let found = target.outcome.as_ref();
            TargetDocument {
                name: &target.name,
                target: &target.target,
                production: target.policy.production.is_some(),
                read_only: target.policy.read_only.is_some(),
                status: outcome_of(compared, index).0,
                summary: found.ok().map(|found| found.summary),
                only_in_target_counts: found.ok().and_then(|found| found.only_in_target.as_ref()),
                error: found.err(),
            }
        };
        let item = |row: &'a MatrixRow| {
            let verdicts = targets.iter().zip(&row.cells);
            let verdicts = verdicts.filter_map(|(target, cell)| Some((&*target.name, (*cell)?)));
            ItemDocument {
                kind: &row.id.kind,
                key: &row.id.key,
                name: &row.name,
                verdicts: verdicts.collect(),
            }
        };
        Self {
            format_version: FORMAT,
            command: "plan",
            status,
            platform: file.platform,
            file: FileDocument::new(file),
            targets: targets.iter().enumerate().map(target).collect(),
            items: matrix.rows().iter().map(item).collect(),
        }
    }
}

/// The width of the lines, which no table exceeds.
const WIDTH: usize = 80;

/// The widths of a column of verdicts: with its word, and with its sign alone.
const WORDS: usize = 10;
const SIGNS: usize = 3;

/// The least that is left to the items, beside their keys.
const LEAST: usize = 24;

/// How the matrix is laid out.
struct Layout {
    /// The width of a column of verdicts.
    column: usize,
    /// The width that is left to keys and names.
    items: usize,
}

impl Layout {
    /// Lays out so many targets: keys that people copy are not cut.
    fn new(printer: &Printer, rows: &[MatrixRow], targets: usize) -> Self {
        let width = printer.width().unwrap_or(WIDTH).max(WIDTH);
        let keys = rows.iter().map(|row| cells(&safe(&row.id.key)));
        let least = LEAST.max(keys.max().unwrap_or_default().min(WIDEST) + 3);
        let fits = least + WORDS * targets <= width;
        let column = if fits { WORDS } else { SIGNS };
        Self {
            column,
            items: width.saturating_sub(column * targets).max(least),
        }
    }

    const fn has_words(&self) -> bool {
        self.column == WORDS
    }
}

/// Prints the targets with their counts, then the items that differ in any of them, kind by kind;
/// the others only if `unchanged` is set.
fn text(printer: &mut Printer, compared: &Compared, unchanged: bool) {
    let Compared {
        file,
        matrix,
        targets,
    } = compared;
    let line = format!(
        "{} {} (sha256 {}) {} {}",
        file.platform,
        safe(&file.path),
        short_sum(&file.sha256),
        printer.arrow(),
        plural(targets.len(), "target", "targets")
    );
    printer.folded(&line, 2);
    for (index, target) in targets.iter().enumerate() {
        print_target(printer, index, target);
    }
    let layout = Layout::new(printer, matrix.rows(), targets.len());
    for info in matrix.kinds() {
        let of_kind = matrix.rows().iter().filter(|row| row.id.kind == info.kind);
        let (differing, same): (Vec<&MatrixRow>, Vec<&MatrixRow>) =
            of_kind.partition(|row| row.differs());
        let listed = if unchanged { same.as_slice() } else { &[] };
        if differing.len() + same.len() == 0 {
            continue;
        }
        printer.line("");
        head(printer, &layout, info.title, targets);
        for row in differing.iter().chain(listed) {
            print_row(printer, &layout, row);
        }
        match same.len() - listed.len() {
            0 => {}
            n => {
                let items = plural(n, "item is", "items are");
                printer.line(format!("  = {items} unchanged in every target"));
            }
        }
    }
}

/// Prints a target: its number, its name, its location and its counts, or why it has none.
fn print_target(printer: &mut Printer, index: usize, target: &ComparedTarget) {
    let ComparedTarget {
        name,
        target: place,
        policy,
        outcome,
    } = target;
    let bold = Style::new().bold();
    let shown = if name == place {
        String::new()
    } else {
        format!("  {}", safe(place))
    };
    printer.line("");
    let marks = policy_suffix(policy);
    printer.folded(
        &format!("{} {bold}{}{bold:#}{shown}{marks}", index + 1, safe(name)),
        2,
    );
    let found = match outcome {
        Ok(found) => found,
        Err(failure) => return print_failure(printer, failure),
    };
    printer.folded(&format!("  {}", counts(found)), 4);
    let only = found.only_in_target.as_ref();
    if let Some(only) = only.filter(|only| only.total() > 0) {
        printer.folded(&format!("  {only} only in the target"), 4);
    }
}

/// Prints in its place why a target was not compared.
fn print_failure(printer: &mut Printer, failure: &Failure) {
    let red = AnsiColor::Red.on_default().bold();
    let what = failure.to_string();
    printer.folded(&format!("  {red}error{red:#}: {}", safe(&what)), 4);
    for hint in &failure.hints {
        printer.folded(&format!("  next step: {}", safe(hint)), 4);
    }
}

/// Formats the counts of a target; zeros are left out.
fn counts(found: &TargetSummary) -> String {
    let Summary {
        add,
        repeat,
        unchanged,
        cannot_add,
        cannot_cover,
        lack_api,
        missing,
        ignored,
        only_in_target: _,
    } = found.summary;
    let parts = [
        (add, "to add"),
        (repeat - unchanged, "different"),
        (unchanged, "unchanged"),
        (cannot_add + cannot_cover, "blocked"),
        (lack_api, "lack API"),
        (missing, "missing"),
        (ignored, "ignored"),
    ];
    let parts = parts.iter().filter(|(n, _)| *n > 0);
    let parts: Vec<String> = parts.map(|(n, word)| format!("{n} {word}")).collect();
    match parts.is_empty() {
        true => "no items".to_owned(),
        false => parts.join(", "),
    }
}

/// Prints the heading of a kind: the names of the targets, or their numbers where these do not fit.
fn head(printer: &mut Printer, layout: &Layout, title: &str, targets: &[ComparedTarget]) {
    let bold = Style::new().bold();
    let mut line = format!("{bold}{}{bold:#}", padded(title, layout.items));
    for (index, target) in targets.iter().enumerate() {
        let name = match layout.has_words() {
            true => target.name.clone(),
            false => (index + 1).to_string(),
        };
        line.push_str(&column(&name, layout.column - 1));
        line.push(' ');
    }
    printer.line(line);
}

fn print_row(printer: &mut Printer, layout: &Layout, row: &MatrixRow) {
    let key = safe(&row.id.key);
    let rest = layout.items.saturating_sub(cells(&key) + 5);
    let name = column(&row.name, rest);
    let named = format!("  {key}  {name}");
    let mut line = padded(&named, layout.items);
    for cell in &row.cells {
        line.push_str(&cell_text(printer, layout, *cell));
    }
    printer.line(line);
}

/// Returns a verdict as a sign, with its word if that fits.
fn cell_text(printer: &Printer, layout: &Layout, cell: Option<Cell>) -> String {
    let Some(Cell { status, unchanged }) = cell else {
        return padded("?", layout.column);
    };
    let look = style(status, unchanged);
    let sign = printer.glyph(status, unchanged);
    let word = if status.is_blocked() {
        "Blocked"
    } else {
        status.word()
    };
    let text = match layout.has_words() {
        true => format!("{sign} {word}"),
        false => sign.to_owned(),
    };
    let space = layout.column.saturating_sub(cells(&text));
    format!("{look}{text}{look:#}{}", " ".repeat(space))
}
