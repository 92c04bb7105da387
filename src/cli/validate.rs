//! `validate`: the file alone, no database.

use super::args::{FileArgs, Global, Output};
use super::document::Document;
use super::exit::Exit;
use super::plan::load;
use super::print::{Printer, plural};
use super::rules::ProfileRules;
use super::text;
use crate::engine::Severity;
use crate::engine::display::safe;
use crate::engine::finding::{Findings, grouped};
use crate::job::Failure;

pub(super) async fn run(
    printer: &mut Printer,
    _: &Global,
    args: FileArgs,
) -> Result<Exit, Failure> {
    let loaded = load(&args, &ProfileRules::default())?;
    let findings = loaded.bundle.findings().iter().cloned();
    let findings: Findings = findings.chain(loaded.bundle.blocking_findings()).collect();
    let counts = loaded.bundle.counts();
    let errors: usize = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.times)
        .sum();
    let (status, exit) = if errors > 0 {
        ("error", Exit::Error)
    } else {
        ("ok", Exit::Done)
    };
    if printer.output == Output::Json {
        printer.json(&Document::validate(
            status,
            &loaded.file,
            &counts,
            &findings,
        ));
        return Ok(exit);
    }
    printer.line(format!(
        "{} {} ({})",
        loaded.file.platform,
        safe(&loaded.file.path),
        plural(
            usize::try_from(loaded.file.bytes).unwrap_or(usize::MAX),
            "byte",
            "bytes"
        )
    ));
    for (kind, count) in counts.iter().filter(|(_, count)| *count > 0) {
        printer.line(format!("  {count:>6}  {kind}"));
    }
    text::findings_of(printer, &grouped(findings.iter()));
    printer.line(match errors {
        0 => "the file is consistent".to_owned(),
        1 => "1 error in the file; the affected items are blocked".to_owned(),
        more => format!("{more} errors in the file; the affected items are blocked"),
    });
    Ok(exit)
}
