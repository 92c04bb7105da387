//! Clients: their hosts, links, password and identity providers.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::changes::Sequence;
use super::super::field::Role;
use super::super::hosts::{Hosts, host_over};
use super::super::index::{IDPS, is_hidden};
use super::super::item::gives_way;
use super::super::rules::{NO_GROUPS, keyword_search};
use super::super::schema::{
    TableId, client, client_group, client_vgroup, clientext, dp_app, group, host, oauth, vgroup,
};
use super::super::tables::{Cell, Row};
use super::builder::{Builder, covered, taken};

impl<'w> Builder<'_, 'w> {
    pub(super) fn client(&mut self, id: &str, row: &'w Row, base: Option<&'w Row>) {
        match base {
            Some(base) => {
                self.update(TableId::Client, covered(TableId::Client, base, row));
            }
            None => {
                let mut new = row.draft();
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
                    let over = host_over(row, base);
                    let mut new = covered(TableId::Host, base, &over);
                    if new.row() != **base {
                        new.set(host::CREATE_TIME, Cell::Time(self.stamp.now));
                        self.changes.update(TableId::Host, new.row());
                    }
                }
                None => {
                    let mut new = row.draft();
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

    fn clientext(&mut self, id: &str) {
        let sides = self.sides;
        let Some(row) = sides.file.clientext_of(id) else {
            return;
        };
        let base = sides.target.clientext_of(id);
        let mut new = base.map_or_else(
            || row.draft(),
            |base| covered(TableId::Clientext, base, row),
        );
        let searched = keyword_search(|index| new.cell(index));
        new.set(clientext::KEYWORD_SEARCH, Cell::Text(&searched));
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
        let file = sides.file.oauth_of(id);
        let base = sides.target.oauth_of(id);
        let mut new = match (file, base) {
            (None, None) => return,
            (Some(file), None) => file.draft(),
            (None, Some(base)) => base.draft(),
            // An added client reuses leftover rows, with the file's password.
            (Some(file), Some(base)) => taken(TableId::Oauth, base, file, |field| {
                field.role == Role::Compared && !(is_cover && field.is_kept)
            }),
        };
        new.set(oauth::SCOPE, Cell::Text(&joined));
        match base {
            Some(_) => self.update(TableId::Oauth, new),
            None => self.insert(TableId::Oauth, new),
        }
    }

    /// The portal's application; if a client has several rows, the first is used.
    fn dp_app(&mut self, id: &str) {
        let sides = self.sides;
        let Some(row) = sides.file.dp_app_of(id) else {
            return;
        };
        match sides.target.dp_app_of(id) {
            Some(base) => {
                let mut new = covered(TableId::DpApp, base, row);
                new.copy(row, &[dp_app::KEYWORD_SEARCH]);
                self.update(TableId::DpApp, new);
            }
            None => {
                let mut new = row.draft();
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
        let is_replaced = is_cover && sides.file.dp_app_of(id).is_some();
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
                None => self.insert(table, row.draft()),
            }
        }
    }
}
