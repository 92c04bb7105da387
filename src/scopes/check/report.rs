//! Problems, and the changes that repair them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::super::rules::few;
use crate::engine::ItemId;
use crate::platform::digirunner::schema::TableId;
use crate::scopes::check::codes::Check;

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
        Check::ALL.iter().map(|check| check.code())
    }
}

/// A change of rows that repairs a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Repair<'w> {
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
pub(in super::super) struct Violation<'w> {
    pub(in super::super) check: Check,
    pub(in super::super) item: ItemId,
    /// What it is about.
    names: Vec<String>,
    /// None if it cannot be repaired.
    pub(in super::super) fixes: Vec<Repair<'w>>,
    hints: BTreeSet<&'static str>,
}

impl Violation<'_> {
    /// Returns it as a finding.
    pub(in super::super) fn finding(&self) -> ScopeFinding {
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
#[derive(Default)]
pub(super) struct Report<'w> {
    found: BTreeMap<(Check, ItemId), Violation<'w>>,
}

impl<'w> Report<'w> {
    /// Returns the problems, by check and then by item.
    pub(super) fn into_violations(self) -> Vec<Violation<'w>> {
        self.found.into_values().collect()
    }

    /// Adds a problem that can be repaired.
    pub(super) fn fixed(
        &mut self,
        sign: Check,
        item: ItemId,
        name: impl Into<String>,
        fix: Repair<'w>,
    ) {
        self.entry(sign, item, name.into()).fixes.push(fix);
    }

    /// Adds a problem that the operator has to decide.
    pub(super) fn asked(
        &mut self,
        sign: Check,
        item: ItemId,
        name: impl Into<String>,
        hint: &'static str,
    ) {
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
