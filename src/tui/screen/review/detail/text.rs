//! Texts that differ, line by line, with the words that differ marked.

use unicode_segmentation::UnicodeSegmentation as _;

use super::layout::DetailLayout;
use crate::engine::text::{Hunk, LineOp, Segment, SegmentKind, TextDiff, TextLine};
use crate::tui::{Glyphs, Line, Role, count, width};

/// The maximum number of lines of one text; the plan has the rest.
const MAX_LINES: usize = 600;

/// The maximum number of columns of one line.
const MAX_COLUMNS: usize = 4_000;

/// The signs before a line, and the blank after them.
const SIGN: usize = 2;

/// The minimum width for indenting a text.
const NARROW: usize = 12;

/// Pieces of text with their roles.
pub(super) type Pieces = Vec<(Role, String)>;

/// Lays out a difference, indented by `indent` columns; `wide` puts both sides
/// side by side.
pub(super) fn lay(layout: &mut DetailLayout, diff: &TextDiff, indent: usize, wide: bool) {
    let indent = if layout.width < indent + NARROW {
        0
    } else {
        indent
    };
    let mut pane = Pane {
        indent,
        shows_end: diff.ends_differently(),
        taken: 0,
    };
    for (n, hunk) in diff.hunks.iter().enumerate() {
        let mut head = Line::new();
        head.pad_to(indent);
        let space = layout.width - indent;
        layout.push(head.and(
            Role::Dim,
            &crate::tui::widget::cut(&hunk.head(), space, layout.glyphs.ellipsis),
        ));
        let left = if wide {
            pane.beside(layout, hunk)
        } else {
            pane.unified(layout, hunk)
        };
        let rest = diff
            .hunks
            .iter()
            .skip(n + 1)
            .map(|hunk| hunk.lines.len())
            .sum::<usize>()
            + left;
        if rest > 0 && pane.is_full(layout) {
            layout.text(
                Role::Dim,
                &format!(
                    "and {} of this text",
                    count(rest, "more line", "more lines")
                ),
            );
            return;
        }
    }
}

/// Where the lines of a text go.
struct Pane {
    indent: usize,
    shows_end: bool,
    taken: usize,
}

impl Pane {
    fn is_full(&self, layout: &DetailLayout) -> bool {
        self.taken >= MAX_LINES || layout.is_full()
    }

    /// Lays out lines one below the other; returns how many are left out.
    fn unified(&mut self, layout: &mut DetailLayout, hunk: &Hunk) -> usize {
        for (n, line) in hunk.lines.iter().enumerate() {
            if self.is_full(layout) {
                return hunk.lines.len() - n;
            }
            let space = (layout.width - self.indent).saturating_sub(SIGN);
            for row in self.rows(layout.glyphs, hunk, line, space) {
                let mut shown = Line::new();
                shown.pad_to(self.indent);
                row.into_iter()
                    .for_each(|(role, text)| shown.push(role, &text));
                layout.push(shown);
                self.taken += 1;
            }
        }
        0
    }

    /// Lays out the target's lines left, the file's right; returns how many are
    /// left out.
    fn beside(&mut self, layout: &mut DetailLayout, hunk: &Hunk) -> usize {
        let whole = layout.width - self.indent;
        let half = (whole.saturating_sub(3)) / 2;
        let mut done = 0;
        for (old, new) in sides(hunk) {
            if self.is_full(layout) {
                return hunk.lines.len().saturating_sub(done);
            }
            let rows = |line: Option<&TextLine>| {
                line.map_or_else(Vec::new, |line| {
                    self.rows(layout.glyphs, hunk, line, half.saturating_sub(SIGN))
                })
            };
            let (left, right) = (rows(old), rows(new));
            done += if old.zip(new).is_some_and(|(old, _)| old.op != LineOp::Keep) {
                2
            } else {
                1
            };
            for n in 0..left.len().max(right.len()) {
                let mut shown = Line::new();
                shown.pad_to(self.indent);
                for (role, text) in left.get(n).into_iter().flatten() {
                    shown.push(*role, text);
                }
                shown.pad_to(self.indent + half + 1);
                shown.push(Role::Border, layout.glyphs.bar);
                shown.push(Role::Text, " ");
                for (role, text) in right.get(n).into_iter().flatten() {
                    shown.push(*role, text);
                }
                layout.push(shown);
                self.taken += 1;
            }
        }
        0
    }

    /// Returns a line over as many rows as it needs, with its sign in front.
    fn rows(&self, glyphs: &Glyphs, hunk: &Hunk, line: &TextLine, space: usize) -> Vec<Pieces> {
        let (sign, role, word) = match line.op {
            LineOp::Keep => ("  ", Role::Dim, Role::Dim),
            LineOp::Remove => ("- ", Role::Old, Role::OldWord),
            LineOp::Add => ("+ ", Role::New, Role::NewWord),
        };
        let pieces = pieces(
            &hunk.segments(line, glyphs.is_ascii()),
            (role, word),
            glyphs,
        );
        let mut rows = wrapped(&pieces, space, MAX_COLUMNS);
        for (n, row) in rows.iter_mut().enumerate() {
            row.insert(0, (role, if n == 0 { sign } else { "  " }.to_owned()));
        }
        if self.shows_end && !line.newline {
            rows.push(vec![(
                Role::Dim,
                crate::tui::widget::cut("\\ no newline at the end", space, ""),
            )]);
        }
        rows
    }
}

/// Pairs the lines of a hunk for two columns: changed lines side by side, lines
/// without a partner in their order.
fn sides(hunk: &Hunk) -> Vec<(Option<&TextLine>, Option<&TextLine>)> {
    let mut rows = Vec::with_capacity(hunk.lines.len());
    let (mut old, mut new): (Vec<&TextLine>, Vec<&TextLine>) = (Vec::new(), Vec::new());
    for line in &hunk.lines {
        match line.op {
            LineOp::Keep => {
                flush(hunk, &mut rows, &mut old, &mut new);
                rows.push((Some(line), Some(line)));
            }
            LineOp::Remove => {
                if !new.is_empty() {
                    flush(hunk, &mut rows, &mut old, &mut new);
                }
                old.push(line);
            }
            LineOp::Add => new.push(line),
        }
    }
    flush(hunk, &mut rows, &mut old, &mut new);
    rows
}

fn flush<'h>(
    hunk: &'h Hunk,
    rows: &mut Vec<(Option<&'h TextLine>, Option<&'h TextLine>)>,
    old: &mut Vec<&'h TextLine>,
    new: &mut Vec<&'h TextLine>,
) {
    let (mut left, mut right) = (old.drain(..).peekable(), new.drain(..).peekable());
    loop {
        let has_partner =
            |line: Option<&&TextLine>| line.is_some_and(|line| line.partner.is_some());
        let is_pair = left.peek().is_some_and(|line| {
            let partner = hunk.partner(line);
            partner.is_some_and(|partner| {
                right
                    .peek()
                    .is_some_and(|line| std::ptr::eq(*line, partner))
            })
        });
        let row = match (has_partner(left.peek()), has_partner(right.peek())) {
            _ if is_pair => (left.next(), right.next()),
            (true, true) | (false, false) => (left.next(), right.next()),
            // The one waits for its partner.
            (true, false) if right.peek().is_some() => (None, right.next()),
            (false, true) if left.peek().is_some() => (left.next(), None),
            _ => (left.next(), right.next()),
        };
        if row == (None, None) {
            return;
        }
        rows.push(row);
    }
}

/// Returns segments with their roles: the first for equal text, the second for
/// differing text.
pub(super) fn pieces(segments: &[Segment], (role, word): (Role, Role), glyphs: &Glyphs) -> Pieces {
    let piece = |segment: &Segment| match segment.kind {
        SegmentKind::Same => (role, segment.text.clone()),
        SegmentKind::Differs => (word, segment.text.clone()),
        SegmentKind::Omitted => (Role::Dim, glyphs.ellipsis.to_owned()),
    };
    segments.iter().map(piece).collect()
}

/// Breaks pieces into rows of at most `space` columns, between any two
/// characters; what exceeds `max` columns is counted and left out.
pub(super) fn wrapped(pieces: &[(Role, String)], space: usize, max: usize) -> Vec<Pieces> {
    let space = space.max(2);
    let mut rows: Vec<Pieces> = vec![Vec::new()];
    let (mut used, mut taken) = (0, 0);
    for (n, (role, text)) in pieces.iter().enumerate() {
        let mut part = String::new();
        for (offset, grapheme) in text.grapheme_indices(true) {
            let wide = width(grapheme);
            if used + wide > space {
                push(&mut rows, *role, &mut part);
                rows.push(Vec::new());
                used = 0;
            }
            if taken + wide > max {
                push(&mut rows, *role, &mut part);
                let here = text.get(offset..).map_or(0, |rest| rest.chars().count());
                let others: usize = pieces
                    .iter()
                    .skip(n + 1)
                    .map(|(_, text)| text.chars().count())
                    .sum();
                let described = format!(
                    "and {}",
                    count(here + others, "more character", "more characters")
                );
                rows.extend(
                    crate::tui::widget::wrap(&described, space)
                        .into_iter()
                        .map(|row| vec![(Role::Dim, row)]),
                );
                return rows;
            }
            part.push_str(grapheme);
            used += wide;
            taken += wide;
        }
        push(&mut rows, *role, &mut part);
    }
    rows
}

fn push(rows: &mut [Pieces], role: Role, part: &mut String) {
    if let Some(row) = rows.last_mut()
        && !part.is_empty()
    {
        row.push((role, std::mem::take(part)));
    }
}

/// Returns a difference as text for the clipboard.
pub(super) fn as_text(diff: &TextDiff, glyphs: &Glyphs) -> String {
    let mut text = String::new();
    for hunk in &diff.hunks {
        text.push_str(&hunk.head());
        text.push('\n');
        for line in &hunk.lines {
            text.push(match line.op {
                LineOp::Keep => ' ',
                LineOp::Remove => '-',
                LineOp::Add => '+',
            });
            let segments = hunk.segments(line, glyphs.is_ascii());
            text.extend(
                pieces(&segments, (Role::Text, Role::Text), glyphs)
                    .into_iter()
                    .map(|(_, part)| part),
            );
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::config;
    use crate::engine::{Change, Op, Value};
    use crate::tui::screen::review::detail::{DetailOptions, differences};
    use crate::tui::theme::{ASCII, UNICODE};
    use proptest::prelude::*;

    fn change(before: &str, after: &str) -> Change {
        Change {
            path: "/notes".to_owned(),
            op: Op::Replace,
            before: Value::Text(before.into()),
            after: Value::Text(after.into()),
            secret: false,
            needs: None,
        }
    }

    fn describe(before: &str, after: &str, width: usize) -> Vec<String> {
        let lines = differences(&[change(before, after)], width, &UNICODE);
        lines
            .iter()
            .map(|line| line.plain().trim_end().to_owned())
            .collect()
    }

    fn beside(before: &str, after: &str, width: usize) -> Vec<String> {
        let options = DetailOptions {
            side_by_side: true,
            ..DetailOptions::default()
        };
        let mut layout = DetailLayout {
            rows: Vec::new(),
            width,
            options,
            glyphs: &UNICODE,
            change: None,
        };
        super::super::changes::changes(&mut layout, &[change(before, after)], None);
        layout
            .finish()
            .iter()
            .map(|row| row.line.plain().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn a_changed_line_stands_between_its_neighbours_with_its_words_in_their_own_roles() {
        let lines = differences(
            &[change("一\nlimit = 10;\n三\n", "一\nlimit = 50;\n三\n")],
            60,
            &UNICODE,
        );
        let plain: Vec<String> = lines
            .iter()
            .map(|line| line.plain().trim_end().to_owned())
            .collect();
        assert_eq!(
            plain,
            [
                "~ notes 1 line changed",
                "  @@ -1,3 +1,3 @@",
                "    一",
                "  - limit = 10;",
                "  + limit = 50;",
                "    三"
            ]
        );
        let words: Vec<(Role, &str)> = lines
            .iter()
            .flat_map(Line::pieces)
            .filter(|piece| matches!(piece.role, Role::OldWord | Role::NewWord))
            .map(|piece| (piece.role, piece.text()))
            .collect();
        assert_eq!(words, [(Role::OldWord, "10"), (Role::NewWord, "50")]);
    }

    #[test]
    fn beside_each_other_what_was_made_of_what_is_on_one_row() {
        assert_eq!(
            beside("keep\nalpha beta\ngone\n", "keep\nnew\nalpha gamma\n", 60)[1..],
            [
                "~ notes 1 line changed, 1 removed, 1 added",
                "  @@ -1,3 +1,3 @@",
                "    keep                      │   keep",
                "                              │ + new",
                "  - alpha beta                │ + alpha gamma",
                "  - gone                      │",
            ]
        );
    }

    #[test]
    fn a_long_line_goes_over_several_rows_and_a_very_long_one_is_counted() {
        let rows = describe("a\nb\n", &format!("a\n{}\n", "信用卡".repeat(10)), 22);
        assert_eq!(
            rows[4..],
            [
                "  + 信用卡信用卡信用卡",
                "    信用卡信用卡信用卡",
                "    信用卡信用卡信用卡",
                "    信用卡"
            ]
        );
        let rows = describe("a\nb\n", &format!("a\n{}\n", "x".repeat(50_000)), 60);
        assert_eq!(rows.last().unwrap(), "    and 46000 more characters");
    }

    #[test]
    fn of_a_text_without_end_the_first_lines_are_laid_out_and_the_rest_is_counted() {
        let after: String = (0..100_000).map(|n| format!("line {n}\n")).collect();
        let rows = describe("a\n", &after, 60);
        assert!(rows.len() < MAX_LINES + 5, "{}", rows.len());
        assert_eq!(rows.last().unwrap(), "and 99401 more lines of this text");
    }

    proptest! {
        #![proptest_config(config(64))]
        #[test]
        fn no_row_is_wider_than_asked(before in "(?s).{0,60}\n?.{0,200}", after in "(?s).{0,60}\n?.{0,200}", width in 8_usize..120) {
            for line in differences(&[change(&before, &after)], width, &ASCII) {
                prop_assert!(line.width() <= width, "{} > {width}: {}", line.width(), line.plain());
            }
            for line in beside(&before, &after, width) {
                prop_assert!(crate::tui::widget::width(&line) <= width, "{}", line);
            }
        }
    }
}
