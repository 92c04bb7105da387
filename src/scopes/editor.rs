//! Common parts of all edits of scopes: finding rows around a scope, creating and removing hidden
//! groups, giving and taking groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draft::Draft;
use super::limits::MAX_APIS;
use super::planned::{Planned, Refused};
use super::rows::ScopeRows;
use super::rules::few;
use super::scope::{ApiName, Scope, is_of_level};
use super::violation::violation;
use crate::engine::ItemId;
use crate::engine::Violation;
use crate::platform::digirunner::changes::{Ids, Sequence};
use crate::platform::digirunner::index::{Index, is_hidden};
use crate::platform::digirunner::kinds::CLIENT;
use crate::platform::digirunner::lookup::{ByText, by_text};
use crate::platform::digirunner::schema::{
    TableId, client_group, client_vgroup, group, group_api, group_authority, oauth,
    vgroup_authority, vgroup_group, x_map,
};
use crate::platform::digirunner::tables::{Cell, Row};
use crate::store::Stamp;

/// Turns an edit into rows.
pub(super) struct Editor<'w, 'i> {
    pub(super) scope_rows: &'w ScopeRows,
    pub(super) side: Index<'w>,
    links_of_group: ByText,
    holders_of_group: ByText,
    pub(super) stamp: &'w Stamp,
    pub(super) ids: &'i mut Ids,
    /// The current groups of each client whose groups change.
    groups: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    pub(super) planned: Planned,
}

impl<'w, 'i> Editor<'w, 'i> {
    /// Starts with nothing to write.
    pub(super) fn new(scope_rows: &'w ScopeRows, stamp: &'w Stamp, ids: &'i mut Ids) -> Self {
        Self {
            scope_rows,
            side: Index::new(&scope_rows.tables),
            links_of_group: by_text(
                scope_rows.tables.rows(TableId::VgroupGroup),
                vgroup_group::GROUP_ID,
            ),
            holders_of_group: by_text(
                scope_rows.tables.rows(TableId::ClientGroup),
                client_group::GROUP_ID,
            ),
            stamp,
            ids,
            groups: BTreeMap::new(),
            planned: Planned::default(),
        }
    }
}

impl<'w> Editor<'w, '_> {
    pub(super) fn belong_to(&mut self, item: &ItemId) {
        self.planned.changes.belong_to(item);
    }

    /// Returns the rows of a table that have a text in a column.
    pub(super) fn rows(
        &self,
        table: TableId,
        column: usize,
        text: &str,
    ) -> impl Iterator<Item = &'w Row> + use<'w> {
        let side = &self.side;
        let index = match table {
            TableId::VgroupAuthority => &side.vgroup_authorities,
            TableId::VgroupGroup if column == vgroup_group::VGROUP_ID => &side.vgroup_groups,
            TableId::VgroupGroup => &self.links_of_group,
            TableId::GroupApi => &side.group_apis,
            TableId::GroupAuthority => &side.group_authorities,
            TableId::ClientGroup if column == client_group::CLIENT_ID => &side.client_groups,
            TableId::ClientGroup => &self.holders_of_group,
            TableId::ClientVgroup if column == client_vgroup::CLIENT_ID => &side.client_vgroups,
            // The others are few, and read once.
            _ => {
                let rows = self.scope_rows.tables.rows(table).iter();
                let found: Vec<&'w Row> = rows.filter(|row| row.text(column) == text).collect();
                return found.into_iter();
            }
        };
        side.rows_of(table, index, text)
            .map(|(_, row)| row)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Returns the links of a scope to its groups.
    pub(super) fn links(&self, id: &str) -> Vec<&'w Row> {
        self.rows(TableId::VgroupGroup, vgroup_group::VGROUP_ID, id)
            .collect()
    }

    /// Returns the scope of an id, if it still has the name that the operator saw.
    pub(super) fn found(&self, id: &str, name: &str) -> Result<&'w Scope, Refused> {
        match self.scope_rows.catalogue.scope(id) {
            Some(scope) if *scope.name == *name => Ok(scope),
            Some(scope) => Err(violation(1286, &[])
                .hint(format!(
                    "the scope was renamed to {}: reload the scopes",
                    scope.name
                ))
                .about([scope.item()])
                .into()),
            None => Err(violation(1298, &[])
                .hint(format!(
                    "the scope {name} no longer exists: reload the scopes"
                ))
                .into()),
        }
    }

    /// Records the rows that the draft relies on.
    pub(super) fn rely_on(&mut self, draft: &Draft) {
        use crate::platform::digirunner::schema::{authority, level};
        let relied_on = &mut self.planned.relied_on;
        relied_on.push((
            TableId::Level,
            level::SECURITY_LEVEL_ID,
            draft.level.as_str().into(),
        ));
        for id in &draft.authentications {
            relied_on.push((
                TableId::Authority,
                authority::GROUP_AUTHORITIE_ID,
                id.as_str().into(),
            ));
        }
    }

    /// Sets the authentication types of a scope or a hidden group to those of the draft.
    pub(super) fn authenticate(&mut self, of: &Authenticated, id: &str, draft: &Draft) {
        let mut known = BTreeSet::new();
        for row in self.rows(of.table, of.owner, id) {
            let authentication = row.text(of.authentication);
            if draft.authentications.contains(authentication) {
                known.insert(authentication);
            } else {
                self.planned.changes.delete(of.table, row.clone());
            }
        }
        for authentication in draft
            .authentications
            .iter()
            .filter(|id| !known.contains(id.as_str()))
        {
            let cells = [(of.owner, id), (of.authentication, authentication.as_str())];
            self.planned.changes.link(of.table, &cells, self.stamp);
        }
    }

    /// Creates the hidden group of an API; returns its id. `by` is the product's function that its
    /// alias and description name.
    pub(super) fn new_hidden_group(
        &mut self,
        draft: &Draft,
        scope: &str,
        api: &ApiName,
        by: &str,
    ) -> Arc<str> {
        let id: Arc<str> = self.ids.next(Sequence::Group).to_string().into();
        let time = self.stamp.now.format("%Y%m%d%H%M%S");
        let mut row = Row::empty(TableId::Group.table().fields.len());
        row.set(group::GROUP_ID, Cell::Text(&id));
        row.set(group::GROUP_NAME, text(&random_name()));
        row.set(group::GROUP_ALIAS, text(&format!("{by}Alias{time}")));
        row.set(group::GROUP_DESC, text(&format!("{by}Desc{time}")));
        row.set(group::GROUP_ACCESS, text(NO_ACCESS));
        row.set(group::SECURITY_LEVEL_ID, text(&draft.level));
        row.set(group::ALLOW_DAYS, Cell::Int(draft.seconds));
        row.set(group::ALLOW_TIMES, Cell::Int(draft.times));
        row.set(group::VGROUP_FLAG, text("1"));
        row.set(group::VGROUP_ID, text(scope));
        row.set(group::VGROUP_NAME, text(&draft.name));
        let changes = &mut self.planned.changes;
        changes.insert_new(TableId::Group, row.draft(), self.stamp);
        let cells = [
            (group_api::GROUP_ID, &*id),
            (group_api::API_KEY, &*api.key),
            (group_api::MODULE_NAME, &*api.module),
            (group_api::MODULE_VER, "0"),
        ];
        changes.link(TableId::GroupApi, &cells, self.stamp);
        let cells = [
            (vgroup_group::VGROUP_ID, scope),
            (vgroup_group::GROUP_ID, &*id),
        ];
        changes.link(TableId::VgroupGroup, &cells, self.stamp);
        self.authenticate(&OF_GROUP, &id, draft);
        id
    }

    /// Removes a hidden group of a scope with all dependent rows. A group that another scope links
    /// too, or that is not hidden, is kept.
    pub(super) fn remove_group(&mut self, scope: &str, id: &str) {
        let is_shared = self
            .rows(TableId::VgroupGroup, vgroup_group::GROUP_ID, id)
            .any(|link| link.text(vgroup_group::VGROUP_ID) != scope);
        let row = self.side.group(id);
        if is_shared || row.is_some_and(|row| !is_hidden(row)) {
            return;
        }
        if let Some(row) = row {
            self.planned.changes.delete(TableId::Group, row.clone());
        }
        for (table, column) in [
            (TableId::GroupApi, group_api::GROUP_ID),
            (TableId::GroupAuthority, group_authority::GROUP_ID),
        ] {
            for row in self.rows(table, column, id) {
                self.planned.changes.delete(table, row.clone());
            }
        }
        let holders: BTreeSet<Arc<str>> = self.holders(scope).into_iter().collect();
        let had: Vec<Arc<str>> = self
            .rows(TableId::ClientGroup, client_group::GROUP_ID, id)
            .map(|row| row.shared(client_group::CLIENT_ID))
            .collect();
        for client in had {
            if !holders.contains(&client) {
                let note = format!(
                    "client {client} had rows of the scope's hidden groups without holding the scope; they are removed"
                );
                self.note(note);
            }
            self.take_group(&client, id);
        }
        for row in self.rows(TableId::XMap, x_map::GROUP_ID, id) {
            self.planned.changes.delete(TableId::XMap, row.clone());
            self.note(
                "X-API keys were mapped to the scope's hidden groups: those mappings are removed"
                    .to_owned(),
            );
        }
    }

    pub(super) fn note(&mut self, note: String) {
        if !self.planned.notes.contains(&note) {
            self.planned.notes.push(note);
        }
    }

    /// Returns the clients that hold a scope.
    pub(super) fn holders(&self, id: &str) -> Vec<Arc<str>> {
        let rows = self.rows(TableId::ClientVgroup, client_vgroup::VGROUP_ID, id);
        rows.map(|row| row.shared(client_vgroup::CLIENT_ID))
            .collect()
    }

    /// Returns the current groups of a client.
    pub(super) fn groups_of(&mut self, client: &Arc<str>) -> &mut BTreeSet<Arc<str>> {
        let there = self.rows(TableId::ClientGroup, client_group::CLIENT_ID, client);
        self.groups.entry(Arc::clone(client)).or_insert_with(|| {
            there
                .map(|row| row.shared(client_group::GROUP_ID))
                .collect()
        })
    }

    /// Gives a group to a client; returns whether that changed anything.
    pub(super) fn give_group(&mut self, client: &Arc<str>, group: &Arc<str>) -> bool {
        let is_new = self.groups_of(client).insert(Arc::clone(group));
        if is_new {
            let cells = [
                (client_group::CLIENT_ID, &**client),
                (client_group::GROUP_ID, &**group),
            ];
            self.planned
                .changes
                .link(TableId::ClientGroup, &cells, self.stamp);
        }
        is_new
    }

    /// Takes a group away from a client, if it has it.
    pub(super) fn take_group(&mut self, client: &Arc<str>, group: &str) {
        if self.groups_of(client).remove(group) {
            let row = self
                .rows(TableId::ClientGroup, client_group::CLIENT_ID, client)
                .find(|row| row.text(client_group::GROUP_ID) == group);
            if let Some(row) = row {
                self.planned
                    .changes
                    .delete(TableId::ClientGroup, row.clone());
            }
        }
    }

    /// Returns the hidden groups of a scope, which all must exist.
    pub(super) fn groups_to_give(&self, id: &str) -> Result<Vec<Arc<str>>, Refused> {
        let mut groups = Vec::new();
        for link in self.links(id) {
            let linked = link.shared(vgroup_group::GROUP_ID);
            match self.side.group(&linked) {
                Some(row) if is_hidden(row) => groups.push(linked),
                Some(_) => {}
                None => {
                    return Err(violation(1410, &[&linked])
                        .hint("`gatediff scope check --repair` removes the link to it")
                        .into());
                }
            }
        }
        Ok(groups)
    }

    /// Says why a client may not have the scope.
    pub(super) fn check_taker(
        &self,
        scope: &Scope,
        groups: &[Arc<str>],
        id: &Arc<str>,
    ) -> Option<Violation> {
        let Some(client) = self.scope_rows.catalogue.client(id) else {
            return Some(no_client(id));
        };
        let other = groups.iter().find(|group| {
            let level = self
                .side
                .group(group)
                .map_or("", |row| row.text(group::SECURITY_LEVEL_ID));
            client.level.as_deref().is_some_and(|own| own != level)
        });
        let first = groups.first().unwrap_or(&scope.id);
        let unfit = if is_of_level(client, scope) {
            other
        } else {
            Some(other.unwrap_or(first))
        };
        let level = |level: Option<&str>| {
            level.map_or_else(|| "none".to_owned(), |id| format!("level {id}"))
        };
        unfit.map(|group| {
            violation(1365, &[group])
                .hint(format!(
                    "client {id} has {}, the scope has {}: give it a scope of its own level",
                    level(client.level.as_deref()),
                    level(scope.level.as_deref())
                ))
                .about([client.item()])
        })
    }

    /// Refuses if a client that gains groups exceeds the limit.
    pub(super) fn check_group_limit(
        &self,
        violation: impl Fn(ItemId, usize) -> Violation,
    ) -> Result<(), Refused> {
        let had = |client: &str| {
            self.rows(TableId::ClientGroup, client_group::CLIENT_ID, client)
                .count()
        };
        let full = self
            .groups
            .iter()
            .filter(|(client, groups)| groups.len() > MAX_APIS && groups.len() > had(client));
        let violations: Vec<Violation> = full
            .map(|(client, groups)| {
                violation(ItemId::new(CLIENT, Arc::clone(client)), groups.len())
            })
            .collect();
        if violations.is_empty() {
            Ok(())
        } else {
            Err(violations.into())
        }
    }

    /// Rewrites the oauth scope of every client whose groups were read, and returns the planned
    /// edit.
    pub(super) fn finish(mut self, items: Vec<ItemId>) -> Planned {
        let of_clients = items.iter().all(|item| item.kind == CLIENT);
        let groups = std::mem::take(&mut self.groups);
        let mut without = Vec::new();
        for (client, groups) in &groups {
            if of_clients {
                self.belong_to(&ItemId::new(CLIENT, Arc::clone(client)));
            }
            let Some(base) = self.rows(TableId::Oauth, oauth::CLIENT_ID, client).next() else {
                without.push(&**client);
                continue;
            };
            let joined = join(groups);
            if joined != base.text(oauth::SCOPE) {
                let mut row = base.clone();
                row.set(oauth::SCOPE, Cell::Text(&joined));
                self.planned.changes.update(TableId::Oauth, row);
            }
        }
        if !without.is_empty() {
            let note = format!(
                "no oauth scope to rewrite: the row does not exist: {}",
                few(&without)
            );
            self.planned.notes.push(note);
        }
        self.planned.items = items;
        self.planned
    }
}

/// A table of authentication types: owner and type.
pub(super) struct Authenticated {
    table: TableId,
    owner: usize,
    authentication: usize,
}

pub(super) const OF_SCOPE: Authenticated = Authenticated {
    table: TableId::VgroupAuthority,
    owner: vgroup_authority::VGROUP_ID,
    authentication: vgroup_authority::VGROUP_AUTHORITIE_ID,
};

pub(super) const OF_GROUP: Authenticated = Authenticated {
    table: TableId::GroupAuthority,
    owner: group_authority::GROUP_ID,
    authentication: group_authority::GROUP_AUTHORITIE_ID,
};

/// What the product writes as the access of groups and scopes.
pub(super) const NO_ACCESS: &str = "[]";

/// Returns a client's oauth scope: the ids of its groups, in order.
fn join(groups: &BTreeSet<Arc<str>>) -> String {
    groups.iter().map(|id| &**id).collect::<Vec<_>>().join(",")
}

pub(super) const fn text(text: &str) -> Cell<'_> {
    Cell::Text(text)
}

pub(super) fn is_api(row: &Row, api: &ApiName) -> bool {
    row.text(group_api::MODULE_NAME) == &*api.module && row.text(group_api::API_KEY) == &*api.key
}

pub(super) fn no_client(id: &str) -> Violation {
    violation(1344, &[]).hint(format!("client '{id}' not found: check its id"))
}

/// Returns a name as the product generates it for hidden groups: the two halves of a random UUID in
/// base 36, one after the other, cut to 30 characters.
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
        let digit = u32::try_from(rest % 36)
            .ok()
            .and_then(|digit| char::from_digit(digit, 36));
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
                name.len() <= 30
                    && name
                        .bytes()
                        .all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
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
