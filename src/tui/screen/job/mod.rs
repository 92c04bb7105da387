//! Jobs: comparing, importing, undoing; their progress and their results.

pub(crate) mod applying;
mod failure;
pub(crate) mod loading;
mod model;
pub(crate) mod progress;
mod report;
pub(crate) mod stale;
mod update;

pub(crate) use failure::{counters, explain, fail, stale};
pub(crate) use model::{Job, JobKind};
pub(crate) use report::{counted, notes, tables, undo_hint, written};
pub(crate) use update::{AGAIN, again, begin, compare, compared, end, leave, progress, stop};
