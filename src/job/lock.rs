//! Taking the target's lock: at once, or within the operator's timeout.

use std::time::{Duration, Instant};

use super::failure::{Failure, FailureKind};
use super::progress::{Cancel, Phase, Reporter};
use crate::store::lock::Holder;
use crate::store::{Connection, StoreError, Timeouts, lock};

/// The time between two attempts. The server does not wait for the lock, so
/// that cancelling works at once.
const POLL: Duration = Duration::from_millis(100);

/// Takes the target's lock for the rest of the session. Waits for another job
/// as long as `timeouts.wait` says, and reports the holder; without it, not at
/// all.
///
/// # Errors
///
/// Fails if another job holds the lock for longer, which the failure names, if
/// the job is cancelled, or if the connection breaks.
pub(super) async fn take(
    connection: &mut Connection,
    operator: &str,
    timeouts: Timeouts,
    reporter: &Reporter,
    cancel: &Cancel,
) -> Result<(), Failure> {
    let wait = timeouts.wait;
    let explain = |error: StoreError| {
        if cancel.is_cancelled() {
            Failure::cancelled(cancel)
        } else {
            Failure::from(error)
        }
    };
    reporter.phase(Phase::Lock);
    let begun = Instant::now();
    let mut taken = lock::prepare_and_take(connection, operator, timeouts).await;
    loop {
        let Err(holder) = taken.map_err(explain)? else {
            return Ok(());
        };
        if cancel.is_cancelled() {
            return Err(Failure::cancelled(cancel));
        }
        let left = wait.unwrap_or_default().saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(refused(&holder, wait));
        }
        reporter.step(Phase::Lock, &format!("waiting for {}", holder.who), 0, 0);
        tokio::select! {
            () = cancel.asked() => {}
            () = tokio::time::sleep(POLL.min(left)) => {}
        }
        taken = lock::take(connection).await;
    }
}

fn refused(holder: &Holder, wait: Option<Duration>) -> Failure {
    let failure = Failure::new(
        FailureKind::Locked,
        "another gatediff job is using the target; nothing was written",
    )
    .because(format!("held by {}", holder.who));
    match wait.filter(|wait| !wait.is_zero()) {
        None => {
            failure.hint("try again when it is done, or wait for it with --lock-timeout SECONDS")
        }
        Some(wait) => failure
            .because(format!(
                "still held by {} after {} s",
                holder.who,
                wait.as_secs_f64()
            ))
            .hint("find out who is using it, or wait longer with --lock-timeout SECONDS"),
    }
}
