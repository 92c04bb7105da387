//! Every limit of a conversation with a server, in one place.

use std::time::Duration;

/// How long to wait for what. `None` leaves a limit as the server has it.
///
/// A byte that the network loses is noticed within `heartbeat` ×
/// (`max_missed` + 1), whatever the server thinks of the session: the client
/// itself sees that nothing comes, and asks over a second connection whether
/// the server waits for it. See [`Timeouts::to_notice_a_loss`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Connecting. `None` takes the target's own limit, or [`Self::CONNECT`]; zero means no limit.
    pub connect: Option<Duration>,
    /// One statement.
    pub statement: Option<Duration>,
    /// A row or table that somebody else has locked. Zero means at once.
    pub lock: Option<Duration>,
    /// The target's own lock, while another job holds it. `None` refuses at once.
    pub wait: Option<Duration>,
    /// A session that holds locks and in which nothing happens, in a transaction or not.
    pub idle_in_transaction: Option<Duration>,
    /// The time between two probes of a session that a job waits for.
    pub heartbeat: Duration,
    /// How many probes in a row must find a session lost.
    pub max_missed: u32,
    /// One probe, or one order to the server, over a connection of its own.
    pub probe: Duration,
    /// How long a cancelled statement is given to end before its session is ended.
    pub cancel: Duration,
    /// Rolling back, giving the lock back and closing.
    pub close: Duration,
    /// Finding out what became of a COMMIT that is not answered.
    pub commit_outcome: Duration,
    /// The time between two questions for what became of a COMMIT.
    pub commit_poll: Duration,
    /// How long the answer to a COMMIT is waited for once the operator wants to leave.
    pub commit_leave: Duration,
    /// All tables that a job locks at once: shorter than `deadlock_timeout` commonly is.
    pub lock_tables: Duration,
    /// A server's own session, while other requests use it.
    pub session: Duration,
    /// The record of a request, before it is answered without one.
    pub request_log: Duration,
}

impl Timeouts {
    /// Connecting, where neither we nor the target has a limit.
    pub const CONNECT: Duration = Duration::from_secs(10);

    /// The limits that are in force unless somebody says otherwise.
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
