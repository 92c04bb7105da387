//! All timeouts of a connection to a server, in one place.

use std::time::Duration;

/// The timeouts. `None` keeps the server's own limit.
///
/// A byte that the network loses is noticed within `heartbeat` × (`max_missed` + 1), whatever state
/// the server has for the session: the client itself notices that nothing arrives, and asks over a
/// second connection whether the server waits for it. See [`Timeouts::to_notice_a_loss`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Connecting. `None` takes the target's own limit, or [`Self::CONNECT`]; zero means no limit.
    pub connect: Option<Duration>,
    /// One statement.
    pub statement: Option<Duration>,
    /// A row or table that another session has locked. Zero means not to wait.
    pub lock: Option<Duration>,
    /// The target's own lock, while another job holds it. `None` means not to wait.
    pub wait: Option<Duration>,
    /// A session that holds locks and in which nothing happens, in a transaction or not.
    pub idle_in_transaction: Option<Duration>,
    /// The time between two probes of a session that a job waits for.
    pub heartbeat: Duration,
    /// How many probes in a row must find a session lost.
    pub max_missed: u32,
    /// One probe, or one command to the server, over a new connection.
    pub probe: Duration,
    /// How long a cancelled statement may take before its session is ended.
    pub cancel: Duration,
    /// Rolling back, giving the lock back and closing.
    pub close: Duration,
    /// Finding the outcome of a COMMIT that is not answered.
    pub commit_outcome: Duration,
    /// The interval between two queries for the outcome of a COMMIT.
    pub commit_poll: Duration,
    /// How long to wait for the answer to a COMMIT after a cancel request.
    pub commit_leave: Duration,
    /// All tables that a job locks at once: shorter than `deadlock_timeout` commonly is.
    pub lock_tables: Duration,
    /// A server's own session, while other requests use it.
    pub session: Duration,
    /// The record of a request, before it is answered without one.
    pub request_log: Duration,
}

impl Timeouts {
    /// The default for connecting, if neither we nor the target has a limit.
    pub const CONNECT: Duration = Duration::from_secs(10);

    /// The default limits.
    pub const SHIPPED: Self = Self {
        connect: None,
        statement: None,
        lock: Some(Duration::from_secs(5)),
        wait: None,
        idle_in_transaction: Some(Duration::from_secs(60)),
        heartbeat: Duration::from_secs(10),
        max_missed: 3,
        probe: Duration::from_secs(5),
        cancel: Duration::from_secs(3),
        close: Duration::from_secs(5),
        commit_outcome: Duration::from_secs(25),
        commit_poll: Duration::from_secs(1),
        commit_leave: Duration::from_secs(1),
        lock_tables: Duration::from_millis(500),
        session: Duration::from_secs(20),
        request_log: Duration::from_secs(5),
    };

    /// Returns the longest time until a lost byte is noticed before COMMIT, the
    /// session is ended on the server as far as that can be reached, and the
    /// connection is closed.
    pub fn to_notice_a_loss(&self) -> Duration {
        self.heartbeat * (self.max_missed + 1) + self.probe * 2 + self.close
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::SHIPPED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_limits_keep_what_the_manual_promises() {
        let limits = Timeouts::SHIPPED;
        // Connecting comes before, recording the request of a server after it.
        let connecting = Timeouts::CONNECT;
        let noticed = connecting + limits.to_notice_a_loss() + limits.request_log;
        assert!(noticed <= Duration::from_secs(95), "{noticed:?}");
        // A request may wait for others, then lose the session, then try once more.
        let served = limits.session + limits.to_notice_a_loss() + connecting;
        assert!(served <= Duration::from_secs(95), "{served:?}");
        assert!(limits.commit_outcome + limits.probe <= Duration::from_secs(30));
        assert!(
            limits.probe < limits.heartbeat,
            "a probe ends before the next one"
        );
    }
}
