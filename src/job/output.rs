//! Writing result files: atomically, and never over an existing file.

use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::failure::{Failure, FailureKind};

/// Writes a file that only its owner may read (mode 0600).
///
/// The bytes are written to a temporary file in the same directory and synced
/// before it is renamed, so that the file is either complete or does not exist.
/// Missing directories are created. An existing file is overwritten only if
/// `overwrite` is set. Blocks.
///
/// # Errors
///
/// Fails if the file already exists, the directory is not writable, or the disk
/// is full; then nothing is left behind.
pub fn write_file(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), Failure> {
    let failed = |error: &io::Error| {
        let (what, hint) = match error.kind() {
            io::ErrorKind::AlreadyExists => (
                "file already exists",
                "name another file, or add --force to overwrite it",
            ),
            io::ErrorKind::PermissionDenied => (
                "cannot write the file",
                "check that you may write to the directory",
            ),
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => (
                "cannot write the file",
                "free disk space, or name a file on another disk",
            ),
            _ => ("cannot write the file", "check the path and the disk"),
        };
        Failure::new(FailureKind::File, what)
            .at(path.display().to_string())
            .because(error)
            .hint(hint)
    };
    if !overwrite && path.symlink_metadata().is_ok() {
        return Err(failed(&io::ErrorKind::AlreadyExists.into()));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let write = || -> io::Result<()> {
        std::fs::create_dir_all(directory)?;
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
        std::fs::File::open(directory)
            .and_then(|directory| directory.sync_all())
            .ok();
        Ok(())
    };
    write().map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/backup.json");
        write_file(&path, b"{}", false).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten_unasked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan.json");
        write_file(&path, b"old", false).unwrap();
        let failure = write_file(&path, b"new", false).unwrap_err();
        assert_eq!(failure.what, "file already exists");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        write_file(&path, b"new", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::create_dir(&path).unwrap();
        assert!(write_file(&path, b"x", true).is_err());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
