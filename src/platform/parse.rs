//! Errors of reading a file, and a look at its root.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};

use super::foreign::Foreign;

/// A position in a file, both counted from 1; columns count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

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
        let position = (error.line() > 0).then(|| position(error.line(), error.column(), text));
        if let Some(bad) =
            not_utf8(text).filter(|bad| position.is_none_or(|seen| !seen.is_before(*bad)))
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
    fn foreign(foreign: Foreign) -> Self {
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
            message: format!(
                "{root}; that is no known format (known: {})",
                known.join(", ")
            ),
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

/// Returns a position; column 0 is the line break before.
fn position(line: usize, column: usize, text: &[u8]) -> Position {
    let before = line.checked_sub(2).filter(|_| column == 0);
    let before = before.and_then(|index| text.split(|byte| *byte == b'\n').nth(index));
    before.map_or(Position { line, column }, |before| Position {
        line: line - 1,
        column: before.len() + 1,
    })
}

impl Position {
    const fn is_before(self, other: Self) -> bool {
        self.line < other.line || (self.line == other.line && self.column < other.column)
    }
}

/// Returns the position of the first byte that is not valid UTF-8.
fn not_utf8(text: &[u8]) -> Option<Position> {
    let sound = text.get(..std::str::from_utf8(text).err()?.valid_up_to())?;
    let line = sound.split(|byte| *byte == b'\n').count();
    let column = sound
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count()
        + 1;
    Some(Position { line, column })
}

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

/// Shortens a property's name for a message.
pub(crate) fn brief(key: &str) -> Cow<'_, str> {
    const MAX_NAME: usize = 100;
    match key.char_indices().nth(MAX_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", key.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(key),
    }
}

/// The result of looking at a root object's keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RootKey<R> {
    /// One is known.
    Known(R),
    /// None is; these are the first ones.
    Unknown(Vec<String>),
}

/// The allowed root of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// An object.
    Object,
    /// An object, or a list, of which the first object is used.
    ObjectOrList,
}

/// Looks through the root object's keys until `find` recognises one; the rest
/// is not read.
///
/// # Errors
///
/// Fails if the file is not JSON up to there, or if the root is not an object.
pub(crate) fn find_root_key<R>(
    bytes: &[u8],
    root: Root,
    find: impl Fn(&str) -> Option<R>,
) -> Result<RootKey<R>, ParseError> {
    let body = text(bytes)?;
    let mut found = None;
    let mut others = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    let keys = RootKeys {
        find,
        found: &mut found,
        others: &mut others,
        expected: "an object at the root",
        takes_list: root == Root::ObjectOrList,
    };
    let result = json.deserialize_any(keys);
    match (found, result) {
        // Stopping early is an error only for the reader.
        (Some(found), _) => Ok(RootKey::Known(found)),
        (None, Ok(())) => Ok(RootKey::Unknown(others)),
        (None, Err(error)) => Err(ParseError::from_json(&error, "", body)),
    }
}

struct RootKeys<'a, F, R> {
    find: F,
    found: &'a mut Option<R>,
    others: &'a mut Vec<String>,
    expected: &'static str,
    takes_list: bool,
}

/// The required first element of a list at the root.
const IN_LIST: &str = "an object in the list";

impl<'de, F: Fn(&str) -> Option<R>, R> de::DeserializeSeed<'de> for RootKeys<'_, F, R> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: Fn(&str) -> Option<R>, R> Visitor<'de> for RootKeys<'_, F, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        const MAX_LISTED: usize = 5;
        while let Some(key) = map.next_key::<String>()? {
            *self.found = (self.find)(&key);
            if self.found.is_some() {
                return Err(de::Error::custom("found"));
            }
            if self.others.len() < MAX_LISTED {
                self.others.push(brief(&key).into_owned());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.takes_list {
            return Err(wrong(self.expected, "a list"));
        }
        list.next_element_seed(RootKeys {
            expected: IN_LIST,
            takes_list: false,
            ..self
        })?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Err(wrong(self.expected, "text"))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        Err(wrong(self.expected, "a number"))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Err(wrong(self.expected, "a number"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        Err(wrong(self.expected, "a number"))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Err(wrong(self.expected, "true or false"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Err(wrong(self.expected, "null"))
    }
}

/// Returns the error of a wrong type: it names types, never the value.
pub(crate) fn wrong<E: de::Error>(expected: &str, found: &str) -> E {
    E::custom(format_args!("expected {expected}, found {found}"))
}
