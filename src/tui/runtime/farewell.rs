//! What is left of the screen after it is closed.

use crate::tui::app::App;
use crate::tui::exit::{Exit, Farewell};

/// Returns the line to print after the screen is closed.
pub(crate) fn farewell(app: &App, exit: Exit) -> Farewell {
    let unread = app
        .scopes
        .as_ref()
        .and_then(|scopes| scopes.failure.as_ref());
    let failure = app.failure.as_ref().or(unread);
    let exit = match (exit, &app.review, failure) {
        (Exit::Done, None, Some(failure)) => Exit::Failed(failure.kind),
        (exit, _, _) => exit,
    };
    let summary = match failure {
        _ if !app.written.is_empty() => app.written.join("; "),
        Some(failure) => failure.to_string(),
        None => "nothing was written".to_owned(),
    };
    let summary = crate::engine::display::safe(&summary).into_owned();
    Farewell { exit, summary }
}
