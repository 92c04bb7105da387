//! `demo`: a private PostgreSQL with sample data, and the screen on it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, FutureExt as _};

use super::args::{DemoArgs, Global, Output};
use super::document::Document;
use super::exit::Exit;
use super::opener::Home;
use super::print::{Printer, has_screen};
use super::progress_line::ProgressLine;
use super::screen::{Screen, ScreenRequest};
use super::session::{TargetSettings, cancel_on_signals};
use super::{plan, text};
use crate::config::state_directory;
use crate::engine::display::safe;
use crate::job::{self, Against, Demo, Failure, FailureKind, Launcher, Loaded, Reporter, Sample};
use crate::private_server::{LocalOptions, ServerPrograms};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: DemoArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let keep = args.keep.then(demo_directory).flatten();
    if args.keep && keep.is_none() {
        return Err(Failure::new(
            FailureKind::Usage,
            "no home directory for the demo database",
        )
        .hint("set HOME or XDG_STATE_HOME"));
    }
    let Some(sample) = Sample::named(&args.product) else {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("no demo for '{}'", args.product),
        ));
    };
    let programs = match args.files {
        true => None,
        false => server_programs(printer, &args).await?,
    };
    let Some(programs) = programs else {
        let files = Arc::new(Files(sample));
        return match has_screen() && printer.output == Output::Text {
            true => show(printer, global, args, screen, (sample, files)).await,
            false => print(printer, global, (sample, files)).await,
        };
    };
    let options = LocalOptions {
        keep,
        programs: Some(programs),
        ..LocalOptions::default()
    };
    let server = Arc::new(Server {
        sample,
        options,
        running: Mutex::new(None),
        starting: tokio::sync::Mutex::new(()),
    });
    let launcher = Arc::clone(&server) as Arc<dyn Launcher>;
    let done = if args.print_url {
        serve(printer, &server).await
    } else if has_screen() && printer.output == Output::Text {
        show(printer, global, args, screen, (sample, launcher)).await
    } else {
        print(printer, global, (sample, launcher)).await
    };
    // The server stops before the command ends, not some time after it.
    server.stop();
    done
}

/// Shows the review screen; the server starts after the first frame is drawn.
async fn show(
    printer: &mut Printer,
    global: &Global,
    args: DemoArgs,
    screen: &dyn Screen,
    (sample, open): (Sample, Arc<dyn Launcher>),
) -> Result<Exit, Failure> {
    let settings = TargetSettings::without_profile(global)?;
    let names = (
        sample.file_name().to_owned(),
        "the demo's target".to_owned(),
    );
    let home = Home::new(open, names, &settings);
    let request = ScreenRequest::new(global, args.screen, &settings, Some(home))?;
    let end = screen.show(request).await?;
    printer.message(&end.summary);
    Ok(end.exit)
}

/// Prints the same review as text if no screen can be drawn.
async fn print(
    printer: &mut Printer,
    global: &Global,
    (sample, launcher): (Sample, Arc<dyn Launcher>),
) -> Result<Exit, Failure> {
    let settings = TargetSettings::without_profile(global)?;
    let cancel = cancel_on_signals()?;
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    let review = match launcher.open(reporter.clone()).await {
        Ok((loaded, target)) => target.plan(&loaded, settings.timeouts, &reporter).await,
        Err(failure) => Err(failure),
    };
    progress_line.end().await;
    let review = review?;
    let access = plan::whole(&review);
    if printer.output == Output::Json {
        printer.json(&Document::plan("changes", &review, access.as_ref()));
    } else {
        text::plan(printer, &review, access.as_ref(), false);
        text::outlook(printer, &review.plan);
        let word = sample.name();
        printer.line(format!(
            "\nThis is the demo's review as text. Run `gatediff demo {word}` in a terminal to see the screen."
        ));
    }
    Ok(if cancel.is_cancelled() {
        Exit::Interrupted
    } else {
        Exit::Done
    })
}

/// Serves the database for other programs until interrupted.
async fn serve(printer: &mut Printer, server: &Arc<Server>) -> Result<Exit, Failure> {
    let cancel = cancel_on_signals()?;
    let progress_line = ProgressLine::begin();
    let opened = Arc::clone(server).open(progress_line.reporter()).await;
    progress_line.end().await;
    opened?;
    if let Some(url) = server.url() {
        printer.line(url);
        printer.message("the demo database is running; press Ctrl-C to stop it");
        cancel.asked().await;
    }
    Ok(Exit::Done)
}

/// The demo's server, started when it is first needed.
struct Server {
    sample: Sample,
    options: LocalOptions,
    running: Mutex<Option<Demo>>,
    /// Held while it starts: it is started once.
    starting: tokio::sync::Mutex<()>,
}

impl Server {
    fn url(&self) -> Option<String> {
        self.running.lock().ok()?.as_ref().map(Demo::url)
    }

    fn stop(&self) {
        if let Ok(mut running) = self.running.lock() {
            running.take();
        }
    }
}

impl Launcher for Server {
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        async move {
            let target = Arc::clone(&self).target(reporter).await?;
            Ok((self.sample.load().await?, target))
        }
        .boxed()
    }

    fn target(self: Arc<Self>, reporter: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        async move {
            let _starting = self.starting.lock().await;
            let known = self
                .running
                .lock()
                .ok()
                .and_then(|running| running.as_ref().map(Demo::target));
            if let Some(target) = known {
                return Ok(target.into());
            }
            let demo = Demo::start(self.sample, self.options.clone(), &reporter).await?;
            let target = demo.target();
            if let Ok(mut running) = self.running.lock() {
                *running = Some(demo);
            }
            Ok(target.into())
        }
        .boxed()
    }
}

/// The demo's file, and one that has what its target has.
struct Files(Sample);

impl Launcher for Files {
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        async move {
            let target = Arc::clone(&self).target(reporter).await?;
            Ok((self.0.load().await?, target))
        }
        .boxed()
    }

    fn target(self: Arc<Self>, _: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        async move { Ok(self.0.target_file().await?.into()) }.boxed()
    }
}

/// Finds PostgreSQL's server programs, and fetches them if the machine has none; none if it cannot
/// have them, and the demo shows files instead.
async fn server_programs(
    printer: &mut Printer,
    args: &DemoArgs,
) -> Result<Option<ServerPrograms>, Failure> {
    if let Ok(found) = ServerPrograms::find() {
        return Ok(Some(found));
    }
    let cancel = cancel_on_signals()?;
    let progress_line = ProgressLine::begin();
    let fetched = job::server_programs(progress_line.reporter(), cancel.clone()).await;
    progress_line.end().await;
    match fetched {
        Ok(programs) => Ok(Some(programs)),
        Err(failure) if cancel.is_cancelled() || args.print_url || args.keep => Err(failure),
        Err(failure) => {
            printer.message(format!("note: {}", safe(&failure.to_string())));
            printer.message(
                "note: the demo compares two files instead of a file with PostgreSQL (--files)",
            );
            Ok(None)
        }
    }
}

/// Where the demo keeps its database with `--keep`.
fn demo_directory() -> Option<PathBuf> {
    state_directory().map(|state| state.join("demo"))
}
