//! PostgreSQL: how a server is found, reached and, for the demo and the tests,
//! run privately; statements over many rows; and what is ours in the target.
//!
//! Nothing here knows what a platform's tables mean. Only this room and the
//! platforms' SQL files talk to PostgreSQL.

pub mod bulk;
pub mod catalog;
pub mod connect;
#[cfg(feature = "fetch-postgres")]
pub mod fetch;
pub mod ledger;
pub mod local;
pub mod lock;
pub mod restore;
mod sql;
mod target_policy;
mod timeouts;
mod touched;
pub mod transaction;
mod writer;

pub use catalog::{Catalog, Hazard};
pub use connect::{ConnectError, Target};
pub use ledger::{Ledger, LedgerPlace};
pub use local::{LocalError, LocalOptions, LocalServer};
pub use sql::{Operation, Reading, Refused, Stamp, StoreError, StoreErrorKind, TableRows};
pub use target_policy::{
    Cluster, MarkedBy, MarkedProfile, MetClusters, ProfileMatch, TargetPolicy,
};
pub use timeouts::Timeouts;
pub use touched::Touched;
pub use transaction::Connection;
pub use writer::{ItemRef, Keyed, Writer, Written};

/// Where the driver logs what functions of the target say with `RAISE NOTICE`:
/// it may be a secret that a trigger was given.
pub const NOTICES: &str = "sqlx::postgres::notice";
