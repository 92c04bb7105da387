//! `plan`: compare, print, change nothing.

use super::args::{Global, Output, PlanArgs};
use super::document::Document;
use super::print::Printer;
use super::session::Session;
use super::{Exit, text};
use crate::engine::{Plan, Status};
use crate::job::{self, Failure, Reporter};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: PlanArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    let loaded = job::load(&args.file.file, args.file.format.as_deref())?;
    let review = job::plan(&loaded, &session.target, session.manner.timeouts, &Reporter::silent()).await?;
    let (status, exit) = outcome(&review.plan);
    match printer.output {
        Output::Json => printer.json(&Document::plan(status, &review)),
        Output::Text => text::plan(printer, &review, args.unchanged),
    }
    Ok(exit)
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
