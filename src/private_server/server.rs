//! The private server itself: starting it, waiting until it answers, stopping it.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::directory::{self, Directory};
use super::error::LocalError;
use super::programs::ServerPrograms;
use super::user::ServerUser;
use crate::store::Target;
use crate::store::connection::percent_encoded;

/// The superuser of every private server.
const ROLE: &str = "postgres";
/// The port number in the name of the socket.
const PORT: u16 = 5432;
const SUPERVISOR: &str = include_str!("supervisor.sh");
/// Long, as `initdb` on a busy machine with a slow disk may take its time.
const START_LIMIT: Duration = Duration::from_secs(120);
/// Longer than the supervisor takes to escalate to a forced stop.
const STOP_LIMIT: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(2);
/// How many lines of a log an error shows.
const LINES_SHOWN: usize = 12;

/// The options of a private server.
#[derive(Debug, Clone, Default)]
pub struct LocalOptions {
    /// A directory whose data outlive the server, created if it does not exist. With it, what is
    /// committed is durable.
    pub keep: Option<PathBuf>,
    /// The server programs to use; found on the machine if there are none.
    pub programs: Option<ServerPrograms>,
    /// Where to make temporary directories; `TMPDIR` or `/tmp` if there is none, and `/tmp` too
    /// if the path is too long for a socket.
    pub temp: Option<PathBuf>,
    /// Further settings of the server, as in `listen_addresses=127.0.0.1`: they go before its own.
    pub settings: Vec<String>,
}

/// A running private PostgreSQL server. It stops when this is dropped, or when the process ends.
#[derive(Debug)]
pub struct LocalServer {
    run: Directory,
    kept: Option<Directory>,
    /// `None` once it has been stopped.
    supervisor: Option<Child>,
    programs: ServerPrograms,
    settings: Vec<String>,
}

impl LocalServer {
    /// Starts a server and waits until it answers. Removes first what killed runs have left.
    ///
    /// This blocks for as long as `initdb` and the start take, mostly less than a second.
    ///
    /// # Errors
    ///
    /// See [`LocalError`]. A server that could not be started leaves nothing behind.
    pub fn start(options: LocalOptions) -> Result<Self, LocalError> {
        let programs = match options.programs {
            Some(programs) => programs,
            None => ServerPrograms::find()?,
        };
        let user = ServerUser::find()?;
        let base = directory::base(options.temp.as_deref(), &user);
        directory::sweep(&base, &user);

        let kept = options
            .keep
            .map(|path| Directory::kept(&path, &user))
            .transpose()?;
        if let Some(kept) = &kept {
            check_version(kept, &programs)?;
        }
        let run = Directory::temporary(&base, &user)?;
        let mut server = Self {
            run,
            kept,
            supervisor: None,
            programs,
            settings: options.settings,
        };
        server.supervisor = Some(server.spawn(&user)?);
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The address of a database, for sqlx and for `psql`. It is complete, so that nothing is taken
    /// from the environment.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql:///{}?host={}&port={PORT}&user={ROLE}",
            percent_encoded(database),
            percent_encoded(&self.run.path.to_string_lossy())
        )
    }

    /// The same as a target to connect to.
    #[must_use]
    pub fn target(&self, database: &str) -> Target {
        Target::on_socket(&self.run.path, ROLE, database)
    }

    /// The directory of the server's socket.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        &self.run.path
    }

    /// The file the server logs to.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.kept.as_ref().unwrap_or(&self.run).path.join("log")
    }

    /// The server programs in use.
    #[must_use]
    pub fn programs(&self) -> &ServerPrograms {
        &self.programs
    }

    /// Stops the server and removes its directory, unless that is to be kept.
    ///
    /// # Errors
    ///
    /// [`LocalError::NotStopped`] if it is still running after a while.
    pub fn stop(mut self) -> Result<(), LocalError> {
        self.shut_down()
    }

    fn data(&self) -> PathBuf {
        self.kept.as_ref().unwrap_or(&self.run).path.join("data")
    }

    fn durability(&self) -> Durability {
        match self.kept {
            Some(_) => Durability::Durable,
            None => Durability::Throwaway,
        }
    }

    fn spawn(&self, user: &ServerUser) -> Result<Child, LocalError> {
        let lock = self.kept.as_ref().unwrap_or(&self.run);
        let lock = lock
            .marker
            .try_clone()
            .map_err(LocalError::file("share the lock of", &lock.path))?;
        let durability = self.durability();
        // A file instead of an argument, to keep the process list readable.
        let script = self.run.path.join("supervisor");
        std::fs::write(&script, SUPERVISOR)
            .and_then(|()| user.own(&script))
            .map_err(LocalError::file("write", &script))?;
        let mut command = Command::new("/bin/sh");
        command
            .arg(&script)
            .arg(&self.run.path)
            .arg(self.data())
            .arg(self.log_path())
            .arg(self.programs.bin())
            .arg(durability.name())
            .args(server_options(&self.run.path, durability))
            // The last of two counts.
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .current_dir(&self.run.path)
            // Its own group, so that Ctrl-C in the terminal reaches us and not the server.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(lock);
        clean_environment(&mut command);
        user.apply(&mut command);
        command
            .spawn()
            .map_err(LocalError::file("run", Path::new("/bin/sh")))
    }

    fn wait_until_ready(&mut self) -> Result<(), LocalError> {
        let pid_file = self.data().join("postmaster.pid");
        let state = self.run.path.join("state");
        let deadline = Instant::now() + START_LIMIT;
        while !is_ready(&pid_file) {
            match std::fs::read_to_string(&state).unwrap_or_default().trim() {
                "" => {}
                "initdb-failed" => return Err(self.init_failed()),
                _ => return Err(self.not_started()),
            }
            if self.supervisor_has_ended() {
                return Err(self.not_started());
            }
            if Instant::now() > deadline {
                return Err(LocalError::TooSlow {
                    seconds: START_LIMIT.as_secs(),
                    lines: last_lines(&self.log_path()),
                });
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn supervisor_has_ended(&mut self) -> bool {
        self.supervisor
            .as_mut()
            .is_none_or(|supervisor| !matches!(supervisor.try_wait(), Ok(None)))
    }

    fn init_failed(&self) -> LocalError {
        LocalError::InitFailed {
            bin: self.programs.bin().to_path_buf(),
            lines: last_lines(&self.run.path.join("initdb.log")),
        }
    }

    fn not_started(&self) -> LocalError {
        LocalError::NotStarted {
            lines: last_lines(&self.log_path()),
        }
    }

    fn shut_down(&mut self) -> Result<(), LocalError> {
        let Some(mut supervisor) = self.supervisor.take() else {
            return Ok(());
        };
        drop(supervisor.stdin.take());
        let deadline = Instant::now() + STOP_LIMIT;
        while matches!(supervisor.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                return Err(LocalError::NotStopped {
                    path: self.run.path.clone(),
                    seconds: STOP_LIMIT.as_secs(),
                });
            }
            std::thread::sleep(PAUSE);
        }
        self.remove_directory()
    }

    /// Removes what the supervisor could not, as when it was killed itself.
    fn remove_directory(&self) -> Result<(), LocalError> {
        match std::fs::remove_dir_all(&self.run.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(LocalError::file("remove", &self.run.path)(error))
            }
            _ => Ok(()),
        }
    }
}

/// Whether what is committed must survive a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    Durable,
    Throwaway,
}

impl Durability {
    /// Its name in the supervisor's arguments.
    fn name(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Throwaway => "throwaway",
        }
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        let stopped = if self.supervisor.is_some() {
            self.shut_down()
        } else {
            self.remove_directory()
        };
        if let Err(error) = stopped {
            tracing::warn!(%error, "the private server is still running");
        }
    }
}

fn check_version(kept: &Directory, programs: &ServerPrograms) -> Result<(), LocalError> {
    let Ok(found) = std::fs::read_to_string(kept.path.join("data/PG_VERSION")) else {
        return Ok(());
    };
    let found = found.trim();
    if found == programs.major().to_string() {
        return Ok(());
    }
    Err(LocalError::KeepOtherVersion {
        path: kept.path.clone(),
        found: found.to_owned(),
        have: programs.major(),
        bin: programs.bin().to_path_buf(),
    })
}

fn server_options(run: &Path, durability: Durability) -> Vec<String> {
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("port={PORT}"),
        format!("unix_socket_directories={}", quoted_list_item(run)),
        "unix_socket_permissions=0700".to_owned(),
        "cluster_name=gatediff".to_owned(),
        "logging_collector=off".to_owned(),
        "log_destination=stderr".to_owned(),
        "shared_buffers=32MB".to_owned(),
        "huge_pages=off".to_owned(),
        "jit=off".to_owned(),
        "wal_level=minimal".to_owned(),
        "max_wal_senders=0".to_owned(),
        // Files in the data directory: they vanish with it even after a crash.
        "dynamic_shared_memory_type=mmap".to_owned(),
    ];
    if durability == Durability::Throwaway {
        settings.extend(
            [
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "autovacuum=off",
            ]
            .map(str::to_owned),
        );
    }
    settings
        .into_iter()
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
}

/// Quotes a path for a list-valued setting, where commas separate and double quotes protect.
fn quoted_list_item(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}

/// Removes variables of the caller's environment that would affect `initdb` and the server.
fn clean_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("PG") || name_text.starts_with("LC_") {
            command.env_remove(&name);
        }
    }
    command.env_remove("LANGUAGE").env("LC_ALL", "C");
}

/// Reads whether the server reports that it accepts connections: in the eighth line of its process
/// file, from version 10 on.
fn is_ready(pid_file: &Path) -> bool {
    std::fs::read_to_string(pid_file).is_ok_and(|text| {
        text.lines()
            .nth(7)
            .is_some_and(|line| line.trim() == "ready")
    })
}

fn last_lines(file: &Path) -> Vec<String> {
    let Ok(bytes) = File::open(file).and_then(|mut file| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).map(|_| bytes)
    }) else {
        return vec![format!("({} cannot be read)", file.display())];
    };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let skipped = lines.len().saturating_sub(LINES_SHOWN);
    lines
        .iter()
        .skip(skipped)
        .map(|line| (*line).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_only_the_end_of_a_log() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
        std::fs::write(file.path(), text.join("\n\n")).unwrap();
        let lines = last_lines(file.path());
        assert_eq!(lines.len(), LINES_SHOWN);
        assert_eq!(lines.last().map(String::as_str), Some("line 99"));
    }

    #[test]
    fn a_kept_server_is_durable() {
        let run = Path::new("/tmp/x");
        assert!(server_options(run, Durability::Throwaway).contains(&"fsync=off".to_owned()));
        assert!(!server_options(run, Durability::Durable).contains(&"fsync=off".to_owned()));
    }
}
