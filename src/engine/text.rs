//! How two texts differ, by line and by word; written once for plans, the
//! screen, JSON and previews.
//!
//! [`TextDiff`] is exact: its hunks, applied to the target's text, give the
//! file's, byte for byte. [`ComparedValues`] shows two values next to each other so that
//! the difference is visible, even if they look the same. Both take time linear
//! in the texts.

mod align;
mod alike;
mod excerpt;
mod members;
mod note;
mod words;

use std::ops::Range;

use serde::ser::{SerializeSeq as _, SerializeStruct};
use serde::{Serialize, Serializer};

use self::align::{Numbers, gaps, runs};
use self::words::{Words, highlights_in};

pub use self::excerpt::{ComparedValues, Segment, SegmentKind, apart};
pub use self::members::{Members, members};
pub use self::note::note;
pub use self::words::Highlight;

/// The number of equal lines around a difference.
const CONTEXT: usize = 3;

/// Single-line texts that are longer than this are shown as lines of a diff.
const LONG_LINE: usize = 120;

/// JSON documents that are longer than this are shown by their members.
const LONG_DOCUMENT: usize = 40;

/// The change of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineOp {
    /// Both have it.
    Keep,
    /// Only the target has it.
    Remove,
    /// Only the file has it.
    Add,
}

/// A line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// Its change.
    pub op: LineOp,
    /// The line without its line feed; a preceding carriage return is part of
    /// the text. May be hostile.
    pub text: String,
    /// Whether it ends with a line feed: the last line of a text may not.
    pub newline: bool,
    /// The parts that the other side's line does not have; empty if the lines
    /// have too little in common, and in equal lines.
    pub highlights: Vec<Highlight>,
    /// The corresponding line of the other side, by its index in the hunk.
    pub partner: Option<usize>,
}

/// Lines that differ, with equal lines around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The number of the target's first line, from 1; in a hunk without lines
    /// of the target, the preceding line.
    pub before_start: usize,
    /// The number of the target's lines.
    pub before_count: usize,
    /// The number of the file's first line, likewise.
    pub after_start: usize,
    /// The number of the file's lines.
    pub after_count: usize,
    /// The lines: removed lines before added ones.
    pub lines: Vec<TextLine>,
}

/// How all lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnding {
    /// With a line feed.
    Lf,
    /// With a carriage return and a line feed.
    Crlf,
}

impl LineEnding {
    /// Returns its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::Crlf => "CRLF",
        }
    }

    /// Returns how all lines of a text end; `None` for one line, or if they end
    /// differently.
    fn of(text: &str) -> Option<Self> {
        let (all, long) = (text.matches('\n').count(), text.matches("\r\n").count());
        match long {
            0 if all > 0 => Some(Self::Lf),
            _ if all > 0 && all == long => Some(Self::Crlf),
            _ => None,
        }
    }
}

/// How two texts differ, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextDiff {
    /// The line endings, if all lines of the target end in one way and all of
    /// the file in another. The hunks are then about the target's text with the
    /// line endings of the file.
    pub line_endings: Option<(LineEnding, LineEnding)>,
    /// The differences, in order.
    pub hunks: Vec<Hunk>,
}

impl TextDiff {
    /// Compares two texts.
    pub fn new(before: &str, after: &str) -> Self {
        match (LineEnding::of(before), LineEnding::of(after)) {
            (Some(LineEnding::Crlf), Some(LineEnding::Lf)) => Self {
                line_endings: Some((LineEnding::Crlf, LineEnding::Lf)),
                ..Self::of_lines(&before.replace("\r\n", "\n"), after)
            },
            (Some(LineEnding::Lf), Some(LineEnding::Crlf)) => Self {
                line_endings: Some((LineEnding::Lf, LineEnding::Crlf)),
                ..Self::of_lines(&before.replace('\n', "\r\n"), after)
            },
            _ => Self::of_lines(before, after),
        }
    }

    fn of_lines(before: &str, after: &str) -> Self {
        let old: Vec<&str> = before.split_inclusive('\n').collect();
        let new: Vec<&str> = after.split_inclusive('\n').collect();
        let mut hunks = Vec::new();
        let mut builder: Option<Builder<'_>> = None;
        let mut last: Option<(usize, usize)> = None;
        for (gone, come) in differing(&old, &new) {
            let is_near = last.is_some_and(|(old, _)| gone.start - old <= 2 * CONTEXT);
            if !is_near && let Some((done, end)) = builder.take().zip(last) {
                hunks.push(done.finish(end));
            }
            let open = builder.get_or_insert_with(|| {
                Builder::new(
                    &old,
                    &new,
                    (
                        gone.start.saturating_sub(CONTEXT),
                        come.start.saturating_sub(CONTEXT),
                    ),
                )
            });
            open.keep(gone.start);
            open.replace(gone.clone(), come.clone());
            last = Some((gone.end, come.end));
        }
        if let Some((done, end)) = builder.zip(last) {
            hunks.push(done.finish(end));
        }
        Self {
            line_endings: None,
            hunks,
        }
    }

    /// Returns how many lines were changed, removed and added.
    fn counts(&self) -> [usize; 3] {
        let lines = || self.hunks.iter().flat_map(|hunk| &hunk.lines);
        let count = |op, is_paired| {
            lines()
                .filter(|line| line.op == op && line.partner.is_some() == is_paired)
                .count()
        };
        [
            count(LineOp::Remove, true),
            count(LineOp::Remove, false),
            count(LineOp::Add, false),
        ]
    }

    /// Summarises the difference in a few words.
    ///
    /// ```
    /// use gatediff::engine::text::TextDiff;
    /// assert_eq!(TextDiff::new("a\nb\n", "a\nc\n").summary(), "1 line changed");
    /// assert_eq!(TextDiff::new("a\n", "a\r\n").summary(), "line endings: LF to CRLF");
    /// ```
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        if let Some((before, after)) = self.line_endings {
            parts.push(format!(
                "line endings: {} to {}",
                before.word(),
                after.word()
            ));
        }
        let mut noun = ["line ", "lines "];
        for (n, what) in self
            .counts()
            .into_iter()
            .zip(["changed", "removed", "added"])
        {
            // The noun is printed once.
            if n > 0 {
                let [one, many] = std::mem::take(&mut noun);
                parts.push(format!("{n} {}{what}", if n == 1 { one } else { many }));
            }
        }
        parts.join(", ")
    }

    /// Describes lines that differ although no difference is visible.
    pub fn note(&self) -> Option<String> {
        let text = |op| {
            let mut text = String::new();
            for line in self
                .hunks
                .iter()
                .flat_map(|hunk| &hunk.lines)
                .filter(|line| line.op == op)
            {
                text.push_str(&line.text);
                text.extend(line.newline.then_some('\n'));
            }
            text
        };
        note(&text(LineOp::Remove), &text(LineOp::Add))
    }

    /// Returns whether one text ends with a line feed and the other one does
    /// not: where that must be shown.
    pub fn ends_differently(&self) -> bool {
        let last = |op| {
            let lines = self
                .hunks
                .last()
                .into_iter()
                .flat_map(|hunk| hunk.lines.iter().rev());
            lines
                .filter(|line| line.op == op)
                .map(|line| line.newline)
                .next()
        };
        last(LineOp::Remove).is_some_and(|newline| !newline)
            != last(LineOp::Add).is_some_and(|newline| !newline)
    }
}

/// Returns the stretches of two lists of lines that differ, in order.
pub(super) fn differing(before: &[&str], after: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut numbers = Numbers::default();
    let runs = runs(&numbers.of(before), &numbers.of(after));
    gaps(&runs, (before.len(), after.len()))
}

/// A hunk under construction.
struct Builder<'t> {
    old: &'t [&'t str],
    new: &'t [&'t str],
    start: (usize, usize),
    /// The next line of the target.
    line: usize,
    lines: Vec<TextLine>,
}

impl<'t> Builder<'t> {
    /// Starts with the context before a point where both sides are equal.
    fn new(old: &'t [&'t str], new: &'t [&'t str], start: (usize, usize)) -> Self {
        Self {
            old,
            new,
            start,
            line: start.0,
            lines: Vec::new(),
        }
    }

    fn keep(&mut self, until: usize) {
        for line in self.old.get(self.line..until).unwrap_or_default() {
            self.lines.push(line_of(LineOp::Keep, line, Vec::new()));
        }
        self.line = until;
    }

    /// Adds lines that differ, and finds the differing words.
    fn replace(&mut self, gone: Range<usize>, come: Range<usize>) {
        let old = self.old.get(gone.clone()).unwrap_or_default();
        let new = self.new.get(come).unwrap_or_default();
        self.line = gone.end;
        let first = self.lines.len();
        let (before, after) = (old.concat(), new.concat());
        let words = (!old.is_empty() && !new.is_empty()).then(|| Words::new(&before, &after));
        let (old_ranges, new_ranges) = (ranges(old), ranges(new));
        let lines = |op,
                     lines: &[&str],
                     ranges: &[Range<usize>],
                     highlights: &[Highlight]|
         -> Vec<TextLine> {
            let one = |(line, range): (&&str, &Range<usize>)| {
                let text = line.strip_suffix('\n').unwrap_or(line);
                line_of(
                    op,
                    line,
                    highlights_in(highlights, &(range.start..range.start + text.len()), text),
                )
            };
            lines.iter().zip(ranges).map(one).collect()
        };
        let none = Vec::new();
        let (gone_highlights, come_highlights) = words
            .as_ref()
            .map_or((&none, &none), |words| (&words.before, &words.after));
        self.lines
            .extend(lines(LineOp::Remove, old, &old_ranges, gone_highlights));
        self.lines
            .extend(lines(LineOp::Add, new, &new_ranges, come_highlights));
        let pairs = words.map_or_else(Vec::new, |words| {
            words.pairs((&before, &after), &old_ranges, &new_ranges)
        });
        for (left, right) in pairs {
            let (left, right) = (first + left, first + old.len() + right);
            for (one, other) in [(left, right), (right, left)] {
                if let Some(line) = self.lines.get_mut(one) {
                    line.partner = Some(other);
                }
            }
        }
    }

    /// Adds the context after the last differing lines, which end here.
    fn finish(mut self, (end, _): (usize, usize)) -> Hunk {
        self.keep(self.old.len().min(end + CONTEXT));
        let count = |op| self.lines.iter().filter(|line| line.op == op).count();
        let kept = count(LineOp::Keep);
        let (before_count, after_count) = (kept + count(LineOp::Remove), kept + count(LineOp::Add));
        let number = |start: usize, count: usize| if count == 0 { start } else { start + 1 };
        Hunk {
            before_start: number(self.start.0, before_count),
            before_count,
            after_start: number(self.start.1, after_count),
            after_count,
            lines: self.lines,
        }
    }
}

fn line_of(op: LineOp, line: &str, highlights: Vec<Highlight>) -> TextLine {
    let text = line.strip_suffix('\n');
    TextLine {
        op,
        text: text.unwrap_or(line).to_owned(),
        newline: text.is_some(),
        highlights,
        partner: None,
    }
}

/// Returns the ranges of the lines of a text, in order.
fn ranges(lines: &[&str]) -> Vec<Range<usize>> {
    let mut end = 0;
    let range = |line: &&str| {
        let start = end;
        end += line.len();
        start..end
    };
    lines.iter().map(range).collect()
}

impl TextLine {
    /// Returns the byte ranges of the words that the other side does not have.
    pub fn words(&self) -> impl Iterator<Item = &Range<usize>> {
        self.highlights
            .iter()
            .map(|highlight| &highlight.range)
            .filter(|range| !range.is_empty())
    }
}

impl Hunk {
    /// Returns the header of the hunk, as `diff -u` writes it.
    pub fn head(&self) -> String {
        let Self {
            before_start,
            before_count,
            after_start,
            after_count,
            ..
        } = self;
        format!("@@ -{before_start},{before_count} +{after_start},{after_count} @@")
    }

    /// Returns the corresponding line of the other side.
    pub fn partner(&self, line: &TextLine) -> Option<&TextLine> {
        self.lines.get(line.partner?)
    }
}

/// Returns whether texts are shown line by line: either has several lines or a
/// long one, or both are documents of some size.
pub fn is_block(before: &str, after: &str) -> bool {
    let is_long = |text: &str| {
        text.contains('\n') || text.len() > LONG_LINE && text.chars().count() > LONG_LINE
    };
    is_long(before)
        || is_long(after)
        || (before.len().max(after.len()) > LONG_DOCUMENT && members(before, after).is_some())
}

/// JSON: `{"hunks":[…]}`, with `line_endings` where all of them change.
impl Serialize for TextDiff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("TextDiff", 2)?;
        self.serialize_fields(&mut out)?;
        out.end()
    }
}

impl TextDiff {
    /// Writes the members of its JSON into an object with other members.
    pub(super) fn serialize_fields<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error> {
        if let Some((before, after)) = self.line_endings {
            out.serialize_field("line_endings", &LineEndings { before, after })?;
        }
        out.serialize_field("hunks", &self.hunks)
    }
}

#[derive(Serialize)]
struct LineEndings {
    before: LineEnding,
    after: LineEnding,
}

impl Serialize for Hunk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Hunk", 3)?;
        out.serialize_field("before_start", &self.before_start)?;
        out.serialize_field("after_start", &self.after_start)?;
        out.serialize_field("lines", &self.lines)?;
        out.end()
    }
}

/// Highlights are counted in characters (code points), as in most languages.
impl Serialize for TextLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("TextLine", 4)?;
        out.serialize_field("op", &self.op)?;
        out.serialize_field("text", &self.text)?;
        out.serialize_field("newline", &self.newline)?;
        if self.words().next().is_some() {
            out.serialize_field("words", &Places(self))?;
        }
        out.end()
    }
}

/// The highlights of a line, counted in characters.
struct Places<'l>(&'l TextLine);

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_seq(None)?;
        let (mut bytes, mut characters) = (0, 0);
        let mut place = |byte: usize| {
            characters += words::slice(&self.0.text, &(bytes..byte)).chars().count();
            bytes = byte;
            characters
        };
        for range in self.0.words() {
            out.serialize_element(&[place(range.start), place(range.end)])?;
        }
        out.end()
    }
}

#[cfg(test)]
mod tests;
