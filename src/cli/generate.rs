//! What is generated from the model of the command line.

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs};
use super::exit::Exit;
use super::print::Printer;
use crate::job::{Failure, FailureKind};

pub(super) fn completions(printer: &mut Printer, args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gatediff", &mut script);
    printer.raw(&script);
    Ok(Exit::Done)
}

pub(super) fn man(printer: &mut Printer) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| {
            Failure::new(FailureKind::Internal, "cannot make the manual page").because(error)
        })?;
    printer.raw(&page);
    Ok(Exit::Done)
}
