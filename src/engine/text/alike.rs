//! What looks alike and is not the same, and how it is made different.

use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization as _, is_nfc, is_nfd};
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::confusable_detection::skeleton;

use super::words::Words;
use crate::engine::display::{is_hostile, safe};

/// Says whether two different texts look the same, or nearly: they differ in
/// blanks, in what is invisible, in normalization, or in letters of scripts that
/// have the same form.
pub(super) fn is_alike(before: &str, after: &str) -> bool {
    if before == after {
        return false;
    }
    let (before, after) = differing(before, after);
    let seen = |text: &str| text.chars().filter(|c| !is_unseen(*c)).collect::<String>();
    skeleton(&seen(before)).eq(skeleton(&seen(after)))
}

/// Returns what follows the beginning that two texts have in common. A mark
/// stays with the letter that it stands on.
fn differing<'t>(before: &'t str, after: &'t str) -> (&'t str, &'t str) {
    let same = before
        .chars()
        .zip(after.chars())
        .take_while(|(old, new)| old == new);
    let mut start: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let follows = |text: &str, at: usize| {
        text.get(at..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(is_combining_mark)
    };
    while start > 0 && (follows(before, start) || follows(after, start)) {
        start = before
            .get(..start)
            .and_then(|head| head.char_indices().next_back())
            .map_or(0, |(at, _)| at);
    }
    (
        before.get(start..).unwrap_or(before),
        after.get(start..).unwrap_or(after),
    )
}

/// Says whether a character is a blank or invisible.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || is_hostile(c)
}

/// Says whether a character is a blank that looks like a space and is none. The
/// wide blank of Chinese text does not.
const fn is_odd_blank(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}'
    )
}

/// Says whether a reader can tell a character from those that are like it:
/// ideographs of one meaning and two forms are read, if they are no mere copies.
fn is_legible(c: char) -> bool {
    c.is_ascii() || (c.script() == Script::Han && is_nfc(c.encode_utf8(&mut [0; 4])))
}

/// Shows a part of a text that differs, every character of it told by its code
/// point that could be taken for another one.
pub(super) fn reveal(text: &str, is_alike: bool, is_at_end: bool, ascii: bool) -> String {
    let trailing = if is_at_end {
        text.trim_end_matches(' ').len()
    } else {
        text.len()
    };
    let mut shown = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        match c {
            ' ' if (is_alike || at >= trailing) && !ascii => shown.push('·'),
            ' ' if is_alike || at >= trailing => escape(&mut shown, c),
            '\\' if is_alike => escape(&mut shown, c),
            c if is_odd_blank(c) => escape(&mut shown, c),
            c if is_alike && !is_legible(c) => escape(&mut shown, c),
            c => shown.push_str(&safe(c.encode_utf8(&mut [0; 4]))),
        }
    }
    shown
}

/// Shows a text so that no two texts are shown as the same.
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

/// Says how two texts differ in which nothing is to be seen that differs, as a
/// fragment; nothing where something is.
///
/// ```
/// use gatediff::engine::text::note;
/// assert_eq!(note("x@y.z", "\u{445}@y.z").as_deref(), Some("look alike: U+0078 Latin, U+0445 Cyrillic"));
/// assert_eq!(note("blank", "blank ").as_deref(), Some("only blanks differ"));
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
        return Some("only blanks differ".to_owned());
    }
    if without(is_unseen) {
        return Some("only what is invisible differs".to_owned());
    }
    let words = Words::new(before, after);
    let first = |text: &str, marks: &[super::Highlight]| {
        let part = marks.iter().find_map(|mark| text.get(mark.range.clone()));
        part.and_then(|part| part.chars().find(|c| !is_unseen(*c)))
            .map(name)
    };
    let (old, new) = (first(before, &words.before)?, first(after, &words.after)?);
    Some(format!("look alike: {old}, {new}"))
}

/// Names a character by its code point and, of a letter, its script.
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
        (false, false) => "a mixture",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_reported_by_what_it_is() {
        let describe = |before, after| note(before, after).unwrap_or_default();
        assert_eq!(describe("A B", "A\u{a0}B"), "only blanks differ");
        assert_eq!(
            describe("Caf\u{e9}", "Cafe\u{301}"),
            "only the normalization differs: NFC to NFD"
        );
        assert_eq!(
            describe("\u{e9}\u{e0}", "\u{e9}a\u{300}"),
            "only the normalization differs: NFC to a mixture"
        );
        assert_eq!(
            describe("ab", "a\u{200b}b"),
            "only what is invisible differs"
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
