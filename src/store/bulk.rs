//! Many rows in one statement, by arrays.

use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDateTime};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};

use super::error::{Operation, StoreError};
use super::row::{Cell, CellType, Row};

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
    /// `timestamp`.
    Time(Vec<Option<NaiveDateTime>>),
    /// `jsonb`, as JSON text.
    Json(Vec<Option<Arc<str>>>),
    /// The cells of rows.
    Cells(Cells),
}

/// A column of rows, which are shared with its other columns: none of their values is copied before
/// it is sent.
#[derive(Clone)]
pub struct Cells {
    /// The rows.
    pub rows: Arc<[Row]>,
    /// Which cell of each.
    pub index: usize,
    /// Its type: `text`, `int8` (assigned to `int4` too) or `timestamp`. Cells of another type are
    /// sent as NULL.
    pub ty: CellType,
}

impl Cells {
    /// Returns a cell as it is sent; `None` if there are not so many.
    pub fn get(&self, number: usize) -> Option<Cell<'_>> {
        self.rows.get(number).map(|row| self.of(row))
    }

    fn of<'r>(&self, row: &'r Row) -> Cell<'r> {
        match row.cell_type(self.index) == Some(self.ty) {
            true => row.cell(self.index),
            false => Cell::Null,
        }
    }

    /// Returns texts.
    pub(super) fn texts(&self) -> impl ExactSizeIterator<Item = Option<&str>> + Clone {
        self.rows.iter().map(|row| match self.of(row) {
            Cell::Text(text) => Some(text),
            _ => None,
        })
    }

    /// Returns numbers.
    pub(super) fn ints(&self) -> impl ExactSizeIterator<Item = Option<i64>> + Clone {
        self.rows.iter().map(|row| match self.of(row) {
            Cell::Int(number) => Some(number),
            _ => None,
        })
    }

    /// Returns times.
    pub(super) fn times(&self) -> impl ExactSizeIterator<Item = Option<NaiveDateTime>> + Clone {
        self.rows.iter().map(|row| match self.of(row) {
            Cell::Time(time) => Some(time),
            _ => None,
        })
    }
}

/// Values may be secret: only their count is printed.
impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = match self {
            Self::Text(values) | Self::Json(values) => values.len(),
            Self::Time(values) => values.len(),
            Self::Cells(cells) => cells.rows.len(),
        };
        write!(f, "{count} values of {}", self.type_name())
    }
}

impl Values {
    /// Returns the type that they are sent as.
    pub(super) const fn sent_type(&self) -> CellType {
        match self {
            Self::Text(_) | Self::Json(_) => CellType::Text,
            Self::Time(_) => CellType::Time,
            Self::Cells(cells) => cells.ty,
        }
    }

    /// Returns the type of the column.
    const fn type_name(&self) -> &'static str {
        match (self, self.sent_type()) {
            (Self::Json(_), _) => "jsonb",
            (_, CellType::Text) => "text",
            (_, CellType::Int) => "int8",
            (_, CellType::Time) => "timestamp",
        }
    }

    /// Says whether a statement cannot contain them: the protocol ends it at a NUL, and only
    /// years of four digits are written as everyone reads them.
    pub(super) fn needs_parameters(&self) -> bool {
        let is_odd = |time: NaiveDateTime| !(1..10_000).contains(&time.year());
        match self {
            Self::Text(values) | Self::Json(values) => {
                values.iter().flatten().any(|text| text.contains('\0'))
            }
            Self::Time(values) => values.iter().flatten().copied().any(is_odd),
            Self::Cells(cells) => match cells.ty {
                CellType::Text => cells.texts().flatten().any(|text| text.contains('\0')),
                CellType::Int => false,
                CellType::Time => cells.times().flatten().any(is_odd),
            },
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
        fn plain<V>(values: impl Iterator<Item = Option<V>>, text: impl Fn(V) -> String) -> String {
            let values = values.map(|value| value.map_or_else(|| "NULL".to_owned(), &text));
            values.collect::<Vec<_>>().join(",")
        }
        let time = |time: NaiveDateTime| time.format("\"%F %T%.6f\"").to_string();
        let of_type = |values: String| format!("'{{{values}}}'::{}[]", self.type_name());
        match self {
            Self::Text(values) | Self::Json(values) => {
                text_literal(values.iter().map(Option::as_deref))
            }
            Self::Time(values) => of_type(plain(values.iter().copied(), time)),
            Self::Cells(cells) => match cells.ty {
                CellType::Text => text_literal(cells.texts()),
                CellType::Int => of_type(plain(cells.ints(), |number| number.to_string())),
                CellType::Time => of_type(plain(cells.times(), time)),
            },
        }
    }

    /// Returns the cast of one of them to its column's type, where assigning does not do it.
    pub(super) const fn cast_of_one(&self) -> &'static str {
        match self {
            Self::Json(_) => "::jsonb",
            _ => "",
        }
    }

    fn cast(&self) -> String {
        match self {
            Self::Json(_) => "text[]::jsonb[]".to_owned(),
            _ => format!("{}[]", self.type_name()),
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
            Values::Time(values) => Values::Time(of(values, rows)),
            Values::Json(values) => Values::Json(of(values, rows)),
            Values::Cells(cells) => Values::Cells(Cells {
                rows: of(&cells.rows, rows).into(),
                ..*cells
            }),
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
        Values::Time(values) => query.bind(values),
        Values::Cells(cells) => match cells.ty {
            CellType::Text => query.bind(cells.texts().collect::<Vec<_>>()),
            CellType::Int => query.bind(cells.ints().collect::<Vec<_>>()),
            CellType::Time => query.bind(cells.times().collect::<Vec<_>>()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(ty: CellType, cells: &[Cell<'_>]) -> Values {
        let rows = cells.iter().map(|cell| Row::new(&[Cell::Null, *cell]));
        Values::Cells(Cells {
            rows: rows.collect(),
            index: 1,
            ty,
        })
    }

    fn texts(texts: &[Option<&str>]) -> [Values; 2] {
        let of_rows = texts.iter().map(|text| text.map_or(Cell::Null, Cell::Text));
        [
            cells(CellType::Text, &of_rows.collect::<Vec<_>>()),
            Values::Text(texts.iter().map(|text| text.map(Into::into)).collect()),
        ]
    }

    #[test]
    fn cells_are_sent_as_values_by_themselves_are() {
        let [of_rows, text] = texts(&[Some("a'b"), None, Some(""), Some("\\\"")]);
        assert_eq!(of_rows.literal(), text.literal());
        assert_eq!(format!("{of_rows:?}"), format!("{text:?}"));
        assert_eq!(of_rows.cast(), text.cast());
        assert!(!of_rows.needs_parameters());
        let [nul, _] = texts(&[Some("a\0")]);
        assert!(nul.needs_parameters());
        let times = |years: [i32; 2]| {
            years.map(|year| chrono::NaiveDate::from_ymd_opt(year, 1, 2).unwrap().into())
        };
        for years in [[1, 2024], [2024, 10_000]] {
            let of_rows = cells(CellType::Time, &times(years).map(Cell::Time));
            let values = Values::Time(times(years).map(Some).into());
            assert_eq!(of_rows.literal(), values.literal());
            assert_eq!(of_rows.needs_parameters(), values.needs_parameters());
        }
        let ints = cells(CellType::Int, &[Cell::Int(-7), Cell::Null]);
        assert_eq!(
            (ints.literal(), ints.cast()),
            ("'{-7,NULL}'::int8[]".to_owned(), "int8[]".to_owned())
        );
    }

    #[test]
    fn a_part_has_the_cells_of_its_rows() {
        let [of_rows, _] = texts(&[Some("a"), None, Some("名"), None]);
        let columns = [Column {
            name: "c",
            values: of_rows,
        }];
        let [
            Column {
                values: Values::Cells(part),
                ..
            },
        ] = &part(&columns, &(1..3))[..]
        else {
            panic!("one column of cells");
        };
        assert_eq!(part.texts().collect::<Vec<_>>(), [None, Some("名")]);
        assert!(part.get(1) == Some(Cell::Text("名")) && part.get(2).is_none());
    }

    #[test]
    fn a_cell_of_another_type_is_sent_as_null() {
        let Values::Cells(ints) = cells(CellType::Int, &[Cell::Int(1), Cell::Text("1")]) else {
            panic!("cells");
        };
        assert_eq!(ints.ints().collect::<Vec<_>>(), [Some(1), None]);
        assert!(ints.get(1) == Some(Cell::Null));
    }
}
