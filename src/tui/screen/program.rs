//! The program itself: its theme, the drawing, the shell.

use crate::tui::condition::require;
use crate::tui::{Act, Action, App, Availability, Context, Effect, Run};

pub(crate) const THEME: Action = Action {
    act: Act::Theme,
    name: "theme",
    sentence: "Switch to the next theme",
    contexts: Context::SCREENS,
    keys: &["T"],
    footer: None,
    condition: |app| {
        let why = "no colours here (NO_COLOR, --color never, or the terminal)";
        require(app.theme.has_colours(), why)
    },
    run: Run::Update(next_theme),
};

pub(crate) const REDRAW: Action = Action {
    act: Act::Redraw,
    name: "redraw",
    sentence: "Redraw",
    contexts: Context::ALL,
    keys: &["ctrl-l"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(|_| vec![Effect::Redraw]),
};

pub(crate) const SUSPEND: Action = Action {
    act: Act::Suspend,
    name: "suspend",
    sentence: "Suspend to the shell; fg continues",
    contexts: &[
        Context::Loading,
        Context::Review,
        Context::Dialog,
        Context::Reader,
        Context::History,
        Context::Job,
        Context::Applying,
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
    keys: &["ctrl-z"],
    footer: None,
    condition: can_suspend,
    run: Run::Effects(|_| vec![Effect::Suspend]),
};

fn next_theme(app: &mut App) {
    app.theme.next();
    let name = app.theme.name().to_owned();
    app.say(format!("theme {name}"));
}

fn can_suspend(app: &App) -> Availability {
    match app.job.as_ref().filter(|_| app.is_applying()) {
        Some(job) => Err(format!("not while {}", job.work.doing())),
        None => Ok(()),
    }
}
