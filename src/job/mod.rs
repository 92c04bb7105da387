//! The use cases: read a file, plan it against a target, apply what was approved.
//!
//! Every face (command line, terminal, HTTP) calls these and nothing below.

mod failure;
mod progress;

pub use failure::{Failure, FailureKind};
pub use progress::{Cancel, Phase, Progress, Reporter};
