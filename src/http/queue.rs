//! The job queue: a limited number run at once, writers one after the other in
//! order of arrival, and the queue has a limited length.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::problem::Problem;
use crate::job::Cancel;

/// What a job does to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// It reads it.
    Reads,
    /// It writes it: one at a time, since the target has one lock.
    Writes,
}

/// The jobs of a server.
pub(super) struct Queue {
    /// Of those that run.
    running: Arc<Semaphore>,
    /// Of those that write.
    writing: Arc<Semaphore>,
    /// Of those that run or wait.
    places: Arc<Semaphore>,
    open: Arc<OpenJobs>,
}

/// The jobs that were accepted and have not finished.
struct OpenJobs {
    next: AtomicU64,
    cancels: Mutex<HashMap<u64, Cancel>>,
    /// Why no more jobs are accepted.
    closed: Mutex<Option<String>>,
    /// Each open job holds a token of it.
    tracker: TaskTracker,
}

/// A slot in the queue. Released when dropped.
struct Slot {
    does: Does,
    running: Arc<Semaphore>,
    writing: Arc<Semaphore>,
    open: OpenJob,
}

/// A job's turn to run. Ends when this is dropped.
pub(super) struct Running {
    /// How the job is asked to stop.
    pub(super) cancel: Cancel,
    _open: OpenJob,
    _permits: (Option<OwnedSemaphorePermit>, OwnedSemaphorePermit),
}

/// An open job; closed when this is dropped.
struct OpenJob {
    number: u64,
    cancel: Cancel,
    jobs: Arc<OpenJobs>,
    /// None for what waits in the ledger.
    _place: Option<OwnedSemaphorePermit>,
    _tracked: TaskTrackerToken,
}

impl Drop for OpenJob {
    fn drop(&mut self) {
        if let Ok(mut cancels) = self.jobs.cancels.lock() {
            cancels.remove(&self.number);
        }
    }
}

impl Queue {
    /// Returns a queue of `waiting` slots in addition to those of the `at_once`
    /// running jobs.
    pub(super) fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(at_once.max(1))),
            writing: Arc::new(Semaphore::new(1)),
            places: Arc::new(Semaphore::new(at_once.max(1).saturating_add(waiting))),
            open: Arc::new(OpenJobs {
                next: AtomicU64::new(1),
                cancels: Mutex::default(),
                closed: Mutex::default(),
                tracker: TaskTracker::new(),
            }),
        }
    }

    /// Returns how many more jobs could run at this moment.
    pub(super) fn free(&self) -> usize {
        self.running.available_permits()
    }

    /// Takes a slot for a job, without waiting.
    ///
    /// # Errors
    ///
    /// Fails if none is free, or the server is shutting down.
    fn slot(&self, does: Does) -> Result<Slot, Problem> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Problem::busy("Too many jobs are queued; try again later"))?;
        self.open(does, Some(place))
    }

    fn open(&self, does: Does, place: Option<OwnedSemaphorePermit>) -> Result<Slot, Problem> {
        let shut = || Problem::busy("The server is shutting down");
        let cancel = Cancel::new();
        let number = self.open.next.fetch_add(1, Ordering::Relaxed);
        // Under the lock that closing takes, so that no job slips past it.
        let closed = self.open.closed.lock().map_err(|_| shut())?;
        if closed.is_some() {
            return Err(shut());
        }
        self.open
            .cancels
            .lock()
            .map_err(|_| shut())?
            .insert(number, cancel.clone());
        let open = OpenJob {
            number,
            cancel,
            jobs: Arc::clone(&self.open),
            _place: place,
            _tracked: self.open.tracker.token(),
        };
        Ok(Slot {
            does,
            running: Arc::clone(&self.running),
            writing: Arc::clone(&self.writing),
            open,
        })
    }

    /// Takes a slot and waits for the turn.
    ///
    /// # Errors
    ///
    /// Fails if no slot is free, the server is shutting down, or the job is
    /// asked to stop first.
    pub(super) async fn start(&self, does: Does) -> Result<Running, Problem> {
        self.slot(does)?.start().await
    }

    /// Waits for the turn of a job that waits elsewhere, and takes no slot.
    ///
    /// # Errors
    ///
    /// Fails if the server is shutting down.
    pub(super) async fn turn(&self, does: Does) -> Result<Running, Problem> {
        self.open(does, None)?.start().await
    }

    /// Accepts no more jobs.
    pub(super) fn close(&self, why: &str) {
        if let Ok(mut closed) = self.open.closed.lock() {
            closed.get_or_insert_with(|| why.to_owned());
        }
        self.open.tracker.close();
    }

    /// Says whether it accepts no more jobs.
    pub(super) fn is_closed(&self) -> bool {
        self.open
            .closed
            .lock()
            .map_or(true, |closed| closed.is_some())
    }

    /// Asks every open job to stop: running ones roll back, waiting ones never
    /// start.
    pub(super) fn cancel(&self, why: &str) {
        if let Ok(cancels) = self.open.cancels.lock() {
            cancels.values().for_each(|cancel| cancel.cancel(why));
        }
    }

    /// Waits until every job is done, once the queue is closed. Cancel-safe.
    pub(super) async fn empty(&self) {
        self.open.tracker.wait().await;
    }
}

impl Slot {
    /// Waits for the turn.
    ///
    /// # Errors
    ///
    /// Fails if the job is asked to stop first.
    async fn start(self) -> Result<Running, Problem> {
        let Self {
            does,
            running,
            writing,
            open,
        } = self;
        let stopped = || Problem::busy("The server is shutting down; nothing was written");
        let permits = async {
            let writes = match does {
                Does::Writes => Some(writing.acquire_owned().await.map_err(|_| stopped())?),
                Does::Reads => None,
            };
            Ok::<_, Problem>((
                writes,
                running.acquire_owned().await.map_err(|_| stopped())?,
            ))
        };
        let permits = tokio::select! {
            biased;
            () = open.cancel.asked() => return Err(stopped()),
            permits = permits => permits?,
        };
        Ok(Running {
            cancel: open.cancel.clone(),
            _open: open,
            _permits: permits,
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn jobs_that_write_take_turns_and_those_that_read_do_not_wait_for_them() {
        let queue = Queue::new(2, 2);
        let first = queue.start(Does::Writes).await.ok();
        assert!(first.is_some());
        let mut second = Box::pin(queue.start(Does::Writes));
        assert!((&mut second).now_or_never().is_none(), "one at a time");
        assert!(queue.start(Does::Reads).await.is_ok());
        drop(first);
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn a_full_queue_says_so_and_when_to_come_again() {
        let queue = Queue::new(1, 1);
        let _runs = queue.slot(Does::Writes).ok();
        let _waits = queue.slot(Does::Writes).ok();
        let problem = queue.slot(Does::Reads).err().unwrap();
        assert_eq!(problem.status.as_u16(), 503);
        assert!(problem.retry_after.is_some());
    }

    #[tokio::test]
    async fn a_closed_queue_lets_nobody_in_and_is_empty_once_all_are_reported_to_stop() {
        let queue = Arc::new(Queue::new(1, 5));
        let runs = queue.start(Does::Writes).await.ok().unwrap();
        let waits = queue.slot(Does::Writes).ok().unwrap();
        queue.close("test");
        assert!(queue.slot(Does::Reads).is_err());
        queue.cancel("test");
        assert!(runs.cancel.is_cancelled());
        assert!(waits.start().await.is_err());
        drop(runs);
        queue.empty().await;
    }
}
