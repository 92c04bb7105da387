//! How near the program comes to PostgreSQL's own limit: every figure is a ratio within one run,
//! printed beside its goal. `cargo bench --bench limits`; see `benches/README.md`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::cast_precision_loss,
    reason = "a bench that cannot run has nothing to tell, and prints what it has"
)]

mod case;
mod dataset;
#[path = "../../tests/it/support/link.rs"]
mod link;
mod pg;
mod program;
#[allow(
    dead_code,
    unused_imports,
    reason = "the tests cut connections; here they are only counted"
)]
#[path = "../../tests/it/support/proxy.rs"]
mod proxy;
mod report;
mod rows;
#[path = "../support/server.rs"]
mod server;
mod settings;
mod terminal;

use report::Report;
use settings::Settings;

/// The one of the program, so that parsing a file costs here what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if(|arg| arg == program::PARSE).is_some() {
        return program::parse_files(args);
    }
    let Some(settings) = Settings::read(args) else {
        return;
    };
    let mut report = Report::new(settings.only.clone());
    for case in case::ALL {
        case(&settings, &mut report);
    }
    report.end();
}
