//! JSON as the product prints it: two spaces, ` : ` after a name, `[ {` and
//! `}, {` in lists.

/// Writes a document. Names are written before their values; commas and line
/// breaks are added automatically.
#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
    /// For each open object, whether it has a property already.
    open: Vec<bool>,
}

impl Writer {
    /// Returns the document.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.push(b'\n');
        self.out
    }

    /// Writes an object.
    pub(super) fn object(&mut self, properties: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        self.open.push(false);
        properties(self);
        let has_any = self.open.pop().unwrap_or_default();
        if has_any {
            self.line();
        } else {
            self.out.push(b' ');
        }
        self.out.push(b'}');
    }

    /// Writes a list of objects.
    pub(super) fn list<I>(
        &mut self,
        items: impl IntoIterator<Item = I>,
        properties: impl Fn(&mut Self, I),
    ) {
        let mut before: &[u8] = b"[ ";
        for item in items {
            self.out.extend_from_slice(before);
            self.object(|json| properties(json, item));
            before = b", ";
        }
        let end: &[u8] = if before == b", " { b" ]" } else { b"[ ]" };
        self.out.extend_from_slice(end);
    }

    /// Writes the name of the value that comes next.
    pub(super) fn key(&mut self, name: &str) {
        if let Some(has_any) = self.open.last_mut()
            && std::mem::replace(has_any, true)
        {
            self.out.push(b',');
        }
        self.line();
        self.text(name);
        self.out.extend_from_slice(b" : ");
    }

    /// Writes `null`.
    pub(super) fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    /// Writes a number.
    pub(super) fn int(&mut self, number: i64) {
        self.out.extend_from_slice(number.to_string().as_bytes());
    }

    /// Writes text, with what JSON has to escape and nothing else.
    pub(super) fn text(&mut self, text: &str) {
        self.out.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' => self.out.extend_from_slice(b"\\\""),
                b'\\' => self.out.extend_from_slice(b"\\\\"),
                b'\n' => self.out.extend_from_slice(b"\\n"),
                b'\r' => self.out.extend_from_slice(b"\\r"),
                b'\t' => self.out.extend_from_slice(b"\\t"),
                0x08 => self.out.extend_from_slice(b"\\b"),
                0x0c => self.out.extend_from_slice(b"\\f"),
                0..0x20 => self
                    .out
                    .extend_from_slice(format!("\\u{byte:04X}").as_bytes()),
                _ => self.out.push(byte),
            }
        }
        self.out.push(b'"');
    }

    /// Begins a line, indented as deep as objects are open.
    fn line(&mut self) {
        self.out.push(b'\n');
        for _ in &self.open {
            self.out.extend_from_slice(b"  ");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    fn written(write: impl FnOnce(&mut Writer)) -> String {
        let mut json = Writer::default();
        write(&mut json);
        String::from_utf8(json.finish()).unwrap()
    }

    #[test]
    fn lists_and_objects_look_as_the_product_prints_them() {
        let described = written(|json| {
            json.object(|json| {
                json.key("none");
                json.list(Vec::<i64>::new(), |_, _| {});
                json.key("some");
                json.list([1, 2], |json, number| {
                    json.key("number");
                    json.int(number);
                    json.key("text");
                    json.null();
                });
            });
        });
        let lines = [
            "{",
            "  \"none\" : [ ],",
            "  \"some\" : [ {",
            "    \"number\" : 1,",
            "    \"text\" : null",
            "  }, {",
            "    \"number\" : 2,",
            "    \"text\" : null",
            "  } ]",
            "}\n",
        ];
        assert_eq!(described, lines.join("\n"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_as_it_was(text in any::<String>()) {
            let described = written(|json| json.text(&text));
            let read: String = serde_json::from_str(&described).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn control_characters_are_escaped_and_others_are_not() {
        let described = written(|json| json.text("\u{1b}[2J\u{0}\n\"\\\u{7f}客"));
        assert_eq!(described, "\"\\u001B[2J\\u0000\\n\\\"\\\\\u{7f}客\"\n");
    }
}
