//! The interface between the command line and the terminal interface: the binary
//! connects the two front ends.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::args::{Color, Global, ScreenArgs};
use super::exit::Exit;
use super::opener::{Home, ScreenOpener};
use super::session::{TargetSettings, operator, state};
use crate::config::Binding;
use crate::job::{self, Failure, FailureKind, NamedTarget, Opener};

/// What the screen shows first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With a file that is compared with the target.
    #[default]
    Review,
    /// With the scopes of the target; there is no file.
    Scopes,
    /// With the items by several targets.
    Matrix,
}

/// What to review, and how the screen looks.
pub struct ScreenRequest {
    /// What it shows first.
    pub start: Start,
    /// The file, the target, and the jobs on them; none to start with choosing them.
    pub session: Option<job::Session>,
    /// Opens other files and targets.
    pub opener: Arc<dyn Opener>,
    /// What is compared with the file that is chosen first, if that is given.
    pub target: Option<String>,
    /// The name to show for the file before it is read.
    pub file: String,
    /// The theme asked for.
    pub theme: Option<String>,
    /// The profile of the target, if one is used.
    pub profile: Option<String>,
    /// Custom keys.
    pub keys: Vec<Binding>,
    /// When to use colour.
    pub color: Color,
    /// Whether only ASCII may be drawn.
    pub ascii: bool,
    /// Whether the screen is for a screen reader.
    pub accessible: bool,
}

/// How the screen ended.
pub struct ScreenEnd {
    /// The exit code.
    pub exit: Exit,
    /// One line to print afterwards.
    pub summary: String,
}

/// Shows the screen; implemented by the binary.
pub trait Screen: Sync {
    /// Shows it until the operator quits.
    fn show(&self, request: ScreenRequest) -> BoxFuture<'static, Result<ScreenEnd, Failure>>;
}

impl ScreenRequest {
    /// Returns a request for these options; without a home, both sides are chosen first.
    pub(crate) fn new(
        global: &Global,
        args: ScreenArgs,
        settings: &TargetSettings,
        home: Option<Home>,
    ) -> Result<Self, Failure> {
        let (state, operator) = (state()?, operator(args.operator)?);
        let session = home.as_ref().map(|home| {
            let launcher = Arc::clone(&home.launcher);
            job::Session::new(launcher, home.how.clone(), state, operator.clone())
        });
        let file = home.as_ref().map(|home| home.file.clone());
        let opener = ScreenOpener::new(global, operator, args.theme.clone(), home);
        Ok(Self {
            start: Start::Review,
            session,
            opener: Arc::new(opener),
            target: None,
            file: file.unwrap_or_default(),
            theme: args.theme.or_else(|| settings.theme.clone()),
            profile: settings.profile.clone(),
            keys: settings.keys.clone(),
            color: global.color,
            ascii: global.ascii || !super::print::is_utf8_locale(),
            accessible: args.accessible,
        })
    }

    /// Starts with the items by several targets.
    pub(super) fn with_targets(self, targets: Vec<NamedTarget>) -> Self {
        Self {
            start: Start::Matrix,
            session: self.session.map(|session| session.with_targets(targets)),
            ..self
        }
    }
}

/// Returns the failure for a terminal on which no screen can be drawn.
pub(crate) fn no_screen() -> Failure {
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let what = if is_dumb {
        "the review screen requires a terminal that can move its cursor (TERM=dumb)"
    } else {
        "the review screen requires a terminal"
    };
    Failure::new(FailureKind::Usage, what)
        .hint("run it in a terminal, or use `gatediff plan` and `gatediff apply`")
}
