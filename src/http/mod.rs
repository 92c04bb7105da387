//! The HTTP API: the import endpoints of two products, over the same jobs as
//! the other front ends.
//!
//! A request passes the gate, which assigns an id, contains failures and
//! records it in the ledger; its handler waits for its turn in the queue and
//! calls the jobs. An error is a problem, formatted in the style of the
//! requested API.

mod accept;
mod audit;
mod auth;
mod body;
mod budget;
mod dialect;
mod gate;
mod health;
mod import_all;
mod metrics;
mod oauth;
mod problem;
mod queue;
mod routes;
mod running;
mod secret_file;
mod server;
mod service;
mod sp_config;
mod throttle;
mod tracking;
mod tyk;

pub use self::auth::AdminSecret;
pub use self::oauth::hash_secret;
pub use self::secret_file::{check as check_secret_file, read as read_secret_file};
pub use self::server::{Access, Ended, Options, Secrets, Server};
pub use self::service::Limits;
