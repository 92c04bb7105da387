//! Choosing what to write.

use super::missing::ask_missing;
use super::selection::{choosable, choose};
use crate::tui::condition::{unavailable, with_review};
use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::Review;
use crate::tui::screen::review::cover_all::ask_cover;
use crate::tui::screen::review::node::Node;
use crate::tui::{Act, Action, App, Availability, Context, Run, count};

/// The maximum number of names in a notice.
const MAX_NAMES: usize = 3;

pub(crate) const CHOOSE: Action = Action {
    act: Act::Choose,
    name: "choose",
    sentence: "Choose the item, or leave it out; on a kind, all items below",
    contexts: &[Context::Review],
    keys: &["space"],
    footer: Some("choose"),
    condition: |app| with_review(app, |review| can_choose(app, review)),
    run: Run::Update(|app| one(app, false)),
};

pub(crate) const COVER: Action = Action {
    act: Act::Cover,
    name: "cover",
    sentence: "Cover the item: overwrite it in the target, or keep it",
    contexts: &[Context::Review],
    keys: &["c"],
    footer: Some("cover"),
    condition: |app| with_review(app, |review| can_cover(app, review)),
    run: Run::Update(|app| one(app, true)),
};

fn can_choose(app: &App, review: &Review) -> Availability {
    match app.node() {
        Some(Node::Item(index)) => writable(review, index),
        Some(Node::Branch(index, _) | Node::Element(index, _, _)) => {
            let id = review.entry(index).map(|entry| &entry.item.id);
            Err(id.map_or_else(String::new, |id| {
                format!("part of {} {}: select the {}", id.kind, id.key, id.kind)
            }))
        }
        Some(Node::Warnings | Node::Warning(_)) => unavailable("a warning cannot be chosen"),
        Some(Node::TargetItem(..)) => {
            unavailable("only in the target: an import never deletes or changes it")
        }
        Some(Node::Kind(_) | Node::Missing(_) | Node::MissingObject(_)) | None => Ok(()),
    }
}

fn writable(review: &Review, index: usize) -> Availability {
    let Some(entry) = review.entry(index) else {
        return Ok(());
    };
    let key = &entry.item.id.key;
    match entry.verdict.reasons.first() {
        Some(reason) if entry.verdict.status.is_blocked() => Err(format!(
            "{}: {}",
            review.status(index).word(),
            reason.message
        )),
        _ if entry.is_unchanged() => Err(format!("{key} is unchanged: nothing to write")),
        _ => Ok(()),
    }
}

fn can_cover(app: &App, review: &Review) -> Availability {
    can_choose(app, review)?;
    let absent = |index: usize| {
        review
            .entry(index)
            .is_some_and(|entry| entry.base.is_none())
    };
    match app.node() {
        Some(Node::Item(index)) if absent(index) => {
            unavailable("not in the target: nothing to cover")
        }
        Some(Node::Missing(_) | Node::MissingObject(_)) => unavailable("nothing to cover here"),
        _ => Ok(()),
    }
}

/// Chooses or covers the selected item, or all items below a kind; asks before
/// more than one is overwritten.
fn one(app: &mut App, cover_only: bool) {
    let node = app.node();
    let Some(review) = &mut app.review else {
        return;
    };
    let said = match node {
        Some(Node::Item(index)) => item(review, index),
        Some(node @ Node::Kind(_)) => match branch(review, node, cover_only) {
            Some(said) => said,
            None => return ask_cover(app, Some(node)),
        },
        Some(Node::Missing(_) | Node::MissingObject(_)) => {
            ask_missing(app);
            return;
        }
        _ => return,
    };
    app.say(said);
}

fn item(review: &mut Review, index: usize) -> String {
    let plan = review.subject.plan.clone();
    let id = plan
        .entry(index)
        .map(|entry| entry.item.id.to_string())
        .unwrap_or_default();
    let blocked_before = review.counts().blocked();
    let stuck = review.status(index).is_blocked();
    if review.choices.is_chosen(index) && !stuck {
        review.choices.set(&plan, index, false);
        review.choices_changed();
        let more = review.counts().blocked().saturating_sub(blocked_before);
        let left = format!("{id}: left out");
        return if more == 0 {
            left
        } else {
            format!(
                "{left}; {} now blocked",
                count(
                    more,
                    "item that requires it is",
                    "items that require it are"
                )
            )
        };
    }
    let along = review.choices.choose_with_prerequisites(&plan, index);
    if along.is_empty() && stuck {
        // It was already chosen, and what blocks it cannot be chosen.
        review.choices.set(&plan, index, false);
        review.choices_changed();
        return format!("{id}: left out");
    }
    review.choices_changed();
    let word = match review.status(index) {
        ItemStatus::Add => "will be added",
        ItemStatus::Cover => "will be overwritten",
        ItemStatus::Differs => "chosen; it changes only if the items it refers to are written, too",
        mark => mark.word(),
    };
    let names: Vec<String> = along
        .iter()
        .take(MAX_NAMES)
        .filter_map(|index| plan.entry(*index))
        .map(|entry| entry.item.id.to_string())
        .collect();
    match along.len() {
        0 => format!("{id}: {word}"),
        n if n <= MAX_NAMES => format!("{id}: {word}, with {} that it requires", names.join(", ")),
        n => format!(
            "{id}: {word}, with {n} items that it requires ({}, …)",
            names.join(", ")
        ),
    }
}

/// Chooses every item below a node that can be chosen, except those the operator
/// left out. If all others are chosen already it leaves them out; if all are
/// left out it chooses them. Does nothing if the operator has to be asked first.
fn branch(review: &mut Review, node: Node, cover_only: bool) -> Option<String> {
    let plan = review.subject.plan.clone();
    let open = choosable(review, node, cover_only);
    if open.is_empty() {
        return Some("no item below can be chosen".to_owned());
    }
    let undecided: Vec<usize> = open
        .iter()
        .copied()
        .filter(|index| !review.choices.is_chosen(*index) && !review.choices.is_left_out(*index))
        .collect();
    let chosen: Vec<usize> = open
        .iter()
        .copied()
        .filter(|index| review.choices.is_chosen(*index))
        .collect();
    if undecided.is_empty() && !chosen.is_empty() {
        for index in &chosen {
            review.choices.set(&plan, *index, false);
        }
        review.choices_changed();
        return Some(format!("{} left out", count(chosen.len(), "item", "items")));
    }
    let meant = if undecided.is_empty() {
        open
    } else {
        undecided
    };
    let (covers, adds): (Vec<usize>, Vec<usize>) = meant.into_iter().partition(|index| {
        review
            .entry(*index)
            .is_some_and(|entry| entry.base.is_some())
    });
    let said = choose(review, &adds);
    if covers.is_empty() { Some(said) } else { None }
}
