//! Saving what the form says: checks, the question, the edit.

use crate::engine::Severity;
use crate::engine::display::some_of;
use crate::scopes::Scope;
use crate::scopes::screen::form::{Form, Task};
use crate::scopes::screen::update::edit;
use crate::tui::condition::can_write;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::{Act, Action, App, Context, Effect, Line, Role, Run, count};

/// The maximum number of clients listed before a scope of theirs is saved.
const MAX_NAMES: usize = 50;

/// The inner width of the dialog with the differences.
const WIDEST: usize = 92;

pub(crate) const SAVE: Action = Action {
    act: Act::SaveForm,
    name: "save-scope",
    sentence: "Save the scope; an update first shows what differs",
    contexts: &[Context::Form],
    keys: &["ctrl-o"],
    footer: Some("save"),
    condition: can_write,
    run: Run::Effects(save),
};

/// Saves, if no rule is broken: a new scope at once, others after the differences
/// were shown.
pub(super) fn save(app: &mut App) -> Vec<Effect> {
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
pub(super) fn ask(app: &mut App) {
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
    let effects = edit::run(app, edit, false);
    if let Some(said) = said {
        app.say(said);
    }
    effects
}
