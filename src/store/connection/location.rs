//! The location of a database, and when two addresses mean the same one.
//!
//! Comparing is pure: the resolver's results are passed in.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// A server, as identified by an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Endpoint {
    /// This machine: a Unix socket, `localhost`, or one of its addresses.
    ThisMachine,
    /// Another machine, by its address.
    Address(IpAddr),
    /// A machine by its name, in lower case and without the dot at the end.
    Name(String),
}

/// The location of a database: every known address of its servers, their ports, and its name.
///
/// Two locations are equal if the databases are equal and one port and one server address are. So
/// the resolver and further hosts can only make more locations equal, never fewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    endpoints: BTreeSet<Endpoint>,
    ports: BTreeSet<u16>,
    database: String,
}

impl Location {
    /// Returns the location as written: a host name, an address, or the directory of a socket.
    #[must_use]
    pub fn new(host: &str, port: u16, database: &str) -> Self {
        let endpoint = match written_address(host) {
            _ if host.starts_with(['/', '@']) => Endpoint::ThisMachine,
            Some(address) if is_own(address) => Endpoint::ThisMachine,
            Some(address) => Endpoint::Address(address),
            None => match normal_name(host) {
                name if name == "localhost" || name.ends_with(".localhost") => {
                    Endpoint::ThisMachine
                }
                name => Endpoint::Name(name),
            },
        };
        Self {
            endpoints: BTreeSet::from([endpoint]),
            ports: BTreeSet::from([port]),
            database: database.to_owned(),
        }
    }

    /// Returns the location of a database that is on one of two places.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.endpoints.extend(other.endpoints);
        self.ports.extend(other.ports);
        self
    }

    /// Returns the names to resolve.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.endpoints.iter().filter_map(|endpoint| match endpoint {
            Endpoint::Name(name) => Some(name.as_str()),
            Endpoint::ThisMachine | Endpoint::Address(_) => None,
        })
    }

    /// Returns the addresses of other machines that are known.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.endpoints.iter().filter_map(|endpoint| match endpoint {
            Endpoint::Address(address) => Some(*address),
            Endpoint::ThisMachine | Endpoint::Name(_) => None,
        })
    }

    /// Adds the addresses that a resolver has found for the name; `is_local` says which of them are
    /// this machine's.
    pub(super) fn add(&mut self, addresses: &[IpAddr], is_local: impl Fn(IpAddr) -> bool) {
        self.endpoints.extend(addresses.iter().map(|address| {
            let address = address.to_canonical();
            if is_own(address) || is_local(address) {
                Endpoint::ThisMachine
            } else {
                Endpoint::Address(address)
            }
        }));
    }

    /// Says whether a port and the database's name are the other's.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        !self.ports.is_disjoint(&other.ports) && self.database == other.database
    }

    /// Says whether it is the same location.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.may_be(other) && !self.endpoints.is_disjoint(&other.endpoints)
    }
}

/// Reads an address as it is written, in brackets or with a zone perhaps. An IPv4 address inside
/// of an IPv6 one is the IPv4 address.
fn written_address(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    let bare = bare
        .split_once('%')
        .map_or(bare, |(address, _zone)| address);
    bare.parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

/// An address of the machine itself; connecting to the unspecified address counts, too.
fn is_own(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

fn normal_name(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(host: &str) -> Location {
        Location::new(host, 5432, "gate")
    }

    #[test]
    fn this_machine_has_many_names() {
        let names = [
            "/tmp",
            "/var/run/postgresql",
            "localhost",
            "LocalHost.",
            "db.localhost",
            "127.0.0.1",
            "127.0.1.1",
        ];
        for host in names
            .into_iter()
            .chain(["::1", "[::1]", "::ffff:127.0.0.1", "0.0.0.0", "::"])
        {
            assert!(at(host).is_same(&at("localhost")), "{host}");
            assert!(!at(host).is_same(&at("db.example")), "{host}");
        }
    }

    #[test]
    fn a_name_and_its_address_are_the_same_place() {
        let mut named = at("db.example");
        assert!(!named.is_same(&at("192.0.2.7")));
        named.add(&["::ffff:192.0.2.7".parse().unwrap()], |_| false);
        assert!(named.is_same(&at("192.0.2.7")) && named.is_same(&at("DB.example.")));
        assert!(!named.is_same(&at("192.0.2.8")) && !named.is_same(&at("localhost")));
    }

    #[test]
    fn a_name_of_this_machine_is_this_machine() {
        let mut named = at("bastion.example");
        named.add(&["192.0.2.7".parse().unwrap()], |address| {
            address.to_string() == "192.0.2.7"
        });
        assert!(named.is_same(&at("/tmp")) && named.is_same(&at("::1")));
    }

    #[test]
    fn two_names_that_share_one_address_are_the_same_place() {
        let (mut alias, mut own) = (at("gateway-db"), at("db.example"));
        alias.add(
            &["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()],
            |_| false,
        );
        own.add(
            &["192.0.2.2".parse().unwrap(), "2001:db8::1".parse().unwrap()],
            |_| false,
        );
        assert!(alias.is_same(&own) && own.is_same(&alias));
    }

    fn host() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z][a-z0-9]{0,3}(\\.[a-z]{1,3}){0,2}",
            any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
            any::<std::net::Ipv6Addr>().prop_map(|address| address.to_string()),
            "/[a-z]{1,8}",
            Just("localhost".to_owned()),
            // Unusual notations.
            any::<String>(),
        ]
    }

    fn location() -> impl Strategy<Value = Location> {
        let addresses = prop::collection::vec(any::<IpAddr>(), 0..3);
        (host(), 1_u16..4, "[ab]", addresses, any::<bool>()).prop_map(
            |(host, port, database, addresses, is_local)| {
                let mut location = Location::new(&host, port, &database);
                location.add(&addresses, |_| is_local);
                location
            },
        )
    }

    proptest! {
        #[test]
        fn every_place_is_itself_and_sameness_is_mutual(one in location(), other in location()) {
            prop_assert!(one.is_same(&one));
            prop_assert_eq!(one.is_same(&other), other.is_same(&one));
        }

        #[test]
        fn the_case_of_a_host_and_a_dot_at_its_end_do_not_matter(host in "[a-z][a-z0-9-]{0,8}(\\.[a-z]{1,5}){0,3}") {
            let shouted = format!("{}.", host.to_uppercase());
            prop_assert!(at(&host).is_same(&at(&shouted)));
        }

        #[test]
        fn another_port_or_database_is_another_place(host in host(), port in 1_u16..9000) {
            let here = Location::new(&host, port, "gate");
            prop_assert!(!here.is_same(&Location::new(&host, port + 1, "gate")));
            prop_assert!(!here.is_same(&Location::new(&host, port, "Gate")));
        }

        #[test]
        fn what_the_resolver_says_takes_no_sameness_away(
            one in location(), other in location(), addresses in prop::collection::vec(any::<IpAddr>(), 0..4)
        ) {
            let mut more = one.clone();
            more.add(&addresses, |_| false);
            prop_assert!(!one.is_same(&other) || more.is_same(&other));
        }
    }
}
