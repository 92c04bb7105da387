//! Finding files to import: what a directory contains, what a file is, which ones were opened
//! before, and completing a path.

mod complete;
mod listing;
mod look;
mod recent;

pub use complete::{Completion, complete, expand};
pub use listing::{Entry, Listing, list};
pub use look::{Content, Look, Looks};
pub use recent::{add_recent, recent};
