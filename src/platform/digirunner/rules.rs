//! The product's rules: what blocks an item by itself, and its words for it.

use std::collections::{HashMap, HashSet};

use super::side::{IDPS, Pair, Side, is_hidden};
use super::tables::{T, client, clientext, group, host, open_key, x_key};
use super::world::{Cell, Row};
use crate::engine::{ItemId, Kind, KindInfo, Reason};

/// The kinds, by their words on the command line.
pub(super) const CLIENT: Kind = Kind::of("client");
pub(super) const GROUP: Kind = Kind::of("group");
pub(super) const SCOPE: Kind = Kind::of("scope");
pub(super) const AUTHENTICATION: Kind = Kind::of("authentication");
pub(super) const LEVEL: Kind = Kind::of("security-level");
pub(super) const RDB: Kind = Kind::of("rdb-connection");

/// The kinds in the order in which they are shown.
pub(super) static KINDS: [KindInfo; 6] = [
    KindInfo { kind: CLIENT, title: "Clients" },
    KindInfo { kind: GROUP, title: "Groups" },
    KindInfo { kind: SCOPE, title: "Scopes" },
    KindInfo { kind: AUTHENTICATION, title: "Authentications" },
    KindInfo { kind: LEVEL, title: "Security levels" },
    KindInfo { kind: RDB, title: "RDB connections" },
];

/// The most APIs of a scope, and the most groups of a client: as many ten-digit
/// ids as fit into `oauth_client_details.scope varchar(2048)`.
pub(super) const MOST: usize = 186;

/// What the oauth scope of a client without groups says.
pub(super) const NO_GROUPS: &str = "select";

/// Says whether an imported host is the same as one of the target: by ip or by
/// name, both without regard to case.
pub(super) fn host_matches(file: &Row, target: &Row) -> bool {
    let same = |at: usize| file.text(at).to_lowercase() == target.text(at).to_lowercase();
    same(host::HOST_IP) || same(host::HOST_NAME)
}

/// Returns a host of the file as it is compared with and written over the one
/// of the target: an address that differs in its case alone is the target's.
pub(super) fn host_over(file: &Row, target: &Row) -> Row {
    let mut row = file.clone();
    if file.text(host::HOST_IP).to_lowercase() == target.text(host::HOST_IP).to_lowercase() {
        row.copy(target, &[host::HOST_IP]);
    }
    row
}

/// Who has a name, or a non-empty alias, on either side.
pub(super) struct Names<'w> {
    what: &'static str,
    code: &'static str,
    kind: Kind,
    target: HashMap<&'w str, Vec<&'w str>>,
    file: HashMap<&'w str, Vec<&'w str>>,
}

impl<'w> Names<'w> {
    /// Indexes a column that must be unique among the rows that `keep` takes.
    pub(super) fn new(
        pair: &Pair<'w>,
        kind: Kind,
        (what, code): (&'static str, &'static str),
        (table, key, column): (T, usize, usize),
        keep: impl Fn(&Row) -> bool,
    ) -> Self {
        let holders = |side: &Side<'w>| {
            let mut holders: HashMap<&'w str, Vec<&'w str>> = HashMap::new();
            for row in side.world.rows(table).iter().filter(|row| keep(row)) {
                holders.entry(row.text(column)).or_default().push(row.text(key));
            }
            holders
        };
        Self { what, code, kind, target: holders(&pair.target), file: holders(&pair.file) }
    }

    /// Returns what is wrong with an item having this value.
    pub(super) fn check(&self, key: &str, value: &str) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if value.is_empty() {
            return reasons;
        }
        let other = |holders: &HashMap<&'w str, Vec<&'w str>>| {
            holders.get(value).into_iter().flatten().copied().find(|holder| *holder != key)
        };
        if let Some(owner) = other(&self.target) {
            reasons.push(
                Reason::new(
                    self.code,
                    format!("{} '{value}' belongs to {} '{owner}' in the target", self.what, self.kind),
                )
                .about(ItemId::new(self.kind.clone(), owner)),
            );
        }
        if let Some(other) = other(&self.file) {
            reasons.push(
                Reason::new(
                    "duplicate-in-file",
                    format!("{} '{value}' is also that of {} '{other}' in the file", self.what, self.kind),
                )
                .about(ItemId::new(self.kind.clone(), other)),
            );
        }
        reasons
    }
}

/// Returns the reason of an identity that stands twice in the file.
pub(super) fn twice(kind: &Kind, key: &str, times: usize) -> Option<Reason> {
    (times > 1)
        .then(|| Reason::new("duplicate-in-file", format!("{kind} '{key}' stands {times} times in the file")))
}

/// Returns the reasons of an existing client's level: it must not change, and
/// without one nothing of the client may. A client without a level on both
/// sides and without a difference is left in peace: there is nothing to cover.
pub(super) fn level_differs(file: &Row, target: &Row, is_changed: impl FnOnce() -> bool) -> Option<Reason> {
    let (wanted, there) = (file.cell(client::SECURITY_LEVEL_ID), target.cell(client::SECURITY_LEVEL_ID));
    let same = match (wanted, there) {
        (Cell::Text(wanted), Cell::Text(there)) => wanted.to_lowercase() == there.to_lowercase(),
        (Cell::Null, Cell::Null) => !is_changed(),
        _ => false,
    };
    let called = |cell: &Cell| match cell {
        Cell::Text(text) => format!("'{text}'"),
        _ => "none".to_owned(),
    };
    (!same).then(|| {
        Reason::new(
            "security-level-differs",
            format!("security level is {} in the target and {} in the file", called(there), called(wanted)),
        )
    })
}

/// Returns the reasons of hosts that cannot be told apart.
pub(super) fn hosts(file: &[&Row], target: &[&Row]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut taken: HashMap<usize, &Row> = HashMap::new();
    for row in file {
        let partners: Vec<usize> = target
            .iter()
            .enumerate()
            .filter(|(_, other)| host_matches(row, other))
            .map(|(at, _)| at)
            .collect();
        match partners.as_slice() {
            [] => {}
            [only] => {
                if let Some(other) = taken.insert(*only, row) {
                    reasons.push(Reason::new(
                        "host-clash",
                        format!(
                            "hosts {} and {} of the file are the same host of the target",
                            host_called(other),
                            host_called(row)
                        ),
                    ));
                }
            }
            many => reasons.push(Reason::new(
                "host-ambiguous",
                format!("host {} matches {} hosts of the client in the target", host_called(row), many.len()),
            )),
        }
    }
    if reasons.is_empty() {
        reasons.extend(twin_hosts(file));
    }
    reasons
}

/// Returns the reason of two hosts of the file that are one: once written, each
/// would match both, and the client could not be covered any more. The
/// product's own screens refuse them.
fn twin_hosts(file: &[&Row]) -> Option<Reason> {
    let (mut ips, mut names) = (HashMap::new(), HashMap::new());
    file.iter().find_map(|row| {
        let by_ip = ips.insert(row.text(host::HOST_IP).to_lowercase(), *row);
        let by_name = names.insert(row.text(host::HOST_NAME).to_lowercase(), *row);
        by_ip.or(by_name).map(|other| {
            let message = format!(
                "hosts {} and {} of the file have the same ip or name",
                host_called(other),
                host_called(row)
            );
            Reason::new("host-clash", message)
        })
    })
}

/// Returns how a host is called in messages.
fn host_called(row: &Row) -> String {
    format!("{} ({})", row.text(host::HOST_NAME), row.text(host::HOST_IP))
}

/// Who owns keys and rows of identity providers, which belong to one client.
pub(super) struct Owners<'w> {
    target: [OwnersOf<'w>; 6],
    file: [OwnersOf<'w>; 6],
}

/// The clients that have one thing; more than one is a mistake.
type OwnersOf<'w> = HashMap<String, Vec<&'w str>>;

/// The six sorts of things that belong to one client: what they are called in
/// messages, without showing their identity where that is a secret.
const OWNED: [&str; 6] = [
    "an X-API key",
    "a DGRK key",
    "an OAuth 2.0 IdP row",
    "an LDAP IdP row",
    "an API IdP row",
    "a JDBC IdP row",
];

impl<'w> Owners<'w> {
    /// Indexes both sides.
    pub(super) fn new(pair: &Pair<'w>) -> Self {
        Self { target: owners(&pair.target), file: owners(&pair.file) }
    }

    /// Returns what of a client's belongs to another one.
    pub(super) fn check(&self, pair: &Pair<'w>, client_id: &str) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let mut seen = HashSet::new();
        for (sort, identity, label) in owned(&pair.file, client_id) {
            let Some(what) = OWNED.get(sort) else { continue };
            if !seen.insert((sort, identity.clone())) {
                let message =
                    format!("{what} ('{label}') stands twice with client '{client_id}' in the file");
                reasons.push(Reason::new("duplicate-in-file", message));
            }
            let called = if label.is_empty() { (*what).to_owned() } else { format!("{what} ('{label}')") };
            let other = |owners: &[OwnersOf<'w>; 6]| {
                let all = owners.get(sort).and_then(|map| map.get(&identity));
                all.into_iter().flatten().copied().find(|owner| *owner != client_id)
            };
            if let Some(owner) = other(&self.target) {
                reasons.push(
                    Reason::new(
                        "key-taken",
                        format!("{called} of client '{client_id}' belongs to client '{owner}' in the target"),
                    )
                    .about(ItemId::new(CLIENT, owner)),
                );
            }
            if let Some(owner) = other(&self.file) {
                reasons.push(
                    Reason::new(
                        "duplicate-in-file",
                        format!("{called} stands with clients '{client_id}' and '{owner}' in the file"),
                    )
                    .about(ItemId::new(CLIENT, owner)),
                );
            }
        }
        reasons
    }
}

/// Table, identity and client of a sort of owned things.
fn owned_columns(sort: usize) -> Option<(T, usize, usize)> {
    match sort {
        0 => Some((T::XKey, x_key::API_KEY_EN, x_key::CLIENT_ID)),
        1 => Some((T::OpenKey, open_key::OPEN_API_KEY, open_key::CLIENT_ID)),
        other => IDPS.get(other - 2).copied(),
    }
}

fn identity_of(row: &Row, column: usize) -> String {
    row.int(column).map_or_else(|| row.text(column).to_owned(), |id| id.to_string())
}

fn owners<'w>(side: &Side<'w>) -> [OwnersOf<'w>; 6] {
    std::array::from_fn(|sort| {
        let mut owners = OwnersOf::new();
        if let Some((table, column, owner)) = owned_columns(sort) {
            for row in side.world.rows(table) {
                let all = owners.entry(identity_of(row, column)).or_default();
                if !all.contains(&row.text(owner)) {
                    all.push(row.text(owner));
                }
            }
        }
        owners
    })
}

/// Returns sort, identity and label of what a client of the file owns.
fn owned(side: &Side<'_>, client_id: &str) -> Vec<(usize, String, String)> {
    let mut all = Vec::new();
    for (_, row) in side.rows_of(T::XKey, &side.x_keys, client_id) {
        all.push((0, row.text(x_key::API_KEY_EN).to_owned(), row.text(x_key::API_KEY_ALIAS).to_owned()));
    }
    for (_, row) in side.rows_of(T::OpenKey, &side.open_keys, client_id) {
        all.push((
            1,
            row.text(open_key::OPEN_API_KEY).to_owned(),
            row.text(open_key::OPEN_API_KEY_ALIAS).to_owned(),
        ));
    }
    for (sort, ((table, own_id, _), index)) in IDPS.iter().zip(&side.idps).enumerate() {
        for (_, row) in side.rows_of(*table, index, client_id) {
            all.push((sort + 2, identity_of(row, *own_id), identity_of(row, *own_id)));
        }
    }
    all
}

/// Returns what the product's search looks through: content and remark, NULLs
/// left out.
pub(super) fn keyword_search(row: &Row) -> String {
    [clientext::CONTENT_TXT, clientext::REVIEW_REMARK]
        .into_iter()
        .filter(|at| *row.cell(*at) != Cell::Null)
        .map(|at| row.text(at))
        .collect::<Vec<_>>()
        .join("|")
}

/// Says whether a row is a plain group.
pub(super) fn is_plain(row: &Row) -> bool {
    row.text(group::VGROUP_FLAG) == "0"
}

/// Returns the reason of a group of the file that is neither plain nor hidden.
pub(super) fn unknown_flag(row: &Row) -> Option<Reason> {
    let is_known = matches!(row.cell(group::VGROUP_FLAG), Cell::Null) || is_plain(row) || is_hidden(row);
    (!is_known).then(|| Reason::new("value-not-allowed", "vgroupFlag is neither '0' nor '1'"))
}

/// Returns the reason of a scope with too many APIs.
pub(super) fn too_many_apis(there: usize, new: usize) -> Option<Reason> {
    let total = there + new;
    let told = if there > 0 { format!(" ({there} in the target, {new} more)") } else { String::new() };
    (total > MOST)
        .then(|| Reason::new("too-many-apis", format!("would have {total} APIs{told}, the limit is {MOST}")))
}
