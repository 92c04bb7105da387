//! Moving: rows, panes, folds, and from change to change.

use crate::tui::action::Act;
use crate::tui::app::{App, Pane};
use crate::tui::form::Area;
use crate::tui::item_status::ItemStatus;
use crate::tui::node::Node;

/// Moves the cursor, or scrolls a modal.
pub(super) fn rows(app: &mut App, act: Act) {
    let size = app.size;
    let is_asked = app.asked().is_some();
    let form = app.form.as_mut().filter(|_| !is_asked);
    if let Some(picker) = form.and_then(|form| form.picker.as_mut()) {
        let height = Area::new(size, app.theme.accessible)
            .height
            .saturating_sub(1);
        picker.list.step(distance(act, height));
        return;
    }
    if let Some(modal) = app.modals.last_mut() {
        let height = modal.height(size);
        modal.scroll(distance(act, height));
        return;
    }
    let height = usize::from(app.panes().inside(app.focus).height);
    let by = distance(act, height);
    match (app.focus, &mut app.review) {
        (Pane::Detail, _) => {
            app.detail.step(by);
        }
        (Pane::Tree, Some(review)) => {
            review.step_tree(by);
        }
        (Pane::Items, Some(review)) => {
            review.step_items(by);
        }
        (_, None) => {}
    }
}

/// Returns how far an action moves in a window of a height.
pub(super) fn distance(act: Act, height: usize) -> isize {
    let rows = isize::try_from(height.max(2)).unwrap_or(isize::MAX);
    match act {
        Act::Down => 1,
        Act::Up => -1,
        Act::HalfDown => rows / 2,
        Act::HalfUp => -(rows / 2),
        Act::PageDown => rows - 1,
        Act::PageUp => 1 - rows,
        Act::Top => isize::MIN,
        Act::Bottom => isize::MAX,
        _ => 0,
    }
}

/// Moves between panes, folds and unfolds.
pub(super) fn panes(app: &mut App, act: Act) {
    match act {
        Act::NextPane => app.focus_on(app.focus.step(1)),
        Act::PreviousPane => app.focus_on(app.focus.step(2)),
        Act::TreePane => app.focus_on(Pane::Tree),
        Act::ItemsPane => app.focus_on(Pane::Items),
        Act::DetailPane => app.focus_on(Pane::Detail),
        Act::In => go_in(app),
        Act::Out => go_out(app),
        Act::Enter => enter(app),
        _ => {}
    }
}

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

/// Goes to the next or previous item that changes, or that is blocked.
pub(super) fn jump(app: &mut App, act: Act) {
    let wanted = |status: ItemStatus| match act {
        Act::NextBlocked => status.is_blocked(),
        _ => !status.is_blocked() && status != ItemStatus::Unchanged,
    };
    let here = app.node();
    let Some(review) = &app.review else { return };
    let total = review.plan().entries().len();
    let (first, after_it) = here.map_or((0, 0), |node| review.place(node));
    let fits = |index: &usize| review.admits(*index) && wanted(review.status(*index));
    let (found, wrapped) = if act == Act::PreviousChange {
        let before = (0..first).rev().find(fits);
        (
            before.or_else(|| (first..total).rev().find(fits)),
            before.is_none(),
        )
    } else {
        let after = (after_it..total).find(fits);
        (after.or_else(|| (0..after_it).find(fits)), after.is_none())
    };
    match found {
        Some(index) => {
            reveal(app, Node::Item(index));
            if wrapped {
                let end = if act == Act::PreviousChange {
                    "bottom"
                } else {
                    "top"
                };
                app.say(format!("search wrapped to the {end}"));
            }
        }
        None => app.refuse("no matching item is listed"),
    }
}

/// Puts the cursor of the leading pane on a node.
pub(super) fn reveal(app: &mut App, node: Node) {
    let Some(review) = &mut app.review else {
        return;
    };
    match app.lead {
        Pane::Tree => review.show_in_tree(node),
        Pane::Items | Pane::Detail => review.show_in_items(node),
    }
}
