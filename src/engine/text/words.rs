//! The words that differ between removed text and the text that replaces it.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::align::{Numbers, Run, gaps, runs};
use super::alike::is_alike;

/// The minimum length of a word without whitespace of which only the differing part is marked.
const LONG_WORD: usize = 32;

/// Which part of a line has to be common to both sides for words to be marked:
/// one in so many.
const LEAST_SHARE: usize = 3;

/// A part of a text that the other side does not have; an empty one is where
/// the other side has more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Its bytes.
    pub range: Range<usize>,
    /// Whether it looks like the other side's text in its place.
    pub is_alike: bool,
}

/// Two texts, the words in which they differ, and where their words are equal.
pub(super) struct Words {
    pub(super) before: Vec<Highlight>,
    pub(super) after: Vec<Highlight>,
    /// Equal stretches of both, by their first bytes.
    equal: Vec<(usize, usize, usize)>,
}

impl Words {
    pub(super) fn new(before: &str, after: &str) -> Self {
        let (old, new) = (Tokens::words(before), Tokens::words(after));
        let runs = old.runs(&new);
        let mut words = Self {
            before: Vec::new(),
            after: Vec::new(),
            equal: old.bytes(&new, &runs),
        };
        for (gone, come) in gaps(&runs, (old.texts.len(), new.texts.len())) {
            // As many words as before: each replaces one.
            if gone.len() == come.len() {
                for (gone, come) in gone.zip(come) {
                    words.gap(
                        before,
                        after,
                        old.range(gone..gone + 1),
                        new.range(come..come + 1),
                    );
                }
            } else {
                words.gap(before, after, old.range(gone), new.range(come));
            }
        }
        join(&mut words.before);
        join(&mut words.after);
        words
    }

    /// Marks a stretch that differs.
    fn gap(&mut self, before: &str, after: &str, gone: Range<usize>, come: Range<usize>) {
        let (old, new) = (slice(before, &gone), slice(after, &come));
        let is_alike = is_alike(old, new);
        let is_word = |text: &str| text.len() >= LONG_WORD && !text.contains(char::is_whitespace);
        if is_alike {
            // The difference between such words is a character or two.
            let (old, new) = (Tokens::characters(old), Tokens::characters(new));
            let runs = old.runs(&new);
            for (less, more) in gaps(&runs, (old.texts.len(), new.texts.len())) {
                self.push(
                    within(&gone, &old.range(less)),
                    within(&come, &new.range(more)),
                    true,
                );
            }
        } else if is_word(old) && is_word(new) {
            let (head, tail) = common_ends(old, new);
            let inner = |of: &Range<usize>| of.start + head..of.end - tail;
            self.push(inner(&gone), inner(&come), false);
        } else {
            self.push(gone, come, false);
        }
    }

    fn push(&mut self, gone: Range<usize>, come: Range<usize>, is_alike: bool) {
        self.before.push(Highlight {
            range: gone,
            is_alike,
        });
        self.after.push(Highlight {
            range: come,
            is_alike,
        });
    }

    /// Pairs the lines of both that have the most in common, in order; lines
    /// are given by their bytes.
    pub(super) fn pairs(
        &self,
        texts: (&str, &str),
        before: &[Range<usize>],
        after: &[Range<usize>],
    ) -> Vec<(usize, usize)> {
        if let ([_], [_]) = (before, after) {
            return vec![(0, 0)];
        }
        let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let (mut old, mut new) = (0, 0);
        for (gone, come, length) in &self.equal {
            let (mut index, end) = (0, *length);
            while index < end {
                while before.get(old).is_some_and(|line| line.end <= gone + index) {
                    old += 1;
                }
                while after.get(new).is_some_and(|line| line.end <= come + index) {
                    new += 1;
                }
                let (Some(left), Some(right)) = (before.get(old), after.get(new)) else {
                    break;
                };
                let next = (left.end - gone)
                    .min(right.end - come)
                    .min(end)
                    .max(index + 1);
                let text = slice(texts.0, &(gone + index..gone + next));
                let weight = visible(text);
                if weight > 0 {
                    *shared.entry((old, new)).or_default() += weight;
                }
                index = next;
            }
        }
        let length = |text: &str, lines: &[Range<usize>], index: usize| {
            visible(lines.get(index).map_or("", |line| slice(text, line)))
        };
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let shared: Vec<((usize, usize), usize)> = shared.into_iter().collect();
        for candidates in shared.chunk_by(|one, other| one.0.0 == other.0.0) {
            let free = candidates
                .iter()
                .filter(|((_, new), _)| is_free(&pairs, *new));
            let Some(((old, new), weight)) = free.max_by_key(|(_, weight)| *weight) else {
                continue;
            };
            let max = length(texts.0, before, *old).max(length(texts.1, after, *new));
            if weight * LEAST_SHARE >= max {
                pairs.push((*old, *new));
            }
        }
        pairs
    }
}

/// Returns the number of characters of a text that are not whitespace.
fn visible(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Returns whether a line follows those that are paired.
fn is_free(pairs: &[(usize, usize)], line: usize) -> bool {
    pairs.last().is_none_or(|(_, last)| *last < line)
}

/// Returns the marks within a part of a text, relative to that part; none if
/// the sides have too little in common to mark words.
pub(super) fn highlights_in(
    highlights: &[Highlight],
    line: &Range<usize>,
    text: &str,
) -> Vec<Highlight> {
    let first = highlights.partition_point(|highlight| highlight.range.end <= line.start);
    let inside = highlights.get(first..).unwrap_or_default().iter();
    let highlights: Vec<Highlight> = inside
        .take_while(|highlight| highlight.range.start < line.end)
        .map(|highlight| {
            let (start, end) = (
                highlight.range.start.max(line.start),
                highlight.range.end.min(line.end),
            );
            Highlight {
                range: start - line.start..end - line.start,
                is_alike: highlight.is_alike,
            }
        })
        .collect();
    if highlights.iter().all(|highlight| highlight.is_alike) {
        return highlights;
    }
    let differs: usize = highlights
        .iter()
        .map(|highlight| visible(slice(text, &highlight.range)))
        .sum();
    let whole = visible(text);
    if (whole - differs.min(whole)) * LEAST_SHARE < whole {
        Vec::new()
    } else {
        highlights
    }
}

/// Joins adjacent marks.
fn join(highlights: &mut Vec<Highlight>) {
    highlights.dedup_by(|next, last| {
        let is_one = last.range.end == next.range.start && last.is_alike == next.is_alike;
        if is_one {
            last.range.end = next.range.end;
        }
        is_one
    });
}

/// A text in parts.
struct Tokens<'t> {
    texts: Vec<&'t str>,
    starts: Vec<usize>,
    end: usize,
}

impl<'t> Tokens<'t> {
    fn words(text: &'t str) -> Self {
        Self::new(text, text.split_word_bound_indices())
    }

    fn characters(text: &'t str) -> Self {
        let ends = text
            .char_indices()
            .map(|(offset, c)| (offset, slice(text, &(offset..offset + c.len_utf8()))));
        Self::new(text, ends)
    }

    fn new(text: &str, parts: impl Iterator<Item = (usize, &'t str)>) -> Self {
        let (starts, texts) = parts.unzip();
        Self {
            texts,
            starts,
            end: text.len(),
        }
    }

    fn runs(&self, other: &Self) -> Vec<Run> {
        let mut numbers = Numbers::default();
        let (old, new) = (numbers.of(&self.texts), numbers.of(&other.texts));
        runs(&old, &new)
    }

    fn start(&self, part: usize) -> usize {
        self.starts.get(part).copied().unwrap_or(self.end)
    }

    fn range(&self, parts: Range<usize>) -> Range<usize> {
        self.start(parts.start)..self.start(parts.end)
    }

    /// Returns runs by their first bytes and their lengths in bytes.
    fn bytes(&self, other: &Self, runs: &[Run]) -> Vec<(usize, usize, usize)> {
        let bytes = |run: &Run| {
            let before = self.range(run.before..run.before + run.length);
            (before.start, other.start(run.after), before.len())
        };
        runs.iter().map(bytes).collect()
    }
}

fn within(outer: &Range<usize>, inner: &Range<usize>) -> Range<usize> {
    outer.start + inner.start..outer.start + inner.end
}

/// Returns the length in bytes of the equal ends of two different texts.
fn common_ends(old: &str, new: &str) -> (usize, usize) {
    let same = |(old, new): &(&str, &str)| old == new;
    let bytes = |(old, _): (&str, &str)| old.len();
    let head = old
        .graphemes(true)
        .zip(new.graphemes(true))
        .take_while(same)
        .map(bytes)
        .sum();
    let (old, new) = (
        old.get(head..).unwrap_or_default(),
        new.get(head..).unwrap_or_default(),
    );
    let tail = old
        .graphemes(true)
        .rev()
        .zip(new.graphemes(true).rev())
        .take_while(same)
        .map(bytes)
        .sum();
    (head, tail)
}

/// Returns a part of a text.
pub(super) fn slice<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    text.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, highlights: &[Highlight]) -> Vec<String> {
        let parts = highlights
            .iter()
            .map(|highlight| slice(text, &highlight.range).to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    }

    fn differing(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
        let words = Words::new(before, after);
        (marked(before, &words.before), marked(after, &words.after))
    }

    fn own(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_changed_word_is_marked_as_that_word() {
        assert_eq!(
            differing("let limit = 10;", "let limit = 500;"),
            (own(&["10"]), own(&["500"]))
        );
        assert_eq!(
            differing("審核客戶資料", "審核客户資料"),
            (own(&["戶"]), own(&["户"]))
        );
        assert_eq!(
            differing("one two", "one big two"),
            (own(&[]), own(&["big "]))
        );
    }

    #[test]
    fn of_a_long_word_only_what_differs_is_marked() {
        let (before, after) = (
            format!("{0}A{0}", "x".repeat(90)),
            format!("{0}BC{0}", "x".repeat(90)),
        );
        assert_eq!(differing(&before, &after), (own(&["A"]), own(&["BC"])));
    }

    #[test]
    fn of_words_that_look_alike_the_characters_are_marked() {
        assert_eq!(differing("пай", "пaй"), (own(&["а"]), own(&["a"])));
        assert_eq!(
            differing("Caf\u{e9}", "Cafe\u{301}"),
            (own(&["\u{e9}"]), own(&["e\u{301}"]))
        );
    }

    #[test]
    fn lines_are_paired_by_what_they_have_in_common() {
        let (before, after) = ("alpha beta gamma\nold\n", "new thing\nalpha beta delta\n");
        let words = Words::new(before, after);
        assert_eq!(
            words.pairs((before, after), &[0..17, 17..21], &[0..10, 10..27]),
            [(0, 1)]
        );
    }
}
