//! Which archive of PostgreSQL's programs is fetched, and from where.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::error::FetchError;

/// The version that is fetched unless an archive is named: 17.5 under its name in the releases of
/// `theseus-rs/postgresql-binaries`.
pub const VERSION: &str = "17.5.0";

/// Where the releases are. A mirror has the same layout below its own address.
const RELEASES: &str = "https://github.com/theseus-rs/postgresql-binaries/releases/download";

/// An archive of PostgreSQL's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An archive on a server, with its checksum at the same address and `.sha256`.
    Url(String),
    /// An archive on this machine. Its checksum is verified if there is a file of its name and
    /// `.sha256`.
    File(PathBuf),
}

impl Source {
    /// Returns the archive for this machine.
    ///
    /// `GATEDIFF_PG_ARCHIVE`, if it is set, is the address (`http://`, `https://`) of a `.tar.gz`
    /// or `.tgz`, the address of a mirror of the releases, or the path of a file.
    ///
    /// # Errors
    ///
    /// [`FetchError::Platform`] if the releases have no archive for this machine.
    pub fn from_environment() -> Result<Self, FetchError> {
        Self::with(&|name: &str| std::env::var_os(name))
    }

    /// Returns the archive as [`from_environment`](Self::from_environment) does, with the
    /// environment as a parameter.
    pub(crate) fn with(env: &impl Fn(&str) -> Option<OsString>) -> Result<Self, FetchError> {
        let given = env("GATEDIFF_PG_ARCHIVE").filter(|given| !given.is_empty());
        let Some(given) = given else {
            return release(RELEASES);
        };
        match given.to_str() {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                if [".tar.gz", ".tgz"].iter().any(|end| url.ends_with(end)) {
                    Ok(Self::Url(url.to_owned()))
                } else {
                    release(url.trim_end_matches('/'))
                }
            }
            _ => Ok(Self::File(PathBuf::from(given))),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(&without_user(url)),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Returns a URL without user and password.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

fn release(base: &str) -> Result<Source, FetchError> {
    let target = target().ok_or(FetchError::Platform)?;
    Ok(Source::Url(format!(
        "{base}/{VERSION}/postgresql-{VERSION}-{target}.tar.gz"
    )))
}

/// Returns the releases' name of this platform.
fn target() -> Option<String> {
    let arch = match std::env::consts::ARCH {
        arch @ ("x86_64" | "aarch64") => arch,
        _ => return None,
    };
    let system = match std::env::consts::OS {
        "linux" if cfg!(target_env = "musl") => "unknown-linux-musl",
        "linux" => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        _ => return None,
    };
    Some(format!("{arch}-{system}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(given: &str) -> Source {
        Source::with(&|name| (name == "GATEDIFF_PG_ARCHIVE").then(|| given.into())).unwrap()
    }

    #[test]
    fn takes_a_release_an_archive_a_mirror_or_a_file() {
        let file = format!(
            "/{VERSION}/postgresql-{VERSION}-{}.tar.gz",
            target().unwrap()
        );
        let url = |base: &str| Source::Url(format!("{base}{file}"));
        assert_eq!(source(""), url(RELEASES));
        assert_eq!(source("http://mirror/pg/"), url("http://mirror/pg"));
        let archive = "https://mirror/pg-15.tgz";
        assert_eq!(source(archive), Source::Url(archive.to_owned()));
        assert_eq!(source("pg.tar.gz"), Source::File("pg.tar.gz".into()));
    }

    #[test]
    fn shows_no_password() {
        let shown = source("https://me:canary7f3a@mirror/a@b.tgz").to_string();
        assert_eq!(shown, "https://mirror/a@b.tgz");
    }
}
