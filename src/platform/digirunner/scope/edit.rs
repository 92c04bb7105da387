//! What is done to scopes, and what that means for the rows.
//!
//! Pure: the rows around the scope and an edit become the rows to write, or
//! the rules that are broken. Facts: digiRunner's AA0221, AA0224 to AA0226 and
//! AA0230, with their holes closed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::changes::{Changes, Ids, Sequence};
use super::super::rules::{CLIENT, SCOPE};
use super::super::side::{Side, is_hidden};
use super::super::tables::{
    T, client_group, client_vgroup, group, group_api, group_authority, oauth, vgroup, vgroup_authority,
    vgroup_group, x_map,
};
use super::super::world::{ByText, Cell, Row, by_text};
use super::MOST_APIS;
use super::catalogue::{ApiName, ClientInfo, Scope, is_of_level};
use super::draft::{Draft, some_of, too_many};
use super::ground::Ground;
use super::violation::Violation;
use crate::engine::choice::{Stale, StaleField};
use crate::engine::{Change, ItemId};
use crate::store::Stamp;

/// What is to be done to a scope. Scopes and clients go by their ids: a name
/// may be there twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Make a new one.
    Create(Draft),
    /// Make it what the draft says.
    Update {
        /// Which one.
        id: Arc<str>,
        /// What it was when the operator decided; refused with 1286 if it is
        /// that no more.
        seen: Box<Draft>,
        /// What it is to be.
        draft: Box<Draft>,
    },
    /// Delete it; refused with 1403 while clients hold it.
    Delete {
        /// Which one.
        id: Arc<str>,
        /// What it was called when the operator decided.
        name: Arc<str>,
    },
    /// Give it to clients, which have to be of its level. Those that hold it
    /// already stay as they are.
    Give {
        /// Which one.
        id: Arc<str>,
        /// What it was called when the operator decided.
        name: Arc<str>,
        /// To whom.
        clients: Vec<Arc<str>>,
    },
    /// Take it away from clients.
    Take {
        /// Which one.
        id: Arc<str>,
        /// What it was called when the operator decided.
        name: Arc<str>,
        /// From whom.
        clients: Vec<Arc<str>>,
    },
    /// Repair what the report finds and can be repaired safely.
    Repair {
        /// Only these findings, by their codes; all of them if empty.
        codes: Vec<String>,
    },
}

impl Edit {
    /// Returns what was done once it is done, in one word.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "created",
            Self::Update { .. } => "updated",
            Self::Delete { .. } => "deleted",
            Self::Give { .. } => "given",
            Self::Take { .. } => "taken",
            Self::Repair { .. } => "repaired",
        }
    }

    /// Returns the command that does it.
    pub const fn command(&self) -> &'static str {
        match self {
            Self::Create(_) => "scope create",
            Self::Update { .. } => "scope update",
            Self::Delete { .. } => "scope delete",
            Self::Give { .. } => "scope give",
            Self::Take { .. } => "scope take",
            Self::Repair { .. } => "scope repair",
        }
    }

    /// Returns the scope that it is about, by the name that it is going to have.
    pub fn scope(&self) -> Option<ItemId> {
        match self {
            Self::Create(draft) => Some(draft.item()),
            Self::Update { draft, .. } => Some(draft.item()),
            Self::Delete { name, .. } | Self::Give { name, .. } | Self::Take { name, .. } => {
                Some(ItemId::new(SCOPE, Arc::clone(name)))
            }
            Self::Repair { .. } => None,
        }
    }
}

/// What an edit comes to.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// The rows to write.
    pub(in super::super) changes: Changes,
    /// Rows of these keys must stay until the transaction ends.
    pub(in super::super) relied_on: Vec<(T, usize, Arc<str>)>,
    /// The items that it is done to.
    pub(crate) items: Vec<ItemId>,
    /// The scope's id.
    pub(crate) id: Option<Arc<str>>,
    /// What differs in the scope.
    pub(crate) differences: Vec<Change>,
    /// What the operator should know.
    pub(crate) notes: Vec<String>,
}

/// Why an edit is not done.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The rules that it breaks.
    pub(crate) violations: Vec<Violation>,
    /// What changed since the operator decided.
    pub(crate) stale: Vec<Stale>,
}

impl From<Vec<Violation>> for Refused {
    fn from(violations: Vec<Violation>) -> Self {
        Self { violations, stale: Vec::new() }
    }
}

impl From<Violation> for Refused {
    fn from(violation: Violation) -> Self {
        vec![violation].into()
    }
}

/// Returns what an edit comes to on this ground.
pub(super) fn plan(ground: &Ground, edit: &Edit, stamp: &Stamp, ids: &mut Ids) -> Result<Planned, Refused> {
    let editor = Editor {
        ground,
        side: Side::new(&ground.world),
        links_of_group: by_text(ground.world.rows(T::VgroupGroup), vgroup_group::GROUP_ID),
        holders_of_group: by_text(ground.world.rows(T::ClientGroup), client_group::GROUP_ID),
        stamp,
        ids,
        groups: BTreeMap::new(),
        planned: Planned::default(),
    };
    match edit {
        Edit::Create(draft) => editor.create(draft),
        Edit::Update { id, seen, draft } => editor.update(id, seen, draft),
        Edit::Delete { id, name } => editor.delete(id, name),
        Edit::Give { id, name, clients } => editor.give(id, name, clients),
        Edit::Take { id, name, clients } => editor.take(id, name, clients),
        // Repairing looks at all scopes: see `repair`.
        // What that writes follows from all that stands there: see `repair`.
        Edit::Repair { .. } => Ok(editor.planned),
    }
}

struct Editor<'w, 'i> {
    ground: &'w Ground,
    side: Side<'w>,
    links_of_group: ByText<'w>,
    holders_of_group: ByText<'w>,
    stamp: &'w Stamp,
    ids: &'i mut Ids,
    /// What groups a client has by now, for each whose groups change.
    groups: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    planned: Planned,
}

impl<'w> Editor<'w, '_> {
    fn create(mut self, draft: &Draft) -> Result<Planned, Refused> {
        let violations = draft.check(&self.ground.catalogue, None);
        if !violations.is_empty() {
            return Err(violations.into());
        }
        self.belong_to(&draft.item());
        self.rely_on(draft);
        let id: Arc<str> = self.ids.next(Sequence::Vgroup).to_string().into();
        let optional = |value: &str| if value.is_empty() { Cell::Null } else { Cell::Text(value.into()) };
        let mut row = Row::empty(T::Vgroup.table());
        row.set(vgroup::VGROUP_ID, Cell::Text(Arc::clone(&id)));
        row.set(vgroup::VGROUP_NAME, text(&draft.name));
        row.set(vgroup::VGROUP_ALIAS, optional(&draft.alias));
        row.set(vgroup::VGROUP_DESC, optional(&draft.description));
        row.set(vgroup::VGROUP_ACCESS, text(NO_ACCESS));
        row.set(vgroup::SECURITY_LEVEL_ID, text(&draft.level));
        row.set(vgroup::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(vgroup::ALLOW_TIMES, Cell::Int(draft.times));
        self.planned.changes.insert_new(T::Vgroup, row, self.stamp);
        for authentication in &draft.authentications {
            self.authenticate(&id, authentication);
        }
        for api in &draft.apis {
            self.new_hidden_group(draft, &id, api, "A0221");
        }
        self.planned.differences = draft.changes(None);
        self.planned.id = Some(id);
        Ok(self.finish(vec![draft.item()]))
    }

    fn update(mut self, id: &Arc<str>, seen: &Draft, draft: &Draft) -> Result<Planned, Refused> {
        let catalogue = &self.ground.catalogue;
        let Some(scope) = catalogue.scope(id) else {
            return Err(Violation::new(1286, &[]).hint("the scope is gone: read the scopes again").into());
        };
        let now = Draft::of(catalogue, scope);
        if now != *seen {
            return Err(stale(scope, seen, &now, draft));
        }
        let violations = draft.check(catalogue, Some(scope));
        if !violations.is_empty() {
            return Err(violations.into());
        }
        self.planned.id = Some(Arc::clone(id));
        if now == *draft {
            return Ok(self.planned);
        }
        self.belong_to(&draft.item());
        self.rely_on(draft);
        self.update_row(id, &now, draft);
        self.update_authentications(id, draft);
        let removed: BTreeSet<&ApiName> = now.apis.difference(&draft.apis).collect();
        let kept = self.remove_apis(id, &removed);
        let holders = self.holders(id);
        for api in draft.apis.difference(&now.apis) {
            let group = self.new_hidden_group(draft, id, api, "A0224");
            for holder in &holders {
                self.give_group(holder, &group);
            }
        }
        for group in kept {
            self.refresh(group, draft);
        }
        self.check_room(too_many)?;
        self.planned.differences = draft.changes(Some(&now));
        Ok(self.finish(vec![draft.item()]))
    }

    /// The scope's own row, where anything of it differs. A field that is
    /// cleared becomes '', as the product writes it.
    fn update_row(&mut self, id: &str, now: &Draft, draft: &Draft) {
        let Some(base) = self.side.scope(id) else { return };
        let mut row = base.clone();
        let texts = [
            (vgroup::VGROUP_NAME, &now.name, &draft.name),
            (vgroup::VGROUP_ALIAS, &now.alias, &draft.alias),
            (vgroup::VGROUP_DESC, &now.description, &draft.description),
            (vgroup::SECURITY_LEVEL_ID, &now.level, &draft.level),
        ];
        for (at, _, wanted) in texts.iter().filter(|(_, now, wanted)| now != wanted) {
            row.set(*at, text(wanted));
        }
        row.set(vgroup::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(vgroup::ALLOW_TIMES, Cell::Int(draft.times));
        if row != *base {
            self.planned.changes.update_stamped(T::Vgroup, row, self.stamp);
        }
    }

    fn update_authentications(&mut self, id: &str, draft: &Draft) {
        let there: Vec<&'w Row> = self.rows(T::VgroupAuthority, vgroup_authority::VGROUP_ID, id).collect();
        let mut known = BTreeSet::new();
        for row in there {
            let authentication = row.text(vgroup_authority::VGROUP_AUTHORITIE_ID);
            if draft.authentications.contains(authentication) {
                known.insert(authentication);
            } else {
                self.planned.changes.delete(T::VgroupAuthority, row.clone());
            }
        }
        for authentication in draft.authentications.iter().filter(|id| !known.contains(id.as_str())) {
            self.authenticate(id, authentication);
        }
    }

    /// Removes APIs with the hidden groups that stand for them; returns the
    /// hidden groups that stay.
    fn remove_apis(&mut self, id: &str, removed: &BTreeSet<&ApiName>) -> Vec<&'w Row> {
        let mut kept = Vec::new();
        for link in self.links(id) {
            let linked = link.text(vgroup_group::GROUP_ID);
            let apis = self.rows(T::GroupApi, group_api::GROUP_ID, linked);
            let (gone, stay): (Vec<&'w Row>, Vec<&'w Row>) =
                apis.partition(|row| removed.iter().any(|api| is_api(row, api)));
            let hidden = self.side.group(linked).filter(|row| is_hidden(row));
            match (hidden, gone.is_empty(), stay.is_empty()) {
                (_, false, true) => {
                    self.planned.changes.delete(T::VgroupGroup, link.clone());
                    self.remove_group(id, linked);
                }
                // One that stands for several APIs, which the product does not make.
                (Some(group), false, false) => {
                    for row in gone {
                        self.planned.changes.delete(T::GroupApi, row.clone());
                    }
                    kept.push(group);
                }
                (Some(group), ..) => kept.push(group),
                (None, ..) => {}
            }
        }
        kept
    }

    /// Makes a hidden group follow its scope.
    fn refresh(&mut self, base: &'w Row, draft: &Draft) {
        let id = base.text(group::GROUP_ID);
        let mut row = base.clone();
        row.set(group::SECURITY_LEVEL_ID, text(&draft.level));
        row.set(group::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(group::ALLOW_TIMES, Cell::Int(draft.times));
        row.set(group::VGROUP_NAME, text(&draft.name));
        if row != *base {
            self.planned.changes.update_stamped(T::Group, row, self.stamp);
        }
        let mut known = BTreeSet::new();
        for row in self.rows(T::GroupAuthority, group_authority::GROUP_ID, id).collect::<Vec<_>>() {
            let authentication = row.text(group_authority::GROUP_AUTHORITIE_ID);
            if draft.authentications.contains(authentication) {
                known.insert(authentication);
            } else {
                self.planned.changes.delete(T::GroupAuthority, row.clone());
            }
        }
        for authentication in draft.authentications.iter().filter(|id| !known.contains(id.as_str())) {
            let cells = [
                (group_authority::GROUP_ID, id),
                (group_authority::GROUP_AUTHORITIE_ID, authentication.as_str()),
            ];
            self.planned.changes.link(T::GroupAuthority, &cells, self.stamp);
        }
    }

    fn delete(mut self, id: &Arc<str>, name: &Arc<str>) -> Result<Planned, Refused> {
        let scope = self.found(id, name)?;
        let holders: Vec<ItemId> = self.ground.catalogue.holders_of(scope).map(ClientInfo::item).collect();
        if !holders.is_empty() {
            return Err(used(name, holders).into());
        }
        self.belong_to(&scope.item());
        for link in self.links(id) {
            self.planned.changes.delete(T::VgroupGroup, link.clone());
        }
        let linked = self.links(id).into_iter().map(|link| link.text(vgroup_group::GROUP_ID));
        let own = self.rows(T::Group, group::VGROUP_ID, id).map(|row| row.text(group::GROUP_ID));
        let groups: BTreeSet<&str> = linked.chain(own).collect();
        for group in groups {
            self.remove_group(id, group);
        }
        for row in self.rows(T::VgroupAuthority, vgroup_authority::VGROUP_ID, id).collect::<Vec<_>>() {
            self.planned.changes.delete(T::VgroupAuthority, row.clone());
        }
        if let Some(row) = self.side.scope(id) {
            self.planned.changes.delete(T::Vgroup, row.clone());
        }
        self.planned.id = Some(Arc::clone(id));
        Ok(self.finish(vec![scope.item()]))
    }

    fn give(mut self, id: &Arc<str>, name: &Arc<str>, clients: &[Arc<str>]) -> Result<Planned, Refused> {
        let scope = self.found(id, name)?;
        let groups = self.groups_to_give(id)?;
        let mut violations = Vec::new();
        let mut items = Vec::new();
        for client in clients.iter().collect::<BTreeSet<_>>() {
            match self.check_taker(scope, &groups, client) {
                Some(violation) => violations.push(violation),
                None => {
                    let item = ItemId::new(CLIENT, Arc::clone(client));
                    self.belong_to(&item);
                    if self.give_scope(id, &groups, client) {
                        items.push(item);
                    }
                }
            }
        }
        if !violations.is_empty() {
            return Err(violations.into());
        }
        self.check_room(|client, groups| {
            Violation::new(1358, &[&MOST_APIS.to_string()])
                .hint(format!("{client} would have {groups}: take another scope or group away from it first"))
                .about([client])
        })?;
        self.planned.id = Some(Arc::clone(id));
        Ok(self.finish(items))
    }

    /// Gives the scope to a client; says whether that made any difference.
    fn give_scope(&mut self, id: &str, groups: &[Arc<str>], client: &Arc<str>) -> bool {
        let holds = self
            .rows(T::ClientVgroup, client_vgroup::CLIENT_ID, client)
            .any(|row| row.text(client_vgroup::VGROUP_ID) == id);
        if !holds {
            let cells = [(client_vgroup::CLIENT_ID, &**client), (client_vgroup::VGROUP_ID, id)];
            self.planned.changes.link(T::ClientVgroup, &cells, self.stamp);
        }
        let mut given = !holds;
        for group in groups {
            given |= self.give_group(client, group);
        }
        given
    }

    fn take(mut self, id: &Arc<str>, name: &Arc<str>, clients: &[Arc<str>]) -> Result<Planned, Refused> {
        let scope = self.found(id, name)?;
        let linked: BTreeSet<&str> =
            self.links(id).into_iter().map(|link| link.text(vgroup_group::GROUP_ID)).collect();
        let mut violations = Vec::new();
        let mut items = Vec::new();
        for client in clients.iter().collect::<BTreeSet<_>>() {
            let held: Vec<&'w Row> = self.rows(T::ClientVgroup, client_vgroup::CLIENT_ID, client).collect();
            let (this, others): (Vec<&'w Row>, Vec<&'w Row>) =
                held.into_iter().partition(|row| *row.text(client_vgroup::VGROUP_ID) == **id);
            if this.is_empty() {
                if self.ground.catalogue.client(client).is_none() {
                    violations.push(no_client(client));
                } else {
                    self.planned.notes.push(format!("client {client} does not hold {}", scope.item()));
                }
                continue;
            }
            let item = ItemId::new(CLIENT, Arc::clone(client));
            self.belong_to(&item);
            for row in this {
                self.planned.changes.delete(T::ClientVgroup, row.clone());
            }
            let shared: BTreeSet<&str> = others
                .iter()
                .flat_map(|row| self.links(row.text(client_vgroup::VGROUP_ID)))
                .map(|link| link.text(vgroup_group::GROUP_ID))
                .collect();
            let is_hidden = |id: &str| self.side.group(id).is_none_or(is_hidden);
            let gone: Vec<&str> =
                linked.iter().copied().filter(|id| !shared.contains(id) && is_hidden(id)).collect();
            for group in gone {
                self.take_group(client, group);
            }
            // Without any group of its own the client may still have stale ids.
            self.groups_of(client);
            items.push(item);
        }
        if !violations.is_empty() {
            return Err(violations.into());
        }
        self.planned.id = Some(Arc::clone(id));
        Ok(self.finish(items))
    }
}

/// What is common to several edits.
impl<'w> Editor<'w, '_> {
    fn belong_to(&mut self, item: &ItemId) {
        self.planned.changes.belong_to(item);
    }

    /// Returns the rows of a table that have a text in a column.
    fn rows(&self, table: T, column: usize, text: &str) -> impl Iterator<Item = &'w Row> + use<'w> {
        let side = &self.side;
        let index = match table {
            T::VgroupAuthority => &side.vgroup_authorities,
            T::VgroupGroup if column == vgroup_group::VGROUP_ID => &side.vgroup_groups,
            T::VgroupGroup => &self.links_of_group,
            T::GroupApi => &side.group_apis,
            T::GroupAuthority => &side.group_authorities,
            T::ClientGroup if column == client_group::CLIENT_ID => &side.client_groups,
            T::ClientGroup => &self.holders_of_group,
            T::ClientVgroup if column == client_vgroup::CLIENT_ID => &side.client_vgroups,
            // The rest are few, and asked for once.
            _ => {
                let rows = self.ground.world.rows(table).iter();
                let found: Vec<&'w Row> = rows.filter(|row| row.text(column) == text).collect();
                return found.into_iter();
            }
        };
        side.rows_of(table, index, text).map(|(_, row)| row).collect::<Vec<_>>().into_iter()
    }

    /// Returns the links of a scope to its groups.
    fn links(&self, id: &str) -> Vec<&'w Row> {
        self.rows(T::VgroupGroup, vgroup_group::VGROUP_ID, id).collect()
    }

    /// Returns the scope of an id, if it is still called as the operator saw it.
    fn found(&self, id: &str, name: &str) -> Result<&'w Scope, Refused> {
        match self.ground.catalogue.scope(id) {
            Some(scope) if *scope.name == *name => Ok(scope),
            Some(scope) => Err(Violation::new(1286, &[])
                .hint(format!("the scope is called {} by now: read the scopes again", scope.name))
                .about([scope.item()])
                .into()),
            None => Err(Violation::new(1298, &[])
                .hint(format!("there is no scope {name} any more: read the scopes again"))
                .into()),
        }
    }

    /// Notes which rows the draft relies on.
    fn rely_on(&mut self, draft: &Draft) {
        use super::super::tables::{authority, level};
        let relied_on = &mut self.planned.relied_on;
        relied_on.push((T::Level, level::SECURITY_LEVEL_ID, draft.level.as_str().into()));
        for id in &draft.authentications {
            relied_on.push((T::Authority, authority::GROUP_AUTHORITIE_ID, id.as_str().into()));
        }
    }

    /// Adds an authentication type to the scope.
    fn authenticate(&mut self, id: &str, authentication: &str) {
        let cells =
            [(vgroup_authority::VGROUP_ID, id), (vgroup_authority::VGROUP_AUTHORITIE_ID, authentication)];
        self.planned.changes.link(T::VgroupAuthority, &cells, self.stamp);
    }

    /// Makes the hidden group that stands for an API; returns its id. `by` is
    /// the product's function whose mark its alias and description bear.
    fn new_hidden_group(&mut self, draft: &Draft, scope: &str, api: &ApiName, by: &str) -> Arc<str> {
        let id: Arc<str> = self.ids.next(Sequence::Group).to_string().into();
        let mark = self.stamp.now.format("%Y%m%d%H%M%S");
        let mut row = Row::empty(T::Group.table());
        row.set(group::GROUP_ID, Cell::Text(Arc::clone(&id)));
        row.set(group::GROUP_NAME, text(&random_name()));
        row.set(group::GROUP_ALIAS, text(&format!("{by}Alias{mark}")));
        row.set(group::GROUP_DESC, text(&format!("{by}Desc{mark}")));
        row.set(group::GROUP_ACCESS, text(NO_ACCESS));
        row.set(group::SECURITY_LEVEL_ID, text(&draft.level));
        row.set(group::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(group::ALLOW_TIMES, Cell::Int(draft.times));
        row.set(group::VGROUP_FLAG, text("1"));
        row.set(group::VGROUP_ID, text(scope));
        row.set(group::VGROUP_NAME, text(&draft.name));
        let changes = &mut self.planned.changes;
        changes.insert_new(T::Group, row, self.stamp);
        let cells = [
            (group_api::GROUP_ID, &*id),
            (group_api::API_KEY, &*api.key),
            (group_api::MODULE_NAME, &*api.module),
            (group_api::MODULE_VER, "0"),
        ];
        changes.link(T::GroupApi, &cells, self.stamp);
        for authentication in &draft.authentications {
            let cells = [
                (group_authority::GROUP_ID, &*id),
                (group_authority::GROUP_AUTHORITIE_ID, authentication.as_str()),
            ];
            changes.link(T::GroupAuthority, &cells, self.stamp);
        }
        let cells = [(vgroup_group::VGROUP_ID, scope), (vgroup_group::GROUP_ID, &*id)];
        changes.link(T::VgroupGroup, &cells, self.stamp);
        id
    }

    /// Removes a hidden group of a scope with all that hangs on it. One that
    /// another scope links too, or that is none, stays.
    fn remove_group(&mut self, scope: &str, id: &str) {
        let is_shared = self
            .rows(T::VgroupGroup, vgroup_group::GROUP_ID, id)
            .any(|link| link.text(vgroup_group::VGROUP_ID) != scope);
        let row = self.side.group(id);
        if is_shared || row.is_some_and(|row| !is_hidden(row)) {
            return;
        }
        if let Some(row) = row {
            self.planned.changes.delete(T::Group, row.clone());
        }
        for (table, column) in
            [(T::GroupApi, group_api::GROUP_ID), (T::GroupAuthority, group_authority::GROUP_ID)]
        {
            for row in self.rows(table, column, id) {
                self.planned.changes.delete(table, row.clone());
            }
        }
        let holders: BTreeSet<Arc<str>> = self.holders(scope).into_iter().collect();
        let had: Vec<Arc<str>> = self
            .rows(T::ClientGroup, client_group::GROUP_ID, id)
            .map(|row| row.shared(client_group::CLIENT_ID))
            .collect();
        for client in had {
            if !holders.contains(&client) {
                let note = format!(
                    "client {client} had rows of the scope's hidden groups without holding the scope: they are removed"
                );
                self.note(note);
            }
            self.take_group(&client, id);
        }
        for row in self.rows(T::XMap, x_map::GROUP_ID, id) {
            self.planned.changes.delete(T::XMap, row.clone());
            self.note(
                "X-API keys were mapped to the scope's hidden groups: those maps are removed".to_owned(),
            );
        }
    }

    fn note(&mut self, note: String) {
        if !self.planned.notes.contains(&note) {
            self.planned.notes.push(note);
        }
    }

    /// Returns the clients that hold a scope.
    fn holders(&self, id: &str) -> Vec<Arc<str>> {
        let rows = self.rows(T::ClientVgroup, client_vgroup::VGROUP_ID, id);
        rows.map(|row| row.shared(client_vgroup::CLIENT_ID)).collect()
    }

    /// Returns the groups that a client has by now.
    fn groups_of(&mut self, client: &Arc<str>) -> &mut BTreeSet<Arc<str>> {
        let there = self.rows(T::ClientGroup, client_group::CLIENT_ID, client);
        self.groups
            .entry(Arc::clone(client))
            .or_insert_with(|| there.map(|row| row.shared(client_group::GROUP_ID)).collect())
    }

    /// Gives a group to a client; says whether it did not have it.
    fn give_group(&mut self, client: &Arc<str>, group: &Arc<str>) -> bool {
        let is_new = self.groups_of(client).insert(Arc::clone(group));
        if is_new {
            let cells = [(client_group::CLIENT_ID, &**client), (client_group::GROUP_ID, &**group)];
            self.planned.changes.link(T::ClientGroup, &cells, self.stamp);
        }
        is_new
    }

    /// Takes a group away from a client, if it has it.
    fn take_group(&mut self, client: &Arc<str>, group: &str) {
        if self.groups_of(client).remove(group) {
            let row = self
                .rows(T::ClientGroup, client_group::CLIENT_ID, client)
                .find(|row| row.text(client_group::GROUP_ID) == group);
            if let Some(row) = row {
                self.planned.changes.delete(T::ClientGroup, row.clone());
            }
        }
    }

    /// Returns the hidden groups of a scope, which all have to be there.
    fn groups_to_give(&self, id: &str) -> Result<Vec<Arc<str>>, Refused> {
        let mut groups = Vec::new();
        for link in self.links(id) {
            let linked = link.shared(vgroup_group::GROUP_ID);
            match self.side.group(&linked) {
                Some(row) if is_hidden(row) => groups.push(linked),
                Some(_) => {}
                None => {
                    return Err(Violation::new(1410, &[&linked])
                        .hint("`gatediff scope check --repair` removes the link to it")
                        .into());
                }
            }
        }
        Ok(groups)
    }

    /// Says why a client may not have the scope.
    fn check_taker(&self, scope: &Scope, groups: &[Arc<str>], id: &Arc<str>) -> Option<Violation> {
        let Some(client) = self.ground.catalogue.client(id) else { return Some(no_client(id)) };
        let other = groups.iter().find(|group| {
            let level = self.side.group(group).map_or("", |row| row.text(group::SECURITY_LEVEL_ID));
            client.level.as_deref().is_some_and(|own| own != level)
        });
        let first = groups.first().unwrap_or(&scope.id);
        let unfit = if is_of_level(client, scope) { other } else { Some(other.unwrap_or(first)) };
        let level = |level: Option<&str>| level.map_or_else(|| "none".to_owned(), |id| format!("level {id}"));
        unfit.map(|group| {
            Violation::new(1365, &[group])
                .hint(format!(
                    "client {id} is of {}, the scope of {}: give it a scope of its own level",
                    level(client.level.as_deref()),
                    level(scope.level.as_deref())
                ))
                .about([client.item()])
        })
    }

    /// Refuses if a client that gains groups has more of them than there is room for.
    fn check_room(&self, tell: impl Fn(ItemId, usize) -> Violation) -> Result<(), Refused> {
        let had = |client: &str| self.rows(T::ClientGroup, client_group::CLIENT_ID, client).count();
        let full = self
            .groups
            .iter()
            .filter(|(client, groups)| groups.len() > MOST_APIS && groups.len() > had(client));
        let violations: Vec<Violation> = full
            .map(|(client, groups)| tell(ItemId::new(CLIENT, Arc::clone(client)), groups.len()))
            .collect();
        if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
    }

    /// Rewrites the oauth scope of every client whose groups were looked at,
    /// and returns what it all comes to.
    fn finish(mut self, items: Vec<ItemId>) -> Planned {
        let of_clients = items.iter().all(|item| item.kind == CLIENT);
        let groups = std::mem::take(&mut self.groups);
        let mut without = Vec::new();
        for (client, groups) in &groups {
            if of_clients {
                self.belong_to(&ItemId::new(CLIENT, Arc::clone(client)));
            }
            let Some(base) = self.rows(T::Oauth, oauth::CLIENT_ID, client).next() else {
                without.push(&**client);
                continue;
            };
            let joined = join(groups);
            if joined != base.text(oauth::SCOPE) {
                let mut row = base.clone();
                row.set(oauth::SCOPE, Cell::Text(joined.into()));
                self.planned.changes.update(T::Oauth, row);
            }
        }
        if !without.is_empty() {
            let note =
                format!("no oauth scope to rewrite, since there is no such row: {}", some_of(&without));
            self.planned.notes.push(note);
        }
        self.planned.items = items;
        self.planned
    }
}

/// What the product writes as the access of groups and scopes.
const NO_ACCESS: &str = "[]";

/// Returns a client's oauth scope: the ids of its groups, in order.
pub(super) fn join(groups: &BTreeSet<Arc<str>>) -> String {
    groups.iter().map(|id| &**id).collect::<Vec<_>>().join(",")
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn is_api(row: &Row, api: &ApiName) -> bool {
    row.text(group_api::MODULE_NAME) == &*api.module && row.text(group_api::API_KEY) == &*api.key
}

fn no_client(id: &str) -> Violation {
    Violation::new(1344, &[]).hint(format!("there is no client '{id}': check its id"))
}

fn used(name: &str, holders: Vec<ItemId>) -> Violation {
    Violation::new(1403, &[])
        .hint(format!(
            "clients hold it: take it away from them first, as with `gatediff scope take {name} CLIENT`"
        ))
        .about(holders)
}

/// Returns the refusal of an update of what is no longer what was seen.
fn stale(scope: &Scope, seen: &Draft, now: &Draft, draft: &Draft) -> Refused {
    let wanted = draft.changes(Some(seen));
    let wanted = |path: &str| wanted.iter().find(|change| change.path == path);
    let fields = now.changes(Some(seen)).into_iter().map(|change| StaleField {
        wanted: wanted(&change.path).map_or_else(|| change.before.clone(), |wanted| wanted.after.clone()),
        path: change.path,
        then: change.before,
        now: change.after,
        secret: false,
    });
    let stale = Stale {
        item: scope.item(),
        why: "it was changed since it was read".to_owned(),
        fields: fields.collect(),
    };
    let violation = Violation::new(1286, &[])
        .hint("the scope was changed meanwhile: read it again, and update what is there now")
        .about([scope.item()]);
    Refused { violations: vec![violation], stale: vec![stale] }
}

/// Returns a name as the product makes them for hidden groups: the two halves
/// of a random UUID in base 36, one after the other, cut to 30 characters.
fn random_name() -> String {
    let mut name = base_36(fastrand::i64(..));
    name.push_str(&base_36(fastrand::i64(..)));
    name.truncate(30);
    name
}

fn base_36(number: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        let digit = u32::try_from(rest % 36).ok().and_then(|digit| char::from_digit(digit, 36));
        digits.push(digit.unwrap_or('0'));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_base_36_as_java_does() {
        assert_eq!(base_36(0), "0");
        assert_eq!(base_36(35), "z");
        assert_eq!(base_36(-36), "-10");
        assert_eq!(base_36(i64::MIN), "-1y2p0ij32e8e8");
    }

    #[test]
    fn the_name_of_a_hidden_group_has_at_most_30_characters() {
        for _ in 0..100 {
            let name = random_name();
            assert!(
                name.len() <= 30 && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
            );
        }
    }

    #[test]
    fn an_oauth_scope_is_the_groups_in_order() {
        assert_eq!(
            join(&["2000000002".into(), "1000".into(), "2000000001".into()].into()),
            "1000,2000000001,2000000002"
        );
        assert_eq!(join(&BTreeSet::new()), "");
    }
}
