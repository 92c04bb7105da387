//! Credentials inside a text, at any position.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::hider::{Hider, MASK};
use super::json::mask_json;
use super::name::{is_header, is_secret_name};
use super::place::{is_none, is_scheme};
use super::token::is_token;
use super::url::mask_url;
use super::value::{
    MAX_LOOK, connection_value, is_code, is_end_of_word, is_letters, is_prose, is_type, is_word,
    plain_value, word_value,
};

/// The maximum number of passes over masked text.
const MAX_ROUNDS: usize = 4;

/// The maximum nesting of documents in the strings of documents.
const MAX_DEPTH: usize = 8;

/// The start and the end of keys and certificates.
const HEADER: &str = "-----BEGIN";
const FOOTER: &str = "-----END";

/// The average number of times a byte is examined to find documents inside text.
const DOCUMENT_LOOKS: usize = 4;

/// Returns text fit to be shown, with each credential inside replaced by `***`;
/// `None` if there is none. `name` is the name of the field that contains it.
///
/// It finds secrets by the names next to them (JSON, headers, connection
/// strings, assignments in scripts, URL parameters) and by their form (private
/// keys, tokens, users' passwords in addresses, webhooks). Masking is
/// idempotent.
///
/// ```
/// use gatediff::engine::secret::mask_text;
/// let url = "https://bob:hunter2@h/x?sig=abc&page=2";
/// assert_eq!(mask_text("url", url).as_deref(), Some("https://bob:***@h/x?sig=***&page=2"));
/// assert_eq!(mask_text("url", "https://h/token"), None);
/// ```
pub fn mask_text(name: &str, text: &str) -> Option<String> {
    let mut shown = mask_within(name, text, 0)?;
    // Masking can change where the rest of a broken text ends.
    for _ in 0..MAX_ROUNDS {
        match mask_within(name, &shown, 0) {
            Some(next) if next != shown => shown = next,
            _ => break,
        }
    }
    (shown != text).then_some(shown)
}

/// The same for a text that is only looked at if it may hold an address, and with
/// it a password: the others cost no more than a search.
///
/// ```
/// use gatediff::engine::secret::mask_addresses;
/// let remark = "moved from ldap://cn:hunter2@h in May";
/// assert_eq!(mask_addresses("remark", remark).as_deref(), Some("moved from ldap://cn:***@h in May"));
/// assert_eq!(mask_addresses("remark", "password: none"), None);
/// ```
pub fn mask_addresses(name: &str, text: &str) -> Option<String> {
    may_hold_address(text)
        .then(|| mask_text(name, text))
        .flatten()
}

/// Returns whether a text may hold an address.
pub(super) fn may_hold_address(text: &str) -> bool {
    text.contains("://") || text.contains("jdbc:")
}

/// The same for a string inside documents.
fn mask_within(name: &str, text: &str, depth: usize) -> Option<String> {
    if is_none(text) {
        return None;
    }
    if is_secret_name(name) {
        return Some(MASK.to_owned());
    }
    if depth <= MAX_DEPTH
        && let Some(masked) = mask_document(text, depth)
    {
        return masked;
    }
    // A single address may contain any character.
    let trimmed = text.trim();
    if trimmed.starts_with("jdbc:") || (trimmed.contains("://") && is_address(trimmed)) {
        return mask_url(trimmed);
    }
    let mut scan = Scan {
        text,
        hider: Hider::new(text),
        depth,
        budget: text.len() * DOCUMENT_LOOKS,
        line_end: None,
        is_connection: false,
        no_footer: false,
    };
    scan.run();
    scan.hider.finish()
}

/// The same for a document; the outer `None` if the text is not one.
fn mask_document(text: &str, depth: usize) -> Option<Option<String>> {
    mask_json(text, |name, value| mask_within(name, value, depth + 1))
}

/// Returns whether text starts with a scheme and has no whitespace.
fn is_address(text: &str) -> bool {
    let scheme = text.split("://").next().unwrap_or_default();
    !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.:".contains(&byte))
        && !text.contains(|c: char| c.is_whitespace() || c == ',')
}

/// Returns whether text is a list of `name=value;`, in which a value may
/// contain anything but a semicolon.
fn is_connection(text: &str) -> bool {
    let Some((first, rest)) = text.split_once(';') else {
        return false;
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '-');
    let begins = first.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.len() <= MAX_LOOK
            && !name.ends_with(' ')
            && name.chars().all(is_name)
    });
    begins && (rest.trim().is_empty() || rest.contains('='))
}

/// A single pass over a text. Nothing is examined twice, except a bounded part
/// of a line.
struct Scan<'t> {
    text: &'t str,
    hider: Hider<'t>,
    /// The depth of the text inside documents.
    depth: usize,
    /// The number of bytes that may still be examined to find the end of a document.
    budget: usize,
    /// The end of the current line.
    line_end: Option<usize>,
    /// Whether that line is a list of `name=value;`.
    is_connection: bool,
    /// Whether no block of keys ends from here on.
    no_footer: bool,
}

/// What separates a name from its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// `=`, with blanks around it or none.
    Equals {
        is_tight: bool,
    },
    Colon,
    /// `>` of a tag.
    Tag,
    /// `(` of a call, or a comma within one: only quoted text counts.
    Call,
    /// Nothing but a blank, after `--password`.
    Blank,
}

impl<'t> Scan<'t> {
    fn run(&mut self) {
        let mut place = 0;
        while place < self.text.len() {
            if self.line_end.is_none_or(|end| place > end) {
                let line = self
                    .rest(place)
                    .split(['\n', '\r'])
                    .next()
                    .unwrap_or_default();
                self.line_end = Some(place + line.len());
                self.is_connection = is_connection(line);
            }
            place = match self.at(place) {
                byte if is_word(byte) => self.word(place, self.word_end(place)),
                b'{' | b'[' => self.document(place).unwrap_or(place + 1),
                _ => place + 1,
            };
        }
    }

    /// Masks a document within a text; returns its end.
    fn document(&mut self, start: usize) -> Option<usize> {
        let bytes = self
            .text
            .as_bytes()
            .get(start..)
            .filter(|_| self.depth <= MAX_DEPTH)?;
        let (mut open, mut in_text, mut is_escaped) = (0_usize, false, false);
        let looked = bytes.iter().take(self.budget).position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => open += 1,
                b'}' | b']' if !in_text => open = open.saturating_sub(1),
                _ => {}
            }
            open == 0
        });
        let Some(length) = looked.map(|offset| offset + 1) else {
            self.budget = self.budget.saturating_sub(bytes.len());
            return None;
        };
        self.budget = self.budget.saturating_sub(2 * length);
        let end = start + length;
        if let Some(masked) = mask_document(self.slice(start, end), self.depth)? {
            self.hider.replace(start..end, &masked);
        }
        Some(end)
    }

    /// Examines a word and what follows it; returns where to continue.
    fn word(&mut self, start: usize, end: usize) -> usize {
        let word = self.slice(start, end);
        if let Some(offset) = word.find(HEADER) {
            return self.pem(start + offset);
        }
        if self.slice(end, end + 3) == "://"
            || (word.eq_ignore_ascii_case("jdbc") && self.at(end) == b':')
        {
            return self.address(start);
        }
        if is_token(word.trim_end_matches('.')) {
            self.hider.hide(start..end);
            return end;
        }
        if let Some(after) = self.scheme(word, end) {
            return after;
        }
        if word == "-u" || word == "--user" {
            return self.login(end);
        }
        match self.separator(start, end) {
            Some((separator, value)) if is_secret_name(word) => {
                self.value(word, start, separator, value)
            }
            _ => end,
        }
    }

    /// Hides a private key; certificates and public keys are skipped.
    fn pem(&mut self, start: usize) -> usize {
        let begin = start + HEADER.len();
        let rest = self.rest(begin);
        let head = rest
            .get(..rest.floor_char_boundary(MAX_LOOK))
            .unwrap_or_default();
        let Some((label, _)) = head.split_once("-----") else {
            return begin;
        };
        let is_private = label.contains("PRIVATE");
        let body = begin + label.len() + "-----".len();
        let footer = if self.no_footer {
            None
        } else {
            self.rest(body).find(FOOTER)
        };
        self.no_footer = footer.is_none();
        let end = footer.map_or(self.text.len(), |offset| body + offset);
        if is_private && !is_none(self.slice(body, end)) {
            self.hider.hide(body..end);
        }
        if is_private || footer.is_some() {
            (end + FOOTER.len()).min(self.text.len())
        } else {
            body
        }
    }

    /// Masks an address within a text.
    fn address(&mut self, start: usize) -> usize {
        let rest = self.rest(start);
        let end = match self.quote_before(start) {
            // Within quotes it ends with them, as passwords may contain whitespace.
            Some(quote) => rest.find([char::from(quote), '\n', '\\']),
            None => rest.find(is_end_of_word),
        };
        let end = start + end.unwrap_or(rest.len());
        if let Some(shown) = mask_url(self.slice(start, end)) {
            self.hider.replace(start..end, &shown);
        }
        end.max(start + 1)
    }

    /// Hides what follows `Bearer` and `Basic`.
    fn scheme(&mut self, word: &str, end: usize) -> Option<usize> {
        let is_bearer = word.eq_ignore_ascii_case("bearer");
        if !(is_bearer || word.eq_ignore_ascii_case("basic")) || self.at(end) != b' ' {
            return None;
        }
        let start = self.skip_blanks(end);
        let rest = self.rest(start);
        let token = rest
            .split(|c| is_end_of_word(c) || matches!(c, ',' | ';' | ')'))
            .next()
            .unwrap_or_default();
        let is_whole = end == word.len() && token.len() == rest.trim_end().len();
        let is_secret = if is_bearer {
            !is_none(token) && !is_prose(token) && (is_whole || !is_letters(token))
        } else {
            STANDARD_NO_PAD
                .decode(token.trim_end_matches('='))
                .is_ok_and(|login| login.contains(&b':') && login.len() > 2)
        };
        is_secret.then(|| {
            self.hider.hide(start..start + token.len());
            start + token.len()
        })
    }

    /// Hides the password of `user:password`.
    fn login(&mut self, end: usize) -> usize {
        let mut start = self.skip_blanks(end);
        if matches!(self.at(start), b'"' | b'\'') {
            start += 1;
        }
        let rest = self.rest(start);
        let login = rest
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
            .next()
            .unwrap_or_default();
        if let Some((user, password)) = login
            .split_once(':')
            .filter(|(_, password)| !is_none(password))
        {
            let offset = start + user.len() + 1;
            self.hider.hide(offset..offset + password.len());
            return offset + password.len();
        }
        end
    }

    /// Returns the separator between a name and its value, and where the value
    /// starts.
    fn separator(&self, start: usize, end: usize) -> Option<(Separator, usize)> {
        let quoted = self.skip(end, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\'));
        let is_quoted = quoted > end;
        let closed = self.skip(quoted, |byte| matches!(byte, b']' | b'}' | b')'));
        let place = self.skip_blanks(closed.min(quoted + 2));
        let after = |place: usize| self.skip_blanks(place);
        match (self.at(place), self.at(place + 1)) {
            (b'=', b'=') => Some((
                Separator::Call,
                after(self.skip(place, |byte| byte == b'=')),
            )),
            (b'=', b'>') => Some((Separator::Equals { is_tight: false }, after(place + 2))),
            (b'=', next) => {
                let is_tight = place == closed && !next.is_ascii_whitespace();
                Some((Separator::Equals { is_tight }, after(place + 1)))
            }
            (b':', b'=') => Some((Separator::Equals { is_tight: false }, after(place + 2))),
            (b':', _) => Some(self.typed(after(place + 1))),
            (b'>', _) => Some((Separator::Tag, place + 1)),
            (b'(', _) if !is_quoted && place == end => Some((Separator::Call, after(place + 1))),
            (b',', _) if is_quoted && self.is_setter(start) => {
                Some((Separator::Call, after(place + 1)))
            }
            (b'v', _) if is_quoted => {
                let value = self.word_end(place);
                let equals = self.skip_blanks(value);
                let is_value = self.slice(place, value) == "value" && self.at(equals) == b'=';
                is_value.then(|| (Separator::Call, after(equals + 1)))
            }
            (b'"' | b'\'', _) if !is_quoted && place > end && self.is_password(start, end) => {
                Some((Separator::Call, place))
            }
            _ if place > end && self.at(start) == b'-' => Some((Separator::Blank, place)),
            _ => None,
        }
    }

    /// Returns where the value starts after a colon and, in scripts, a type.
    fn typed(&self, start: usize) -> (Separator, usize) {
        let end = self.word_end(start);
        let place = self.skip_blanks(end);
        if place > end && self.slice(place, place + 2) == "= " {
            return (
                Separator::Equals { is_tight: false },
                self.skip_blanks(place + 1),
            );
        }
        (Separator::Colon, start)
    }

    /// Returns whether a word is followed by the password itself, as in SQL.
    fn is_password(&self, start: usize, end: usize) -> bool {
        self.slice(start, end)
            .to_ascii_lowercase()
            .ends_with("password")
    }

    /// Returns whether the quoted word at `start` is the first argument of a
    /// call that sets something.
    fn is_setter(&self, start: usize) -> bool {
        let from = start.saturating_sub(MAX_LOOK);
        let before = self.text.as_bytes().get(from..start).unwrap_or_default();
        let before = String::from_utf8_lossy(before);
        let before = before.trim_end_matches(['"', '\'', '\\', '`']);
        let Some(call) = before.strip_suffix('(') else {
            return false;
        };
        let call = call
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_lowercase();
        [
            "put",
            "set",
            "add",
            "append",
            "header",
            "property",
            "attribute",
            "with",
        ]
        .iter()
        .any(|word| call.contains(word))
    }

    /// Hides the value of a name, if it is a credential; returns where to continue.
    fn value(&mut self, name: &str, name_at: usize, separator: Separator, start: usize) -> usize {
        let slashes = self.skip(start, |byte| byte == b'\\') - start;
        if let quote @ (b'"' | b'\'' | b'`') = self.at(start + slashes)
            && separator != Separator::Tag
            && !(self.is_connection && separator != Separator::Colon)
        {
            return self.quoted(start + slashes + 1, quote, slashes);
        }
        let line = self.slice(start, self.line_end.unwrap_or(self.text.len()).max(start));
        let length = match separator {
            Separator::Call => return start,
            Separator::Tag => line.find('<').unwrap_or_default(),
            Separator::Blank => line.find(char::is_whitespace).unwrap_or(line.len()),
            Separator::Equals { .. } if self.is_connection => connection_value(line),
            Separator::Equals { is_tight } => self.assigned(name_at, line, is_tight),
            Separator::Colon if is_header(name) && self.is_line_start(name_at) => {
                match self.quote_before(name_at) {
                    Some(quote) => line.find([char::from(quote), '\\']).unwrap_or(line.len()),
                    None => line.len(),
                }
            }
            Separator::Colon => plain_value(line, self.is_line_start(name_at)),
        };
        let value = self.slice(start, start + length);
        let trimmed = value.trim_end();
        if trimmed.is_empty()
            || is_none(trimmed)
            || (separator == Separator::Colon && is_type(trimmed))
        {
            return start;
        }
        // `Bearer` stays readable.
        let scheme = trimmed
            .split_once(' ')
            .filter(|(scheme, _)| is_scheme(scheme));
        let kept = scheme.map_or(0, |(scheme, _)| scheme.len() + 1);
        self.hider.hide(start + kept..start + trimmed.len());
        start + trimmed.len()
    }

    /// Hides quoted text, whose quote is escaped by `slashes`, and what is
    /// appended to it.
    fn quoted(&mut self, start: usize, quote: u8, slashes: usize) -> usize {
        let (mut start, mut quote, mut slashes) = (start, quote, slashes);
        loop {
            let end = start + self.quoted_length(start, quote, slashes);
            let value = self.slice(start, end);
            if !is_none(value) {
                let scheme = value
                    .split_once(' ')
                    .filter(|(scheme, _)| is_scheme(scheme));
                self.hider
                    .hide(start + scheme.map_or(0, |(scheme, _)| scheme.len() + 1)..end);
            }
            let plus = self.skip_blanks(end + slashes + 1);
            let next = self.skip_blanks(plus + 1);
            let more = self.skip(next, |byte| byte == b'\\');
            match self.at(more) {
                found @ (b'"' | b'\'') if self.at(plus) == b'+' => {
                    (start, quote, slashes) = (more + 1, found, more - next);
                }
                // The quote itself, if there is one.
                _ => return self.skip(end, |byte| byte == b'\\' || byte == quote),
            }
        }
    }

    /// Returns the length of quoted text; it ends with its line.
    fn quoted_length(&self, start: usize, quote: u8, slashes: usize) -> usize {
        let bytes = self.text.as_bytes().get(start..).unwrap_or_default();
        let mut before = 0;
        for (place, byte) in bytes.iter().enumerate() {
            match *byte {
                b'\\' => before += 1,
                b'\n' | b'\r' => return place,
                byte if byte == quote
                    && (if slashes == 0 {
                        before % 2 == 0
                    } else {
                        before <= slashes
                    }) =>
                {
                    return place - before.min(slashes);
                }
                _ => before = 0,
            }
        }
        bytes.len()
    }

    /// Returns the length of an unquoted value of an assignment.
    fn assigned(&self, name_at: usize, line: &str, is_tight: bool) -> usize {
        if !is_tight && is_code(line) {
            return 0;
        }
        let begins = name_at == 0 || matches!(self.at(name_at - 1), b'\n' | b'\r');
        if begins && !line.contains('=') {
            line.len()
        } else {
            word_value(line)
        }
    }

    /// Returns whether a name starts its line, or is the start of a list or of
    /// a quoted argument.
    fn is_line_start(&self, start: usize) -> bool {
        let from = start.saturating_sub(MAX_LOOK);
        let before = self.text.as_bytes().get(from..start).unwrap_or_default();
        for byte in before.iter().rev() {
            match byte {
                b' ' | b'\t' | b'-' | b'\\' => {}
                b'\n' | b'\r' | b'"' | b'\'' | b'`' | b',' | b'{' | b'[' | b';' | b'(' => {
                    return true;
                }
                _ => return false,
            }
        }
        from == 0
    }

    /// Returns the quote right before a position.
    fn quote_before(&self, place: usize) -> Option<u8> {
        let before = place.checked_sub(1).map(|before| self.at(before))?;
        matches!(before, b'"' | b'\'' | b'`').then_some(before)
    }

    fn at(&self, place: usize) -> u8 {
        self.text.as_bytes().get(place).copied().unwrap_or_default()
    }

    fn rest(&self, place: usize) -> &'t str {
        self.text.get(place..).unwrap_or_default()
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text
            .get(start..end.min(self.text.len()))
            .unwrap_or_default()
    }

    fn skip(&self, start: usize, is: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        start + rest.iter().take_while(|byte| is(**byte)).count()
    }

    fn skip_blanks(&self, start: usize) -> usize {
        self.skip(start, |byte| matches!(byte, b' ' | b'\t'))
    }

    fn word_end(&self, start: usize) -> usize {
        self.skip(start, is_word)
    }
}
