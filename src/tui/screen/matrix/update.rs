//! Comparing with all targets, moving from cell to cell, and reviewing a target.

use super::model::{MatrixScreen, Wanted};
use crate::job::{Compared, Failure};
use crate::tui::condition::{idle, require};
use crate::tui::screen::job::{self, JobKind};
use crate::tui::screen::review::Review;
use crate::tui::screen::review::navigate::reveal;
use crate::tui::screen::review::node::Node;
use crate::tui::subject::Reviewed;
use crate::tui::{Act, Action, App, Availability, Context, Effect, EffectId, Pane, Run};

pub(crate) const MATRIX: Action = Action {
    act: Act::Matrix,
    name: "matrix",
    sentence: "Show the items by all targets",
    contexts: &[Context::Review],
    keys: &["M"],
    footer: Some("matrix"),
    condition: can_show,
    run: Run::Effects(show),
};

pub(crate) const REVIEW_TARGET: Action = Action {
    act: Act::ReviewTarget,
    name: "review-target",
    sentence: "Review the target of the cell",
    contexts: &[Context::Matrix],
    keys: &["enter"],
    footer: Some("review"),
    condition: can_review,
    run: Run::Effects(review),
};

pub(crate) const NEXT_TARGET: Action = Action {
    act: Act::NextTarget,
    name: "next-target",
    sentence: "Move to the next target",
    contexts: &[Context::Matrix],
    keys: &["l", "right", "tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| step(app, 1)),
};

pub(crate) const PREVIOUS_TARGET: Action = Action {
    act: Act::PreviousTarget,
    name: "previous-target",
    sentence: "Move to the previous target",
    contexts: &[Context::Matrix],
    keys: &["h", "left", "S-Tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| step(app, -1)),
};

pub(crate) const DIFFERENCES: Action = Action {
    act: Act::Differences,
    name: "differences",
    sentence: "List all items, or only those that differ in some target",
    contexts: &[Context::Matrix],
    keys: &["f"],
    footer: Some("filter"),
    condition: |_| Ok(()),
    run: Run::Update(filter),
};

fn can_show(app: &App) -> Availability {
    let why = "there is one target: --target names several";
    require(app.matrix.is_some(), why)?;
    idle(app)
}

fn can_review(app: &App) -> Availability {
    let matrix = app.matrix.as_ref();
    let has_targets = matrix.is_some_and(|matrix| !matrix.targets().is_empty());
    require(has_targets, "nothing has been compared yet")?;
    idle(app)
}

fn step(app: &mut App, by: isize) {
    if let Some(matrix) = &mut app.matrix {
        matrix.step_column(by);
    }
}

fn filter(app: &mut App) {
    let Some(matrix) = &mut app.matrix else {
        return;
    };
    matrix.only_differing = !matrix.only_differing;
    matrix.list();
    let said = match matrix.only_differing {
        true => "filter: items that differ in some target",
        false => "no filter",
    };
    app.say(said);
}

/// Shows the matrix; compares again if something was written since.
pub(crate) fn show(app: &mut App) -> Vec<Effect> {
    let written = app.written.len();
    let Some(matrix) = &mut app.matrix else {
        return Vec::new();
    };
    matrix.is_shown = true;
    app.zoom = false;
    match matrix.written == written {
        true => Vec::new(),
        false => job::compare(app),
    }
}

/// Reviews the target under the cursor.
fn review(app: &mut App) -> Vec<Effect> {
    let Some(matrix) = &mut app.matrix else {
        return Vec::new();
    };
    let target = matrix.column;
    let wanted = Wanted {
        target,
        row: matrix.current(),
    };
    let failed = matrix.targets().get(target);
    let failed = failed
        .and_then(|target| target.outcome.as_ref().err())
        .cloned();
    if let Some(failure) = failed {
        job::fail(app, &failure);
        return Vec::new();
    }
    matrix.wanted = Some(wanted);
    if matrix.reviewed == Some(target) && app.review.is_some() {
        open(app);
        return Vec::new();
    }
    let id = job::begin(app, JobKind::Compare);
    vec![Effect::ReviewTarget(id, target)]
}

/// Shows the review of the wanted target, at the wanted item.
fn open(app: &mut App) {
    let Some(matrix) = &mut app.matrix else {
        return;
    };
    let Some(Wanted { target, row }) = matrix.wanted.take() else {
        return;
    };
    matrix.reviewed = Some(target);
    matrix.is_shown = false;
    let item = row
        .and_then(|row| matrix.row(row))
        .map(|row| row.id.clone());
    let place = app.review.as_ref().zip(item);
    let place = place.and_then(|(review, id)| review.plan().position(&id));
    if let Some(place) = place {
        app.focus_on(Pane::Items);
        reveal(app, Node::Item(place));
    }
}

/// Handles the comparison with all targets.
pub(crate) fn compared(app: &mut App, id: EffectId, outcome: Result<Compared, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let written = app.written.len();
    let Some(matrix) = &mut app.matrix else {
        return;
    };
    match outcome {
        Ok(compared) => {
            app.file.clone_from(&compared.file.path);
            matrix.take(compared, written);
        }
        Err(failure) if matrix.compared.is_some() => job::fail(app, &failure),
        Err(failure) => app.failure = Some(failure),
    }
}

/// Handles the plan of a target that was picked: what was chosen for it before is kept.
pub(crate) fn reviewed(app: &mut App, id: EffectId, outcome: Result<Reviewed, Failure>) {
    if !job::end(app, id) {
        return;
    }
    let subject = match outcome {
        Ok(subject) => subject,
        Err(failure) => return job::fail(app, &failure),
    };
    let Some(matrix) = &mut app.matrix else {
        return;
    };
    let Some(wanted) = matrix.wanted else {
        return;
    };
    keep(matrix, app.review.take());
    let next = match matrix.kept.remove(&wanted.target) {
        Some(before) => before.again(subject),
        None => Review::new(subject),
    };
    app.review = Some(next);
    app.forget_detail();
    app.search = Default::default();
    open(app);
}

/// Keeps the review of a target that is left, if it has choices.
fn keep(matrix: &mut MatrixScreen, review: Option<Review>) {
    let Some((target, review)) = matrix.reviewed.zip(review) else {
        return;
    };
    if review.has_choices() {
        matrix.kept.insert(target, review);
    }
}

/// Returns why nothing is listed.
pub(crate) fn nothing(matrix: &MatrixScreen) -> &'static str {
    let all_failed = matrix
        .targets()
        .iter()
        .all(|target| target.outcome.is_err());
    match (all_failed, matrix.only_differing) {
        (true, _) => "No target was compared.",
        (false, true) => "No differences in any target.",
        (false, false) => "The file has no items: nothing to import.",
    }
}
