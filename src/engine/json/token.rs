//! The tokens of a JSON text, as they are written.

/// One value or name of a document, and its position in the text.
pub(in crate::engine) struct Token {
    pub(in crate::engine) start: usize,
    pub(in crate::engine) end: usize,
    pub(in crate::engine) kind: TokenKind,
}

/// Its kind; commas and colons are not tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum TokenKind {
    Open,
    Close,
    Name,
    Text,
    Number,
    Word,
}

/// Splits a valid document into its tokens.
pub(in crate::engine) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or_default();
    let mut tokens = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        let start = place;
        place += 1;
        let kind = match at(start) {
            b'{' | b'[' => TokenKind::Open,
            b'}' | b']' => TokenKind::Close,
            b'"' => {
                while place < bytes.len() && at(place) != b'"' {
                    place += if at(place) == b'\\' { 2 } else { 1 };
                }
                place += 1;
                let rest = bytes.get(place..).unwrap_or_default();
                let after = rest.iter().find(|byte| !byte.is_ascii_whitespace());
                if after == Some(&b':') {
                    TokenKind::Name
                } else {
                    TokenKind::Text
                }
            }
            first @ (b'-' | b'0'..=b'9' | b'a'..=b'z') => {
                while at(place).is_ascii_alphanumeric()
                    || b"+-.".contains(&at(place)) && place < bytes.len()
                {
                    place += 1;
                }
                if first.is_ascii_lowercase() {
                    TokenKind::Word
                } else {
                    TokenKind::Number
                }
            }
            _ => continue,
        };
        tokens.push(Token {
            start,
            end: place.min(bytes.len()),
            kind,
        });
    }
    tokens
}
