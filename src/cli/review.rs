//! `review`: the terminal interface on a file.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use super::args::{Global, ReviewArgs};
use super::counterpart::Counterpart;
use super::exit::Exit;
use super::print::{Printer, has_screen};
use super::screen::{Screen, ScreenRequest, no_screen};
use crate::job::{
    self, Against, Failure, FailureKind, ImportOptions, Launcher, Loaded, Phase, Reporter,
};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ReviewArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let session = Counterpart::new(global, &args.against, args.file.format.as_deref()).await?;
    if !has_screen() {
        return Err(no_screen());
    }
    let file = args.file.file.clone();
    let open = Arc::new(File {
        options: session.settings.rules.with(args.file.import.options()?),
        path: args.file.file,
        format: args.file.format,
        against: session.against.clone(),
    });
    let request = ScreenRequest::new(global, args.screen, &session.settings, (file, open))?;
    let end = screen.show(request).await?;
    printer.message(&end.summary);
    Ok(end.exit)
}

struct File {
    path: String,
    format: Option<String>,
    options: ImportOptions,
    against: Against,
}

impl Launcher for File {
    fn open(
        self: Arc<Self>,
        reporter: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        async move {
            reporter.phase(Phase::File);
            let against = self.against.clone();
            let load = move || job::load(&self.path, self.format.as_deref(), &self.options);
            let loaded = tokio::task::spawn_blocking(load);
            let loaded = loaded.await.map_err(|error| {
                Failure::new(FailureKind::Internal, "failed while reading the file").because(error)
            })??;
            Ok((loaded, against))
        }
        .boxed()
    }

    fn target(self: Arc<Self>, _: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        async move { Ok(self.against.clone()) }.boxed()
    }
}
