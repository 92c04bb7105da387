//! The server programs of this machine, fetched if it has none.

use super::error::LocalError;
use super::programs::ServerPrograms;
use super::progress::Report;

/// Finds the server programs as [`ServerPrograms::find`] does, and fetches them if there are none.
///
/// Nothing is fetched if `GATEDIFF_PG_BIN` is set, or without the feature `fetch-postgres`. This
/// blocks until they are complete, or `report` returns false.
///
/// # Errors
///
/// [`LocalError::NoPrograms`], or [`LocalError::NotFetched`] with the reason.
pub fn find_or_fetch(report: Report<'_>) -> Result<ServerPrograms, LocalError> {
    match ServerPrograms::find() {
        Err(LocalError::NoPrograms { rejected }) => fetch(rejected, report),
        found => found,
    }
}

#[cfg(feature = "fetch-postgres")]
fn fetch(rejected: Vec<super::Rejected>, report: Report<'_>) -> Result<ServerPrograms, LocalError> {
    use super::fetch::{FetchError, Source, directory, server_programs};
    if std::env::var_os("GATEDIFF_PG_BIN").is_some_and(|bin| !bin.is_empty()) {
        return Err(LocalError::NoPrograms { rejected });
    }
    let fetched = Source::from_environment().and_then(|source| {
        let into = directory().ok_or(FetchError::NoCache)?;
        server_programs(&source, &into, report)
    });
    fetched.map_err(|source| LocalError::NotFetched { rejected, source })
}

#[cfg(not(feature = "fetch-postgres"))]
fn fetch(rejected: Vec<super::Rejected>, _: Report<'_>) -> Result<ServerPrograms, LocalError> {
    Err(LocalError::NoPrograms { rejected })
}
