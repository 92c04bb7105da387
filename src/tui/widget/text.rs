//! Text for the screen: made safe, measured and cut in columns.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use crate::engine::display::safe;
use crate::tui::theme::Role;

/// A piece of text with its meaning. Data becomes a piece only through
/// [`Piece::new`], which makes it safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) role: Role,
    text: String,
}

impl Piece {
    /// Returns a piece with control characters made visible.
    pub(crate) fn new(role: Role, text: &str) -> Self {
        Self {
            role,
            text: safe(text).into_owned(),
        }
    }

    /// Returns the safe text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A line of pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pieces: Vec<Piece>,
}

impl Line {
    /// Returns an empty line.
    pub(crate) const fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// Returns a line of one piece.
    pub(crate) fn of(role: Role, text: &str) -> Self {
        Self::new().and(role, text)
    }

    /// Adds a piece at the end.
    #[must_use]
    pub(crate) fn and(mut self, role: Role, text: &str) -> Self {
        self.push(role, text);
        self
    }

    /// Adds a piece at the end.
    pub(crate) fn push(&mut self, role: Role, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece::new(role, text));
        }
    }

    /// Adds a text in which a part, given by its byte offsets, is marked.
    pub(crate) fn push_found(&mut self, role: Role, text: &str, found: Option<(usize, usize)>) {
        let (start, end) = found.unwrap_or((text.len(), text.len()));
        self.push(role, text.get(..start).unwrap_or_default());
        self.push(Role::Match, text.get(start..end).unwrap_or_default());
        self.push(role, text.get(end..).unwrap_or_default());
    }

    /// Adds the pieces of a line.
    pub(crate) fn append(&mut self, other: &Self) {
        self.pieces.extend_from_slice(&other.pieces);
    }

    /// Adds spaces up to a column.
    pub(crate) fn pad_to(&mut self, column: usize) {
        let missing = column.saturating_sub(self.width());
        self.push(Role::Text, &" ".repeat(missing));
    }

    /// Returns a text in a column after its label.
    pub(crate) fn pair(label: &str, column: usize, text: &str) -> Self {
        Self::of(Role::Dim, &format!("{label:<column$}")).and(Role::Text, text)
    }

    /// Returns the pieces.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Returns how many columns it takes.
    pub(crate) fn width(&self) -> usize {
        self.pieces.iter().map(|piece| width(piece.text())).sum()
    }

    /// Wraps it; continuation lines are aligned with its last piece.
    pub(crate) fn fold(&self, width: usize) -> Vec<Self> {
        let Some((last, before)) = self.pieces.split_last().filter(|_| self.width() > width) else {
            return vec![self.clone()];
        };
        let head = Self {
            pieces: before.to_vec(),
        };
        // A label that leaves no room is wrapped with the rest of its line.
        let indent = if head.width() + 8 <= width {
            head.width()
        } else {
            return vec![self.clone()];
        };
        let mut lines = Vec::new();
        let mut line = head;
        for part in wrap(last.text(), width - indent) {
            line.pad_to(indent);
            lines.push(std::mem::take(&mut line).and(last.role, &part));
        }
        lines
    }

    /// Returns the text alone.
    pub(crate) fn plain(&self) -> String {
        self.pieces.iter().map(Piece::text).collect()
    }
}

/// Returns how many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Returns the prefix of a text that fits into `columns`, ending in `ellipsis`
/// if something was cut off. Never splits a wide character.
pub(crate) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    // Most text is short: its bytes are at least half its columns.
    if text.len() <= columns && text.is_ascii() || width(text) <= columns {
        return text.to_owned();
    }
    let ellipsis = if width(ellipsis) <= columns {
        ellipsis
    } else {
        ""
    };
    let space = columns - width(ellipsis);
    let (mut taken, mut shown) = (0, String::new());
    for grapheme in text.graphemes(true) {
        taken += grapheme.width();
        if taken > space {
            break;
        }
        shown.push_str(grapheme);
    }
    shown.push_str(ellipsis);
    shown
}

/// Breaks a text into lines of at most `columns`, at spaces and between wide
/// characters; a word that is too long is broken at its signs, or anywhere.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Lines {
        columns: columns.max(2),
        done: Vec::new(),
        line: String::new(),
        taken: 0,
    };
    for word in words(text) {
        if width(&word) <= lines.columns {
            lines.word(&word);
            continue;
        }
        for part in word.split_word_bounds() {
            if width(part) <= lines.columns {
                lines.word(part);
            } else {
                part.graphemes(true)
                    .for_each(|grapheme| lines.word(grapheme));
            }
        }
    }
    lines.finish()
}

/// Splits a text into what belongs on one line, and the spaces between.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_closed = true;
    for part in text.split_word_bounds() {
        // `split_word_bounds` parts `a-b` too; wide characters may be parted.
        let stands_alone =
            part.chars().all(char::is_whitespace) || width(part) > part.chars().count();
        match words.last_mut() {
            Some(word) if !is_closed && !stands_alone => word.push_str(part),
            _ => words.push(part.to_owned()),
        }
        is_closed = stands_alone;
    }
    words
}

/// Collects lines.
struct Lines {
    columns: usize,
    done: Vec<String>,
    line: String,
    taken: usize,
}

impl Lines {
    fn word(&mut self, word: &str) {
        let wide = width(word);
        if self.taken + wide > self.columns && !self.line.is_empty() {
            self.done
                .push(std::mem::take(&mut self.line).trim_end().to_owned());
            self.taken = 0;
        }
        let leads = self.taken == 0 && !self.done.is_empty() && word.chars().all(|c| c == ' ');
        if !leads {
            self.line.push_str(word);
            self.taken += wide;
        }
    }

    fn finish(mut self) -> Vec<String> {
        if !self.line.is_empty() || self.done.is_empty() {
            self.done.push(self.line.trim_end().to_owned());
        }
        self.done
    }
}

/// Returns a count with its noun: `1 item`, `2 items`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_are_cut_whole_at_every_column() {
        let shown: Vec<String> = (0..=7)
            .map(|columns| cut("信用卡a", columns, "…"))
            .collect();
        assert_eq!(
            shown,
            ["", "…", "…", "信…", "信…", "信用…", "信用…", "信用卡a"]
        );
    }

    #[test]
    fn an_ellipsis_of_two_columns_fits_too() {
        assert_eq!(cut("abcdef", 4, ".."), "ab..");
        assert_eq!(cut("abcdef", 1, ".."), "a");
    }

    #[test]
    fn combining_characters_stay_with_their_letter() {
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
    }

    #[test]
    fn hostile_text_becomes_visible_text() {
        let piece = Piece::new(Role::Text, "a\u{1b}[31mb\u{202e}c");
        assert_eq!(piece.text(), "a\\x1b[31mb\\u{202e}c");
    }

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        assert_eq!(
            wrap("level A here, B there", 10),
            ["level A", "here, B", "there"]
        );
        assert_eq!(wrap("信用卡管理", 4), ["信用", "卡管", "理"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(
            wrap("of client 'atm-x' now", 14),
            ["of client", "'atm-x' now"]
        );
        assert_eq!(wrap("scp-green-finance", 10), ["scp-green-", "finance"]);
        assert_eq!(wrap("", 5), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in ".{0,40}", columns in 0_usize..50) {
            prop_assert!(width(&cut(&safe(&text), columns, "…")) <= columns);
            for line in wrap(&safe(&text), columns) {
                prop_assert!(width(&line) <= columns.max(2));
            }
        }
    }
}
