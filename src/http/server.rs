//! The server: from its start to its end.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use futures_util::future::{FusedFuture as _, FutureExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::auth::AdminSecret;
use super::gate::gate;
use super::health::{HEALTH, health};
use super::oauth::{self, Tokens};
use super::problem::Problem;
use super::queue::Queue;
use super::service::{Limits, Service};
use super::{accept, sp_config, tyk};
use crate::config::Client;
use crate::job::requests::RequestLog;
use crate::job::task::Tasks;
use crate::job::{self, Cancel, Failure, FailureKind, HealthProbe};
use crate::store::{Target, Timeouts};

/// The operator of work that belongs to no request.
const OPERATOR: &str = "serve";

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// The platform of the objects.
    pub target: Target,
    /// How long jobs wait for what.
    pub timeouts: Timeouts,
    /// The administrator's secret; without one, requests that need it are
    /// refused.
    pub admin: Option<AdminSecret>,
    /// A client that may get a bearer token.
    pub clients: Vec<Client>,
    /// The limits of requests and jobs.
    pub limits: Limits,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All running work was completed.
    Done,
    /// Jobs took longer than the grace period, and were rolled back.
    Cut,
}

/// A server that is ready to answer.
pub struct Server {
    service: Arc<Service>,
    listener: TcpListener,
    /// Writes the ledger of requests.
    writing: JoinHandle<()>,
}

impl Server {
    /// Makes everything ready. Creates or upgrades our schema in the target.
    ///
    /// # Errors
    ///
    /// Fails if the target cannot be reached, or the role may not write there.
    pub async fn start(options: Options, listener: TcpListener) -> Result<Self, Failure> {
        let Options {
            target,
            timeouts,
            admin,
            clients,
            limits,
        } = options;
        let tokens = Tokens::new(&clients)?;
        job::init(&target, timeouts).await?;
        let tasks = Tasks::open(&target, timeouts, OPERATOR).await?;
        let (requests, writer) = RequestLog::open(&target, timeouts);
        let writing = tokio::spawn(writer.run());
        let queue = Queue::new(limits.jobs, limits.waiting);
        let health = HealthProbe::new(&target, timeouts);
        let service = Arc::new(Service {
            target,
            timeouts,
            admin,
            limits,
            queue,
            tokens,
            tasks,
            work: sp_config::Work::new(),
            requests,
            health,
        });
        sp_config::start(&service);
        Ok(Self {
            service,
            listener,
            writing,
        })
    }

    /// Answers requests until asked to stop; then waits for running work, up to
    /// the grace period.
    ///
    /// # Errors
    ///
    /// Fails if the request log stopped unexpectedly.
    pub async fn run(self, stop: &Cancel) -> Result<Ended, Failure> {
        let Self {
            service,
            listener,
            writing,
        } = self;
        tracing::info!(
            target_database = service.target.display(),
            "the server started"
        );
        let open = accept::accept(listener, router(&service), service.limits, stop).await;
        let why = stop.why().unwrap_or_else(|| "stopped".to_owned());
        tracing::info!(why, "the server is stopping");
        service.queue.close(&why);
        let ended = finish(&service, open.shutdown(), &why).await;
        sp_config::stop(&service).await;
        // A connection that is still open keeps a part of the service.
        let rest = service.timeouts.heartbeat;
        drop(service);
        match tokio::time::timeout(rest, writing).await {
            Ok(Err(error)) => {
                let what = "the request log stopped unexpectedly";
                Err(Failure::new(FailureKind::Internal, what).because(error))
            }
            Ok(Ok(())) | Err(_) => Ok(ended),
        }
    }
}

/// Waits for running work, and cancels it after the grace period.
async fn finish(service: &Service, connections: impl Future<Output = ()>, why: &str) -> Ended {
    // Fused, as it is waited for twice.
    let mut connections = std::pin::pin!(connections.fuse());
    let done = async {
        connections.as_mut().await;
        service.queue.empty().await;
    };
    if tokio::time::timeout(service.limits.grace, done)
        .await
        .is_ok()
    {
        return Ended::Done;
    }
    tracing::warn!("the grace period has expired: jobs are rolled back");
    service.queue.cancel(why);
    // A job that is being committed, or that waits for a server that is gone,
    // ends by itself within a few heartbeats.
    let rest = async {
        service.queue.empty().await;
        if !connections.is_terminated() {
            connections.await;
        }
    };
    tokio::time::timeout(service.timeouts.heartbeat * 2, rest)
        .await
        .ok();
    Ended::Cut
}

fn router(service: &Arc<Service>) -> Router {
    Router::new()
        .route(HEALTH, get(health))
        .merge(tyk::routes())
        .merge(sp_config::routes())
        .merge(oauth::routes())
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "Not found"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
        })
        .layer(from_fn_with_state(service.requests.clone(), gate))
        .with_state(Arc::clone(service))
}
