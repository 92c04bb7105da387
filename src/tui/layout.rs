//! Where things are, by size. Pure: the update asks it how much is visible,
//! the views where to draw.

use ratatui::layout::Rect;

/// The smallest screen.
pub(crate) const SMALLEST: (u16, u16) = (40, 12);
const NARROW: u16 = 60;
const STACKED: u16 = 80;
pub(crate) const WIDE: u16 = 120;
/// Stacked panes need enough rows to be useful.
const STACKED_ROWS: u16 = 22;

/// One of the three panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pane {
    Tree,
    Items,
    Detail,
}

impl Pane {
    /// All of them, from left to right.
    pub(crate) const ALL: [Self; 3] = [Self::Tree, Self::Items, Self::Detail];

    /// Returns the pane that many steps further on.
    pub(crate) fn step(self, by: usize) -> Self {
        let index = (self as usize + by) % Self::ALL.len();
        Self::ALL.get(index).copied().unwrap_or(self)
    }
}

/// The areas of the screen; an empty one is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Panes {
    pub(crate) header: Rect,
    pub(crate) tree: Rect,
    pub(crate) items: Rect,
    pub(crate) detail: Rect,
    pub(crate) footer: Rect,
    /// Whether only one pane at a time fits.
    pub(crate) single: bool,
    accessible: bool,
}

impl Panes {
    /// Returns the area of a pane with its border.
    pub(crate) const fn area(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Tree => self.tree,
            Pane::Items => self.items,
            Pane::Detail => self.detail,
        }
    }

    /// Returns the area of a pane within its border.
    pub(crate) const fn inside(&self, pane: Pane) -> Rect {
        inside(self.area(pane), self.accessible)
    }
}

/// Returns an area within its border; the accessible theme has a title alone.
pub(crate) const fn inside(area: Rect, accessible: bool) -> Rect {
    if accessible {
        let down = if area.height > 0 { 1 } else { 0 };
        return Rect {
            y: area.y + down,
            height: area.height - down,
            ..area
        };
    }
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Returns whether a screen is too small for anything but one line.
pub(crate) const fn is_too_small((width, height): (u16, u16)) -> bool {
    width < SMALLEST.0 || height < SMALLEST.1
}

/// Lays the screen out.
pub(crate) fn panes(size: (u16, u16), focus: Pane, zoom: bool, accessible: bool) -> Panes {
    let (width, height) = size;
    let mut panes = Panes {
        accessible,
        ..Panes::default()
    };
    if is_too_small(size) {
        return panes;
    }
    let footer = 2;
    panes.header = Rect::new(0, 0, width, 1);
    panes.footer = Rect::new(0, height - footer, width, footer);
    let body = Rect::new(0, 1, width, height - 1 - footer);
    let stacked = width < STACKED;
    panes.single = width < NARROW || (stacked && body.height < STACKED_ROWS);
    if zoom || panes.single {
        *area_mut(&mut panes, focus) = body;
    } else if stacked {
        stack(&mut panes, body);
    } else {
        columns(&mut panes, body);
    }
    panes
}

const fn area_mut(panes: &mut Panes, pane: Pane) -> &mut Rect {
    match pane {
        Pane::Tree => &mut panes.tree,
        Pane::Items => &mut panes.items,
        Pane::Detail => &mut panes.detail,
    }
}

/// One above the other. Neighbours share a border, unless there is none.
fn stack(panes: &mut Panes, body: Rect) {
    let shared = u16::from(!panes.accessible);
    let tree = body.height * 3 / 10;
    let items = body.height * 7 / 20;
    panes.tree = Rect {
        height: tree + shared,
        ..body
    };
    panes.items = Rect {
        y: body.y + tree,
        height: items + shared,
        ..body
    };
    panes.detail = Rect {
        y: body.y + tree + items,
        height: body.height - tree - items,
        ..body
    };
}

/// Beside each other. Neighbours share a border, or an empty column.
fn columns(panes: &mut Panes, body: Rect) {
    let (tree, items) = if body.width >= WIDE {
        ((body.width / 4).min(44), body.width * 2 / 5)
    } else {
        (body.width * 3 / 10, body.width * 7 / 20)
    };
    let overlap = |width: u16| {
        if panes.accessible {
            width - 1
        } else {
            width + 1
        }
    };
    panes.tree = Rect {
        width: overlap(tree),
        ..body
    };
    panes.items = Rect {
        x: tree,
        width: overlap(items),
        ..body
    };
    panes.detail = Rect {
        x: tree + items,
        width: body.width - tree - items,
        ..body
    };
}

/// Returns an area of at most this size in the middle of the screen.
pub(crate) fn centred(size: (u16, u16), width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(size.0), height.min(size.1));
    Rect::new((size.0 - width) / 2, (size.1 - height) / 2, width, height)
}
