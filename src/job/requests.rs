//! The requests of the HTTP server, in the ledger.

use std::collections::HashMap;
use std::time::Instant;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use super::task::{BATCH, BATCH_PAUSE};
use crate::store::ledger::requests::{self, NewRequest};
use crate::store::{Connection, StoreErrorKind, Target, Timeouts};

/// How many requests one statement records at most.
const MAX_BATCH: usize = 500;

/// How many requests may wait to be recorded; more block.
const MAX_WAITING: usize = 1_000;

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    received: DateTime<Utc>,
    started: Instant,
}

/// What is recorded of a request. Contains no secret.
#[derive(Clone, Debug)]
pub struct Answered {
    /// `GET`, `POST`.
    pub method: String,
    /// The path; of the query the names, and only values that hold no secret.
    pub path: String,
    /// The status of the answer; none before it.
    pub status: Option<u16>,
    /// The address that it came from.
    pub remote: String,
    /// Which credential it came with.
    pub caller: Option<String>,
    /// As in the answer.
    pub tracking_id: String,
    /// The job that it applied.
    pub job: Option<i64>,
}

impl Asked {
    /// Returns a request that arrives now.
    pub fn now() -> Self {
        Self {
            received: Utc::now(),
            started: Instant::now(),
        }
    }

    fn recorded(self, answer: Answered) -> NewRequest {
        let elapsed = self.started.elapsed().as_millis();
        NewRequest {
            received: self.received,
            method: answer.method,
            path: answer.path,
            status: answer.status,
            duration_ms: answer
                .status
                .map(|_| i64::try_from(elapsed).unwrap_or(i64::MAX)),
            remote: answer.remote,
            caller: answer.caller,
            tracking_id: answer.tracking_id,
            job: answer.job,
        }
    }
}

/// Records requests, in batches if many arrive at once.
#[derive(Clone)]
pub struct RequestLog {
    sender: mpsc::Sender<Waiting>,
    timeouts: Timeouts,
}

struct Waiting {
    request: NewRequest,
    recorded: oneshot::Sender<()>,
}

/// The writer of a log; ends once every [`RequestLog`] is dropped and
/// everything is recorded.
pub struct RequestWriter {
    target: Target,
    timeouts: Timeouts,
    waiting: mpsc::Receiver<Waiting>,
}

impl RequestLog {
    /// Returns a log in a target, and the future that writes it.
    pub fn open(target: &Target, timeouts: Timeouts) -> (Self, RequestWriter) {
        let (sender, waiting) = mpsc::channel(MAX_WAITING);
        (
            Self { sender, timeouts },
            RequestWriter {
                target: target.clone(),
                timeouts,
                waiting,
            },
        )
    }

    /// Records a request and waits until it is in the ledger, up to a limit: a
    /// ledger that cannot be written must not leave a client without an answer.
    /// Returns whether it is. Requests that are not recorded go to the program's
    /// log.
    #[must_use]
    pub async fn record(&self, asked: Asked, answer: Answered) -> bool {
        let (recorded, done) = oneshot::channel();
        let request = asked.recorded(answer);
        let described = request.clone();
        let recording = async {
            self.sender.send(Waiting { request, recorded }).await.ok()?;
            done.await.ok()
        };
        let is_recorded = tokio::time::timeout(self.timeouts.request_log, recording)
            .await
            .ok()
            .flatten()
            .is_some();
        if !is_recorded {
            tracing::error!(request = ?described, "a request is not recorded in the ledger");
        }
        is_recorded
    }
}

/// Removes requests of the ledger, some at a time: those that were rejected for
/// lack of a credential, or for too many, after so many days, and all others.
///
/// # Errors
///
/// Fails if the target cannot be reached or written.
pub async fn sweep(
    target: &Target,
    timeouts: Timeouts,
    (rejected, others): (u32, u32),
) -> Result<u64, Failure> {
    let (mut connection, monitor) =
        ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
    let mut swept = 0;
    for (are_rejected, days) in [(true, rejected), (false, others)] {
        loop {
            let sweeping = requests::sweep(&mut connection, are_rejected, days, BATCH);
            let batch = monitor.run(sweeping).await.flatten()?;
            swept += batch;
            if i64::try_from(batch).unwrap_or_default() < BATCH {
                break;
            }
            tokio::time::sleep(BATCH_PAUSE).await;
        }
    }
    monitor.close(connection).await;
    Ok(swept)
}

impl RequestWriter {
    /// Writes until there is nothing more to write.
    pub async fn run(mut self) {
        let mut connection = None;
        let mut batch = Vec::new();
        while self.waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
            // The newest record of each: the answer may follow while the request still waits.
            let requests: HashMap<&str, &NewRequest> = batch
                .iter()
                .map(|waiting| (waiting.request.tracking_id.as_str(), &waiting.request))
                .collect();
            let mut requests: Vec<NewRequest> = requests.into_values().cloned().collect();
            requests.sort_by_key(|request| request.received);
            if self.write(&mut connection, &requests).await {
                for waiting in batch.drain(..) {
                    waiting.recorded.send(()).ok();
                }
            }
            batch.clear();
        }
        if let Some((connection, monitor)) = connection {
            monitor.close(connection).await;
        }
    }

    /// Records requests on the current connection, or else on a new one;
    /// returns whether they are recorded.
    async fn write(
        &self,
        connection: &mut Option<(Connection, ConnectionMonitor)>,
        requests: &[NewRequest],
    ) -> bool {
        // An idle connection may be lost without notice.
        for _ in 0..2 {
            if connection.is_none() {
                match ConnectionMonitor::connect(&self.target, self.timeouts, &Cancel::new()).await
                {
                    Ok(new) => *connection = Some(new),
                    Err(failure) => {
                        tracing::warn!(%failure, "cannot reach the ledger of requests");
                        return false;
                    }
                }
            }
            let Some((open, monitor)) = connection else {
                return false;
            };
            match monitor
                .run(requests::record(open, requests))
                .await
                .flatten()
            {
                Ok(()) => return true,
                Err(error) => {
                    tracing::warn!(%error, "cannot write the ledger of requests");
                    *connection = None;
                    if error.kind != StoreErrorKind::Disconnected {
                        return false;
                    }
                }
            }
        }
        false
    }
}
