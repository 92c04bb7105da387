//! A database to connect to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::location::Location;
use super::options::{APPLICATION_NAME, base_options};
use crate::store::known_policy::KnownPolicy;
use crate::store::timeouts::Timeouts;
use crate::store::zone::Zone;

pub(super) const DEFAULT_PORT: u16 = 5432;

/// A database to connect to. It never shows the password.
#[derive(Clone)]
pub struct Target {
    pub(super) options: PgConnectOptions,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) connect_limit: Duration,
    pub(super) has_password: bool,
    pub(super) open_passfile: Option<PathBuf>,
    /// The policy, if any profile sets one.
    pub(super) known_policy: Option<Arc<KnownPolicy>>,
    /// The time zone that the profile says it has.
    pub(super) zone: Option<Zone>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.display()).finish()
    }
}

impl Target {
    /// Names a database of a private server.
    pub(crate) fn on_socket(directory: &Path, user: &str, database: &str) -> Self {
        let host = directory.to_string_lossy();
        let options = base_options(None)
            .host(&host)
            .port(DEFAULT_PORT)
            .username(user)
            .password("")
            .database(database)
            .ssl_mode(PgSslMode::Disable)
            .application_name(APPLICATION_NAME);
        Self {
            options,
            host: host.into_owned(),
            port: DEFAULT_PORT,
            user: user.to_owned(),
            database: database.to_owned(),
            connect_limit: Timeouts::CONNECT,
            has_password: false,
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

    /// Names the target without its user, as in `host:5432/dbname`.
    #[must_use]
    pub fn place(&self) -> String {
        let Self {
            host,
            port,
            database,
            ..
        } = self;
        if host.contains(':') {
            format!("[{host}]:{port}/{database}")
        } else {
            format!("{host}:{port}/{database}")
        }
    }

    /// Returns its location as written: nothing is resolved.
    #[must_use]
    pub fn location(&self) -> Location {
        Location::new(&self.host, self.port, &self.database)
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

    /// The host, its address, or the directory of its socket.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The role.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }
}
