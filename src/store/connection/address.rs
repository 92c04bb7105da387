//! Which database is meant: an address, the service file, the environment and defaults, by
//! libpq's rules.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::conninfo::Settings;
use super::error::{ConnectError, Malformed};
use super::hosts::read_hosts;
use super::passfile::{self, password_from_file};
use super::security::{Security, choice};
use super::service::read_service;
use super::target::Target;
use super::wire::{Network, SessionAttributes};
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
            let file = settings
                .get("servicefile")
                .or_else(|| environment.get("servicefile"))
                .map(PathBuf::from);
            settings.fill_from(read_service(&name, file, &env)?);
        }
        settings.fill_from(environment);
        let home = env("HOME").map(PathBuf::from);
        let read = match settings.refused() {
            Some(refused) => Err(refused),
            None => Self::from_settings(&settings, home.as_deref()),
        };
        read.map_err(|(keyword, problem)| ConnectError::Address {
            origin: settings
                .origin(keyword)
                .unwrap_or("the connection settings")
                .to_owned(),
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

    fn from_settings(
        settings: &Settings,
        home: Option<&Path>,
    ) -> Result<Self, (&'static str, Malformed)> {
        let mut hosts = read_hosts(settings)?;
        let user = settings.get("user").map(str::to_owned);
        // As libpq and psql find it.
        let user = user.or_else(|| whoami::username().ok()).unwrap_or_default();
        let database = settings.get("dbname").unwrap_or(&user).to_owned();
        let given = settings.get("password");
        let mut open_passfile = None;
        for host in &mut hosts {
            if given.is_some() {
                host.password = given.map(str::to_owned);
                continue;
            }
            let wanted = passfile::Wanted {
                host: host.name_or_address(),
                port: host.port,
                database: &database,
                user: &user,
            };
            let (password, skipped) = password_from_file(settings, home, wanted);
            host.password = password;
            open_passfile = skipped.or(open_passfile);
        }
        let is_random = [("disable", false), ("random", true)];
        let is_random = choice(settings, "load_balance_hosts", &is_random)?.unwrap_or(false);
        if is_random {
            fastrand::shuffle(&mut hosts);
        }
        let attributes = choice(settings, "target_session_attrs", &SessionAttributes::WORDS)?;
        // As in libpq, zero and less mean no limit.
        let limit = number(settings, "connect_timeout")?
            .map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or_default()));
        Ok(Self {
            hosts,
            user,
            database,
            options: settings.get("options").map(str::to_owned),
            security: Arc::new(Security::read(settings, home)?),
            network: network(settings, is_random)?,
            attributes: attributes.unwrap_or_default(),
            last: Arc::default(),
            connect_limit: limit.unwrap_or(Timeouts::CONNECT),
            open_passfile,
            known_policy: None,
            zone: None,
        })
    }
}

/// Reads how TCP watches a connection. As in libpq, zero means the system's own setting.
fn network(settings: &Settings, is_random: bool) -> Result<Network, (&'static str, Malformed)> {
    let positive = |keyword| {
        let number = number(settings, keyword)?;
        Ok(number
            .and_then(|it| u32::try_from(it).ok())
            .filter(|it| *it > 0))
    };
    let seconds = |keyword| Ok(positive(keyword)?.map(|it| Duration::from_secs(u64::from(it))));
    let user_timeout = positive("tcp_user_timeout")?;
    Ok(Network {
        has_keepalives: number(settings, "keepalives")? != Some(0),
        idle: seconds("keepalives_idle")?,
        interval: seconds("keepalives_interval")?,
        count: positive("keepalives_count")?,
        user_timeout: user_timeout.map(|it| Duration::from_millis(u64::from(it))),
        is_random,
    })
}

fn number(
    settings: &Settings,
    keyword: &'static str,
) -> Result<Option<i32>, (&'static str, Malformed)> {
    let text = settings.get(keyword).map(str::trim);
    let number = text.map(|text| {
        text.parse()
            .map_err(|_| (keyword, Malformed::Value(keyword)))
    });
    number.transpose()
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
    let read = Settings::parse(text.trim()).map_err(|problem| ConnectError::Address {
        origin: origin.to_owned(),
        problem,
    });
    Ok(read?.from(origin))
}
