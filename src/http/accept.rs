//! Connections: accepted one by one, limited in number and in time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::service::Limits;
use super::tracking::Remote;
use crate::job::Cancel;

/// The maximum number of open connections; more wait until they are accepted.
const MAX_CONNECTIONS: usize = 512;

/// How long to wait after a connection could not be accepted, for example for
/// lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts and serves connections until asked to stop; returns those that are
/// still open.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    cancel: &Cancel,
) -> GracefulShutdown {
    let open = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            biased;
            () = cancel.asked() => return open,
            accepted = next(&listener, &permits) => accepted,
        };
        let Some((stream, remote, permit)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let answering = answer(stream, remote, router.clone(), limits, &open);
        tokio::spawn(async move {
            answering.await;
            drop(permit);
        });
    }
}

async fn next(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, remote)) => Some((stream, remote, permit)),
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            None
        }
    }
}

/// Serves a connection until it is closed.
fn answer(
    stream: TcpStream,
    remote: SocketAddr,
    router: Router,
    limits: Limits,
    open: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    stream.set_nodelay(true).ok();
    let routes = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Remote(remote));
        routes.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(stream), service);
    let served = open.watch(connection);
    async move {
        if let Err(error) = served.await {
            tracing::debug!(%remote, %error, "a connection ended");
        }
    }
}
