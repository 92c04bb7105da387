//! A database to connect to.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::hosts::{DEFAULT_PORT, Host};
use super::location::Location;
use super::security::Security;
use super::wire::{Network, SessionAttributes};
use crate::store::known_policy::KnownPolicy;
use crate::store::timeouts::Timeouts;
use crate::store::zone::Zone;

/// A database to connect to. It never shows the password.
#[derive(Clone)]
pub struct Target {
    /// The servers to try, in this order; at least one.
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) database: String,
    /// Options of the session, as `PGOPTIONS` has them.
    pub(super) options: Option<String>,
    pub(super) security: Arc<Security>,
    pub(super) network: Network,
    pub(super) attributes: SessionAttributes,
    /// Where the last session is: those that look after it go to the same server.
    pub(super) last: Arc<Mutex<Option<LastServer>>>,
    pub(super) connect_limit: Duration,
    pub(super) open_passfile: Option<PathBuf>,
    /// The policy, if any profile sets one.
    pub(super) known_policy: Option<Arc<KnownPolicy>>,
    /// The time zone that the profile says it has.
    pub(super) zone: Option<Zone>,
}

/// A server that a session was opened at.
#[derive(Clone, Copy)]
pub(super) struct LastServer {
    /// Which of the hosts it is.
    pub(super) host: usize,
    pub(super) address: Option<SocketAddr>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.display()).finish()
    }
}

impl Target {
    /// Names a database of a private server.
    pub(crate) fn on_socket(directory: &Path, user: &str, database: &str) -> Self {
        let host = directory.to_string_lossy().into_owned();
        Self {
            hosts: vec![Host::new(host, DEFAULT_PORT)],
            user: user.to_owned(),
            database: database.to_owned(),
            options: None,
            security: Arc::new(Security::none()),
            network: Network::default(),
            attributes: SessionAttributes::Any,
            last: Arc::default(),
            connect_limit: Timeouts::CONNECT,
            open_passfile: None,
            known_policy: None,
            zone: None,
        }
    }

    /// Names the target for people, as in `user@host:5432/dbname`. A socket is shown as its
    /// directory.
    #[must_use]
    pub fn display(&self) -> String {
        format!("{}@{}", self.user, self.place())
    }

    /// Names the target without its user, as in `host:5432/dbname`; several hosts as in a URL.
    #[must_use]
    pub fn place(&self) -> String {
        let hosts: Vec<_> = self.hosts.iter().map(Host::display).collect();
        format!("{}/{}", hosts.join(","), self.database)
    }

    /// Returns its location as written: nothing is resolved.
    #[must_use]
    pub fn location(&self) -> Location {
        let of = |host: &Host| Location::new(host.place(), host.port, &self.database);
        let all = self.hosts.iter().map(of).reduce(Location::or);
        all.unwrap_or_else(|| Location::new("", DEFAULT_PORT, &self.database))
    }

    pub(in crate::store) fn known_policy(&self) -> Option<&KnownPolicy> {
        self.known_policy.as_deref()
    }

    pub(in crate::store) fn with_markings(self, known_policy: KnownPolicy) -> Self {
        Self {
            known_policy: Some(Arc::new(known_policy)),
            ..self
        }
    }

    /// Says what time zone it has if it does not say so itself.
    #[must_use]
    pub fn in_zone(self, zone: Option<Zone>) -> Self {
        Self { zone, ..self }
    }

    /// The name of the database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The first host, its address, or the directory of its socket.
    #[must_use]
    pub fn host(&self) -> &str {
        self.hosts.first().map_or("", Host::place)
    }

    /// The role.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }
}
