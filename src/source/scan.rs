//! Reads JSON text in one pass, as long as nothing is wrong with it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::json::{Json, Object, Span};

/// The maximum nesting depth of values: JSON readers accept at most 128 levels.
pub(super) const MAX_DEPTH: usize = 120;

/// The number of cached names: objects of one kind share a few.
const CACHED: usize = 1024;

/// Up to this many names are compared with each other to find one that occurs
/// twice.
const FEW: usize = 24;

/// Reads a text; `None` if it is not JSON, if an object has a name twice, or if
/// values are nested too deep.
pub(super) fn scan(text: &str) -> Option<Json> {
    let mut scan = Scan {
        text,
        offset: 0,
        depth: 0,
    };
    let value = scan.value()?;
    scan.blanks();
    (scan.offset == text.len()).then_some(value)
}

/// Returns whether the text of an object has a member of one of some names. Of a text that is not
/// JSON it may say anything.
pub fn has_member(text: &str, names: &[&str]) -> bool {
    let mut scan = Scan {
        text,
        offset: 0,
        depth: 0,
    };
    scan.find(names).is_some()
}

struct Scan<'t> {
    text: &'t str,
    offset: usize,
    depth: usize,
}

impl<'t> Scan<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.offset += 1;
        }
    }

    /// Moves past a byte, if it is the next one.
    fn accept(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.offset += usize::from(is_next);
        is_next
    }

    fn value(&mut self) -> Option<Json> {
        self.blanks();
        match self.peek()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::list),
            b'"' => self.quoted(|text| Json::Text(text.into())),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Json>) -> Option<Json> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Some(value)
    }

    fn object(&mut self) -> Option<Json> {
        let start = self.offset;
        self.offset += 1;
        let mut members: Vec<(Arc<str>, Json)> = Vec::new();
        self.blanks();
        if !self.accept(b'}') {
            loop {
                self.blanks();
                let name = match self.peek()? {
                    b'"' => self.quoted(shared)?,
                    _ => return None,
                };
                self.blanks();
                if !self.accept(b':') {
                    return None;
                }
                members.push((name, self.value()?));
                self.blanks();
                if self.accept(b'}') {
                    break;
                }
                if !self.accept(b',') {
                    return None;
                }
            }
        }
        if has_twice(&members) {
            return None;
        }
        members.shrink_to_fit();
        let span = Span {
            start,
            end: self.offset,
        };
        Some(Json::Object(Object::read(members, span)))
    }

    /// Moves behind the name of the first member that has one of some names.
    fn find(&mut self, names: &[&str]) -> Option<()> {
        self.blanks();
        if !self.accept(b'{') {
            return None;
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return None;
            }
            if self.quoted(|name| names.contains(&name))? {
                return Some(());
            }
            self.blanks();
            if !self.accept(b':') {
                return None;
            }
            self.skip()?;
            if !self.accept(b',') {
                return None;
            }
        }
    }

    /// Moves behind a value, to the comma or brace that follows it.
    fn skip(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b',' | b'}' if open == 0 => return Some(()),
                b'"' => self.quoted(|_| ())?,
                byte => {
                    open += usize::from(matches!(byte, b'{' | b'['));
                    open = open.checked_sub(usize::from(matches!(byte, b'}' | b']')))?;
                    self.offset += 1;
                }
            }
        }
    }

    fn list(&mut self) -> Option<Json> {
        self.offset += 1;
        let mut elements = Vec::new();
        self.blanks();
        if !self.accept(b']') {
            loop {
                elements.push(self.value()?);
                self.blanks();
                if self.accept(b']') {
                    break;
                }
                if !self.accept(b',') {
                    return None;
                }
            }
        }
        elements.shrink_to_fit();
        Some(Json::List(elements))
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let rest = self.text.get(self.offset..)?;
        self.offset += word.len();
        rest.starts_with(word).then_some(value)
    }

    /// Reads a quoted text; one with escapes is left to the other reader.
    fn quoted<R>(&mut self, read: impl FnOnce(&str) -> R) -> Option<R> {
        let rest = self.text.get(self.offset + 1..)?;
        let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let end = rest.as_bytes().iter().position(is_end)?;
        match rest.as_bytes().get(end)? {
            b'"' => {
                self.offset += end + 2;
                rest.get(..end).map(read)
            }
            b'\\' => self.escaped(end).map(|text| read(&text)),
            _ => None,
        }
    }

    /// Reads a quoted text whose first escape is at a place after its quote.
    fn escaped(&mut self, first: usize) -> Option<String> {
        let mut end = self.offset + 1 + first;
        loop {
            match self.text.as_bytes().get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let quoted = self.text.get(self.offset..=end)?;
        self.offset = end + 1;
        serde_json::from_str(quoted).ok()
    }

    fn digits(&mut self) -> Option<()> {
        let before = self.offset;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.offset += 1;
        }
        (self.offset > before).then_some(())
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.offset;
        self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        }
        if self.accept(b'.') {
            self.digits()?;
        }
        if self.accept(b'e') || self.accept(b'E') {
            if !self.accept(b'+') {
                self.accept(b'-');
            }
            self.digits()?;
        }
        let text = self.text.get(start..self.offset)?;
        Some(Json::Number(text.into()))
    }
}

/// Returns whether a name occurs twice.
fn has_twice(members: &[(Arc<str>, Json)]) -> bool {
    if members.len() <= FEW {
        let mut rest = members;
        while let [(name, _), later @ ..] = rest {
            if later.iter().any(|(other, _)| other == name) {
                return true;
            }
            rest = later;
        }
        return false;
    }
    let mut seen = HashSet::with_capacity(members.len());
    !members.iter().all(|(name, _)| seen.insert(&**name))
}

/// Returns a name; a cached one is not stored again.
pub(super) fn shared(name: &str) -> Arc<str> {
    thread_local! {
        static KNOWN: RefCell<Vec<Option<Arc<str>>>> = RefCell::new(vec![None; CACHED]);
    }
    // Fowler, Noll and Vo: names are short.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let place = usize::try_from(hash % CACHED as u64).unwrap_or_default();
    KNOWN.with_borrow_mut(|known| match known.get_mut(place) {
        Some(Some(known)) if **known == *name => Arc::clone(known),
        Some(slot) => Arc::clone(slot.insert(name.into())),
        None => name.into(),
    })
}
