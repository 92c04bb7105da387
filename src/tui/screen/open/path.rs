//! Typing a side, and completing a path wherever one is typed.

use super::model::Side;
use super::update;
use crate::job::Completion;
use crate::tui::screen::dialog::{Dialog, Focus, Modal};
use crate::tui::{Act, Action, App, Context, Effect, Line, Role, Run};

pub(crate) const TYPE_PATH: Action = Action {
    act: Act::TypePath,
    name: "type-path",
    sentence: "Type the file or target: a path is completed by Tab",
    contexts: &[Context::Open],
    keys: &["p"],
    footer: Some("path"),
    condition: |_| Ok(()),
    run: Run::Update(ask),
};

/// The maximum number of candidates that are shown.
const MAX_SHOWN: usize = 60;

fn ask(app: &mut App) {
    let Some(chooser) = &app.chooser else { return };
    let (title, text) = match chooser.side {
        Side::Source => ("File to import", "The path of an export."),
        Side::Target => (
            "Compare with",
            "A database URL, the name of a profile, or the path of another export. \
             A name that is both: ./NAME is the file, profile:NAME the profile.",
        ),
    };
    let body = vec![
        Line::of(Role::Text, text),
        Line::of(
            Role::Dim,
            "Tab completes a path; one that ends in / is listed.",
        ),
    ];
    let directory = chooser.directory.display().to_string();
    let path = if directory.ends_with('/') {
        directory
    } else {
        format!("{directory}/")
    };
    app.modals
        .push(Modal::new(Dialog::OpenPath, title, body).with_path(path));
}

/// Enter: lists the directory, or takes the side.
pub(crate) fn go(app: &mut App) -> Vec<Effect> {
    let Some(modal) = app.modals.last_mut() else {
        return Vec::new();
    };
    let side = modal.input.value().trim().to_owned();
    if side.is_empty() {
        modal.focus = Focus::Input;
        app.refuse("type a path");
        return Vec::new();
    }
    app.modals.pop();
    if side.ends_with('/') && !side.contains("://") {
        return update::enter(app, side.into());
    }
    update::take(app, side)
}

/// Returns the effect that completes the path in the input, if there is one.
pub(crate) fn complete(app: &App) -> Option<Effect> {
    let modal = app.modals.last()?;
    let is_typed = modal.dialog.is_path() && modal.focus == Focus::Input && !modal.waiting;
    is_typed.then(|| Effect::Complete(modal.input.value().to_owned()))
}

/// Handles a completion of what was in the input then.
pub(crate) fn completed(app: &mut App, typed: &str, completion: Completion) {
    let Some(modal) = app.modals.last_mut() else {
        return;
    };
    let is_awaited = modal.dialog.is_path()
        && modal.focus == Focus::Input
        && !modal.waiting
        && modal.input.value() == typed;
    if !is_awaited {
        return;
    }
    let is_final = completion.text == typed && completion.candidates.len() < 2;
    modal.suggest(candidates(&completion));
    if is_final {
        // There is nothing to complete: Tab goes on to the buttons.
        modal.move_focus(1);
    } else {
        modal.type_anew(completion.text);
    }
}

/// Returns what there is to choose from.
fn candidates(completion: &Completion) -> Vec<Line> {
    let names = &completion.candidates;
    if names.len() < 2 {
        return Vec::new();
    }
    let shown: Vec<&str> = names.iter().take(MAX_SHOWN).map(String::as_str).collect();
    let mut line = Line::of(Role::Text, &shown.join("  "));
    let more = names.len() - shown.len() + completion.more;
    if more > 0 {
        line.push(Role::Dim, &format!("  and {more} more"));
    }
    vec![line, Line::new()]
}
