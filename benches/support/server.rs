//! The private server of a bench.

use std::sync::OnceLock;

use gatediff::private_server::{LocalOptions, LocalServer};

/// Returns the private server of this process.
pub(crate) fn server() -> &'static LocalServer {
    static SERVER: OnceLock<LocalServer> = OnceLock::new();
    SERVER.get_or_init(|| LocalServer::start(LocalOptions::default()).expect("a private server"))
}
