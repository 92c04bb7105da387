//! The binary: arguments → front end → exit code. It depends on all modules and
//! connects the command line with the terminal interface.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt as _};
use gatediff::cli::{self, Exit, Screen, ScreenEnd, ScreenRequest, Start};
use gatediff::engine::{Approved, Choices, ItemId};
use gatediff::job::{
    self, ApplyOptions, Cancel, ExportOptions, Failure, FailureKind, JobRecord, PlanKeys, Receipt,
    Rehearsal, Reporter, Review, TargetPolicy, UndoOptions, Undone,
};
use gatediff::scopes;
use gatediff::scopes::{Edit, EditOptions, Edited, ScopeFinding};
use gatediff::store::Target;
use gatediff::{config, logging, store, tui};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let log = logging::begin(store::NOTICES);
    tui::runtime::terminal::install_panic_hook(log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitCode::FAILURE;
    };
    let exit = runtime.block_on(cli::run(std::env::args_os(), &Terminal));
    ExitCode::from(exit.code())
}

/// The terminal interface, as the command line needs it.
struct Terminal;

impl Screen for Terminal {
    fn show(&self, request: ScreenRequest) -> BoxFuture<'static, Result<ScreenEnd, Failure>> {
        async move {
            let options = tui::Options {
                file: request.file.clone(),
                theme: request.theme.clone(),
                theme_dir: themes(),
                keys: request.keys.clone(),
                config: config::path(),
                color: match request.color {
                    cli::args::Color::Auto => tui::ColorChoice::Auto,
                    cli::args::Color::Always => tui::ColorChoice::Always,
                    cli::args::Color::Never => tui::ColorChoice::Never,
                },
                ascii: request.ascii,
                accessible: request.accessible,
                scopes: request.start == Start::Scopes,
            };
            let backend = Arc::new(Backend(Arc::new(Session {
                request,
                review: Mutex::new(None),
            })));
            let farewell = tui::run(backend, &options).await.map_err(|error| {
                Failure::new(FailureKind::Usage, "cannot draw on this terminal")
                    .because(error)
                    .hint("run it in a terminal, or use `gatediff plan` and `gatediff apply`")
            })?;
            Ok(ScreenEnd {
                exit: exit(farewell.exit),
                summary: farewell.summary,
            })
        }
        .boxed()
    }
}

const fn exit(exit: tui::Exit) -> Exit {
    match exit {
        tui::Exit::Done => Exit::Done,
        tui::Exit::Failed(kind) => Exit::of(kind),
        tui::Exit::Interrupted | tui::Exit::Terminated | tui::Exit::HungUp => Exit::Interrupted,
    }
}

/// The directory of custom themes.
fn themes() -> Option<PathBuf> {
    Some(config::path()?.parent()?.join("themes"))
}

/// The screen's backend, on top of the jobs.
struct Backend(Arc<Session>);

struct Session {
    request: ScreenRequest,
    /// The latest comparison; applying goes to the same target.
    review: Mutex<Option<(Review, Target)>>,
}

impl tui::Backend for Backend {
    fn compare(&self, report: Reporter) -> BoxFuture<'static, Result<tui::Reviewed, Failure>> {
        let session = Arc::clone(&self.0);
        async move { session.compare(report).await }.boxed()
    }

    fn apply(
        &self,
        approved: Approved,
        backup: bool,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Receipt, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let (review, target) = session.reviewed(&approved)?;
            let options = ApplyOptions {
                backup,
                ..session.apply_options()
            };
            job::apply(&review, approved, &target, &options, &report, &cancel).await
        }
        .boxed()
    }

    fn rehearse(
        &self,
        approved: Approved,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Rehearsal, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let (review, target) = session.reviewed(&approved)?;
            job::rehearse(
                &review,
                approved,
                &target,
                &session.apply_options(),
                &report,
                &cancel,
            )
            .await
        }
        .boxed()
    }

    fn save_plan(
        &self,
        choices: Choices,
        path: String,
    ) -> BoxFuture<'static, Result<String, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let (review, target) = session.last()?;
            let request = &session.request;
            let keys = PlanKeys {
                target,
                timeouts: request.timeouts,
                ledger: request.ledger.clone(),
                directory: request.state.clone(),
            };
            let plan =
                job::saved::save(&review, &choices, &keys.to_save().await?, &request.operator)?;
            write(path, plan).await
        }
        .boxed()
    }

    fn history(&self) -> BoxFuture<'static, Result<Vec<JobRecord>, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let target = session.target(&Reporter::silent()).await?;
            job::history(&target, session.request.timeouts, &session.request.ledger).await
        }
        .boxed()
    }

    fn undo(
        &self,
        job: i64,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Undone, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let target = session.target(&report).await?;
            let options = UndoOptions {
                operator: session.request.operator.clone(),
                timeouts: session.request.timeouts,
                ledger: session.request.ledger.clone(),
                only: Vec::new(),
                accept_server_changes: false,
            };
            job::undo(job, &target, &options, &report, &cancel).await
        }
        .boxed()
    }

    fn save_backup(&self, job: i64, path: String) -> BoxFuture<'static, Result<String, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let target = session.target(&Reporter::silent()).await?;
            let backup = job::backup(
                &target,
                session.request.timeouts,
                &session.request.ledger,
                job,
            )
            .await?;
            write(path, backup.content).await
        }
        .boxed()
    }

    fn export(
        &self,
        roots: Vec<ItemId>,
        path: String,
        report: Reporter,
    ) -> BoxFuture<'static, Result<String, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let (review, target) = session.last()?;
            let format = Some(review.file.platform);
            let options = ExportOptions {
                roots,
                ..ExportOptions::default()
            };
            let export =
                job::export(format, &options, &target, session.request.timeouts, &report).await?;
            write(path, export.bytes).await
        }
        .boxed()
    }

    fn scopes(&self, report: Reporter) -> BoxFuture<'static, Result<tui::Scoped, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let target = session.target(&report).await?;
            let catalogue = scopes::catalogue(&target, session.request.timeouts, &report).await?;
            let policy = job::policy(&target, session.request.timeouts).await?;
            Ok(tui::Scoped {
                place: session.place(&target, &policy),
                catalogue: Arc::new(catalogue),
            })
        }
        .boxed()
    }

    fn edit(
        &self,
        edit: Edit,
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Edited, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let target = session.target(&report).await?;
            let options = EditOptions {
                operator: session.request.operator.clone(),
                timeouts: session.request.timeouts,
                ledger: session.request.ledger.clone(),
                accept_server_changes: false,
            };
            scopes::edit(edit, &target, &options, &report, &cancel).await
        }
        .boxed()
    }

    fn check_scopes(
        &self,
        report: Reporter,
    ) -> BoxFuture<'static, Result<Vec<ScopeFinding>, Failure>> {
        let session = Arc::clone(&self.0);
        async move {
            let target = session.target(&report).await?;
            scopes::check(&target, session.request.timeouts, &report).await
        }
        .boxed()
    }
}

/// Writes a new file, on a thread of its own; returns its path.
async fn write(path: String, bytes: Vec<u8>) -> Result<String, Failure> {
    let write = move || job::write_file(Path::new(&path), &bytes, false).map(|()| path);
    tokio::task::spawn_blocking(write).await.map_err(|error| {
        Failure::new(FailureKind::Internal, "failed while writing the file").because(error)
    })?
}

impl Session {
    async fn compare(&self, report: Reporter) -> Result<tui::Reviewed, Failure> {
        let (loaded, target) = Arc::clone(&self.request.open).open(report.clone()).await?;
        let review = job::plan(&loaded, &target, self.request.timeouts, &report).await?;
        let reviewed = tui::Reviewed {
            file: review.file.path.clone(),
            sha256: review.file.sha256.clone(),
            platform: review.file.platform.to_owned(),
            target: review.target.clone(),
            database: review.database.clone(),
            production: review.policy.production.is_some(),
            read_only: review.policy.read_only.as_ref().map(ToString::to_string),
            operator: self.request.operator.clone(),
            directory: self.request.state.display().to_string(),
            backup: self.apply_options().backup,
            export_kind: loaded.platform.export_root(),
            has_scopes: loaded.platform.has_scopes(),
            plan: Arc::clone(&review.plan),
        };
        if let Ok(mut last) = self.review.lock() {
            *last = Some((review, target));
        }
        Ok(reviewed)
    }

    /// Returns the location of a target for the screen.
    fn place(&self, target: &Target, policy: &TargetPolicy) -> tui::Location {
        tui::Location {
            target: target.display(),
            database: target.database().to_owned(),
            production: policy.production.is_some(),
            read_only: policy.read_only.as_ref().map(ToString::to_string),
            operator: self.request.operator.clone(),
            directory: self.request.state.display().to_string(),
        }
    }

    fn apply_options(&self) -> ApplyOptions {
        let options = ApplyOptions::new(&self.request.operator, self.request.timeouts);
        ApplyOptions {
            ledger: self.request.ledger.clone(),
            ..options
        }
    }

    /// Returns the target: that of the latest comparison, if there is one.
    async fn target(&self, report: &Reporter) -> Result<Target, Failure> {
        match self.last() {
            Ok((_, target)) => Ok(target),
            Err(_) => Arc::clone(&self.request.open).target(report.clone()).await,
        }
    }

    /// Returns the latest comparison and its target.
    fn last(&self) -> Result<(Review, Target), Failure> {
        let last = self.review.lock().ok().and_then(|last| last.clone());
        last.ok_or_else(|| {
            Failure::new(FailureKind::Internal, "nothing has been compared yet")
                .hint("compare again")
        })
    }

    /// Returns the latest comparison, if it is the approved one.
    fn reviewed(&self, approved: &Approved) -> Result<(Review, Target), Failure> {
        let last = self.last()?;
        if Arc::ptr_eq(&last.0.plan, approved.plan()) {
            return Ok(last);
        }
        Err(Failure::new(
            FailureKind::Internal,
            "the approved plan is not the latest comparison",
        )
        .hint("compare again and apply"))
    }
}
