//! Which database to connect to, by libpq's rules, and how a session starts.
//!
//! sqlx itself reads parts of the environment. Here everything is resolved first, from an
//! environment that is a parameter, and each of sqlx's settings is then written explicitly.
//!
//! Where it is a matter of which server is reached and how the connection is protected, a parameter
//! means what it means in libpq, or is refused: the list is in `parameters.rs`. Different from
//! libpq: a name with higher precedence (in the URL) replaces an address with lower precedence
//! (`PGHOSTADDR`); revocation lists that are named have to be there; every session has the time
//! zone UTC: [`Zone`](super::Zone) is the target's own.

mod address;
mod conninfo;
mod error;
mod hosts;
mod location;
mod options;
mod parameters;
mod passfile;
mod pooler;
mod resolve;
mod security;
mod service;
mod session;
mod target;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

pub use error::{ConnectError, Malformed, TlsError};
pub use location::Location;
pub(super) use options::APPLICATION_NAME;
pub(crate) use options::percent_encoded;
pub use parameters::parameters_markdown;
pub(super) use resolve::resolve;
pub use session::{OLDEST_MAJOR, SessionInfo};
pub use target::Target;
