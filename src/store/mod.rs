//! The database side: how a PostgreSQL server is found, reached and, for the
//! demo and the tests, run privately.
//!
//! Nothing here knows what a platform's tables mean. Only this room and the
//! platforms' SQL files talk to PostgreSQL.

pub mod connect;
#[cfg(feature = "fetch-postgres")]
pub mod fetch;
pub mod local;

pub use connect::{ConnectError, Target, Timeouts};
pub use local::{LocalError, LocalOptions, LocalServer};
