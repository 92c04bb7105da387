//! Searching: typed, kept or given up, and from match to match.

use tui_input::Input;

use super::navigate::reveal;
use crate::tui::condition::require;
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::query::{Found, Looking, Prompt};
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

/// How many places are looked at before keys are again: well below a frame.
const SLICE: usize = 8_192;

fn begin(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    // Matches from where the search starts come first.
    review.found = Found::default();
    app.search.looking = None;
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
    let Some(prompt) = &app.search.prompt else {
        return;
    };
    app.search.query = prompt.input.value().to_lowercase();
    if app.search.query.is_empty() {
        app.search.looking = None;
        return_to_origin(app);
    } else {
        app.search.looking = Some(Looking::ForFirst);
        search_on(app);
    }
}

/// Searches the next part of the plan.
pub(crate) fn search_on(app: &mut App) {
    let here = app.node();
    let (Some(looking), Some(review)) = (app.search.looking, &mut app.review) else {
        app.search.looking = None;
        return;
    };
    let start = app.search.prompt.as_ref().map(origin).or(here);
    let [start, _] = start.map_or([0; 2], |node| review.bounds(node));
    let is_done = review.look(&app.search.query, start, SLICE);
    let first = review.matches(start).next();
    app.search.looking = match first {
        _ if is_done => None,
        Some(_) => Some(Looking::ForRest),
        None => Some(looking),
    };
    match (looking, first) {
        (Looking::ForFirst, Some(node)) => reveal(app, node),
        (Looking::ForFirst, None) if is_done => return_to_origin(app),
        _ => {}
    }
}

/// Searches to the end: for a key that goes by all matches. The next letter of a
/// query does not wait for that.
fn search_all(app: &mut App) {
    app.search.looking.get_or_insert(Looking::ForRest);
    while app.search.looking.is_some() {
        search_on(app);
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
    if !app.search.query.is_empty() {
        search_all(app);
    }
    app.search.prompt = None;
    let Some(review) = &app.review else { return };
    if app.search.query.is_empty() {
        return;
    }
    if review.matches(0).next().is_some() {
        show_position(app);
    } else {
        let query = std::mem::take(&mut app.search.query);
        app.refuse(format!("no match for '{query}'"));
    }
}

/// Esc: goes back to where the search started.
pub(crate) fn give_up(app: &mut App) {
    app.search.looking = None;
    return_to_origin(app);
    if let Some(prompt) = app.search.prompt.take() {
        app.search.query = prompt.before;
    }
}

fn step(app: &mut App, forward: bool) {
    search_all(app);
    let (Some(review), Some(here)) = (&app.review, app.node()) else {
        return;
    };
    let [start, end] = review.bounds(here);
    let next = if forward {
        review.matches(end).next()
    } else {
        review.matches(start).next_back()
    };
    match next {
        Some(node) => {
            reveal(app, node);
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
    let (mut total, mut rank) = (0_usize, None);
    for node in review.matches(0) {
        total += 1;
        if node == here {
            rank = Some(total);
        }
    }
    if let Some(rank) = rank {
        let query = &app.search.query;
        app.say(format!("match {rank} of {total} for '{query}'"));
    }
}
