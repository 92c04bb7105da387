//! Field by field: the target's value, the file's value, the outcome.

use super::layout::{DetailLayout, SIDE_BY_SIDE, safe};
use super::text::{self, Pieces, wrapped};
use super::value::brief;
use crate::engine::diff::segments;
use crate::engine::text::{ComparedValues, TextDiff};
use crate::engine::{Change, Marks, Op, Value};
use crate::tui::{Glyphs, Line, Role, count, cut, width, wrap};

/// The longest value, in bytes, that is laid out in full; copying takes all of it.
const MAX_BYTES: usize = 16_384;

/// Lays out changes, with what rules did to them; consecutive ones of one set or record share a
/// heading.
pub(super) fn changes(layout: &mut DetailLayout, changes: &[Change], marks: Option<&Marks>) {
    let described: Vec<ChangeText> = changes
        .iter()
        .map(|change| ChangeText::new(change, layout.glyphs, MAX_BYTES).marked(change, marks))
        .collect();
    let widest = described
        .iter()
        .map(|described| width(&described.name) + described.indent())
        .max()
        .unwrap_or(0);
    let names = widest.min((layout.width / 3).max(10));
    // One side is empty for an item that is not in the target.
    let has_two_sides = changes.iter().any(|change| change.op != Op::Add);
    let wide = layout.options.side_by_side && layout.width >= SIDE_BY_SIDE && has_two_sides;
    if wide {
        column_titles(layout, names);
    }
    let mut heading = "";
    for (n, described) in described.iter().enumerate() {
        if layout.is_full() {
            let rest = changes.len() - n;
            layout.change = None;
            layout.text(Role::Dim, &format!("and {rest} more"));
            return;
        }
        if described.heading != heading {
            heading = &described.heading;
            if !heading.is_empty() {
                layout.change = None;
                layout.push(Line::of(
                    Role::Dim,
                    &cut(heading, layout.width, layout.glyphs.ellipsis),
                ));
            }
        }
        layout.change = Some(n);
        if wide {
            described.beside(layout, names);
        } else {
            described.below(layout, names);
        }
        if let Some(diff) = &described.diff {
            text::lay(layout, diff, described.indent() + 2, wide);
        }
    }
    layout.change = None;
}

/// Returns a change as text for the clipboard.
pub(crate) fn as_text(change: &Change, glyphs: &'static Glyphs) -> String {
    let described = ChangeText::new(change, glyphs, usize::MAX);
    let path: Vec<String> = segments(&change.path).collect();
    if let Some(diff) = &described.diff {
        return format!(
            "{}: {}\n{}",
            safe(&path.join("/")),
            described.note,
            text::as_text(diff, glyphs)
        );
    }
    let values: Vec<String> = described
        .values()
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(_, text)| text.clone())
        .collect();
    safe(&format!("{}: {}", path.join("/"), values.join(" "))).into_owned()
}

fn column_titles(layout: &mut DetailLayout, names: usize) {
    let (left, _) = columns(layout.width, names);
    let mut line = Line::new();
    line.pad_to(names + 3);
    line.push(Role::Dim, "target");
    line.pad_to(names + 3 + left + 3);
    line.push(Role::Dim, "file");
    layout.push(line);
}

/// Splits the width left by the names into two columns and a bar.
fn columns(width: usize, names: usize) -> (usize, usize) {
    let space = width.saturating_sub(names + 6);
    (space / 2, space - space / 2)
}

/// A change in words.
struct ChangeText {
    glyph: &'static str,
    /// Role of glyph and name.
    role: Role,
    heading: String,
    name: String,
    before: String,
    after: String,
    /// A note, such as "kept".
    note: String,
    arrow: &'static str,
    /// Both values with the differing words marked, if both are texts.
    pair: Option<ComparedValues>,
    /// Multi-line texts, which are laid out below.
    diff: Option<TextDiff>,
    glyphs: &'static Glyphs,
}

impl ChangeText {
    fn new(change: &Change, glyphs: &'static Glyphs, max: usize) -> Self {
        let mut path: Vec<String> = segments(&change.path).collect();
        let name = path.pop().unwrap_or_default();
        let (glyph, role) = match change.op {
            Op::Add => (glyphs.add, Role::New),
            Op::Replace => (glyphs.cover, Role::Text),
            Op::Remove => (glyphs.removed, Role::Removed),
            Op::Move => (glyphs.moved, Role::Text),
            Op::Keep => (glyphs.kept, Role::Kept),
            Op::Same => (glyphs.same, Role::Dim),
        };
        let (pair, diff) = (
            pair(change, glyphs),
            change.block().map(|block| block.shown()),
        );
        let (before, after, note) = match (&pair, &diff) {
            (_, Some((_, summary))) => (String::new(), String::new(), summary.clone()),
            (Some(pair), None) => {
                let (before, after) = pair.text();
                (
                    before,
                    after,
                    change
                        .note()
                        .map_or_else(String::new, |note| format!("({note})")),
                )
            }
            (None, None) => words(change),
        };
        let note = match &change.needs {
            Some(id) => format!("{note} (with {} {})", id.kind, id.key)
                .trim_start()
                .to_owned(),
            None => note,
        };
        Self {
            glyph,
            role,
            heading: safe(&path.join("/")).into_owned(),
            name: safe(&name).into_owned(),
            before: safe(&short(before, max)).into_owned(),
            after: safe(&short(after, max)).into_owned(),
            note: safe(&short(note, max)).into_owned(),
            arrow: glyphs.arrow,
            pair,
            diff: diff.map(|(diff, _)| diff),
            glyphs,
        }
    }

    /// Adds what a rule did to the value.
    fn marked(mut self, change: &Change, marks: Option<&Marks>) -> Self {
        let Some(marks) = marks else { return self };
        let word = if change.op == Op::Same && marks.is_ignored(&change.path) {
            self.glyph = self.glyphs.kept;
            self.role = Role::Kept;
            "ignored"
        } else if marks.is_set(&change.path) {
            "set by values"
        } else {
            return self;
        };
        if !self.note.is_empty() {
            self.note.push_str("; ");
        }
        self.note.push_str(word);
        self
    }

    /// Members of a heading are indented by two more columns.
    fn indent(&self) -> usize {
        if self.heading.is_empty() { 0 } else { 2 }
    }

    fn head(&self, layout: &DetailLayout, names: usize) -> Line {
        let mut line = Line::new();
        line.pad_to(self.indent());
        line.push(self.role, self.glyph);
        line.push(Role::Text, " ");
        let space = names.saturating_sub(self.indent()).max(1);
        line.push(self.role, &cut(&self.name, space, layout.glyphs.ellipsis));
        line
    }

    /// The values in reading order.
    fn values(&self) -> Vec<(Role, String)> {
        let mut values = Vec::new();
        match (self.before.is_empty(), self.after.is_empty()) {
            (false, false) => {
                values.push((Role::Old, self.before.clone()));
                values.push((Role::Dim, self.arrow.to_owned()));
                values.push((Role::New, self.after.clone()));
            }
            (false, true) => values.push((self.role, self.before.clone())),
            (true, false) => values.push((Role::New, self.after.clone())),
            (true, true) => {}
        }
        if !self.note.is_empty() {
            values.push((self.note_role(), self.note.clone()));
        }
        values
    }

    /// Removed and kept values have colours of their own; summaries of texts are
    /// dim.
    const fn note_role(&self) -> Role {
        match self.role {
            Role::Removed => Role::Removed,
            _ if self.diff.is_some() || self.pair.is_some() => Role::Dim,
            _ => Role::Kept,
        }
    }

    /// Returns a value in parts, with the differing words marked.
    fn pieces(&self, role: Role, text: &str) -> Pieces {
        match (&self.pair, role) {
            (Some(pair), Role::Old) => {
                text::pieces(&pair.before, (role, Role::OldWord), self.glyphs)
            }
            (Some(pair), Role::New) => {
                text::pieces(&pair.after, (role, Role::NewWord), self.glyphs)
            }
            _ => vec![(role, text.to_owned())],
        }
    }

    /// Returns the rows that a value takes.
    fn rows(&self, role: Role, text: &str, space: usize) -> Vec<Pieces> {
        let pieces = self.pieces(role, text);
        if pieces.len() > 1 {
            return wrapped(&pieces, space, usize::MAX);
        }
        wrap(text, space)
            .into_iter()
            .map(|row| vec![(role, row)])
            .collect()
    }

    /// One under the other; on one line where they fit.
    fn below(&self, layout: &mut DetailLayout, names: usize) {
        let mut line = self.head(layout, names);
        let values = self.values();
        let column = names + 3;
        let length: usize = values.iter().map(|(_, text)| width(text) + 1).sum();
        let end = self.indent() + 2 + width(&self.name);
        // A long name pushes its values to the right as long as they fit.
        let column = column.max(end + 1);
        if column + length <= layout.width + 1 {
            if end + 1 == column {
                line = Line::new();
                line.pad_to(self.indent());
                line.push(self.role, &format!("{} {}", self.glyph, self.name));
            }
            if !values.is_empty() {
                line.pad_to(column);
            }
            for (n, (role, text)) in values.iter().enumerate() {
                line.push(Role::Text, if n == 0 { "" } else { " " });
                self.pieces(*role, text)
                    .iter()
                    .for_each(|(role, part)| line.push(*role, part));
            }
            layout.push(line);
            return;
        }
        let indent = self.indent() + 2;
        let whole = layout.width.saturating_sub(indent);
        let mut line = Line::new();
        line.pad_to(self.indent());
        line.push(
            self.role,
            &format!(
                "{} {}",
                self.glyph,
                cut(&self.name, whole, layout.glyphs.ellipsis)
            ),
        );
        layout.push(line);
        if length <= whole.saturating_sub(1) {
            let mut line = Line::new();
            line.pad_to(indent + 2);
            for (n, (role, text)) in values.iter().enumerate() {
                line.push(Role::Text, if n == 0 { "" } else { " " });
                self.pieces(*role, text)
                    .iter()
                    .for_each(|(role, part)| line.push(*role, part));
            }
            layout.push(line);
            return;
        }
        let mut lead = String::new();
        for (role, text) in values {
            if text == self.arrow {
                lead = format!("{text} ");
                continue;
            }
            let space = whole.saturating_sub(2 + width(&lead));
            for row in self.rows(role, &text, space) {
                let mut line = Line::new();
                line.pad_to(indent + 2);
                line.push(Role::Dim, &std::mem::take(&mut lead));
                row.iter().for_each(|(role, part)| line.push(*role, part));
                layout.push(line);
            }
        }
    }

    /// The target's value left, the file's right; if the file has none, the
    /// outcome of the target's.
    fn beside(&self, layout: &mut DetailLayout, names: usize) {
        let (left, right) = columns(layout.width, names);
        // A summary of the lines below has the full width.
        let left = if self.diff.is_some() {
            layout.width.saturating_sub(names + 3)
        } else {
            left
        };
        let is_noted = self.after.is_empty() && self.pair.is_none();
        let is_alone = is_noted && self.before.is_empty();
        let (old, new) = match (is_alone, is_noted) {
            (true, _) => (self.rows(self.note_role(), &self.note, left), Vec::new()),
            (false, true) => {
                let removed = self.role == Role::Removed;
                let role = if removed { Role::Removed } else { Role::Old };
                (
                    self.rows(role, &self.before, left),
                    self.rows(self.note_role(), &self.note, right),
                )
            }
            (false, false) => (
                self.rows(Role::Old, &self.before, left),
                self.rows(Role::New, &self.after, right),
            ),
        };
        for n in 0..old.len().max(new.len()) {
            let mut line = if n == 0 {
                self.head(layout, names)
            } else {
                Line::new()
            };
            line.pad_to(names + 3);
            old.get(n)
                .into_iter()
                .flatten()
                .for_each(|(role, part)| line.push(*role, part));
            if self.diff.is_none() {
                line.pad_to(names + 3 + left + 1);
                line.push(Role::Border, layout.glyphs.bar);
                line.push(Role::Text, " ");
            }
            new.get(n)
                .into_iter()
                .flatten()
                .for_each(|(role, part)| line.push(*role, part));
            layout.push(line);
        }
        if !is_noted && self.diff.is_none() && !self.note.is_empty() {
            for row in wrap(&self.note, layout.width.saturating_sub(names + 3)) {
                let mut line = Line::new();
                line.pad_to(names + 3);
                layout.push(line.and(Role::Dim, &row));
            }
        }
    }
}

/// Returns both values of a change side by side, if both are one-line texts.
fn pair(change: &Change, glyphs: &'static Glyphs) -> Option<ComparedValues> {
    match (&change.before, &change.after) {
        (Value::Text(before), Value::Text(after))
            if change.op == Op::Replace && !change.secret && change.block().is_none() =>
        {
            Some(ComparedValues::new(before, after, glyphs.is_ascii()))
        }
        _ => None,
    }
}

/// Returns the beginning of a very long text, and how much more there is.
fn short(text: String, max: usize) -> String {
    if text.len() <= max {
        return text;
    }
    let (head, rest) = text.split_at(text.floor_char_boundary(max));
    format!(
        "{head} and {}",
        count(rest.chars().count(), "more character", "more characters")
    )
}

/// Returns the texts for before, after and the note.
fn words(change: &Change) -> (String, String, String) {
    let said = |text: &str| (String::new(), String::new(), text.to_owned());
    if change.secret {
        return said(match change.op {
            Op::Add => "set",
            Op::Replace => "differs",
            Op::Remove => "removed",
            Op::Move => "moved",
            Op::Keep => "differs, kept",
            Op::Same => "same",
        });
    }
    let (before, after) = (brief(&change.before), brief(&change.after));
    let none = |text: String| {
        if text.is_empty() {
            "none".to_owned()
        } else {
            text
        }
    };
    match change.op {
        Op::Add => (String::new(), after, String::new()),
        Op::Replace => (none(before), none(after), String::new()),
        Op::Remove => (before, String::new(), "removed".to_owned()),
        Op::Move => {
            // Counted from 1.
            let place = |value: &Value| match value {
                Value::Int(place) => place.saturating_add(1).to_string(),
                other => brief(other),
            };
            said(&format!(
                "moved from position {} to position {}",
                place(&change.before),
                place(&change.after)
            ))
        }
        Op::Same => (before, String::new(), String::new()),
        Op::Keep if change.after == Value::Null => (before, String::new(), "kept".to_owned()),
        Op::Keep => (before, String::new(), format!("kept; the file has {after}")),
    }
}
