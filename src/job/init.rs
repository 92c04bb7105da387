//! Creating our own schema in the target.

use super::failure::{Failure, FailureKind};
use super::lock;
use super::progress::{Cancel, Reporter};
use super::watch::Watch;
use crate::store::{Connection, StoreErrorKind, Target, Timeouts, ledger};

/// Creates or upgrades our schema; says whether anything had to be done.
///
/// # Errors
///
/// Fails if the target cannot be reached or the role may not create a schema.
pub async fn init(target: &Target, timeouts: Timeouts) -> Result<bool, Failure> {
    let cancel = Cancel::new();
    let (mut connection, watch) = Watch::connect(target, timeouts, &cancel).await?;
    let work = async {
        // Not while a job runs: that may be making the schema at this moment.
        lock::take(&mut connection, "", timeouts.wait, &Reporter::silent(), &cancel).await?;
        ensure(&mut connection).await
    };
    watch.over(work).await?
}

/// Creates or upgrades our schema where that is needed.
pub(super) async fn ensure(connection: &mut Connection) -> Result<bool, Failure> {
    if ledger::is_current(connection).await? {
        return Ok(false);
    }
    ledger::init(connection).await.map(|()| true).map_err(|error| match error.kind {
        StoreErrorKind::Denied => Failure::new(FailureKind::Denied, "cannot create gatediff's own schema in the target")
            .because(&error.message)
            .hint("let a role that may create schemas run `gatediff init` once, then grant this role USAGE on schema gatediff and SELECT, INSERT on its tables"),
        _ => Failure::from(error),
    })
}
