//! Every item of the file as a candidate: what it is, what stands in the
//! target, what blocks it, what it needs.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::file::{File, ROOT};
use super::integrity::{self, Broken};
use super::item::{self, ClientItem, From};
use super::rules::{
    self, AUTHENTICATION, CLIENT, GROUP, KINDS, LEVEL, MOST, Names, Owners, RDB, SCOPE, is_plain,
};
use super::side::{ApiName, IDPS, Pair, ScopeApi, Side, first_by, is_hidden};
use super::tables::{T, authority, client, group, group_api, idp_jdbc, level};
use super::tables::{dp_app, open_key, open_map, rdb, vgroup, x_key, x_map};
use super::world::{Row, World};
use crate::engine::diff::{Show, compare};
use crate::engine::{
    Candidate, Finding, Item, ItemId, Kind, Lack, Plan, Quota, QuotaUse, Reason, Requirement, Value,
};

/// The built-in client and group, which every export holds.
const BUILT_IN_CLIENT: &str = "YWRtaW5Db25zb2xl";
const BUILT_IN_GROUP: &str = "1000";

/// Compares a file with a target.
pub(super) fn plan(file: &File, target: &World) -> Plan {
    let pair = Pair::new(&file.world, target);
    let comparer = Comparer::new(&pair);
    Plan::new(&KINDS, comparer.candidates(), lack(&pair), file.findings.clone())
}

/// Returns the APIs that the target lacks, with what refers to them, sorted by
/// module without regard to case, then by key.
fn lack(pair: &Pair<'_>) -> Vec<Lack> {
    let mut users: HashMap<ApiName<'_>, Vec<ItemId>> = HashMap::new();
    let mut note = |api, user: ItemId| {
        let all: &mut Vec<ItemId> = users.entry(api).or_default();
        if !all.contains(&user) {
            all.push(user);
        }
    };
    let side = &pair.file;
    for row in side.world.rows(T::Group) {
        let user = if is_hidden(row) {
            side.scope(row.text(group::VGROUP_ID))
                .map(|scope| ItemId::new(SCOPE, scope.shared(vgroup::VGROUP_NAME)))
        } else {
            Some(ItemId::new(GROUP, row.shared(group::GROUP_NAME)))
        };
        let Some(user) = user else { continue };
        for (_, api) in
            side.apis_of(row.text(group::GROUP_ID)).into_iter().filter(|(_, api)| pair.is_lacking(*api))
        {
            note(api, user.clone());
        }
    }
    for row in side.world.rows(T::OpenKey) {
        for (_, map) in side.rows_of_id(T::OpenMap, &side.open_maps, row.int(open_key::OPEN_API_KEY_ID)) {
            let api = pair.used_api(map.text(open_map::REF_API_UID)).filter(|api| pair.is_lacking(*api));
            if let Some(api) = api {
                note(api, ItemId::new(CLIENT, row.shared(open_key::CLIENT_ID)));
            }
        }
    }
    let sorted: BTreeMap<(String, &str, &str), ApiName<'_>> =
        pair.lacking().map(|api| ((api.0.to_lowercase(), api.1, api.0), api)).collect();
    sorted
        .into_values()
        .map(|api| Lack {
            module: api.0.into(),
            api: api.1.into(),
            used_by: users.remove(&api).unwrap_or_default(),
        })
        .collect()
}

/// What all comparisons share.
struct Comparer<'p, 'w> {
    pair: &'p Pair<'w>,
    broken: Broken<'w>,
    client_names: [Names<'w>; 2],
    group_aliases: Names<'w>,
    scope_aliases: Names<'w>,
    authority_names: Names<'w>,
    level_names: Names<'w>,
    owners: Owners<'w>,
    authorities: HashSet<&'w str>,
    levels: HashSet<&'w str>,
    connections: HashSet<&'w str>,
}

impl<'p, 'w> Comparer<'p, 'w> {
    fn new(pair: &'p Pair<'w>) -> Self {
        let all = |_: &Row| true;
        let client = |what, code, column| {
            Names::new(pair, CLIENT, (what, code), (T::Client, client::CLIENT_ID, column), all)
        };
        let target =
            |table: T, column: usize| pair.target.world.rows(table).iter().map(move |row| row.text(column));
        Self {
            pair,
            broken: integrity::check(&pair.file),
            client_names: [
                client("name", "name-taken", client::CLIENT_NAME),
                client("alias", "alias-taken", client::CLIENT_ALIAS),
            ],
            group_aliases: Names::new(
                pair,
                GROUP,
                ("alias", "alias-taken"),
                (T::Group, group::GROUP_NAME, group::GROUP_ALIAS),
                is_plain,
            ),
            scope_aliases: Names::new(
                pair,
                SCOPE,
                ("alias", "alias-taken"),
                (T::Vgroup, vgroup::VGROUP_NAME, vgroup::VGROUP_ALIAS),
                all,
            ),
            authority_names: Names::new(
                pair,
                AUTHENTICATION,
                ("name", "name-taken"),
                (T::Authority, authority::GROUP_AUTHORITIE_ID, authority::GROUP_AUTHORITIE_NAME),
                all,
            ),
            level_names: Names::new(
                pair,
                LEVEL,
                ("name", "name-taken"),
                (T::Level, level::SECURITY_LEVEL_ID, level::SECURITY_LEVEL_NAME),
                all,
            ),
            owners: Owners::new(pair),
            authorities: target(T::Authority, authority::GROUP_AUTHORITIE_ID).collect(),
            levels: target(T::Level, level::SECURITY_LEVEL_ID).collect(),
            connections: target(T::Rdb, rdb::CONNECTION_NAME).collect(),
        }
    }

    /// Returns the JSON pointer to a row of the file.
    fn path(&self, table: T, at: usize) -> String {
        format!("/{ROOT}/{}/{}", table.table().list, self.pair.file.world.place(table, at))
    }

    fn candidates(&self) -> Vec<Candidate> {
        let mut all = self.clients();
        all.extend(self.groups());
        all.extend(self.scopes());
        all.extend(self.simple(
            &AUTHENTICATION,
            T::Authority,
            authority::GROUP_AUTHORITIE_ID,
            Some((authority::GROUP_AUTHORITIE_NAME, &self.authority_names)),
        ));
        all.extend(self.simple(
            &LEVEL,
            T::Level,
            level::SECURITY_LEVEL_ID,
            Some((level::SECURITY_LEVEL_NAME, &self.level_names)),
        ));
        all.extend(self.simple(&RDB, T::Rdb, rdb::CONNECTION_NAME, None));
        all
    }

    /// Kinds of one table, matched by their own id: authentication types,
    /// security levels, RDB connections.
    fn simple(&self, kind: &Kind, table: T, key: usize, name: Option<(usize, &Names<'w>)>) -> Vec<Candidate> {
        let target = first_by(self.pair.target.world.rows(table), key, |_| true);
        let times = count(self.pair.file.world.rows(table), key);
        let build = |row: &Row| match table {
            T::Rdb => item::rdb_connection(row),
            _ => item::record(table, row, &[key]),
        };
        let rows = self.pair.file.world.rows(table).iter().enumerate();
        rows.map(|(at, row)| {
            let id = ItemId::new(kind.clone(), row.shared(key));
            let base = target.get(row.text(key)).and_then(|at| self.pair.target.world.row(table, *at));
            let called = name.map_or_else(|| row.shared(key), |(column, _)| row.shared(column));
            let mut blocks: Vec<Reason> =
                name.map_or_else(Vec::new, |(column, names)| names.check(row.text(key), row.text(column)));
            blocks.extend(rules::twice(
                kind,
                row.text(key),
                times.get(row.text(key)).copied().unwrap_or_default(),
            ));
            blocks.extend(rules::unstorable(table.table(), row));
            let mut candidate = candidate(id, called, self.path(table, at), build(row), base.map(build));
            candidate.blocks = blocks;
            if table == T::Rdb {
                candidate.warnings.extend(foreign_encryption(&candidate, row, base));
            }
            candidate
        })
        .collect()
    }

    fn groups(&self) -> Vec<Candidate> {
        let file = &self.pair.file;
        let rows = file.world.rows(T::Group);
        // A flag that is none blocks a group; it must not lose it.
        let times = count_of(rows.iter().filter(|row| !is_hidden(row)), group::GROUP_NAME);
        let plain = rows.iter().enumerate().filter(|(_, row)| !is_hidden(row));
        plain
            .map(|(at, row)| {
                let name = row.text(group::GROUP_NAME);
                let base = self.pair.target.plain_named(name);
                let mut candidate = candidate(
                    ItemId::new(GROUP, row.shared(group::GROUP_NAME)),
                    row.shared(group::GROUP_ALIAS),
                    self.path(T::Group, at),
                    item::plain_group(self.pair, file, row),
                    base.map(|row| item::plain_group(self.pair, &self.pair.target, row)),
                );
                candidate.blocks = self.group_aliases.check(name, row.text(group::GROUP_ALIAS));
                candidate.blocks.extend(rules::twice(
                    &GROUP,
                    name,
                    times.get(name).copied().unwrap_or_default(),
                ));
                candidate.blocks.extend(rules::unstorable(&group::TABLE, row));
                candidate.blocks.extend(rules::unknown_flag(row));
                candidate.blocks.extend(self.unstorable_links(row));
                candidate.requires = self.needs_of_group(row);
                if base.is_some_and(|row| row.text(group::GROUP_ID) == BUILT_IN_GROUP) {
                    candidate.warnings.extend(built_in(&candidate));
                }
                candidate
            })
            .collect()
    }

    /// A group, plain or hidden, needs its level and its authentication types.
    fn needs_of_group(&self, row: &Row) -> Vec<Requirement> {
        let mut needs: Vec<Requirement> =
            self.level(row.text(group::SECURITY_LEVEL_ID)).into_iter().collect();
        let authorities = self.pair.file.authorities_of_group(row.text(group::GROUP_ID));
        needs.extend(authorities.into_iter().map(|id| self.authority(id)));
        needs
    }

    fn level(&self, id: &str) -> Option<Requirement> {
        (!id.is_empty())
            .then(|| Requirement { on: ItemId::new(LEVEL, id), present: self.levels.contains(id) })
    }

    fn authority(&self, id: &str) -> Requirement {
        Requirement { on: ItemId::new(AUTHENTICATION, id), present: self.authorities.contains(id) }
    }

    fn scopes(&self) -> Vec<Candidate> {
        let rows = self.pair.file.world.rows(T::Vgroup);
        let times = count(rows, vgroup::VGROUP_NAME);
        let holders = self.holders();
        rows.iter()
            .enumerate()
            .map(|(at, row)| {
                let times = times.get(row.text(vgroup::VGROUP_NAME)).copied().unwrap_or_default();
                self.scope(at, row, times, &holders)
            })
            .collect()
    }

    fn scope(&self, at: usize, row: &Row, times: usize, holders: &Holders<'w>) -> Candidate {
        let name = row.text(vgroup::VGROUP_NAME);
        let base = self.pair.target.scope_named(name);
        let wanted = self.pair.importable_apis(row.text(vgroup::VGROUP_ID));
        let there =
            base.map_or_else(Vec::new, |row| self.pair.target.scope_apis(row.text(vgroup::VGROUP_ID)));
        let known: HashSet<ApiName<'_>> = there.iter().map(|api| api.api).collect();
        let new = wanted.iter().filter(|api| !known.contains(&api.api)).count();
        let mut candidate = candidate(
            ItemId::new(SCOPE, row.shared(vgroup::VGROUP_NAME)),
            row.shared(vgroup::VGROUP_ALIAS),
            self.path(T::Vgroup, at),
            item::scope(&self.pair.file, row, &wanted),
            base.map(|row| item::scope(&self.pair.target, row, &there)),
        );
        candidate.blocks = self.scope_aliases.check(name, row.text(vgroup::VGROUP_ALIAS));
        candidate.blocks.extend(rules::twice(&SCOPE, name, times));
        candidate.blocks.extend(rules::too_many_apis(there.len(), new));
        candidate.blocks.extend(rules::unstorable(&vgroup::TABLE, row));
        candidate.blocks.extend(rules::name_too_long_for_apis(row, new));
        candidate.requires = self.needs_of_scope(row, &wanted);
        candidate.blocks.extend(self.unstorable_apis(row, &wanted));
        if base.is_some() && new > 0 && candidate.blocks.is_empty() {
            candidate.warnings.extend(holders.warn(&candidate.item.id));
        }
        candidate
    }

    fn needs_of_scope(&self, row: &Row, apis: &[ScopeApi<'_>]) -> Vec<Requirement> {
        let mut needs: Vec<Requirement> =
            self.level(row.text(vgroup::SECURITY_LEVEL_ID)).into_iter().collect();
        let authorities = self.pair.file.authorities_of_scope(row.text(vgroup::VGROUP_ID));
        needs.extend(authorities.into_iter().map(|id| self.authority(id)));
        let hidden = apis.iter().filter_map(|api| self.pair.file.world.row(T::Group, api.group));
        needs.extend(hidden.flat_map(|row| self.needs_of_group(row)));
        unique(needs)
    }

    /// Checks the links of a group to the APIs that the target has.
    fn unstorable_links(&self, group: &Row) -> Vec<Reason> {
        let file = &self.pair.file;
        let apis = file.apis_of(group.text(group::GROUP_ID)).into_iter();
        let links = apis.filter(|(_, api)| !self.pair.is_lacking(*api));
        let rows = links.filter_map(|(at, _)| file.world.row(T::GroupApi, at));
        unique(rows.flat_map(|row| rules::unstorable(&group_api::TABLE, row)).collect())
    }

    /// Checks the hidden groups of a scope, and their links.
    fn unstorable_apis(&self, scope: &Row, apis: &[ScopeApi<'_>]) -> Vec<Reason> {
        let world = &self.pair.file.world;
        let mut reasons = Vec::new();
        for api in apis {
            if let Some(row) = world.row(T::Group, api.group) {
                let mut hidden = rules::unstorable(&group::TABLE, row);
                // The scope's own name is checked with the scope.
                if row.text(group::VGROUP_NAME) == scope.text(vgroup::VGROUP_NAME) {
                    hidden.retain(|reason| !reason.message.starts_with("vgroupName"));
                }
                reasons.extend(hidden);
            }
            reasons.extend(
                world
                    .row(T::GroupApi, api.link)
                    .into_iter()
                    .flat_map(|row| rules::unstorable(&group_api::TABLE, row)),
            );
        }
        unique(reasons)
    }

    /// Returns who holds each scope: in the target, and in the file.
    fn holders(&self) -> Holders<'w> {
        let of = |side: &Side<'w>| {
            let mut holders: HashMap<&'w str, HashSet<&'w str>> = HashMap::new();
            for row in side.world.rows(T::ClientVgroup) {
                use super::tables::client_vgroup as link;
                if let Some(scope) = side.scope(row.text(link::VGROUP_ID)) {
                    holders
                        .entry(scope.text(vgroup::VGROUP_NAME))
                        .or_default()
                        .insert(row.text(link::CLIENT_ID));
                }
            }
            holders
        };
        Holders { target: of(&self.pair.target), file: of(&self.pair.file) }
    }

    fn clients(&self) -> Vec<Candidate> {
        let rows = self.pair.file.world.rows(T::Client);
        let times = count(rows, client::CLIENT_ID);
        rows.iter()
            .enumerate()
            .map(|(at, row)| {
                self.client(at, row, times.get(row.text(client::CLIENT_ID)).copied().unwrap_or_default())
            })
            .collect()
    }

    fn client(&self, at: usize, row: &Row, times: usize) -> Candidate {
        let id = row.text(client::CLIENT_ID);
        let base = self.pair.target.client(id);
        let file = ClientItem { pair: self.pair, from: From::File, id };
        let target = ClientItem { pair: self.pair, from: From::Target, id };
        let alias = row.shared(client::CLIENT_ALIAS);
        let called = if alias.is_empty() { row.shared(client::CLIENT_NAME) } else { alias };
        let mut candidate = candidate(
            ItemId::new(CLIENT, row.shared(client::CLIENT_ID)),
            called,
            self.path(T::Client, at),
            file.value(row),
            base.map(|row| target.value(row)),
        );
        candidate.blocks = self.client_blocks(row, base, times);
        candidate.requires = self.client_needs(id, row);
        candidate.quota = Some(self.client_quota(id));
        candidate.warnings = self.client_warnings(&candidate.item.id, base);
        if id == BUILT_IN_CLIENT {
            let warning = built_in(&candidate);
            candidate.warnings.extend(warning);
        }
        candidate
    }

    fn client_blocks(&self, row: &Row, base: Option<&Row>, times: usize) -> Vec<Reason> {
        let id = row.text(client::CLIENT_ID);
        let [names, aliases] = &self.client_names;
        let mut blocks = names.check(id, row.text(client::CLIENT_NAME));
        blocks.extend(aliases.check(id, row.text(client::CLIENT_ALIAS)));
        blocks.extend(rules::twice(&CLIENT, id, times));
        if let Some(base) = base {
            blocks.extend(rules::level_differs(row, base));
        }
        // Of an absent client too: leftover hosts are taken over like those of a client that is there.
        let hosts = |side: &Side<'w>| -> Vec<&'w Row> {
            side.rows_of(T::Host, &side.hosts, id).map(|(_, row)| row).collect()
        };
        blocks.extend(rules::hosts(&hosts(&self.pair.file), &hosts(&self.pair.target)));
        blocks.extend(self.owners.check(self.pair, id));
        blocks.extend(self.broken.of_client(id));
        blocks.extend(rules::unstorable(&client::TABLE, row));
        blocks.extend(self.unstorable_parts(id));
        unique(blocks)
    }

    /// Checks every row that belongs to a client.
    fn unstorable_parts(&self, id: &str) -> Vec<Reason> {
        let file = &self.pair.file;
        let parts = [
            (T::Host, &file.hosts),
            (T::Oauth, &file.oauth),
            (T::Clientext, &file.clientext),
            (T::XKey, &file.x_keys),
            (T::OpenKey, &file.open_keys),
            (T::DpApp, &file.dp_apps),
        ];
        let idps = IDPS.iter().zip(&file.idps).map(|((table, _, _), index)| (*table, index));
        let mut reasons: Vec<Reason> = parts
            .into_iter()
            .chain(idps)
            .flat_map(|(table, index)| {
                file.rows_of(table, index, id).flat_map(move |(_, row)| rules::unstorable(table.table(), row))
            })
            .collect();
        let extension = file.rows_of(T::Clientext, &file.clientext, id).next();
        reasons.extend(extension.and_then(|(_, row)| rules::search_text_too_long(row)));
        let application = file.rows_of(T::DpApp, &file.dp_apps, id).next();
        reasons.extend(
            application
                .and_then(|(_, row)| rules::unstorable_field(&dp_app::TABLE, row, dp_app::KEYWORD_SEARCH)),
        );
        for ((table, own_id, _), index) in IDPS.iter().zip(&file.idps) {
            if file.rows_of(*table, index, id).any(|(_, row)| row.int(*own_id).is_none()) {
                reasons.push(Reason::new(
                    "value-required",
                    format!("a row of {} has no id of its own", table.table().list),
                ));
            }
        }
        reasons
    }

    fn client_needs(&self, id: &str, row: &Row) -> Vec<Requirement> {
        let (file, target) = (&self.pair.file, &self.pair.target);
        let mut needs: Vec<Requirement> =
            self.level(row.text(client::SECURITY_LEVEL_ID)).into_iter().collect();
        let groups = file
            .groups_of_client(id)
            .into_iter()
            .filter_map(|id| file.group(id))
            .filter(|row| !is_hidden(row));
        needs.extend(groups.map(|row| Requirement {
            on: ItemId::new(GROUP, row.shared(group::GROUP_NAME)),
            present: target.plain.contains_key(row.text(group::GROUP_NAME)),
        }));
        let scopes = file.scopes_of_client(id).into_iter().filter_map(|id| file.scope(id));
        needs.extend(scopes.map(|row| Requirement {
            on: ItemId::new(SCOPE, row.shared(vgroup::VGROUP_NAME)),
            present: target.scopes_by_name.contains_key(row.text(vgroup::VGROUP_NAME)),
        }));
        if let Some(index) = file.idps.get(3) {
            needs.extend(file.rows_of(T::IdpJdbc, index, id).map(|(_, row)| {
                let name = row.text(idp_jdbc::CONNECTION_NAME);
                Requirement { on: ItemId::new(RDB, name), present: self.connections.contains(name) }
            }));
        }
        unique(needs)
    }

    /// Counts the groups that a client would hold: plain ones, and a hidden
    /// one for each API of each of its scopes.
    fn client_quota(&self, id: &str) -> Quota {
        let (file, target) = (&self.pair.file, &self.pair.target);
        let held: HashSet<&str> = target.groups_of_client(id).into_iter().collect();
        let mut uses = Vec::new();
        // By name: the file may hold a group under two ids.
        let mut seen: HashSet<(Kind, &str)> = HashSet::new();
        let groups = file.groups_of_client(id).into_iter().filter_map(|id| file.group(id));
        for row in groups.filter(|row| !is_hidden(row)) {
            let name = row.text(group::GROUP_NAME);
            let there = target.plain_named(name);
            if !there.is_some_and(|row| held.contains(row.text(group::GROUP_ID)))
                && seen.insert((GROUP, name))
            {
                let on = ItemId::new(GROUP, row.shared(group::GROUP_NAME));
                uses.push(QuotaUse { on, left: 1, written: 1 });
            }
        }
        for row in file.scopes_of_client(id).into_iter().filter_map(|id| file.scope(id)) {
            if seen.insert((SCOPE, row.text(vgroup::VGROUP_NAME))) {
                uses.push(self.scope_use(row, &held));
            }
        }
        Quota { code: "too-many-groups", of: "groups", max: MOST, held: held.len(), uses }
    }

    fn scope_use(&self, scope: &Row, held: &HashSet<&str>) -> QuotaUse {
        let target = &self.pair.target;
        let there = target
            .scope_named(scope.text(vgroup::VGROUP_NAME))
            .map_or_else(Vec::new, |row| target.scope_apis(row.text(vgroup::VGROUP_ID)));
        let known: HashSet<ApiName<'_>> = there.iter().map(|api| api.api).collect();
        let ids: HashSet<&str> = there
            .iter()
            .filter_map(|api| target.world.row(T::Group, api.group))
            .map(|row| row.text(group::GROUP_ID))
            .filter(|id| !held.contains(id))
            .collect();
        let new = self.pair.importable_apis(scope.text(vgroup::VGROUP_ID));
        let new = new.iter().filter(|api| !known.contains(&api.api)).count();
        QuotaUse {
            on: ItemId::new(SCOPE, scope.shared(vgroup::VGROUP_NAME)),
            left: ids.len(),
            written: ids.len() + new,
        }
    }

    fn client_warnings(&self, item: &ItemId, base: Option<&Row>) -> Vec<Finding> {
        let id = &*item.key;
        let (file, target) = (&self.pair.file, &self.pair.target);
        let mut warnings = Vec::new();
        for (_, key) in file.rows_of(T::XKey, &file.x_keys, id) {
            let alias = key.text(x_key::API_KEY_ALIAS);
            let maps: Vec<&Row> = file
                .rows_of_id(T::XMap, &file.x_maps, key.int(x_key::API_KEY_ID))
                .map(|(_, map)| map)
                .collect();
            if maps.is_empty() {
                let message = format!("X-API key '{alias}' has no groups; it is imported all the same");
                warnings.push(Finding::warning("key-without-maps", message));
            }
            let unknown = maps.iter().filter(|map| file.group(map.text(x_map::GROUP_ID)).is_none()).count();
            if unknown > 0 {
                let message = format!("X-API key '{alias}': {unknown} of its groups are unknown and skipped");
                warnings.push(Finding::warning("map-skipped", message));
            }
        }
        for (_, key) in file.rows_of(T::OpenKey, &file.open_keys, id) {
            let maps = file.rows_of_id(T::OpenMap, &file.open_maps, key.int(open_key::OPEN_API_KEY_ID));
            let unknown =
                maps.filter(|(_, map)| self.is_unknown_api(map.text(open_map::REF_API_UID))).count();
            if unknown > 0 {
                let alias = key.text(open_key::OPEN_API_KEY_ALIAS);
                let message = format!("DGRK key '{alias}': {unknown} of its APIs are unknown and skipped");
                warnings.push(Finding::warning("map-skipped", message));
            }
        }
        if base.is_none() {
            let left = leftovers(target, id);
            if !left.is_empty() {
                let message = format!(
                    "rows of an absent client of this id are in {}; they are taken over",
                    left.join(", ")
                );
                warnings.push(Finding::warning("leftover-rows", message));
            }
        }
        warnings.into_iter().map(|warning| warning.about(item)).collect()
    }

    /// Says whether a DGRK map names an API that cannot be found and is not
    /// listed as lacking either.
    fn is_unknown_api(&self, uid: &str) -> bool {
        match self.pair.used_api(uid) {
            None => true,
            Some(api) => !self.pair.is_lacking(api) && self.pair.target_uid(api).is_none(),
        }
    }
}

/// Who holds each scope, by its name.
struct Holders<'w> {
    target: HashMap<&'w str, HashSet<&'w str>>,
    file: HashMap<&'w str, HashSet<&'w str>>,
}

impl Holders<'_> {
    /// Warns of clients that hold the scope and are not in the file with it:
    /// they do not receive its new APIs.
    fn warn(&self, scope: &ItemId) -> Option<Finding> {
        let there = self.target.get(&*scope.key)?;
        let here = self.file.get(&*scope.key);
        let others = there.iter().filter(|client| !here.is_some_and(|here| here.contains(*client))).count();
        let held = if others == 1 {
            "1 other client holds it and does"
        } else {
            &format!("{others} other clients hold it and do")
        };
        (others > 0).then(|| {
            Finding::warning("other-holders", format!("{held} not receive its new APIs")).about(scope)
        })
    }
}

fn leftovers(target: &Side<'_>, id: &str) -> Vec<&'static str> {
    let mut left = Vec::new();
    let parts = [
        (T::Host, &target.hosts),
        (T::Oauth, &target.oauth),
        (T::Clientext, &target.clientext),
        (T::ClientGroup, &target.client_groups),
        (T::ClientVgroup, &target.client_vgroups),
        (T::XKey, &target.x_keys),
        (T::OpenKey, &target.open_keys),
        (T::DpApp, &target.dp_apps),
    ];
    let idps = IDPS.iter().zip(&target.idps).map(|((table, _, _), index)| (*table, index));
    for (table, index) in parts.into_iter().chain(idps) {
        if index.contains_key(id) {
            left.push(table.table().name);
        }
    }
    left
}

fn candidate(
    id: ItemId,
    name: std::sync::Arc<str>,
    path: String,
    value: Value,
    base: Option<Value>,
) -> Candidate {
    let base =
        base.map(|value| Item { id: id.clone(), name: std::sync::Arc::clone(&name), value, path: "".into() });
    Candidate {
        item: Item { id, name, value, path: path.into() },
        base,
        blocks: Vec::new(),
        requires: Vec::new(),
        quota: None,
        warnings: Vec::new(),
    }
}

fn count(rows: &[Row], column: usize) -> HashMap<&str, usize> {
    count_of(rows.iter(), column)
}

fn count_of<'w>(rows: impl Iterator<Item = &'w Row>, column: usize) -> HashMap<&'w str, usize> {
    let mut times = HashMap::new();
    for row in rows {
        *times.entry(row.text(column)).or_insert(0) += 1;
    }
    times
}

/// Keeps the first of equal values, in order. For short lists.
fn unique<V: PartialEq>(values: Vec<V>) -> Vec<V> {
    let mut kept: Vec<V> = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// Warns where covering would change what digiRunner itself came with.
fn built_in(candidate: &Candidate) -> Option<Finding> {
    let base = candidate.base.as_ref()?;
    let differs = compare(Some(&base.value), &candidate.item.value, Show::Differences);
    differs.iter().any(|change| change.op.is_effective()).then(|| {
        let message = "is built into digiRunner; covering it changes the admin console's own access";
        Finding::warning("built-in", message).about(&candidate.item.id)
    })
}

/// Warns where a password would be written that the source instance encrypted
/// with its own key.
fn foreign_encryption(candidate: &Candidate, row: &Row, base: Option<&Row>) -> Option<Finding> {
    let password = row.text(rdb::MIMA);
    let is_written = base.is_none_or(|base| base.text(rdb::MIMA) != password);
    (password.starts_with("ENC(") && is_written).then(|| {
        let message = "the password is encrypted with the source instance's key; the target can read it only with the same key";
        Finding::warning("foreign-encryption", message).about(&candidate.item.id)
    })
}
