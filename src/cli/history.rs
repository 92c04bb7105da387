//! `history`: what was done to a target.

use super::args::{Global, HistoryArgs, Output};
use super::document::Document;
use super::print::{Printer, column};
use super::session::Session;
use super::{Exit, text};
use crate::engine::display::safe;
use crate::job::{self, Failure, JobRecord, JobState};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: &HistoryArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    let manner = &session.manner;
    let mut jobs = match args.job {
        Some(job) => vec![job::past_job(&session.target, manner.timeouts, &manner.ledger, job).await?],
        None => job::history(&session.target, manner.timeouts, &manner.ledger).await?,
    };
    jobs.truncate(args.limit.max(1));
    match printer.output {
        Output::Json => printer.json(&Document::history(&session.target.display(), &jobs)),
        Output::Text if jobs.is_empty() => {
            printer.line(format!("no jobs in {}", safe(&session.target.display())));
        }
        Output::Text if args.job.is_some() => jobs.iter().for_each(|record| tell(printer, record)),
        Output::Text => list(printer, &jobs),
    }
    Ok(Exit::Done)
}

fn list(printer: &mut Printer, jobs: &[JobRecord]) {
    printer.line(format!(
        "{:>6}  {:<6} {:<13} {:<20} {:<14} {:<30} {}",
        "job", "what", "state", "began (UTC)", "operator", "counts", "file"
    ));
    for record in jobs {
        let command = record.undoes.map_or_else(|| record.command.clone(), |_| "undo".to_owned());
        printer.line(format!(
            "{:>6}  {:<6} {:<13} {:<20} {} {} {}",
            record.job,
            command,
            record.state.word(),
            record.started_at.format("%Y-%m-%d %H:%M:%S"),
            column(&record.operator, 14),
            column(&counts(record), 30),
            about(record),
        ));
    }
}

/// Says what a job was about: its file, or the job that it undid.
fn about(record: &JobRecord) -> String {
    match record.undoes {
        Some(other) => format!("job {other}"),
        None => safe(&record.file_path).into_owned(),
    }
}

/// Says how many items had which outcome; nothing of those that had none.
fn counts(record: &JobRecord) -> String {
    let told = record.counts.iter().filter(|(_, count)| **count > 0);
    told.map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn tell(printer: &mut Printer, record: &JobRecord) {
    let mut pair = |label: &str, text: &str| {
        if !text.is_empty() {
            printer.line(format!("{label:<10}{}", safe(text)));
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
    pair("began", &record.started_at.to_rfc3339());
    pair("ended", &record.finished_at.to_rfc3339());
    pair("operator", &format!("{} on {} with {}", record.operator, record.host, record.program));
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
