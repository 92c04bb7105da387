//! Restoring rows from the journal.
//!
//! Generic: whole rows are passed as JSON, so that columns which this program
//! does not know are restored too. Values are compared as PostgreSQL's own
//! texts, so that no number loses a digit.

mod around;
mod at_once;
mod cells;
mod conflict;
mod foreign_keys;
mod inspect;
mod net;
mod queued;
mod restoration;
mod rows;
mod server_around;
mod table;
mod whole_job;

pub use around::journal_dependents;
pub use at_once::ServerUndo;
pub use conflict::{CellChange, Conflict, ConflictKind};
pub use net::promises;
pub use queued::journal_around_queued;
pub use table::{Reference, TableInfo};
pub use whole_job::restore;
