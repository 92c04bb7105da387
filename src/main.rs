//! The binary: arguments → one face → exit code. It sees all the rooms, so it
//! is here that the command line gets its screen.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt as _};
use gatediff::cli::{self, Exit, Screen, ScreenEnd, ScreenRequest};
use gatediff::engine::Approved;
use gatediff::job::{self, ApplyOptions, Cancel, Failure, FailureKind, Receipt, Reporter, Review};
use gatediff::store::Target;
use gatediff::{config, logging, tui};

fn main() -> ExitCode {
    let log = logging::begin();
    tui::terminal::install_panic_hook(log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let exit = runtime.block_on(cli::run(std::env::args_os(), &Terminal));
    ExitCode::from(exit.code())
}

/// The terminal interface, as the command line wants it.
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
            };
            let backend = Arc::new(Backend(Arc::new(Session { request, review: Mutex::new(None) })));
            let farewell = tui::run(backend, &options).await.map_err(|error| {
                Failure::new(FailureKind::Usage, "cannot draw on this terminal")
                    .because(error)
                    .hint("run it in a terminal, or use `gatediff plan` and `gatediff apply`")
            })?;
            Ok(ScreenEnd { exit: exit(farewell.exit), summary: farewell.summary })
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

/// Where the operator's own themes are.
fn themes() -> Option<PathBuf> {
    Some(config::path()?.parent()?.join("themes"))
}

/// What the screen gets done, by the jobs.
struct Backend(Arc<Session>);

struct Session {
    request: ScreenRequest,
    /// What was compared last; applying goes to the same target.
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
        report: Reporter,
        cancel: Cancel,
    ) -> BoxFuture<'static, Result<Receipt, Failure>> {
        let session = Arc::clone(&self.0);
        async move { session.apply(approved, report, cancel).await }.boxed()
    }
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
            production: self.request.production,
            operator: self.request.operator.clone(),
            plan: Arc::clone(&review.plan),
        };
        if let Ok(mut last) = self.review.lock() {
            *last = Some((review, target));
        }
        Ok(reviewed)
    }

    fn apply_options(&self) -> ApplyOptions {
        let options = ApplyOptions::new(&self.request.operator, self.request.timeouts);
        ApplyOptions { ledger: self.request.ledger.clone(), ..options }
    }

    async fn apply(&self, approved: Approved, report: Reporter, cancel: Cancel) -> Result<Receipt, Failure> {
        let last = self.review.lock().ok().and_then(|last| last.clone());
        let reviewed = last.filter(|(review, _)| Arc::ptr_eq(&review.plan, approved.plan()));
        let Some((review, target)) = reviewed else {
            return Err(Failure::new(
                FailureKind::Internal,
                "what was approved is not what was compared last",
            )
            .hint("compare again and apply"));
        };
        let options = self.apply_options();
        job::apply(&review, approved, &target, &options, &report, &cancel).await
    }
}
