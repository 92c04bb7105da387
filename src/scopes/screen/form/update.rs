//! Opening a form, typing in it, and what follows from a reload or a save.

use std::sync::Arc;

use tui_input::InputRequest;

use crate::job::Failure;
use crate::scopes::screen::form::Form;
use crate::scopes::{Catalogue, Edited};
use crate::tui::screen::job;
use crate::tui::{App, Line, Role};

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
