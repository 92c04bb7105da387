//! Connects the command line with the terminal interface, which do not know
//! each other.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};

use crate::cli::args::Color;
use crate::cli::{Exit, Screen, ScreenEnd, ScreenRequest, Start};
use crate::job::{Failure, FailureKind};
use crate::{config, tui};

/// The terminal interface, as the command line needs it.
pub struct Terminal;

impl Screen for Terminal {
    fn show(&self, request: ScreenRequest) -> BoxFuture<'static, Result<ScreenEnd, Failure>> {
        async move {
            let config = config::path();
            let options = tui::Options {
                file: request.file,
                target: request.target,
                theme: request.theme,
                theme_dir: config
                    .as_deref()
                    .and_then(|config| Some(config.parent()?.join("themes"))),
                keys: request.keys,
                config,
                color: match request.color {
                    Color::Auto => tui::ColorChoice::Auto,
                    Color::Always => tui::ColorChoice::Always,
                    Color::Never => tui::ColorChoice::Never,
                },
                ascii: request.ascii,
                accessible: request.accessible,
                scopes: request.start == Start::Scopes,
                profile: request.profile,
                matrix: request.start == Start::Matrix,
            };
            let backend = request
                .session
                .map(|session| Arc::new(session) as Arc<dyn tui::Backend>);
            let farewell = tui::run(backend, request.opener, &options)
                .await
                .map_err(|error| {
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
