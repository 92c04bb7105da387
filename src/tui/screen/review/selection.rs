//! Choosing several items at once.

use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::Review;
use crate::tui::screen::review::node::Node;
use crate::tui::widget::count;

/// Returns the items below a node, or all, that can be chosen.
pub(super) fn choosable(review: &Review, node: Node, cover_only: bool) -> Vec<usize> {
    let fits = |index: &usize| {
        let entry = review.entry(*index);
        entry.is_some_and(|entry| entry.is_open() && (entry.base.is_some() || !cover_only))
    };
    review.below(node).into_iter().filter(fits).collect()
}

/// Chooses items with what they require, and shows how many.
pub(super) fn choose(review: &mut Review, items: &[usize]) -> String {
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
