//! The form of a scope and its pickers: opening, filling in, saving, closing.

use std::sync::Arc;

use tui_input::InputRequest;

use crate::engine::Severity;
use crate::engine::display::some_of;
use crate::job::Failure;
use crate::scopes::screen::form::{Focus, Form, Task, Topic};
use crate::scopes::{Catalogue, Edited, Scope};
use crate::tui::action::{Act, Context};
use crate::tui::app::{App, JobKind};
use crate::tui::effect::Effect;
use crate::tui::screen::dialog::model::{Dialog, Modal};
use crate::tui::screen::job;
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count};

/// The maximum number of clients listed before a scope of theirs is saved.
const MAX_NAMES: usize = 50;

/// The inner width of the dialog with the differences.
const WIDEST: usize = 92;

/// Opens the form for a new scope.
pub(crate) fn create(app: &mut App, catalogue: Arc<Catalogue>) {
    open(app, Some(Form::create(catalogue)));
}

/// Opens the form to update the scope at this index of the catalogue.
pub(crate) fn edit(app: &mut App, catalogue: Arc<Catalogue>, index: usize) {
    open(app, Form::update(catalogue, index));
}

/// Opens the picker of clients for the scope at this index of the catalogue.
pub(crate) fn give(app: &mut App, catalogue: Arc<Catalogue>, index: usize) {
    open(app, Form::give(catalogue, index));
}

/// Opens a form on top of everything on the screen.
fn open(app: &mut App, form: Option<Form>) {
    if form.is_some() {
        app.modals
            .iter_mut()
            .for_each(|modal| modal.is_below = true);
    }
    app.form = form;
}

/// Applies a reload of the scopes while a form is open: input and choices are
/// kept, all else is updated.
pub(crate) fn reread(app: &mut App, catalogue: &Arc<Catalogue>) {
    let Some(form) = &mut app.form else { return };
    if !form.take(Arc::clone(catalogue)) {
        form.message = vec![Line::of(
            Role::Error,
            "The scope no longer exists: it was deleted.",
        )];
    }
}

/// Handles the result of a save: closes the form, or shows in it why the save
/// was refused, keeping the input. Returns whether it showed the failure.
pub(crate) fn edited(app: &mut App, outcome: &Result<Edited, Failure>) -> bool {
    let Some(form) = &mut app.form else {
        return false;
    };
    match outcome {
        Ok(_) => {
            app.form = None;
            false
        }
        Err(failure) => {
            form.refused(failure, job::explain(failure));
            app.refuse(failure.to_string());
            true
        }
    }
}

/// Passes a key to the input, if there is one.
pub(crate) fn types(app: &mut App, request: InputRequest) -> bool {
    let Some(form) = &mut app.form else {
        return false;
    };
    let Some(picker) = &mut form.picker else {
        return form.handle(request);
    };
    if picker.is_filtering
        && picker
            .filter
            .handle(request)
            .is_some_and(|changed| changed.value)
    {
        picker.narrow(&form.catalogue);
    }
    picker.is_filtering
}

/// Passes pasted text to the input, if there is one.
pub(crate) fn paste(app: &mut App, text: &str) {
    if let Some(form) = &mut app.form {
        form.paste(text);
    }
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

/// Runs an action of a form or a picker.
pub(crate) fn perform(app: &mut App, act: Act) -> Vec<Effect> {
    let Some(form) = &mut app.form else {
        return Vec::new();
    };
    match act {
        Act::OpenField => return go_in(app),
        // On buttons, the arrows move on.
        Act::NextValue if form.cycle(true) || form.open() => {}
        Act::PreviousValue if form.cycle(false) => {}
        Act::NextField | Act::NextValue => form.move_focus(true),
        Act::PreviousField | Act::PreviousValue => form.move_focus(false),
        Act::RemoveModule => {
            if let Some(module) = form.remove_module() {
                app.say(format!("module {module} removed from the scope"));
            }
        }
        Act::SaveForm => return save(app),
        Act::CancelForm => back(app, Context::Form),
        Act::CancelPicker => back(app, Context::Picker),
        Act::ApplyPicker => return apply(app),
        Act::Pick | Act::PickAll | Act::FilterRows => pick(app, act),
        _ => {}
    }
    Vec::new()
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
        Focus::Cancel => back(app, Context::Form),
        _ => {
            if !form.open() {
                form.move_focus(true);
            }
        }
    }
    Vec::new()
}

fn pick(app: &mut App, act: Act) {
    let Some(picker) = app.form.as_mut().and_then(|form| form.picker.as_mut()) else {
        return;
    };
    match act {
        Act::FilterRows => picker.is_filtering = true,
        Act::PickAll => {
            picker.toggle_all();
            let tally = picker.tally();
            app.say(tally);
        }
        _ => {
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

/// Goes back by one layer, without effect on the layer below. Input in a form is
/// lost only after confirmation.
pub(crate) fn back(app: &mut App, context: Context) {
    let Some(form) = &mut app.form else { return };
    let is_giving = matches!(form.task, Task::Give(_));
    let is_dirty = form.is_dirty();
    match (context, &mut form.picker) {
        (Context::Filter, Some(picker)) => {
            picker.is_filtering = false;
            picker.filter = tui_input::Input::default();
            picker.narrow(&form.catalogue);
        }
        (_, Some(_)) if !is_giving => form.picker = None,
        _ if !is_dirty => app.form = None,
        _ => {
            let body = vec![Line::of(Role::Text, "Unsaved input would be lost.")];
            app.modals
                .push(Modal::new(Dialog::LoseForm, "Close the form?", body));
        }
    }
}

/// Saves, if no rule is broken: a new scope at once, others after the differences
/// were shown.
fn save(app: &mut App) -> Vec<Effect> {
    let Some(form) = &mut app.form else {
        return Vec::new();
    };
    if let Err(violation) = form.ready() {
        app.refuse(format!("not saved: {violation}"));
        return Vec::new();
    }
    let is_new = matches!(form.task, Task::Create);
    if !is_new && !form.differs() {
        let said = left_out(form)
            .map(|said| format!("; {said}"))
            .unwrap_or_default();
        app.refuse(format!("no changes to save{said}"));
        return Vec::new();
    }
    if is_new && !app.is_production() {
        return go(app);
    }
    ask(app);
    Vec::new()
}

/// Asks whether to save: the differences, the clients concerned, warnings.
fn ask(app: &mut App) {
    let width = usize::from(app.size.0.saturating_sub(4)).min(WIDEST);
    let Some(form) = &app.form else { return };
    let mut body = Vec::new();
    let place = app.location();
    if let Some(place) = &place {
        body.push(Line::of(Role::Dim, "target  ").and(Role::Text, &place.target));
        body.push(Line::new());
    }
    match form.task {
        Task::Create => {
            let apis = count(form.draft.apis.len(), "API", "APIs");
            let text = format!("New scope {} with {apis}.", form.draft.name);
            body.push(Line::of(Role::Title, &text));
        }
        Task::Update(_) => body.extend(form.differences(width, app.theme.glyphs)),
        Task::Give(_) => body.extend(given(form)),
    }
    if let (Task::Update(_), Some(scope)) = (form.task, form.scope()) {
        body.push(Line::new());
        body.push(holders(form, scope));
    }
    body.extend(left_out(form).map(|said| Line::of(Role::Warning, &said)));
    body.extend(
        form.draft
            .warnings(&form.catalogue, form.scope())
            .iter()
            .map(|finding| {
                let role = if finding.severity == Severity::Note {
                    Role::Dim
                } else {
                    Role::Warning
                };
                Line::of(role, &format!("{} ", app.theme.glyphs.warning))
                    .and(role, &finding.message)
            }),
    );
    let is_production = app.is_production();
    let typed = place
        .filter(|place| place.production)
        .map(|place| place.database);
    let title = form.title();
    let title = if is_production {
        format!("{title} in PRODUCTION")
    } else {
        title
    };
    app.modals
        .push(Modal::new(Dialog::SaveForm(typed), &title, body));
}

/// Lists the clients that will get a scope.
fn given(form: &Form) -> Vec<Line> {
    let Some(picker) = &form.picker else {
        return Vec::new();
    };
    let clients: Vec<&str> = picker.chosen().map(|choice| &*choice.id).collect();
    let text = format!(
        "{} will get the scope.",
        count(clients.len(), "client", "clients")
    );
    vec![
        Line::of(Role::Title, &text),
        Line::of(Role::Text, &some_of(&clients, MAX_NAMES)),
    ]
}

/// Lists the clients that a change concerns.
fn holders(form: &Form, scope: &Scope) -> Line {
    let clients: Vec<&str> = form
        .catalogue
        .holders_of(scope)
        .map(|client| &*client.id)
        .collect();
    match clients.len() {
        0 => Line::of(Role::Dim, "Not assigned to any client."),
        1 => Line::of(
            Role::Text,
            &format!(
                "Assigned to 1 client, which is updated too: {}.",
                some_of(&clients, MAX_NAMES)
            ),
        ),
        n => Line::of(
            Role::Text,
            &format!(
                "Assigned to {n} clients, which are updated too: {}.",
                some_of(&clients, MAX_NAMES)
            ),
        ),
    }
}

/// Returns which modules are not saved because none of their APIs is selected.
fn left_out(form: &Form) -> Option<String> {
    let modules: Vec<&str> = form
        .left_out()
        .into_iter()
        .map(|module| &**module)
        .collect();
    match modules.as_slice() {
        [] => None,
        [module] => Some(format!("module {module} has no APIs and will not be saved")),
        modules => Some(format!(
            "{} modules have no APIs and will not be saved: {}",
            modules.len(),
            some_of(modules, MAX_NAMES)
        )),
    }
}

/// Sends the form's edit; the form stays open until that is done.
pub(crate) fn go(app: &mut App) -> Vec<Effect> {
    if matches!(
        app.modals.last().map(|modal| &modal.dialog),
        Some(Dialog::SaveForm(_))
    ) {
        app.modals.pop();
    }
    if let Some(job) = &app.job {
        let doing = job.work.doing();
        app.refuse(doing);
        return Vec::new();
    }
    let Some(form) = &app.form else {
        return Vec::new();
    };
    let Some(edit) = form.edit() else {
        return Vec::new();
    };
    let said = left_out(form);
    let id = job::begin(app, JobKind::Edit);
    if let Some(said) = said {
        app.say(said);
    }
    vec![Effect::Edit(id, Box::new(edit))]
}
