//! Clients: a row, and everything that belongs to it.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::compared::Place;
use super::super::hosts::{self, Hosts};
use super::super::index::{ApiName, IDPS, Identity, Index, is_hidden};
use super::super::item::{ClientItem, Origin};
use super::super::kinds::{CLIENT, GROUP, RDB, SCOPE};
use super::super::rules::{self, MAX_GROUPS};
use super::super::schema::{
    TableId, client, dp_app, group, idp_jdbc, open_key, open_map, vgroup, x_key, x_map,
};
use super::super::tables::Row;
use super::super::values::{self, ValueError};
use super::{CHUNK, Comparer, Part, is_changed, may_change};
use crate::engine::{
    Candidate, Finding, ItemId, Kind, Quota, QuotaUse, Reason, Requirement, Value,
};
use crate::platform::unique::unique;

impl<'w> Comparer<'_, 'w> {
    pub(super) fn clients(&self, part: Part) -> Vec<Candidate> {
        let rows = self.sides.file.tables.rows(TableId::Client);
        let rows = rows.par_iter().with_min_len(CHUNK).enumerate();
        let rows = rows.skip(part.start).take(part.count);
        rows.map(|(index, row)| self.client(index, row)).collect()
    }

    fn client(&self, index: usize, row: &Row) -> Candidate {
        let id = row.text(client::CLIENT_ID);
        let base = self.sides.target.client(id);
        let part = |from| ClientItem {
            sides: self.sides,
            from,
            id,
            completes: false,
        };
        let alias = row.shared(client::CLIENT_ALIAS);
        let called = if alias.is_empty() {
            row.shared(client::CLIENT_NAME)
        } else {
            alias
        };
        let place = Place::new(Identity::of(&CLIENT), index);
        if let Some(again) = self.again(place, row, Arc::clone(&called)) {
            return again;
        }
        let mut candidate = self.candidate(place, Arc::clone(&called));
        if part(Origin::File).is_partial() && (base.is_none() || is_changed(&candidate)) {
            let completes = Place {
                completes: true,
                ..place
            };
            candidate = self.candidate(completes, called);
        }
        candidate.blocks = self.client_blocks(index, row);
        if let Some(base) = base {
            let level = rules::level_differs(row, base, || is_changed(&candidate));
            candidate.blocks.extend(level);
        }
        candidate.requires = self.client_needs(id, row);
        candidate.quota = Some(self.client_quota(id)).filter(Quota::may_be_exceeded);
        candidate.warnings = self.client_warnings(&candidate.item.id, base);
        if base.is_none() && !leftovers(&self.sides.target, id).is_empty() {
            candidate.context = Value::Record(part(Origin::Target).parts());
        }
        let status = base.and_then(|base| status_changes(&candidate, row, base));
        candidate.warnings.extend(status);
        candidate
    }

    fn client_blocks(&self, index: usize, row: &Row) -> Vec<Reason> {
        let id = row.text(client::CLIENT_ID);
        let [names, aliases] = &self.client_names;
        let mut blocks = names.check(id, row.text(client::CLIENT_NAME));
        blocks.extend(aliases.check(id, row.text(client::CLIENT_ALIAS)));
        blocks.extend(self.twice(&CLIENT, id));
        // Also for a nonexistent client: leftover hosts are reused like those of an existing
        // client.
        blocks.extend(hosts::hosts(
            &Hosts::of(&self.sides.file, id),
            &Hosts::of(&self.sides.target, id),
        ));
        blocks.extend(self.owners.check(self.sides, id));
        blocks.extend(self.broken.of_client(id));
        blocks.extend(self.ids_of_keys(id));
        let mut value_errors = self.value_errors(TableId::Client, index);
        value_errors.extend(self.value_errors_of_parts(id));
        blocks.extend(values::reasons(value_errors));
        blocks.extend(self.idps_without_id(id));
        unique(blocks)
    }

    /// Checks every row that belongs to a client.
    fn value_errors_of_parts(&self, id: &str) -> Vec<ValueError> {
        let file = &self.sides.file;
        let parts = [
            (TableId::Host, &file.hosts),
            (TableId::Oauth, &file.oauth),
            (TableId::Clientext, &file.clientext),
            (TableId::XKey, &file.x_keys),
            (TableId::OpenKey, &file.open_keys),
            (TableId::DpApp, &file.dp_apps),
        ];
        let idps = IDPS
            .iter()
            .zip(&file.idps)
            .map(|((table, _, _), index)| (*table, index));
        let mut value_errors: Vec<ValueError> = parts
            .into_iter()
            .chain(idps)
            .flat_map(|(table, index)| {
                file.rows_of(table, index, id)
                    .flat_map(move |(position, _)| self.value_errors(table, position))
            })
            .collect();
        let extension = file.rows_of(TableId::Clientext, &file.clientext, id).next();
        value_errors.extend(extension.and_then(|(position, row)| {
            values::search_text(row, self.path(TableId::Clientext, position))
        }));
        // Copied, although its role says otherwise.
        let application = file.rows_of(TableId::DpApp, &file.dp_apps, id).next();
        value_errors.extend(application.and_then(|(position, row)| {
            values::value_error(
                &dp_app::TABLE,
                row,
                dp_app::KEYWORD_SEARCH,
                self.path(TableId::DpApp, position),
            )
        }));
        value_errors
    }

    /// Checks that the keys of a client can be distinguished by the rows that map them.
    fn ids_of_keys(&self, id: &str) -> Vec<Reason> {
        let file = &self.sides.file;
        let x_keys = file.x_keys_of(id).map(|row| (TableId::XKey, row));
        let open_keys = file.open_keys_of(id).map(|row| (TableId::OpenKey, row));
        x_keys
            .chain(open_keys)
            .filter_map(|(table, row)| self.broken.of_id(table, row))
            .collect()
    }

    /// Checks that rows of identity providers have the ids that they keep.
    fn idps_without_id(&self, id: &str) -> Vec<Reason> {
        let without =
            IDPS.iter()
                .zip(&self.sides.file.idps)
                .flat_map(|((table, own_id, _), index)| {
                    let rows = self.sides.file.rows_of(*table, index, id);
                    rows.filter(|(_, row)| row.int(*own_id).is_none())
                        .map(|(position, _)| self.path(*table, position))
                });
        let reason = |path| {
            Reason::new(
                "value-required",
                format!("the row has no id of its own ({path})"),
            )
        };
        without.map(reason).collect()
    }

    fn client_needs(&self, id: &str, row: &Row) -> Vec<Requirement> {
        let (file, target) = (&self.sides.file, &self.sides.target);
        let mut needs: Vec<Requirement> = self
            .level(row.text(client::SECURITY_LEVEL_ID))
            .into_iter()
            .collect();
        let groups = file
            .groups_of_client(id)
            .into_iter()
            .filter_map(|id| file.group(id))
            .filter(|row| !is_hidden(row));
        needs.extend(groups.map(|row| Requirement {
            on: ItemId::new(GROUP, row.shared(group::GROUP_NAME)),
            present: target.plain_named(row.text(group::GROUP_NAME)).is_some(),
        }));
        let scopes = file
            .scopes_of_client(id)
            .into_iter()
            .filter_map(|id| file.scope(id));
        needs.extend(scopes.map(|row| Requirement {
            on: ItemId::new(SCOPE, row.shared(vgroup::VGROUP_NAME)),
            present: target.scope_named(row.text(vgroup::VGROUP_NAME)).is_some(),
        }));
        if let Some(index) = file.idps.get(3) {
            needs.extend(file.rows_of(TableId::IdpJdbc, index, id).map(|(_, row)| {
                let name = row.text(idp_jdbc::CONNECTION_NAME);
                Requirement {
                    on: ItemId::new(RDB, name),
                    present: self.connections.contains(name),
                }
            }));
        }
        unique(needs)
    }

    /// Counts the groups that a client would hold: plain ones, and a hidden
    /// one for each API of each of its scopes.
    fn client_quota(&self, id: &str) -> Quota {
        let (file, target) = (&self.sides.file, &self.sides.target);
        let held: HashSet<&str> = target.groups_of_client(id).into_iter().collect();
        let mut uses = Vec::new();
        // By name: the file may contain a group under two ids.
        let mut seen: HashSet<(Kind, &str)> = HashSet::new();
        let groups = file
            .groups_of_client(id)
            .into_iter()
            .filter_map(|id| file.group(id));
        for row in groups.filter(|row| !is_hidden(row)) {
            let name = row.text(group::GROUP_NAME);
            let there = target.plain_named(name);
            if !there.is_some_and(|row| held.contains(row.text(group::GROUP_ID)))
                && seen.insert((GROUP, name))
            {
                let on = ItemId::new(GROUP, row.shared(group::GROUP_NAME));
                uses.push(QuotaUse {
                    on,
                    left: 1,
                    written: 1,
                });
            }
        }
        for row in file
            .scopes_of_client(id)
            .into_iter()
            .filter_map(|id| file.scope(id))
        {
            if seen.insert((SCOPE, row.text(vgroup::VGROUP_NAME))) {
                uses.push(self.scope_use(row, &held));
            }
        }
        Quota {
            code: "too-many-groups".into(),
            of: "groups".into(),
            max: MAX_GROUPS,
            held: held.len(),
            uses,
        }
    }

    fn scope_use(&self, scope: &Row, held: &HashSet<&str>) -> QuotaUse {
        let target = &self.sides.target;
        let there = target
            .scope_named(scope.text(vgroup::VGROUP_NAME))
            .map_or_else(Vec::new, |row| {
                target.scope_apis(row.text(vgroup::VGROUP_ID))
            });
        let known: HashSet<ApiName<'_>> = there.iter().map(|api| api.api).collect();
        let ids: HashSet<&str> = there
            .iter()
            .filter_map(|api| target.tables.row(TableId::Group, api.group))
            .map(|row| row.text(group::GROUP_ID))
            .filter(|id| !held.contains(id))
            .collect();
        let new = self.sides.importable_apis(scope.text(vgroup::VGROUP_ID));
        let new = new.iter().filter(|api| !known.contains(&api.api)).count();
        QuotaUse {
            on: ItemId::new(SCOPE, scope.shared(vgroup::VGROUP_NAME)),
            left: ids.len(),
            written: ids.len() + new,
        }
    }

    fn client_warnings(&self, item: &ItemId, base: Option<&Row>) -> Vec<Finding> {
        let id = &*item.key;
        let (file, target) = (&self.sides.file, &self.sides.target);
        let mut warnings = Vec::new();
        for (key, maps) in file.x_keys_with_maps(id) {
            // Which maps are its own is not known.
            if self.broken.of_id(TableId::XKey, key).is_some() {
                continue;
            }
            let alias = key.text(x_key::API_KEY_ALIAS);
            if maps.is_empty() {
                let message = format!("X-API key '{alias}' has no groups; it is still imported");
                warnings.push(Finding::warning("key-without-maps", message));
            }
            let unknown = maps
                .iter()
                .filter(|map| file.group(map.text(x_map::GROUP_ID)).is_none())
                .count();
            if unknown > 0 {
                let message =
                    format!("X-API key '{alias}': {unknown} of its groups are unknown and skipped");
                warnings.push(Finding::warning("map-skipped", message));
            }
        }
        for (key, maps) in file.open_keys_with_maps(id) {
            let unknown = maps
                .iter()
                .filter(|map| self.is_unknown_api(map.text(open_map::REF_API_UID)))
                .count();
            if unknown > 0 {
                let alias = key.text(open_key::OPEN_API_KEY_ALIAS);
                let message =
                    format!("DGRK key '{alias}': {unknown} of its APIs are unknown and skipped");
                warnings.push(Finding::warning("map-skipped", message));
            }
        }
        if base.is_none() {
            let left = leftovers(target, id);
            if !left.is_empty() {
                let message = format!(
                    "rows of a nonexistent client with this id are in {}; they are reused",
                    left.join(", ")
                );
                warnings.push(Finding::warning("leftover-rows", message));
            }
        }
        warnings
            .into_iter()
            .map(|warning| warning.about(item))
            .collect()
    }

    /// Says whether a DGRK map names an API that is neither found nor listed as missing.
    fn is_unknown_api(&self, uid: &str) -> bool {
        match self.sides.used_api(uid) {
            None => true,
            Some(api) => !self.sides.is_missing(api) && self.sides.target_uid(api).is_none(),
        }
    }
}

/// A client's status in the product (`client_status`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientStatus {
    Active,
    Disabled,
    Locked,
}

impl ClientStatus {
    /// Reads it as the gateway does: it refuses 2 and 3, and nothing else.
    fn of(row: &Row) -> Self {
        match row.text(client::CLIENT_STATUS) {
            "2" => Self::Disabled,
            "3" => Self::Locked,
            _ => Self::Active,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Locked => "locked",
        }
    }

    /// Returns the verb for changing to this status.
    const fn made(self, from: Self) -> &'static str {
        match (self, from) {
            (Self::Active, Self::Locked) => "unlocks",
            (Self::Active, _) => "enables",
            (Self::Disabled, _) => "disables",
            (Self::Locked, _) => "locks",
        }
    }
}

/// Describes what covering does to a client that the gateway refuses, or would refuse then. The
/// count of failed logins stays the target's.
fn status_changes(candidate: &Candidate, file: &Row, target: &Row) -> Option<Finding> {
    let (there, wanted) = (ClientStatus::of(target), ClientStatus::of(file));
    if (there, wanted) == (ClientStatus::Active, ClientStatus::Active) || !may_change(candidate) {
        return None;
    }
    let word = there.word();
    let failed = target.int(client::PWD_FAIL_TIMES).unwrap_or_default();
    let message = match (there, wanted) {
        _ if there == wanted => format!("is {word} in the target; covering it leaves it {word}"),
        (ClientStatus::Locked, ClientStatus::Active) if failed > 0 => {
            format!(
                "is locked in the target; covering it unlocks it and keeps its {failed} failed logins"
            )
        }
        _ => format!(
            "is {word} in the target; covering it {} it",
            wanted.made(there)
        ),
    };
    Some(Finding::warning("client-status", message).about(&candidate.item.id))
}

fn leftovers(target: &Index<'_>, id: &str) -> Vec<&'static str> {
    let mut left = Vec::new();
    let parts = [
        (TableId::Host, &target.hosts),
        (TableId::Oauth, &target.oauth),
        (TableId::Clientext, &target.clientext),
        (TableId::ClientGroup, &target.client_groups),
        (TableId::ClientVgroup, &target.client_vgroups),
        (TableId::XKey, &target.x_keys),
        (TableId::OpenKey, &target.open_keys),
        (TableId::DpApp, &target.dp_apps),
    ];
    let idps = IDPS
        .iter()
        .zip(&target.idps)
        .map(|((table, _, _), index)| (*table, index));
    for (table, index) in parts.into_iter().chain(idps) {
        if target.rows_of(table, index, id).next().is_some() {
            left.push(table.table().name);
        }
    }
    left
}
