//! The tasks that this server works at.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio::sync::watch;

use crate::job::Cancel;
use crate::job::task::{TaskId, TaskRecord};

/// The tasks that this server works at.
pub(super) struct Work {
    wake: watch::Sender<()>,
    running: Mutex<HashMap<Attempt, Cancel>>,
}

/// A task, and which attempt of it.
type Attempt = (TaskId, i32);

/// A task that this server works at, and says so, until this is dropped.
pub(super) struct Registered<'w> {
    work: &'w Work,
    attempt: Attempt,
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        if let Ok(mut running) = self.work.running.lock() {
            running.remove(&self.attempt);
        }
    }
}

impl Work {
    /// Returns none.
    pub(super) fn new() -> Self {
        Self {
            wake: watch::Sender::new(()),
            running: Mutex::default(),
        }
    }

    /// Has this server look for a task now.
    pub(super) fn wake(&self) {
        self.wake.send_replace(());
    }

    /// Says that this server works at a task; it is asked to stop if another
    /// one has taken the task over.
    pub(super) fn register(&self, task: &TaskRecord, cancel: &Cancel) -> Registered<'_> {
        let attempt = (task.id.clone(), task.attempts);
        if let Ok(mut running) = self.running.lock() {
            running.insert(attempt.clone(), cancel.clone());
        }
        Registered {
            work: self,
            attempt,
        }
    }

    /// Returns what hears of it when this server is to look for a task.
    pub(super) fn woken(&self) -> watch::Receiver<()> {
        self.wake.subscribe()
    }

    /// Returns the attempts that run.
    pub(super) fn running(&self) -> Vec<Attempt> {
        let running = self.running.lock();
        running.map_or_else(|_| Vec::new(), |running| running.keys().cloned().collect())
    }

    /// Stops the attempts of a list, as far as they still run.
    pub(super) fn stop(&self, attempts: &[Attempt]) {
        let Ok(running) = self.running.lock() else {
            return;
        };
        for attempt in attempts {
            if let Some(cancel) = running.get(attempt) {
                tracing::warn!(task = %attempt.0, "another server has taken a task over");
                cancel.cancel("another server has taken the task over");
            }
        }
    }
}
