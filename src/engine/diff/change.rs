//! The differences of two items, as data and JSON.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::engine::item::{ItemId, Value};
use crate::engine::text::{self, Members, TextDiff};

/// The effect of a change on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// The target gets a new value.
    Add,
    /// The file's value replaces the target's.
    Replace,
    /// The target loses a value.
    Remove,
    /// An element of a list moves: from `before` to `after`, counted from 0,
    /// among those that both sides have.
    Move,
    /// The target has a different or additional value, and keeps it.
    Keep,
    /// Both sides have the same value.
    Same,
}

impl Op {
    /// Returns whether the target would be written.
    pub const fn is_effective(self) -> bool {
        matches!(self, Self::Add | Self::Replace | Self::Remove | Self::Move)
    }
}

/// One difference between the target and the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// JSON pointer into the item, with labels for the members of sets.
    pub path: String,
    /// The effect on the target.
    pub op: Op,
    /// The target's value; [`Value::Null`] for none, and for secrets.
    pub before: Value,
    /// The file's value; [`Value::Null`] for none, and for secrets.
    pub after: Value,
    /// Whether the values are secret: then only the fact that they differ is shown.
    pub secret: bool,
    /// The item that must be written for this change to take effect.
    pub needs: Option<ItemId>,
}

/// Texts of more than a few words, one replacing the other, fit to be shown:
/// secrets in them are masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'c> {
    /// The target's text; '' for none.
    pub before: &'c str,
    /// The file's text; '' for none.
    pub after: &'c str,
}

impl Block<'_> {
    /// Returns how the texts differ, as a diff from the target's to the file's.
    pub fn diff(&self) -> TextDiff {
        TextDiff::new(self.before, self.after)
    }

    /// Returns how the documents in the texts differ, if both are documents.
    pub fn members(&self) -> Option<Members> {
        text::members(self.before, self.after)
    }

    /// Returns the readable difference with a short summary: by members where
    /// possible, by lines otherwise.
    pub fn shown(&self) -> (TextDiff, String) {
        match self.members() {
            Some(members) if members.diff.hunks.is_empty() => (self.diff(), members.summary()),
            Some(members) => {
                let summary = members.summary();
                (members.diff, summary)
            }
            None => {
                let diff = self.diff();
                let described = [Some(diff.summary()), diff.note()].into_iter().flatten();
                let described = described.collect::<Vec<_>>().join("; ");
                (diff, described)
            }
        }
    }
}

impl Change {
    /// Returns the texts of a change that are shown line by line. Short
    /// single-line texts are not.
    pub fn block(&self) -> Option<Block<'_>> {
        if self.secret {
            return None;
        }
        let text = |value| match value {
            &Value::Null => Some(""),
            Value::Text(text) => Some(&**text),
            _ => None,
        };
        let (before, after) = (text(&self.before)?, text(&self.after)?);
        let is_block = match self.op {
            Op::Replace => text::is_block(before, after),
            // A single text has nothing to compare with.
            Op::Add => after.contains('\n'),
            Op::Remove => before.contains('\n'),
            Op::Move | Op::Keep | Op::Same => false,
        };
        is_block.then_some(Block { before, after })
    }

    /// Describes how two texts that are not a [`block`](Self::block) differ
    /// although they look the same or mean the same.
    pub fn note(&self) -> Option<String> {
        match (&self.before, &self.after) {
            (Value::Text(before), Value::Text(after)) if self.op == Op::Replace => {
                note(text::members(before, after).as_ref(), || {
                    text::note(before, after)
                })
            }
            _ => None,
        }
    }
}

/// JSON as the command line's contract defines it: no values for what is kept,
/// none for secrets, no `null` for an addition. Texts of which one replaces the
/// other have a `diff` in addition to both.
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Change", 8)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("op", &self.op)?;
        if self.secret {
            out.serialize_field("secret", &true)?;
        } else if !matches!(self.op, Op::Keep | Op::Same) {
            if self.op != Op::Add {
                out.serialize_field("before", &self.before)?;
            }
            if self.op != Op::Remove && (self.op == Op::Replace || self.after != Value::Null) {
                out.serialize_field("after", &self.after)?;
            }
            let block = self
                .block()
                .filter(|_| self.op == Op::Replace)
                .map(|block| BlockDiff::new(&block));
            if let Some(diff) = &block {
                out.serialize_field("diff", diff)?;
            }
            if let Some(note) = block.map_or_else(|| self.note(), |diff| diff.note()) {
                out.serialize_field("note", &note)?;
            }
        }
        if let Some(needs) = &self.needs {
            out.serialize_field("needs", needs)?;
        }
        out.end()
    }
}

/// Describes documents that mean the same, or what others look like.
fn note(members: Option<&Members>, look: impl FnOnce() -> Option<String>) -> Option<String> {
    members
        .filter(|members| members.diff.hunks.is_empty())
        .map(Members::summary)
        .or_else(look)
}

/// JSON: the hunks of the texts, and those of the documents in them.
struct BlockDiff {
    lines: TextDiff,
    members: Option<Members>,
}

impl BlockDiff {
    fn new(block: &Block<'_>) -> Self {
        Self {
            lines: block.diff(),
            members: block.members(),
        }
    }

    fn note(&self) -> Option<String> {
        note(self.members.as_ref(), || self.lines.note())
    }
}

impl Serialize for BlockDiff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Diff", 3)?;
        self.lines.serialize_fields(&mut out)?;
        if let Some(Members { diff, .. }) =
            self.members.as_ref().filter(|it| !it.diff.hunks.is_empty())
        {
            out.serialize_field("json", diff)?;
        }
        out.end()
    }
}
