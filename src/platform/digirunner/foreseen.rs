//! The target as queued writes will leave it.
//!
//! Independent of how the writes were computed: rows are taken from what will be sent.

use std::collections::{BTreeMap, HashMap};

use super::schema::{TABLES, Table};
use super::tables::{Cell, Draft, Row, Tables};
use crate::store::bulk::{Column, Values};
use crate::store::{Change, Queued};

/// A row that will be written, before and after.
pub(super) struct ForeseenRow {
    pub(super) table: &'static Table,
    pub(super) before: Option<Row>,
    pub(super) after: Option<Row>,
}

/// Returns the target after queued writes, and the rows that they touch; none if they are not
/// writes of known columns to rows that exist, or to new ones.
pub(super) fn foresee(target: &Tables, writes: &[Queued]) -> Option<(Tables, Vec<ForeseenRow>)> {
    let is_known = |write: &Queued| TABLES.iter().any(|table| table.name == write.table);
    if !writes.iter().all(is_known) {
        return None;
    }
    let mut after = target.clone();
    let mut touched = Vec::new();
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
        touched.extend(before.into_iter().map(|(place, before)| ForeseenRow {
            table,
            before,
            after: rows.get(place).cloned().flatten(),
        }));
        after.set_rows(table.id, rows.into_iter().flatten().collect());
    }
    Some((after, touched))
}

/// The rows of a table while writes are followed.
struct Rows {
    table: &'static Table,
    key: Vec<usize>,
    rows: Vec<Option<Row>>,
    /// By key; none if the table only gets new rows, whose keys the server checks.
    places: Option<HashMap<Row, usize>>,
    /// The touched places, as they were.
    before: BTreeMap<usize, Option<Row>>,
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
                    let row = set(Draft::empty(self.table), &columns, number)?;
                    self.insert(row.row())?;
                }
                Change::Update(_) => {
                    let place = self.find(&keys, number)?;
                    let row = self.rows.get_mut(place)?.as_mut()?;
                    self.before
                        .entry(place)
                        .or_insert_with(|| Some(row.clone()));
                    let new = set(row.draft(), &columns, number)?.row();
                    *row = new;
                }
                Change::Delete => {
                    let place = self.find(&keys, number)?;
                    let row = self.rows.get_mut(place)?.take()?;
                    self.before.entry(place).or_insert(Some(row));
                }
            }
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
        self.before.entry(place).or_insert(None);
        *slot = Some(row);
        Some(())
    }

    fn find(&self, keys: &[(usize, &Column)], number: usize) -> Option<usize> {
        let row = set(Draft::empty(self.table), keys, number)?.row();
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

/// Sets the values that a row has in some columns.
fn set<'r>(
    mut row: Draft<'r>,
    columns: &[(usize, &'r Column)],
    number: usize,
) -> Option<Draft<'r>> {
    for (index, column) in columns {
        let cell = match &column.values {
            Values::Text(values) => values.get(number)?.as_deref().map(Cell::Text),
            Values::Packed(values) => values.get(number)?.map(Cell::Text),
            Values::Int(values) => values.get(number)?.map(Cell::Int),
            Values::Time(values) => values.get(number)?.map(Cell::Time),
            Values::Json(_) => return None,
        };
        row.set(*index, cell.unwrap_or(Cell::Null));
    }
    Some(row)
}
