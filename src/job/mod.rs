//! The use cases: read a file, plan it against a target, apply what was
//! approved; export a target's objects.
//!
//! Every front end (command line, terminal, HTTP) calls these and nothing
//! below.

mod against;
pub(crate) mod apply;
mod at_once;
mod browse;
pub(crate) mod check;
mod demo;
mod diff;
mod export;
pub(crate) mod failure;
pub(crate) mod file;
mod file_target;
mod health;
mod history;
mod init;
mod item_name;
mod key;
mod known_clusters;
mod lock;
mod matrix;
pub(crate) mod monitor;
mod only_in_target;
mod opener;
mod output;
mod plan;
pub(crate) mod progress;
mod rehearse;
pub mod requests;
pub(crate) mod run;
pub mod saved;
mod session;
mod session_targets;
pub mod sp_config;
mod store_failure;
mod stored;
mod target_policy;
pub mod task;
pub mod token_keys;
mod undo;

pub use against::Against;
pub use apply::{ApplyOptions, Receipt, apply, rehearse};
pub use browse::{
    Completion, Content, Entry, Listing, Look, Looks, add_recent, complete, expand, list, recent,
};
pub use demo::{Demo, Sample, server_programs};
pub use diff::{Diff, DiffItem, Origin, Presence, Side, diff};
pub use export::{Exported, export};
pub use failure::{Failure, FailureKind};
pub use file::{FileBytes, FileInfo, Loaded, load, load_bytes, read_file};
pub use file_target::{FileTarget, Output, WrittenFile};
pub use health::{Condition, HealthProbe};
pub use history::{backup, history, past_job};
pub use init::init;
pub use key::{PlanKeys, known_plan_key};
pub use matrix::{Compared, ComparedTarget, NamedTarget, TargetSummary, compare_all};
pub use only_in_target::only_in_target;
pub use opener::{Known, KnownTarget, Opened, Opener, Sides};
pub use output::{is_standard_output, is_stream, write_file};
pub use plan::{Review, plan};
pub use progress::{Cancel, Latest, Phase, Progress, Reporter};
pub use rehearse::{Problem, Rehearsal};
pub use saved::SavedPlan;
pub use session::{Launcher, Session};
pub use stored::stored;
pub use target_policy::{check_writable, policy};
pub use undo::{UndoOptions, Undone, undo, undoable};

pub use crate::platform::{
    DefaultReference, Emit, ExportOptions, ImportOptions, Mapping, ObjectFilter, OrganisationError,
    Selection, organisations,
};

pub use crate::engine::rule::{Replacement, Scope, ValueRule};
pub use crate::engine::{Stale, StaleField};
pub use crate::store::ledger::{JobRecord, JobState};
pub use crate::store::{MatchedBy, ProfileMatch, TableRows, TargetPolicy};
