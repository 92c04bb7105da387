//! What is wrong with scopes themselves, and with what they link.

use std::collections::{BTreeMap, HashSet};

use super::super::limits::MAX_NAME;
use super::index::CheckIndex;
use super::index::api_of;
use super::report::{Repair, Report};
use crate::engine::ItemId;
use crate::platform::digirunner::index::is_hidden;
use crate::platform::digirunner::kinds::SCOPE;
use crate::platform::digirunner::schema::{
    TableId, group, group_api, group_authority, vgroup, vgroup_authority, vgroup_group,
};
use crate::platform::digirunner::tables::{Cell, Row};
use crate::scopes::check::codes::Check;

/// Reports what is wrong with scopes.
pub(super) fn check<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    for (_, row) in index.rows(TableId::Vgroup) {
        let id = row.text(vgroup::VGROUP_ID);
        let scope = Scope {
            index,
            id,
            item: index.scope(id),
            row,
        };
        scope.level(report);
        scope.limits(report);
        scope.apis(report);
    }
    twice(index, report);
    links(index, report);
    authorities(index, report);
    nothing(index, report);
}

struct Scope<'i, 'w> {
    index: &'i CheckIndex<'w>,
    id: &'w str,
    item: ItemId,
    row: &'w Row,
}

impl<'w> Scope<'_, 'w> {
    /// Levels that do not exist. Of hidden groups only those that cannot follow
    /// the scope: the others are reported as different.
    fn level(&self, report: &mut Report<'w>) {
        let mut levels = Vec::new();
        let level = self.row.text(vgroup::SECURITY_LEVEL_ID);
        if !self.index.has_level(level) {
            levels.push(format!("'{level}'"));
        }
        for hidden in self
            .index
            .linked(self.id)
            .filter(|hidden| hidden.home().is_none())
        {
            let level = hidden.row.text(group::SECURITY_LEVEL_ID);
            if !self.index.has_level(level) {
                levels.push(format!("'{level}' of {}", hidden.label()));
            }
        }
        for level in levels {
            let hint = "give the scope an existing level, or create the level again";
            report.asked(Check::LevelGone, self.item.clone(), level, hint);
        }
    }

    fn limits(&self, report: &mut Report<'w>) {
        let length = self.row.text(vgroup::VGROUP_NAME).chars().count();
        if length > MAX_NAME {
            let name = format!("{length} characters, of at most {MAX_NAME}");
            let hint = "give the scope a shorter name before it gets an API (1220)";
            report.asked(Check::NameTooLong, self.item.clone(), name, hint);
        }
        let duration = self.row.int(vgroup::ALLOW_DAYS).unwrap_or_default();
        if duration < 0 {
            let name = format!("{duration} seconds");
            let hint = "give the scope a duration of at least 0";
            report.asked(Check::NegativeDuration, self.item.clone(), name, hint);
        }
    }

    fn apis(&self, report: &mut Report<'w>) {
        let mut seen = HashSet::new();
        for (module, key) in self
            .index
            .linked(self.id)
            .flat_map(|hidden| hidden.apis.iter().copied())
        {
            if !seen.insert((module, key)) {
                let name = format!("{module}/{key}");
                let hint = "tokens may name either hidden group: take the API out of the scope and add it again";
                report.asked(Check::ApiTwice, self.item.clone(), name, hint);
            }
        }
    }
}

/// Duplicate names and aliases: no unique index prevents them.
fn twice<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    let rows = index.side.tables.rows(TableId::Vgroup);
    let in_order = |column| {
        let mut places: BTreeMap<&'w str, Vec<usize>> = BTreeMap::new();
        for (place, row) in rows.iter().enumerate() {
            if let Cell::Text(text) = row.cell(column) {
                places.entry(text).or_default().push(place);
            }
        }
        places
    };
    let hint = "rename all but one of them: an import treats them as one";
    for (name, indexes) in in_order(vgroup::VGROUP_NAME)
        .into_iter()
        .filter(|(_, indexes)| indexes.len() > 1)
    {
        for row in indexes.iter().filter_map(|place| rows.get(*place)) {
            report.asked(
                Check::NameTwice,
                ItemId::new(SCOPE, name),
                row.text(vgroup::VGROUP_ID),
                hint,
            );
        }
    }
    let aliases = in_order(vgroup::VGROUP_ALIAS).into_iter();
    for (alias, indexes) in
        aliases.filter(|(alias, indexes)| !alias.is_empty() && indexes.len() > 1)
    {
        let ids = indexes
            .iter()
            .filter_map(|place| Some(rows.get(*place)?.text(vgroup::VGROUP_ID)));
        for id in ids.clone() {
            let Some(other) = ids.clone().find(|other| *other != id) else {
                continue;
            };
            let name = match indexes.len() - 2 {
                0 => format!("'{alias}' of {}", index.scope(other)),
                more => format!("'{alias}' of {} and {more} more", index.scope(other)),
            };
            let hint = "change the alias of all but one of them";
            report.asked(Check::AliasTwice, index.scope(id), name, hint);
        }
    }
}

/// Links of scopes or groups that do not exist, and to plain groups.
fn links<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    for (position, row) in index.rows(TableId::VgroupGroup) {
        let (scope, id) = (
            row.text(vgroup_group::VGROUP_ID),
            row.text(vgroup_group::GROUP_ID),
        );
        let (item, fix) = (
            index.scope(scope),
            Repair::Delete(TableId::VgroupGroup, position),
        );
        if index.side.scope(scope).is_none() {
            report.fixed(Check::LinkedScopeGone, item, id, fix);
            continue;
        }
        match index.side.group(id) {
            Some(group) if is_hidden(group) => {}
            Some(group) => {
                let hint = "delete the link from tsmp_vgroup_group by hand, if no client requires the group's APIs through this scope";
                report.asked(
                    Check::PlainGroupLinked,
                    item,
                    group.text(group::GROUP_NAME),
                    hint,
                );
            }
            None if links_apis(index, id) => {
                let hint = "its APIs can still be called through this scope: add them to the scope, then delete the rows of tsmp_vgroup_group and tsmp_group_api by hand";
                report.asked(Check::LinkedGroupGone, item, id, hint);
            }
            None => report.fixed(Check::LinkedGroupGone, item, id, fix),
        }
    }
}

/// Says whether rows of `tsmp_group_api` name a group with an API that exists.
fn links_apis(index: &CheckIndex<'_>, group: &str) -> bool {
    index
        .side
        .rows_of(TableId::GroupApi, &index.side.group_apis, group)
        .any(|(_, row)| index.has_api(api_of(row)))
}

/// Authentication types that do not exist, or of what does not exist.
fn authorities<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    for (position, row) in index.rows(TableId::VgroupAuthority) {
        let id = row.text(vgroup_authority::VGROUP_AUTHORITIE_ID);
        let scope = row.text(vgroup_authority::VGROUP_ID);
        let (item, fix) = (
            index.scope(scope),
            Repair::Delete(TableId::VgroupAuthority, position),
        );
        authority(
            index,
            report,
            index.side.scope(scope).is_some(),
            item,
            id,
            fix,
        );
    }
    for (position, row) in index.rows(TableId::GroupAuthority) {
        let id = row.text(group_authority::GROUP_AUTHORITIE_ID);
        let group = row.text(group_authority::GROUP_ID);
        let (item, fix) = (
            index.group(group),
            Repair::Delete(TableId::GroupAuthority, position),
        );
        authority(
            index,
            report,
            index.side.group(group).is_some(),
            item,
            id,
            fix,
        );
    }
}

fn authority<'w>(
    index: &CheckIndex<'w>,
    report: &mut Report<'w>,
    exists: bool,
    item: ItemId,
    id: &'w str,
    fix: Repair<'w>,
) {
    if !exists {
        report.fixed(Check::AuthenticationOfNothing, item, id, fix);
    } else if !index.has_authority(id) {
        report.fixed(Check::AuthenticationGone, item, id, fix);
    }
}

/// APIs of groups that do not exist. X-API keys that map to one, and scopes
/// that link one, still authorise calls by it.
fn nothing<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    for (position, row) in index.rows(TableId::GroupApi) {
        let id = row.text(group_api::GROUP_ID);
        if index.side.group(id).is_some() {
            continue;
        }
        let (api, item) = (api_of(row), index.group(id));
        let name = format!("{}/{}", api.0, api.1);
        if index.has_api(api) && index.is_mapped(id) {
            let hint =
                "X-API keys map to it and can call its APIs: map them to another group first";
            report.asked(Check::ApiOfNothing, item, name, hint);
        } else if index.has_api(api) && index.is_linked(id) {
            let hint =
                "a scope links it, and its APIs can be called through it: see linked-group-gone";
            report.asked(Check::ApiOfNothing, item, name, hint);
        } else {
            report.fixed(
                Check::ApiOfNothing,
                item,
                name,
                Repair::Delete(TableId::GroupApi, position),
            );
        }
    }
}
