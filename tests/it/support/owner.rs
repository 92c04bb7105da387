//! Another process that owns a private server, to be killed.
//!
//! It is this test binary again, asked to run the one "test" that serves until it is killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use gatediff::private_server::{LocalOptions, LocalServer};

use super::{pg, wait};

const DIRECTORY: &str = "GATEDIFF_TEST_OWNER";

/// The process, and what is known of its server.
pub(crate) struct Owner {
    process: Child,
    /// The directory of the server.
    pub(crate) run: PathBuf,
    /// The server's main process.
    pub(crate) postmaster: u32,
}

impl Owner {
    /// Starts it, with its temporary files in this directory.
    pub(crate) fn start(temp: &Path) -> Self {
        let report = temp.join("report");
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::serves_until_killed", "--ignored"])
            .env(DIRECTORY, temp)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait::until("the owner has a server", || report.exists());
        let run = PathBuf::from(std::fs::read_to_string(&report).unwrap());
        std::fs::remove_file(&report).unwrap();
        let pid_file = std::fs::read_to_string(run.join("data/postmaster.pid")).unwrap();
        let postmaster = pid_file.lines().next().unwrap().parse().unwrap();
        Self {
            process,
            run,
            postmaster,
        }
    }

    /// Kills the process so that it can do nothing about it.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// The scripts that watch over the server: its child, and the child of that one.
    pub(crate) fn supervisors(&self) -> Vec<u32> {
        let marker = format!("{}/supervisor ", self.run.display());
        let processes = processes().into_iter();
        processes
            .filter(|process| process.arguments.contains(&marker))
            .map(|process| process.pid)
            .collect()
    }
}

/// What the process does. Does nothing in an ordinary run of the tests.
pub(crate) fn serve_until_killed() {
    let Some(temp) = std::env::var_os(DIRECTORY).map(PathBuf::from) else {
        return;
    };
    let server = LocalServer::start(LocalOptions {
        temp: Some(temp.clone()),
        ..pg::options()
    })
    .unwrap();
    let unfinished = temp.join("report.new");
    std::fs::write(&unfinished, server.socket_directory().to_str().unwrap()).unwrap();
    std::fs::rename(&unfinished, temp.join("report")).unwrap();
    loop {
        std::thread::park();
    }
}

/// Sends a signal to a process, by the shell's own `kill`.
pub(crate) fn signal(name: &str, pid: u32) {
    let sent = Command::new("sh")
        .args(["-c", "kill \"-$0\" \"$1\"", name, &pid.to_string()])
        .status();
    assert!(sent.unwrap().success(), "kill -{name} {pid}");
}

/// Tells whether a process is there, and is more than an entry its parent has not read yet.
pub(crate) fn is_alive(pid: u32) -> bool {
    processes()
        .iter()
        .any(|process| process.pid == pid && process.state != 'Z')
}

struct Process {
    pid: u32,
    state: char,
    arguments: String,
}

/// All processes: of /proc, as a small machine has no `ps`, and of `ps` where there is no /proc.
fn processes() -> Vec<Process> {
    if !Path::new("/proc/self/stat").exists() {
        let table = Command::new("ps")
            .args(["-eo", "pid=,stat=,args="])
            .output();
        let table = String::from_utf8(table.unwrap().stdout).unwrap();
        return table.lines().filter_map(listed).collect();
    }
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // After the name in parentheses, which may contain anything.
            let state = stat.rsplit(')').next()?.trim_start().chars().next()?;
            let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            Some(Process {
                pid,
                state,
                arguments: String::from_utf8_lossy(&arguments).replace('\0', " "),
            })
        })
        .collect()
}

fn listed(line: &str) -> Option<Process> {
    let (pid, rest) = line.trim_start().split_once(' ')?;
    let (state, arguments) = rest.trim_start().split_once(' ')?;
    Some(Process {
        pid: pid.parse().ok()?,
        state: state.chars().next()?,
        arguments: arguments.to_owned(),
    })
}
