//! `backup`: the full export that was saved before a job.

use std::path::Path;

use super::args::{BackupArgs, Global, Output};
use super::counterpart::Counterpart;
use super::document::Document;
use super::exit::Exit;
use super::out;
use super::print::{Printer, is_shown};
use crate::engine::display::safe;
use crate::job::{self, Failure, FailureKind};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: &BackupArgs,
) -> Result<Exit, Failure> {
    let file = args.out.as_deref().unwrap_or(Path::new("-"));
    let to_stdout = job::is_standard_output(file);
    if to_stdout && printer.output == Output::Json {
        return Err(Failure::new(
            FailureKind::Usage,
            "standard output cannot hold both the backup and a document",
        )
        .hint("name a file with --out"));
    }
    if args.out.is_none() && is_shown() {
        return Err(Failure::new(
            FailureKind::Usage,
            "a backup contains secrets, and stdout is a terminal",
        )
        .hint("name a file with --out FILE, or redirect stdout; --out - prints it anyway"));
    }
    let session = Counterpart::new(global, &args.against, None).await?;
    let settings = &session.settings;
    let against = &session.against;
    let backup = against
        .backup(settings.timeouts, &settings.ledger, args.job)
        .await?;
    out::write(printer, file, backup.content, args.force).await?;
    if to_stdout {
        return Ok(Exit::Done);
    }
    let path = file.display().to_string();
    match printer.output {
        Output::Json => {
            printer.json(&Document::backup(
                &against.display(),
                args.job,
                &path,
                &backup.sha256,
            ));
        }
        Output::Text => {
            printer.line(format!("{} (sha256 {})", safe(&path), backup.sha256));
            printer.message("note: the file contains secrets; only you can read it");
        }
    }
    Ok(Exit::Done)
}
