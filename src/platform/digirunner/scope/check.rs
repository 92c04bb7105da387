//! What is wrong with the scopes of a target: states that the product itself
//! leaves behind, and which of them are repaired by what.
//!
//! A repair is safe if it takes nothing from anybody that works at run time.
//! What authorises a call there is a group's `tsmp_group_api`, reached by a
//! client's plain groups, by an X-API key's map, or by a scope that somebody
//! consented to, whose page goes from `tsmp_client_vgroup` by
//! `tsmp_vgroup_group` to `tsmp_group_api`. Clients' rows of hidden groups, the
//! oauth scope, levels, durations and authentication types are never asked.

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
use super::super::schema::{Table, TableId};
use super::super::tables::Tables;
use super::draft::few;
use crate::engine::ItemId;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopeFinding {
    /// Which sort, such as `stale-oauth-ids`.
    pub code: Cow<'static, str>,
    /// The item that it is about.
    pub item: ItemId,
    /// What is wrong. May hold hostile data.
    pub message: String,
    /// What repairing it does; none where that is for the operator to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// What to do about it, where it is not repaired.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl ScopeFinding {
    /// Returns the codes of everything that is looked for, in the order in
    /// which it is told.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        Check::ALL.into_iter().map(Check::code)
    }
}

/// The tables that the report looks at.
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

/// What is done to rows to repair something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Repair<'w> {
    /// Delete the row of a table that stands at a place.
    Delete(TableId, usize),
    /// Remove a hidden group with every row that is about it.
    Remove(&'w str),
    /// Give a group to a client.
    Give {
        /// To whom.
        client: &'w str,
        /// Which one.
        group: &'w str,
    },
    /// Link a hidden group to its scope.
    Link {
        /// The scope.
        scope: &'w str,
        /// The hidden group.
        group: &'w str,
    },
    /// Make a hidden group what its scope is.
    Follow {
        /// The scope.
        scope: &'w str,
        /// The hidden group.
        group: &'w str,
    },
    /// Write a client's oauth scope anew.
    Recompute(&'w str),
}

/// What is wrong with one item in one way, and how it is repaired.
pub(super) struct Violation<'w> {
    pub(super) check: Check,
    pub(super) item: ItemId,
    /// What it is about.
    names: Vec<String>,
    /// Nothing where it cannot be repaired.
    pub(super) fixes: Vec<Repair<'w>>,
    hints: BTreeSet<&'static str>,
}

impl Violation<'_> {
    /// Tells it.
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

/// Collects what is wrong: one finding per sort and item.
struct Report<'w> {
    found: BTreeMap<(Check, ItemId), Violation<'w>>,
}

impl<'w> Report<'w> {
    /// Notes something that is repaired.
    fn fixed(&mut self, sign: Check, item: ItemId, name: impl Into<String>, fix: Repair<'w>) {
        self.entry(sign, item, name.into()).fixes.push(fix);
    }

    /// Notes something that the operator has to decide about.
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

/// Returns everything that is wrong, by sort and then by item.
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

/// Tells everything that is wrong with the scopes of a target, by sort and
/// then by item.
pub(super) fn findings(tables: &Tables) -> Vec<ScopeFinding> {
    find(tables).iter().map(Violation::finding).collect()
}
