//! Opens connections, up to the point where sqlx takes over.
//!
//! sqlx connects only by itself, and its own TLS is not libpq's. So a connection is opened here:
//! the host, the encryption, authentication, the kind of server. Then it is passed to
//! sqlx through a socket in a directory of our own, where sqlx finds a session that has begun.
//! Every connection goes this one way, so that what restricts it holds everywhere.
//!
//! A runtime of its own carries the bytes: work that keeps the threads of the caller's runtime
//! busy does not keep the server waiting, and a connection outlives the runtime that opened it.

mod attributes;
mod dial;
mod error;
mod network;
mod relay;
mod route;
mod startup;

use std::net::SocketAddr;
use std::sync::LazyLock;

use sqlx::postgres::PgConnectOptions;
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::AbortOnDropHandle;

pub(super) use error::OpenError;
pub(super) use network::Network;
use relay::Relay;
use route::Encryption;
pub(super) use route::{Route, SessionAttributes};
use startup::Session;

use super::security::SslMode;

/// A connection that sqlx can take over, once and within seconds.
pub(super) struct Opened {
    relay: Relay,
    /// The process that the server says it has for the session. A proxy says something else.
    pub(super) process: i32,
    /// The address that was connected to, unless it is a socket.
    pub(super) address: Option<SocketAddr>,
}

impl Opened {
    /// What sqlx connects with.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.relay.options()
    }
}

static RUNTIME: LazyLock<std::io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("wire")
        .enable_all()
        .build()
});

/// Opens a connection. Nothing is left of it if this is cancelled.
pub(super) async fn open(route: Route) -> Result<Opened, OpenError> {
    let runtime = RUNTIME
        .as_ref()
        .map_err(|error| OpenError::Local(std::io::Error::new(error.kind(), error.to_string())))?;
    let opening = AbortOnDropHandle::new(runtime.spawn(async move {
        let (session, address) = begin(&route).await?;
        let process = session.process;
        let relay = Relay::start(session).map_err(OpenError::Local)?;
        Ok(Opened {
            relay,
            process,
            address,
        })
    }));
    match opening.await {
        Ok(opened) => opened,
        Err(error) => Err(OpenError::Local(std::io::Error::other(error))),
    }
}

/// Begins a session at one of the addresses of a host.
async fn begin(route: &Route) -> Result<(Session, Option<SocketAddr>), OpenError> {
    let mut last = OpenError::Unreachable(std::io::Error::other("the name has no address"));
    for place in dial::places(route).await? {
        let found = match encryptions(route, &place) {
            (first, None) => at(route, &place, first).await,
            (first, Some(second)) => match at(route, &place, first).await {
                Err(problem) if goes_on(&problem) => {
                    let done = at(route, &place, second).await;
                    // What was wrong with the encryption says more than a refusal without it.
                    done.map_err(|other| match problem {
                        OpenError::Tls(_) => problem,
                        _ => other,
                    })
                }
                done => done,
            },
        };
        match found {
            Ok(session) => return Ok((session, place.address())),
            Err(problem) if problem.tries_next() => last = problem,
            Err(problem) => return Err(problem),
        }
    }
    Err(last)
}

/// What is tried, and what then. A socket is never encrypted, as in libpq.
fn encryptions(route: &Route, place: &dial::Place) -> (Encryption, Option<Encryption>) {
    use Encryption::{Demanded, Offered, Plain};
    if place.is_socket() {
        return (Plain, None);
    }
    match route.security.mode {
        SslMode::Disable => (Plain, None),
        SslMode::Allow => (Plain, Some(Demanded)),
        SslMode::Prefer => (Offered, Some(Plain)),
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Demanded, None),
    }
}

/// Says whether a failure may be due to the encryption, or its lack. What was refused after a
/// password was sent is not sent once more.
fn goes_on(problem: &OpenError) -> bool {
    matches!(
        problem,
        OpenError::Tls(_) | OpenError::Broken(_) | OpenError::Refused { at_once: true, .. }
    )
}

async fn at(
    route: &Route,
    place: &dial::Place,
    encryption: Encryption,
) -> Result<Session, OpenError> {
    let stream = place.connect(&route.network, &route.security).await?;
    let stream = dial::encrypt(stream, route, encryption).await?;
    let mut session = Session::begin(stream, route).await?;
    attributes::check(&mut session, route.attributes).await?;
    Ok(session)
}
