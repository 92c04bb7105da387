//! The interface between the command line and the terminal interface: the binary
//! connects the two front ends.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::args::{Color, Global, ScreenArgs};
use super::session::{TargetSettings, operator, state};
use crate::config::Binding;
use crate::job::{Failure, FailureKind, Loaded, Reporter};
use crate::store::{LedgerPlace, Target, Timeouts};

/// What the screen shows first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With a file that is compared with the target.
    #[default]
    Review,
    /// With the scopes of the target; there is no file.
    Scopes,
}

/// What to review, and how the screen looks.
pub struct ScreenRequest {
    /// What it shows first.
    pub start: Start,
    /// Opens the file and the target. Called again to compare again.
    pub open: Arc<dyn Launcher>,
    /// The name to show for the file before it is read.
    pub file: String,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Where jobs are recorded.
    pub ledger: LedgerPlace,
    /// Where files go unless the operator types another path.
    pub state: PathBuf,
    /// Who is recorded as the operator.
    pub operator: String,
    /// The theme asked for.
    pub theme: Option<String>,
    /// Custom keys.
    pub keys: Vec<Binding>,
    /// When to use colour.
    pub color: Color,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
    /// Whether the screen is for a screen reader.
    pub accessible: bool,
}

/// Makes a file and a target ready, after the first frame is drawn.
pub trait Launcher: Send + Sync {
    /// Reads the file and finds the target; reports what takes time.
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Target), Failure>>;

    /// Finds the target alone.
    fn target(self: Arc<Self>, reporter: Reporter) -> BoxFuture<'static, Result<Target, Failure>>;
}

/// How the screen ended.
pub struct ScreenEnd {
    /// The exit code.
    pub exit: super::Exit,
    /// One line to print afterwards.
    pub summary: String,
}

/// Shows the screen; implemented by the binary.
pub trait Screen: Sync {
    /// Shows it until the operator quits.
    fn show(&self, request: ScreenRequest) -> BoxFuture<'static, Result<ScreenEnd, Failure>>;
}

impl ScreenRequest {
    /// Returns a request for these options.
    pub(crate) fn new(
        global: &Global,
        args: ScreenArgs,
        settings: &TargetSettings,
        (file, open): (String, Arc<dyn Launcher>),
    ) -> Result<Self, Failure> {
        Ok(Self {
            start: Start::Review,
            open,
            file,
            timeouts: settings.timeouts,
            ledger: settings.ledger.clone(),
            state: state()?,
            operator: operator(args.operator)?,
            theme: args.theme.or_else(|| settings.theme.clone()),
            keys: settings.keys.clone(),
            color: global.color,
            ascii: global.ascii || !super::print::is_utf8_locale(),
            accessible: args.accessible,
        })
    }
}

/// Returns the failure for a terminal on which no screen can be drawn.
pub(crate) fn no_screen() -> Failure {
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let what = if is_dumb {
        "the review screen requires a terminal that can move its cursor (this one is TERM=dumb)"
    } else {
        "the review screen requires a terminal"
    };
    Failure::new(FailureKind::Usage, what)
        .hint("run it in a terminal, or use `gatediff plan` and `gatediff apply`")
}
