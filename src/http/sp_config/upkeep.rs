//! Tasks that are settled or removed while the server runs, and when it starts and stops.

use std::sync::Arc;
use std::time::Duration;

use crate::http::service::Service;
use crate::job::Failure;

/// How often tasks are maintained.
const ROUND: Duration = Duration::from_secs(60);

/// How long to wait for other jobs when tasks of a lost server are settled.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Settles what an earlier server left, before the first request, and
/// periodically after that: other servers may be lost while this one runs.
///
/// # Errors
///
/// Fails if the target cannot be reached or written.
pub(in crate::http) async fn start(service: &Arc<Service>) -> Result<(), Failure> {
    look_after(service).await;
    let service = Arc::downgrade(service);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(ROUND).await;
            let Some(service) = service.upgrade() else {
                return;
            };
            look_after(&service).await;
        }
    });
    Ok(())
}

/// Settles the tasks of lost servers, and removes expired tasks.
async fn look_after(service: &Service) {
    if let Err(failure) = service.tasks.recover(RECOVERY_TIMEOUT).await {
        tracing::warn!(%failure, "cannot close the tasks of a lost server yet");
    }
    if let Err(failure) = service.tasks.expire().await {
        tracing::warn!(%failure, "cannot remove expired tasks yet");
    }
}

/// Records which tasks the shutdown ended, after the last job has finished.
pub(in crate::http) async fn stop(service: &Arc<Service>) {
    let closing = service
        .tasks
        .close("The server was stopped; nothing was written.");
    match tokio::time::timeout(service.timeouts.heartbeat, closing).await {
        Ok(Ok(_)) => {}
        Ok(Err(failure)) => {
            tracing::warn!(%failure, "cannot record which tasks the shutdown ended");
        }
        Err(_) => {
            tracing::warn!(
                "cannot record which tasks the shutdown ended: the target does not answer"
            );
        }
    }
}
