//! Reading the file to import.

mod directory;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::failure::{Failure, FailureKind};
use super::saved::is_plan;
use crate::platform::{self, Bundle, ImportOptions, Platform, Selection};
use crate::source::{ParseError, ParseErrorKind};

/// The maximum size of a file: rows in memory take several times as much.
const LARGEST: u64 = 1 << 30;

/// The extension of the files of a directory that are read.
const EXTENSION: &str = ".json";

/// Identifies a file or directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Its path as it was given, `-` for standard input.
    pub path: String,
    /// The SHA-256 of its bytes, in lower-case hexadecimal; of a directory that
    /// of the names and bytes of its files.
    pub sha256: String,
    /// How many bytes it has, all files of a directory together.
    pub bytes: u64,
    /// The platform it belongs to.
    pub platform: &'static str,
    /// How it was read.
    pub options: ImportOptions,
}

/// A file that was read.
#[derive(Clone)]
pub struct Loaded {
    /// Which file.
    pub file: FileInfo,
    /// Its platform.
    pub platform: &'static dyn Platform,
    /// Its content.
    pub bundle: Arc<dyn Bundle>,
}

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

/// Says whether a path names a directory.
pub(crate) fn is_directory(path: &str) -> bool {
    path != "-" && Path::new(path).is_dir()
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
    let bundle = platform
        .parse(bytes, options)
        .map_err(|error| explain(path, &error))?;
    let file = FileInfo {
        path: path.to_owned(),
        sha256: hex::encode(Sha256::digest(bytes)),
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

/// Returns the platform of a file.
fn recognise(
    path: &str,
    bytes: &[u8],
    format: Option<&str>,
) -> Result<&'static dyn Platform, Failure> {
    if format.is_none() && is_plan(bytes) {
        return Err(Failure::new(
            FailureKind::Format,
            "the file is a saved plan, not an import file",
        )
        .at(path)
        .hint("print it with `gatediff show`, or apply it with `gatediff apply`"));
    }
    match format {
        Some(name) => platform::named(name).ok_or_else(|| unknown_format(name)),
        None => platform::detect(bytes).map_err(|error| explain(path, &error)),
    }
}

fn check_options(
    path: &str,
    platform: &dyn Platform,
    options: &ImportOptions,
) -> Result<(), Failure> {
    if !options.organisations.is_empty() && !platform.takes_organisations() {
        let what = format!("{} has no organisations to map", platform.name());
        return Err(Failure::new(FailureKind::Usage, what)
            .at(path)
            .hint("remove the mapping"));
    }
    if options.has_no_object_options() {
        return Ok(());
    }
    if !platform.takes_options() {
        let what = format!("files of {} take no import options", platform.name());
        return Err(Failure::new(FailureKind::Usage, what)
            .at(path)
            .hint("choose with --cover and --skip instead"));
    }
    check_kinds(platform, &options.selection)
}

/// Refuses kinds that a platform does not have: they would match nothing.
pub(crate) fn check_kinds(platform: &dyn Platform, selection: &Selection) -> Result<(), Failure> {
    let mut words = selection
        .include
        .iter()
        .chain(&selection.exclude)
        .chain(selection.objects.keys());
    let is_known = |word: &str| {
        platform
            .kinds()
            .iter()
            .any(|info| info.kind.as_str() == word)
    };
    match words.find(|word| !is_known(word)) {
        None => Ok(()),
        Some(word) => {
            let what = format!("{} has no items of kind '{word}'", platform.name());
            Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("known: {}", known_kinds(platform))))
        }
    }
}

pub(crate) fn known_kinds(platform: &dyn Platform) -> String {
    platform
        .kinds()
        .iter()
        .map(|info| info.kind.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "check the path",
            io::ErrorKind::PermissionDenied => "check that you may read the file",
            io::ErrorKind::IsADirectory => "name the file in the directory",
            _ => "check the file and its disk",
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
        Box::new(File::open(path).map_err(failed)?)
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

fn too_large(path: &str) -> Failure {
    Failure::new(FailureKind::File, "the file is larger than 1 GiB")
        .at(path)
        .hint("export fewer objects at once")
}

pub(crate) fn unknown_format(name: &str) -> Failure {
    let known: Vec<&str> = platform::all().map(Platform::name).collect();
    Failure::new(FailureKind::Usage, format!("unknown format '{name}'"))
        .hint(format!("known: {}", known.join(", ")))
}

/// Returns where in a file an error is.
pub(crate) fn place(path: &str, error: &ParseError) -> String {
    let mut place = path.to_owned();
    if let Some(position) = error.position {
        place.push_str(&format!(":{}:{}", position.line, position.column));
    }
    if !error.path.is_empty() {
        place.push_str(&format!(" ({})", error.path));
    }
    place
}

fn explain(path: &str, error: &ParseError) -> Failure {
    let place = place(path, error);
    let (kind, what, hint) = match error.kind {
        ParseErrorKind::Foreign(foreign) => {
            return Failure::new(FailureKind::Format, foreign.what())
                .at(place)
                .because("an export is JSON text in UTF-8")
                .hint(foreign.hint());
        }
        ParseErrorKind::Syntax => (
            FailureKind::Parse,
            "the file is not valid JSON",
            "export it again, unedited, or correct the error",
        ),
        ParseErrorKind::Encoding => (
            FailureKind::Parse,
            "the file is not UTF-8 text",
            "convert it from its encoding, for example: iconv -f BIG5 -t UTF-8",
        ),
        ParseErrorKind::Truncated => (
            FailureKind::Parse,
            "the file ends too early",
            "copy it again in full, or export it again",
        ),
        ParseErrorKind::Trailing => (
            FailureKind::Parse,
            "unexpected data after the end of the export",
            "a file contains one export: export it again, or split the file",
        ),
        ParseErrorKind::Shape => (
            FailureKind::Parse,
            "the file does not match its format",
            "export it again, unedited, or correct the error",
        ),
        ParseErrorKind::UnknownFormat => (
            FailureKind::Format,
            "the file's format is not recognised",
            "check that it is an export file; --format says which one it is",
        ),
    };
    Failure::new(kind, what)
        .at(place)
        .because(&error.message)
        .hint(hint)
}
