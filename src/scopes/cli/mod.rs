//! `scope`: API scopes. One file per kind of command; what they share is here.

mod check;
mod document;
mod edit;
mod fields;
mod list;
mod screen;
mod show;

use self::document::Document;
use crate::cli::Exit;
use crate::cli::args::{ConsentArgs, Global, Output, ScopeArgs, ScopeCommand};
use crate::cli::consent;
use crate::cli::print::Printer;
use crate::cli::progress_line::ProgressLine;
use crate::cli::screen::Screen;
use crate::cli::session::{Session, cancel_on_signals, operator, unless_interrupted};
use crate::engine::Violation;
use crate::engine::display::safe;
use crate::job::{Failure, FailureKind};
use crate::scopes;
use crate::scopes::violation::no_scope;
use crate::scopes::violation::violated;
use crate::scopes::{Catalogue, Edit, EditOptions, Edited, Scope};

pub(crate) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ScopeArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let Some(command) = args.command else {
        return screen::run(printer, global, args.screen, screen).await;
    };
    if args.screen.is_given() {
        let what =
            "--theme, --accessible and --operator before the command are options of the screen";
        return Err(Failure::new(FailureKind::Usage, what).hint("put --operator after the command"));
    }
    let session = Session::new(global).await?;
    match command {
        ScopeCommand::List(args) => list::run(printer, &session, args).await,
        ScopeCommand::Show(args) => show::run(printer, &session, &args).await,
        ScopeCommand::Create(args) => edit::create(printer, &session, args).await,
        ScopeCommand::Update(args) => edit::update(printer, &session, args).await,
        ScopeCommand::Delete(args) => edit::delete(printer, &session, args).await,
        ScopeCommand::Give(args) => edit::pass(printer, &session, args, &edit::GIVE).await,
        ScopeCommand::Take(args) => edit::pass(printer, &session, args, &edit::TAKE).await,
        ScopeCommand::Check(args) => check::run(printer, &session, args).await,
    }
}

/// Reads everything, reporting progress. May be interrupted.
async fn read(session: &Session) -> Result<Catalogue, Failure> {
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    let read = scopes::catalogue(&session.target, session.settings.timeouts, &reporter);
    let catalogue = unless_interrupted(read).await;
    progress_line.end().await;
    catalogue
}

/// Runs the edit, reporting progress.
async fn write(session: &Session, args: &ConsentArgs, edit: Edit) -> Result<Edited, Failure> {
    let options = EditOptions {
        operator: operator(args.operator.clone())?,
        timeouts: session.settings.timeouts,
        ledger: session.settings.ledger.clone(),
        accept_server_changes: args.accept_server_changes,
    };
    let cancel = cancel_on_signals()?;
    let progress_line = ProgressLine::begin();
    let edited = scopes::edit(
        edit,
        &session.target,
        &options,
        &progress_line.reporter(),
        &cancel,
    )
    .await;
    progress_line.end().await;
    edited
}

/// Fails early in production if confirmation is needed but cannot be asked for.
/// Elsewhere the product does not ask either.
fn can_ask_in_production(session: &Session, args: &ConsentArgs) -> Result<(), Failure> {
    match session.target.policy().production {
        Some(_) => consent::can_ask(args, &session.target),
        None => consent::check_target(args, &session.target),
    }
}

/// Asks in production, and only there.
async fn ask_in_production(
    printer: &mut Printer,
    session: &Session,
    args: &ConsentArgs,
    what: &str,
) -> Result<(), Failure> {
    let policy = session.policy().await?;
    if policy.production.is_none() {
        return consent::check_target(args, &session.target);
    }
    consent::can_ask(args, &session.target)?;
    let what = safe(&format!("{what} in {}", session.target.display())).into_owned();
    consent::ask(printer, &policy, args, (&what, false), &session.target)
}

/// Finds a scope by its name, or as `id:ID`.
fn find<'c>(catalogue: &'c Catalogue, word: &str) -> Result<&'c Scope, Failure> {
    if let Some(id) = word.strip_prefix("id:") {
        return catalogue.scope(id).ok_or_else(|| not_found(word));
    }
    match catalogue.named(word) {
        [scope] => Ok(scope),
        [] => Err(match catalogue.scope(word) {
            Some(_) => not_found(word).hint(format!("a scope has this id: id:{word}")),
            None => not_found(word),
        }),
        several => {
            let ids: Vec<String> = several
                .iter()
                .map(|scope| format!("id:{}", scope.id))
                .collect();
            let what = format!("{} scopes have the name '{word}'", several.len());
            Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("select one by its id: {}", ids.join(" "))))
        }
    }
}

fn not_found(word: &str) -> Failure {
    violated(vec![no_scope(word)]).hint("see `gatediff scope list`")
}

/// Fails if rules are broken.
fn check(violations: Vec<Violation>) -> Result<(), Failure> {
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violated(violations))
    }
}

/// Prints what was done.
fn print_edited(printer: &mut Printer, document: Document<'_>, edited: &Edited, what: &str) {
    if printer.output == Output::Json {
        printer.json(&document.with(edited));
        return;
    }
    let Some(job) = edited.job else {
        printer.line(format!("nothing to do: {}", safe(what)));
        edited
            .notes
            .iter()
            .for_each(|note| printer.message(format!("note: {}", safe(note))));
        return;
    };
    crate::cli::text::tables(printer, &edited.tables);
    printer.line(format!(
        "job {job}: {} in {:.2} s",
        safe(what),
        edited.seconds
    ));
    printer.message(format!("note: `gatediff undo {job}` undoes it"));
    crate::cli::text::afterwards(printer, &edited.server_changes, &edited.notes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_goes_by_its_name_or_by_its_id() {
        let catalogue = Catalogue::sample();
        assert_eq!(&*find(&catalogue, "accounts").unwrap().id, "2000000001");
        assert_eq!(
            &*find(&catalogue, "id:2000000004").unwrap().id,
            "2000000004"
        );
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused_with_the_ids() {
        let failure = find(&Catalogue::sample(), "twice").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Usage);
        assert_eq!(
            failure.hints,
            ["select one by its id: id:2000000004 id:2000000005"]
        );
    }

    #[test]
    fn a_scope_that_there_is_not_is_1298() {
        let catalogue = Catalogue::sample();
        for word in ["nothing", "id:1", "Accounts", ""] {
            let failure = find(&catalogue, word).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Refused);
            assert_eq!(failure.what, "1298 No information found");
        }
        let hints = find(&catalogue, "2000000001").unwrap_err().hints;
        assert!(
            hints.iter().any(|hint| hint.ends_with("id:2000000001")),
            "{hints:?}"
        );
    }
}
