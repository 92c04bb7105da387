//! Unpacking an archive of PostgreSQL: bounded, and never outside of its directory.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::download::Observer;

/// The largest archive that is read.
pub(super) const MAX_ARCHIVE: u64 = 300_000_000;
/// How much an archive may contain.
const MAX_UNPACKED: u64 = 1_500_000_000;
const MAX_ENTRIES: usize = 50_000;

/// Unpacks a `.tar.gz` into an existing directory; returns whether it was not stopped.
///
/// Files get their modes of the archive, but nobody else may write them; directories are open to
/// everybody: as root, another user runs the server.
pub(super) fn unpack(archive: &File, into: &Path, observer: Observer<'_>) -> io::Result<bool> {
    let packed = Bounded {
        from: BufReader::new(archive),
        left: MAX_ARCHIVE,
    };
    let unpacked = Bounded {
        from: MultiGzDecoder::new(packed),
        left: MAX_UNPACKED,
    };
    let mut archive = tar::Archive::new(unpacked);
    archive.set_mask(0o022);
    archive.set_preserve_mtime(false);
    for (index, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        let is_known = kind.is_file() || kind.is_dir() || kind.is_symlink() || kind.is_hard_link();
        // What has `..` in its path is not unpacked.
        if index >= MAX_ENTRIES || !is_known || !entry.unpack_in(into)? {
            let path = entry.path()?.display().to_string();
            return Err(io::Error::other(format!("unexpected entry {path}")));
        }
        if !observer(entry.raw_file_position(), None) {
            return Ok(false);
        }
    }
    open(into)?;
    Ok(true)
}

/// Lets everybody read a directory and those in it, whatever the umask.
fn open(directory: &Path) -> io::Result<()> {
    std::fs::set_permissions(directory, PermissionsExt::from_mode(0o755))?;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open(&entry.path())?;
        }
    }
    Ok(())
}

/// Finds the directory with `bin/postgres`: the archive's own, or the only one at its top.
pub(super) fn home(unpacked: &Path) -> io::Result<PathBuf> {
    let mut places = vec![unpacked.to_path_buf()];
    for entry in std::fs::read_dir(unpacked)? {
        places.push(entry?.path());
    }
    let is_home = |place: &PathBuf| place.join("bin/postgres").exists();
    places
        .into_iter()
        .find(is_home)
        .ok_or_else(|| io::Error::other("no bin/postgres"))
}

/// A reader that fails where more comes than expected.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other("too large"))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{EntryType, Header};

    use super::*;

    fn archive(entries: &[(&str, EntryType, &str)]) -> File {
        let gz = GzEncoder::new(tempfile::tempfile().unwrap(), Compression::fast());
        let mut archive = tar::Builder::new(gz);
        for (path, kind, text) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_mode(0o4777);
            if kind.is_symlink() {
                header.set_link_name(text).unwrap();
            }
            let text = if kind.is_file() { text } else { "" };
            header.set_size(text.len() as u64);
            // Past the library's own check of paths.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            archive.append(&header, text.as_bytes()).unwrap();
        }
        let mut file = archive.into_inner().unwrap().finish().unwrap();
        file.rewind().unwrap();
        file
    }

    fn run(entries: &[(&str, EntryType, &str)]) -> (tempfile::TempDir, io::Result<bool>) {
        let into = tempfile::tempdir().unwrap();
        let place = into.path().join("place");
        std::fs::create_dir(&place).unwrap();
        let done = unpack(&archive(entries), &place, &mut |_, _| true);
        (into, done)
    }

    #[test]
    fn unpacks_programs_that_everybody_can_run_and_nobody_else_write() {
        let (into, done) = run(&[
            ("pg/bin/postgres", EntryType::Regular, "x"),
            ("pg/bin/postmaster", EntryType::Symlink, "postgres"),
        ]);
        assert!(done.unwrap());
        let home = home(&into.path().join("place")).unwrap();
        assert!(home.ends_with("place/pg"));
        let mode = |path: &str| home.join(path).metadata().unwrap().permissions().mode();
        assert_eq!(mode("bin/postmaster") & 0o7777, 0o755);
        assert_eq!(mode("bin") & 0o777, 0o755);
    }

    #[test]
    fn writes_nothing_outside_of_its_directory() {
        for entries in [
            &[("../evil", EntryType::Regular, "x")][..],
            &[
                ("out", EntryType::Symlink, ".."),
                ("out/evil", EntryType::Regular, "x"),
            ],
            &[("fifo", EntryType::Fifo, "")],
        ] {
            let (into, done) = run(entries);
            assert!(done.is_err(), "{entries:?}");
            assert!(!into.path().join("evil").exists());
        }
    }

    #[test]
    fn stops_when_asked_and_reads_no_more_than_a_bound() {
        let file = archive(&[
            ("a", EntryType::Regular, "x"),
            ("b", EntryType::Regular, "x"),
        ]);
        let into = tempfile::tempdir().unwrap();
        assert!(!unpack(&file, into.path(), &mut |_, _| false).unwrap());
        assert!(!into.path().join("b").exists());
        let mut bounded = Bounded {
            from: &b"12345"[..],
            left: 4,
        };
        assert!(bounded.read_to_end(&mut Vec::new()).is_err());
    }
}
