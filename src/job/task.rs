//! Tasks: asynchronous imports and exports requested from a server. They are in
//! our schema in the target, and survive the server.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::Mutex;

use super::failure::{Failure, FailureKind};
use super::lock;
use super::monitor::ConnectionMonitor;
use super::progress::{Cancel, Reporter};
use crate::store::ledger::tasks;
use crate::store::{Connection, Ledger, StoreError, StoreErrorKind, Target, Timeouts};

pub use crate::store::ledger::tasks::{TaskEnd, TaskId, TaskKind, TaskPart, TaskRecord, TaskState};

/// How long the files of a task are kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// How often taking the server's own lock is retried after its session was
/// lost: PostgreSQL may notice later than we do.
const MAX_TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// A client's request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The platform of the objects.
    pub platform: &'static str,
    /// What is to be done.
    pub kind: TaskKind,
    /// Whether it is a preview only.
    pub preview: bool,
    /// How, as the client gave it: JSON.
    pub options: String,
    /// Who asks.
    pub client: String,
}

/// The tasks of a server. Clones are of the same server.
///
/// Everything goes over one session, which also holds the lock that shows that
/// this server is alive: a server that lost the lock writes nothing before it
/// has it again. A dropped call is still completed.
#[derive(Clone)]
pub struct Tasks {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    timeouts: Timeouts,
    operator: String,
    server: i32,
    session: Mutex<Option<Session>>,
}

/// The session of a server, which holds the server's own lock.
type Session = (Connection, ConnectionMonitor);

impl Tasks {
    /// Registers a server; [our schema](fn@super::init) must exist.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached, or the role may not write there.
    pub async fn open(
        target: &Target,
        timeouts: Timeouts,
        operator: &str,
    ) -> Result<Self, Failure> {
        let (mut connection, monitor) =
            ConnectionMonitor::connect(target, timeouts, &Cancel::new()).await?;
        let server = monitor
            .run(tasks::enrol(&mut connection, operator, Utc::now()))
            .await
            .flatten()?;
        monitor.close(connection).await;
        let inner = Inner {
            target: target.clone(),
            timeouts,
            operator: operator.to_owned(),
            server,
            session: Mutex::new(None),
        };
        let opened = Self {
            inner: Arc::new(inner),
        };
        opened.inner.over(|_| async { Ok(()) }.boxed()).await?;
        Ok(opened)
    }

    /// Records a client's request, and returns its task.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn create(&self, asked: Asked) -> Result<TaskRecord, Failure> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Failure::internal("naming a task", error))?;
        let created = now();
        let task = tasks::NewTask {
            id: TaskId::from_random(bytes),
            server: self.inner.server,
            platform: asked.platform,
            kind: asked.kind,
            preview: asked.preview,
            options: asked.options,
            client: asked.client,
            created,
            expires: created + KEPT,
        };
        let record = TaskRecord {
            id: task.id.clone(),
            server: task.server,
            kind: task.kind,
            state: TaskState::NotStarted,
            preview: task.preview,
            options: task.options.clone(),
            message: None,
            created,
            modified: created,
            completed: None,
            expires: task.expires,
            job: None,
            backup: None,
        };
        let task = Arc::new(task);
        self.run(move |connection| {
            let task = Arc::clone(&task);
            async move { tasks::create(connection, &task).await }.boxed()
        })
        .await?;
        Ok(record)
    }

    /// Records that a task is running. Returns false if it has already ended.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn begin(&self, id: &TaskId) -> Result<bool, Failure> {
        let (id, now) = (id.clone(), now());
        self.run(move |connection| {
            let id = id.clone();
            async move { tasks::begin(connection, &id, now).await }.boxed()
        })
        .await
    }

    /// Records how a task ended, and saves its files.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written; whoever
    /// [recovers](Self::recover) the task later finds its outcome by its job.
    pub async fn finish(&self, id: &TaskId, end: TaskEnd) -> Result<(), Failure> {
        let (id, end) = (id.clone(), Arc::new(end));
        self.run(move |connection| {
            let (id, end) = (id.clone(), Arc::clone(&end));
            async move { tasks::finish(connection, &id, &end).await }.boxed()
        })
        .await
    }

    /// Finds a task; an expired task is not found.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub async fn find(&self, id: &TaskId) -> Result<Option<TaskRecord>, Failure> {
        let (id, now) = (id.clone(), now());
        self.run(move |connection| {
            let id = id.clone();
            async move { tasks::find(connection, &id, now).await }.boxed()
        })
        .await
    }

    /// Returns a file of a task.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub async fn file(&self, id: &TaskId, part: TaskPart) -> Result<Option<Vec<u8>>, Failure> {
        let id = id.clone();
        self.run(move |connection| {
            let id = id.clone();
            async move { tasks::file(connection, &id, part).await }.boxed()
        })
        .await
    }

    /// Settles the tasks of lost servers, and returns their number: tasks whose
    /// job was committed are complete, all others failed.
    ///
    /// Waits for the target's lock before it looks at the jobs, as long as
    /// `wait` says: a transaction of a server that was killed may still be
    /// committing, and holds that lock until then.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written, or another job holds
    /// it for longer; the tasks stay as they are.
    pub async fn recover(&self, wait: Duration) -> Result<usize, Failure> {
        let recoverer = self.clone();
        spawned(async move { recoverer.inner.recover(wait).await }).await
    }

    /// Removes the files of expired tasks; returns the number of tasks.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn expire(&self) -> Result<u64, Failure> {
        let now = now();
        self.run(move |connection| async move { tasks::expire(connection, now).await }.boxed())
            .await
    }

    /// Deregisters the server. Unfinished tasks count as cancelled.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written; the next server to
    /// start [recovers](Self::recover) the tasks.
    pub async fn close(&self, why: &'static str) -> Result<u64, Failure> {
        let (server, now) = (self.inner.server, now());
        let cancelled = self
            .run(move |connection| {
                async move { tasks::cancel_open(connection, server, why, now).await }.boxed()
            })
            .await;
        if let Some((connection, monitor)) = self.inner.session.lock().await.take() {
            monitor.close(connection).await;
        }
        cancelled
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, Failure> {
        let inner = Arc::clone(&self.inner);
        spawned(async move { inner.over(work).await }).await
    }
}

impl Inner {
    /// Does work on the session, again if the session turns out to be lost.
    async fn over<T>(
        &self,
        work: impl for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>> + Send + Sync,
    ) -> Result<T, Failure> {
        // Callers must not wait for a lost network one after the other.
        let turn = tokio::time::timeout(self.timeouts.session, self.session.lock());
        let mut session = turn.await.map_err(|_| silent())?;
        let had_one = session.is_some();
        match self.once(&mut session, &work).await {
            Err(failure) if had_one && failure.kind == FailureKind::Unreachable => {
                self.once(&mut session, &work).await
            }
            other => other,
        }
    }

    async fn once<T>(
        &self,
        session: &mut Option<Session>,
        work: &(
             impl for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>> + Send + Sync
         ),
    ) -> Result<T, Failure> {
        // Taken out, so that an unresponsive session is dropped.
        let (mut connection, monitor) = match session.take() {
            Some(session) => session,
            None => self.sign_in().await?,
        };
        let done = monitor.run(work(&mut connection)).await.flatten();
        if !matches!(&done, Err(error) if error.kind == StoreErrorKind::Disconnected) {
            *session = Some((connection, monitor));
        }
        done.map_err(Failure::from)
    }

    /// Connects, and takes this server's own lock. Any holder is a lost session
    /// of this server.
    async fn sign_in(&self) -> Result<Session, Failure> {
        let (mut connection, monitor) =
            ConnectionMonitor::connect(&self.target, self.timeouts, &Cancel::new()).await?;
        let signing = async {
            // It may be idle for as long as the server runs.
            let timeouts = Timeouts {
                idle_in_transaction: None,
                ..self.timeouts
            };
            crate::store::lock::prepare(&mut connection, &self.operator, timeouts).await?;
            for _ in 0..MAX_TRIES {
                if tasks::sign_in(&mut connection, self.server).await? {
                    return Ok(true);
                }
                tasks::end_signed_in(&mut connection, self.server).await?;
                tokio::time::sleep(PAUSE).await;
            }
            Ok(false)
        };
        if monitor.run(signing).await.flatten()? {
            return Ok((connection, monitor));
        }
        monitor.close(connection).await;
        Err(Failure::new(
            FailureKind::Locked,
            "another session still holds this server's own lock",
        )
        .hint(
            "it is probably a lost connection of this server, which PostgreSQL closes eventually",
        ))
    }

    async fn recover(&self, wait: Duration) -> Result<usize, Failure> {
        let orphans = self
            .over(|connection| tasks::orphans(connection).boxed())
            .await?;
        if orphans.is_empty() {
            return Ok(0);
        }
        let cancel = Cancel::new();
        let (mut connection, monitor) =
            ConnectionMonitor::connect(&self.target, self.timeouts, &cancel).await?;
        let looking = async {
            let timeouts = Timeouts {
                wait: Some(wait),
                ..self.timeouts
            };
            lock::take(
                &mut connection,
                &self.operator,
                timeouts,
                &Reporter::silent(),
                &cancel,
            )
            .await?;
            self.settle(&mut connection).await
        };
        let settled = monitor.run(looking).await?;
        monitor.leave(connection).await;
        settled
    }

    /// Settles every orphan, under the target's lock.
    async fn settle(&self, connection: &mut Connection) -> Result<usize, Failure> {
        let orphans = tasks::orphans(connection).await?;
        let jobs = Ledger::Target.jobs(connection).await?;
        for orphan in &orphans {
            let name = file_name(&orphan.id);
            let job = jobs
                .iter()
                .find(|job| job.file_path == name && job.state.has_written());
            let end = match job {
                Some(job) => TaskEnd {
                    state: TaskState::Complete,
                    message: Some(format!(
                        "The server stopped after everything was written as job {}, but before it could report this; the details are lost.",
                        job.job
                    )),
                    job: Some(job.job),
                    ..ended(TaskState::Complete)
                },
                None => TaskEnd {
                    message: Some(format!(
                        "The server stopped while the task was {}; nothing was written.",
                        orphan.state.word()
                    )),
                    ..ended(TaskState::Failed)
                },
            };
            tasks::finish(connection, &orphan.id, &end).await?;
            tracing::warn!(task = %orphan.id, state = end.state.word(), "closed a task of a lost server");
        }
        Ok(orphans.len())
    }
}

/// Returns the end of a task as of now, without a message.
pub fn ended(state: TaskState) -> TaskEnd {
    TaskEnd {
        state,
        message: None,
        job: None,
        backup: None,
        completed: now(),
        files: Vec::new(),
    }
}

/// Returns the name of a task's imported file in the ledger, by which its job
/// is found.
pub fn file_name(id: &TaskId) -> String {
    format!("task {id}")
}

/// Returns the time at the precision that clients see.
fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
}

/// Does work that continues if its caller goes away: statements are never
/// abandoned halfway.
async fn spawned<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    tokio::spawn(work)
        .await
        .map_err(|error| Failure::internal("keeping a task", error))?
}

fn silent() -> Failure {
    Failure::new(FailureKind::Unreachable, "the database no longer answers")
        .hint("check the server and the network, then try again")
}
