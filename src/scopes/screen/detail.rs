//! The detail of a scope. Its fields take a few lines, which are laid out at once;
//! APIs and clients may be many, and each is laid out when it is visible.

use crate::scopes::{ApiInfo, Catalogue, ClientInfo, Label, Scope, Span};
use crate::tui::{Line, Role, count};

/// The width of labels.
const LABEL: usize = 16;

/// Wide enough that no value is wrapped.
const UNBROKEN: usize = 4_000;

/// What 0 means, in the product's words.
const UNLIMITED: &str = "(0: Unlimited)";

/// A line of the detail, and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DetailRow {
    /// A line that is laid out.
    Head(usize),
    /// A module: its first API, and how many of it the scope has.
    Module(usize, usize),
    /// An API.
    Api(usize),
    /// A client that the scope is assigned to.
    Holder(usize),
}

/// Builds the lines that are laid out, and the rows.
pub(super) fn build(
    catalogue: &Catalogue,
    scope: &Scope,
    width: usize,
) -> (Vec<Line>, Vec<DetailRow>) {
    let fold = |line: Line| line.fold(width.max(8));
    let mut head: Vec<Line> = fields(catalogue, scope)
        .into_iter()
        .flat_map(fold)
        .collect();
    let mut rows: Vec<DetailRow> = (0..head.len()).map(DetailRow::Head).collect();
    let modules = modules(catalogue, scope);
    let described = match scope.apis.len() {
        0 => "no APIs".to_owned(),
        apis => {
            format!(
                "{} in {}",
                count(apis, "API", "APIs"),
                count(modules.len(), "module", "modules")
            )
        }
    };
    heading(&mut head, &mut rows, &described);
    for apis in modules {
        rows.extend(
            apis.first()
                .map(|first| DetailRow::Module(*first, apis.len())),
        );
        rows.extend(apis.iter().copied().map(DetailRow::Api));
    }
    let described = match scope.holders.len() {
        0 => "not assigned to any client".to_owned(),
        holders => format!("assigned to {}", count(holders, "client", "clients")),
    };
    heading(&mut head, &mut rows, &described);
    rows.extend(scope.holders.iter().copied().map(DetailRow::Holder));
    (head, rows)
}

fn heading(head: &mut Vec<Line>, rows: &mut Vec<DetailRow>, text: &str) {
    for line in [Line::new(), Line::of(Role::Heading, text)] {
        rows.push(DetailRow::Head(head.len()));
        head.push(line);
    }
}

/// Returns a scope's APIs by module.
fn modules<'s>(catalogue: &Catalogue, scope: &'s Scope) -> Vec<&'s [usize]> {
    let module = |index: &usize| catalogue.apis().get(*index).map(|api| &api.name.module);
    scope
        .apis
        .chunk_by(|one, other| module(one) == module(other))
        .collect()
}

fn fields(catalogue: &Catalogue, scope: &Scope) -> Vec<Line> {
    let mut lines = vec![
        Line::of(Role::Title, &scope.name),
        pair("id", &scope.id),
        pair("alias", scope.alias.as_deref().unwrap_or_default()),
        limited("duration", &Span::new(scope.seconds).to_string()),
        limited("times", &scope.times.to_string()),
    ];
    let authentications = scope.authentications.iter();
    let named: Vec<String> = authentications
        .map(|id| named(id, catalogue.authentication(id), "no such type"))
        .collect();
    let first = named.first().map(String::as_str).unwrap_or_default();
    lines.push(pair("authentication", first));
    lines.extend(named.iter().skip(1).map(|named| pair("", named)));
    let level = scope.level.as_deref().unwrap_or_default();
    lines.push(pair(
        "level",
        &self::named(level, catalogue.level(level), "no such level"),
    ));
    lines.push(pair(
        "description",
        scope.description.as_deref().unwrap_or_default(),
    ));
    lines.push(pair(
        "created",
        &by(scope.created_at, Some(&scope.created_by)),
    ));
    lines.push(pair(
        "updated",
        &by(scope.updated_at, scope.updated_by.as_deref()),
    ));
    lines
}

fn pair(label: &str, text: &str) -> Line {
    let mut line = Line::of(Role::Dim, label);
    line.pad_to(LABEL);
    line.and(Role::Text, if text.is_empty() { "-" } else { text })
}

fn limited(label: &str, text: &str) -> Line {
    pair(label, &format!("{text} {UNLIMITED}"))
}

/// Returns an id with its name, or that there is none.
fn named(id: &str, label: Option<&Label>, missing: &str) -> String {
    match label {
        _ if id.is_empty() => String::new(),
        None => format!("{id} ({missing})"),
        Some(label) if label.name == label.id || label.name.is_empty() => id.to_owned(),
        Some(label) => format!("{id} {}", label.name),
    }
}

fn by(when: Option<chrono::NaiveDateTime>, who: Option<&str>) -> String {
    let time = when.map(|when| when.format("%Y-%m-%d %H:%M:%S").to_string());
    let who = who
        .filter(|who| !who.is_empty())
        .map(|who| format!("by {who}"));
    time.into_iter().chain(who).collect::<Vec<_>>().join(" ")
}

/// Lays a row out.
pub(super) fn line(
    catalogue: &Catalogue,
    scope: &Scope,
    head: &[Line],
    row: DetailRow,
    warning: &str,
) -> Line {
    match row {
        DetailRow::Head(index) => head.get(index).cloned().unwrap_or_default(),
        DetailRow::Module(index, apis) => {
            let module = catalogue
                .apis()
                .get(index)
                .map_or("", |api| &api.name.module);
            Line::of(Role::Text, module).and(Role::Dim, &format!("  {apis}"))
        }
        DetailRow::Api(index) => catalogue
            .apis()
            .get(index)
            .map_or_else(Line::new, |api| of_api(api, warning)),
        DetailRow::Holder(index) => catalogue
            .clients()
            .get(index)
            .map_or_else(Line::new, |client| holder(client, scope, warning)),
    }
}

/// As in the product: `apiKey(apiName)`.
fn of_api(api: &ApiInfo, warning: &str) -> Line {
    match &api.title {
        Some(title) => Line::of(Role::Text, &format!("  {}({title})", api.name.key)),
        None => Line::of(Role::Warning, &format!("{warning} {}", api.name.key))
            .and(Role::Dim, "  missing in the target"),
    }
}

fn holder(client: &ClientInfo, scope: &Scope, warning: &str) -> Line {
    if !client.exists {
        return Line::of(Role::Warning, &format!("{warning} {}", client.id))
            .and(Role::Dim, "  no such client");
    }
    let is_named = !client.name.is_empty() && client.name != client.id;
    let name = if is_named {
        format!("  {}", client.name)
    } else {
        String::new()
    };
    let level = client.level.as_deref();
    let differs = level.is_some() && level != scope.level.as_deref();
    let sign = if differs {
        format!("{warning} ")
    } else {
        "  ".to_owned()
    };
    let level = match level {
        Some(level) if differs => format!("  level {level}, not the scope's"),
        Some(level) => format!("  level {level}"),
        None => String::new(),
    };
    Line::of(Role::Warning, &sign)
        .and(Role::Text, &client.id)
        .and(Role::Text, &name)
        .and(Role::Dim, &level)
}

/// Returns a scope in full, as text.
pub(super) fn text(catalogue: &Catalogue, scope: &Scope, warning: &str) -> String {
    let (head, rows) = build(catalogue, scope, UNBROKEN);
    let lines = rows
        .into_iter()
        .map(|row| line(catalogue, scope, &head, row, warning));
    lines
        .map(|line| line.plain().trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(id: &str) -> String {
        let catalogue = Catalogue::sample();
        text(&catalogue, catalogue.scope(id).unwrap(), "!")
    }

    #[test]
    fn a_scope_is_reported_in_full() {
        let described = describe("2000000001");
        for part in [
            "alias           帳戶查詢",
            "duration        1 day (0: Unlimited)",
            "times           0 (0: Unlimited)",
            "authentication  OTP One-time password",
            "                PIN 密碼",
            "created         2020-09-14 12:26:40 by manager",
            "updated         -",
            "3 APIs in 2 modules",
            "bank  2\n  balance(帳戶餘額)\n  history(Account history)\ncrm  1",
            "assigned to 2 clients\n  crm  CRM  level A",
        ] {
            assert!(described.contains(part), "{part} in {described}");
        }
    }

    #[test]
    fn what_is_missing_is_reported_with_a_sign_and_in_words() {
        let described = describe("2000000002");
        assert!(
            described.contains("! nothing  missing in the target"),
            "{described}"
        );
        assert!(described.contains("! ghost  no such client"), "{described}");
        assert!(
            described.contains("duration        25 hours (Approximately 1 day) (0: Unlimited)"),
            "{described}"
        );
    }

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        let described = describe("2000000003");
        assert!(
            described.contains("description     \\x1b[31mred\\u{202e}"),
            "{described}"
        );
        assert!(
            described.contains("no APIs") && described.contains("not assigned to any client"),
            "{described}"
        );
    }
}
