//! How a session starts: its limits, and a check of the server's version.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::error::ConnectError;
use super::hosts::{DEFAULT_PORT, Host};
use super::options::APPLICATION_NAME;
use super::pooler::{self, Sessions};
use super::target::{LastServer, Target};
use super::wire::{self, OpenError, Route, SessionAttributes};
use crate::store::error::reason;
use crate::store::timeouts::Timeouts;
use crate::store::zone::{Zone, ZoneSettings};

/// The oldest major version of PostgreSQL that gatediff works with.
pub const OLDEST_MAJOR: u32 = 13;

/// TCP keepalives, by which the server detects a lost client: else a session whose network failed
/// would hold its locks for hours. Unix sockets ignore them.
const KEEPALIVES: &str = ", pg_catalog.set_config('tcp_keepalives_idle', '15', false)\
                          , pg_catalog.set_config('tcp_keepalives_interval', '5', false)\
                          , pg_catalog.set_config('tcp_keepalives_count', '3', false)\
                          , pg_catalog.set_config('tcp_user_timeout', '30000', false)";

/// Reads the server's own time zone, if the role may, and leaves it in a setting for the rest of the
/// message.
const SERVER_ZONE: &str = "\
DO $$ BEGIN PERFORM pg_catalog.set_config('gatediff.time_zone', coalesce((SELECT f.setting \
    FROM pg_catalog.pg_file_settings AS f WHERE lower(f.name) = 'timezone' AND f.error IS NULL ORDER BY f.seqno DESC LIMIT 1), \
    (SELECT s.boot_val FROM pg_catalog.pg_settings AS s WHERE s.name = 'TimeZone')), true); \
    EXCEPTION WHEN insufficient_privilege THEN NULL; END $$; ";

/// The time zone that is set for the database or the role, that of the server, and that of its log.
const ZONE: &str = "\
, (SELECT substr(c, strpos(c, '=') + 1) FROM pg_catalog.pg_db_role_setting AS s, unnest(s.setconfig) AS c \
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) \
    AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)) AND lower(c) LIKE 'timezone=%' \
    ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1)\
, nullif(pg_catalog.current_setting('gatediff.time_zone', true), ''), pg_catalog.current_setting('log_timezone', true)";

/// What a session says when it starts.
#[derive(Clone, Copy, Debug)]
pub struct SessionInfo {
    /// The server's process id of the session.
    pub backend: i32,
    /// The time zone of the target.
    pub zone: Zone,
}

impl Target {
    /// Connects and prepares the session: its name, its limits, and a check of the server's
    /// version.
    ///
    /// No transaction is open yet, so this may be cancelled.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect(&self, timeouts: Timeouts) -> Result<PgConnection, ConnectError> {
        self.connect_session(timeouts)
            .await
            .map(|(connection, _)| connection)
    }

    /// [Connects](Self::connect), and also returns what the session says.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect_session(
        &self,
        timeouts: Timeouts,
    ) -> Result<(PgConnection, SessionInfo), ConnectError> {
        let passes: &[SessionAttributes] = match self.attributes {
            SessionAttributes::PreferStandby => {
                &[SessionAttributes::PreferStandby, SessionAttributes::Any]
            }
            _ => &[self.attributes],
        };
        let mut failures = Vec::new();
        for attributes in passes {
            failures.clear();
            for host in 0..self.hosts.len() {
                let at = self.route(host, None, *attributes, APPLICATION_NAME);
                match self.connect_at(at, host, timeouts, Proxies::Examined).await {
                    Ok(connected) => return Ok(connected),
                    Err(error) if error.tries_next() => failures.push(self.explain(host, error)),
                    Err(error) => return Err(self.explain(host, error)),
                }
            }
        }
        let last = failures.pop();
        match last {
            Some(only) if failures.is_empty() => Err(only),
            last => {
                failures.extend(last);
                Err(ConnectError::NoHost {
                    target: self.display(),
                    failures,
                })
            }
        }
    }

    /// Connects briefly, to monitor one of our sessions or to end it; the name of the new session
    /// says so. Has its own timeout, and goes to the server that the last session is at.
    pub async fn connect_monitor(&self, timeouts: Timeouts) -> Option<PgConnection> {
        let name = format!("{APPLICATION_NAME} monitor");
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (host, address) = last.map_or((0, None), |last| (last.host, last.address));
        let at = |known| self.route(host, known, SessionAttributes::Any, &name);
        let timeouts = Timeouts {
            connect: Some(timeouts.probe),
            ..timeouts
        };
        // The session that it looks after has been found to be kept.
        let proxies = match last {
            Some(_) => Proxies::Trusted,
            None => Proxies::Examined,
        };
        let connected = match self.connect_at(at(address), host, timeouts, proxies).await {
            // The name may since be that of another server, which has taken over.
            Err(BeginError::Open(OpenError::Unreachable(_))) if address.is_some() => {
                self.connect_at(at(None), host, timeouts, proxies).await
            }
            connected => connected,
        };
        connected.ok().map(|(connection, _)| connection)
    }

    /// What a connection to one of the hosts needs; at an address that is known already.
    fn route(
        &self,
        host: usize,
        known: Option<SocketAddr>,
        attributes: SessionAttributes,
        name: &str,
    ) -> Route {
        // There is at least one host, and each is asked for by its own number.
        let nowhere = || Host::new(String::new(), DEFAULT_PORT);
        Route {
            host: self.hosts.get(host).cloned().unwrap_or_else(nowhere),
            known,
            user: self.user.clone(),
            database: self.database.clone(),
            application_name: name.to_owned(),
            options: self.options.clone(),
            security: Arc::clone(&self.security),
            network: self.network.clone(),
            attributes,
        }
    }

    /// Connects to one host, within the time for one.
    async fn connect_at(
        &self,
        at: Route,
        host: usize,
        timeouts: Timeouts,
        proxies: Proxies,
    ) -> Result<(PgConnection, SessionInfo), BeginError> {
        let limit = timeouts.connect.unwrap_or(self.connect_limit);
        let place = at.host.display();
        let beginning = self.begin_session(at, timeouts, proxies);
        let (connection, info, address) = if limit.is_zero() {
            beginning.await?
        } else {
            tokio::time::timeout(limit, beginning)
                .await
                .unwrap_or(Err(BeginError::TooSlow(limit)))?
        };
        tracing::debug!(place, "connected");
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(LastServer { host, address });
        Ok((connection, info))
    }

    /// The target as it is shown for one of several hosts.
    fn named(&self, host: usize) -> String {
        match self.hosts.get(host) {
            Some(host) if self.hosts.len() > 1 => {
                format!("{}@{}/{}", self.user, host.display(), self.database)
            }
            _ => self.display(),
        }
    }

    async fn begin_session(
        &self,
        at: Route,
        timeouts: Timeouts,
        proxies: Proxies,
    ) -> Result<(PgConnection, SessionInfo, Option<SocketAddr>), BeginError> {
        let opened = wire::open(at.clone()).await.map_err(BeginError::Open)?;
        let mut connection = PgConnection::connect_with(&opened.options()).await?;
        let is_read_only = self.policy().read_only.is_some();
        // Behind a proxy it is not known yet whether the session is ours: nothing is set in it.
        let sql = session_sql(timeouts, is_read_only, Some(opened.process));
        let row = sqlx::raw_sql(AssertSqlSafe(sql))
            .fetch_optional(&mut connection)
            .await?;
        let row = match row {
            Some(row) => row,
            None => {
                if proxies == Proxies::Examined
                    && pooler::sessions(&mut connection, &at, timeouts).await? == Sessions::Shared
                {
                    return Err(BeginError::Pooled);
                }
                let sql = session_sql(timeouts, is_read_only, None);
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .fetch_one(&mut connection)
                    .await?
            }
        };
        let version: i32 = row.try_get(0)?;
        let major = u32::try_from(version / 10_000).unwrap_or_default();
        if major < OLDEST_MAJOR {
            return Err(BeginError::TooOld(major));
        }
        Ok((connection, self.info(&row)?, opened.address))
    }

    fn info(&self, row: &PgRow) -> Result<SessionInfo, sqlx::Error> {
        let settings = ZoneSettings {
            database: row.try_get(2)?,
            server: row.try_get(3)?,
            log: row.try_get(4)?,
        };
        Ok(SessionInfo {
            backend: row.try_get(1)?,
            zone: Zone::of(&settings, self.zone),
        })
    }

    fn explain(&self, host: usize, error: BeginError) -> ConnectError {
        let target = self.named(host);
        match error {
            BeginError::Open(OpenError::Refused { code, message, .. }) => {
                self.explain_refusal(host, &code, message)
            }
            BeginError::Sql(sqlx::Error::Database(refusal)) => {
                let code = refusal.code().unwrap_or_default();
                self.explain_refusal(host, &code, refusal.message().to_owned())
            }
            BeginError::Open(OpenError::Unreachable(error) | OpenError::Broken(error))
            | BeginError::Sql(sqlx::Error::Io(error)) => ConnectError::Unreachable {
                target,
                socket: self.hosts.get(host).is_some_and(|it| it.socket().is_some()),
                source: io::Error::new(error.kind(), reason(&error)),
            },
            BeginError::Open(OpenError::Tls(source)) => ConnectError::Tls { target, source },
            BeginError::Open(OpenError::Forbidden { what, remedy }) => ConnectError::Forbidden {
                target,
                what,
                remedy,
            },
            BeginError::Open(OpenError::OtherServer(what)) => {
                ConnectError::OtherServer { target, what }
            }
            BeginError::Open(OpenError::Protocol(what)) => {
                ConnectError::NotPostgres { target, what }
            }
            BeginError::Open(OpenError::Local(source)) => ConnectError::NoRelay { target, source },
            BeginError::Pooled => ConnectError::Pooled { target },
            BeginError::TooOld(major) => ConnectError::TooOld {
                target,
                major,
                oldest: OLDEST_MAJOR,
            },
            BeginError::TooSlow(limit) => ConnectError::TooSlow {
                target,
                seconds: limit.as_secs(),
            },
            BeginError::Sql(error) => ConnectError::NotPostgres {
                target,
                what: error.to_string(),
            },
        }
    }

    fn explain_refusal(&self, host: usize, code: &str, message: String) -> ConnectError {
        let target = self.named(host);
        match code {
            "28P01" => ConnectError::WrongPassword {
                target,
                message,
                had_password: self.hosts.get(host).is_some_and(|it| it.password.is_some()),
                open_passfile: self.open_passfile.clone(),
            },
            "28000" | "42501" => ConnectError::Denied { target, message },
            "3D000" => ConnectError::NoDatabase {
                target,
                database: self.database.clone(),
            },
            "53300" | "57P01" | "57P02" | "57P03" => ConnectError::Busy { target, message },
            _ => ConnectError::Other { target, message },
        }
    }
}

/// What a proxy in between means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proxies {
    /// It is examined: does it keep a session for each connection?
    Examined,
    /// It has been examined.
    Trusted,
}

/// Why a session did not begin at a host.
#[derive(Debug)]
enum BeginError {
    Open(OpenError),
    Sql(sqlx::Error),
    /// A proxy gives each transaction another session.
    Pooled,
    /// The server has this major version.
    TooOld(u32),
    /// It did not begin within this time.
    TooSlow(Duration),
}

impl BeginError {
    /// Says whether the next host is tried.
    fn tries_next(&self) -> bool {
        match self {
            Self::Open(problem) => problem.tries_next(),
            Self::TooSlow(_) => true,
            Self::Sql(_) | Self::Pooled | Self::TooOld(_) => false,
        }
    }
}

impl From<pooler::Probe> for BeginError {
    fn from(error: pooler::Probe) -> Self {
        match error {
            pooler::Probe::Open(problem) => Self::Open(problem),
            pooler::Probe::Sql(error) => Self::Sql(error),
        }
    }
}

impl From<sqlx::Error> for BeginError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}
/// One message, to save round trips, that sets the limits and reads the version, the server's
/// process id and the time zone. With a process, it does all that only there, and returns no row
/// elsewhere.
///
/// Row level security never hides rows from it: the server refuses to read a table where it would.
pub(super) fn session_sql(timeouts: Timeouts, is_read_only: bool, only_in: Option<i32>) -> String {
    // For the server, zero means no limit; here it means not to wait, so the shortest limit is
    // used.
    let at_once = |limit: Duration| limit.max(Duration::from_millis(1));
    let limits = [
        ("statement_timeout", timeouts.statement),
        ("lock_timeout", timeouts.lock.map(at_once)),
        (
            "idle_in_transaction_session_timeout",
            timeouts.idle_in_transaction,
        ),
    ];
    let mut sql = format!(
        "{SERVER_ZONE}SELECT pg_catalog.current_setting('server_version_num')::int4, \
         pg_catalog.pg_backend_pid(){ZONE}, pg_catalog.set_config('row_security', 'off', false)"
    );
    for (name, limit) in limits {
        if let Some(limit) = limit {
            // The server counts in milliseconds of an i32.
            let milliseconds = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
            sql.push_str(&format!(
                ", pg_catalog.set_config('{name}', '{milliseconds}', false)"
            ));
        }
    }
    sql.push_str(KEEPALIVES);
    if is_read_only {
        sql.push_str(", pg_catalog.set_config('default_transaction_read_only', 'on', false)");
    }
    if let Some(process) = only_in {
        sql.push_str(&format!(" WHERE pg_catalog.pg_backend_pid() = {process}"));
    }
    sql
}
