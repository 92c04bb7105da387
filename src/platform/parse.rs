//! Errors of reading a file, and a look at its root.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};

/// A place in a file, both counted from 1; columns count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Why a file cannot be read. The message never holds a value of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// What sort of error it is.
    pub kind: ParseErrorKind,
    /// Where, when it has a place.
    pub position: Option<Position>,
    /// The JSON pointer to what was being read; empty for the root.
    pub path: String,
    /// What is wrong, as a fragment. Property names in it may be hostile.
    pub message: String,
}

/// What sort of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// Not JSON.
    Syntax,
    /// The file ends too early.
    Truncated,
    /// JSON of the wrong shape.
    Shape,
    /// JSON that no platform knows.
    UnknownFormat,
}

impl ParseError {
    /// Turns an error of the JSON reader into ours.
    pub(super) fn from_json(error: &serde_json::Error, path: impl Into<String>) -> Self {
        let kind = match error.classify() {
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => ParseErrorKind::Syntax,
            serde_json::error::Category::Eof => ParseErrorKind::Truncated,
            serde_json::error::Category::Data => ParseErrorKind::Shape,
        };
        let position = (error.line() > 0).then(|| Position { line: error.line(), column: error.column() });
        let text = error.to_string();
        let suffix = format!(" at line {} column {}", error.line(), error.column());
        let message = text.strip_suffix(&suffix).unwrap_or(&text).to_owned();
        Self { kind, position, path: path.into(), message }
    }

    /// Returns the error of a file that no platform knows.
    pub(super) fn unknown_format<'a>(known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.collect();
        Self {
            kind: ParseErrorKind::UnknownFormat,
            position: None,
            path: String::new(),
            message: format!("no known format (known: {})", known.join(", ")),
        }
    }
}

/// Returns the file without its byte-order mark.
///
/// # Errors
///
/// Fails if it is no JSON text at all, where a syntax error would puzzle.
pub(super) fn text(bytes: &[u8]) -> Result<&[u8], ParseError> {
    let body = bytes.get(bom(bytes)..).unwrap_or_default();
    match not_text(body) {
        Some(message) => Err(ParseError {
            kind: ParseErrorKind::Syntax,
            position: None,
            path: String::new(),
            message: message.to_owned(),
        }),
        None => Ok(body),
    }
}

/// Returns the byte-order mark's length, if the file begins with one.
pub(super) fn bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Looks through the root object's keys until `find` knows one; what comes
/// after it is not read.
///
/// # Errors
///
/// Fails if the file is not JSON up to there, or its root is not an object.
pub(super) fn find_root_key<R>(
    bytes: &[u8],
    find: impl Fn(&str) -> Option<R>,
) -> Result<Option<R>, ParseError> {
    let body = text(bytes)?;
    let mut found = None;
    let mut json = serde_json::Deserializer::from_slice(body);
    let result = json.deserialize_any(RootKeys { find, found: &mut found });
    match result {
        // Stopping early is an error to the reader, and none to us.
        _ if found.is_some() => Ok(found),
        Ok(()) => Ok(None),
        Err(error) => Err(ParseError::from_json(&error, "")),
    }
}

/// Recognises what is no JSON text at all.
fn not_text(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [] => Some("the file is empty"),
        [0x1f, 0x8b, ..] => Some("the file is compressed (gzip); unpack it first"),
        [b'P', b'K', 3, 4, ..] => Some("the file is an archive (zip); unpack it first"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'{', 0, ..] | [0, b'{', ..] => {
            Some("the file is UTF-16; save it as UTF-8")
        }
        _ if bytes.iter().all(u8::is_ascii_whitespace) => Some("the file is empty"),
        _ => None,
    }
}

struct RootKeys<'a, F, R> {
    find: F,
    found: &'a mut Option<R>,
}

impl<'de, F: Fn(&str) -> Option<R>, R> Visitor<'de> for RootKeys<'_, F, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object at the root")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            *self.found = (self.find)(&key);
            if self.found.is_some() {
                return Err(de::Error::custom("found"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(wrong("an object at the root", "a list"))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Err(wrong("an object at the root", "text"))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        Err(wrong("an object at the root", "a number"))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Err(wrong("an object at the root", "a number"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        Err(wrong("an object at the root", "a number"))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Err(wrong("an object at the root", "true or false"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(wrong("an object at the root", "null"))
    }
}

/// Returns the error of a wrong type: it names types, never the value.
pub(super) fn wrong<E: de::Error>(expected: &str, found: &str) -> E {
    E::custom(format_args!("expected {expected}, found {found}"))
}
