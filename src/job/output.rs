//! Writing result files: through what is not a regular file, and atomically and
//! never unasked over what is.

use std::fs::{self, DirBuilder, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, stat};
use tempfile::NamedTempFile;

use super::failure::{Failure, FailureKind};

/// The argument that is standard input or output instead of a file.
pub(crate) const STANDARD: &str = "-";

/// How many links may lead to one another, as for Linux.
const MAX_LINKS: usize = 40;

/// Writes a file that only its owner may read (mode 0600).
///
/// The bytes are written to a temporary file in the same directory and synced
/// before it is renamed, so that the file is either complete or does not exist.
/// An existing file is overwritten only if `overwrite` is set; links are
/// followed, and stay. Devices, pipes and the descriptors of this process are
/// written to, and stay what they are. No directory is created. Blocks: as long
/// as nobody reads from a named pipe.
///
/// # Errors
///
/// Fails if the file already exists, its directory does not or is not writable,
/// the path names a directory, or the disk is full; then nothing is left behind.
pub fn write_file(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), Failure> {
    write(path, bytes, overwrite).map_err(|error| explain(path, &error))
}

/// Writes a file of our own state, as [`write_file`] does, and creates the
/// directories that lead to it, for their owner only. Blocks.
///
/// # Errors
///
/// As [`write_file`], and if a directory cannot be created.
pub(super) fn write_own_file(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), Failure> {
    make_own_directory(path)?;
    write_file(path, bytes, overwrite)
}

/// Creates the directories that lead to a file of our own state, for their owner only. Blocks.
///
/// # Errors
///
/// Fails if a directory cannot be created.
pub(super) fn make_own_directory(path: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory_of(path))
        .map_err(|error| explain(path, &error))
}

/// Says whether a path leads to standard output: `-`, and every name of what
/// it is connected to, such as `/dev/stdout`.
pub fn is_standard_output(path: &Path) -> bool {
    let same = || {
        let (named, output) = (stat(path).ok()?, stat("/dev/stdout").ok()?);
        Some((named.st_dev, named.st_ino) == (output.st_dev, output.st_ino))
    };
    path == Path::new(STANDARD) || same().unwrap_or(false)
}

/// Says whether a path names something that is written through instead of
/// replaced: writing to it may wait for whoever reads.
pub fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| !about.is_dir() && is_written_through(path, &about))
}

fn write(path: &Path, bytes: &[u8], overwrite: bool) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // What a block device holds is lost, as with a file.
        Ok(about) if !overwrite && about.file_type().is_block_device() => {
            Err(io::ErrorKind::AlreadyExists.into())
        }
        Ok(about) if is_written_through(path, &about) => write_through(path, bytes),
        Ok(_) if !overwrite => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => replace(&followed(path)?, bytes, overwrite),
    }
}

/// Only regular files are replaced, and of these not those that a shell has
/// opened for us: `/dev/fd/3` with `3>file`.
fn is_written_through(path: &Path, about: &Metadata) -> bool {
    !about.is_file() || is_descriptor(path)
}

/// Says whether a path leads to an open file of this process.
fn is_descriptor(path: &Path) -> bool {
    let Ok(descriptors) = fs::canonicalize("/dev/fd") else {
        return false;
    };
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::canonicalize(directory_of(&path)) {
            Ok(directory) if directory == descriptors => return true,
            Ok(directory) => match fs::read_link(&path) {
                Ok(link) => path = directory.join(link),
                Err(_) => return false,
            },
            Err(_) => return false,
        }
    }
    false
}

/// Opens what is there, never a new file, and writes to it.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A terminal that is written to does not become the one that controls us.
    let flags = i32::try_from(OFlags::NOCTTY.bits()).unwrap_or_default();
    let mut file = OpenOptions::new()
        .append(true)
        .custom_flags(flags)
        .open(path)?;
    file.write_all(bytes)?;
    file.flush()
}

/// Returns where the last of the links leads: there may be nothing.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(link) => path = directory_of(&path).join(link),
            Err(_) => return Ok(path),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

fn replace(path: &Path, bytes: &[u8], overwrite: bool) -> io::Result<()> {
    let directory = directory_of(path);
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let named = if overwrite {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    named.map_err(|error| error.error)?;
    // Syncs the name as well. Some file systems do not support that.
    fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .ok();
    Ok(())
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn explain(path: &Path, error: &io::Error) -> Failure {
    let (what, hint) = match error.kind() {
        io::ErrorKind::AlreadyExists => (
            "file already exists",
            "name another file, or add --force to overwrite it",
        ),
        io::ErrorKind::IsADirectory => ("the path is a directory", "name a file in it"),
        io::ErrorKind::NotFound => return no_directory(path, error),
        io::ErrorKind::PermissionDenied => (
            "cannot write the file",
            "check that you may write to the directory",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            (
                "cannot write the file",
                "free disk space, or name a file on another disk",
            )
        }
        io::ErrorKind::BrokenPipe => (
            "cannot write the whole file",
            "whoever reads from it has stopped: check that program",
        ),
        _ => ("cannot write the file", "check the path and the disk"),
    };
    Failure::new(FailureKind::File, what)
        .at(path.display().to_string())
        .because(error)
        .hint(hint)
}

/// Names the directory that has to be created, as one can type it.
fn no_directory(path: &Path, error: &io::Error) -> Failure {
    let path = followed(path).unwrap_or_else(|_| path.to_owned());
    let directory = directory_of(&path);
    if directory.is_dir() {
        return Failure::new(FailureKind::File, "cannot write the file")
            .at(path.display().to_string())
            .because(error)
            .hint("check the path and the disk");
    }
    let directory = directory.display().to_string();
    let quoted = format!("'{}'", directory.replace('\'', r"'\''"));
    Failure::new(FailureKind::File, "the directory does not exist")
        .at(&*directory)
        .hint(format!(
            "create it with: mkdir -p {quoted}; or name a file in another"
        ))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::thread;

    use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

    use super::*;

    fn fifo(path: &Path) {
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }

    #[test]
    fn a_file_is_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/backup.json");
        write_own_file(&path, b"{}", false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"{}");
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&directory.path().join("new")), 0o700);
    }

    #[test]
    fn no_directory_is_made_unasked_and_the_missing_one_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("it's new/deep");
        let failure = write_file(&missing.join("plan.json"), b"{}", true).unwrap_err();
        assert_eq!(failure.what, "the directory does not exist");
        assert_eq!(failure.place.as_deref(), missing.to_str());
        assert!(
            failure.hints[0].contains(r"it'\''s new/deep'"),
            "{failure:?}"
        );
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten_unasked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan.json");
        write_file(&path, b"old", false).unwrap();
        let failure = write_file(&path, b"new", false).unwrap_err();
        assert_eq!(failure.what, "file already exists");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write_file(&path, b"new", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::create_dir(&path).unwrap();
        let failure = write_file(&path, b"x", true).unwrap_err();
        assert_eq!(failure.what, "the path is a directory");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_are_followed_and_stay() {
        let directory = tempfile::tempdir().unwrap();
        let within = |name: &str| directory.path().join(name);
        fs::create_dir(within("far")).unwrap();
        symlink("far/second", within("first")).unwrap();
        symlink("file", within("far/second")).unwrap();
        // There is nothing yet where the links lead.
        write_file(&within("first"), b"1", false).unwrap();
        assert_eq!(fs::read(within("far/file")).unwrap(), b"1");
        assert!(write_file(&within("first"), b"2", false).is_err());
        write_file(&within("first"), b"2", true).unwrap();
        assert_eq!(fs::read(within("far/file")).unwrap(), b"2");
        assert!(fs::symlink_metadata(within("first")).unwrap().is_symlink());
        symlink("loop", within("loop")).unwrap();
        assert!(write_file(&within("loop"), b"3", true).is_err());
        assert!(fs::symlink_metadata(within("loop")).unwrap().is_symlink());
    }

    #[test]
    fn a_named_pipe_is_written_through_with_force_and_without() {
        let directory = tempfile::tempdir().unwrap();
        let (pipe, link) = (directory.path().join("pipe"), directory.path().join("link"));
        fifo(&pipe);
        symlink("pipe", &link).unwrap();
        let before = fs::metadata(&pipe).unwrap().ino();
        for (path, overwrite) in [(&pipe, false), (&pipe, true), (&link, true)] {
            let from = pipe.clone();
            let reader = thread::spawn(move || fs::read(from).unwrap());
            write_file(path, b"all of it", overwrite).unwrap();
            assert_eq!(reader.join().unwrap(), b"all of it");
        }
        let after = fs::metadata(&pipe).unwrap();
        assert!(after.file_type().is_fifo() && after.ino() == before);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
        assert!(is_stream(&link) && !is_stream(directory.path()));
    }

    #[test]
    fn a_terminal_is_written_through() {
        let pty = portable_pty::native_pty_system()
            .openpty(portable_pty::PtySize::default())
            .unwrap();
        let tty = pty.master.tty_name().unwrap();
        write_file(&tty, b"shown", true).unwrap();
        let mut shown = [0; 5];
        let mut reader = pty.master.try_clone_reader().unwrap();
        reader.read_exact(&mut shown).unwrap();
        assert_eq!(&shown, b"shown");
        assert!(fs::metadata(&tty).unwrap().file_type().is_char_device());
    }

    /// A device like `/dev/null`, where this user may make one.
    #[test]
    fn a_device_stays_a_device() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("null");
        let null = makedev(1, 3);
        let made = mknodat(CWD, &path, FileType::CharacterDevice, Mode::RWXU, null);
        if made.is_err() {
            return;
        }
        let mode = fs::metadata(&path).unwrap().mode();
        // Where devices cannot be opened, writing fails; it is not replaced either way.
        let written = write_file(&path, b"gone", true);
        let after = fs::metadata(&path).unwrap();
        assert!(after.file_type().is_char_device(), "{written:?}");
        assert_eq!((after.mode(), after.rdev()), (mode, null));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_the_shell_has_opened_is_appended_to() {
        use std::os::fd::AsRawFd as _;
        let mut file = tempfile::tempfile().unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()));
        write_file(&path, b"one ", false).unwrap();
        write_file(&path, b"two", false).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one two");
        assert!(is_stream(&path));
    }
}
