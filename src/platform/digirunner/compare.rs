//! Every item of the file as a candidate: the item, its counterpart in the target, what blocks it,
//! what it requires.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

mod clients;
mod masked;
mod missing;
mod scopes;

use rayon::prelude::*;

use super::access;
use super::compared::{Compared, Place, stored, wanted};
use super::file::{File, ROOT};
use super::index::{IDENTITIES, Identity, Index, Places, Repeated, Sides, is_hidden};
use super::integrity::{self, Broken};
use super::item;
use super::kinds::{AUTHENTICATION, CLIENT, GROUP, KINDS, LEVEL, RDB, SCOPE};
use super::only_in_target;
use super::rules::{self, Names, Owners, is_plain};
use super::schema::{TableId, authority, client, group, group_api, level, rdb, vgroup};
use super::tables::{Api, Row, Tables};
use super::values::{self, ValueError};
use crate::engine::finding::Findings;
use crate::engine::lookalike::warn_of_look_alikes;
use crate::engine::{
    Candidate, Effect, Finding, Item, ItemId, Kind, Plan, Reason, Requirement, marked,
};

/// Built-in objects of digiRunner: the kind, the identifying column, its value, and what covering
/// it does.
static BUILT_IN: [(Kind, usize, &str, &str); 4] = [
    (
        CLIENT,
        client::CLIENT_ID,
        "YWRtaW5Db25zb2xl",
        "covering it changes the admin console's own access",
    ),
    (
        CLIENT,
        client::CLIENT_ID,
        "DpClient",
        "covering it changes the developer portal's own access",
    ),
    (
        GROUP,
        group::GROUP_ID,
        "1000",
        "covering it changes the admin console's own access",
    ),
    (
        RDB,
        rdb::CONNECTION_NAME,
        "APIM-default-DB",
        "covering it changes how the gateway reaches its own database",
    ),
];

/// How many items a thread compares at least.
pub(super) const CHUNK: usize = 64;

/// Compares a file with a target.
pub(super) fn plan(compared: &Arc<Compared>) -> Plan {
    plan_of(compared, &compared.sides())
}

/// Compares a file with a target, and returns the access changes of writing items.
pub(super) fn plan_with_access(compared: &Arc<Compared>) -> Plan {
    let sides = compared.sides();
    let plan = plan_of(compared, &sides);
    let model = access::model(&sides, &plan);
    plan.with_access(model)
}

fn plan_of(compared: &Arc<Compared>, sides: &Sides<'_>) -> Plan {
    let mut candidates = Comparer::new(compared, sides).candidates();
    warn_of_look_alikes(
        &mut candidates,
        &sides.file.called(),
        &sides.target.called(),
    );
    Plan::new(
        &KINDS,
        candidates,
        missing::missing_apis(sides),
        compared.file.findings.to_vec(),
    )
    .with_only_in_target(only_in_target::counts(sides))
}

/// Returns what blocks the file's items in any target, computed against a target that has only the
/// APIs.
pub(super) fn file_findings(file: &Arc<File>, places: &Arc<Places>) -> Vec<Finding> {
    let mut target = Tables::default();
    target.apis = all_apis(&file.tables);
    let compared = Compared::new(file, places, target);
    let sides = compared.sides();
    let comparer = Comparer::new(&compared, &sides);
    let mut findings = Findings::default();
    for kind in &IDENTITIES {
        // A candidate takes many times the room of an empty row.
        for start in (0..comparer.rows(kind)).step_by(PART) {
            let part = comparer.checked(comparer.part(kind, start, PART));
            findings.extend(
                part.iter()
                    .flat_map(|candidate| findings_of(candidate, &sides.file)),
            );
        }
    }
    findings.into()
}

/// How many rows of a kind [`file_findings`] compares before it forgets them.
const PART: usize = 4_096;

fn findings_of(candidate: &Candidate, file: &Index<'_>) -> Vec<Finding> {
    let Item { id, path, .. } = &candidate.item;
    // A scope may have fewer APIs in a target where some are missing; broken references are
    // reported separately.
    let blocks = candidate
        .blocks
        .iter()
        .filter(|reason| !["too-many-apis", "broken-reference"].contains(&&*reason.code));
    let blocks = blocks.map(|reason| {
        let message = placed(&reason.message, path);
        // A target may have the same, or keep a secret of its own.
        match &*reason.code {
            "secret-masked" => Finding::warning(reason.code.clone(), message),
            _ => Finding::error(reason.code.clone(), message),
        }
    });
    // Links to authentication types are reported as broken references.
    let needs = candidate.requires.iter().map(|need| &need.on);
    let needs = needs
        .filter(|on| [LEVEL, RDB].contains(&on.kind) && file.item(&on.kind, &on.key).is_none());
    let needs = needs.map(|on| {
        let message = format!(
            "requires {} '{}', which the file does not contain; the target must have it",
            on.kind, on.key
        );
        Finding::warning("not-in-file", placed(&message, path))
    });
    blocks
        .chain(needs)
        .map(|finding| finding.at(&**path).about(id))
        .collect()
}

/// Returns a message with the item's path, unless it names a more specific one.
fn placed(message: &str, path: &str) -> String {
    if message.contains(&format!("/{ROOT}/")) {
        message.to_owned()
    } else {
        format!("{message} ({path})")
    }
}

/// Returns every API that a file which stands for a target names, with the uid by which its DGRK
/// keys refer to it; and every further API that a file refers to, which is only assumed to be there.
pub(super) fn named_apis(target: &Tables, file: &Tables) -> Vec<Api> {
    // Of several APIs of one uid a file means the first.
    let mut uids: HashSet<&str> = HashSet::new();
    let used = target.api_use.iter().filter(|api| uids.insert(&api.uid));
    let used = used.map(|api| Api {
        module: Arc::clone(&api.module),
        api: Arc::clone(&api.api),
        uid: Some(Arc::clone(&api.uid)),
        is_assumed: false,
    });
    let mut apis: Vec<Api> = used.collect();
    let mut named: HashSet<(Arc<str>, Arc<str>)> = apis
        .iter()
        .map(|api| (Arc::clone(&api.module), Arc::clone(&api.api)))
        .collect();
    // The uid of the file is as good as any, where no other API of the target has it.
    let free = file.api_use.iter().filter(|api| !uids.contains(&*api.uid));
    let free: HashMap<(&str, &str), &Arc<str>> = free
        .map(|api| ((&*api.module, &*api.api), &api.uid))
        .collect();
    let others = |tables: &Tables, is_assumed: bool| {
        all_apis(tables)
            .into_iter()
            .map(move |api| Api { is_assumed, ..api })
    };
    let others = others(target, false).chain(others(file, true));
    for mut api in others {
        if named.insert((Arc::clone(&api.module), Arc::clone(&api.api))) {
            let uid = free.get(&(&*api.module, &*api.api));
            api.uid = uid.map(|uid| Arc::clone(uid)).or(api.uid);
            apis.push(api);
        }
    }
    apis
}

/// Returns every API that the file refers to, as if the target had it.
pub(super) fn all_apis(file: &Tables) -> Vec<Api> {
    let linked = file.rows(TableId::GroupApi).iter();
    let linked = linked.map(|row| {
        (
            row.shared(group_api::MODULE_NAME),
            row.shared(group_api::API_KEY),
        )
    });
    let used = file
        .api_use
        .iter()
        .map(|api| (Arc::clone(&api.module), Arc::clone(&api.api)));
    linked
        .chain(used)
        .map(|(module, api)| Api {
            uid: Some(Arc::clone(&api)),
            module,
            api,
            is_assumed: false,
        })
        .collect()
}

/// The JSON pointer to a row of the file.
#[derive(Clone, Copy)]
struct RowPath {
    list: &'static str,
    place: usize,
}

impl fmt::Display for RowPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{ROOT}/{}/{}", self.list, self.place)
    }
}

/// Some of the rows of a kind.
#[derive(Clone, Copy)]
struct Part {
    start: usize,
    count: usize,
}

/// What all comparisons share.
struct Comparer<'p, 'w> {
    compared: &'p Arc<Compared>,
    sides: &'p Sides<'w>,
    broken: Broken<'w>,
    client_names: [Names<'w>; 2],
    group_aliases: Names<'w>,
    scope_aliases: Names<'w>,
    authority_names: Names<'w>,
    level_names: Names<'w>,
    owners: Owners<'w>,
    repeated: HashMap<(TableId, &'w str), Repeated>,
    authorities: HashSet<&'w str>,
    levels: HashSet<&'w str>,
    connections: HashSet<&'w str>,
    /// Whether the file has masks in place of secrets.
    has_masks: bool,
}

impl<'p, 'w> Comparer<'p, 'w> {
    fn new(compared: &'p Arc<Compared>, sides: &'p Sides<'w>) -> Self {
        let all = |_: &Row| true;
        let client = |what, code, column| {
            Names::new(
                sides,
                CLIENT,
                (what, code),
                (TableId::Client, client::CLIENT_ID, column),
                all,
            )
        };
        let target = |table: TableId, column: usize| {
            sides
                .target
                .tables
                .rows(table)
                .iter()
                .map(move |row| row.text(column))
        };
        Self {
            compared,
            sides,
            broken: integrity::check(&sides.file),
            client_names: [
                client("name", "name-taken", client::CLIENT_NAME),
                client("alias", "alias-taken", client::CLIENT_ALIAS),
            ],
            group_aliases: Names::new(
                sides,
                GROUP,
                ("alias", "alias-taken"),
                (TableId::Group, group::GROUP_NAME, group::GROUP_ALIAS),
                is_plain,
            ),
            scope_aliases: Names::new(
                sides,
                SCOPE,
                ("alias", "alias-taken"),
                (TableId::Vgroup, vgroup::VGROUP_NAME, vgroup::VGROUP_ALIAS),
                all,
            ),
            authority_names: Names::new(
                sides,
                AUTHENTICATION,
                ("name", "name-taken"),
                (
                    TableId::Authority,
                    authority::GROUP_AUTHORITIE_ID,
                    authority::GROUP_AUTHORITIE_NAME,
                ),
                all,
            ),
            level_names: Names::new(
                sides,
                LEVEL,
                ("name", "name-taken"),
                (
                    TableId::Level,
                    level::SECURITY_LEVEL_ID,
                    level::SECURITY_LEVEL_NAME,
                ),
                all,
            ),
            owners: Owners::new(sides),
            repeated: sides.file.repeated(),
            authorities: target(TableId::Authority, authority::GROUP_AUTHORITIE_ID).collect(),
            levels: target(TableId::Level, level::SECURITY_LEVEL_ID).collect(),
            connections: target(TableId::Rdb, rdb::CONNECTION_NAME).collect(),
            has_masks: item::has_masks(&compared.file.tables),
        }
    }

    /// Returns an item of the file with its counterpart in the target, and what covering it does.
    /// Neither's content is kept.
    fn candidate(&self, of: Place, name: Arc<str>) -> Candidate {
        let Identity {
            kind, table, key, ..
        } = of.identity;
        let row = self.sides.file.tables.row(*table, of.index);
        let id = ItemId::new(
            kind.clone(),
            row.map_or_else(|| "".into(), |row| row.shared(*key)),
        );
        let mut effect = Effect::default();
        let value = self.compared.wanted(of);
        let base = stored(self.sides, &id).map(|base| {
            let wanted = wanted(self.sides, of).unwrap_or_default();
            let wanted = marked(&base, wanted);
            let is_same = base == wanted;
            if !is_same {
                effect = Effect::of(&base, &wanted);
            }
            Item {
                id: id.clone(),
                name: Arc::clone(&name),
                value: if is_same {
                    value.clone()
                } else {
                    self.compared.stored(of)
                },
                path: "".into(),
            }
        });
        let path = self.path(*table, of.index).to_string().into();
        let marks = self.compared.marks(&id);
        let item = Item {
            id,
            name,
            value,
            path,
        };
        Candidate {
            marks,
            ..Candidate::compared(item, base, effect)
        }
    }

    /// Returns the JSON pointer to a row of the file.
    fn path(&self, table: TableId, index: usize) -> RowPath {
        RowPath {
            list: table.table().list,
            place: self.sides.file.tables.place(table, index),
        }
    }

    /// Returns the values of a row of the file that cannot be stored.
    fn value_errors(&self, table: TableId, index: usize) -> Vec<ValueError> {
        let row = self.sides.file.tables.row(table, index);
        row.map_or_else(Vec::new, |row| {
            values::value_errors(table.table(), row, self.path(table, index))
        })
    }

    fn candidates(&self) -> Vec<Candidate> {
        let kinds = IDENTITIES
            .each_ref()
            .map(|kind| self.part(kind, 0, self.rows(kind)));
        // Growing would take twice as much.
        let mut all = Vec::with_capacity(kinds.iter().map(Vec::len).sum());
        kinds.into_iter().for_each(|kind| all.extend(kind));
        self.checked(all)
    }

    /// Returns the number of the rows of a kind's table in the file.
    fn rows(&self, of: &Identity) -> usize {
        self.sides.file.tables.rows(of.table).len()
    }

    /// Clears what does not count of unchanged items, blocks those that would be written with masks,
    /// and warns of built-in ones.
    fn checked(&self, mut all: Vec<Candidate>) -> Vec<Candidate> {
        // Unchanged rows are not written: missing objects are already missing there.
        for candidate in all.iter_mut().filter(|candidate| candidate.base.is_some()) {
            let is_missing = candidate
                .requires
                .iter()
                .any(|requirement| !requirement.present);
            if (is_missing || candidate.quota.is_some()) && !is_changed(candidate) {
                candidate.requires.clear();
                candidate.quota = None;
            }
        }
        if self.has_masks {
            all.par_iter_mut().for_each(|candidate| {
                let masked = self.masked(candidate);
                candidate.blocks.extend(masked);
            });
        }
        for candidate in &mut all {
            let warning = self.built_in(candidate);
            candidate.warnings.extend(warning);
            let reasons = self.compared.ignored.reasons.get(&candidate.item.id);
            candidate
                .blocks
                .extend(reasons.into_iter().flatten().cloned());
        }
        all
    }

    /// Warns if covering would change a built-in object of digiRunner.
    fn built_in(&self, candidate: &Candidate) -> Option<Finding> {
        let id = &candidate.item.id;
        let row = self.sides.target.item(&id.kind, &id.key)?;
        let is_one = |(kind, column, value, _): &&(Kind, usize, &str, &str)| {
            *kind == id.kind && row.text(*column) == *value
        };
        let (.., what) = BUILT_IN.iter().find(is_one)?;
        may_change(candidate).then(|| {
            Finding::warning("built-in", format!("is built into digiRunner: {what}")).about(id)
        })
    }

    /// Blocks an item that occurs several times in the file.
    fn twice(&self, kind: &Kind, key: &str) -> Option<Reason> {
        let repeated = self.repeated.get(&(Identity::of(kind).table, key))?;
        rules::twice(kind, key, repeated.times)
    }

    /// Returns the items of a kind in so many rows of the file from `start` on.
    fn part(&self, of: &'static Identity, start: usize, count: usize) -> Vec<Candidate> {
        let part = Part { start, count };
        match &of.kind {
            kind if *kind == CLIENT => self.clients(part),
            kind if *kind == GROUP => self.groups(part),
            kind if *kind == SCOPE => self.scopes(part),
            kind if *kind == AUTHENTICATION => {
                let name = (authority::GROUP_AUTHORITIE_NAME, &self.authority_names);
                self.simple(kind, Some(name), part)
            }
            kind if *kind == LEVEL => {
                let name = (level::SECURITY_LEVEL_NAME, &self.level_names);
                self.simple(kind, Some(name), part)
            }
            kind => self.simple(kind, None, part),
        }
    }

    /// Returns an item whose key or local id an earlier row of the file has, by itself: what refers
    /// to it belongs to the earlier one, and would be looked at once more with each.
    fn again(&self, of: Place, row: &Row, name: Arc<str>) -> Option<Candidate> {
        let Identity {
            kind, table, key, ..
        } = of.identity;
        let repeated = self.repeated.get(&(*table, row.text(*key)));
        let has_links = self.sides.file.has_links(*table, of.index);
        if has_links && repeated.is_none_or(|repeated| repeated.first == of.index) {
            return None;
        }
        let item = Item {
            id: ItemId::new(kind.clone(), row.shared(*key)),
            name,
            value: item::record(&self.sides.file, *table, row).into(),
            path: self.path(*table, of.index).to_string().into(),
        };
        let mut candidate = Candidate::compared(item, None, Effect::default());
        candidate.blocks.extend(self.twice(kind, row.text(*key)));
        if !has_links {
            candidate.blocks.extend(self.broken.of_id(*table, row));
        }
        candidate
            .blocks
            .extend(values::reasons(self.value_errors(*table, of.index)));
        Some(candidate)
    }

    /// Kinds of one table, matched by their own id: authentication types,
    /// security levels, RDB connections.
    fn simple(&self, kind: &Kind, name: Option<(usize, &Names<'w>)>, part: Part) -> Vec<Candidate> {
        let identity = Identity::of(kind);
        let Identity { table, key, .. } = *identity;
        let rows = self.sides.file.tables.rows(table).iter().enumerate();
        let rows = rows.skip(part.start).take(part.count);
        rows.map(|(index, row)| {
            let base = self.sides.target.item(kind, row.text(key));
            let called = name.map_or(key, |(column, _)| column);
            let mut blocks: Vec<Reason> = name.map_or_else(Vec::new, |(column, names)| {
                names.check(row.text(key), row.text(column))
            });
            blocks.extend(self.twice(kind, row.text(key)));
            blocks.extend(values::reasons(self.value_errors(table, index)));
            let mut candidate = self.candidate(Place::new(identity, index), row.shared(called));
            candidate.blocks = blocks;
            if table == TableId::Rdb {
                candidate
                    .warnings
                    .extend(foreign_encryption(&candidate, row, base));
            }
            candidate
        })
        .collect()
    }

    fn groups(&self, part: Part) -> Vec<Candidate> {
        let file = &self.sides.file;
        let rows = file.tables.rows(TableId::Group);
        let rows = rows.par_iter().with_min_len(CHUNK).enumerate();
        let rows = rows.skip(part.start).take(part.count);
        let plain = rows.filter(|(_, row)| !is_hidden(row));
        plain
            .map(|(index, row)| {
                let name = row.text(group::GROUP_NAME);
                let place = Place::new(Identity::of(&GROUP), index);
                if let Some(again) = self.again(place, row, row.shared(group::GROUP_ALIAS)) {
                    return again;
                }
                let mut candidate = self.candidate(place, row.shared(group::GROUP_ALIAS));
                candidate.blocks = self.group_aliases.check(name, row.text(group::GROUP_ALIAS));
                candidate.blocks.extend(self.twice(&GROUP, name));
                candidate.blocks.extend(rules::unknown_flag(row));
                candidate
                    .blocks
                    .extend(self.broken.of_id(TableId::Group, row));
                let mut value_errors = self.value_errors(TableId::Group, index);
                value_errors.extend(self.value_errors_of_links(row));
                candidate.blocks.extend(values::reasons(value_errors));
                candidate.requires = self.needs_of_group(row);
                candidate
            })
            .collect()
    }

    /// A group, plain or hidden, requires its level and its authentication types.
    fn needs_of_group(&self, row: &Row) -> Vec<Requirement> {
        let mut needs: Vec<Requirement> = self
            .level(row.text(group::SECURITY_LEVEL_ID))
            .into_iter()
            .collect();
        let authorities = self
            .sides
            .file
            .authorities_of_group(row.text(group::GROUP_ID));
        needs.extend(authorities.into_iter().map(|id| self.authority(id)));
        needs
    }

    /// Checks the links of a group to the APIs that the target has.
    fn value_errors_of_links(&self, group: &Row) -> Vec<ValueError> {
        let apis = self
            .sides
            .file
            .apis_of(group.text(group::GROUP_ID))
            .into_iter();
        let links = apis.filter(|(_, api)| !self.sides.is_missing(*api));
        links
            .flat_map(|(index, _)| self.value_errors(TableId::GroupApi, index))
            .collect()
    }

    fn level(&self, id: &str) -> Option<Requirement> {
        (!id.is_empty()).then(|| Requirement {
            on: ItemId::new(LEVEL, id),
            present: self.levels.contains(id),
        })
    }

    fn authority(&self, id: &str) -> Requirement {
        Requirement {
            on: ItemId::new(AUTHENTICATION, id),
            present: self.authorities.contains(id),
        }
    }
}

/// Says whether a cover is possible for the item itself, and would change anything.
fn may_change(candidate: &Candidate) -> bool {
    candidate.blocks.is_empty() && is_changed(candidate)
}

/// Says whether covering would change anything.
fn is_changed(candidate: &Candidate) -> bool {
    candidate.effect.as_ref().is_some_and(Effect::is_some)
}

/// Warns if a password would be written that the source instance encrypted with its own key.
fn foreign_encryption(candidate: &Candidate, row: &Row, base: Option<&Row>) -> Option<Finding> {
    let password = row.text(rdb::MIMA);
    let is_written = base.is_none_or(|base| base.text(rdb::MIMA) != password);
    (password.starts_with("ENC(") && is_written).then(|| {
        let message = "the password is encrypted with the source instance's key; the target can read it only with the same key";
        Finding::warning("foreign-encryption", message).about(&candidate.item.id)
    })
}
