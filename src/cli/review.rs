//! `review`: the terminal interface on a file.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use super::args::{Global, ReviewArgs};
use super::exit::Exit;
use super::print::{Printer, has_screen};
use super::screen::{Screen, ScreenRequest, no_screen};
use super::target::{Targets, targets};
use crate::job::{
    self, Against, Failure, FailureKind, ImportOptions, Launcher, Loaded, NamedTarget, Phase,
    Reporter,
};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ReviewArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let format = args.file.format.as_deref();
    let targets = targets(global, (&args.targets, &args.against), format).await?;
    if !has_screen() {
        return Err(no_screen());
    }
    let (session, several) = match &targets {
        Targets::One(session) => (&**session, None),
        Targets::Several(named) => {
            let first = named
                .first()
                .ok_or_else(|| Failure::new(FailureKind::Usage, "--target names no target"))?;
            (
                &first.counterpart,
                Some(named.iter().map(NamedTarget::from).collect()),
            )
        }
    };
    let file = args.file.file.clone();
    let open = Arc::new(File {
        options: args.file.import.options()?,
        path: args.file.file,
        format: args.file.format,
        against: session.against.clone(),
    });
    let mut request = ScreenRequest::new(global, args.screen, &session.settings, (file, open))?;
    if let Some(several) = several {
        request = request.with_targets(several);
    }
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
