//! `undo`: take a job back.

use super::args::{Global, Output, UndoArgs};
use super::document::Document;
use super::gauge::Gauge;
use super::print::{Printer, plural};
use super::session::{Session, cancel_on_signals, operator};
use super::{Exit, consent};
use crate::engine::display::safe;
use crate::job::{self, Failure, UndoOptions, Undone};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: UndoArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    consent::can_ask(&args.consent)?;
    let options = UndoOptions {
        operator: operator(args.consent.operator.clone())?,
        timeouts: session.manner.timeouts,
        ledger: session.manner.ledger.clone(),
        only: args.only,
    };
    let target = session.target.display();
    let which =
        if options.only.is_empty() { String::new() } else { format!(" ({})", options.only.join(", ")) };
    let what = format!("undo of job {}{} in {}", args.job, safe(&which), safe(&target));
    consent::ask(printer, &session.manner, &args.consent, (&what, true), session.target.database())?;
    let cancel = cancel_on_signals()?;
    let gauge = Gauge::begin();
    let done = job::undo(args.job, &session.target, &options, &gauge.reporter(), &cancel).await;
    gauge.end().await;
    let undone = done?;
    match printer.output {
        Output::Json => printer.json(&Document::undo(&target, &undone)),
        Output::Text => tell(printer, &undone),
    }
    Ok(Exit::Done)
}

fn tell(printer: &mut Printer, undone: &Undone) {
    super::text::tables(printer, &undone.tables);
    printer.line(format!(
        "job {}: undid job {}, {} restored in {:.2} s",
        undone.job,
        undone.undoes,
        plural(undone.items.len(), "item", "items"),
        undone.seconds
    ));
    for note in &undone.notes {
        printer.tell(format!("note: {note}"));
    }
}
