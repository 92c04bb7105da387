//! How a fetch reports its progress.

use std::path::PathBuf;

/// What is being done to fetch the server programs. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchStep {
    /// Waiting for another process, which is fetching them.
    Wait,
    /// Nobody has fetched them yet.
    Begin {
        /// The address, without user and password, or the path of the archive.
        from: String,
        /// The directory they are kept in.
        into: PathBuf,
    },
    /// Downloading the archive, or reading it to verify it.
    Download {
        /// How much is done.
        done: u64,
        /// The size of the archive, if it is known.
        total: Option<u64>,
    },
    /// Unpacking it.
    Unpack {
        /// How much has been written.
        done: u64,
    },
}

/// Receives what is being done; returns whether to go on. Called several times a second.
pub type Report<'a> = &'a mut dyn FnMut(FetchStep) -> bool;
