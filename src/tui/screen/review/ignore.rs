//! Ignoring a difference: the lines for the configuration file, and the rule until the end of the
//! session.

use super::copy::send;
use super::node::Node;
use crate::config::ignore_lines;
use crate::engine::diff::Show;
use crate::engine::display::safe;
use crate::engine::rule::{PathPattern, Scope};
use crate::engine::{Change, Entry};
use crate::tui::condition::{idle, require};
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job;
use crate::tui::{Act, Action, App, Availability, Context, Effect, Line, Pane, Role, Run};

/// Where a rule of the session stands.
const ORIGIN: &str = "this session";

pub(crate) const IGNORE: Action = Action {
    act: Act::Ignore,
    name: "ignore",
    sentence: "Ignore the detail's difference until the end of the session, or no longer",
    contexts: &[Context::Review],
    keys: &["i"],
    footer: Some("ignore"),
    condition: can_ignore,
    run: Run::Effects(ask),
};

pub(crate) const COPY_RULE: Action = Action {
    act: Act::Copy,
    name: "copy-rule",
    sentence: "Copy the lines for the configuration file",
    contexts: &[Context::Dialog],
    keys: &["y"],
    footer: Some("copy lines"),
    condition: |app| {
        let is_open = matches!(app.dialog(), Some(Dialog::Ignore(_)));
        require(is_open, "not here")
    },
    run: Run::Effects(copy),
};

fn can_ignore(app: &App) -> Availability {
    idle(app)?;
    let key = app.key(Act::DetailPane);
    let (_, change) =
        selected(app).ok_or_else(|| format!("select a difference in the detail: {key}"))?;
    let entry = app.node().and_then(Node::item);
    let entry = entry.and_then(|index| app.review.as_ref()?.entry(index));
    let Some(entry) = entry else {
        return Err("not here".to_owned());
    };
    require(
        entry.base.is_some(),
        "the target does not have the item: there is no value to keep",
    )?;
    let is_ignored = is_ignored(entry, &change);
    let is_own = rule_of(app, entry, &change).is_some();
    require(
        is_own || !is_ignored,
        "a rule of the profile ignores it: change the configuration file",
    )?;
    let differs = change.op.is_effective() || is_ignored;
    require(differs, "there is no difference to ignore")
}

/// Returns the item and the change of the detail's line.
fn selected(app: &App) -> Option<(usize, Change)> {
    if app.focus != Pane::Detail {
        return None;
    }
    let change = app.detail.current()?.change?;
    let Some(Node::Item(index)) = app.node() else {
        return None;
    };
    let show = match app.options.unchanged {
        true => Show::Everything,
        false => Show::Differences,
    };
    let changes = app.review.as_ref()?.plan().changes(index, show);
    Some((index, changes.into_iter().nth(change)?))
}

fn is_ignored(entry: &Entry, change: &Change) -> bool {
    let marks = entry.marks.as_ref();
    marks.is_some_and(|marks| marks.is_ignored(&change.path))
}

/// Returns which rule of the session ignores a change.
fn rule_of(app: &App, entry: &Entry, change: &Change) -> Option<usize> {
    let id = &entry.item.id;
    app.ignored.iter().position(|rule| {
        let path = PathPattern::parse(&rule.path);
        rule.kind == id.kind.as_str()
            && *rule.key == *id.key
            && path.is_some_and(|path| path.covers_pointer(&change.path))
    })
}

/// Shows the lines for a difference, or stops ignoring it.
fn ask(app: &mut App) -> Vec<Effect> {
    let Some((index, change)) = selected(app) else {
        return Vec::new();
    };
    let Some(entry) = app.review.as_ref().and_then(|review| review.entry(index)) else {
        return Vec::new();
    };
    if let Some(rule) = rule_of(app, entry, &change) {
        app.ignored.remove(rule);
        return again(app);
    }
    let scope = Scope {
        kind: entry.item.id.kind.as_str().to_owned(),
        key: entry.item.id.key.to_string(),
        path: change.path,
        origin: ORIGIN.to_owned(),
    };
    let mut body = vec![
        Line::of(
            Role::Text,
            "The target's value is kept until the end of this session.",
        ),
        Line::of(
            Role::Dim,
            "To keep it always, add to the configuration file:",
        ),
        Line::new(),
    ];
    let lines = lines(app, &scope);
    body.extend(
        lines
            .lines()
            .map(|line| Line::of(Role::Text, &format!("  {}", safe(line)))),
    );
    body.push(Line::new());
    let text = format!(
        "{} copies the lines; {} on the field shows the difference again.",
        app.keymap
            .key(Context::Dialog, Act::Copy)
            .unwrap_or_default(),
        app.key(Act::Ignore)
    );
    body.push(Line::of(Role::Dim, &text));
    app.modals.push(Modal::new(
        Dialog::Ignore(scope),
        "Ignore the difference",
        body,
    ));
    Vec::new()
}

/// Returns the lines for the configuration file.
fn lines(app: &App, scope: &Scope) -> String {
    let profile = app.profile.as_deref().unwrap_or("NAME");
    ignore_lines(profile, [&scope.kind, &scope.key, &scope.path])
}

/// Ignores a difference, and compares again.
pub(crate) fn ignore(app: &mut App, scope: Scope) -> Vec<Effect> {
    app.ignored.push(scope);
    again(app)
}

fn again(app: &mut App) -> Vec<Effect> {
    let mut effects = vec![Effect::Ignore(app.ignored.clone())];
    effects.extend(job::again(app));
    effects
}

fn copy(app: &mut App) -> Vec<Effect> {
    let scope = match app.dialog() {
        Some(Dialog::Ignore(scope)) => Some(scope.clone()),
        _ => None,
    };
    let text = scope.map(|scope| lines(app, &scope));
    send(app, text)
}
