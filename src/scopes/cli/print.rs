//! Printing what was done.

use super::document::Document;
use crate::cli::args::Output;
use crate::cli::print::Printer;
use crate::cli::text;
use crate::engine::display::safe;
use crate::scopes::Edited;

/// Prints what was done.
pub(super) fn print_edited(
    printer: &mut Printer,
    document: Document<'_>,
    edited: &Edited,
    what: &str,
) {
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
    text::tables(printer, &edited.tables);
    printer.line(format!(
        "job {job}: {} in {:.2} s",
        safe(what),
        edited.seconds
    ));
    printer.message(format!("note: `gatediff undo {job}` undoes the job"));
    text::afterwards(printer, &edited.server_changes, &edited.notes);
}
