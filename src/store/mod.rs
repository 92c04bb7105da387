//! PostgreSQL: finding and connecting to servers, bulk statements, and our
//! schema in the target.
//!
//! Nothing here knows what a platform's tables mean. Only this module and the
//! platforms' SQL files talk to PostgreSQL.

pub mod bulk;
pub mod catalog;
mod cluster;
pub mod connection;
mod error;
mod known_policy;
pub mod ledger;
pub mod lock;
mod policy_profile;
pub mod restore;
pub mod row;
mod stamp;
mod target_policy;
mod timeouts;
mod touched;
pub mod transaction;
mod writer;
mod zone;

pub use catalog::{Catalog, Hazard, HazardSort};
pub use cluster::{Cluster, MetClusters};
pub use connection::{ConnectError, OLDEST_MAJOR, Target, parameters_markdown};
pub use error::{Operation, Refused, StoreError, StoreErrorKind};
pub use ledger::{Ledger, LedgerPlace};
pub use policy_profile::PolicyProfile;
pub use stamp::{Reading, Stamp, TableRows};
pub use target_policy::{MatchedBy, ProfileMatch, TargetPolicy};
pub use timeouts::Timeouts;
pub use touched::Touched;
pub use transaction::{Connection, Holds};
pub use writer::{Change, ItemRef, Queued, Rows, Writer, Written};
pub use zone::Zone;

/// The driver's log target for `RAISE NOTICE` of functions in the target: a
/// trigger may print a secret.
pub const NOTICES: &str = "sqlx::postgres::notice";
