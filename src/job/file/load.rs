//! Reading and recognising the file to import.

use sha2::{Digest as _, Sha256};

use super::directory;
use super::loaded::{FileInfo, Loaded};
use super::read::{is_directory, read};
use super::recognise::{check_options, explain, recognise};
use super::values::{check_rules, resolved};
use crate::job::failure::Failure;
use crate::platform::ImportOptions;

/// Reads a file (`-` is standard input) and recognises it from its content,
/// unless `format` says what it is. Blocks.
///
/// Of a directory all files whose names end in `.json` are read as one, with
/// those of the directories in it, in the order of their names; hidden ones are
/// left out.
///
/// # Errors
///
/// Fails if it cannot be read, is too large, has an unknown format, does not
/// match its format, or if its format does not support the options; for a
/// directory, if that is so for one of its files, or its format does not
/// support directories.
pub fn load(path: &str, format: Option<&str>, options: &ImportOptions) -> Result<Loaded, Failure> {
    if is_directory(path) {
        return directory::load(path, format, options);
    }
    load_bytes(path, &read(path)?, format, options)
}

/// Recognises and reads the bytes of a file; `path` is its name.
///
/// # Errors
///
/// As [`load`], but for reading.
pub fn load_bytes(
    path: &str,
    bytes: &[u8],
    format: Option<&str>,
    options: &ImportOptions,
) -> Result<Loaded, Failure> {
    let platform = recognise(path, bytes, format)?;
    check_options(path, platform, options)?;
    let filled = resolved(options)?;
    let (bundle, sha256) = rayon::join(
        || platform.parse(bytes, &filled),
        || hex::encode(Sha256::digest(bytes)),
    );
    let bundle = bundle.map_err(|error| explain(path, &error))?;
    check_rules(&bundle.rule_errors())?;
    let file = FileInfo {
        path: path.to_owned(),
        sha256,
        bytes: bytes.len() as u64,
        platform: platform.name(),
        options: options.clone(),
    };
    Ok(Loaded {
        file,
        platform,
        bundle,
    })
}
