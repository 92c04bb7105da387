//! Searching: typed, kept or given up, and from match to match.

use tui_input::Input;

use super::navigate::reveal;
use crate::tui::condition::require;
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::query::{Prompt, hits};
use crate::tui::{Act, Action, App, Availability, Context, Pane, Run};

pub(crate) const SEARCH: Action = Action {
    act: Act::Search,
    name: "search",
    sentence: "Search items by key and name",
    contexts: &[Context::Review],
    keys: &["/"],
    footer: Some("search"),
    condition: |_| Ok(()),
    run: Run::Update(begin),
};

pub(crate) const NEXT_HIT: Action = Action {
    act: Act::NextHit,
    name: "next-match",
    sentence: "Next match",
    contexts: &[Context::Review],
    keys: &["n"],
    footer: None,
    condition: is_searched,
    run: Run::Update(|app| step(app, true)),
};

pub(crate) const PREVIOUS_HIT: Action = Action {
    act: Act::PreviousHit,
    name: "previous-match",
    sentence: "Previous match",
    contexts: &[Context::Review],
    keys: &["N"],
    footer: None,
    condition: is_searched,
    run: Run::Update(|app| step(app, false)),
};

fn is_searched(app: &App) -> Availability {
    let why = format!("no active search: {} starts one", app.key(Act::Search));
    require(!app.search.query.is_empty(), &why)
}

fn begin(app: &mut App) {
    let Some(review) = &app.review else { return };
    app.search.prompt = Some(Prompt {
        input: Input::default(),
        before: app.search.query.clone(),
        tree: review.tree_node(),
        items: review.items_node(),
        lead: app.lead,
    });
    if app.focus == Pane::Detail {
        app.focus_on(app.lead);
    }
}

/// Handles typing: goes to the first match from where the search started.
pub(crate) fn typed(app: &mut App) {
    let (Some(prompt), Some(review)) = (&app.search.prompt, &app.review) else {
        return;
    };
    let query = prompt.input.value().to_lowercase();
    let origin = origin(prompt);
    let found = hits(review, &query);
    app.search.query = query;
    let from = review.sequence(origin);
    match found
        .iter()
        .find(|node| review.sequence(**node) >= from)
        .or_else(|| found.first())
    {
        Some(node) => reveal(app, *node),
        None => return_to_origin(app),
    }
}

const fn origin(prompt: &Prompt) -> Node {
    match (prompt.lead, prompt.items) {
        (Pane::Items | Pane::Detail, Some(node)) => node,
        _ => prompt.tree,
    }
}

fn return_to_origin(app: &mut App) {
    let (Some(prompt), Some(review)) = (&app.search.prompt, &mut app.review) else {
        return;
    };
    review.show_in_tree(prompt.tree);
    if let (Some(items), Pane::Items | Pane::Detail) = (prompt.items, prompt.lead) {
        review.show_in_items(items);
    }
}

/// Enter: keeps the match.
pub(crate) fn keep(app: &mut App) {
    app.search.prompt = None;
    let Some(review) = &app.review else { return };
    if app.search.query.is_empty() {
        return;
    }
    let found = hits(review, &app.search.query).len();
    if found == 0 {
        let query = std::mem::take(&mut app.search.query);
        app.refuse(format!("no match for '{query}'"));
    } else {
        show_position(app);
    }
}

/// Esc: goes back to where the search started.
pub(crate) fn give_up(app: &mut App) {
    return_to_origin(app);
    if let Some(prompt) = app.search.prompt.take() {
        app.search.query = prompt.before;
    }
}

fn step(app: &mut App, forward: bool) {
    let (Some(review), Some(here)) = (&app.review, app.node()) else {
        return;
    };
    let found = hits(review, &app.search.query);
    let from = review.sequence(here);
    let next = if forward {
        found
            .iter()
            .find(|node| review.sequence(**node) > from)
            .or_else(|| found.first())
    } else {
        found
            .iter()
            .rev()
            .find(|node| review.sequence(**node) < from)
            .or_else(|| found.last())
    };
    match next {
        Some(node) => {
            reveal(app, *node);
            show_position(app);
        }
        None => {
            let query = app.search.query.clone();
            app.refuse(format!("no listed match for '{query}'"));
        }
    }
}

fn show_position(app: &mut App) {
    let (Some(review), Some(here)) = (&app.review, app.node()) else {
        return;
    };
    let found = hits(review, &app.search.query);
    if let Some(index) = found.iter().position(|node| *node == here) {
        app.say(format!(
            "match {} of {} for '{}'",
            index + 1,
            found.len(),
            app.search.query
        ));
    }
}
