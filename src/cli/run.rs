//! Running a command: its arguments, its result, its exit code.

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use super::args::{self, Cli, Command, Global, Output, ScreenArgs};
use super::document::Document;
use super::exit::Exit;
use super::print::{Printer, has_screen};
use super::screen::Screen;
use super::{
    apply_several, backup, both_ways, demo, export, generate, history, init, matrix, review, serve,
    show, targets, undo, validate,
};
use crate::job::{Failure, FailureKind};

/// Runs the command line and returns how it ended.
///
/// `screen` shows the terminal interface, for the commands that need it.
pub async fn run(args: impl IntoIterator<Item = OsString>, screen: &dyn Screen) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return usage(&args, &error),
    };
    let mut printer = Printer::new(&cli.global);
    let Some(command) = cli.command else {
        return without_command(&args, &mut printer, &cli.global, screen).await;
    };
    let name = command.name();
    let done = match command {
        Command::Demo(args) => demo::run(&mut printer, &cli.global, args, screen).await,
        Command::Review(args) => review::run(&mut printer, &cli.global, args, screen).await,
        Command::Plan(args) => matrix::run(&mut printer, &cli.global, args).await,
        Command::Diff(args) => both_ways::run(&mut printer, &cli.global, args).await,
        Command::Show(args) => show::run(&mut printer, &args),
        Command::Apply(args) => apply_several::run(&mut printer, &cli.global, args).await,
        Command::Export(args) => export::run(&mut printer, &cli.global, args).await,
        Command::Validate(args) => validate::run(&mut printer, &cli.global, args).await,
        Command::History(args) => history::run(&mut printer, &cli.global, &args).await,
        Command::Targets => targets::run(&mut printer, &cli.global).await,
        Command::Undo(args) => undo::run(&mut printer, &cli.global, args).await,
        Command::Backup(args) => backup::run(&mut printer, &cli.global, &args).await,
        Command::Scope(args) => {
            crate::scopes::cli::run(&mut printer, &cli.global, *args, screen).await
        }
        Command::Serve(args) => serve::run(&mut printer, &cli.global, args).await,
        Command::Init(args) => init::run(&mut printer, &cli.global, args).await,
        Command::Completions(args) => generate::completions(&mut printer, &args),
        Command::Man => generate::man(&mut printer),
    };
    let exit = match done {
        Ok(exit) => exit,
        Err(failure) => fail(&mut printer, name, &failure),
    };
    lose(&mut printer, exit)
}

/// Has the operator choose what to compare; prints the help where no screen can be drawn.
async fn without_command(
    args: &[OsString],
    printer: &mut Printer,
    global: &Global,
    screen: &dyn Screen,
) -> Exit {
    let is_text = global.output == Output::Text;
    match args::no_command(args).filter(|_| !(has_screen() && is_text)) {
        Some(error) => usage(args, &error),
        None => {
            match review::choose(printer, global, (ScreenArgs::default(), None), screen).await {
                Ok(exit) => exit,
                Err(failure) => fail(printer, "", &failure),
            }
        }
    }
}

/// Fails if the result could not be written; what was done stays done.
fn lose(printer: &mut Printer, exit: Exit) -> Exit {
    let Some(error) = printer.lost() else {
        return exit;
    };
    let failure = Failure::new(FailureKind::Internal, "cannot write the result")
        .because(error)
        .hint("the command completed; redirect its output elsewhere");
    printer.failure(&failure);
    if matches!(exit, Exit::Done | Exit::Changes) {
        Exit::Error
    } else {
        exit
    }
}

/// Prints a failure and returns its exit code.
fn fail(printer: &mut Printer, command: &str, failure: &Failure) -> Exit {
    match printer.output {
        Output::Json => printer.json(&Document::failure(command, failure)),
        Output::Text => printer.failure(failure),
    }
    Exit::of(failure.kind)
}

/// Prints help and version, or a usage error: clap's own exit code for that
/// means "differences" here, and must not leak.
fn usage(args: &[OsString], error: &clap::Error) -> Exit {
    let mut printer = Printer::plain(args::asks_for_json(args));
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        printer.help(error);
        return lose(&mut printer, Exit::Done);
    }
    match printer.output {
        Output::Json => {
            let text = error.to_string();
            let what = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            let failure = Failure::new(FailureKind::Usage, what).hint("see `gatediff --help`");
            printer.json(&Document::failure("", &failure));
        }
        Output::Text => printer.help(error),
    }
    Exit::Usage
}
