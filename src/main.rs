//! The binary: arguments → front end → exit code.

use std::process::ExitCode;

use gatediff::screen::Terminal;
use gatediff::{cli, logging, store, tui};

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
