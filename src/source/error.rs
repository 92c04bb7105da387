//! Errors of reading a file.

use std::borrow::Cow;

use serde::de;

use super::foreign::Foreign;
use super::position::Position;

/// Why a file cannot be read. The message never contains a value of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// The kind of the error.
    pub kind: ParseErrorKind,
    /// The position, if there is one.
    pub position: Option<Position>,
    /// The JSON pointer to what was being read; empty for the root.
    pub path: String,
    /// What is wrong, as a fragment. Property names in it may be hostile.
    pub message: String,
}

/// The kind of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// Not JSON.
    Foreign(Foreign),
    /// JSON with a syntax error.
    Syntax,
    /// Invalid UTF-8.
    Encoding,
    /// The file ends too early.
    Truncated,
    /// Data after the end of the root.
    Trailing,
    /// JSON of the wrong shape.
    Shape,
    /// JSON of an unknown format.
    UnknownFormat,
}

impl ParseError {
    /// Converts an error of the JSON reader; `text` is its input.
    pub(crate) fn from_json(
        error: &serde_json::Error,
        path: impl Into<String>,
        text: &[u8],
    ) -> Self {
        let position =
            (error.line() > 0).then(|| Position::of_reader(error.line(), error.column(), text));
        if let Some(bad) = Position::of_invalid_utf8(text)
            .filter(|bad| position.is_none_or(|seen| !seen.is_before(*bad)))
        {
            return Self {
                kind: ParseErrorKind::Encoding,
                position: Some(bad),
                path: path.into(),
                message: "invalid UTF-8 byte sequence".to_owned(),
            };
        }
        let described = error.to_string();
        let suffix = format!(" at line {} column {}", error.line(), error.column());
        let described = described.strip_suffix(&suffix).unwrap_or(&described);
        let kind = match error.classify() {
            serde_json::error::Category::Data => ParseErrorKind::Shape,
            serde_json::error::Category::Eof => ParseErrorKind::Truncated,
            _ if described == TRAILING => ParseErrorKind::Trailing,
            // JSON has no largest number.
            _ if described == TOO_LARGE => ParseErrorKind::Shape,
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                ParseErrorKind::Syntax
            }
        };
        Self {
            kind,
            position,
            path: path.into(),
            message: reworded(described),
        }
    }

    /// Returns the error of a file that is not JSON.
    pub(super) fn foreign(foreign: Foreign) -> Self {
        Self {
            kind: ParseErrorKind::Foreign(foreign),
            position: None,
            path: String::new(),
            message: foreign.what().to_owned(),
        }
    }

    /// Returns the error of several files if only one is allowed.
    pub(crate) fn several_files() -> Self {
        Self {
            kind: ParseErrorKind::Shape,
            position: None,
            path: String::new(),
            message: "an import of this format is one file, not several".to_owned(),
        }
    }

    /// Returns the error of a file that no platform recognises; `keys` are the
    /// first ones of its root.
    pub(crate) fn unknown_format<'a>(
        keys: &[String],
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        let keys: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
        let root = if keys.is_empty() {
            "its root is empty".to_owned()
        } else {
            format!("its root holds {}", keys.join(", "))
        };
        Self {
            kind: ParseErrorKind::UnknownFormat,
            position: None,
            path: String::new(),
            message: format!("{root}; not a known format (known: {})", known.join(", ")),
        }
    }
}

/// The JSON reader's message for data after the root.
const TRAILING: &str = "trailing characters";

/// Its message for a number beyond the range of floating point.
const TOO_LARGE: &str = "number out of range";

/// Rephrases the JSON reader's message where it is unclear.
fn reworded(described: &str) -> String {
    let ours = match described {
        TRAILING => "the root is already closed",
        TOO_LARGE => "found a number that is too large",
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
            "found half of a surrogate pair as an escape, which is not a character"
        }
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "found a control character inside text, where an escape is required"
        }
        "EOF while parsing a string" => "it ends inside text",
        "key must be a string" => "expected a property's name in double quotes",
        "expected value" => "expected a value",
        _ => {
            return match described.strip_prefix("EOF while parsing ") {
                Some(inside) => format!("it ends inside {inside}"),
                None => described.to_owned(),
            };
        }
    };
    ours.to_owned()
}

/// Shortens a property's name for a message.
pub(crate) fn brief(key: &str) -> Cow<'_, str> {
    const MAX_NAME: usize = 100;
    match key.char_indices().nth(MAX_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", key.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(key),
    }
}

/// Returns the error of a wrong type: it names types, never the value.
pub(crate) fn wrong<E: de::Error>(expected: &str, found: &str) -> E {
    E::custom(format_args!("expected {expected}, found {found}"))
}
