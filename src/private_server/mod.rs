//! A private PostgreSQL server, for the demo and for the tests.
//!
//! It listens on a Unix socket in a directory that only its owner can enter, so it needs neither a
//! port nor a password. It is disposable: unless its data are to be kept it is not durable. It
//! stops with the process that started it, whatever happens to that one: a small script, in its own
//! process group, holds the read end of a pipe, and stops the server and removes the directory when
//! the other end closes.
//!
//! [`server`] downloads nothing; [`find_or_fetch`] does, if the machine has no server programs.

mod cache;
mod directory;
mod error;
#[cfg(feature = "fetch-postgres")]
pub mod fetch;
mod install;
mod obtain;
mod programs;
mod progress;
mod rejected;
pub mod server;
mod user;

pub use error::LocalError;
pub use obtain::find_or_fetch;
pub use programs::ServerPrograms;
pub use progress::{FetchStep, Report};
pub use rejected::Rejected;
pub use server::{LocalOptions, LocalServer};
