//! Opening other files and targets without leaving the screen.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::failure::Failure;
use super::session::Session;
use crate::store::ledger::JobRecord;

/// A file and what it is compared with, in the notation of the command line. A side that is left out
/// is the one that the command was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// The file that is imported.
    pub source: Option<String>,
    /// The target: a database's URL, a profile's name, or the path of a file.
    pub target: Option<String>,
}

/// A target that can be chosen by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownTarget {
    /// How it is named as a side; none for the one that the command was started with.
    pub notation: Option<String>,
    /// Its name for people.
    pub name: String,
    /// Where it is, without a password.
    pub place: String,
    /// Whether it is production.
    pub production: bool,
    /// Whether nothing is ever written to it.
    pub read_only: bool,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

/// What can be chosen without looking for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The paths of files that were opened lately, the last one first.
    pub recent: Vec<String>,
    /// The targets.
    pub targets: Vec<KnownTarget>,
}

/// A session that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The session; nothing was compared in it yet.
    pub session: Session,
    /// The name to show for the file before it is read.
    pub file: String,
    /// The sides that it is on.
    pub sides: Sides,
    /// The theme of the target, if it has one.
    pub theme: Option<String>,
}

/// Opens files and targets that the operator chooses.
pub trait Opener: Send + Sync {
    /// Returns what can be chosen; connects to nothing.
    fn known(self: Arc<Self>) -> BoxFuture<'static, Result<Known, Failure>>;

    /// Returns the last job of a target, in limited time.
    fn last_job(
        self: Arc<Self>,
        target: Option<String>,
    ) -> BoxFuture<'static, Result<Option<JobRecord>, Failure>>;

    /// Opens a session; the file is read when it is compared.
    fn open(self: Arc<Self>, sides: Sides) -> BoxFuture<'static, Result<Opened, Failure>>;
}
