//! Going back, by one layer; quitting from the last.

use crate::scopes::screen::form::{Form, fields, pick as form};
use crate::scopes::screen::update::{list, load as scopes};
use crate::tui::exit::Exit;
use crate::tui::screen::access::update as access;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::history::update as history;
use crate::tui::screen::job;
use crate::tui::screen::leave::choices;
use crate::tui::screen::matrix::update as matrix;
use crate::tui::screen::open::{filter as chooser, update as open};
use crate::tui::screen::review::{Filter, search};
use crate::tui::{Act, Action, App, Context, Effect, Line, Role, Run};

pub(crate) const INTERRUPT: Action = Action {
    act: Act::Interrupt,
    name: "interrupt",
    sentence: "Cancel the running operation; otherwise go back",
    contexts: Context::ALL,
    keys: &["ctrl-c"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(interrupt),
};

pub(crate) const BACK: Action = Action {
    act: Act::Back,
    name: "back",
    sentence: "Close the dialog",
    contexts: &[
        Context::Dialog,
        Context::Reader,
        Context::History,
        Context::Job,
        Context::ScopeFilter,
        Context::Holders,
        Context::Findings,
        Context::Access,
    ],
    keys: &["q", "esc"],
    footer: Some("back"),
    condition: |_| Ok(()),
    run: Run::Effects(back),
};

pub(crate) const QUIT: Action = Action {
    act: Act::Back,
    name: "quit",
    sentence: "Go back, or quit; asks first if choices would be lost",
    contexts: Context::SCREENS,
    keys: &["q"],
    footer: Some("quit"),
    condition: |_| Ok(()),
    run: Run::Effects(back),
};

pub(crate) const LEAVE: Action = Action {
    act: Act::Escape,
    name: "leave",
    sentence: "Leave a search, a filter or a zoom; never quits",
    contexts: Context::SCREENS,
    keys: &["esc"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(escape),
};

pub(crate) const CLOSE: Action = Action {
    act: Act::Back,
    name: "close",
    sentence: "Close the dialog",
    contexts: &[
        Context::Reader,
        Context::Job,
        Context::ScopeFilter,
        Context::Access,
    ],
    keys: &["enter"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(back),
};

pub(crate) const CANCEL: Action = Action {
    act: Act::Back,
    name: "cancel",
    sentence: "Cancel the input",
    contexts: &[Context::Search, Context::Palette, Context::Filter],
    keys: &["esc"],
    footer: Some("cancel"),
    condition: |_| Ok(()),
    run: Run::Effects(back),
};

/// Returns whether the operator is being asked whether to leave.
pub(crate) fn is_leaving(app: &App) -> bool {
    app.modals
        .last()
        .is_some_and(|modal| modal.dialog == Dialog::Quit)
}

/// Esc: leaves an overlay, a search, a filter, a zoom; never quits.
fn escape(app: &mut App) -> Vec<Effect> {
    if app.chooser.is_some() {
        return open::escape(app);
    }
    if app.scopes.is_some() {
        return scopes::escape(app);
    }
    let shows_matrix = app.shows_matrix();
    let Some(review) = app.review.as_mut().filter(|_| !shows_matrix) else {
        app.say_how_to_quit();
        return Vec::new();
    };
    if !app.search.query.is_empty() {
        app.search.query.clear();
        app.say("search cleared");
    } else if review.filter != Filter::All {
        review.set_filter(Filter::All);
        app.say("filter cleared");
    } else if app.zoom {
        app.zoom = false;
    } else {
        app.say_how_to_quit();
    }
    Vec::new()
}

/// Goes back by one layer; quits from the last.
pub(crate) fn back(app: &mut App) -> Vec<Effect> {
    let context = app.context();
    if context == Context::Search {
        if app.scopes.is_some() {
            list::give_up(app);
        } else {
            search::give_up(app);
        }
        return Vec::new();
    }
    if context == Context::Filter {
        give_up_filter(app);
        return Vec::new();
    }
    if let Some(closed) = app.modals.pop() {
        return closed_of(app, &closed);
    }
    if app.chooser.is_some() {
        return open::back(app);
    }
    if app.scopes.is_some() {
        return scopes::back(app);
    }
    if app.review.is_none() && app.was_chosen {
        return open::again(app);
    }
    if app.zoom {
        app.zoom = false;
        return Vec::new();
    }
    // From the review of one of several targets to all of them.
    if app.matrix.is_some() && !app.shows_matrix() && app.review.is_some() {
        return matrix::show(app);
    }
    if app.has_choices() {
        ask_to_leave(app);
        return Vec::new();
    }
    vec![Effect::Quit(Exit::Done)]
}

/// What follows from closing a modal.
fn closed_of(app: &mut App, closed: &Modal) -> Vec<Effect> {
    match closed.dialog {
        // The write made the plan stale: compare again.
        Dialog::Undone if app.scopes.is_some() => return scopes::again(app),
        Dialog::Result | Dialog::Undone => return job::again(app),
        Dialog::History => history::close(app),
        Dialog::Access => access::close(app),
        _ if closed.waiting => {
            app.say("the file is still being written; the path will be shown");
        }
        _ => {}
    }
    Vec::new()
}

/// Asks whether to quit although choices would be lost.
pub(crate) fn ask_to_leave(app: &mut App) {
    if app.form.as_ref().is_some_and(Form::is_dirty) {
        let body = vec![Line::of(
            Role::Text,
            "The form is not saved: your input would be lost.",
        )];
        app.modals
            .push(Modal::new(Dialog::Quit, "Quit without saving?", body));
        return;
    }
    let body = choices(app);
    app.modals
        .push(Modal::new(Dialog::Quit, "Quit without importing?", body));
}

/// Ctrl-C: cancels what writes; otherwise goes back, and quits when pressed twice.
pub(crate) fn interrupt(app: &mut App) -> Vec<Effect> {
    match app.context() {
        Context::Applying => job::stop(app, "Ctrl-C"),
        Context::Loading => vec![Effect::Quit(Exit::Interrupted)],
        Context::Open if app.has_session => back(app),
        Context::Open => vec![Effect::Quit(Exit::Interrupted)],
        Context::Dialog if is_leaving(app) => vec![Effect::Quit(Exit::Interrupted)],
        Context::Review
        | Context::Matrix
        | Context::Dialog
        | Context::Reader
        | Context::Search
        | Context::Palette
        | Context::History
        | Context::Job
        | Context::ScopeFilter
        | Context::Holders
        | Context::Findings
        | Context::Access => back(app),
        Context::Scopes => scopes::interrupt(app),
        Context::Form | Context::Picker => {
            fields::back(app);
            Vec::new()
        }
        Context::Filter => {
            give_up_filter(app);
            Vec::new()
        }
    }
}

fn give_up_filter(app: &mut App) {
    if app.chooser.is_some() {
        chooser::give_up(app);
    } else {
        form::give_up_filter(app);
    }
}
