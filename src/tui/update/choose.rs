//! Choosing what to write, and listing by it.

use crate::engine::Missing;
use crate::engine::display::safe;
use crate::tui::action::Act;
use crate::tui::app::App;
use crate::tui::detail::ignored;
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::label::called;
use crate::tui::modal::{Dialog, Modal};
use crate::tui::node::Node;
use crate::tui::review::{Filter, Review, Tally};
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count, width};

/// The maximum number of names in a notice.
const MAX_NAMES: usize = 3;

/// The maximum width of a column of missing objects: a kind, and an ObjectID.
const WIDEST_NAME: usize = 34;

/// Chooses or covers the selected item, or all items below a kind; asks before
/// more than one is overwritten.
pub(super) fn one(app: &mut App, act: Act) {
    let node = app.node();
    let Some(review) = &mut app.review else {
        return;
    };
    let said = match node {
        Some(Node::Item(index)) => item(review, index),
        Some(node @ Node::Kind(_)) => match branch(review, node, act == Act::Cover) {
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
                "{left}; {} it is blocked now",
                count(more, "item that requires", "items that require")
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
        status => status.word(),
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

/// Returns the items below a node, or all, that can be chosen.
fn choosable(review: &Review, node: Node, cover_only: bool) -> Vec<usize> {
    let fits = |index: &usize| {
        let entry = review.entry(*index);
        entry.is_some_and(|entry| entry.is_open() && (entry.base.is_some() || !cover_only))
    };
    review.below(node).into_iter().filter(fits).collect()
}

/// Chooses items with what they require, and shows how many.
fn choose(review: &mut Review, items: &[usize]) -> String {
    let plan = review.subject.plan.clone();
    let before = review.counts().of(ItemStatus::Cover);
    let along: usize = items
        .iter()
        .map(|index| {
            review
                .choices
                .choose_with_prerequisites(&plan, *index)
                .len()
        })
        .sum();
    review.choices_changed();
    let covers = review.counts().of(ItemStatus::Cover).saturating_sub(before);
    let outside = if along > 0 {
        format!(", {along} more that they require")
    } else {
        String::new()
    };
    let overwritten = if covers > 0 {
        format!(", {covers} to be overwritten")
    } else {
        String::new()
    };
    format!(
        "{} chosen{overwritten}{outside}",
        count(items.len(), "item", "items")
    )
}

/// Returns what *Cover* below a node, or of everything, chooses: undecided
/// repeats; below a node without any, those left out.
fn covers(review: &Review, below: Option<Node>) -> Vec<usize> {
    let open = match below {
        Some(node) => choosable(review, node, true),
        None => (0..review.plan().entries().len())
            .filter(|index| {
                review
                    .entry(*index)
                    .is_some_and(|entry| entry.base.is_some() && entry.is_open())
            })
            .collect(),
    };
    let unchosen: Vec<usize> = open
        .into_iter()
        .filter(|index| !review.choices.is_chosen(*index))
        .collect();
    let undecided = |index: &usize| !review.choices.is_left_out(*index);
    if below.is_none() || unchosen.iter().any(undecided) {
        return unchosen.into_iter().filter(undecided).collect();
    }
    unchosen
}

/// Returns the outcome of *Cover*.
fn covered(review: &Review, below: Option<Node>) -> Tally {
    let mut choices = review.choices.clone();
    for index in covers(review, below) {
        choices.choose_with_prerequisites(review.plan(), index);
    }
    review.tally(&choices)
}

/// Opens *Confirm cover*, of everything or of what is below a node.
pub(super) fn ask_cover(app: &mut App, below: Option<Node>) {
    let Some(review) = &app.review else { return };
    let after = covered(review, below);
    let more = |after: &Counts, before: &Counts| {
        after
            .of(ItemStatus::Cover)
            .saturating_sub(before.of(ItemStatus::Cover))
    };
    let total = count(more(after.counts(), review.counts()), "item", "items");
    let mut body = vec![
        Line::of(
            Role::Text,
            &format!("{total} in the target will be overwritten with the file's values:"),
        ),
        Line::new(),
    ];
    for (kind, info) in review.plan().kinds().iter().enumerate() {
        let covers = more(&after.kind_counts(kind), &review.kind_counts(kind));
        if covers > 0 {
            body.push(Line::of(
                Role::Text,
                &format!("{covers:>7}  {}", info.title),
            ));
        }
    }
    body.push(Line::new());
    let left_out = after.counts().of(ItemStatus::LeftOut);
    if left_out > 0 {
        let items = count(left_out, "item stays", "items stay");
        body.push(Line::of(
            Role::Dim,
            &format!("{items} left out, as you chose."),
        ));
    }
    body.push(Line::of(
        Role::Dim,
        "Unchanged items stay as they are. Nothing is written yet.",
    ));
    let title = match below {
        Some(Node::Kind(kind)) => format!("Confirm cover: {}", review.kind_title(kind)),
        _ => "Confirm cover all".to_owned(),
    };
    app.modals
        .push(Modal::new(Dialog::Cover(below), &title, body));
}

/// Covers what was confirmed.
pub(super) fn cover(app: &mut App, below: Option<Node>) {
    let Some(review) = &mut app.review else {
        return;
    };
    let before = review.counts().of(ItemStatus::Cover);
    let items = covers(review, below);
    choose(review, &items);
    let more = review.counts().of(ItemStatus::Cover).saturating_sub(before);
    app.say(format!(
        "{} to be overwritten",
        count(more, "more item", "more items")
    ));
}

/// Opens the list of missing objects.
pub(super) fn ask_missing(app: &mut App) {
    let Some(review) = &app.review else { return };
    let count = review.plan().missing_count();
    if review.unconfirmed().is_none() {
        app.say(ignored(count));
        return;
    }
    let mut body = vec![
        Line::of(Role::Text, &format!("The target lacks {count}:")),
        Line::new(),
    ];
    // In a mixed list, APIs are labelled.
    let word = if count.others > 0 { "API " } else { "" };
    let name = |missing: &Missing| {
        if missing.is_api() {
            format!("{word}{}", missing.label())
        } else {
            missing.label()
        }
    };
    let missing = review.plan().missing();
    // One column for all, if it leaves room for the other.
    let widest = missing
        .iter()
        .map(|missing| width(&safe(&name(missing))))
        .max()
        .unwrap_or(0)
        .min(WIDEST_NAME);
    for missing in missing {
        let users: Vec<String> = missing
            .used_by
            .iter()
            .map(|id| called(review.plan(), id))
            .collect();
        let mut line = Line::of(Role::Text, &format!("  {}", name(missing)));
        if line.width() > widest + 2 {
            // Names too long for the column have a line of their own.
            body.push(std::mem::take(&mut line));
        }
        line.pad_to(widest + 2);
        body.push(
            line.and(Role::Text, "  ")
                .and(Role::Dim, &format!("used by {}", users.join(", "))),
        );
    }
    body.push(Line::new());
    body.push(Line::of(Role::Title, &ignored(count)));
    app.modals.push(Modal::new(
        Dialog::Missing,
        super::import::title(count),
        body,
    ));
}

/// Confirms that missing objects are ignored.
pub(super) fn confirm_missing(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    review.choices.missing_confirmed = true;
    review.choices_changed();
    let said = format!("confirmed: {}", ignored(review.plan().missing_count()));
    super::import::refresh(app);
    app.say(said);
}

/// Switches to the next filter.
pub(super) fn filter(app: &mut App) {
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
