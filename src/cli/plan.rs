//! `plan`: compare, print, change nothing; save with `--out`.

use std::path::Path;
use std::sync::Arc;

use super::args::{FileArgs, Output, PlanArgs};
use super::choose::{blocked_by_name, choose};
use super::counterpart::Counterpart;
use super::document::Document;
use super::exit::Exit;
use super::print::{Printer, plural};
use super::progress_line::ProgressLine;
use super::rules::ProfileRules;
use super::session::{operator, unless_interrupted};
use super::{out, text};
use crate::engine::display::safe;
use crate::engine::{Access, Cell, Choices, Outcome, Plan, TargetItem};
use crate::job::{self, Failure, Loaded, Phase, Review, saved};

/// Compares with one target.
pub(super) async fn with_one(
    printer: &mut Printer,
    session: &Counterpart,
    args: PlanArgs,
) -> Result<Exit, Failure> {
    let mut review = compare(session, &args.file).await?;
    let only_in_target = match args.both {
        true => Some(list_only_in_target(session, &mut review).await?),
        false => None,
    };
    let choices = choose(&review.plan, &args.choices)?;
    if let Some(file) = &args.out {
        save(printer, session, (&review, &choices), file, &args).await?;
    }
    let (status, exit) = outcome(&review.plan);
    let is_printed = is_printed(&args);
    // With --out the choices count; otherwise everything that differs.
    let access = if args.out.is_some() {
        review.access(&choices)
    } else {
        whole(&review)
    };
    match printer.output {
        // The plan itself is what was printed.
        _ if is_printed => {}
        Output::Json => {
            let saved = args.out.as_deref().map(|file| (file, &choices));
            let document = Document::plan_saved(status, &review, access.as_ref(), saved);
            printer.json(&match &only_in_target {
                Some(items) => document.with_only_in_target(items),
                None => document,
            });
        }
        Output::Text => {
            text::plan(printer, &review, access.as_ref(), args.unchanged);
            if let Some(items) = &only_in_target {
                text::target_items(printer, &review.plan, items);
            }
            // A saved plan has its choices.
            if args.out.is_none() {
                text::outlook(printer, &review.plan);
            }
        }
    }
    Ok(exit)
}

/// Says whether the saved plan is what is printed.
fn is_printed(args: &PlanArgs) -> bool {
    let file = args.out.as_deref().map(Path::new);
    file.is_some_and(job::is_standard_output)
}

/// Returns the changes of who can call what if all that differs is written.
pub(crate) fn whole(review: &Review) -> Option<Access> {
    review.access(&Choices::everything(&review.plan))
}

async fn save(
    printer: &mut Printer,
    session: &Counterpart,
    (review, choices): (&Review, &Choices),
    file: &str,
    args: &PlanArgs,
) -> Result<(), Failure> {
    let resolution = review.plan.resolve(choices);
    if let Some(failure) = blocked_by_name(&review.plan, &resolution, &args.choices)? {
        return Err(failure);
    }
    let operator = operator(args.operator.clone())?;
    let bytes = saved::save(
        review,
        choices,
        &session.plan_keys()?.to_save().await?,
        &operator,
    )?;
    out::write(printer, Path::new(file), bytes, args.force).await?;
    if is_printed(args) {
        return Ok(());
    }
    let (added, covered) = (
        resolution.count(Outcome::Added),
        resolution.count(Outcome::Covered),
    );
    printer.message(format!(
        "saved {}: {} to add, {covered} to cover",
        safe(file),
        plural(added, "item", "items")
    ));
    Ok(())
}

/// Reads the file and compares it with the target, reporting progress. May be
/// interrupted.
pub(crate) async fn compare(session: &Counterpart, file: &FileArgs) -> Result<Review, Failure> {
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    reporter.phase(Phase::File);
    let review = match load(file, &session.settings.rules) {
        Ok(loaded) => {
            let timeouts = session.settings.timeouts;
            unless_interrupted(session.against.plan(&loaded, timeouts, &reporter)).await
        }
        Err(failure) => Err(failure),
    };
    progress_line.end().await;
    review
}

/// Lists the items that only the target has, and counts these. May be interrupted.
async fn list_only_in_target(
    session: &Counterpart,
    review: &mut Review,
) -> Result<Vec<TargetItem>, Failure> {
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    let timeouts = session.settings.timeouts;
    let listing = job::only_in_target(review, &session.against, timeouts, &reporter);
    let items = unless_interrupted(listing).await;
    progress_line.end().await;
    let items = items?;
    // Nobody else has the plan yet.
    if let Some(plan) = Arc::get_mut(&mut review.plan) {
        plan.count_only_in_target(&items);
    }
    Ok(items)
}

/// Reads the file as its options say. Blocks.
pub(crate) fn load(file: &FileArgs, rules: &ProfileRules) -> Result<Loaded, Failure> {
    let options = rules.with(file.import.options()?);
    job::load(&file.file, file.format.as_deref(), &options)
}

/// Differences come first; blocked items decide only if there are none.
pub(crate) fn outcome(plan: &Plan) -> (&'static str, Exit) {
    let summary = plan.summary();
    let mut cells = plan.entries().iter().map(Cell::of);
    let has_changes = cells.any(Cell::is_change);
    ended(has_changes, summary.cannot_add + summary.cannot_cover)
}

/// Returns the status, and how a comparison ends, of so many blocked items.
pub(super) const fn ended(has_changes: bool, blocked: usize) -> (&'static str, Exit) {
    match (has_changes, blocked) {
        (true, _) => ("changes", Exit::Changes),
        (false, 0) => ("ok", Exit::Done),
        (false, _) => ("blocked", Exit::Blocked),
    }
}
