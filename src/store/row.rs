//! Rows, as few bytes as possible: a file and its target have them by the million.
//!
//! A row is one text: how many cells it has, what each is and where it ends, and then the cells
//! themselves, numbers and times as digits. Numbers before the cells are in digits of 7 bits, which
//! are characters; where a cell ends takes few of them in a row that is short, as most are.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime};

/// One value of a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell<'r> {
    /// NULL.
    Null,
    /// A number.
    Int(i64),
    /// Text.
    Text(&'r str),
    /// A local date and time.
    Time(NaiveDateTime),
}

/// What a value is that is not NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellType {
    /// A number.
    Int,
    /// Text.
    Text,
    /// A local date and time.
    Time,
}

/// One value by itself.
#[derive(Clone)]
pub enum OwnedCell {
    /// NULL.
    Null,
    /// A number.
    Int(i64),
    /// Text.
    Text(String),
    /// A local date and time.
    Time(NaiveDateTime),
}

impl OwnedCell {
    /// Returns it as a value of a row.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(number) => Cell::Int(*number),
            Self::Text(text) => Cell::Text(text),
            Self::Time(time) => Cell::Time(*time),
        }
    }
}

impl From<Cell<'_>> for OwnedCell {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Int(number) => Self::Int(number),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Time(time) => Self::Time(time),
        }
    }
}

/// Values may be secret: they are never printed.
impl fmt::Debug for OwnedCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }
}

/// A row; its cells are in the order of its table's fields. Clones share it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Row(Arc<str>);

/// Rows hold secrets: they are never printed.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row of {} cells", self.head().0)
    }
}

/// How many digits the number of cells takes, and whether the row is short.
const HEAD: usize = 2;

/// How many digits what a cell is takes, and where it ends, in a short row and in others.
const SHORT: usize = 2;
const LONG: usize = 5;

/// The bits of a digit.
const BITS: usize = 7;

/// The end of the last cell of a short row is less.
const SHORT_END: usize = 1 << (BITS * SHORT - 2);

/// What a cell is, in the last two bits of its end.
const NULL: u64 = 0;
const INT: u64 = 1;
const TEXT: u64 = 2;
const TIME: u64 = 3;

/// The most characters of a number, and of a time as it is written here.
const INT_LENGTH: usize = 20;
const TIME_LENGTH: usize = 32;

fn push_digits(text: &mut String, number: u64, digits: usize) {
    for digit in 0..digits {
        let digit = (number >> (BITS * digit)) & ((1 << BITS) - 1);
        text.push(u8::try_from(digit).map_or('\0', char::from));
    }
}

fn number<const N: usize>(digits: &[u8]) -> Option<u64> {
    let digits = digits.first_chunk::<N>()?.iter().rev();
    Some(digits.fold(0, |number, digit| number << BITS | u64::from(*digit)))
}

impl Row {
    /// Returns a row of these cells.
    pub fn new(cells: &[Cell<'_>]) -> Self {
        let most = |cell: &Cell<'_>| match cell {
            Cell::Null => 0,
            Cell::Int(_) => INT_LENGTH,
            Cell::Text(text) => text.len(),
            Cell::Time(_) => TIME_LENGTH,
        };
        let most: usize = cells.iter().map(most).sum();
        let is_short = most < SHORT_END;
        let digits = if is_short { SHORT } else { LONG };
        let mut body = String::with_capacity(most);
        let mut text = String::with_capacity(HEAD + cells.len() * digits + most);
        let head = (cells.len() as u64) << 1 | u64::from(is_short);
        push_digits(&mut text, head, HEAD);
        for cell in cells {
            let kind = match cell {
                Cell::Null => NULL,
                Cell::Int(number) => {
                    let _ = write!(body, "{number}");
                    INT
                }
                Cell::Text(text) => {
                    body.push_str(text);
                    TEXT
                }
                Cell::Time(time) => {
                    let time = time.and_utc();
                    let _ = write!(
                        body,
                        "{}.{}",
                        time.timestamp(),
                        time.timestamp_subsec_nanos()
                    );
                    TIME
                }
            };
            push_digits(&mut text, (body.len() as u64) << 2 | kind, digits);
        }
        text.push_str(&body);
        Self(text.into())
    }

    /// Returns how many cells there are, and how many digits the end of each takes.
    fn head(&self) -> (usize, usize) {
        let head = number::<HEAD>(self.0.as_bytes()).unwrap_or(0);
        let count = usize::try_from(head >> 1).unwrap_or(0);
        (count, if head & 1 == 1 { SHORT } else { LONG })
    }

    /// Returns what a cell is, and where it ends.
    fn end(&self, index: usize, digits: usize) -> Option<(u64, usize)> {
        let at = self.0.as_bytes().get(HEAD + index * digits..)?;
        let end = match digits {
            SHORT => number::<SHORT>(at)?,
            _ => number::<LONG>(at)?,
        };
        Some((end & 3, usize::try_from(end >> 2).ok()?))
    }

    /// Returns a cell; NULL where there is none.
    pub fn cell(&self, index: usize) -> Cell<'_> {
        self.read(index).unwrap_or(Cell::Null)
    }

    /// Returns the type of a cell; none if it is NULL.
    pub fn cell_type(&self, index: usize) -> Option<CellType> {
        let (count, digits) = self.head();
        let (kind, _) = self.end(index, digits).filter(|_| index < count)?;
        match kind {
            INT => Some(CellType::Int),
            TEXT => Some(CellType::Text),
            TIME => Some(CellType::Time),
            _ => None,
        }
    }

    fn read(&self, index: usize) -> Option<Cell<'_>> {
        let (count, digits) = self.head();
        let (kind, end) = self.end(index, digits).filter(|_| index < count)?;
        if kind == NULL {
            return None;
        }
        let start = match index.checked_sub(1) {
            Some(before) => self.end(before, digits)?.1,
            None => 0,
        };
        let body = HEAD + count * digits;
        let text = self.0.get(body + start..body + end)?;
        match kind {
            TEXT => Some(Cell::Text(text)),
            INT => text.parse().ok().map(Cell::Int),
            _ => {
                let (seconds, nanos) = text.split_once('.')?;
                let time = DateTime::from_timestamp(seconds.parse().ok()?, nanos.parse().ok()?)?;
                Some(Cell::Time(time.naive_utc()))
            }
        }
    }

    /// Returns text; empty where there is none.
    pub fn text(&self, index: usize) -> &str {
        match self.cell(index) {
            Cell::Text(text) => text,
            _ => "",
        }
    }

    /// Returns text that outlives the row.
    pub fn shared(&self, index: usize) -> Arc<str> {
        self.text(index).into()
    }

    /// Returns a number.
    pub fn int(&self, index: usize) -> Option<i64> {
        match self.cell(index) {
            Cell::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Returns a row of so many NULLs.
    pub fn empty(cells: usize) -> Self {
        Draft::empty(cells).row()
    }

    /// Sets a cell. Where several are to be set of many rows, a [`draft`](Self::draft) is faster.
    pub fn set(&mut self, index: usize, cell: Cell<'_>) {
        let mut draft = self.draft();
        draft.set(index, cell);
        let row = draft.row();
        *self = row;
    }

    /// Returns the row's cells, to make another row of them.
    pub fn draft(&self) -> Draft<'_> {
        Draft((0..self.head().0).map(|index| self.cell(index)).collect())
    }
}

/// The cells of a row that is being made.
#[derive(Clone)]
pub struct Draft<'r>(Vec<Cell<'r>>);

impl<'r> Draft<'r> {
    /// Returns the cells of a row of so many NULLs.
    pub fn empty(cells: usize) -> Self {
        Self(vec![Cell::Null; cells])
    }

    /// Returns a cell; NULL where there is none.
    pub fn cell(&self, index: usize) -> Cell<'r> {
        self.0.get(index).copied().unwrap_or(Cell::Null)
    }

    /// Sets a cell.
    pub fn set(&mut self, index: usize, cell: Cell<'r>) {
        if let Some(slot) = self.0.get_mut(index) {
            *slot = cell;
        }
    }

    /// Copies cells of a row of the same table.
    pub fn copy(&mut self, from: &'r Row, columns: &[usize]) {
        for index in columns {
            self.set(*index, from.cell(*index));
        }
    }

    /// Returns the row of these cells.
    pub fn row(&self) -> Row {
        Row::new(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn time() -> impl Strategy<Value = NaiveDateTime> {
        let date = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        let parts = (
            -90_000_000_i64..90_000_000,
            0..86_400_u32,
            0..1_000_000_000_u32,
        );
        parts.prop_map(move |(days, seconds, nanos)| {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).unwrap();
            (date + chrono::TimeDelta::days(days)).and_time(time)
        })
    }

    fn cells() -> impl Strategy<Value = Vec<OwnedCell>> {
        let one = prop_oneof![
            Just(OwnedCell::Null),
            any::<i64>().prop_map(OwnedCell::Int),
            any::<String>().prop_map(OwnedCell::Text),
            Just(OwnedCell::Text(String::new())),
            time().prop_map(OwnedCell::Time),
        ];
        vec(one, 0..40)
    }

    proptest! {
        #[test]
        fn a_row_has_the_cells_that_it_was_made_of(cells in cells(), other in cells()) {
            let of = |cells: &[OwnedCell]| Row::new(&cells.iter().map(OwnedCell::cell).collect::<Vec<_>>());
            let row = of(&cells);
            for (index, cell) in cells.iter().enumerate() {
                prop_assert!(row.cell(index) == cell.cell(), "cell {}", index);
            }
            prop_assert!(row.cell(cells.len()) == Cell::Null);
            prop_assert_eq!(&row.draft().row(), &row);
            let is_same = cells.len() == other.len()
                && cells.iter().zip(&other).all(|(one, other)| one.cell() == other.cell());
            prop_assert_eq!(of(&other) == row, is_same);
        }
    }

    #[test]
    fn a_row_of_large_cells_has_them() {
        let large = "名".repeat(1 << 20);
        let row = Row::new(&[Cell::Text(&large), Cell::Int(7), Cell::Text(&large)]);
        assert!(row.text(0) == large && row.int(1) == Some(7) && row.text(2) == large);
    }

    #[test]
    fn short_rows_and_longer_ones_have_their_cells() {
        for length in SHORT_END - INT_LENGTH - 2..SHORT_END + 2 {
            let text = "t".repeat(length);
            let row = Row::new(&[Cell::Null, Cell::Text(&text), Cell::Int(i64::MIN)]);
            assert!(
                row.text(1) == text && row.int(2) == Some(i64::MIN),
                "{length}"
            );
            assert_eq!(
                [0, 1, 2, 3].map(|index| row.cell_type(index)),
                [None, Some(CellType::Text), Some(CellType::Int), None]
            );
        }
        let wide = vec![Cell::Int(1); 3000];
        assert_eq!(Row::new(&wide).int(2999), Some(1));
    }

    #[test]
    fn a_draft_changes_no_row() {
        let row = Row::new(&[Cell::Text("a"), Cell::Int(1)]);
        let other = Row::new(&[Cell::Text("b"), Cell::Null]);
        let mut draft = row.draft();
        draft.copy(&other, &[0]);
        draft.set(1, Cell::Int(2));
        draft.set(2, Cell::Int(3));
        assert!(draft.row() == Row::new(&[Cell::Text("b"), Cell::Int(2)]));
        assert_eq!((row.text(0), row.int(1)), ("a", Some(1)));
    }
}
