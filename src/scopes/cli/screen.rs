//! `scope` alone: the terminal interface on the scopes of a target.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use crate::cli::Exit;
use crate::cli::args::{Global, ScreenArgs};
use crate::cli::opener::Home;
use crate::cli::print::{Printer, has_screen};
use crate::cli::screen::{Screen, ScreenRequest, Start};
use crate::cli::session::Session;
use crate::job::{Against, Failure, FailureKind, Launcher, Loaded, Reporter};
use crate::store::Target;

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ScreenArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let session = Session::new(global).await?;
    if !has_screen() {
        return Err(Failure::new(FailureKind::Usage, "the scope screen requires a terminal").hint(
            "run it in a terminal, or use a command: gatediff scope list, show, create, update, delete, give, take or check",
        ));
    }
    let open = Arc::new(NoFile(session.target.clone()));
    let names = (String::new(), session.target.display());
    let home = Home::new(open, names, &session.settings);
    let request = ScreenRequest::new(global, args, &session.settings, Some(home))?;
    let end = screen
        .show(ScreenRequest {
            start: Start::Scopes,
            ..request
        })
        .await?;
    printer.message(&end.summary);
    Ok(end.exit)
}

/// A target without a file to review on it.
struct NoFile(Target);

impl Launcher for NoFile {
    fn open(
        self: Arc<Self>,
        _: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        let failure = Failure::new(
            FailureKind::Usage,
            "no file to review: only scopes were opened",
        )
        .hint("review a file with `gatediff review FILE`");
        async move { Err(failure) }.boxed()
    }

    fn target(self: Arc<Self>, _: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        async move { Ok(self.0.clone().into()) }.boxed()
    }
}
