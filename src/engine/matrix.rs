//! The items of one file in several targets: one verdict for each.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::item::ItemId;
use super::plan::{Entry, Plan};
use super::schema::KindInfo;
use super::verdict::Status;

/// The verdict of an item in one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Which action is possible.
    pub status: Status,
    /// Whether it is a repeat without a difference.
    pub unchanged: bool,
}

impl Cell {
    /// Returns the verdict of an item of a plan.
    pub fn of(entry: &Entry) -> Self {
        Self {
            status: entry.verdict.status,
            unchanged: entry.is_unchanged(),
        }
    }

    /// Returns whether writing the item is possible and would change something.
    pub const fn is_change(self) -> bool {
        !self.status.is_blocked() && !self.unchanged
    }

    /// Returns whether the item is blocked.
    pub const fn is_blocked(self) -> bool {
        self.status.is_blocked()
    }
}

/// An item, and its verdict in each target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// Its identity.
    pub id: ItemId,
    /// Its display name; may be empty or hostile.
    pub name: Arc<str>,
    /// Its verdicts in the order of the targets; none in one that was not compared.
    pub cells: Vec<Option<Cell>>,
}

impl MatrixRow {
    /// Returns whether any target differs from the file, or cannot take the item.
    pub fn differs(&self) -> bool {
        let mut cells = self.cells.iter().flatten();
        cells.any(|cell| cell.is_change() || cell.is_blocked())
    }
}

/// The items of a file, by targets.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    rows: Vec<MatrixRow>,
    targets: usize,
    kinds: &'static [KindInfo],
    /// The rows of each item: a file may have an identity several times.
    places: HashMap<ItemId, Vec<usize>>,
}

impl Matrix {
    /// Returns a matrix of so many targets, of which none was compared yet.
    pub fn new(kinds: &'static [KindInfo], targets: usize) -> Self {
        Self {
            kinds,
            targets,
            ..Self::default()
        }
    }

    /// Adds the verdicts of a target.
    pub fn add(&mut self, target: usize, plan: &Plan) {
        let mut met: HashMap<&ItemId, usize> = HashMap::new();
        for entry in plan.entries() {
            let id = &entry.item.id;
            let nth = met.entry(id).or_default();
            let row = self.row(id, *nth, &entry.item.name);
            *nth += 1;
            let cell = self.rows.get_mut(row);
            if let Some(cell) = cell.and_then(|row| row.cells.get_mut(target)) {
                *cell = Some(Cell::of(entry));
            }
        }
    }

    /// Returns the index of the row of an item, the n-th of its identity.
    fn row(&mut self, id: &ItemId, nth: usize, name: &Arc<str>) -> usize {
        let known = self.places.get(id).and_then(|rows| rows.get(nth));
        known.copied().unwrap_or_else(|| {
            let row = self.rows.len();
            self.rows.push(MatrixRow {
                id: id.clone(),
                name: Arc::clone(name),
                cells: vec![None; self.targets],
            });
            self.places.entry(id.clone()).or_default().push(row);
            row
        })
    }

    /// Returns the rows: in the order of the file, kind by kind.
    pub fn rows(&self) -> &[MatrixRow] {
        &self.rows
    }

    /// Returns the kinds in their order.
    pub const fn kinds(&self) -> &'static [KindInfo] {
        self.kinds
    }

    /// Returns the verdicts of a target.
    pub fn target(&self, target: usize) -> impl Iterator<Item = Cell> {
        let cells = self
            .rows
            .iter()
            .filter_map(move |row| row.cells.get(target));
        cells.copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Candidate, Item, Kind, Value};

    static KINDS: [KindInfo; 1] = [KindInfo {
        kind: Kind::of("client"),
        title: "Clients",
    }];

    /// Returns an item that a target has or not, and with which content.
    fn candidate(key: &str, there: Option<&str>) -> Candidate {
        let item = |text: &str| Item {
            id: ItemId::new(Kind::of("client"), key),
            name: "n".into(),
            value: Value::Text(text.into()).into(),
            path: "".into(),
        };
        Candidate::new(item("wanted"), there.map(item))
    }

    fn plan(candidates: Vec<Candidate>) -> Plan {
        Plan::new(&KINDS, candidates, Vec::new(), Vec::new())
    }

    fn described(matrix: &Matrix) -> Vec<String> {
        let cell = |cell: &Option<Cell>| match cell {
            None => '?',
            Some(cell) if cell.unchanged => '=',
            Some(cell) => match cell.status {
                Status::Add => '+',
                Status::Repeat | Status::Cover => '~',
                Status::CannotAdd | Status::CannotCover => 'x',
            },
        };
        let row = |row: &MatrixRow| {
            let cells: String = row.cells.iter().map(cell).collect();
            format!("{} {cells}", row.id.key)
        };
        matrix.rows().iter().map(row).collect()
    }

    #[test]
    fn each_item_has_a_verdict_in_each_target_that_was_compared() {
        let mut matrix = Matrix::new(&KINDS, 3);
        let there = [
            [None, Some("wanted"), Some("other")],
            [Some("wanted"), Some("wanted"), None],
        ];
        // In whatever order they are done.
        for (target, [a, b, c]) in [(2, there[1]), (0, there[0])] {
            let candidates = vec![candidate("a", a), candidate("b", b), candidate("c", c)];
            matrix.add(target, &plan(candidates));
        }
        assert_eq!(described(&matrix), ["a +?=", "b =?=", "c ~?+"]);
        let differing = matrix.rows().iter().filter(|row| row.differs());
        assert_eq!(differing.count(), 2);
        assert_eq!(matrix.target(1).count(), 0);
        let changes = |target| {
            matrix
                .target(target)
                .filter(|cell| cell.is_change())
                .count()
        };
        assert_eq!((changes(0), changes(2)), (2, 1));
    }

    #[test]
    fn items_of_one_identity_keep_their_own_rows() {
        let mut matrix = Matrix::new(&KINDS, 2);
        matrix.add(
            0,
            &plan(vec![candidate("a", None), candidate("a", Some("x"))]),
        );
        matrix.add(
            1,
            &plan(vec![candidate("a", Some("x")), candidate("b", None)]),
        );
        assert_eq!(described(&matrix), ["a +~", "a ~?", "b ?+"]);
    }
}
