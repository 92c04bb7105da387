//! Monitoring a job's session over a second connection: cancelling its
//! statement, detecting that it is lost, and finding out the outcome of its
//! commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval_at, sleep, timeout};

use super::failure::Failure;
use super::known_clusters;
use super::progress::{Cancel, Phase, Reporter};
use crate::store::connection::SessionInfo;
use crate::store::lock::{self, Heartbeat};
use crate::store::transaction::{self, CommitOutcome};
use crate::store::{Connection, Operation, StoreError, StoreErrorKind, Target, Timeouts, Zone};

/// How long to wait after a cancel request before sending another.
const CANCEL_PAUSE: Duration = Duration::from_millis(100);

/// How often ending a lost session is retried.
const MAX_ENDINGS: usize = 10;

/// The interval of the counter while waiting for COMMIT.
const COUNTER_STEP: Duration = Duration::from_secs(1);

/// A job's session, and how to reach it over another connection.
pub(crate) struct ConnectionMonitor {
    target: Target,
    timeouts: Timeouts,
    cancel: Cancel,
    backend: i32,
    zone: Zone,
    /// Whether the session was abandoned: its connection can only be dropped.
    is_lost: AtomicBool,
}

/// Why a commit failed.
pub(crate) enum Uncommitted {
    /// The server refused it, or it was not sent: nothing was written.
    Refused(StoreError),
    /// The connection broke after it was sent, and nothing was written.
    RolledBack(StoreError),
    /// Its outcome is unknown.
    Unknown(StoreError),
}

impl ConnectionMonitor {
    /// Connects to the target, unless the job is cancelled before.
    ///
    /// # Errors
    ///
    /// Fails if there is no connection, or the job is cancelled.
    pub(crate) async fn connect(
        target: &Target,
        timeouts: Timeouts,
        cancel: &Cancel,
    ) -> Result<(Connection, Self), Failure> {
        // No transaction is open yet: this may be dropped at any point.
        let (connection, SessionInfo { backend, zone }) = tokio::select! {
            biased;
            () = cancel.asked() => return Err(Failure::cancelled(cancel)),
            connected = target.connect_session(timeouts) => connected?,
        };
        let mut connection = connection;
        let (target, cancel) = (target.clone(), cancel.clone());
        let monitor = Self {
            target,
            timeouts,
            cancel,
            backend,
            zone,
            is_lost: AtomicBool::new(false),
        };
        monitor
            .run(known_clusters::meet(&monitor.target, &mut connection))
            .await??;
        Ok((connection, monitor))
    }

    /// Reads a target in one snapshot, in a session of its own that ends before
    /// this returns.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub(crate) async fn read<T>(
        target: &Target,
        timeouts: Timeouts,
        reporter: &Reporter,
        work: impl AsyncFnOnce(&mut Connection, Zone) -> Result<T, StoreError>,
    ) -> Result<T, Failure> {
        reporter.phase(Phase::Connect);
        let (mut connection, monitor) = Self::connect(target, timeouts, &Cancel::new()).await?;
        let reading = async {
            transaction::begin_reading(&mut connection).await?;
            let read = work(&mut connection, monitor.zone).await?;
            transaction::commit(&mut connection).await.map(|()| read)
        };
        let read = monitor.run(reading).await.flatten()?;
        monitor.close(connection).await;
        Ok(read)
    }

    /// Returns the time zone of the target.
    pub(crate) const fn zone(&self) -> Zone {
        self.zone
    }

    /// Does work on the session. Cancels the running statement when the job is
    /// cancelled. If the server no longer responds, it abandons the work and
    /// ends the session over another connection if possible.
    ///
    /// # Errors
    ///
    /// Fails as disconnected if the work was abandoned.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, StoreError> {
        let activity = Activity::new();
        tokio::select! {
            biased;
            done = activity.observe(work) => return Ok(done),
            () = self.cancelled_in_vain() => {}
            () = self.lost(&activity) => {}
        }
        self.give_up().await;
        Err(silence())
    }

    /// Commits. If no answer arrives, the server is asked for the transaction's
    /// status over another connection. After a cancel request, it waits for the
    /// answer only briefly.
    pub(crate) async fn commit(
        &self,
        connection: &mut Connection,
        reporter: &Reporter,
    ) -> Result<(), Uncommitted> {
        let number = self.run(transaction::number(connection)).await.flatten();
        let number = number.map_err(Uncommitted::Refused)?;
        if self.cancel.is_cancelled() {
            let cancelled = StoreError::other(Operation::Transact, "the target", "cancelled");
            return Err(Uncommitted::Refused(cancelled));
        }
        reporter.phase(Phase::Commit);
        // From here on it must not be cancelled.
        let line = CommitLine::default();
        let answer = async {
            match transaction::commit(connection).await {
                Err(error) if error.kind == StoreErrorKind::Disconnected => {
                    line.is_broken.store(true, Ordering::Relaxed);
                    line.broke.notify_one();
                    std::future::pending().await
                }
                answered => answered,
            }
        };
        let outcome = tokio::select! {
            biased;
            answered = answer => return answered.map_err(Uncommitted::Refused),
            outcome = self.find_out(number, &line) => outcome,
            () = line.count(self.timeouts.commit_outcome, reporter) => None,
            () = self.left() => {
                self.is_lost.store(true, Ordering::Relaxed);
                return Err(Uncommitted::Unknown(left(&self.cancel)));
            }
        };
        match outcome {
            // It may still exist, and hold the lock.
            Some(CommitOutcome::Committed) => {
                self.give_up().await;
                Ok(())
            }
            Some(CommitOutcome::RolledBack) => {
                self.give_up().await;
                Err(Uncommitted::RolledBack(silence()))
            }
            Some(CommitOutcome::Open) | None => {
                self.is_lost.store(true, Ordering::Relaxed);
                Err(Uncommitted::Unknown(silence()))
            }
        }
    }

    /// Closes a connection that holds no lock and no transaction.
    pub(crate) async fn close(&self, connection: Connection) {
        self.part(transaction::close(connection)).await;
    }

    /// Gives the target's lock back and closes.
    pub(crate) async fn leave(&self, connection: Connection) {
        self.part(transaction::leave(connection)).await;
    }

    /// Rolls back what is open, gives the target's lock back and closes.
    pub(crate) async fn abandon(&self, connection: Connection) {
        self.part(transaction::abandon(connection)).await;
    }

    /// Closes the session; if that fails, it is ended over another connection,
    /// so that its lock is released.
    async fn part(&self, parting: impl Future<Output = Result<(), StoreError>>) {
        if self.is_lost.load(Ordering::Relaxed) {
            return;
        }
        if !matches!(timeout(self.timeouts.close, parting).await, Ok(Ok(()))) {
            self.give_up().await;
        }
    }

    /// Ends the session on the server, if reachable, which releases its locks.
    /// Otherwise a program that keeps running retries for a while.
    async fn give_up(&self) {
        self.is_lost.store(true, Ordering::Relaxed);
        if lock::end(&self.target, self.timeouts, self.backend).await {
            return;
        }
        tracing::warn!(backend = self.backend, "cannot end a lost session yet");
        let (target, timeouts, backend) = (self.target.clone(), self.timeouts, self.backend);
        tokio::spawn(async move {
            for _ in 0..MAX_ENDINGS {
                sleep(timeouts.heartbeat).await;
                if lock::end(&target, timeouts, backend).await {
                    return;
                }
            }
        });
    }

    /// Asks the server to cancel the session's statement once the job is
    /// cancelled, repeatedly; returns when that has no effect.
    async fn cancelled_in_vain(&self) {
        self.cancel.asked().await;
        let insisting = async {
            loop {
                lock::cancel(&self.target, self.timeouts, self.backend).await;
                sleep(CANCEL_PAUSE).await;
            }
        };
        timeout(self.timeouts.cancel, insisting).await.unwrap_or(());
    }

    /// Returns when the session is lost: over several probes nothing arrived
    /// from it, and the server reports that it waits for us, or does not report
    /// it as active. A broken network may go unnoticed, and then a connection
    /// would wait forever.
    async fn lost(&self, activity: &Activity) {
        let Timeouts {
            heartbeat,
            max_missed,
            ..
        } = self.timeouts;
        let mut beats = interval_at(tokio::time::Instant::now() + heartbeat, heartbeat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = activity.wakes();
        let mut missed = 0;
        while missed < max_missed {
            beats.tick().await;
            let beat = lock::probe(&self.target, self.timeouts, self.backend).await;
            let now = activity.wakes();
            let is_still = now == seen;
            seen = now;
            missed = if is_still && beat != Some(Heartbeat::Working) {
                missed + 1
            } else {
                0
            };
        }
    }

    /// Returns shortly after a cancel request.
    async fn left(&self) {
        self.cancel.asked().await;
        sleep(self.timeouts.commit_leave).await;
    }

    /// Asks for the outcome of a transaction of the session, until it is
    /// settled. Returns none if the server does not report it, or cannot be
    /// asked in time.
    async fn find_out(&self, number: i64, line: &CommitLine) -> Option<CommitOutcome> {
        let Timeouts {
            heartbeat,
            probe,
            commit_outcome,
            commit_poll,
            ..
        } = self.timeouts;
        let sent = Instant::now();
        let mut deadline = sent + commit_outcome;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            tokio::select! {
                () = line.broke.notified() => {}
                () = sleep(commit_poll.min(left)) => {}
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            // A session that waits for us will not commit any more, but our
            // message may still be in flight.
            let is_lost = line.is_broken.load(Ordering::Relaxed)
                || self.cancel.is_cancelled()
                || sent.elapsed() >= heartbeat;
            let answer = timeout(probe.min(left), self.ask(number, is_lost)).await;
            line.is_working
                .store(matches!(answer, Ok(Answer::Working)), Ordering::Relaxed);
            match answer {
                Ok(Answer::Settled(outcome)) => return outcome,
                // A commit may take a while.
                Ok(Answer::Working) => deadline = Instant::now() + commit_outcome,
                Ok(Answer::Waiting | Answer::Unreachable) | Err(_) => {}
            }
        }
    }

    /// Asks for the outcome of a transaction of the session, over another
    /// connection. Ends the session if it is lost and waits for us.
    async fn ask(&self, number: i64, is_lost: bool) -> Answer {
        let Some(mut connection) = self.target.connect_monitor(self.timeouts).await else {
            return Answer::Unreachable;
        };
        match transaction::outcome(&mut connection, number).await {
            Ok(Some(CommitOutcome::Open)) => {}
            Ok(settled) => return Answer::Settled(settled),
            Err(error) if error.kind == StoreErrorKind::Disconnected => return Answer::Unreachable,
            // As after a fail-over that lost the transaction.
            Err(_) => return Answer::Settled(None),
        }
        match lock::heartbeat(&mut connection, self.backend).await {
            Ok(Heartbeat::Working) => Answer::Working,
            Ok(Heartbeat::Waiting | Heartbeat::Gone) => {
                if is_lost {
                    lock::end_from(&mut connection, self.backend).await;
                }
                Answer::Waiting
            }
            Err(_) => Answer::Unreachable,
        }
    }
}

/// What the server reports about a commit.
enum Answer {
    /// It is over; none if the server no longer knows the outcome.
    Settled(Option<CommitOutcome>),
    /// The server is executing it.
    Working,
    /// The server waits for us.
    Waiting,
    /// The server cannot be asked.
    Unreachable,
}

/// The state of the connection over which a COMMIT was sent.
#[derive(Default)]
struct CommitLine {
    is_broken: AtomicBool,
    is_working: AtomicBool,
    broke: Notify,
}

impl CommitLine {
    /// Reports the elapsed seconds. Never returns.
    async fn count(&self, limit: Duration, reporter: &Reporter) {
        let total = usize::try_from(limit.as_secs()).unwrap_or(usize::MAX);
        let begun = Instant::now();
        loop {
            sleep(COUNTER_STEP).await;
            let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap_or(usize::MAX);
            let (what, total) = match (
                self.is_working.load(Ordering::Relaxed),
                self.is_broken.load(Ordering::Relaxed),
            ) {
                (true, _) => ("seconds: the server is still committing", 0),
                (false, true) => (
                    "seconds: the connection broke, asking for the outcome",
                    total,
                ),
                (false, false) => ("seconds: no answer yet, asking for the outcome", total),
            };
            reporter.step(Phase::Commit, what, seconds, total);
        }
    }
}

/// Counts the wake-ups of a future that waits for a connection: incoming bytes,
/// buffer space for outgoing bytes, and its timers.
struct Activity(Arc<Wakes>);

struct Wakes {
    count: AtomicU64,
    /// Whether the future is to be polled: other futures wake the task, too.
    is_due: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.is_due.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Activity {
    fn new() -> Self {
        let wakes = Wakes {
            count: AtomicU64::new(0),
            is_due: AtomicBool::new(true),
            task: AtomicWaker::new(),
        };
        Self(Arc::new(wakes))
    }

    fn wakes(&self) -> u64 {
        self.0.count.load(Ordering::Relaxed)
    }

    async fn observe<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let waker = Waker::from(Arc::clone(&self.0));
        std::future::poll_fn(|context| {
            self.0.task.register(context.waker());
            if !self.0.is_due.swap(false, Ordering::AcqRel) {
                return Poll::Pending;
            }
            work.as_mut().poll(&mut Context::from_waker(&waker))
        })
        .await
    }
}

fn silence() -> StoreError {
    disconnected("the server no longer answers")
}

fn left(cancel: &Cancel) -> StoreError {
    disconnected(&cancel.why().unwrap_or_else(|| "interrupted".to_owned()))
}

fn disconnected(why: &str) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Disconnected,
        ..StoreError::other(Operation::Transact, "the target", why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_wakes_the_work_itself_counts_as_activity() {
        let activity = Activity::new();
        let noise = async {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        };
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let work = activity.observe(receiver);
        let check = async {
            noise.await;
            assert_eq!(activity.wakes(), 0);
            sender.send(()).unwrap();
        };
        let (received, ()) = tokio::join!(work, check);
        assert_eq!((received, activity.wakes()), (Ok(()), 1));
    }
}
