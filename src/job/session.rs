//! A session of an operator: a file and a target, and the latest comparison of
//! them, which is what is applied.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;

use super::apply::{ApplyOptions, Receipt, apply, rehearse};
use super::export::export;
use super::failure::{Failure, FailureKind};
use super::file::Loaded;
use super::history::{backup, history};
use super::key::PlanKeys;
use super::output::{is_standard_output, write_file, write_own_file};
use super::plan::{Review, plan};
use super::progress::{Cancel, Reporter};
use super::rehearse::Rehearsal;
use super::saved;
use super::undo::{UndoOptions, Undone, undo};
use crate::engine::{Approved, Choices, ItemId};
use crate::platform::ExportOptions;
use crate::store::ledger::JobRecord;
use crate::store::{LedgerPlace, Target, Timeouts};

/// Makes a file and a target ready.
pub trait Launcher: Send + Sync {
    /// Reads the file and finds the target; reports what takes time.
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Target), Failure>>;

    /// Finds the target alone.
    fn target(self: Arc<Self>, reporter: Reporter) -> BoxFuture<'static, Result<Target, Failure>>;
}

/// A session. Clones share the latest comparison.
#[derive(Clone)]
pub struct Session {
    /// Opens the file and the target. Called again to compare again.
    launcher: Arc<dyn Launcher>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Where jobs are recorded.
    pub ledger: LedgerPlace,
    /// Where the keys of saved plans are, and files go by default.
    pub directory: PathBuf,
    /// Who is recorded as the operator.
    pub operator: String,
    /// The latest comparison; applying goes to the same target.
    latest: Arc<Mutex<Option<(Review, Target)>>>,
}

impl Session {
    /// Returns a session in which nothing was compared yet.
    pub fn new(
        launcher: Arc<dyn Launcher>,
        (timeouts, ledger): (Timeouts, LedgerPlace),
        directory: PathBuf,
        operator: String,
    ) -> Self {
        Self {
            launcher,
            timeouts,
            ledger,
            directory,
            operator,
            latest: Arc::default(),
        }
    }

    /// Reads the file and compares it with the target.
    ///
    /// # Errors
    ///
    /// As reading and planning.
    pub async fn compare(&self, report: &Reporter) -> Result<(Review, Loaded), Failure> {
        let launcher = Arc::clone(&self.launcher);
        let (loaded, target) = launcher.open(report.clone()).await?;
        let review = plan(&loaded, &target, self.timeouts, report).await?;
        if let Ok(mut latest) = self.latest.lock() {
            *latest = Some((review.clone(), target));
        }
        Ok((review, loaded))
    }

    /// Applies what was approved of the latest comparison.
    ///
    /// # Errors
    ///
    /// As [`apply`](crate::job::apply()), or if something else was compared since.
    pub async fn apply(
        &self,
        approved: Approved,
        backup: bool,
        report: &Reporter,
        cancel: &Cancel,
    ) -> Result<Receipt, Failure> {
        let (review, target) = self.reviewed(&approved)?;
        let options = ApplyOptions {
            backup,
            ..self.apply_options()
        };
        apply(&review, approved, &target, &options, report, cancel).await
    }

    /// Does the whole apply, and rolls it back.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub async fn rehearse(
        &self,
        approved: Approved,
        report: &Reporter,
        cancel: &Cancel,
    ) -> Result<Rehearsal, Failure> {
        let (review, target) = self.reviewed(&approved)?;
        let options = self.apply_options();
        rehearse(&review, approved, &target, &options, report, cancel).await
    }

    /// Saves the latest comparison with choices; returns the path.
    ///
    /// # Errors
    ///
    /// Fails if nothing was compared, or the file exists or cannot be written.
    pub async fn save_plan(&self, choices: &Choices, path: String) -> Result<String, Failure> {
        let (review, target) = self.latest()?;
        let keys = PlanKeys {
            target,
            timeouts: self.timeouts,
            ledger: self.ledger.clone(),
            directory: self.directory.clone(),
        };
        let plan = saved::save(&review, choices, &keys.to_save().await?, &self.operator)?;
        write(self.directory.clone(), path, plan).await
    }

    /// Returns the target's jobs, newest first.
    ///
    /// # Errors
    ///
    /// As [`history`](crate::job::history()).
    pub async fn history(&self) -> Result<Vec<JobRecord>, Failure> {
        let target = self.target(&Reporter::silent()).await?;
        history(&target, self.timeouts, &self.ledger).await
    }

    /// Undoes a job.
    ///
    /// # Errors
    ///
    /// As [`undo`](crate::job::undo()).
    pub async fn undo(
        &self,
        job: i64,
        report: &Reporter,
        cancel: &Cancel,
    ) -> Result<Undone, Failure> {
        let target = self.target(report).await?;
        let options = UndoOptions {
            operator: self.operator.clone(),
            timeouts: self.timeouts,
            ledger: self.ledger.clone(),
            only: Vec::new(),
            accept_server_changes: false,
        };
        undo(job, &target, &options, report, cancel).await
    }

    /// Saves a job's backup; returns the path.
    ///
    /// # Errors
    ///
    /// As [`backup`], or if the file exists or cannot be written.
    pub async fn save_backup(&self, job: i64, path: String) -> Result<String, Failure> {
        let target = self.target(&Reporter::silent()).await?;
        let backup = backup(&target, self.timeouts, &self.ledger, job).await?;
        write(self.directory.clone(), path, backup.content).await
    }

    /// Exports items of the target with what they require, or everything if
    /// there are none; returns the path.
    ///
    /// # Errors
    ///
    /// As [`export`](crate::job::export()), or if nothing was compared, or the file
    /// exists or cannot be written.
    pub async fn export(
        &self,
        roots: Vec<ItemId>,
        path: String,
        report: &Reporter,
    ) -> Result<String, Failure> {
        let (review, target) = self.latest()?;
        let options = ExportOptions {
            roots,
            ..ExportOptions::default()
        };
        let format = Some(review.file.platform);
        let exported = export(format, &options, &target, self.timeouts, report).await?;
        write(self.directory.clone(), path, exported.bytes).await
    }

    /// Returns the target: that of the latest comparison, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be found.
    pub async fn target(&self, report: &Reporter) -> Result<Target, Failure> {
        match self.latest() {
            Ok((_, target)) => Ok(target),
            Err(_) => Arc::clone(&self.launcher).target(report.clone()).await,
        }
    }

    /// Returns how jobs of the session are applied by default.
    pub fn apply_options(&self) -> ApplyOptions {
        ApplyOptions {
            ledger: self.ledger.clone(),
            ..ApplyOptions::new(&self.operator, self.timeouts)
        }
    }

    /// Returns the latest comparison and its target.
    fn latest(&self) -> Result<(Review, Target), Failure> {
        let latest = self.latest.lock().ok().and_then(|latest| latest.clone());
        latest.ok_or_else(|| {
            Failure::new(FailureKind::Internal, "nothing has been compared yet")
                .hint("compare again")
        })
    }

    /// Returns the latest comparison, if it is the approved one.
    fn reviewed(&self, approved: &Approved) -> Result<(Review, Target), Failure> {
        let latest = self.latest()?;
        if Arc::ptr_eq(&latest.0.plan, approved.plan()) {
            return Ok(latest);
        }
        Err(Failure::new(
            FailureKind::Internal,
            "the approved plan is not the latest comparison",
        )
        .hint("compare again and apply"))
    }
}

/// Writes a new file, on a thread of its own; returns its path. Only in the
/// directory of our own state, where files go by default, directories are made.
async fn write(own: PathBuf, path: String, bytes: Vec<u8>) -> Result<String, Failure> {
    let write = move || {
        let place = Path::new(&path);
        if is_standard_output(place) {
            return Err(Failure::new(FailureKind::File, "standard output is the screen").at(path));
        }
        match place.starts_with(&own) {
            true => write_own_file(place, &bytes, false),
            false => write_file(place, &bytes, false),
        }
        .map(|()| path)
    };
    tokio::task::spawn_blocking(write).await.map_err(|error| {
        Failure::new(FailureKind::Internal, "failed while writing the file").because(error)
    })?
}
