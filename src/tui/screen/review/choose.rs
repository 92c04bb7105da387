//! Choosing what to write.

use crate::engine::Missing;
use crate::engine::display::safe;
use crate::tui::action::{Act, Availability, Context, Run};
use crate::tui::app::{Action, App};
use crate::tui::condition::{require, unavailable, with_review};
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::screen::dialog::model::{Dialog, Modal};
use crate::tui::screen::import::confirm;
use crate::tui::screen::review::detail::ignored;
use crate::tui::screen::review::label::called;
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::{Review, Tally};
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count, width};

/// The maximum number of names in a notice.
const MAX_NAMES: usize = 3;

/// The maximum width of a column of missing objects: a kind, and an ObjectID.
const WIDEST_NAME: usize = 34;

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

pub(crate) const COVER_ALL: Action = Action {
    act: Act::CoverAll,
    name: "cover-all",
    sentence: "Cover every item that differs, after confirmation",
    contexts: &[Context::Review],
    keys: &["C"],
    footer: Some("cover all"),
    condition: |app| with_review(app, can_cover_all),
    run: Run::Update(|app| ask_cover(app, None)),
};

pub(crate) const CONFIRM_MISSING: Action = Action {
    act: Act::ConfirmMissing,
    name: "confirm-lack-api",
    sentence: "Show what is missing in the target, and confirm that it is ignored",
    contexts: &[Context::Review, Context::Dialog],
    keys: &["m"],
    footer: Some("lack API"),
    condition: |app| with_review(app, |review| can_confirm_missing(app, review)),
    run: Run::Update(ask_missing),
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
        Some(Node::Kind(_) | Node::Missing(_) | Node::MissingObject(_)) | None => Ok(()),
    }
}

fn writable(review: &Review, index: usize) -> Availability {
    let Some(entry) = review.entry(index) else {
        return Ok(());
    };
    let key = &entry.item.id.key;
    match entry.verdict.reasons.first() {
        Some(reason) if entry.verdict.status.is_blocked() => {
            Err(format!("{}: {}", review.mark(index).word(), reason.message))
        }
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

fn can_cover_all(review: &Review) -> Availability {
    let open = review.counts().of(ItemStatus::Differs);
    let left_out = review.counts().of(ItemStatus::LeftOut);
    let why = match left_out {
        0 => "every item that differs is already covered".to_owned(),
        n => format!(
            "no item is undecided; {} left out",
            count(n, "item is", "items are")
        ),
    };
    require(open > 0, &why)
}

fn can_confirm_missing(app: &App, review: &Review) -> Availability {
    let here = app.question();
    require(matches!(here, None | Some(Dialog::Import(_))), "not here")?;
    let missing = review.plan().missing_count();
    require(missing.total() > 0, "nothing is missing in the target")?;
    let confirmed = format!(
        "already confirmed: missing {} will be ignored",
        missing.noun()
    );
    require(!review.choices.missing_confirmed, &confirmed)
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
    let stuck = review.mark(index).is_blocked();
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
    let word = match review.mark(index) {
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
pub(crate) fn ask_cover(app: &mut App, below: Option<Node>) {
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
pub(crate) fn cover(app: &mut App, below: Option<Node>) {
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
pub(crate) fn ask_missing(app: &mut App) {
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
    app.modals
        .push(Modal::new(Dialog::Missing, confirm::title(count), body));
}

/// Confirms that missing objects are ignored.
pub(crate) fn confirm_missing(app: &mut App) {
    let Some(review) = &mut app.review else {
        return;
    };
    review.choices.missing_confirmed = true;
    review.choices_changed();
    let said = format!("confirmed: {}", ignored(review.plan().missing_count()));
    confirm::refresh(app);
    app.say(said);
}
