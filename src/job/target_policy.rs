//! The policy of a target: whether it may be written, and what is known of it after connecting.

use super::failure::{Failure, FailureKind};
use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::{Target, TargetPolicy, Timeouts};

/// Refuses to write to a target that a profile says is read-only, as far as that is known. A job
/// checks again once it is connected.
///
/// # Errors
///
/// Fails if the target is read-only.
pub fn check_writable(target: &Target) -> Result<(), Failure> {
    target.policy().read_only.map_or(Ok(()), |profile| {
        Err(Failure::new(
            FailureKind::Refused,
            "the target is read-only; nothing was written",
        )
        .at(target.display())
        .because(format!("{profile}, and has read_only = true"))
        .hint("name another target, or remove read_only from the profile"))
    })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_read_only_target_is_not_writable() {
        let target = Target::resolve(Some("postgres://me@db.invalid/gate"), |_| None).unwrap();
        assert!(check_writable(&target).is_ok());
        let profile = crate::store::PolicyProfile {
            name: "audit".to_owned(),
            production: true,
            read_only: true,
            is_used: false,
            named: Ok(vec![target.clone()]),
        };
        let failure = check_writable(&target.with_profiles(vec![profile], None).await).unwrap_err();
        let why = failure.why.unwrap();
        assert_eq!(
            why,
            "profile 'audit' names this database, and has read_only = true"
        );
    }
}
