//! `diff`: two sides, compared both ways; nothing is written.

use anstyle::Style;
use serde::Serialize;

use super::args::{DiffArgs, Global, Output};
use super::document::FORMAT;
use super::exit::Exit;
use super::print::{Printer, cells, padded, plural};
use super::progress_line::ProgressLine;
use super::session::unless_interrupted;
use super::side::open;
use super::text::{WIDEST, change_line};
use crate::engine::display::safe;
use crate::engine::{Change, Kind, Matched};
use crate::job::{self, Diff, DiffItem, Failure, FailureKind, Origin, Phase, Presence};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: DiffArgs,
) -> Result<Exit, Failure> {
    if args.a == "-" && args.b == "-" {
        let what = "only one of the two sides can be standard input";
        return Err(Failure::new(FailureKind::Usage, what));
    }
    let progress_line = ProgressLine::begin();
    let done = compare(global, &args, &progress_line).await;
    progress_line.end().await;
    let diff = done?;
    match printer.output {
        Output::Json => printer.json(&Document::new(&diff)),
        Output::Text => text(printer, &diff, args.unchanged),
    }
    Ok(exit(&diff))
}

async fn compare(
    global: &Global,
    args: &DiffArgs,
    progress_line: &ProgressLine,
) -> Result<Diff, Failure> {
    let reporter = progress_line.reporter();
    reporter.phase(Phase::File);
    let format = args.format.as_deref();
    let a = open(global, &args.a, format).await?;
    let b = open(global, &args.b, format).await?;
    let format = format.or(a.platform()).or(b.platform());
    // Not before the files are read: until then signals end the process, also where it waits for a
    // pipe that nobody writes.
    unless_interrupted(async {
        let a = a.read(format, &reporter).await?;
        let b = b.read(format, &reporter).await?;
        job::diff(&a, &b, &reporter).await
    })
    .await
}

fn exit(diff: &Diff) -> Exit {
    if diff.is_different() {
        Exit::Changes
    } else {
        Exit::Done
    }
}

/// The document of a comparison.
#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    command: &'static str,
    status: &'static str,
    platform: &'static str,
    a: SideDocument<'a>,
    b: SideDocument<'a>,
    summary: Summary,
    items: Vec<ItemDocument<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SideDocument<'a> {
    File { path: &'a str, sha256: &'a str },
    Target { target: &'a str },
}

impl<'a> From<&'a Origin> for SideDocument<'a> {
    fn from(origin: &'a Origin) -> Self {
        match origin {
            Origin::File(file) => Self::File {
                path: &file.path,
                sha256: &file.sha256,
            },
            Origin::Target(target) => Self::Target { target },
        }
    }
}

#[derive(Serialize)]
struct Summary {
    only_a: usize,
    only_b: usize,
    different: usize,
    equal: usize,
}

#[derive(Serialize)]
struct ItemDocument<'a> {
    kind: &'a Kind,
    key: &'a str,
    name: &'a str,
    presence: Presence,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<&'a Matched>,
    changes: &'a [Change],
}

impl<'a> Document<'a> {
    fn new(diff: &'a Diff) -> Self {
        let item = |item: &'a DiffItem| ItemDocument {
            kind: &item.id.kind,
            key: &item.id.key,
            name: &item.name,
            presence: item.presence,
            matched: item.matched.as_ref(),
            changes: &item.changes,
        };
        Self {
            format_version: FORMAT,
            command: "diff",
            status: match exit(diff) {
                Exit::Changes => "changes",
                _ => "ok",
            },
            platform: diff.platform,
            a: (&diff.a).into(),
            b: (&diff.b).into(),
            summary: Summary {
                only_a: diff.count(Presence::OnlyA),
                only_b: diff.count(Presence::OnlyB),
                different: diff.count(Presence::Different),
                equal: diff.count(Presence::Equal),
            },
            items: diff.items.iter().map(item).collect(),
        }
    }
}

/// Prints what differs, kind by kind; equal items only if `unchanged` is set.
fn text(printer: &mut Printer, diff: &Diff, unchanged: bool) {
    for (name, origin) in [("A", &diff.a), ("B", &diff.b)] {
        printer.folded(&format!("{name}  {}", safe(origin.name())), 3);
    }
    let count = |presence| diff.count(presence);
    printer.line(format!(
        "{} only in A, {} only in B, {} different, {} equal",
        count(Presence::OnlyA),
        count(Presence::OnlyB),
        count(Presence::Different),
        count(Presence::Equal),
    ));
    for info in diff.kinds {
        let items = diff.items.iter().filter(|item| item.id.kind == info.kind);
        let items: Vec<&DiffItem> = items.collect();
        let is_shown = |item: &&&DiffItem| unchanged || item.presence != Presence::Equal;
        let shown: Vec<&&DiffItem> = items.iter().filter(is_shown).collect();
        if items.is_empty() {
            continue;
        }
        let bold = Style::new().bold();
        printer.line(format!("\n{bold}{}{bold:#}", info.title));
        let width = shown.iter().map(|item| cells(&safe(&item.id.key)));
        let width = width.max().unwrap_or(0).min(WIDEST);
        for item in &shown {
            let (sign, word) = match item.presence {
                Presence::OnlyA => ('-', "only in A"),
                Presence::OnlyB => ('+', "only in B"),
                Presence::Different => ('~', "different"),
                Presence::Equal => ('=', "equal"),
            };
            let key = padded(&item.id.key, width);
            printer.folded(&format!("  {sign} {word}  {key}  {}", safe(&item.name)), 15);
            if let Some(matched) = &item.matched {
                printer.folded(&format!("      {}", safe(&matched.to_string())), 8);
            }
            item.changes
                .iter()
                .for_each(|change| change_line(printer, change, false));
        }
        match items.len() - shown.len() {
            0 => {}
            n => printer.line(format!("  = {} equal", plural(n, "item is", "items are"))),
        }
    }
}
