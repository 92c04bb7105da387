//! All actions.

/// The context that determines what keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
}

impl Context {
    /// All contexts.
    pub(crate) const ALL: [Self; 17] = [
        Self::Loading,
        Self::Review,
        Self::Dialog,
        Self::Reader,
        Self::Search,
        Self::Palette,
        Self::History,
        Self::Job,
        Self::Applying,
        Self::Form,
        Self::Picker,
        Self::Filter,
        Self::Scopes,
        Self::ScopeFilter,
        Self::Holders,
        Self::Findings,
        Self::Access,
    ];
}

/// An action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Act {
    Down,
    Up,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    In,
    Out,
    Enter,
    NextPane,
    PreviousPane,
    TreePane,
    ItemsPane,
    DetailPane,
    Zoom,
    Choose,
    Cover,
    CoverAll,
    ConfirmMissing,
    NextChange,
    PreviousChange,
    NextBlocked,
    Search,
    NextHit,
    PreviousHit,
    Filter,
    Unchanged,
    SideBySide,
    Explain,
    Copy,
    Again,
    Import,
    Backup,
    Rehearse,
    SavePlan,
    Export,
    History,
    OpenJob,
    Undo,
    SaveBackup,
    Theme,
    Palette,
    Help,
    NextFocus,
    PreviousFocus,
    Press,
    Back,
    Escape,
    Interrupt,
    Suspend,
    Redraw,
    NextField,
    PreviousField,
    OpenField,
    NextValue,
    PreviousValue,
    RemoveModule,
    SaveForm,
    CancelForm,
    Pick,
    PickAll,
    FilterRows,
    ApplyPicker,
    CancelPicker,
    Scopes,
    CreateScope,
    EditScope,
    DeleteScope,
    Holders,
    GiveScope,
    TakeScope,
    CheckScopes,
    OpenFinding,
    Repair,
    NextSort,
    Reverse,
    Toggle,
    Access,
    SwitchGrouping,
}

/// An entry of the catalogue.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) act: Act,
    /// Its name in the palette and in the configuration file.
    pub(crate) name: &'static str,
    /// What it does: imperative, sentence case, no final period.
    pub(crate) sentence: &'static str,
    pub(crate) contexts: &'static [Context],
    /// Its default keys; the keys of a sequence are separated by a space.
    pub(crate) keys: &'static [&'static str],
    /// Its label in the footer, if it is listed there.
    pub(crate) footer: Option<&'static str>,
}

use Context::{Access, Findings, Holders, ScopeFilter, Scopes};
use Context::{
    Applying, Dialog, Filter, Form, History, Job, Loading, Palette, Picker, Reader, Review, Search,
};

const LISTS: &[Context] = &[
    Review,
    Dialog,
    Reader,
    History,
    Job,
    Picker,
    Scopes,
    ScopeFilter,
    Holders,
    Findings,
    Access,
];
const ROWS: &[Context] = &[Review];

const fn action(
    act: Act,
    name: &'static str,
    sentence: &'static str,
    contexts: &'static [Context],
    keys: &'static [&'static str],
) -> Action {
    Action {
        act,
        name,
        sentence,
        contexts,
        keys,
        footer: None,
    }
}

impl Action {
    const fn footer(mut self, word: &'static str) -> Self {
        self.footer = Some(word);
        self
    }
}

/// All actions, in the order of help and footer.
pub(crate) static CATALOGUE: &[Action] = &[
    action(
        Act::Help,
        "help",
        "Show the keys that work here",
        &[
            Loading,
            Review,
            Reader,
            History,
            Job,
            Form,
            Picker,
            Scopes,
            ScopeFilter,
            Holders,
            Findings,
            Access,
        ],
        &["?"],
    )
    .footer("help"),
    action(
        Act::Choose,
        "choose",
        "Choose the item, or leave it out; on a kind, all items below",
        ROWS,
        &["space"],
    )
    .footer("choose"),
    action(
        Act::Cover,
        "cover",
        "Cover the item: overwrite it in the target, or keep it",
        ROWS,
        &["c"],
    )
    .footer("cover"),
    action(
        Act::CoverAll,
        "cover-all",
        "Cover every item that differs, after confirmation",
        ROWS,
        &["C"],
    )
    .footer("cover all"),
    action(
        Act::ConfirmMissing,
        "confirm-lack-api",
        "Show what is missing in the target, and confirm that it is ignored",
        &[Review, Dialog],
        &["m"],
    )
    .footer("lack API"),
    action(
        Act::Import,
        "import",
        "Review what will be written, then import it",
        ROWS,
        &["P"],
    )
    .footer("import"),
    action(
        Act::Backup,
        "no-backup",
        "Skip or save the backup; the journal used by undo is always kept",
        &[Dialog],
        &["B"],
    ),
    action(
        Act::Rehearse,
        "rehearse",
        "Run the import on the target, report the result, and roll back",
        ROWS,
        &["X"],
    )
    .footer("rehearse"),
    action(
        Act::Search,
        "search",
        "Search items by key and name",
        ROWS,
        &["/"],
    )
    .footer("search"),
    action(Act::NextHit, "next-match", "Next match", ROWS, &["n"]),
    action(
        Act::PreviousHit,
        "previous-match",
        "Previous match",
        ROWS,
        &["N"],
    ),
    action(
        Act::Filter,
        "filter",
        "Switch the filter: all items, changes, blocked, chosen",
        ROWS,
        &["f"],
    )
    .footer("filter"),
    action(
        Act::NextChange,
        "next-change",
        "Next item with differences",
        ROWS,
        &["]"],
    )
    .footer("next change"),
    action(
        Act::PreviousChange,
        "previous-change",
        "Previous item with differences",
        ROWS,
        &["["],
    ),
    action(
        Act::NextBlocked,
        "next-blocked",
        "Next blocked item",
        ROWS,
        &["!"],
    )
    .footer("blocked"),
    action(
        Act::Explain,
        "explain",
        "Explain the item's status: identity, position in the file, every reason",
        ROWS,
        &["e"],
    )
    .footer("explain"),
    action(
        Act::Access,
        "access",
        "List who gains or loses access",
        ROWS,
        &["A"],
    )
    .footer("access"),
    action(
        Act::SwitchGrouping,
        "turn-access",
        "List access by API, or by client again",
        &[Access],
        &["tab", "t"],
    )
    .footer("switch"),
    action(
        Act::History,
        "history",
        "List the target's jobs: view them, undo them, save their backups",
        &[Loading, Review, Scopes],
        &["H"],
    )
    .footer("history"),
    action(
        Act::Unchanged,
        "unchanged",
        "Show or hide unchanged fields",
        ROWS,
        &["u"],
    )
    .footer("unchanged"),
    action(
        Act::SideBySide,
        "side-by-side",
        "Show values of target and file side by side",
        ROWS,
        &["s"],
    ),
    action(
        Act::Copy,
        "copy",
        "Copy the item, or the detail's line, to the terminal's clipboard",
        ROWS,
        &["y"],
    ),
    action(
        Act::Again,
        "compare-again",
        "Compare file and target again; choices that still apply are kept",
        &[Loading, Review, Dialog],
        &["R"],
    )
    .footer("compare again"),
    action(
        Act::OpenJob,
        "open-job",
        "Show the job in detail",
        &[History],
        &["enter"],
    )
    .footer("open"),
    action(
        Act::Undo,
        "undo",
        "Undo the job, after confirmation: restore every row it changed",
        &[History, Job],
        &["U"],
    )
    .footer("undo"),
    action(
        Act::SaveBackup,
        "save-backup",
        "Save the job's backup to a file",
        &[History, Job],
        &["b"],
    )
    .footer("save backup"),
    action(Act::Down, "down", "Move down", LISTS, &["j", "down"]),
    action(Act::Up, "up", "Move up", LISTS, &["k", "up"]),
    action(
        Act::Top,
        "top",
        "Move to the first row",
        LISTS,
        &["g g", "home"],
    ),
    action(
        Act::Bottom,
        "bottom",
        "Move to the last row",
        LISTS,
        &["G", "end"],
    ),
    action(
        Act::HalfDown,
        "half-page-down",
        "Move down half a page",
        LISTS,
        &["ctrl-d"],
    ),
    action(
        Act::HalfUp,
        "half-page-up",
        "Move up half a page",
        LISTS,
        &["ctrl-u"],
    ),
    action(
        Act::PageDown,
        "page-down",
        "Move down a page",
        LISTS,
        &["pgdn"],
    ),
    action(Act::PageUp, "page-up", "Move up a page", LISTS, &["pgup"]),
    action(Act::In, "in", "Unfold, or go in", ROWS, &["l", "right"]),
    action(Act::Out, "out", "Fold, or go out", ROWS, &["h", "left"]),
    action(
        Act::Enter,
        "open",
        "Open the selection in the next pane",
        ROWS,
        &["enter"],
    ),
    action(
        Act::NextPane,
        "next-pane",
        "Move to the next pane",
        ROWS,
        &["tab"],
    ),
    action(
        Act::PreviousPane,
        "previous-pane",
        "Move to the previous pane",
        ROWS,
        &["S-Tab"],
    ),
    action(Act::TreePane, "tree", "Move to the tree", ROWS, &["1"]),
    action(
        Act::ItemsPane,
        "items",
        "Move to the list of items",
        ROWS,
        &["2"],
    ),
    action(
        Act::DetailPane,
        "detail",
        "Move to the detail",
        ROWS,
        &["3"],
    ),
    action(
        Act::Zoom,
        "zoom",
        "Zoom the pane to the whole screen, or back",
        ROWS,
        &["z"],
    )
    .footer("zoom"),
    action(
        Act::NextFocus,
        "next-button",
        "Move to the next button or line",
        &[Dialog],
        &["tab", "right"],
    )
    .footer("next"),
    action(
        Act::PreviousFocus,
        "previous-button",
        "Move to the previous button or line",
        &[Dialog],
        &["S-Tab", "left"],
    ),
    action(
        Act::Press,
        "press",
        "Press the focused button, or confirm the input",
        &[Dialog, Search, Palette, Filter],
        &["enter"],
    )
    .footer("confirm"),
    action(
        Act::Theme,
        "theme",
        "Switch to the next theme",
        &[Loading, Review, Scopes],
        &["T"],
    ),
    action(
        Act::Palette,
        "palette",
        "Find an action by name",
        &[Review, Form, Picker, Scopes],
        &[":"],
    )
    .footer("actions"),
    action(Act::Redraw, "redraw", "Redraw", &Context::ALL, &["ctrl-l"]),
    action(
        Act::Suspend,
        "suspend",
        "Suspend to the shell; fg continues",
        &[
            Loading,
            Review,
            Dialog,
            Reader,
            History,
            Job,
            Applying,
            Form,
            Picker,
            Scopes,
            ScopeFilter,
            Holders,
            Findings,
            Access,
        ],
        &["ctrl-z"],
    ),
    action(
        Act::Interrupt,
        "interrupt",
        "Cancel what runs; otherwise go back",
        &Context::ALL,
        &["ctrl-c"],
    ),
    action(
        Act::Back,
        "back",
        "Close the dialog",
        &[
            Dialog,
            Reader,
            History,
            Job,
            ScopeFilter,
            Holders,
            Findings,
            Access,
        ],
        &["q", "esc"],
    )
    .footer("back"),
    action(
        Act::Back,
        "quit",
        "Go back, or quit; asks first if choices would be lost",
        &[Loading, Review, Scopes],
        &["q"],
    )
    .footer("quit"),
    action(
        Act::Escape,
        "leave",
        "Leave a search, a filter or a zoom; never quits",
        &[Loading, Review, Scopes],
        &["esc"],
    ),
    action(
        Act::SavePlan,
        "save-plan",
        "Save the plan with the choices to a file, to apply later",
        ROWS,
        &["w"],
    )
    .footer("save plan"),
    action(
        Act::Export,
        "export",
        "Export the target to a file that can be imported again",
        ROWS,
        &["E"],
    )
    .footer("export"),
    action(
        Act::Back,
        "close",
        "Close the dialog",
        &[Reader, Job, ScopeFilter, Access],
        &["enter"],
    ),
    action(
        Act::Back,
        "cancel",
        "Cancel the input",
        &[Search, Palette, Filter],
        &["esc"],
    )
    .footer("cancel"),
    action(
        Act::Down,
        "next-row",
        "Move down in the list below",
        &[Palette, Filter],
        &["down", "tab"],
    ),
    action(
        Act::Up,
        "previous-row",
        "Move up in the list below",
        &[Palette, Filter],
        &["up", "S-Tab"],
    ),
    action(
        Act::SaveForm,
        "save-scope",
        "Save the scope; an update first shows what differs",
        &[Form],
        &["ctrl-o"],
    )
    .footer("save"),
    action(
        Act::CancelForm,
        "cancel-scope",
        "Close the form without saving; asks first if input would be lost",
        &[Form],
        &["ctrl-g", "q", "esc"],
    )
    .footer("cancel"),
    action(
        Act::NextField,
        "next-field",
        "Move to the next field",
        &[Form],
        &["tab", "down"],
    )
    .footer("next"),
    action(
        Act::PreviousField,
        "previous-field",
        "Move to the previous field",
        &[Form],
        &["S-Tab", "up"],
    ),
    action(
        Act::OpenField,
        "open-field",
        "Open the field's list, press the button, or move on",
        &[Form],
        &["enter"],
    )
    .footer("open"),
    action(
        Act::NextValue,
        "next-value",
        "Select the field's next value, or open its list",
        &[Form],
        &["space", "right"],
    )
    .footer("change"),
    action(
        Act::PreviousValue,
        "previous-value",
        "Select the field's previous value",
        &[Form],
        &["left"],
    ),
    action(
        Act::RemoveModule,
        "remove-module",
        "Remove the module and its APIs from the scope",
        &[Form],
        &["D"],
    )
    .footer("remove"),
    action(
        Act::ApplyPicker,
        "apply-choice",
        "Apply selection",
        &[Picker],
        &["enter"],
    )
    .footer("apply"),
    action(
        Act::Pick,
        "pick",
        "Select the row, or deselect it",
        &[Picker],
        &["space"],
    )
    .footer("choose"),
    action(
        Act::PickAll,
        "pick-all",
        "Select all listed rows, or deselect them",
        &[Picker],
        &["a"],
    )
    .footer("all"),
    action(
        Act::FilterRows,
        "filter-rows",
        "Filter the rows by words",
        &[Picker],
        &["/"],
    )
    .footer("filter"),
    action(
        Act::CancelPicker,
        "cancel-choice",
        "Cancel; the selection stays as it was",
        &[Picker],
        &["q", "esc", "ctrl-g"],
    )
    .footer("cancel"),
    action(
        Act::Scopes,
        "scopes",
        "List the target's scopes: view and edit them",
        &[Loading, Review],
        &["S"],
    )
    .footer("scopes"),
    action(
        Act::CreateScope,
        "create-scope",
        "Create a scope",
        &[Scopes],
        &["a"],
    )
    .footer("create"),
    action(
        Act::EditScope,
        "edit-scope",
        "Edit the scope",
        &[Scopes],
        &["e"],
    )
    .footer("edit"),
    action(
        Act::DeleteScope,
        "delete-scope",
        "Delete the scope at once, unless it is assigned to clients; undo restores it",
        &[Scopes],
        &["D"],
    )
    .footer("delete"),
    action(
        Act::Holders,
        "clients-of-scope",
        "List the clients the scope is assigned to: give it or take it away",
        &[Scopes],
        &["c"],
    )
    .footer("clients"),
    action(
        Act::Search,
        "search-scopes",
        "Search scopes by name, alias, description and APIs",
        &[Scopes],
        &["/"],
    )
    .footer("search"),
    action(
        Act::Filter,
        "filter-scopes",
        "Filter scopes by authentication type and level",
        &[Scopes],
        &["f"],
    )
    .footer("filter"),
    action(
        Act::NextSort,
        "sort-scopes",
        "Sort by the next column",
        &[Scopes],
        &["o"],
    )
    .footer("sort"),
    action(
        Act::Reverse,
        "reverse-scopes",
        "Reverse order",
        &[Scopes],
        &["O"],
    ),
    action(
        Act::Enter,
        "open-scope",
        "Show the scope in detail",
        &[Scopes],
        &["enter", "l", "right"],
    )
    .footer("open"),
    action(
        Act::Out,
        "close-scope",
        "Go back to the list of scopes",
        &[Scopes],
        &["h", "left"],
    ),
    action(
        Act::NextPane,
        "other-half",
        "Move between the list and the scope",
        &[Scopes],
        &["tab", "S-Tab"],
    ),
    action(
        Act::Zoom,
        "zoom-scopes",
        "Zoom one half to the whole screen, or back",
        &[Scopes],
        &["z"],
    ),
    action(
        Act::Copy,
        "copy-scope",
        "Copy the scope, or the detail's line, to the terminal's clipboard",
        &[Scopes],
        &["y"],
    ),
    action(
        Act::CheckScopes,
        "check-scopes",
        "Check the scopes for problems, and repair them",
        &[Scopes],
        &["K"],
    )
    .footer("check"),
    action(
        Act::Again,
        "read-scopes-again",
        "Reload the scopes; selection, search, filter and order are kept",
        &[Scopes],
        &["R"],
    )
    .footer("reload"),
    action(
        Act::GiveScope,
        "give-scope",
        "Give the scope to more clients",
        &[Holders],
        &["a"],
    )
    .footer("give"),
    action(
        Act::TakeScope,
        "take-scope",
        "Take the scope away from the client",
        &[Holders],
        &["D"],
    )
    .footer("take away"),
    action(
        Act::OpenFinding,
        "open-finding",
        "Show the finding in detail",
        &[Findings],
        &["enter"],
    )
    .footer("open"),
    action(
        Act::Repair,
        "repair-scopes",
        "Repair everything that can be repaired safely, after confirmation",
        &[Findings],
        &["F"],
    )
    .footer("repair all"),
    action(
        Act::Toggle,
        "toggle-filter",
        "Select this type or level, or deselect it",
        &[ScopeFilter],
        &["space"],
    )
    .footer("toggle"),
];
