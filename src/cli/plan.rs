//! `plan`: compare, print, change nothing.

use super::args::{FileArgs, Global, Output, PlanArgs};
use super::document::Document;
use super::gauge::Gauge;
use super::print::Printer;
use super::session::{Session, cancel_on_signals};
use super::{Exit, text};
use crate::engine::{Plan, Status};
use crate::job::{self, Failure, Phase, Review};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: PlanArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    let review = compare(&session, &args.file).await?;
    let (status, exit) = outcome(&review.plan);
    match printer.output {
        Output::Json => printer.json(&Document::plan(status, &review)),
        Output::Text => text::plan(printer, &review, args.unchanged),
    }
    Ok(exit)
}

/// Reads the file and compares it with the target; tells how far that is. May
/// be interrupted.
pub(super) async fn compare(session: &Session, file: &FileArgs) -> Result<Review, Failure> {
    let gauge = Gauge::begin();
    let reporter = gauge.reporter();
    reporter.phase(Phase::File);
    let review = match job::load(&file.file, file.format.as_deref()) {
        Ok(loaded) => {
            let cancel = cancel_on_signals()?;
            let plan = job::plan(&loaded, &session.target, session.manner.timeouts, &reporter);
            tokio::select! {
                biased;
                () = cancel.asked() => Err(Failure::cancelled(&cancel)),
                review = plan => review,
            }
        }
        Err(failure) => Err(failure),
    };
    gauge.end().await;
    review
}

/// Differences come first; only where there are none do blocked items decide.
fn outcome(plan: &Plan) -> (&'static str, Exit) {
    let summary = plan.summary();
    let has_changes = plan.entries().iter().any(|entry| match entry.verdict.status {
        Status::Add => true,
        Status::Repeat | Status::Cover => entry.changed,
        Status::CannotAdd | Status::CannotCover => false,
    });
    match (has_changes, summary.cannot_add + summary.cannot_cover) {
        (true, _) => ("changes", Exit::Changes),
        (false, 0) => ("ok", Exit::Done),
        (false, _) => ("blocked", Exit::Blocked),
    }
}
