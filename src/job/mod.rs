//! The use cases: read a file, plan it against a target, apply what was approved.
//!
//! Every face (command line, terminal, HTTP) calls these and nothing below.

mod apply;
mod demo;
mod failure;
mod file;
mod init;
mod plan;
mod progress;

pub use apply::{ApplyOptions, Receipt, apply};
pub use demo::Demo;
pub use failure::{Failure, FailureKind};
pub use file::{FileInfo, Loaded, load, load_bytes};
pub use init::init;
pub use plan::{Review, plan};
pub use progress::{Cancel, Phase, Progress, Reporter};

pub use crate::engine::choice::Stale;
