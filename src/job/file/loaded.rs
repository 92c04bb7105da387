//! A file that was read.

use std::sync::Arc;

use crate::engine::rule::Scope;
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

impl Loaded {
    /// Returns the same file, compared with further differences ignored.
    #[must_use]
    pub fn ignoring(mut self, more: &[Scope]) -> Self {
        if more.is_empty() {
            return self;
        }
        self.file.options.ignore.extend(more.iter().cloned());
        self.bundle = self.bundle.ignoring(&self.file.options.ignore);
        self
    }
}
