//! Scopes, with a hidden group for each of their APIs.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::changes::Sequence;
use super::super::field::Role;
use super::super::index::{ApiName, ScopeApi};
use super::super::schema::{TableId, group, vgroup, vgroup_authority, vgroup_group};
use super::super::tables::{Cell, Row};
use super::builder::{Builder, covered, taken};
use super::groups::Version;

impl<'w> Builder<'_, 'w> {
    pub(super) fn scope(&mut self, row: &'w Row, base: Option<&'w Row>) {
        let id = match base {
            Some(base) => {
                self.update(TableId::Vgroup, covered(TableId::Vgroup, base, row));
                base.shared(vgroup::VGROUP_ID)
            }
            None => {
                let id = self.next_text(Sequence::Vgroup);
                let mut new = row.draft();
                new.set(vgroup::VGROUP_ID, Cell::Text(&id));
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
        let mut new = file.draft();
        new.set(group::GROUP_ID, Cell::Text(&id));
        new.set(group::VGROUP_ID, Cell::Text(scope_id));
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

    pub(super) fn scope_id(&self, name: &str) -> Option<Arc<str>> {
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
    pub(super) fn hidden_groups(&self, scope: &str) -> Vec<Arc<str>> {
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
}
