//! The real binary, in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{deadline, pg};

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Self {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Returns stdout as the one JSON document that it has to be.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr)
        })
    }
}

/// Returns the log of the programs that ran in a home directory.
pub(crate) fn log(home: &Path) -> String {
    log_below(&home.join(".local/state/gatediff/log"))
}

/// Returns all that was logged into a directory.
pub(crate) fn log_below(directory: &Path) -> String {
    let files = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    files
        .map(|file| std::fs::read_to_string(file.path()).unwrap())
        .collect()
}

/// Returns the binary with nothing of the tester's environment but what it
/// takes to find PostgreSQL's programs.
pub(crate) fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatediff"));
    command
        .env_clear()
        .envs(deadline::begin().map(|mark| (deadline::MARK, mark)));
    command
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .env("USER", "tester")
        .stdin(Stdio::null());
    for name in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Those of the tests, which may have been fetched.
    if let Ok(programs) = pg::programs() {
        command.env("GATEDIFF_PG_BIN", programs.bin());
    }
    command
}

/// Runs the binary to its end.
pub(crate) fn gatediff(args: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    Ran::of(command(home.path()).args(args))
}

/// Returns the path of a fixture.
pub(crate) fn fixture(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
        .to_string_lossy()
        .into_owned()
}
