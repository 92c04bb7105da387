//! PostgreSQL: how a server is found, reached and, for the demo and the tests,
//! run privately; statements over many rows; and what is ours in the target.
//!
//! Nothing here knows what a platform's tables mean. Only this room and the
//! platforms' SQL files talk to PostgreSQL.

pub mod bulk;
pub mod connect;
#[cfg(feature = "fetch-postgres")]
pub mod fetch;
pub mod ledger;
pub mod local;
pub mod lock;
mod sql;
pub mod transaction;

pub use connect::{ConnectError, Target, Timeouts};
pub use local::{LocalError, LocalOptions, LocalServer};
pub use sql::{Operation, Reading, Stamp, StoreError, StoreErrorKind, TableRows, Writing};
pub use transaction::Connection;
