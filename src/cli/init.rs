//! `init`: our own schema in the target.

use super::Exit;
use super::args::{Global, Output};
use super::document::Document;
use super::print::Printer;
use super::session::Session;
use crate::job::{self, Failure};

pub(super) async fn run(printer: &mut Printer, global: &Global) -> Result<Exit, Failure> {
    let session = Session::new(global)?;
    let made = job::init(&session.target, session.manner.timeouts).await?;
    let target = session.target.display();
    match printer.output {
        Output::Json => printer.json(&Document::done("init", &target)),
        Output::Text if made => printer.line(format!("schema gatediff is ready in {target}")),
        Output::Text => printer.line(format!("schema gatediff is already up to date in {target}")),
    }
    Ok(Exit::Done)
}
