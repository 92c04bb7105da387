//! One side of the comparison, the file or the target, with its rows indexed by
//! what refers to them.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use super::schema::{authority, level, rdb};

use super::lookup::{ByInt, ByText, Positions, by_text};
use super::schema::{
    TableId, client, client_group, client_vgroup, clientext, dp_app, group, group_api,
    group_authority,
};
use super::schema::{
    host, idp_a, idp_jdbc, idp_l, idp_o, oauth, open_key, open_map, vgroup, vgroup_authority,
};
use super::schema::{vgroup_group, x_key, x_map};
use super::tables::{Api, Cell, Row, Tables};
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
    pub(crate) kind: Kind,
    pub(crate) table: TableId,
    /// The column.
    pub(crate) key: usize,
    /// Its other name besides the key: what that is, and its column.
    pub(super) names: &'static [(&'static str, usize)],
    /// Says whether a row is such an item.
    pub(super) is_one: fn(&Row) -> bool,
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
    /// Says whether a row of its table is such an item.
    pub(crate) fn is_item(&self, row: &Row) -> bool {
        (self.is_one)(row)
    }

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

/// A key that several rows have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated {
    /// The position of the first of them, to which belongs what refers to the key.
    pub(crate) first: usize,
    /// How many have it; rows without a key are not counted.
    pub(crate) times: usize,
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

/// Where the rows of some tables are, by what refers to them.
#[derive(Debug)]
pub(crate) struct Places {
    /// The rows of each kind's items, by identity.
    items: [ByText; 6],
    groups: ByText,
    pub(crate) hidden_by_name: ByText,
    scopes: ByText,
    pub(crate) client_groups: ByText,
    pub(crate) client_vgroups: ByText,
    pub(crate) group_apis: ByText,
    pub(crate) group_authorities: ByText,
    pub(crate) vgroup_authorities: ByText,
    pub(crate) vgroup_groups: ByText,
    pub(crate) hosts: ByText,
    pub(crate) oauth: ByText,
    pub(crate) clientext: ByText,
    pub(crate) x_keys: ByText,
    x_key_ids: ByInt,
    x_maps: ByInt,
    pub(crate) open_keys: ByText,
    open_key_ids: ByInt,
    open_maps: ByInt,
    pub(crate) dp_apps: ByText,
    pub(crate) idps: [ByText; 4],
    hidden_of: ByText,
}

impl Places {
    /// Indexes the tables.
    pub(crate) fn new(tables: &Tables) -> Self {
        let all = |_: &Row| true;
        let with = |table: TableId, column| by_text(tables.rows(table), column);
        let groups = tables.rows(TableId::Group);
        let is_text = |row: &Row, column| matches!(row.cell(column), Cell::Text(_));
        let hidden_by =
            |column| ByText::new(groups, column, |row| is_hidden(row) && is_text(row, column));
        let items = IDENTITIES.each_ref().map(|identity| {
            let is_one = |row: &Row| (identity.is_one)(row) && is_text(row, identity.key);
            ByText::new(tables.rows(identity.table), identity.key, is_one)
        });
        Self {
            items,
            groups: ByText::new(groups, group::GROUP_ID, all),
            hidden_by_name: hidden_by(group::GROUP_NAME),
            scopes: ByText::new(tables.rows(TableId::Vgroup), vgroup::VGROUP_ID, all),
            client_groups: with(TableId::ClientGroup, client_group::CLIENT_ID),
            client_vgroups: with(TableId::ClientVgroup, client_vgroup::CLIENT_ID),
            group_apis: with(TableId::GroupApi, group_api::GROUP_ID),
            group_authorities: with(TableId::GroupAuthority, group_authority::GROUP_ID),
            vgroup_authorities: with(TableId::VgroupAuthority, vgroup_authority::VGROUP_ID),
            vgroup_groups: with(TableId::VgroupGroup, vgroup_group::VGROUP_ID),
            hosts: with(TableId::Host, host::CLIENT_ID),
            oauth: with(TableId::Oauth, oauth::CLIENT_ID),
            clientext: with(TableId::Clientext, clientext::CLIENT_ID),
            x_keys: with(TableId::XKey, x_key::CLIENT_ID),
            x_key_ids: ByInt::new(tables.rows(TableId::XKey), x_key::API_KEY_ID),
            x_maps: ByInt::new(tables.rows(TableId::XMap), x_map::REF_API_KEY_ID),
            open_keys: with(TableId::OpenKey, open_key::CLIENT_ID),
            open_key_ids: ByInt::new(tables.rows(TableId::OpenKey), open_key::OPEN_API_KEY_ID),
            open_maps: ByInt::new(tables.rows(TableId::OpenMap), open_map::REF_OPEN_API_KEY_ID),
            dp_apps: with(TableId::DpApp, dp_app::CLIENT_ID),
            idps: IDPS.map(|(table, _, client)| with(table, client)),
            hidden_of: hidden_by(group::VGROUP_ID),
        }
    }
}

/// What the fields of items hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
    /// The values of rows.
    Values,
    /// The cells that those stand in.
    Cells,
}

/// Tables with their indices.
#[derive(Clone)]
pub(crate) struct Index<'w> {
    pub(crate) tables: &'w Tables,
    pub(crate) fields: Fields,
    places: Arc<Places>,
}

impl Deref for Index<'_> {
    type Target = Places;

    fn deref(&self) -> &Places {
        &self.places
    }
}

impl<'w> Index<'w> {
    /// Indexes the tables.
    pub(crate) fn new(tables: &'w Tables) -> Self {
        Self::of(tables, Arc::new(Places::new(tables)))
    }

    /// Returns tables with the indices that were made of them.
    pub(crate) const fn of(tables: &'w Tables, places: Arc<Places>) -> Self {
        Self {
            tables,
            fields: Fields::Values,
            places,
        }
    }

    /// Returns the position of a row, one of these tables'.
    pub(crate) fn position(&self, table: TableId, row: &Row) -> Option<usize> {
        let rows = self.tables.rows(table);
        let offset = std::ptr::from_ref(row)
            .addr()
            .checked_sub(rows.as_ptr().addr())?;
        Some(offset / size_of::<Row>()).filter(|position| *position < rows.len())
    }

    /// Returns the rows of a table that an index names for a key.
    pub(crate) fn rows_of(
        &self,
        table: TableId,
        index: &ByText,
        key: &str,
    ) -> impl Iterator<Item = (usize, &'w Row)> {
        index.of(self.tables.rows(table), key)
    }

    /// Returns a group's row by its local id.
    pub(crate) fn group(&self, id: &str) -> Option<&'w Row> {
        self.group_at(id).map(|(_, row)| row)
    }

    /// Returns a group's row by its local id, with its position; the first of several.
    pub(crate) fn group_at(&self, id: &str) -> Option<(usize, &'w Row)> {
        self.rows_of(TableId::Group, &self.groups, id).next()
    }

    /// Returns a scope's row by its local id.
    pub(crate) fn scope(&self, id: &str) -> Option<&'w Row> {
        let mut rows = self.rows_of(TableId::Vgroup, &self.scopes, id);
        rows.next().map(|(_, row)| row)
    }

    /// Says whether the links to a row's id belong to the row: to the first one with the id. A file
    /// may have several, of which each would have all the links.
    pub(crate) fn has_links(&self, table: TableId, position: usize) -> bool {
        let rows = self.tables.rows(table);
        let Some(row) = rows.get(position) else {
            return false;
        };
        let text = |index: &ByText, column| {
            index
                .of(rows, row.text(column))
                .next()
                .map(|(first, _)| first)
        };
        let number = |index: &ByInt, column| {
            let mut found = row
                .int(column)
                .into_iter()
                .flat_map(|id| index.of(rows, id));
            found.next().map(|(first, _)| first)
        };
        let first = match table {
            TableId::Group => text(&self.groups, group::GROUP_ID),
            TableId::Vgroup => text(&self.scopes, vgroup::VGROUP_ID),
            TableId::XKey => number(&self.x_key_ids, x_key::API_KEY_ID),
            TableId::OpenKey => number(&self.open_key_ids, open_key::OPEN_API_KEY_ID),
            _ => None,
        };
        first.is_none_or(|first| first == position)
    }

    /// Returns the row of an item, by identity.
    pub(crate) fn item(&self, kind: &Kind, key: &str) -> Option<&'w Row> {
        self.holders(kind, key).next()
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

    /// Returns the keys that several rows have, those without a key as if they had an empty one, in
    /// the order of the kinds.
    pub(crate) fn repeated(&self) -> HashMap<(TableId, &'w str), Repeated> {
        let mut repeated: HashMap<_, Repeated> = HashMap::new();
        for identity in &IDENTITIES {
            let rows = self.tables.rows(identity.table).iter().enumerate();
            for (index, row) in rows.filter(|(_, row)| (identity.is_one)(row)) {
                let key = row.text(identity.key);
                if key.is_empty() || self.holders(&identity.kind, key).nth(1).is_some() {
                    let has_key = matches!(row.cell(identity.key), Cell::Text(_));
                    let first = Repeated {
                        first: index,
                        times: 0,
                    };
                    repeated.entry((identity.table, key)).or_insert(first).times +=
                        usize::from(has_key);
                }
            }
        }
        repeated
    }

    fn holders(&self, kind: &Kind, key: &str) -> impl Iterator<Item = &'w Row> {
        let mut items = IDENTITIES.iter().zip(&self.places.items);
        let items = items.find(|(identity, _)| identity.kind == *kind);
        let rows = items.map(|(identity, items)| self.rows_of(identity.table, items, key));
        rows.into_iter().flatten().map(|(_, row)| row)
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

    /// Returns the X-API keys of a client, each with the maps that belong to it.
    pub(crate) fn x_keys_with_maps(
        &self,
        client_id: &str,
    ) -> impl Iterator<Item = (&'w Row, Vec<&'w Row>)> {
        let keys = self.rows_of(TableId::XKey, &self.x_keys, client_id);
        keys.map(|(position, row)| {
            let has_links = self.has_links(TableId::XKey, position);
            let id = row.int(x_key::API_KEY_ID).filter(|_| has_links);
            (row, self.x_maps_of(id).collect())
        })
    }

    /// Returns the DGRK keys of a client.
    pub(crate) fn open_keys_of(&self, client_id: &str) -> impl Iterator<Item = &'w Row> {
        self.rows_of(TableId::OpenKey, &self.open_keys, client_id)
            .map(|(_, row)| row)
    }

    /// Returns the DGRK keys of a client, each with the maps that belong to it.
    pub(crate) fn open_keys_with_maps(
        &self,
        client_id: &str,
    ) -> impl Iterator<Item = (&'w Row, Vec<&'w Row>)> {
        let keys = self.rows_of(TableId::OpenKey, &self.open_keys, client_id);
        keys.map(|(position, row)| {
            let has_links = self.has_links(TableId::OpenKey, position);
            let id = row.int(open_key::OPEN_API_KEY_ID).filter(|_| has_links);
            (row, self.open_maps_of(id).collect())
        })
    }

    /// Returns the maps of an X-API key to groups.
    pub(crate) fn x_maps_of(&self, key: Option<i64>) -> impl Iterator<Item = &'w Row> {
        let rows = self.tables.rows(TableId::XMap);
        let found = key.map(|key| self.x_maps.of(rows, key));
        found.into_iter().flatten().map(|(_, row)| row)
    }

    /// Returns the maps of a DGRK key to APIs.
    pub(crate) fn open_maps_of(&self, key: Option<i64>) -> impl Iterator<Item = &'w Row> {
        let rows = self.tables.rows(TableId::OpenMap);
        let found = key.map(|key| self.open_maps.of(rows, key));
        found.into_iter().flatten().map(|(_, row)| row)
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
        let hidden = self.rows_of(TableId::Group, &self.hidden_of, vgroup_id);
        for (index, row) in hidden.filter(|(index, _)| self.has_links(TableId::Group, *index)) {
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

    /// Returns the hidden groups of a scope.
    pub(crate) fn hidden_groups_of(&self, vgroup_id: &str) -> impl Iterator<Item = &'w Row> {
        let hidden = self.rows_of(TableId::Group, &self.hidden_of, vgroup_id);
        hidden.map(|(_, row)| row)
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

/// What the APIs of the two sides are called by: the file's DGRK keys, the target's, and all.
#[derive(Debug)]
pub(crate) struct ApiPlaces {
    /// The target's APIs by their names, and by the uids that its DGRK keys refer to.
    names: Positions,
    uids: Positions,
    /// The uids of the source environment that the file explains.
    uses: Positions,
}

impl ApiPlaces {
    /// Indexes the APIs of a file and of a target.
    pub(crate) fn new(file: &Tables, target: &Tables) -> Self {
        let (all, uses) = (&target.apis, &file.api_use);
        let api = |position: usize| all.get(position);
        Self {
            names: Positions::new(all.len(), |position| api(position).map(name_of)),
            uids: Positions::new(all.len(), |position| api(position)?.uid.as_deref()),
            uses: Positions::new(uses.len(), |position| Some(&*uses.get(position)?.uid)),
        }
    }
}

/// The two sides, and the missing APIs of the target.
#[derive(Clone)]
pub(crate) struct Sides<'w> {
    pub(crate) file: Index<'w>,
    pub(crate) target: Index<'w>,
    apis: Arc<ApiPlaces>,
}

impl<'w> Sides<'w> {
    /// Pairs two sides with the indices that were made of them.
    pub(crate) const fn of(file: Index<'w>, target: Index<'w>, apis: Arc<ApiPlaces>) -> Self {
        Self { file, target, apis }
    }

    /// Returns the same, with cells in the fields of items.
    pub(crate) fn with_cells(mut self) -> Self {
        self.file.fields = Fields::Cells;
        self.target.fields = Fields::Cells;
        self
    }

    /// Returns the same file with another state of the target's rows; its APIs are the same.
    pub(crate) fn with_target(self, target: Index<'w>) -> Self {
        Self { target, ..self }
    }

    /// Returns the target's APIs of a name; there should be one at most.
    fn apis(&self, name: ApiName<'_>) -> impl Iterator<Item = &'w Api> {
        let all = &self.target.tables.apis;
        let found = self.apis.names.of(&name);
        let found = found.filter_map(|position| all.get(position));
        found.filter(move |api| name_of(api) == name)
    }

    /// Says whether an API that the file refers to is missing in the target.
    pub(crate) fn is_missing(&self, api: ApiName<'_>) -> bool {
        self.apis(api).next().is_none()
    }

    /// Says whether the target may not have an API that the file refers to.
    pub(crate) fn is_in_doubt(&self, api: ApiName<'_>) -> bool {
        self.apis(api).all(|api| api.is_assumed)
    }

    /// Returns the APIs that the file refers to, and that the target does not or may not have.
    pub(crate) fn apis_in_doubt(&self) -> HashSet<ApiName<'w>> {
        let file = self.file.tables;
        let linked = file.rows(TableId::GroupApi).iter().map(|row| {
            (
                row.text(group_api::MODULE_NAME),
                row.text(group_api::API_KEY),
            )
        });
        let used = file.api_use.iter().map(|api| (&*api.module, &*api.api));
        linked
            .chain(used)
            .filter(|api| self.is_in_doubt(*api))
            .collect()
    }

    /// Returns the API that a uid of the source environment means; the first of several.
    pub(crate) fn used_api(&self, source_uid: &str) -> Option<ApiName<'w>> {
        let uses = &self.file.tables.api_use;
        let mut found = self.apis.uses.of(source_uid).filter_map(|at| uses.get(at));
        let api = found.find(|api| *api.uid == *source_uid)?;
        Some((&api.module, &api.api))
    }

    /// Returns the target's uid of an API; of several APIs that of the last one.
    pub(crate) fn target_uid(&self, api: ApiName<'_>) -> Option<&'w str> {
        self.apis(api).last()?.uid.as_deref()
    }

    /// Returns the API that a uid of the target means; the last of several.
    pub(crate) fn target_api(&self, uid: &str) -> Option<ApiName<'w>> {
        let apis = &self.target.tables.apis;
        let found = self.apis.uids.of(uid).filter_map(|at| apis.get(at));
        let found = found.filter(|api| api.uid.as_deref() == Some(uid));
        found.last().map(name_of)
    }

    /// Returns the file's APIs of a scope that the target has.
    pub(crate) fn importable_apis(&self, file_vgroup_id: &str) -> Vec<ScopeApi<'w>> {
        let mut apis = self.file.scope_apis(file_vgroup_id);
        apis.retain(|api| !self.is_missing(api.api));
        apis
    }
}

fn name_of(api: &Api) -> ApiName<'_> {
    (&api.module, &api.api)
}
