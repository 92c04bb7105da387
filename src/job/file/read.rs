//! Reading the bytes of a file.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::MmapMut;

use crate::job::failure::{Failure, FailureKind};
use crate::job::output::STANDARD;

/// The maximum size of a file: rows in memory take several times as much.
pub(super) const LARGEST: u64 = 1 << 30;

/// The size from which on a file has memory of its own.
const LEAST_MAPPED: usize = 1 << 20;

/// Whether standard input was read: there is one for the whole process.
static STANDARD_INPUT: AtomicBool = AtomicBool::new(false);

/// Says whether a path names a directory.
pub(crate) fn is_directory(path: &str) -> bool {
    path != STANDARD && Path::new(path).is_dir()
}

/// Reads an import file or a saved plan.
pub(crate) fn read(path: &str) -> Result<FileBytes, Failure> {
    read_file(path, LARGEST)
}

/// Reads a file of at most this many bytes, a multiple of 1 MiB; `-` is standard
/// input. Blocks.
///
/// # Errors
///
/// Fails if it cannot be read or is larger, and if standard input was already
/// read for another argument.
pub fn read_file(path: &str, limit: u64) -> Result<FileBytes, Failure> {
    let failed = |error: io::Error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "check the path",
            io::ErrorKind::PermissionDenied => "check that you may read the file",
            io::ErrorKind::IsADirectory => "name the file in the directory",
            _ => "check the file and the disk",
        };
        Failure::new(FailureKind::File, "cannot read the file")
            .at(path)
            .because(error)
            .hint(hint)
    };
    let bytes = if path == STANDARD {
        if STANDARD_INPUT.swap(true, Ordering::Relaxed) {
            return Err(
                Failure::new(FailureKind::Usage, "standard input can be read only once")
                    .because("two arguments are -")
                    .hint("name a file for one of them"),
            );
        }
        read_to_end(io::stdin().lock(), Vec::new(), limit)
    } else {
        let file = File::open(path).map_err(failed)?;
        // As much as it takes at once: growing to it takes up to three times as much.
        let size = file.metadata().map_or(0, |about| about.len());
        read_sized(file, size.min(limit + 1), limit)
    }
    .map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(match limit {
            LARGEST => too_large(path),
            _ => larger(path, limit),
        });
    }
    Ok(bytes)
}

/// The bytes of a file.
pub enum FileBytes {
    /// In memory of their own, which is given back as soon as they are dropped.
    Mapped(MmapMut),
    /// Of a file whose size was not known.
    Grown(Vec<u8>),
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(bytes) => bytes,
            Self::Grown(bytes) => bytes,
        }
    }
}

/// Reads a file of a known size; one that has grown since, or has none, as far as it goes.
fn read_sized(mut file: File, size: u64, limit: u64) -> io::Result<FileBytes> {
    let Some(mut mapped) = mapped(size) else {
        return read_to_end(file, Vec::new(), limit);
    };
    let mut read = 0;
    while let Some(rest) = mapped.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(length) => read += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut more = [0];
    let is_whole = read == mapped.len() && (size > limit || file.read(&mut more)? == 0);
    if is_whole {
        return Ok(FileBytes::Mapped(mapped));
    }
    let mut begun = mapped.get(..read).unwrap_or_default().to_vec();
    if read == mapped.len() {
        begun.extend(more);
    }
    read_to_end(file, begun, limit)
}

/// Returns memory of its own for so many bytes; none for small ones, which are not worth it.
fn mapped(size: u64) -> Option<MmapMut> {
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size >= LEAST_MAPPED)?;
    MmapMut::map_anon(size).ok()
}

/// Reads what follows `begun`, and one byte more than the limit at most.
fn read_to_end(source: impl Read, begun: Vec<u8>, limit: u64) -> io::Result<FileBytes> {
    let mut bytes = begun;
    let rest = (limit + 1).saturating_sub(bytes.len() as u64);
    source.take(rest).read_to_end(&mut bytes)?;
    Ok(FileBytes::Grown(bytes))
}

pub(super) fn too_large(path: &str) -> Failure {
    larger(path, LARGEST).hint("export fewer objects at once")
}

fn larger(path: &str, limit: u64) -> Failure {
    let limit = match limit >> 20 {
        mib if mib >= 1 << 10 => format!("{} GiB", mib >> 10),
        mib => format!("{mib} MiB"),
    };
    Failure::new(
        FailureKind::File,
        format!("the file is larger than {limit}"),
    )
    .at(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read_from(content: &[u8], size: u64, limit: u64) -> FileBytes {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        read_sized(File::open(file.path()).unwrap(), size, limit).unwrap()
    }

    #[test]
    fn a_file_of_any_size_is_read_whole_even_if_it_changes_meanwhile() {
        let least = LEAST_MAPPED;
        for (length, size) in [
            (0, 0),
            (5, 0),
            (5, 5),
            (least, least),
            // It grew, or shrank, since its size was asked for.
            (least + 1, least),
            (2 * least, least),
            (least, least + 9),
            (3, least),
        ] {
            let content: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let read = read_from(&content, size as u64, u64::MAX - 1);
            assert!(*read == *content, "{length} bytes instead of {size}");
            let is_mapped = matches!(read, FileBytes::Mapped(_));
            assert_eq!(
                is_mapped,
                length == size && size >= least,
                "{length} {size}"
            );
        }
    }

    #[test]
    fn no_more_than_a_byte_beyond_the_limit_is_read() {
        let content = vec![1; 4 * LEAST_MAPPED];
        let limit = LEAST_MAPPED as u64;
        assert_eq!(
            read_from(&content, limit + 1, limit).len() as u64,
            limit + 1
        );
        assert_eq!(read_from(&content, 0, limit).len() as u64, limit + 1);
    }
}
