//! The command line: arguments, output and exit code.
//!
//! Results go to stdout, progress and prompts to stderr. With `--output json`
//! stdout is exactly one JSON document, whatever happens.

mod apply;
pub mod args;
mod backup;
mod choose;
pub(crate) mod consent;
mod demo;
pub(crate) mod diff;
pub(crate) mod document;
mod export;
mod generate;
mod history;
mod init;
mod options;
pub(crate) mod plan;
pub(crate) mod print;
pub(crate) mod progress_line;
mod review;
pub(crate) mod screen;
mod serve;
pub(crate) mod session;
mod show;
pub(crate) mod text;
mod undo;
mod validate;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use self::args::{Cli, Command, Output};
use self::document::Document;
use self::print::Printer;
pub use self::screen::{Launcher, Screen, ScreenEnd, ScreenRequest, Start};
use crate::job::{Failure, FailureKind};

/// How a command ends; the number is the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success, or nothing to do.
    Done = 0,
    /// An error.
    Error = 1,
    /// `plan` found differences, or `scope check` found problems.
    Changes = 2,
    /// The target changed since the plan, or since a scope was shown.
    Stale = 3,
    /// Items are blocked, or missing objects unconfirmed, and nothing was written.
    Blocked = 4,
    /// Another job holds the lock.
    Locked = 5,
    /// Wrong usage.
    Usage = 64,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// Returns the exit code of a failure.
    pub const fn of(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Stale => Self::Stale,
            FailureKind::Blocked => Self::Blocked,
            FailureKind::Locked => Self::Locked,
            FailureKind::Usage => Self::Usage,
            FailureKind::Cancelled => Self::Interrupted,
            FailureKind::File
            | FailureKind::Format
            | FailureKind::Parse
            | FailureKind::Unreachable
            | FailureKind::Denied
            | FailureKind::Schema
            | FailureKind::Refused
            | FailureKind::Internal => Self::Error,
        }
    }

    /// Returns the number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

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
    let name = cli.command.name();
    let done = match cli.command {
        Command::Demo(args) => demo::run(&mut printer, &cli.global, args, screen).await,
        Command::Review(args) => review::run(&mut printer, &cli.global, args, screen).await,
        Command::Plan(args) => plan::run(&mut printer, &cli.global, args).await,
        Command::Show(args) => show::run(&mut printer, &args),
        Command::Apply(args) => apply::run(&mut printer, &cli.global, args).await,
        Command::Export(args) => export::run(&mut printer, &cli.global, args).await,
        Command::Validate(args) => validate::run(&mut printer, &cli.global, args).await,
        Command::History(args) => history::run(&mut printer, &cli.global, &args).await,
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

/// Fails if the result could not be written; what was done stays done.
fn lose(printer: &mut Printer, exit: Exit) -> Exit {
    let Some(error) = printer.lost() else {
        return exit;
    };
    let failure = Failure::new(FailureKind::Internal, "cannot write the result")
        .because(error)
        .hint("the command is done; write the result elsewhere");
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
