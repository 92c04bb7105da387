//! Which database to connect to, by libpq's rules, and how a session starts.
//!
//! sqlx itself reads parts of the environment. Here everything is resolved first, from an
//! environment that is a parameter, and each of sqlx's settings is then written explicitly.
//!
//! Different from libpq: one host only; a host address replaces the host name, also where
//! certificates are checked, and a name with higher precedence (in the URL) replaces an address
//! with lower precedence (`PGHOSTADDR`); `sslmode=allow` is `disable`; every session has the time
//! zone UTC, which sqlx sets when it connects: [`Zone`](super::Zone) is the target's own.

mod address;
mod conninfo;
mod error;
mod location;
mod options;
mod passfile;
mod resolve;
mod service;
mod session;
mod target;
#[cfg(test)]
mod tests;

pub use error::{ConnectError, Malformed};
pub use location::Location;
pub(super) use options::APPLICATION_NAME;
pub(crate) use options::percent_encoded;
pub(super) use resolve::resolve;
pub use session::{OLDEST_MAJOR, SessionInfo};
pub use target::Target;
