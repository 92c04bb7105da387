//! The server: from its start to its end.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use futures_util::future::{FusedFuture as _, FutureExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use super::auth::{Admin, AdminSecret};
use super::budget::Budget;
use super::gate::{Gate, gate};
use super::health::{self, HEALTH, LIVE, READY};
use super::metrics::{METRICS, Metrics};
use super::oauth::{self, Keys, Source, Tokens};
use super::problem::Problem;
use super::queue::Queue;
use super::routes::{Op, Routes};
use super::running::Work;
use super::service::{Limits, Service};
use super::throttle::Throttle;
use super::{accept, sp_config, tyk};
use crate::config::{Client, Keep};
use crate::engine::display::safe;
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
    /// Who may use the server.
    pub access: Access,
    /// The file with the keys that sign tokens; by default they are in the
    /// target.
    pub token_key_file: Option<PathBuf>,
    /// The limits of requests and jobs.
    pub limits: Limits,
    /// Whether imports continue if the server changes something that is not
    /// part of the plan.
    pub accept_server_changes: bool,
    /// How long the ledger keeps requests and tasks.
    pub keep: Keep,
}

/// Who may use a server.
#[derive(Clone, Debug)]
pub struct Access {
    /// The administrator's secret; without one, requests that need it are
    /// refused.
    pub admin: Option<AdminSecret>,
    /// The clients that may get a bearer token.
    pub clients: Vec<Client>,
}

/// How the secrets of a running server are replaced.
#[derive(Clone)]
pub struct Secrets(Weak<Service>);

impl Secrets {
    /// Replaces who may use the server, and reads the keys of tokens again.
    ///
    /// # Errors
    ///
    /// Fails if a client or a key is not valid; everything stays as it was.
    pub async fn replace(&self, access: Access) -> Result<(), Failure> {
        let Some(service) = self.0.upgrade() else {
            return Ok(());
        };
        service.tokens.reload(&access.clients).await?;
        service.admin.replace(access.admin);
        Ok(())
    }
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
            access,
            token_key_file,
            limits,
            accept_server_changes,
            keep,
        } = options;
        job::init(&target, timeouts).await?;
        let source = match token_key_file {
            Some(path) => Source::File(path),
            None => Source::Target(Box::new(target.clone()), timeouts),
        };
        let tokens = Tokens::new(&access.clients, Keys::read(source).await?)?;
        let tasks = Tasks::open(&target, timeouts, OPERATOR).await?;
        let (requests, writer) = RequestLog::open(&target, timeouts);
        let writing = tokio::spawn(writer.run());
        let queue = Queue::new(limits.jobs, limits.waiting);
        let health = HealthProbe::new(&target, timeouts);
        let service = Arc::new(Service {
            target,
            timeouts,
            admin: Admin::new(access.admin),
            limits,
            bodies: Budget::new(limits.body),
            accept_server_changes,
            queue,
            tokens,
            tasks,
            work: Work::new(),
            requests,
            health,
            throttle: Arc::new(Throttle::new()),
            metrics: Arc::new(Metrics::new()),
            keep,
        });
        sp_config::start(&service);
        Ok(Self {
            service,
            listener,
            writing,
        })
    }

    /// Returns how its secrets are replaced while it runs.
    pub fn secrets(&self) -> Secrets {
        Secrets(Arc::downgrade(&self.service))
    }

    /// Answers requests until asked to stop; then waits for running work, and ends
    /// within the grace period, whatever runs.
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
        let grace = service.limits.grace.max(MIN_GRACE);
        let end = Instant::now() + grace;
        service.queue.close(&why);
        let ended = finish(&service, open.shutdown(), &why, end).await;
        sp_config::stop(&service, end).await;
        // A connection that is still open keeps a part of the service.
        drop(service);
        match tokio::time::timeout_at(end, writing).await {
            Ok(Err(error)) => {
                let what = "the request log stopped unexpectedly";
                Err(Failure::new(FailureKind::Internal, what).because(error))
            }
            Ok(Ok(())) => Ok(ended),
            // Some request is still open, whatever it waits for.
            Err(_) => Ok(Ended::Cut),
        }
    }
}

/// The shortest grace period.
const MIN_GRACE: Duration = Duration::from_secs(1);

/// What is kept of the grace period for ending what still runs then, at most:
/// rolling back, giving tasks back, recording requests.
const MAX_ENDING: Duration = Duration::from_secs(5);

/// Waits for running work, and cancels it in time to end within the grace
/// period.
async fn finish(
    service: &Service,
    connections: impl Future<Output = ()>,
    why: &str,
    end: Instant,
) -> Ended {
    let ending = MAX_ENDING.min(end.saturating_duration_since(Instant::now()) / 2);
    // Fused, as it is waited for twice.
    let mut connections = std::pin::pin!(connections.fuse());
    let done = async {
        connections.as_mut().await;
        service.queue.empty().await;
    };
    if tokio::time::timeout_at(end - ending, done).await.is_ok() {
        return Ended::Done;
    }
    tracing::warn!("the grace period is about to expire: jobs are rolled back");
    service.queue.cancel(why);
    // A job that is being committed, or that waits for a server that is gone,
    // is left to whoever takes its task over, or to the server's rollback.
    let rest = async {
        service.queue.empty().await;
        if !connections.is_terminated() {
            connections.await;
        }
    };
    tokio::time::timeout_at(end - ending / 2, rest).await.ok();
    Ended::Cut
}

fn router(service: &Arc<Service>) -> Router {
    const TAG: &str = "service";
    let ready = Op::get("Say whether the server is ready");
    let routes = Routes::new()
        .add(TAG, HEALTH, ready, health::ready)
        .add(TAG, READY, ready, health::ready)
        .add(
            TAG,
            LIVE,
            Op::get("Say that the server lives"),
            health::live,
        )
        .add(
            TAG,
            METRICS,
            Op::get("Return metrics in Prometheus' text format"),
            health::metrics,
        );
    let routes = [tyk::routes, sp_config::routes, oauth::routes]
        .into_iter()
        .fold(routes, |routes, add| add(routes));
    let gate_of = Gate {
        requests: service.requests.clone(),
        throttle: Arc::clone(&service.throttle),
        metrics: Arc::clone(&service.metrics),
    };
    let header =
        |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    routes
        .finish()
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "Not found"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
        })
        .layer(from_fn_with_state(gate_of, gate))
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .with_state(Arc::clone(service))
}

/// The span of a request, in the log. Without the query, which may hold a
/// secret.
fn span(request: &axum::extract::Request) -> tracing::Span {
    let (method, path) = (request.method(), safe(request.uri().path()));
    tracing::debug_span!("request", %method, %path)
}
