//! Asking before anything is written.

use super::args::ConsentArgs;
use super::print::{Printer, is_interactive};
use crate::engine::display::safe;
use crate::job::{self, Failure, FailureKind, TargetPolicy};
use crate::store::Target;

/// Fails early if the target is read-only, or if the name is not the database's.
pub(crate) fn check_target(args: &ConsentArgs, target: &Target) -> Result<(), Failure> {
    job::check_writable(target)?;
    // The input is not repeated: it may be anything.
    let mut names = args.confirm.iter();
    match names.all(|name| name == target.database()) {
        false => {
            let what = "--confirm does not name the target database; nothing was written";
            Err(Failure::new(FailureKind::Usage, what)
                .at(target.display())
                .hint(format!(
                    "check the target; if it is correct, use --confirm {}",
                    target.database()
                )))
        }
        true => Ok(()),
    }
}

/// Fails early as [`check_target`] does, and without a terminal if no option confirms.
pub(crate) fn can_ask(args: &ConsentArgs, target: &Target) -> Result<(), Failure> {
    check_target(args, target)?;
    match (!args.confirm.is_empty(), args.yes) {
        (true, _) => Ok(()),
        (false, true) => check_name(&target.policy(), target.database()),
        (false, false) if is_interactive() => Ok(()),
        (false, false) => {
            let failure = Failure::new(
                FailureKind::Usage,
                "cannot ask for confirmation without a terminal",
            );
            let confirm = format!("confirm with --confirm {}", target.database());
            Err(match target.policy().production {
                Some(profile) => failure
                    .because(format!("the target is production: {profile}"))
                    .hint(confirm),
                None => failure.hint(format!("add --yes to skip the confirmation, or {confirm}")),
            })
        }
    }
}

/// Fails for `--yes` alone in production.
fn check_name(policy: &TargetPolicy, database: &str) -> Result<(), Failure> {
    policy.production.as_ref().map_or(Ok(()), |profile| {
        Err(Failure::new(
            FailureKind::Usage,
            "--yes does not confirm a write to production",
        )
        .because(profile)
        .hint(format!("confirm with --confirm {database}")))
    })
}

/// Asks for confirmation, unless `--confirm` names the database or, outside of
/// production, `--yes` was given. Overwriting, and everything in production,
/// requires the name of the database.
pub(crate) fn ask(
    printer: &mut Printer,
    policy: &TargetPolicy,
    args: &ConsentArgs,
    (what, overwrites): (&str, bool),
    target: &Target,
) -> Result<(), Failure> {
    check_target(args, target)?;
    if !args.confirm.is_empty() {
        return Ok(());
    }
    let database = target.database();
    if args.yes {
        return check_name(policy, database);
    }
    let refused = || Failure::new(FailureKind::Cancelled, "not confirmed; nothing was written");
    printer.message(what);
    if let Some(profile) = &policy.production {
        printer.message(safe(&format!("  PRODUCTION: {profile}")));
    }
    let asks_name = policy.production.is_some() || overwrites;
    let wanted = if asks_name { database } else { "yes" };
    let prompt = if asks_name {
        "Type the database name to continue:"
    } else {
        "Type yes to continue:"
    };
    let answer = printer.ask(prompt).map_err(|_| refused())?;
    if answer == wanted {
        Ok(())
    } else {
        Err(refused())
    }
}
