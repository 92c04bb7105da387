//! Many rows in one statement, by arrays.

use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDateTime};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};

use super::error::{Operation, StoreError};

/// One column of many rows.
#[derive(Clone, Debug)]
pub struct Column {
    /// The column's name. Always a literal of ours, never data.
    pub name: &'static str,
    /// A value per row.
    pub values: Values,
}

/// The values of a column.
#[derive(Clone)]
pub enum Values {
    /// `text`, assigned to `varchar` and `char` too.
    Text(Vec<Option<Arc<str>>>),
    /// The same, of many short values.
    Packed(Packed),
    /// `int8`, assigned to `int4` too.
    Int(Vec<Option<i64>>),
    /// `timestamp`.
    Time(Vec<Option<NaiveDateTime>>),
    /// `jsonb`, as JSON text.
    Json(Vec<Option<Arc<str>>>),
}

/// Texts, one after the other: none is allocated by itself. Clones share them.
#[derive(Clone)]
pub struct Packed {
    text: Arc<str>,
    /// For each value where it ends, and whether it is there.
    ends: Arc<[(u32, bool)]>,
}

impl Packed {
    /// Returns the number of values.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns a value; `None` if there are not so many.
    pub fn get(&self, index: usize) -> Option<Option<&str>> {
        let place = |end: u32| usize::try_from(end).unwrap_or(usize::MAX);
        let (end, is_there) = *self.ends.get(index)?;
        let before = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = before.map_or(0, |(end, _)| place(*end));
        Some(self.text.get(start..place(end)).filter(|_| is_there))
    }

    /// Returns the values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> + Clone {
        (0..self.len()).map(|index| self.get(index).flatten())
    }
}

impl<'t> FromIterator<Option<&'t str>> for Packed {
    fn from_iter<I: IntoIterator<Item = Option<&'t str>>>(values: I) -> Self {
        let mut text = String::new();
        let place = |(text, value): (&mut String, Option<&str>)| {
            text.push_str(value.unwrap_or_default());
            // PostgreSQL takes no array of more than 1 GB.
            (
                u32::try_from(text.len()).unwrap_or(u32::MAX),
                value.is_some(),
            )
        };
        let ends: Vec<(u32, bool)> = values
            .into_iter()
            .map(|value| place((&mut text, value)))
            .collect();
        Self {
            text: text.into(),
            ends: ends.into(),
        }
    }
}

/// Values may be secret: only their count is printed.
impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, count) = match self {
            Self::Text(values) => ("text", values.len()),
            Self::Packed(values) => ("text", values.len()),
            Self::Int(values) => ("int8", values.len()),
            Self::Time(values) => ("timestamp", values.len()),
            Self::Json(values) => ("jsonb", values.len()),
        };
        write!(f, "{count} values of {what}")
    }
}

impl Values {
    /// Says whether a statement cannot contain them: the protocol ends it at a NUL, and only
    /// years of four digits are written as everyone reads them.
    pub(super) fn needs_parameters(&self) -> bool {
        match self {
            Self::Text(values) | Self::Json(values) => {
                values.iter().flatten().any(|text| text.contains('\0'))
            }
            Self::Packed(values) => values.text.contains('\0'),
            Self::Int(_) => false,
            Self::Time(values) => values
                .iter()
                .flatten()
                .any(|time| !(1..10_000).contains(&time.year())),
        }
    }

    /// Says whether they are the very texts of another column, so that they need not be sent twice.
    pub(super) fn are_those_of(&self, other: &Self) -> bool {
        let (Self::Text(own) | Self::Json(own), Self::Text(others) | Self::Json(others)) =
            (self, other)
        else {
            return false;
        };
        let is_same = |(own, other): (&Option<Arc<str>>, &Option<Arc<str>>)| match (own, other) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        };
        own.len() == others.len() && own.iter().zip(others).all(is_same)
    }

    /// Returns them as an array in a statement.
    pub(super) fn literal(&self) -> String {
        fn plain<V>(values: &[Option<V>], text: impl Fn(&V) -> String) -> String {
            let values = values
                .iter()
                .map(|value| value.as_ref().map_or_else(|| "NULL".to_owned(), &text));
            values.collect::<Vec<_>>().join(",")
        }
        match self {
            Self::Text(values) | Self::Json(values) => {
                text_literal(values.iter().map(Option::as_deref))
            }
            Self::Packed(values) => text_literal(values.iter()),
            Self::Int(values) => format!("'{{{}}}'::int8[]", plain(values, i64::to_string)),
            Self::Time(values) => {
                let text = |time: &NaiveDateTime| time.format("\"%F %T%.6f\"").to_string();
                format!("'{{{}}}'::timestamp[]", plain(values, text))
            }
        }
    }

    /// Returns the cast of one of them to its column's type, where assigning does not do it.
    pub(super) const fn cast_of_one(&self) -> &'static str {
        match self {
            Self::Json(_) => "::jsonb",
            Self::Text(_) | Self::Packed(_) | Self::Int(_) | Self::Time(_) => "",
        }
    }

    const fn cast(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Packed(_) => "text[]",
            Self::Int(_) => "int8[]",
            Self::Time(_) => "timestamp[]",
            Self::Json(_) => "text[]::jsonb[]",
        }
    }
}

/// Returns texts without NUL as an array in a statement, whatever `standard_conforming_strings` is.
pub(crate) fn text_literal<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> String {
    let mut literal = "E'{".to_owned();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            literal.push(',');
        }
        let Some(text) = text else {
            literal.push_str("NULL");
            continue;
        };
        literal.push('"');
        for character in text.chars() {
            match character {
                // Once for the array, and once for the statement.
                '\\' => literal.push_str("\\\\\\\\"),
                '"' => literal.push_str("\\\\\""),
                '\'' => literal.push_str("''"),
                character => literal.push(character),
            }
        }
        literal.push('"');
    }
    literal.push_str("}'::text[]");
    literal
}

/// Returns a text without NUL as a string in a statement.
pub(super) fn string_literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Returns the columns of some of the rows.
pub(super) fn part(columns: &[Column], rows: &Range<usize>) -> Vec<Column> {
    fn of<V: Clone>(values: &[V], rows: &Range<usize>) -> Vec<V> {
        values.get(rows.clone()).unwrap_or_default().to_vec()
    }
    let part = |column: &Column| Column {
        name: column.name,
        values: match &column.values {
            Values::Text(values) => Values::Text(of(values, rows)),
            Values::Packed(values) => {
                let part = rows.clone().map(|index| values.get(index).flatten());
                Values::Packed(part.collect())
            }
            Values::Int(values) => Values::Int(of(values, rows)),
            Values::Time(values) => Values::Time(of(values, rows)),
            Values::Json(values) => Values::Json(of(values, rows)),
        },
    };
    columns.iter().map(part).collect()
}

/// Lets an insert give identity columns their values, where a target has them; of no effect
/// elsewhere.
pub(super) const OVERRIDING: &str = "OVERRIDING SYSTEM VALUE";

/// Inserts rows: `INSERT … SELECT * FROM UNNEST(…)`.
///
/// # Errors
///
/// Fails if the server refuses the statement; a unique violation is a conflict.
pub(super) async fn insert(
    connection: &mut PgConnection,
    table: &str,
    columns: &[Column],
) -> Result<u64, StoreError> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) {OVERRIDING} SELECT * FROM UNNEST({})",
        names.join(", "),
        arrays(columns, 1)
    );
    run(connection, Operation::Insert, table, sql, [columns, &[]]).await
}

/// Updates the rows of these keys: `UPDATE … FROM UNNEST(…)`.
///
/// # Errors
///
/// Fails if the server refuses a statement. Returns the number of matched rows.
pub(super) async fn update(
    connection: &mut PgConnection,
    table: &str,
    keys: &[Column],
    set: &[Column],
) -> Result<u64, StoreError> {
    // Keys are numbered, since a column may be in both.
    let key_names: Vec<String> = (0..keys.len()).map(|index| format!("k{index}")).collect();
    let set_names: Vec<String> = (0..set.len()).map(|index| format!("v{index}")).collect();
    let assigned: Vec<String> = if set.is_empty() {
        // Nothing to change: still matches the rows, to lock and count them.
        keys.iter()
            .take(1)
            .map(|key| format!("{0} = t.{0}", key.name))
            .collect()
    } else {
        set.iter()
            .zip(&set_names)
            .map(|(column, name)| format!("{} = u.{name}", column.name))
            .collect()
    };
    let names: Vec<&str> = key_names
        .iter()
        .chain(&set_names)
        .map(String::as_str)
        .collect();
    let mut unnested = arrays(keys, 1);
    if !set.is_empty() {
        unnested = format!("{unnested}, {}", arrays(set, keys.len() + 1));
    }
    let sql = format!(
        "UPDATE {table} AS t SET {} FROM UNNEST({unnested}) AS u({}) WHERE {}",
        assigned.join(", "),
        names.join(", "),
        matched(keys)
    );
    run(connection, Operation::Update, table, sql, [keys, set]).await
}

/// Deletes the rows of these keys.
///
/// # Errors
///
/// Fails if the server refuses a statement. Returns the number of matched rows.
pub(super) async fn delete(
    connection: &mut PgConnection,
    table: &str,
    keys: &[Column],
) -> Result<u64, StoreError> {
    let names: Vec<&str> = keys.iter().map(|column| column.name).collect();
    let sql = format!(
        "DELETE FROM {table} WHERE ({}) IN (SELECT * FROM UNNEST({}))",
        names.join(", "),
        arrays(keys, 1)
    );
    run(connection, Operation::Delete, table, sql, [keys, &[]]).await
}

fn arrays(columns: &[Column], first: usize) -> String {
    let casts = columns
        .iter()
        .enumerate()
        .map(|(index, column)| format!("${}::{}", index + first, column.values.cast()));
    casts.collect::<Vec<_>>().join(", ")
}

async fn run(
    connection: &mut PgConnection,
    operation: Operation,
    table: &str,
    sql: String,
    columns: [&[Column]; 2],
) -> Result<u64, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for column in columns.into_iter().flatten() {
        query = bind(query, &column.values);
    }
    let done = query
        .execute(connection)
        .await
        .map_err(|error| StoreError::new(operation, table, &error))?;
    Ok(done.rows_affected())
}

/// Returns keys as a relation `u`, numbered from 1 as `n`.
pub(super) fn unnested(keys: &[Column]) -> String {
    let names: Vec<String> = (0..keys.len()).map(|index| format!("k{index}")).collect();
    format!(
        "UNNEST({}) WITH ORDINALITY AS u({}, n)",
        arrays(keys, 1),
        names.join(", ")
    )
}

/// Returns keys as a relation `u` within a statement.
pub(super) fn relation(keys: &[Column]) -> String {
    let arrays: Vec<String> = keys.iter().map(|key| key.values.literal()).collect();
    let names: Vec<String> = (0..keys.len()).map(|index| format!("k{index}")).collect();
    format!("UNNEST({}) AS u({})", arrays.join(", "), names.join(", "))
}

/// Returns the condition that a row of `t` has the key of a row of `u`.
pub(super) fn matched(keys: &[Column]) -> String {
    let pairs = keys
        .iter()
        .enumerate()
        .map(|(index, key)| format!("t.{} = u.k{index}", key.name));
    pairs.collect::<Vec<_>>().join(" AND ")
}

pub(super) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    values: &'q Values,
) -> Query<'q, Postgres, PgArguments> {
    match values {
        Values::Text(values) | Values::Json(values) => query.bind(
            values
                .iter()
                .map(Option::as_deref)
                .collect::<Vec<Option<&str>>>(),
        ),
        Values::Packed(values) => query.bind(values.iter().collect::<Vec<Option<&str>>>()),
        Values::Int(values) => query.bind(values),
        Values::Time(values) => query.bind(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_values_are_those_that_were_packed() {
        let values = [Some("a"), None, Some(""), Some("名"), None];
        let packed: Packed = values.into_iter().collect();
        assert_eq!(packed.iter().collect::<Vec<_>>(), values);
        assert_eq!((packed.len(), packed.is_empty()), (5, false));
        assert_eq!((packed.get(3), packed.get(5)), (Some(Some("名")), None));
    }

    #[test]
    fn packed_values_are_sent_as_others_are() {
        let values = [Some("a'b"), None, Some("\\\"")];
        let packed = Values::Packed(values.into_iter().collect());
        let text = Values::Text(values.map(|value| value.map(Into::into)).into());
        assert_eq!(packed.literal(), text.literal());
        assert_eq!(format!("{packed:?}"), format!("{text:?}"));
        assert!(!packed.needs_parameters());
        assert!(Values::Packed([Some("a\0")].into_iter().collect()).needs_parameters());
        let columns = [Column {
            name: "c",
            values: packed,
        }];
        let [
            Column {
                values: Values::Packed(part),
                ..
            },
        ] = &part(&columns, &(1..3))[..]
        else {
            panic!("one column of packed values");
        };
        assert_eq!(part.iter().collect::<Vec<_>>(), values[1..]);
    }
}
