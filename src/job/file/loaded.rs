//! A file that was read.

use std::sync::Arc;

use crate::platform::{Bundle, ImportOptions, Platform};

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
