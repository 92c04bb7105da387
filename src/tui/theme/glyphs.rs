//! Every drawn sign, in Unicode and in ASCII.

use ratatui::symbols::border;

/// The signs of one character set.
#[derive(Debug)]
pub(crate) struct Glyphs {
    pub(crate) add: &'static str,
    pub(crate) cover: &'static str,
    pub(crate) same: &'static str,
    pub(crate) differs: &'static str,
    pub(crate) blocked: &'static str,
    pub(crate) left_out: &'static str,
    pub(crate) kept: &'static str,
    pub(crate) removed: &'static str,
    pub(crate) moved: &'static str,
    pub(crate) warning: &'static str,
    pub(crate) done: &'static str,
    pub(crate) arrow: &'static str,
    pub(crate) open: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) ellipsis: &'static str,
    pub(crate) dot: &'static str,
    pub(crate) bar: &'static str,
    pub(crate) full: &'static str,
    pub(crate) rest: &'static str,
    pub(crate) border: border::Set<'static>,
}

impl Glyphs {
    /// Returns whether all signs are ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.ellipsis.is_ascii()
    }
}

/// For terminals with a font.
pub(crate) static UNICODE: Glyphs = Glyphs {
    add: "+",
    cover: "~",
    same: "=",
    differs: "≠",
    blocked: "✗",
    left_out: "·",
    kept: "·",
    removed: "-",
    moved: "↕",
    warning: "!",
    done: "✓",
    arrow: "→",
    open: "▾",
    closed: "▸",
    ellipsis: "…",
    dot: "·",
    bar: "│",
    full: "█",
    rest: "░",
    border: border::PLAIN,
};

/// For all others.
pub(crate) static ASCII: Glyphs = Glyphs {
    add: "+",
    cover: "~",
    same: "=",
    differs: "#",
    blocked: "x",
    left_out: ".",
    kept: ".",
    removed: "-",
    moved: "^",
    warning: "!",
    done: "v",
    arrow: "->",
    open: "v",
    closed: ">",
    ellipsis: "..",
    dot: "-",
    bar: "|",
    full: "#",
    rest: ".",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

/// The frames of the spinner; never braille, which screen readers spell out.
pub(crate) const SPINNER: [&str; 4] = ["-", "\\", "|", "/"];
