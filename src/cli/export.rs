//! `export`: the target's contents as a file of the product.

use std::path::{Path, PathBuf};

use super::args::{ExportArgs, Global, Output};
use super::document::Document;
use super::exit::Exit;
use super::options::split;
use super::print::{Printer, is_shown};
use super::progress_line::ProgressLine;
use super::session::Session;
use super::{out, text};
use crate::engine::display::safe;
use crate::engine::{ItemId, Kind};
use crate::job::{self, ExportOptions, Exported, Failure, FailureKind, TargetPolicy};

/// Where an export goes by default.
const STDOUT: &str = "-";

/// What `--client` names.
const CLIENT: &str = "client";

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ExportArgs,
) -> Result<Exit, Failure> {
    check_output(printer, &args)?;
    let session = Session::new(global).await?;
    let mut exported = read(&session, &args).await?;
    let policy = session.policy().await?;
    let path = place(args.out.as_deref().unwrap_or(STDOUT), &exported.name);
    let bytes = std::mem::take(&mut exported.bytes);
    out::write(printer, &path, bytes, args.force).await?;
    let path = path.display().to_string();
    match printer.output {
        Output::Json => printer.json(&Document::export(&path, &exported).with_policy(&policy)),
        Output::Text => print_exported(printer, &path, (&exported, &policy)),
    }
    printer.message("the file contains secrets: restrict who can read it");
    Ok(Exit::Done)
}

/// Fails if stdout would be two things at once, or would show secrets on a
/// terminal.
fn check_output(printer: &Printer, args: &ExportArgs) -> Result<(), Failure> {
    let to_stdout = job::is_standard_output(Path::new(args.out.as_deref().unwrap_or(STDOUT)));
    if to_stdout && printer.output == Output::Json {
        return Err(Failure::new(
            FailureKind::Usage,
            "with --output json, an export requires a file",
        )
        .hint("name it with --out FILE"));
    }
    if args.out.is_none() && is_shown() {
        return Err(Failure::new(
            FailureKind::Usage,
            "an export contains secrets, and stdout is a terminal",
        )
        .hint("name a file with --out FILE, or redirect stdout; --out - prints it anyway"));
    }
    Ok(())
}

/// Reads the target, reporting progress.
async fn read(session: &Session, args: &ExportArgs) -> Result<Exported, Failure> {
    let selection = args.selection.selection()?;
    let options = ExportOptions {
        roots: roots(args)?,
        selection,
        ..ExportOptions::default()
    };
    let progress_line = ProgressLine::begin();
    let format = args.format.as_deref();
    let exported = job::export(
        format,
        &options,
        &session.target,
        session.settings.timeouts,
        &progress_line.reporter(),
    )
    .await;
    progress_line.end().await;
    exported
}

/// Returns the items that are named one by one.
fn roots(args: &ExportArgs) -> Result<Vec<ItemId>, Failure> {
    let clients = args.client.iter().map(|id| Ok((CLIENT, id.as_str())));
    let items = args.item.iter().map(|word| split("--item", word));
    let root = |(kind, key): (&str, &str)| ItemId::new(Kind::named(kind.to_owned()), key);
    clients.chain(items).map(|named| named.map(root)).collect()
}

/// Returns the file's path; in a directory, with the product's own file name.
fn place(out: &str, name: &str) -> PathBuf {
    let path = Path::new(out);
    if out.ends_with('/') || path.is_dir() {
        path.join(name)
    } else {
        path.to_owned()
    }
}

fn print_exported(
    printer: &mut Printer,
    path: &str,
    (exported, policy): (&Exported, &TargetPolicy),
) {
    let target = format!("{}{}", safe(&exported.target), text::policy_suffix(policy));
    let from = format!("{} {target} {}", exported.platform, printer.arrow());
    printer.message(format!(
        "{from} {} (sha256 {})",
        safe(path),
        exported.sha256
    ));
    for (kind, count) in exported.counts.iter().filter(|(_, count)| *count > 0) {
        printer.message(format!("  {count:>6}  {kind}"));
    }
    for finding in &exported.findings {
        printer.message(text::describe(finding));
    }
}
