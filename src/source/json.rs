//! Lossless JSON: it keeps the order of fields, the form of numbers, and the
//! position of every value in the file.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;

use super::encoding::text;
use super::error::{ParseError, ParseErrorKind, brief};
use super::position::Position;
use super::scan::{MAX_DEPTH, scan, shared};
use crate::engine::diff::push_segment;
use crate::engine::json::{Json, Object, Span};

/// A text that was read as JSON.
#[derive(Clone, Debug)]
pub struct Source<'t> {
    text: &'t str,
    /// The length in bytes of a preceding byte-order mark.
    bom: usize,
    /// The meaning of the text.
    pub root: Json,
}

impl<'t> Source<'t> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Syntax errors with line and column; duplicate names in one object;
    /// values nested deeper than 120.
    pub fn read(bytes: &'t [u8]) -> Result<Self, ParseError> {
        let body = text(bytes)?;
        let text = std::str::from_utf8(body).ok();
        let root = match text.and_then(scan) {
            Some(root) => root,
            None => Self::read_by_level(body)?,
        };
        Ok(Self {
            text: text.unwrap_or_default(),
            bom: bytes.len() - body.len(),
            root,
        })
    }

    /// Reads a text with which something is wrong, and reports what and where.
    fn read_by_level(body: &[u8]) -> Result<Json, ParseError> {
        let raw: &RawValue = serde_json::from_slice(body)
            .map_err(|error| ParseError::from_json(&error, path(body, &error), body))?;
        let mut reader = Reader {
            text: body,
            path: String::new(),
            depth: 0,
        };
        reader.value(raw)
    }

    /// Returns the text of a part, byte for byte.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Returns the position in the file where a part begins.
    pub fn position(&self, span: Span) -> Position {
        let mut place = Position::of_byte(self.text.as_bytes(), span.start);
        if place.line == 1 {
            place.column += self.bom;
        }
        place
    }

    /// Returns the error of a value of the wrong type; `found` names its type,
    /// never the value.
    pub fn wrong(&self, span: Span, path: &str, expected: &str, found: &str) -> ParseError {
        ParseError {
            kind: ParseErrorKind::Shape,
            position: Some(self.position(span)),
            path: path.to_owned(),
            message: format!("expected {expected}, found {found}"),
        }
    }
}

/// The open list or object at the position of an error.
enum Container {
    /// An object, and its current member; none yet after its brace.
    Object(Option<String>),
    /// A list, and its current element.
    List(usize),
}

/// Returns the JSON pointer to the value with the error.
fn path(text: &[u8], error: &serde_json::Error) -> String {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let sound = text
        .get(..before + error.column().saturating_sub(1))
        .unwrap_or(text);
    let mut path = String::new();
    for open in open(sound) {
        let segment = match open {
            Container::Object(None) => continue,
            Container::Object(Some(name)) => name,
            Container::List(index) => index.to_string(),
        };
        path.push('/');
        push_segment(&mut path, &brief(&segment));
    }
    path
}

/// Returns what is open at the end of a text that is well formed up to there.
fn open(text: &[u8]) -> Vec<Container> {
    let mut all = Vec::new();
    let mut is_name = false;
    let mut offset = 0;
    while let Some(byte) = text.get(offset) {
        let mut next = offset + 1;
        match byte {
            b'{' => {
                all.push(Container::Object(None));
                is_name = true;
            }
            b'[' => all.push(Container::List(0)),
            b'}' | b']' => {
                all.pop();
                is_name = false;
            }
            b',' => match all.last_mut() {
                Some(Container::List(place)) => *place += 1,
                Some(Container::Object(name)) => {
                    *name = None;
                    is_name = true;
                }
                None => {}
            },
            b':' => is_name = false,
            b'"' => {
                next = offset + quoted(text.get(offset..).unwrap_or_default());
                let name = text
                    .get(offset..next)
                    .and_then(|text| serde_json::from_slice(text).ok());
                if let (true, Some(Container::Object(slot))) = (is_name, all.last_mut()) {
                    *slot = name;
                }
            }
            _ => {}
        }
        offset = next;
    }
    all
}

/// Returns the length of the quoted text at the start of a text.
fn quoted(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// Parses values, level by level.
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
            Some(b'"') => serde_json::from_str(text)
                .map(Json::Text)
                .map_err(|error| self.error(raw, &error)),
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
        if self.depth == MAX_DEPTH {
            return Err(self.shape(
                raw,
                format!("it is nested more than {MAX_DEPTH} levels deep"),
            ));
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
        for (index, element) in elements.into_iter().enumerate() {
            list.push(self.below(&index.to_string(), |this| this.value(element))?);
        }
        Ok(Json::List(list))
    }

    fn object(&mut self, raw: &RawValue) -> Result<Json, ParseError> {
        let members: Vec<(Name<'_>, &RawValue)> = serde_json::Deserializer::from_str(raw.get())
            .deserialize_map(Members)
            .map_err(|error| self.error(raw, &error))?;
        let mut read_members = Vec::with_capacity(members.len());
        let twice = first_twice(&members);
        for (index, (Name(name), value)) in members.into_iter().enumerate() {
            let read = self.below(&name, |this| {
                if twice == Some(index) {
                    return Err(
                        this.shape(value, "the property occurs twice in its object".to_owned())
                    );
                }
                this.value(value)
            })?;
            read_members.push((shared(&name), read));
        }
        Ok(Json::Object(Object::read(read_members, self.span(raw))))
    }

    fn below<R>(&mut self, segment: &str, then: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.path.len();
        self.path.push('/');
        push_segment(&mut self.path, &brief(segment));
        let done = then(self);
        self.path.truncate(length);
        done
    }

    fn span(&self, raw: &RawValue) -> Span {
        let start = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        Span {
            start,
            end: start + raw.get().len(),
        }
    }

    fn shape(&self, raw: &RawValue, message: String) -> ParseError {
        let place = Position::of_byte(self.text, self.span(raw).start);
        ParseError {
            kind: ParseErrorKind::Shape,
            position: Some(place),
            path: self.path.clone(),
            message,
        }
    }

    /// Converts an error within a value into one of the file.
    fn error(&self, raw: &RawValue, error: &serde_json::Error) -> ParseError {
        let described = ParseError::from_json(error, self.path.clone(), raw.get().as_bytes());
        let begin = Position::of_byte(self.text, self.span(raw).start);
        let place = described.position.map_or(begin, |inner| match inner.line {
            0 | 1 => Position {
                line: begin.line,
                column: begin.column + inner.column.saturating_sub(1),
            },
            line => Position {
                line: begin.line + line - 1,
                column: inner.column,
            },
        });
        ParseError {
            position: Some(place),
            ..described
        }
    }
}

/// Returns the first member whose name occurs before it.
fn first_twice(members: &[(Name<'_>, &RawValue)]) -> Option<usize> {
    const FEW: usize = 24;
    if members.len() <= FEW {
        let is_before =
            |index: usize, name: &str| members.iter().take(index).any(|(other, _)| other.0 == name);
        return members
            .iter()
            .enumerate()
            .find(|(index, (name, _))| is_before(*index, &name.0))
            .map(|(index, _)| index);
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().position(|(name, _)| !seen.insert(&*name.0))
}

/// A property's name, borrowed if it has no escapes.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cases::config;
    use crate::source::has_member;

    proptest! {
        #![proptest_config(config(300))]

        #[test]
        fn one_pass_reads_what_level_by_level_does(pieces in prop::collection::vec(0..PIECES.len(), 0..24)) {
            let text: String = pieces.into_iter().map(|index| PIECES[index]).collect();
            let slowly = Source::read_by_level(text.as_bytes()).ok();
            let quickly = scan(&text);
            prop_assert!(slowly.is_some() || quickly.is_none(), "{text}");
            if let Some(quickly) = quickly {
                prop_assert_eq!(spans(&quickly), spans(slowly.as_ref().unwrap()));
                prop_assert_eq!(Some(quickly), slowly);
            }
        }
    }

    /// Pieces of texts, of which most are wrong.
    const PIECES: [&str; 30] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\"\\\"\"",
        "1",
        "-0",
        "0.5",
        "01",
        "1e3",
        "2E+1",
        "1.",
        "true",
        "false",
        "null",
        " ",
        "\n",
        "\u{a0}",
        "\"é中\"",
        "\"\\ud800\"",
        "{\"a\":",
        "{\"b\":1,",
        "[1,",
        "\"\t\"",
        "\"\\ud83d\\ude00\"",
    ];

    /// Returns where the objects of a value are.
    fn spans(json: &Json) -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
        json.walk(&mut |_, json| {
            spans.extend(
                json.as_object()
                    .map(|object| (object.span().start, object.span().end)),
            );
        });
        spans
    }

    #[test]
    fn one_pass_reads_every_sound_text() {
        for text in [
            "{}",
            " [ ] ",
            "{\"a\":[{\"b\":null},-0.0e-1,\"\\u0061\\n\"]}",
            "\"\"",
            "0",
            "true",
            "{\"\\u0061b\" : \"\\\\\" , \"c\":[[],{}]}\n",
        ] {
            let slowly = Source::read_by_level(text.as_bytes()).unwrap();
            assert_eq!(scan(text).as_ref(), Some(&slowly), "{text}");
            assert_eq!(spans(&scan(text).unwrap()), spans(&slowly));
        }
    }

    #[test]
    fn a_member_is_found_at_the_top_only() {
        let has = |text: &str| has_member(text, &["a", "b"]);
        for text in [
            "{\"a\":1}",
            " { \"c\" : [ {\"x\":\"}\"} , 2 ] , \"d\":\"\\\"\",\"\\u0062\":null}",
            "{\"c\":-1.5e3,\"d\":{},\"b\":[]}",
        ] {
            assert!(has(text), "{text}");
        }
        for text in [
            "{}",
            "[]",
            "\"a\"",
            "{\"c\":{\"a\":1,\"b\":2}}",
            "{\"c\":\"a\"}",
            "{\"c\":[\"a\"",
        ] {
            assert!(!has(text), "{text}");
        }
    }

    fn read(text: &str) -> Json {
        Source::read(text.as_bytes()).unwrap().root
    }

    fn describe(text: &str) -> (usize, usize, String, String) {
        let error = Source::read(text.as_bytes()).unwrap_err();
        let place = error.position.unwrap();
        (place.line, place.column, error.path, error.message)
    }

    #[test]
    fn order_forms_of_numbers_and_unknown_fields_survive() {
        let text =
            r#"{"z":1.0,"a":[1e3,-0,10.50,{"né":"中\n"}],"big":123456789012345678901234567890}"#;
        assert_eq!(read(text).print(), text);
    }

    #[test]
    fn an_object_gives_its_text_byte_for_byte() {
        let source = Source::read(b"\xef\xbb\xbf[ {\"a\" : 1 ,\n \"b\":[ ]} ]").unwrap();
        let object = source.root.elements()[0].as_object().unwrap();
        assert_eq!(source.slice(object.span()), "{\"a\" : 1 ,\n \"b\":[ ]}");
        assert_eq!(
            source.position(object.span()),
            Position { line: 1, column: 6 }
        );
    }

    #[test]
    fn a_property_that_stands_twice_is_reported_with_its_place() {
        assert_eq!(
            describe("{\"a\":\n [{\"b\":1, \"b\":2}]}"),
            (
                2,
                15,
                "/a/0/b".to_owned(),
                "the property occurs twice in its object".to_owned()
            )
        );
        assert_eq!(describe(r#"{"a":1,"\u0061":2}"#).2, "/a");
    }

    #[test]
    fn a_mistake_in_the_text_is_reported_with_its_place() {
        let (line, column, ..) = describe("{\"apis\":[\n{...}]}");
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
        let (line, _, path, message) = describe("{\"a\":\n\"\\ud800\"}");
        assert_eq!((line, path.as_str()), (2, "/a"));
        assert!(message.contains("surrogate"), "{message}");
    }

    #[test]
    fn what_is_nested_too_deep_is_refused_and_overflows_nothing() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(describe(&deep).3.contains("nested more than"));
        let enough = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
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
        assert_eq!(
            read(r#"{"a":["x\u0000"]}"#).unstorable().unwrap().path,
            "/a/0"
        );
        assert_eq!(
            read(r#"{"a":{"k\u0000":1}}"#).unstorable().unwrap().path,
            "/a"
        );
        assert_eq!(read(r#"{"a":1e999999}"#).unstorable().unwrap().path, "/a");
        assert_eq!(read(r#"{"a":1e300,"b":-1.5E-20}"#).unstorable(), None);
    }
}
