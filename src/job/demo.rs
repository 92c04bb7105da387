//! The demos: a private server with a platform's sample data, and its sample file.

use std::error::Error;

use super::apply::{ApplyOptions, apply};
use super::failure::{Failure, FailureKind};
use super::file::{Loaded, load_bytes};
use super::file_target::FileTarget;
use super::history::history;
use super::plan::plan;
use super::progress::{Cancel, Phase, Reporter};
use crate::engine::Choices;
use crate::platform::{self, DemoData, DemoTarget, ImportOptions, Platform};
use crate::private_server::{
    self, FetchStep, LocalError, LocalOptions, LocalServer, ServerPrograms,
};
use crate::store::{LedgerPlace, Target, Timeouts, transaction};

/// The operator recorded for the initial data of a demo's target.
const OPERATOR: &str = "demo";

/// The context of a failure to fill the database.
const WHAT: &str = "the demo database";

/// A platform's demo.
#[derive(Clone, Copy)]
pub struct Sample(&'static dyn Platform);

impl Sample {
    /// Returns the names of the platforms, the default first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        platform::PLATFORMS.into_iter().map(Platform::name)
    }

    /// Returns the demo of a platform.
    pub fn named(name: &str) -> Option<Self> {
        platform::named(name).map(Self)
    }

    /// Returns the platform's name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Returns the name of its file.
    pub fn file_name(self) -> &'static str {
        self.data().file_name
    }

    /// Reads its file, on its own thread.
    ///
    /// # Errors
    ///
    /// Fails if the file that was built in cannot be read.
    pub async fn load(self) -> Result<Loaded, Failure> {
        let data = self.data();
        self.read(data.file_name, data.file).await
    }

    /// Reads the file that has what its target has, on its own thread.
    ///
    /// # Errors
    ///
    /// Fails if the file that was built in cannot be read.
    pub async fn target_file(self) -> Result<FileTarget, Failure> {
        let (name, file) = self.data().target.file();
        let loaded = self.read(name, file).await?;
        Ok(FileTarget::built_in(loaded, file.as_bytes().to_vec()))
    }

    async fn read(self, name: &'static str, file: &'static str) -> Result<Loaded, Failure> {
        let platform = self.0.name();
        let load = move || {
            load_bytes(
                name,
                file.as_bytes(),
                Some(platform),
                &ImportOptions::default(),
            )
        };
        tokio::task::spawn_blocking(load)
            .await
            .map_err(|error| Failure::internal("reading the demo file", error))?
    }

    fn data(self) -> &'static DemoData {
        self.0.demo()
    }
}

/// Finds PostgreSQL's server programs, and fetches them if the machine has none.
///
/// # Errors
///
/// Fails if there are none and they cannot be fetched, or if it was cancelled.
pub async fn server_programs(
    reporter: Reporter,
    cancel: Cancel,
) -> Result<ServerPrograms, Failure> {
    let is_cancelled = cancel.clone();
    let find = move || {
        private_server::find_or_fetch(&mut |step| {
            report(&reporter, step);
            !is_cancelled.is_cancelled()
        })
    };
    let found = tokio::task::spawn_blocking(find)
        .await
        .map_err(|error| Failure::internal("fetching PostgreSQL", error))?;
    found.map_err(|error| {
        if cancel.is_cancelled() {
            Failure::cancelled(&cancel)
        } else {
            error.into()
        }
    })
}

fn report(reporter: &Reporter, step: FetchStep) {
    let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let (subject, done, total) = match step {
        FetchStep::Wait => ("(waiting for another gatediff)".to_owned(), 0, 0),
        FetchStep::Begin { from, into } => (format!("from {from} into {}", into.display()), 0, 0),
        FetchStep::Download { done, total } => (String::new(), done, total.unwrap_or_default()),
        FetchStep::Unpack { done } => ("unpacked".to_owned(), done, 0),
    };
    reporter.step(Phase::Fetch, &subject, bytes(done), bytes(total));
}

/// A running demo. Its server stops and its directory is removed when it is
/// dropped.
pub struct Demo {
    server: LocalServer,
    sample: Sample,
}

impl Demo {
    /// Starts a private server and fills it, unless a kept one is filled already.
    ///
    /// # Errors
    ///
    /// Fails if no server can be started.
    pub async fn start(
        sample: Sample,
        options: LocalOptions,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        reporter.phase(Phase::Server);
        let started = tokio::task::spawn_blocking(|| LocalServer::start(options)).await;
        let server =
            started.map_err(|error| Failure::internal("starting a private server", error))??;
        let demo = Self { server, sample };
        reporter.phase(Phase::Seed);
        match &sample.data().target {
            DemoTarget::Sql { schema, seed, .. } => {
                demo.create(Some(format!("BEGIN;{schema}\n{seed};COMMIT")))
                    .await?;
            }
            DemoTarget::Import { file_name, file } => {
                demo.create(None).await?;
                demo.import(file_name, file).await?;
            }
        }
        Ok(demo)
    }

    /// Returns the demo's target.
    pub fn target(&self) -> Target {
        self.server.target(self.database())
    }

    /// Returns the address for other programs.
    pub fn url(&self) -> String {
        self.server.url(self.database())
    }

    fn database(&self) -> &'static str {
        self.sample.data().database
    }

    /// Creates the demo's database if it does not exist: it is filled first and
    /// renamed last, so that an interrupted demo starts over.
    async fn create(&self, sql: Option<String>) -> Result<(), Failure> {
        let mut admin = self
            .server
            .target("template1")
            .connect(Timeouts::default())
            .await?;
        if !transaction::has_database(&mut admin, self.database()).await? {
            // Every new server has one; renaming it copies nothing.
            let spare = "postgres";
            if !transaction::has_database(&mut admin, spare).await? {
                transaction::script(
                    &mut admin,
                    WHAT,
                    format!("CREATE DATABASE {spare} TEMPLATE template0"),
                )
                .await?;
            }
            if let Some(sql) = sql {
                let mut new = self
                    .server
                    .target(spare)
                    .connect(Timeouts::default())
                    .await?;
                transaction::script(&mut new, WHAT, sql).await?;
                transaction::close(new).await?;
            }
            let sql = format!("ALTER DATABASE {spare} RENAME TO {}", self.database());
            transaction::script(&mut admin, WHAT, sql).await?;
        }
        transaction::close(admin).await?;
        Ok(())
    }

    /// Imports a file as an operator would, unless a kept demo already has it.
    async fn import(&self, name: &'static str, file: &'static str) -> Result<(), Failure> {
        let (target, timeouts) = (self.target(), Timeouts::default());
        if !history(&target, timeouts, &LedgerPlace::Target)
            .await?
            .is_empty()
        {
            return Ok(());
        }
        let loaded = self.sample.read(name, file).await?;
        let review = plan(&loaded, &target, timeouts, &Reporter::silent()).await?;
        let mut choices = Choices::new(&review.plan);
        choices.missing_confirmed = true;
        let Ok(approved) = review.plan.approve(&choices) else {
            let broken = "none of it can be imported";
            return Err(Failure::internal("filling the demo database", broken));
        };
        let options = ApplyOptions {
            backup: false,
            ..ApplyOptions::new(OPERATOR, timeouts)
        };
        apply(
            &review,
            approved,
            &target,
            &options,
            &Reporter::silent(),
            &Cancel::new(),
        )
        .await
        .map(|_| ())
    }
}

impl From<LocalError> for Failure {
    fn from(error: LocalError) -> Self {
        let mut failure = Self::new(FailureKind::Unreachable, error.headline());
        failure.details = error.details();
        let causes: Vec<String> = causes(&error).map(ToString::to_string).collect();
        if !causes.is_empty() {
            failure = failure.because(causes.join(": "));
        }
        error.hints().into_iter().fold(failure, Self::hint)
    }
}

/// Returns what caused an error, and what caused that.
fn causes<'a>(error: &'a dyn Error) -> impl Iterator<Item = &'a dyn Error> {
    let of = |error: &'a dyn Error| error.source().map(|cause| cause as &dyn Error);
    std::iter::successors(of(error), move |cause| of(*cause))
}
