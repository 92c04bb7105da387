//! The last two lines: the summary or a notice, and the keys that work now.

use ratatui::layout::{Position, Rect};

use crate::engine::OnlyInTarget;
use crate::scopes::screen::Half;
use crate::scopes::screen::form::Form;
use crate::scopes::screen::form::view as form;
use crate::scopes::screen::view::summary as scopes;
use crate::tui::item_status::ItemStatus;
use crate::tui::keys::show;
use crate::tui::screen::dialog::Focus;
use crate::tui::screen::job::JobKind;
use crate::tui::screen::job::progress::spinner;
use crate::tui::screen::matrix::view as matrix;
use crate::tui::screen::open::view as open;
use crate::tui::screen::review::Review;
use crate::tui::screen::review::view::names::counts;
use crate::tui::widget::{Canvas, Line, input_line, wrap};
use crate::tui::{Act, Action, App, Context, Pane, Role};

pub(crate) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    keys(app, canvas, area);
    let typed = match (&app.chooser, &app.scopes) {
        (Some(chooser), _) => chooser.is_filtering.then_some(&chooser.filter),
        (None, Some(scopes)) => scopes.prompt.as_ref(),
        (None, None) => app.search.prompt.as_ref().map(|prompt| &prompt.input),
    };
    if let Some(input) = typed {
        return Some(input_line(canvas, area, 0, "/", input));
    }
    let text = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    let line = match (&app.notice, &app.review) {
        (Some(notice), _) => {
            let role = if notice.refused {
                Role::Warning
            } else {
                Role::Title
            };
            let whole = Line::of(role, &notice.text);
            if whole.width() > usize::from(text.width) {
                // A failure matters more than the keys, until the next key.
                canvas.clear(Rect {
                    y: area.y + 1,
                    height: 1,
                    ..area
                });
                two_rows(canvas, text, role, &whole.plain());
                return None;
            }
            whole
        }
        (None, _) if app.form.is_some() => form::summary(app),
        (None, _) if app.chooser.is_some() => chosen(app),
        (None, _) if app.scopes.is_some() => scopes::summary(app),
        (None, _) if app.shows_matrix() => {
            let matrix = app.matrix.as_ref();
            matrix.map_or_else(Line::new, |it| matrix::summary(app, it))
        }
        (None, Some(review)) => {
            let whole = summary(app, review);
            let longer = with_target_items(app, review, whole.clone());
            if longer.width() < usize::from(area.width) {
                longer
            } else if whole.width() < usize::from(area.width) {
                whole
            } else {
                short_summary(app, review)
            }
        }
        (None, None) => Line::new(),
    };
    canvas.line(text, 0, &line);
    None
}

fn chosen(app: &App) -> Line {
    let chooser = app.chooser.as_ref();
    chooser.map_or_else(Line::new, |chooser| open::summary(app, chooser))
}

/// Breaks a text into two rows; the rest of it shows as an ellipsis.
fn two_rows(canvas: &mut Canvas<'_>, area: Rect, role: Role, text: &str) {
    let rows = wrap(text, usize::from(area.width));
    let Some((first, rest)) = rows.split_first() else {
        return;
    };
    canvas.line(area, 0, &Line::of(role, first));
    canvas.line(area, 1, &Line::of(role, &rest.join(" ")));
}

/// The counts; zeros are left out.
fn summary(app: &App, review: &Review) -> Line {
    let counts = review.counts();
    let dot = app.theme.glyphs.dot;
    let mut line = Line::new();
    match app.job.as_ref().map(|job| job.work) {
        Some(JobKind::Compare) => {
            line.push(
                Role::Title,
                &format!("{}comparing again {dot} ", spinner(app)),
            );
        }
        Some(
            work @ (JobKind::Save
            | JobKind::History
            | JobKind::OnlyInTarget
            | JobKind::Scopes
            | JobKind::Check
            | JobKind::Open),
        ) => {
            line.push(
                Role::Title,
                &format!("{}{} {dot} ", spinner(app), work.doing()),
            );
        }
        Some(
            JobKind::Apply
            | JobKind::Rehearse
            | JobKind::Undo(_)
            | JobKind::Edit
            | JobKind::CompareAll,
        )
        | None => {}
    }
    let missing = review.plan().missing_count();
    let missing_role = if review.choices.missing_confirmed {
        Role::Dim
    } else {
        Role::Blocked
    };
    let parts = [
        (counts.of(ItemStatus::Add), "add", Role::Add),
        (counts.of(ItemStatus::Cover), "cover", Role::Cover),
        (counts.of(ItemStatus::Differs), "undecided", Role::Repeat),
        (
            counts.of(ItemStatus::Unchanged),
            "unchanged",
            Role::Unchanged,
        ),
        (counts.blocked(), "blocked", Role::Blocked),
        (counts.of(ItemStatus::LeftOut), "left out", Role::LeftOut),
        (missing.apis, "lack API", missing_role),
        (missing.others, "missing", missing_role),
        (review.plan().ignored(), "ignored", Role::Kept),
    ];
    let mut first = true;
    for (n, word, role) in parts.into_iter().filter(|(n, _, _)| *n > 0) {
        line.push(
            Role::Dim,
            &if first {
                String::new()
            } else {
                format!(" {dot} ")
            },
        );
        line.push(role, &format!("{n} {word}"));
        first = false;
    }
    line
}

/// Adds how many items only the target has.
fn with_target_items(app: &App, review: &Review, mut line: Line) -> Line {
    let counts = review.plan().only_in_target();
    match counts.map_or(0, OnlyInTarget::total) {
        0 => line,
        n => {
            let dot = if line.width() > 0 {
                format!(" {} ", app.theme.glyphs.dot)
            } else {
                String::new()
            };
            line.push(Role::Dim, &format!("{dot}{n} target only"));
            line
        }
    }
}

/// The counts with signs, for narrow screens.
fn short_summary(app: &App, review: &Review) -> Line {
    let glyphs = app.theme.glyphs;
    let mut line = counts(review.counts(), glyphs, usize::MAX - 1);
    let missing = review.plan().missing().len();
    if missing > 0 {
        let role = if review.choices.missing_confirmed {
            Role::Dim
        } else {
            Role::Blocked
        };
        line.push(role, &format!(" {missing}{}", glyphs.warning));
    }
    line
}

/// As many keys as fit, of those that work now.
fn keys(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let space = usize::from(area.width).saturating_sub(2);
    let mut line = Line::of(Role::Text, " ");
    if !app.pending.is_empty() {
        line.push(Role::Key, &format!("{}-  ", show(&app.pending)));
    }
    for (key, word) in hints(app) {
        let longer = line
            .clone()
            .and(Role::Key, &key)
            .and(Role::Dim, &format!(" {word}"));
        if longer.width() > space {
            continue;
        }
        line = longer.and(Role::Text, "  ");
    }
    canvas.line(area, 1, &line);
}

/// Returns a key that works here: in an input, letters are text.
fn key(app: &App, context: Context, act: Act) -> Option<String> {
    let is_typing = app
        .modals
        .last()
        .is_some_and(|modal| modal.focus == Focus::Input);
    let in_a_form = context == Context::Form && app.form.as_ref().is_some_and(Form::is_typing);
    if (context == Context::Dialog && is_typing) || in_a_form {
        app.keymap.key_untyped(context, act)
    } else {
        app.keymap.key(context, act)
    }
}

/// Returns the label of an action here: missing objects are not always APIs.
fn word(app: &App, action: &Action) -> Option<&'static str> {
    let count = || {
        app.review
            .as_ref()
            .map(|review| review.plan().missing_count())
    };
    match action.act {
        Act::ConfirmMissing if count().is_some_and(|missing| missing.others > 0) => Some("missing"),
        _ => action.footer,
    }
}

fn hints(app: &App) -> Vec<(String, &'static str)> {
    let context = app.context();
    let here = app.keymap.actions(context);
    let mut actions: Vec<&Action> = here.filter(|action| action.check(app).is_ok()).collect();
    if matches!(
        context,
        Context::Scopes
            | Context::Matrix
            | Context::Holders
            | Context::Findings
            | Context::ScopeFilter
            | Context::Access
            | Context::Open
    ) {
        // Actions of this context come before general ones.
        actions.sort_by_key(|action| (action.act != Act::Help, action.contexts.len() > 1));
    }
    let mut hints: Vec<(String, &'static str)> = actions
        .into_iter()
        .filter_map(|action| Some((key(app, context, action.act)?, word(app, action)?)))
        .collect();
    if context == Context::Review && app.panes().single {
        hints.insert(1, (app.key(Act::NextPane), "next pane"));
    }
    match context {
        Context::Review if app.focus == Pane::Items => hints.insert(1, (app.key(Act::Out), "tree")),
        Context::Review if app.focus == Pane::Tree => hints.insert(1, (app.key(Act::In), "unfold")),
        Context::Review if app.focus == Pane::Detail => {
            hints.insert(1, (app.key(Act::Copy), "copy"));
        }
        Context::Scopes
            if app
                .scopes
                .as_ref()
                .is_some_and(|scopes| scopes.half == Half::Detail) =>
        {
            hints.insert(1, (app.key(Act::Out), "list"));
        }
        Context::Applying => hints.push((app.key(Act::Interrupt), "cancel")),
        Context::Reader => {
            hints.push((
                format!("{} {}", app.key(Act::Down), app.key(Act::Up)),
                "scroll",
            ));
        }
        _ => {}
    }
    hints
}
