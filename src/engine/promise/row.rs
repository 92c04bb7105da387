//! Checks the rows of the journal against what was promised of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::engine::secret::mask_addresses;

/// The maximum number of printed characters of a value.
const MAX_PRINTED: usize = 80;

/// The promise for one column. A column without a promise keeps its value; in a
/// new row it has its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Promised {
    /// This value, as JSON text.
    Value(String),
    /// Set by the writer: who, when, which version.
    Stamped,
    /// Derived from other values.
    Derived,
    /// Part of an item: checked with the item, by [`differences`](super::differences).
    Compared,
}

/// The promise for one row.
#[derive(Clone, Debug)]
pub struct RowPromise {
    /// The table.
    pub table: Cow<'static, str>,
    /// Its primary key, as a JSON object.
    pub key: String,
    /// Whether the row exists afterwards.
    pub remains: bool,
    /// Whether the job must touch it.
    pub required: bool,
    /// The promises for its columns.
    pub columns: BTreeMap<String, Promised>,
}

/// The value of a column in a new row unless it is specified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fill {
    /// NULL.
    Null,
    /// Its default: a constant, as JSON text.
    Constant(String),
    /// Its default: an expression, or the next number of a sequence.
    Computed,
    /// Generated from other columns, always.
    Generated,
}

/// A table as described by the target's catalog.
#[derive(Clone, Debug, Default)]
pub struct TableShape {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: BTreeMap<String, Fill>,
    /// What may change its rows in addition to the job's own statements, such
    /// as `trigger audit`.
    pub triggers: Vec<String>,
}

/// One row that a job touched, as JSON.
#[derive(Clone, Copy, Debug)]
pub struct TouchedRow<'a> {
    /// The table.
    pub table: &'a str,
    /// Its primary key.
    pub key: &'a str,
    /// The row before; `None` if it did not exist.
    pub before: Option<&'a str>,
    /// The row afterwards; `None` if it was deleted.
    pub after: Option<&'a str>,
}

/// How a row deviates from its promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// A value differs.
    Value,
    /// A row was written without a promise.
    UnexpectedRow,
    /// A promised row was not written.
    MissingRow,
    /// A row was deleted that should exist.
    RowGone,
    /// A row exists that should have been deleted.
    RowLeft,
}

/// A deviation from the promise. Contains no value that must not be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unpromised {
    /// The table.
    pub table: String,
    /// The row's key, such as `client_id "crm"`.
    pub key: String,
    /// What differs.
    pub what: Deviation,
    /// The column, or the path in its item if no single column has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The promised value, if it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<String>,
    /// The target's value, if it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The triggers and rules of the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<String>,
}

impl fmt::Display for Unpromised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.table, self.key)?;
        match (self.what, &self.column) {
            (Deviation::Value, Some(column)) => write!(f, ": {column}")?,
            (Deviation::Value, None) => {}
            (Deviation::UnexpectedRow, _) => return f.write_str(": not part of the plan"),
            (Deviation::MissingRow, _) => return f.write_str(": not written"),
            (Deviation::RowGone, _) => return f.write_str(": deleted"),
            (Deviation::RowLeft, _) => return f.write_str(": not deleted"),
        }
        match (&self.promised, &self.found) {
            (Some(promised), Some(found)) => write!(f, " is {found} instead of {promised}"),
            _ => f.write_str(" differs (values not shown)"),
        }
    }
}

/// The columns of a row, each as JSON text.
type Cells<'a> = BTreeMap<String, &'a RawValue>;

fn cells(row: &str) -> Cells<'_> {
    serde_json::from_str(row).unwrap_or_default()
}

/// A key whose text does not depend on the JSON writer.
pub type RowKey = Vec<(String, String)>;

/// Reads the primary key of a row.
pub fn key(json: &str) -> RowKey {
    cells(json)
        .into_iter()
        .map(|(column, value)| (column, plain(value.get()).into_owned()))
        .collect()
}

/// Returns a value without the quotes and escapes of a string.
fn plain(json: &str) -> Cow<'_, str> {
    if json.starts_with('"') {
        serde_json::from_str::<String>(json).map_or(Cow::Borrowed(json), Cow::Owned)
    } else {
        Cow::Borrowed(json)
    }
}

/// Returns whether two JSON texts are one value: strings may be escaped in two ways.
fn same(one: &str, other: &str) -> bool {
    one == other || (one.starts_with('"') && other.starts_with('"') && plain(one) == plain(other))
}

/// The promises for the rows of a job, and whose values may be shown.
pub struct Promise<'a> {
    /// The rows.
    pub rows: &'a [RowPromise],
    /// The tables, as the catalog has them.
    pub shapes: &'a [TableShape],
    /// Whether a column's values may be shown.
    pub shown: &'a dyn Fn(&str, &str) -> bool,
}

impl Promise<'_> {
    /// Returns every deviation from the promises. Of a row that was touched
    /// several times the first and the last state count.
    pub fn unpromised<'r>(
        &self,
        touched: impl IntoIterator<Item = TouchedRow<'r>>,
    ) -> Vec<Unpromised> {
        let mut promised: HashMap<(&str, RowKey), &RowPromise> = self
            .rows
            .iter()
            .map(|row| ((&*row.table, key(&row.key)), row))
            .collect();
        let mut found = Vec::new();
        for row in net(touched) {
            match promised.remove(&(row.table, key(row.key))) {
                Some(promise) => self.row(promise, row, &mut found),
                None if is_equal(row) => {}
                None => found.push(self.deviation(row.table, row.key, Deviation::UnexpectedRow)),
            }
        }
        let left: HashSet<*const RowPromise> = promised
            .into_values()
            .filter(|promise| promise.required)
            .map(std::ptr::from_ref)
            .collect();
        let missing = self
            .rows
            .iter()
            .filter(|row| left.contains(&std::ptr::from_ref(*row)));
        found
            .extend(missing.map(|row| self.deviation(&row.table, &row.key, Deviation::MissingRow)));
        found
    }

    fn row(&self, promise: &RowPromise, row: TouchedRow<'_>, found: &mut Vec<Unpromised>) {
        let after = match (promise.remains, row.after) {
            (false, None) => return,
            (false, Some(_)) => {
                return found.push(self.deviation(row.table, row.key, Deviation::RowLeft));
            }
            (true, None) => {
                let what = if row.before.is_some() {
                    Deviation::RowGone
                } else {
                    Deviation::MissingRow
                };
                return found.push(self.deviation(row.table, row.key, what));
            }
            (true, Some(after)) => cells(after),
        };
        let before = row.before.map(cells);
        let shape = self.shape(row.table);
        for (column, value) in after {
            let fill = shape
                .and_then(|shape| shape.columns.get(&column))
                .unwrap_or(&Fill::Null);
            let wanted = match (promise.columns.get(&column), &before, fill) {
                (Some(Promised::Stamped | Promised::Derived | Promised::Compared), ..)
                | (_, _, Fill::Generated)
                | (None, None, Fill::Computed) => continue,
                (Some(Promised::Value(wanted)), ..) => wanted.as_str(),
                (None, Some(before), _) => before.get(&column).map_or("null", |value| value.get()),
                (None, None, Fill::Constant(wanted)) => wanted.as_str(),
                (None, None, Fill::Null) => "null",
            };
            if !same(wanted, value.get()) {
                let shown = (self.shown)(row.table, &column);
                found.push(Unpromised {
                    column: Some(column),
                    promised: shown.then(|| printed(wanted)),
                    found: shown.then(|| printed(value.get())),
                    ..self.deviation(row.table, row.key, Deviation::Value)
                });
            }
        }
    }

    fn shape(&self, table: &str) -> Option<&TableShape> {
        self.shapes.iter().find(|shape| shape.name == table)
    }

    /// Returns a deviation of a row.
    pub fn deviation(&self, table: &str, key: &str, what: Deviation) -> Unpromised {
        let parts = cells(key);
        let parts: Vec<String> = parts
            .iter()
            .map(|(column, value)| format!("{column} {}", printed_key(self, table, column, value)))
            .collect();
        Unpromised {
            table: table.to_owned(),
            key: parts.join(", "),
            what,
            column: None,
            promised: None,
            found: None,
            triggers: self
                .shape(table)
                .map_or_else(Vec::new, |shape| shape.triggers.clone()),
        }
    }
}

fn printed_key(promise: &Promise<'_>, table: &str, column: &str, value: &RawValue) -> String {
    if (promise.shown)(table, column) {
        printed(value.get())
    } else {
        "***".to_owned()
    }
}

/// Returns the start of a value. A password in an address is not shown in any column.
fn printed(json: &str) -> String {
    let masked = mask_addresses("", json);
    let json = masked.as_deref().unwrap_or(json);
    match json.char_indices().nth(MAX_PRINTED) {
        Some((offset, _)) => format!("{}…", json.get(..offset).unwrap_or_default()),
        None => json.to_owned(),
    }
}

/// Combines what was done to each row, in the order of its first touch.
pub fn net<'r>(touched: impl IntoIterator<Item = TouchedRow<'r>>) -> Vec<TouchedRow<'r>> {
    let mut rows: Vec<TouchedRow<'r>> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for row in touched {
        match places
            .get(&(row.table, row.key))
            .and_then(|index| rows.get_mut(*index))
        {
            Some(first) => {
                // A row that was deleted and inserted again is a new row.
                if first.after.is_none() && row.before.is_none() {
                    first.before = None;
                }
                first.after = row.after;
            }
            None => {
                places.insert((row.table, row.key), rows.len());
                rows.push(row);
            }
        }
    }
    rows
}

fn is_equal(row: TouchedRow<'_>) -> bool {
    row.before == row.after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> TableShape {
        let columns = [
            ("id", Fill::Null),
            ("name", Fill::Null),
            ("secret", Fill::Null),
            ("version", Fill::Constant("1".to_owned())),
            ("since", Fill::Computed),
            ("loud", Fill::Generated),
        ];
        let columns = columns.map(|(name, fill)| (name.to_owned(), fill)).into();
        TableShape {
            name: "t".to_owned(),
            columns,
            triggers: vec!["trigger x".to_owned()],
        }
    }

    fn promised(columns: &[(&str, Promised)]) -> RowPromise {
        RowPromise {
            table: "t".into(),
            key: r#"{"id":"a"}"#.to_owned(),
            remains: true,
            required: true,
            columns: columns
                .iter()
                .map(|(name, promised)| ((*name).to_owned(), promised.clone()))
                .collect(),
        }
    }

    fn found(rows: &[RowPromise], touched: &[(&str, Option<&str>, Option<&str>)]) -> Vec<String> {
        let shapes = [shape()];
        let promise = Promise {
            rows,
            shapes: &shapes,
            shown: &|_, column| column != "secret",
        };
        let touched = touched.iter().map(|(key, before, after)| TouchedRow {
            table: "t",
            key,
            before: *before,
            after: *after,
        });
        promise
            .unpromised(touched)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn value(text: &str) -> Promised {
        Promised::Value(text.to_owned())
    }

    const KEY: &str = r#"{"id": "a"}"#;

    #[test]
    fn a_column_is_what_was_promised_or_what_it_was() {
        let before = r#"{"id": "a", "name": "n", "secret": "s", "version": 1, "loud": "N"}"#;
        let after = r#"{"id": "a", "name": "m", "secret": "s", "version": 2, "loud": "M"}"#;
        let rows = [promised(&[
            ("name", value("\"m\"")),
            ("version", Promised::Stamped),
        ])];
        assert!(found(&rows, &[(KEY, Some(before), Some(after))]).is_empty());
        let rows = [promised(&[("name", value("\"o\""))])];
        assert_eq!(
            found(&rows, &[(KEY, Some(before), Some(after))]),
            [
                r#"t (id "a"): name is "m" instead of "o""#,
                r#"t (id "a"): version is 2 instead of 1"#
            ]
        );
    }

    #[test]
    fn a_new_row_has_the_defaults_of_what_nobody_named() {
        let row = |version| {
            format!(
                r#"{{"id": "a", "name": null, "secret": null, "version": {version}, "since": "now", "loud": "x"}}"#
            )
        };
        let rows = [promised(&[("id", value("\"a\""))])];
        assert!(found(&rows, &[(KEY, None, Some(&row("1")))]).is_empty());
        assert_eq!(
            found(&rows, &[(KEY, None, Some(&row("2")))]),
            [r#"t (id "a"): version is 2 instead of 1"#]
        );
    }

    #[test]
    fn secrets_are_not_printed() {
        let rows = [promised(&[])];
        let touched = [(
            KEY,
            Some(r#"{"id": "a", "secret": "canary"}"#),
            Some(r#"{"id": "a", "secret": "c2"}"#),
        )];
        assert_eq!(
            found(&rows, &touched),
            [r#"t (id "a"): secret differs (values not shown)"#]
        );
    }

    #[test]
    fn rows_that_nobody_promised_and_promises_that_nobody_kept_are_reported() {
        let (one, two) = (r#"{"id": "a"}"#, r#"{"id": "a", "name": 1}"#);
        assert_eq!(
            found(&[], &[(KEY, Some(one), Some(two))]),
            [r#"t (id "a"): not part of the plan"#]
        );
        assert!(
            found(&[], &[(KEY, Some(one), Some(one))]).is_empty(),
            "it was only looked at"
        );
        assert_eq!(found(&[promised(&[])], &[]), [r#"t (id "a"): not written"#]);
        assert_eq!(
            found(&[promised(&[])], &[(KEY, Some(one), None)]),
            [r#"t (id "a"): deleted"#]
        );
        let gone = RowPromise {
            remains: false,
            ..promised(&[])
        };
        assert_eq!(
            found(&[gone], &[(KEY, Some(one), Some(one))]),
            [r#"t (id "a"): not deleted"#]
        );
    }

    #[test]
    fn a_row_that_was_touched_twice_counts_from_its_first_state_to_its_last() {
        let rows = [promised(&[("id", value("\"a\"")), ("name", value("2"))])];
        let [one, two] =
            [1, 2].map(|name| format!(r#"{{"id": "a", "name": {name}, "secret": "s"}}"#));
        let (one, two) = (Some(one.as_str()), Some(two.as_str()));
        assert!(found(&rows, &[(KEY, one, one), (KEY, one, two)]).is_empty());
        // A row that was deleted and inserted again is new, with defaults.
        let described = found(&rows, &[(KEY, one, None), (KEY, None, two)]);
        assert_eq!(
            described,
            [r#"t (id "a"): secret differs (values not shown)"#]
        );
    }

    #[test]
    fn one_text_may_be_escaped_in_two_ways() {
        assert!(same("\"\\u0061\"", "\"a\""));
        assert!(!same("\"1\"", "1"));
    }
}
