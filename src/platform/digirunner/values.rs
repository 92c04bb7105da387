//! Values that PostgreSQL would reject: found before anything is written.
//!
//! A message names the property, the column, its limit and the position in the
//! file; never the value.

use std::fmt;

use super::field::{FieldDef, Role, Type};
use super::rules::keyword_search;
use super::schema::{Table, TableId, clientext};
use super::tables::{Cell, Row};
use crate::engine::{Finding, Reason};

/// The first year of PostgreSQL's `timestamp` (4713 BC), as astronomers count.
const FIRST_YEAR: i32 = -4712;

/// A value that its column cannot store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueError {
    code: &'static str,
    /// What is wrong, without the position.
    what: String,
    /// The JSON pointer to the value.
    path: String,
    /// Which column it is.
    column: (TableId, usize),
}

/// Returns the values of a row that cannot be stored; `path` is the row's JSON
/// pointer. Columns that gatediff sets itself are left out.
pub(super) fn value_errors(
    table: &Table,
    row: &Row,
    path: impl fmt::Display + Copy,
) -> Vec<ValueError> {
    let is_ours =
        |field: &FieldDef| matches!(field.role, Role::Stamped | Role::Local | Role::Derived);
    let columns = table.columns().filter(|(_, field)| !is_ours(field));
    columns
        .filter_map(|(index, _)| value_error(table, row, index, path))
        .collect()
}

/// Returns why one field of a row cannot be stored.
pub(super) fn value_error(
    table: &Table,
    row: &Row,
    index: usize,
    path: impl fmt::Display,
) -> Option<ValueError> {
    cell_error(table, (index, row.cell(index)), path)
}

fn cell_error(
    table: &Table,
    (index, cell): (usize, Cell<'_>),
    path: impl fmt::Display,
) -> Option<ValueError> {
    let field = table.fields.get(index)?;
    let name = table.fields.get(source(table.id, index))?.json;
    let (code, what) = complaint(table, field, name, cell)?;
    Some(ValueError {
        code,
        what,
        path: format!("{path}/{name}"),
        column: (table.id, index),
    })
}

/// Returns the field that a column's value comes from: the only date of a file
/// is exported as another property.
fn source(table: TableId, index: usize) -> usize {
    match (table, index) {
        (TableId::Clientext, clientext::RESUBMIT_DATE_TIME) => {
            clientext::RESUBMIT_DATE_TIME_FOR_LONG_TIME
        }
        _ => index,
    }
}

/// Returns why the search text of a client's extension cannot be stored: each
/// of its two parts may fit while both together do not.
pub(super) fn search_text(row: &Row, path: impl fmt::Display + Copy) -> Option<ValueError> {
    let text = keyword_search(|index| row.cell(index));
    let searched = (clientext::KEYWORD_SEARCH, Cell::Text(&text));
    let error = cell_error(&clientext::TABLE, searched, path)?;
    let what = format!("contentTxt and reviewRemark together: {}", error.what);
    Some(ValueError {
        what,
        path: path.to_string(),
        ..error
    })
}

fn complaint(
    table: &Table,
    field: &FieldDef,
    name: &str,
    cell: Cell<'_>,
) -> Option<(&'static str, String)> {
    let place = format_args!("{}.{}", table.name, field.column);
    match (cell, field.ty) {
        (Cell::Null, _) if field.required => Some((
            "value-required",
            format!("{name} is null, but {place} requires a value"),
        )),
        (Cell::Text(text), Type::Text(max)) if is_longer(text, max) => {
            let length = text.chars().count();
            let described = match field.is_secret {
                true => format!("{name} has too many characters: {place} holds at most {max}"),
                false => format!("{name} has {length} characters, but {place} holds at most {max}"),
            };
            Some(("value-too-long", described))
        }
        (Cell::Text(text), _) if text.contains('\0') => Some((
            "value-not-storable",
            format!(
                "{name} contains a NUL character, which {place} cannot hold: PostgreSQL cannot store it in text"
            ),
        )),
        (Cell::Int(number), Type::IntAsLong) if i32::try_from(number).is_err() => Some((
            "value-out-of-range",
            format!(
                "{name} does not fit into {place}, which holds numbers from {} to {}",
                i32::MIN,
                i32::MAX
            ),
        )),
        (Cell::Time(time), Type::Time) if chrono::Datelike::year(&time) <= FIRST_YEAR => Some((
            "value-out-of-range",
            format!("{name} does not fit into {place}, which holds dates from 4712 BC on"),
        )),
        _ => None,
    }
}

/// Says whether text has more characters than a column takes. Most text is so
/// short that its bytes need not be counted.
fn is_longer(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().count() > max
}

/// Returns one reason for each column and kind of error, however many rows have
/// it.
pub(super) fn reasons(value_errors: Vec<ValueError>) -> Vec<Reason> {
    let mut described: Vec<(ValueError, usize)> = Vec::new();
    for error in value_errors {
        let same = |other: &&mut (ValueError, usize)| {
            other.0.code == error.code && other.0.column == error.column
        };
        match described.iter_mut().find(same) {
            Some((_, more)) => *more += 1,
            None => described.push((error, 0)),
        }
    }
    let reason = |(error, more): (ValueError, usize)| {
        let others = match more {
            0 => String::new(),
            1 => ", and in one more row".to_owned(),
            more => format!(", and in {more} more rows"),
        };
        Reason::new(
            error.code,
            format!("{} ({}{others})", error.what, error.path),
        )
    };
    described.into_iter().map(reason).collect()
}

impl From<ValueError> for Finding {
    /// An error of a row that belongs to no item, and is not imported.
    fn from(error: ValueError) -> Self {
        Self::warning(
            error.code,
            format!("{}; the row is not imported", error.what),
        )
        .at(error.path)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::schema::{client, host, oauth, open_key};
    use super::*;

    const PATH: &str = "/importClientRelated/tsmpClientList/0";

    fn describe(
        table: &Table,
        index: usize,
        cell: Cell<'_>,
    ) -> Option<(&'static str, String, String)> {
        let mut row = Row::empty(table.fields.len());
        row.set(index, cell);
        value_error(table, &row, index, PATH).map(|error| (error.code, error.what, error.path))
    }

    const fn text(text: &str) -> Cell<'_> {
        Cell::Text(text)
    }

    #[test]
    fn text_is_too_long_by_its_characters_not_by_its_bytes() {
        assert_eq!(
            describe(&client::TABLE, client::REMARK, text(&"客".repeat(300))),
            None
        );
        let (code, what, path) =
            describe(&client::TABLE, client::REMARK, text(&"客".repeat(301))).unwrap();
        assert_eq!(code, "value-too-long");
        assert_eq!(
            what,
            "remark has 301 characters, but tsmp_client.remark holds at most 300"
        );
        assert_eq!(path, format!("{PATH}/remark"));
    }

    #[test]
    fn a_character_outside_of_the_first_plane_counts_once() {
        assert_eq!(
            describe(&client::TABLE, client::REMARK, text(&"🜁".repeat(300))),
            None
        );
    }

    #[test]
    fn the_length_of_a_secret_is_not_reported() {
        let (_, what, _) = describe(
            &open_key::TABLE,
            open_key::SECRET_KEY,
            text(&"canary".repeat(2000)),
        )
        .unwrap();
        assert!(
            !what.contains("canary") && !what.contains("12000"),
            "{what}"
        );
    }

    #[test]
    fn a_nul_character_cannot_be_stored() {
        let (code, what, _) = describe(&client::TABLE, client::REMARK, text("a\0b")).unwrap();
        assert_eq!(code, "value-not-storable");
        assert!(what.contains("tsmp_client.remark"), "{what}");
    }

    #[test]
    fn a_64_bit_number_does_not_fit_into_32_bits() {
        let index = oauth::ACCESS_TOKEN_VALIDITY;
        assert_eq!(
            describe(&oauth::TABLE, index, Cell::Int(i64::from(i32::MAX))),
            None
        );
        assert_eq!(
            describe(&oauth::TABLE, index, Cell::Int(i64::from(i32::MIN))),
            None
        );
        for number in [i64::from(i32::MAX) + 1, i64::from(i32::MIN) - 1, i64::MAX] {
            assert_eq!(
                describe(&oauth::TABLE, index, Cell::Int(number)).unwrap().0,
                "value-out-of-range"
            );
        }
    }

    #[test]
    fn a_64_bit_number_fits_where_the_column_has_64_bits() {
        assert_eq!(
            describe(&client::TABLE, client::START_DATE, Cell::Int(i64::MAX)),
            None
        );
    }

    #[test]
    fn a_day_before_postgresqls_first_year_does_not_fit() {
        let day = |year| Cell::Time(NaiveDate::from_ymd_opt(year, 12, 31).unwrap().into());
        let index = clientext::RESUBMIT_DATE_TIME;
        assert_eq!(describe(&clientext::TABLE, index, day(-4711)), None);
        assert_eq!(describe(&clientext::TABLE, index, day(200_000)), None);
        assert_eq!(
            describe(&clientext::TABLE, index, day(-4712)).unwrap().0,
            "value-out-of-range"
        );
    }

    #[test]
    fn null_is_refused_where_the_column_needs_a_value_and_nowhere_else() {
        assert_eq!(
            describe(&client::TABLE, client::OWNER, Cell::Null)
                .unwrap()
                .0,
            "value-required"
        );
        assert_eq!(describe(&client::TABLE, client::REMARK, Cell::Null), None);
        assert_eq!(describe(&client::TABLE, client::OWNER, text("")), None);
    }

    #[test]
    fn columns_that_are_set_by_us_may_hold_anything() {
        let mut row = Row::empty(host::TABLE.fields.len());
        for index in [host::CLIENT_ID, host::HOST_NAME, host::HOST_IP] {
            row.set(index, text("x"));
        }
        row.set(host::HOST_SEQ, Cell::Int(i64::MAX));
        assert_eq!(value_errors(&host::TABLE, &row, PATH), []);
    }

    #[test]
    fn one_column_of_many_rows_is_one_reason() {
        let mut row = Row::empty(client::TABLE.fields.len());
        row.set(client::REMARK, text(&"x".repeat(301)));
        let error = |index: usize| {
            value_error(&client::TABLE, &row, client::REMARK, format!("/{index}")).unwrap()
        };
        let described: Vec<String> = reasons((0..3).map(error).collect())
            .into_iter()
            .map(|reason| reason.message)
            .collect();
        assert_eq!(
            described,
            [
                "remark has 301 characters, but tsmp_client.remark holds at most 300 (/0/remark, and in 2 more rows)"
            ]
        );
    }

    #[test]
    fn the_search_text_is_reported_with_both_of_its_parts() {
        let mut row = Row::empty(clientext::TABLE.fields.len());
        row.set(clientext::CONTENT_TXT, text(&"x".repeat(1000)));
        row.set(clientext::REVIEW_REMARK, text(&"x".repeat(2999)));
        assert_eq!(search_text(&row, PATH), None);
        row.set(clientext::REVIEW_REMARK, text(&"x".repeat(3000)));
        let error = search_text(&row, PATH).unwrap();
        assert_eq!(error.code, "value-too-long");
        assert_eq!(
            error.what,
            "contentTxt and reviewRemark together: keywordSearch has 4001 characters, but \
             tsmp_dp_clientext.keyword_search holds at most 4000"
        );
        assert_eq!(error.path, PATH);
    }
}
