//! The program as a process of its own: how long it takes, and how much memory.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The argument by which this bench, started again, only parses files.
pub(crate) const PARSE: &str = "--parse";

/// How often a process is asked for its memory.
const MEMORY_STEP: Duration = Duration::from_millis(2);

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ran {
    pub(crate) took: Duration,
    /// The most memory that was resident, in bytes.
    pub(crate) peak: u64,
}

/// The program with a home of its own, and files for it.
pub(crate) struct Program {
    home: TempDir,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    /// Writes a file for it.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        let mut file = File::create(&path).expect("a file for the program");
        file.write_all(text.as_bytes())
            .expect("the file is written");
        path
    }

    /// Returns it with nothing of this process's environment but what it needs.
    pub(crate) fn command(&self, url: &str) -> Command {
        self.around(Command::new(env!("CARGO_BIN_EXE_gatediff")), url)
    }

    /// The same with another program in front of it, such as valgrind.
    pub(crate) fn under(&self, wrapper: &[&str], url: &str) -> Command {
        let mut command = Command::new(wrapper[0]);
        command
            .args(&wrapper[1..])
            .arg(env!("CARGO_BIN_EXE_gatediff"));
        self.around(command, url)
    }

    fn around(&self, mut command: Command, url: &str) -> Command {
        command.env_clear().env("HOME", self.home.path());
        command
            .env("LANG", "C.UTF-8")
            .env("USER", "bench")
            .env("DATABASE_URL", url);
        for name in ["PATH", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// Runs a command to its end. Plans that find differences end with 2.
    pub(crate) fn run<'a>(&self, url: &str, args: impl IntoIterator<Item = &'a str>) -> Ran {
        let mut command = self.command(url);
        command.args(args);
        let stderr = tempfile::NamedTempFile::new().expect("a temporary file");
        command.stderr(stderr.reopen().expect("the temporary file"));
        let (ran, code) = measure(&mut command);
        assert!(
            matches!(code, Some(0 | 2)),
            "{command:?} ended with {code:?}:\n{}",
            std::fs::read_to_string(stderr.path()).unwrap_or_default()
        );
        ran
    }
}

/// Parses files to `serde_json::Value`, in a process of its own as the program is.
pub(crate) fn parse(files: &[&Path]) -> Ran {
    let mut command = Command::new(std::env::current_exe().expect("the path of this bench"));
    command
        .arg(PARSE)
        .args(files)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let (ran, code) = measure(&mut command);
    assert_eq!(code, Some(0), "{command:?}");
    ran
}

/// What that process does.
pub(crate) fn parse_files(files: impl Iterator<Item = String>) {
    for file in files {
        let bytes = std::fs::read(&file).expect("a file to parse");
        let value: Value = serde_json::from_slice(&bytes).expect("a file of JSON");
        // The process ends here: taking everything apart first is not what is measured.
        std::mem::forget(value);
    }
}

fn measure(command: &mut Command) -> (Ran, Option<i32>) {
    let begun = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let memory = Memory::of(&child);
    let (peak, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let (status, took) = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                peak.fetch_max(memory.peak().unwrap_or(0), Ordering::Relaxed);
                thread::sleep(MEMORY_STEP);
            }
        });
        let status = child.wait().expect("the program ends");
        let took = begun.elapsed();
        is_over.store(true, Ordering::Relaxed);
        (status, took)
    });
    let peak = peak.into_inner();
    (Ran { took, peak }, status.code())
}

/// What the kernel knows of a process's memory.
pub(crate) struct Memory(PathBuf);

impl Memory {
    pub(crate) fn of(child: &Child) -> Self {
        Self(PathBuf::from(format!("/proc/{}/status", child.id())))
    }

    /// The most that was resident so far, in bytes.
    fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(&self.0).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes * 1024)
    }
}
