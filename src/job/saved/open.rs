//! A file to apply: an import file or a saved plan.

use super::document::parse;
use super::plan::SavedPlan;
use super::recognise::is_plan;
use crate::job::failure::Failure;
use crate::job::file::{self, Loaded, is_directory, read};
use crate::platform::ImportOptions;

/// The kind of a file to apply.
pub enum Opened {
    /// An import file.
    Import(Box<Loaded>),
    /// A saved plan.
    Plan(Box<SavedPlan>),
}

/// Reads a file (`-` is standard input) and recognises it from its content: an
/// import file, unless it is a saved plan. With a `format` it is an import
/// file of that format. Blocks.
///
/// # Errors
///
/// As [`load`](crate::job::load) and [`parse`].
pub fn open(path: &str, format: Option<&str>, options: &ImportOptions) -> Result<Opened, Failure> {
    if is_directory(path) {
        return file::load(path, format, options).map(import);
    }
    let bytes = read(path)?;
    if format.is_none() && is_plan(&bytes) {
        return parse(path, &bytes).map(|plan| Opened::Plan(Box::new(plan)));
    }
    file::load_bytes(path, &bytes, format, options).map(import)
}

fn import(loaded: Loaded) -> Opened {
    Opened::Import(Box::new(loaded))
}
