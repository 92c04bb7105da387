//! The possible action on an item, and why others are not possible.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::item::ItemId;

/// The status of an item, in the words of the product's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The target does not have the key.
    Add,
    /// The target has the key.
    Repeat,
    /// A repeat that the operator chose to overwrite.
    Cover,
    /// Absent from the target, and it cannot be added.
    CannotAdd,
    /// Present in the target, and it cannot be covered.
    CannotCover,
}

impl Status {
    /// All statuses, in display order.
    pub const ALL: [Self; 5] = [
        Self::Add,
        Self::Cover,
        Self::Repeat,
        Self::CannotAdd,
        Self::CannotCover,
    ];

    /// Returns the word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Repeat => "Repeat",
            Self::Cover => "Cover",
            Self::CannotAdd => "Cannot add",
            Self::CannotCover => "Cannot cover",
        }
    }

    /// Returns whether it is a blocked status.
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::CannotAdd | Self::CannotCover)
    }

    /// Returns the blocked form of the status.
    pub const fn blocked(self) -> Self {
        match self {
            Self::Add | Self::CannotAdd => Self::CannotAdd,
            Self::Repeat | Self::Cover | Self::CannotCover => Self::CannotCover,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The reason why an item cannot be added or covered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Reason {
    /// A stable word for scripts, such as `alias-taken`.
    pub code: Cow<'static, str>,
    /// One sentence for people, naming both sides. May hold data: show it
    /// through [`display::safe`](super::display::safe).
    pub message: String,
    /// The items that it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<ItemId>,
}

impl Reason {
    /// Returns a reason.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            about: Vec::new(),
        }
    }

    /// Returns why a value with a mask in place of a secret is not written.
    pub fn masked(place: &str) -> Self {
        let message = format!(
            "{place} has asterisks in place of a secret, which would be written as they are; put the secret into the file"
        );
        Self::new("secret-masked", message)
    }

    /// Sets the item that the reason depends on.
    #[must_use]
    pub fn about(mut self, item: ItemId) -> Self {
        self.about.push(item);
        self
    }
}

/// The verdict on one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its status.
    pub status: Status,
    /// The reasons; empty unless the status is blocked.
    pub reasons: Vec<Reason>,
}
