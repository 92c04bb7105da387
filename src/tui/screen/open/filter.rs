//! Filtering the open list by typing.

use tui_input::InputRequest;

use super::update;
use crate::tui::{Act, Action, App, Context, Effect, Run};

pub(crate) const FILTER: Action = Action {
    act: Act::FilterFiles,
    name: "filter-files",
    sentence: "Filter the list by typing",
    contexts: &[Context::Open],
    keys: &["/"],
    footer: Some("filter"),
    condition: |_| Ok(()),
    run: Run::Update(begin),
};

fn begin(app: &mut App) {
    if let Some(chooser) = &mut app.chooser {
        chooser.is_filtering = true;
    }
}

/// Handles a key of the input.
pub(crate) fn types(app: &mut App, request: InputRequest) {
    if let Some(chooser) = &mut app.chooser {
        chooser.filter.handle(request);
        chooser.list.go(0);
        chooser.narrow();
    }
}

/// Enter: opens the selected row, as in the list itself.
pub(crate) fn keep(app: &mut App) -> Vec<Effect> {
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    if chooser.list.current().is_none() {
        let words = chooser.filter.value().trim().to_owned();
        app.refuse(format!("no match for '{words}'"));
        return Vec::new();
    }
    chooser.is_filtering = false;
    update::choose(app)
}

/// Esc: lists everything again.
pub(crate) fn give_up(app: &mut App) {
    if let Some(chooser) = &mut app.chooser {
        chooser.clear_filter();
    }
}
