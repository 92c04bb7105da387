//! The text of a file: UTF-8, with or without a byte-order mark.

use super::error::ParseError;
use super::foreign::Foreign;

/// Returns the file without its byte-order mark.
///
/// # Errors
///
/// Fails if it is not JSON text, instead of a confusing syntax error later.
pub(crate) fn text(bytes: &[u8]) -> Result<&[u8], ParseError> {
    let body = bytes.get(bom(bytes)..).unwrap_or_default();
    Foreign::recognise(body).map_or(Ok(body), |foreign| Err(ParseError::foreign(foreign)))
}

/// Returns the byte-order mark's length, if the file starts with one.
pub(crate) fn bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    }
}
