//! Where a key is pressed.

use strum::VariantArray;

/// The context that determines what keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, VariantArray)]
pub(crate) enum Context {
    /// Before there is a plan.
    Loading,
    /// In the three panes.
    Review,
    /// In a dialog with buttons.
    Dialog,
    /// In a read-only dialog.
    Reader,
    /// Typing a search.
    Search,
    /// Typing an action's name.
    Palette,
    /// In the list of the target's jobs.
    History,
    /// In the detail of one of them.
    Job,
    /// While an import, a rehearsal, an undo or an edit runs.
    Applying,
    /// In the form of a scope.
    Form,
    /// In a list to choose from.
    Picker,
    /// Typing the filter of such a list.
    Filter,
    /// In the list of scopes, or in the detail beside it.
    Scopes,
    /// Choosing which scopes are listed.
    ScopeFilter,
    /// In the list of a scope's clients.
    Holders,
    /// In the list of findings about the scopes.
    Findings,
    /// In the list of who can call what.
    Access,
    /// Choosing a file, or what it is compared with.
    Open,
    /// In the items by several targets.
    Matrix,
}

impl Context {
    /// All contexts.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The screens below all dialogs and forms.
    pub(crate) const SCREENS: &[Self] = &[
        Self::Loading,
        Self::Review,
        Self::Scopes,
        Self::Open,
        Self::Matrix,
    ];
}
