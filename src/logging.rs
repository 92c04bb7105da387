//! The log: a file under `$XDG_STATE_HOME/gatediff`, never the terminal.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use tracing_subscriber::EnvFilter;

use crate::config::state_directory;

/// Starts logging and returns the file, or `None` if none can be written: a
/// missing log is no reason to fail.
///
/// `GATEDIFF_LOG` sets what is logged, in the syntax of `RUST_LOG`. Values of
/// rows are never logged: neither our messages nor the driver's hold any, and
/// what comes from the `silenced` is left out, whatever is set.
pub fn begin(silenced: &str) -> Option<PathBuf> {
    let directory = state_directory()?;
    std::fs::create_dir_all(&directory).ok()?;
    let path = directory.join("gatediff.log");
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .ok()?;
    let filter = EnvFilter::try_from_env("GATEDIFF_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,gatediff=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter.add_directive(format!("{silenced}=off").parse().ok()?))
        .with_ansi(false)
        .with_writer(Arc::new(file))
        .try_init()
        .ok()?;
    Some(path)
}
