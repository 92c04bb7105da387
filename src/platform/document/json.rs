//! JSON that forgets nothing: the order of fields, the form of numbers, and
//! where in the file everything stands.

use std::fmt;
use std::sync::Arc;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::engine::diff::push_segment;
use crate::platform::parse::{self, ParseError, ParseErrorKind, Position};

/// How deep values may be nested. A saved plan needs three levels of JSON for
/// each, and no reader of JSON takes more than 128.
const DEEPEST: usize = 40;

/// Bytes of a file, from a first one to before a last one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// A JSON value.
///
/// Two values are equal where their texts mean the same character by
/// character, in the same order; where they stand does not count.
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

/// An object: named values in their order. Names are unique.
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

/// A text that was read as JSON.
#[derive(Clone, Debug)]
pub struct Source {
    text: Arc<str>,
    /// How many bytes of a byte-order mark stand before it.
    bom: usize,
    /// What the text means.
    pub root: Json,
}

impl Source {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Syntax errors with line and column; names that stand twice in one
    /// object; values nested deeper than 40.
    pub fn read(bytes: &[u8]) -> Result<Self, ParseError> {
        let body = parse::text(bytes)?;
        let raw: &RawValue = serde_json::from_slice(body)
            .map_err(|error| ParseError::from_json(&error, path(body, &error), body))?;
        let mut reader = Reader { text: body, path: String::new(), depth: 0 };
        let root = reader.value(raw)?;
        let text = std::str::from_utf8(body).unwrap_or_default();
        Ok(Self { text: text.into(), bom: bytes.len() - body.len(), root })
    }

    /// Returns the text of a part, byte for byte.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Returns where in the file a part begins.
    pub fn position(&self, span: Span) -> Position {
        let mut place = position(self.text.as_bytes(), span.start);
        if place.line == 1 {
            place.column += self.bom;
        }
        place
    }

    /// Returns the error of a value that is not what it should be; `found`
    /// names its type, never the value.
    pub fn wrong(&self, span: Span, path: &str, expected: &str, found: &str) -> ParseError {
        ParseError {
            kind: ParseErrorKind::Shape,
            position: Some(self.position(span)),
            path: path.to_owned(),
            message: format!("expected {expected}, found {found}"),
        }
    }
}

/// Returns the position of a byte.
fn position(text: &[u8], at: usize) -> Position {
    let before = text.get(..at).unwrap_or(text);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Position { line, column }
}

/// What is open where a text goes wrong.
enum Open {
    /// An object, and which member of it; none yet after its brace.
    Object(Option<String>),
    /// A list, and which element of it.
    List(usize),
}

/// Returns the JSON pointer to the value in which a text goes wrong.
fn path(text: &[u8], error: &serde_json::Error) -> String {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let sound = text.get(..before + error.column().saturating_sub(1)).unwrap_or(text);
    let mut path = String::new();
    for open in open(sound) {
        let segment = match open {
            Open::Object(None) => continue,
            Open::Object(Some(name)) => name,
            Open::List(at) => at.to_string(),
        };
        path.push('/');
        push_segment(&mut path, &parse::brief(&segment));
    }
    path
}

/// Returns what is open at the end of a text that is well formed up to there.
fn open(text: &[u8]) -> Vec<Open> {
    let mut all = Vec::new();
    let mut is_name = false;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let mut next = at + 1;
        match byte {
            b'{' => {
                all.push(Open::Object(None));
                is_name = true;
            }
            b'[' => all.push(Open::List(0)),
            b'}' | b']' => {
                all.pop();
                is_name = false;
            }
            b',' => match all.last_mut() {
                Some(Open::List(place)) => *place += 1,
                Some(Open::Object(name)) => {
                    *name = None;
                    is_name = true;
                }
                None => {}
            },
            b':' => is_name = false,
            b'"' => {
                next = at + quoted(text.get(at..).unwrap_or_default());
                let name = text.get(at..next).and_then(|text| serde_json::from_slice(text).ok());
                if let (true, Some(Open::Object(slot))) = (is_name, all.last_mut()) {
                    *slot = name;
                }
            }
            _ => {}
        }
        at = next;
    }
    all
}

/// Returns how long the quoted text is that a text begins with.
fn quoted(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// Takes values apart, level by level.
struct Reader<'t> {
    text: &'t [u8],
    path: String,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self, raw: &RawValue) -> Result<Json, ParseError> {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') => self.nested(raw, Self::object),
            Some(b'[') => self.nested(raw, Self::list),
            Some(b'"') => serde_json::from_str(text).map(Json::Text).map_err(|error| self.error(raw, &error)),
            Some(b't') => Ok(Json::Bool(true)),
            Some(b'f') => Ok(Json::Bool(false)),
            Some(b'n') => Ok(Json::Null),
            _ => Ok(Json::Number(text.into())),
        }
    }

    fn nested(
        &mut self,
        raw: &RawValue,
        read: impl FnOnce(&mut Self, &RawValue) -> Result<Json, ParseError>,
    ) -> Result<Json, ParseError> {
        if self.depth == DEEPEST {
            return Err(self.shape(raw, format!("it is nested deeper than {DEEPEST}")));
        }
        self.depth += 1;
        let value = read(self, raw);
        self.depth -= 1;
        value
    }

    fn list(&mut self, raw: &RawValue) -> Result<Json, ParseError> {
        let elements: Vec<&RawValue> = serde_json::Deserializer::from_str(raw.get())
            .deserialize_seq(Elements)
            .map_err(|error| self.error(raw, &error))?;
        let mut list = Vec::with_capacity(elements.len());
        for (at, element) in elements.into_iter().enumerate() {
            list.push(self.below(&at.to_string(), |this| this.value(element))?);
        }
        Ok(Json::List(list))
    }

    fn object(&mut self, raw: &RawValue) -> Result<Json, ParseError> {
        let members: Vec<(Name<'_>, &RawValue)> = serde_json::Deserializer::from_str(raw.get())
            .deserialize_map(Members)
            .map_err(|error| self.error(raw, &error))?;
        let mut object = Object { members: Vec::with_capacity(members.len()), span: self.span(raw) };
        let mut seen = std::collections::HashSet::with_capacity(members.len());
        for (Name(name), value) in members {
            let read = self.below(&name, |this| {
                if seen.insert(name.to_string()) {
                    this.value(value)
                } else {
                    Err(this.shape(value, "the property stands twice in its object".to_owned()))
                }
            })?;
            object.members.push((name.into(), read));
        }
        Ok(Json::Object(object))
    }

    fn below<R>(&mut self, segment: &str, then: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.path.len();
        self.path.push('/');
        push_segment(&mut self.path, &parse::brief(segment));
        let done = then(self);
        self.path.truncate(length);
        done
    }

    fn span(&self, raw: &RawValue) -> Span {
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        Span { start, end: start + raw.get().len() }
    }

    fn shape(&self, raw: &RawValue, message: String) -> ParseError {
        let place = position(self.text, self.span(raw).start);
        ParseError { kind: ParseErrorKind::Shape, position: Some(place), path: self.path.clone(), message }
    }

    /// Turns an error within a value into one of the file.
    fn error(&self, raw: &RawValue, error: &serde_json::Error) -> ParseError {
        let told = ParseError::from_json(error, self.path.clone(), raw.get().as_bytes());
        let begin = position(self.text, self.span(raw).start);
        let place = told.position.map_or(begin, |inner| match inner.line {
            0 | 1 => Position { line: begin.line, column: begin.column + inner.column.saturating_sub(1) },
            line => Position { line: begin.line + line - 1, column: inner.column },
        });
        ParseError { position: Some(place), ..told }
    }
}

/// A property's name, borrowed where it holds no escape.
struct Name<'t>(std::borrow::Cow<'t, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property's name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(text.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(elements)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Name<'de>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// What no `jsonb` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstorable {
    /// JSON pointer to it.
    pub path: String,
    /// What it is, as a fragment.
    pub what: &'static str,
}

impl Json {
    /// Returns text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Returns the text of a value that is some.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the object of a value that is one.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the object of a value that is one.
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

    /// Returns the text of a member of an object; '' where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).and_then(Self::as_text).unwrap_or_default()
    }

    /// Returns what a JSON pointer means.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        crate::engine::diff::segments(pointer).try_fold(self, |value, segment| value.child(&segment))
    }

    /// Returns what a JSON pointer means, to change it.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        crate::engine::diff::segments(pointer).try_fold(self, |value, segment| match value {
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

    /// Says whether it says nothing: null, '', [] or {}.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Object(object) => object.members.is_empty(),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// Returns what it is, for messages.
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
                object.members.iter().for_each(|(name, value)| below(name, value, path));
            }
            Self::List(elements) => {
                elements.iter().enumerate().for_each(|(at, value)| below(&at.to_string(), value, path));
            }
            _ => {}
        }
    }

    /// Returns the first part that PostgreSQL's `jsonb` cannot hold.
    pub fn unstorable(&self) -> Option<Unstorable> {
        const NUL: &str = "a NUL character, which PostgreSQL does not store";
        let mut found = None;
        self.walk(&mut |path, value| {
            let what = match value {
                Self::Text(text) if text.contains('\0') => Some(NUL),
                Self::Object(object) if object.names().any(|name| name.contains('\0')) => Some(NUL),
                Self::Number(text) if !is_numeric(text) => Some("a number beyond what PostgreSQL stores"),
                _ => None,
            };
            if let Some(what) = what.filter(|_| found.is_none()) {
                found = Some(Unstorable { path: path.to_owned(), what });
            }
        });
        found
    }

    /// Returns it as compact JSON text.
    pub fn print(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Says whether a number fits into PostgreSQL's `numeric`: 131072 digits before
/// the point, 16383 behind it.
fn is_numeric(text: &str) -> bool {
    const EXPONENT: i64 = 10_000;
    const DIGITS: usize = 6_000;
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(i64::MAX);
    digits.len() <= DIGITS && exponent.checked_abs().is_some_and(|exponent| exponent <= EXPONENT)
}

impl Object {
    /// Returns a member.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members.iter().find(|(other, _)| **other == *name).map(|(_, value)| value)
    }

    /// Returns a member, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.members.iter_mut().find(|(other, _)| **other == *name).map(|(_, value)| value)
    }

    /// Sets a member, in its place or at the end.
    pub fn set(&mut self, name: &str, value: Json) {
        match self.get_mut(name) {
            Some(there) => *there = value,
            None => self.members.push((name.into(), value)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let at = self.members.iter().position(|(other, _)| **other == *name)?;
        Some(self.members.remove(at).1)
    }

    /// Returns the members in their order.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the members in their order, to change them.
    pub fn members_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json)> {
        self.members.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// Returns the names in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| &**name)
    }

    /// Returns where it stood in what was read; nowhere if it was made here.
    pub const fn span(&self) -> Span {
        self.span
    }
}

impl FromIterator<(Arc<str>, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Json)>>(members: I) -> Self {
        let mut object = Self::default();
        members.into_iter().for_each(|(name, value)| object.set(&name, value));
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
                elements.iter().try_for_each(|element| seq.serialize_element(element))?;
                seq.end()
            }
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.members.len()))?;
                object.members().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Json {
        Source::read(text.as_bytes()).unwrap().root
    }

    fn told(text: &str) -> (usize, usize, String, String) {
        let error = Source::read(text.as_bytes()).unwrap_err();
        let place = error.position.unwrap();
        (place.line, place.column, error.path, error.message)
    }

    #[test]
    fn order_forms_of_numbers_and_unknown_fields_survive() {
        let text = r#"{"z":1.0,"a":[1e3,-0,10.50,{"né":"中\n"}],"big":123456789012345678901234567890}"#;
        assert_eq!(read(text).print(), text);
    }

    #[test]
    fn an_object_gives_its_text_byte_for_byte() {
        let source = Source::read(b"\xef\xbb\xbf[ {\"a\" : 1 ,\n \"b\":[ ]} ]").unwrap();
        let object = source.root.elements()[0].as_object().unwrap();
        assert_eq!(source.slice(object.span()), "{\"a\" : 1 ,\n \"b\":[ ]}");
        assert_eq!(source.position(object.span()), Position { line: 1, column: 6 });
    }

    #[test]
    fn a_property_that_stands_twice_is_told_with_its_place() {
        assert_eq!(
            told("{\"a\":\n [{\"b\":1, \"b\":2}]}"),
            (2, 15, "/a/0/b".to_owned(), "the property stands twice in its object".to_owned())
        );
        assert_eq!(told(r#"{"a":1,"\u0061":2}"#).2, "/a");
    }

    #[test]
    fn a_mistake_in_the_text_is_told_with_its_place() {
        let (line, column, ..) = told("{\"apis\":[\n{...}]}");
        assert_eq!((line, column), (2, 2));
        for (text, path) in [
            ("{\"apis\":[1,\n{...}]}", "/apis/1"),
            (r#"{"a":{"b~/\"c":[[],{"x":1}, tru]}}"#, "/a/b~0~1\"c/2"),
            (r#"{"a":{"b":1},"c"}"#, "/c"),
            (r#"{"a":[1,2],]"#, ""),
            (r#"{"a":"x"#, "/a"),
            ("", ""),
        ] {
            let found = Source::read(text.as_bytes()).unwrap_err();
            assert_eq!(found.path, path, "{text}");
        }
        let (line, _, path, message) = told("{\"a\":\n\"\\ud800\"}");
        assert_eq!((line, path.as_str()), (2, "/a"));
        assert!(message.contains("surrogate"), "{message}");
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_and_overflows_nothing() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(told(&deep).3.contains("nested deeper"));
        let enough = format!("{}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
        assert!(Source::read(enough.as_bytes()).is_ok());
    }

    #[test]
    fn members_are_found_set_and_taken_out_in_their_order() {
        let mut value = read(r#"{"a":1,"b":{"c":[true,null]}}"#);
        assert_eq!(value.pointer("/b/c/0"), Some(&Json::Bool(true)));
        assert_eq!(value.pointer("/b/d"), None);
        *value.pointer_mut("/b/c/1").unwrap() = Json::text("x");
        let object = value.as_object_mut().unwrap();
        object.set("a", Json::Null);
        object.set("z", Json::List(Vec::new()));
        assert_eq!(value.print(), r#"{"a":null,"b":{"c":[true,"x"]},"z":[]}"#);
        assert_eq!(value.as_object_mut().unwrap().remove("a"), Some(Json::Null));
    }

    #[test]
    fn what_no_jsonb_holds_is_found() {
        assert_eq!(read(r#"{"a":["x\u0000"]}"#).unstorable().unwrap().path, "/a/0");
        assert_eq!(read(r#"{"a":{"k\u0000":1}}"#).unstorable().unwrap().path, "/a");
        assert_eq!(read(r#"{"a":1e999999}"#).unstorable().unwrap().path, "/a");
        assert_eq!(read(r#"{"a":1e300,"b":-1.5E-20}"#).unstorable(), None);
    }
}
