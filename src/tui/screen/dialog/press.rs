//! Buttons: moving between them, and pressing one.

use super::kind::Dialog;
use super::model::Focus;
use super::palette;
use crate::scopes::screen::form::{pick, save as form};
use crate::scopes::screen::update::{edit, list as scopes};
use crate::tui::exit::Exit;
use crate::tui::screen::history::update as history;
use crate::tui::screen::import::confirm as import;
use crate::tui::screen::open::{filter, path, switch};
use crate::tui::screen::review::{cover_all, ignore, missing, search};
use crate::tui::screen::{back, job, save};
use crate::tui::{Act, Action, App, Context, Effect, Run};

pub(crate) const NEXT_FOCUS: Action = Action {
    act: Act::NextFocus,
    name: "next-button",
    sentence: "Move to the next button or line; in a path, complete it",
    contexts: &[Context::Dialog],
    keys: &["tab", "right"],
    footer: Some("next"),
    condition: |_| Ok(()),
    run: Run::Effects(next),
};

pub(crate) const PREVIOUS_FOCUS: Action = Action {
    act: Act::PreviousFocus,
    name: "previous-button",
    sentence: "Move to the previous button or line",
    contexts: &[Context::Dialog],
    keys: &["S-Tab", "left"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| move_focus(app, false)),
};

pub(crate) const PRESS: Action = Action {
    act: Act::Press,
    name: "press",
    sentence: "Press the focused button, or confirm the input",
    contexts: &[
        Context::Dialog,
        Context::Search,
        Context::Palette,
        Context::Filter,
    ],
    keys: &["enter"],
    footer: Some("confirm"),
    condition: |_| Ok(()),
    run: Run::Effects(press),
};

/// Tab: completes a path, or moves on.
fn next(app: &mut App) -> Vec<Effect> {
    if let Some(completing) = path::complete(app) {
        return vec![completing];
    }
    move_focus(app, true);
    Vec::new()
}

fn move_focus(app: &mut App, forward: bool) {
    if let Some(modal) = app.modals.last_mut().filter(|modal| !modal.waiting) {
        let focuses = modal.focuses().len();
        modal.move_focus(if forward { 1 } else { focuses - 1 });
    }
}

/// Enter.
fn press(app: &mut App) -> Vec<Effect> {
    match app.context() {
        Context::Search => {
            if app.scopes.is_some() {
                scopes::keep(app);
            } else {
                search::keep(app);
            }
            Vec::new()
        }
        Context::Palette => palette::pick(app),
        Context::Filter if app.chooser.is_some() => filter::keep(app),
        Context::Filter => {
            pick::keep_filter(app);
            Vec::new()
        }
        _ => answer(app),
    }
}

fn answer(app: &mut App) -> Vec<Effect> {
    let Some(modal) = app.modals.last() else {
        return Vec::new();
    };
    let dialog = modal.dialog.clone();
    if modal.focus == Focus::Cancel {
        return back::back(app);
    }
    if let Some(why) = &modal.barred {
        app.refuse(why.clone());
        return Vec::new();
    }
    if !name_is_typed(app) {
        return Vec::new();
    }
    match dialog {
        Dialog::Import(_) => return import::go(app),
        Dialog::WriteFile => return import::write(app),
        Dialog::Undo(job, _) => return history::undo(app, job),
        Dialog::UndoFile(job) => return history::write_former(app, job),
        Dialog::SaveForm(_) => return form::go(app),
        Dialog::Edit(edit, _) => {
            app.modals.pop();
            return edit::run(app, *edit, false);
        }
        Dialog::Counters(None) => return import::go_fixing_counters(app),
        Dialog::Counters(Some(edit)) => {
            app.modals.pop();
            return edit::run(app, *edit, true);
        }
        Dialog::OpenPath => return path::go(app),
        _ if dialog.is_path() => return save::go(app),
        _ => {}
    }
    app.modals.pop();
    match dialog {
        Dialog::Cover(below) => cover_all::cover(app, below),
        Dialog::Missing => missing::confirm_missing(app),
        Dialog::Quit => return vec![Effect::Quit(Exit::Done)],
        Dialog::Switch(sides) => return switch::go(app, *sides),
        Dialog::LoseForm => app.form = None,
        Dialog::Stale => return job::again(app),
        Dialog::Ignore(scope) => return ignore::ignore(app, scope),
        _ => {}
    }
    Vec::new()
}

/// Returns whether the database's name was typed, if required; moves the focus
/// to its input if not.
fn name_is_typed(app: &mut App) -> bool {
    let Some(modal) = app.modals.last_mut() else {
        return false;
    };
    let typed = modal.input.value();
    let Some(name) = modal.name().filter(|name| typed != **name).cloned() else {
        return true;
    };
    modal.focus = Focus::Input;
    let (_, word) = modal.buttons().unwrap_or_default();
    let word = word.unwrap_or_default().to_lowercase();
    app.refuse(format!("type the database name to {word}: {name}"));
    false
}
