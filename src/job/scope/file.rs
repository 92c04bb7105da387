//! Reading what a scope is to be from a file.

use super::super::failure::{Failure, FailureKind};
use super::super::file::{place, read};
use crate::platform::ParseErrorKind;
use crate::platform::digirunner::scope::{Draft, parse_draft};

/// Reads what a scope is to be from a JSON file (`-` is standard input), such
/// as `scope show --output json` prints. Blocks.
///
/// # Errors
///
/// Fails if it cannot be read or is no such file: with line, column and JSON
/// path, and without what it holds.
pub fn load(path: &str) -> Result<Draft, Failure> {
    parse_draft(&read(path)?).map_err(|error| {
        let (kind, what) = match error.kind {
            ParseErrorKind::Foreign(foreign) => (FailureKind::Format, foreign.what()),
            ParseErrorKind::Shape => (FailureKind::Parse, "the file is not what a scope is read from"),
            ParseErrorKind::Encoding => (FailureKind::Parse, "the file is not text in UTF-8"),
            ParseErrorKind::Truncated => (FailureKind::Parse, "the file ends too early"),
            ParseErrorKind::Trailing => (FailureKind::Parse, "something follows the end of the scope"),
            ParseErrorKind::Syntax | ParseErrorKind::UnknownFormat => {
                (FailureKind::Parse, "the file is not valid JSON")
            }
        };
        Failure::new(kind, what)
            .at(place(path, &error))
            .because(&error.message)
            .hint("correct that place; `gatediff scope show SCOPE --output json` prints what can be read")
    })
}
