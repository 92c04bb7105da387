//! `apply`: choose by options, confirm, apply.

use super::args::{ApplyArgs, Output};
use super::choose::{blocked_by_name, choose};
use super::counterpart::{Counterpart, is_printed, written as written_file};
use super::document::Document;
use super::exit::Exit;
use super::print::{Printer, plural};
use super::progress_line::ProgressLine;
use super::session::{cancel_on_signals, operator, unless_interrupted};
use super::{consent, text};
use crate::engine::display::safe;
use crate::engine::{Approved, Choices, Outcome, Refusal, Resolution, SignatureKey, Verb};
use crate::job::saved::{self, Opened};
use crate::job::{
    self, ApplyOptions, Failure, FailureKind, Loaded, Phase, Receipt, Review, SavedPlan,
};

/// How applying to one target ended, once it was printed.
#[derive(Clone, Copy)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    /// As in the document.
    pub(super) status: &'static str,
    /// The job that was committed.
    pub(super) job: Option<i64>,
}

impl Ended {
    /// Returns the end by a failure.
    pub(super) const fn failed(kind: FailureKind) -> Self {
        Self {
            exit: Exit::of(kind),
            status: Document::status(kind),
            job: None,
        }
    }

    /// Returns a successful end.
    const fn done(status: &'static str, job: Option<i64>) -> Self {
        Self {
            exit: Exit::Done,
            status,
            job,
        }
    }
}

/// Fails early if the target cannot be written, or nobody can confirm.
pub(super) fn check(args: &ApplyArgs, session: &Counterpart) -> Result<(), Failure> {
    match (session.against.database("a rehearsal"), args.rehearse) {
        (Ok(target), true) => consent::check_target(&args.consent, target),
        (Ok(target), false) => consent::can_ask(&args.consent, target),
        (Err(failure), true) => Err(failure),
        (Err(_), false) => Ok(()),
    }
}

/// Applies to one target, and prints how that ended; `loaded` is the file if it was read before.
pub(super) async fn to_one(
    printer: &mut Printer,
    session: &Counterpart,
    args: &ApplyArgs,
    loaded: Option<&Loaded>,
) -> Result<Ended, Failure> {
    let output = match args.rehearse {
        true => None,
        false => session.output(&args.to, args.emit.into())?,
    };
    check(args, session)?;
    let operator = operator(args.consent.operator.clone())?;
    let (review, saved) = open(session, args, loaded).await?;
    let choices = match &saved {
        None => choose(&review.plan, &args.choices)?,
        Some(saved) => {
            match saved.check(&review, &unless_interrupted(key(session, saved)).await?) {
                Ok(choices) => choices,
                Err(failure) => {
                    // The plan's own changes do not make it stale.
                    let Counterpart { against, settings } = session;
                    unless_interrupted(saved.check_unused(
                        against,
                        settings.timeouts,
                        &settings.ledger,
                    ))
                    .await?;
                    let resolution = review.plan.resolve(&Choices::new(&review.plan));
                    refuse(printer, &review, &resolution, &failure);
                    return Ok(Ended::failed(failure.kind));
                }
            }
        }
    };
    let options = ApplyOptions {
        operator,
        timeouts: session.settings.timeouts,
        ledger: session.settings.ledger.clone(),
        backup: !args.no_backup,
        plan: saved.map(|saved| saved.id),
        accept_server_changes: args.consent.accept_server_changes,
        fix_counters: args.fix_counters,
    };
    let resolution = review.plan.resolve(&choices);
    let refused = match blocked_by_name(&review.plan, &resolution, &args.choices)? {
        Some(failure) => Some(failure),
        None => blocked_at_all(&resolution, args.strict),
    };
    let approved = match (refused, review.plan.approve(&choices)) {
        (Some(failure), _) => Err(failure),
        (None, Ok(approved)) => Ok(approved),
        (None, Err(Refusal::NothingToWrite { blocked: 0 })) => {
            nothing_to_do(printer, &review, &resolution);
            return Ok(Ended::done("ok", None));
        }
        (None, Err(refusal)) => Err(explain(&refusal)),
    };
    if args.rehearse {
        return rehearse(printer, session, (&review, &resolution), approved, &options).await;
    }
    let approved = match approved {
        Ok(approved) => approved,
        Err(failure) => {
            refuse(printer, &review, &resolution, &failure);
            return Ok(Ended::failed(failure.kind));
        }
    };
    let done = match confirm(printer, session, (&review, &resolution), &approved, args) {
        Err(failure) => Err(failure),
        Ok(()) => {
            let cancel = cancel_on_signals()?;
            let progress_line = ProgressLine::begin();
            let watched = (&progress_line.reporter(), &cancel);
            let against = &session.against;
            let done = against
                .apply((&review, approved), &options, output.as_ref(), watched)
                .await;
            progress_line.end().await;
            done
        }
    };
    // The file itself is what was printed.
    let file = done.as_ref().ok().and_then(|receipt| receipt.file.as_ref());
    if is_printed(printer, file) {
        return Ok(Ended::done(written(&resolution), None));
    }
    print_applied(printer, &review, &resolution, done.as_ref());
    Ok(done.map_or_else(
        |failure| Ended::failed(failure.kind),
        |receipt| Ended::done(written(&resolution), Some(receipt.job)),
    ))
}

/// Fails on blocked items if all have to be written.
fn blocked_at_all(resolution: &Resolution, is_strict: bool) -> Option<Failure> {
    let blocked = resolution.count(Outcome::Blocked);
    (is_strict && blocked > 0).then(|| {
        let items = plural(blocked, "item is", "items are");
        Failure::new(
            FailureKind::Blocked,
            format!("{items} blocked; nothing was written"),
        )
        .because("--strict writes everything or nothing")
        .hint("resolve the conflicts, remove the items from the file, or apply without --strict")
    })
}

/// Runs the apply and rolls it back; no confirmation is needed.
async fn rehearse(
    printer: &mut Printer,
    session: &Counterpart,
    (review, resolution): (&Review, &Resolution),
    approved: Result<Approved, Failure>,
    options: &ApplyOptions,
) -> Result<Ended, Failure> {
    let done = match approved {
        Err(failure) => Err(failure),
        Ok(approved) => {
            let cancel = cancel_on_signals()?;
            let progress_line = ProgressLine::begin();
            let reporter = progress_line.reporter();
            let target = session.against.database("a rehearsal")?;
            let done = job::rehearse(review, approved, target, options, &reporter, &cancel).await;
            progress_line.end().await;
            done
        }
    };
    let status = match &done {
        Ok(rehearsal) if !rehearsal.problems.is_empty() => "error",
        Ok(_) => written(resolution),
        Err(failure) => Document::status(failure.kind),
    };
    match (printer.output, &done) {
        (Output::Json, _) => printer.json(&Document::rehearsal(
            status,
            review,
            resolution,
            done.as_ref(),
        )),
        (Output::Text, Err(failure)) => printer.failure(failure),
        (Output::Text, Ok(rehearsal)) => {
            text::head(printer, review);
            text::tables(printer, &rehearsal.tables);
            for problem in &rehearsal.problems {
                let described = problem.to_string();
                printer.line(format!(
                    "  refused: {}: {}",
                    safe(&problem.table),
                    safe(&described)
                ));
            }
            text::access(printer, rehearsal.access.as_ref());
            for note in &rehearsal.notes {
                printer.message(format!("note: {}", safe(note)));
            }
            printer.line(format!(
                "rehearsed and rolled back in {:.2} s: {}",
                rehearsal.seconds,
                plural(rehearsal.problems.len(), "refusal", "refusals")
            ));
        }
    }
    Ok(match done {
        Ok(rehearsal) if rehearsal.problems.is_empty() => Ended::done(status, None),
        Ok(_) => Ended::failed(FailureKind::Refused),
        Err(failure) => Ended::failed(failure.kind),
    })
}

/// Reads what is to be applied, an import file or a saved plan, and compares
/// the file with the target, reporting progress. May be interrupted.
async fn open(
    session: &Counterpart,
    args: &ApplyArgs,
    loaded: Option<&Loaded>,
) -> Result<(Review, Option<Box<SavedPlan>>), Failure> {
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    reporter.phase(Phase::File);
    let read = match loaded {
        Some(loaded) => Ok((loaded.clone(), None)),
        None => read(session, args).await,
    };
    let review = match read {
        Ok((loaded, saved)) => {
            let timeouts = session.settings.timeouts;
            let plan = session.against.plan(&loaded, timeouts, &reporter);
            unless_interrupted(plan).await.map(|review| (review, saved))
        }
        Err(failure) => Err(failure),
    };
    progress_line.end().await;
    review
}

/// Reads the import file, through the saved plan if it is one. Checks of the
/// plan that need no target are made here.
async fn read(
    session: &Counterpart,
    args: &ApplyArgs,
) -> Result<(Loaded, Option<Box<SavedPlan>>), Failure> {
    match saved::open(
        &args.file.file,
        args.file.format.as_deref(),
        &session.settings.rules.with(args.file.import.options()?),
    )? {
        Opened::Import(_) if args.import_file.is_some() => Err(Failure::new(
            FailureKind::Usage,
            "--file names the import file of a saved plan",
        )
        .hint("omit --file, or apply a plan")),
        Opened::Import(loaded) => Ok((*loaded, None)),
        Opened::Plan(_) if args.choices.is_given() => {
            let what = "--cover, --skip and --ignore-missing cannot be used with a saved plan, which has its own choices";
            Err(Failure::new(FailureKind::Usage, what)
                .hint("omit them, or save the plan again with them"))
        }
        Opened::Plan(_) if args.file.import.is_given() => {
            let what =
                "options for reading the file cannot be used with a saved plan, which has its own";
            Err(Failure::new(FailureKind::Usage, what)
                .hint("omit them, or save the plan again with them"))
        }
        Opened::Plan(saved) => {
            saved.verify(&unless_interrupted(key(session, &saved)).await?)?;
            saved.check_target(&session.against.display())?;
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
        return Err(
            Failure::new(FailureKind::Usage, "the plan was made from standard input")
                .hint("name the import file with --file"),
        );
    }
    job::load(path, Some(saved.file.platform), &saved.file.options).map_err(|failure| match failure
        .kind
    {
        FailureKind::File => failure.hint("name the import file with --file if it was moved"),
        _ => failure,
    })
}

/// Returns the key that a plan was signed with.
async fn key(session: &Counterpart, saved: &SavedPlan) -> Result<SignatureKey, Failure> {
    session
        .plan_keys()?
        .find(&saved.key_id)
        .await?
        .ok_or_else(|| saved.other_key())
}

fn explain(refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::MissingUnconfirmed(missing) if missing.is_unknown => {
            let what = format!(
                "a file does not say whether the target has {missing}; nothing was written"
            );
            let hint = format!(
                "check the target, then confirm them with {}",
                missing.flag()
            );
            Failure::new(FailureKind::Blocked, what).hint(hint)
        }
        Refusal::MissingUnconfirmed(missing) => Failure::new(
            FailureKind::Blocked,
            format!("the target lacks {missing}; nothing was written"),
        )
        .hint(format!(
            "add the missing {}, or ignore them with {}",
            missing.noun(),
            missing.flag()
        )),
        Refusal::NothingToWrite { blocked } => Failure::new(
            FailureKind::Blocked,
            format!(
                "nothing was written; {} blocked",
                plural(*blocked, "item is", "items are")
            ),
        )
        .hint("`gatediff plan` shows the reasons; --cover overwrites existing items"),
    }
}

/// Prints what will be written, and asks; not where a new file is written instead.
fn confirm(
    printer: &mut Printer,
    session: &Counterpart,
    (review, resolution): (&Review, &Resolution),
    approved: &Approved,
    args: &ApplyArgs,
) -> Result<(), Failure> {
    let Some(target) = session.target() else {
        return Ok(());
    };
    let is_asked = !args.consent.is_given();
    let access = review.plan.access(|index| approved.is_written(index));
    let preview =
        |printer: &mut Printer| text::preview(printer, review, access.as_ref(), resolution);
    match printer.output {
        Output::Text => preview(printer),
        // The operator has to see it; stdout is for the document.
        Output::Json if is_asked => printer.aside(preview),
        Output::Json => {}
    }
    let covered = approved.count(Verb::Cover);
    let deleted = match review.plan.removals(resolution).len() {
        0 => String::new(),
        n => format!(
            ", {} to delete",
            plural(n, "existing entry", "existing entries")
        ),
    };
    let added = plural(approved.count(Verb::Add), "item", "items");
    let what = format!(
        "{added} to add, {covered} to cover{deleted} in {}",
        safe(&review.target)
    );
    consent::ask(
        printer,
        &review.policy,
        &args.consent,
        (&what, covered > 0),
        target,
    )
}

/// Prints why nothing is written, with the reasons of blocked items.
fn refuse(printer: &mut Printer, review: &Review, resolution: &Resolution, failure: &Failure) {
    if printer.output == Output::Json {
        let status = Document::status(failure.kind);
        printer.json(&Document::apply(status, review, resolution, Err(failure)));
        return;
    }
    text::head(printer, review);
    text::blocked(printer, &review.plan, resolution);
    printer.failure(failure);
}

fn nothing_to_do(printer: &mut Printer, review: &Review, resolution: &Resolution) {
    if printer.output == Output::Json {
        printer.json(&Document::apply("ok", review, resolution, Ok(None)));
        return;
    }
    text::head(printer, review);
    text::notes(printer, &review.plan);
    text::only_in_target(printer, &review.plan);
    printer.line("nothing to do");
}

/// Returns the status: whether everything was written.
fn written(resolution: &Resolution) -> &'static str {
    if resolution.count(Outcome::Blocked) > 0 {
        "partial"
    } else {
        "ok"
    }
}

/// Prints the outcome.
fn print_applied(
    printer: &mut Printer,
    review: &Review,
    resolution: &Resolution,
    done: Result<&Receipt, &Failure>,
) {
    if printer.output == Output::Json {
        let status = match done {
            Err(failure) => Document::status(failure.kind),
            Ok(_) => written(resolution),
        };
        printer.json(&Document::apply(status, review, resolution, done.map(Some)));
        return;
    }
    match done {
        Err(failure) => printer.failure(failure),
        Ok(receipt) => {
            text::outcomes(printer, &review.plan, resolution);
            print_receipt(printer, receipt, &review.target);
        }
    }
}

fn print_receipt(printer: &mut Printer, receipt: &Receipt, target: &str) {
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
    if count(Outcome::Blocked) > 0 {
        let items = plural(count(Outcome::Blocked), "item is", "items are");
        printer.message(format!(
            "note: partial: {items} blocked and not written; --strict writes all or nothing"
        ));
    }
    if let Some(access) = &receipt.access {
        printer.line(format!("access: {access}"));
    }
    let job = receipt.job;
    match (&receipt.file, &receipt.backup) {
        (Some(file), _) => {
            written_file(printer, file);
            let target = safe(target);
            printer.message(format!(
                "note: `gatediff undo {job} --against {target} --out FILE` writes the former file"
            ));
        }
        (None, Some(_)) => printer.message(format!(
            "note: a backup was saved; `gatediff undo {job}` undoes the job"
        )),
        (None, None) => printer.message(format!("note: `gatediff undo {job}` undoes the job")),
    }
    text::afterwards(printer, &receipt.server_changes, &receipt.notes);
}
