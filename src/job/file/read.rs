//! Reading the bytes of a file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::job::failure::{Failure, FailureKind};

/// The maximum size of a file: rows in memory take several times as much.
pub(super) const LARGEST: u64 = 1 << 30;

/// Says whether a path names a directory.
pub(crate) fn is_directory(path: &str) -> bool {
    path != "-" && Path::new(path).is_dir()
}

pub(crate) fn read(path: &str) -> Result<Vec<u8>, Failure> {
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
    let source: Box<dyn io::Read> = if path == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(failed)?;
        // As much as it takes at once: growing to it takes up to three times as much.
        let size = file.metadata().map_or(0, |about| about.len());
        bytes.reserve_exact(usize::try_from(size.min(LARGEST)).unwrap_or(0));
        Box::new(file)
    };
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(path));
    }
    Ok(bytes)
}

pub(super) fn too_large(path: &str) -> Failure {
    Failure::new(FailureKind::File, "the file is larger than 1 GiB")
        .at(path)
        .hint("export fewer objects at once")
}
