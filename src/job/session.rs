//! A session of an operator: a file and a target, and the latest comparison of
//! them, which is what is applied.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;

use super::against::Against;
use super::apply::{ApplyOptions, Receipt, rehearse};
use super::export::export;
use super::failure::{Failure, FailureKind};
use super::file::Loaded;
use super::file_target::Output;
use super::key::PlanKeys;
use super::matrix::{Compared, NamedTarget, compare_all};
use super::only_in_target::only_in_target;
use super::output::{is_standard_output, make_own_directory, write_file, write_own_file};
use super::plan::Review;
use super::progress::{Cancel, Reporter};
use super::rehearse::Rehearsal;
use super::saved;
use super::session_targets::SessionTargets;
use super::undo::{UndoOptions, Undone};
use crate::engine::rule::Scope;
use crate::engine::{Approved, Choices, ItemId, TargetItem};
use crate::platform::ExportOptions;
use crate::store::ledger::JobRecord;
use crate::store::{LedgerPlace, Timeouts};

/// Makes a file and a target ready.
pub trait Launcher: Send + Sync {
    /// Reads the file and finds the target; reports what takes time.
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>>;

    /// Finds the target alone.
    fn target(self: Arc<Self>, reporter: Reporter) -> BoxFuture<'static, Result<Against, Failure>>;
}

/// A session. Clones share the latest comparison.
#[derive(Clone)]
pub struct Session {
    /// Opens the file and the target. Called again to compare again.
    launcher: Arc<dyn Launcher>,
    /// How long to wait for what, unless the target is one of several.
    timeouts: Timeouts,
    /// Where jobs are recorded, unless the target is one of several.
    ledger: LedgerPlace,
    /// Where the keys of saved plans are, and files go by default.
    pub directory: PathBuf,
    /// Who is recorded as the operator.
    pub operator: String,
    /// The latest comparison; applying goes to the same target.
    latest: Arc<Mutex<Option<(Review, Against)>>>,
    /// The differences that are ignored until the end of the session.
    ignored: Arc<Mutex<Vec<Scope>>>,
    /// The targets, if there are several.
    targets: Option<Arc<SessionTargets>>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
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
            ignored: Arc::default(),
            targets: None,
        }
    }

    /// Sets the differences to ignore until the end of the session, in addition to those that the
    /// file is read with; they count from the next comparison on.
    pub fn ignore(&self, rules: Vec<Scope>) {
        if let Ok(mut ignored) = self.ignored.lock() {
            *ignored = rules;
        }
    }

    /// Returns a session with several targets, of which none is reviewed yet.
    #[must_use]
    pub fn with_targets(self, targets: Vec<NamedTarget>) -> Self {
        Self {
            targets: Some(Arc::new(SessionTargets::new(targets))),
            ..self
        }
    }

    /// Returns how long to wait for what.
    pub fn timeouts(&self) -> Timeouts {
        self.here().map_or(self.timeouts, |named| named.timeouts)
    }

    /// Returns where jobs are recorded.
    pub fn ledger(&self) -> LedgerPlace {
        let here = self.here();
        here.map_or(&self.ledger, |named| &named.ledger).clone()
    }

    /// Returns the one of several targets that is reviewed.
    fn here(&self) -> Option<&NamedTarget> {
        self.targets.as_ref()?.here()
    }

    /// Reads the file and compares it with the target.
    ///
    /// # Errors
    ///
    /// As reading and planning.
    pub async fn compare(&self, report: &Reporter) -> Result<(Review, Loaded), Failure> {
        let launcher = Arc::clone(&self.launcher);
        let (loaded, target) = launcher.open(report.clone()).await?;
        let target = self
            .here()
            .map_or(target, |named| named.target.clone().into());
        if let Some(targets) = &self.targets {
            targets.keep(&loaded);
        }
        let loaded = match self.here() {
            Some(named) => named.file(&loaded).await?,
            None => loaded,
        };
        let loaded = loaded.ignoring(&self.ignored());
        let review = target.plan(&loaded, self.timeouts(), report).await?;
        self.reviews(&review, target);
        Ok((review, loaded))
    }

    /// Reads the file, and compares it with all targets.
    ///
    /// # Errors
    ///
    /// As reading.
    pub async fn compare_all(&self, report: &Reporter) -> Result<Compared, Failure> {
        let launcher = Arc::clone(&self.launcher);
        let (loaded, _) = launcher.open(report.clone()).await?;
        let Some(targets) = &self.targets else {
            return Err(Failure::new(
                FailureKind::Internal,
                "the session has one target",
            ));
        };
        targets.keep(&loaded);
        Ok(compare_all(&loaded, &targets.all, report).await)
    }

    /// Compares the file, as it was last read, with one of several targets, which is the target
    /// from then on.
    ///
    /// # Errors
    ///
    /// As reading and planning.
    pub async fn review_target(
        &self,
        target: usize,
        report: &Reporter,
    ) -> Result<(Review, Loaded), Failure> {
        let Some(targets) = &self.targets else {
            return self.compare(report).await;
        };
        let named = targets.get(target)?;
        let loaded = match targets.loaded() {
            Some(loaded) => loaded,
            None => Arc::clone(&self.launcher).open(report.clone()).await?.0,
        };
        let loaded = named.file(&loaded).await?.ignoring(&self.ignored());
        let against = Against::from(named.target.clone());
        let review = against.plan(&loaded, named.timeouts, report).await?;
        targets.go_to(target);
        self.reviews(&review, against);
        Ok((review, loaded))
    }

    /// Returns the items that only the target has, of the latest comparison.
    ///
    /// # Errors
    ///
    /// As [`only_in_target`](crate::job::only_in_target()), or if nothing was compared.
    pub async fn only_in_target(&self, report: &Reporter) -> Result<Vec<TargetItem>, Failure> {
        let (review, against) = self.latest()?;
        only_in_target(&review, &against, self.timeouts(), report).await
    }

    /// Returns the differences that are ignored until the end of the session.
    fn ignored(&self) -> Vec<Scope> {
        let ignored = self.ignored.lock();
        ignored.map(|ignored| ignored.clone()).unwrap_or_default()
    }

    /// Makes a comparison the latest one.
    fn reviews(&self, review: &Review, target: Against) {
        if let Ok(mut latest) = self.latest.lock() {
            *latest = Some((review.clone(), target));
        }
    }

    /// Applies what was approved of the latest comparison; where a file stands for the target, by
    /// writing another file, `output`. Of `options` only the ledger is that of the comparison.
    ///
    /// # Errors
    ///
    /// As [`apply`](crate::job::apply()) or [`FileTarget::apply`], or if something else was compared
    /// since.
    pub async fn apply(
        &self,
        approved: Approved,
        (options, output): (ApplyOptions, Option<Output>),
        report: &Reporter,
        cancel: &Cancel,
    ) -> Result<Receipt, Failure> {
        let (review, against) = self.reviewed(&approved)?;
        let options = ApplyOptions {
            ledger: self.ledger_of(&against),
            ..options
        };
        self.prepare(output.as_ref())?;
        against
            .apply(
                (&review, approved),
                &options,
                output.as_ref(),
                (report, cancel),
            )
            .await
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
        let (review, against) = self.reviewed(&approved)?;
        let target = against.database("a rehearsal")?;
        let options = self.apply_options();
        rehearse(&review, approved, target, &options, report, cancel).await
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
            timeouts: self.timeouts(),
            ledger: self.ledger(),
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
        target
            .history(self.timeouts(), &self.ledger_of(&target))
            .await
    }

    /// Undoes a job; where a file stands for the target, by writing another file, `output`.
    ///
    /// # Errors
    ///
    /// As [`undo`](crate::job::undo()) or [`FileTarget::undo`].
    pub async fn undo(
        &self,
        job: i64,
        output: Option<Output>,
        report: &Reporter,
        cancel: &Cancel,
    ) -> Result<Undone, Failure> {
        let against = self.target(report).await?;
        let options = UndoOptions {
            operator: self.operator.clone(),
            timeouts: self.timeouts(),
            ledger: self.ledger_of(&against),
            only: Vec::new(),
            accept_server_changes: false,
        };
        self.prepare(output.as_ref())?;
        against
            .undo(job, &options, output.as_ref(), (report, cancel))
            .await
    }

    /// Saves a job's backup; returns the path.
    ///
    /// # Errors
    ///
    /// As [`backup`], or if the file exists or cannot be written.
    pub async fn save_backup(&self, job: i64, path: String) -> Result<String, Failure> {
        let target = self.target(&Reporter::silent()).await?;
        let backup = target
            .backup(self.timeouts(), &self.ledger_of(&target), job)
            .await?;
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
        let target = target.database("an export")?;
        let exported = export(format, &options, target, self.timeouts(), report).await?;
        write(self.directory.clone(), path, exported.bytes).await
    }

    /// Returns the target: that of the latest comparison, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be found.
    pub async fn target(&self, report: &Reporter) -> Result<Against, Failure> {
        match self.latest() {
            Ok((_, target)) => Ok(target),
            Err(_) => Arc::clone(&self.launcher).target(report.clone()).await,
        }
    }

    /// Returns how jobs of the session are applied by default.
    pub fn apply_options(&self) -> ApplyOptions {
        ApplyOptions {
            ledger: self.ledger(),
            ..ApplyOptions::new(&self.operator, self.timeouts())
        }
    }

    /// Refuses standard output, which is the screen, and makes the directories of our own state.
    fn prepare(&self, output: Option<&Output>) -> Result<(), Failure> {
        match output {
            Some(output) if is_standard_output(&output.path) => {
                Err(on_the_screen(&output.path.display().to_string()))
            }
            Some(output) if output.path.starts_with(&self.directory) => {
                make_own_directory(&output.path)
            }
            _ => Ok(()),
        }
    }

    /// Returns where the jobs of a target are recorded.
    fn ledger_of(&self, target: &Against) -> LedgerPlace {
        target.ledger(self.ledger(), Some(self.directory.clone()))
    }

    /// Returns the latest comparison and its target.
    fn latest(&self) -> Result<(Review, Against), Failure> {
        let latest = self.latest.lock().ok().and_then(|latest| latest.clone());
        latest.ok_or_else(|| {
            Failure::new(FailureKind::Internal, "nothing has been compared yet")
                .hint("compare again")
        })
    }

    /// Returns the latest comparison, if it is the approved one.
    fn reviewed(&self, approved: &Approved) -> Result<(Review, Against), Failure> {
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
            return Err(on_the_screen(&path));
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

fn on_the_screen(path: &str) -> Failure {
    Failure::new(FailureKind::File, "standard output is the screen").at(path)
}
