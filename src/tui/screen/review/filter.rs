//! Which items are listed.

use crate::tui::item_status::ItemStatus;

/// Which items are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Filter {
    #[default]
    All,
    Changes,
    Blocked,
    Chosen,
}

impl Filter {
    /// Returns the next one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::All => Self::Changes,
            Self::Changes => Self::Blocked,
            Self::Blocked => Self::Chosen,
            Self::Chosen => Self::All,
        }
    }

    /// Returns its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Changes => "changes",
            Self::Blocked => "blocked",
            Self::Chosen => "chosen",
        }
    }

    /// Returns whether it lists items of a status.
    pub(super) const fn admits(self, status: ItemStatus) -> bool {
        match self {
            Self::All => true,
            Self::Changes => !status.is_blocked() && !matches!(status, ItemStatus::Unchanged),
            Self::Blocked => status.is_blocked(),
            Self::Chosen => status.is_written(),
        }
    }
}
