//! The keys that work here.

use super::kind::Dialog;
use super::model::Modal;
use crate::tui::{Act, Action, App, Context, Line, Role, Run};

pub(crate) const HELP: Action = Action {
    act: Act::Help,
    name: "help",
    sentence: "Show the keys that work here",
    contexts: &[
        Context::Loading,
        Context::Review,
        Context::Reader,
        Context::History,
        Context::Job,
        Context::Form,
        Context::Picker,
        Context::Scopes,
        Context::ScopeFilter,
        Context::Holders,
        Context::Findings,
        Context::Access,
        Context::Open,
        Context::Matrix,
    ],
    keys: &["?"],
    footer: Some("help"),
    condition: |_| Ok(()),
    run: Run::Update(toggle_help),
};

/// Opens the help, or closes it.
fn toggle_help(app: &mut App) {
    let is_open = app
        .asked()
        .is_some_and(|modal| modal.dialog == Dialog::Help);
    if is_open {
        app.modals.pop();
        if let Some(modal) = app.modals.last_mut() {
            modal.drawn = true;
        }
        return;
    }
    let body = lines(app, app.context());
    app.modals
        .push(Modal::new(Dialog::Help, "Keys", body).confirming_nothing());
}

fn lines(app: &App, context: Context) -> Vec<Line> {
    let here = app.keymap.actions(context);
    let mut lines: Vec<Line> = here.map(|action| help_line(app, action)).collect();
    if matches!(context, Context::Form | Context::Picker | Context::Open) || app.scopes.is_some() {
        return lines;
    }
    lines.push(Line::new());
    let glyphs = app.theme.glyphs;
    lines.push(Line::of(
        Role::Dim,
        &format!(
            "{} Add   {} Cover   {} Repeat, unchanged   {} Repeat, undecided   {} blocked   {} left out   \
             {} kept   {} removed",
            glyphs.add,
            glyphs.cover,
            glyphs.same,
            glyphs.differs,
            glyphs.blocked,
            glyphs.left_out,
            glyphs.kept,
            glyphs.removed
        ),
    ));
    lines
}

fn help_line(app: &App, action: &Action) -> Line {
    let mut line = Line::of(Role::Key, &app.keymap.keys(action).join(" "));
    line.pad_to(11);
    match action.check(app) {
        Ok(()) => line.and(Role::Text, action.sentence),
        Err(why) => line.and(
            Role::Dim,
            &format!("{} (unavailable: {why})", action.sentence),
        ),
    }
}
