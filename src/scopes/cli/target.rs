//! Reading and writing a target's scopes, with their progress.

use crate::cli::args::ConsentArgs;
use crate::cli::progress_line::ProgressLine;
use crate::cli::session::{Session, cancel_on_signals, operator, unless_interrupted};
use crate::job::Failure;
use crate::scopes;
use crate::scopes::{Catalogue, Edit, EditOptions, Edited};

/// Reads everything, reporting progress. May be interrupted.
pub(super) async fn read(session: &Session) -> Result<Catalogue, Failure> {
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    let read = scopes::catalogue(&session.target, session.settings.timeouts, &reporter);
    let catalogue = unless_interrupted(read).await;
    progress_line.end().await;
    catalogue
}

/// Runs the edit, reporting progress; `fix_counters` as in [`EditOptions`].
pub(super) async fn write(
    session: &Session,
    args: &ConsentArgs,
    edit: Edit,
    fix_counters: bool,
) -> Result<Edited, Failure> {
    let options = EditOptions {
        operator: operator(args.operator.clone())?,
        timeouts: session.settings.timeouts,
        ledger: session.settings.ledger.clone(),
        accept_server_changes: args.accept_server_changes,
        fix_counters,
    };
    let cancel = cancel_on_signals()?;
    let progress_line = ProgressLine::begin();
    let edited = scopes::edit(
        edit,
        &session.target,
        &options,
        &progress_line.reporter(),
        &cancel,
    )
    .await;
    progress_line.end().await;
    edited
}
