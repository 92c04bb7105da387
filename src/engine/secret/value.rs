//! How far an unquoted value reaches within its line, and what is no value.

use super::name::is_secret_name;

/// The length of the examined part of a line before a value.
pub(super) const MAX_LOOK: usize = 64;

pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
}

pub(super) fn is_end_of_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\')
}

pub(super) fn is_letters(text: &str) -> bool {
    text.trim_end_matches(['.', ',', ':', ';', ')'])
        .bytes()
        .all(|byte| byte.is_ascii_lowercase())
}

/// Returns whether a word after `Bearer` only describes such tokens.
pub(super) fn is_prose(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.starts_with("token") || word.starts_with("auth") || word.len() < 2
}

/// Returns whether a word after a colon is a type, or the like.
pub(super) fn is_type(word: &str) -> bool {
    const TYPES: [&str; 16] = [
        "string", "str", "text", "number", "int", "integer", "boolean", "bool", "object", "any",
        "bytes", "secret", "required", "optional", "nil", "|",
    ];
    let word = word.trim_end_matches([',', ';', ')', '?']);
    TYPES.iter().any(|of| word.eq_ignore_ascii_case(of))
        || word.starts_with(['{', '[', '|', '>', '&'])
}

/// Returns how long a value in a list of `name=value;` is.
pub(super) fn connection_value(line: &str) -> usize {
    let close = match line.chars().next() {
        Some('{') => '}',
        Some(quote @ ('"' | '\'')) => quote,
        _ => return line.find(';').unwrap_or(line.len()),
    };
    // The quote may be part of the value: it ends where the next name begins.
    let mut start = 1;
    while let Some(offset) = line.get(start..).and_then(|rest| rest.find(close)) {
        start += offset + 1;
        if line
            .get(start..)
            .is_none_or(|rest| rest.is_empty() || rest.starts_with(';'))
        {
            return start;
        }
    }
    line.len()
}

/// Returns how long a value is that ends with its word, or where something else
/// begins.
pub(super) fn word_value(line: &str) -> usize {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut from = 0;
    while let Some(offset) = line
        .get(from..)
        .and_then(|rest| rest.find(|c| is_end_of_word(c) || is_divider(c)))
    {
        let divider = from + offset;
        let rest = line.get(divider..).unwrap_or_default();
        let after = rest.trim_start_matches(is_divider);
        let next = after.trim_start_matches(is_name);
        let is_next = next.len() < after.len() && next.starts_with(['=', ':']);
        if after.len() == rest.len()
            || is_next
            || after.is_empty()
            || after.starts_with(is_end_of_word)
        {
            return divider;
        }
        from = line.len() - next.len();
    }
    line.len()
}

/// Returns whether a character may separate values.
const fn is_divider(c: char) -> bool {
    matches!(c, '&' | ';' | ',' | ')' | ']' | '}')
}

/// Returns how long the value after a colon is; nothing where it is prose.
pub(super) fn plain_value(line: &str, begins: bool) -> usize {
    let length = word_value(line);
    let word = line.get(..length).unwrap_or_default();
    let rest = line
        .get(length..)
        .unwrap_or_default()
        .trim_start_matches(|c: char| ",;)]}".contains(c));
    let is_alone = rest.starts_with(['"', '\'', '`', '\\', '<'])
        || !rest.starts_with(' ')
        || rest.trim_start().starts_with('#');
    let is_plain = word
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'-' || byte == b'.');
    if is_code(line) || (is_plain && !(begins && is_alone)) {
        0
    } else {
        length
    }
}

/// Returns whether what is assigned is an expression and no literal: a call, a
/// member of something, or another variable that is called a secret.
pub(super) fn is_code(line: &str) -> bool {
    let head = line
        .get(..line.floor_char_boundary(MAX_LOOK))
        .unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$');
    let path = head
        .get(..head.find(|c| !is_part(c)).unwrap_or(head.len()))
        .unwrap_or_default();
    let rest = head.get(path.len()..).unwrap_or_default();
    if path.is_empty() {
        return head.starts_with(['[', '{', '(', '!', '+', '|', '&']);
    }
    let is_name = !path.bytes().any(|byte| byte.is_ascii_digit());
    let ends = rest.is_empty() || rest.starts_with([' ', ';', ',', ')', '[', '?', '!', '}']);
    let is_member = path.split('.').count() > 1 && path.split('.').all(|step| !step.is_empty());
    let is_variable = path.starts_with('$') || is_secret_name(path);
    (is_name && rest.starts_with(['(', '[']))
        || (is_name && ends && (is_member || is_variable))
        || (path == "new" && rest.starts_with(' '))
}
