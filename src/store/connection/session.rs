//! How a session starts: its limits, and a check of the server's version.

use std::io;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::error::ConnectError;
use super::options::APPLICATION_NAME;
use super::target::Target;
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
        let limit = timeouts.connect.unwrap_or(self.connect_limit);
        if limit.is_zero() {
            return self.begin_session(timeouts).await;
        }
        tokio::time::timeout(limit, self.begin_session(timeouts))
            .await
            .unwrap_or_else(|_elapsed| {
                Err(ConnectError::TooSlow {
                    target: self.display(),
                    seconds: limit.as_secs(),
                })
            })
    }

    /// Connects briefly, to monitor one of our sessions or to end it; the name of the new session
    /// says so. Has its own timeout.
    pub async fn connect_monitor(&self, timeouts: Timeouts) -> Option<PgConnection> {
        let name = format!("{APPLICATION_NAME} monitor");
        let target = Self {
            options: self.options.clone().application_name(&name),
            ..self.clone()
        };
        target
            .connect(Timeouts {
                connect: Some(timeouts.probe),
                ..timeouts
            })
            .await
            .ok()
    }

    async fn begin_session(
        &self,
        timeouts: Timeouts,
    ) -> Result<(PgConnection, SessionInfo), ConnectError> {
        let mut connection = PgConnection::connect_with(&self.options)
            .await
            .map_err(|error| self.explain(error))?;
        let row = sqlx::raw_sql(AssertSqlSafe(session_sql(
            timeouts,
            self.policy().read_only.is_some(),
        )))
        .fetch_one(&mut connection)
        .await;
        let row = row.map_err(|error| self.explain(error))?;
        let version: i32 = row.try_get(0).map_err(|error| self.explain(error))?;
        let major = u32::try_from(version / 10_000).unwrap_or_default();
        if major < OLDEST_MAJOR {
            return Err(ConnectError::TooOld {
                target: self.display(),
                major,
                oldest: OLDEST_MAJOR,
            });
        }
        let info = self.info(&row).map_err(|error| self.explain(error))?;
        Ok((connection, info))
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

    fn explain(&self, error: sqlx::Error) -> ConnectError {
        let target = self.display();
        match error {
            sqlx::Error::Io(source) => {
                let source = io::Error::new(source.kind(), reason(&source));
                ConnectError::Unreachable {
                    target,
                    socket: self.host.starts_with('/'),
                    source,
                }
            }
            sqlx::Error::Tls(source) | sqlx::Error::Configuration(source) => {
                ConnectError::Tls { target, source }
            }
            source @ sqlx::Error::Protocol(_) => ConnectError::NotPostgres { target, source },
            sqlx::Error::Database(refusal) => self.explain_refusal(refusal),
            source => ConnectError::Other { target, source },
        }
    }

    fn explain_refusal(&self, refusal: Box<dyn sqlx::error::DatabaseError>) -> ConnectError {
        let target = self.display();
        let message = refusal.message().to_owned();
        match refusal.code().as_deref() {
            Some("28P01") => ConnectError::WrongPassword {
                target,
                message,
                had_password: self.has_password,
                open_passfile: self.open_passfile.clone(),
            },
            Some("28000" | "42501") => ConnectError::Denied { target, message },
            Some("3D000") => ConnectError::NoDatabase {
                target,
                database: self.database.clone(),
            },
            Some("53300" | "57P01" | "57P02" | "57P03") => ConnectError::Busy { target, message },
            _ => ConnectError::Other {
                target,
                source: sqlx::Error::Database(refusal),
            },
        }
    }
}

/// One message, to save round trips, that sets the limits and reads the version, the server's
/// process id and the time zone.
///
/// Row level security never hides rows from it: the server refuses to read a table where it would.
pub(super) fn session_sql(timeouts: Timeouts, is_read_only: bool) -> String {
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
    sql
}
