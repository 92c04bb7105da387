//! `apply`: choose by options, confirm, apply.

use std::sync::Arc;

use super::args::{ApplyArgs, Global, Output};
use super::document::Document;
use super::gauge::Gauge;
use super::print::{Printer, is_interactive, plural};
use super::session::{Session, cancel_on_signals, operator};
use super::{Exit, text};
use crate::engine::display::safe;
use crate::engine::select::Selector;
use crate::engine::{Approved, Choices, Outcome, Plan, Refusal, Resolution, Verb};
use crate::job::{self, ApplyOptions, Failure, FailureKind, Receipt, Review};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: ApplyArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    if !args.yes && !is_interactive() {
        return Err(Failure::new(FailureKind::Usage, "cannot ask for confirmation without a terminal")
            .hint("add --yes to apply without asking"));
    }
    let options =
        ApplyOptions { operator: operator(args.operator.clone())?, timeouts: session.manner.timeouts };
    let review = super::plan::compare(&session, &args.file).await?;
    let choices = choose(&review.plan, &args)?;
    let resolution = review.plan.resolve(&choices);
    let named = blocked_by_name(&review.plan, &resolution, &args)?;
    let approved = match (named, review.plan.approve(&choices)) {
        (Some(failure), _) => Err(failure),
        (None, Ok(approved)) => Ok(approved),
        (None, Err(Refusal::NothingToWrite { blocked: 0 })) => {
            tell(printer, &review, &resolution, Ok(None));
            return Ok(Exit::Done);
        }
        (None, Err(refusal)) => Err(explain(&refusal)),
    };
    let done = match approved {
        Err(failure) => Err(failure),
        Ok(approved) => match confirm(printer, &session, &review, &approved, &args) {
            Err(failure) => Err(failure),
            Ok(()) => {
                let cancel = cancel_on_signals()?;
                let gauge = Gauge::begin();
                let reporter = gauge.reporter();
                let done = job::apply(&review, approved, &session.target, &options, &reporter, &cancel).await;
                gauge.end().await;
                done
            }
        },
    };
    tell(printer, &review, &resolution, done.as_ref().map(Some));
    Ok(done.map_or_else(|failure| Exit::of(failure.kind), |_| Exit::Done))
}

/// Turns the options into choices: Adds are chosen, `--cover` adds repeats,
/// `--skip` takes away.
fn choose(plan: &Arc<Plan>, args: &ApplyArgs) -> Result<Choices, Failure> {
    let cover = selectors(plan, &args.cover)?;
    let skip = selectors(plan, &args.skip)?;
    let mut choices = Choices::new(plan);
    choices.lack_confirmed = args.ignore_lack_api;
    for (at, entry) in plan.entries().iter().enumerate() {
        let id = &entry.item.id;
        if entry.base.is_some() && cover.iter().any(|selector| selector.matches(id)) {
            choices.set(plan, at, true);
        }
        if skip.iter().any(|selector| selector.matches(id)) {
            choices.set(plan, at, false);
        }
    }
    Ok(choices)
}

fn selectors(plan: &Plan, words: &[String]) -> Result<Vec<Selector>, Failure> {
    let parse = |word: &String| {
        Selector::parse(word, plan.kinds()).map_err(|error| {
            Failure::new(FailureKind::Usage, error.to_string())
                .hint("name all, KIND, or KIND:KEY with * in KEY")
        })
    };
    words.iter().map(parse).collect()
}

/// Refuses where `--cover` names one item that is not there, or is blocked:
/// whoever names an item expects it to be written.
fn blocked_by_name(
    plan: &Plan,
    resolution: &Resolution,
    args: &ApplyArgs,
) -> Result<Option<Failure>, Failure> {
    for selector in selectors(plan, &args.cover)?.iter().filter(|selector| selector.is_exact()) {
        let mut met = plan
            .entries()
            .iter()
            .zip(resolution.states())
            .filter(|(entry, _)| selector.matches(&entry.item.id));
        let Some((entry, state)) = met.next() else {
            return Err(Failure::new(
                FailureKind::Usage,
                "--cover names an item that the file does not hold",
            )
            .hint("see `gatediff plan` for the items of the file"));
        };
        if state.outcome == Outcome::Blocked {
            let reason = entry.verdict.reasons.first().or(state.obstacle.as_ref());
            let why = reason.map_or_else(String::new, |reason| reason.message.clone());
            return Ok(Some(
                Failure::new(
                    FailureKind::Blocked,
                    format!("{} cannot be covered; nothing was written", entry.item.id),
                )
                .because(why)
                .hint("leave it out, or remove what is in its way"),
            ));
        }
    }
    Ok(None)
}

fn explain(refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::LackUnconfirmed { lacking } => Failure::new(
            FailureKind::Blocked,
            format!("the target lacks {}; nothing was written", plural(*lacking, "API", "APIs")),
        )
        .hint("add the missing APIs, or confirm with --ignore-lack-api that links to them are left out"),
        Refusal::NothingToWrite { blocked } => Failure::new(
            FailureKind::Blocked,
            format!("nothing was written; {} blocked", plural(*blocked, "item is", "items are")),
        )
        .hint("see the reasons in `gatediff plan`; --cover chooses what is there already"),
    }
}

/// Asks the person, unless `--yes` does. A production profile always wants the
/// database's name.
fn confirm(
    printer: &mut Printer,
    session: &Session,
    review: &Review,
    approved: &Approved,
    args: &ApplyArgs,
) -> Result<(), Failure> {
    let refused = || Failure::new(FailureKind::Cancelled, "not confirmed; nothing was written");
    if session.manner.production && args.yes {
        return match args.confirm.as_deref() {
            Some(name) if name == review.database => Ok(()),
            _ => Err(Failure::new(FailureKind::Usage, "the profile is marked as production")
                .hint(format!("confirm with --confirm {}", review.database))),
        };
    }
    if args.yes {
        return Ok(());
    }
    let (added, covered) = (approved.count(Verb::Add), approved.count(Verb::Cover));
    printer.tell(format!("{} to add, {covered} to cover in {}", added, safe(&review.target)));
    let asks_name = session.manner.production || covered > 0;
    let wanted = if asks_name { review.database.as_str() } else { "yes" };
    let question = if asks_name { "Type the database's name to apply:" } else { "Type yes to apply:" };
    let answer = printer.ask(question).map_err(|_| refused())?;
    if answer == wanted { Ok(()) } else { Err(refused()) }
}

/// Prints what became of everything.
fn tell(
    printer: &mut Printer,
    review: &Review,
    resolution: &Resolution,
    done: Result<Option<&Receipt>, &Failure>,
) {
    if printer.output == Output::Json {
        let status = match done {
            Ok(_) => "ok",
            Err(failure) => match failure.kind {
                FailureKind::Stale => "stale",
                FailureKind::Locked => "locked",
                FailureKind::Blocked => "blocked",
                _ => "error",
            },
        };
        printer.json(&Document::apply(status, review, resolution, done));
        return;
    }
    text::head(printer, review);
    for (entry, state) in review.plan.entries().iter().zip(resolution.states()) {
        if state.outcome == Outcome::Blocked {
            printer.line(format!(
                "  {} {}",
                printer.glyph(state.status, false),
                safe(&entry.item.id.to_string())
            ));
            entry
                .verdict
                .reasons
                .iter()
                .chain(&state.obstacle)
                .for_each(|reason| text::reason_line(printer, reason));
        }
    }
    match done {
        Err(failure) => printer.failure(failure),
        Ok(None) => printer.line("nothing to do"),
        Ok(Some(receipt)) => tell_receipt(printer, receipt),
    }
}

fn tell_receipt(printer: &mut Printer, receipt: &Receipt) {
    for rows in &receipt.tables {
        printer.line(format!(
            "  {:<30} {:>6} inserted {:>6} updated {:>6} deleted",
            rows.table, rows.inserted, rows.updated, rows.deleted
        ));
    }
    let count = |outcome| receipt.count(outcome);
    printer.line(format!(
        "job {}: {} added, {} covered, {} unchanged, {} skipped, {} blocked in {:.2} s",
        receipt.job,
        count(Outcome::Added),
        count(Outcome::Covered),
        count(Outcome::Unchanged),
        count(Outcome::Skipped),
        count(Outcome::Blocked),
        receipt.seconds
    ));
    for note in &receipt.notes {
        printer.tell(format!("note: {note}"));
    }
}
