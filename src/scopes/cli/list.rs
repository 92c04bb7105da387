//! `scope list`: the scopes, optionally filtered.

use super::document::Document;
use super::target::read;
use crate::cli::Exit;
use crate::cli::args::{Output, ScopeListArgs};
use crate::cli::print::{Printer, cells, column, plural};
use crate::cli::session::Session;
use crate::engine::display::safe;
use crate::job::{Failure, FailureKind};
use crate::scopes::violation::violated;
use crate::scopes::{Filter, Scope, ScopeDocument, Sort, Span};

pub(super) async fn run(
    printer: &mut Printer,
    session: &Session,
    args: ScopeListArgs,
) -> Result<Exit, Failure> {
    let catalogue = read(session).await?;
    let sort = Sort {
        key: args.sort,
        descending: args.reverse,
    };
    let filter = filter(args);
    if let Some(violation) = filter.check(&catalogue) {
        // Nothing is blocked if nothing is written.
        return Err(Failure {
            kind: FailureKind::Refused,
            ..violated(vec![violation])
        });
    }
    let found = catalogue.search(&filter, sort);
    let found: Vec<&Scope> = found
        .into_iter()
        .filter_map(|index| catalogue.scopes().get(index))
        .collect();
    let target = session.target.display();
    match printer.output {
        Output::Json => {
            let scopes = found
                .iter()
                .map(|scope| ScopeDocument::new(&catalogue, scope))
                .collect();
            printer.json(&Document::new("scope list", "ok", &target).scopes(scopes));
        }
        Output::Text if catalogue.scopes().is_empty() => {
            printer.line(format!("no scopes in {}", safe(&target)));
        }
        Output::Text => {
            if !found.is_empty() {
                lines(&found, printer.width())
                    .iter()
                    .for_each(|line| printer.folded(line, 2));
            }
            let all = plural(catalogue.scopes().len(), "scope", "scopes");
            printer.message(format!("{} of {all}", found.len()));
        }
    }
    Ok(Exit::Done)
}

/// Returns the filter; words may be given in one argument or in several.
fn filter(args: ScopeListArgs) -> Filter {
    Filter {
        authentications: args.authentication,
        level: args.level,
        client: args.client,
        ..Filter::keyword(&args.keyword.join(" "))
    }
}

/// The number of columns of the table.
const COLUMNS: usize = 10;

/// The headings.
const HEAD: [&str; COLUMNS] = [
    "name",
    "alias",
    "authentication",
    "level",
    "duration",
    "times",
    "APIs",
    "clients",
    "created",
    "description",
];

/// The columns of numbers, which are right-aligned.
const NUMBERS: std::ops::RangeInclusive<usize> = 5..=7;

/// The maximum width of each column; longer values are cut.
const MAX_WIDTHS: [usize; COLUMNS] = [30, 24, 24, 12, 14, 10, 4, 7, 10, 40];

/// The minimum width of a description.
const LEAST_DESCRIPTION: usize = 12;

/// Returns the table's lines, as wide as a terminal if there is one.
fn lines(found: &[&Scope], width: Option<usize>) -> Vec<String> {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(found.iter().map(|scope| row(scope)));
    let widths = widths(&rows, width);
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn row(scope: &Scope) -> [String; COLUMNS] {
    let text =
        |text: &Option<std::sync::Arc<str>>| safe(text.as_deref().unwrap_or_default()).into_owned();
    [
        safe(&scope.name).into_owned(),
        text(&scope.alias),
        safe(&scope.authentications.join(",")).into_owned(),
        text(&scope.level),
        duration(scope.seconds),
        times(scope.times),
        scope.apis.len().to_string(),
        scope.holders.len().to_string(),
        scope
            .created_at
            .map_or_else(String::new, |time| time.format("%Y-%m-%d").to_string()),
        text(&scope.description),
    ]
}

/// Returns the width of each column: that of its content, up to its maximum;
/// the description takes the rest.
fn widths(rows: &[[String; COLUMNS]], width: Option<usize>) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (wide, cell) in widths.iter_mut().zip(row) {
            *wide = cells(cell).max(*wide);
        }
    }
    for (wide, max) in widths.iter_mut().zip(MAX_WIDTHS) {
        *wide = max.min(*wide);
    }
    let [before @ .., description] = &mut widths;
    let used: usize = before.iter().map(|wide| wide + 2).sum();
    if let Some(left) = width.and_then(|width| width.checked_sub(used))
        && left >= LEAST_DESCRIPTION
    {
        *description = left.min(*description);
    }
    widths
}

fn line(row: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let mut line = String::new();
    for (index, (cell, wide)) in row.iter().zip(widths).enumerate() {
        if index > 0 {
            line.push_str("  ");
        }
        if NUMBERS.contains(&index) {
            line.push_str(&" ".repeat(wide.saturating_sub(cells(cell))));
            line.push_str(cell);
        } else {
            line.push_str(&column(cell, *wide));
        }
    }
    line.trim_end().to_owned()
}

/// Returns a duration for people, in its largest whole unit.
pub(super) fn duration(seconds: i64) -> String {
    if seconds == 0 {
        return UNLIMITED.to_owned();
    }
    let Span { amount, unit, .. } = Span::new(seconds);
    unit.count(amount)
}

/// Returns a number of allowed access times for people.
pub(super) fn times(times: i64) -> String {
    if times == 0 {
        UNLIMITED.to_owned()
    } else {
        times.to_string()
    }
}

/// What the product calls no limit.
pub(super) const UNLIMITED: &str = "Unlimited";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scopes::Catalogue;

    fn describe(width: Option<usize>) -> Vec<String> {
        let catalogue = Catalogue::sample();
        let found: Vec<&Scope> = catalogue.scopes().iter().collect();
        lines(&found, width)
    }

    #[test]
    fn the_table_is_aligned_over_wide_and_hostile_text() {
        assert_eq!(
            describe(None),
            [
                "name      alias     authentication  level   duration       times  APIs  clients  created     description",
                "accounts  帳戶查詢  OTP,PIN         A       1 day      Unlimited     3        2  2020-09-14  Balances of accounts",
                "cards     Cards     PIN             SYSTEM  25 hours           5     2        1  2020-09-14",
                "empty                               SYSTEM  Unlimited  Unlimited     0        0  2020-09-13  \\x1b[31mred\\u{202e}",
                "twice                               B       Unlimited  Unlimited     0        0  2020-09-13",
                "twice                               C       1 hour             1     0        0  2020-09-13",
            ]
        );
    }

    #[test]
    fn on_a_terminal_the_description_is_cut_to_what_is_left() {
        let described = describe(Some(107));
        assert!(
            described.iter().all(|line| cells(line) <= 107),
            "{described:#?}"
        );
        assert!(described[1].ends_with("Balances of ac"), "{}", described[1]);
        // The description would be too narrow: the lines are folded then.
        assert!(describe(Some(80))[1].ends_with("Balances of accounts"));
    }

    #[test]
    fn what_is_very_long_is_cut() {
        let catalogue = Catalogue::sample();
        let mut long = catalogue.scopes()[0].clone();
        long.name = "帳".repeat(40).into();
        let described = lines(&[&long], None);
        assert!(
            described[1].starts_with(&format!("{}  帳戶查詢", "帳".repeat(15))),
            "{}",
            described[1]
        );
    }
}
