//! Writes a changed document into its original text: unchanged parts stay byte
//! for byte, including whitespace and the form of characters.

use std::collections::HashMap;

use crate::engine::json::{Json, Object};

/// Returns a text that means `after`, made from the text that means `before`;
/// the check before a commit parses it again.
pub fn splice(text: &str, before: &Json, after: &Json) -> String {
    if before == after {
        return text.to_owned();
    }
    let mut scan = Scan {
        text: text.as_bytes(),
        offset: 0,
    };
    scan.blanks();
    let layout = scan.value();
    let mut out = String::with_capacity(text.len());
    Splice { text }.value(&layout, before, after, &mut out);
    out
}

/// The number of list elements searched for an equal one: elements further away
/// are written again, so that time is linear in the list.
const LOOK_AHEAD: usize = 64;

/// The positions of a value and of its children.
#[derive(Default)]
struct Layout {
    start: usize,
    end: usize,
    /// For each member or element: where the text before it begins, after the
    /// comma, and its value.
    parts: Vec<(usize, Self)>,
}

/// Walks over valid JSON text.
struct Scan<'t> {
    text: &'t [u8],
    offset: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.offset).copied().unwrap_or_default()
    }

    fn blanks(&mut self) {
        while self.peek().is_ascii_whitespace() {
            self.offset += 1;
        }
    }

    fn value(&mut self) -> Layout {
        let mut layout = Layout {
            start: self.offset,
            ..Layout::default()
        };
        match self.peek() {
            open @ (b'{' | b'[') => {
                self.offset += 1;
                self.parts(open == b'{', &mut layout.parts);
                self.offset += 1;
            }
            b'"' => self.text(),
            _ => {
                let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
                while is_part(self.peek()) {
                    self.offset += 1;
                }
            }
        }
        layout.end = self.offset;
        layout
    }

    fn parts(&mut self, named: bool, parts: &mut Vec<(usize, Layout)>) {
        loop {
            let gap = self.offset;
            self.blanks();
            if matches!(self.peek(), b'}' | b']' | 0) {
                return;
            }
            if named {
                self.text();
                self.blanks();
                self.offset += 1;
                self.blanks();
            }
            parts.push((gap, self.value()));
            self.blanks();
            if self.peek() != b',' {
                return;
            }
            self.offset += 1;
        }
    }

    fn text(&mut self) {
        self.offset += 1;
        while !matches!(self.peek(), b'"' | 0) {
            self.offset += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.offset += 1;
    }
}

struct Splice<'t> {
    text: &'t str,
}

impl Splice<'_> {
    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn value(&self, layout: &Layout, before: &Json, after: &Json, out: &mut String) {
        match (before, after) {
            _ if before == after => out.push_str(self.slice(layout.start, layout.end)),
            (Json::Object(before), Json::Object(after)) => self.object(layout, before, after, out),
            (Json::List(before), Json::List(after)) => self.list(layout, before, after, out),
            _ => out.push_str(&after.print()),
        }
    }

    fn object(&self, layout: &Layout, before: &Object, after: &Object, out: &mut String) {
        let there: HashMap<&str, (&Json, &(usize, Layout))> = before
            .members()
            .zip(&layout.parts)
            .map(|((name, json), part)| (name, (json, part)))
            .collect();
        out.push('{');
        for (index, (name, value)) in after.members().enumerate() {
            if index > 0 {
                out.push(',');
            }
            match there.get(name) {
                Some((old, (gap, part))) => {
                    out.push_str(self.slice(*gap, part.start));
                    self.value(part, old, value, out);
                }
                None => {
                    out.push_str(self.indent(layout));
                    out.push_str(&Json::text(name).print());
                    out.push_str(": ".get(..self.colon(layout)).unwrap_or(":"));
                    out.push_str(&value.print());
                }
            }
        }
        self.close(layout, out);
    }

    fn list(&self, layout: &Layout, before: &[Json], after: &[Json], out: &mut String) {
        let mut next = 0;
        out.push('[');
        for (index, value) in after.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let rest = before
                .iter()
                .zip(&layout.parts)
                .enumerate()
                .skip(next)
                .take(LOOK_AHEAD);
            let same = rest.clone().find(|(_, (old, _))| *old == value);
            let found = same.or_else(|| {
                let mut here = rest.clone();
                here.next().filter(|_| before.len() == after.len())
            });
            match found {
                Some((place, (old, (gap, part)))) => {
                    next = place + 1;
                    out.push_str(self.slice(*gap, part.start));
                    self.value(part, old, value, out);
                }
                None => {
                    out.push_str(self.indent(layout));
                    out.push_str(&value.print());
                }
            }
        }
        self.close(layout, out);
    }

    /// The whitespace before the first member, also used for a new one.
    fn indent(&self, layout: &Layout) -> &str {
        let Some((gap, part)) = layout.parts.first() else {
            return "";
        };
        let before = self.slice(*gap, part.start);
        before
            .get(..before.len() - before.trim_start().len())
            .unwrap_or_default()
    }

    /// The length of the colon after names: with or without whitespace.
    fn colon(&self, layout: &Layout) -> usize {
        let spaced = layout
            .parts
            .first()
            .is_some_and(|(gap, part)| self.slice(*gap, part.start).ends_with(' '));
        if spaced { 2 } else { 1 }
    }

    fn close(&self, layout: &Layout, out: &mut String) {
        let end = layout.end.saturating_sub(1);
        let last = layout.parts.last().map_or(end, |(_, part)| part.end);
        out.push_str(self.slice(last, layout.end));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cases::config;
    use crate::source::Source;

    fn spliced(before: &str, after: &str) -> String {
        let read = |text: &str| Source::read(text.as_bytes()).unwrap().root;
        splice(before, &read(before), &read(after))
    }

    #[test]
    fn what_did_not_change_stays_byte_for_byte() {
        let before =
            "{\n  \"a\" : 1.0,\n  \"b\": \"\\u4e2d\\/\",\n  \"c\": [ 1e3, {\"x\":true} ]\n}";
        assert_eq!(
            spliced(before, r#"{"a":2,"b":"中/","c":[1e3,{"x":true}]}"#),
            "{\n  \"a\" : 2,\n  \"b\": \"\\u4e2d\\/\",\n  \"c\": [ 1e3, {\"x\":true} ]\n}"
        );
        assert_eq!(
            spliced(before, r#"{"a":1.0,"c":[1e3,{"x":true}],"d":{}}"#),
            "{\n  \"a\" : 1.0,\n  \"c\": [ 1e3, {\"x\":true} ],\n  \"d\": {}\n}"
        );
        assert_eq!(
            spliced("[ {\"a\": 1},\t{\"b\":2} ]", r#"[{"n":0},{"a":1},{"b":3}]"#),
            "[ {\"n\":0}, {\"a\": 1}, {\"b\":3} ]"
        );
        assert_eq!(spliced("{}", r#"{"a":[]}"#), r#"{"a":[]}"#);
        assert_eq!(spliced(r#"{"a":[1,2]}"#, r#"{"a":[]}"#), r#"{"a":[]}"#);
    }

    fn json() -> impl Strategy<Value = Json> {
        let plain = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            "[0-9]{1,3}".prop_map(|text| Json::Number(format!("1{text}").into())),
            "[a\"\\\\é中\n]{0,4}".prop_map(Json::text),
        ];
        plain.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::List),
                prop::collection::vec(("[a-e\"]", inner), 0..5).prop_map(|members| {
                    Json::Object(
                        members
                            .into_iter()
                            .map(|(name, json)| (name.into(), json))
                            .collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(config(100))]

        #[test]
        fn it_means_what_it_has_to_mean(before in json(), after in json()) {
            let text = before.print();
            let spliced = splice(&text, &before, &after);
            prop_assert_eq!(Source::read(spliced.as_bytes()).unwrap().root, after);
        }
    }
}
