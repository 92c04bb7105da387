//! Opening the files and targets that the operator chooses on the screen.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::args::{AgainstArgs, Global};
use super::counterpart::Counterpart;
use super::rules::ProfileRules;
use super::session::{Session, TargetSettings, known_profiles, state};
use super::side::PROFILE;
use super::source::{Chosen, Source, remember_target};
use crate::job::{
    self, Failure, FailureKind, JobRecord, Known, KnownTarget, Launcher, Opened, Opener, Reporter,
    Sides,
};
use crate::store::{LedgerPlace, Timeouts};

/// How long a target has to answer with its last job.
const LIMIT: Duration = Duration::from_secs(5);

/// How many targets are asked at once.
const AT_ONCE: usize = 4;

/// What the command was started with.
pub(crate) struct Home {
    /// Opens it.
    pub(crate) launcher: Arc<dyn Launcher>,
    /// Its file, if another target can be compared with it by reading it again.
    pub(crate) source: Option<Source>,
    /// The name to show for its file; empty if there is none.
    pub(crate) file: String,
    /// The name to show for its target.
    pub(crate) target: String,
    /// The timeouts of its target, and where its jobs are recorded.
    pub(crate) how: (Timeouts, LedgerPlace),
    /// The theme of its target, if it has one.
    pub(crate) theme: Option<String>,
    /// The rules of its target's profile.
    pub(crate) rules: ProfileRules,
}

impl Home {
    /// Returns what a command was started with: what opens it, and the names to show for its file and
    /// its target.
    pub(crate) fn new(
        launcher: Arc<dyn Launcher>,
        (file, target): (String, String),
        settings: &TargetSettings,
    ) -> Self {
        Self {
            launcher,
            source: None,
            file,
            target,
            how: (settings.timeouts, settings.ledger.clone()),
            theme: settings.theme.clone(),
            rules: settings.rules.clone(),
        }
    }
}

/// Opens what is chosen, with the options of the command.
pub(crate) struct ScreenOpener {
    global: Global,
    operator: String,
    /// The theme that is asked for, whatever the target.
    theme: Option<String>,
    home: Option<Home>,
    asking: Semaphore,
}

impl ScreenOpener {
    /// Returns what opens sides, with the options of the command.
    pub(crate) fn new(
        global: &Global,
        operator: String,
        theme: Option<String>,
        home: Option<Home>,
    ) -> Self {
        Self {
            global: global.clone(),
            operator,
            theme,
            home,
            asking: Semaphore::new(AT_ONCE),
        }
    }

    /// Finds a target; none for the one that the command was started with. Blocks.
    async fn counterpart(&self, target: Option<String>) -> Result<Option<Counterpart>, Failure> {
        let found = match (target, &self.home) {
            (None, Some(_)) => return Ok(None),
            (None, None) => Counterpart::new(&self.global, &AgainstArgs::default(), None).await,
            (Some(target), _) => {
                // It is named here, and not by options and the environment.
                let global = Global {
                    profile: None,
                    database_url: None,
                    ..self.global.clone()
                };
                let target = job::expand(&target).to_string_lossy().into_owned();
                let args = AgainstArgs {
                    against: Some(target),
                };
                Counterpart::new(&global, &args, None).await
            }
        };
        found.map(Some)
    }

    /// As [`counterpart`](Self::counterpart), on a thread that may block.
    async fn find(self: Arc<Self>, target: Option<String>) -> Result<Option<Counterpart>, Failure> {
        let runtime = Handle::current();
        let finding = move || runtime.block_on(self.counterpart(target));
        let found = tokio::task::spawn_blocking(finding).await;
        found
            .map_err(|error| Failure::internal("opening the target", error))
            .flatten()
    }

    /// Returns the target that options and the environment name, unless a profile does.
    async fn default_target(&self) -> Option<KnownTarget> {
        let place = match &self.home {
            Some(home) => home.target.clone(),
            None if self.global.profile.is_some() => return None,
            None => Session::new(&self.global).await.ok()?.target.display(),
        };
        Some(KnownTarget {
            name: "default".to_owned(),
            place,
            ..KnownTarget::default()
        })
    }
}

impl Opener for ScreenOpener {
    fn known(self: Arc<Self>) -> BoxFuture<'static, Result<Known, Failure>> {
        async move {
            let default = self.default_target().await;
            let reading =
                tokio::task::spawn_blocking(|| Ok((job::recent(&state()?), known_profiles()?)));
            let read = reading.await;
            let (recent, profiles) = read
                .map_err(|error| Failure::internal("reading the configuration", error))
                .flatten()?;
            // A file may have the same name.
            let marked = profiles.into_iter().map(|profile| KnownTarget {
                notation: profile.notation.map(|name| format!("{PROFILE}{name}")),
                ..profile
            });
            Ok(Known {
                recent,
                targets: default.into_iter().chain(marked).collect(),
            })
        }
        .boxed()
    }

    fn last_job(
        self: Arc<Self>,
        target: Option<String>,
    ) -> BoxFuture<'static, Result<Option<JobRecord>, Failure>> {
        async move {
            let found = Arc::clone(&self).find(target).await?;
            let (against, (timeouts, ledger)) = match (found, &self.home) {
                (Some(Counterpart { against, settings }), _) => {
                    (against, (settings.timeouts, settings.ledger))
                }
                (None, Some(home)) => {
                    let launcher = Arc::clone(&home.launcher);
                    let against = launcher.target(Reporter::silent()).await?;
                    (against, home.how.clone())
                }
                (None, None) => return Ok(None),
            };
            let shorter = |limit: Option<Duration>| Some(limit.map_or(LIMIT, |own| own.min(LIMIT)));
            let timeouts = Timeouts {
                connect: shorter(timeouts.connect),
                statement: shorter(timeouts.statement),
                ..timeouts
            };
            let _turn = self.asking.acquire().await;
            against.last_job(timeouts, &ledger).await
        }
        .boxed()
    }

    fn open(self: Arc<Self>, sides: Sides) -> BoxFuture<'static, Result<Opened, Failure>> {
        async move {
            let found = Arc::clone(&self).find(sides.target.clone()).await?;
            let home = self.home.as_ref();
            let chosen = sides.source.as_deref().map(Source::at);
            let source = chosen.or_else(|| home.and_then(|home| home.source.clone()));
            let file = match (&source, home) {
                (Some(source), _) => source.path.clone(),
                (None, Some(home)) => home.file.clone(),
                (None, None) => {
                    return Err(Failure::new(FailureKind::Usage, "no file was chosen"));
                }
            };
            let (target, how, theme, rules) = match (found, home) {
                (Some(Counterpart { against, settings }), _) => {
                    remember_target(&against);
                    let how = (settings.timeouts, settings.ledger);
                    (Some(against), how, settings.theme, settings.rules)
                }
                (None, Some(home)) => {
                    let rules = home.rules.clone();
                    (None, home.how.clone(), home.theme.clone(), rules)
                }
                (None, None) => {
                    return Err(Failure::new(FailureKind::Usage, "no target was chosen"));
                }
            };
            let launcher = Arc::new(Chosen {
                home: home.map(|home| Arc::clone(&home.launcher)),
                source: source.map(|source| source.under(&rules)),
                target,
            });
            Ok(Opened {
                session: job::Session::new(launcher, how, state()?, self.operator.clone()),
                file,
                theme: self.theme.clone().or(theme),
                sides,
            })
        }
        .boxed()
    }
}
