//! Seeing to a job's session from beside: cancelling what it runs, noticing
//! when nothing will ever be heard of it, and what became of its commit.

use std::time::Duration;

use super::failure::Failure;
use super::progress::{Cancel, Phase, Reporter};
use crate::store::lock::{self, Pulse};
use crate::store::transaction::{self, Fate};
use crate::store::{Connection, Operation, StoreError, StoreErrorKind, Target, Timeouts};

/// How long a cancelled statement is given before the server is asked again.
const INSIST: Duration = Duration::from_millis(100);

/// How many looks in a row must find a session lost.
const MISSES: usize = 3;

/// How many times the server is asked what became of a commit, and how many
/// times in a heartbeat: together for longer than a restart takes.
const QUESTIONS: u32 = 60;
const QUESTIONS_A_BEAT: u32 = 20;

/// A job's session, and how to reach it from beside.
pub(super) struct Watch {
    target: Target,
    timeouts: Timeouts,
    cancel: Cancel,
    backend: i32,
}

/// Why a commit is not one.
pub(super) enum Uncommitted {
    /// The server refused it: nothing was written.
    Refused(StoreError),
    /// The connection broke, and nothing was written.
    RolledBack(StoreError),
    /// The connection broke, and nobody says what became of it.
    Unknown(StoreError),
}

impl Watch {
    /// Connects to the target, unless the job is cancelled before.
    ///
    /// # Errors
    ///
    /// Fails if there is no connection, or the job is cancelled.
    pub(super) async fn connect(
        target: &Target,
        timeouts: Timeouts,
        cancel: &Cancel,
    ) -> Result<(Connection, Self), Failure> {
        // No transaction is open yet: this may be dropped where it is.
        let mut connection = tokio::select! {
            biased;
            () = cancel.asked() => return Err(Failure::cancelled(cancel)),
            connected = target.connect(timeouts) => connected?,
        };
        let backend = tokio::select! {
            biased;
            () = cancel.asked() => return Err(Failure::cancelled(cancel)),
            backend = lock::backend(&mut connection) => backend?,
            () = tokio::time::sleep(timeouts.heartbeat) => return Err(silence().into()),
        };
        let watch = Self { target: target.clone(), timeouts, cancel: cancel.clone(), backend };
        Ok((connection, watch))
    }

    /// Does work on the session. Cancels the statement that runs once the job
    /// is to stop, and leaves the work where it is if the server does not answer
    /// any more: then the connection is good for nothing but to be closed.
    ///
    /// # Errors
    ///
    /// Fails as disconnected if the work was left.
    pub(super) async fn over<T>(&self, work: impl Future<Output = T>) -> Result<T, StoreError> {
        tokio::select! {
            biased;
            done = work => return Ok(done),
            () = self.insist() => {}
            () = self.listen() => {}
        }
        self.end().await;
        Err(silence())
    }

    /// Commits. Where the connection breaks while it waits for the answer, the
    /// server is asked over another one: a transaction knows what became of it.
    pub(super) async fn commit(
        &self,
        connection: &mut Connection,
        reporter: &Reporter,
    ) -> Result<(), Uncommitted> {
        let number = match self.over(transaction::number(connection)).await {
            Ok(Ok(number)) => number,
            Ok(Err(error)) => return Err(Uncommitted::Refused(error)),
            Err(error) => return Err(Uncommitted::RolledBack(error)),
        };
        if self.cancel.is_cancelled() {
            let cancelled = StoreError::other(Operation::Transact, "the target", "cancelled");
            return Err(Uncommitted::Refused(cancelled));
        }
        reporter.phase(Phase::Commit);
        // From here on it must not be cancelled.
        let committed = tokio::select! {
            biased;
            done = transaction::commit(connection) => done,
            () = self.listen() => Err(silence()),
        };
        match committed {
            Ok(()) => Ok(()),
            Err(error) if error.kind == StoreErrorKind::Disconnected => {
                reporter.step(Phase::Commit, "the connection broke; asking what became of it", 0, 0);
                let fate = self.fate(number).await;
                // It may still be there, and hold the lock.
                self.end().await;
                match fate {
                    Some(Fate::Committed) => Ok(()),
                    Some(Fate::RolledBack) => Err(Uncommitted::RolledBack(error)),
                    Some(Fate::Open) | None => Err(Uncommitted::Unknown(error)),
                }
            }
            Err(error) => Err(Uncommitted::Refused(error)),
        }
    }

    /// Asks the server to cancel what the session runs, once the job is to
    /// stop, again and again; returns when that was to no avail.
    async fn insist(&self) {
        self.cancel.asked().await;
        let insisting = async {
            loop {
                lock::cancel(&self.target, self.backend).await;
                tokio::time::sleep(INSIST).await;
            }
        };
        tokio::time::timeout(self.timeouts.heartbeat, insisting).await.unwrap_or(());
    }

    /// Looks at the session now and then; returns when it is lost. A broken
    /// network may tell nobody, and then a connection waits for ever.
    async fn listen(&self) {
        let limit = self.timeouts.heartbeat * 2;
        let mut misses = 0;
        while misses < MISSES {
            tokio::time::sleep(self.timeouts.heartbeat).await;
            match lock::pulse(&self.target, self.timeouts, self.backend, limit).await {
                Some(Pulse::Beating) => misses = 0,
                Some(Pulse::Still | Pulse::Gone) | None => misses += 1,
            }
        }
    }

    /// Ends the session on the server, if that can be reached: its locks are free then.
    async fn end(&self) {
        let ending = lock::end(&self.target, self.backend);
        tokio::time::timeout(self.timeouts.heartbeat, ending).await.ok();
    }

    /// Asks what became of a transaction of the session, until that is settled.
    /// A commit may take its time; later on it is ended.
    async fn fate(&self, number: i64) -> Option<Fate> {
        for asked in 0..QUESTIONS {
            if let Ok(mut connection) = self.target.connect(self.timeouts).await {
                match transaction::fate(&mut connection, number).await {
                    Ok(Some(Fate::Open)) if asked < QUESTIONS_A_BEAT => {}
                    Ok(Some(Fate::Open)) => self.end().await,
                    Ok(settled) => return settled,
                    Err(error) if error.kind == StoreErrorKind::Disconnected => {}
                    Err(_) => return None,
                }
            }
            tokio::time::sleep(self.timeouts.heartbeat / QUESTIONS_A_BEAT).await;
        }
        None
    }
}

fn silence() -> StoreError {
    StoreError {
        kind: StoreErrorKind::Disconnected,
        ..StoreError::other(Operation::Transact, "the target", "the server does not answer any more")
    }
}
