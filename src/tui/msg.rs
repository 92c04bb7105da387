//! Messages to the screen.

use std::path::PathBuf;
use std::time::Duration;

use super::app::KeyMap;
use super::effect::EffectId;
use super::exit::Leave;
use super::keys::Key;
use super::subject::{Reviewed, Scoped};
use super::theme::Palette;
use crate::engine::TargetItem;
use crate::job::{
    Compared, Completion, Failure, JobRecord, Known, Listing, Look, Opened, Progress, Receipt,
    Rehearsal, Undone,
};
use crate::scopes::{Edited, ScopeFinding};

/// A message.
#[derive(Debug)]
pub(crate) enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal's size, in columns and rows.
    Resize(u16, u16),
    /// The time since the start; sent while a job runs.
    Tick(Duration),
    /// The changes are on the screen now.
    Drawn,
    /// Nothing else is to be done: the search goes on.
    Search,
    /// Progress of a job.
    Progress(EffectId, Progress),
    /// The file was compared with the target.
    Compared(EffectId, Result<Reviewed, Failure>),
    /// The file was compared with all targets.
    ComparedAll(EffectId, Result<Compared, Failure>),
    /// The file was compared with one of several targets.
    ReviewedTarget(EffectId, Result<Reviewed, Failure>),
    /// What only the target has was read.
    OnlyInTarget(EffectId, Result<Vec<TargetItem>, Failure>),
    /// The import ended.
    Applied(EffectId, Result<Receipt, Failure>),
    /// The rehearsal ended.
    Rehearsed(EffectId, Result<Rehearsal, Failure>),
    /// A file was written, with its path.
    Saved(EffectId, Result<String, Failure>),
    /// The ledger was read.
    Listed(EffectId, Result<Vec<JobRecord>, Failure>),
    /// The undo ended.
    Undone(EffectId, Result<Undone, Failure>),
    /// The target's scopes were read.
    Scopes(EffectId, Result<Scoped, Failure>),
    /// The edit of scopes ended.
    Edited(EffectId, Result<Edited, Failure>),
    /// The check of the target's scopes ended.
    Checked(EffectId, Result<Vec<ScopeFinding>, Failure>),
    /// What can be chosen was found.
    Known(EffectId, Result<Known, Failure>),
    /// A directory was listed.
    Browsed(EffectId, Result<Listing, Failure>),
    /// Files were looked at.
    Looked(EffectId, Vec<(PathBuf, Look)>),
    /// The last job of a target was read.
    LastJob(Option<String>, Result<Option<JobRecord>, Failure>),
    /// A path was completed: what was typed, and how it goes on.
    Completed(String, Completion),
    /// Other sides were opened.
    Opened(EffectId, Result<Opened, Failure>),
    /// Themes and keys were read again.
    Reloaded(Reloaded),
    /// The text was sent to the terminal's clipboard, or why not.
    Copied(Result<(), String>),
    /// The program is asked to end.
    Leave(Leave),
}

/// The reloaded themes and keys, or what is wrong with them.
#[derive(Debug)]
pub(crate) struct Reloaded {
    pub(crate) themes: Result<Vec<Palette>, String>,
    pub(crate) keys: Result<KeyMap, String>,
}
