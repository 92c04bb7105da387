//! Reading the bytes of a file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::job::failure::{Failure, FailureKind};
use crate::job::output::STANDARD;

/// The maximum size of a file: rows in memory take several times as much.
pub(super) const LARGEST: u64 = 1 << 30;

/// Whether standard input was read: there is one for the whole process.
static STANDARD_INPUT: AtomicBool = AtomicBool::new(false);

/// Says whether a path names a directory.
pub(crate) fn is_directory(path: &str) -> bool {
    path != STANDARD && Path::new(path).is_dir()
}

/// Reads an import file or a saved plan.
pub(crate) fn read(path: &str) -> Result<Vec<u8>, Failure> {
    read_file(path, LARGEST)
}

/// Reads a file of at most this many bytes, a multiple of 1 MiB; `-` is standard
/// input. Blocks.
///
/// # Errors
///
/// Fails if it cannot be read or is larger, and if standard input was already
/// read for another argument.
pub fn read_file(path: &str, limit: u64) -> Result<Vec<u8>, Failure> {
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
    let mut bytes = Vec::new();
    let source: Box<dyn io::Read> = if path == STANDARD {
        if STANDARD_INPUT.swap(true, Ordering::Relaxed) {
            return Err(
                Failure::new(FailureKind::Usage, "standard input can be read only once")
                    .because("two arguments are -")
                    .hint("name a file for one of them"),
            );
        }
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(failed)?;
        // As much as it takes at once: growing to it takes up to three times as much.
        let size = file.metadata().map_or(0, |about| about.len());
        bytes.reserve_exact(usize::try_from(size.min(limit)).unwrap_or(0));
        Box::new(file)
    };
    source
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(match limit {
            LARGEST => too_large(path),
            _ => larger(path, limit),
        });
    }
    Ok(bytes)
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
