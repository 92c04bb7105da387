//! What can happen to the screen, and the facts that come with it.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Kind, Plan};
use crate::job::scope::{Catalogue, Edited, ScopeFinding};
use crate::job::{Failure, JobRecord, Progress, Receipt, Rehearsal, Undone};

use super::action::KeyMap;
use super::keys::Key;
use super::theme::Palette;

/// What is reviewed: a file against a target.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The file, as it was named.
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
    /// Whose items can be exported alone.
    pub export_kind: Kind,
    /// Whether the platform has scopes.
    pub has_scopes: bool,
    /// The plan.
    pub plan: Arc<Plan>,
}

impl Reviewed {
    /// Returns where it was compared.
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

/// A target, and who works there.
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
    /// Whose scopes they are.
    pub place: Location,
    /// The scopes.
    pub catalogue: Arc<Catalogue>,
}

/// Which run of an effect a message answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EffectId(pub(crate) u64);

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal has so many columns and rows.
    Resize(u16, u16),
    /// Time went on since the start; sent while a job runs.
    Tick(Duration),
    /// What was changed is on the screen now.
    Drawn,
    /// A job goes on.
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
    /// What is wrong with the target's scopes was looked for.
    Checked(EffectId, Result<Vec<ScopeFinding>, Failure>),
    /// Themes and keys were read again.
    Reloaded(Reloaded),
    /// The text was sent to the terminal's clipboard, or why not.
    Copied(Result<(), String>),
    /// Somebody wants the program to end.
    Leave(Leave),
}

/// What the files of themes and keys say now, or what is wrong with them.
#[derive(Debug)]
pub(crate) struct Reloaded {
    pub(crate) themes: Result<Vec<Palette>, String>,
    pub(crate) keys: Result<KeyMap, String>,
}

/// Who wants the program to end.
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
    /// The operator was done.
    Done,
    /// The operator left after a failure that was the last word.
    Failed(crate::job::FailureKind),
    /// By Ctrl-C or SIGINT.
    Interrupted,
    /// By SIGTERM.
    Terminated,
    /// The terminal went away.
    HungUp,
}

/// What is left to say after the screen is gone.
#[derive(Clone, Debug)]
pub struct Farewell {
    /// How the screen was left; exit codes follow from it, at the edge.
    pub exit: Exit,
    /// One safe line: what was written, or that nothing was.
    pub summary: String,
}
