//! What is wrong with hidden groups.

use std::collections::HashSet;

use super::super::limits::MAX_APIS;
use super::index::CheckIndex;
use super::index::Hidden;
use super::report::{Repair, Report};
use crate::platform::digirunner::schema::{TableId, client_group, client_vgroup, vgroup_group};
use crate::scopes::check::codes::Check;

/// What to do if an X-API key maps to a hidden group.
const MAPPED: &str = "X-API keys map to it: map them to another group first";

/// Reports what is wrong with hidden groups.
pub(super) fn check<'w>(index: &CheckIndex<'w>, report: &mut Report<'w>) {
    for hidden in &index.hidden {
        let group = Group { index, hidden };
        if hidden.scopes().next().is_none() {
            group.removed(report, Check::HiddenGroupWithoutScope, hidden.label());
            continue;
        }
        group.apis(report);
        group.links(report);
        group.differences(report);
    }
}

struct Group<'i, 'w> {
    index: &'i CheckIndex<'w>,
    hidden: &'i Hidden<'w>,
}

impl<'w> Group<'_, 'w> {
    /// Adds the removal of the group, unless a key maps to it.
    fn removed(&self, report: &mut Report<'w>, sign: Check, name: String) {
        let item = self.index.item(self.hidden);
        if self.index.is_mapped(self.hidden.id) {
            report.asked(sign, item, name, MAPPED);
        } else {
            report.fixed(sign, item, name, Repair::Remove(self.hidden.id));
        }
    }

    /// APIs that do not exist. The group is removed with the last one, as when
    /// the product deletes an API.
    fn apis(&self, report: &mut Report<'w>) {
        let hidden = self.hidden;
        if hidden.apis.is_empty() && hidden.missing_apis.is_empty() {
            self.removed(report, Check::HiddenGroupWithoutApi, hidden.id.to_owned());
        }
        for (index, (module, key)) in &hidden.missing_apis {
            let name = format!("{module}/{key}");
            if hidden.apis.is_empty() {
                self.removed(report, Check::ApiGone, name);
            } else {
                let fix = Repair::Delete(TableId::GroupApi, *index);
                report.fixed(Check::ApiGone, self.index.item(hidden), name, fix);
            }
        }
    }

    fn links(&self, report: &mut Report<'w>) {
        let hidden = self.hidden;
        match (hidden.own, &*hidden.linked) {
            (Some(own), []) if !hidden.apis.is_empty() => self.unlinked(report, own),
            (None, [scope]) => {
                let fix = Repair::Follow {
                    scope,
                    group: hidden.id,
                };
                let item = self.index.item(hidden);
                report.fixed(Check::HiddenGroupWithoutOwner, item, hidden.label(), fix);
            }
            _ if hidden.home().is_none() => {
                let hint = "take the API out of all of these scopes and add it again";
                for scope in hidden.scopes() {
                    report.asked(
                        Check::HiddenGroupOfTwo,
                        self.index.scope(scope),
                        hidden.label(),
                        hint,
                    );
                }
            }
            _ => {}
        }
    }

    /// A hidden group that its scope does not link: nobody can consent to it.
    /// Its holders determine the repair: a group that all holders of the scope
    /// hold was given with the scope, and a group that nobody holds is a
    /// leftover.
    fn unlinked(&self, report: &mut Report<'w>, scope: &'w str) {
        let (index, hidden) = (self.index, self.hidden);
        let (sign, item) = (Check::HiddenGroupUnlinked, index.item(hidden));
        let mut holders = index
            .side
            .rows_of(TableId::ClientGroup, &index.holders, hidden.id);
        let is_held = holders.next().is_some();
        if !is_held && !index.is_mapped(hidden.id) {
            report.fixed(sign, item, hidden.label(), Repair::Remove(hidden.id));
        } else if is_held && self.holders_hold(scope) && self.is_missing(scope) {
            report.fixed(
                sign,
                item,
                hidden.label(),
                Repair::Link {
                    scope,
                    group: hidden.id,
                },
            );
        } else {
            let hint = "not all holders of the scope hold it, or an X-API key maps to it: take the scope \
                        away from them and give it again, or map the key to another group";
            report.asked(sign, item, hidden.label(), hint);
        }
    }

    /// Says whether all who hold a scope hold the group, and at least one.
    fn holders_hold(&self, scope: &str) -> bool {
        let side = &self.index.side;
        let holders = side.rows_of(TableId::ClientGroup, &self.index.holders, self.hidden.id);
        let holders: HashSet<&str> = holders
            .map(|(_, row)| row.text(client_group::CLIENT_ID))
            .collect();
        let mut clients = side
            .rows_of(TableId::ClientVgroup, &self.index.scope_holders, scope)
            .peekable();
        clients.peek().is_some()
            && clients.all(|(_, row)| holders.contains(row.text(client_vgroup::CLIENT_ID)))
    }

    /// Says whether a scope has none of the group's APIs by another group, and
    /// is below its limit.
    fn is_missing(&self, scope: &str) -> bool {
        let others = self.index.linked(scope).chain(self.index.unlinked(scope));
        let others: Vec<&Hidden<'_>> = others.filter(|other| other.id != self.hidden.id).collect();
        let mut apis = others.iter().flat_map(|other| &other.apis);
        others.len() < MAX_APIS && !apis.any(|api| self.hidden.apis.contains(api))
    }

    /// Differences from the scope that it follows. A group without an owning
    /// scope is reported, and repaired the same way.
    fn differences(&self, report: &mut Report<'w>) {
        let (index, hidden) = (self.index, self.hidden);
        let Some(scope) = hidden.own.filter(|own| hidden.home() == Some(own)) else {
            return;
        };
        let Some(row) = index.side.scope(scope) else {
            return;
        };
        let mut differs: Vec<&str> = index
            .differences(hidden.row, row)
            .into_iter()
            .map(|(name, ..)| name)
            .collect();
        let [here, there] = index.authorities(hidden.id, scope);
        if here != there {
            differs.push("authentication types");
        }
        if !differs.is_empty() {
            let name = format!("{} ({})", hidden.label(), differs.join(", "));
            let fix = Repair::Follow {
                scope,
                group: hidden.id,
            };
            report.fixed(Check::HiddenGroupDiffers, index.item(hidden), name, fix);
        }
    }
}

impl CheckIndex<'_> {
    /// Says whether a scope that exists links a group.
    pub(super) fn is_linked(&self, group: &str) -> bool {
        let mut links = self.side.rows_of(TableId::VgroupGroup, &self.links, group);
        links.any(|(_, link)| {
            self.side
                .scope(link.text(vgroup_group::VGROUP_ID))
                .is_some()
        })
    }
}
