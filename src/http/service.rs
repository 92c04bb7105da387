//! What the handlers share, and the limits of a server.

use std::sync::Arc;
use std::time::Duration;

use super::auth::Admin;
use super::budget::Budget;
use super::metrics::Metrics;
use super::oauth::Tokens;
use super::queue::Queue;
use super::running::Work;
use super::throttle::Throttle;
use crate::config::Keep;
use crate::job::HealthProbe;
use crate::job::requests::RequestLog;
use crate::job::task::Tasks;
use crate::store::{Target, Timeouts};

/// The limits of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest body of a request, in bytes.
    pub body: usize,
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How long its body may take.
    pub read: Duration,
    /// How many jobs run at once; only one of them may write.
    pub jobs: usize,
    /// How many more wait for their turn.
    pub waiting: usize,
    /// The grace period of running jobs when the server is asked to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 << 20,
            head: Duration::from_secs(10),
            read: Duration::from_secs(60),
            jobs: 4,
            waiting: 200,
            grace: Duration::from_secs(30),
        }
    }
}

/// The state shared by the handlers.
pub(super) struct Service {
    pub(super) target: Target,
    pub(super) timeouts: Timeouts,
    pub(super) admin: Admin,
    pub(super) limits: Limits,
    pub(super) bodies: Budget,
    pub(super) accept_server_changes: bool,
    pub(super) queue: Queue,
    pub(super) tokens: Tokens,
    pub(super) tasks: Tasks,
    pub(super) work: Work,
    pub(super) requests: RequestLog,
    pub(super) health: HealthProbe,
    pub(super) throttle: Arc<Throttle>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) keep: Keep,
}
