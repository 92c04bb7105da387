//! `--out`: a file, something that is written through, or standard output.

use std::path::Path;

use super::print::Printer;
use super::session::unless_interrupted;
use crate::job::{self, Failure};

/// Writes a result to where `--out` says.
///
/// # Errors
///
/// As [`job::write_file`], and if a signal to stop arrives while nobody reads
/// from a pipe.
pub(super) async fn write(
    printer: &mut Printer,
    out: &Path,
    bytes: Vec<u8>,
    overwrite: bool,
) -> Result<(), Failure> {
    if job::is_standard_output(out) {
        printer.raw(&bytes);
        return Ok(());
    }
    // A file is complete or not there: writing it is not interrupted.
    if !job::is_stream(out) {
        return job::write_file(out, &bytes, overwrite);
    }
    let path = out.to_owned();
    let writing = tokio::task::spawn_blocking(move || job::write_file(&path, &bytes, overwrite));
    unless_interrupted(async move {
        let written = writing.await;
        written.map_err(|error| Failure::internal("writing the file", error))?
    })
    .await
}
