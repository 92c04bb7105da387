//! The binary: arguments → one face → exit code.

use std::process::ExitCode;

use futures_util::future::{BoxFuture, FutureExt as _};
use gatediff::cli::{self, Screen, ScreenEnd, ScreenRequest};
use gatediff::job::{Failure, FailureKind};

struct NoScreen;

impl Screen for NoScreen {
    fn show(&self, _: ScreenRequest) -> BoxFuture<'static, Result<ScreenEnd, Failure>> {
        async { Err(Failure::new(FailureKind::Internal, "no screen yet")) }.boxed()
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let exit = runtime.block_on(cli::run(std::env::args_os(), &NoScreen));
    ExitCode::from(exit.code())
}
