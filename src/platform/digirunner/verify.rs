//! The check before the commit: the shown items and the columns' roles against the written rows.
//!
//! Pure. Items are read from the journal's rows by the same code that reads the target, and must
//! match the promise; every column that is part of no item must match its [`Role`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde_json::value::RawValue;

use super::allocate::COUNTERS;
use super::changes::Changes;
use super::index::{Index, is_hidden};
use super::item::value;
use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use super::rules::{NO_GROUPS, keyword_search};
use super::schema::{
    FieldDef, Role, TABLES, Table, TableId, Type, client, client_group, clientext, dp_app, group,
    oauth, open_key, open_map, vgroup, vgroup_group, x_key, x_map,
};
use super::tables::{Cell, Row, Tables};
use super::{compare, file::File, references};
use crate::engine::diff::segments;
use crate::engine::promise::{Deviation, ItemDifference, differences};
use crate::engine::{
    Approved, ItemId, Kind, Plan, Promise, Promised, RowPromise, TouchedRow, Unpromised, Value,
    Verb,
};
use crate::store::Touched;

/// Returns every difference between the shown and the written state.
pub(crate) fn verify(
    file: &File,
    target: &Tables,
    approved: &Approved,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let after = after(target, touched);
    let verbs: HashMap<&ItemId, Verb> = approved
        .steps()
        .iter()
        .filter_map(|step| Some((&approved.plan().entry(step.index)?.item.id, step.verb)))
        .collect();
    let policy = Policy {
        file: &file.tables,
        before: Index::new(target),
        after: Index::new(&after),
        keys: [Index::new(target), Index::new(&after)].map(|side| clients_of_keys(&side)),
        verbs: &verbs,
    };
    let mut rows: Vec<RowPromise> = touched
        .rows()
        .filter_map(|row| policy.promise(row))
        .collect();
    rows.extend(policy.links_of_new_groups());
    let named = named(target, &after);
    let shown = match &named {
        Some(named) => &Arc::new(compare::plan(file, named)),
        None => approved.plan(),
    };
    touched.with(&rows, &references::tables(), |promise| {
        let mut found = moved(target, promise, touched);
        found.extend(promise.unpromised(touched.rows()));
        let written = compare::plan(file, &after);
        for id in shown
            .entries()
            .iter()
            .map(|entry| &entry.item.id)
            .filter(|id| verbs.contains_key(id))
        {
            let is_there = |index| {
                written
                    .entry(index)
                    .is_some_and(|entry| entry.base.is_some())
            };
            if !written.position(id).is_some_and(is_there) {
                found.push(main_row(promise, id, Deviation::MissingRow));
                continue;
            }
            for one in item(shown, &written, id, &verbs) {
                let one = policy.place(promise, touched, id, &one);
                let is_known = |other: &Unpromised| {
                    (&other.table, &other.key, &other.column) == (&one.table, &one.key, &one.column)
                };
                if !found.iter().any(is_known) {
                    found.push(one);
                }
            }
        }
        found
    })
}

/// Returns where a written item differs from what was shown.
fn item(
    shown: &Plan,
    written: &Plan,
    id: &ItemId,
    verbs: &HashMap<&ItemId, Verb>,
) -> Vec<ItemDifference> {
    let entry = |plan: &Plan| {
        plan.position(id)
            .and_then(|index| plan.entry(index).cloned())
    };
    let Some(mut promised) = entry(shown) else {
        return Vec::new();
    };
    without_missing_groups(&mut promised.item.value);
    let promised = promised.promised(&|on| verbs.contains_key(on));
    let found = entry(written)
        .and_then(|entry| entry.base)
        .map(|base| base.value);
    differences(&promised, &found.unwrap_or(Value::Null))
}

/// Returns the target with the new names of its hidden groups, if any are new or renamed: the maps
/// of X-API keys find them by name.
fn named(before: &Tables, after: &Tables) -> Option<Tables> {
    let (then, now) = (Index::new(before), Index::new(after));
    let hidden = |row: &&Row| is_hidden(row);
    let mut any = false;
    let mut rows: Vec<Row> = before.rows(TableId::Group).to_vec();
    for row in rows.iter_mut().filter(|row| is_hidden(row)) {
        let Some(new) = now.group(row.text(group::GROUP_ID)) else {
            continue;
        };
        any |= new.text(group::GROUP_NAME) != row.text(group::GROUP_NAME);
        let follows = group::TABLE.columns().filter(|(_, field)| field.follows);
        row.copy(new, &follows.map(|(index, _)| index).collect::<Vec<_>>());
    }
    let is_new = |row: &&Row| then.group(row.text(group::GROUP_ID)).is_none();
    rows.extend(
        after
            .rows(TableId::Group)
            .iter()
            .filter(hidden)
            .filter(is_new)
            .cloned(),
    );
    any |= rows.len() > before.rows(TableId::Group).len();
    let mut named = before.clone();
    named.set_rows(TableId::Group, rows);
    any.then_some(named)
}

/// Removes the maps to hidden groups that depend on a scope: its own groups exist by then, and the
/// product skips maps to others.
fn without_missing_groups(client: &mut Value) {
    let Value::Record(fields) = client else {
        return;
    };
    for field in fields.iter_mut().filter(|field| field.name == "xApiKeys") {
        let Value::Set(keys) = &mut field.value else {
            continue;
        };
        for key in keys {
            let Value::Record(fields) = &mut key.value else {
                continue;
            };
            for field in fields.iter_mut().filter(|field| field.name == "groups") {
                let Value::Set(groups) = &mut field.value else {
                    continue;
                };
                groups.retain(|group| group.needs.as_ref().is_none_or(|on| on.kind != SCOPE));
            }
        }
    }
}

/// The check of written rows by the columns' roles.
struct Policy<'a> {
    file: &'a Tables,
    before: Index<'a>,
    after: Index<'a>,
    /// The clients of keys, before and after.
    keys: [Keys; 2],
    verbs: &'a HashMap<&'a ItemId, Verb>,
}

/// The clients of X-API keys and of DGRK keys, by the keys' ids.
type Keys = HashMap<(TableId, i64), Arc<str>>;

fn clients_of_keys(side: &Index<'_>) -> Keys {
    [
        (TableId::XKey, x_key::API_KEY_ID, x_key::CLIENT_ID),
        (
            TableId::OpenKey,
            open_key::OPEN_API_KEY_ID,
            open_key::CLIENT_ID,
        ),
    ]
    .into_iter()
    .flat_map(|(table, id, client)| {
        let rows = side.tables.rows(table).iter();
        rows.filter_map(move |row| Some(((table, row.int(id)?), row.shared(client))))
    })
    .collect()
}

impl<'a> Policy<'a> {
    /// Returns what a touched row was to become; none if it is part of no written item.
    fn promise(&self, touched: TouchedRow<'_>) -> Option<RowPromise> {
        if touched.table == COUNTERS {
            return Some(counter(touched));
        }
        let table = TABLES
            .into_iter()
            .find(|table| table.name == touched.table)?;
        let is_update = touched.before.is_some() && touched.after.is_some();
        let now = row_of(table, touched.after.or(touched.before)?);
        let (owner, side) = self.owner(table, &now, touched.after.is_some())?;
        let verb = *self.verbs.get(&owner)?;
        if !self.is_linked(table, &now, side) {
            return None;
        }
        let is_idp = matches!(
            table.id,
            TableId::IdpO | TableId::IdpL | TableId::IdpA | TableId::IdpJdbc
        );
        let mut columns = BTreeMap::new();
        for (index, field) in table.columns() {
            if let Some(promised) = self.column(table.id, (index, field), &now, verb, is_update) {
                columns.insert(field.column.to_owned(), promised);
            }
        }
        Some(RowPromise {
            table: table.name.into(),
            key: touched.key.to_owned(),
            // Rows of identity providers are replaced by fresh ones: reported with the item.
            remains: !is_idp || touched.after.is_some(),
            required: false,
            columns,
        })
    }

    fn column(
        &self,
        table: TableId,
        (index, field): (usize, &FieldDef),
        now: &Row,
        verb: Verb,
        is_update: bool,
    ) -> Option<Promised> {
        let value = |cell: &Cell| json(cell).map(Promised::Value);
        match (table, field.role) {
            (TableId::Oauth, _) if index == oauth::SCOPE => {
                let mut groups = self.after.groups_of_client(now.text(oauth::CLIENT_ID));
                groups.sort_unstable();
                let joined = if groups.is_empty() {
                    NO_GROUPS.to_owned()
                } else {
                    groups.join(",")
                };
                value(&Cell::Text(joined.into()))
            }
            (TableId::Clientext, _) if index == clientext::KEYWORD_SEARCH => {
                value(&Cell::Text(keyword_search(now).into()))
            }
            (TableId::DpApp, _) if index == dp_app::KEYWORD_SEARCH => {
                let mut rows = self.file.rows(TableId::DpApp).iter();
                let row =
                    rows.find(|row| row.text(dp_app::CLIENT_ID) == now.text(dp_app::CLIENT_ID));
                row.and_then(|row| value(row.cell(index)))
            }
            (TableId::Client, Role::Counter) if !is_update => match index {
                client::API_USED => {
                    let mut rows = self.file.rows(TableId::Client).iter();
                    let row =
                        rows.find(|row| row.text(client::CLIENT_ID) == now.text(client::CLIENT_ID));
                    row.and_then(|row| value(row.cell(index)))
                }
                _ => value(&Cell::Int(0)),
            },
            (_, Role::Stamped) => {
                let is_fixed =
                    is_update && field.column.starts_with("create_") && !is_renewed(table);
                (!is_fixed).then_some(Promised::Stamped)
            }
            (_, Role::Derived) => Some(Promised::Derived),
            (TableId::Group, _) if is_update && field.follows && is_hidden(now) => {
                Some(Promised::Derived)
            }
            (_, Role::Compared) if is_update && field.is_kept && verb == Verb::Cover => None,
            (_, Role::Compared) => Some(Promised::Compared),
            (_, Role::Identity | Role::Local | Role::Counter) => {
                (!is_update).then_some(Promised::Compared)
            }
        }
    }

    /// Returns the item of a row, and its side.
    fn owner(&self, table: &Table, row: &Row, is_there: bool) -> Option<(ItemId, &Index<'a>)> {
        let (side, [before, after]) = (
            if is_there { &self.after } else { &self.before },
            &self.keys,
        );
        let keys = if is_there { after } else { before };
        let client = |id: Arc<str>| ItemId::new(CLIENT, id);
        let scope = |id: &str| {
            Some(ItemId::new(
                SCOPE,
                side.scope(id)?.shared(vgroup::VGROUP_NAME),
            ))
        };
        let of_group = |row: &Row| match is_hidden(row) {
            true => scope(row.text(group::VGROUP_ID)),
            false => Some(ItemId::new(GROUP, row.shared(group::GROUP_NAME))),
        };
        let key = |kind: &Kind| Some(ItemId::new(kind.clone(), row.shared(table.key().next()?.0)));
        let column = |name: &str| {
            table
                .columns()
                .find(|(_, field)| field.column == name)
                .map(|(index, _)| index)
        };
        let owner = match table.id {
            TableId::XMap => keys
                .get(&(TableId::XKey, row.int(x_map::REF_API_KEY_ID)?))
                .cloned()
                .map(client),
            TableId::OpenMap => keys
                .get(&(TableId::OpenKey, row.int(open_map::REF_OPEN_API_KEY_ID)?))
                .cloned()
                .map(client),
            TableId::Group => of_group(row),
            TableId::GroupApi | TableId::GroupAuthority => {
                of_group(side.group(row.text(column("group_id")?))?)
            }
            TableId::Vgroup | TableId::VgroupAuthority | TableId::VgroupGroup => {
                scope(row.text(column("vgroup_id")?))
            }
            TableId::Authority => key(&AUTHENTICATION),
            TableId::Level => key(&LEVEL),
            TableId::Rdb => key(&RDB),
            _ => Some(client(row.shared(column("client_id")?))),
        };
        Some((owner?, side))
    }

    /// Says whether a link that is not shown follows from a shown item: a scope's hidden groups,
    /// and those of a client's scopes.
    fn is_linked(&self, table: &Table, row: &Row, side: &Index<'_>) -> bool {
        let hidden = |id: &str| side.group(id).filter(|row| is_hidden(row));
        match table.id {
            TableId::VgroupGroup => hidden(row.text(vgroup_group::GROUP_ID)).is_some_and(|group| {
                group.text(group::VGROUP_ID) == row.text(vgroup_group::VGROUP_ID)
            }),
            TableId::ClientGroup => hidden(row.text(client_group::GROUP_ID)).is_none_or(|group| {
                side.scopes_of_client(row.text(client_group::CLIENT_ID))
                    .contains(&group.text(group::VGROUP_ID))
            }),
            _ => true,
        }
    }

    /// Returns the links that new hidden groups require, and that no item shows.
    fn links_of_new_groups(&self) -> Vec<RowPromise> {
        let linked: HashSet<(&str, &str)> = self
            .after
            .tables
            .rows(TableId::VgroupGroup)
            .iter()
            .map(|row| {
                (
                    row.text(vgroup_group::VGROUP_ID),
                    row.text(vgroup_group::GROUP_ID),
                )
            })
            .collect();
        let rows = self
            .after
            .tables
            .rows(TableId::Group)
            .iter()
            .filter(|row| is_hidden(row));
        let new = rows.filter(|row| self.before.group(row.text(group::GROUP_ID)).is_none());
        let ids = new.map(|row| (row.text(group::VGROUP_ID), row.text(group::GROUP_ID)));
        ids.filter(|ids| !linked.contains(ids))
            .map(|(scope, group)| RowPromise {
                table: vgroup_group::TABLE.name.into(),
                key: serde_json::json!({ "vgroup_id": scope, "group_id": group }).to_string(),
                remains: true,
                required: true,
                columns: BTreeMap::new(),
            })
            .collect()
    }

    /// Describes a difference of an item with its row and column, if there is one; else with the
    /// item's path.
    fn place<'r>(
        &self,
        promise: &Promise<'_>,
        touched: Touched<'r>,
        id: &ItemId,
        one: &ItemDifference,
    ) -> Unpromised {
        let name = segments(&one.path).last().unwrap_or_default();
        let has_it = |row: TouchedRow<'r>| {
            let table = TABLES.into_iter().find(|table| table.name == row.table)?;
            let (index, field) = table.columns().find(|(_, field)| field.json == name)?;
            let now = row_of(table, row.after?);
            let (owner, _) = self.owner(table, &now, true)?;
            (owner == *id && value(field, now.cell(index)) == one.found).then_some((row, field))
        };
        let found = touched.rows().find_map(has_it);
        let describe = |value: &Value| serde_json::to_string(value).unwrap_or_default();
        match found {
            Some((row, field)) => {
                let is_shown = (promise.shown)(row.table, field.column);
                Unpromised {
                    column: Some(field.column.to_owned()),
                    promised: is_shown.then(|| describe(&one.promised)),
                    found: is_shown.then(|| describe(&one.found)),
                    ..promise.deviation(row.table, row.key, Deviation::Value)
                }
            }
            None => {
                let of = |row: TouchedRow<'_>| {
                    let table = TABLES.into_iter().find(|table| table.name == row.table)?;
                    let now = row_of(table, row.after.or(row.before)?);
                    let (owner, _) = self.owner(table, &now, row.after.is_some())?;
                    (owner == *id).then(|| promise.deviation(row.table, row.key, Deviation::Value))
                };
                let row = touched.rows().find_map(of);
                let row = row.unwrap_or_else(|| main_row(promise, id, Deviation::Value));
                Unpromised {
                    column: Some(format!("{id} {}", one.path)),
                    ..row
                }
            }
        }
    }
}

/// Says whether a cover replaces rows of a table instead of updating them.
const fn is_renewed(table: TableId) -> bool {
    matches!(
        table,
        TableId::Host
            | TableId::GroupApi
            | TableId::IdpO
            | TableId::IdpL
            | TableId::IdpA
            | TableId::IdpJdbc
    )
}

/// Returns a difference of the row that an item has in its kind's own table.
fn main_row(promise: &Promise<'_>, id: &ItemId, what: Deviation) -> Unpromised {
    let rows = [
        (CLIENT, TableId::Client, "client_id"),
        (GROUP, TableId::Group, "group_name"),
        (SCOPE, TableId::Vgroup, "vgroup_name"),
        (AUTHENTICATION, TableId::Authority, "group_authoritie_id"),
        (LEVEL, TableId::Level, "security_level_id"),
        (RDB, TableId::Rdb, "connection_name"),
    ];
    let found = rows.into_iter().find(|(kind, ..)| *kind == id.kind);
    let (table, column) = found.map_or(("", ""), |(_, table, column)| (table.table().name, column));
    promise.deviation(
        table,
        &serde_json::json!({ column: &*id.key }).to_string(),
        what,
    )
}

/// Returns what changed between the reading of the target and the first touch of
/// a row: what one table's trigger did to the next table's rows.
pub(crate) fn moved(
    target: &Tables,
    promise: &Promise<'_>,
    touched: Touched<'_>,
) -> Vec<Unpromised> {
    let mut found = Vec::new();
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for table in TABLES {
        let mut rows = touched
            .rows()
            .filter(|row| row.table == table.name)
            .peekable();
        if rows.peek().is_none() {
            continue;
        }
        let before: HashMap<String, &Row> = target
            .rows(table.id)
            .iter()
            .map(|row| (key_of(table, row), row))
            .collect();
        for row in rows.filter(|row| seen.insert((row.table, row.key))) {
            let Some(json) = row.before else { continue };
            let now = row_of(table, json);
            let Some(base) = before.get(&key_of(table, &now)) else {
                found.push(promise.deviation(row.table, row.key, Deviation::UnexpectedRow));
                continue;
            };
            let differs = |index: usize, field: &FieldDef| match field.ty {
                // A time in another JSON format is read as none.
                Type::Time => base.cell(index) != now.cell(index) && *now.cell(index) != Cell::Null,
                Type::Text(1) => base.text(index).trim_end_matches(' ') != now.text(index),
                _ => base.cell(index) != now.cell(index),
            };
            for (_, field) in table
                .columns()
                .filter(|(index, field)| differs(*index, field))
            {
                if field.role != Role::Stamped {
                    found.push(Unpromised {
                        column: Some(field.column.to_owned()),
                        ..promise.deviation(row.table, row.key, Deviation::Value)
                    });
                }
            }
        }
    }
    found
}

/// Returns the promise of computed rows: the rows themselves.
pub(crate) fn promises(changes: &Changes, target: &Tables) -> Vec<RowPromise> {
    let mut promises = Vec::new();
    for table in TABLES {
        let Some(changes) = changes.of(table.id) else {
            continue;
        };
        let before: HashMap<String, &Row> = target
            .rows(table.id)
            .iter()
            .map(|row| (key_of(table, row), row))
            .collect();
        let written = changes
            .updates
            .rows
            .iter()
            .chain(&changes.inserts.rows)
            .map(|row| (row, true));
        for (row, remains) in written.chain(changes.deletes.rows.iter().map(|row| (row, false))) {
            let base = before.get(&key_of(table, row));
            let differs =
                |index: &usize| base.is_none_or(|base| base.cell(*index) != row.cell(*index));
            let columns =
                table
                    .columns()
                    .filter(|(index, _)| differs(index))
                    .map(|(index, field)| {
                        let promised = match field.role {
                            Role::Stamped => Promised::Stamped,
                            _ => json(row.cell(index)).map_or(Promised::Derived, Promised::Value),
                        };
                        (field.column.to_owned(), promised)
                    });
            promises.push(RowPromise {
                table: table.name.into(),
                key: key_json(table, row),
                remains,
                required: true,
                columns: if remains {
                    columns.collect()
                } else {
                    BTreeMap::new()
                },
            });
        }
    }
    promises
}

/// Returns the promise of the counters from which a job took ids.
pub(crate) fn counters(touched: Touched<'_>) -> impl Iterator<Item = RowPromise> {
    touched
        .rows()
        .filter(|row| row.table == COUNTERS)
        .map(counter)
}

fn counter(row: TouchedRow<'_>) -> RowPromise {
    RowPromise {
        table: COUNTERS.into(),
        key: row.key.to_owned(),
        remains: true,
        required: false,
        columns: ["sequence_name", "next_val"]
            .map(|name| (name.to_owned(), Promised::Derived))
            .into(),
    }
}

/// Returns the target after a job's rows are written.
pub(crate) fn after(tables: &Tables, touched: Touched<'_>) -> Tables {
    let mut by_table: HashMap<&str, Vec<TouchedRow<'_>>> = HashMap::new();
    for row in touched.rows() {
        by_table.entry(row.table).or_default().push(row);
    }
    let mut after = tables.clone();
    for table in TABLES {
        let Some(touched) = by_table.remove(table.name) else {
            continue;
        };
        let mut rows: Vec<Option<Row>> = tables.rows(table.id).iter().cloned().map(Some).collect();
        let mut places: HashMap<String, usize> = tables
            .rows(table.id)
            .iter()
            .enumerate()
            .map(|(index, row)| (key_of(table, row), index))
            .collect();
        for row in touched {
            let key = key_of(table, &row_of(table, row.key));
            let index = *places.entry(key).or_insert(rows.len());
            if index == rows.len() {
                rows.push(None);
            }
            let Some(slot) = rows.get_mut(index) else {
                continue;
            };
            *slot = match (slot.take(), row.before, row.after) {
                // Unchanged rows stay as they were read.
                (Some(base), Some(before), Some(after)) => {
                    Some(patched(table, base, before, after))
                }
                (_, _, after) => after.map(|after| row_of(table, after)),
            };
        }
        after.set_rows(table.id, rows.into_iter().flatten().collect());
    }
    after
}

fn patched(table: &Table, mut row: Row, before: &str, after: &str) -> Row {
    let (before, after) = (cells(before), cells(after));
    for (index, field) in table.columns() {
        let (old, new) = (before.get(field.column), after.get(field.column));
        if old.map(|old| old.get()) != new.map(|new| new.get()) {
            row.set(index, new.map_or(Cell::Null, |new| cell(field, new)));
        }
    }
    row
}

fn cells(json: &str) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Reads a row of the journal, or a key.
fn row_of(table: &Table, json: &str) -> Row {
    let cells = cells(json);
    let mut row = Row::empty(table);
    for (index, field) in table.columns() {
        if let Some(value) = cells.get(field.column) {
            row.set(index, cell(field, value));
        }
    }
    row
}

fn cell(field: &FieldDef, json: &RawValue) -> Cell {
    let text = || serde_json::from_str::<String>(json.get()).ok();
    let cell = match field.ty {
        // What `char(1)` pads, `text` does not have.
        Type::Text(1) => text().map(|text| Cell::Text(text.trim_end_matches(' ').into())),
        Type::Text(_) | Type::Epoch => text().map(|text| Cell::Text(text.into())),
        Type::Int | Type::IntAsLong | Type::Long => json.get().parse().ok().map(Cell::Int),
        Type::Time => text().and_then(|text| time(&text)).map(Cell::Time),
    };
    cell.unwrap_or(Cell::Null)
}

/// Reads a time as PostgreSQL writes it: years BC, and with more than four digits.
fn time(text: &str) -> Option<NaiveDateTime> {
    let (text, is_bc) = text
        .strip_suffix(" BC")
        .map_or((text, false), |text| (text, true));
    let (year, rest) = text.split_once('-')?;
    let year: i64 = year.parse().ok()?;
    let year = if is_bc { 1 - year } else { year };
    format!("{year:+05}-{rest}").parse().ok()
}

/// Returns a cell as PostgreSQL writes it as JSON; none for times.
fn json(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => Some("null".to_owned()),
        Cell::Int(number) => Some(number.to_string()),
        Cell::Text(text) => Some(serde_json::Value::from(&**text).to_string()),
        Cell::Time(_) => None,
    }
}

fn key_of(table: &Table, row: &Row) -> String {
    let parts = table
        .key()
        .map(|(index, _)| json(row.cell(index)).unwrap_or_default());
    parts.collect::<Vec<_>>().join(",")
}

fn key_json(table: &Table, row: &Row) -> String {
    let parts = table.key().map(|(index, field)| {
        format!(
            "\"{}\": {}",
            field.column,
            json(row.cell(index)).unwrap_or_default()
        )
    });
    format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
}
