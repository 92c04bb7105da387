//! The log: files under `$XDG_STATE_HOME/gatediff/log`, never the terminal.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::config::state_directory;

/// How many files are kept, each of one day (UTC).
const MAX_FILES: usize = 14;

/// Starts logging and returns the directory of its files, named
/// `gatediff.YYYY-MM-DD.log`, or `None` if none can be written: a missing log is
/// no reason to fail.
///
/// `GATEDIFF_LOG` sets what is logged, in the syntax of `RUST_LOG`. Values of
/// rows are never logged: neither our messages nor the driver's hold any, and
/// what comes from the `silenced` is left out, whatever is set.
pub fn begin(silenced: &str) -> Option<PathBuf> {
    let directory = state_directory()?.join("log");
    // The files are made with the usual mode: the directory keeps others out.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&directory)
        .ok()?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("gatediff")
        .filename_suffix("log")
        .max_log_files(MAX_FILES)
        .build(&directory)
        .ok()?;
    let filter = EnvFilter::try_from_env("GATEDIFF_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,gatediff=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter.add_directive(format!("{silenced}=off").parse().ok()?))
        .with_ansi(false)
        .with_writer(files)
        .try_init()
        .ok()?;
    Some(directory)
}
