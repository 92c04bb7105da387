//! Describes in words how two texts differ that look alike.

use unicode_normalization::{UnicodeNormalization as _, is_nfc, is_nfd};
use unicode_script::{Script, UnicodeScript as _};

use super::alike::{is_alike, is_unseen};
use super::words::{Highlight, Words};

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
    let first = |text: &str, marks: &[Highlight]| {
        let part = marks.iter().find_map(|mark| text.get(mark.range.clone()));
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
}
