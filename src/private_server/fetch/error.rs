//! What can go wrong while PostgreSQL's programs are fetched, and what to do about it.

use std::path::{Path, PathBuf};

/// Why the server programs could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The releases have no archive for this processor or operating system.
    #[error(
        "no archive of PostgreSQL for {} on {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )]
    Platform,

    /// Neither a home nor a cache directory is set.
    #[error("no cache directory to keep PostgreSQL in")]
    NoCache,

    /// The archive, or its checksum, could not be downloaded.
    #[error("cannot download {url}: {reason}")]
    Download {
        /// Its address, without user and password.
        url: String,
        /// The reason.
        reason: String,
    },

    /// The archive is not the one that its checksum belongs to.
    #[error("{archive} has the checksum {found}, expected {expected}")]
    Checksum {
        /// The address or path of the archive.
        archive: String,
        /// Its own checksum (SHA-256).
        found: String,
        /// The published one.
        expected: String,
    },

    /// What should be a checksum is none.
    #[error("{path} is not a checksum (SHA-256)")]
    NotAChecksum {
        /// Its address or path.
        path: String,
    },

    /// The archive is larger than any of PostgreSQL.
    #[error("{archive} is too large: more than {limit} MB")]
    TooLarge {
        /// The address or path of the archive.
        archive: String,
        /// The limit, in millions of bytes.
        limit: u64,
    },

    /// The archive could not be unpacked.
    #[error("cannot unpack {archive}")]
    Unpack {
        /// The address or path of the archive.
        archive: String,
        /// The reason.
        source: std::io::Error,
    },

    /// The archive contains no server programs, or they do not run here.
    #[error("{archive} has no server programs that run on this machine: {reason}")]
    Programs {
        /// The address or path of the archive.
        archive: String,
        /// Why not.
        reason: String,
    },

    /// A file operation failed.
    #[error("cannot {doing} {}", .path.display())]
    File {
        /// The operation, as in "create".
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },

    /// The operator stopped it.
    #[error("interrupted")]
    Cancelled,
}

impl FetchError {
    /// Says what to do, if installing the package is not the only thing.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Platform | Self::Cancelled => None,
            Self::NoCache => Some("set HOME or XDG_CACHE_HOME".to_owned()),
            Self::Download { .. } => Some(
                "check the network and HTTPS_PROXY, or set GATEDIFF_PG_ARCHIVE to a mirror or to a file".to_owned(),
            ),
            Self::Checksum { .. } | Self::NotAChecksum { .. } | Self::TooLarge { .. } | Self::Programs { .. } => {
                Some("set GATEDIFF_PG_ARCHIVE to another archive".to_owned())
            }
            Self::Unpack { .. } => {
                Some("check that the archive is complete and that the disk is not full".to_owned())
            },
            Self::File { path, .. } => Some(format!(
                "check that {} exists and is yours, and that its disk is not full",
                path.parent().unwrap_or(path).display()
            )),
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
