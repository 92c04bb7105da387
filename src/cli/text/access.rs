//! Who gains or loses access, as text.

use anstyle::Style;

use super::change::change_text;
use crate::cli::print::Printer;
use crate::engine::Access;
use crate::engine::display::safe;

/// The maximum number of subjects whose access is printed, and of changes for each.
const MAX_SUBJECTS: usize = 50;
const MAX_GRANTS: usize = 20;

/// Prints the changes of who can call what: a summary, and the first few changes
/// of each subject.
pub(crate) fn access(printer: &mut Printer, access: Option<&Access>) {
    let Some(access) = access.filter(|access| !access.is_empty()) else {
        return;
    };
    let bold = Style::new().bold();
    printer.line("");
    printer.folded(&format!("{bold}Access{bold:#}: {access}"), 2);
    let mut subjects = access.by_subject();
    for (subject, grants) in subjects.by_ref().take(MAX_SUBJECTS) {
        printer.folded(
            &format!("  {} {}", subject.id.kind, safe(&subject.called())),
            6,
        );
        for grant in grants.iter().take(MAX_GRANTS) {
            let line = format!(
                "      {} {} {}",
                grant.shift.sign(),
                grant.what(),
                grant.means()
            );
            printer.folded(line.trim_end(), 10);
            for change in grant.shift.terms() {
                let line = format!("    {}", change_text(printer, &change));
                printer.folded(&line, 14);
            }
        }
        more(printer, 6, grants.len().saturating_sub(MAX_GRANTS));
    }
    let left = subjects.count();
    more(printer, 2, left);
}

/// Prints how many more changes of access there are.
fn more(printer: &mut Printer, indent: usize, left: usize) {
    if left > 0 {
        printer.line(format!(
            "{:indent$}and {left} more; --output json lists all",
            ""
        ));
    }
}
