//! Lines and values as they are shown: safe, with differences marked, and
//! without long equal stretches.

use super::alike::{is_alike, reveal, spell};
use super::words::{Words, highlights_in, slice};
use super::{Highlight, Hunk, LineOp, TextLine};
use crate::engine::display::safe;

/// The maximum length of an equal stretch of a line that is shown whole.
const LONG_STRETCH: usize = 120;

/// The length of the shown part of a longer one next to a difference.
const BESIDE: usize = 40;

/// The maximum length of a value, in characters, in which words are not marked:
/// a reader sees it as a whole.
const SHORT_VALUE: usize = 16;

/// The kind of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// The other side has the same.
    Same,
    /// It differs from the other side.
    Differs,
    /// An equal stretch that is omitted.
    Omitted,
}

/// A part of the shown text; safe, except for an omission, which is empty: the
/// front end has its own sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its kind.
    pub kind: SegmentKind,
    /// The text.
    pub text: String,
}

impl Segment {
    fn new(kind: SegmentKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

/// Two values on one line, each in parts. Different values never look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedValues {
    /// The first value.
    pub before: Vec<Segment>,
    /// The second one.
    pub after: Vec<Segment>,
}

impl ComparedValues {
    /// Returns how two values are shown; with `ascii` all our own signs are ASCII.
    ///
    /// ```
    /// use gatediff::engine::text::ComparedValues;
    /// let pair = ComparedValues::new("blank", "blank ", false);
    /// assert_eq!(pair.text(), ("blank".to_owned(), "blank·".to_owned()));
    /// ```
    pub fn new(before: &str, after: &str, ascii: bool) -> Self {
        let words = Words::new(before, after);
        let highlights = |text: &str, highlights: &[Highlight]| {
            let is_short = text.chars().nth(SHORT_VALUE).is_none();
            let highlights = highlights_in(highlights, &(0..text.len()), text);
            if is_short && highlights.iter().any(|highlight| !highlight.is_alike) {
                Vec::new()
            } else {
                highlights
            }
        };
        Self::apart(
            (before, &highlights(before, &words.before)),
            (after, &highlights(after, &words.after)),
            (true, true),
            ascii,
        )
    }

    fn apart(
        before: (&str, &[Highlight]),
        after: (&str, &[Highlight]),
        is_whole: (bool, bool),
        ascii: bool,
    ) -> Self {
        let pair = Self {
            before: segments(before.0, before.1, is_whole.0, ascii),
            after: segments(after.0, after.1, is_whole.1, ascii),
        };
        let (old, new) = pair.text();
        if old != new || before.0 == after.0 {
            return pair;
        }
        let spelt = |text| vec![Segment::new(SegmentKind::Differs, spell(text))];
        Self {
            before: spelt(before.0),
            after: spelt(after.0),
        }
    }

    /// Returns both as texts.
    pub fn text(&self) -> (String, String) {
        (text_of(&self.before, ""), text_of(&self.after, ""))
    }
}

fn text_of(segments: &[Segment], ellipsis: &str) -> String {
    let part = |segment: &Segment| match segment.kind {
        SegmentKind::Omitted => ellipsis.to_owned(),
        SegmentKind::Same | SegmentKind::Differs => segment.text.clone(),
    };
    segments.iter().map(part).collect()
}

impl Hunk {
    /// Returns a line of the hunk in parts, fit to be shown; with `ascii` all
    /// our own signs are ASCII.
    ///
    /// Equal stretches of a long line that differs are omitted. A carriage
    /// return at the end of a line is shown if the line differs.
    pub fn segments(&self, line: &TextLine, ascii: bool) -> Vec<Segment> {
        if line.op == LineOp::Keep {
            let text = line.text.strip_suffix('\r').unwrap_or(&line.text);
            return segments(text, &[], false, ascii);
        }
        let Some(partner) = self.partner(line) else {
            return self.alone(line, ascii);
        };
        // A carriage return at the end of both is not shown.
        let (mut text, mut other) = (line.text.as_str(), partner.text.as_str());
        if let (Some(short), Some(shorter)) = (text.strip_suffix('\r'), other.strip_suffix('\r')) {
            (text, other) = (short, shorter);
        }
        let (here, there) = (
            inside(&line.highlights, text),
            inside(&partner.highlights, other),
        );
        ComparedValues::apart(
            (text, &here),
            (other, &there),
            (here.is_empty(), there.is_empty()),
            ascii,
        )
        .before
    }

    fn alone(&self, line: &TextLine, ascii: bool) -> Vec<Segment> {
        let is_long = |line: &TextLine| line.text.ends_with('\r');
        let text = match line.text.strip_suffix('\r') {
            Some(text) if self.lines.iter().all(is_long) => text,
            _ => &line.text,
        };
        segments(text, &inside(&line.highlights, text), true, ascii)
    }
}

/// Returns the marks of a text that may have become shorter.
fn inside(highlights: &[Highlight], text: &str) -> Vec<Highlight> {
    highlights
        .iter()
        .filter(|highlight| highlight.range.end <= text.len())
        .cloned()
        .collect()
}

/// Cuts a text at its marks. Without any it is `whole`, or may be cut at its end.
fn segments(text: &str, highlights: &[Highlight], is_whole: bool, ascii: bool) -> Vec<Segment> {
    let mut parts = Vec::new();
    if highlights.is_empty() && is_whole {
        return vec![Segment::new(SegmentKind::Same, safe(text))];
    }
    let mut offset = 0;
    for highlight in highlights {
        same(
            &mut parts,
            slice(text, &(offset..highlight.range.start)),
            offset > 0,
            true,
        );
        let is_at_end = highlight.range.end == text.len();
        let shown = reveal(
            slice(text, &highlight.range),
            highlight.is_alike,
            is_at_end,
            ascii,
        );
        if !shown.is_empty() {
            parts.push(Segment::new(SegmentKind::Differs, shown));
        }
        offset = highlight.range.end;
    }
    same(&mut parts, slice(text, &(offset..text.len())), true, false);
    parts
}

/// Adds an equal stretch; of a long one the parts next to differences.
fn same(parts: &mut Vec<Segment>, text: &str, follows: bool, leads: bool) {
    if text.is_empty() {
        return;
    }
    // Bytes are never fewer than characters.
    let length = if text.len() <= LONG_STRETCH {
        text.len()
    } else {
        text.chars().count()
    };
    if length <= LONG_STRETCH {
        parts.push(Segment::new(SegmentKind::Same, safe(text)));
        return;
    }
    let place = |characters: usize| {
        text.char_indices()
            .nth(characters)
            .map_or(text.len(), |(offset, _)| offset)
    };
    if follows {
        parts.push(Segment::new(
            SegmentKind::Same,
            safe(slice(text, &(0..place(BESIDE)))),
        ));
    }
    parts.push(Segment::new(SegmentKind::Omitted, ""));
    if leads {
        parts.push(Segment::new(
            SegmentKind::Same,
            safe(slice(text, &(place(length - BESIDE)..text.len()))),
        ));
    }
}

/// Returns values on one line each such that different ones never look the
/// same; of long ones the differing part, between `ellipsis`.
///
/// ```
/// use gatediff::engine::text::apart;
/// assert_eq!(apart(["a", "a\u{a0}", "b"], "…", false), ["a", "a\\u{a0}", "b"]);
/// ```
pub fn apart<const N: usize>(values: [&str; N], ellipsis: &str, ascii: bool) -> [String; N] {
    let values = if values.iter().all(|value| value.len() <= LONG_STRETCH) {
        values.map(|value| (value, false, false))
    } else {
        middle(values)
    };
    let mut shown =
        values.map(
            |(value, ..)| match values.iter().find(|(other, ..)| is_alike(value, other)) {
                Some((other, ..)) => {
                    text_of(&ComparedValues::new(value, other, ascii).before, ellipsis)
                }
                None => reveal(value, false, true, ascii),
            },
        );
    let is_same = |shown: &[String; N], offset: usize| {
        let (Some(own), Some((value, ..))) = (shown.get(offset), values.get(offset)) else {
            return false;
        };
        values
            .iter()
            .zip(shown)
            .any(|((other, ..), text)| other != value && text == own)
    };
    if (0..N).any(|offset| is_same(&shown, offset)) {
        shown = values.map(|(value, ..)| spell(value));
    }
    for (text, (_, is_cut_before, is_cut_after)) in shown.iter_mut().zip(values) {
        if is_cut_before {
            text.insert_str(0, ellipsis);
        }
        if is_cut_after {
            text.push_str(ellipsis);
        }
    }
    shown
}

/// Returns the differing part of each, and whether there is text before and
/// after it.
fn middle<const N: usize>(values: [&str; N]) -> [(&str, bool, bool); N] {
    // An absent value has nothing in common with anything.
    let describe = || values.iter().filter(|value| !value.is_empty());
    let first = describe().next().copied().unwrap_or_default();
    let head = describe()
        .map(|value| common(first.chars(), value.chars()))
        .min()
        .unwrap_or(0);
    let shortest = describe().map(|value| value.len()).min().unwrap_or(0);
    let tail = describe()
        .map(|value| common(first.chars().rev(), value.chars().rev()))
        .min()
        .unwrap_or(0);
    let tail = tail.min(shortest.saturating_sub(head));
    values.map(|value| {
        if value.is_empty() {
            return (value, false, false);
        }
        let start = value.get(..head).map_or(0, |head| back(head, BESIDE));
        let end = value
            .get(value.len().saturating_sub(tail)..)
            .map_or(value.len(), |tail| {
                let more = tail
                    .char_indices()
                    .nth(BESIDE)
                    .map_or(tail.len(), |(offset, _)| offset);
                value.len() - tail.len() + more
            });
        (
            value.get(start..end).unwrap_or(value),
            start > 0,
            end < value.len(),
        )
    })
}

/// Returns where that many characters from the end start.
fn back(text: &str, characters: usize) -> usize {
    characters
        .checked_sub(1)
        .and_then(|n| text.char_indices().nth_back(n))
        .map_or(0, |(offset, _)| offset)
}

/// Returns the length in bytes of a common end of two texts.
fn common(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .map(|(c, _)| c.len_utf8())
        .sum()
}
