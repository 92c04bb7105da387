//! Moving the cursor, or scrolling, in whatever has the keys.

use crate::scopes::screen::Half;
use crate::scopes::screen::form::Area;
use crate::tui::screen::matrix::layout::MatrixLayout;
use crate::tui::screen::open::layout as open;
use crate::tui::{Act, Action, App, Context, Pane, Run};

const LISTS: &[Context] = &[
    Context::Review,
    Context::Dialog,
    Context::Reader,
    Context::History,
    Context::Job,
    Context::Picker,
    Context::Scopes,
    Context::ScopeFilter,
    Context::Holders,
    Context::Findings,
    Context::Access,
    Context::Open,
    Context::Matrix,
];

pub(crate) const DOWN: Action = Action {
    act: Act::Down,
    name: "down",
    sentence: "Move down",
    contexts: LISTS,
    keys: &["j", "down"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::Down)),
};

pub(crate) const UP: Action = Action {
    act: Act::Up,
    name: "up",
    sentence: "Move up",
    contexts: LISTS,
    keys: &["k", "up"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::Up)),
};

pub(crate) const TOP: Action = Action {
    act: Act::Top,
    name: "top",
    sentence: "Move to the first row",
    contexts: LISTS,
    keys: &["g g", "home"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::Top)),
};

pub(crate) const BOTTOM: Action = Action {
    act: Act::Bottom,
    name: "bottom",
    sentence: "Move to the last row",
    contexts: LISTS,
    keys: &["G", "end"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::Bottom)),
};

pub(crate) const HALF_DOWN: Action = Action {
    act: Act::HalfDown,
    name: "half-page-down",
    sentence: "Move down half a page",
    contexts: LISTS,
    keys: &["ctrl-d"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::HalfDown)),
};

pub(crate) const HALF_UP: Action = Action {
    act: Act::HalfUp,
    name: "half-page-up",
    sentence: "Move up half a page",
    contexts: LISTS,
    keys: &["ctrl-u"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::HalfUp)),
};

pub(crate) const PAGE_DOWN: Action = Action {
    act: Act::PageDown,
    name: "page-down",
    sentence: "Move down a page",
    contexts: LISTS,
    keys: &["pgdn"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::PageDown)),
};

pub(crate) const PAGE_UP: Action = Action {
    act: Act::PageUp,
    name: "page-up",
    sentence: "Move up a page",
    contexts: LISTS,
    keys: &["pgup"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::PageUp)),
};

pub(crate) const NEXT_ROW: Action = Action {
    act: Act::Down,
    name: "next-row",
    sentence: "Move down in the list below",
    contexts: &[Context::Palette, Context::Filter],
    keys: &["down", "tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::Down)),
};

pub(crate) const PREVIOUS_ROW: Action = Action {
    act: Act::Up,
    name: "previous-row",
    sentence: "Move up in the list below",
    contexts: &[Context::Palette, Context::Filter],
    keys: &["up", "S-Tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Update(|app| rows(app, Motion::Up)),
};

/// How far to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Motion {
    Down,
    Up,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
}

impl Motion {
    /// Returns how far it moves in a window of a height.
    fn distance(self, height: usize) -> isize {
        let rows = isize::try_from(height.max(2)).unwrap_or(isize::MAX);
        match self {
            Self::Down => 1,
            Self::Up => -1,
            Self::HalfDown => rows / 2,
            Self::HalfUp => -(rows / 2),
            Self::PageDown => rows - 1,
            Self::PageUp => 1 - rows,
            Self::Top => isize::MIN,
            Self::Bottom => isize::MAX,
        }
    }
}

fn rows(app: &mut App, motion: Motion) {
    let size = app.size;
    let is_asked = app.asked().is_some();
    if app.context() == Context::Scopes {
        return scopes(app, motion);
    }
    if let Some(chooser) = app.chooser.as_mut().filter(|_| !is_asked) {
        let height = open::height(size, app.theme.accessible);
        chooser.list.step(motion.distance(height));
        return;
    }
    if app.context() == Context::Matrix {
        return matrix(app, motion);
    }
    let form = app.form.as_mut().filter(|_| !is_asked);
    if let Some(picker) = form.and_then(|form| form.picker.as_mut()) {
        let height = Area::new(size, app.theme.accessible)
            .height
            .saturating_sub(1);
        picker.list.step(motion.distance(height));
        return;
    }
    if let Some(modal) = app.modals.last_mut() {
        let height = modal.height(size);
        modal.scroll(motion.distance(height));
        return;
    }
    let height = usize::from(app.panes().inside(app.focus).height);
    let by = motion.distance(height);
    match (app.focus, &mut app.review) {
        (Pane::Detail, _) => {
            app.detail.step(by);
        }
        (Pane::Tree, Some(review)) => {
            review.step_tree(by);
        }
        (Pane::Items, Some(review)) => {
            review.step_items(by);
        }
        (_, None) => {}
    }
}

/// In the items by targets.
fn matrix(app: &mut App, motion: Motion) {
    let Some(matrix) = &mut app.matrix else {
        return;
    };
    let targets = matrix.targets().len();
    let layout = MatrixLayout::new(app.size, targets, app.theme.accessible);
    matrix.lines.step(motion.distance(layout.height));
}

/// On the screen of scopes.
fn scopes(app: &mut App, motion: Motion) {
    let halves = app.halves();
    let Some(scopes) = &mut app.scopes else {
        return;
    };
    let detail = usize::from(halves.inside(Half::Detail).height);
    match scopes.half {
        Half::List => scopes.list.step(motion.distance(halves.rows())),
        Half::Detail => scopes.detail.step(motion.distance(detail)),
    };
}
