//! Inconsistent scopes of a target: states that the product itself leaves
//! behind, and their repairs.
//!
//! A repair is safe if it removes no access at run time. A call is authorised
//! by a group's `tsmp_group_api`, reached by a client's plain groups, by an
//! X-API key's map, or by a scope with a user's consent, whose page goes from
//! `tsmp_client_vgroup` by `tsmp_vgroup_group` to `tsmp_group_api`. Clients'
//! rows of hidden groups, the oauth scope, levels, durations and authentication
//! types are never read.

mod checks;
mod clients;
mod groups;
mod index;
mod scopes;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

pub(super) use self::checks::Check;
pub(super) use self::clients::oauth_scope;
pub(super) use self::index::CheckIndex;
use super::draft::few;
use crate::engine::ItemId;
use crate::platform::digirunner::schema::{Table, TableId};
use crate::platform::digirunner::tables::Tables;

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopeFinding {
    /// Its code, such as `stale-oauth-ids`.
    pub code: Cow<'static, str>,
    /// The affected item.
    pub item: ItemId,
    /// What is wrong. May contain hostile data.
    pub message: String,
    /// What its repair does; none if the operator has to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// What to do, if it cannot be repaired.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl ScopeFinding {
    /// Returns the codes of all checks, in reporting order.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        Check::ALL.into_iter().map(Check::code)
    }
}

/// The tables that the report reads.
pub(super) fn tables() -> [&'static Table; 13] {
    [
        TableId::Client,
        TableId::Oauth,
        TableId::Group,
        TableId::ClientGroup,
        TableId::Vgroup,
        TableId::ClientVgroup,
        TableId::VgroupGroup,
        TableId::GroupApi,
        TableId::XMap,
        TableId::Authority,
        TableId::GroupAuthority,
        TableId::VgroupAuthority,
        TableId::Level,
    ]
    .map(TableId::table)
}

/// A change of rows that repairs a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Repair<'w> {
    /// Delete the row of a table at a position.
    Delete(TableId, usize),
    /// Remove a hidden group with every row that refers to it.
    Remove(&'w str),
    /// Give a group to a client.
    Give {
        /// The client.
        client: &'w str,
        /// Its id.
        group: &'w str,
    },
    /// Link a hidden group to its scope.
    Link {
        /// The scope.
        scope: &'w str,
        /// The hidden group.
        group: &'w str,
    },
    /// Update a hidden group from its scope.
    Follow {
        /// The scope.
        scope: &'w str,
        /// The hidden group.
        group: &'w str,
    },
    /// Rewrite a client's oauth scope.
    Recompute(&'w str),
}

/// One problem of one item, and its repair.
pub(super) struct Violation<'w> {
    pub(super) check: Check,
    pub(super) item: ItemId,
    /// What it is about.
    names: Vec<String>,
    /// None if it cannot be repaired.
    pub(super) fixes: Vec<Repair<'w>>,
    hints: BTreeSet<&'static str>,
}

impl Violation<'_> {
    /// Returns it as a finding.
    pub(super) fn finding(&self) -> ScopeFinding {
        let mut described = HashSet::new();
        let names: Vec<&str> = self
            .names
            .iter()
            .map(String::as_str)
            .filter(|name| described.insert(*name))
            .collect();
        ScopeFinding {
            code: self.check.code().into(),
            item: self.item.clone(),
            message: format!("{}: {}", self.check.message(), few(&names)),
            repair: (!self.fixes.is_empty()).then(|| self.check.repair().to_owned()),
            hint: self.hints.iter().copied().collect::<Vec<_>>().join("; "),
        }
    }
}

/// Collects findings: one per check and item.
struct Report<'w> {
    found: BTreeMap<(Check, ItemId), Violation<'w>>,
}

impl<'w> Report<'w> {
    /// Adds a problem that can be repaired.
    fn fixed(&mut self, sign: Check, item: ItemId, name: impl Into<String>, fix: Repair<'w>) {
        self.entry(sign, item, name.into()).fixes.push(fix);
    }

    /// Adds a problem that the operator has to decide.
    fn asked(&mut self, sign: Check, item: ItemId, name: impl Into<String>, hint: &'static str) {
        self.entry(sign, item, name.into()).hints.insert(hint);
    }

    fn entry(&mut self, sign: Check, item: ItemId, name: String) -> &mut Violation<'w> {
        let found = self
            .found
            .entry((sign, item.clone()))
            .or_insert_with(|| Violation {
                check: sign,
                item,
                names: Vec::new(),
                fixes: Vec::new(),
                hints: BTreeSet::new(),
            });
        found.names.push(name);
        found
    }
}

/// Returns all findings, by check and then by item.
pub(super) fn find(tables: &Tables) -> Vec<Violation<'_>> {
    let index = CheckIndex::new(tables);
    let mut report = Report {
        found: BTreeMap::new(),
    };
    clients::check(&index, &mut report);
    scopes::check(&index, &mut report);
    groups::check(&index, &mut report);
    report.found.into_values().collect()
}

/// Reports everything that is wrong with the scopes of a target, by check and
/// then by item.
pub(super) fn findings(tables: &Tables) -> Vec<ScopeFinding> {
    find(tables).iter().map(Violation::finding).collect()
}
