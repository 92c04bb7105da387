//! `apply`: choose by options, confirm, apply.

use std::sync::Arc;

use super::args::{ApplyArgs, Global, Output};
use super::document::Document;
use super::gauge::Gauge;
use super::print::{Printer, plural};
use super::session::{Session, cancel_on_signals, operator};
use super::{Exit, consent, text};
use crate::engine::display::safe;
use crate::engine::select::Selector;
use crate::engine::{Approved, Choices, Outcome, Plan, Refusal, Resolution, Verb};
use crate::job::{self, ApplyOptions, Failure, FailureKind, Receipt, Review};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: ApplyArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    if !args.rehearse {
        consent::can_ask(&args.consent)?;
    }
    let options = ApplyOptions {
        operator: operator(args.consent.operator.clone())?,
        timeouts: session.manner.timeouts,
        ledger: session.manner.ledger.clone(),
        backup: !args.no_backup,
        plan: None,
    };
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
    if args.rehearse {
        return rehearse(printer, &session, (&review, &resolution), approved, &options).await;
    }
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

/// Does it all and rolls it back; nobody needs to be asked.
async fn rehearse(
    printer: &mut Printer,
    session: &Session,
    (review, resolution): (&Review, &Resolution),
    approved: Result<Approved, Failure>,
    options: &ApplyOptions,
) -> Result<Exit, Failure> {
    let done = match approved {
        Err(failure) => Err(failure),
        Ok(approved) => {
            let cancel = cancel_on_signals()?;
            let gauge = Gauge::begin();
            let reporter = gauge.reporter();
            let done = job::rehearse(review, approved, &session.target, options, &reporter, &cancel).await;
            gauge.end().await;
            done
        }
    };
    let status = match &done {
        Ok(rehearsal) if rehearsal.problems.is_empty() => "ok",
        Ok(_) => "error",
        Err(failure) => Document::status(failure.kind),
    };
    match (printer.output, &done) {
        (Output::Json, _) => printer.json(&Document::rehearsal(status, review, resolution, done.as_ref())),
        (Output::Text, Err(failure)) => printer.failure(failure),
        (Output::Text, Ok(rehearsal)) => {
            text::head(printer, review);
            text::tables(printer, &rehearsal.tables);
            for problem in &rehearsal.problems {
                printer.line(format!("  refused: {}: {}", safe(&problem.table), safe(&problem.message)));
            }
            printer.line(format!(
                "rehearsed and rolled back in {:.2} s: {}",
                rehearsal.seconds,
                plural(rehearsal.problems.len(), "refusal", "refusals")
            ));
        }
    }
    Ok(match done {
        Ok(rehearsal) if rehearsal.problems.is_empty() => Exit::Done,
        Ok(_) => Exit::Error,
        Err(failure) => Exit::of(failure.kind),
    })
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

/// Asks before the import.
fn confirm(
    printer: &mut Printer,
    session: &Session,
    review: &Review,
    approved: &Approved,
    args: &ApplyArgs,
) -> Result<(), Failure> {
    let (added, covered) = (approved.count(Verb::Add), approved.count(Verb::Cover));
    let what = format!("{} to add, {covered} to cover in {}", added, safe(&review.target));
    consent::ask(printer, &session.manner, &args.consent, (&what, covered > 0), &review.database)
}

/// Prints what became of everything.
fn tell(
    printer: &mut Printer,
    review: &Review,
    resolution: &Resolution,
    done: Result<Option<&Receipt>, &Failure>,
) {
    if printer.output == Output::Json {
        let status = done.map_or_else(|failure| Document::status(failure.kind), |_| "ok");
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
    text::tables(printer, &receipt.tables);
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
    let backup = if receipt.backup.is_some() { "a backup was kept; " } else { "" };
    printer.tell(format!("note: {backup}`gatediff undo {}` takes it back", receipt.job));
    for note in &receipt.notes {
        printer.tell(format!("note: {note}"));
    }
}
