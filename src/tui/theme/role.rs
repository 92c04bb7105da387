//! The meaning of a piece of text on the screen; the theme defines its look.

/// The meaning of a piece of text. No other module knows a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Text,
    Dim,
    Title,
    Heading,
    Border,
    BorderFocus,
    Selection,
    SelectionIdle,
    Key,
    Match,
    Add,
    Cover,
    Unchanged,
    Repeat,
    Blocked,
    LeftOut,
    Old,
    OldWord,
    New,
    NewWord,
    Kept,
    Removed,
    Warning,
    Error,
    Production,
    Gauge,
    Button,
    ButtonFocus,
    Input,
}

impl Role {
    /// Returns the role of a border.
    pub(crate) const fn border(focused: bool) -> Self {
        if focused {
            Self::BorderFocus
        } else {
            Self::Border
        }
    }

    /// Returns the role of the selected row.
    pub(crate) const fn selection(focused: bool) -> Self {
        if focused {
            Self::Selection
        } else {
            Self::SelectionIdle
        }
    }

    /// All roles, in the order of a theme's table.
    pub(crate) const ALL: [Self; 29] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Heading,
        Self::Border,
        Self::BorderFocus,
        Self::Selection,
        Self::SelectionIdle,
        Self::Key,
        Self::Match,
        Self::Add,
        Self::Cover,
        Self::Unchanged,
        Self::Repeat,
        Self::Blocked,
        Self::LeftOut,
        Self::Old,
        Self::OldWord,
        Self::New,
        Self::NewWord,
        Self::Kept,
        Self::Removed,
        Self::Warning,
        Self::Error,
        Self::Production,
        Self::Gauge,
        Self::Button,
        Self::ButtonFocus,
        Self::Input,
    ];

    /// Returns its name in theme files; a dotted name falls back to its parent.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Title => "title",
            Self::Heading => "heading",
            Self::Border => "border",
            Self::BorderFocus => "border.focus",
            Self::Selection => "selection",
            Self::SelectionIdle => "selection.idle",
            Self::Key => "key",
            Self::Match => "match",
            Self::Add => "status.add",
            Self::Cover => "status.cover",
            Self::Unchanged => "status.unchanged",
            Self::Repeat => "status.repeat",
            Self::Blocked => "status.blocked",
            Self::LeftOut => "status.left-out",
            Self::Old => "diff.old",
            Self::OldWord => "diff.old.word",
            Self::New => "diff.new",
            Self::NewWord => "diff.new.word",
            Self::Kept => "diff.kept",
            Self::Removed => "diff.removed",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Production => "production",
            Self::Gauge => "gauge",
            Self::Button => "button",
            Self::ButtonFocus => "button.focus",
            Self::Input => "input",
        }
    }
}
