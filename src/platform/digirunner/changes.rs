//! The rows to write, computed in memory before anything is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDateTime};

use super::field::Role;
use super::schema::{Table, TableId};
use super::tables::{Cell, Draft, Row, Tables};
use crate::engine::ItemId;
use crate::store::{ItemRef, Stamp};

/// Where new ids come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Sequence {
    /// `seq_tsmp_group_pk`
    Group,
    /// `seq_tsmp_vgroup_pk`
    Vgroup,
    /// `seq_tsmp_client_host_pk`
    Host,
    /// `seq_store`, key `tsmp_dp_clientext`
    ClientExt,
    /// `seq_store`, key `tsmp_open_apikey`, pooled
    OpenKey,
    /// `seq_store`, key `tsmp_open_apikey_map`, pooled
    OpenMap,
}

impl Sequence {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Group,
        Self::Vgroup,
        Self::Host,
        Self::ClientExt,
        Self::OpenKey,
        Self::OpenMap,
    ];
}

/// New ids. Rows are built twice: first to count how many ids of each kind are
/// needed, then with ids allocated in one statement per kind.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    given: HashMap<Sequence, std::vec::IntoIter<i64>>,
    counts: HashMap<Sequence, usize>,
    /// Random ids in use: those of the target, and those handed out.
    taken: HashSet<i64>,
}

impl Ids {
    /// Returns ids for counting only; `taken` are the random ids of the target.
    pub(crate) fn counting(taken: HashSet<i64>) -> Self {
        Self {
            taken,
            ..Self::default()
        }
    }

    /// Returns ids that were allocated from the database.
    pub(crate) fn given(given: HashMap<Sequence, Vec<i64>>, taken: HashSet<i64>) -> Self {
        let given = given
            .into_iter()
            .map(|(sequence, ids)| (sequence, ids.into_iter()))
            .collect();
        Self {
            given,
            taken,
            counts: HashMap::new(),
        }
    }

    /// Returns how many ids were requested.
    pub(crate) fn counts(&self) -> &HashMap<Sequence, usize> {
        &self.counts
    }

    /// Takes an id; while counting, a negative placeholder.
    pub(crate) fn next(&mut self, sequence: Sequence) -> i64 {
        let count = self.counts.entry(sequence).or_insert(0);
        *count += 1;
        let stand_in = -i64::try_from(*count).unwrap_or(i64::MAX);
        self.given
            .get_mut(&sequence)
            .and_then(Iterator::next)
            .unwrap_or(stand_in)
    }

    /// Takes an id of the product's date-hex form: the eight digits of today's
    /// date read as hexadecimal, then 32 random bits.
    pub(crate) fn random(&mut self, now: NaiveDateTime) -> i64 {
        let date = now.date();
        let digits = i64::from(date.year()) * 10_000 + i64::from(date.month() * 100 + date.day());
        let digits = std::iter::successors(Some(digits), |rest| Some(rest / 10));
        let digits = digits.take(8).map(|rest| rest % 10);
        let date = (0..)
            .zip(digits)
            .fold(0, |date, (place, digit)| date | digit << (4 * place));
        loop {
            let id = (date << 32) | i64::from(fastrand::u32(..));
            if self.taken.insert(id) {
                return id;
            }
        }
    }
}

/// Rows of one table, each with its item.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) rows: Vec<Row>,
    pub(crate) owners: Vec<ItemRef>,
}

/// The changes of one table.
#[derive(Debug, Default)]
pub(crate) struct TableChanges {
    /// Rows to insert.
    pub(crate) inserts: Batch,
    /// Rows to update, whole, found by their key.
    pub(crate) updates: Batch,
    /// Keys of rows to delete.
    pub(crate) deletes: Batch,
}

/// The changes of all tables.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    tables: HashMap<TableId, TableChanges>,
    owner: ItemRef,
    /// Whether rows are dropped instead of being collected.
    drops: bool,
}

impl Changes {
    /// Returns changes that stay empty: of those that are made to count ids.
    pub(super) fn none() -> Self {
        Self {
            drops: true,
            ..Self::default()
        }
    }

    /// Sets the item of the next rows.
    pub(crate) fn belong_to(&mut self, item: &ItemId) {
        self.owner = item.to_string().into();
    }

    /// Returns the changes of a table.
    pub(crate) fn of(&self, table: TableId) -> Option<&TableChanges> {
        self.tables.get(&table)
    }

    /// Takes the changes of a table.
    pub(super) fn take(&mut self, table: TableId) -> Option<TableChanges> {
        self.tables.remove(&table)
    }

    fn batch(&mut self, table: TableId, of: fn(&mut TableChanges) -> &mut Batch, row: Row) {
        if !self.drops {
            let owner = ItemRef::clone(&self.owner);
            of(self.tables.entry(table).or_default()).push(row, owner);
        }
    }

    /// Inserts a row.
    pub(crate) fn insert(&mut self, table: TableId, row: Row) {
        self.batch(table, |changes| &mut changes.inserts, row);
    }

    /// Updates a row.
    pub(crate) fn update(&mut self, table: TableId, row: Row) {
        self.batch(table, |changes| &mut changes.updates, row);
    }

    /// Inserts a row that is new: created now by the operator.
    pub(crate) fn insert_new(&mut self, table: TableId, row: Draft<'_>, stamp: &Stamp) {
        if self.drops {
            return;
        }
        let mut row = row;
        stamp_new(table.table(), &mut row, stamp.now, &stamp.operator);
        self.insert(table, row.row());
    }

    /// Updates a row: now, by the operator.
    pub(crate) fn update_stamped(&mut self, table: TableId, row: Draft<'_>, stamp: &Stamp) {
        if self.drops {
            return;
        }
        let mut row = row;
        stamp_update(table.table(), &mut row, stamp.now, &stamp.operator);
        self.update(table, row.row());
    }

    /// Inserts a new row of text columns only.
    pub(crate) fn link(&mut self, table: TableId, cells: &[(usize, &str)], stamp: &Stamp) {
        let mut row = Draft::empty(table.table().fields.len());
        for (index, text) in cells {
            row.set(*index, Cell::Text(text));
        }
        self.insert_new(table, row, stamp);
    }

    /// Deletes a row.
    pub(crate) fn delete(&mut self, table: TableId, row: Row) {
        self.batch(table, |changes| &mut changes.deletes, row);
    }
}

impl Batch {
    /// Returns the rows for the columns that are sent of them.
    pub(super) fn shared(&self) -> Arc<[Row]> {
        self.rows.as_slice().into()
    }

    fn push(&mut self, row: Row, owner: ItemRef) {
        self.rows.push(row);
        self.owners.push(owner);
    }
}

/// Returns the columns that any update of a table changes.
pub(crate) fn changed_columns(table: &Table, target: &Tables, updates: &[Row]) -> Vec<usize> {
    let key: Vec<usize> = table.key().map(|(index, _)| index).collect();
    let before: HashMap<Vec<KeyCell<'_>>, &Row> = target
        .rows(table.id)
        .iter()
        .map(|row| (key_of(row, &key), row))
        .collect();
    let differs = |index: usize| {
        updates.iter().any(|row| {
            before
                .get(&key_of(row, &key))
                .is_none_or(|old| old.cell(index) != row.cell(index))
        })
    };
    table
        .columns()
        .map(|(index, _)| index)
        .filter(|index| !key.contains(index) && differs(*index))
        .collect()
}

/// A cell of a key, for finding rows.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum KeyCell<'r> {
    Int(i64),
    Text(&'r str),
    None,
}

/// Returns the key of a row, whose columns are in `key`.
pub(crate) fn key_of<'r>(row: &'r Row, key: &[usize]) -> Vec<KeyCell<'r>> {
    key.iter()
        .map(|index| match row.cell(*index) {
            Cell::Int(number) => KeyCell::Int(number),
            Cell::Text(text) => KeyCell::Text(text),
            Cell::Null | Cell::Time(_) => KeyCell::None,
        })
        .collect()
}

/// Sets the audit columns of a new row: created now by the operator, never
/// updated, version 1.
pub(crate) fn stamp_new<'r>(
    table: &Table,
    row: &mut Draft<'r>,
    now: NaiveDateTime,
    operator: &'r str,
) {
    for (index, audit) in audits(table) {
        match audit {
            Audit::CreateTime => row.set(index, Cell::Time(now)),
            Audit::CreateUser => row.set(index, Cell::Text(operator)),
            Audit::UpdateTime | Audit::UpdateUser => row.set(index, Cell::Null),
            Audit::Version => row.set(index, Cell::Int(1)),
        }
    }
}

/// Sets the audit columns of a row that is updated: `create_*` stays, version
/// rises by one (NULL counts as 1), as the product's JPA does.
pub(crate) fn stamp_update<'r>(
    table: &Table,
    row: &mut Draft<'r>,
    now: NaiveDateTime,
    operator: &'r str,
) {
    for (index, audit) in audits(table) {
        match audit {
            Audit::CreateTime | Audit::CreateUser => {}
            Audit::UpdateTime => row.set(index, Cell::Time(now)),
            Audit::UpdateUser => row.set(index, Cell::Text(operator)),
            Audit::Version => {
                let version = match row.cell(index) {
                    Cell::Int(version) => version,
                    _ => 1,
                };
                row.set(index, Cell::Int(version + 1));
            }
        }
    }
}

enum Audit {
    CreateTime,
    CreateUser,
    UpdateTime,
    UpdateUser,
    Version,
}

fn audits(table: &Table) -> impl Iterator<Item = (usize, Audit)> {
    table
        .columns()
        .filter(|(_, field)| field.role == Role::Stamped)
        .filter_map(|(index, field)| {
            let audit = match field.column {
                "create_time" | "create_date_time" => Audit::CreateTime,
                "create_user" => Audit::CreateUser,
                "update_time" | "update_date_time" => Audit::UpdateTime,
                "update_user" => Audit::UpdateUser,
                "version" => Audit::Version,
                _ => return None,
            };
            Some((index, audit))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn a_random_id_begins_with_todays_digits() {
        let now = NaiveDate::from_ymd_opt(2024, 1, 31)
            .unwrap()
            .and_hms_opt(1, 2, 3)
            .unwrap();
        let id = Ids::default().random(now);
        assert_eq!(format!("{id:x}").get(..8), Some("20240131"));
    }

    #[test]
    fn a_random_id_is_never_handed_out_twice() {
        let now = NaiveDate::from_ymd_opt(2024, 1, 31)
            .unwrap()
            .and_hms_opt(1, 2, 3)
            .unwrap();
        let mut ids = Ids::default();
        let all: HashSet<i64> = (0..1000).map(|_| ids.random(now)).collect();
        assert_eq!(all.len(), 1000);
    }

    #[test]
    fn counting_and_taking_ask_for_the_same_ids() {
        let mut counting = Ids::counting(HashSet::new());
        assert_eq!(counting.next(Sequence::Host), -1);
        assert_eq!(counting.counts()[&Sequence::Host], 1);
        let mut given = Ids::given(HashMap::from([(Sequence::Host, vec![7])]), HashSet::new());
        assert_eq!(given.next(Sequence::Host), 7);
    }
}
