//! Reading the file to import.

mod directory;
mod load;
mod loaded;
mod read;
mod recognise;
mod values;

pub use load::{load, load_bytes};
pub use loaded::{FileInfo, Loaded};
pub use read::{FileBytes, read_file};
pub(crate) use read::{is_directory, read};
pub(crate) use recognise::{check_kinds, known_kinds, place, unknown_format};
pub(crate) use values::check_rules;
