//! The configuration file: `$XDG_CONFIG_HOME/gatediff/config.toml`.
//!
//! ```toml
//! theme = "dark"
//!
//! [profile.production]
//! database_url = "service=gateway"
//! production = true
//! lock_timeout = 10
//!
//! [keys]
//! import = ["P", "ctrl-p"]
//!
//! [serve]
//! listen = "127.0.0.1:3000"
//! admin_secret_file = "/run/secrets/gatediff"
//!
//! [[serve.clients]]
//! id = "pipeline"
//! secret_hash = "$argon2id$v=19$m=19456,t=2,p=1$..."
//! scopes = ["sp:config:read", "sp:config:manage"]
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use serde::Deserialize;

mod keys;
mod serve;

pub use keys::Binding;
pub use serve::{Client, Hidden, Serve};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The theme of the terminal interface.
    pub theme: Option<String>,
    /// Targets by name.
    pub profile: BTreeMap<String, Profile>,
    /// Keys of the terminal interface, which gives them their meaning.
    pub keys: Vec<Binding>,
    /// The HTTP API.
    pub serve: Serve,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Option<String>,
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
    #[serde(default)]
    keys: keys::Table,
    #[serde(default)]
    serve: Serve,
}

/// A target.
#[derive(Clone, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// A URL or libpq keywords; passwords belong into `~/.pgpass`.
    pub database_url: Option<String>,
    /// Whether every apply asks for the database's name.
    #[serde(default)]
    pub production: bool,
    /// Its own theme, so that production looks like it.
    pub theme: Option<String>,
    /// The local file that keeps jobs, journal and backups; the target does by default.
    pub ledger: Option<PathBuf>,
    /// Seconds to wait for the connection.
    pub connect_timeout: Option<f64>,
    /// Seconds to wait for a lock.
    pub lock_timeout: Option<f64>,
    /// Seconds that one statement may take.
    pub statement_timeout: Option<f64>,
}

/// The URL may hold a password.
impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("production", &self.production).finish_non_exhaustive()
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file")]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{message}")]
    Parse {
        /// The file, with line and column where known.
        place: String,
        /// What is wrong. Never holds a value of the file.
        message: String,
    },
    /// There is no such profile.
    #[error("there is no profile '{name}'")]
    NoProfile {
        /// What was asked for.
        name: String,
        /// The profiles there are.
        known: Vec<String>,
    },
}

impl Config {
    /// Reads the file where it is looked for; an absent one is an empty one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read or holds anything unknown.
    pub fn load() -> Result<Self, ConfigError> {
        path().map_or_else(|| Ok(Self::default()), |path| Self::read(&path))
    }

    /// Reads a file; an absent one is an empty one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read or holds anything unknown.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
        }
    }

    /// Reads the text of a file; `path` is what its mistakes are told with.
    ///
    /// # Errors
    ///
    /// Fails if it is no TOML, or holds anything unknown.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let place = |start: usize| {
            let before = text.get(..start).unwrap_or(text);
            format!("{}:{}", path.display(), before.matches('\n').count() + 1)
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let place = error.span().map_or_else(|| path.display().to_string(), |span| place(span.start));
            // The first line says what is wrong; the others quote the file.
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            ConfigError::Parse { place, message }
        })?;
        let keys = keys::bindings(file.keys, place);
        Ok(Self { theme: file.theme, profile: file.profile, keys, serve: file.serve })
    }

    /// Returns a profile; without a name the one called `default`, or none.
    ///
    /// # Errors
    ///
    /// Fails if there is no profile of the name.
    pub fn profile(&self, name: Option<&str>) -> Result<Profile, ConfigError> {
        match (name, self.profile.get(name.unwrap_or("default"))) {
            (_, Some(profile)) => Ok(profile.clone()),
            (None, None) => Ok(Profile::default()),
            (Some(name), None) => Err(ConfigError::NoProfile {
                name: name.to_owned(),
                known: self.profile.keys().cloned().collect(),
            }),
        }
    }
}

/// Returns where the configuration file is looked for.
pub fn path() -> Option<PathBuf> {
    let dirs = etcetera::base_strategy::Xdg::new().ok()?;
    Some(dirs.config_dir().join("gatediff").join("config.toml"))
}

/// Returns the directory of logs, ledgers and kept demos.
pub fn state_directory() -> Option<PathBuf> {
    let dirs = etcetera::base_strategy::Xdg::new().ok()?;
    Some(dirs.state_dir()?.join("gatediff"))
}

/// Turns seconds of a profile into a duration.
pub fn seconds(seconds: Option<f64>) -> Option<Duration> {
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn a_profile_is_found_by_name() {
        let config = parse("[profile.prod]\ndatabase_url = \"service=gw\"\nproduction = true\n").unwrap();
        assert!(config.profile(Some("prod")).unwrap().production);
        assert!(!config.profile(None).unwrap().production);
        assert!(
            matches!(config.profile(Some("test")), Err(ConfigError::NoProfile { known, .. }) if known == ["prod"])
        );
    }

    #[test]
    fn an_unknown_setting_is_told_with_its_line_and_without_values() {
        let error = parse("theme = \"dark\"\npasword = \"canary\"\n").unwrap_err();
        let ConfigError::Parse { place, message } = error else { panic!("{error}") };
        assert_eq!(place, "config.toml:2");
        assert!(message.contains("pasword") && !message.contains("canary"), "{message}");
    }

    #[test]
    fn keys_are_one_or_a_list_and_know_their_line() {
        let config = parse("[keys]\ncover = \"v\"\nimport = [\"P\",\n \"ctrl-p\"]\n").unwrap();
        let binding = |action: &str, keys: &[&str], place: &str| Binding {
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            place: place.to_owned(),
        };
        assert_eq!(
            config.keys,
            [binding("cover", &["v"], "config.toml:2"), binding("import", &["P", "ctrl-p"], "config.toml:3")]
        );
    }

    #[test]
    fn a_key_that_is_no_text_is_told_with_its_line() {
        let error = parse("[keys]\ncover = 7\n").unwrap_err();
        let ConfigError::Parse { place, message } = error else { panic!("{error}") };
        assert_eq!(place, "config.toml:2");
        assert!(message.contains("a key or a list of keys"), "{message}");
    }

    #[test]
    fn an_absent_file_is_an_empty_one() {
        assert_eq!(Config::read(Path::new("/nonexistent/config.toml")).unwrap(), Config::default());
    }
}
