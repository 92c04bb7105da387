//! Whether a target is ready for jobs.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::{Target, Timeouts, ledger};

/// How a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is there, and so is our schema.
    Ready,
    /// It is there; our schema is not, or is of another version.
    OtherSchema,
    /// It is not there, or does not answer.
    Unreachable,
}

/// How long what was seen of a target is taken to be so.
const FRESH: Duration = Duration::from_secs(1);

/// Looks at a target for whoever asks, and not more often than now and then:
/// many who ask take no more of its connections than one.
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

    /// Returns how the target stands, or did a second ago. Waits for it no
    /// longer than a heartbeat.
    pub async fn condition(&self) -> Condition {
        let mut seen = self.seen.lock().await;
        if let Some((at, condition)) = *seen
            && at.elapsed() < FRESH
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
