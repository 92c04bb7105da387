//! Which database to connect to, by libpq's rules, and how a session starts.
//!
//! sqlx itself reads parts of the environment. Here everything is resolved first, from an
//! environment that is a parameter, and each of sqlx's settings is then written explicitly.
//!
//! Different from libpq: one host only; a host address replaces the host name, also where
//! certificates are checked, and a name with higher precedence (in the URL) replaces an address
//! with lower precedence (`PGHOSTADDR`); `sslmode=allow` is `disable`; every session has the time
//! zone UTC, which sqlx sets when it connects.

mod conninfo;
mod error;
mod location;
mod passfile;
mod resolve;

use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

pub use error::{ConnectError, Malformed};
pub use location::Location;
pub(super) use resolve::resolve;

use super::sql::reason;
use super::target_policy::KnownPolicy;
use super::timeouts::Timeouts;
use conninfo::Settings;

/// The oldest major version of PostgreSQL that gatediff works with.
pub const OLDEST_MAJOR: u32 = 13;

pub(super) const APPLICATION_NAME: &str = concat!("gatediff/", env!("CARGO_PKG_VERSION"));
const DEFAULT_PORT: u16 = 5432;

/// The variables that select the database. The others (`PGPASSWORD`, `PGSSLMODE` and so on) only
/// say how to connect to it.
const NAMING: [&str; 7] = [
    "DATABASE_URL",
    "PGSERVICE",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
];

/// The variables with paths of settings files.
const FILES: [&str; 4] = ["HOME", "PGSERVICEFILE", "PGSYSCONFDIR", "PGPASSFILE"];

/// A database to connect to. It never shows the password.
#[derive(Clone)]
pub struct Target {
    options: PgConnectOptions,
    host: String,
    port: u16,
    user: String,
    database: String,
    connect_limit: Duration,
    has_password: bool,
    open_passfile: Option<PathBuf>,
    /// The profiles' marks, if any profile marks any target.
    known_policy: Option<Arc<KnownPolicy>>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.display()).finish()
    }
}

impl Target {
    /// Resolves the database to connect to: the given URL or keyword string, else `DATABASE_URL`;
    /// missing parts from the service file, then from libpq's variables, then from the password
    /// file.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] if an address or a service cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatediff::store::Target;
    ///
    /// let url = "postgresql://me:secret@db.example/gate";
    /// let target = Target::resolve(Some(url), |_| None)?;
    /// assert_eq!(target.display(), "me@db.example:5432/gate");
    /// # Ok::<(), gatediff::store::ConnectError>(())
    /// ```
    pub fn resolve(
        url: Option<&str>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectError> {
        let mut settings = written(url, &env)?;
        let environment = Settings::from_environment(&env);
        let service = settings
            .get("service")
            .or_else(|| environment.get("service"));
        if let Some(name) = service.map(str::to_owned) {
            settings.fill_from(read_service(&name, &env)?);
        }
        settings.fill_from(environment);
        let home = env("HOME").map(PathBuf::from);
        Self::from_settings(&settings, home.as_deref()).map_err(|problem| ConnectError::Address {
            origin: "the connection settings".to_owned(),
            problem,
        })
    }

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
        }
    }

    /// Says whether an environment names a database; missing parts have defaults.
    pub fn is_named_by(env: impl Fn(&str) -> Option<String>) -> bool {
        NAMING
            .iter()
            .any(|name| env(name).is_some_and(|value| !value.is_empty()))
    }

    /// Returns every database that an address can mean: completed from the environment, and
    /// completed from defaults only.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] if the address cannot be read either way.
    pub fn all_named(
        url: &str,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<Self>, ConnectError> {
        let defaults = |name: &str| FILES.contains(&name).then(|| env(name)).flatten();
        match (
            Self::resolve(Some(url), &env),
            Self::resolve(Some(url), defaults),
        ) {
            (Ok(here), Ok(elsewhere)) => Ok(vec![here, elsewhere]),
            (Ok(named), Err(_)) | (Err(_), Ok(named)) => Ok(vec![named]),
            (Err(error), Err(_)) => Err(error),
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

    pub(super) fn known_policy(&self) -> Option<&KnownPolicy> {
        self.known_policy.as_deref()
    }

    pub(super) fn with_markings(self, known_policy: KnownPolicy) -> Self {
        Self {
            known_policy: Some(Arc::new(known_policy)),
            ..self
        }
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

    /// [Connects](Self::connect), and also returns the server's process id of the session.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect_session(
        &self,
        timeouts: Timeouts,
    ) -> Result<(PgConnection, i32), ConnectError> {
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

    async fn begin_session(&self, timeouts: Timeouts) -> Result<(PgConnection, i32), ConnectError> {
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
        let backend = row.try_get(1).map_err(|error| self.explain(error))?;
        Ok((connection, backend))
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

    fn from_settings(settings: &Settings, home: Option<&Path>) -> Result<Self, Malformed> {
        let port = parsed(settings.get("port"), Malformed::Port)?.unwrap_or(DEFAULT_PORT);
        if port == 0 {
            return Err(Malformed::Port);
        }
        let host = settings.get("hostaddr").or_else(|| settings.get("host"));
        let host = host.map_or_else(|| default_host(port), str::to_owned);
        if host.contains(',') {
            return Err(Malformed::SeveralHosts);
        }
        let base = base_options(settings.get("options"));
        // sqlx asks the operating system for the user's name.
        let user = settings
            .get("user")
            .unwrap_or(base.get_username())
            .to_owned();
        let database = settings.get("dbname").unwrap_or(&user).to_owned();
        let seconds = parsed(
            settings.get("connect_timeout"),
            Malformed::Value("connect_timeout"),
        )?;

        let wanted = passfile::Wanted {
            host: &host,
            port,
            database: &database,
            user: &user,
        };
        let given = settings.get("password").map(str::to_owned);
        let (password, open_passfile) = match given {
            Some(password) => (Some(password), None),
            None => password_from_file(settings, home, wanted),
        };
        let options = base
            .host(&host)
            .port(port)
            .username(&user)
            // Empty means none; this also overrides what sqlx has read from the environment.
            .password(password.as_deref().unwrap_or_default())
            .database(&database)
            .application_name(APPLICATION_NAME);
        Ok(Self {
            options: with_tls(options, settings, home, &host)?,
            host,
            port,
            user,
            database,
            connect_limit: seconds.map_or(Timeouts::CONNECT, Duration::from_secs),
            has_password: password.is_some(),
            open_passfile,
            known_policy: None,
        })
    }
}

/// Reads the given address, else `DATABASE_URL`.
fn written(
    url: Option<&str>,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<Settings, ConnectError> {
    let from_environment = env("DATABASE_URL").filter(|url| !url.is_empty());
    let (origin, text) = match (url, from_environment) {
        (Some(url), _) => ("--database-url", url.to_owned()),
        (None, Some(url)) => ("DATABASE_URL", url),
        (None, None) => return Ok(Settings::default()),
    };
    Settings::parse(text.trim()).map_err(|problem| ConnectError::Address {
        origin: origin.to_owned(),
        problem,
    })
}

fn read_service(
    name: &str,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<Settings, ConnectError> {
    let files = service_files(env);
    for path in &files {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => {
                return Err(ConnectError::File {
                    path: path.clone(),
                    source,
                });
            }
        };
        let found =
            conninfo::service(&text, name).map_err(|(line, problem)| ConnectError::Address {
                origin: format!("{}, line {line}", path.display()),
                problem,
            })?;
        if let Some(settings) = found {
            return Ok(settings);
        }
    }
    Err(ConnectError::NoService {
        name: name.to_owned(),
        files,
    })
}

/// The user's service file, then the system's. The latter's path is built into libpq: these are the
/// paths of the common distributions.
fn service_files(env: &impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let given = |name: &str| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let own =
        given("PGSERVICEFILE").or_else(|| given("HOME").map(|home| home.join(".pg_service.conf")));
    let system = match given("PGSYSCONFDIR") {
        Some(directory) => vec![directory],
        None => ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc"]
            .map(PathBuf::from)
            .to_vec(),
    };
    let system = system
        .into_iter()
        .map(|directory| directory.join("pg_service.conf"));
    own.into_iter().chain(system).collect()
}

/// Looks up a password in a file that no other user can read. Also returns a file that was skipped
/// for that reason.
fn password_from_file(
    settings: &Settings,
    home: Option<&Path>,
    wanted: passfile::Wanted<'_>,
) -> (Option<String>, Option<PathBuf>) {
    let given = settings.get("passfile").map(PathBuf::from);
    let Some(file) = given.or_else(|| home.map(|home| home.join(".pgpass"))) else {
        return (None, None);
    };
    let Ok(found) = file.metadata() else {
        return (None, None);
    };
    if found.is_file() && found.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "password file not used: other users can read it");
        return (None, Some(file));
    }
    let password = std::fs::read_to_string(&file)
        .ok()
        .and_then(|text| passfile::password(&text, wanted));
    (password, None)
}

fn with_tls(
    options: PgConnectOptions,
    settings: &Settings,
    home: Option<&Path>,
    host: &str,
) -> Result<PgConnectOptions, Malformed> {
    // As in libpq: a socket is never encrypted.
    if host.starts_with('/') {
        return Ok(options.ssl_mode(PgSslMode::Disable));
    }
    let own = |name: &str| {
        home.map(|home| home.join(".postgresql").join(name))
            .filter(|file| file.exists())
    };
    let given = |keyword: &str| settings.get(keyword).map(PathBuf::from);

    let system_roots = settings.get("sslrootcert") == Some("system");
    let root = given("sslrootcert")
        .or_else(|| own("root.crt"))
        .filter(|_| !system_roots);
    let mode = match settings.get("sslmode") {
        Some(mode) => mode.parse().map_err(|_| Malformed::Value("sslmode"))?,
        None if system_roots => PgSslMode::VerifyFull,
        None => PgSslMode::Prefer,
    };
    // As in libpq: a root certificate implies verification.
    let mode = match mode {
        PgSslMode::Require if root.is_some() => PgSslMode::VerifyCa,
        other => other,
    };
    let options = match root {
        Some(root) => options.ssl_root_cert(root),
        // Overrides what sqlx has read from the environment.
        None => options.ssl_root_cert_from_pem(Vec::new()),
    };
    let certificate = given("sslcert").or_else(|| own("postgresql.crt"));
    let key = given("sslkey").or_else(|| own("postgresql.key"));
    let options = match (certificate, key) {
        (Some(certificate), Some(key)) => options.ssl_client_cert(certificate).ssl_client_key(key),
        _ => options,
    };
    Ok(options.ssl_mode(mode))
}

/// The options sqlx starts with. It reads the server's command-line options from the environment;
/// other options can only be added as a URL.
fn base_options(server_options: Option<&str>) -> PgConnectOptions {
    let base = PgConnectOptions::new_without_pgpass();
    let Some(wanted) = server_options.filter(|wanted| base.get_options() != Some(*wanted)) else {
        return base;
    };
    let url = format!("postgres://localhost/?options={}", percent_encoded(wanted));
    url.parse().unwrap_or(base)
}

/// What stands in a URL as it is (RFC 3986, 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Encodes a text for any part of a URL.
pub(crate) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
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

fn parsed<T: std::str::FromStr>(
    text: Option<&str>,
    problem: Malformed,
) -> Result<Option<T>, Malformed> {
    text.map(|text| text.trim().parse().map_err(|_| problem))
        .transpose()
}

/// TCP keepalives, by which the server detects a lost client: else a session whose network failed
/// would hold its locks for hours. Unix sockets ignore them.
const KEEPALIVES: &str = ", pg_catalog.set_config('tcp_keepalives_idle', '15', false)\
                          , pg_catalog.set_config('tcp_keepalives_interval', '5', false)\
                          , pg_catalog.set_config('tcp_keepalives_count', '3', false)\
                          , pg_catalog.set_config('tcp_user_timeout', '30000', false)";

/// One statement, to save round trips, that sets the limits and reads the version and the server's
/// process id.
fn session_sql(timeouts: Timeouts, is_read_only: bool) -> String {
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
    let mut sql =
        "SELECT pg_catalog.current_setting('server_version_num')::int4, pg_catalog.pg_backend_pid()"
            .to_owned();
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

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary7f3a";

    /// An environment of key-value pairs.
    fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |wanted| {
            pairs
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    fn shown(url: Option<&str>, pairs: &[(&str, &str)]) -> String {
        Target::resolve(url, env(pairs)).map_or_else(|error| panic!("{error}"), |it| it.display())
    }

    /// sqlx shows its password in `to_url_lossy`, and nowhere else.
    fn password(target: &Target) -> String {
        use sqlx::ConnectOptions;
        let url = target.options.to_url_lossy();
        url.password().unwrap_or_default().to_owned()
    }

    fn secret_file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        std::fs::set_permissions(file.path(), PermissionsExt::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn encodes_what_a_url_cannot_hold() {
        assert_eq!(percent_encoded("/tmp/a b"), "%2Ftmp%2Fa%20b");
        assert_eq!(percent_encoded("資料"), "%E8%B3%87%E6%96%99");
    }

    #[test]
    fn the_parameter_goes_before_database_url() {
        let pairs = [("DATABASE_URL", "postgres://b@two/y"), ("PGHOST", "three")];
        assert_eq!(shown(Some("postgres://a@one/x"), &pairs), "a@one:5432/x");
        assert_eq!(shown(None, &pairs), "b@two:5432/y");
    }

    #[test]
    fn variables_fill_what_the_url_leaves_open() {
        let pairs = [
            ("PGHOST", "h"),
            ("PGPORT", "6432"),
            ("PGUSER", "me"),
            ("PGDATABASE", "d"),
        ];
        assert_eq!(shown(None, &pairs), "me@h:6432/d");
        assert_eq!(shown(Some("postgres://other"), &pairs), "me@other:6432/d");
        assert_eq!(shown(Some("dbname=e user=you"), &pairs), "you@h:6432/e");
    }

    #[test]
    fn an_address_from_farther_away_does_not_replace_a_host() {
        let pairs = [
            ("PGHOSTADDR", "192.0.2.7"),
            ("PGHOST", "h"),
            ("PGUSER", "me"),
        ];
        assert_eq!(shown(None, &pairs), "me@192.0.2.7:5432/me");
        assert_eq!(shown(Some("postgres://other"), &pairs), "me@other:5432/me");
        assert_eq!(shown(Some("dbname=d"), &pairs), "me@192.0.2.7:5432/d");
    }

    #[test]
    fn what_names_no_database_is_no_target() {
        let names = |name: &str, value: &str| Target::is_named_by(env(&[(name, value)]));
        for name in NAMING {
            assert!(names(name, "x") && !names(name, ""), "{name}");
        }
        for name in [
            "PGPASSWORD",
            "PGPASSFILE",
            "PGSSLMODE",
            "PGSERVICEFILE",
            "PGCONNECT_TIMEOUT",
            "HOME",
        ] {
            assert!(!names(name, "x"), "{name}");
        }
    }

    #[test]
    fn an_address_that_leaves_something_open_means_what_the_shell_and_what_the_defaults_fill_in() {
        let places = |pairs: &[(&str, &str)]| {
            let named = Target::all_named("postgres://me@/gate", env(pairs)).unwrap();
            named.iter().map(Target::place).collect::<Vec<_>>()
        };
        assert_eq!(places(&[("PGHOST", "h")]), ["h:5432/gate", &places(&[])[0]]);
        assert!(Target::all_named("service=none", env(&[])).is_err());
    }

    #[test]
    fn empty_variables_count_as_unset() {
        let pairs = [
            ("PGHOST", "h"),
            ("PGPORT", ""),
            ("PGUSER", "me"),
            ("DATABASE_URL", ""),
        ];
        assert_eq!(shown(None, &pairs), "me@h:5432/me");
    }

    #[test]
    fn the_database_is_named_like_the_user() {
        assert_eq!(shown(Some("postgres://me@h"), &[]), "me@h:5432/me");
    }

    #[test]
    fn a_socket_directory_is_shown_as_the_host() {
        let target = Target::resolve(None, env(&[("PGHOST", "/tmp/x"), ("PGUSER", "me")])).unwrap();
        assert_eq!(target.display(), "me@/tmp/x:5432/me");
        assert_eq!(target.host(), "/tmp/x");
        assert!(matches!(target.options.get_ssl_mode(), PgSslMode::Disable));
        let url = "postgresql:///d?host=%2Ftmp%2Fx&user=me";
        assert_eq!(shown(Some(url), &[]), "me@/tmp/x:5432/d");
    }

    #[test]
    fn an_address_of_version_six_is_shown_in_brackets() {
        assert_eq!(shown(Some("postgres://me@[::1]/d"), &[]), "me@[::1]:5432/d");
    }

    #[test]
    fn a_service_goes_before_variables_and_after_the_url() {
        let file = secret_file("[gate]\nhost=s\nport=1111\nuser=svc\ndbname=sd\n", 0o644);
        let path = file.path().to_str().unwrap();
        let pairs = [
            ("PGSERVICE", "gate"),
            ("PGSERVICEFILE", path),
            ("PGHOST", "h"),
            ("PGUSER", "u"),
        ];
        assert_eq!(shown(None, &pairs), "svc@s:1111/sd");
        assert_eq!(
            shown(Some("postgres://me@other"), &pairs),
            "me@other:1111/sd"
        );
        let by_url = [("PGSERVICEFILE", path)];
        assert_eq!(
            shown(Some("service=gate dbname=x"), &by_url),
            "svc@s:1111/x"
        );
    }

    #[test]
    fn service_files_are_searched_in_order() {
        let home = tempfile::tempdir().unwrap();
        let system = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".pg_service.conf"), "[a]\nhost=home\n").unwrap();
        std::fs::write(
            system.path().join("pg_service.conf"),
            "[a]\nhost=sys\n[b]\nhost=sys\n",
        )
        .unwrap();
        let pairs = [
            ("HOME", home.path().to_str().unwrap()),
            ("PGSYSCONFDIR", system.path().to_str().unwrap()),
            ("PGUSER", "me"),
        ];
        assert_eq!(shown(Some("service=a"), &pairs), "me@home:5432/me");
        assert_eq!(shown(Some("service=b"), &pairs), "me@sys:5432/me");
        let error = Target::resolve(Some("service=c"), env(&pairs)).unwrap_err();
        assert!(
            matches!(&error, ConnectError::NoService { files, .. } if files.len() == 2),
            "{error}"
        );
    }

    #[test]
    fn a_broken_service_file_is_named_with_its_line() {
        let file = secret_file("[gate]\nhost=s\nhurz\n", 0o644);
        let pairs = [
            ("PGSERVICE", "gate"),
            ("PGSERVICEFILE", file.path().to_str().unwrap()),
        ];
        let error = Target::resolve(None, env(&pairs)).unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
    }

    #[test]
    fn a_url_without_a_password_takes_it_from_the_password_file() {
        let file = secret_file(&format!("h:*:d:me:{CANARY}\n"), 0o600);
        let pairs = [("PGPASSFILE", file.path().to_str().unwrap())];
        let target = Target::resolve(Some("postgres://me@h/d"), env(&pairs)).unwrap();
        assert_eq!(password(&target), CANARY);
        let target = Target::resolve(Some("postgres://me:own@h/d"), env(&pairs)).unwrap();
        assert_eq!(password(&target), "own");
        let target = Target::resolve(Some("postgres://you@h/d"), env(&pairs)).unwrap();
        assert_eq!(password(&target), "");
    }

    #[test]
    fn the_password_file_is_in_the_home_directory() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".pgpass");
        std::fs::write(&file, format!("*:*:*:*:{CANARY}\n")).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        let pairs = [("HOME", home.path().to_str().unwrap())];
        let target = Target::resolve(Some("postgres://me@h/d"), env(&pairs)).unwrap();
        assert_eq!(password(&target), CANARY);
    }

    #[test]
    fn a_password_file_that_others_can_read_is_not_used() {
        let file = secret_file(&format!("*:*:*:*:{CANARY}\n"), 0o644);
        let pairs = [("PGPASSFILE", file.path().to_str().unwrap())];
        let target = Target::resolve(Some("postgres://me@h/d"), env(&pairs)).unwrap();
        assert_eq!(password(&target), "");
        assert_eq!(target.open_passfile.as_deref(), Some(file.path()));
    }

    #[test]
    fn naming_an_authority_means_verifying() {
        let mode = |url: &str| {
            Target::resolve(Some(url), |_| None)
                .unwrap()
                .options
                .get_ssl_mode()
        };
        assert!(matches!(mode("postgres://h"), PgSslMode::Prefer));
        assert!(matches!(
            mode("postgres://h?sslmode=require"),
            PgSslMode::Require
        ));
        assert!(matches!(
            mode("postgres://h?sslmode=require&sslrootcert=/ca"),
            PgSslMode::VerifyCa
        ));
        assert!(matches!(
            mode("postgres://h?sslrootcert=system"),
            PgSslMode::VerifyFull
        ));
    }

    #[test]
    fn options_reach_the_server() {
        let target = Target::resolve(None, env(&[("PGOPTIONS", "-c search_path=a,b")])).unwrap();
        assert_eq!(target.options.get_options(), Some("-c search_path=a,b"));
    }

    #[test]
    fn wrong_values_are_refused() {
        for url in [
            "postgres://h:0/d",
            "postgres://h:x/d",
            "port=99999",
            "sslmode=maybe",
            "connect_timeout=x",
        ] {
            let error = Target::resolve(Some(url), |_| None).unwrap_err();
            assert!(
                matches!(error, ConnectError::Address { .. }),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn no_text_contains_the_password() {
        let good = [
            format!("postgres://me:{CANARY}@h/d"),
            format!("host=h password='{CANARY}'"),
            format!("postgres:///d?password={CANARY}"),
        ];
        for url in good {
            let target = Target::resolve(Some(&url), |_| None).unwrap();
            assert_eq!(password(&target), CANARY);
            assert!(!format!("{target:?}{}", target.display()).contains(CANARY));
        }
        let bad = [
            format!("postgres://me:{CANARY}/x@h/d"),
            format!("postgres://me:1/{CANARY}@h/d"),
            format!("postgres://me:{CANARY}%@h/d"),
            format!("postgres://me:1/2?{CANARY}=3@h/d"),
            format!("postgres://me:{CANARY}@h:x/d"),
            format!("host=h password='{CANARY}"),
            format!("host=h {CANARY}"),
            format!("{CANARY}=1"),
            CANARY.to_owned(),
        ];
        for url in bad {
            let error = Target::resolve(Some(&url), |_| None).unwrap_err();
            let text = format!("{error}{error:?}{}", error.hint());
            assert!(!text.contains(CANARY), "{url}: {text}");
        }
    }

    #[test]
    fn limits_are_set_in_milliseconds() {
        let sql = session_sql(Timeouts::default(), false);
        assert!(sql.contains("'lock_timeout', '5000'"), "{sql}");
        assert!(
            sql.contains("'idle_in_transaction_session_timeout', '60000'"),
            "{sql}"
        );
        assert!(!sql.contains("statement_timeout"), "{sql}");
    }

    #[test]
    fn a_lock_that_is_not_waited_for_is_no_lock_without_limit() {
        let sql = session_sql(
            Timeouts {
                lock: Some(Duration::ZERO),
                ..Timeouts::default()
            },
            false,
        );
        assert!(sql.contains("'lock_timeout', '1'"), "{sql}");
    }
}
