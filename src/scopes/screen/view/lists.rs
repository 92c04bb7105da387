//! Lists over the scopes: a scope's clients, findings, the filter.

use std::ops::Range;

use crate::engine::display::safe;
use crate::scopes::screen::Choice;
use crate::scopes::{ClientInfo, Label, ScopeFinding};
use crate::tui::{App, Line, Role, cut, width};

pub(crate) fn holders(app: &App, visible: Range<usize>, space: usize) -> Vec<Line> {
    let Some((scope, _)) = app.held() else {
        return Vec::new();
    };
    let catalogue = app.scopes.as_ref().and_then(|scopes| scopes.catalogue());
    let places = scope.holders.get(visible).unwrap_or_default();
    let clients: Vec<&ClientInfo> = places
        .iter()
        .filter_map(|index| catalogue?.clients().get(*index))
        .collect();
    let widest = |text: &dyn Fn(&ClientInfo) -> String, most: usize| {
        let texts = clients.iter().map(|client| width(&safe(&text(client))));
        texts.max().unwrap_or(0).max(6).min(most)
    };
    let id = widest(&|client| client.id.to_string(), space * 2 / 5);
    let level = widest(&level, 10);
    let name = widest(
        &|client| client.name.to_string(),
        space.saturating_sub(id + level + 14),
    );
    let ellipsis = app.theme.glyphs.ellipsis;
    let row = |role: Role, cells: [&str; 4]| {
        let mut line = Line::new();
        let mut next = 0;
        for (text, wide) in cells.into_iter().zip([id, name, level, 8]) {
            line.pad_to(next);
            line.push(role, &cut(&safe(text), wide, ellipsis));
            next += wide + 2;
        }
        line
    };
    let mut lines = vec![row(Role::Dim, ["client", "name", "level", "groups"])];
    lines.extend(clients.iter().map(|client| {
        if client.exists {
            return row(
                Role::Text,
                [
                    &client.id,
                    &client.name,
                    &level_of(client),
                    &client.groups.to_string(),
                ],
            );
        }
        let line = Line::of(
            Role::Warning,
            &format!("{} {}", app.theme.glyphs.warning, client.id),
        );
        line.and(Role::Dim, "  no such client")
    }));
    lines
}

fn level(client: &ClientInfo) -> String {
    level_of(client).into_owned()
}

fn level_of(client: &ClientInfo) -> std::borrow::Cow<'_, str> {
    client.level.as_deref().unwrap_or("any").into()
}

pub(crate) fn findings(app: &App, visible: Range<usize>, space: usize) -> Vec<Line> {
    let all = app
        .scopes
        .as_ref()
        .map(|scopes| scopes.findings.as_slice())
        .unwrap_or_default();
    let found = all.get(visible).unwrap_or_default();
    let widest = |text: &dyn Fn(&ScopeFinding) -> String, least: usize, most: usize| {
        let texts = found.iter().map(|finding| width(&safe(&text(finding))));
        texts.max().unwrap_or(0).max(least).min(most)
    };
    let code = widest(&|finding| finding.code.to_string(), 4, (space / 3).max(12));
    let item = widest(&|finding| describe(finding), 5, (space / 4).max(12));
    let ellipsis = app.theme.glyphs.ellipsis;
    let row = |[repair, code_text, item_text, message]: [(Role, &str); 4]| {
        let mut line = Line::of(repair.0, repair.1);
        line.pad_to(8);
        line.push(code_text.0, &cut(&safe(code_text.1), code, ellipsis));
        line.pad_to(8 + code + 2);
        line.push(item_text.0, &cut(&safe(item_text.1), item, ellipsis));
        line.pad_to(8 + code + item + 4);
        line.and(message.0, message.1)
    };
    let mut lines = vec![row(
        ["repair", "code", "item", "problem"].map(|head| (Role::Dim, head))
    )];
    lines.extend(found.iter().map(|finding| {
        let repair = match finding.repair {
            Some(_) => (Role::Add, "yes"),
            None => (Role::Warning, "no"),
        };
        let item = describe(finding);
        row([
            repair,
            (Role::Text, &finding.code),
            (Role::Text, &item),
            (Role::Text, &finding.message),
        ])
    }));
    lines
}

fn describe(finding: &ScopeFinding) -> String {
    format!("{} {}", finding.item.kind, finding.item.key)
}

/// Lays a choice of the filter out.
pub(crate) fn choice(app: &App, index: usize) -> Line {
    let Some(scopes) = &app.scopes else {
        return Line::new();
    };
    let choices = scopes.choices();
    let Some(choice) = choices.get(index) else {
        return Line::new();
    };
    let is_chosen = scopes.is_chosen(choice);
    let several = if is_chosen { "[x] " } else { "[ ] " };
    let one = if is_chosen { "(x) " } else { "( ) " };
    let line =
        |what: &str, sign: &str| Line::of(Role::Dim, &format!("{what:<7}")).and(Role::Key, sign);
    match choice {
        Choice::Authentication(label) => named(line("type", several), label),
        Choice::AnyLevel => line("level", one).and(Role::Text, "any"),
        Choice::Level(label) => named(line("level", one), label),
    }
}

fn named(line: Line, label: &Label) -> Line {
    let line = line.and(Role::Text, &label.id);
    if label.name == label.id {
        line
    } else {
        line.and(Role::Dim, &format!("  {}", label.name))
    }
}
