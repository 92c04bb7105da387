//! The glyph, the word and the role of a status: always all three.

use super::theme::{Glyphs, Role};
use crate::engine::{Outcome, State, Status};
use crate::tui::screen::review::branch::ElementStatus;

/// The status of an item under the operator's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ItemStatus {
    Add,
    Cover,
    /// A repeat without a difference.
    Unchanged,
    /// A repeat that differs and is undecided.
    Differs,
    CannotAdd,
    CannotCover,
    /// An item that the operator left out.
    LeftOut,
}

impl ItemStatus {
    /// All statuses, in the order of counts.
    pub(crate) const ALL: [Self; 7] = [
        Self::Add,
        Self::Cover,
        Self::Differs,
        Self::CannotAdd,
        Self::CannotCover,
        Self::LeftOut,
        Self::Unchanged,
    ];

    /// Returns the status of an item, which the operator left out or not.
    pub(crate) const fn of(state: &State, is_left_out: bool) -> Self {
        match (state.outcome, state.status) {
            (Outcome::Blocked, Status::Add | Status::CannotAdd) => Self::CannotAdd,
            (Outcome::Blocked, _) => Self::CannotCover,
            (Outcome::Added, _) => Self::Add,
            (Outcome::Covered, _) => Self::Cover,
            (Outcome::Unchanged, _) => Self::Unchanged,
            (Outcome::Skipped, _) if is_left_out => Self::LeftOut,
            (Outcome::Skipped, _) => Self::Differs,
        }
    }

    /// Returns the sign.
    pub(crate) const fn glyph(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Self::Add => glyphs.add,
            Self::Cover => glyphs.cover,
            Self::Unchanged => glyphs.same,
            Self::Differs => glyphs.differs,
            Self::CannotAdd | Self::CannotCover => glyphs.blocked,
            Self::LeftOut => glyphs.left_out,
        }
    }

    /// Returns the word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Add => Status::Add.word(),
            Self::Cover => Status::Cover.word(),
            Self::Unchanged | Self::Differs => Status::Repeat.word(),
            Self::CannotAdd => Status::CannotAdd.word(),
            Self::CannotCover => Status::CannotCover.word(),
            Self::LeftOut => "left out",
        }
    }

    /// Returns the role: undecided and blocked are red, decided is plain.
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Add => Role::Add,
            Self::Cover => Role::Cover,
            Self::Unchanged => Role::Unchanged,
            Self::Differs => Role::Repeat,
            Self::CannotAdd | Self::CannotCover => Role::Blocked,
            Self::LeftOut => Role::LeftOut,
        }
    }

    /// Returns whether the item is blocked.
    pub(crate) const fn is_blocked(self) -> bool {
        matches!(self, Self::CannotAdd | Self::CannotCover)
    }

    /// Returns whether the item will be written.
    pub(crate) const fn is_written(self) -> bool {
        matches!(self, Self::Add | Self::Cover)
    }
}

/// The number of items of each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts([usize; ItemStatus::ALL.len()]);

impl Counts {
    /// Counts one more.
    pub(crate) fn add(&mut self, status: ItemStatus) {
        if let Some(n) = self.0.get_mut(status as usize) {
            *n += 1;
        }
    }

    /// Counts one less.
    pub(crate) fn remove(&mut self, status: ItemStatus) {
        if let Some(n) = self.0.get_mut(status as usize) {
            *n = n.saturating_sub(1);
        }
    }

    /// Returns how many there are of a status.
    pub(crate) fn of(&self, status: ItemStatus) -> usize {
        self.0.get(status as usize).copied().unwrap_or(0)
    }

    /// Returns how many are blocked.
    pub(crate) fn blocked(&self) -> usize {
        self.of(ItemStatus::CannotAdd) + self.of(ItemStatus::CannotCover)
    }

    /// Returns how many there are.
    pub(crate) fn total(&self) -> usize {
        self.0.iter().sum()
    }
}

impl ElementStatus {
    /// Returns the sign.
    pub(crate) const fn glyph(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Self::Add => glyphs.add,
            Self::Change => glyphs.cover,
            Self::Same => glyphs.same,
            Self::Keep => glyphs.kept,
            Self::Remove => glyphs.removed,
        }
    }

    /// Returns the word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Add => "new",
            Self::Change => "differs",
            Self::Same => "same",
            Self::Keep => "kept",
            Self::Remove => "removed",
        }
    }

    /// Returns the role.
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Add | Self::Change => Role::New,
            Self::Same | Self::Keep => Role::Kept,
            Self::Remove => Role::Removed,
        }
    }
}
