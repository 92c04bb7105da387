//! `apply`: choose by options, confirm, apply.

use super::args::{ApplyArgs, Global, Output};
use super::choose::{blocked_by_name, choose};
use super::document::Document;
use super::gauge::Gauge;
use super::print::{Printer, is_interactive, plural};
use super::session::{Session, cancel_on_signals, operator, state};
use super::{Exit, text};
use crate::engine::display::safe;
use crate::engine::{Approved, Choices, Outcome, Refusal, Resolution, SealKey, Verb};
use crate::job::saved::{self, Opened};
use crate::job::{self, ApplyOptions, Failure, FailureKind, Loaded, Phase, Receipt, Review, SavedPlan};

pub(super) async fn run(printer: &mut Printer, global: &Global, args: ApplyArgs) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    if !args.yes && !is_interactive() {
        return Err(Failure::new(FailureKind::Usage, "cannot ask for confirmation without a terminal")
            .hint("add --yes to apply without asking"));
    }
    let operator = operator(args.operator.clone())?;
    let (review, saved) = open(&session, &args).await?;
    let choices = match &saved {
        None => choose(&review.plan, &args.choices)?,
        Some(saved) => match saved.check(&review, &key(saved)?) {
            Ok(choices) => choices,
            Err(failure) => {
                let resolution = review.plan.resolve(&Choices::new(&review.plan));
                tell(printer, &review, &resolution, Err(&failure));
                return Ok(Exit::of(failure.kind));
            }
        },
    };
    let options =
        ApplyOptions { operator, timeouts: session.manner.timeouts, plan: saved.map(|saved| saved.id) };
    let resolution = review.plan.resolve(&choices);
    let named = blocked_by_name(&review.plan, &resolution, &args.choices)?;
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

/// Reads what is to be applied, an import file or a saved plan, and compares
/// the file with the target; tells how far that is.
async fn open(session: &Session, args: &ApplyArgs) -> Result<(Review, Option<Box<SavedPlan>>), Failure> {
    let gauge = Gauge::begin();
    let reporter = gauge.reporter();
    reporter.phase(Phase::File);
    let review = match read(session, args) {
        Ok((loaded, saved)) => {
            let review = job::plan(&loaded, &session.target, session.manner.timeouts, &reporter).await;
            review.map(|review| (review, saved))
        }
        Err(failure) => Err(failure),
    };
    gauge.end().await;
    review
}

/// Reads the import file, by way of the saved plan if it is one. What can be
/// told of the plan without the target is.
fn read(session: &Session, args: &ApplyArgs) -> Result<(Loaded, Option<Box<SavedPlan>>), Failure> {
    match saved::open(&args.file.file, args.file.format.as_deref())? {
        Opened::Import(_) if args.import_file.is_some() => {
            Err(Failure::new(FailureKind::Usage, "--file names the import file of a saved plan")
                .hint("leave --file out, or apply a plan"))
        }
        Opened::Import(loaded) => Ok((loaded, None)),
        Opened::Plan(_) if args.choices.is_given() => {
            let what = "--cover, --skip and --ignore-lack-api do not go with a saved plan: it carries its own choices";
            Err(Failure::new(FailureKind::Usage, what)
                .hint("leave them out, or save the plan again with them"))
        }
        Opened::Plan(saved) => {
            saved.verify(&key(&saved)?)?;
            saved.check_target(&session.target.display())?;
            let loaded = import_file(&saved, args.import_file.as_deref())?;
            saved.check_file(&loaded.file)?;
            Ok((loaded, Some(saved)))
        }
    }
}

/// Reads the import file of a saved plan, where it was or where it is now.
fn import_file(saved: &SavedPlan, moved: Option<&str>) -> Result<Loaded, Failure> {
    let path = moved.unwrap_or(&saved.file.path);
    if path == "-" {
        return Err(Failure::new(FailureKind::Usage, "the plan was made of standard input")
            .hint("name the import file with --file"));
    }
    job::load(path, Some(saved.file.platform)).map_err(|failure| match failure.kind {
        FailureKind::File => failure.hint("name the import file with --file if it was moved"),
        _ => failure,
    })
}

/// Returns the key that a plan was sealed with.
fn key(saved: &SavedPlan) -> Result<SealKey, Failure> {
    job::known_plan_key(&state()?)?.ok_or_else(|| saved.other_key())
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
