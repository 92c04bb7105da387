//! Groups: their authentication types and APIs.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::changes::Sequence;
use super::super::index::ApiName;
use super::super::schema::{TableId, group, group_api, group_authority};
use super::super::tables::{Cell, Row};
use super::builder::{Builder, covered};

/// Whose module version a link to an API gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    FromFile,
    Kept,
}

impl<'w> Builder<'_, 'w> {
    pub(super) fn group(&mut self, row: &'w Row, base: Option<&'w Row>) {
        let id = match base {
            Some(base) => {
                self.update(TableId::Group, covered(TableId::Group, base, row));
                base.shared(group::GROUP_ID)
            }
            None => {
                let id = self.next_text(Sequence::Group);
                let mut new = row.draft();
                new.set(group::GROUP_ID, Cell::Text(&id));
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
    pub(super) fn group_authorities(&mut self, file: &Row, id: &str, exists: bool) {
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
    pub(super) fn group_api(
        &mut self,
        id: &str,
        file_link: usize,
        there: Option<usize>,
        version: Version,
    ) {
        let Some(from) = self.sides.file.tables.row(TableId::GroupApi, file_link) else {
            return;
        };
        match there.and_then(|link| self.sides.target.tables.row(TableId::GroupApi, link)) {
            Some(base) => {
                let mut new = match version {
                    Version::FromFile => covered(TableId::GroupApi, base, from),
                    Version::Kept => base.draft(),
                };
                new.set(group_api::CREATE_TIME, Cell::Time(self.stamp.now));
                self.changes.update(TableId::GroupApi, new.row());
            }
            None => {
                let mut new = from.draft();
                new.set(group_api::GROUP_ID, Cell::Text(id));
                self.insert(TableId::GroupApi, new);
            }
        }
    }

    pub(super) fn group_id(&self, name: &str) -> Option<Arc<str>> {
        let new = self.groups.get(name).cloned();
        new.or_else(|| Some(self.sides.target.plain_named(name)?.shared(group::GROUP_ID)))
    }
}
