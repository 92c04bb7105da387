//! Rows by what they contain. The keys stay in the rows: only positions are kept, so that an index
//! takes a few bytes per row, and belongs to nobody.

use std::hash::{BuildHasher as _, Hash, RandomState};

use super::tables::{Cell, Row};

/// Positions by the hash of what is there. Those of equal hashes form a chain in ascending order,
/// in which other positions may be, too.
#[derive(Debug)]
pub(crate) struct Positions {
    hasher: RandomState,
    /// The first position of each chain, counted from 1; 0 for none.
    first: Box<[u32]>,
    /// For each position the one that follows in its chain.
    next: Box<[u32]>,
}

impl Positions {
    /// Indexes the positions below `count` that have a key.
    pub(crate) fn new<K: Hash>(count: usize, key: impl Fn(usize) -> Option<K>) -> Self {
        let chains = count.next_power_of_two();
        let mut positions = Self {
            hasher: RandomState::new(),
            first: vec![0; chains].into_boxed_slice(),
            next: vec![0; count].into_boxed_slice(),
        };
        for position in (0..count).rev() {
            let Some(key) = key(position) else { continue };
            let chain = positions.chain(&key);
            if let (Some(first), Some(next), Ok(number)) = (
                positions.first.get_mut(chain),
                positions.next.get_mut(position),
                u32::try_from(position + 1),
            ) {
                *next = std::mem::replace(first, number);
            }
        }
        positions
    }

    /// Returns the positions that may have a key, in ascending order.
    pub(crate) fn of<K: Hash + ?Sized>(&self, key: &K) -> impl Iterator<Item = usize> + use<'_, K> {
        let first = self.first.get(self.chain(key)).copied();
        let position = |number: u32| usize::try_from(number).ok()?.checked_sub(1);
        std::iter::successors(first.and_then(position), move |at| {
            self.next.get(*at).copied().and_then(position)
        })
    }

    fn chain<K: Hash + ?Sized>(&self, key: &K) -> usize {
        let hash = self.hasher.hash_one(key);
        // As many chains as a power of two: the lower bits are the remainder.
        usize::try_from(hash & (self.first.len() as u64 - 1)).unwrap_or_default()
    }
}

/// Rows by the text of a column; some may be left out.
#[derive(Debug)]
pub(crate) struct ByText {
    column: usize,
    positions: Positions,
}

impl ByText {
    /// Indexes the rows that `keep` takes, those without text as if they had an empty one.
    pub(crate) fn new(rows: &[Row], column: usize, keep: impl Fn(&Row) -> bool) -> Self {
        let key = |position: usize| {
            let row = rows.get(position).filter(|row| keep(row));
            row.map(|row| row.text(column))
        };
        Self {
            column,
            positions: Positions::new(rows.len(), key),
        }
    }

    /// Returns the rows that have a text, in their order, with their positions; `rows` are those
    /// that were indexed.
    pub(crate) fn of<'r>(
        &self,
        rows: &'r [Row],
        key: &str,
    ) -> impl Iterator<Item = (usize, &'r Row)> {
        let found = self.positions.of(key);
        let found = found.filter_map(|position| Some((position, rows.get(position)?)));
        found.filter(move |(_, row)| row.text(self.column) == key)
    }
}

/// Rows by the number of a column.
#[derive(Debug)]
pub(crate) struct ByInt {
    column: usize,
    positions: Positions,
}

impl ByInt {
    /// Indexes the rows that have a number in a column.
    pub(crate) fn new(rows: &[Row], column: usize) -> Self {
        let key = |position: usize| rows.get(position)?.int(column);
        Self {
            column,
            positions: Positions::new(rows.len(), key),
        }
    }

    /// Returns the rows that have a number, in their order, with their positions; `rows` are those
    /// that were indexed.
    pub(crate) fn of<'r>(
        &self,
        rows: &'r [Row],
        key: i64,
    ) -> impl Iterator<Item = (usize, &'r Row)> {
        let found = self.positions.of(&key);
        let found = found.filter_map(|position| Some((position, rows.get(position)?)));
        found.filter(move |(_, row)| row.int(self.column) == Some(key))
    }
}

/// Indexes the rows that have text in a column.
pub(crate) fn by_text(rows: &[Row], column: usize) -> ByText {
    ByText::new(rows, column, |row| {
        matches!(row.cell(column), Cell::Text(_))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[Option<&str>]) -> Vec<Row> {
        let cells = texts.iter().map(|text| text.map_or(Cell::Null, Cell::Text));
        cells.map(|cell| Row::new(&[cell])).collect()
    }

    #[test]
    fn rows_are_found_by_their_text_in_their_order() {
        let many: Vec<String> = (0..1000).map(|number| (number % 7).to_string()).collect();
        let many: Vec<Option<&str>> = many.iter().map(|text| Some(text.as_str())).collect();
        let rows = rows(&many);
        let index = by_text(&rows, 0);
        let found: Vec<usize> = index.of(&rows, "3").map(|(position, _)| position).collect();
        let wanted: Vec<usize> = (0..1000).filter(|number| number % 7 == 3).collect();
        assert_eq!(found, wanted);
        assert_eq!(index.of(&rows, "7").count(), 0);
    }

    #[test]
    fn rows_without_text_are_left_out_or_have_an_empty_one() {
        let rows = rows(&[None, Some(""), Some("a")]);
        let of = |index: &ByText| -> Vec<usize> {
            index.of(&rows, "").map(|(position, _)| position).collect()
        };
        assert_eq!(of(&by_text(&rows, 0)), [1]);
        assert_eq!(of(&ByText::new(&rows, 0, |_| true)), [0, 1]);
        assert_eq!(by_text(&[], 0).of(&[], "").count(), 0);
    }

    #[test]
    fn rows_are_found_by_their_number() {
        let rows: Vec<Row> = [1, 2, 1]
            .map(|number| Row::new(&[Cell::Int(number)]))
            .into();
        let index = ByInt::new(&rows, 0);
        let found: Vec<usize> = index.of(&rows, 1).map(|(position, _)| position).collect();
        assert_eq!(found, [0, 2]);
    }
}
