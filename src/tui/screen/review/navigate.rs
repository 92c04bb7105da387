//! Moving between panes and folds, and from change to change.

use crate::tui::condition::{require, with_review};
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::node::Node;
use crate::tui::{Act, Action, App, Context, Pane, Run};

pub(crate) const NEXT_CHANGE: Action = Action {
    act: Act::NextChange,
    name: "next-change",
    sentence: "Next item with differences",
    contexts: &[Context::Review],
    keys: &["]"],
    footer: Some("next change"),
    condition: |_| Ok(()),
    run: Run::Update(|app| jump(app, true, is_change)),
};

pub(crate) const PREVIOUS_CHANGE: Action = Action {
    act: Act::PreviousChange,
    name: "previous-change",
    sentence: "Previous item with differences",
    contexts: &[Context::Review],
    keys: &["["],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| jump(app, false, is_change)),
};

pub(crate) const NEXT_BLOCKED: Action = Action {
    act: Act::NextBlocked,
    name: "next-blocked",
    sentence: "Next blocked item",
    contexts: &[Context::Review],
    keys: &["!"],
    footer: Some("blocked"),
    condition: |app| {
        with_review(app, |review| {
            require(review.counts().blocked() > 0, "no item is blocked")
        })
    },
    run: Run::Update(|app| jump(app, true, ItemStatus::is_blocked)),
};

pub(crate) const IN: Action = Action {
    act: Act::In,
    name: "in",
    sentence: "Expand, or move one level down",
    contexts: &[Context::Review],
    keys: &["l", "right"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(go_in),
};

pub(crate) const OUT: Action = Action {
    act: Act::Out,
    name: "out",
    sentence: "Collapse, or move one level up",
    contexts: &[Context::Review],
    keys: &["h", "left"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(go_out),
};

pub(crate) const OPEN: Action = Action {
    act: Act::Enter,
    name: "open-selection",
    sentence: "Open the selection in the next pane",
    contexts: &[Context::Review],
    keys: &["enter"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(enter),
};

pub(crate) const NEXT_PANE: Action = Action {
    act: Act::NextPane,
    name: "next-pane",
    sentence: "Move to the next pane",
    contexts: &[Context::Review],
    keys: &["tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| app.focus_on(app.focus.step(1))),
};

pub(crate) const PREVIOUS_PANE: Action = Action {
    act: Act::PreviousPane,
    name: "previous-pane",
    sentence: "Move to the previous pane",
    contexts: &[Context::Review],
    keys: &["S-Tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| app.focus_on(app.focus.step(2))),
};

pub(crate) const TREE_PANE: Action = Action {
    act: Act::TreePane,
    name: "tree",
    sentence: "Move to the tree",
    contexts: &[Context::Review],
    keys: &["1"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| app.focus_on(Pane::Tree)),
};

pub(crate) const ITEMS_PANE: Action = Action {
    act: Act::ItemsPane,
    name: "items",
    sentence: "Move to the list of items",
    contexts: &[Context::Review],
    keys: &["2"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| app.focus_on(Pane::Items)),
};

pub(crate) const DETAIL_PANE: Action = Action {
    act: Act::DetailPane,
    name: "detail",
    sentence: "Move to the detail",
    contexts: &[Context::Review],
    keys: &["3"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| app.focus_on(Pane::Detail)),
};

/// Tree: unfolds, then goes to the first child. List: shows what is below.
fn go_in(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    match app.focus {
        Pane::Tree => {
            let node = review.tree_node();
            if !node.has_children(review.plan()) {
                app.focus_on(Pane::Items);
            } else if review.is_open(node) {
                let depth = review.tree.current().map_or(0, |row| row.depth);
                let next = review.tree.rows().get(review.tree.at() + 1);
                if next.is_some_and(|row| row.depth > depth) {
                    review.step_tree(1);
                }
            } else {
                review.set_open(node, true);
            }
        }
        Pane::Items => enter(app),
        Pane::Detail => {}
    }
}

/// Tree: folds, or goes to the node above. List: shows what it belongs to.
fn go_out(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    match app.focus {
        Pane::Tree => {
            let node = review.tree_node();
            if review.is_open(node) {
                review.set_open(node, false);
            } else if let Some(parent) = node.parent(review.plan()) {
                review.show_in_tree(parent);
            }
        }
        Pane::Items => {
            let listed = review.listed;
            if listed.parent(review.plan()).is_some() {
                review.show_in_items(listed);
            } else {
                app.focus_on(Pane::Tree);
            }
        }
        Pane::Detail => app.focus_on(app.lead),
    }
}

/// Opens the node, or goes to the next pane.
fn enter(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    match app.focus {
        Pane::Tree => app.focus_on(Pane::Items),
        Pane::Items => match review.items_node() {
            Some(node @ Node::Item(_)) if node.has_children(review.plan()) => {
                review.show_in_tree(node);
            }
            _ => app.focus_on(Pane::Detail),
        },
        Pane::Detail => {}
    }
}

fn is_change(mark: ItemStatus) -> bool {
    !mark.is_blocked() && mark != ItemStatus::Unchanged
}

/// Goes to the next or previous item of a status.
fn jump(app: &mut App, forward: bool, wanted: fn(ItemStatus) -> bool) {
    let here = app.node();
    let Some(review) = &app.review else { return };
    let total = review.plan().entries().len();
    let (first, after_it) = here.map_or((0, 0), |node| review.place(node));
    let fits = |index: &usize| review.admits(*index) && wanted(review.status(*index));
    let (found, wrapped) = if forward {
        let after = (after_it..total).find(fits);
        (after.or_else(|| (0..after_it).find(fits)), after.is_none())
    } else {
        let before = (0..first).rev().find(fits);
        (
            before.or_else(|| (first..total).rev().find(fits)),
            before.is_none(),
        )
    };
    match found {
        Some(index) => {
            reveal(app, Node::Item(index));
            if wrapped {
                let end = if forward { "top" } else { "bottom" };
                app.say(format!("search wrapped to the {end}"));
            }
        }
        None => app.refuse("no matching item is listed"),
    }
}

/// Puts the cursor of the leading pane on a node.
pub(crate) fn reveal(app: &mut App, node: Node) {
    let Some(review) = &mut app.review else {
        return;
    };
    match app.lead {
        Pane::Tree => review.show_in_tree(node),
        Pane::Items | Pane::Detail => review.show_in_items(node),
    }
}
