//! Reading a scope document from a file.

use crate::job::failure::{Failure, FailureKind};
use crate::job::file::{place, read};
use crate::scopes::{Draft, parse_draft};
use crate::source::ParseErrorKind;

/// Reads a scope from a JSON file (`-` is standard input), as `scope show
/// --output json` prints it. Blocks.
///
/// # Errors
///
/// Fails if it cannot be read or is not a scope document: with line, column and
/// JSON path, and without its content.
pub fn load(path: &str) -> Result<Draft, Failure> {
    parse_draft(&read(path)?).map_err(|error| {
        let (kind, what) = match error.kind {
            ParseErrorKind::Foreign(foreign) => (FailureKind::Format, foreign.what()),
            ParseErrorKind::Shape => (FailureKind::Parse, "the file is not a scope document"),
            ParseErrorKind::Encoding => (FailureKind::Parse, "the file is not UTF-8 text"),
            ParseErrorKind::Truncated => (FailureKind::Parse, "the file ends too early"),
            ParseErrorKind::Trailing => (FailureKind::Parse, "unexpected data after the end of the scope"),
            ParseErrorKind::Syntax | ParseErrorKind::UnknownFormat => {
                (FailureKind::Parse, "the file is not valid JSON")
            }
        };
        Failure::new(kind, what)
            .at(place(path, &error))
            .because(&error.message)
            .hint("correct the error; `gatediff scope show SCOPE --output json` prints what can be read")
    })
}
