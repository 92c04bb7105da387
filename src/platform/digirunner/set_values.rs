//! Values of a file that the rules of an environment replace.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::cells::{CellRef, each};
use super::compare::all_apis;
use super::compared::{Place, wanted};
use super::field::{FieldDef, Type};
use super::file::SetPaths;
use super::index::{ApiPlaces, IDENTITIES, Index, Places, Sides};
use super::kinds::KINDS;
use super::tables::{Cell, Tables};
use crate::engine::rule::{Matcher, Replacement, RuleError, ValueRule, replaced};
use crate::engine::{ItemId, Value};
use crate::store::row::OwnedCell;

/// Replaces values as rules say, one rule after the other; `places` are those of the tables. Returns
/// what was set, and the rules that match nothing or cannot be followed.
pub(super) fn set_values(
    tables: &mut Tables,
    places: &Arc<Places>,
    rules: &[ValueRule],
) -> (SetPaths, Vec<RuleError>) {
    let mut errors = Vec::new();
    let mut set: HashMap<ItemId, BTreeSet<CellRef>> = HashMap::new();
    for rule in rules {
        let edits = Matcher::new(&rule.scope, &KINDS)
            .and_then(|matcher| Setter::new(rule, &matcher, tables).edits(tables, places));
        match edits {
            Ok(edits) => {
                for Edit { item, cell, value } in edits {
                    set.entry(item).or_default().insert(cell);
                    if let Some(value) = value {
                        tables.set_cell(cell, value.cell());
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    (paths(tables, places, &set), errors)
}

/// Returns the paths of cells, as they are once all were set.
fn paths(
    tables: &Tables,
    places: &Arc<Places>,
    set: &HashMap<ItemId, BTreeSet<CellRef>>,
) -> SetPaths {
    let mut found = SetPaths::new();
    if set.is_empty() {
        return found;
    }
    with_items(
        tables,
        places,
        |id| set.contains_key(id),
        |id, item| {
            let cells = set.get(id);
            each(item, |_, pointer, value| {
                let cell = CellRef::of(value);
                if cell.is_some_and(|cell| cells.is_some_and(|cells| cells.contains(&cell))) {
                    found
                        .entry(id.clone())
                        .or_default()
                        .push(pointer.to_owned());
                }
            });
        },
    );
    found
}

/// Calls with the items of a file by itself, with cells in their fields.
fn with_items(
    tables: &Tables,
    places: &Arc<Places>,
    is_meant: impl Fn(&ItemId) -> bool,
    mut visit: impl FnMut(&ItemId, &Value),
) {
    let mut target = Tables::default();
    target.apis = all_apis(tables);
    let sides = Sides::of(
        Index::of(tables, Arc::clone(places)),
        Index::new(&target),
        Arc::new(ApiPlaces::new(tables, &target)),
    );
    let sides = sides.with_cells();
    for identity in &IDENTITIES {
        let rows = tables.rows(identity.table).iter().enumerate();
        for (index, row) in rows.filter(|(_, row)| identity.is_item(row)) {
            let id = ItemId::new(identity.kind.clone(), row.shared(identity.key));
            let first = sides.file.item(&id.kind, &id.key);
            // What refers to a key belongs to the first that has it.
            if first.is_none_or(|first| !std::ptr::eq(first, row)) || !is_meant(&id) {
                continue;
            }
            if let Some(item) = wanted(&sides, Place::new(identity, index)) {
                visit(&id, &item);
            }
        }
    }
}

/// A cell that a rule sets; `None` if it has the value already.
struct Edit {
    item: ItemId,
    cell: CellRef,
    value: Option<OwnedCell>,
}

/// One rule.
struct Setter<'r> {
    rule: &'r ValueRule,
    matcher: &'r Matcher,
    tables: &'r Tables,
}

impl<'r> Setter<'r> {
    const fn new(rule: &'r ValueRule, matcher: &'r Matcher, tables: &'r Tables) -> Self {
        Self {
            rule,
            matcher,
            tables,
        }
    }

    fn edits(&self, tables: &Tables, places: &Arc<Places>) -> Result<Vec<Edit>, RuleError> {
        let mut edits = Vec::new();
        let mut failed = None;
        let is_meant = |id: &ItemId| self.matcher.is_about(id);
        with_items(tables, places, is_meant, |id, item| {
            each(item, |path, pointer, value| {
                let edit = self
                    .edit(path, value)
                    .map_err(|why| self.matcher.error(format!("{id}: {pointer}: {why}")));
                match edit {
                    Ok(Some((cell, value))) => edits.push(Edit {
                        item: id.clone(),
                        cell,
                        value,
                    }),
                    Ok(None) => {}
                    Err(error) => failed = failed.take().or(Some(error)),
                }
            });
        });
        match failed.or_else(|| self.matcher.unmet()) {
            Some(error) => Err(error),
            None => Ok(edits),
        }
    }

    /// Returns the cell to set at a path, if the rule sets it, and its new value, if that is
    /// another.
    fn edit(
        &self,
        path: &[String],
        value: &Value,
    ) -> Result<Option<(CellRef, Option<OwnedCell>)>, String> {
        if !self.matcher.path.covers(path) {
            return Ok(None);
        }
        self.matcher.found();
        let is_named = self.matcher.path.names(path);
        let cell = CellRef::of(value);
        match (&self.rule.replacement, cell) {
            (Replacement::Value(_), _) if !is_named => {
                Err("the path names several fields; name one".to_owned())
            }
            (Replacement::Value(_), None) => {
                Err("it is a member of a list, and has no value of its own".to_owned())
            }
            (Replacement::Value(value), Some(cell)) => {
                self.matcher.met();
                let new = literal(cell, value)?;
                self.rule
                    .check_secret(field(cell).is_some_and(|field| field.is_secret))?;
                let is_same = new.cell() == self.cell(cell);
                Ok(Some((cell, Some(new).filter(|_| !is_same))))
            }
            (Replacement::Text { .. }, None) => Ok(None),
            (Replacement::Text { from, to }, Some(cell)) => {
                let Cell::Text(text) = self.cell(cell) else {
                    return Ok(None);
                };
                let new = replaced(text, from, to);
                if new.is_some() {
                    self.matcher.met();
                    self.rule
                        .check_secret(field(cell).is_some_and(|field| field.is_secret))?;
                }
                Ok(new.map(|new| (cell, Some(OwnedCell::Text(new)))))
            }
        }
    }

    fn cell(&self, cell: CellRef) -> Cell<'r> {
        let row = self.tables.row(cell.table, cell.row);
        row.map_or(Cell::Null, |row| row.cell(cell.column))
    }
}

/// Returns the field that a cell is of.
fn field(cell: CellRef) -> Option<&'static FieldDef> {
    cell.table.table().fields.get(cell.column)
}

/// Returns a value as a cell has it.
fn literal(cell: CellRef, value: &serde_json::Value) -> Result<OwnedCell, String> {
    let Some(field) = field(cell) else {
        return Err("it is not a column".to_owned());
    };
    let expected = match field.ty {
        Type::Text(_) => "text",
        Type::Int => "a 32-bit whole number",
        Type::IntAsLong | Type::Long => "a 64-bit whole number",
        Type::Time | Type::Epoch => return Err("it is a date, which rules cannot set".to_owned()),
    };
    match (field.ty, value, value.as_i64()) {
        (_, serde_json::Value::Null, _) => Ok(OwnedCell::Null),
        (Type::Text(_), serde_json::Value::String(text), _) => Ok(OwnedCell::Text(text.clone())),
        (Type::Int, _, Some(number)) if i32::try_from(number).is_ok() => Ok(OwnedCell::Int(number)),
        (Type::IntAsLong | Type::Long, _, Some(number)) => Ok(OwnedCell::Int(number)),
        _ => Err(format!("it takes {expected}")),
    }
}
