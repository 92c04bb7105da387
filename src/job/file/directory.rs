//! A directory of files that are imported as one.

use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{EXTENSION, FileInfo, LARGEST, Loaded, check_options, explain, hex, read, recognise, too_large};
use crate::job::failure::{Failure, FailureKind};
use crate::platform::{ImportOptions, Platform, SourceFile};

/// A file of the directory.
struct Part {
    name: String,
    /// Its path, as it is told.
    path: String,
    bytes: Vec<u8>,
}

/// Reads the files of a directory as one.
pub(super) fn load(path: &str, format: Option<&str>, options: &ImportOptions) -> Result<Loaded, Failure> {
    let mut parts = Vec::new();
    let mut bytes: u64 = 0;
    for name in names(path)? {
        let place = join(path, &name);
        let content = read(&place)?;
        bytes += content.len() as u64;
        if bytes > LARGEST {
            return Err(too_large(path));
        }
        parts.push(Part { name, path: place, bytes: content });
    }
    let platform = recognise_all(path, &parts, format)?;
    check_options(path, platform, options)?;
    let files: Vec<SourceFile<'_>> =
        parts.iter().map(|part| SourceFile { name: &part.name, bytes: &part.bytes }).collect();
    let bundle = platform.parse_directory(&files, options).map_err(|error| {
        let place = parts.get(error.file).map_or(path, |part| &part.path);
        explain(place, &error.error)
    })?;
    let file = FileInfo {
        path: path.to_owned(),
        sha256: checksum(&parts),
        bytes,
        platform: platform.name(),
        options: options.clone(),
    };
    Ok(Loaded { file, platform, bundle })
}

/// Returns the names of the files that are read, sorted.
fn names(path: &str) -> Result<Vec<String>, Failure> {
    let failed = |error: io::Error| {
        Failure::new(FailureKind::File, "cannot read the directory")
            .at(path)
            .because(error)
            .hint("check that you may read it")
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let told = name.to_string_lossy();
        if told.starts_with('.') || !told.ends_with(EXTENSION) || entry.path().is_dir() {
            continue;
        }
        let Some(name) = name.to_str() else {
            return Err(Failure::new(FailureKind::File, "the file's name is no text in UTF-8")
                .at(join(path, &told))
                .hint("rename it"));
        };
        names.push(name.to_owned());
    }
    if names.is_empty() {
        return Err(Failure::new(FailureKind::File, "the directory holds no import file")
            .at(path)
            .because(format!("no name in it ends in {EXTENSION}; hidden files are not read"))
            .hint("check the path"));
    }
    names.sort_unstable();
    Ok(names)
}

fn join(path: &str, name: &str) -> String {
    Path::new(path).join(name).to_string_lossy().into_owned()
}

/// Returns whose files they are: all of one platform that takes directories.
fn recognise_all(path: &str, parts: &[Part], format: Option<&str>) -> Result<&'static dyn Platform, Failure> {
    let mut all: Option<(&'static dyn Platform, &Part)> = None;
    for part in parts {
        let platform = recognise(&part.path, &part.bytes, format)?;
        match all {
            Some((first, of)) if first.name() != platform.name() => {
                return Err(Failure::new(
                    FailureKind::Format,
                    "the directory holds files of several formats",
                )
                .at(&part.path)
                .because(format!("it is of {}, and '{}' of {}", platform.name(), of.name, first.name()))
                .hint("import one format at a time: move the others elsewhere"));
            }
            _ => all = all.or(Some((platform, part))),
        }
    }
    let Some((platform, first)) = all else {
        // Without a name there was a failure already.
        return Err(Failure::new(FailureKind::File, "the directory holds no import file").at(path));
    };
    if platform.takes_directories() {
        return Ok(platform);
    }
    Err(Failure::new(
        FailureKind::Usage,
        format!("an import of {} is one file, not a directory", platform.name()),
    )
    .at(path)
    .hint(format!("name the file in it, such as {}", first.path)))
}

/// Returns the checksum of names and contents, each with its length before it.
fn checksum(parts: &[Part]) -> String {
    let told =
        |sum: Sha256, bytes: &[u8]| sum.chain_update((bytes.len() as u64).to_be_bytes()).chain_update(bytes);
    let sum =
        parts.iter().fold(Sha256::new(), |sum, part| told(told(sum, part.name.as_bytes()), &part.bytes));
    hex(&sum.finalize())
}
