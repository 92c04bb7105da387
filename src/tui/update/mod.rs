//! The only place where the model changes: `(model, message) → effects`.
//! Pure: no file, no socket, no clock.

mod access;
mod choose;
mod copy;
mod form;
mod history;
mod import;
mod job;
mod modal;
mod navigate;
mod rehearse;
mod save;
mod scopes;
mod search;

use super::action::{Act, Context, Lookup};
use super::app::{App, JobKind};
use super::effect::Effect;
use super::form::Form;
use super::keys::Key;
use super::layout;
use super::msg::{Exit, Leave, Msg, Reloaded};
use super::review::Review;

pub(crate) use import::confirm_first;
pub(crate) use job::{explain, farewell};

/// Returns what has to be done first, before any message.
pub(crate) fn start(app: &mut App) -> Vec<Effect> {
    if app.scopes.is_some() {
        scopes::read(app)
    } else {
        job::compare(app)
    }
}

/// Handles a message; returns the effects.
pub(crate) fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    let effects = match msg {
        Msg::Key(key) => press(app, key),
        Msg::Paste(text) => {
            modal::paste(app, &text);
            Vec::new()
        }
        Msg::Resize(width, height) => {
            app.size = (width, height);
            Vec::new()
        }
        Msg::Tick(now) => {
            app.now = now;
            if let Some(job) = &mut app.job {
                job.since.get_or_insert(now);
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
        Msg::Progress(id, progress) => {
            job::progress(app, id, progress);
            Vec::new()
        }
        Msg::Compared(id, outcome) => job::compared(app, id, outcome),
        Msg::Applied(id, outcome) => job::applied(app, id, outcome),
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
            scopes::taken_in(app, id, outcome);
            Vec::new()
        }
        Msg::Edited(id, outcome) => scopes::edited(app, id, outcome),
        Msg::Checked(id, outcome) => {
            scopes::checked(app, id, outcome);
            Vec::new()
        }
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
    if modal::types(app, context, key) {
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
            match action.check(app) {
                Ok(()) => perform(app, action.act, context),
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
        Act::Suspend | Act::Redraw if action.check(app).is_ok() => {
            perform(app, action.act, Context::Review)
        }
        Act::Back | Act::Interrupt if !app.is_applying() => {
            let has_typed = app.form.as_ref().is_some_and(Form::is_dirty);
            let loses = has_typed || app.review.as_ref().is_some_and(Review::has_choices);
            if loses && !modal::is_leaving(app) {
                modal::ask_to_leave(app);
                return Vec::new();
            }
            vec![Effect::Quit(Exit::Done)]
        }
        _ => Vec::new(),
    }
}

/// Runs an available action.
fn perform(app: &mut App, act: Act, context: Context) -> Vec<Effect> {
    if let Some(effects) = app
        .scopes
        .is_some()
        .then(|| scopes::perform(app, act, context))
        .flatten()
    {
        return effects;
    }
    match act {
        Act::Interrupt => return interrupt(app, context),
        Act::Suspend => return vec![Effect::Suspend],
        Act::Redraw => return vec![Effect::Redraw],
        Act::Theme => {
            app.theme.next();
            let name = app.theme.name().to_owned();
            app.say(format!("theme {name}"));
        }
        Act::Again => return job::again(app),
        Act::Import => import::ask(app),
        Act::Backup => import::turn_backup(app),
        Act::Rehearse => return rehearse::begin(app),
        Act::SavePlan | Act::Export | Act::SaveBackup => save::ask(app, act),
        Act::History => return history::open(app),
        Act::OpenJob => history::open_job(app),
        Act::Undo => history::ask_undo(app),
        Act::Copy => return copy::copy(app),
        Act::Help | Act::Explain | Act::Palette => modal::read(app, act, context),
        Act::Back => return modal::back(app, context),
        Act::Escape => return modal::escape(app),
        Act::Press => return modal::press(app, context),
        Act::NextFocus | Act::PreviousFocus => modal::move_focus(app, act),
        Act::Choose | Act::Cover => choose::one(app, act),
        Act::CoverAll => choose::ask_cover(app, None),
        Act::ConfirmMissing => choose::ask_missing(app),
        Act::Filter => choose::filter(app),
        Act::Search | Act::NextHit | Act::PreviousHit => search::perform(app, act),
        Act::Unchanged => {
            app.options.unchanged = !app.options.unchanged;
            let word = if app.options.unchanged {
                "shown"
            } else {
                "hidden"
            };
            app.say(format!("unchanged fields are {word}"));
        }
        Act::SideBySide => app.options.side_by_side = !app.options.side_by_side,
        Act::Zoom => app.zoom = !app.zoom,
        Act::Down
        | Act::Up
        | Act::Top
        | Act::Bottom
        | Act::HalfDown
        | Act::HalfUp
        | Act::PageDown
        | Act::PageUp => navigate::rows(app, act),
        Act::In
        | Act::Out
        | Act::Enter
        | Act::NextPane
        | Act::PreviousPane
        | Act::TreePane
        | Act::ItemsPane
        | Act::DetailPane => navigate::panes(app, act),
        Act::NextChange | Act::PreviousChange | Act::NextBlocked => navigate::jump(app, act),
        Act::NextField
        | Act::PreviousField
        | Act::OpenField
        | Act::NextValue
        | Act::PreviousValue
        | Act::RemoveModule
        | Act::SaveForm
        | Act::CancelForm
        | Act::Pick
        | Act::PickAll
        | Act::FilterRows
        | Act::ApplyPicker
        | Act::CancelPicker => return form::perform(app, act),
        Act::Access => access::open(app),
        Act::SwitchGrouping => access::switch_grouping(app),
        Act::Scopes => return scopes::open(app),
        // Actions of the screen of scopes only.
        Act::CreateScope
        | Act::EditScope
        | Act::DeleteScope
        | Act::Holders
        | Act::GiveScope
        | Act::TakeScope
        | Act::CheckScopes
        | Act::OpenFinding
        | Act::Repair
        | Act::NextSort
        | Act::Reverse
        | Act::Toggle => {}
    }
    Vec::new()
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

/// Ctrl-C: cancels what writes; otherwise goes back, and quits when pressed twice.
fn interrupt(app: &mut App, context: Context) -> Vec<Effect> {
    match context {
        Context::Applying => job::stop(app, "Ctrl-C"),
        Context::Loading => vec![Effect::Quit(Exit::Interrupted)],
        Context::Dialog if modal::is_leaving(app) => vec![Effect::Quit(Exit::Interrupted)],
        Context::Review
        | Context::Dialog
        | Context::Reader
        | Context::Search
        | Context::Palette
        | Context::History
        | Context::Job
        | Context::ScopeFilter
        | Context::Holders
        | Context::Findings
        | Context::Access => modal::back(app, context),
        Context::Scopes => scopes::interrupt(app),
        Context::Form | Context::Picker | Context::Filter => {
            form::back(app, context);
            Vec::new()
        }
    }
}

fn leave_for(app: &mut App, leave: Leave) -> Vec<Effect> {
    let rehearsing = app
        .job
        .as_ref()
        .is_some_and(|job| job.work == JobKind::Rehearse);
    match (leave, app.is_applying()) {
        (Leave::Interrupt, true) => job::stop(app, "SIGINT"),
        (Leave::Interrupt, false) => interrupt(app, app.context()),
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
