//! Choosing what to write, and listing by it.

use crate::engine::Missing;
use crate::engine::display::safe;
use crate::tui::action::Act;
use crate::tui::app::App;
use crate::tui::detail::ignored;
use crate::tui::label::called;
use crate::tui::mark::Mark;
use crate::tui::modal::{Modal, Question};
use crate::tui::node::Node;
use crate::tui::review::Review;
use crate::tui::skin::Role;
use crate::tui::widget::{Line, count, width};

/// The most names that a notice holds.
const MOST_NAMES: usize = 3;

/// The widest a column of missing objects gets: a kind, and an ObjectID.
const WIDEST_NAME: usize = 34;

/// Chooses or covers the item at hand, or all items below a kind.
pub(super) fn one(app: &mut App, act: Act) {
    let node = app.node();
    let Some(review) = &mut app.review else { return };
    let said = match node {
        Some(Node::Item(at)) => item(review, at),
        Some(Node::Kind(_)) => node.map(|node| branch(review, node, act == Act::Cover)).unwrap_or_default(),
        Some(Node::Missing(_) | Node::MissingObject(_)) => {
            ask_missing(app);
            return;
        }
        _ => return,
    };
    app.say(said);
}

fn item(review: &mut Review, at: usize) -> String {
    let plan = review.subject.plan.clone();
    let id = plan.entry(at).map(|entry| entry.item.id.to_string()).unwrap_or_default();
    let blocked_before = review.counts().blocked();
    let stuck = review.mark(at).is_blocked();
    if review.choices.is_chosen(at) && !stuck {
        review.choices.set(&plan, at, false);
        review.choices_changed();
        let more = review.counts().blocked().saturating_sub(blocked_before);
        let left = format!("{id}: left out");
        return if more == 0 {
            left
        } else {
            format!("{left}; {} it is blocked now", count(more, "item that needs", "items that need"))
        };
    }
    let along = review.choices.choose_with_prerequisites(&plan, at);
    if along.is_empty() && stuck {
        // It was chosen already and what is in its way cannot be chosen.
        review.choices.set(&plan, at, false);
        review.choices_changed();
        return format!("{id}: left out");
    }
    review.choices_changed();
    let word = match review.mark(at) {
        Mark::Add => "will be added",
        Mark::Cover => "will be overwritten",
        Mark::Differs => "chosen; it changes only if what it refers to is written too",
        mark => mark.word(),
    };
    let names: Vec<String> = along
        .iter()
        .take(MOST_NAMES)
        .filter_map(|at| plan.entry(*at))
        .map(|entry| entry.item.id.to_string())
        .collect();
    match along.len() {
        0 => format!("{id}: {word}"),
        n if n <= MOST_NAMES => format!("{id}: {word}, with {} that it needs", names.join(", ")),
        n => format!("{id}: {word}, with {n} items that it needs ({}, …)", names.join(", ")),
    }
}

/// Chooses every item below a node that can be; leaves them all out where all
/// are chosen already.
fn branch(review: &mut Review, node: Node, cover_only: bool) -> String {
    let plan = review.subject.plan.clone();
    let candidates: Vec<usize> = review
        .below(node)
        .into_iter()
        .filter(|at| {
            plan.entry(*at).is_some_and(|entry| {
                let repeat = entry.base.is_some();
                !entry.verdict.status.is_blocked() && entry.changed && (repeat || !cover_only)
            })
        })
        .collect();
    if candidates.is_empty() {
        return "nothing below can be chosen".to_owned();
    }
    let choose = candidates.iter().any(|at| !review.choices.is_chosen(*at));
    let mut along = 0;
    for at in &candidates {
        if choose {
            along += review.choices.choose_with_prerequisites(&plan, *at).len();
        } else {
            review.choices.set(&plan, *at, false);
        }
    }
    review.choices_changed();
    let items = count(candidates.len(), "item", "items");
    let covers = candidates.iter().filter(|at| review.mark(**at) == Mark::Cover).count();
    let outside = if along > 0 { format!(", {along} more that they need") } else { String::new() };
    match (choose, covers) {
        (false, _) => format!("{items} left out"),
        (true, 0) => format!("{items} chosen{outside}"),
        (true, _) => format!("{items} chosen, {covers} to be overwritten{outside}"),
    }
}

/// Opens *Confirm cover all*.
pub(super) fn ask_cover_all(app: &mut App) {
    let Some(review) = &app.review else { return };
    let mut body = vec![
        Line::of(
            Role::Text,
            &format!(
                "{} in the target will be overwritten with the file's values:",
                count(review.counts().of(Mark::Differs), "item", "items")
            ),
        ),
        Line::new(),
    ];
    for (kind, info) in review.plan().kinds().iter().enumerate() {
        let open = review.kind_counts(kind).of(Mark::Differs);
        if open > 0 {
            body.push(Line::of(Role::Text, &format!("{open:>7}  {}", info.title)));
        }
    }
    body.push(Line::new());
    body.push(Line::of(Role::Dim, "Unchanged items stay as they are. Nothing is written yet."));
    app.modals.push(Modal::new(Question::CoverAll, "Confirm cover all", body));
}

/// Covers all that differs.
pub(super) fn cover_all(app: &mut App) {
    let Some(review) = &mut app.review else { return };
    let plan = review.subject.plan.clone();
    let covered = review.choices.cover_all(&plan);
    review.choices_changed();
    app.say(format!("{} to be overwritten", count(covered, "more item", "more items")));
}

/// Opens the list of missing objects.
pub(super) fn ask_missing(app: &mut App) {
    let Some(review) = &app.review else { return };
    let count = review.plan().missing_count();
    if review.unconfirmed().is_none() {
        app.say(ignored(count));
        return;
    }
    let mut body = vec![Line::of(Role::Text, &format!("The target lacks {count}:")), Line::new()];
    // Among others an API has to say that it is one.
    let word = if count.others > 0 { "API " } else { "" };
    let name = |missing: &Missing| {
        if missing.is_api() { format!("{word}{}", missing.label()) } else { missing.label() }
    };
    let missing = review.plan().missing();
    // One column for all, as far as it leaves room for the other.
    let widest =
        missing.iter().map(|missing| width(&safe(&name(missing)))).max().unwrap_or(0).min(WIDEST_NAME);
    for missing in missing {
        let users: Vec<String> = missing.used_by.iter().map(|id| called(review.plan(), id)).collect();
        let mut line = Line::of(Role::Text, &format!("  {}", name(missing)));
        if line.width() > widest + 2 {
            // What is too long for the column has a line of its own.
            body.push(std::mem::take(&mut line));
        }
        line.pad_to(widest + 2);
        body.push(line.and(Role::Text, "  ").and(Role::Dim, &format!("used by {}", users.join(", "))));
    }
    body.push(Line::new());
    body.push(Line::of(Role::Title, &ignored(count)));
    app.modals.push(Modal::new(Question::Missing, super::import::title(count), body));
}

/// Confirms that missing objects are ignored.
pub(super) fn confirm_missing(app: &mut App) {
    let Some(review) = &mut app.review else { return };
    review.choices.missing_confirmed = true;
    review.choices_changed();
    let said = format!("confirmed: {}", ignored(review.plan().missing_count()));
    super::import::refresh(app);
    app.say(said);
}

/// Lists by the next filter.
pub(super) fn filter(app: &mut App) {
    let Some(review) = &mut app.review else { return };
    review.set_filter(review.filter.next());
    let word = review.filter.word();
    app.say(format!("listed: {word}"));
}
