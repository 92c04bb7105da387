//! Which clients can call which APIs, and how writing items changes that.
//!
//! Pure. At run time, the gateway reads only these tables:
//!
//! | by | rows |
//! |---|---|
//! | a plain group (tokens, Basic) | `tsmp_client_group`, `tsmp_group` with `vgroup_flag` '0', `tsmp_group_api` |
//! | a scope (the user's consent) | `tsmp_client_vgroup`, `tsmp_vgroup`, `tsmp_vgroup_group`, `tsmp_group_api` |
//! | an X-API key | `dgr_x_api_key`, `dgr_x_api_key_map`, `tsmp_group_api` |
//! | a DGRK key | `tsmp_open_apikey`, `tsmp_open_apikey_map` |
//!
//! each with the `tsmp_client` and the `tsmp_api` that it is about. A client's links to hidden
//! groups and `oauth_client_details.scope` follow from these and grant nothing: users are asked for
//! all APIs of the scopes that their client holds, including new APIs. Whether a client, a key or
//! an API is enabled, and until when, is not considered.
//!
//! The rows are those that [`build`](super::build) writes, item by item.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::index::{ApiName, Sides, is_hidden};
use super::kinds::{CLIENT, GROUP, SCOPE};
use super::rules::is_plain;
use super::schema::{
    TableId, client, client_group, client_vgroup, group, open_key, open_map, vgroup, vgroup_group,
    x_key, x_map,
};
use super::tables::Row;
use crate::engine::access::{Draw, Model, Node, Party, PoolMember, Right, Subject, When, Words};
use crate::engine::{ItemId, Kind, Plan};

const WORDS: Words = Words::of(["client", "clients"], ["API", "APIs"]);

/// The kinds of nodes that are not items.
const API: Kind = Kind::of("api");
const X_KEY: Kind = Kind::of("x-api-key");
const OPEN_KEY: Kind = Kind::of("dgrk");

/// Returns what the target grants to the clients that the plan may affect, and what writing its
/// items changes.
pub(super) fn model(sides: &Sides<'_>, plan: &Plan) -> Model {
    let mut builder = Builder::new(sides, plan);
    builder.groups();
    builder.scopes();
    builder.clients();
    builder.model
}

struct Builder<'b, 'w> {
    sides: &'b Sides<'w>,
    plan: &'b Plan,
    model: Model,
    objects: HashMap<ApiName<'w>, usize>,
    /// The target's APIs by the uid that DGRK keys refer to.
    uids: HashMap<&'w str, Vec<usize>>,
    /// Nodes of the target's groups, by id.
    groups: HashMap<&'w str, usize>,
    /// Nodes of groups that are added, by name.
    new_groups: HashMap<&'w str, usize>,
    /// Nodes of the target's scopes, by id.
    scopes: HashMap<&'w str, usize>,
    /// Nodes of scopes that are added, by name.
    new_scopes: HashMap<&'w str, usize>,
    /// Groups and scopes of the target that may get APIs, by id.
    growing_groups: HashSet<&'w str>,
    growing_scopes: HashSet<&'w str>,
    /// Hidden groups that are added when a scope is written, by name, in writing order.
    named: HashMap<&'w str, Vec<PoolMember>>,
    /// Hidden groups of the target that are renamed, by id, and the scope that renames them.
    renamed: HashMap<&'w str, usize>,
    pools: HashMap<&'w str, usize>,
}

impl<'b, 'w> Builder<'b, 'w> {
    fn new(sides: &'b Sides<'w>, plan: &'b Plan) -> Self {
        let mut model = Model {
            words: WORDS,
            ..Model::default()
        };
        let (mut objects, mut uids) = (HashMap::new(), HashMap::<&str, Vec<usize>>::new());
        for api in &sides.target.tables.apis {
            let index = *objects.entry((&*api.module, &*api.api)).or_insert_with(|| {
                let key = format!("{}/{}", api.module, api.api);
                model
                    .objects
                    .push(Arc::new(Party::new(ItemId::new(API, key), "")));
                model.objects.len() - 1
            });
            if let Some(uid) = &api.uid {
                uids.entry(uid).or_default().push(index);
            }
        }
        Self {
            sides,
            plan,
            model,
            objects,
            uids,
            groups: HashMap::new(),
            new_groups: HashMap::new(),
            scopes: HashMap::new(),
            new_scopes: HashMap::new(),
            growing_groups: HashSet::new(),
            growing_scopes: HashSet::new(),
            named: HashMap::new(),
            renamed: HashMap::new(),
            pools: HashMap::new(),
        }
    }

    /// Returns the items of a kind that may be written, in writing order: additions first.
    fn writable(&self, kind: &Kind) -> Vec<(usize, &'b ItemId, bool)> {
        let plan = self.plan;
        let entries = plan.entries().iter().enumerate();
        let of = entries.filter(|(_, entry)| entry.item.id.kind == *kind && entry.is_open());
        let mut items: Vec<_> = of
            .map(|(index, entry)| (index, &entry.item.id, entry.base.is_some()))
            .collect();
        items.sort_by_key(|(index, _, is_cover)| (*is_cover, *index));
        items
    }

    fn node(&mut self, by: Option<Party>) -> usize {
        self.model.add_node(Node::new(by.map(Arc::new)))
    }

    fn rights(&mut self, node: usize, objects: impl IntoIterator<Item = usize>, when: When) {
        if let Some(node) = self.model.node(node) {
            node.rights
                .extend(objects.into_iter().map(|object| Right::plain(object, when)));
        }
    }

    fn link(&mut self, from: usize, to: usize, when: When) {
        if let Some(node) = self.model.node(from) {
            node.nodes.push((to, when));
        }
    }

    /// Returns the node of a group of the target.
    fn group(&mut self, id: &'w str) -> usize {
        if let Some(node) = self.groups.get(id) {
            return *node;
        }
        let name = self
            .sides
            .target
            .group(id)
            .map_or_else(|| id.into(), |row| row.shared(group::GROUP_NAME));
        let node = self.node(Some(Party::new(ItemId::new(GROUP, name), "")));
        self.groups.insert(id, node);
        let apis = self.sides.target.apis_of(id);
        let objects: Vec<usize> = apis
            .iter()
            .filter_map(|(_, api)| self.objects.get(api).copied())
            .collect();
        self.rights(node, objects, When::ALWAYS);
        node
    }

    /// Returns the node of a scope of the target.
    fn scope(&mut self, row: &'w Row) -> usize {
        let id = row.text(vgroup::VGROUP_ID);
        if let Some(node) = self.scopes.get(id) {
            return *node;
        }
        let node = self.node(Some(Party::new(
            ItemId::new(SCOPE, row.shared(vgroup::VGROUP_NAME)),
            "",
        )));
        self.scopes.insert(id, node);
        let target = &self.sides.target;
        let links = target.rows_of(TableId::VgroupGroup, &target.vgroup_groups, id);
        for (_, link) in links {
            let to = self.group(link.text(vgroup_group::GROUP_ID));
            self.link(node, to, When::ALWAYS);
        }
        node
    }

    /// Groups get the APIs of the file that they do not have.
    fn groups(&mut self) {
        for (index, id, _) in self.writable(&GROUP) {
            let (file, target) = (&self.sides.file, &self.sides.target);
            let Some(row) = file.plain_named(&id.key) else {
                continue;
            };
            let apis = file
                .apis_of(row.text(group::GROUP_ID))
                .into_iter()
                .map(|(_, api)| api);
            let base = target
                .plain_named(&id.key)
                .map(|row| row.text(group::GROUP_ID));
            let there: HashSet<ApiName<'_>> = base
                .into_iter()
                .flat_map(|id| target.apis_of(id))
                .map(|(_, api)| api)
                .collect();
            let new = apis.filter(|api| !there.contains(api));
            let new: Vec<usize> = new
                .filter_map(|api| self.objects.get(&api).copied())
                .collect();
            let node = match base {
                Some(id) => {
                    if !new.is_empty() {
                        self.growing_groups.insert(id);
                    }
                    self.group(id)
                }
                None => {
                    let node = self.node(Some(Party::new(id.clone(), "")));
                    self.new_groups.insert(row.text(group::GROUP_NAME), node);
                    node
                }
            };
            self.rights(node, new, When::written(index));
        }
    }

    /// Scopes get a hidden group for each missing API of the file; existing ones are renamed as in
    /// the file.
    fn scopes(&mut self) {
        for (index, id, _) in self.writable(&SCOPE) {
            let (file, target) = (&self.sides.file, &self.sides.target);
            let Some(row) = file.scope_named(&id.key) else {
                continue;
            };
            let base = target.scope_named(&id.key);
            let there: HashMap<ApiName<'_>, usize> = base
                .into_iter()
                .flat_map(|row| target.scope_apis(row.text(vgroup::VGROUP_ID)))
                .map(|api| (api.api, api.group))
                .collect();
            let node = match base {
                Some(row) => self.scope(row),
                None => {
                    let node = self.node(Some(Party::new(id.clone(), "")));
                    self.new_scopes.insert(row.text(vgroup::VGROUP_NAME), node);
                    node
                }
            };
            for api in self.sides.importable_apis(row.text(vgroup::VGROUP_ID)) {
                let Some(hidden) = file.tables.row(TableId::Group, api.group) else {
                    continue;
                };
                let name = hidden.text(group::GROUP_NAME);
                let there = there
                    .get(&api.api)
                    .and_then(|group| target.tables.row(TableId::Group, *group));
                let member = match there.map(|row| row.text(group::GROUP_ID)) {
                    // A group for two APIs is renamed once.
                    Some(id) if self.renamed.contains_key(id) => continue,
                    Some(id) => {
                        self.renamed.insert(id, index);
                        self.group(id)
                    }
                    None => {
                        let new = self.node(None);
                        let object = self.objects.get(&api.api).copied();
                        self.rights(new, object, When::written(index));
                        self.link(node, new, When::written(index));
                        self.growing_scopes
                            .extend(base.map(|row| row.text(vgroup::VGROUP_ID)));
                        new
                    }
                };
                self.named
                    .entry(name)
                    .or_default()
                    .push((member, When::written(index)));
            }
        }
        // A scope may link a plain group: the product never creates that, but evaluates it.
        let links = self.sides.target.tables.rows(TableId::VgroupGroup).iter();
        let growing = links.filter(|row| {
            self.growing_groups
                .contains(row.text(vgroup_group::GROUP_ID))
        });
        let growing: Vec<&str> = growing
            .map(|row| row.text(vgroup_group::VGROUP_ID))
            .collect();
        self.growing_scopes.extend(growing);
    }

    /// Returns the clients of the target that hold what may get APIs.
    fn holders(&self) -> BTreeSet<&'w str> {
        let tables = self.sides.target.tables;
        let mut holders = BTreeSet::new();
        let mut collect = |table, column, client, what: &HashSet<&'w str>| {
            let rows = tables
                .rows(table)
                .iter()
                .filter(|row| what.contains(row.text(column)));
            holders.extend(rows.map(|row| row.text(client)));
        };
        if !self.growing_groups.is_empty() {
            collect(
                TableId::ClientGroup,
                client_group::GROUP_ID,
                client_group::CLIENT_ID,
                &self.growing_groups,
            );
            let maps = tables.rows(TableId::XMap).iter();
            let maps = maps.filter(|row| self.growing_groups.contains(row.text(x_map::GROUP_ID)));
            let keys: HashSet<i64> = maps
                .filter_map(|row| row.int(x_map::REF_API_KEY_ID))
                .collect();
            let rows = tables.rows(TableId::XKey).iter();
            let rows = rows.filter(|row| {
                row.int(x_key::API_KEY_ID)
                    .is_some_and(|id| keys.contains(&id))
            });
            holders.extend(rows.map(|row| row.text(x_key::CLIENT_ID)));
        }
        if !self.growing_scopes.is_empty() {
            let rows = tables.rows(TableId::ClientVgroup).iter();
            let rows = rows.filter(|row| {
                self.growing_scopes
                    .contains(row.text(client_vgroup::VGROUP_ID))
            });
            holders.extend(rows.map(|row| row.text(client_vgroup::CLIENT_ID)));
        }
        holders
    }

    fn clients(&mut self) {
        let written = self.writable(&CLIENT);
        let ids: HashMap<&str, usize> = written
            .iter()
            .map(|(index, id, _)| (&*id.key, *index))
            .collect();
        for (index, id, _) in &written {
            self.client(&id.key, Some(*index));
        }
        for id in self.holders() {
            if !ids.contains_key(id) {
                self.client(id, None);
            }
        }
        self.model.subjects.sort_by(|a, b| a.party.cmp(&b.party));
    }

    /// Adds a client with everything that it holds, and what writing it adds.
    fn client(&mut self, id: &str, item: Option<usize>) {
        let row = self.sides.target.client(id);
        let is_there = match (row, item) {
            (Some(_), _) => When::ALWAYS,
            (None, Some(item)) => When::written(item),
            // Leftover rows without a client.
            (None, None) => return,
        };
        let name = match (item.and_then(|index| self.plan.entry(index)), row) {
            (Some(entry), _) => Arc::clone(&entry.item.name),
            (None, Some(row)) => called(row),
            (None, None) => Arc::from(""),
        };
        let party = Arc::new(Party::new(ItemId::new(CLIENT, id), name));
        let mut subject = Subject::new(party, is_there);
        subject.nodes = self.held(id);
        if let Some(item) = item {
            let held: HashSet<usize> = subject.nodes.iter().map(|(node, _)| *node).collect();
            let new = self
                .added(id)
                .into_iter()
                .filter(|node| !held.contains(node));
            subject
                .nodes
                .extend(new.map(|node| (node, When::written(item))));
        }
        self.x_keys(id, item, &mut subject);
        self.open_keys(id, item, &mut subject);
        self.model.subjects.push(subject);
    }

    /// Returns the groups and scopes that a client holds in the target.
    fn held(&mut self, id: &str) -> Vec<(usize, When)> {
        let target = &self.sides.target;
        let plain = |id: &&str| target.group(id).is_some_and(is_plain);
        let groups = target.groups_of_client(id).into_iter().filter(plain);
        let mut nodes: Vec<usize> = groups.map(|id| self.group(id)).collect();
        let scopes = target
            .scopes_of_client(id)
            .into_iter()
            .filter_map(|id| target.scope(id));
        nodes.extend(scopes.map(|row| self.scope(row)));
        nodes.into_iter().map(|node| (node, When::ALWAYS)).collect()
    }

    /// Returns the groups and scopes that a client holds once it is written.
    fn added(&mut self, id: &str) -> Vec<usize> {
        let (file, target) = (&self.sides.file, &self.sides.target);
        let groups = file
            .groups_of_client(id)
            .into_iter()
            .filter_map(|id| file.group(id));
        let names = groups
            .filter(|row| is_plain(row))
            .map(|row| row.text(group::GROUP_NAME));
        // The target may have a group with another flag, which no token names.
        let names = names.filter(|name| target.plain_named(name).is_none_or(is_plain));
        let mut nodes: Vec<usize> = names.filter_map(|name| self.plain(name)).collect();
        let scopes = file
            .scopes_of_client(id)
            .into_iter()
            .filter_map(|id| file.scope(id));
        nodes.extend(
            scopes
                .map(|row| row.text(vgroup::VGROUP_NAME))
                .filter_map(|name| {
                    let new = self.new_scopes.get(name).copied();
                    new.or_else(|| Some(self.scope(target.scope_named(name)?)))
                }),
        );
        nodes
    }

    /// Returns the node of the plain group of that name, new or in the target.
    fn plain(&mut self, name: &str) -> Option<usize> {
        let new = self.new_groups.get(name).copied();
        new.or_else(|| Some(self.group(self.sides.target.plain_named(name)?.text(group::GROUP_ID))))
    }

    fn x_keys(&mut self, id: &str, item: Option<usize>, subject: &mut Subject) {
        let (file, target) = (&self.sides.file, &self.sides.target);
        // By lookup key; groups of the file may be among them.
        let mut keys: HashMap<&str, (usize, Arc<[usize]>)> = HashMap::new();
        for key in target.x_keys_of(id) {
            let node = self.node(Some(x_key_party(key)));
            let maps = target.x_maps_of(key.int(x_key::API_KEY_ID));
            let known: Arc<[usize]> = maps
                .map(|map| self.group(map.text(x_map::GROUP_ID)))
                .collect();
            known
                .iter()
                .for_each(|group| self.link(node, *group, When::ALWAYS));
            subject.nodes.push((node, When::ALWAYS));
            keys.entry(key.text(x_key::API_KEY_EN))
                .or_insert((node, known));
        }
        let Some(item) = item else { return };
        for key in file.x_keys_of(id) {
            let (node, known) = match keys.get(key.text(x_key::API_KEY_EN)) {
                Some((node, known)) => {
                    self.rename(*node, item, x_key_party(key));
                    (*node, Arc::clone(known))
                }
                None => {
                    let node = self.node(Some(x_key_party(key)));
                    subject.nodes.push((node, When::written(item)));
                    (node, Arc::from([]))
                }
            };
            self.x_maps(key, (node, known), item);
        }
    }

    /// Maps of the file: to plain groups by name, and to the first hidden group with that name
    /// after writing.
    fn x_maps(&mut self, key: &'w Row, (node, known): (usize, Arc<[usize]>), item: usize) {
        let file = &self.sides.file;
        let there: HashSet<usize> = known.iter().copied().collect();
        let mut drawn: HashSet<&str> = HashSet::new();
        for map in file.x_maps_of(key.int(x_key::API_KEY_ID)) {
            let Some(row) = file.group(map.text(x_map::GROUP_ID)) else {
                continue;
            };
            let name = row.text(group::GROUP_NAME);
            if is_hidden(row) {
                if drawn.insert(name) {
                    let draw = Draw {
                        pool: self.pool(name),
                        item,
                        known: Arc::clone(&known),
                    };
                    if let Some(node) = self.model.node(node) {
                        node.draws.push(draw);
                    }
                }
            } else if let Some(group) = self.plain(name).filter(|group| !there.contains(group)) {
                self.link(node, group, When::written(item));
            }
        }
    }

    /// Returns the hidden groups that may have a name.
    fn pool(&mut self, name: &'w str) -> usize {
        if let Some(pool) = self.pools.get(name) {
            return *pool;
        }
        let mut members = self.named.get(name).cloned().unwrap_or_default();
        let target = &self.sides.target;
        for (_, row) in target.rows_of(TableId::Group, &target.hidden_by_name, name) {
            let id = row.text(group::GROUP_ID);
            let when = self
                .renamed
                .get(id)
                .map_or(When::ALWAYS, |scope| When::unless(*scope));
            members.push((self.group(id), when));
        }
        let pool = self.model.pools.len();
        self.model.pools.push(members);
        self.pools.insert(name, pool);
        pool
    }

    fn open_keys(&mut self, id: &str, item: Option<usize>, subject: &mut Subject) {
        let (file, target) = (&self.sides.file, &self.sides.target);
        let mut keys: HashMap<&str, (usize, HashSet<&str>)> = HashMap::new();
        for key in target.open_keys_of(id) {
            let node = self.node(Some(open_key_party(key)));
            let maps = target.open_maps_of(key.int(open_key::OPEN_API_KEY_ID));
            let known: HashSet<&str> = maps.map(|map| map.text(open_map::REF_API_UID)).collect();
            known
                .iter()
                .for_each(|uid| self.uid(node, uid, When::ALWAYS));
            subject.nodes.push((node, When::ALWAYS));
            keys.entry(key.text(open_key::OPEN_API_KEY))
                .or_insert((node, known));
        }
        let Some(item) = item else { return };
        for key in file.open_keys_of(id) {
            let (node, mut known) = match keys.get(key.text(open_key::OPEN_API_KEY)) {
                Some((node, known)) => {
                    self.rename(*node, item, open_key_party(key));
                    (*node, known.clone())
                }
                None => {
                    let node = self.node(Some(open_key_party(key)));
                    subject.nodes.push((node, When::written(item)));
                    (node, HashSet::new())
                }
            };
            let maps = file.open_maps_of(key.int(open_key::OPEN_API_KEY_ID));
            let apis = maps.filter_map(|map| self.sides.used_api(map.text(open_map::REF_API_UID)));
            for uid in apis.filter_map(|api| self.sides.target_uid(api)) {
                if known.insert(uid) {
                    self.uid(node, uid, When::written(item));
                }
            }
        }
    }

    /// A covered key is named as in the file.
    fn rename(&mut self, node: usize, item: usize, party: Party) {
        if let Some(node) = self
            .model
            .node(node)
            .filter(|node| node.by.as_deref() != Some(&party))
        {
            node.renamed = Some((item, Arc::new(party)));
        }
    }

    /// Connects a DGRK key to the APIs of a uid.
    fn uid(&mut self, node: usize, uid: &str, when: When) {
        let objects = self.uids.get(uid).cloned().unwrap_or_default();
        self.rights(node, objects, when);
    }
}

/// Returns the name of a client, the same as its item's.
fn called(row: &Row) -> Arc<str> {
    let alias = row.shared(client::CLIENT_ALIAS);
    if alias.is_empty() {
        row.shared(client::CLIENT_NAME)
    } else {
        alias
    }
}

/// Keys are secret; their aliases are not.
fn x_key_party(row: &Row) -> Party {
    Party::new(ItemId::new(X_KEY, row.shared(x_key::API_KEY_ALIAS)), "")
}

fn open_key_party(row: &Row) -> Party {
    Party::new(
        ItemId::new(OPEN_KEY, row.shared(open_key::OPEN_API_KEY_ALIAS)),
        "",
    )
}
