//! Where the lists are.

use ratatui::layout::Rect;

use crate::tui::layout::inside;

/// Returns the area of the lists, with its border.
pub(super) const fn area((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 1, width, height.saturating_sub(3))
}

/// Returns how many rows of a list are visible.
pub(crate) const fn height(size: (u16, u16), accessible: bool) -> usize {
    // One row names the lists.
    inside(area(size), accessible).height.saturating_sub(1) as usize
}
