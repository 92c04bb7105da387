//! The policy of a target once its cluster is known.

use super::failure::Failure;
use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::{Target, TargetPolicy, Timeouts};

/// Returns the policy of a target. Connects to it, unless that was done before: an address
/// alone does not identify the cluster behind a tunnel.
///
/// # Errors
///
/// Fails if the target cannot be reached, or the known clusters cannot be read.
pub async fn policy(target: &Target, timeouts: Timeouts) -> Result<TargetPolicy, Failure> {
    if !target.is_met() {
        let (connection, monitor) =
            ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
        monitor.close(connection).await;
    }
    Ok(target.policy())
}
