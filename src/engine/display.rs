//! The only way from data to text: whatever could move the cursor, hide or
//! reorder text is made visible first.

use std::borrow::Cow;

/// Returns `text` with control, bidirectional and invisible characters made
/// visible; borrowed if there are none.
///
/// Line feeds become `⏎`, other controls `\x1b`, the rest `\u{202e}`. Wide and
/// combining characters pass.
///
/// ```
/// use gatediff::engine::display::safe;
/// assert_eq!(safe("客戶 A"), "客戶 A");
/// assert_eq!(safe("a\u{1b}[2Jb"), "a\\x1b[2Jb");
/// ```
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => shown.push('⏎'),
            '\t' => shown.push_str("\\t"),
            c if is_hostile(c) && (c as u32) < 0x100 => {
                shown.push_str(&format!("\\x{:02x}", c as u32));
            }
            c if is_hostile(c) => shown.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Names the first `max` of many things, and the number of the others. The
/// result may be as hostile as the names.
///
/// ```
/// use gatediff::engine::display::some_of;
/// assert_eq!(some_of(["a", "b", "c"], 2), "a, b and 1 more");
/// ```
pub fn some_of<T: ToString>(things: impl IntoIterator<Item = T>, max: usize) -> String {
    let mut things = things.into_iter();
    let named: Vec<String> = things
        .by_ref()
        .take(max)
        .map(|thing| thing.to_string())
        .collect();
    match things.count() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Returns whether a character moves the cursor, reorders text or is invisible.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_no_more_than_people_read() {
        assert_eq!(some_of([1, 2], 2), "1, 2");
        assert_eq!(some_of(0..25, 3), "0, 1, 2 and 22 more");
        assert_eq!(some_of([""; 0], 3), "");
    }

    #[test]
    fn leaves_chinese_and_accents_alone() {
        assert!(matches!(safe("信用卡 é 👍"), Cow::Borrowed(_)));
    }

    #[test]
    fn shows_what_would_move_the_cursor_or_turn_the_text() {
        assert_eq!(safe("a\u{1b}]52;c;x\u{7}"), "a\\x1b]52;c;x\\x07");
        assert_eq!(safe("\u{9b}2J"), "\\x9b2J");
        assert_eq!(safe("user\u{202e}txt.exe"), "user\\u{202e}txt.exe");
        assert_eq!(safe("a\nb\tc\u{200b}d"), "a⏎b\\tc\\u{200b}d");
    }
}
