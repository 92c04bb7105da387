//! What only the target has: listed below its kind on demand, and never chosen.

use crate::engine::TargetItem;
use crate::job::Failure;
use crate::tui::condition::{idle, unavailable, with_review};
use crate::tui::screen::job::{self, JobKind};
use crate::tui::{Act, Action, App, Context, Effect, EffectId, Run, count};

pub(crate) const ONLY_IN_TARGET: Action = Action {
    act: Act::OnlyInTarget,
    name: "only-in-target",
    sentence: "List the items that only the target has, or hide them; an import never deletes them",
    contexts: &[Context::Review],
    keys: &["t"],
    footer: Some("target only"),
    condition: |app| {
        with_review(app, |review| {
            let counted = review.plan().only_in_target();
            let is_none = counted.is_some_and(|counts| counts.total() == 0);
            match review.lists_target_items() {
                true => Ok(()),
                false if is_none => {
                    unavailable("the target has no items besides those of the file")
                }
                false => idle(app),
            }
        })
    },
    run: Run::Effects(toggle),
};

/// Hides them, or has them read.
fn toggle(app: &mut App) -> Vec<Effect> {
    match &mut app.review {
        Some(review) if review.lists_target_items() => {
            review.list_target_items(None);
            app.say("items that only the target has are hidden");
            Vec::new()
        }
        _ => vec![Effect::OnlyInTarget(job::begin(app, JobKind::OnlyInTarget))],
    }
}

/// Lists them.
pub(crate) fn listed(app: &mut App, id: EffectId, outcome: Result<Vec<TargetItem>, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let items = match outcome {
        Ok(items) => items,
        Err(failure) => return job::fail(app, &failure),
    };
    let Some(review) = &mut app.review else {
        return;
    };
    let found = items.len();
    review.list_target_items(Some(items));
    app.say(match found {
        0 => "the target has no items besides those of the file".to_owned(),
        n => format!(
            "{} only in the target, below {} kind: an import never deletes {}",
            count(n, "item", "items"),
            if n == 1 { "its" } else { "their" },
            if n == 1 { "it" } else { "them" },
        ),
    });
}
