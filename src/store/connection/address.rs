//! Which database is meant: an address, the service file, the environment and defaults, by
//! libpq's rules.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::conninfo::Settings;
use super::error::{ConnectError, Malformed};
use super::options::{APPLICATION_NAME, base_options, with_tls};
use super::passfile::{self, password_from_file};
use super::service::read_service;
use super::target::{DEFAULT_PORT, Target};
use crate::store::timeouts::Timeouts;

/// The variables that select the database. The others (`PGPASSWORD`, `PGSSLMODE` and so on) only
/// say how to connect to it.
pub(super) const NAMING: [&str; 7] = [
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
            zone: None,
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
