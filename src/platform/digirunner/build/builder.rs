//! What all kinds of items need to become rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::changes::{Changes, Ids, Sequence};
use super::super::field::{FieldDef, Role};
use super::super::index::Sides;
use super::super::item::value;
use super::super::schema::TableId;
use super::super::tables::{Draft, Row};
use crate::store::Stamp;

/// Collects the rows, and remembers what other rows refer to.
pub(super) struct Builder<'b, 'w> {
    pub(super) sides: &'b Sides<'w>,
    pub(super) stamp: &'b Stamp,
    pub(super) ids: &'b mut Ids,
    pub(super) changes: Changes,
    /// New plain groups by name.
    pub(super) groups: HashMap<Arc<str>, Arc<str>>,
    /// New and refreshed hidden groups by name.
    pub(super) hidden: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// Hidden groups of the target that were refreshed, by id: they may have a new name.
    pub(super) refreshed: HashSet<Arc<str>>,
    /// Authentication types given to groups, so that a hidden group which
    /// stands for several APIs gets each once.
    pub(super) authorized: HashSet<(Arc<str>, &'w str)>,
    /// New hidden groups by their scope's name.
    pub(super) scope_groups: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// New scopes by name.
    pub(super) scopes: HashMap<Arc<str>, Arc<str>>,
}

impl<'b, 'w> Builder<'b, 'w> {
    /// Starts with nothing to write.
    pub(super) fn new(sides: &'b Sides<'w>, stamp: &'b Stamp, ids: &'b mut Ids) -> Self {
        Self {
            sides,
            stamp,
            ids,
            changes: Changes::default(),
            groups: HashMap::new(),
            hidden: HashMap::new(),
            refreshed: HashSet::new(),
            authorized: HashSet::new(),
            scope_groups: HashMap::new(),
            scopes: HashMap::new(),
        }
    }
}

impl<'w> Builder<'_, 'w> {
    /// Stamps and inserts a row.
    pub(super) fn insert(&mut self, table: TableId, row: Draft<'_>) {
        self.changes.insert_new(table, row, self.stamp);
    }

    /// Stamps and updates a row.
    pub(super) fn update(&mut self, table: TableId, row: Draft<'_>) {
        self.changes.update_stamped(table, row, self.stamp);
    }

    /// Inserts a row that contains only links.
    pub(super) fn link<const N: usize>(&mut self, table: TableId, cells: [(usize, &str); N]) {
        self.changes.link(table, &cells, self.stamp);
    }

    pub(super) fn next_text(&mut self, sequence: Sequence) -> Arc<str> {
        self.ids.next(sequence).to_string().into()
    }

    /// A row without rows of other tables.
    pub(super) fn simple(&mut self, table: TableId, row: &Row, base: Option<&Row>) {
        match base {
            Some(base) => self.update(table, covered(table, base, row)),
            None => self.insert(table, row.draft()),
        }
    }
}

/// Returns the new row of a covered row of the target: compared fields take the file's value where
/// they differ; everything else is unchanged, byte for byte.
pub(super) fn covered<'r>(table: TableId, base: &'r Row, from: &'r Row) -> Draft<'r> {
    taken(table, base, from, |field| {
        field.role == Role::Compared && !field.is_kept
    })
}

/// Copies from the file the requested columns that differ.
pub(super) fn taken<'r>(
    table: TableId,
    base: &'r Row,
    from: &'r Row,
    wanted: impl Fn(&FieldDef) -> bool,
) -> Draft<'r> {
    let mut new = base.draft();
    for (index, field) in table.table().columns().filter(|(_, field)| wanted(field)) {
        if value(field, base.cell(index)) != value(field, from.cell(index)) {
            new.copy(from, &[index]);
        }
    }
    new
}
