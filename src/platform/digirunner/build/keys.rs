//! The keys of clients, and what they give access to.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::changes::Sequence;
use super::super::index::is_hidden;
use super::super::schema::{TableId, group, open_key, open_map, x_key, x_map};
use super::super::tables::{Cell, Draft, Row};
use super::builder::{Builder, covered};

impl<'w> Builder<'_, 'w> {
    pub(super) fn x_keys(&mut self, id: &str) {
        let sides = self.sides;
        for row in sides.file.x_keys_of(id) {
            let same = |other: &&Row| other.text(x_key::API_KEY_EN) == row.text(x_key::API_KEY_EN);
            let base = sides.target.x_keys_of(id).find(same);
            let key = match base {
                Some(base) => {
                    self.update(TableId::XKey, covered(TableId::XKey, base, row));
                    base.int(x_key::API_KEY_ID)
                }
                None => {
                    let key = self.ids.random(self.stamp.now);
                    let mut new = row.draft();
                    new.set(x_key::API_KEY_ID, Cell::Int(key));
                    self.insert(TableId::XKey, new);
                    Some(key)
                }
            };
            self.x_maps(row, key, base.is_some());
        }
    }

    /// Maps a key to its groups: plain ones and hidden ones by name; missing groups are skipped.
    fn x_maps(&mut self, file: &Row, key: Option<i64>, exists: bool) {
        let sides = self.sides;
        let Some(key) = key else { return };
        let there = sides.target.x_maps_of(Some(key).filter(|_| exists));
        let mut known: HashSet<Arc<str>> = there.map(|map| map.shared(x_map::GROUP_ID)).collect();
        for map in sides.file.x_maps_of(file.int(x_key::API_KEY_ID)) {
            let Some(row) = sides.file.group(map.text(x_map::GROUP_ID)) else {
                continue;
            };
            let name = row.text(group::GROUP_NAME);
            let found = if is_hidden(row) {
                self.hidden_ids(name)
            } else {
                self.group_id(name).into_iter().collect()
            };
            // Hidden groups may have the same name: a map to any of them counts as a map to that
            // name.
            if found.iter().any(|id| known.contains(id)) {
                continue;
            }
            let Some(group_id) = found.into_iter().next() else {
                continue;
            };
            known.insert(Arc::clone(&group_id));
            let mut new = Draft::empty(x_map::TABLE.fields.len());
            new.set(
                x_map::API_KEY_MAP_ID,
                Cell::Int(self.ids.random(self.stamp.now)),
            );
            new.set(x_map::REF_API_KEY_ID, Cell::Int(key));
            new.set(x_map::GROUP_ID, Cell::Text(&group_id));
            self.insert(TableId::XMap, new);
        }
    }

    /// Returns the hidden groups that currently have a name.
    fn hidden_ids(&self, name: &str) -> Vec<Arc<str>> {
        let target = &self.sides.target;
        let there = target.rows_of(TableId::Group, &target.hidden_by_name, name);
        let unrenamed = there
            .map(|(_, row)| row.shared(group::GROUP_ID))
            .filter(|id| !self.refreshed.contains(id));
        self.hidden
            .get(name)
            .into_iter()
            .flatten()
            .cloned()
            .chain(unrenamed)
            .collect()
    }

    pub(super) fn open_keys(&mut self, id: &str) {
        let sides = self.sides;
        for row in sides.file.open_keys_of(id) {
            let same = |other: &&Row| {
                other.text(open_key::OPEN_API_KEY) == row.text(open_key::OPEN_API_KEY)
            };
            let base = sides.target.open_keys_of(id).find(same);
            let key = match base {
                Some(base) => {
                    self.update(TableId::OpenKey, covered(TableId::OpenKey, base, row));
                    base.int(open_key::OPEN_API_KEY_ID)
                }
                None => {
                    let key = self.ids.next(Sequence::OpenKey);
                    let mut new = row.draft();
                    new.set(open_key::OPEN_API_KEY_ID, Cell::Int(key));
                    self.insert(TableId::OpenKey, new);
                    Some(key)
                }
            };
            self.open_maps(row, key, base.is_some());
        }
    }

    /// Maps a key to its APIs, by the target's uids; missing ones are skipped.
    fn open_maps(&mut self, file: &Row, key: Option<i64>, exists: bool) {
        let sides = self.sides;
        let Some(key) = key else { return };
        let there = sides.target.open_maps_of(Some(key).filter(|_| exists));
        let mut known: HashSet<&str> = there.map(|map| map.text(open_map::REF_API_UID)).collect();
        for map in sides.file.open_maps_of(file.int(open_key::OPEN_API_KEY_ID)) {
            let uid = sides
                .used_api(map.text(open_map::REF_API_UID))
                .and_then(|api| sides.target_uid(api));
            let Some(uid) = uid.filter(|uid| known.insert(uid)) else {
                continue;
            };
            let mut new = Draft::empty(open_map::TABLE.fields.len());
            new.set(
                open_map::OPEN_API_KEY_MAP_ID,
                Cell::Int(self.ids.next(Sequence::OpenMap)),
            );
            new.set(open_map::REF_OPEN_API_KEY_ID, Cell::Int(key));
            new.set(open_map::REF_API_UID, Cell::Text(uid));
            self.insert(TableId::OpenMap, new);
        }
    }
}
