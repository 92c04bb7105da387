//! What can go wrong with a private server, and what to do about it.

use std::fmt::Display;
use std::path::{Path, PathBuf};

#[cfg(feature = "fetch-postgres")]
use super::fetch::FetchError;
use super::install::install;
use super::rejected::Rejected;
use crate::store::OLDEST_MAJOR;

/// Why a private PostgreSQL server could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// No directory holds both `initdb` and `postgres` of a version that is new enough.
    #[error("no PostgreSQL server programs found (initdb and postgres, version {OLDEST_MAJOR} or newer); looked in:{}", indented(.rejected))]
    NoPrograms {
        /// Every searched place, and why it was rejected.
        rejected: Vec<Rejected>,
    },

    /// There are no server programs, and they could not be fetched.
    #[cfg(feature = "fetch-postgres")]
    #[error("no PostgreSQL server programs found (initdb and postgres, version {OLDEST_MAJOR} or newer), and they could not be fetched{}", indented(&unusable(.rejected)))]
    NotFetched {
        /// Every searched place, and why it was rejected.
        rejected: Vec<Rejected>,
        /// Why not.
        source: FetchError,
    },

    /// The process is root and there is no user the server could run as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor a user `nobody`"
    )]
    NoServerUser,

    /// The user the server runs as cannot enter the directory.
    #[error("user `{user}`, which runs the private server, cannot access {}", .path.display())]
    Unreachable {
        /// The data directory.
        path: PathBuf,
        /// The user the server would have run as.
        user: String,
    },

    /// A file operation failed.
    #[error("cannot {doing} {}", .path.display())]
    File {
        /// The operation, as in "create the directory".
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },

    /// `initdb` failed.
    #[error("initdb failed in {}:{}", .bin.display(), indented(.lines))]
    InitFailed {
        /// The directory of the server programs.
        bin: PathBuf,
        /// The last lines it wrote.
        lines: Vec<String>,
    },

    /// The server ended instead of becoming ready.
    #[error("the private PostgreSQL server did not start:{}", indented(.lines))]
    NotStarted {
        /// The last lines of its log.
        lines: Vec<String>,
    },

    /// The server did not become ready in time.
    #[error("the private PostgreSQL server was not ready after {seconds} s:{}", indented(.lines))]
    TooSlow {
        /// The timeout.
        seconds: u64,
        /// The last lines of its log.
        lines: Vec<String>,
    },

    /// The server did not stop in time.
    #[error("the private PostgreSQL server in {} did not stop after {seconds} s", .path.display())]
    NotStopped {
        /// The directory of the server.
        path: PathBuf,
        /// The timeout.
        seconds: u64,
    },

    /// Another run uses the directory that was to be kept.
    #[error("{} is in use by another gatediff", .path.display())]
    KeepInUse {
        /// The directory that was given.
        path: PathBuf,
    },

    /// The directory that was to be kept contains something else.
    #[error("{} is not empty and was not made by gatediff", .path.display())]
    KeepForeign {
        /// The directory that was given.
        path: PathBuf,
    },

    /// The kept data belong to another major version of PostgreSQL.
    #[error("{} was made by PostgreSQL {found}, and the server programs in {} are version {have}", .path.display(), .bin.display())]
    KeepOtherVersion {
        /// The directory that was given.
        path: PathBuf,
        /// The major version that created it.
        found: String,
        /// The available major version.
        have: u32,
        /// The directory of the available programs.
        bin: PathBuf,
    },
}

impl LocalError {
    /// Says what failed, without the details.
    #[must_use]
    pub fn headline(&self) -> String {
        let text = self.to_string();
        let details = indented(&self.details());
        let headline = text.strip_suffix(&details).unwrap_or(&text);
        headline.trim_end_matches(':').to_owned()
    }

    /// Returns the lines below the headline: the searched places, or the end of a log. They are
    /// data, and may contain control characters.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::NoPrograms { rejected } => rejected.iter().map(ToString::to_string).collect(),
            #[cfg(feature = "fetch-postgres")]
            Self::NotFetched { rejected, .. } => {
                let unusable = unusable(rejected);
                unusable.iter().map(ToString::to_string).collect()
            }
            Self::InitFailed { lines, .. }
            | Self::NotStarted { lines }
            | Self::TooSlow { lines, .. } => lines.clone(),
            _ => Vec::new(),
        }
    }

    /// Says everything that can be done; what helps in any case is the last.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        #[cfg(feature = "fetch-postgres")]
        if let Self::NotFetched { source, .. } = self {
            return source.hint().into_iter().chain([self.hint()]).collect();
        }
        vec![self.hint()]
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoPrograms { .. } => install(),
            #[cfg(feature = "fetch-postgres")]
            Self::NotFetched { .. } => install(),
            Self::NoServerUser => {
                "run gatediff as an ordinary user, or create a system user `postgres`".to_owned()
            }
            Self::Unreachable { path, user } => format!(
                "choose a directory that `{user}` can access, or run gatediff as the owner of {}",
                parent_of(path).display()
            ),
            Self::File { path, .. } => format!(
                "check that {} exists and is yours, and that its disk is not full; TMPDIR sets another directory for temporary files",
                parent_of(path).display()
            ),
            Self::InitFailed { bin, .. } => format!(
                "try `{} --version`, reinstall PostgreSQL's server package if that fails, or set GATEDIFF_PG_BIN to the bin directory of another installation",
                bin.join("initdb").display()
            ),
            Self::NotStarted { .. } | Self::TooSlow { .. } => {
                "the lines above are the end of the server's log; check free disk space and memory, or set GATEDIFF_PG_BIN to the bin directory of another installation".to_owned()
            }
            Self::NotStopped { path, .. } => format!(
                "look for processes with {} in their arguments (`ps ax`) and end them; the directory is removed at the next start",
                path.display()
            ),
            Self::KeepInUse { .. } => {
                "stop the other run, or use another directory".to_owned()
            }
            Self::KeepForeign { .. } => {
                "use an empty directory, or one that does not exist yet".to_owned()
            }
            Self::KeepOtherVersion { found, .. } => format!(
                "set GATEDIFF_PG_BIN to the bin directory of PostgreSQL {found}, or use another directory"
            ),
        }
    }

    /// Makes the error of a file operation.
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}

fn parent_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// The places that exist, which is why they are worth a line.
#[cfg(feature = "fetch-postgres")]
fn unusable(rejected: &[Rejected]) -> Vec<&Rejected> {
    let existing = rejected.iter().filter(|place| !place.is_absent());
    existing.collect()
}

fn indented(lines: &[impl Display]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}
