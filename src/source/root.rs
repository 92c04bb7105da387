//! A look at a file's root, without reading the rest.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};

use super::encoding::text;
use super::error::{ParseError, brief, wrong};

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
