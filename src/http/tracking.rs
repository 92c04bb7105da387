//! Metadata of a request: its id, its origin, and what its handler records for
//! the ledger.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio_util::sync::{CancellationToken, DropGuard};

/// The id of a request: in its answer, in the log and in the ledger. A request
/// extension.
#[derive(Clone, Debug)]
pub(super) struct Tracking(Arc<str>);

impl Tracking {
    /// Returns a new one: 32 random hexadecimal digits.
    pub(super) fn new() -> Self {
        Self(format!("{:032x}", fastrand::u128(..)).into())
    }

    /// Returns its text.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Where a request came from. A request extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remote(pub(super) SocketAddr);

/// What a handler records about its request for the ledger. A request
/// extension; clones share the same record.
#[derive(Clone, Default)]
pub(super) struct Note(Arc<Mutex<Noted>>);

#[derive(Clone, Default)]
pub(super) struct Noted {
    /// Which credential the request came with; never the secret.
    pub(super) caller: Option<String>,
    /// The job that it applied.
    pub(super) job: Option<i64>,
}

impl Note {
    /// Records the credential of the request, once it is verified.
    pub(super) fn caller(&self, name: &str) {
        if let Ok(mut noted) = self.0.lock() {
            noted.caller = Some(name.to_owned());
        }
    }

    /// Records which job the request applied.
    pub(super) fn job(&self, job: i64) {
        if let Ok(mut noted) = self.0.lock() {
            noted.job = Some(job);
        }
    }

    /// Returns the record.
    pub(super) fn noted(&self) -> Noted {
        self.0.lock().map(|noted| noted.clone()).unwrap_or_default()
    }
}

/// Whether the client still waits for the answer. A request extension.
#[derive(Clone)]
pub(super) struct Client(CancellationToken);

impl Client {
    /// Waits until the client has disconnected. Cancel-safe.
    pub(super) async fn left(&self) {
        self.0.cancelled().await;
    }
}

/// Returns a client that is there as long as the other value.
pub(super) fn client() -> (Client, DropGuard) {
    let left = CancellationToken::new();
    (Client(left.clone()), left.drop_guard())
}
