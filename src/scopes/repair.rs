//! Repairing findings: from findings to the rows to write.
//!
//! One repair may make another possible: the checks run again, in memory, until
//! nothing is left to repair. Only the difference between the first and the
//! last state is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::check::{CheckIndex, Repair, ScopeFinding, Violation, find, oauth_scope, tables};
use super::planned::Planned;
use crate::engine::ItemId;
use crate::platform::digirunner::changes::{Changes, stamp_new, stamp_update};
use crate::platform::digirunner::kinds::CLIENT;
use crate::platform::digirunner::schema::{
    Table, TableId, client_group, client_vgroup, group, group_authority, oauth, vgroup_group,
};
use crate::platform::digirunner::tables::{Cell, Draft, Row, Tables};
use crate::store::Stamp;

/// The maximum number of passes. Each pass finds less than the one before; this
/// only guards against bugs.
const MAX_PASSES: usize = 16;

/// The planned repair.
#[derive(Debug)]
pub(super) struct Repaired {
    /// The rows to write.
    pub(super) changes: Changes,
    /// The repaired findings, in order.
    pub(super) findings: Vec<ScopeFinding>,
    /// The number of findings left to the operator.
    pub(super) left: usize,
}

impl Repaired {
    /// Returns the job that it is.
    pub(super) fn planned(self) -> Planned {
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &self.findings {
            *codes.entry(&finding.code).or_default() += 1;
        }
        let mut notes: Vec<String> = codes
            .into_iter()
            .map(|(code, items)| format!("{code}: repaired for {}", counted(items)))
            .collect();
        if self.left > 0 {
            notes.push(format!(
                "not repaired: {}; see `gatediff scope check`",
                findings(self.left)
            ));
        }
        let items: BTreeSet<ItemId> = self
            .findings
            .into_iter()
            .map(|finding| finding.item)
            .collect();
        Planned {
            changes: self.changes,
            items: items.into_iter().collect(),
            notes,
            ..Planned::default()
        }
    }
}

fn counted(items: usize) -> String {
    if items == 1 {
        "1 item".to_owned()
    } else {
        format!("{items} items")
    }
}

fn findings(count: usize) -> String {
    if count == 1 {
        "1 finding".to_owned()
    } else {
        format!("{count} findings")
    }
}

/// Repairs what can be repaired: findings of these codes, or all of them.
pub(super) fn repair(tables: &Tables, codes: &[String], stamp: &Stamp) -> Repaired {
    let mut owners = Owners::new();
    let mut findings: Vec<ScopeFinding> = Vec::new();
    let mut repaired: Option<Tables> = None;
    let mut left = 0;
    for _ in 0..MAX_PASSES {
        let now = repaired.as_ref().unwrap_or(tables);
        let mut found = find(now);
        left = found.len();
        found.retain(|found| is_chosen(found, codes));
        if found.is_empty() {
            break;
        }
        findings.extend(found.iter().map(Violation::finding));
        let mut round = Round::new(now, stamp, &mut owners);
        for Violation { item, fixes, .. } in &found {
            fixes.iter().for_each(|fix| round.apply(fix, item));
        }
        repaired = Some(round.finish());
    }
    let mut described = HashSet::new();
    findings.retain(|finding| described.insert((finding.code.clone(), finding.item.clone())));
    let changes = repaired.map_or_else(Changes::default, |after| {
        difference(tables, &after, &owners)
    });
    Repaired {
        changes,
        findings,
        left,
    }
}

fn is_chosen(found: &Violation<'_>, codes: &[String]) -> bool {
    !found.fixes.is_empty()
        && (codes.is_empty() || codes.iter().any(|code| code == found.check.code()))
}

/// The key of a row.
type Key = Vec<Arc<str>>;

/// The items of the touched rows.
type Owners = BTreeMap<(TableId, Key), ItemId>;

/// Returns the key of a row. All repaired tables have text keys.
fn key(table: &Table, row: &Row) -> Key {
    table.key().map(|(index, _)| row.shared(index)).collect()
}

/// Returns the differences between two states of the tables, in the touched
/// rows.
fn difference(before: &Tables, after: &Tables, owners: &Owners) -> Changes {
    let mut rows: HashMap<(TableId, Key), [Option<&Row>; 2]> = HashMap::with_capacity(owners.len());
    let touched: HashSet<TableId> = owners.keys().map(|(table, _)| *table).collect();
    for table in touched {
        for (side, tables) in [before, after].into_iter().enumerate() {
            for row in tables.rows(table) {
                let place = (table, key(table.table(), row));
                if owners.contains_key(&place)
                    && let Some(slot) = rows.entry(place).or_default().get_mut(side)
                {
                    *slot = Some(row);
                }
            }
        }
    }
    let mut changes = Changes::default();
    for (place, owner) in owners {
        changes.belong_to(owner);
        match rows.get(place) {
            Some([Some(before), None]) => changes.delete(place.0, (*before).clone()),
            Some([None, Some(after)]) => changes.insert(place.0, (*after).clone()),
            Some([Some(before), Some(after)]) if before != after => {
                changes.update(place.0, (*after).clone());
            }
            _ => {}
        }
    }
    changes
}

/// One pass, and the repairs of its findings.
struct Round<'w, 'o> {
    index: CheckIndex<'w>,
    stamp: &'o Stamp,
    owners: &'o mut Owners,
    deleted: HashSet<(TableId, usize)>,
    updated: HashMap<(TableId, usize), Row>,
    inserted: BTreeMap<(TableId, Key), Row>,
    /// The clients whose groups change.
    clients: HashSet<&'w str>,
}

impl<'w, 'o> Round<'w, 'o> {
    fn new(tables: &'w Tables, stamp: &'o Stamp, owners: &'o mut Owners) -> Self {
        Self {
            index: CheckIndex::new(tables),
            stamp,
            owners,
            deleted: HashSet::new(),
            updated: HashMap::new(),
            inserted: BTreeMap::new(),
            clients: HashSet::new(),
        }
    }

    fn apply(&mut self, fix: &Repair<'w>, item: &ItemId) {
        match *fix {
            Repair::Delete(table, index) => self.delete(table, index, item),
            Repair::Remove(group) => self.remove(group, item),
            Repair::Give { client, group } => {
                self.clients.insert(client);
                let cells = [
                    (client_group::CLIENT_ID, client),
                    (client_group::GROUP_ID, group),
                ];
                self.insert(TableId::ClientGroup, &cells, item);
            }
            Repair::Link { scope, group } => {
                let cells = [
                    (vgroup_group::VGROUP_ID, scope),
                    (vgroup_group::GROUP_ID, group),
                ];
                self.insert(TableId::VgroupGroup, &cells, item);
            }
            Repair::Follow { scope, group } => self.follow(scope, group, item),
            Repair::Recompute(client) => drop(self.clients.insert(client)),
        }
    }

    /// Marks a row as touched. A client's links belong to the client,
    /// everything else to the item of the finding.
    fn touch(&mut self, table: TableId, row: &Row, item: &ItemId) {
        let client = match table {
            TableId::ClientGroup => Some(client_group::CLIENT_ID),
            TableId::ClientVgroup => Some(client_vgroup::CLIENT_ID),
            TableId::Oauth => Some(oauth::CLIENT_ID),
            _ => None,
        };
        let owner = client.map_or_else(
            || item.clone(),
            |index| ItemId::new(CLIENT, row.shared(index)),
        );
        self.owners.insert((table, key(table.table(), row)), owner);
    }

    fn delete(&mut self, table: TableId, index: usize, item: &ItemId) {
        let Some(row) = self.index.side.tables.row(table, index) else {
            return;
        };
        if !self.deleted.insert((table, index)) {
            return;
        }
        if table == TableId::ClientGroup {
            self.clients.insert(row.text(client_group::CLIENT_ID));
        }
        self.touch(table, row, item);
    }

    fn insert(&mut self, table: TableId, cells: &[(usize, &str)], item: &ItemId) {
        let mut row = Draft::empty(table.table().fields.len());
        for (index, text) in cells {
            row.set(*index, Cell::Text(text));
        }
        stamp_new(
            table.table(),
            &mut row,
            self.stamp.now,
            &self.stamp.operator,
        );
        let row = row.row();
        self.touch(table, &row, item);
        self.inserted.insert((table, key(table.table(), &row)), row);
    }

    /// A hidden group, with its APIs and authentication types, the links to it,
    /// and the rows of its clients.
    fn remove(&mut self, group: &str, item: &ItemId) {
        let (index, side) = (&self.index, &self.index.side);
        let mut rows: Vec<(TableId, usize)> = Vec::new();
        rows.extend(
            side.group_at(group)
                .map(|(position, _)| (TableId::Group, position)),
        );
        for (table, by) in [
            (TableId::GroupApi, &side.group_apis),
            (TableId::GroupAuthority, &side.group_authorities),
            (TableId::VgroupGroup, &index.links),
            (TableId::ClientGroup, &index.holders),
        ] {
            rows.extend(
                side.rows_of(table, by, group)
                    .map(|(position, _)| (table, position)),
            );
        }
        rows.into_iter()
            .for_each(|(table, position)| self.delete(table, position, item));
    }

    fn follow(&mut self, scope: &'w str, id: &'w str, item: &ItemId) {
        let side = &self.index.side;
        let (Some((index, group)), Some(master)) = (side.group_at(id), side.scope(scope)) else {
            return;
        };
        let mut new = group.clone();
        new.set(group::VGROUP_ID, Cell::Text(scope));
        for (_, to, from) in self.index.differences(group, master) {
            new.set(to, master.cell(from));
        }
        let [here, there] = self.index.authorities(id, scope);
        let extra: Vec<usize> = side
            .rows_of(TableId::GroupAuthority, &side.group_authorities, id)
            .filter(|(_, row)| {
                let authority = row.text(group_authority::GROUP_AUTHORITIE_ID);
                here.contains(authority) && !there.contains(authority)
            })
            .map(|(index, _)| index)
            .collect();
        if new != *group {
            let mut draft = new.draft();
            stamp_update(
                &group::TABLE,
                &mut draft,
                self.stamp.now,
                &self.stamp.operator,
            );
            let new = draft.row();
            self.touch(TableId::Group, &new, item);
            self.updated.insert((TableId::Group, index), new);
        }
        extra
            .into_iter()
            .for_each(|index| self.delete(TableId::GroupAuthority, index, item));
        for authority in there.difference(&here) {
            let cells = [
                (group_authority::GROUP_ID, id),
                (group_authority::GROUP_AUTHORITIE_ID, *authority),
            ];
            self.insert(TableId::GroupAuthority, &cells, item);
        }
    }

    /// Writes the oauth scope of a client from its new groups.
    fn recompute(&mut self, client: &'w str) {
        let side = &self.index.side;
        let oauth = side.rows_of(TableId::Oauth, &side.oauth, client).next();
        let (Some((index, row)), true) = (oauth, side.client(client).is_some()) else {
            return;
        };
        let kept = side
            .rows_of(TableId::ClientGroup, &side.client_groups, client)
            .filter(|(index, _)| !self.deleted.contains(&(TableId::ClientGroup, *index)))
            .map(|(_, row)| row.text(client_group::GROUP_ID));
        let from = (TableId::ClientGroup, vec![Arc::from(client)]);
        let given = self.inserted.range(from..).map_while(|((table, _), row)| {
            let is_own =
                *table == TableId::ClientGroup && row.text(client_group::CLIENT_ID) == client;
            is_own.then(|| row.text(client_group::GROUP_ID))
        });
        let Some(scope) = oauth_scope(kept.chain(given).collect()) else {
            return;
        };
        let mut new = row.clone();
        new.set(oauth::SCOPE, Cell::Text(&scope));
        let item = ItemId::new(CLIENT, client);
        self.touch(TableId::Oauth, &new, &item);
        self.updated.insert((TableId::Oauth, index), new);
    }

    /// Returns the repaired tables.
    fn finish(mut self) -> Tables {
        for client in std::mem::take(&mut self.clients) {
            self.recompute(client);
        }
        let before = self.index.side.tables;
        let mut after = Tables::default();
        after.apis.clone_from(&before.apis);
        for Table { id, .. } in tables() {
            let rows = before.rows(*id).iter().enumerate();
            let kept = rows.filter(|(index, _)| !self.deleted.contains(&(*id, *index)));
            let mut rows: Vec<Row> = kept
                .map(|(index, row)| {
                    self.updated
                        .remove(&(*id, index))
                        .unwrap_or_else(|| row.clone())
                })
                .collect();
            let of_table = std::mem::take(&mut self.inserted).into_iter();
            let (own, others) =
                of_table.partition::<BTreeMap<_, _>, _>(|((table, _), _)| table == id);
            self.inserted = others;
            rows.extend(own.into_values());
            after.set_rows(*id, rows);
        }
        after
    }
}
