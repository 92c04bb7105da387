//! Fetching PostgreSQL's server programs, if a machine has none.
//!
//! The archive is one of the `theseus-rs/postgresql-binaries` project on GitHub, or what
//! `GATEDIFF_PG_ARCHIVE` names. It is downloaded once: processes that need it at the same time wait
//! for one of them, and a version's directory gets its name only when it is complete and its
//! `postgres` has answered.

mod download;
mod error;
mod source;
mod unpack;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Seek;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::FetchError;
pub use source::{Source, VERSION};

pub use super::cache::directory;
use super::programs::{self, ServerPrograms};
use super::progress::{FetchStep, Report};

/// The start of the names of unfinished directories.
const UNFINISHED: &str = ".fetch-";
/// The longest text that can contain a checksum.
const MAX_CHECKSUM: u64 = 10_000;
const PAUSE: Duration = Duration::from_millis(100);

/// Fetches the server programs into a directory, unless another process has done so meanwhile.
///
/// This blocks until they are complete, or `report` returns false. Archives are limited to 300 MB,
/// and 1.5 GB unpacked; a download to 30 minutes, and 30 seconds without a byte.
///
/// # Errors
///
/// See [`FetchError`]. Nothing that is incomplete stays.
pub fn server_programs(
    source: &Source,
    into: &Path,
    report: Report<'_>,
) -> Result<ServerPrograms, FetchError> {
    create_open(into)?;
    let _lock = lock(into, report)?;
    if let Some(programs) = programs::newest_in(into) {
        return Ok(programs);
    }
    remove_unfinished(into);
    if !report(FetchStep::Begin {
        from: source.to_string(),
        into: into.to_path_buf(),
    }) {
        return Err(FetchError::Cancelled);
    }
    let unfinished = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempdir_in(into)
        .map_err(FetchError::file("create a directory in", into))?;
    let archive = match source {
        Source::Url(url) => downloaded(url, unfinished.path(), report)?,
        Source::File(path) => verified(path, report)?,
    };
    let unpacked = unfinished.path().join("unpacked");
    std::fs::create_dir(&unpacked).map_err(FetchError::file("create", &unpacked))?;
    let failed = |source_error| FetchError::Unpack {
        archive: source.to_string(),
        source: source_error,
    };
    let is_whole = unpack::unpack(&archive, &unpacked, &mut |done, _| {
        report(FetchStep::Unpack { done })
    });
    if !is_whole.map_err(failed)? {
        return Err(FetchError::Cancelled);
    }
    let unusable = |reason: String| FetchError::Programs {
        archive: source.to_string(),
        reason,
    };
    let home = unpack::home(&unpacked).map_err(|error| unusable(error.to_string()))?;
    let version =
        programs::version_at(&home.join("bin")).map_err(|reason| unusable(reason.to_string()))?;
    // On the disk before it has its name, so that a crash of the machine leaves nothing half.
    sync(&unpacked).map_err(failed)?;
    let place = into.join(version);
    if place.exists() {
        let old = unfinished.path().join("old");
        std::fs::rename(&place, old).map_err(FetchError::file("replace", &place))?;
    }
    std::fs::rename(&home, &place).map_err(FetchError::file("create", &place))?;
    programs::newest_in(into).ok_or_else(|| unusable("not found again".to_owned()))
}

/// Downloads an archive and compares it with the checksum beside it.
fn downloaded(url: &str, into: &Path, report: Report<'_>) -> Result<File, FetchError> {
    let path = into.join("archive");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(FetchError::file("create", &path))?;
    let mut observer = |done, total| report(FetchStep::Download { done, total });
    let checksum_url = format!("{url}.sha256");
    let mut text = Vec::new();
    download::download(&checksum_url, MAX_CHECKSUM, &mut text, &mut observer)?;
    let expected = expected(&text, Source::Url(checksum_url).to_string())?;
    let found = download::download(url, unpack::MAX_ARCHIVE, &mut file, &mut observer)?;
    compare(Source::Url(url.to_owned()).to_string(), found, expected)?;
    file.rewind().map_err(FetchError::file("read", &path))?;
    Ok(file)
}

/// Opens an archive of this machine and compares it with the checksum beside it, if there is one.
fn verified(path: &Path, report: Report<'_>) -> Result<File, FetchError> {
    let mut file = File::open(path).map_err(FetchError::file("open", path))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sha256");
    let beside = PathBuf::from(beside);
    let text = match std::fs::read(&beside) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(file),
        Err(error) => return Err(FetchError::file("read", &beside)(error)),
    };
    let expected = expected(&text, beside.display().to_string())?;
    let total = file.metadata().map(|found| found.len()).ok();
    let found = download::checksum(&file, total, &mut |done, total| {
        report(FetchStep::Download { done, total })
    })
    .map_err(FetchError::file("read", path))?
    .ok_or(FetchError::Cancelled)?;
    compare(path.display().to_string(), found, expected)?;
    file.rewind().map_err(FetchError::file("read", path))?;
    Ok(file)
}

fn expected(text: &[u8], path: String) -> Result<String, FetchError> {
    download::parse_checksum(&String::from_utf8_lossy(text))
        .ok_or(FetchError::NotAChecksum { path })
}

fn compare(archive: String, found: String, expected: String) -> Result<(), FetchError> {
    if found == expected {
        return Ok(());
    }
    Err(FetchError::Checksum {
        archive,
        found,
        expected,
    })
}

/// Waits until no other process fetches into the directory.
fn lock(into: &Path, report: Report<'_>) -> Result<File, FetchError> {
    let path = into.join(".lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(FetchError::file("open", &path))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(FetchError::file("lock", &path)(error)),
        }
        if !report(FetchStep::Wait) {
            return Err(FetchError::Cancelled);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Writes what has been unpacked to the disk.
#[cfg(target_os = "linux")]
fn sync(unpacked: &Path) -> std::io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(unpacked)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(_: &Path) -> std::io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

/// Removes what killed runs have left. Only for who has the lock.
fn remove_unfinished(into: &Path) {
    for entry in std::fs::read_dir(into).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // What stays is never taken for programs.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Creates a directory, and those above it, that everybody can enter whatever the umask.
fn create_open(path: &Path) -> Result<(), FetchError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_open(parent)?;
    }
    match std::fs::create_dir(path) {
        Ok(()) => std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)),
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
    .map_err(FetchError::file("create", path))
}
