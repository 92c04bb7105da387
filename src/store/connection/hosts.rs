//! The servers that a connection names, in order.

use std::path::{Path, PathBuf};

use super::conninfo::{Malformed, Settings};

pub(super) const DEFAULT_PORT: u16 = 5432;

/// One of the servers to try. Holds a password, and is therefore never printed as a whole.
#[derive(Clone)]
pub(super) struct Host {
    /// The name or address, or the directory of a socket: what certificates are checked for.
    pub(super) name: Option<String>,
    /// The address to connect to instead of looking up the name.
    pub(super) address: Option<String>,
    pub(super) port: u16,
    pub(super) password: Option<String>,
}

impl Host {
    pub(super) fn new(name: String, port: u16) -> Self {
        Self {
            name: Some(name),
            address: None,
            port,
            password: None,
        }
    }

    /// Where the connection goes to: the address, else the name.
    pub(super) fn place(&self) -> &str {
        let place = self.address.as_deref().or(self.name.as_deref());
        place.unwrap_or_default()
    }

    /// The name by which the password file knows it.
    pub(super) fn name_or_address(&self) -> &str {
        let name = self.name.as_deref().or(self.address.as_deref());
        name.unwrap_or_default()
    }

    /// Shows it as in an address, `host:5432`.
    pub(super) fn display(&self) -> String {
        let (place, port) = (self.place(), self.port);
        if place.contains(':') {
            format!("[{place}]:{port}")
        } else {
            format!("{place}:{port}")
        }
    }

    /// The path of its socket, if it is one. On Linux, `@` names one that is in no file system.
    pub(super) fn socket(&self) -> Option<PathBuf> {
        let place = self.place();
        let file = format!(".s.PGSQL.{}", self.port);
        match place.strip_prefix('@') {
            Some(name) => Some(Path::new(&format!("\0{name}")).join(file)),
            None => place.starts_with('/').then(|| Path::new(place).join(file)),
        }
    }
}

/// Reads the hosts, their addresses and ports: lists of equal length; one port is that of all.
pub(super) fn read_hosts(settings: &Settings) -> Result<Vec<Host>, (&'static str, Malformed)> {
    let listed = |keyword: &'static str| {
        let text = settings.get(keyword)?;
        Some(text.split(',').map(str::trim).collect::<Vec<_>>())
    };
    let (names, addresses) = (listed("host"), listed("hostaddr"));
    let ports = listed("port").unwrap_or_default();
    let hosts = addresses.as_ref().or(names.as_ref()).map_or(1, Vec::len);
    let as_many = |keyword, others| {
        (others == hosts).then_some(()).ok_or((
            keyword,
            Malformed::Unequal {
                hosts,
                others,
                keyword,
            },
        ))
    };
    if let Some(names) = &names {
        as_many("host", names.len())?;
    }
    if ports.len() > 1 {
        as_many("port", ports.len())?;
    }
    let of = |list: &Option<Vec<&str>>, index: usize| {
        let value = list.as_ref()?.get(index)?;
        (!value.is_empty()).then(|| (*value).to_owned())
    };
    (0..hosts)
        .map(|index| {
            let port = ports.get(index).or(ports.first()).copied();
            let port = read_port(port.unwrap_or_default()).ok_or(("port", Malformed::Port))?;
            let address = of(&addresses, index);
            if let Some(address) = &address
                && bare(address).parse::<std::net::IpAddr>().is_err()
            {
                return Err(("hostaddr", Malformed::Value("hostaddr")));
            }
            let name = of(&names, index);
            let name = match (&address, name) {
                (None, None) => Some(default_host(port)),
                (_, name) => name,
            };
            Ok(Host {
                name,
                address,
                port,
                password: None,
            })
        })
        .collect()
}

/// An address without its zone.
fn bare(address: &str) -> &str {
    address.split_once('%').map_or(address, |(bare, _)| bare)
}

fn read_port(text: &str) -> Option<u16> {
    if text.is_empty() {
        return Some(DEFAULT_PORT);
    }
    text.parse().ok().filter(|port| *port != 0)
}

/// Where libpq looks for a server when no host is given.
fn default_host(port: u16) -> String {
    ["/var/run/postgresql", "/private/tmp", "/tmp"]
        .iter()
        .find(|directory| {
            Path::new(directory)
                .join(format!(".s.PGSQL.{port}"))
                .exists()
        })
        .map_or_else(
            || "localhost".to_owned(),
            |directory| (*directory).to_owned(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Result<Vec<String>, Malformed> {
        let settings = Settings::parse(text).unwrap_or_else(|problem| panic!("{problem}"));
        let hosts = read_hosts(&settings).map_err(|(_, problem)| problem)?;
        Ok(hosts.iter().map(Host::display).collect())
    }

    #[test]
    fn one_port_is_that_of_all_hosts() {
        assert_eq!(hosts("host=a,b").unwrap(), ["a:5432", "b:5432"]);
        assert_eq!(hosts("host=a,b port=6").unwrap(), ["a:6", "b:6"]);
        assert_eq!(hosts("host=a,b port=,7").unwrap(), ["a:5432", "b:7"]);
        assert_eq!(
            hosts("hostaddr=::1,10.0.0.1").unwrap(),
            ["[::1]:5432", "10.0.0.1:5432"]
        );
        assert_eq!(
            hosts("postgres://a:1,[::1],c:3/d").unwrap(),
            ["a:1", "[::1]:5432", "c:3"]
        );
    }

    #[test]
    fn lists_that_do_not_fit_are_refused() {
        assert_eq!(
            hosts("host=a,b port=1,2,3").unwrap_err(),
            Malformed::Unequal {
                hosts: 2,
                others: 3,
                keyword: "port"
            }
        );
        assert!(matches!(
            hosts("host=a,b hostaddr=10.0.0.1").unwrap_err(),
            Malformed::Unequal { .. }
        ));
        assert_eq!(
            hosts("hostaddr=name").unwrap_err(),
            Malformed::Value("hostaddr")
        );
        assert_eq!(hosts("host=a,b port=1,0").unwrap_err(), Malformed::Port);
    }

    #[test]
    fn a_socket_is_a_path_or_an_abstract_name() {
        let socket = |name: &str| Host::new(name.to_owned(), 1).socket();
        assert_eq!(socket("/tmp"), Some(PathBuf::from("/tmp/.s.PGSQL.1")));
        assert_eq!(socket("@x"), Some(PathBuf::from("\0x/.s.PGSQL.1")));
        assert_eq!(socket("x"), None);
    }
}
