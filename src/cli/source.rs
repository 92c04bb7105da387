//! What the screen compares: a file and a target, each chosen or as the command was started with.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use super::rules::ProfileRules;
use super::session::state;
use crate::job::{
    self, Against, Failure, FailureKind, ImportOptions, Launcher, Loaded, Phase, Reporter,
};

/// A file, and how it is read.
#[derive(Clone)]
pub(crate) struct Source {
    /// Its path.
    pub(crate) path: String,
    /// Its format, if it is said.
    pub(crate) format: Option<String>,
    /// How it is imported.
    pub(crate) options: ImportOptions,
}

impl Source {
    /// Returns a file that was chosen by its path.
    pub(crate) fn at(path: &str) -> Self {
        Self {
            path: job::expand(path).to_string_lossy().into_owned(),
            format: None,
            options: ImportOptions::default(),
        }
    }

    /// Returns the same file, read under the rules of a target's profile.
    pub(crate) fn under(self, rules: &ProfileRules) -> Self {
        Self {
            options: rules.with(self.options),
            ..self
        }
    }

    async fn load(self) -> Result<Loaded, Failure> {
        let load = move || {
            let loaded = job::load(&self.path, self.format.as_deref(), &self.options)?;
            remember(&self.path);
            Ok(loaded)
        };
        let loaded = tokio::task::spawn_blocking(load).await;
        loaded
            .map_err(|error| Failure::internal("reading the file", error))
            .flatten()
    }
}

/// Adds a file to the recent ones. Blocks.
fn remember(path: &str) {
    let added = state().and_then(|state| match path {
        // Standard input cannot be read again.
        "-" => Ok(()),
        path => job::add_recent(&state, path),
    });
    if let Err(failure) = added {
        tracing::warn!(%failure, "cannot keep the recent files");
    }
}

/// Adds a target that is a file to the recent files. Blocks.
pub(crate) fn remember_target(target: &Against) {
    if let Against::File(file) = target {
        remember(file.display());
    }
}

/// A file and a target; a side that is missing is that of `home`.
pub(crate) struct Chosen {
    /// What the command was started with, if anything.
    pub(crate) home: Option<Arc<dyn Launcher>>,
    /// The file.
    pub(crate) source: Option<Source>,
    /// The target.
    pub(crate) target: Option<Against>,
}

impl Launcher for Chosen {
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        async move {
            let (loaded, target) = match (&self.source, &self.home) {
                (Some(source), _) => {
                    reporter.phase(Phase::File);
                    let loaded = source.clone().load().await?;
                    (loaded, Arc::clone(&self).target(reporter).await?)
                }
                (None, Some(home)) => Arc::clone(home).open(reporter).await?,
                (None, None) => return Err(nothing("file")),
            };
            Ok((loaded, self.target.clone().unwrap_or(target)))
        }
        .boxed()
    }

    fn target(self: Arc<Self>, reporter: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        async move {
            match (&self.target, &self.home) {
                (Some(target), _) => Ok(target.clone()),
                (None, Some(home)) => Arc::clone(home).target(reporter).await,
                (None, None) => Err(nothing("target")),
            }
        }
        .boxed()
    }
}

fn nothing(side: &str) -> Failure {
    Failure::new(FailureKind::Usage, format!("no {side} was chosen"))
}
