//! A cursor over flat rows, and the window of rows that is laid out.

use std::ops::Range;

/// Rows with a cursor, and the start of the visible window.
#[derive(Clone, Debug)]
pub(crate) struct List<T> {
    rows: Vec<T>,
    cursor: usize,
    top: usize,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            cursor: 0,
            top: 0,
        }
    }
}

impl<T> List<T> {
    /// Returns the rows.
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }

    /// Returns the cursor's position.
    pub(crate) const fn at(&self) -> usize {
        self.cursor
    }

    /// Returns the row under the cursor.
    pub(crate) fn current(&self) -> Option<&T> {
        self.rows.get(self.cursor)
    }

    /// Replaces the rows and puts the cursor on one of them.
    pub(crate) fn replace(&mut self, rows: Vec<T>, index: usize) {
        self.rows = rows;
        self.go(index);
    }

    /// Puts the cursor on a row, or on the last one.
    pub(crate) fn go(&mut self, index: usize) {
        self.cursor = index.min(self.rows.len().saturating_sub(1));
    }

    /// Takes over the window of other rows.
    pub(crate) const fn take_top(&mut self, other: &Self) {
        self.top = other.top;
    }

    /// Moves the cursor; returns whether it moved.
    pub(crate) fn step(&mut self, by: isize) -> bool {
        let before = self.cursor;
        self.go(self.cursor.saturating_add_signed(by));
        self.cursor != before
    }

    /// Moves the window so that it holds the cursor. With `jump` it moves by
    /// half its height: over a slow link, scrolling costs more than moving.
    pub(crate) fn follow(&mut self, height: usize, jump: bool) {
        let slack = if jump { height / 2 } else { 0 };
        if self.cursor < self.top {
            self.top = self.cursor.saturating_sub(slack);
        } else if self.cursor >= self.top + height.max(1) {
            self.top = (self.cursor + 1).saturating_sub(height) + slack;
        }
        self.top = window(self.rows.len(), self.cursor, self.top, height).start;
    }

    /// Returns the rows that are visible at a height.
    pub(crate) fn window(&self, height: usize) -> Range<usize> {
        window(self.rows.len(), self.cursor, self.top, height)
    }
}

/// Returns the `height` rows from `top`, moved so that they hold `index` and
/// leave no needless gap below the last row.
pub(crate) fn window(len: usize, index: usize, top: usize, height: usize) -> Range<usize> {
    let last_top = len.saturating_sub(height);
    let top = top
        .min(index)
        .max((index + 1).saturating_sub(height))
        .min(last_top);
    top..(top + height).min(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_window_follows_the_cursor_a_row_at_a_time() {
        let mut list = List::default();
        list.replace((0..10).collect(), 0);
        for _ in 0..4 {
            list.step(1);
            list.follow(3, false);
        }
        assert_eq!(list.window(3), 2..5);
        list.go(0);
        list.follow(3, false);
        assert_eq!(list.window(3), 0..3);
    }

    #[test]
    fn over_a_slow_link_it_jumps() {
        let mut list = List::default();
        list.replace((0..100).collect(), 0);
        list.go(10);
        list.follow(10, true);
        assert_eq!(list.window(10), 6..16);
    }

    proptest! {
        #[test]
        fn the_window_always_holds_the_cursor(len in 1_usize..50, index in 0_usize..50, top in 0_usize..60, height in 1_usize..60) {
            let index = index.min(len - 1);
            let seen = window(len, index, top, height);
            prop_assert!(seen.contains(&index) && seen.len() == height.min(len));
        }
    }
}
