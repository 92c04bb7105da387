//! A copy of a text with its credentials replaced.

use std::ops::Range;

/// Replaces a secret.
pub(super) const MASK: &str = "***";

/// A copy of a text with parts of it replaced, in order.
pub(super) struct Hider<'t> {
    text: &'t str,
    out: String,
    copied: usize,
    changed: bool,
}

impl<'t> Hider<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            out: String::new(),
            copied: 0,
            changed: false,
        }
    }

    /// Hides a part after all that are hidden so far.
    pub(super) fn hide(&mut self, range: Range<usize>) {
        if !range.is_empty() && self.text.get(range.clone()) != Some(MASK) {
            self.replace(range, MASK);
        }
    }

    pub(super) fn replace(&mut self, range: Range<usize>, by: &str) {
        if range.start < self.copied {
            return;
        }
        self.out
            .push_str(self.text.get(self.copied..range.start).unwrap_or_default());
        self.out.push_str(by);
        self.copied = range.end;
        self.changed = true;
    }

    pub(super) fn finish(mut self) -> Option<String> {
        self.out
            .push_str(self.text.get(self.copied..).unwrap_or_default());
        self.changed.then_some(self.out)
    }
}
