//! From approved items to rows: what is inserted, updated and deleted.
//!
//! Pure. The order of items decides the order of ids: kinds as the product
//! writes them, Adds before Covers, in file order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::changes::{Changes, Ids, Sequence};
use super::index::{ApiName, IDPS, ScopeApi, Sides, is_hidden};
use super::item::{gives_way, value};
use super::kinds::{AUTHENTICATION, CLIENT, GROUP, LEVEL, RDB, SCOPE};
use super::rules::{Hosts, NO_GROUPS, host_over, keyword_search};
use super::schema::{
    FieldDef, Role, TableId, authority, client, client_group, client_vgroup, clientext, dp_app,
    group, group_api,
};
use super::schema::{
    group_authority, host, level, oauth, open_key, open_map, rdb, vgroup, vgroup_authority,
};
use super::schema::{vgroup_group, x_key, x_map};
use super::tables::{Cell, Row};
use crate::engine::{Approved, Verb};
use crate::store::Stamp;

/// Computes the rows of everything approved.
pub(super) fn changes(
    sides: &Sides<'_>,
    approved: &Approved,
    stamp: &Stamp,
    ids: &mut Ids,
) -> Changes {
    let mut builder = Builder {
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
    };
    let order = [RDB, AUTHENTICATION, LEVEL, GROUP, SCOPE, CLIENT];
    for kind in &order {
        for step in approved.steps() {
            let Some(entry) = approved
                .plan()
                .entry(step.index)
                .filter(|entry| entry.item.id.kind == *kind)
            else {
                continue;
            };
            builder.changes.belong_to(&entry.item.id);
            builder.item(kind.as_str(), &entry.item.id.key, step.verb);
        }
    }
    builder.changes
}

struct Builder<'b, 'w> {
    sides: &'b Sides<'w>,
    stamp: &'b Stamp,
    ids: &'b mut Ids,
    changes: Changes,
    /// New plain groups by name.
    groups: HashMap<Arc<str>, Arc<str>>,
    /// New and refreshed hidden groups by name.
    hidden: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// Hidden groups of the target that were refreshed, by id: they may have a new name.
    refreshed: HashSet<Arc<str>>,
    /// Authentication types given to groups, so that a hidden group which
    /// stands for several APIs gets each once.
    authorized: HashSet<(Arc<str>, &'w str)>,
    /// New hidden groups by their scope's name.
    scope_groups: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// New scopes by name.
    scopes: HashMap<Arc<str>, Arc<str>>,
}

impl<'w> Builder<'_, 'w> {
    fn item(&mut self, kind: &str, key: &str, verb: Verb) {
        let sides = self.sides;
        match kind {
            "rdb-connection" => self.simple(TableId::Rdb, rdb::CONNECTION_NAME, key, verb),
            "authentication" => {
                self.simple(
                    TableId::Authority,
                    authority::GROUP_AUTHORITIE_ID,
                    key,
                    verb,
                );
            }
            "security-level" => self.simple(TableId::Level, level::SECURITY_LEVEL_ID, key, verb),
            "group" => {
                if let Some(row) = sides.file.plain_named(key) {
                    self.group(
                        row,
                        sides
                            .target
                            .plain_named(key)
                            .filter(|_| verb == Verb::Cover),
                    );
                }
            }
            "scope" => {
                if let Some(row) = sides.file.scope_named(key) {
                    self.scope(
                        row,
                        sides
                            .target
                            .scope_named(key)
                            .filter(|_| verb == Verb::Cover),
                    );
                }
            }
            _ => {
                if let Some(row) = sides.file.client(key) {
                    self.client(
                        key,
                        row,
                        sides.target.client(key).filter(|_| verb == Verb::Cover),
                    );
                }
            }
        }
    }

    /// Stamps and inserts a row.
    fn insert(&mut self, table: TableId, row: Row) {
        self.changes.insert_new(table, row, self.stamp);
    }

    /// Stamps and updates a row.
    fn update(&mut self, table: TableId, row: Row) {
        self.changes.update_stamped(table, row, self.stamp);
    }

    /// Inserts a row that contains only links.
    fn link<const N: usize>(&mut self, table: TableId, cells: [(usize, &str); N]) {
        self.changes.link(table, &cells, self.stamp);
    }

    fn next_text(&mut self, sequence: Sequence) -> Arc<str> {
        self.ids.next(sequence).to_string().into()
    }

    fn simple(&mut self, table: TableId, key: usize, id: &str, verb: Verb) {
        let find = |rows: &'w [Row]| rows.iter().find(|row| row.text(key) == id);
        let Some(row) = find(self.sides.file.tables.rows(table)) else {
            return;
        };
        match (verb, find(self.sides.target.tables.rows(table))) {
            (Verb::Cover, Some(base)) => {
                self.update(table, covered(table, base, row));
            }
            _ => self.insert(table, row.clone()),
        }
    }

    fn group(&mut self, row: &'w Row, base: Option<&'w Row>) {
        let id = match base {
            Some(base) => {
                self.update(TableId::Group, covered(TableId::Group, base, row));
                base.shared(group::GROUP_ID)
            }
            None => {
                let id = self.next_text(Sequence::Group);
                let mut new = row.clone();
                new.set(group::GROUP_ID, Cell::Text(Arc::clone(&id)));
                new.set(group::VGROUP_ID, Cell::Null);
                self.insert(TableId::Group, new);
                self.groups
                    .insert(row.shared(group::GROUP_NAME), Arc::clone(&id));
                id
            }
        };
        self.group_authorities(row, &id, base.is_some());
        let there = if base.is_some() {
            self.sides.target.apis_of(&id)
        } else {
            Vec::new()
        };
        let there: HashMap<ApiName<'w>, usize> =
            there.into_iter().map(|(link, api)| (api, link)).collect();
        for (index, api) in self.sides.file.apis_of(row.text(group::GROUP_ID)) {
            if !self.sides.is_missing(api) {
                self.group_api(&id, index, there.get(&api).copied(), Version::FromFile);
            }
        }
    }

    /// Adds the authentication types that a group does not have yet.
    fn group_authorities(&mut self, file: &Row, id: &str, exists: bool) {
        let there = if exists {
            self.sides.target.authorities_of_group(id)
        } else {
            Vec::new()
        };
        for authority in self
            .sides
            .file
            .authorities_of_group(file.text(group::GROUP_ID))
        {
            if !there.contains(&authority) && self.authorized.insert((id.into(), authority)) {
                let cells = [
                    (group_authority::GROUP_ID, id),
                    (group_authority::GROUP_AUTHORITIE_ID, authority),
                ];
                self.link(TableId::GroupAuthority, cells);
            }
        }
    }

    /// Links an API to a group, or refreshes the time of the existing link.
    fn group_api(&mut self, id: &str, file_link: usize, there: Option<usize>, version: Version) {
        let Some(from) = self.sides.file.tables.row(TableId::GroupApi, file_link) else {
            return;
        };
        match there.and_then(|link| self.sides.target.tables.row(TableId::GroupApi, link)) {
            Some(base) => {
                let mut new = match version {
                    Version::FromFile => covered(TableId::GroupApi, base, from),
                    Version::Kept => base.clone(),
                };
                new.set(group_api::CREATE_TIME, Cell::Time(self.stamp.now));
                self.changes.update(TableId::GroupApi, new);
            }
            None => {
                let mut new = from.clone();
                new.set(group_api::GROUP_ID, Cell::Text(id.into()));
                self.insert(TableId::GroupApi, new);
            }
        }
    }

    fn scope(&mut self, row: &'w Row, base: Option<&'w Row>) {
        let id = match base {
            Some(base) => {
                self.update(TableId::Vgroup, covered(TableId::Vgroup, base, row));
                base.shared(vgroup::VGROUP_ID)
            }
            None => {
                let id = self.next_text(Sequence::Vgroup);
                let mut new = row.clone();
                new.set(vgroup::VGROUP_ID, Cell::Text(Arc::clone(&id)));
                self.insert(TableId::Vgroup, new);
                self.scopes
                    .insert(row.shared(vgroup::VGROUP_NAME), Arc::clone(&id));
                id
            }
        };
        let there = if base.is_some() {
            self.sides.target.authorities_of_scope(&id)
        } else {
            Vec::new()
        };
        for authority in self
            .sides
            .file
            .authorities_of_scope(row.text(vgroup::VGROUP_ID))
        {
            if !there.contains(&authority) {
                let cells = [
                    (vgroup_authority::VGROUP_ID, &*id),
                    (vgroup_authority::VGROUP_AUTHORITIE_ID, authority),
                ];
                self.link(TableId::VgroupAuthority, cells);
            }
        }
        self.scope_apis(row, &id, base.is_some());
    }

    fn scope_apis(&mut self, row: &'w Row, id: &str, exists: bool) {
        let there: HashMap<ApiName<'w>, ScopeApi<'w>> = if exists {
            self.sides
                .target
                .scope_apis(id)
                .into_iter()
                .map(|api| (api.api, api))
                .collect()
        } else {
            HashMap::new()
        };
        for api in self.sides.importable_apis(row.text(vgroup::VGROUP_ID)) {
            match there.get(&api.api) {
                Some(base) => self.refresh_hidden_group(&api, base),
                None => self.new_hidden_group(row, id, &api),
            }
        }
    }

    fn refresh_hidden_group(&mut self, api: &ScopeApi<'w>, there: &ScopeApi<'w>) {
        let Some(file) = self.sides.file.tables.row(TableId::Group, api.group) else {
            return;
        };
        let Some(base) = self.sides.target.tables.row(TableId::Group, there.group) else {
            return;
        };
        let id = base.text(group::GROUP_ID);
        // A group for two APIs, which the product does not create, is refreshed once.
        if self.refreshed.insert(id.into()) {
            let new = taken(TableId::Group, base, file, |field| {
                field.role == Role::Compared || field.follows
            });
            self.update(TableId::Group, new);
            self.hidden
                .entry(file.shared(group::GROUP_NAME))
                .or_default()
                .push(id.into());
        }
        self.group_authorities(file, id, true);
        self.group_api(id, api.link, Some(there.link), Version::Kept);
    }

    fn new_hidden_group(&mut self, scope: &Row, scope_id: &str, api: &ScopeApi<'w>) {
        let Some(file) = self.sides.file.tables.row(TableId::Group, api.group) else {
            return;
        };
        let id = self.next_text(Sequence::Group);
        let mut new = file.clone();
        new.set(group::GROUP_ID, Cell::Text(Arc::clone(&id)));
        new.set(group::VGROUP_ID, Cell::Text(scope_id.into()));
        self.insert(TableId::Group, new);
        self.group_api(&id, api.link, None, Version::FromFile);
        self.group_authorities(file, &id, false);
        self.link(
            TableId::VgroupGroup,
            [
                (vgroup_group::VGROUP_ID, scope_id),
                (vgroup_group::GROUP_ID, &id),
            ],
        );
        self.hidden
            .entry(file.shared(group::GROUP_NAME))
            .or_default()
            .push(Arc::clone(&id));
        self.scope_groups
            .entry(scope.shared(vgroup::VGROUP_NAME))
            .or_default()
            .push(id);
    }

    fn client(&mut self, id: &str, row: &'w Row, base: Option<&'w Row>) {
        match base {
            Some(base) => {
                self.update(TableId::Client, covered(TableId::Client, base, row));
            }
            None => {
                let mut new = row.clone();
                new.set(client::PWD_FAIL_TIMES, Cell::Int(0));
                self.insert(TableId::Client, new);
            }
        }
        self.hosts(id);
        let groups = self.client_links(id);
        self.clientext(id);
        self.oauth(id, base.is_some(), &groups);
        self.x_keys(id);
        self.open_keys(id);
        self.dp_app(id);
        for sort in 0..IDPS.len() {
            self.idps(id, sort, base.is_some());
        }
    }

    /// A host that the target has (by ip or name) gets the file's values; the others are added.
    /// None is removed.
    fn hosts(&mut self, id: &str) {
        let sides = self.sides;
        let there = Hosts::of(&sides.target, id);
        let mut met = HashSet::new();
        for (_, row) in sides.file.rows_of(TableId::Host, &sides.file.hosts, id) {
            let partner = there.position(row).filter(|index| met.insert(*index));
            match partner.and_then(|index| there.rows().get(index)) {
                Some(base) => {
                    let mut new = covered(TableId::Host, base, &host_over(row, base));
                    if new != **base {
                        new.set(host::CREATE_TIME, Cell::Time(self.stamp.now));
                        self.changes.update(TableId::Host, new);
                    }
                }
                None => {
                    let mut new = row.clone();
                    new.set(host::HOST_SEQ, Cell::Int(self.ids.next(Sequence::Host)));
                    self.insert(TableId::Host, new);
                }
            }
        }
    }

    /// Links the client to its groups and scopes, and returns the sorted ids of all groups that it
    /// then holds.
    fn client_links(&mut self, id: &str) -> Vec<Arc<str>> {
        let sides = self.sides;
        let held = sides.target.groups_of_client(id);
        let mut wanted: Vec<Arc<str>> = Vec::new();
        let groups = sides
            .file
            .groups_of_client(id)
            .into_iter()
            .filter_map(|id| sides.file.group(id));
        for row in groups.filter(|row| !is_hidden(row)) {
            wanted.extend(self.group_id(row.text(group::GROUP_NAME)));
        }
        let mut scopes: HashSet<Arc<str>> = sides
            .target
            .scopes_of_client(id)
            .into_iter()
            .map(Arc::from)
            .collect();
        for row in sides
            .file
            .scopes_of_client(id)
            .into_iter()
            .filter_map(|id| sides.file.scope(id))
        {
            let name = row.text(vgroup::VGROUP_NAME);
            let Some(scope_id) = self.scope_id(name) else {
                continue;
            };
            // Two scopes of the file may be one of the target.
            if scopes.insert(Arc::clone(&scope_id)) {
                self.link(
                    TableId::ClientVgroup,
                    [
                        (client_vgroup::CLIENT_ID, id),
                        (client_vgroup::VGROUP_ID, &scope_id),
                    ],
                );
            }
            wanted.extend(self.hidden_groups(name));
        }
        let mut all: Vec<Arc<str>> = held.iter().map(|id| Arc::from(*id)).collect();
        for group_id in wanted {
            if !all.contains(&group_id) {
                self.link(
                    TableId::ClientGroup,
                    [
                        (client_group::CLIENT_ID, id),
                        (client_group::GROUP_ID, &group_id),
                    ],
                );
                all.push(group_id);
            }
        }
        all.sort();
        all
    }

    fn group_id(&self, name: &str) -> Option<Arc<str>> {
        let new = self.groups.get(name).cloned();
        new.or_else(|| Some(self.sides.target.plain_named(name)?.shared(group::GROUP_ID)))
    }

    fn scope_id(&self, name: &str) -> Option<Arc<str>> {
        let new = self.scopes.get(name).cloned();
        new.or_else(|| {
            Some(
                self.sides
                    .target
                    .scope_named(name)?
                    .shared(vgroup::VGROUP_ID),
            )
        })
    }

    /// Returns the current hidden groups of the target's scope.
    fn hidden_groups(&self, scope: &str) -> Vec<Arc<str>> {
        let target = &self.sides.target;
        let there = target.scope_named(scope).map_or_else(Vec::new, |row| {
            target.scope_apis(row.text(vgroup::VGROUP_ID))
        });
        let rows = there
            .iter()
            .filter_map(|api| target.tables.row(TableId::Group, api.group));
        let mut ids: Vec<Arc<str>> = rows.map(|row| row.shared(group::GROUP_ID)).collect();
        ids.extend(self.scope_groups.get(scope).into_iter().flatten().cloned());
        ids
    }

    fn clientext(&mut self, id: &str) {
        let sides = self.sides;
        let Some((_, row)) = sides
            .file
            .rows_of(TableId::Clientext, &sides.file.clientext, id)
            .next()
        else {
            return;
        };
        let base = sides
            .target
            .rows_of(TableId::Clientext, &sides.target.clientext, id)
            .next();
        let mut new = base.map_or_else(
            || row.clone(),
            |(_, base)| covered(TableId::Clientext, base, row),
        );
        new.set(
            clientext::KEYWORD_SEARCH,
            Cell::Text(keyword_search(&new).into()),
        );
        match base {
            Some(_) => self.update(TableId::Clientext, new),
            None => {
                new.set(
                    clientext::CLIENT_SEQ_ID,
                    Cell::Int(self.ids.next(Sequence::ClientExt)),
                );
                self.insert(TableId::Clientext, new);
            }
        }
    }

    /// The oauth row; covering keeps its password. `scope` follows the groups.
    fn oauth(&mut self, id: &str, is_cover: bool, groups: &[Arc<str>]) {
        let sides = self.sides;
        let joined = if groups.is_empty() {
            NO_GROUPS.to_owned()
        } else {
            groups.join(",")
        };
        let file = sides
            .file
            .rows_of(TableId::Oauth, &sides.file.oauth, id)
            .next()
            .map(|(_, row)| row);
        let base = sides
            .target
            .rows_of(TableId::Oauth, &sides.target.oauth, id)
            .next()
            .map(|(_, row)| row);
        let mut new = match (file, base) {
            (None, None) => return,
            (Some(file), None) => file.clone(),
            (None, Some(base)) => base.clone(),
            // An added client reuses leftover rows, with the file's password.
            (Some(file), Some(base)) => taken(TableId::Oauth, base, file, |field| {
                field.role == Role::Compared && !(is_cover && field.is_kept)
            }),
        };
        new.set(oauth::SCOPE, Cell::Text(joined.into()));
        match base {
            Some(_) => self.update(TableId::Oauth, new),
            None => self.insert(TableId::Oauth, new),
        }
    }

    fn x_keys(&mut self, id: &str) {
        let sides = self.sides;
        for (_, row) in sides.file.rows_of(TableId::XKey, &sides.file.x_keys, id) {
            let same = |other: &&Row| other.text(x_key::API_KEY_EN) == row.text(x_key::API_KEY_EN);
            let base = sides
                .target
                .rows_of(TableId::XKey, &sides.target.x_keys, id)
                .map(|(_, row)| row)
                .find(same);
            let key = match base {
                Some(base) => {
                    self.update(TableId::XKey, covered(TableId::XKey, base, row));
                    base.int(x_key::API_KEY_ID)
                }
                None => {
                    let key = self.ids.random(self.stamp.now);
                    let mut new = row.clone();
                    new.set(x_key::API_KEY_ID, Cell::Int(key));
                    self.insert(TableId::XKey, new);
                    Some(key)
                }
            };
            self.x_maps(row, key, base.is_some());
        }
    }

    /// Maps a key to its groups: plain ones and hidden ones by name; missing groups are skipped.
    fn x_maps(&mut self, file: &Row, key: Option<i64>, exists: bool) {
        let sides = self.sides;
        let Some(key) = key else { return };
        let there = sides.target.rows_of_id(
            TableId::XMap,
            &sides.target.x_maps,
            Some(key).filter(|_| exists),
        );
        let mut known: HashSet<Arc<str>> =
            there.map(|(_, map)| map.shared(x_map::GROUP_ID)).collect();
        for (_, map) in sides.file.rows_of_id(
            TableId::XMap,
            &sides.file.x_maps,
            file.int(x_key::API_KEY_ID),
        ) {
            let Some(row) = sides.file.group(map.text(x_map::GROUP_ID)) else {
                continue;
            };
            let name = row.text(group::GROUP_NAME);
            let found = if is_hidden(row) {
                self.hidden_ids(name)
            } else {
                self.group_id(name).into_iter().collect()
            };
            // Hidden groups may have the same name: a map to any of them counts as a map to that
            // name.
            if found.iter().any(|id| known.contains(id)) {
                continue;
            }
            let Some(group_id) = found.into_iter().next() else {
                continue;
            };
            known.insert(Arc::clone(&group_id));
            let mut new = Row::empty(&x_map::TABLE);
            new.set(
                x_map::API_KEY_MAP_ID,
                Cell::Int(self.ids.random(self.stamp.now)),
            );
            new.set(x_map::REF_API_KEY_ID, Cell::Int(key));
            new.set(x_map::GROUP_ID, Cell::Text(group_id));
            self.insert(TableId::XMap, new);
        }
    }

    /// Returns the hidden groups that currently have a name.
    fn hidden_ids(&self, name: &str) -> Vec<Arc<str>> {
        let target = &self.sides.target;
        let there = target.rows_of(TableId::Group, &target.hidden_by_name, name);
        let unrenamed = there
            .map(|(_, row)| row.shared(group::GROUP_ID))
            .filter(|id| !self.refreshed.contains(id));
        self.hidden
            .get(name)
            .into_iter()
            .flatten()
            .cloned()
            .chain(unrenamed)
            .collect()
    }

    fn open_keys(&mut self, id: &str) {
        let sides = self.sides;
        for (_, row) in sides
            .file
            .rows_of(TableId::OpenKey, &sides.file.open_keys, id)
        {
            let same = |other: &&Row| {
                other.text(open_key::OPEN_API_KEY) == row.text(open_key::OPEN_API_KEY)
            };
            let base = sides
                .target
                .rows_of(TableId::OpenKey, &sides.target.open_keys, id)
                .map(|(_, row)| row)
                .find(same);
            let key = match base {
                Some(base) => {
                    self.update(TableId::OpenKey, covered(TableId::OpenKey, base, row));
                    base.int(open_key::OPEN_API_KEY_ID)
                }
                None => {
                    let key = self.ids.next(Sequence::OpenKey);
                    let mut new = row.clone();
                    new.set(open_key::OPEN_API_KEY_ID, Cell::Int(key));
                    self.insert(TableId::OpenKey, new);
                    Some(key)
                }
            };
            self.open_maps(row, key, base.is_some());
        }
    }

    /// Maps a key to its APIs, by the target's uids; missing ones are skipped.
    fn open_maps(&mut self, file: &Row, key: Option<i64>, exists: bool) {
        let sides = self.sides;
        let Some(key) = key else { return };
        let there = sides.target.rows_of_id(
            TableId::OpenMap,
            &sides.target.open_maps,
            Some(key).filter(|_| exists),
        );
        let mut known: HashSet<&str> = there
            .map(|(_, map)| map.text(open_map::REF_API_UID))
            .collect();
        for (_, map) in sides.file.rows_of_id(
            TableId::OpenMap,
            &sides.file.open_maps,
            file.int(open_key::OPEN_API_KEY_ID),
        ) {
            let uid = sides
                .used_api(map.text(open_map::REF_API_UID))
                .and_then(|api| sides.target_uid(api));
            let Some(uid) = uid.filter(|uid| known.insert(uid)) else {
                continue;
            };
            let mut new = Row::empty(&open_map::TABLE);
            new.set(
                open_map::OPEN_API_KEY_MAP_ID,
                Cell::Int(self.ids.next(Sequence::OpenMap)),
            );
            new.set(open_map::REF_OPEN_API_KEY_ID, Cell::Int(key));
            new.set(open_map::REF_API_UID, Cell::Text(uid.into()));
            self.insert(TableId::OpenMap, new);
        }
    }

    /// The portal's application; if a client has several rows, the first is used.
    fn dp_app(&mut self, id: &str) {
        let sides = self.sides;
        let Some((_, row)) = sides
            .file
            .rows_of(TableId::DpApp, &sides.file.dp_apps, id)
            .next()
        else {
            return;
        };
        match sides
            .target
            .rows_of(TableId::DpApp, &sides.target.dp_apps, id)
            .next()
        {
            Some((_, base)) => {
                let mut new = covered(TableId::DpApp, base, row);
                new.copy(row, &[dp_app::KEYWORD_SEARCH]);
                self.update(TableId::DpApp, new);
            }
            None => {
                let mut new = row.clone();
                new.set(
                    dp_app::DP_APPLICATION_ID,
                    Cell::Int(self.ids.random(self.stamp.now)),
                );
                self.insert(TableId::DpApp, new);
            }
        }
    }

    /// Rows of identity providers of one kind. Of a covered portal client the target's rows are
    /// replaced by fresh ones; else rows are matched by id.
    fn idps(&mut self, id: &str, sort: usize, is_cover: bool) {
        let sides = self.sides;
        let Some((table, own_id, _)) = IDPS.get(sort).copied() else {
            return;
        };
        let (Some(here), Some(there)) = (sides.file.idps.get(sort), sides.target.idps.get(sort))
        else {
            return;
        };
        let is_replaced = is_cover && sides.file.dp_apps.contains_key(id);
        let wanted: Vec<&Row> = sides
            .file
            .rows_of(table, here, id)
            .map(|(_, row)| row)
            .collect();
        let same = |a: &Row, b: &Row| a.int(own_id) == b.int(own_id);
        if is_replaced {
            for (_, row) in sides.target.rows_of(table, there, id) {
                if gives_way(sides, id, sort, row) || wanted.iter().any(|new| same(new, row)) {
                    self.changes.delete(table, row.clone());
                }
            }
        }
        for row in wanted {
            let base = sides
                .target
                .rows_of(table, there, id)
                .map(|(_, row)| row)
                .find(|base| same(base, row));
            match base.filter(|_| !is_replaced) {
                Some(base) => {
                    self.update(table, covered(table, base, row));
                }
                None => self.insert(table, row.clone()),
            }
        }
    }
}

/// Whose module version a link to an API gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    FromFile,
    Kept,
}

/// Returns the new row of a covered row of the target: compared fields take the file's value where
/// they differ; everything else is unchanged, byte for byte.
fn covered(table: TableId, base: &Row, from: &Row) -> Row {
    taken(table, base, from, |field| {
        field.role == Role::Compared && !field.is_kept
    })
}

/// Copies from the file the requested columns that differ.
fn taken(table: TableId, base: &Row, from: &Row, wanted: impl Fn(&FieldDef) -> bool) -> Row {
    let mut new = base.clone();
    for (index, field) in table.table().columns().filter(|(_, field)| wanted(field)) {
        if value(field, base.cell(index)) != value(field, from.cell(index)) {
            new.copy(from, &[index]);
        }
    }
    new
}
