//! What `update` wants done, and who does it.

use std::path::PathBuf;

use futures_util::future::BoxFuture;

use crate::engine::rule::Scope;
use crate::engine::{Approved, Choices, ItemId, TargetItem};
use crate::job::{
    Cancel, Compared, Failure, JobRecord, Output, Receipt, Rehearsal, Reporter, Session, Sides,
    Undone,
};
use crate::scopes::{Edit, Edited, ScopeFinding};

use super::exit::Exit;
use super::subject::{Reviewed, Scoped};

/// What the screen needs from the crate: everything that touches a file or a socket.
///
/// The futures are run to their end, whatever happens to the screen: they are
/// never dropped half-way. Cancelling is [`Cancel::cancel`].
pub trait Backend: Send + Sync + 'static {
    /// Reads the file and compares it with the target. Called again when the
    /// operator compares again.
    fn compare(&self, report: Reporter) -> BoxFuture<'static, Result<Reviewed, Failure>>;

    /// Sets the differences to ignore from the next comparison on, in addition to those of the
    /// profile.
    fn ignore(&self, rules: Vec<Scope>);

    /// Reads the file, and compares it with all targets of the session.
    fn compare_all(&self, report: Reporter) -> BoxFuture<'static, Result<Compared, Failure>>;

    /// Compares the file, as it was read for all targets, with one of them, which is the target
    /// from then on.
    fn review_target(
        &self,
        target: usize,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Reviewed, Failure>>;

    /// Returns the items that only the target has, of what was compared last.
    fn only_in_target(
        &self,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Vec<TargetItem>, Failure>>;

    /// Applies what was approved, in one transaction, or by writing a file in place of a target that
    /// is one.
    fn apply(
        &self,
        approved: Approved,
        how: ApplyHow,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Receipt, Failure>>;

    /// Does the whole apply on the target, and rolls it back.
    fn rehearse(
        &self,
        approved: Approved,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Rehearsal, Failure>>;

    /// Saves the plan that was compared last, with these choices; answers with
    /// the path that was written. A file that is there is never overwritten.
    fn save_plan(
        &self,
        choices: Choices,
        path: String,
    ) -> BoxFuture<'static, Result<String, Failure>>;

    /// Returns the target's jobs, newest first.
    fn history(&self) -> BoxFuture<'static, Result<Vec<JobRecord>, Failure>>;

    /// Undoes a job, in one transaction, or by writing the former file.
    fn undo(
        &self,
        job: i64,
        output: Option<Output>,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Undone, Failure>>;

    /// Saves a job's backup; answers as [`save_plan`](Self::save_plan) does.
    fn save_backup(&self, job: i64, path: String) -> BoxFuture<'static, Result<String, Failure>>;

    /// Exports these items of the target with what they require, or everything
    /// if there are none; answers as [`save_plan`](Self::save_plan) does.
    fn export(
        &self,
        roots: Vec<ItemId>,
        path: String,
        report: Reporter,
    ) -> BoxFuture<'static, Result<String, Failure>>;

    /// Reads the target's scopes, and everything that a scope can be made of.
    fn scopes(&self, report: Reporter) -> BoxFuture<'static, Result<Scoped, Failure>>;

    /// Edits the target's scopes, in one transaction; moves counters that are behind
    /// their rows where `fix_counters` says so.
    fn edit(
        &self,
        edit: Edit,
        fix_counters: bool,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Edited, Failure>>;

    /// Checks the target's scopes.
    fn check_scopes(
        &self,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Vec<ScopeFinding>, Failure>>;
}

/// How an import is applied.
#[derive(Clone, Debug)]
pub struct ApplyHow {
    /// Whether a backup is kept.
    pub backup: bool,
    /// Whether counters that are behind their rows are moved.
    pub fix_counters: bool,
    /// The file to write, where a file stands for the target.
    pub output: Option<Output>,
}

/// Which run of an effect a message answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EffectId(pub(crate) u64);

/// Something to be done outside the model.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Compare the file with the target; answered by `Msg::Compared`.
    Compare(EffectId),
    /// Ignore these differences from the next comparison on.
    Ignore(Vec<Scope>),
    /// Compare the file with all targets; answered by `Msg::ComparedAll`.
    CompareAll(EffectId),
    /// Compare the file with one of several targets; answered by `Msg::ReviewedTarget`.
    ReviewTarget(EffectId, usize),
    /// List what only the target has; answered by `Msg::OnlyInTarget`.
    OnlyInTarget(EffectId),
    /// Apply, in place or to a file; answered by `Msg::Applied`.
    Apply(EffectId, Box<Approved>, ApplyHow),
    /// Apply and roll back; answered by `Msg::Rehearsed`.
    Rehearse(EffectId, Box<Approved>),
    /// Write a file; answered by `Msg::Saved`.
    Save(EffectId, Box<Save>),
    /// Read the ledger; answered by `Msg::Listed`.
    History(EffectId),
    /// Undo a job, in place or by writing the former file; answered by `Msg::Undone`.
    Undo(EffectId, i64, Option<Output>),
    /// Read the target's scopes; answered by `Msg::Scopes`.
    Scopes(EffectId),
    /// Edit the target's scopes, and move counters or not; answered by `Msg::Edited`.
    Edit(EffectId, Box<Edit>, bool),
    /// Check them; answered by `Msg::Checked`.
    CheckScopes(EffectId),
    /// Find what can be chosen; answered by `Msg::Known`.
    Known(EffectId),
    /// List a directory; answered by `Msg::Browsed`.
    Browse(EffectId, PathBuf),
    /// Look what files are; answered by `Msg::Looked`.
    Look(EffectId, Vec<PathBuf>),
    /// Read the last job of a target; answered by `Msg::LastJob`.
    LastJob(Option<String>),
    /// Complete a path; answered by `Msg::Completed`.
    Complete(String),
    /// Open other sides; answered by `Msg::Opened`.
    Open(EffectId, Sides),
    /// From now on, use this session.
    Use(Box<Session>),
    /// Ask the job that runs to stop, with the reason.
    Cancel(&'static str),
    /// Send a text to the terminal's clipboard; answered by `Msg::Copied`.
    Copy(String),
    /// Redraw everything.
    Redraw,
    /// Give the terminal back to the shell until the program is continued.
    Suspend,
    /// Leave.
    Quit(Exit),
}

/// A file to be written: what goes into it, and its path.
#[derive(Debug)]
pub(crate) enum Save {
    Plan(Choices, String),
    Backup(i64, String),
    Export(Vec<ItemId>, String),
}
