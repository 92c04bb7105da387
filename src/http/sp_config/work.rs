//! Working at tasks: taking them from the ledger, saying that this server is
//! alive, and taking over from those that are not.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::run;
use crate::http::queue::{Does, Running};
use crate::http::service::Service;
use crate::job::task::{LEASE, TaskEnd, TaskRecord, TaskState};
use crate::job::{Failure, requests};

/// How often to look for tasks that other servers have accepted.
const POLL: Duration = Duration::from_millis(500);

/// How often this server says that it is alive.
const BEAT: Duration = Duration::from_secs(2);
const _: () = assert!(BEAT.as_millis() * 4 < LEASE.as_millis());

/// How often expired tasks and new keys are looked for, and how often records
/// that are old enough.
const ROUND: Duration = Duration::from_secs(60);
const SWEEP: Duration = Duration::from_secs(3600);

/// How often, and at what interval, recording a task's result is retried: a
/// restarting database server takes a while.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(3);

/// Works at tasks until the service is gone.
pub(in crate::http) fn start(service: &Arc<Service>) {
    for does in [Does::Reads, Does::Writes] {
        let woken = service.work.woken();
        tokio::spawn(take(Arc::downgrade(service), does, woken));
    }
    tokio::spawn(every(Arc::downgrade(service), BEAT, async |service| {
        beat(service).await
    }));
    tokio::spawn(every(Arc::downgrade(service), ROUND, async |service| {
        service.throttle.forget();
        service.tokens.refresh().await?;
        service.tasks.expire().await.map(|_| ())
    }));
    tokio::spawn(every(Arc::downgrade(service), SWEEP, sweep));
}

/// Does something at once, and periodically after that.
async fn every(
    service: Weak<Service>,
    pause: Duration,
    work: impl AsyncFn(&Service) -> Result<(), Failure>,
) {
    loop {
        let Some(strong) = service.upgrade() else {
            return;
        };
        if let Err(failure) = work(&strong).await {
            tracing::warn!(%failure, "cannot look after the tasks yet");
        }
        drop(strong);
        tokio::time::sleep(pause).await;
    }
}

/// Says that this server is alive, and gives back the tasks of those that are
/// not.
async fn beat(service: &Service) -> Result<(), Failure> {
    let running = service.work.running();
    if !running.is_empty() {
        let own = service.tasks.beat(running.clone()).await?;
        let lost: Vec<_> = running
            .into_iter()
            .filter(|attempt| !own.contains(attempt))
            .collect();
        service.work.stop(&lost);
    }
    let released = service.tasks.release_lost().await?;
    if released > 0 {
        service.metrics.taken_over.inc_by(released);
        tracing::warn!(released, "the tasks of a lost server are taken over");
        service.work.wake();
    }
    Ok(())
}

/// Removes the records of requests and tasks that are old enough.
async fn sweep(service: &Service) -> Result<(), Failure> {
    let keep = service.keep;
    let tasks = service.tasks.sweep(keep.tasks).await?;
    let days = (keep.rejected, keep.requests);
    let requests = requests::sweep(&service.target, service.timeouts, days).await?;
    if tasks + requests > 0 {
        tracing::info!(tasks, requests, "removed old records");
    }
    Ok(())
}

/// Takes tasks of one sort, as long as the service is there.
async fn take(service: Weak<Service>, does: Does, mut woken: watch::Receiver<()>) {
    loop {
        let Some(strong) = service.upgrade() else {
            return;
        };
        let taken = take_one(&strong, does).await.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "cannot look for tasks");
            false
        });
        drop(strong);
        if !taken {
            tokio::time::timeout(POLL, woken.changed()).await.ok();
        }
    }
}

/// Starts the oldest task of one sort, when there is one and its turn comes.
async fn take_one(service: &Arc<Service>, does: Does) -> Result<bool, Failure> {
    let waiting = service.tasks.waiting().await?;
    let is_there = match does {
        Does::Reads => waiting.reads,
        Does::Writes => waiting.writes,
    };
    if !is_there {
        return Ok(false);
    }
    let Ok(turn) = service.queue.turn(does).await else {
        return Ok(false);
    };
    let Some(task) = service.tasks.claim(does == Does::Writes).await? else {
        return Ok(false);
    };
    tokio::spawn(work(Arc::clone(service), task, turn));
    Ok(true)
}

/// Works at a task, and records how it ended.
async fn work(service: Arc<Service>, task: TaskRecord, turn: Running) {
    let registered = service.work.register(&task, &turn.cancel);
    let (working, of, cancel) = (Arc::clone(&service), task.clone(), turn.cancel.clone());
    let end = tokio::spawn(async move { run::run(&working, &of, &cancel).await });
    // Also ends a task whose work panics.
    let end = end.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a task panicked");
        let text = "Internal error; nothing was written. See the server's log.";
        Some(run::ended(TaskState::Failed, text))
    });
    if let Some(end) = end {
        finish(&service, &task, end).await;
    }
    drop(registered);
    drop(turn);
    service.work.wake();
}

/// Records how a task ended. What cannot be recorded is taken over later, and
/// found by its job.
async fn finish(service: &Service, task: &TaskRecord, end: TaskEnd) {
    for tried in 1..=TRIES {
        match service.tasks.finish(task, end.clone()).await {
            Ok(true) => {
                service.metrics.ended(task.kind, end.state);
                return;
            }
            Ok(false) => {
                tracing::warn!(task = %task.id, "another server has taken a task over");
                return;
            }
            Err(failure) => {
                tracing::error!(task = %task.id, tried, %failure, "cannot record the result of a task");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Gives back what this server has not finished, after its last job has ended;
/// until `end`, or other servers take it over later.
pub(in crate::http) async fn stop(service: &Arc<Service>, end: Instant) {
    match tokio::time::timeout_at(end, service.tasks.close()).await {
        Ok(Ok(_)) => {}
        Ok(Err(failure)) => tracing::warn!(%failure, "cannot give tasks back"),
        Err(_) => tracing::warn!("cannot give tasks back: the target does not answer"),
    }
}
