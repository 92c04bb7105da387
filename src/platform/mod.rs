//! One folder per product, each behind the same traits.
//!
//! A platform reads its file into a [`Bundle`], reads the target into a
//! [`Comparison`], turns both into the engine's candidates, and writes the
//! approved items. The engine and the front ends depend on none of them.

mod contract;
mod demo;
mod export;
mod registry;
pub mod selection;
mod unique;

pub mod digirunner;
pub mod document;
pub mod sp_config;
pub mod tyk;

pub use contract::{
    Bundle, Comparison, Emit, Emitted, FileError, Platform, Referring, Snapshot, SourceFile,
};
pub use demo::{DemoData, DemoTarget};
pub use export::{Export, MissingRoots};
pub use registry::{PLATFORMS, add, all, detect, named};
pub use selection::{
    DefaultReference, ExportOptions, ImportOptions, Mapping, ObjectFilter, OrganisationError,
    Selection, organisations,
};
