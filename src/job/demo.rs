//! The demo: a private server with a platform's sample data, and its sample file.

use super::failure::{Failure, FailureKind};
use super::file::{Loaded, load_bytes};
use super::progress::{Phase, Reporter};
use crate::platform::{DemoData, DemoTarget, ImportOptions, digirunner};
use crate::store::{LocalError, LocalOptions, LocalServer, Target, Timeouts, transaction};

/// A running demo. Its server stops, and its directory goes, when it is dropped.
pub struct Demo {
    server: LocalServer,
    data: &'static DemoData,
}

impl Demo {
    /// Starts a private server and fills it, unless a kept one is filled already.
    ///
    /// # Errors
    ///
    /// Fails if no server can be started.
    pub async fn start(options: LocalOptions, reporter: &Reporter) -> Result<Self, Failure> {
        reporter.phase(Phase::Server);
        let started = tokio::task::spawn_blocking(|| LocalServer::start(options)).await;
        let server = started.map_err(|error| Failure::internal("starting a private server", error))??;
        let demo = Self { server, data: &digirunner::DEMO };
        reporter.phase(Phase::Seed);
        demo.fill().await?;
        Ok(demo)
    }

    /// Returns what the demo's file is called.
    pub fn file_name() -> &'static str {
        digirunner::DEMO.file_name
    }

    /// Returns the demo's target.
    pub fn target(&self) -> Target {
        self.server.target(self.data.database)
    }

    /// Returns the address for other programs.
    pub fn url(&self) -> String {
        self.server.url(self.data.database)
    }

    /// Reads the demo's file, on a thread of its own.
    ///
    /// # Errors
    ///
    /// Fails if the file that was built in cannot be read.
    pub async fn load() -> Result<Loaded, Failure> {
        let data = &digirunner::DEMO;
        let load = move || load_bytes(data.file_name, data.file.as_bytes(), None, &ImportOptions::default());
        tokio::task::spawn_blocking(load)
            .await
            .map_err(|error| Failure::internal("reading the demo's file", error))?
    }

    /// Fills the database that every new server has, under a name of its own:
    /// renaming it copies nothing.
    async fn fill(&self) -> Result<(), Failure> {
        const WHAT: &str = "the demo's database";
        let mut admin = self.server.target("template1").connect(Timeouts::default()).await?;
        if !transaction::has_database(&mut admin, self.data.database).await? {
            // Filled first and named last: a kept demo that was interrupted begins anew.
            let mut new = self.server.target("postgres").connect(Timeouts::default()).await?;
            if let DemoTarget::Sql { schema, seed } = &self.data.target {
                transaction::script(&mut new, WHAT, format!("BEGIN;{schema}\n{seed};COMMIT")).await?;
            }
            transaction::close(new).await;
            let sql = format!("ALTER DATABASE postgres RENAME TO {}", self.data.database);
            transaction::script(&mut admin, WHAT, sql).await?;
        }
        transaction::close(admin).await;
        Ok(())
    }
}

impl From<LocalError> for Failure {
    fn from(error: LocalError) -> Self {
        Self::new(FailureKind::Unreachable, error.to_string()).hint(error.hint())
    }
}
