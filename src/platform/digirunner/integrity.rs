//! References inside the file: every link row names rows that the file
//! contains.
//!
//! The documentation warns of edited files; a dangling link is a sign of one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::file::ROOT;
use super::index::{Index, is_hidden};
use super::schema::{
    API_USE_LIST, TableId, authority, client, client_group, client_vgroup, clientext, dp_app,
    group, group_api,
};
use super::schema::{
    group_authority, host, idp_a, idp_jdbc, idp_l, idp_o, oauth, open_key, open_map, vgroup,
};
use super::schema::{vgroup_authority, vgroup_group, x_key, x_map};
use super::tables::{Cell, Row, Tables};
use super::values;
use crate::engine::finding::Findings;
use crate::engine::{Finding, Reason};
use crate::platform::unique::unique;

/// The references inside a file: from, to.
pub(super) const REFERENCES: [(TableId, usize, TableId, usize); 25] = [
    (
        TableId::Host,
        host::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::Oauth,
        oauth::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::Clientext,
        clientext::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::Group,
        group::VGROUP_ID,
        TableId::Vgroup,
        vgroup::VGROUP_ID,
    ),
    (
        TableId::ClientGroup,
        client_group::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::ClientGroup,
        client_group::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::ClientVgroup,
        client_vgroup::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::ClientVgroup,
        client_vgroup::VGROUP_ID,
        TableId::Vgroup,
        vgroup::VGROUP_ID,
    ),
    (
        TableId::VgroupGroup,
        vgroup_group::VGROUP_ID,
        TableId::Vgroup,
        vgroup::VGROUP_ID,
    ),
    (
        TableId::VgroupGroup,
        vgroup_group::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::GroupApi,
        group_api::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::XKey,
        x_key::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::XMap,
        x_map::REF_API_KEY_ID,
        TableId::XKey,
        x_key::API_KEY_ID,
    ),
    (
        TableId::XMap,
        x_map::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::GroupAuthority,
        group_authority::GROUP_ID,
        TableId::Group,
        group::GROUP_ID,
    ),
    (
        TableId::GroupAuthority,
        group_authority::GROUP_AUTHORITIE_ID,
        TableId::Authority,
        authority::GROUP_AUTHORITIE_ID,
    ),
    (
        TableId::VgroupAuthority,
        vgroup_authority::VGROUP_ID,
        TableId::Vgroup,
        vgroup::VGROUP_ID,
    ),
    (
        TableId::VgroupAuthority,
        vgroup_authority::VGROUP_AUTHORITIE_ID,
        TableId::Authority,
        authority::GROUP_AUTHORITIE_ID,
    ),
    (
        TableId::DpApp,
        dp_app::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::OpenKey,
        open_key::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::OpenMap,
        open_map::REF_OPEN_API_KEY_ID,
        TableId::OpenKey,
        open_key::OPEN_API_KEY_ID,
    ),
    (
        TableId::IdpO,
        idp_o::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::IdpL,
        idp_l::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::IdpA,
        idp_a::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
    (
        TableId::IdpJdbc,
        idp_jdbc::CLIENT_ID,
        TableId::Client,
        client::CLIENT_ID,
    ),
];

/// The reference that the product keeps, and skips on import, when its target
/// is deleted: deleting a group leaves the maps of X-API keys to it. The
/// product refuses the whole file if a key has no map row.
pub(super) const SKIPPED: (TableId, usize) = (TableId::XMap, x_map::GROUP_ID);

/// Broken references, and the items that they affect.
pub(super) struct Broken<'w> {
    /// One finding per broken reference, with its path.
    pub(super) findings: Findings,
    clients: HashMap<&'w str, Vec<Reason>>,
    /// Duplicate ids that other rows refer to.
    twice: HashMap<(TableId, Key<'w>), usize>,
}

/// The ids by which rows of the file refer to others. They have no meaning
/// elsewhere, and two rows with the same id cannot be distinguished.
const IDS: [(TableId, usize); 4] = [
    (TableId::Group, group::GROUP_ID),
    (TableId::Vgroup, vgroup::VGROUP_ID),
    (TableId::XKey, x_key::API_KEY_ID),
    (TableId::OpenKey, open_key::OPEN_API_KEY_ID),
];

impl Broken<'_> {
    /// Returns the broken links of a client to groups and scopes: the file
    /// names both by local id only.
    pub(super) fn of_client(&self, id: &str) -> Vec<Reason> {
        self.clients.get(id).cloned().unwrap_or_default()
    }

    /// Returns what is wrong with the id by which other rows refer to a row.
    pub(super) fn of_id(&self, table: TableId, row: &Row) -> Option<Reason> {
        let (_, column) = IDS.iter().find(|(of, _)| *of == table)?;
        let (list, field) = (table.table().list, field(table, *column));
        let Some(key) = Key::of(row.cell(*column)) else {
            let message =
                format!("{field} is null: nothing in the file can refer to the row of {list}");
            return Some(Reason::new("value-required", message));
        };
        let times = self.twice.get(&(table, key.clone()))?;
        let message =
            format!("{field} '{key}' occurs {times} times in {list}: its links are ambiguous");
        Some(Reason::new("duplicate-in-file", message))
    }

    /// Returns what is wrong with the ids of a scope's hidden groups.
    pub(super) fn of_hidden_groups(&self, file: &Index<'_>, vgroup_id: &str) -> Vec<Reason> {
        let hidden = file.hidden_groups_of(vgroup_id);
        unique(
            hidden
                .filter_map(|row| self.of_id(TableId::Group, row))
                .collect(),
        )
    }
}

fn field(table: TableId, column: usize) -> &'static str {
    table
        .table()
        .fields
        .get(column)
        .map_or("", |field| field.json)
}

/// Checks every reference of the file.
pub(super) fn check<'w>(file: &Index<'w>) -> Broken<'w> {
    let mut broken = Broken {
        findings: Findings::default(),
        clients: HashMap::new(),
        twice: ids_that_stand_twice(file.tables),
    };
    let mut known: HashMap<(TableId, usize), HashSet<Key<'w>>> = HashMap::new();
    let mut dangling: BTreeSet<(TableId, usize)> = BTreeSet::new();
    for (from, column, to, key) in REFERENCES {
        let keys = known
            .entry((to, key))
            .or_insert_with(|| keys(file.tables, to, key));
        for (index, row) in file.tables.rows(from).iter().enumerate() {
            let wanted = Key::of(row.cell(column));
            // A plain group has no scope, whatever its column contains.
            let is_none = from == TableId::Group && !is_hidden(row);
            if is_none || wanted.as_ref().is_some_and(|wanted| keys.contains(wanted)) {
                continue;
            }
            broken.note(
                from,
                column,
                file.tables.place(from, index),
                row,
                wanted.as_ref(),
                to,
            );
            dangling.insert((from, index));
        }
    }
    let uids: HashSet<&str> = file.tables.api_use.iter().map(|api| &*api.uid).collect();
    for (index, row) in file.tables.rows(TableId::OpenMap).iter().enumerate() {
        let uid = row.text(open_map::REF_API_UID);
        if !uids.contains(uid) {
            let index = file.tables.place(TableId::OpenMap, index);
            let wanted = Key::of(row.cell(open_map::REF_API_UID));
            broken.push(
                TableId::OpenMap,
                open_map::REF_API_UID,
                index,
                wanted.as_ref(),
                API_USE_LIST,
            );
        }
    }
    for (table, index) in dangling {
        let Some(row) = file.tables.row(table, index) else {
            continue;
        };
        let path = format!(
            "/{ROOT}/{}/{}",
            table.table().list,
            file.tables.place(table, index)
        );
        let value_errors = values::value_errors(table.table(), row, &path).into_iter();
        broken.findings.extend(value_errors.map(Finding::from));
    }
    broken
}

fn ids_that_stand_twice(file: &Tables) -> HashMap<(TableId, Key<'_>), usize> {
    let mut times = HashMap::new();
    for (table, column) in IDS {
        for key in file
            .rows(table)
            .iter()
            .filter_map(|row| Key::of(row.cell(column)))
        {
            *times.entry((table, key)).or_insert(0) += 1;
        }
    }
    times.retain(|_, times| *times > 1);
    times
}

impl<'w> Broken<'w> {
    fn note(
        &mut self,
        from: TableId,
        column: usize,
        index: usize,
        row: &'w Row,
        wanted: Option<&Key<'_>>,
        to: TableId,
    ) {
        self.push(from, column, index, wanted, to.table().list);
        let client = match (from, column) {
            (TableId::ClientGroup, client_group::GROUP_ID) => row.text(client_group::CLIENT_ID),
            (TableId::ClientVgroup, client_vgroup::VGROUP_ID) => row.text(client_vgroup::CLIENT_ID),
            _ => return,
        };
        let what = if from == TableId::ClientGroup {
            "group"
        } else {
            "scope"
        };
        let list = from.table().list;
        let message = match wanted {
            Some(wanted) => {
                format!(
                    "its link /{ROOT}/{list}/{index} names {what} id {wanted}, which the file does not contain"
                )
            }
            None => format!("its link /{ROOT}/{list}/{index} names no {what}"),
        };
        self.clients
            .entry(client)
            .or_default()
            .push(Reason::new("broken-reference", message));
    }

    fn push(
        &mut self,
        from: TableId,
        column: usize,
        index: usize,
        wanted: Option<&Key<'_>>,
        to: &str,
    ) {
        let (list, field) = (from.table().list, field(from, column));
        let message = match wanted {
            Some(wanted) => {
                format!("{list} row {index} names {field} '{wanted}', which {to} does not contain")
            }
            None => format!("{list} row {index} has no {field}, so it belongs to no row of {to}"),
        };
        let path = format!("/{ROOT}/{list}/{index}/{field}");
        let finding = match wanted {
            Some(_) if (from, column) == SKIPPED => {
                Finding::note("broken-reference", format!("{message}; an import skips it"))
            }
            _ => Finding::error("broken-reference", message),
        };
        self.findings.push(finding.at(path));
    }
}

/// A key as text or number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key<'w> {
    /// Text, never empty.
    Text(&'w str),
    /// A number.
    Int(i64),
}

impl<'w> Key<'w> {
    /// Returns the key in a cell; none for NULL and empty text.
    pub(super) const fn of(cell: Cell<'w>) -> Option<Self> {
        match cell {
            Cell::Text(text) if !text.is_empty() => Some(Self::Text(text)),
            Cell::Int(number) => Some(Self::Int(number)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Int(number) => write!(f, "{number}"),
        }
    }
}

fn keys(tables: &Tables, table: TableId, column: usize) -> HashSet<Key<'_>> {
    tables
        .rows(table)
        .iter()
        .filter_map(|row| Key::of(row.cell(column)))
        .collect()
}
