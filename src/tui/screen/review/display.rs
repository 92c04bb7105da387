//! What the panes show: the filter, unchanged fields, side by side, zoom; and
//! the explanation of an item.

use crate::tui::condition::require;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::{Filter, detail};
use crate::tui::{Act, Action, App, Availability, Context, Pane, Run};

pub(crate) const FILTER: Action = Action {
    act: Act::Filter,
    name: "filter",
    sentence: "Switch the filter: all items, changes, blocked, chosen",
    contexts: &[Context::Review],
    keys: &["f"],
    footer: Some("filter"),
    condition: |_| Ok(()),
    run: Run::Update(next_filter),
};

pub(crate) const EXPLAIN: Action = Action {
    act: Act::Explain,
    name: "explain",
    sentence: "Explain the item's status: identity, position in the file, every reason",
    contexts: &[Context::Review],
    keys: &["e"],
    footer: Some("explain"),
    condition: |app| {
        let has_item = app.node().and_then(Node::item).is_some();
        require(has_item, "select an item to explain it")
    },
    run: Run::Update(explain),
};

pub(crate) const UNCHANGED: Action = Action {
    act: Act::Unchanged,
    name: "unchanged",
    sentence: "Show or hide unchanged fields",
    contexts: &[Context::Review],
    keys: &["u"],
    footer: Some("unchanged"),
    condition: |_| Ok(()),
    run: Run::Update(toggle_unchanged),
};

pub(crate) const SIDE_BY_SIDE: Action = Action {
    act: Act::SideBySide,
    name: "side-by-side",
    sentence: "Show values of target and file side by side",
    contexts: &[Context::Review],
    keys: &["s"],
    footer: None,
    condition: can_be_side_by_side,
    run: Run::Update(|app| app.options.side_by_side = !app.options.side_by_side),
};

pub(crate) const ZOOM: Action = Action {
    act: Act::Zoom,
    name: "zoom",
    sentence: "Zoom the pane to full screen, or back",
    contexts: &[Context::Review],
    keys: &["z"],
    footer: Some("zoom"),
    condition: |_| Ok(()),
    run: Run::Update(|app| app.zoom = !app.zoom),
};

/// Switches to the next filter.
fn next_filter(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    review.set_filter(review.filter.next());
    let said = match review.filter {
        Filter::All => "no filter".to_owned(),
        filter => format!("filter: {}", filter.word()),
    };
    app.say(said);
}

fn toggle_unchanged(app: &mut App) {
    app.options.unchanged = !app.options.unchanged;
    let word = if app.options.unchanged {
        "shown"
    } else {
        "hidden"
    };
    app.say(format!("unchanged fields are {word}"));
}

fn can_be_side_by_side(app: &App) -> Availability {
    let width = usize::from(app.panes().inside(Pane::Detail).width);
    let fits = app.options.side_by_side
        || app.focus == Pane::Detail && app.zoom
        || width >= detail::SIDE_BY_SIDE;
    let (pane, zoom) = (app.key(Act::DetailPane), app.key(Act::Zoom));
    require(
        fits,
        &format!("the detail pane is too narrow: {pane} goes there, {zoom} zooms it"),
    )
}

fn explain(app: &mut App) {
    let (Some(review), Some(index)) = (&app.review, app.node().and_then(Node::item)) else {
        return;
    };
    let body = detail::explain(review, index, app.theme.glyphs);
    app.modals
        .push(Modal::new(Dialog::Explain, "Why", body).confirming_nothing());
}
