//! Which command is run.

use super::{check, edit, list, screen, show};
use crate::cli::Exit;
use crate::cli::args::{Global, ScopeArgs, ScopeCommand};
use crate::cli::print::Printer;
use crate::cli::screen::Screen;
use crate::cli::session::Session;
use crate::job::{Failure, FailureKind};

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
