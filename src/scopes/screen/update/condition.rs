//! What conditions on the screen of scopes share.

use crate::scopes::Scope;
use crate::scopes::screen::Scopes;
use crate::tui::condition::{idle, unavailable};
use crate::tui::{App, Availability};

pub(super) fn with_scopes(app: &App, check: impl Fn(&Scopes) -> Availability) -> Availability {
    match app
        .scopes
        .as_ref()
        .filter(|scopes| scopes.catalogue().is_some())
    {
        Some(scopes) => check(scopes),
        None => idle(app).and_then(|()| unavailable("the scopes have not been read")),
    }
}

pub(super) fn with_scope(app: &App, check: impl Fn(&Scope) -> Availability) -> Availability {
    with_scopes(app, |scopes| match scopes.current() {
        Some(scope) => check(scope),
        None => unavailable("no scope is selected"),
    })
}
