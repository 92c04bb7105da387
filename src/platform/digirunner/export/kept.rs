//! Which rows go into the file.
//!
//! All of them, or those of some clients and what these require. Rows with
//! dangling references are left out: no import can use them, and the product
//! refuses a whole file for one (1298). Maps of X-API keys are kept: the
//! product skips those, and refuses a whole file for a key without any.

use std::collections::{HashMap, HashSet};

use super::super::index::{Identity, is_hidden};
use super::super::integrity::{Key, REFERENCES, SKIPPED};
use super::super::kinds::CLIENT;
use super::super::schema::{TABLES, vgroup, vgroup_authority, vgroup_group, x_key, x_map};
use super::super::schema::{
    TableId, authority, client, client_group, client_vgroup, clientext, dp_app, group,
};
use super::super::schema::{
    group_api, group_authority, host, idp_a, idp_jdbc, idp_l, idp_o, level, oauth, open_key,
    open_map, rdb,
};
use super::super::tables::{Row, Tables};
use super::apis::Apis;
use crate::engine::closure::closure;
use crate::engine::{Finding, ItemId};

/// The rows that are exported with a row: those with the same value in a
/// column. From, to.
///
/// The parts of a client and of its keys; the groups and scopes that they name;
/// the links of these, and what the links name.
const LEADS: [(TableId, usize, TableId, usize); 29] = [
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::Host,
        host::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::Oauth,
        oauth::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::Clientext,
        clientext::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::ClientGroup,
        client_group::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::ClientVgroup,
        client_vgroup::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::XKey,
        x_key::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::OpenKey,
        open_key::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::DpApp,
        dp_app::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::IdpO,
        idp_o::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::IdpL,
        idp_l::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::IdpA,
        idp_a::CLIENT_ID,
    ),
    (
        TableId::Client,
        client::CLIENT_ID,
        TableId::IdpJdbc,
        idp_jdbc::CLIENT_ID,
    ),
    (
        TableId::XKey,
        x_key::API_KEY_ID,
        TableId::XMap,
        x_map::REF_API_KEY_ID,
    ),
    (
        TableId::OpenKey,
        open_key::OPEN_API_KEY_ID,
        TableId::OpenMap,
        open_map::REF_OPEN_API_KEY_ID,
    ),
    (
        TableId::ClientGroup,
        client_group::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::XMap,
        x_map::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::ClientVgroup,
        client_vgroup::VGROUP_ID,
        TableId::Vgroup,
        vgroup::VGROUP_ID,
    ),
    // A scope is exported with all of its hidden groups: without them it would
    // differ.
    (
        TableId::Group,
        group::VGROUP_ID,
        TableId::Vgroup,
        vgroup::VGROUP_ID,
    ),
    (
        TableId::Vgroup,
        vgroup::VGROUP_ID,
        TableId::Group,
        group::VGROUP_ID,
    ),
    (
        TableId::Vgroup,
        vgroup::VGROUP_ID,
        TableId::VgroupGroup,
        vgroup_group::VGROUP_ID,
    ),
    (
        TableId::Vgroup,
        vgroup::VGROUP_ID,
        TableId::VgroupAuthority,
        vgroup_authority::VGROUP_ID,
    ),
    (
        TableId::Group,
        group::GROUP_ID,
        TableId::GroupApi,
        group_api::GROUP_ID,
    ),
    (
        TableId::Group,
        group::GROUP_ID,
        TableId::GroupAuthority,
        group_authority::GROUP_ID,
    ),
    (
        TableId::GroupAuthority,
        group_authority::GROUP_AUTHORITIE_ID,
        TableId::Authority,
        authority::GROUP_AUTHORITIE_ID,
    ),
    (
        TableId::VgroupAuthority,
        vgroup_authority::VGROUP_AUTHORITIE_ID,
        TableId::Authority,
        authority::GROUP_AUTHORITIE_ID,
    ),
    NEEDS[0],
    NEEDS[1],
    NEEDS[2],
    NEEDS[3],
];

/// References of rows that are useful even if dangling: an import reports what
/// is missing. From, to.
const NEEDS: [(TableId, usize, TableId, usize); 4] = [
    (
        TableId::Client,
        client::SECURITY_LEVEL_ID,
        TableId::Level,
        level::SECURITY_LEVEL_ID,
    ),
    (
        TableId::Group,
        group::SECURITY_LEVEL_ID,
        TableId::Level,
        level::SECURITY_LEVEL_ID,
    ),
    (
        TableId::Vgroup,
        vgroup::SECURITY_LEVEL_ID,
        TableId::Level,
        level::SECURITY_LEVEL_ID,
    ),
    (
        TableId::IdpJdbc,
        idp_jdbc::CONNECTION_NAME,
        TableId::Rdb,
        rdb::CONNECTION_NAME,
    ),
];

/// Rows that every client must have, by column: the product refuses a whole
/// file (1298) for a client without them.
const PARTS: [(TableId, usize); 2] = [
    (TableId::Clientext, clientext::CLIENT_ID),
    (TableId::Oauth, oauth::CLIENT_ID),
];

type Keys<'w> = HashSet<Key<'w>>;

/// The rows that are kept.
pub(super) struct Kept<'w> {
    tables: &'w Tables,
    /// For each table, whether each row is.
    kept: [Vec<bool>; 24],
}

impl<'w> Kept<'w> {
    /// Keeps all rows.
    pub(super) fn all(tables: &'w Tables) -> Self {
        Self {
            tables,
            kept: TABLES.map(|table| vec![true; tables.rows(table.id).len()]),
        }
    }

    /// Keeps the rows of some items and what they require.
    pub(super) fn items<'i>(
        tables: &'w Tables,
        items: impl IntoIterator<Item = &'i ItemId>,
    ) -> Self {
        let mut kept = Self {
            tables,
            kept: TABLES.map(|table| vec![false; tables.rows(table.id).len()]),
        };
        let mut holders: HashMap<(TableId, usize), HashMap<Key<'w>, Vec<usize>>> = HashMap::new();
        for (.., to, column) in LEADS {
            holders
                .entry((to, column))
                .or_insert_with(|| holders_of(tables, to, column));
        }
        let mut wanted: HashMap<TableId, (&Identity, HashSet<&str>)> = HashMap::new();
        for item in items {
            let of = Identity::of(&item.kind);
            let (_, keys) = wanted
                .entry(of.table)
                .or_insert_with(|| (of, HashSet::new()));
            keys.insert(&item.key);
        }
        let roots = wanted.into_iter().flat_map(|(table, (of, keys))| {
            let rows = tables.rows(table).iter().enumerate();
            let rows =
                rows.filter(move |(_, row)| of.is_item(row) && keys.contains(row.text(of.key)));
            rows.map(move |(index, _)| (table, index))
        });
        let all = closure(roots, |(table, index)| {
            let leads = LEADS.into_iter().filter(|(from, ..)| from == table);
            let found = leads.filter_map(|(_, own, to, column)| {
                let key = key(*table, tables.row(*table, *index)?, own)?;
                Some((to, holders.get(&(to, column))?.get(&key)?))
            });
            found
                .flat_map(|(to, rows)| rows.iter().map(move |index| (to, *index)))
                .collect()
        });
        for (table, index) in all {
            if let Some(slot) = kept
                .kept
                .get_mut(table as usize)
                .and_then(|kept| kept.get_mut(index))
            {
                *slot = true;
            }
        }
        kept
    }

    /// Returns the rows of a table that are kept, in their order.
    pub(super) fn rows(&self, table: TableId) -> impl Iterator<Item = &'w Row> + use<'_, 'w> {
        let kept = self.kept.get(table as usize).map_or(&[][..], Vec::as_slice);
        self.tables
            .rows(table)
            .iter()
            .zip(kept)
            .filter(|(_, kept)| **kept)
            .map(|(row, _)| row)
    }

    /// Returns the values of a column in the kept rows.
    fn values(&self, table: TableId, column: usize) -> Keys<'w> {
        self.rows(table)
            .filter_map(|row| Key::of(row.cell(column)))
            .collect()
    }

    /// Drops the rows with dangling references, and those that refer to them in
    /// turn; returns what was dropped.
    pub(super) fn drop_dangling(&mut self, apis: &Apis<'w>) -> Vec<Finding> {
        let mut found = vec![
            self.drop_rows(
                TableId::GroupApi,
                "names an API that is not registered",
                |row| {
                    !apis.names.contains(&(
                        row.text(group_api::MODULE_NAME),
                        row.text(group_api::API_KEY),
                    ))
                },
            ),
            self.drop_rows(
                TableId::OpenMap,
                "names an API that is not registered",
                |row| !apis.uids.contains_key(row.text(open_map::REF_API_UID)),
            ),
            self.drop_hidden_groups(),
        ];
        for (from, column, to, key) in REFERENCES {
            if from == TableId::Group || (from, column) == SKIPPED {
                continue;
            }
            let there = self.values(to, key);
            let field = from
                .table()
                .fields
                .get(column)
                .map_or("", |field| field.json);
            let why = format!("names a {field} that does not exist");
            found.push(self.drop_rows(from, &why, |row| {
                Key::of(row.cell(column)).is_some_and(|key| !there.contains(&key))
            }));
        }
        found.into_iter().flatten().collect()
    }

    /// A hidden group represents an API of a scope: without either it is
    /// invalid.
    fn drop_hidden_groups(&mut self) -> Option<Finding> {
        let scopes = self.values(TableId::Vgroup, vgroup::VGROUP_ID);
        let linked = self.values(TableId::GroupApi, group_api::GROUP_ID);
        let has = |row: &Row, column, keys: &Keys<'w>| {
            Key::of(row.cell(column)).is_some_and(|key| keys.contains(&key))
        };
        self.drop_rows(
            TableId::Group,
            "is a hidden group without a scope or an API",
            |row| {
                is_hidden(row)
                    && !(has(row, group::VGROUP_ID, &scopes) && has(row, group::GROUP_ID, &linked))
            },
        )
    }

    /// Drops rows; reports how many, and the first of them.
    fn drop_rows(
        &mut self,
        table: TableId,
        why: &str,
        is_useless: impl Fn(&'w Row) -> bool,
    ) -> Option<Finding> {
        let kept = self.kept.get_mut(table as usize)?;
        let mut first = None;
        let mut dropped = 0;
        for (slot, row) in kept
            .iter_mut()
            .zip(self.tables.rows(table))
            .filter(|(slot, _)| **slot)
        {
            if is_useless(row) {
                *slot = false;
                dropped += 1;
                first.get_or_insert(row);
            }
        }
        let message = format!(
            "{} left out: {}",
            of_rows(dropped, table),
            which(table, first?, why, dropped)
        );
        Some(Finding::warning("row-left-out", message))
    }

    /// Reports the clients without a required row: the product refuses a whole
    /// file (1298) for one.
    pub(super) fn clients_without_parts(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let parts = PARTS.map(|(table, column)| (table, self.values(table, column)));
        for row in self.rows(TableId::Client) {
            let Some(id) = Key::of(row.cell(client::CLIENT_ID)) else {
                continue;
            };
            let absent = parts.iter().filter(|(_, clients)| !clients.contains(&id));
            let absent: Vec<&str> = absent.map(|(table, _)| table.table().name).collect();
            if !absent.is_empty() {
                let message = format!(
                    "the product refuses this file, but gatediff accepts it: client '{id}' has no row in {}",
                    absent.join(" and in ")
                );
                let item = ItemId::new(CLIENT, row.shared(client::CLIENT_ID));
                found.push(Finding::warning("client-incomplete", message).about(&item));
            }
        }
        found
    }

    /// Reports the X-API keys without a map row: the product refuses a whole
    /// file for one.
    pub(super) fn keys_without_maps(&self) -> Option<Finding> {
        let mapped = self.values(TableId::XMap, x_map::REF_API_KEY_ID);
        let is_bare = |row: &&Row| {
            Key::of(row.cell(x_key::API_KEY_ID)).is_none_or(|id| !mapped.contains(&id))
        };
        let first = self.rows(TableId::XKey).find(is_bare)?;
        let count = self.rows(TableId::XKey).filter(is_bare).count();
        let which = which(TableId::XKey, first, "has no group", count);
        let message = format!("the product refuses this file, but gatediff accepts it: {which}");
        Some(Finding::warning("key-without-maps", message))
    }

    /// Returns what kept rows require and the target does not have.
    pub(super) fn missing_values(&self) -> Vec<Finding> {
        let missing = |(from, column, to, key): &(TableId, usize, TableId, usize)| {
            let there = self.values(*to, *key);
            let is_missing = |row: &&Row| {
                Key::of(row.cell(*column)).is_some_and(|wanted| !there.contains(&wanted))
            };
            let first = self.rows(*from).find(is_missing)?;
            let count = self.rows(*from).filter(is_missing).count();
            let field = from
                .table()
                .fields
                .get(*column)
                .map_or("", |field| field.json);
            let why = format!(
                "names a {field} that does not exist ({})",
                first.text(*column)
            );
            let message = format!(
                "{} blocked by an import until that exists: {}",
                of_rows(count, *from),
                which(*from, first, &why, count)
            );
            Some(Finding::warning("value-unknown", message))
        };
        NEEDS.iter().filter_map(missing).collect()
    }
}

/// Returns the rows of a table by their value in a column.
fn holders_of(tables: &Tables, table: TableId, column: usize) -> HashMap<Key<'_>, Vec<usize>> {
    let mut holders: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for (index, row) in tables.rows(table).iter().enumerate() {
        if let Some(key) = key(table, row, column) {
            holders.entry(key).or_default().push(index);
        }
    }
    holders
}

/// Returns a row's value in a column; the scope of a plain group has no
/// meaning.
fn key(table: TableId, row: &Row, column: usize) -> Option<Key<'_>> {
    let is_meant = (table, column) != (TableId::Group, group::VGROUP_ID) || is_hidden(row);
    Key::of(row.cell(column)).filter(|_| is_meant)
}

/// Returns `1 row of tsmp_client is` or `2 rows of tsmp_client are`.
fn of_rows(count: usize, table: TableId) -> String {
    let rows = if count == 1 { "row" } else { "rows" };
    let are = if count == 1 { "is" } else { "are" };
    format!("{count} {rows} of {} {are}", table.table().name)
}

/// Describes a row by its key, and its problem; the first represents all.
fn which(table: TableId, row: &Row, why: &str, count: usize) -> String {
    let key = table.table().key().filter_map(|(index, field)| {
        Some(format!("{} '{}'", field.json, Key::of(row.cell(index))?))
    });
    let key: Vec<String> = key.collect();
    let such = if count == 1 { "" } else { "for example " };
    format!("{such}{} {why}", key.join(", "))
}
