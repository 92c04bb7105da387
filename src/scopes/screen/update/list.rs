//! The list of scopes: search, filter, order, halves.

use tui_input::Input;

use super::condition::{with_scope, with_scopes};
use crate::scopes::screen::{Half, Scopes};
use crate::tui::condition::require;
use crate::tui::layout::WIDE;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::review::copy;
use crate::tui::{Act, Action, App, Context, Effect, Run};

pub(crate) const SEARCH: Action = Action {
    act: Act::Search,
    name: "search-scopes",
    sentence: "Search scopes by name, alias, description and APIs",
    contexts: &[Context::Scopes],
    keys: &["/"],
    footer: Some("search"),
    condition: |app| with_scopes(app, |_| Ok(())),
    run: Run::Update(|app| on_list(app, |scopes| scopes.prompt = Some(Input::default()))),
};

pub(crate) const FILTER: Action = Action {
    act: Act::Filter,
    name: "filter-scopes",
    sentence: "Filter scopes by authentication type and level",
    contexts: &[Context::Scopes],
    keys: &["f"],
    footer: Some("filter"),
    condition: |app| with_scopes(app, |_| Ok(())),
    run: Run::Update(open_filter),
};

pub(crate) const NEXT_SORT: Action = Action {
    act: Act::NextSort,
    name: "sort-scopes",
    sentence: "Sort by the next column",
    contexts: &[Context::Scopes],
    keys: &["o"],
    footer: Some("sort"),
    condition: |app| with_scopes(app, |_| Ok(())),
    run: Run::Update(|app| sort(app, Scopes::sort_by_next)),
};

pub(crate) const REVERSE: Action = Action {
    act: Act::Reverse,
    name: "reverse-scopes",
    sentence: "Reverse order",
    contexts: &[Context::Scopes],
    keys: &["O"],
    footer: None,
    condition: |app| with_scopes(app, |_| Ok(())),
    run: Run::Update(|app| sort(app, Scopes::reverse)),
};

pub(crate) const OPEN: Action = Action {
    act: Act::Enter,
    name: "open-scope",
    sentence: "Show the scope in detail",
    contexts: &[Context::Scopes],
    keys: &["enter", "l", "right"],
    footer: Some("open"),
    condition: |app| with_scope(app, |_| Ok(())),
    run: Run::Update(|app| on_list(app, |scopes| scopes.half = Half::Detail)),
};

pub(crate) const CLOSE: Action = Action {
    act: Act::Out,
    name: "close-scope",
    sentence: "Go back to the list of scopes",
    contexts: &[Context::Scopes],
    keys: &["h", "left"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| on_list(app, |scopes| scopes.half = Half::List)),
};

pub(crate) const OTHER_HALF: Action = Action {
    act: Act::NextPane,
    name: "other-half",
    sentence: "Move between the list and the scope",
    contexts: &[Context::Scopes],
    keys: &["tab", "S-Tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| on_list(app, |scopes| scopes.half = scopes.half.other())),
};

pub(crate) const ZOOM: Action = Action {
    act: Act::Zoom,
    name: "zoom-scopes",
    sentence: "Zoom the pane to full screen, or back",
    contexts: &[Context::Scopes],
    keys: &["z"],
    footer: None,
    condition: |app| require(app.size.0 >= WIDE, "already full screen"),
    run: Run::Update(|app| on_list(app, |scopes| scopes.zoom = !scopes.zoom)),
};

pub(crate) const COPY: Action = Action {
    act: Act::Copy,
    name: "copy-scope",
    sentence: "Copy the scope, or the detail's line, to the terminal's clipboard",
    contexts: &[Context::Scopes],
    keys: &["y"],
    footer: None,
    condition: |app| with_scopes(app, |_| Ok(())),
    run: Run::Effects(copy_scope),
};

pub(crate) const TOGGLE: Action = Action {
    act: Act::Toggle,
    name: "toggle-filter",
    sentence: "Select this type or level, or deselect it",
    contexts: &[Context::ScopeFilter],
    keys: &["space"],
    footer: Some("toggle"),
    condition: |_| Ok(()),
    run: Run::Update(toggle),
};

fn on_list(app: &mut App, change: impl FnOnce(&mut Scopes)) {
    if let Some(scopes) = &mut app.scopes {
        change(scopes);
    }
}

fn sort(app: &mut App, change: fn(&mut Scopes)) {
    if let Some(scopes) = &mut app.scopes {
        change(scopes);
        let described = scopes.sorted();
        app.say(described);
    }
}

/// Copies the scope, or the detail's line.
fn copy_scope(app: &mut App) -> Vec<Effect> {
    let warning = app.theme.glyphs.warning;
    let Some(scopes) = &app.scopes else {
        return Vec::new();
    };
    let text = match scopes.half {
        Half::List => scopes.text(warning),
        Half::Detail => {
            let row = scopes.detail.current();
            row.map(|row| scopes.detail_line(*row, warning).plain().trim().to_owned())
        }
    };
    copy::send(app, text)
}

/// Opens the filter.
fn open_filter(app: &mut App) {
    let Some(scopes) = &app.scopes else { return };
    let mut modal = Modal::new(Dialog::ScopeFilter, "Filter scopes", Vec::new());
    modal.more = scopes.choices().len();
    app.modals.push(modal);
}

/// Selects the filter choice, or deselects it.
fn toggle(app: &mut App) {
    let (Some(scopes), Some(modal)) = (&mut app.scopes, app.modals.last()) else {
        return;
    };
    if let Some(choice) = scopes.choices().get(modal.selected) {
        scopes.choose(choice);
    }
}

/// Handles typing in the search.
pub(crate) fn typed(app: &mut App) {
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    if let Some(keyword) = scopes.prompt.as_ref().map(|input| input.value().to_owned()) {
        scopes.search(&keyword);
    }
}

/// Enter: keeps the search.
pub(crate) fn keep(app: &mut App) {
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    let typed = scopes.prompt.take();
    let keyword = typed
        .map(|input| input.value().trim().to_owned())
        .unwrap_or_default();
    scopes.search(&keyword);
    if !keyword.is_empty() && scopes.list.rows().is_empty() {
        app.refuse(format!(
            "no match for '{keyword}': {} Esc lists all",
            app.key(Act::Search)
        ));
    }
}

/// Esc: clears the search.
pub(crate) fn give_up(app: &mut App) {
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    scopes.prompt = None;
    scopes.search("");
}
