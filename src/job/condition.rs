//! Whether a target is ready for jobs.

use super::progress::Cancel;
use super::watch::Watch;
use crate::store::{Target, Timeouts, ledger, transaction};

/// How a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is there, and so is our schema.
    Ready,
    /// It is there; our schema is not, or is of another version.
    OtherSchema,
    /// It is not there.
    Unreachable,
}

/// Looks at a target.
pub async fn condition(target: &Target, timeouts: Timeouts) -> Condition {
    let Ok((mut connection, watch)) = Watch::connect(target, timeouts, &Cancel::new()).await else {
        return Condition::Unreachable;
    };
    match watch.over(ledger::is_current(&mut connection)).await {
        Ok(Ok(is_current)) => {
            transaction::close(connection).await;
            if is_current { Condition::Ready } else { Condition::OtherSchema }
        }
        Ok(Err(_)) => Condition::OtherSchema,
        Err(_) => Condition::Unreachable,
    }
}
