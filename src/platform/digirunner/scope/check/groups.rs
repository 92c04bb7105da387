//! What is wrong with hidden groups.

use std::collections::HashSet;

use super::super::super::tables::{T, client_group, client_vgroup, vgroup_group};
use super::super::MOST_APIS;
use super::index::Hidden;
use super::{Fix, Index, Report, Sign};

/// What to do where an X-API key maps to a hidden group.
const MAPPED: &str = "X-API keys map to it: map them to another group first";

/// Reports what is wrong with hidden groups.
pub(super) fn check<'w>(index: &Index<'w>, report: &mut Report<'w>) {
    for hidden in &index.hidden {
        let group = Group { index, hidden };
        if hidden.scopes().next().is_none() {
            group.removed(report, Sign::HiddenGroupWithoutScope, hidden.label());
            continue;
        }
        group.apis(report);
        group.links(report);
        group.differences(report);
    }
}

struct Group<'i, 'w> {
    index: &'i Index<'w>,
    hidden: &'i Hidden<'w>,
}

impl<'w> Group<'_, 'w> {
    /// Notes that the group goes, unless a key would come to nothing.
    fn removed(&self, report: &mut Report<'w>, sign: Sign, name: String) {
        let item = self.index.item(self.hidden);
        if self.index.is_mapped(self.hidden.id) {
            report.asked(sign, item, name, MAPPED);
        } else {
            report.fixed(sign, item, name, Fix::Remove(self.hidden.id));
        }
    }

    /// APIs that do not exist. The group goes with the last one, as it does
    /// where the product deletes an API.
    fn apis(&self, report: &mut Report<'w>) {
        let hidden = self.hidden;
        if hidden.apis.is_empty() && hidden.lacking.is_empty() {
            self.removed(report, Sign::HiddenGroupWithoutApi, hidden.id.to_owned());
        }
        for (at, (module, key)) in &hidden.lacking {
            let name = format!("{module}/{key}");
            if hidden.apis.is_empty() {
                self.removed(report, Sign::ApiGone, name);
            } else {
                let fix = Fix::Delete(T::GroupApi, *at);
                report.fixed(Sign::ApiGone, self.index.item(hidden), name, fix);
            }
        }
    }

    fn links(&self, report: &mut Report<'w>) {
        let hidden = self.hidden;
        match (hidden.own, &*hidden.linked) {
            (Some(own), []) if !hidden.apis.is_empty() => self.unlinked(report, own),
            (None, [scope]) => {
                let fix = Fix::Follow {
                    scope,
                    group: hidden.id,
                };
                let item = self.index.item(hidden);
                report.fixed(Sign::HiddenGroupWithoutOwner, item, hidden.label(), fix);
            }
            _ if hidden.home().is_none() => {
                let hint = "take the API out of all of these scopes and add it again";
                for scope in hidden.scopes() {
                    report.asked(
                        Sign::HiddenGroupOfTwo,
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
    /// Whoever holds it says what it is: what all holders of the scope hold
    /// was given with the scope, and what nobody holds is left over.
    fn unlinked(&self, report: &mut Report<'w>, scope: &'w str) {
        let (index, hidden) = (self.index, self.hidden);
        let (sign, item) = (Sign::HiddenGroupUnlinked, index.item(hidden));
        let is_held = index.holders.contains_key(hidden.id);
        if !is_held && !index.is_mapped(hidden.id) {
            report.fixed(sign, item, hidden.label(), Fix::Remove(hidden.id));
        } else if is_held && self.holders_hold(scope) && self.is_lacking(scope) {
            report.fixed(
                sign,
                item,
                hidden.label(),
                Fix::Link {
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
        let holders = side.rows_of(T::ClientGroup, &self.index.holders, self.hidden.id);
        let holders: HashSet<&str> = holders
            .map(|(_, row)| row.text(client_group::CLIENT_ID))
            .collect();
        let mut clients = side
            .rows_of(T::ClientVgroup, &self.index.scope_holders, scope)
            .peekable();
        clients.peek().is_some()
            && clients.all(|(_, row)| holders.contains(row.text(client_vgroup::CLIENT_ID)))
    }

    /// Says whether a scope has none of the group's APIs by another group, and
    /// room for them.
    fn is_lacking(&self, scope: &str) -> bool {
        let others = self.index.linked(scope).chain(self.index.unlinked(scope));
        let others: Vec<&Hidden<'_>> = others.filter(|other| other.id != self.hidden.id).collect();
        let mut apis = others.iter().flat_map(|other| &other.apis);
        others.len() < MOST_APIS && !apis.any(|api| self.hidden.apis.contains(api))
    }

    /// What differs from the scope that it follows. Where the group does not
    /// say whose it is, that is told, and repaired by the same.
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
            let fix = Fix::Follow {
                scope,
                group: hidden.id,
            };
            report.fixed(Sign::HiddenGroupDiffers, index.item(hidden), name, fix);
        }
    }
}

impl Index<'_> {
    /// Says whether a scope that exists links a group.
    pub(super) fn is_linked(&self, group: &str) -> bool {
        let mut links = self.side.rows_of(T::VgroupGroup, &self.links, group);
        links.any(|(_, link)| {
            self.side
                .scope(link.text(vgroup_group::VGROUP_ID))
                .is_some()
        })
    }
}
