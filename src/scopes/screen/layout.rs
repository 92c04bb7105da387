//! The layout of the screen of scopes, by size.

use ratatui::layout::Rect;

use crate::tui::layout::{WIDE, inside, is_too_small};

/// One of the two halves of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Half {
    #[default]
    List,
    Detail,
}

impl Half {
    /// Returns the other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::List => Self::Detail,
            Self::Detail => Self::List,
        }
    }
}

/// The areas of the screen of scopes; an empty one is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Halves {
    pub(crate) list: Rect,
    pub(crate) detail: Rect,
    accessible: bool,
}

impl Halves {
    /// Returns the area of a half with its border.
    pub(crate) const fn area(&self, half: Half) -> Rect {
        match half {
            Half::List => self.list,
            Half::Detail => self.detail,
        }
    }

    /// Returns the area of a half within its border.
    pub(crate) const fn inside(&self, half: Half) -> Rect {
        inside(self.area(half), self.accessible)
    }

    /// Returns how many scopes are visible below the heads of the columns.
    pub(crate) fn rows(&self) -> usize {
        usize::from(self.inside(Half::List).height.saturating_sub(1))
    }
}

/// Lays the screen of scopes out: beside each other where there is room.
pub(crate) fn halves(size: (u16, u16), focus: Half, zoom: bool, accessible: bool) -> Halves {
    let mut halves = Halves {
        accessible,
        ..Halves::default()
    };
    if is_too_small(size) {
        return halves;
    }
    let (width, height) = size;
    let body = Rect::new(0, 1, width, height - 3);
    let list = width * 3 / 5;
    match focus {
        _ if width >= WIDE && !zoom => {
            // Neighbours share a border, or an empty column.
            halves.list = Rect {
                width: if accessible { list - 1 } else { list + 1 },
                ..body
            };
            halves.detail = Rect {
                x: list,
                width: width - list,
                ..body
            };
        }
        Half::List => halves.list = body,
        Half::Detail => halves.detail = body,
    }
    halves
}
