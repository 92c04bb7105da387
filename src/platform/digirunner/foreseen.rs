//! The target as queued writes will leave it.
//!
//! Independent of how the writes were computed: rows are taken from what will be sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::schema::{TABLES, Table};
use super::tables::{Cell, Draft, Row, Tables};
use crate::store::bulk::{Cells, Column, Values};
use crate::store::{Change, Queued};

/// A row that will be written, before and after.
#[derive(Clone, Copy)]
pub(super) struct ForeseenRow<'f> {
    pub(super) table: &'static Table,
    pub(super) before: Option<&'f Row>,
    pub(super) after: Option<&'f Row>,
}

/// The target after queued writes.
pub(super) struct Foreseen {
    pub(super) after: Tables,
    /// The rows of the target that are touched, before and after.
    changed: Vec<(&'static Table, Row, Option<Row>)>,
    /// How many rows of a table stay; the others after them are new.
    kept: Vec<(&'static Table, usize)>,
}

impl Foreseen {
    /// Returns the rows that are touched.
    pub(super) fn rows(&self) -> impl Iterator<Item = ForeseenRow<'_>> {
        let changed = self.changed.iter();
        let changed = changed.map(|(table, before, after)| ForeseenRow {
            table,
            before: Some(before),
            after: after.as_ref(),
        });
        let new = self.kept.iter().flat_map(|(table, kept)| {
            let rows = self.after.rows(table.id).iter().skip(*kept);
            rows.map(|row| ForeseenRow {
                table,
                before: None,
                after: Some(row),
            })
        });
        changed.chain(new)
    }
}

/// Returns the target after queued writes; none if they are not writes of known columns to rows that
/// exist, or to new ones.
pub(super) fn foresee(target: &Tables, writes: &[Queued]) -> Option<Foreseen> {
    let is_known = |write: &Queued| TABLES.iter().any(|table| table.name == write.table);
    if !writes.iter().all(is_known) {
        return None;
    }
    let mut after = target.clone();
    let (mut changed, mut kept) = (Vec::new(), Vec::new());
    for table in TABLES {
        let ours: Vec<&Queued> = writes
            .iter()
            .filter(|write| write.table == table.name)
            .collect();
        if ours.is_empty() {
            continue;
        }
        let mut rows = Rows::new(table, target, &ours);
        for write in ours {
            rows.write(write)?;
        }
        let Rows { rows, before, .. } = rows;
        let deleted = |place: &&usize| matches!(rows.get(**place), Some(None));
        let deleted = before.keys().filter(deleted).count();
        kept.push((table, target.rows(table.id).len() - deleted));
        let touched = before.into_iter();
        changed
            .extend(touched.map(|(place, row)| (table, row, rows.get(place).cloned().flatten())));
        after.set_rows(table.id, rows.into_iter().flatten().collect());
    }
    Some(Foreseen {
        after,
        changed,
        kept,
    })
}

/// The rows of a table while writes are followed.
struct Rows {
    table: &'static Table,
    key: Vec<usize>,
    /// Those of the target, and then new ones.
    rows: Vec<Option<Row>>,
    /// By key; none if the table only gets new rows, whose keys the server checks.
    places: Option<HashMap<Row, usize>>,
    /// The touched rows of the target by their places, as they were.
    before: BTreeMap<usize, Row>,
    /// How many rows the target has.
    found: usize,
}

impl Rows {
    fn new(table: &'static Table, target: &Tables, writes: &[&Queued]) -> Self {
        let key: Vec<usize> = table.key().map(|(index, _)| index).collect();
        let rows = target.rows(table.id);
        let finds = writes
            .iter()
            .any(|write| !matches!(write.change, Change::Insert(_)));
        let places = finds.then(|| {
            let keys = rows.iter().map(|row| key_of(row, &key));
            keys.zip(0..).collect()
        });
        Self {
            table,
            key,
            rows: rows.iter().cloned().map(Some).collect(),
            places,
            before: BTreeMap::new(),
            found: rows.len(),
        }
    }

    fn write(&mut self, write: &Queued) -> Option<()> {
        let columns = self.fields(write.change.columns())?;
        let keys = self.fields(&write.keys)?;
        if matches!(write.change, Change::Insert(_))
            && columns.len() != self.table.columns().count()
        {
            return None;
        }
        for number in 0..write.owners.len() {
            match &write.change {
                Change::Insert(_) => {
                    let row = match whole(self.table, &columns, number) {
                        Some(row) => row.clone(),
                        None => set(self.empty(), &columns, number)?.row(),
                    };
                    self.insert(row)?;
                }
                Change::Update(_) => {
                    let place = self.find(&keys, number)?;
                    let row = self.rows.get(place)?.as_ref()?;
                    let new = set(row.draft(), &columns, number)?.row();
                    self.replace(place, Some(new))?;
                }
                Change::Delete => {
                    let place = self.find(&keys, number)?;
                    self.replace(place, None)?;
                }
            }
        }
        Some(())
    }

    fn empty(&self) -> Draft<'static> {
        Draft::empty(self.table.fields.len())
    }

    fn replace(&mut self, place: usize, new: Option<Row>) -> Option<()> {
        let row = std::mem::replace(self.rows.get_mut(place)?, new)?;
        if place < self.found {
            self.before.entry(place).or_insert(row);
        }
        Some(())
    }

    fn insert(&mut self, row: Row) -> Option<()> {
        let next = self.rows.len();
        let place = match &mut self.places {
            Some(places) => *places.entry(key_of(&row, &self.key)).or_insert(next),
            None => next,
        };
        if place == next {
            self.rows.push(None);
        }
        let slot = self.rows.get_mut(place)?;
        if slot.is_some() {
            return None;
        }
        *slot = Some(row);
        Some(())
    }

    fn find(&self, keys: &[(usize, &Column)], number: usize) -> Option<usize> {
        let row = set(self.empty(), keys, number)?.row();
        self.places.as_ref()?.get(&key_of(&row, &self.key)).copied()
    }

    /// Returns where columns are in a row.
    fn fields<'c>(&self, columns: &'c [Column]) -> Option<Vec<(usize, &'c Column)>> {
        let field = |column: &'c Column| {
            let mut all = self.table.columns();
            let (index, _) = all.find(|(_, field)| field.column == column.name)?;
            Some((index, column))
        };
        columns.iter().map(field).collect()
    }
}

/// Returns the key of a row, as a row of its own.
fn key_of(row: &Row, key: &[usize]) -> Row {
    let cells: Vec<Cell<'_>> = key.iter().map(|index| row.cell(*index)).collect();
    Row::new(&cells)
}

/// Returns the row whose cells are sent in all columns of its table, if it has no others.
fn whole<'r>(table: &Table, columns: &[(usize, &'r Column)], number: usize) -> Option<&'r Row> {
    let cells = |column: &'r Column| match &column.values {
        Values::Cells(cells) => Some(cells),
        _ => None,
    };
    let rows = &cells(columns.first()?.1)?.rows;
    let row = rows.get(number)?;
    let is_sent = |(index, column): &(usize, &'r Column)| {
        let is_of_its_type = |cells: &Cells| {
            let found = row.cell_type(*index);
            found.is_none_or(|found| found == cells.ty)
        };
        cells(column).is_some_and(|cells| {
            cells.index == *index && Arc::ptr_eq(&cells.rows, rows) && is_of_its_type(cells)
        })
    };
    let fields = table.fields.iter().enumerate();
    let mut others = fields.filter(|(_, field)| field.column.is_empty());
    let has_others = others.any(|(index, _)| row.cell_type(index).is_some());
    (!has_others && columns.iter().all(is_sent)).then_some(row)
}

/// Sets the values that a row has in some columns.
fn set<'r>(
    mut row: Draft<'r>,
    columns: &[(usize, &'r Column)],
    number: usize,
) -> Option<Draft<'r>> {
    for (index, column) in columns {
        let cell = match &column.values {
            Values::Text(values) => values.get(number)?.as_deref().map(Cell::Text),
            Values::Time(values) => values.get(number)?.map(Cell::Time),
            Values::Cells(cells) => Some(cells.get(number)?),
            Values::Json(_) => return None,
        };
        row.set(*index, cell.unwrap_or(Cell::Null));
    }
    Some(row)
}
