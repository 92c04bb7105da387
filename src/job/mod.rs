//! The use cases: read a file, plan it against a target, apply what was approved.
//!
//! Every face (command line, terminal, HTTP) calls these and nothing below.

mod apply;
mod demo;
mod failure;
mod file;
mod init;
mod output;
mod plan;
mod progress;
mod rehearse;
mod undo;

pub use apply::{ApplyOptions, Receipt, apply};
pub use demo::Demo;
pub use failure::{Failure, FailureKind};
pub use file::{FileInfo, Loaded, load, load_bytes};
pub use init::init;
pub use output::write_file;
pub use plan::{Review, plan};
pub use progress::{Cancel, Phase, Progress, Reporter};
pub use rehearse::{Problem, Rehearsal};
pub use undo::Undone;

pub use crate::engine::choice::{Stale, StaleField};
pub use crate::store::TableRows;
pub use crate::store::ledger::{JobRecord, JobState};
