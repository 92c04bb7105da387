//! The directories of private servers: created, marked, locked, and cleaned up after a crash.
//!
//! A directory is ours if its name, its owner and the marker file in it say so. The marker is
//! locked for as long as the gatediff that made it, or the script that supervises its server, is
//! alive: so a directory that can be locked is a leftover. A process id would not do, as it may
//! since belong to another process.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::error::LocalError;
use super::user::ServerUser;

const PREFIX: &str = "gatediff-pg-";
const MARKER: &str = "gatediff.lock";
const MAGIC: &str = "a private PostgreSQL server of gatediff\n";
/// The maximum length of a socket path on all systems; macOS allows 103.
const SOCKET_PATH_LIMIT: usize = 100;
/// The longest name PostgreSQL makes in a socket directory.
const SOCKET_NAME: &str = ".s.PGSQL.5432.lock";

/// A directory of ours, locked.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// Locked. The supervisor shares it, so the lock outlives this process if need be.
    pub(super) marker: File,
}

impl Directory {
    /// Creates a new directory below the base for temporary files.
    pub(super) fn temporary(base: &Path, user: &ServerUser) -> Result<Self, LocalError> {
        let path = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(8)
            .permissions(PermissionsExt::from_mode(0o700))
            .tempdir_in(base)
            .map_err(LocalError::file("create a private directory in", base))?
            .keep();
        let marker_file = mark(&path, user);
        if marker_file.is_err() {
            // Best effort: the error to report is the one of marking.
            let _ = std::fs::remove_dir_all(&path);
        }
        Ok(Self {
            marker: marker_file?,
            path,
        })
    }

    /// Opens, or makes, a directory that is kept between runs.
    pub(super) fn kept(path: &Path, user: &ServerUser) -> Result<Self, LocalError> {
        let fresh = !path.exists();
        if fresh {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(LocalError::file("create the directory", path))?;
        }
        let path = path
            .canonicalize()
            .map_err(LocalError::file("find the directory", path))?;
        if !user.can_enter(&path, fresh) {
            return Err(LocalError::Unreachable {
                path,
                user: user.name().to_owned(),
            });
        }
        let marker = if path.join(MARKER).exists() {
            reopen(&path)?
        } else if is_empty(&path)? {
            mark(&path, user)?
        } else {
            return Err(LocalError::KeepForeign { path });
        };
        Ok(Self { path, marker })
    }
}

/// Chooses the directory for temporary files: the one wished for, unless it is missing, too long
/// for a socket, or one the user who runs the server cannot remove anything from.
pub(super) fn base(wished: Option<&Path>, user: &ServerUser) -> PathBuf {
    let from_environment = std::env::temp_dir();
    let wished = wished.unwrap_or(&from_environment);
    let length = wished.as_os_str().len() + 1 + PREFIX.len() + 8 + 1 + SOCKET_NAME.len();
    let usable = wished.is_absolute()
        && wished.is_dir()
        && length <= SOCKET_PATH_LIMIT
        && user.can_enter(wished, false)
        && user.can_write(wished);
    if usable {
        wished.to_path_buf()
    } else {
        PathBuf::from("/tmp")
    }
}

/// Removes what killed runs have left below the base, and returns the number of directories.
pub(super) fn sweep(base: &Path, user: &ServerUser) -> usize {
    let Ok(entries) = std::fs::read_dir(base) else {
        return 0;
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .filter(|entry| remove_leftover(&entry.path(), user))
        .count()
}

fn remove_leftover(path: &Path, user: &ServerUser) -> bool {
    let Some(_lock) = lock_leftover(path, user) else {
        return false;
    };
    if !end_stray_server(path, user) {
        tracing::warn!(path = %path.display(), "a server of a killed run does not stop");
        return false;
    }
    // The marker goes last: should this be cut short, the rest is still known as ours.
    let _ = std::fs::remove_dir_all(path.join("data"));
    let removed = std::fs::remove_dir_all(path).is_ok();
    tracing::info!(path = %path.display(), removed, "leftover of a killed run");
    removed
}

/// Locks the directory if it is ours and no longer in use.
fn lock_leftover(path: &Path, user: &ServerUser) -> Option<File> {
    let found = std::fs::symlink_metadata(path).ok()?;
    if !found.is_dir() || !user.may_own(found.uid()) {
        return None;
    }
    let mut marker = open_marker(path).ok()?;
    let is_file = marker.metadata().ok()?.is_file();
    if !is_file || !has_magic(&mut marker) {
        return None;
    }
    marker.try_lock().ok()?;
    Some(marker)
}

/// Ends a server whose supervisor was killed too. Returns whether none is running now.
///
/// The process id in its file is trusted only while something answers in its private directory, and
/// the signal is sent with the server's privileges only.
fn end_stray_server(path: &Path, user: &ServerUser) -> bool {
    let socket = path.join(".s.PGSQL.5432");
    let pid = std::fs::read_to_string(path.join("data/postmaster.pid"))
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse::<u32>().ok())
        .filter(|pid| *pid > 1);
    let deadline = Instant::now() + Duration::from_secs(5);
    while UnixStream::connect(&socket).is_ok() {
        let Some(pid) = pid else { return false };
        if Instant::now() > deadline {
            return false;
        }
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -QUIT \"$1\" && sleep 0.05", "kill"])
            .arg(pid.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        user.apply(&mut kill);
        if !kill.status().is_ok_and(|status| status.success()) {
            return UnixStream::connect(&socket).is_err();
        }
    }
    true
}

/// Puts the locked marker into a directory and gives both to the server's user. The marker gets
/// its name only when it is locked: under that name it is never seen unlocked while it is new.
fn mark(path: &Path, user: &ServerUser) -> Result<File, LocalError> {
    let marker_path = path.join(MARKER);
    let unfinished = path.join(format!("{MARKER}.new"));
    let mut marker = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(LocalError::file("create", &marker_path))?;
    lock(&marker, path)?;
    marker
        .write_all(MAGIC.as_bytes())
        .and_then(|()| user.own(&unfinished))
        .and_then(|()| user.own(path))
        .and_then(|()| std::fs::rename(&unfinished, &marker_path))
        .map_err(LocalError::file("create", &marker_path))?;
    Ok(marker)
}

fn reopen(path: &Path) -> Result<File, LocalError> {
    let mut marker = open_marker(path).map_err(LocalError::file("open", &path.join(MARKER)))?;
    if !has_magic(&mut marker) {
        return Err(LocalError::KeepForeign {
            path: path.to_path_buf(),
        });
    }
    lock(&marker, path)?;
    Ok(marker)
}

/// Locks the marker. A process that this one is just starting has a copy of a
/// lock that was given back, until it runs its program: tried for a moment.
fn lock(marker: &File, path: &Path) -> Result<(), LocalError> {
    for _ in 0..20 {
        match marker.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(source)) => return Err(LocalError::file("lock", path)(source)),
        }
    }
    Err(LocalError::KeepInUse {
        path: path.to_path_buf(),
    })
}

fn open_marker(path: &Path) -> std::io::Result<File> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
    OpenOptions::new()
        .read(true)
        .append(true)
        .custom_flags(no_follow)
        .open(path.join(MARKER))
}

fn has_magic(marker: &mut File) -> bool {
    let mut start = vec![0; MAGIC.len()];
    marker.read_exact(&mut start).is_ok() && start == MAGIC.as_bytes()
}

fn is_empty(path: &Path) -> Result<bool, LocalError> {
    let mut entries = std::fs::read_dir(path).map_err(LocalError::file("read", path))?;
    Ok(entries.next().is_none())
}
