//! What touched rows may become, by the roles of their columns.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::allocate::COUNTERS;
use super::field::{FieldDef, Role};
use super::foreseen::ForeseenRow;
use super::index::{Identity, Index, is_hidden};
use super::item::value;
use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use super::promises::counter;
use super::rules::{NO_GROUPS, keyword_search};
use super::schema::{
    TABLES, Table, TableId, client, client_group, clientext, dp_app, group, oauth, open_key,
    open_map, vgroup, vgroup_group, x_key, x_map,
};
use super::tables::{Cell, Row};
use super::written::{json, row_of};
use crate::engine::diff::segments;
use crate::engine::promise::{Deviation, ItemDifference};
use crate::engine::{
    ItemId, Kind, Promise, Promised, RowPromise, TouchedRow, Unpromised, Value, Verb,
};
use crate::store::Touched;

/// The check of written rows by the columns' roles.
pub(super) struct Policy<'a> {
    file: Index<'a>,
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
    /// Returns the check of a file's items, between the target before and after.
    pub(super) fn new(
        [file, before, after]: [&Index<'a>; 3],
        verbs: &'a HashMap<&'a ItemId, Verb>,
    ) -> Self {
        let [file, before, after] = [file, before, after].map(Index::clone);
        let keys = [&before, &after].map(clients_of_keys);
        Self {
            file,
            before,
            after,
            keys,
            verbs,
        }
    }

    /// Returns the choice of the written item that a row belongs to; none if it belongs to none.
    fn verb(&self, table: &Table, now: &Row, is_there: bool) -> Option<Verb> {
        let (owner, side) = self.owner(table, now, is_there)?;
        let verb = *self.verbs.get(&owner)?;
        self.is_linked(table, now, side).then_some(verb)
    }

    /// Says whether a row may become what it becomes.
    pub(super) fn allows(&self, row: ForeseenRow<'_>) -> bool {
        let ForeseenRow {
            table,
            before,
            after,
        } = row;
        let Some(now) = after.or(before) else {
            return true;
        };
        let Some(verb) = self.verb(table, now, after.is_some()) else {
            return before == after;
        };
        if after.is_none() {
            return is_idp(table.id);
        }
        table.columns().all(|(index, field)| {
            let (cell, base) = (now.cell(index), before.map(|row| row.cell(index)));
            match self.column(table.id, (index, field), now, verb, base.is_some()) {
                Some(Promised::Value(wanted)) => json(cell).is_some_and(|json| json == wanted),
                Some(Promised::Stamped | Promised::Derived | Promised::Compared) => true,
                None => cell == base.unwrap_or(Cell::Null),
            }
        })
    }

    /// Returns what a touched row was to become; none if it is part of no written item.
    pub(super) fn promise(&self, touched: TouchedRow<'_>) -> Option<RowPromise> {
        if touched.table == COUNTERS {
            return Some(counter(touched));
        }
        let table = TABLES
            .into_iter()
            .find(|table| table.name == touched.table)?;
        let is_update = touched.before.is_some() && touched.after.is_some();
        let now = row_of(table, touched.after.or(touched.before)?);
        let verb = self.verb(table, &now, touched.after.is_some())?;
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
            remains: !is_idp(table.id) || touched.after.is_some(),
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
        let value = |cell: Cell<'_>| json(cell).map(Promised::Value);
        match (table, field.role) {
            (TableId::Oauth, _) if index == oauth::SCOPE => {
                let mut groups = self.after.groups_of_client(now.text(oauth::CLIENT_ID));
                groups.sort_unstable();
                let joined = if groups.is_empty() {
                    NO_GROUPS.to_owned()
                } else {
                    groups.join(",")
                };
                value(Cell::Text(&joined))
            }
            (TableId::Clientext, _) if index == clientext::KEYWORD_SEARCH => {
                value(Cell::Text(&keyword_search(|index| now.cell(index))))
            }
            (TableId::DpApp, _) if index == dp_app::KEYWORD_SEARCH => {
                let client = now.text(dp_app::CLIENT_ID);
                let mut rows = self
                    .file
                    .rows_of(TableId::DpApp, &self.file.dp_apps, client);
                rows.next().and_then(|(_, row)| value(row.cell(index)))
            }
            (TableId::Client, Role::Counter) if !is_update => match index {
                client::API_USED => {
                    let row = self.file.item(&CLIENT, now.text(client::CLIENT_ID));
                    row.and_then(|row| value(row.cell(index)))
                }
                _ => value(Cell::Int(0)),
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
    pub(super) fn links_of_new_groups(&self) -> Vec<RowPromise> {
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
    pub(super) fn place<'r>(
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

/// Says whether a table's rows are identity providers, which a cover deletes and writes anew.
pub(super) const fn is_idp(table: TableId) -> bool {
    matches!(
        table,
        TableId::IdpO | TableId::IdpL | TableId::IdpA | TableId::IdpJdbc
    )
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
pub(super) fn main_row(promise: &Promise<'_>, id: &ItemId, what: Deviation) -> Unpromised {
    let Identity { table, key, .. } = Identity::of(&id.kind);
    let table = table.table();
    let column = table.fields.get(*key).map_or("", |field| field.column);
    promise.deviation(
        table.name,
        &serde_json::json!({ column: &*id.key }).to_string(),
        what,
    )
}
