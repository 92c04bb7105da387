//! All actions.

/// What keys mean depends on where the operator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Context {
    /// Before there is a plan.
    Loading,
    /// In the three panes.
    Review,
    /// In a box with buttons.
    Dialog,
    /// In a box to read.
    Reader,
    /// Typing what to search for.
    Search,
    /// Typing an action's name.
    Palette,
    /// In the list of the target's jobs.
    History,
    /// In what there is to know about one of them.
    Job,
    /// While an import, a rehearsal, an undo or an edit runs.
    Applying,
    /// In the form of a scope.
    Form,
    /// In a list to choose from.
    Picker,
    /// Typing what such a list is to show.
    Filter,
    /// In the list of scopes, or in the detail beside it.
    Scopes,
    /// Choosing which scopes are listed.
    ScopeFilter,
    /// In the list of a scope's clients.
    Holders,
    /// In the list of what is wrong with the scopes.
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

/// What can be done.
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
    NextStop,
    PreviousStop,
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
    TurnAccess,
}

/// An entry of the catalogue.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) act: Act,
    /// What it is called in the palette and in the config file.
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) sentence: &'static str,
    pub(crate) contexts: &'static [Context],
    /// Its default keys; a space stands between the keys of a sequence.
    pub(crate) keys: &'static [&'static str],
    /// What the footer calls it, where it has a place there.
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
        "Shows the keys that work here.",
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
        "Chooses the item or leaves it out; on a kind, all items below.",
        ROWS,
        &["space"],
    )
    .footer("choose"),
    action(Act::Cover, "cover", "Overwrites the item in the target, or leaves it again.", ROWS, &["c"])
        .footer("cover"),
    action(Act::CoverAll, "cover-all", "Asks, then covers every item that differs.", ROWS, &["C"])
        .footer("cover all"),
    action(
        Act::ConfirmMissing,
        "confirm-lack-api",
        "Shows what is missing in the target, to confirm that it is ignored.",
        &[Review, Dialog],
        &["m"],
    )
    .footer("lack API"),
    action(Act::Import, "import", "Shows what would be written, then imports it.", ROWS, &["P"])
        .footer("import"),
    action(
        Act::Backup,
        "no-backup",
        "Imports without a backup, or with one again; the journal to undo by is kept all the same.",
        &[Dialog],
        &["B"],
    ),
    action(
        Act::Rehearse,
        "rehearse",
        "Does the whole import on the target, tells what came of it, and rolls it back.",
        ROWS,
        &["X"],
    )
    .footer("rehearse"),
    action(Act::Search, "search", "Searches items by key and name.", ROWS, &["/"]).footer("search"),
    action(Act::NextHit, "next-match", "Goes to the next match.", ROWS, &["n"]),
    action(Act::PreviousHit, "previous-match", "Goes to the previous match.", ROWS, &["N"]),
    action(Act::Filter, "filter", "Lists all items, changes, blocked or chosen ones.", ROWS, &["f"])
        .footer("filter"),
    action(Act::NextChange, "next-change", "Goes to the next item that changes or could.", ROWS, &["]"])
        .footer("next change"),
    action(
        Act::PreviousChange,
        "previous-change",
        "Goes to the previous item that changes or could.",
        ROWS,
        &["["],
    ),
    action(Act::NextBlocked, "next-blocked", "Goes to the next blocked item.", ROWS, &["!"])
        .footer("blocked"),
    action(
        Act::Explain,
        "explain",
        "Explains the item's status: identity, place in the file, every reason.",
        ROWS,
        &["e"],
    )
    .footer("explain"),
    action(Act::Access, "access", "List who gains or loses access.", ROWS, &["A"]).footer("access"),
    action(
        Act::TurnAccess,
        "turn-access",
        "List access by API, or by client again.",
        &[Access],
        &["tab", "t"],
    )
    .footer("switch"),
    action(
        Act::History,
        "history",
        "Lists the jobs of this target, to look at them, undo them, or save their backups.",
        &[Loading, Review, Scopes],
        &["H"],
    )
    .footer("history"),
    action(Act::Unchanged, "unchanged", "Shows or hides fields without a difference.", ROWS, &["u"])
        .footer("unchanged"),
    action(
        Act::SideBySide,
        "side-by-side",
        "Shows the target's and the file's values beside each other.",
        ROWS,
        &["s"],
    ),
    action(
        Act::Copy,
        "copy",
        "Sends the item, or the detail's line, to the terminal's clipboard.",
        ROWS,
        &["y"],
    ),
    action(
        Act::Again,
        "compare-again",
        "Reads file and target again; choices that still apply are kept.",
        &[Loading, Review, Dialog],
        &["R"],
    )
    .footer("compare again"),
    action(Act::OpenJob, "open-job", "Shows all there is to know about the job.", &[History], &["enter"])
        .footer("open"),
    action(
        Act::Undo,
        "undo",
        "Asks, then undoes the job: every row as it was before.",
        &[History, Job],
        &["U"],
    )
    .footer("undo"),
    action(
        Act::SaveBackup,
        "save-backup",
        "Saves the backup that the job kept to a file.",
        &[History, Job],
        &["b"],
    )
    .footer("save backup"),
    action(Act::Down, "down", "Moves down.", LISTS, &["j", "down"]),
    action(Act::Up, "up", "Moves up.", LISTS, &["k", "up"]),
    action(Act::Top, "top", "Moves to the first row.", LISTS, &["g g", "home"]),
    action(Act::Bottom, "bottom", "Moves to the last row.", LISTS, &["G", "end"]),
    action(Act::HalfDown, "half-page-down", "Moves down by half a page.", LISTS, &["ctrl-d"]),
    action(Act::HalfUp, "half-page-up", "Moves up by half a page.", LISTS, &["ctrl-u"]),
    action(Act::PageDown, "page-down", "Moves down by a page.", LISTS, &["pgdn"]),
    action(Act::PageUp, "page-up", "Moves up by a page.", LISTS, &["pgup"]),
    action(Act::In, "in", "Unfolds, or goes in.", ROWS, &["l", "right"]),
    action(Act::Out, "out", "Folds, or goes out.", ROWS, &["h", "left"]),
    action(Act::Enter, "open", "Goes to the next pane with what is selected.", ROWS, &["enter"]),
    action(Act::NextPane, "next-pane", "Moves to the next pane.", ROWS, &["tab"]),
    action(Act::PreviousPane, "previous-pane", "Moves to the previous pane.", ROWS, &["S-Tab"]),
    action(Act::TreePane, "tree", "Moves to the tree.", ROWS, &["1"]),
    action(Act::ItemsPane, "items", "Moves to the list of items.", ROWS, &["2"]),
    action(Act::DetailPane, "detail", "Moves to the detail.", ROWS, &["3"]),
    action(Act::Zoom, "zoom", "Gives the whole screen to one pane, or takes it back.", ROWS, &["z"])
        .footer("zoom"),
    action(Act::NextStop, "next-button", "Moves to the next button or line.", &[Dialog], &["tab", "right"])
        .footer("next"),
    action(
        Act::PreviousStop,
        "previous-button",
        "Moves to the previous button or line.",
        &[Dialog],
        &["S-Tab", "left"],
    ),
    action(Act::Press, "press", "Does what the focus is on.", &[Dialog, Search, Palette, Filter], &["enter"])
        .footer("do it"),
    action(Act::Theme, "theme", "Takes the next theme.", &[Loading, Review, Scopes], &["T"]),
    action(Act::Palette, "palette", "Finds an action by name.", &[Review, Form, Picker, Scopes], &[":"])
        .footer("actions"),
    action(Act::Redraw, "redraw", "Draws the screen anew.", &Context::ALL, &["ctrl-l"]),
    action(
        Act::Suspend,
        "suspend",
        "Gives the terminal back to the shell; fg continues.",
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
        "Cancels what runs; otherwise goes back.",
        &Context::ALL,
        &["ctrl-c"],
    ),
    action(
        Act::Back,
        "back",
        "Close the box.",
        &[Dialog, Reader, History, Job, ScopeFilter, Holders, Findings, Access],
        &["q", "esc"],
    )
    .footer("back"),
    action(
        Act::Back,
        "quit",
        "Go back; quit where there is nothing to go back to, and ask first if choices would be lost.",
        &[Loading, Review, Scopes],
        &["q"],
    )
    .footer("quit"),
    action(
        Act::Escape,
        "leave",
        "Leave a search, a filter or a zoom; never the program.",
        &[Loading, Review, Scopes],
        &["esc"],
    ),
    action(
        Act::SavePlan,
        "save-plan",
        "Saves the plan with the choices to a file, to be applied later.",
        ROWS,
        &["w"],
    )
    .footer("save plan"),
    action(
        Act::Export,
        "export",
        "Writes what stands in the target to a file that can be imported again.",
        ROWS,
        &["E"],
    )
    .footer("export"),
    action(Act::Back, "close", "Closes what was read.", &[Reader, Job, ScopeFilter, Access], &["enter"]),
    action(Act::Back, "cancel", "Leaves the line without effect.", &[Search, Palette, Filter], &["esc"])
        .footer("cancel"),
    action(Act::Down, "next-row", "Moves down in the list below.", &[Palette, Filter], &["down", "tab"]),
    action(Act::Up, "previous-row", "Moves up in the list below.", &[Palette, Filter], &["up", "S-Tab"]),
    action(
        Act::SaveForm,
        "save-scope",
        "Saves the scope; an update shows first what differs.",
        &[Form],
        &["ctrl-o"],
    )
    .footer("save"),
    action(
        Act::CancelForm,
        "cancel-scope",
        "Closes the form without saving; asks where something would be lost.",
        &[Form],
        &["ctrl-g", "q", "esc"],
    )
    .footer("cancel"),
    action(Act::NextField, "next-field", "Moves to the next field.", &[Form], &["tab", "down"])
        .footer("next"),
    action(Act::PreviousField, "previous-field", "Moves to the previous field.", &[Form], &["S-Tab", "up"]),
    action(
        Act::OpenField,
        "open-field",
        "Goes in: opens the field's list, presses the button, or moves on.",
        &[Form],
        &["enter"],
    )
    .footer("go in"),
    action(
        Act::NextValue,
        "next-value",
        "Takes the field's next value, or opens its list.",
        &[Form],
        &["space", "right"],
    )
    .footer("change"),
    action(Act::PreviousValue, "previous-value", "Takes the field's previous value.", &[Form], &["left"]),
    action(
        Act::RemoveModule,
        "remove-module",
        "Takes the module and its APIs out of the scope.",
        &[Form],
        &["D"],
    )
    .footer("remove"),
    action(Act::ApplyPicker, "apply-choice", "Takes what is chosen, and goes back.", &[Picker], &["enter"])
        .footer("apply"),
    action(Act::Pick, "pick", "Chooses the row, or leaves it out.", &[Picker], &["space"]).footer("choose"),
    action(
        Act::PickAll,
        "pick-all",
        "Chooses all rows that are listed; if they are chosen, leaves them out.",
        &[Picker],
        &["a"],
    )
    .footer("all"),
    action(Act::FilterRows, "filter-rows", "Lists the rows in which words occur.", &[Picker], &["/"])
        .footer("filter"),
    action(
        Act::CancelPicker,
        "cancel-choice",
        "Goes back; what is chosen stays as it was.",
        &[Picker],
        &["q", "esc", "ctrl-g"],
    )
    .footer("cancel"),
    action(
        Act::Scopes,
        "scopes",
        "Lists the scopes of the target, to look at them and edit them.",
        &[Loading, Review],
        &["S"],
    )
    .footer("scopes"),
    action(Act::CreateScope, "create-scope", "Fills in a new scope.", &[Scopes], &["a"]).footer("create"),
    action(Act::EditScope, "edit-scope", "Edits the scope.", &[Scopes], &["e"]).footer("edit"),
    action(
        Act::DeleteScope,
        "delete-scope",
        "Deletes the scope at once, unless clients hold it; undoing brings it back.",
        &[Scopes],
        &["D"],
    )
    .footer("delete"),
    action(
        Act::Holders,
        "clients-of-scope",
        "Lists the clients that hold the scope, to give it and to take it away.",
        &[Scopes],
        &["c"],
    )
    .footer("clients"),
    action(
        Act::Search,
        "search-scopes",
        "Lists the scopes in whose name, alias, description or APIs a word occurs.",
        &[Scopes],
        &["/"],
    )
    .footer("search"),
    action(
        Act::Filter,
        "filter-scopes",
        "Lists scopes by authentication types and level.",
        &[Scopes],
        &["f"],
    )
    .footer("filter"),
    action(Act::NextSort, "sort-scopes", "Sorts the scopes by the next column.", &[Scopes], &["o"])
        .footer("sort"),
    action(Act::Reverse, "reverse-scopes", "Turns the order of the scopes round.", &[Scopes], &["O"]),
    action(
        Act::Enter,
        "open-scope",
        "Goes to all there is to know about the scope.",
        &[Scopes],
        &["enter", "l", "right"],
    )
    .footer("open"),
    action(Act::Out, "close-scope", "Goes back to the list of scopes.", &[Scopes], &["h", "left"]),
    action(
        Act::NextPane,
        "other-half",
        "Moves between the list and the scope.",
        &[Scopes],
        &["tab", "S-Tab"],
    ),
    action(
        Act::Zoom,
        "zoom-scopes",
        "Gives the whole screen to one half, or takes it back.",
        &[Scopes],
        &["z"],
    ),
    action(
        Act::Copy,
        "copy-scope",
        "Sends the scope, or the detail's line, to the terminal's clipboard.",
        &[Scopes],
        &["y"],
    ),
    action(
        Act::CheckScopes,
        "check-scopes",
        "Looks for what is wrong with the scopes, to repair it.",
        &[Scopes],
        &["K"],
    )
    .footer("check"),
    action(
        Act::Again,
        "read-scopes-again",
        "Reads the scopes again; selection, search, filter and order stay.",
        &[Scopes],
        &["R"],
    )
    .footer("read again"),
    action(Act::GiveScope, "give-scope", "Gives the scope to more clients.", &[Holders], &["a"])
        .footer("give"),
    action(Act::TakeScope, "take-scope", "Takes the scope away from the client.", &[Holders], &["D"])
        .footer("take away"),
    action(Act::OpenFinding, "open-finding", "Shows all of the finding.", &[Findings], &["enter"])
        .footer("open"),
    action(
        Act::Repair,
        "repair-scopes",
        "Asks, then repairs everything that can be repaired safely.",
        &[Findings],
        &["F"],
    )
    .footer("repair all"),
    action(
        Act::Toggle,
        "toggle-filter",
        "Lists scopes of this type or level, or no longer.",
        &[ScopeFilter],
        &["space"],
    )
    .footer("turn"),
];
