//! `scope show`: a scope in detail.

use chrono::NaiveDateTime;

use super::document::Document;
use super::find::find;
use super::list::{UNLIMITED, times};
use super::target::read;
use crate::cli::Exit;
use crate::cli::args::{Output, ScopeShowArgs};
use crate::cli::print::{Printer, plural};
use crate::cli::session::Session;
use crate::engine::display::safe;
use crate::job::Failure;
use crate::scopes::{ApiInfo, Catalogue, ClientInfo, Label, Scope, ScopeDocument, Span};

pub(super) async fn run(
    printer: &mut Printer,
    session: &Session,
    args: &ScopeShowArgs,
) -> Result<Exit, Failure> {
    let catalogue = read(session).await?;
    let scope = find(&catalogue, &args.scope)?;
    let target = session.target.display();
    match printer.output {
        Output::Json => printer.json(
            &Document::new("scope show", "ok", &target)
                .scope(ScopeDocument::new(&catalogue, scope)),
        ),
        Output::Text => {
            for (line, indent) in lines(&catalogue, scope) {
                printer.folded(&line, indent);
            }
        }
    }
    Ok(Exit::Done)
}

/// The width of a label and the space after it.
const LABEL: usize = 16;

/// Returns the lines, each with the indent of its continuation lines.
fn lines(catalogue: &Catalogue, scope: &Scope) -> Vec<(String, usize)> {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    let fields = [
        ("name", scope.name.to_string()),
        ("id", scope.id.to_string()),
        ("alias", text(&scope.alias)),
        ("description", text(&scope.description)),
        ("authentication", authentications(catalogue, scope)),
        ("level", level(catalogue, scope)),
        ("duration", duration(scope.seconds)),
        ("times", times(scope.times)),
        (
            "created",
            written(scope.created_at, Some(&scope.created_by)),
        ),
        (
            "updated",
            written(scope.updated_at, scope.updated_by.as_deref()),
        ),
    ];
    let filled = fields.iter().filter(|(_, text)| !text.is_empty());
    let mut lines: Vec<(String, usize)> = filled
        .map(|(label, text)| (format!("{label:<LABEL$}{}", safe(text)), LABEL))
        .collect();
    lines.push((
        format!("{:<LABEL$}{}", "APIs", apis_count(catalogue, scope)),
        LABEL,
    ));
    let mut module = None;
    for api in catalogue.apis_of(scope) {
        if module != Some(&api.name.module) {
            module = Some(&api.name.module);
            lines.push((format!("  {}", safe(&api.name.module)), 4));
        }
        lines.push((format!("    {}", safe(&describe_api(api))), 6));
    }
    lines.push((
        format!(
            "{:<LABEL$}{}",
            "assigned to",
            plural(scope.holders.len(), "client", "clients")
        ),
        LABEL,
    ));
    lines.extend(
        catalogue
            .holders_of(scope)
            .map(|client| (format!("  {}", safe(&describe_holder(client))), 4)),
    );
    lines
}

fn apis_count(catalogue: &Catalogue, scope: &Scope) -> String {
    let missing = catalogue
        .apis_of(scope)
        .filter(|api| api.is_missing())
        .count();
    match missing {
        0 => scope.apis.len().to_string(),
        missing => format!(
            "{}, {missing} of them missing in the target",
            scope.apis.len()
        ),
    }
}

/// As on the product's page: the key followed by the name.
fn describe_api(api: &ApiInfo) -> String {
    match &api.title {
        Some(title) => format!("{}({title})", api.name.key),
        None => format!("{}: missing in the target", api.name.key),
    }
}

fn describe_holder(client: &ClientInfo) -> String {
    if !client.exists {
        return format!("{}: no such client", client.id);
    }
    let level = client
        .level
        .as_deref()
        .map_or_else(|| "no level".to_owned(), |id| format!("level {id}"));
    format!("{} ({}), {level}", client.id, client.name)
}

fn duration(seconds: i64) -> String {
    if seconds == 0 {
        UNLIMITED.to_owned()
    } else {
        Span::new(seconds).to_string()
    }
}

fn level(catalogue: &Catalogue, scope: &Scope) -> String {
    let Some(id) = scope.level.as_deref() else {
        return "none".to_owned();
    };
    match catalogue.level(id) {
        None => format!("{id}: no such level"),
        Some(level) => match level.description.as_deref().filter(|text| !text.is_empty()) {
            Some(description) => format!("{}: {description}", named(level)),
            None => named(level),
        },
    }
}

fn authentications(catalogue: &Catalogue, scope: &Scope) -> String {
    let described = scope
        .authentications
        .iter()
        .map(|id| match catalogue.authentication(id) {
            Some(known) => named(known),
            None => format!("{id}: no such type"),
        });
    described.collect::<Vec<_>>().join(", ")
}

fn named(label: &Label) -> String {
    if label.name == label.id {
        label.id.to_string()
    } else {
        format!("{} ({})", label.id, label.name)
    }
}

/// When and by whom; the product's times are local, without a zone.
fn written(time: Option<NaiveDateTime>, by: Option<&str>) -> String {
    let time = time.map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string());
    match (time, by.filter(|by| !by.is_empty())) {
        (Some(time), Some(by)) => format!("{time} by {by}"),
        (Some(time), None) => time,
        (None, Some(by)) => format!("by {by}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(id: &str) -> Vec<String> {
        let catalogue = Catalogue::sample();
        lines(&catalogue, catalogue.scope(id).unwrap())
            .into_iter()
            .map(|(line, _)| line)
            .collect()
    }

    #[test]
    fn everything_about_a_scope_is_reported() {
        assert_eq!(
            describe("2000000001"),
            [
                "name            accounts",
                "id              2000000001",
                "alias           帳戶查詢",
                "description     Balances of accounts",
                "authentication  OTP (One-time password), PIN (密碼)",
                "level           A",
                "duration        1 day",
                "times           Unlimited",
                "created         2020-09-14 12:26:40 by manager",
                "APIs            3",
                "  bank",
                "    balance(帳戶餘額)",
                "    history(Account history)",
                "  crm",
                "    lookup(Look up a customer)",
                "assigned to     2 clients",
                "  crm (CRM), level A",
                "  portal (Portal), level A",
            ]
        );
    }

    #[test]
    fn what_dangles_is_marked() {
        let described = describe("2000000002").join("\n");
        assert!(
            described.contains("duration        25 hours (Approximately 1 day)"),
            "{described}"
        );
        assert!(
            described.contains("APIs            2, 1 of them missing in the target"),
            "{described}"
        );
        assert!(
            described.contains("    nothing: missing in the target"),
            "{described}"
        );
        assert!(described.contains("  ghost: no such client"), "{described}");
    }

    #[test]
    fn hostile_text_moves_no_cursor() {
        let described = describe("2000000003").join("\n");
        assert!(
            described.contains("description     \\x1b[31mred\\u{202e}"),
            "{described}"
        );
    }
}
