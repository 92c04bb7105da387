//! `history`: what was done to a target.

use chrono::{DateTime, Utc};

use super::args::{Global, HistoryArgs, Output};
use super::counterpart::Counterpart;
use super::document::Document;
use super::exit::Exit;
use super::print::{Printer, cells, column};
use super::text;
use crate::engine::display::safe;
use crate::job::{Failure, JobRecord, JobState};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: &HistoryArgs,
) -> Result<Exit, Failure> {
    let session = Counterpart::new(global, &args.against, None).await?;
    let settings = &session.settings;
    let mut jobs = match args.job {
        Some(job) => {
            let against = &session.against;
            vec![
                against
                    .past_job(settings.timeouts, &settings.ledger, job)
                    .await?,
            ]
        }
        None => {
            let against = &session.against;
            against.history(settings.timeouts, &settings.ledger).await?
        }
    };
    jobs.truncate(args.limit.max(1));
    let policy = session.policy().await?;
    match printer.output {
        Output::Json => {
            printer
                .json(&Document::history(&session.against.display(), &jobs).with_policy(&policy));
        }
        Output::Text if jobs.is_empty() => {
            printer.line(format!(
                "no jobs in {}{}",
                safe(&session.against.display()),
                text::policy_suffix(&policy)
            ));
        }
        Output::Text if args.job.is_some() => {
            jobs.iter().for_each(|record| print_record(printer, record));
        }
        Output::Text => list(printer, &jobs),
    }
    Ok(Exit::Done)
}

/// How the jobs are laid out: in full if stdout is no terminal, else to fit.
struct Layout {
    /// How a time is shown.
    time: &'static str,
    /// Whether a file is shown by its name alone.
    is_short: bool,
    /// How many cells the operator may take at most.
    operator: usize,
    /// Whether targets are listed: a ledger file may hold jobs of several.
    has_targets: bool,
}

impl Layout {
    /// Lists narrower than this show no year.
    const WIDE: usize = 100;

    fn new(printer: &Printer, jobs: &[JobRecord]) -> Self {
        let (time, operator) = match printer.width() {
            None => ("%Y-%m-%d %H:%M:%S", usize::MAX),
            Some(Self::WIDE..) => ("%Y-%m-%d %H:%M", 20),
            Some(_) => ("%m-%d %H:%M", 10),
        };
        let targets = jobs.iter().map(|job| &job.target);
        let has_targets = targets
            .clone()
            .zip(targets.skip(1))
            .any(|(one, next)| one != next);
        Self {
            time,
            is_short: printer.width().is_some(),
            operator,
            has_targets,
        }
    }

    /// Returns the cells of a job.
    fn cells(&self, record: &JobRecord) -> [String; 7] {
        [
            record.job.to_string(),
            record.command.clone(),
            record.state.word().to_owned(),
            record.started_at.format(self.time).to_string(),
            safe(&record.operator).into_owned(),
            written(record),
            self.about(record),
        ]
    }

    /// Says what a job was about: its file, or the job that it undid.
    fn about(&self, record: &JobRecord) -> String {
        let path = &record.file_path;
        let name = path
            .rsplit('/')
            .next()
            .filter(|_| self.is_short)
            .unwrap_or(path);
        let mut about = record
            .undoes
            .map_or_else(|| safe(name).into_owned(), |other| format!("job {other}"));
        if self.has_targets {
            about.push_str(&format!(" in {}", safe(&record.target)));
        }
        about
    }
}

fn list(printer: &mut Printer, jobs: &[JobRecord]) {
    let layout = Layout::new(printer, jobs);
    let head = [
        "job",
        "what",
        "state",
        "started (UTC)",
        "operator",
        "written",
        "file",
    ]
    .map(str::to_owned);
    let rows: Vec<[String; 7]> = std::iter::once(head)
        .chain(jobs.iter().map(|job| layout.cells(job)))
        .collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cells(cell).max(*width);
        }
    }
    let [number, _, _, _, operator, ..] = &mut widths;
    *operator = layout.operator.min(*operator);
    let indent = *number + 2;
    for row in &rows {
        let [number, rest @ ..] = row;
        let [wide, widths @ ..] = &widths;
        let mut line = format!("{number:>wide$}");
        for (cell, wide) in rest.iter().zip(widths) {
            line.push_str("  ");
            line.push_str(&column(cell, *wide));
        }
        printer.folded(line.trim_end(), indent);
    }
}

/// The counts of items that were not written.
const LEFT: [&str; 3] = ["unchanged", "skipped", "blocked"];

/// Formats how many items were written, and how; the others are left out.
pub(super) fn written(record: &JobRecord) -> String {
    list_counts(record, |word| !LEFT.contains(&word))
}

/// Formats the counts by outcome, written items first; zeros are left out.
fn counts(record: &JobRecord) -> String {
    let left = list_counts(record, |word| LEFT.contains(&word));
    let parts = [written(record), left];
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn list_counts(record: &JobRecord, admits: impl Fn(&str) -> bool) -> String {
    let described = record
        .counts
        .iter()
        .filter(|(word, count)| **count > 0 && admits(word));
    described
        .map(|(word, count)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Formats a time in UTC.
pub(super) fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn print_record(printer: &mut Printer, record: &JobRecord) {
    let mut pair = |label: &str, text: &str| {
        if !text.is_empty() {
            printer.folded(&format!("{label:<10}{}", safe(text)), 10);
        }
    };
    pair("job", &record.job.to_string());
    pair(
        "what",
        &match record.undoes {
            Some(other) => format!("undo of job {other}"),
            None => record.command.clone(),
        },
    );
    let by = record.undone_by.filter(|_| record.state != JobState::Done);
    pair(
        "state",
        &match by {
            Some(by) => format!("{} by job {by}", record.state.word()),
            None => record.state.word().to_owned(),
        },
    );
    pair("error", record.error.as_deref().unwrap_or_default());
    pair("started", &time(record.started_at));
    pair("ended", &time(record.finished_at));
    pair(
        "operator",
        &format!(
            "{} on {} with {}",
            record.operator, record.host, record.program
        ),
    );
    pair("target", &record.target);
    pair("platform", &record.platform);
    pair("file", &record.file_path);
    pair("sha256", &record.file_sha256);
    pair("plan", record.plan_id.as_deref().unwrap_or_default());
    pair("counts", &counts(record));
    pair("backup", if record.has_backup { "kept" } else { "none" });
    text::tables(printer, &record.tables);
    let items = record
        .choices
        .as_ref()
        .and_then(|choices| choices.get("items"))
        .and_then(serde_json::Value::as_object);
    for (item, outcome) in items.into_iter().flatten() {
        let outcome = outcome.as_str().unwrap_or_default();
        printer.line(format!("  {outcome:<9} {}", safe(item)));
    }
}
