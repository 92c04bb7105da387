//! Texts that look alike but differ, and how their difference is made visible.

use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization as _, is_nfc, is_nfd};
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::confusable_detection::skeleton;

use super::words::Words;
use crate::engine::display::{is_hostile, safe};

/// Returns whether two different texts look the same, or nearly: they differ in
/// whitespace, invisible characters, normalization, or letters of scripts that
/// have the same form.
pub(super) fn is_alike(before: &str, after: &str) -> bool {
    if before == after {
        return false;
    }
    let (before, after) = differing(before, after);
    let seen = |text: &str| text.chars().filter(|c| !is_unseen(*c)).collect::<String>();
    skeleton(&seen(before)).eq(skeleton(&seen(after)))
}

/// Returns the rest of two texts after their common start. A combining mark
/// stays with its letter.
fn differing<'t>(before: &'t str, after: &'t str) -> (&'t str, &'t str) {
    let same = before
        .chars()
        .zip(after.chars())
        .take_while(|(old, new)| old == new);
    let mut start: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let follows = |text: &str, offset: usize| {
        text.get(offset..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(is_combining_mark)
    };
    while start > 0 && (follows(before, start) || follows(after, start)) {
        start = before
            .get(..start)
            .and_then(|head| head.char_indices().next_back())
            .map_or(0, |(offset, _)| offset);
    }
    (
        before.get(start..).unwrap_or(before),
        after.get(start..).unwrap_or(after),
    )
}

/// Returns whether a character is whitespace or invisible.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || is_hostile(c)
}

/// Returns whether a character is whitespace that looks like a space but is
/// not. The wide space of Chinese text does not.
const fn is_odd_blank(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}'
    )
}

/// Returns whether a reader can distinguish a character from similar ones:
/// ideographs of one meaning and two forms are readable, unless they are
/// compatibility copies.
fn is_legible(c: char) -> bool {
    c.is_ascii() || (c.script() == Script::Han && is_nfc(c.encode_utf8(&mut [0; 4])))
}

/// Shows a differing part of a text; every character that could be mistaken for
/// another one is shown by its code point.
pub(super) fn reveal(text: &str, is_alike: bool, is_at_end: bool, ascii: bool) -> String {
    let trailing = if is_at_end {
        text.trim_end_matches(' ').len()
    } else {
        text.len()
    };
    let mut shown = String::with_capacity(text.len() + 8);
    for (offset, c) in text.char_indices() {
        match c {
            ' ' if (is_alike || offset >= trailing) && !ascii => shown.push('·'),
            ' ' if is_alike || offset >= trailing => escape(&mut shown, c),
            '\\' if is_alike => escape(&mut shown, c),
            c if is_odd_blank(c) => escape(&mut shown, c),
            c if is_alike && !is_legible(c) => escape(&mut shown, c),
            c => shown.push_str(&safe(c.encode_utf8(&mut [0; 4]))),
        }
    }
    shown
}

/// Shows a text such that different texts never look the same.
pub(super) fn spell(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_graphic() && c != '\\' {
            shown.push(c);
        } else {
            escape(&mut shown, c);
        }
    }
    shown
}

fn escape(shown: &mut String, c: char) {
    write!(shown, "\\u{{{:x}}}", u32::from(c)).ok();
}

/// Describes how two texts differ whose difference is invisible, as a fragment;
/// `None` if it is visible.
///
/// ```
/// use gatediff::engine::text::note;
/// assert_eq!(note("x@y.z", "\u{445}@y.z").as_deref(), Some("look alike: U+0078 Latin, U+0445 Cyrillic"));
/// assert_eq!(note("blank", "blank ").as_deref(), Some("only whitespace differs"));
/// assert_eq!(note("10", "50"), None);
/// ```
pub fn note(before: &str, after: &str) -> Option<String> {
    if !is_alike(before, after) {
        return None;
    }
    if before.nfc().eq(after.nfc()) {
        return Some(format!(
            "only the normalization differs: {} to {}",
            form(before),
            form(after)
        ));
    }
    let without = |drop: fn(char) -> bool| {
        let kept = |text: &str| text.chars().filter(|c| !drop(*c)).collect::<String>();
        kept(before) == kept(after)
    };
    if without(char::is_whitespace) {
        return Some("only whitespace differs".to_owned());
    }
    if without(is_unseen) {
        return Some("only invisible characters differ".to_owned());
    }
    let words = Words::new(before, after);
    let first = |text: &str, highlights: &[super::Highlight]| {
        let part = highlights
            .iter()
            .find_map(|highlight| text.get(highlight.range.clone()));
        part.and_then(|part| part.chars().find(|c| !is_unseen(*c)))
            .map(name)
    };
    let (old, new) = (first(before, &words.before)?, first(after, &words.after)?);
    Some(format!("look alike: {old}, {new}"))
}

/// Names a character by its code point and, for a letter, its script.
fn name(c: char) -> String {
    let script = c.script();
    if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
        return format!("U+{:04X}", u32::from(c));
    }
    format!("U+{:04X} {}", u32::from(c), script.full_name())
}

fn form(text: &str) -> &'static str {
    match (is_nfc(text), is_nfd(text)) {
        (true, _) => "NFC",
        (false, true) => "NFD",
        (false, false) => "mixed forms",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_reported_by_what_it_is() {
        let describe = |before, after| note(before, after).unwrap_or_default();
        assert_eq!(describe("A B", "A\u{a0}B"), "only whitespace differs");
        assert_eq!(
            describe("Caf\u{e9}", "Cafe\u{301}"),
            "only the normalization differs: NFC to NFD"
        );
        assert_eq!(
            describe("\u{e9}\u{e0}", "\u{e9}a\u{300}"),
            "only the normalization differs: NFC to mixed forms"
        );
        assert_eq!(
            describe("ab", "a\u{200b}b"),
            "only invisible characters differ"
        );
        assert_eq!(
            describe("\u{3b1}1", "a1"),
            "look alike: U+03B1 Greek, U+0061 Latin"
        );
        assert_eq!(
            describe("客戶", "客户"),
            "look alike: U+6236 Han, U+6237 Han"
        );
        assert_eq!(describe("客戶", "信用"), "");
        assert_eq!(describe("same", "same"), "");
    }

    #[test]
    fn what_could_be_taken_for_another_character_is_reported_by_its_code_point() {
        assert_eq!(reveal("a \u{a0}", true, false, false), "a·\\u{a0}");
        assert_eq!(reveal("a ", true, false, true), "a\\u{20}");
        assert_eq!(reveal("客 戶  ", false, true, false), "客 戶··");
        assert_eq!(reveal("戶\u{f900}", true, false, false), "戶\\u{f900}");
        assert_eq!(
            reveal("\u{445}\t\u{200b}", true, false, false),
            "\\u{445}\\t\\u{200b}"
        );
    }
}
