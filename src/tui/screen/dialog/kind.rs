//! The topics of dialogs: which text, rows, input and buttons each has.

use std::sync::Arc;

use crate::engine::ItemId;
use crate::engine::rule::Scope;
use crate::job::Sides;
use crate::scopes::Edit;
use crate::tui::screen::review::node::Node;

/// The topic of a modal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// Overwrite every repeat that differs, or those of a kind?
    Cover(Option<Node>),
    /// Ignore the objects that are missing?
    Missing,
    /// Import what was chosen? With the name that has to be typed, if any.
    Import(Option<String>),
    /// What is to be written in place of a target that is a file, and where to?
    WriteFile,
    /// Where is the file to be written as it was before a job?
    UndoFile(i64),
    /// Quit and lose the choices?
    Quit,
    /// Open these sides and lose the choices?
    Switch(Box<Sides>),
    /// Which file or target is to be opened?
    OpenPath,
    /// Something failed.
    Failure,
    /// Counters of the target are behind their rows: move them, and try the edit again, or the
    /// import?
    Counters(Option<Box<Edit>>),
    /// The target changed since it was compared.
    Stale,
    /// The keys.
    Help,
    /// Why an item is what it is.
    Explain,
    /// What the import did.
    Result,
    /// Actions by name.
    Palette,
    /// Where is the plan to be saved?
    SavePlan,
    /// Where is the backup of a job to be saved?
    SaveBackup(i64),
    /// What of the target is to be exported, and where to? With the items that
    /// can be exported alone.
    Export(Vec<ItemId>),
    /// What a rehearsal found.
    Rehearsed,
    /// The jobs of the target.
    History,
    /// One of them.
    Job(i64),
    /// Undo a job? With the name that has to be typed.
    Undo(i64, String),
    /// What an undo did.
    Undone,
    /// Rows changed since the job that was to be undone.
    UndoStale,
    /// Save what the form says? With the name that has to be typed, if any.
    SaveForm(Option<String>),
    /// Close the form and lose what was typed?
    LoseForm,
    /// Which scopes are listed.
    ScopeFilter,
    /// The clients that a scope is assigned to; the scope is given by its id.
    Holders(Arc<str>),
    /// Ignore a difference?
    Ignore(Scope),
    /// Who can call what under the choices.
    Access,
    /// The findings about the scopes.
    Findings,
    /// One of these.
    Finding,
    /// Edit scopes? With the name that has to be typed, if any.
    Edit(Box<Edit>, Option<String>),
    /// What an edit did.
    Edited,
}

impl Dialog {
    /// Returns whether it is read-only, and closes with any closing key.
    pub(crate) const fn is_to_read(&self) -> bool {
        matches!(
            self,
            Self::Help
                | Self::Explain
                | Self::Result
                | Self::Rehearsed
                | Self::Undone
                | Self::Finding
                | Self::Edited
        )
    }

    /// Returns the database's name, if it has to be typed.
    pub(super) const fn name(&self) -> Option<&String> {
        match self {
            Self::Import(Some(name))
            | Self::Undo(_, name)
            | Self::SaveForm(Some(name))
            | Self::Edit(_, Some(name)) => Some(name),
            _ => None,
        }
    }

    /// Returns whether it asks for a path.
    pub(crate) const fn is_path(&self) -> bool {
        matches!(
            self,
            Self::SavePlan
                | Self::SaveBackup(_)
                | Self::Export(_)
                | Self::WriteFile
                | Self::UndoFile(_)
                | Self::OpenPath
        )
    }

    /// Returns whether one of its rows is selected, rather than its text scrolled.
    pub(super) const fn has_rows(&self) -> bool {
        matches!(self, Self::Palette | Self::ScopeFilter) || self.is_list()
    }

    /// Returns whether its rows are below column headings, and are made when
    /// they are drawn.
    pub(crate) const fn is_list(&self) -> bool {
        matches!(
            self,
            Self::History | Self::Holders(_) | Self::Findings | Self::Access
        )
    }

    /// Returns the labels of its buttons: the harmless one and the other.
    pub(super) const fn buttons(&self) -> Option<(&'static str, Option<&'static str>)> {
        match self {
            Self::Cover(None) => Some(("Cancel", Some("Cover all"))),
            Self::Cover(Some(_)) => Some(("Cancel", Some("Cover"))),
            Self::Missing => Some(("Cancel", Some("Confirm"))),
            Self::Ignore(_) => Some(("Cancel", Some("Ignore"))),
            Self::Import(_) => Some(("Cancel", Some("Import"))),
            Self::Undo(..) => Some(("Cancel", Some("Undo"))),
            Self::SavePlan | Self::SaveBackup(_) => Some(("Cancel", Some("Save"))),
            Self::Export(_) => Some(("Cancel", Some("Export"))),
            Self::WriteFile | Self::UndoFile(_) => Some(("Cancel", Some("Write"))),
            Self::Quit => Some(("Keep reviewing", Some("Quit"))),
            Self::Switch(_) => Some(("Keep reviewing", Some("Open"))),
            Self::OpenPath => Some(("Cancel", Some("Open"))),
            Self::SaveForm(_) => Some(("Back", Some("Save"))),
            Self::LoseForm => Some(("Back", Some("Discard"))),
            Self::Failure | Self::UndoStale => Some(("Close", None)),
            Self::Stale => Some(("Close", Some("Compare again"))),
            Self::Counters(_) => Some(("Close", Some("Move and try again"))),
            Self::Help
            | Self::Explain
            | Self::Result
            | Self::Palette
            | Self::Rehearsed
            | Self::History
            | Self::Job(_)
            | Self::Undone
            | Self::ScopeFilter
            | Self::Holders(_)
            | Self::Findings
            | Self::Finding
            | Self::Access
            | Self::Edited => None,
            Self::Edit(edit, _) => Some(("Cancel", Some(word(edit)))),
        }
    }

    /// Returns its greatest width.
    pub(super) const fn width(&self, has_fields: bool) -> u16 {
        match self {
            Self::History | Self::Findings | Self::Access => 140,
            Self::Stale | Self::UndoStale if has_fields => 140,
            Self::Help
            | Self::Result
            | Self::Explain
            | Self::Rehearsed
            | Self::Job(_)
            | Self::Undone
            | Self::Finding
            | Self::Edited
            | Self::Holders(_)
            | Self::SavePlan
            | Self::SaveBackup(_)
            | Self::Export(_)
            | Self::WriteFile
            | Self::UndoFile(_)
            | Self::OpenPath
            | Self::SaveForm(_) => 92,
            Self::Palette | Self::Stale | Self::UndoStale | Self::Failure | Self::Ignore(_) => 76,
            Self::Import(_) | Self::Counters(_) => 92,
            Self::Missing | Self::Undo(..) | Self::Edit(..) | Self::ScopeFilter => 66,
            Self::Cover(_) | Self::Quit | Self::Switch(_) | Self::LoseForm => 56,
        }
    }
}

/// Returns the label of an edit of scopes.
const fn word(edit: &Edit) -> &'static str {
    match edit {
        Edit::Create(_) => "Create",
        Edit::Update { .. } => "Update",
        Edit::Delete { .. } => "Delete",
        Edit::Give { .. } => "Give",
        Edit::Take { .. } => "Take away",
        Edit::Repair { .. } => "Repair",
    }
}
