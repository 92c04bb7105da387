//! *Confirm cover*: overwriting everything, or all of a kind.

use super::selection::{choosable, choose};
use crate::tui::condition::{require, with_review};
use crate::tui::item_status::{Counts, ItemStatus};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::{Review, Tally};
use crate::tui::{Act, Action, App, Availability, Context, Line, Role, Run, count};

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
