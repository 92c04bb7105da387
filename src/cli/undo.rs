//! `undo`: undo a job.

use super::args::{Global, Output, UndoArgs};
use super::counterpart::{Counterpart, is_printed, written};
use super::document::Document;
use super::exit::Exit;
use super::print::{Printer, plural};
use super::progress_line::ProgressLine;
use super::session::{cancel_on_signals, operator, unless_interrupted};
use super::{consent, history};
use crate::engine::display::safe;
use crate::job::{self, Emit, Failure, UndoOptions, Undone};
use crate::store::Target;

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: UndoArgs,
) -> Result<Exit, Failure> {
    let session = Counterpart::new(global, &args.against, None).await?;
    let output = session.output(&args.to, Emit::State)?;
    if let Some(target) = session.target() {
        consent::can_ask(&args.consent, target)?;
    }
    let options = UndoOptions {
        operator: operator(args.consent.operator.clone())?,
        timeouts: session.settings.timeouts,
        ledger: session.settings.ledger.clone(),
        only: args.only,
        accept_server_changes: args.consent.accept_server_changes,
    };
    let target = session.against.display();
    let cancel = cancel_on_signals()?;
    let policy = session.policy().await?;
    if let Some(target) = session.target() {
        let what = match args.consent.is_given() {
            true => String::new(),
            false => unless_interrupted(what((target, &options), args.job)).await?,
        };
        consent::ask(printer, &policy, &args.consent, (&what, true), target)?;
    }
    let progress_line = ProgressLine::begin();
    let watched = (&progress_line.reporter(), &cancel);
    let against = &session.against;
    let done = against
        .undo(args.job, &options, output.as_ref(), watched)
        .await;
    progress_line.end().await;
    let undone = done?;
    if is_printed(printer, undone.file.as_ref()) {
        return Ok(Exit::Done);
    }
    match printer.output {
        Output::Json => printer.json(&Document::undo(&target, &undone).with_policy(&policy)),
        Output::Text => print_undone(printer, &undone),
    }
    Ok(Exit::Done)
}

/// Describes what is about to be undone; fails if that is known to be impossible,
/// before the operator is asked.
async fn what((target, options): (&Target, &UndoOptions), job: i64) -> Result<String, Failure> {
    let record = job::undoable(job, target, options.timeouts, &options.ledger).await?;
    let only = &options.only;
    let which = if only.is_empty() {
        String::new()
    } else {
        format!(", only {}", only.join(" "))
    };
    let about = record
        .undoes
        .map_or_else(|| record.file_path.clone(), |other| format!("job {other}"));
    let began = record.started_at.format("%Y-%m-%d %H:%M:%S UTC");
    let counts = history::written(&record);
    let what = format!("undo of job {job} in {}{which}", target.display());
    let job = format!(
        "{} of {about} by {}, {began}: {counts}",
        record.command, record.operator
    );
    Ok(format!("{}\n  {}", safe(&what), safe(&job)))
}

fn print_undone(printer: &mut Printer, undone: &Undone) {
    super::text::tables(printer, &undone.tables);
    printer.line(format!(
        "job {}: undid job {}, {} restored in {:.2} s",
        undone.job,
        undone.undoes,
        plural(undone.items.len(), "item", "items"),
        undone.seconds
    ));
    match &undone.file {
        Some(file) => written(printer, file),
        None => printer.message(format!(
            "note: `gatediff undo {}` undoes the undo",
            undone.job
        )),
    }
    super::text::afterwards(printer, &undone.server_changes, &undone.notes);
}
