//! Confirmation by the operator: in production only, as in the product.

use crate::cli::args::ConsentArgs;
use crate::cli::consent;
use crate::cli::print::Printer;
use crate::cli::session::Session;
use crate::engine::display::safe;
use crate::job::Failure;

/// Fails early in production if confirmation is needed but cannot be asked for.
/// Elsewhere the product does not ask either.
pub(super) fn can_ask_in_production(session: &Session, args: &ConsentArgs) -> Result<(), Failure> {
    match session.target.policy().production {
        Some(_) => consent::can_ask(args, &session.target),
        None => consent::check_target(args, &session.target),
    }
}

/// Asks in production, and only there.
pub(super) async fn ask_in_production(
    printer: &mut Printer,
    session: &Session,
    args: &ConsentArgs,
    what: &str,
) -> Result<(), Failure> {
    let policy = session.policy().await?;
    if policy.production.is_none() {
        return consent::check_target(args, &session.target);
    }
    consent::can_ask(args, &session.target)?;
    let what = safe(&format!("{what} in {}", session.target.display())).into_owned();
    consent::ask(printer, &policy, args, (&what, false), &session.target)
}
