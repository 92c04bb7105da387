//! Asking before anything is written.

use super::args::ConsentArgs;
use super::print::{Printer, is_interactive};
use super::session::Manner;
use crate::job::{Failure, FailureKind};

/// Refuses early where nobody can be asked and nothing says yes.
pub(super) fn can_ask(args: &ConsentArgs) -> Result<(), Failure> {
    if args.yes || is_interactive() {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Usage, "cannot ask for confirmation without a terminal")
        .hint("add --yes to go on without asking"))
}

/// Asks the person, unless `--yes` does. Whatever overwrites, and everything in
/// a production profile, wants the database's name.
pub(super) fn ask(
    printer: &mut Printer,
    manner: &Manner,
    args: &ConsentArgs,
    (what, overwrites): (&str, bool),
    database: &str,
) -> Result<(), Failure> {
    let refused = || Failure::new(FailureKind::Cancelled, "not confirmed; nothing was written");
    if manner.production && args.yes {
        return match args.confirm.as_deref() {
            Some(name) if name == database => Ok(()),
            _ => Err(Failure::new(FailureKind::Usage, "the profile is marked as production")
                .hint(format!("confirm with --confirm {database}"))),
        };
    }
    if args.yes {
        return Ok(());
    }
    printer.tell(what);
    let asks_name = manner.production || overwrites;
    let wanted = if asks_name { database } else { "yes" };
    let question = if asks_name { "Type the database's name to go on:" } else { "Type yes to go on:" };
    let answer = printer.ask(question).map_err(|_| refused())?;
    if answer == wanted { Ok(()) } else { Err(refused()) }
}
