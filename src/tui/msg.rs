//! Messages to the screen, and their data.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Kind, Plan};
use crate::job::{Failure, JobRecord, Progress, Receipt, Rehearsal, Undone};
use crate::scopes::{Catalogue, Edited, ScopeFinding};

use super::action::KeyMap;
use super::keys::Key;
use super::theme::Palette;

/// What is reviewed: a file against a target.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The file, as given.
    pub file: String,
    /// Its checksum, in hexadecimal.
    pub sha256: String,
    /// Its platform's name.
    pub platform: String,
    /// The target, `user@host:port/database`.
    pub target: String,
    /// The target database's name, which has to be typed before anything is overwritten.
    pub database: String,
    /// Whether the target is production.
    pub production: bool,
    /// Why nothing may be written to the target, if a profile says so.
    pub read_only: Option<String>,
    /// Who is recorded as having imported.
    pub operator: String,
    /// Where files go unless the operator types another path.
    pub directory: String,
    /// Whether an import keeps a backup.
    pub backup: bool,
    /// The kind whose items can be exported alone.
    pub export_kind: Kind,
    /// Whether the platform has scopes.
    pub has_scopes: bool,
    /// The plan.
    pub plan: Arc<Plan>,
}

impl Reviewed {
    /// Returns the location it was compared with.
    pub(crate) fn location(&self) -> Location {
        Location {
            target: self.target.clone(),
            database: self.database.clone(),
            production: self.production,
            read_only: self.read_only.clone(),
            operator: self.operator.clone(),
            directory: self.directory.clone(),
        }
    }
}

/// A target and its operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The target, `user@host:port/database`.
    pub target: String,
    /// The target database's name, which has to be typed before anything is undone.
    pub database: String,
    /// Whether the target is production.
    pub production: bool,
    /// Why nothing may be written to the target, if a profile says so.
    pub read_only: Option<String>,
    /// Who is recorded as having written.
    pub operator: String,
    /// Where files go unless the operator types another path.
    pub directory: String,
}

/// The scopes of a target, with everything that a scope can be made of.
#[derive(Clone, Debug)]
pub struct Scoped {
    /// The target.
    pub place: Location,
    /// The scopes.
    pub catalogue: Arc<Catalogue>,
}

/// Which run of an effect a message answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EffectId(pub(crate) u64);

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
    /// Progress of a job.
    Progress(EffectId, Progress),
    /// The file was compared with the target.
    Compared(EffectId, Result<Reviewed, Failure>),
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

/// The source of a request to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// SIGINT from outside: as Ctrl-C.
    Interrupt,
    /// SIGTERM: what runs is rolled back.
    Terminate,
    /// The terminal is gone: what runs is finished first.
    Hangup,
}

/// How the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The operator quit.
    Done,
    /// The operator quit after a final failure.
    Failed(crate::job::FailureKind),
    /// By Ctrl-C or SIGINT.
    Interrupted,
    /// By SIGTERM.
    Terminated,
    /// The terminal went away.
    HungUp,
}

/// The result after the screen is closed.
#[derive(Clone, Debug)]
pub struct Farewell {
    /// How the screen ended; the binary derives the exit code.
    pub exit: Exit,
    /// One safe line: what was written, or that nothing was.
    pub summary: String,
}
