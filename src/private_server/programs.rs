//! Where PostgreSQL's server programs are on this machine.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cache;
use super::error::LocalError;
use super::rejected::{Reason, Rejected};
use crate::store::OLDEST_MAJOR;

/// A directory that holds `initdb` and `postgres`, and their version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPrograms {
    bin: PathBuf,
    major: u32,
}

impl ServerPrograms {
    /// Finds the server programs of this machine.
    ///
    /// `GATEDIFF_PG_BIN`, if it is set, is the only place that is searched. Otherwise the order is:
    /// `pg_config --bindir`, `PATH`, `/usr/lib/postgresql/*/bin` with the newest first, Homebrew,
    /// and what an earlier run has fetched.
    ///
    /// # Errors
    ///
    /// [`LocalError::NoPrograms`] with every searched place.
    pub fn find() -> Result<Self, LocalError> {
        Self::find_with(|name| std::env::var_os(name))
    }

    /// Finds the server programs as [`find`](Self::find) does, with the environment as a parameter.
    ///
    /// # Errors
    ///
    /// [`LocalError::NoPrograms`] with every searched place.
    pub fn find_with(env: impl Fn(&str) -> Option<OsString>) -> Result<Self, LocalError> {
        let mut rejected = Vec::new();
        for (origin, bin) in candidates(&env) {
            match bin.ok_or(Reason::Absent).and_then(|bin| Self::at(&bin)) {
                Ok(programs) => return Ok(programs),
                Err(reason) => rejected.push(Rejected { origin, reason }),
            }
        }
        Err(LocalError::NoPrograms { rejected })
    }

    /// The directory of the programs.
    #[must_use]
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// The major version, as in 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    fn at(bin: &Path) -> Result<Self, Reason> {
        for program in ["initdb", "postgres"] {
            if !is_executable(&bin.join(program)) {
                return Err(Reason::Without(program));
            }
        }
        let version = version_of(bin, "postgres")?;
        let major = version.split('.').next().unwrap_or_default();
        let major = major.parse().unwrap_or_default();
        if major < OLDEST_MAJOR {
            return Err(Reason::TooOld(major));
        }
        Ok(Self {
            bin: bin.to_path_buf(),
            major,
        })
    }
}

/// A place to search: its name, and its directory if it exists.
type Candidate = (String, Option<PathBuf>);

/// Lists the places lazily, as asking `pg_config` costs a process.
fn candidates(env: &impl Fn(&str) -> Option<OsString>) -> Box<dyn Iterator<Item = Candidate>> {
    if let Some(bin) = env("GATEDIFF_PG_BIN").filter(|bin| !bin.is_empty()) {
        let bin = PathBuf::from(bin);
        let origin = format!("GATEDIFF_PG_BIN={}", bin.display());
        return Box::new(std::iter::once((origin, Some(bin))));
    }
    let path = env("PATH").unwrap_or_default();
    let path_too = path.clone();
    let fetched = fetched_directory(env);
    Box::new(
        std::iter::once_with(move || from_pg_config(&path))
            .chain(std::iter::once_with(move || from_path(&path_too)))
            .chain(versioned("/usr/lib/postgresql", "bin"))
            .chain(homebrew("/opt/homebrew/opt"))
            .chain(homebrew("/usr/local/opt"))
            .chain(fetched),
    )
}

fn from_pg_config(path: &OsStr) -> Candidate {
    let Some(program) = on_path(path, "pg_config") else {
        return ("pg_config --bindir".to_owned(), None);
    };
    let bin = Command::new(program)
        .arg("--bindir")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map(|text| PathBuf::from(text.trim()));
    let origin = match &bin {
        Some(bin) => format!("pg_config --bindir, {}", bin.display()),
        None => "pg_config --bindir".to_owned(),
    };
    (origin, bin)
}

/// The directory of the `postgres` on PATH, behind any symbolic link: distributions link single
/// programs into /usr/bin, and the server looks for its own files next to itself.
fn from_path(path: &OsStr) -> Candidate {
    let bin = on_path(path, "postgres")
        .and_then(|program| program.canonicalize().ok())
        .and_then(|program| program.parent().map(Path::to_path_buf));
    ("postgres on PATH".to_owned(), bin)
}

fn on_path(path: &OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(program))
        .find(|file| is_executable(file))
}

/// The directories `base/<number>/below`, newest first.
fn versioned(base: &str, below: &str) -> Vec<Candidate> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries(Path::new(base))
        .into_iter()
        .filter_map(|(name, path)| {
            let parts: Result<Vec<u32>, _> = name.split('.').map(str::parse).collect();
            parts.ok().map(|version| (version, path.join(below)))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    listed(
        &format!("{base}/*/{below}"),
        found.into_iter().map(|it| it.1),
    )
}

fn homebrew(base: &str) -> Vec<Candidate> {
    let mut found: Vec<PathBuf> = entries(Path::new(base))
        .into_iter()
        .filter(|(name, _)| name.starts_with("postgresql"))
        .map(|(_, path)| path.join("bin"))
        .collect();
    found.sort();
    found.reverse();
    listed(&format!("{base}/postgresql*/bin"), found.into_iter())
}

/// One candidate per directory, or one that says that there is none.
fn listed(pattern: &str, found: impl Iterator<Item = PathBuf>) -> Vec<Candidate> {
    let candidates: Vec<Candidate> = found
        .map(|path| (path.display().to_string(), Some(path)))
        .collect();
    if candidates.is_empty() {
        vec![(pattern.to_owned(), None)]
    } else {
        candidates
    }
}

fn fetched_directory(env: &impl Fn(&str) -> Option<OsString>) -> Vec<Candidate> {
    cache::directory_with(env)
        .map(|directory| versioned(&directory.display().to_string(), "bin"))
        .unwrap_or_default()
}

/// Returns the newest usable programs that were fetched into a directory.
#[cfg(feature = "fetch-postgres")]
pub(super) fn newest_in(fetched: &Path) -> Option<ServerPrograms> {
    versioned(&fetched.display().to_string(), "bin")
        .into_iter()
        .find_map(|(_, bin)| ServerPrograms::at(&bin?).ok())
}

/// Returns the whole version of programs, as in 17.5, if they all answer and it is new enough.
#[cfg(feature = "fetch-postgres")]
pub(super) fn version_at(bin: &Path) -> Result<String, Reason> {
    ServerPrograms::at(bin)?;
    version_of(bin, "initdb")?;
    version_of(bin, "postgres")
}

fn entries(directory: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect()
}

fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Asks a program for its version, as in 17.5.
fn version_of(bin: &Path, program: &'static str) -> Result<String, Reason> {
    let answer = Command::new(bin.join(program))
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    let said = match &answer {
        Ok(answer) if answer.stderr.is_empty() => String::from_utf8_lossy(&answer.stdout),
        Ok(answer) => String::from_utf8_lossy(&answer.stderr),
        Err(error) => error.to_string().into(),
    };
    let version = answer
        .as_ref()
        .ok()
        .and_then(|answer| parse_version(std::str::from_utf8(&answer.stdout).ok()?));
    version.ok_or_else(|| Reason::Unanswering {
        program,
        said: said.lines().next().unwrap_or("no answer").to_owned(),
    })
}

/// Reads the number after the parenthesis, as in
/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `postgres (PostgreSQL) 19devel`.
fn parse_version(text: &str) -> Option<String> {
    let (_, version) = text.split_once("(PostgreSQL)")?;
    let version = version.trim_start();
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, _) = version.split_at(end.unwrap_or(version.len()));
    Some(number.trim_end_matches('.'))
        .filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_of_every_vendor() {
        for (text, version) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                "15.18",
            ),
            ("initdb (PostgreSQL) 17.2\n", "17.2"),
            ("postgres (PostgreSQL) 19devel\n", "19"),
            ("postgres (PostgreSQL) 9.6.24\n", "9.6.24"),
        ] {
            assert_eq!(parse_version(text).as_deref(), Some(version), "{text}");
        }
        for text in ["something else", "postgres (PostgreSQL) ../../x"] {
            assert_eq!(parse_version(text), None);
        }
    }

    #[test]
    fn sorts_versions_as_numbers_with_the_newest_first() {
        let base = tempfile::tempdir().unwrap();
        for name in ["9.6", "10", "17", "16", "notes"] {
            std::fs::create_dir_all(base.path().join(name).join("bin")).unwrap();
        }
        let names: Vec<PathBuf> = versioned(&base.path().display().to_string(), "bin")
            .into_iter()
            .filter_map(|(_, path)| path)
            .collect();
        let expected = ["17", "16", "10", "9.6"].map(|name| base.path().join(name).join("bin"));
        assert_eq!(names, expected);
    }

    #[test]
    fn an_override_is_the_only_place_looked_at() {
        let empty = tempfile::tempdir().unwrap();
        let bin = empty.path().as_os_str().to_os_string();
        let found = ServerPrograms::find_with(|name| match name {
            "GATEDIFF_PG_BIN" => Some(bin.clone()),
            _ => std::env::var_os(name),
        });
        let error = found.unwrap_err();
        let LocalError::NoPrograms { rejected } = &error else {
            panic!("{error}");
        };
        assert_eq!(rejected.len(), 1);
        assert!(error.to_string().contains("GATEDIFF_PG_BIN="), "{error}");
        assert!(error.to_string().contains("no initdb"), "{error}");
    }

    #[test]
    fn follows_a_link_on_the_path() {
        let place = tempfile::tempdir().unwrap();
        let real = place.path().join("real");
        let links = place.path().join("links");
        std::fs::create_dir_all(&real).unwrap();
        std::fs::create_dir_all(&links).unwrap();
        let program = real.join("postgres");
        std::fs::write(&program, "").unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink(&program, links.join("postgres")).unwrap();
        let (_, bin) = from_path(links.as_os_str());
        assert_eq!(bin, real.canonicalize().ok());
    }
}
