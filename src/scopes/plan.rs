//! The rows that an edit of a scope changes.
//!
//! Pure: the rows around the scope and an edit become the rows to write, or the violated rules.
//! Based on digiRunner's AA0221, AA0224 to AA0226 and AA0230, with their gaps closed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::draft::Draft;
use super::edit::Edit;
use super::editor::{Editor, NO_ACCESS, OF_GROUP, OF_SCOPE, is_api, no_client, text};
use super::limits::MAX_APIS;
use super::planned::{Planned, Refused};
use super::rows::ScopeRows;
use super::rules::too_many;
use super::scope::{ApiName, ClientInfo, Scope};
use super::violation::violation;
use crate::engine::{ItemId, Violation};
use crate::engine::{Stale, StaleField};
use crate::platform::digirunner::changes::{Ids, Sequence};
use crate::platform::digirunner::index::is_hidden;
use crate::platform::digirunner::kinds::CLIENT;
use crate::platform::digirunner::schema::{
    TableId, client_vgroup, group, group_api, vgroup, vgroup_authority, vgroup_group,
};
use crate::platform::digirunner::tables::{Cell, Row};
use crate::store::Stamp;

/// Plans an edit on these rows.
pub(super) fn plan(
    scope_rows: &ScopeRows,
    edit: &Edit,
    stamp: &Stamp,
    ids: &mut Ids,
) -> Result<Planned, Refused> {
    let editor = Editor::new(scope_rows, stamp, ids);
    match edit {
        Edit::Create(draft) => editor.create(draft),
        Edit::Update { id, seen, draft } => editor.update(id, seen, draft),
        Edit::Delete { id, name } => editor.delete(id, name),
        Edit::Give { id, name, clients } => editor.give(id, name, clients),
        Edit::Take { id, name, clients } => editor.take(id, name, clients),
        // A repair reads all scopes: see `repair`. Its rows depend on all scopes: see `repair`.
        Edit::Repair { .. } => Ok(editor.planned),
    }
}

impl<'w> Editor<'w, '_> {
    fn create(mut self, draft: &Draft) -> Result<Planned, Refused> {
        let violations = draft.check(&self.scope_rows.catalogue, None);
        if !violations.is_empty() {
            return Err(violations.into());
        }
        self.belong_to(&draft.item());
        self.rely_on(draft);
        let id: Arc<str> = self.ids.next(Sequence::Vgroup).to_string().into();
        fn optional(value: &str) -> Cell<'_> {
            if value.is_empty() {
                Cell::Null
            } else {
                Cell::Text(value)
            }
        }
        let mut row = Row::empty(TableId::Vgroup.table().fields.len());
        row.set(vgroup::VGROUP_ID, Cell::Text(&id));
        row.set(vgroup::VGROUP_NAME, text(&draft.name));
        row.set(vgroup::VGROUP_ALIAS, optional(&draft.alias));
        row.set(vgroup::VGROUP_DESC, optional(&draft.description));
        row.set(vgroup::VGROUP_ACCESS, text(NO_ACCESS));
        row.set(vgroup::SECURITY_LEVEL_ID, text(&draft.level));
        row.set(vgroup::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(vgroup::ALLOW_TIMES, Cell::Int(draft.times));
        self.planned
            .changes
            .insert_new(TableId::Vgroup, row.draft(), self.stamp);
        self.authenticate(&OF_SCOPE, &id, draft);
        for api in &draft.apis {
            self.new_hidden_group(draft, &id, api, "A0221");
        }
        self.planned.differences = draft.changes(None);
        self.planned.id = Some(id);
        Ok(self.finish(vec![draft.item()]))
    }

    fn update(mut self, id: &Arc<str>, seen: &Draft, draft: &Draft) -> Result<Planned, Refused> {
        let catalogue = &self.scope_rows.catalogue;
        let Some(scope) = catalogue.scope(id) else {
            return Err(violation(1286, &[])
                .hint("the scope no longer exists: reload the scopes")
                .into());
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
        self.authenticate(&OF_SCOPE, id, draft);
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
        self.check_group_limit(too_many)?;
        self.planned.differences = draft.changes(Some(&now));
        Ok(self.finish(vec![draft.item()]))
    }

    /// The scope's own row, if it differs. A cleared field becomes '', as the product writes it.
    fn update_row(&mut self, id: &str, now: &Draft, draft: &Draft) {
        let Some(base) = self.side.scope(id) else {
            return;
        };
        let mut row = base.clone();
        let texts = [
            (vgroup::VGROUP_NAME, &now.name, &draft.name),
            (vgroup::VGROUP_ALIAS, &now.alias, &draft.alias),
            (vgroup::VGROUP_DESC, &now.description, &draft.description),
            (vgroup::SECURITY_LEVEL_ID, &now.level, &draft.level),
        ];
        for (index, _, wanted) in texts.iter().filter(|(_, now, wanted)| now != wanted) {
            row.set(*index, text(wanted));
        }
        row.set(vgroup::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(vgroup::ALLOW_TIMES, Cell::Int(draft.times));
        if row != *base {
            self.planned
                .changes
                .update_stamped(TableId::Vgroup, row.draft(), self.stamp);
        }
    }

    /// Removes APIs with their hidden groups; returns the remaining hidden groups.
    fn remove_apis(&mut self, id: &str, removed: &BTreeSet<&ApiName>) -> Vec<&'w Row> {
        let mut kept = Vec::new();
        for link in self.links(id) {
            let linked = link.text(vgroup_group::GROUP_ID);
            let apis = self.rows(TableId::GroupApi, group_api::GROUP_ID, linked);
            let (gone, stay): (Vec<&'w Row>, Vec<&'w Row>) =
                apis.partition(|row| removed.iter().any(|api| is_api(row, api)));
            let hidden = self.side.group(linked).filter(|row| is_hidden(row));
            match (hidden, gone.is_empty(), stay.is_empty()) {
                (_, false, true) => {
                    self.planned
                        .changes
                        .delete(TableId::VgroupGroup, link.clone());
                    self.remove_group(id, linked);
                }
                // A group for several APIs, which the product does not create.
                (Some(group), false, false) => {
                    for row in gone {
                        self.planned.changes.delete(TableId::GroupApi, row.clone());
                    }
                    kept.push(group);
                }
                (Some(group), ..) => kept.push(group),
                (None, ..) => {}
            }
        }
        kept
    }

    /// Updates a hidden group from its scope.
    fn refresh(&mut self, base: &'w Row, draft: &Draft) {
        let id = base.text(group::GROUP_ID);
        let mut row = base.clone();
        row.set(group::SECURITY_LEVEL_ID, text(&draft.level));
        row.set(group::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(group::ALLOW_TIMES, Cell::Int(draft.times));
        row.set(group::VGROUP_NAME, text(&draft.name));
        if row != *base {
            self.planned
                .changes
                .update_stamped(TableId::Group, row.draft(), self.stamp);
        }
        self.authenticate(&OF_GROUP, id, draft);
    }

    fn delete(mut self, id: &Arc<str>, name: &Arc<str>) -> Result<Planned, Refused> {
        let scope = self.found(id, name)?;
        let holders: Vec<ItemId> = self
            .scope_rows
            .catalogue
            .holders_of(scope)
            .map(ClientInfo::item)
            .collect();
        if !holders.is_empty() {
            return Err(used(name, holders).into());
        }
        self.belong_to(&scope.item());
        for link in self.links(id) {
            self.planned
                .changes
                .delete(TableId::VgroupGroup, link.clone());
        }
        let linked = self
            .links(id)
            .into_iter()
            .map(|link| link.text(vgroup_group::GROUP_ID));
        let own = self
            .rows(TableId::Group, group::VGROUP_ID, id)
            .map(|row| row.text(group::GROUP_ID));
        let groups: BTreeSet<&str> = linked.chain(own).collect();
        for group in groups {
            self.remove_group(id, group);
        }
        for row in self
            .rows(TableId::VgroupAuthority, vgroup_authority::VGROUP_ID, id)
            .collect::<Vec<_>>()
        {
            self.planned
                .changes
                .delete(TableId::VgroupAuthority, row.clone());
        }
        if let Some(row) = self.side.scope(id) {
            self.planned.changes.delete(TableId::Vgroup, row.clone());
        }
        self.planned.id = Some(Arc::clone(id));
        Ok(self.finish(vec![scope.item()]))
    }

    fn give(
        mut self,
        id: &Arc<str>,
        name: &Arc<str>,
        clients: &[Arc<str>],
    ) -> Result<Planned, Refused> {
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
        self.check_group_limit(|client, groups| {
            violation(1358, &[&MAX_APIS.to_string()])
                .hint(format!(
                    "{client} would have {groups}: take another scope or group away from it first"
                ))
                .about([client])
        })?;
        self.planned.id = Some(Arc::clone(id));
        Ok(self.finish(items))
    }

    /// Gives the scope to a client; returns whether that changed anything.
    fn give_scope(&mut self, id: &str, groups: &[Arc<str>], client: &Arc<str>) -> bool {
        let holds = self
            .rows(TableId::ClientVgroup, client_vgroup::CLIENT_ID, client)
            .any(|row| row.text(client_vgroup::VGROUP_ID) == id);
        if !holds {
            let cells = [
                (client_vgroup::CLIENT_ID, &**client),
                (client_vgroup::VGROUP_ID, id),
            ];
            self.planned
                .changes
                .link(TableId::ClientVgroup, &cells, self.stamp);
        }
        let mut given = !holds;
        for group in groups {
            given |= self.give_group(client, group);
        }
        given
    }

    fn take(
        mut self,
        id: &Arc<str>,
        name: &Arc<str>,
        clients: &[Arc<str>],
    ) -> Result<Planned, Refused> {
        let scope = self.found(id, name)?;
        let linked: BTreeSet<&str> = self
            .links(id)
            .into_iter()
            .map(|link| link.text(vgroup_group::GROUP_ID))
            .collect();
        let mut violations = Vec::new();
        let mut items = Vec::new();
        for client in clients.iter().collect::<BTreeSet<_>>() {
            let held: Vec<&'w Row> = self
                .rows(TableId::ClientVgroup, client_vgroup::CLIENT_ID, client)
                .collect();
            let (this, others): (Vec<&'w Row>, Vec<&'w Row>) = held
                .into_iter()
                .partition(|row| *row.text(client_vgroup::VGROUP_ID) == **id);
            if this.is_empty() {
                if self.scope_rows.catalogue.client(client).is_none() {
                    violations.push(no_client(client));
                } else {
                    self.planned
                        .notes
                        .push(format!("client {client} does not hold {}", scope.item()));
                }
                continue;
            }
            let item = ItemId::new(CLIENT, Arc::clone(client));
            self.belong_to(&item);
            for row in this {
                self.planned
                    .changes
                    .delete(TableId::ClientVgroup, row.clone());
            }
            let shared: BTreeSet<&str> = others
                .iter()
                .flat_map(|row| self.links(row.text(client_vgroup::VGROUP_ID)))
                .map(|link| link.text(vgroup_group::GROUP_ID))
                .collect();
            let is_hidden = |id: &str| self.side.group(id).is_none_or(is_hidden);
            let gone: Vec<&str> = linked
                .iter()
                .copied()
                .filter(|id| !shared.contains(id) && is_hidden(id))
                .collect();
            for group in gone {
                self.take_group(client, group);
            }
            // Without any group the client may still have stale ids.
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

fn used(name: &str, holders: Vec<ItemId>) -> Violation {
    violation(1403, &[])
        .hint(format!(
            "it is assigned to clients: take it away from them first, as with `gatediff scope take {name} CLIENT`"
        ))
        .about(holders)
}

/// Returns the refusal of an update of a scope that has changed.
fn stale(scope: &Scope, seen: &Draft, now: &Draft, draft: &Draft) -> Refused {
    let wanted = draft.changes(Some(seen));
    let wanted = |path: &str| wanted.iter().find(|change| change.path == path);
    let fields = now
        .changes(Some(seen))
        .into_iter()
        .map(|change| StaleField {
            wanted: wanted(&change.path)
                .map_or_else(|| change.before.clone(), |wanted| wanted.after.clone()),
            path: change.path,
            then: change.before,
            now: change.after,
            secret: false,
        });
    let stale = Stale {
        item: scope.item(),
        why: "changed after it was read".to_owned(),
        fields: fields.collect(),
    };
    let violation = violation(1286, &[])
        .hint("the scope changed in the meantime: read it again, then update it")
        .about([scope.item()]);
    Refused {
        violations: vec![violation],
        stale: vec![stale],
    }
}
