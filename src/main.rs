//! The binary: arguments → front end → exit code.

use std::process::ExitCode;
use std::time::Duration;

use gatediff::screen::Terminal;
use gatediff::{cli, logging, store, tui};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long threads that were left behind are waited for.
const END: Duration = Duration::from_millis(250);

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
    // Comparing large files on a thread may take longer than anyone waits for who
    // cancelled it. What writes a file is quicker, and was awaited.
    runtime.shutdown_timeout(END);
    ExitCode::from(exit.code())
}
