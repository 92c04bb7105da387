//! Typing and pasting into the input that has the focus.

use crossterm::event::KeyCode;

use super::model::Focus;
use super::palette;
use crate::scopes::screen::form::update as form;
use crate::scopes::screen::update::list as scopes;
use crate::tui::keys::Key;
use crate::tui::screen::open::filter;
use crate::tui::screen::review::search;
use crate::tui::{App, Context};

/// Passes a key to the input, if there is one; returns whether it was used.
pub(crate) fn types(app: &mut App, context: Context, key: Key) -> bool {
    let Some(request) = key.request() else {
        return false;
    };
    match (context, app.modals.last_mut()) {
        (Context::Filter, _) if app.chooser.is_some() => {
            filter::types(app, request);
            true
        }
        (Context::Form | Context::Filter, _) => form::types(app, request),
        (Context::Search, _) => {
            if let Some(prompt) = app
                .scopes
                .as_mut()
                .and_then(|scopes| scopes.prompt.as_mut())
            {
                prompt.handle(request);
                scopes::typed(app);
            } else if let Some(prompt) = &mut app.search.prompt {
                prompt.input.handle(request);
                search::typed(app);
            }
            true
        }
        (Context::Palette, Some(modal)) => {
            modal.input.handle(request);
            modal.selected = 0;
            palette::fill(app);
            true
        }
        (Context::Dialog, Some(modal)) if modal.focus == Focus::Input => {
            modal.input.handle(request);
            true
        }
        _ => false,
    }
}

/// Passes pasted text to the input, if it was on the screen.
pub(crate) fn paste(app: &mut App, text: &str) {
    if app.asked().is_some_and(|modal| !modal.drawn) {
        return;
    }
    let context = app.context();
    let in_a_form = matches!(context, Context::Form | Context::Picker | Context::Filter);
    if in_a_form && app.chooser.is_none() {
        form::paste(app, text);
        return;
    }
    for c in text.chars().filter(|c| !c.is_control()) {
        types(app, context, Key::plain(KeyCode::Char(c)));
    }
}
