//! What would be lost by leaving a review.

use crate::tui::item_status::ItemStatus;
use crate::tui::screen::review::Review;
use crate::tui::{App, Line, Role, count};

/// Describes the choices that would be lost.
pub(crate) fn choices(app: &App) -> Vec<Line> {
    let kept = app.matrix.iter().flat_map(|matrix| matrix.kept.values());
    let decided = |review: &Review| {
        review.counts().of(ItemStatus::Cover) + review.counts().of(ItemStatus::LeftOut)
    };
    let decided = app.review.iter().chain(kept).map(decided).sum();
    let items = count(decided, "item", "items");
    vec![
        Line::of(Role::Text, "Your choices would be lost."),
        Line::of(Role::Dim, &format!("You changed {items}.")),
    ]
}
