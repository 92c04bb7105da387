//! How the matrix is laid out: the items, and a column for each target.

use ratatui::layout::Rect;

use crate::tui::layout::inside;

/// The widths of a column of verdicts.
const NARROWEST: usize = 10;
const WIDEST: usize = 16;

/// The least that is left to the items.
const ITEMS: usize = 24;

/// How the matrix is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MatrixLayout {
    /// The box.
    pub(super) area: Rect,
    /// The width of the items' labels.
    pub(super) items: usize,
    /// The width of a column.
    pub(super) column: usize,
    /// How many columns are visible.
    pub(crate) visible: usize,
    /// How many lines are visible below the heading.
    pub(crate) height: usize,
    accessible: bool,
}

impl MatrixLayout {
    /// Lays out so many targets.
    pub(crate) fn new((width, height): (u16, u16), targets: usize, accessible: bool) -> Self {
        let area = Rect::new(0, 1, width, height.saturating_sub(3));
        let within = inside(area, accessible);
        let space = usize::from(within.width);
        let items = ITEMS.min(space * 9 / 20);
        let rest = space - items;
        let column = (rest / targets.max(1)).clamp(NARROWEST, WIDEST);
        let visible = (rest / column).clamp(1, targets.max(1));
        Self {
            area,
            items: space.saturating_sub(visible * column),
            column,
            visible,
            height: usize::from(within.height).saturating_sub(1),
            accessible,
        }
    }

    pub(super) fn inside(&self) -> Rect {
        inside(self.area, self.accessible)
    }

    /// Returns the area of a visible column, from a line on.
    pub(super) fn cell(&self, nth: usize) -> Rect {
        let within = self.inside();
        let start = self.items + nth * self.column;
        let start = u16::try_from(start).unwrap_or(u16::MAX);
        let column = u16::try_from(self.column).unwrap_or(u16::MAX);
        let x = within.x.saturating_add(start).min(within.right());
        Rect {
            x,
            width: column.min(within.right() - x),
            ..within
        }
    }
}
