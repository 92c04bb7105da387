//! Whether a target is ready for jobs.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::{Target, Timeouts, ledger};

/// The status of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is reachable, and our schema is current.
    Ready,
    /// It is reachable; our schema is missing or has another version.
    OtherSchema,
    /// It is unreachable or does not answer.
    Unreachable,
}

/// How long a target's status is cached.
const FRESH: Duration = Duration::from_secs(1);

/// Checks a target on request, rate-limited: many callers share one connection.
pub struct HealthProbe {
    target: Target,
    timeouts: Timeouts,
    seen: Mutex<Option<(Instant, Condition)>>,
}

impl HealthProbe {
    /// Returns a probe of a target.
    pub fn new(target: &Target, timeouts: Timeouts) -> Self {
        Self {
            target: target.clone(),
            timeouts,
            seen: Mutex::new(None),
        }
    }

    /// Returns the target's status, at most a second old. Waits no longer than
    /// a heartbeat.
    pub async fn condition(&self) -> Condition {
        let mut seen = self.seen.lock().await;
        if let Some((time, condition)) = *seen
            && time.elapsed() < FRESH
        {
            return condition;
        }
        // Nothing is written, so it may be dropped where it is.
        let looking = look(&self.target, self.timeouts);
        let condition = tokio::time::timeout(self.timeouts.heartbeat, looking).await;
        let condition = condition.unwrap_or(Condition::Unreachable);
        *seen = Some((Instant::now(), condition));
        condition
    }
}

async fn look(target: &Target, timeouts: Timeouts) -> Condition {
    let Ok((mut connection, monitor)) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await
    else {
        return Condition::Unreachable;
    };
    match monitor.run(ledger::is_current(&mut connection)).await {
        Ok(Ok(is_current)) => {
            monitor.close(connection).await;
            if is_current {
                Condition::Ready
            } else {
                Condition::OtherSchema
            }
        }
        Ok(Err(_)) => Condition::OtherSchema,
        Err(_) => Condition::Unreachable,
    }
}
