//! The only place where the model changes: `(model, message) → effects`.
//! Pure: no file, no socket, no clock.

use super::action::{Act, Context, Lookup};
use super::app::App;
use super::effect::Effect;
use super::exit::{Exit, Leave};
use super::keys::Key;
use super::layout;
use super::msg::{Msg, Reloaded};
use super::screen::dialog::typing;
use super::screen::history::update as history;
use super::screen::import::{apply, rehearse};
use super::screen::matrix::update as matrix;
use super::screen::open::{path, switch, update as open};
use super::screen::review::{copy, only_in_target, search};
use super::screen::{back, job, save};
use crate::scopes::screen::form::Form;
use crate::scopes::screen::update::{edit, findings, load};
use crate::tui::screen::job::JobKind;

/// Returns what has to be done first, before any message.
pub(crate) fn start(app: &mut App) -> Vec<Effect> {
    if !app.has_session {
        open::open_source(app)
    } else if app.scopes.is_some() {
        load::read(app)
    } else {
        job::compare(app)
    }
}

/// Handles a message; returns the effects.
pub(crate) fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    app.only_moved = matches!(msg, Msg::Search);
    let mut effects = match msg {
        Msg::Key(key) => press(app, key),
        Msg::Paste(text) => {
            typing::paste(app, &text);
            Vec::new()
        }
        Msg::Resize(width, height) => {
            app.size = (width, height);
            Vec::new()
        }
        Msg::Tick(now) => {
            app.now = now;
            if let Some(job) = &mut app.job {
                job.tick(now);
            }
            Vec::new()
        }
        Msg::Drawn => {
            let seen = !layout::is_too_small(app.size);
            if let Some(modal) = app.modals.last_mut().filter(|_| seen) {
                modal.drawn = true;
            }
            Vec::new()
        }
        Msg::Search => {
            search::search_on(app);
            Vec::new()
        }
        Msg::Progress(id, progress) => {
            job::progress(app, id, progress);
            Vec::new()
        }
        Msg::Compared(id, outcome) => job::compared(app, id, outcome),
        Msg::ComparedAll(id, outcome) => {
            matrix::compared(app, id, outcome);
            Vec::new()
        }
        Msg::ReviewedTarget(id, outcome) => {
            matrix::reviewed(app, id, outcome);
            Vec::new()
        }
        Msg::OnlyInTarget(id, outcome) => {
            only_in_target::listed(app, id, outcome);
            Vec::new()
        }
        Msg::Applied(id, outcome) => apply::applied(app, id, outcome),
        Msg::Rehearsed(id, outcome) => rehearse::rehearsed(app, id, outcome),
        Msg::Undone(id, outcome) => history::undone(app, id, outcome),
        Msg::Listed(id, outcome) => {
            history::listed(app, id, outcome);
            Vec::new()
        }
        Msg::Saved(id, outcome) => {
            save::saved(app, id, outcome);
            Vec::new()
        }
        Msg::Scopes(id, outcome) => {
            load::taken_in(app, id, outcome);
            Vec::new()
        }
        Msg::Edited(id, outcome) => edit::edited(app, id, outcome),
        Msg::Checked(id, outcome) => {
            findings::checked(app, id, outcome);
            Vec::new()
        }
        Msg::Known(id, outcome) => open::known(app, id, outcome),
        Msg::Browsed(id, outcome) => {
            open::browsed(app, id, outcome);
            Vec::new()
        }
        Msg::Looked(id, looks) => {
            open::looked(app, id, looks);
            Vec::new()
        }
        Msg::LastJob(target, outcome) => {
            open::last_job(app, target, outcome);
            Vec::new()
        }
        Msg::Completed(typed, completion) => {
            path::completed(app, &typed, completion);
            Vec::new()
        }
        Msg::Opened(id, outcome) => switch::opened(app, id, outcome),
        Msg::Reloaded(reloaded) => {
            reload(app, reloaded);
            Vec::new()
        }
        Msg::Copied(outcome) => {
            copy::copied(app, outcome);
            Vec::new()
        }
        Msg::Leave(leave) => leave_for(app, leave),
    };
    app.settle();
    effects.extend(open::look(app));
    effects
}

fn press(app: &mut App, key: Key) -> Vec<Effect> {
    if layout::is_too_small(app.size) {
        return press_unseen(app, key);
    }
    // A dialog that is not on the screen yet cannot have been meant.
    if app.asked().is_some_and(|modal| !modal.drawn) {
        return Vec::new();
    }
    app.notice = None;
    let context = app.context();
    if typing::types(app, context, key) {
        app.only_moved = context == Context::Search;
        return Vec::new();
    }
    app.pending.push(key);
    let mut found = app.keymap.find(context, &app.pending);
    if matches!(found, Lookup::Nothing) && app.pending.len() > 1 {
        app.pending = vec![key];
        found = app.keymap.find(context, &app.pending);
    }
    match found {
        Lookup::Beginning => Vec::new(),
        Lookup::Nothing => {
            app.pending.clear();
            Vec::new()
        }
        Lookup::Action(action) => {
            app.pending.clear();
            app.only_moved = action.act.only_moves();
            match action.check(app) {
                Ok(()) => action.run(app),
                Err(why) => {
                    app.refuse(why);
                    Vec::new()
                }
            }
        }
    }
}

/// On a screen that is too small one can only quit: what would be chosen or
/// confirmed cannot be seen.
fn press_unseen(app: &mut App, key: Key) -> Vec<Effect> {
    let Lookup::Action(action) = app.keymap.find(Context::Review, &[key]) else {
        return Vec::new();
    };
    match action.act {
        Act::Interrupt if app.is_applying() => job::stop(app, "Ctrl-C"),
        Act::Suspend | Act::Redraw if action.check(app).is_ok() => action.run(app),
        Act::Back | Act::Interrupt if !app.is_applying() => {
            let has_typed = app.form.as_ref().is_some_and(Form::is_dirty);
            let loses = has_typed || app.has_choices();
            if loses && !back::is_leaving(app) {
                back::ask_to_leave(app);
                return Vec::new();
            }
            vec![Effect::Quit(Exit::Done)]
        }
        _ => Vec::new(),
    }
}

/// Applies what could be read; the rest stays as it was.
fn reload(app: &mut App, reloaded: Reloaded) {
    let mut complaints = Vec::new();
    match reloaded.themes {
        Ok(themes) => app.theme.refresh(themes),
        Err(why) => complaints.push(why),
    }
    match reloaded.keys {
        Ok(keymap) => {
            app.keymap = keymap;
            app.pending.clear();
        }
        Err(why) => complaints.push(why),
    }
    match complaints.first() {
        None => app.say("themes and keys were reloaded"),
        Some(why) => app.refuse(format!("{why} (unchanged)")),
    }
}

fn leave_for(app: &mut App, leave: Leave) -> Vec<Effect> {
    let rehearsing = app
        .job
        .as_ref()
        .is_some_and(|job| job.work == JobKind::Rehearse);
    match (leave, app.is_applying()) {
        (Leave::Interrupt, true) => job::stop(app, "SIGINT"),
        (Leave::Interrupt, false) => back::interrupt(app),
        (Leave::Terminate, true) => {
            app.leaving = Some(Exit::Terminated);
            job::stop(app, "SIGTERM")
        }
        (Leave::Terminate, false) => vec![Effect::Quit(Exit::Terminated)],
        // Nobody is there to see its result.
        (Leave::Hangup, true) if rehearsing => {
            app.leaving.get_or_insert(Exit::HungUp);
            job::stop(app, "terminal closed")
        }
        // Nobody is there to see it, but the operator asked for it.
        (Leave::Hangup, true) => {
            app.leaving.get_or_insert(Exit::HungUp);
            Vec::new()
        }
        (Leave::Hangup, false) => vec![Effect::Quit(Exit::HungUp)],
    }
}

#[cfg(test)]
mod tests;
