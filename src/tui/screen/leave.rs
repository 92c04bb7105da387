//! What would be lost by leaving a review.

use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::Review;
use crate::tui::{Line, Role, count};

/// Describes the choices that would be lost.
pub(crate) fn choices(review: &Review) -> Vec<Line> {
    let decided = review.counts().of(ItemStatus::Cover) + review.counts().of(ItemStatus::LeftOut);
    let items = count(decided, "item", "items");
    vec![
        Line::of(Role::Text, "Your choices would be lost."),
        Line::of(Role::Dim, &format!("You changed {items}.")),
    ]
}
