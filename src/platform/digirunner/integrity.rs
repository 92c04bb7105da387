//! References inside the file: every link row names rows that the file holds.
//!
//! The documentation warns of edited files; a dangling link is how one shows.

use std::collections::{HashMap, HashSet};

use super::file::ROOT;
use super::side::{Side, is_hidden};
use super::tables::{T, authority, client, client_group, client_vgroup, clientext, dp_app, group, group_api};
use super::tables::{
    group_authority, host, idp_a, idp_jdbc, idp_l, idp_o, oauth, open_key, open_map, vgroup,
};
use super::tables::{vgroup_authority, vgroup_group, x_key, x_map};
use super::world::{Cell, Row, World};
use crate::engine::{Finding, Reason};

/// The references inside a file: from where, to what.
pub(super) const REFERENCES: [(T, usize, T, usize); 25] = [
    (T::Host, host::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::Oauth, oauth::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::Clientext, clientext::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::Group, group::VGROUP_ID, T::Vgroup, vgroup::VGROUP_ID),
    (T::ClientGroup, client_group::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::ClientGroup, client_group::GROUP_ID, T::Group, group::GROUP_ID),
    (T::ClientVgroup, client_vgroup::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::ClientVgroup, client_vgroup::VGROUP_ID, T::Vgroup, vgroup::VGROUP_ID),
    (T::VgroupGroup, vgroup_group::VGROUP_ID, T::Vgroup, vgroup::VGROUP_ID),
    (T::VgroupGroup, vgroup_group::GROUP_ID, T::Group, group::GROUP_ID),
    (T::GroupApi, group_api::GROUP_ID, T::Group, group::GROUP_ID),
    (T::XKey, x_key::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::XMap, x_map::REF_API_KEY_ID, T::XKey, x_key::API_KEY_ID),
    (T::XMap, x_map::GROUP_ID, T::Group, group::GROUP_ID),
    (T::GroupAuthority, group_authority::GROUP_ID, T::Group, group::GROUP_ID),
    (T::GroupAuthority, group_authority::GROUP_AUTHORITIE_ID, T::Authority, authority::GROUP_AUTHORITIE_ID),
    (T::VgroupAuthority, vgroup_authority::VGROUP_ID, T::Vgroup, vgroup::VGROUP_ID),
    (
        T::VgroupAuthority,
        vgroup_authority::VGROUP_AUTHORITIE_ID,
        T::Authority,
        authority::GROUP_AUTHORITIE_ID,
    ),
    (T::DpApp, dp_app::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::OpenKey, open_key::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::OpenMap, open_map::REF_OPEN_API_KEY_ID, T::OpenKey, open_key::OPEN_API_KEY_ID),
    (T::IdpO, idp_o::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::IdpL, idp_l::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::IdpA, idp_a::CLIENT_ID, T::Client, client::CLIENT_ID),
    (T::IdpJdbc, idp_jdbc::CLIENT_ID, T::Client, client::CLIENT_ID),
];

/// Breaks that are told, and by whom they are felt.
pub(super) struct Broken<'w> {
    /// One finding per break, with its path.
    pub(super) findings: Vec<Finding>,
    clients: HashMap<&'w str, Vec<Reason>>,
}

impl Broken<'_> {
    /// Returns what a client's links to groups and scopes lack: they cannot be
    /// followed, since the file names both by local id alone.
    pub(super) fn of_client(&self, id: &str) -> Vec<Reason> {
        self.clients.get(id).cloned().unwrap_or_default()
    }
}

/// Checks every reference of the file.
pub(super) fn check<'w>(file: &Side<'w>) -> Broken<'w> {
    let mut broken = Broken { findings: Vec::new(), clients: HashMap::new() };
    let mut known: HashMap<(T, usize), HashSet<Key<'w>>> = HashMap::new();
    for (from, column, to, key) in REFERENCES {
        let keys = known.entry((to, key)).or_insert_with(|| keys(file.world, to, key));
        for (at, row) in file.world.rows(from).iter().enumerate() {
            let Some(wanted) = Key::of(row.cell(column)).filter(|wanted| !keys.contains(wanted)) else {
                continue;
            };
            // A plain group has no scope, whatever its column says.
            if from == T::Group && !is_hidden(row) {
                continue;
            }
            broken.note(from, column, file.world.place(from, at), row, &wanted, to);
        }
    }
    let uids: HashSet<&str> = file.world.api_use.iter().map(|api| &*api.uid).collect();
    for (at, row) in file.world.rows(T::OpenMap).iter().enumerate() {
        let uid = row.text(open_map::REF_API_UID);
        if !uids.contains(uid) {
            let at = file.world.place(T::OpenMap, at);
            broken.push(T::OpenMap, open_map::REF_API_UID, at, uid, super::tables::API_USE_LIST);
        }
    }
    broken
}

impl<'w> Broken<'w> {
    fn note(&mut self, from: T, column: usize, at: usize, row: &'w Row, wanted: &Key<'_>, to: T) {
        let wanted = wanted.to_string();
        self.push(from, column, at, &wanted, to.table().list);
        let client = match (from, column) {
            (T::ClientGroup, client_group::GROUP_ID) => row.text(client_group::CLIENT_ID),
            (T::ClientVgroup, client_vgroup::VGROUP_ID) => row.text(client_vgroup::CLIENT_ID),
            _ => return,
        };
        let what = if from == T::ClientGroup { "group" } else { "scope" };
        let list = from.table().list;
        let message =
            format!("its link /{ROOT}/{list}/{at} names {what} id {wanted}, which the file does not hold");
        self.clients.entry(client).or_default().push(Reason::new("broken-reference", message));
    }

    fn push(&mut self, from: T, column: usize, at: usize, wanted: &str, to: &str) {
        let table = from.table();
        let field = table.fields.get(column).map_or("", |field| field.json);
        let message = format!("{} row {at} names {field} '{wanted}', which {to} does not hold", table.list);
        let path = format!("/{ROOT}/{}/{at}/{field}", table.list);
        self.findings.push(Finding::error("broken-reference", message).at(path));
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
    /// Returns the key in a cell; NULL and empty text are none.
    pub(super) fn of(cell: &'w Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) if !text.is_empty() => Some(Self::Text(text)),
            Cell::Int(number) => Some(Self::Int(*number)),
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

fn keys(world: &World, table: T, column: usize) -> HashSet<Key<'_>> {
    world.rows(table).iter().filter_map(|row| Key::of(row.cell(column))).collect()
}
