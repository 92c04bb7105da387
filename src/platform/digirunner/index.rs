//! One side of the comparison, the file or the target, with its rows indexed by
//! what refers to them.

use std::collections::{HashMap, HashSet};

use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use super::schema::{authority, level, rdb};

use super::schema::{
    TableId, client, client_group, client_vgroup, clientext, dp_app, group, group_api,
    group_authority,
};
use super::schema::{
    host, idp_a, idp_jdbc, idp_l, idp_o, oauth, open_key, open_map, vgroup, vgroup_authority,
};
use super::schema::{vgroup_group, x_key, x_map};
use super::tables::{ByInt, ByText, Row, Tables, by_int, by_text};
use crate::engine::lookalike::Called;
use crate::engine::{ItemId, Kind};

/// An API as groups link it: its module and its key.
pub(crate) type ApiName<'w> = (&'w str, &'w str);

/// The four kinds of a client's identity providers: table, own id, client.
pub(crate) const IDPS: [(TableId, usize, usize); 4] = [
    (TableId::IdpO, idp_o::GTW_IDP_INFO_O_ID, idp_o::CLIENT_ID),
    (TableId::IdpL, idp_l::GTW_IDP_INFO_L_ID, idp_l::CLIENT_ID),
    (TableId::IdpA, idp_a::GTW_IDP_INFO_A_ID, idp_a::CLIENT_ID),
    (
        TableId::IdpJdbc,
        idp_jdbc::GTW_IDP_INFO_JDBC_ID,
        idp_jdbc::CLIENT_ID,
    ),
];

/// The identity of the items of a kind, the same in every environment.
pub(crate) struct Identity {
    kind: Kind,
    pub(crate) table: TableId,
    /// The column.
    pub(crate) key: usize,
    /// Its other name besides the key: what that is, and its column.
    names: &'static [(&'static str, usize)],
    /// Says whether a row is such an item.
    is_one: fn(&Row) -> bool,
}

/// One of each kind. The first row that has a key is the item; several in a
/// file block each other.
pub(crate) static IDENTITIES: [Identity; 6] = [
    Identity {
        kind: CLIENT,
        table: TableId::Client,
        key: client::CLIENT_ID,
        names: &[
            ("name", client::CLIENT_NAME),
            ("alias", client::CLIENT_ALIAS),
        ],
        is_one: |_| true,
    },
    Identity {
        kind: GROUP,
        table: TableId::Group,
        key: group::GROUP_NAME,
        names: &[("alias", group::GROUP_ALIAS)],
        // An invalid flag blocks a group, which must stay an item.
        is_one: |row| !is_hidden(row),
    },
    Identity {
        kind: SCOPE,
        table: TableId::Vgroup,
        key: vgroup::VGROUP_NAME,
        names: &[("alias", vgroup::VGROUP_ALIAS)],
        is_one: |_| true,
    },
    Identity {
        kind: AUTHENTICATION,
        table: TableId::Authority,
        key: authority::GROUP_AUTHORITIE_ID,
        names: &[("name", authority::GROUP_AUTHORITIE_NAME)],
        is_one: |_| true,
    },
    Identity {
        kind: LEVEL,
        table: TableId::Level,
        key: level::SECURITY_LEVEL_ID,
        names: &[("name", level::SECURITY_LEVEL_NAME)],
        is_one: |_| true,
    },
    Identity {
        kind: RDB,
        table: TableId::Rdb,
        key: rdb::CONNECTION_NAME,
        names: &[],
        is_one: |_| true,
    },
];

impl Identity {
    /// Returns the identity of a kind.
    pub(crate) fn of(kind: &Kind) -> &'static Self {
        let [first, ..] = &IDENTITIES;
        IDENTITIES
            .iter()
            .find(|identity| identity.kind == *kind)
            .unwrap_or(first)
    }
}

/// Counts the items of each kind: the rows of a table that satisfy a condition.
pub(super) fn counts(
    count: impl Fn(TableId, &dyn Fn(&Row) -> bool) -> usize,
) -> Vec<(Kind, usize)> {
    IDENTITIES
        .iter()
        .map(|identity| {
            (
                identity.kind.clone(),
                count(identity.table, &identity.is_one),
            )
        })
        .collect()
}

/// An API of a scope, with its hidden group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopeApi<'w> {
    /// The API.
    pub(crate) api: ApiName<'w>,
    /// The hidden group's row.
    pub(crate) group: usize,
    /// The row that links the two.
    pub(crate) link: usize,
}

/// Tables with their indices.
pub(crate) struct Index<'w> {
    pub(crate) tables: &'w Tables,
    /// The rows of each kind's items, by identity.
    items: [ByText<'w>; 6],
    pub(crate) groups: HashMap<&'w str, usize>,
    pub(crate) hidden_by_name: ByText<'w>,
    pub(crate) scopes: HashMap<&'w str, usize>,
    pub(crate) client_groups: ByText<'w>,
    pub(crate) client_vgroups: ByText<'w>,
    pub(crate) group_apis: ByText<'w>,
    pub(crate) group_authorities: ByText<'w>,
    pub(crate) vgroup_authorities: ByText<'w>,
    pub(crate) vgroup_groups: ByText<'w>,
    pub(crate) hosts: ByText<'w>,
    pub(crate) oauth: ByText<'w>,
    pub(crate) clientext: ByText<'w>,
    pub(crate) x_keys: ByText<'w>,
    pub(crate) x_maps: ByInt,
    pub(crate) open_keys: ByText<'w>,
    pub(crate) open_maps: ByInt,
    pub(crate) dp_apps: ByText<'w>,
    pub(crate) idps: [ByText<'w>; 4],
    hidden_of: ByText<'w>,
}

impl<'w> Index<'w> {
    /// Indexes the tables.
    pub(crate) fn new(tables: &'w Tables) -> Self {
        let groups = tables.rows(TableId::Group);
        let hidden_by = |column| {
            let mut index: ByText<'w> = by_text(groups, column);
            for rows in index.values_mut() {
                rows.retain(|position| groups.get(*position).is_some_and(is_hidden));
            }
            index.retain(|_, rows| !rows.is_empty());
            index
        };
        Self {
            tables,
            items: IDENTITIES.each_ref().map(|identity| {
                let rows = tables.rows(identity.table);
                let mut items: ByText<'w> = by_text(rows, identity.key);
                for holders in items.values_mut() {
                    holders.retain(|position| rows.get(*position).is_some_and(identity.is_one));
                }
                items
            }),
            groups: first_by(groups, group::GROUP_ID, |_| true),
            hidden_by_name: hidden_by(group::GROUP_NAME),
            scopes: first_by(tables.rows(TableId::Vgroup), vgroup::VGROUP_ID, |_| true),
            client_groups: by_text(tables.rows(TableId::ClientGroup), client_group::CLIENT_ID),
            client_vgroups: by_text(tables.rows(TableId::ClientVgroup), client_vgroup::CLIENT_ID),
            group_apis: by_text(tables.rows(TableId::GroupApi), group_api::GROUP_ID),
            group_authorities: by_text(
                tables.rows(TableId::GroupAuthority),
                group_authority::GROUP_ID,
            ),
            vgroup_authorities: by_text(
                tables.rows(TableId::VgroupAuthority),
                vgroup_authority::VGROUP_ID,
            ),
            vgroup_groups: by_text(tables.rows(TableId::VgroupGroup), vgroup_group::VGROUP_ID),
            hosts: by_text(tables.rows(TableId::Host), host::CLIENT_ID),
            oauth: by_text(tables.rows(TableId::Oauth), oauth::CLIENT_ID),
            clientext: by_text(tables.rows(TableId::Clientext), clientext::CLIENT_ID),
            x_keys: by_text(tables.rows(TableId::XKey), x_key::CLIENT_ID),
            x_maps: by_int(tables.rows(TableId::XMap), x_map::REF_API_KEY_ID),
            open_keys: by_text(tables.rows(TableId::OpenKey), open_key::CLIENT_ID),
            open_maps: by_int(tables.rows(TableId::OpenMap), open_map::REF_OPEN_API_KEY_ID),
            dp_apps: by_text(tables.rows(TableId::DpApp), dp_app::CLIENT_ID),
            idps: IDPS.map(|(table, _, client)| by_text(tables.rows(table), client)),
            hidden_of: hidden_by(group::VGROUP_ID),
        }
    }

    /// Returns the rows of a table that an index names for a key.
    pub(crate) fn rows_of<'s>(
        &'s self,
        table: TableId,
        index: &'s ByText<'w>,
        key: &str,
    ) -> impl Iterator<Item = (usize, &'w Row)> + use<'s, 'w> {
        let rows = self.tables.rows(table);
        index
            .get(key)
            .into_iter()
            .flatten()
            .filter_map(move |position| Some((*position, rows.get(*position)?)))
    }

    /// Returns the rows of a table that an index names for a number.
    pub(crate) fn rows_of_id<'s>(
        &'s self,
        table: TableId,
        index: &'s ByInt,
        id: Option<i64>,
    ) -> impl Iterator<Item = (usize, &'w Row)> + use<'s, 'w> {
        let rows = self.tables.rows(table);
        let found = id.and_then(|id| index.get(&id));
        found
            .into_iter()
            .flatten()
            .filter_map(move |position| Some((*position, rows.get(*position)?)))
    }

    /// Returns a group's row by its local id.
    pub(crate) fn group(&self, id: &str) -> Option<&'w Row> {
        self.tables.row(TableId::Group, *self.groups.get(id)?)
    }

    /// Returns a scope's row by its local id.
    pub(crate) fn scope(&self, id: &str) -> Option<&'w Row> {
        self.tables.row(TableId::Vgroup, *self.scopes.get(id)?)
    }

    /// Returns the row of an item, by identity.
    pub(crate) fn item(&self, kind: &Kind, key: &str) -> Option<&'w Row> {
        self.tables
            .row(Identity::of(kind).table, *self.holders(kind, key).first()?)
    }

    /// Returns the items' other names.
    pub(crate) fn called(&self) -> Vec<Called> {
        let of = |identity: &'static Identity| {
            let rows = self
                .tables
                .rows(identity.table)
                .iter()
                .filter(|row| (identity.is_one)(row));
            rows.map(|row| Called {
                id: ItemId::new(identity.kind.clone(), row.shared(identity.key)),
                names: identity
                    .names
                    .iter()
                    .map(|(sort, index)| (*sort, row.shared(*index)))
                    .collect(),
            })
        };
        IDENTITIES.iter().flat_map(of).collect()
    }

    /// Returns the number of rows of an item.
    pub(crate) fn times(&self, kind: &Kind, key: &str) -> usize {
        self.holders(kind, key).len()
    }

    fn holders(&self, kind: &Kind, key: &str) -> &[usize] {
        let items = IDENTITIES
            .iter()
            .zip(&self.items)
            .find(|(identity, _)| identity.kind == *kind);
        items
            .and_then(|(_, items)| items.get(key))
            .map_or(&[], Vec::as_slice)
    }

    /// Returns a scope's row by its name.
    pub(crate) fn scope_named(&self, name: &str) -> Option<&'w Row> {
        self.item(&SCOPE, name)
    }

    /// Returns a plain group's row by its name.
    pub(crate) fn plain_named(&self, name: &str) -> Option<&'w Row> {
        self.item(&GROUP, name)
    }

    /// Returns a client's row by its id.
    pub(crate) fn client(&self, id: &str) -> Option<&'w Row> {
        self.item(&CLIENT, id)
    }

    /// Returns the X-API keys of a client.
    pub(crate) fn x_keys_of(&self, client_id: &str) -> impl Iterator<Item = &'w Row> {
        self.rows_of(TableId::XKey, &self.x_keys, client_id)
            .map(|(_, row)| row)
    }

    /// Returns the DGRK keys of a client.
    pub(crate) fn open_keys_of(&self, client_id: &str) -> impl Iterator<Item = &'w Row> {
        self.rows_of(TableId::OpenKey, &self.open_keys, client_id)
            .map(|(_, row)| row)
    }

    /// Returns the maps of an X-API key to groups.
    pub(crate) fn x_maps_of(&self, key: Option<i64>) -> impl Iterator<Item = &'w Row> {
        self.rows_of_id(TableId::XMap, &self.x_maps, key)
            .map(|(_, row)| row)
    }

    /// Returns the maps of a DGRK key to APIs.
    pub(crate) fn open_maps_of(&self, key: Option<i64>) -> impl Iterator<Item = &'w Row> {
        self.rows_of_id(TableId::OpenMap, &self.open_maps, key)
            .map(|(_, row)| row)
    }

    /// Returns a client's oauth row.
    pub(crate) fn oauth_of(&self, client_id: &str) -> Option<&'w Row> {
        let mut rows = self.rows_of(TableId::Oauth, &self.oauth, client_id);
        rows.next().map(|(_, row)| row)
    }

    /// Returns a client's extension.
    pub(crate) fn clientext_of(&self, client_id: &str) -> Option<&'w Row> {
        let mut rows = self.rows_of(TableId::Clientext, &self.clientext, client_id);
        rows.next().map(|(_, row)| row)
    }

    /// Returns a client's application in the portal; the first of several.
    pub(crate) fn dp_app_of(&self, client_id: &str) -> Option<&'w Row> {
        let mut rows = self.rows_of(TableId::DpApp, &self.dp_apps, client_id);
        rows.next().map(|(_, row)| row)
    }

    /// Returns the APIs that a group links, each once, in order.
    pub(crate) fn apis_of(&self, group_id: &str) -> Vec<(usize, ApiName<'w>)> {
        let mut seen = HashSet::new();
        self.rows_of(TableId::GroupApi, &self.group_apis, group_id)
            .map(|(index, row)| {
                (
                    index,
                    (
                        row.text(group_api::MODULE_NAME),
                        row.text(group_api::API_KEY),
                    ),
                )
            })
            .filter(|(_, api)| seen.insert(*api))
            .collect()
    }

    /// Returns the APIs of a scope, each once, in order: one hidden group per
    /// API, found by the hidden groups' own `vgroup_id`.
    pub(crate) fn scope_apis(&self, vgroup_id: &str) -> Vec<ScopeApi<'w>> {
        let mut seen = HashSet::new();
        let mut apis = Vec::new();
        for (index, row) in self.rows_of(TableId::Group, &self.hidden_of, vgroup_id) {
            for (link, api) in self.apis_of(row.text(group::GROUP_ID)) {
                if seen.insert(api) {
                    apis.push(ScopeApi {
                        api,
                        group: index,
                        link,
                    });
                }
            }
        }
        apis
    }

    /// Returns the authentication types of a group, each once.
    pub(crate) fn authorities_of_group(&self, group_id: &str) -> Vec<&'w str> {
        let rows = self.rows_of(TableId::GroupAuthority, &self.group_authorities, group_id);
        unique(rows.map(|(_, row)| row.text(group_authority::GROUP_AUTHORITIE_ID)))
    }

    /// Returns the authentication types of a scope, each once.
    pub(crate) fn authorities_of_scope(&self, vgroup_id: &str) -> Vec<&'w str> {
        let rows = self.rows_of(
            TableId::VgroupAuthority,
            &self.vgroup_authorities,
            vgroup_id,
        );
        unique(rows.map(|(_, row)| row.text(vgroup_authority::VGROUP_AUTHORITIE_ID)))
    }

    /// Returns the ids of the groups that a client holds, hidden ones too.
    pub(crate) fn groups_of_client(&self, client_id: &str) -> Vec<&'w str> {
        let rows = self.rows_of(TableId::ClientGroup, &self.client_groups, client_id);
        unique(rows.map(|(_, row)| row.text(client_group::GROUP_ID)))
    }

    /// Returns the ids of the scopes that a client holds.
    pub(crate) fn scopes_of_client(&self, client_id: &str) -> Vec<&'w str> {
        let rows = self.rows_of(TableId::ClientVgroup, &self.client_vgroups, client_id);
        unique(rows.map(|(_, row)| row.text(client_vgroup::VGROUP_ID)))
    }
}

/// Says whether a group is a hidden group.
pub(crate) fn is_hidden(row: &Row) -> bool {
    row.text(group::VGROUP_FLAG) == "1"
}

/// Keeps the first of equal words, in order.
fn unique<'w>(words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let mut seen = HashSet::new();
    words.filter(|word| seen.insert(*word)).collect()
}

/// Indexes rows by the text of a column; the first of several is used.
fn first_by(rows: &[Row], column: usize, keep: impl Fn(&Row) -> bool) -> HashMap<&str, usize> {
    let mut index = HashMap::with_capacity(rows.len());
    for (position, row) in rows.iter().enumerate().filter(|(_, row)| keep(row)) {
        index.entry(row.text(column)).or_insert(position);
    }
    index
}

/// The two sides, and the missing APIs of the target.
pub(crate) struct Sides<'w> {
    pub(crate) file: Index<'w>,
    pub(crate) target: Index<'w>,
    missing_apis: HashSet<ApiName<'w>>,
    uses: HashMap<&'w str, ApiName<'w>>,
    apis: HashMap<ApiName<'w>, Option<&'w str>>,
    uids: HashMap<&'w str, ApiName<'w>>,
}

impl<'w> Sides<'w> {
    /// Pairs the two sides.
    pub(crate) fn new(file: &'w Tables, target: &'w Tables) -> Self {
        let apis: HashMap<ApiName<'w>, Option<&'w str>> = target
            .apis
            .iter()
            .map(|api| ((&*api.module, &*api.api), api.uid.as_deref()))
            .collect();
        let uids = target
            .apis
            .iter()
            .filter_map(|api| Some((api.uid.as_deref()?, (&*api.module, &*api.api))));
        let uids = uids.collect();
        let mut uses = HashMap::new();
        for api in &file.api_use {
            uses.entry(&*api.uid).or_insert((&*api.module, &*api.api));
        }
        let linked = file.rows(TableId::GroupApi).iter().map(|row| {
            (
                row.text(group_api::MODULE_NAME),
                row.text(group_api::API_KEY),
            )
        });
        let used = file.api_use.iter().map(|api| (&*api.module, &*api.api));
        let missing_apis = linked
            .chain(used)
            .filter(|api| !apis.contains_key(api))
            .collect();
        Self {
            file: Index::new(file),
            target: Index::new(target),
            missing_apis,
            uses,
            apis,
            uids,
        }
    }

    /// Says whether an API that the file refers to is missing in the target.
    pub(crate) fn is_missing(&self, api: ApiName<'_>) -> bool {
        self.missing_apis.contains(&api)
    }

    /// Returns the missing APIs of the target.
    pub(crate) fn missing_apis(&self) -> impl Iterator<Item = ApiName<'w>> {
        self.missing_apis.iter().copied()
    }

    /// Returns the API that a uid of the source environment means.
    pub(crate) fn used_api(&self, source_uid: &str) -> Option<ApiName<'w>> {
        self.uses.get(source_uid).copied()
    }

    /// Returns the target's uid of an API.
    pub(crate) fn target_uid(&self, api: ApiName<'_>) -> Option<&'w str> {
        self.apis.get(&api).copied().flatten()
    }

    /// Returns the API that a uid of the target means.
    pub(crate) fn target_api(&self, uid: &str) -> Option<ApiName<'w>> {
        self.uids.get(uid).copied()
    }

    /// Returns the file's APIs of a scope that the target has.
    pub(crate) fn importable_apis(&self, file_vgroup_id: &str) -> Vec<ScopeApi<'w>> {
        let mut apis = self.file.scope_apis(file_vgroup_id);
        apis.retain(|api| !self.is_missing(api.api));
        apis
    }
}
