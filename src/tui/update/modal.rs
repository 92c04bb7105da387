//! Modals: opening the ones to read, typing, pressing, closing.

use crossterm::event::KeyCode;

use super::{access, choose, form, history, import, job, save, scopes, search};
use crate::tui::action::{Act, Action, CATALOGUE, Context};
use crate::tui::app::App;
use crate::tui::detail;
use crate::tui::effect::Effect;
use crate::tui::form::Form;
use crate::tui::item_status::ItemStatus;
use crate::tui::keys::Key;
use crate::tui::modal::{Dialog, Focus, Modal};
use crate::tui::msg::Exit;
use crate::tui::node::Node;
use crate::tui::review::{Filter, Review};
use crate::tui::theme::Role;
use crate::tui::widget::{Line, count};

/// Passes a key to the input, if there is one; returns whether it was used.
pub(super) fn types(app: &mut App, context: Context, key: Key) -> bool {
    let Some(request) = key.request() else {
        return false;
    };
    match (context, app.modals.last_mut()) {
        (Context::Form | Context::Filter, _) => form::types(app, request),
        (Context::Search, _) => {
            if let Some(prompt) = app
                .scopes
                .as_mut()
                .and_then(|scopes| scopes.prompt.as_mut())
            {
                prompt.handle(request);
                scopes::typed(app);
            } else if let Some(prompt) = &mut app.search.prompt {
                prompt.input.handle(request);
                search::typed(app);
            }
            true
        }
        (Context::Palette, Some(modal)) => {
            modal.input.handle(request);
            modal.selected = 0;
            fill_palette(app);
            true
        }
        (Context::Dialog, Some(modal)) if modal.focus == Focus::Input => {
            modal.input.handle(request);
            true
        }
        _ => false,
    }
}

/// Passes pasted text to the input, if it was on the screen.
pub(super) fn paste(app: &mut App, text: &str) {
    if app.asked().is_some_and(|modal| !modal.drawn) {
        return;
    }
    let context = app.context();
    if matches!(context, Context::Form | Context::Picker | Context::Filter) {
        form::paste(app, text);
        return;
    }
    for c in text.chars().filter(|c| !c.is_control()) {
        types(app, context, Key::plain(KeyCode::Char(c)));
    }
}

/// Opens a modal to read: help, an explanation, the palette.
pub(super) fn read(app: &mut App, act: Act, context: Context) {
    match act {
        Act::Help
            if app
                .asked()
                .is_some_and(|modal| modal.dialog == Dialog::Help) =>
        {
            app.modals.pop();
        }
        Act::Help => {
            let body = help(app, context);
            app.modals.push(Modal::new(Dialog::Help, "Keys", body));
        }
        Act::Palette => {
            let mut modal = Modal::new(Dialog::Palette, "Actions", Vec::new());
            modal.focus = Focus::Input;
            // Keys typed ahead are safe here: nothing is confirmed.
            modal.drawn = true;
            app.modals.push(modal);
            fill_palette(app);
        }
        _ => {
            let (Some(review), Some(index)) = (&app.review, app.node().and_then(Node::item)) else {
                return;
            };
            let body = detail::explain(review, index, app.theme.glyphs);
            app.modals.push(Modal::new(Dialog::Explain, "Why", body));
        }
    }
    if let Some(modal) = app.modals.last_mut() {
        // Closing it confirms nothing, so keys typed ahead are safe.
        modal.drawn = true;
    }
}

fn help(app: &App, context: Context) -> Vec<Line> {
    let here = CATALOGUE
        .iter()
        .filter(|action| action.contexts.contains(&context));
    let mut lines: Vec<Line> = here.map(|action| help_line(app, action)).collect();
    if matches!(context, Context::Form | Context::Picker) || app.scopes.is_some() {
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

/// Returns the actions of a screen that the palette lists, best matches first.
pub(crate) fn palette(query: &str, screen: Context) -> Vec<&'static Action> {
    let query = query.trim().to_lowercase().replace(' ', "-");
    let hidden = |act| {
        matches!(
            act,
            Act::Palette | Act::NextFocus | Act::PreviousFocus | Act::Press
        )
    };
    let here = CATALOGUE
        .iter()
        .filter(|action| action.contexts.contains(&screen) && !hidden(action.act));
    let mut found: Vec<(usize, &Action)> = here
        .filter_map(|action| Some((rank(action.name, &query)?, action)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, action)| action).collect()
}

/// 0 for a prefix, 1 for a substring, 2 for letters in the same order.
fn rank(name: &str, query: &str) -> Option<usize> {
    if name.starts_with(query) {
        return Some(0);
    }
    if name.contains(query) {
        return Some(1);
    }
    let mut letters = name.chars();
    query
        .chars()
        .all(|c| letters.any(|letter| letter == c))
        .then_some(2)
}

fn fill_palette(app: &mut App) {
    let Some(modal) = app.modals.last() else {
        return;
    };
    let found = palette(modal.input.value(), app.screen());
    let lines = found
        .into_iter()
        .map(|action| palette_line(app, action))
        .collect();
    if let Some(modal) = app.modals.last_mut() {
        modal.set_body(lines);
    }
}

fn palette_line(app: &App, action: &Action) -> Line {
    let mut line = Line::of(
        Role::Key,
        app.keymap.keys(action).first().map_or("", String::as_str),
    );
    line.pad_to(7);
    let (role, text) = match action.check(app) {
        Ok(()) => (Role::Text, action.sentence.to_owned()),
        Err(why) => (Role::Dim, format!("unavailable: {why}")),
    };
    line.push(Role::Title, action.name);
    line.pad_to(25);
    // One row each: the palette counts rows.
    line.push(role, "");
    let space = usize::from(app.size.0)
        .saturating_sub(4)
        .min(76)
        .saturating_sub(25);
    line.and(
        role,
        &crate::tui::widget::cut(
            &crate::engine::display::safe(&text),
            space,
            app.theme.glyphs.ellipsis,
        ),
    )
}

/// Moves the focus of a modal.
pub(super) fn move_focus(app: &mut App, act: Act) {
    if let Some(modal) = app.modals.last_mut().filter(|modal| !modal.waiting) {
        let focuses = modal.focuses().len();
        modal.move_focus(if act == Act::NextFocus {
            1
        } else {
            focuses - 1
        });
    }
}

/// Enter.
pub(super) fn press(app: &mut App, context: Context) -> Vec<Effect> {
    match context {
        Context::Search => {
            if app.scopes.is_some() {
                scopes::keep(app);
            } else {
                search::keep(app);
            }
            Vec::new()
        }
        Context::Palette => pick(app),
        Context::Filter => {
            form::keep_filter(app);
            Vec::new()
        }
        _ => answer(app),
    }
}

/// Runs the action of the palette's row, as its key would.
fn pick(app: &mut App) -> Vec<Effect> {
    let Some(modal) = app.modals.pop() else {
        return Vec::new();
    };
    let Some(action) = palette(modal.input.value(), app.screen())
        .get(modal.selected)
        .copied()
    else {
        app.refuse("no matching action");
        return Vec::new();
    };
    match action.check(app) {
        Ok(()) => super::perform(app, action.act, app.screen()),
        Err(why) => {
            app.refuse(why);
            Vec::new()
        }
    }
}

fn answer(app: &mut App) -> Vec<Effect> {
    let Some(modal) = app.modals.last() else {
        return Vec::new();
    };
    let dialog = modal.dialog.clone();
    if modal.focus == Focus::Cancel {
        return back(app, Context::Dialog);
    }
    if let Some(why) = &modal.barred {
        app.refuse(why.clone());
        return Vec::new();
    }
    if !name_is_typed(app) {
        return Vec::new();
    }
    match dialog {
        Dialog::Import(_) => return import::go(app),
        Dialog::Undo(job, _) => return history::undo(app, job),
        Dialog::SaveForm(_) => return form::go(app),
        Dialog::Edit(edit, _) => {
            app.modals.pop();
            return scopes::run(app, *edit);
        }
        _ if dialog.is_path() => return save::go(app),
        _ => {}
    }
    app.modals.pop();
    match dialog {
        Dialog::Cover(below) => choose::cover(app, below),
        Dialog::Missing => choose::confirm_missing(app),
        Dialog::Quit => return vec![Effect::Quit(Exit::Done)],
        Dialog::LoseForm => app.form = None,
        Dialog::Stale => return job::again(app),
        _ => {}
    }
    Vec::new()
}

/// Returns whether the database's name was typed, if required; moves the focus
/// to its input if not.
fn name_is_typed(app: &mut App) -> bool {
    let Some(modal) = app.modals.last_mut() else {
        return false;
    };
    let typed = modal.input.value();
    let Some(name) = modal.name().filter(|name| typed != **name).cloned() else {
        return true;
    };
    modal.focus = Focus::Input;
    let (_, word) = modal.buttons().unwrap_or_default();
    let word = word.unwrap_or_default().to_lowercase();
    app.refuse(format!("type the database name to {word}: {name}"));
    false
}

/// Returns whether the operator is being asked whether to leave.
pub(super) fn is_leaving(app: &App) -> bool {
    app.modals
        .last()
        .is_some_and(|modal| modal.dialog == Dialog::Quit)
}

/// Esc: leaves an overlay, a search, a filter, a zoom; never quits.
pub(super) fn escape(app: &mut App) -> Vec<Effect> {
    if app.scopes.is_some() {
        return scopes::escape(app);
    }
    let Some(review) = &mut app.review else {
        stay(app);
        return Vec::new();
    };
    if !app.search.query.is_empty() {
        app.search.query.clear();
        app.say("search cleared");
    } else if review.filter != Filter::All {
        review.set_filter(Filter::All);
        app.say("filter cleared");
    } else if app.zoom {
        app.zoom = false;
    } else {
        stay(app);
    }
    Vec::new()
}

/// Shows how to quit.
pub(super) fn stay(app: &mut App) {
    app.say(format!("{} quits", app.key(Act::Back)));
}

/// Goes back by one layer; quits from the last.
pub(super) fn back(app: &mut App, context: Context) -> Vec<Effect> {
    if context == Context::Search {
        if app.scopes.is_some() {
            scopes::give_up(app);
        } else {
            search::give_up(app);
        }
        return Vec::new();
    }
    if context == Context::Filter {
        form::back(app, context);
        return Vec::new();
    }
    if let Some(closed) = app.modals.pop() {
        return closed_of(app, &closed);
    }
    if app.scopes.is_some() {
        return scopes::back(app);
    }
    if app.zoom {
        app.zoom = false;
        return Vec::new();
    }
    if app.review.as_ref().is_some_and(Review::has_choices) {
        ask_to_leave(app);
        return Vec::new();
    }
    vec![Effect::Quit(Exit::Done)]
}

/// What follows from closing a modal.
fn closed_of(app: &mut App, closed: &Modal) -> Vec<Effect> {
    match closed.dialog {
        // The write made the plan stale: compare again.
        Dialog::Undone if app.scopes.is_some() => return scopes::again(app),
        Dialog::Result | Dialog::Undone => return job::again(app),
        Dialog::History => history::close(app),
        Dialog::Access => access::close(app),
        _ if closed.waiting => {
            app.say("the file is still being written; the path will be shown");
        }
        _ => {}
    }
    Vec::new()
}

/// Asks whether to quit although choices would be lost.
pub(super) fn ask_to_leave(app: &mut App) {
    if app.form.as_ref().is_some_and(Form::is_dirty) {
        let body = vec![Line::of(
            Role::Text,
            "The form is not saved: your input would be lost.",
        )];
        app.modals
            .push(Modal::new(Dialog::Quit, "Quit without saving?", body));
        return;
    }
    let Some(review) = &app.review else { return };
    let decided = review.counts().of(ItemStatus::Cover) + review.counts().of(ItemStatus::LeftOut);
    let items = count(decided, "item", "items");
    let body = vec![
        Line::of(Role::Text, "Your choices would be lost."),
        Line::of(Role::Dim, &format!("You changed {items}.")),
    ];
    app.modals
        .push(Modal::new(Dialog::Quit, "Quit without importing?", body));
}
