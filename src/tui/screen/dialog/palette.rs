//! The palette: actions by name.

use super::kind::Dialog;
use super::model::{Focus, Modal};
use crate::tui::{Act, Action, App, Context, Effect, Line, Role, Run, cut};

pub(crate) const PALETTE: Action = Action {
    act: Act::Palette,
    name: "palette",
    sentence: "Find an action by name",
    contexts: &[
        Context::Loading,
        Context::Review,
        Context::Form,
        Context::Picker,
        Context::Scopes,
        Context::Open,
        Context::Matrix,
    ],
    keys: &[":"],
    footer: Some("actions"),
    condition: |_| Ok(()),
    run: Run::Update(open),
};

fn open(app: &mut App) {
    // Keys typed ahead are safe here: nothing is confirmed.
    let mut modal = Modal::new(Dialog::Palette, "Actions", Vec::new()).confirming_nothing();
    modal.focus = Focus::Input;
    app.modals.push(modal);
    fill(app);
}

/// Returns the actions of a screen that the palette lists, best matches first.
fn found(app: &App, query: &str) -> Vec<&'static Action> {
    let query = query.trim().to_lowercase().replace(' ', "-");
    let hidden = |act| {
        matches!(
            act,
            Act::Palette | Act::NextFocus | Act::PreviousFocus | Act::Press
        )
    };
    let here = app
        .keymap
        .actions(app.screen())
        .filter(|action| !hidden(action.act));
    let mut found: Vec<(usize, &Action)> = here
        .filter_map(|action| Some((rank(action.name, &query)?, action)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, action)| action).collect()
}

/// 0 for the name, 1 for a prefix, 2 for a substring, 3 for letters in the same order.
fn rank(name: &str, query: &str) -> Option<usize> {
    if name == query {
        return Some(0);
    }
    if name.starts_with(query) {
        return Some(1);
    }
    if name.contains(query) {
        return Some(2);
    }
    let mut letters = name.chars();
    query
        .chars()
        .all(|c| letters.any(|letter| letter == c))
        .then_some(3)
}

pub(super) fn fill(app: &mut App) {
    let Some(modal) = app.modals.last() else {
        return;
    };
    let found = found(app, modal.input.value());
    let lines = found.into_iter().map(|action| line(app, action)).collect();
    if let Some(modal) = app.modals.last_mut() {
        modal.set_body(lines);
    }
}

fn line(app: &App, action: &Action) -> Line {
    let mut line = Line::of(
        Role::Key,
        app.keymap.keys(action).first().map_or("", String::as_str),
    );
    line.pad_to(7);
    let (role, text) = match action.check(app) {
        Ok(()) => (Role::Text, action.sentence.to_owned()),
        Err(why) => (Role::Dim, format!("unavailable: {why}")),
    };
    line.push(Role::Title, action.name);
    line.pad_to(25);
    // One row each: the palette counts rows.
    line.push(role, "");
    let space = usize::from(app.size.0)
        .saturating_sub(4)
        .min(76)
        .saturating_sub(25);
    line.and(
        role,
        &cut(
            &crate::engine::display::safe(&text),
            space,
            app.theme.glyphs.ellipsis,
        ),
    )
}

/// Runs the action of the palette's row, as its key would.
pub(super) fn pick(app: &mut App) -> Vec<Effect> {
    let Some(modal) = app.modals.pop() else {
        return Vec::new();
    };
    let Some(action) = found(app, modal.input.value()).get(modal.selected).copied() else {
        app.refuse("no matching action");
        return Vec::new();
    };
    match action.check(app) {
        Ok(()) => action.run(app),
        Err(why) => {
            app.refuse(why);
            Vec::new()
        }
    }
}
