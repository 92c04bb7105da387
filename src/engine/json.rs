//! A lossless JSON value: it keeps the order of members, the form of numbers,
//! and the position of every object in its text.

pub(super) mod token;

use std::sync::Arc;

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::diff::{push_segment, segments};
use super::item::Value;

/// A range of bytes in a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// A JSON value.
///
/// Two values are equal if their texts mean the same character by character, in
/// the same order; positions do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(Arc<str>),
    /// Text.
    Text(Arc<str>),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Object),
}

/// An object: named values in order. Names are unique.
#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<(Arc<str>, Json)>,
    span: Span,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl Eq for Object {}

/// A value that `jsonb` cannot store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstorable {
    /// JSON pointer to it.
    pub path: String,
    /// A description, as a fragment.
    pub what: &'static str,
}

/// The maximum nesting depth of a planned object. A saved plan uses three
/// levels of JSON for each, and JSON readers accept at most 128.
pub const MAX_DEPTH: usize = 38;

impl Json {
    /// Returns the nesting depth of lists and objects, itself included.
    pub fn depth(&self) -> usize {
        match self {
            Self::List(elements) => 1 + elements.iter().map(Self::depth).max().unwrap_or_default(),
            Self::Object(object) => {
                1 + object
                    .members()
                    .map(|(_, json)| json.depth())
                    .max()
                    .unwrap_or_default()
            }
            _ => 0,
        }
    }

    /// Returns text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Returns the text, if the value is a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the object, if the value is one.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the object, if the value is one.
    pub const fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the elements of a list, none of other values.
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }

    /// Returns a member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// Returns the text of a member of an object; '' if absent.
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).and_then(Self::as_text).unwrap_or_default()
    }

    /// Returns the value at a JSON pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        segments(pointer).try_fold(self, |value, segment| value.child(&segment))
    }

    /// Returns the value at a JSON pointer, mutably.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        segments(pointer).try_fold(self, |value, segment| match value {
            Self::Object(object) => object.get_mut(&segment),
            Self::List(elements) => elements.get_mut(segment.parse::<usize>().ok()?),
            _ => None,
        })
    }

    fn child(&self, segment: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(segment),
            Self::List(elements) => elements.get(segment.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Returns whether it is empty: null, '', [] or {}.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Object(object) => object.members.is_empty(),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// Returns whether it contains no objects: a plain value, or a list of plain values.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::Object(_) => false,
            Self::List(elements) => elements.iter().all(Self::is_plain),
            _ => true,
        }
    }

    /// Returns its type, for messages.
    pub const fn type_word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Calls with every value below and with itself, and its JSON pointer.
    pub fn walk<'j>(&'j self, visit: &mut impl FnMut(&str, &'j Self)) {
        self.walk_at(&mut String::new(), visit);
    }

    fn walk_at<'j>(&'j self, path: &mut String, visit: &mut impl FnMut(&str, &'j Self)) {
        visit(path, self);
        let length = path.len();
        let mut below = |segment: &str, value: &'j Self, path: &mut String| {
            path.push('/');
            push_segment(path, segment);
            value.walk_at(path, visit);
            path.truncate(length);
        };
        match self {
            Self::Object(object) => {
                object
                    .members
                    .iter()
                    .for_each(|(name, value)| below(name, value, path));
            }
            Self::List(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| below(&index.to_string(), value, path));
            }
            _ => {}
        }
    }

    /// Returns the first part that PostgreSQL's `jsonb` cannot store.
    pub fn unstorable(&self) -> Option<Unstorable> {
        const NUL: &str = "a NUL character, which PostgreSQL cannot store";
        let mut found = None;
        self.walk(&mut |path, value| {
            let what = match value {
                Self::Text(text) if text.contains('\0') => Some(NUL),
                Self::Object(object) if object.names().any(|name| name.contains('\0')) => Some(NUL),
                Self::Number(text) if !is_numeric(text) => {
                    Some("a number outside the range of PostgreSQL's numeric")
                }
                _ => None,
            };
            if let Some(what) = what.filter(|_| found.is_none()) {
                found = Some(Unstorable {
                    path: path.to_owned(),
                    what,
                });
            }
        });
        found
    }

    /// Returns it as compact JSON text.
    pub fn print(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Returns whether a number fits into PostgreSQL's `numeric`: 131072 digits
/// before the decimal point, 16383 after it.
fn is_numeric(text: &str) -> bool {
    const EXPONENT: i64 = 10_000;
    const DIGITS: usize = 6_000;
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(i64::MAX);
    digits.len() <= DIGITS
        && exponent
            .checked_abs()
            .is_some_and(|exponent| exponent <= EXPONENT)
}

impl Object {
    /// Returns an object that was read: its members, with unique names, and its
    /// position in the text.
    pub fn read(members: Vec<(Arc<str>, Json)>, span: Span) -> Self {
        Self { members, span }
    }

    /// Returns whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns a member.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members
            .iter()
            .find(|(other, _)| **other == *name)
            .map(|(_, value)| value)
    }

    /// Returns a member, mutably.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.members
            .iter_mut()
            .find(|(other, _)| **other == *name)
            .map(|(_, value)| value)
    }

    /// Sets a member, in its place or at the end.
    pub fn set(&mut self, name: &str, value: Json) {
        match self.get_mut(name) {
            Some(there) => *there = value,
            None => self.members.push((name.into(), value)),
        }
    }

    /// Removes a member.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let index = self
            .members
            .iter()
            .position(|(other, _)| **other == *name)?;
        Some(self.members.remove(index).1)
    }

    /// Returns the members in their order.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the members themselves, in their order.
    pub fn into_members(self) -> impl Iterator<Item = (Arc<str>, Json)> {
        self.members.into_iter()
    }

    /// Returns the members in their order, mutably.
    pub fn members_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json)> {
        self.members
            .iter_mut()
            .map(|(name, value)| (&**name, value))
    }

    /// Returns the names in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| &**name)
    }

    /// Returns its position in the text that was read; `None` if it was created here.
    pub const fn span(&self) -> Span {
        self.span
    }
}

impl FromIterator<(Arc<str>, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Json)>>(members: I) -> Self {
        let mut object = Self::default();
        members
            .into_iter()
            .for_each(|(name, value)| object.set(&name, value));
        object
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(text) => match RawValue::from_string(text.as_ref().to_owned()) {
                Ok(raw) => raw.serialize(serializer),
                Err(error) => Err(serde::ser::Error::custom(error)),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(elements) => {
                let mut seq = serializer.serialize_seq(Some(elements.len()))?;
                elements
                    .iter()
                    .try_for_each(|element| seq.serialize_element(element))?;
                seq.end()
            }
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.members.len()))?;
                object
                    .members()
                    .try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

/// Returns the meaning of a value as text: members sorted by name, numbers in
/// one form, '' and empty values unchanged.
pub(super) fn canonical(json: &Json) -> String {
    let mut text = String::new();
    write_canonical(json, &mut text);
    text
}

fn write_canonical(json: &Json, text: &mut String) {
    let quoted = |plain: &str| serde_json::to_string(plain).unwrap_or_default();
    match json {
        Json::Number(number_text) => {
            text.push_str(&serde_json::to_string(&number(number_text)).unwrap_or_default());
        }
        Json::List(elements) => {
            text.push('[');
            for element in elements {
                write_canonical(element, text);
                text.push(',');
            }
            text.push(']');
        }
        Json::Object(object) => {
            let mut members: Vec<(&str, &Json)> = object.members().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                text.push_str(&quoted(name));
                text.push(':');
                write_canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Json::Text(plain) => text.push_str(&quoted(plain)),
        Json::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Json::Null => text.push_str("null"),
    }
}

/// Returns a number in canonical form: 10, 10.0 and 1e1 are equal.
pub(crate) fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse() {
        return Value::Int(whole);
    }
    let (sign, rest) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (digits, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<i64>() else {
        return Value::Number(text.into());
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    // All digits as one whole number, times ten to the power of `scale`.
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return Value::Int(0);
    }
    let scale = exponent.saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
    let trimmed = significant.trim_end_matches('0');
    let cut = i64::try_from(significant.len() - trimmed.len()).unwrap_or_default();
    let scale = scale.saturating_add(cut);
    if (0..19).contains(&scale) {
        let zeros = "0".repeat(usize::try_from(scale).unwrap_or_default());
        if let Ok(whole) = format!("{sign}{trimmed}{zeros}").parse() {
            return Value::Int(whole);
        }
    }
    Value::Number(written(sign, trimmed, scale).into())
}

/// Writes digits times ten to the power of `scale`: without an exponent where
/// that is short.
fn written(sign: &str, digits: &str, scale: i64) -> String {
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let point = length.saturating_add(scale);
    if scale < 0 && point > 0 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
        return format!("{sign}{whole}.{fraction}");
    }
    if scale < 0 && point > -6 {
        let zeros = "0".repeat(usize::try_from(-point).unwrap_or_default());
        return format!("{sign}0.{zeros}{digits}");
    }
    if scale == 0 {
        format!("{sign}{digits}")
    } else {
        format!("{sign}{digits}e{scale}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let number = |text: &str| serde_json::to_string(&number(text)).unwrap();
        for (one, other) in [
            ("10", "10.0"),
            ("1e1", "10"),
            ("-0", "0"),
            ("0.0", "0"),
            ("1.50", "1.5"),
            ("15e-1", "1.5"),
            ("100E-2", "1"),
            ("0.0010", "1e-3"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890.0",
            ),
            ("1e400", "10e399"),
            ("9223372036854775807", "9223372036854775807.0"),
        ] {
            assert_eq!(number(one), number(other), "{one} {other}");
        }
        assert_eq!(number("0.001"), "0.001");
        assert_eq!(number("-1.25"), "-1.25");
        assert_ne!(number("1e400"), number("1e401"));
        assert_eq!(number("1e99999999999999999999"), "1e99999999999999999999");
    }
}
