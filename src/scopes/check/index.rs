//! The rows that the report reads, indexed by what refers to them.

use std::collections::{HashMap, HashSet};

use super::super::limits::MAX_NAME;
use crate::engine::ItemId;
use crate::platform::digirunner::index::{ApiName, Index, is_hidden};
use crate::platform::digirunner::kinds::{GROUP, SCOPE};
use crate::platform::digirunner::lookup::{ByText, by_text};
use crate::platform::digirunner::schema::{
    TableId, authority, client_group, client_vgroup, group, group_api, level, vgroup, vgroup_group,
    x_map,
};
use crate::platform::digirunner::tables::{Row, Tables};

/// A hidden group, and what it represents.
pub(in super::super) struct Hidden<'w> {
    pub(in super::super) row: &'w Row,
    pub(in super::super) id: &'w str,
    /// The scope that it names as its own, if that exists.
    pub(in super::super) own: Option<&'w str>,
    /// The scopes that link it.
    pub(in super::super) linked: Vec<&'w str>,
    /// Its APIs that the target has.
    pub(in super::super) apis: Vec<ApiName<'w>>,
    /// The positions of the rows of its other APIs.
    pub(in super::super) missing_apis: Vec<(usize, ApiName<'w>)>,
}

impl<'w> Hidden<'w> {
    /// Returns all related scopes, its own first.
    pub(in super::super) fn scopes(&self) -> impl Iterator<Item = &'w str> + use<'_, 'w> {
        self.own.into_iter().chain(
            self.linked
                .iter()
                .copied()
                .filter(|id| Some(*id) != self.own),
        )
    }

    /// Returns the scope that it follows: the only related one.
    pub(in super::super) fn home(&self) -> Option<&'w str> {
        let mut scopes = self.scopes();
        let first = scopes.next();
        if scopes.next().is_none() { first } else { None }
    }

    /// Names it by its API, or by its id if it has none.
    pub(in super::super) fn label(&self) -> String {
        let api = self
            .apis
            .first()
            .or_else(|| self.missing_apis.first().map(|(_, api)| api));
        api.map_or_else(
            || format!("group {}", self.id),
            |(module, key)| format!("{module}/{key}"),
        )
    }
}

/// Tables with the indices of the report.
pub(in super::super) struct CheckIndex<'w> {
    pub(in super::super) side: Index<'w>,
    /// The hidden groups, in the order of their rows.
    pub(in super::super) hidden: Vec<Hidden<'w>>,
    /// Rows of `tsmp_client_group` by group.
    pub(in super::super) holders: ByText,
    /// Rows of `tsmp_client_vgroup` by scope.
    pub(in super::super) scope_holders: ByText,
    /// Rows of `tsmp_vgroup_group` by group.
    pub(in super::super) links: ByText,
    hidden_by_id: HashMap<&'w str, usize>,
    unlinked: HashMap<&'w str, Vec<usize>>,
    levels: HashSet<&'w str>,
    authorities: HashSet<&'w str>,
    apis: HashSet<ApiName<'w>>,
    mapped: HashSet<&'w str>,
}

impl<'w> CheckIndex<'w> {
    /// Indexes the tables.
    pub(in super::super) fn new(tables: &'w Tables) -> Self {
        let words = |table: TableId, column: usize| {
            tables.rows(table).iter().map(move |row| row.text(column))
        };
        let mut index = Self {
            side: Index::new(tables),
            hidden: Vec::new(),
            holders: by_text(tables.rows(TableId::ClientGroup), client_group::GROUP_ID),
            scope_holders: by_text(tables.rows(TableId::ClientVgroup), client_vgroup::VGROUP_ID),
            links: by_text(tables.rows(TableId::VgroupGroup), vgroup_group::GROUP_ID),
            hidden_by_id: HashMap::new(),
            unlinked: HashMap::new(),
            levels: words(TableId::Level, level::SECURITY_LEVEL_ID).collect(),
            authorities: words(TableId::Authority, authority::GROUP_AUTHORITIE_ID).collect(),
            apis: tables
                .apis
                .iter()
                .map(|api| (&*api.module, &*api.api))
                .collect(),
            mapped: words(TableId::XMap, x_map::GROUP_ID).collect(),
        };
        let groups = tables.rows(TableId::Group).iter();
        index.hidden = groups
            .filter(|row| is_hidden(row))
            .map(|row| index.hide(row))
            .collect();
        for (position, hidden) in index.hidden.iter().enumerate() {
            index.hidden_by_id.insert(hidden.id, position);
            if let (Some(own), []) = (hidden.own, &*hidden.linked) {
                index.unlinked.entry(own).or_default().push(position);
            }
        }
        index
    }

    fn hide(&self, row: &'w Row) -> Hidden<'w> {
        let id = row.text(group::GROUP_ID);
        let is_scope = |id: &&str| self.side.scope(id).is_some();
        let linked = self.side.rows_of(TableId::VgroupGroup, &self.links, id);
        let (apis, missing) = self
            .side
            .rows_of(TableId::GroupApi, &self.side.group_apis, id)
            .map(|(index, row)| (index, api_of(row)))
            .partition::<Vec<_>, _>(|(_, api)| self.has_api(*api));
        Hidden {
            row,
            id,
            own: Some(row.text(group::VGROUP_ID)).filter(is_scope),
            linked: linked
                .map(|(_, link)| link.text(vgroup_group::VGROUP_ID))
                .filter(is_scope)
                .collect(),
            apis: apis.into_iter().map(|(_, api)| api).collect(),
            missing_apis: missing,
        }
    }

    /// Returns a table's rows, with their positions.
    pub(in super::super) fn rows(
        &self,
        table: TableId,
    ) -> impl Iterator<Item = (usize, &'w Row)> + use<'w> {
        self.side.tables.rows(table).iter().enumerate()
    }

    /// Returns a hidden group by its id.
    pub(in super::super) fn hidden(&self, id: &str) -> Option<&Hidden<'w>> {
        self.hidden.get(*self.hidden_by_id.get(id)?)
    }

    /// Returns the hidden groups that a scope links.
    pub(in super::super) fn linked<'s>(
        &'s self,
        scope: &'s str,
    ) -> impl Iterator<Item = &'s Hidden<'w>> + use<'s, 'w> {
        let links = self
            .side
            .rows_of(TableId::VgroupGroup, &self.side.vgroup_groups, scope);
        links.filter_map(|(_, link)| self.hidden(link.text(vgroup_group::GROUP_ID)))
    }

    /// Returns the hidden groups that name a scope as their own, and that no
    /// scope links.
    pub(in super::super) fn unlinked<'s>(
        &'s self,
        scope: &str,
    ) -> impl Iterator<Item = &'s Hidden<'w>> + use<'s, 'w> {
        self.unlinked
            .get(scope)
            .into_iter()
            .flatten()
            .filter_map(|index| self.hidden.get(*index))
    }

    /// Says whether the target has an API.
    pub(in super::super) fn has_api(&self, api: ApiName<'_>) -> bool {
        self.apis.contains(&api)
    }

    /// Says whether a security level exists.
    pub(in super::super) fn has_level(&self, id: &str) -> bool {
        self.levels.contains(id)
    }

    /// Says whether an authentication type exists.
    pub(in super::super) fn has_authority(&self, id: &str) -> bool {
        self.authorities.contains(id)
    }

    /// Says whether X-API keys map to a group: they authorise calls by it.
    pub(in super::super) fn is_mapped(&self, group: &str) -> bool {
        self.mapped.contains(group)
    }

    /// Returns the existing authentication types of a hidden group and of its
    /// scope.
    pub(in super::super) fn authorities(&self, group: &str, scope: &str) -> [HashSet<&'w str>; 2] {
        [
            self.side.authorities_of_group(group),
            self.side.authorities_of_scope(scope),
        ]
        .map(|ids| {
            ids.into_iter()
                .filter(|id| self.has_authority(id))
                .collect()
        })
    }

    /// Returns the columns in which a hidden group differs from its scope, by
    /// label, with the scope's values. Invalid values of the scope are not
    /// copied.
    pub(in super::super) fn differences(
        &self,
        group: &Row,
        scope: &Row,
    ) -> Vec<(&'static str, usize, usize)> {
        let days = |row: &Row, index: usize| row.int(index).unwrap_or_default();
        let level = scope.text(vgroup::SECURITY_LEVEL_ID);
        let name = scope.text(vgroup::VGROUP_NAME);
        let mut differences = Vec::new();
        if self.has_level(level) && group.text(group::SECURITY_LEVEL_ID) != level {
            differences.push(("level", group::SECURITY_LEVEL_ID, vgroup::SECURITY_LEVEL_ID));
        }
        let duration = days(scope, vgroup::ALLOW_DAYS);
        if duration >= 0 && days(group, group::ALLOW_DAYS) != duration {
            differences.push(("duration", group::ALLOW_DAYS, vgroup::ALLOW_DAYS));
        }
        if days(group, group::ALLOW_TIMES) != days(scope, vgroup::ALLOW_TIMES) {
            differences.push(("times", group::ALLOW_TIMES, vgroup::ALLOW_TIMES));
        }
        if name.chars().count() <= MAX_NAME && group.text(group::VGROUP_NAME) != name {
            differences.push(("name", group::VGROUP_NAME, vgroup::VGROUP_NAME));
        }
        differences
    }

    /// Returns the item of a scope; a nonexistent one is named by its id.
    pub(in super::super) fn scope(&self, id: &str) -> ItemId {
        let name = self
            .side
            .scope(id)
            .map_or(id, |row| row.text(vgroup::VGROUP_NAME));
        ItemId::new(SCOPE, name)
    }

    /// Returns the item of a group: for a hidden one its scope, for a
    /// nonexistent one its id.
    pub(in super::super) fn group(&self, id: &str) -> ItemId {
        if let Some(hidden) = self.hidden(id) {
            return self.item(hidden);
        }
        let name = self
            .side
            .group(id)
            .map_or(id, |row| row.text(group::GROUP_NAME));
        ItemId::new(GROUP, name)
    }

    /// Returns the item of a hidden group: its scope, even if that no longer
    /// exists, or what is known of it.
    pub(in super::super) fn item(&self, hidden: &Hidden<'_>) -> ItemId {
        if let Some(scope) = hidden.scopes().next() {
            return self.scope(scope);
        }
        let known = [group::VGROUP_NAME, group::VGROUP_ID].map(|index| hidden.row.text(index));
        let known = known.into_iter().find(|text| !text.is_empty());
        known.map_or_else(
            || ItemId::new(GROUP, hidden.id),
            |text| ItemId::new(SCOPE, text),
        )
    }
}

/// Returns the API of a row of `tsmp_group_api`.
pub(in super::super) fn api_of(row: &Row) -> ApiName<'_> {
    (
        row.text(group_api::MODULE_NAME),
        row.text(group_api::API_KEY),
    )
}
