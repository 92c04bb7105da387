//! Creating our own schema in the target.

use super::failure::{Failure, FailureKind};
use super::lock;
use super::monitor::ConnectionMonitor;
use super::progress::{Cancel, Reporter};
use super::target_policy::check_writable;
use crate::store::{
    Connection, Ledger, LedgerPlace, StoreError, StoreErrorKind, Target, Timeouts, ledger,
};

/// Creates or upgrades our schema; returns whether anything changed.
///
/// # Errors
///
/// Fails if the target is read-only or cannot be reached, or the role may not create a schema.
pub async fn init(target: &Target, timeouts: Timeouts) -> Result<bool, Failure> {
    check_writable(target)?;
    let cancel = Cancel::new();
    let (mut connection, monitor) = ConnectionMonitor::connect(target, timeouts, &cancel).await?;
    if let Err(failure) = check_writable(target) {
        monitor.close(connection).await;
        return Err(failure);
    }
    let mut is_locked = false;
    let work = async {
        // An existing schema needs no lock, which another job may hold for long.
        if ledger::is_current(&mut connection).await? {
            return Ok(false);
        }
        // Not while a job runs: it may be creating the schema.
        lock::take(&mut connection, "", timeouts, &Reporter::silent(), &cancel).await?;
        is_locked = true;
        if ledger::is_current(&mut connection).await? {
            return Ok(false);
        }
        open(&LedgerPlace::Target, &mut connection)
            .await
            .map(|_| true)
    };
    let done = monitor.run(work).await?;
    match (&done, is_locked) {
        (Err(_), _) => monitor.abandon(connection).await,
        (Ok(_), true) => monitor.leave(connection).await,
        (Ok(_), false) => monitor.close(connection).await,
    }
    done
}

/// Opens the ledger; creates or upgrades our schema if needed.
pub(super) async fn open(
    place: &LedgerPlace,
    connection: &mut Connection,
) -> Result<Ledger, Failure> {
    Ledger::open(place, connection)
        .await
        .map_err(|error| match (place, error.kind) {
            (LedgerPlace::Target, StoreErrorKind::Denied) => denied(&error),
            _ => Failure::from(error),
        })
}

fn denied(error: &StoreError) -> Failure {
    Failure::new(FailureKind::Denied, "cannot create gatediff's own schema in the target")
        .because(&error.message)
        .hint("run `gatediff init` once as a role that may create schemas, then grant this role USAGE on schema gatediff and SELECT, INSERT on its tables")
        .hint("or keep the ledger in a local file: --ledger FILE")
}
