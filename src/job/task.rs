//! Tasks: asynchronous imports and exports requested from a server. They wait in
//! our schema in the target until any server on it runs them, and survive it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::Mutex;

use super::failure::{Failure, FailureKind};
use super::monitor::ConnectionMonitor;
use super::progress::Cancel;
use crate::store::ledger::tasks;
use crate::store::{Connection, StoreError, StoreErrorKind, Target, Timeouts};

pub use crate::store::ledger::tasks::{
    TaskEnd, TaskId, TaskKind, TaskPart, TaskRecord, TaskState, Waiting,
};

/// For how many days the files of a task are kept.
const KEPT_DAYS: i32 = 7;

/// How long a task is its server's without a [beat](Tasks::beat): after that
/// another one takes it over. Several beats may be missed.
pub const LEASE: Duration = Duration::from_secs(10);

/// How many rows of the ledger are removed at once, and the pause after that:
/// what is old is in no hurry, and must not be in the way.
pub(super) const BATCH: i64 = 500;
pub(super) const BATCH_PAUSE: Duration = Duration::from_millis(100);

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
    /// The file to import.
    pub upload: Option<Vec<u8>>,
}

/// The tasks of every server on a target, for one of them. Clones are of the
/// same server. A dropped call is still completed.
#[derive(Clone)]
pub struct Tasks {
    inner: Arc<Inner>,
}

struct Inner {
    server: i32,
    /// For what is short.
    short: Channel,
    /// For what moves files.
    files: Channel,
    /// For beats, which wait for nothing else.
    beats: Channel,
}

/// A session that is opened when it is needed, and again when it is lost.
struct Channel {
    target: Target,
    timeouts: Timeouts,
    operator: String,
    session: Mutex<Option<(Connection, ConnectionMonitor)>>,
}

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
        let channel = || Channel {
            target: target.clone(),
            timeouts,
            operator: operator.to_owned(),
            session: Mutex::new(None),
        };
        let short = channel();
        let server = short
            .over(|connection| {
                let operator = operator.to_owned();
                async move { tasks::enrol(connection, &operator).await }.boxed()
            })
            .await?;
        let (files, beats) = (channel(), channel());
        let inner = Inner {
            server,
            short,
            files,
            beats,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Records a client's request, and returns its task; none if more than
    /// `waiting` others wait.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn create(
        &self,
        asked: Asked,
        waiting: usize,
    ) -> Result<Option<TaskRecord>, Failure> {
        let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
        let Asked {
            platform,
            kind,
            preview,
            options,
            client,
            upload,
        } = asked;
        let task = tasks::NewTask {
            id: new_id()?,
            server: self.inner.server,
            platform,
            kind,
            preview,
            options,
            client,
            start: tasks::Start::Waits { upload, waiting },
            kept_days: KEPT_DAYS,
        };
        self.insert(task).await
    }

    /// Records the backup of an import as a task that this server works at.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn back_up(
        &self,
        import: &TaskRecord,
        platform: &'static str,
        options: String,
    ) -> Result<TaskRecord, Failure> {
        let task = tasks::NewTask {
            id: new_id()?,
            server: self.inner.server,
            platform,
            kind: TaskKind::Export,
            preview: false,
            options,
            client: import.client.clone(),
            start: tasks::Start::Backup(import.id.clone()),
            kept_days: KEPT_DAYS,
        };
        self.insert(task)
            .await?
            .ok_or_else(|| Failure::internal("keeping a task", "it was not recorded"))
    }

    async fn insert(&self, task: tasks::NewTask) -> Result<Option<TaskRecord>, Failure> {
        let task = Arc::new(task);
        self.run(Self::files, move |connection| {
            let task = Arc::clone(&task);
            async move { tasks::create(connection, &task).await }.boxed()
        })
        .await
    }

    /// Says which tasks could be started now.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub async fn waiting(&self) -> Result<Waiting, Failure> {
        self.run(Self::short, |connection| tasks::waiting(connection).boxed())
            .await
    }

    /// Takes the oldest task that waits, one that writes the target or one
    /// that only reads it. It stays this server's as long as it
    /// [says so](Self::beat).
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn claim(&self, writes: bool) -> Result<Option<TaskRecord>, Failure> {
        let server = self.inner.server;
        self.run(Self::short, move |connection| {
            tasks::claim(connection, server, writes).boxed()
        })
        .await
    }

    /// Says that this server works at attempts, and returns those that are
    /// still its own.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn beat(&self, running: Vec<(TaskId, i32)>) -> Result<Vec<(TaskId, i32)>, Failure> {
        let (server, running) = (self.inner.server, Arc::new(running));
        self.run(Self::beats, move |connection| {
            let running = Arc::clone(&running);
            async move { tasks::beat(connection, server, &running).await }.boxed()
        })
        .await
    }

    /// Gives back the tasks of servers that are lost; returns their number.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn release_lost(&self) -> Result<u64, Failure> {
        self.run(Self::beats, |connection| {
            tasks::release_lost(connection, LEASE).boxed()
        })
        .await
    }

    /// Returns the job that an earlier attempt of an import has committed, and
    /// the task of its backup.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub async fn written(&self, id: &TaskId) -> Result<Option<(i64, Option<TaskId>)>, Failure> {
        let id = id.clone();
        self.run(Self::short, move |connection| {
            let id = id.clone();
            async move { tasks::written(connection, &id, &file_name(&id)).await }.boxed()
        })
        .await
    }

    /// Records how an attempt ended, and saves its files; returns whether the
    /// task still was this server's.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written; whoever takes the task
    /// over finds its outcome by its job.
    pub async fn finish(&self, task: &TaskRecord, end: TaskEnd) -> Result<bool, Failure> {
        let (server, end) = (self.inner.server, Arc::new(end));
        let (id, attempt) = (task.id.clone(), task.attempts);
        self.run(Self::files, move |connection| {
            let (id, end) = (id.clone(), Arc::clone(&end));
            async move { tasks::finish(connection, (&id, server, attempt), &end).await }.boxed()
        })
        .await
    }

    /// Finds a task; an expired task is not found.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub async fn find(&self, id: &TaskId) -> Result<Option<TaskRecord>, Failure> {
        let id = id.clone();
        self.run(Self::short, move |connection| {
            let id = id.clone();
            async move { tasks::find(connection, &id).await }.boxed()
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
        self.run(Self::files, move |connection| {
            let id = id.clone();
            async move { tasks::file(connection, &id, part).await }.boxed()
        })
        .await
    }

    /// Removes the files of expired tasks; returns the number of tasks.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn expire(&self) -> Result<u64, Failure> {
        self.run(Self::short, |connection| tasks::expire(connection).boxed())
            .await
    }

    /// Removes finished tasks that are older than so many days; returns their
    /// number.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written.
    pub async fn sweep(&self, days: u32) -> Result<u64, Failure> {
        let mut swept = 0;
        loop {
            let batch = self
                .run(Self::short, move |connection| {
                    tasks::sweep(connection, days, BATCH).boxed()
                })
                .await?;
            swept += batch;
            if i64::try_from(batch).unwrap_or_default() < BATCH {
                return Ok(swept);
            }
            tokio::time::sleep(BATCH_PAUSE).await;
        }
    }

    /// Counts the tasks that wait and those that run, on every server.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or read.
    pub async fn open_count(&self) -> Result<(i64, i64), Failure> {
        self.run(Self::short, |connection| tasks::open(connection).boxed())
            .await
    }

    /// Gives back what this server has not finished, and closes its sessions.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached or written; other servers take the
    /// tasks over once they miss its beats.
    pub async fn close(&self) -> Result<u64, Failure> {
        let server = self.inner.server;
        let released = self
            .run(Self::short, move |connection| {
                tasks::release_own(connection, server).boxed()
            })
            .await;
        let Inner {
            short,
            files,
            beats,
            ..
        } = &*self.inner;
        for channel in [short, files, beats] {
            if let Some((connection, monitor)) = channel.session.lock().await.take() {
                monitor.close(connection).await;
            }
        }
        released
    }

    const fn short(inner: &Inner) -> &Channel {
        &inner.short
    }

    const fn files(inner: &Inner) -> &Channel {
        &inner.files
    }

    const fn beats(inner: &Inner) -> &Channel {
        &inner.beats
    }

    /// Does work that continues if its caller goes away: statements are never
    /// abandoned halfway.
    async fn run<T: Send + 'static>(
        &self,
        channel: fn(&Inner) -> &Channel,
        work: impl for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, Failure> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { channel(&inner).over(work).await })
            .await
            .map_err(|error| Failure::internal("keeping a task", error))?
    }
}

impl Channel {
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
        session: &mut Option<(Connection, ConnectionMonitor)>,
        work: &(
             impl for<'c> Fn(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>> + Send + Sync
         ),
    ) -> Result<T, Failure> {
        // Taken out, so that an unresponsive session is dropped.
        let (mut connection, monitor) = match session.take() {
            Some(session) => session,
            None => self.connect().await?,
        };
        let done = monitor.run(work(&mut connection)).await.flatten();
        if !matches!(&done, Err(error) if error.kind == StoreErrorKind::Disconnected) {
            *session = Some((connection, monitor));
        }
        done.map_err(Failure::from)
    }

    async fn connect(&self) -> Result<(Connection, ConnectionMonitor), Failure> {
        let (mut connection, monitor) =
            ConnectionMonitor::connect(&self.target, self.timeouts, &Cancel::new()).await?;
        // It may be idle for as long as the server runs.
        let timeouts = Timeouts {
            idle_in_transaction: None,
            ..self.timeouts
        };
        let preparing = crate::store::lock::prepare(&mut connection, &self.operator, timeouts);
        monitor.run(preparing).await.flatten()?;
        Ok((connection, monitor))
    }
}

fn new_id() -> Result<TaskId, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::internal("naming a task", error))?;
    Ok(TaskId::from_random(bytes))
}

/// Returns the end of a task, without a message.
pub const fn ended(state: TaskState) -> TaskEnd {
    TaskEnd {
        state,
        message: None,
        job: None,
        backup: None,
        files: Vec::new(),
    }
}

/// Returns the name of a task's imported file in the ledger, under which it is
/// applied once: whoever takes a task over finds its job by it.
pub fn file_name(id: &TaskId) -> String {
    format!("task {id}")
}

fn silent() -> Failure {
    Failure::new(FailureKind::Unreachable, "the database no longer answers")
        .hint("check the server and the network, then try again")
}
