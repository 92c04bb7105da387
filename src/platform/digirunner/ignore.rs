//! Differences that the rules of an environment ignore: the file takes the target's values before it
//! is compared, so that what is shown, blocked and written follows.

use std::collections::BTreeSet;

use super::cells::{CellRef, each};
use super::compared::{Ignored, Place, stored, wanted};
use super::index::{IDENTITIES, Sides};
use super::item::value;
use super::schema::{TableId, open_key, x_key};
use super::tables::{Row, Tables};
use crate::engine::diff::{Show, compare, segments};
use crate::engine::rule::Matcher;
use crate::engine::{Change, ItemId, Op, Reason};
use crate::store::row::OwnedCell;

/// Returns the file's tables with the target's values wherever a difference is ignored, if it is
/// anywhere.
pub(super) fn ignore(sides: &Sides<'_>, rules: &[Matcher]) -> (Option<Tables>, Ignored) {
    let mut ignorer = Ignorer {
        sides,
        taken: Vec::new(),
        dropped: BTreeSet::new(),
        ignored: Ignored::default(),
    };
    let cells = sides.clone().with_cells();
    for identity in &IDENTITIES {
        let rows = sides.file.tables.rows(identity.table).iter().enumerate();
        for (index, row) in rows.filter(|(_, row)| identity.is_item(row)) {
            let id = ItemId::new(identity.kind.clone(), row.shared(identity.key));
            let first = sides.file.item(&id.kind, &id.key);
            let about: Vec<&Matcher> = rules.iter().filter(|rule| rule.is_about(&id)).collect();
            if about.is_empty() || first.is_none_or(|first| !std::ptr::eq(first, row)) {
                continue;
            }
            let place = Place {
                // A client that is written completes its scopes.
                completes: true,
                ..Place::new(identity, index)
            };
            ignorer.item(&cells, &id, place, &about);
        }
    }
    let Ignorer {
        taken,
        dropped,
        ignored,
        ..
    } = ignorer;
    if taken.is_empty() && dropped.is_empty() {
        return (None, ignored);
    }
    let mut tables = sides.file.tables.clone();
    for (cell, value) in taken {
        tables.set_cell(cell, value.cell());
    }
    tables.drop_rows(&dropped);
    (Some(tables), ignored)
}

struct Ignorer<'p, 'w> {
    sides: &'p Sides<'w>,
    /// The cells of the file that take the target's value.
    taken: Vec<(CellRef, OwnedCell)>,
    /// The rows of the file that the target does not get.
    dropped: BTreeSet<(TableId, usize)>,
    ignored: Ignored,
}

impl Ignorer<'_, '_> {
    /// Ignores differences of one item; `cells` are the sides with cells in the fields of items.
    fn item(&mut self, cells: &Sides<'_>, id: &ItemId, of: Place, about: &[&Matcher]) {
        let (Some(wanted), base) = (wanted(cells, of), stored(cells, id)) else {
            return;
        };
        for side in [Some(&wanted), base.as_ref()].into_iter().flatten() {
            each(side, |path, _, _| {
                let named = about.iter().filter(|rule| rule.path.covers(path));
                named.for_each(|rule| rule.met());
            });
        }
        let Some(base) = base else { return };
        for change in compare(Some(&base), &wanted, Show::Everything) {
            let path: Vec<String> = segments(&change.path).collect();
            let rule = about.iter().find(|rule| rule.path.covers(&path));
            if let Some(rule) = rule {
                self.change(id, &change, rule);
            }
        }
    }

    fn change(&mut self, id: &ItemId, change: &Change, rule: &Matcher) {
        let (there, here) = (CellRef::of(&change.before), CellRef::of(&change.after));
        match (change.op, there, here) {
            (_, Some(there), Some(here)) => self.field(id, &change.path, there, here),
            // The target has the row of it, or keeps what the file does not have.
            (Op::Same | Op::Keep, ..) => {}
            // A row that the target does not have is written as the file has it.
            (Op::Add, None, Some(_)) => {}
            (Op::Add, None, None) => {
                let mut rows = BTreeSet::new();
                CellRef::rows_of(&change.after, &mut rows);
                let maps = self.maps_of(&rows);
                rows.extend(maps);
                // Of a portal client its rows replace others.
                let replaces = self.sides.file.dp_app_of(&id.key).is_some();
                let mut tables = rows.iter().map(|(table, _)| *table);
                if rows.is_empty() || !tables.all(|table| is_apart(table, replaces)) {
                    return self.refuse(id, &change.path, rule, "which an import adds");
                }
                self.dropped.extend(rows);
                self.note(id, &change.path);
            }
            _ => self.refuse(
                id,
                &change.path,
                rule,
                "which an import replaces as a whole",
            ),
        }
    }

    /// Returns the rows that say what keys give access to.
    fn maps_of(&self, rows: &BTreeSet<(TableId, usize)>) -> Vec<(TableId, usize)> {
        let file = &self.sides.file;
        let mut maps = Vec::new();
        for (table, row) in rows {
            let key = |column| file.tables.row(*table, *row)?.int(column);
            let (table, found): (_, Vec<&Row>) = match table {
                TableId::XKey => {
                    let key = key(x_key::API_KEY_ID);
                    (TableId::XMap, file.x_maps_of(key).collect())
                }
                TableId::OpenKey => {
                    let key = key(open_key::OPEN_API_KEY_ID);
                    (TableId::OpenMap, file.open_maps_of(key).collect())
                }
                _ => continue,
            };
            let positions = found
                .into_iter()
                .filter_map(|row| file.position(table, row));
            maps.extend(positions.map(|row| (table, row)));
        }
        maps
    }

    /// Takes the target's value of a field.
    fn field(&mut self, id: &ItemId, path: &str, there: CellRef, here: CellRef) {
        let (file, target) = (self.sides.file.tables, self.sides.target.tables);
        let row = |tables: &'_ Tables, cell: CellRef| tables.row(cell.table, cell.row).cloned();
        let (Some(from), Some(to)): (Option<Row>, Option<Row>) =
            (row(target, there), row(file, here))
        else {
            return;
        };
        let field = here.table.table().fields.get(here.column);
        let (from, to) = (from.cell(there.column), to.cell(here.column));
        if field.is_some_and(|field| value(field, from) != value(field, to)) {
            self.taken.push((here, OwnedCell::from(from)));
            self.note(id, path);
        }
    }

    fn note(&mut self, id: &ItemId, path: &str) {
        let paths = self.ignored.paths.entry(id.clone()).or_default();
        paths.push(path.to_owned());
    }

    /// Blocks an item: what would be written is not what the rule says.
    fn refuse(&mut self, id: &ItemId, path: &str, rule: &Matcher, why: &str) {
        let message = format!(
            "the rule at {} ignores {path}, {why}: name single fields in the rule, or skip the item",
            rule.origin()
        );
        let reasons = self.ignored.reasons.entry(id.clone()).or_default();
        reasons.push(Reason::new("not-ignorable", message));
    }
}

/// Says whether nothing but its item knows a row of a table, so that the file may be without it;
/// rows of identity providers may replace others of the target.
const fn is_apart(table: TableId, replaces: bool) -> bool {
    use TableId::{Host, IdpA, IdpJdbc, IdpL, IdpO, OpenKey, OpenMap, XKey, XMap};
    match table {
        Host | XKey | XMap | OpenKey | OpenMap => true,
        IdpO | IdpL | IdpA | IdpJdbc => !replaces,
        _ => false,
    }
}
