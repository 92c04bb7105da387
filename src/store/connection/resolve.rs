//! Resolving host names with the system's resolver, within a time limit.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, ToSocketAddrs as _, UdpSocket};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;

use super::location::Location;

/// The timeout for all names together. Names that are not resolved by then are compared as written.
const LIMIT: Duration = Duration::from_secs(2);

/// Adds the resolved addresses to each location.
///
/// Each name is looked up on its own thread, which is abandoned on a timeout: the resolver cannot
/// be interrupted, and the runtime would wait for its own threads.
pub(in crate::store) async fn resolve(locations: Vec<&mut Location>) {
    let names: BTreeSet<String> = locations
        .iter()
        .flat_map(|location| location.names())
        .map(str::to_owned)
        .collect();
    let found = look_up(names, LIMIT, addresses).await;
    for location in locations {
        let named = location.names().filter_map(|name| found.get(name));
        // An address may already be one of this machine.
        let known: Vec<IpAddr> = location
            .addresses()
            .chain(named.flatten().copied())
            .collect();
        location.add(&known, is_local);
    }
}

async fn look_up(
    names: BTreeSet<String>,
    limit: Duration,
    addresses: fn(&str) -> Vec<IpAddr>,
) -> BTreeMap<String, Vec<IpAddr>> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for name in names {
        let sender = sender.clone();
        let resolver = thread::Builder::new().name("resolver".to_owned());
        let started = resolver.spawn(move || {
            let found = addresses(&name);
            // The receiver is dropped after a timeout.
            sender.send((name, found)).ok();
        });
        if let Err(error) = started {
            tracing::warn!(%error, "cannot look up a host name");
        }
    }
    drop(sender);
    let mut found = BTreeMap::new();
    let collect = async {
        while let Some((name, addresses)) = receiver.recv().await {
            found.insert(name, addresses);
        }
    };
    if tokio::time::timeout(limit, collect).await.is_err() {
        tracing::warn!("a host name was not resolved in time; it is compared as it is written");
    }
    found
}

/// Asks the system. Blocks.
fn addresses(name: &str) -> Vec<IpAddr> {
    match (name, 0).to_socket_addrs() {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(error) => {
            tracing::debug!(%error, "a host name was not resolved");
            Vec::new()
        }
    }
}

/// Says whether an address is one of this machine's: only to those can a socket be bound.
fn is_local(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_resolver_that_hangs_is_not_waited_for() {
        let hang = |name: &str| {
            if name == "slow" {
                thread::sleep(Duration::from_secs(60));
            }
            vec![IpAddr::from([192, 0, 2, 7])]
        };
        let found = look_up(names(&["slow", "fast"]), Duration::from_millis(200), hang).await;
        assert_eq!(found.keys().collect::<Vec<_>>(), ["fast"]);
    }

    #[tokio::test]
    async fn a_name_that_does_not_resolve_is_compared_as_text() {
        let mut here = Location::new("no-such-host.invalid", 5432, "gate");
        let mut there = Location::new("NO-SUCH-HOST.invalid.", 5432, "gate");
        resolve(vec![&mut here, &mut there]).await;
        assert!(here.is_same(&there));
        assert!(!here.is_same(&Location::new("localhost", 5432, "gate")));
    }

    #[test]
    fn only_this_machines_addresses_are_local() {
        assert!(is_local(IpAddr::from([127, 0, 0, 1])));
        assert!(
            !is_local(IpAddr::from([192, 0, 2, 7])),
            "TEST-NET-1 is nobody's"
        );
    }
}
