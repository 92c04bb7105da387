//! The HTTP API: the import endpoints of two products, over the same jobs as
//! the other front ends.
//!
//! A request passes the gate, which assigns an id, contains failures and
//! records it in the ledger; its handler waits for its turn in the queue and
//! calls the jobs. An error is a problem, formatted in the style of the
//! requested API.

mod accept;
mod auth;
mod body;
mod dialect;
mod gate;
mod health;
mod import_all;
mod oauth;
mod problem;
mod queue;
mod server;
mod service;
mod sp_config;
mod tracking;
mod tyk;

pub use self::auth::AdminSecret;
pub use self::oauth::hash_secret;
pub use self::server::{Ended, Options, Server};
pub use self::service::Limits;
