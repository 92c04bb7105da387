//! The lists to choose from: selecting, filtering, applying.

use tui_input::Input;

use super::fields::back;
use super::save::{ask, go};
use crate::scopes::screen::form::{Picker, Task, Topic};
use crate::tui::condition::{can_write, require};
use crate::tui::{Act, Action, App, Availability, Context, Effect, Run};

pub(crate) const APPLY: Action = Action {
    act: Act::ApplyPicker,
    name: "apply-choice",
    sentence: "Apply selection",
    contexts: &[Context::Picker],
    keys: &["enter"],
    footer: Some("apply"),
    condition: can_apply,
    run: Run::Effects(apply),
};

pub(crate) const PICK: Action = Action {
    act: Act::Pick,
    name: "pick",
    sentence: "Select the row, or deselect it",
    contexts: &[Context::Picker],
    keys: &["space"],
    footer: Some("choose"),
    condition: |_| Ok(()),
    run: Run::Update(pick),
};

pub(crate) const PICK_ALL: Action = Action {
    act: Act::PickAll,
    name: "pick-all",
    sentence: "Select all listed rows, or deselect them",
    contexts: &[Context::Picker],
    keys: &["a"],
    footer: Some("all"),
    condition: has_several,
    run: Run::Update(pick_all),
};

pub(crate) const FILTER_ROWS: Action = Action {
    act: Act::FilterRows,
    name: "filter-rows",
    sentence: "Filter the rows by words",
    contexts: &[Context::Picker],
    keys: &["/"],
    footer: Some("filter"),
    condition: |_| Ok(()),
    run: Run::Update(|app| with_picker(app, |picker| picker.is_filtering = true)),
};

pub(crate) const CANCEL: Action = Action {
    act: Act::CancelPicker,
    name: "cancel-choice",
    sentence: "Cancel; the selection stays as it was",
    contexts: &[Context::Picker],
    keys: &["q", "esc", "ctrl-g"],
    footer: Some("cancel"),
    condition: |_| Ok(()),
    run: Run::Update(back),
};

/// Writing has to wait for a running job; picking does not.
fn can_apply(app: &App) -> Availability {
    match app.form.as_ref().map(|form| form.task) {
        Some(Task::Give(_)) => can_write(app),
        _ => Ok(()),
    }
}

fn has_several(app: &App) -> Availability {
    let picker = app.form.as_ref().and_then(|form| form.picker.as_ref());
    let is_single = picker.is_some_and(Picker::is_single);
    require(!is_single, "only one can be selected")
}

fn with_picker(app: &mut App, change: impl FnOnce(&mut Picker)) {
    let picker = app.form.as_mut().and_then(|form| form.picker.as_mut());
    if let Some(picker) = picker {
        change(picker);
    }
}

fn pick_all(app: &mut App) {
    let Some(picker) = app.form.as_mut().and_then(|form| form.picker.as_mut()) else {
        return;
    };
    picker.toggle_all();
    let tally = picker.tally();
    app.say(tally);
}

fn pick(app: &mut App) {
    let Some(picker) = app.form.as_mut().and_then(|form| form.picker.as_mut()) else {
        return;
    };
    let barred = picker.current().filter(|choice| !choice.is_chosen);
    if let Some(why) = barred.and_then(|choice| choice.barred.clone()) {
        app.refuse(why);
        return;
    }
    picker.toggle();
    // The cursor moves on, as in other multi-selection lists.
    if !picker.is_single() {
        picker.list.step(1);
    }
}

/// Enter in a picker.
fn apply(app: &mut App) -> Vec<Effect> {
    let Some(form) = &mut app.form else {
        return Vec::new();
    };
    let Some(picker) = &mut form.picker else {
        return Vec::new();
    };
    if picker.is_single() {
        picker.toggle();
    }
    if picker.topic != Topic::Clients {
        form.apply();
        return Vec::new();
    }
    if picker.chosen().next().is_none() {
        app.refuse("no client selected: Space selects one");
        return Vec::new();
    }
    form.message.clear();
    if app.is_production() {
        ask(app);
        return Vec::new();
    }
    go(app)
}

/// Enter in a filter: back to the rows that it lists.
pub(crate) fn keep_filter(app: &mut App) {
    let Some(picker) = app.form.as_mut().and_then(|form| form.picker.as_mut()) else {
        return;
    };
    picker.is_filtering = false;
    if picker.list.rows().is_empty() {
        let words = picker.filter.value().trim().to_owned();
        app.refuse(format!("no match for '{words}'"));
    }
}

/// Esc in a filter: back to all rows.
pub(crate) fn give_up_filter(app: &mut App) {
    let Some(form) = &mut app.form else { return };
    if let Some(picker) = &mut form.picker {
        picker.is_filtering = false;
        picker.filter = Input::default();
        picker.narrow(&form.catalogue);
    }
}
