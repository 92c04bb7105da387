//! What is wrong with what clients hold.

use std::collections::{BTreeMap, HashSet};

use super::super::limits::MAX_APIS;
use super::index::CheckIndex;
use super::report::{Repair, Report};
use crate::engine::ItemId;
use crate::platform::digirunner::index::is_hidden;
use crate::platform::digirunner::kinds::CLIENT;
use crate::platform::digirunner::rules::NO_GROUPS;
use crate::platform::digirunner::schema::{
    TableId, client, client_group, client_vgroup, oauth, vgroup,
};
use crate::platform::digirunner::tables::Row;
use crate::scopes::check::codes::Check;

/// The maximum length of an oauth scope, in characters.
const MAX_OAUTH: usize = 2048;

/// Reports what is wrong with clients.
pub(super) fn check<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    for (_, row) in index.rows(TableId::Client) {
        let id = row.text(client::CLIENT_ID);
        let client = Client {
            index,
            id,
            item: ItemId::new(CLIENT, id),
            level: row.text(client::SECURITY_LEVEL_ID),
            groups: index.side.groups_of_client(id),
            scopes: index.side.scopes_of_client(id),
        };
        client.oauth(report);
        client.gone(report);
        client.levels(report);
        client.strays(report);
        client.missing_groups(report);
    }
    nobody(index, report);
}

/// Returns the oauth scope that names these groups, if possible: they must fit,
/// and no id may itself be a list.
pub(in super::super) fn oauth_scope(mut groups: Vec<&str>) -> Option<String> {
    groups.sort_unstable();
    let scope = groups.join(",");
    (scope.len() <= MAX_OAUTH && ids(&scope).eq(groups.iter().copied())).then_some(scope)
}

/// Returns the ids that an oauth scope names.
fn ids(scope: &str) -> impl Iterator<Item = &str> {
    scope
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty() && *id != NO_GROUPS)
}

/// Rows of clients that do not exist. Plain groups are not checked.
fn nobody<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    let is_gone = |id: &str| index.side.client(id).is_none();
    for (position, row) in index.rows(TableId::ClientVgroup) {
        let id = row.text(client_vgroup::CLIENT_ID);
        if is_gone(id) {
            let scope = index.scope(row.text(client_vgroup::VGROUP_ID)).to_string();
            report.fixed(
                Check::ClientGone,
                ItemId::new(CLIENT, id),
                scope,
                Repair::Delete(TableId::ClientVgroup, position),
            );
        }
    }
    for (position, row) in index.rows(TableId::ClientGroup) {
        let (id, group) = (
            row.text(client_group::CLIENT_ID),
            row.text(client_group::GROUP_ID),
        );
        if is_gone(id) && index.side.group(group).is_none_or(is_hidden) {
            let name = format!("group {group}");
            report.fixed(
                Check::ClientGone,
                ItemId::new(CLIENT, id),
                name,
                Repair::Delete(TableId::ClientGroup, position),
            );
        }
    }
}

struct Client<'i, 'w> {
    index: &'i CheckIndex<'w>,
    id: &'w str,
    item: ItemId,
    /// Empty for none, which matches every scope's level.
    level: &'w str,
    /// Groups, and scopes, by id; also those that do not exist.
    groups: Vec<&'w str>,
    scopes: Vec<&'w str>,
}

impl<'w> Client<'_, 'w> {
    /// The oauth scope, against the groups. Their order is up to the product.
    fn oauth(&self, report: &mut Report<'w>) {
        if self.groups.len() > MAX_APIS {
            let name = format!("{} of at most {MAX_APIS}", self.groups.len());
            let hint = "remove scopes or groups from the client, or merge groups";
            report.asked(Check::TooManyGroups, self.item.clone(), name, hint);
        }
        let Some(row) = self.index.side.oauth_of(self.id) else {
            if !self.groups.is_empty() || !self.scopes.is_empty() {
                let hint = "no token can be issued to it: import the client, or recreate it in the product";
                report.asked(
                    Check::NoOauthRow,
                    self.item.clone(),
                    "oauth_client_details",
                    hint,
                );
            }
            return;
        };
        let named: Vec<&str> = ids(row.text(oauth::SCOPE)).collect();
        let (there, held): (HashSet<&str>, HashSet<&str>) = (
            named.iter().copied().collect(),
            self.groups.iter().copied().collect(),
        );
        let stale = named
            .iter()
            .filter(|id| !held.contains(*id))
            .map(|id| format!("{id} is not held"));
        let missing = self.groups.iter().filter(|id| !there.contains(*id));
        let names: Vec<String> = stale
            .chain(missing.map(|id| format!("{id} is not named")))
            .collect();
        let fits = oauth_scope(self.groups.clone()).is_some();
        for name in names {
            let (sign, item) = (Check::StaleOauthIds, self.item.clone());
            if fits {
                report.fixed(sign, item, name, Repair::Recompute(self.id));
            } else {
                report.asked(
                    sign,
                    item,
                    name,
                    "the groups that the client holds do not fit into its oauth scope",
                );
            }
        }
    }

    /// Scopes and groups that do not exist.
    fn gone(&self, report: &mut Report<'w>) {
        let side = &self.index.side;
        for (index, row) in side.rows_of(TableId::ClientVgroup, &side.client_vgroups, self.id) {
            let scope = row.text(client_vgroup::VGROUP_ID);
            if side.scope(scope).is_none() {
                report.fixed(
                    Check::HeldScopeGone,
                    self.item.clone(),
                    scope,
                    Repair::Delete(TableId::ClientVgroup, index),
                );
            }
        }
        for (index, row) in side.rows_of(TableId::ClientGroup, &side.client_groups, self.id) {
            let group = row.text(client_group::GROUP_ID);
            if side.group(group).is_none() {
                report.fixed(
                    Check::HeldGroupGone,
                    self.item.clone(),
                    group,
                    Repair::Delete(TableId::ClientGroup, index),
                );
            }
        }
    }

    fn held_scopes(&self) -> impl Iterator<Item = (&'w str, &'w Row)> {
        self.scopes
            .iter()
            .filter_map(|id| Some((*id, self.index.side.scope(id)?)))
    }

    fn is_of_level(&self, scope: &Row) -> bool {
        self.level.is_empty() || self.level == scope.text(vgroup::SECURITY_LEVEL_ID)
    }

    /// Scopes of another level: changing a scope's level leaves them behind.
    fn levels(&self, report: &mut Report<'w>) {
        for (_, scope) in self
            .held_scopes()
            .filter(|(_, scope)| !self.is_of_level(scope))
        {
            let (name, level) = (
                scope.text(vgroup::VGROUP_NAME),
                scope.text(vgroup::SECURITY_LEVEL_ID),
            );
            let name = format!(
                "{name} has level '{level}', the client has '{}'",
                self.level
            );
            let hint = "take the scope away from the client, or change the level of either";
            report.asked(Check::ClientLevelDiffers, self.item.clone(), name, hint);
        }
    }

    /// Hidden groups of scopes of which the client holds none.
    fn strays(&self, report: &mut Report<'w>) {
        let side = &self.index.side;
        let held: HashSet<&str> = self.scopes.iter().copied().collect();
        for (index, row) in side.rows_of(TableId::ClientGroup, &side.client_groups, self.id) {
            let Some(hidden) = self.index.hidden(row.text(client_group::GROUP_ID)) else {
                continue;
            };
            let mut scopes = hidden.scopes().peekable();
            if scopes.peek().is_some() && !scopes.any(|scope| held.contains(scope)) {
                let name = format!("{} of {}", hidden.label(), self.index.item(hidden));
                let fix = Repair::Delete(TableId::ClientGroup, index);
                report.fixed(Check::StrayHiddenGroups, self.item.clone(), name, fix);
            }
        }
    }

    /// Hidden groups of the client's scopes that it does not hold. A group
    /// whose API does not exist is not required.
    fn missing_groups(&self, report: &mut Report<'w>) {
        let held: HashSet<&str> = self.groups.iter().copied().collect();
        let mut missing: BTreeMap<&'w str, (&'w Row, String)> = BTreeMap::new();
        for (id, scope) in self.held_scopes() {
            for hidden in self.index.linked(id) {
                if !hidden.apis.is_empty() && !held.contains(hidden.id) {
                    let name = format!("{} of {}", hidden.label(), self.index.scope(id));
                    missing.entry(hidden.id).or_insert((scope, name));
                }
            }
        }
        let fits = self.groups.len() + missing.len() <= MAX_APIS;
        for (group, (scope, name)) in missing {
            let (sign, item) = (Check::MissingHiddenGroups, self.item.clone());
            if !self.is_of_level(scope) {
                report.asked(
                    sign,
                    item,
                    name,
                    "the scope has another level than the client: take it away",
                );
            } else if fits {
                report.fixed(
                    sign,
                    item,
                    name,
                    Repair::Give {
                        client: self.id,
                        group,
                    },
                );
            } else {
                report.asked(
                    sign,
                    item,
                    name,
                    "the client would hold more than 186 groups (1547)",
                );
            }
        }
    }
}
