//! The fields of the form: moving between them, choosing values, closing.

use super::save::save;
use crate::scopes::screen::form::{Focus, Form, Task};
use crate::tui::condition::unavailable;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::{Act, Action, App, Availability, Context, Effect, Line, Role, Run};

pub(crate) const CANCEL: Action = Action {
    act: Act::CancelForm,
    name: "cancel-scope",
    sentence: "Close the form without saving; asks first if input would be lost",
    contexts: &[Context::Form],
    keys: &["ctrl-g", "q", "esc"],
    footer: Some("cancel"),
    condition: |_| Ok(()),
    run: Run::Update(back),
};

pub(crate) const NEXT_FIELD: Action = Action {
    act: Act::NextField,
    name: "next-field",
    sentence: "Move to the next field",
    contexts: &[Context::Form],
    keys: &["tab", "down"],
    footer: Some("next"),
    condition: |_| Ok(()),
    run: Run::Update(|app| with_form(app, |form| form.move_focus(true))),
};

pub(crate) const PREVIOUS_FIELD: Action = Action {
    act: Act::PreviousField,
    name: "previous-field",
    sentence: "Move to the previous field",
    contexts: &[Context::Form],
    keys: &["S-Tab", "up"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| with_form(app, |form| form.move_focus(false))),
};

pub(crate) const OPEN_FIELD: Action = Action {
    act: Act::OpenField,
    name: "open-field",
    sentence: "Open the field's list, press the button, or move on",
    contexts: &[Context::Form],
    keys: &["enter"],
    footer: Some("open"),
    condition: |_| Ok(()),
    run: Run::Effects(go_in),
};

pub(crate) const NEXT_VALUE: Action = Action {
    act: Act::NextValue,
    name: "next-value",
    sentence: "Select the field's next value, or open its list",
    contexts: &[Context::Form],
    keys: &["space", "right"],
    footer: Some("change"),
    condition: |app| focus_of(app).and_then(has_next_value),
    run: Run::Update(|app| with_form(app, next_value)),
};

pub(crate) const PREVIOUS_VALUE: Action = Action {
    act: Act::PreviousValue,
    name: "previous-value",
    sentence: "Select the field's previous value",
    contexts: &[Context::Form],
    keys: &["left"],
    footer: None,
    condition: |app| focus_of(app).and_then(has_previous_value),
    run: Run::Update(|app| with_form(app, previous_value)),
};

pub(crate) const REMOVE_MODULE: Action = Action {
    act: Act::RemoveModule,
    name: "remove-module",
    sentence: "Remove the module and its APIs from the scope",
    contexts: &[Context::Form],
    keys: &["D"],
    footer: Some("remove"),
    condition: |app| focus_of(app).and_then(is_module),
    run: Run::Update(remove_module),
};

fn with_form(app: &mut App, change: impl FnOnce(&mut Form)) {
    if let Some(form) = &mut app.form {
        change(form);
    }
}

fn focus_of(app: &App) -> Result<Focus, String> {
    let form = app.form.as_ref();
    form.map(|form| form.focus)
        .ok_or_else(|| "no form is open".to_owned())
}

fn has_next_value(focus: Focus) -> Availability {
    match focus {
        Focus::Authentications | Focus::Module(_) | Focus::AddModule => Ok(()),
        _ => has_previous_value(focus),
    }
}

fn has_previous_value(focus: Focus) -> Availability {
    match focus {
        Focus::Unit | Focus::Level | Focus::Save | Focus::Cancel => Ok(()),
        _ => unavailable("this field has no other values"),
    }
}

fn is_module(focus: Focus) -> Availability {
    match focus {
        Focus::Module(_) => Ok(()),
        _ => unavailable("select a module to remove it"),
    }
}

/// On buttons, the arrows move on.
fn next_value(form: &mut Form) {
    if !form.cycle(true) && !form.open() {
        form.move_focus(true);
    }
}

fn previous_value(form: &mut Form) {
    if !form.cycle(false) {
        form.move_focus(false);
    }
}

fn remove_module(app: &mut App) {
    if let Some(module) = app.form.as_mut().and_then(Form::remove_module) {
        app.say(format!("module {module} removed from the scope"));
    }
}

/// Enter: opens a list, presses a button, or goes on.
fn go_in(app: &mut App) -> Vec<Effect> {
    let Some(form) = &mut app.form else {
        return Vec::new();
    };
    match form.focus {
        // Its own key first checks whether something runs.
        Focus::Save => match app.job.as_ref().map(|job| job.work.doing()) {
            None => return save(app),
            Some(doing) => app.refuse(doing),
        },
        Focus::Cancel => back(app),
        _ => {
            if !form.open() {
                form.move_focus(true);
            }
        }
    }
    Vec::new()
}

/// Goes back by one layer, without effect on the layer below. Input in a form is
/// lost only after confirmation.
pub(crate) fn back(app: &mut App) {
    let Some(form) = &mut app.form else { return };
    let is_giving = matches!(form.task, Task::Give(_));
    if form.picker.is_some() && !is_giving {
        form.picker = None;
    } else if form.is_dirty() {
        let body = vec![Line::of(Role::Text, "Unsaved input would be lost.")];
        app.modals
            .push(Modal::new(Dialog::LoseForm, "Close the form?", body));
    } else {
        app.form = None;
    }
}
