//! When two hosts of a client are the same, and what blocks them.

use std::collections::HashMap;

use super::index::Index;
use super::rules::folded;
use super::schema::{TableId, host};
use super::tables::Row;
use crate::engine::Reason;

/// The hosts of one client on one side, indexed by what makes two hosts equal:
/// their address or their name, both ignoring case.
///
/// Comparing, blocking and writing all use this index to match hosts.
pub(crate) struct Hosts<'w> {
    rows: Vec<&'w Row>,
    ips: HashMap<String, Occurrence>,
    names: HashMap<String, Occurrence>,
    both: HashMap<(String, String), Occurrence>,
}

/// The first matching host, and the number of matches.
#[derive(Clone, Copy)]
struct Occurrence {
    first: usize,
    count: usize,
}

impl<'w> Hosts<'w> {
    /// Indexes the hosts of a client.
    pub(crate) fn of(side: &Index<'w>, client_id: &str) -> Self {
        Self::new(
            side.rows_of(TableId::Host, &side.hosts, client_id)
                .map(|(_, row)| row)
                .collect(),
        )
    }

    fn new(rows: Vec<&'w Row>) -> Self {
        let mut hosts = Self {
            rows,
            ips: HashMap::new(),
            names: HashMap::new(),
            both: HashMap::new(),
        };
        for (first, row) in hosts.rows.iter().enumerate() {
            let (ip, name) = (
                folded(row.text(host::HOST_IP)),
                folded(row.text(host::HOST_NAME)),
            );
            let new = Occurrence { first, count: 0 };
            hosts
                .both
                .entry((ip.clone(), name.clone()))
                .or_insert(new)
                .count += 1;
            hosts.ips.entry(ip).or_insert(new).count += 1;
            hosts.names.entry(name).or_insert(new).count += 1;
        }
        hosts
    }

    /// Returns the hosts, in their order.
    pub(crate) fn rows(&self) -> &[&'w Row] {
        &self.rows
    }

    /// Returns the position of the first host that matches one of the other
    /// side.
    pub(crate) fn position(&self, other: &Row) -> Option<usize> {
        self.find(other).map(|found| found.first)
    }

    /// Returns the first host that matches this one, and the number of matches.
    fn find(&self, other: &Row) -> Option<Occurrence> {
        let (ip, name) = (
            folded(other.text(host::HOST_IP)),
            folded(other.text(host::HOST_NAME)),
        );
        match (self.ips.get(&ip).copied(), self.names.get(&name).copied()) {
            (Some(by_ip), Some(by_name)) => {
                let twice = self.both.get(&(ip, name)).map_or(0, |found| found.count);
                let first = by_ip.first.min(by_name.first);
                Some(Occurrence {
                    first,
                    count: by_ip.count + by_name.count - twice,
                })
            }
            (by_ip, by_name) => by_ip.or(by_name),
        }
    }
}

/// Returns a host of the file as it is compared with and written to the one of
/// the target: an address that differs only in case is the target's.
pub(crate) fn host_over(file: &Row, target: &Row) -> Row {
    let mut row = file.draft();
    if folded(file.text(host::HOST_IP)) == folded(target.text(host::HOST_IP)) {
        row.copy(target, &[host::HOST_IP]);
    }
    row.row()
}

/// Returns the reasons of hosts that cannot be distinguished.
pub(crate) fn hosts(file: &Hosts<'_>, target: &Hosts<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut taken: HashMap<usize, &Row> = HashMap::new();
    for row in file.rows() {
        match target.find(row) {
            None => {}
            Some(Occurrence { first, count: 1 }) => {
                if let Some(other) = taken.insert(first, row) {
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
            Some(Occurrence { count, .. }) => reasons.push(Reason::new(
                "host-ambiguous",
                format!(
                    "host {} matches {count} hosts of the client in the target",
                    host_called(row)
                ),
            )),
        }
    }
    if reasons.is_empty() {
        reasons.extend(twin_hosts(file));
    }
    reasons
}

/// Returns the reason of two equal hosts of the file: once written, each would
/// match both, and the client could no longer be covered. The product's own
/// screens refuse them.
fn twin_hosts(file: &Hosts<'_>) -> Option<Reason> {
    let twins = file.rows().iter().enumerate().find_map(|(index, row)| {
        let found = file.find(row).filter(|found| found.first < index)?;
        Some((file.rows().get(found.first)?, row))
    });
    twins.map(|(other, row)| {
        let message = format!(
            "hosts {} and {} of the file have the same ip or name",
            host_called(other),
            host_called(row)
        );
        Reason::new("host-clash", message)
    })
}

/// Returns the name of a host in messages.
fn host_called(row: &Row) -> String {
    format!(
        "{} ({})",
        row.text(host::HOST_NAME),
        row.text(host::HOST_IP)
    )
}
