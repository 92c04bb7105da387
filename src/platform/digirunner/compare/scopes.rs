//! Scopes: a row, and a hidden group for each API.

use std::collections::{HashMap, HashSet};

use super::super::compared::Place;
use super::super::index::{ApiName, Identity, Index, ScopeApi};
use super::super::item;
use super::super::kinds::SCOPE;
use super::super::rules;
use super::super::schema::{TableId, group, vgroup};
use super::super::tables::Row;
use super::super::values::{self, ValueError};
use super::{Comparer, Part, may_change};
use crate::engine::diff::{Show, compare};
use crate::engine::display::some_of;
use crate::engine::{Candidate, Finding, ItemId, Reason, Requirement, Value};
use crate::platform::unique::unique;

impl<'w> Comparer<'_, 'w> {
    pub(super) fn scopes(&self, part: Part) -> Vec<Candidate> {
        let rows = self.sides.file.tables.rows(TableId::Vgroup);
        let holders = self.holders();
        let users = self.users_of_groups();
        rows.iter()
            .enumerate()
            .skip(part.start)
            .take(part.count)
            .map(|(index, row)| self.scope(index, row, (&holders, &users)))
            .collect()
    }

    /// Returns the number of APIs, of one scope or of several, for each of the
    /// target's hidden groups. The product creates one group for each API.
    fn users_of_groups(&self) -> HashMap<usize, usize> {
        let target = &self.sides.target;
        let scopes = target.tables.rows(TableId::Vgroup).iter().enumerate();
        let scopes = scopes.filter(|(index, _)| target.has_links(TableId::Vgroup, *index));
        let mut users = HashMap::new();
        for api in scopes.flat_map(|(_, row)| target.scope_apis(row.text(vgroup::VGROUP_ID))) {
            *users.entry(api.group).or_default() += 1;
        }
        users
    }

    /// Blocks a scope if one of its APIs cannot be covered without changing
    /// another API differently.
    fn shared_group(
        &self,
        wanted: &[ScopeApi<'w>],
        there: &[ScopeApi<'w>],
        users: &HashMap<usize, usize>,
    ) -> Option<Reason> {
        let bases: HashMap<ApiName<'_>, &ScopeApi<'_>> =
            there.iter().map(|api| (api.api, api)).collect();
        let (file, target) = (&self.sides.file, &self.sides.target);
        // The first of the target's hidden groups' APIs in the file: its group, how many there are,
        // and whether all would be written alike.
        let mut shared: HashMap<usize, Shared> = HashMap::new();
        let mut split: Option<(&ScopeApi<'_>, usize)> = None;
        for api in wanted {
            let Some(base) = bases.get(&api.api) else {
                continue;
            };
            if users.get(&base.group).is_none_or(|all| *all < 2) {
                continue;
            }
            let known = shared.entry(base.group).or_insert_with(|| Shared {
                first: item::hidden_group(file, api),
                base: item::hidden_group(target, base),
                compared: HashMap::new(),
                count: 0,
                are_alike: true,
            });
            known.add(api, file);
        }
        for api in wanted {
            let Some(base) = bases.get(&api.api) else {
                continue;
            };
            let all = users.get(&base.group).copied().unwrap_or_default();
            let is_split = shared.get(&base.group).is_some_and(|known| {
                known.is_changed(api) && !(known.are_alike && known.count == all)
            });
            if is_split {
                split = Some((api, base.group));
                break;
            }
        }
        let (api, group) = split?;
        let row = target.tables.row(TableId::Group, group)?;
        let message = format!(
            "in the target, the hidden group '{}' of API {}/{} also stands for another API: one cannot change without the other",
            row.text(group::GROUP_ID),
            api.api.0,
            api.api.1
        );
        Some(Reason::new("hidden-group-shared", message))
    }

    fn scope(
        &self,
        index: usize,
        row: &Row,
        (holders, users): (&Holders<'w>, &HashMap<usize, usize>),
    ) -> Candidate {
        let name = row.text(vgroup::VGROUP_NAME);
        let place = Place::new(Identity::of(&SCOPE), index);
        if let Some(again) = self.again(place, row, row.shared(vgroup::VGROUP_ALIAS)) {
            return again;
        }
        let base = self.sides.target.scope_named(name);
        let wanted = self.sides.importable_apis(row.text(vgroup::VGROUP_ID));
        let there = base.map_or_else(Vec::new, |row| {
            self.sides.target.scope_apis(row.text(vgroup::VGROUP_ID))
        });
        let known: HashSet<ApiName<'_>> = there.iter().map(|api| api.api).collect();
        let new = wanted
            .iter()
            .filter(|api| !known.contains(&api.api))
            .count();
        let mut candidate = self.candidate(place, row.shared(vgroup::VGROUP_ALIAS));
        candidate.context = base.map_or(Value::Null, |row| {
            item::scope_context(&self.sides.target, row, &there)
        });
        candidate.blocks = self
            .scope_aliases
            .check(name, row.text(vgroup::VGROUP_ALIAS));
        candidate.blocks.extend(self.twice(&SCOPE, name));
        candidate
            .blocks
            .extend(rules::too_many_apis(there.len(), new));
        candidate
            .blocks
            .extend(self.broken.of_id(TableId::Vgroup, row));
        candidate
            .blocks
            .extend(self.shared_group(&wanted, &there, users));
        candidate.blocks.extend(
            self.broken
                .of_hidden_groups(&self.sides.file, row.text(vgroup::VGROUP_ID)),
        );
        let mut value_errors = self.value_errors(TableId::Vgroup, index);
        value_errors.extend(self.value_errors_of_apis(&wanted));
        candidate.blocks.extend(values::reasons(value_errors));
        candidate.requires = self.needs_of_scope(row, &wanted);
        if may_change(&candidate) {
            candidate
                .warnings
                .extend(holders.warn(&candidate.item.id, new));
        }
        candidate
    }

    fn needs_of_scope(&self, row: &Row, apis: &[ScopeApi<'_>]) -> Vec<Requirement> {
        let mut needs: Vec<Requirement> = self
            .level(row.text(vgroup::SECURITY_LEVEL_ID))
            .into_iter()
            .collect();
        let authorities = self
            .sides
            .file
            .authorities_of_scope(row.text(vgroup::VGROUP_ID));
        needs.extend(authorities.into_iter().map(|id| self.authority(id)));
        let hidden = apis
            .iter()
            .filter_map(|api| self.sides.file.tables.row(TableId::Group, api.group));
        needs.extend(hidden.flat_map(|row| self.needs_of_group(row)));
        unique(needs)
    }

    /// Checks the hidden groups of a scope, and their links.
    fn value_errors_of_apis(&self, apis: &[ScopeApi<'_>]) -> Vec<ValueError> {
        let mut seen = HashSet::new();
        let mut value_errors = Vec::new();
        for api in apis {
            // A hidden group may represent several APIs.
            if seen.insert(api.group) {
                value_errors.extend(self.value_errors(TableId::Group, api.group));
            }
            value_errors.extend(self.value_errors(TableId::GroupApi, api.link));
        }
        value_errors
    }

    /// Returns who holds each scope: in the target, and in the file.
    fn holders(&self) -> Holders<'w> {
        let of = |side: &Index<'w>| {
            let mut holders: HashMap<&'w str, HashSet<&'w str>> = HashMap::new();
            for row in side.tables.rows(TableId::ClientVgroup) {
                use super::super::schema::client_vgroup as link;
                if let Some(scope) = side.scope(row.text(link::VGROUP_ID)) {
                    holders
                        .entry(scope.text(vgroup::VGROUP_NAME))
                        .or_default()
                        .insert(row.text(link::CLIENT_ID));
                }
            }
            holders
        };
        Holders {
            target: of(&self.sides.target),
            file: of(&self.sides.file),
        }
    }
}

/// The APIs of a file whose hidden group in the target stands for several.
struct Shared {
    /// The hidden group of the first in the file, and the one in the target.
    first: Value,
    base: Value,
    /// Whether a hidden group of the file differs from the target's.
    compared: HashMap<usize, bool>,
    count: usize,
    /// Whether all would be written alike.
    are_alike: bool,
}

impl Shared {
    fn add(&mut self, api: &ScopeApi<'_>, file: &Index<'_>) {
        self.count += 1;
        if self.compared.contains_key(&api.group) {
            return;
        }
        let value = item::hidden_group(file, api);
        self.are_alike &= value == self.first;
        let changes = compare(Some(&self.base), &value, Show::Differences);
        let is_changed = changes.iter().any(|change| change.op.is_effective());
        self.compared.insert(api.group, is_changed);
    }

    fn is_changed(&self, api: &ScopeApi<'_>) -> bool {
        self.compared.get(&api.group).copied().unwrap_or_default()
    }
}

/// How many holders of a scope are named.
const NAMED: usize = 3;

/// Who holds each scope, by its name.
struct Holders<'w> {
    target: HashMap<&'w str, HashSet<&'w str>>,
    file: HashMap<&'w str, HashSet<&'w str>>,
}

impl Holders<'_> {
    /// Warns about clients that hold the scope but do not hold it in the file:
    /// their access changes, and they get no links to the hidden groups of its
    /// new APIs, which the consent of users does not require.
    fn warn(&self, scope: &ItemId, new_apis: usize) -> Option<Finding> {
        let there = self.target.get(&*scope.key)?;
        let here = self.file.get(&*scope.key);
        let mut others: Vec<&str> = there
            .iter()
            .filter(|client| !here.is_some_and(|here| here.contains(*client)))
            .copied()
            .collect();
        others.sort_unstable();
        let (assigned, get, them) = match others.len() {
            0 => return None,
            1 => ("assigned to 1 other client".to_owned(), "gets", "it"),
            count => (format!("assigned to {count} other clients"), "get", "them"),
        };
        let named = some_of(others, NAMED);
        let message = match new_apis {
            0 => format!("{assigned} ({named}); covering it changes what it gives {them}"),
            _ => format!(
                "{assigned} ({named}), which {get} no links to its new APIs; users can still consent to them"
            ),
        };
        Some(Finding::warning("other-holders", message).about(scope))
    }
}
