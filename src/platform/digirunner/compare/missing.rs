//! Lack API: what the file refers to and the target does not have.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::index::{ApiName, Sides, is_hidden};
use super::super::kinds::{CLIENT, GROUP, SCOPE};
use super::super::schema::{TableId, group, open_key, open_map, vgroup};
use crate::engine::{ItemId, Missing};

/// Returns the APIs that the target does not have, or may not have, with what refers to them, sorted
/// by module ignoring case, then by key.
pub(super) fn missing_apis(sides: &Sides<'_>) -> Vec<Missing> {
    let mut users: HashMap<ApiName<'_>, Vec<ItemId>> = HashMap::new();
    let mut noted: HashSet<(ApiName<'_>, ItemId)> = HashSet::new();
    let mut note = |api, user: ItemId| {
        if noted.insert((api, user.clone())) {
            users.entry(api).or_default().push(user);
        }
    };
    let side = &sides.file;
    for (index, row) in side.tables.rows(TableId::Group).iter().enumerate() {
        if !side.has_links(TableId::Group, index) {
            continue;
        }
        let user = if is_hidden(row) {
            side.scope(row.text(group::VGROUP_ID))
                .map(|scope| ItemId::new(SCOPE, scope.shared(vgroup::VGROUP_NAME)))
        } else {
            Some(ItemId::new(GROUP, row.shared(group::GROUP_NAME)))
        };
        let Some(user) = user else { continue };
        for (_, api) in side
            .apis_of(row.text(group::GROUP_ID))
            .into_iter()
            .filter(|(_, api)| sides.is_in_doubt(*api))
        {
            note(api, user.clone());
        }
    }
    for (index, row) in side.tables.rows(TableId::OpenKey).iter().enumerate() {
        if !side.has_links(TableId::OpenKey, index) {
            continue;
        }
        for map in side.open_maps_of(row.int(open_key::OPEN_API_KEY_ID)) {
            let api = sides
                .used_api(map.text(open_map::REF_API_UID))
                .filter(|api| sides.is_in_doubt(*api));
            if let Some(api) = api {
                note(api, ItemId::new(CLIENT, row.shared(open_key::CLIENT_ID)));
            }
        }
    }
    let sorted: BTreeMap<(String, &str, &str), ApiName<'_>> = sides
        .apis_in_doubt()
        .into_iter()
        .map(|api| ((api.0.to_lowercase(), api.1, api.0), api))
        .collect();
    sorted
        .into_values()
        .map(|api| Missing {
            is_unknown: !sides.is_missing(api),
            ..Missing::api(api.0, api.1, users.remove(&api).unwrap_or_default())
        })
        .collect()
}
