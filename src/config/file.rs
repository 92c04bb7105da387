//! The file: where it is, its profiles, and which of them is used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use serde::Deserialize;

use super::keys::{self, Binding};
use super::rules::{self, Rule, ValuesFile};
use super::serve::Serve;

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

/// The profile that is used when none is requested and nothing else names a target.
const DEFAULT: &str = "default";

/// What is given outside of the file to select the target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The requested profile.
    pub profile: Option<&'a str>,
    /// Whether an option gives an address.
    pub database_url: bool,
    /// Whether the shell's environment names a target.
    pub shell: bool,
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
    /// A URL or libpq keywords; put passwords in `~/.pgpass`.
    pub database_url: Option<String>,
    /// Its place among several targets: lower ones come first, those without one last.
    pub order: Option<i64>,
    /// Whether the database that it names is production: every write asks for its name, whatever
    /// address is used.
    #[serde(default)]
    pub production: bool,
    /// Whether nothing is ever written to the database that it names, however it is addressed.
    #[serde(default)]
    pub read_only: bool,
    /// Its own theme, so that production looks like it.
    pub theme: Option<String>,
    /// The local file for jobs, journal and backups; by default they are in the target.
    pub ledger: Option<PathBuf>,
    /// The time zone of the product's wall clocks, such as `Asia/Taipei`, if neither the database nor
    /// the role has a setting of its own.
    pub time_zone: Option<String>,
    /// Seconds to wait for the connection.
    pub connect_timeout: Option<f64>,
    /// Seconds to wait for a lock.
    pub lock_timeout: Option<f64>,
    /// Seconds that one statement may take.
    pub statement_timeout: Option<f64>,
    /// Values of files that are replaced before they are compared with this target.
    #[serde(default, deserialize_with = "rules::values")]
    pub values: Vec<Rule>,
    /// Differences that are ignored: the target's values stay.
    #[serde(default, deserialize_with = "rules::ignore")]
    pub ignore: Vec<Rule>,
}

/// The URL may hold a password.
impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile")
            .field("production", &self.production)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
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
    /// The file is invalid.
    #[error("{message}")]
    Parse {
        /// The file, with line and column where known.
        place: String,
        /// What is wrong. Never contains a value of the file.
        message: String,
    },
    /// The profile does not exist.
    #[error("profile '{name}' not found")]
    NoProfile {
        /// The requested name.
        name: String,
        /// The known profiles.
        known: Vec<String>,
    },
}

impl Config {
    /// Reads the file from its default path; a missing file counts as empty.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read or contains anything unknown.
    pub fn load() -> Result<Self, ConfigError> {
        path().map_or_else(|| Ok(Self::default()), |path| Self::read(&path))
    }

    /// Reads a file; a missing file counts as empty.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read or contains anything unknown.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads the text of a file; `path` appears in its errors.
    ///
    /// # Errors
    ///
    /// Fails if it is not TOML, or contains anything unknown.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let place = |start: usize| place(text, path, start);
        let mut file: File =
            toml::from_str(text).map_err(|error| unreadable(&error, text, path))?;
        let keys = keys::bindings(file.keys, place);
        for profile in file.profile.values_mut() {
            let rules = profile.values.iter_mut().chain(&mut profile.ignore);
            rules.for_each(|rule| rule.placed(place));
        }
        Ok(Self {
            theme: file.theme,
            profile: file.profile,
            keys,
            serve: file.serve,
        })
    }

    /// Returns all profiles with their names: by their `order`, then by name.
    pub fn ordered(&self) -> Vec<(&str, &Profile)> {
        let named = self.profile.iter();
        let mut all: Vec<_> = named
            .map(|(name, profile)| (name.as_str(), profile))
            .collect();
        all.sort_by_key(|(_, profile)| (profile.order.is_none(), profile.order));
        all
    }

    /// Returns the profile to use, with its name: the requested one, or else the one called
    /// `default`, unless it has an address and another address is given.
    ///
    /// If the requested profile has an address, only `database_url` takes precedence over it, not
    /// the shell.
    ///
    /// # Errors
    ///
    /// Fails if the requested profile does not exist.
    pub fn select(&self, given: Given<'_>) -> Result<Option<(&str, &Profile)>, ConfigError> {
        let find = |name| {
            self.profile
                .get_key_value(name)
                .map(|(name, profile)| (name.as_str(), profile))
        };
        let Some(name) = given.profile else {
            let is_addressed = given.database_url || given.shell;
            return Ok(find(DEFAULT)
                .filter(|(_, profile)| profile.database_url.is_none() || !is_addressed));
        };
        find(name).map(Some).ok_or_else(|| ConfigError::NoProfile {
            name: name.to_owned(),
            known: self.profile.keys().cloned().collect(),
        })
    }
}

/// Returns the location of an offset in the text of a file.
fn place(text: &str, path: &Path, start: usize) -> String {
    let before = text.get(..start).unwrap_or(text);
    format!("{}:{}", path.display(), before.matches('\n').count() + 1)
}

/// Returns what is wrong with the text of a file.
fn unreadable(error: &toml::de::Error, text: &str, path: &Path) -> ConfigError {
    let place = error.span().map_or_else(
        || path.display().to_string(),
        |span| place(text, path, span.start),
    );
    // The first line says what is wrong; the others quote the file.
    let message = error.message().lines().next();
    ConfigError::Parse {
        place,
        message: message.unwrap_or_default().to_owned(),
    }
}

/// Reads the text of a file of values, `[[values]]` alone; `path` appears in its errors.
///
/// # Errors
///
/// Fails if it is not TOML, or contains anything else.
pub fn parse_values(text: &str, path: &Path) -> Result<Vec<Rule>, ConfigError> {
    let file: ValuesFile = toml::from_str(text).map_err(|error| unreadable(&error, text, path))?;
    let mut rules = file.values;
    for rule in &mut rules {
        rule.placed(|start| place(text, path, start));
    }
    Ok(rules)
}

/// Returns the default path of the configuration file.
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
    use crate::config::Replacement;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("config.toml"))
    }

    #[test]
    fn a_profile_is_found_by_name() {
        let config =
            parse("[profile.prod]\ndatabase_url = \"service=gw\"\nproduction = true\n").unwrap();
        let given = |profile| Given {
            profile,
            ..Given::default()
        };
        assert!(
            config
                .select(given(Some("prod")))
                .unwrap()
                .unwrap()
                .1
                .production
        );
        assert_eq!(config.select(given(None)).unwrap(), None);
        let error = config.select(given(Some("test"))).unwrap_err();
        assert!(matches!(error, ConfigError::NoProfile { known, .. } if known == ["prod"]));
    }

    #[test]
    fn the_default_profile_gives_way_to_whatever_else_names_a_target() {
        let config =
            parse("[profile.default]\ndatabase_url = \"host=a\"\n[profile.other]\n").unwrap();
        let bare = parse("[profile.default]\nproduction = true\n").unwrap();
        let name = |config: &Config, profile, database_url, shell| {
            let given = Given {
                profile,
                database_url,
                shell,
            };
            config
                .select(given)
                .unwrap()
                .map(|(name, _)| name.to_owned())
        };
        for (option, shell) in [(false, false), (false, true), (true, false), (true, true)] {
            let described = name(&config, None, option, shell);
            assert_eq!(
                described.as_deref(),
                (!option && !shell).then_some("default"),
                "{option} {shell}"
            );
            assert_eq!(
                name(&bare, None, option, shell).as_deref(),
                Some("default"),
                "it has no address"
            );
            for asked in ["other", "default"] {
                assert_eq!(
                    name(&config, Some(asked), option, shell).as_deref(),
                    Some(asked)
                );
            }
        }
    }

    #[test]
    fn profiles_come_by_their_order_and_then_by_name() {
        let config = parse(
            "[profile.prod]\norder = 2\n[profile.b]\n[profile.dev]\norder = -1\n[profile.a]\n\
             [profile.uat]\norder = 2\n",
        )
        .unwrap();
        let names: Vec<&str> = config.ordered().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["dev", "prod", "uat", "a", "b"]);
    }

    #[test]
    fn an_unknown_setting_is_reported_with_its_line_and_without_values() {
        let error = parse("theme = \"dark\"\npasword = \"canary\"\n").unwrap_err();
        let ConfigError::Parse { place, message } = error else {
            panic!("{error}")
        };
        assert_eq!(place, "config.toml:2");
        assert!(
            message.contains("pasword") && !message.contains("canary"),
            "{message}"
        );
    }

    #[test]
    fn rules_know_their_line_and_what_they_replace() {
        let text = "[[profile.uat.values]]\nkind = \"client\"\nkey = \"crm*\"\npath = \"/tps\"\nvalue = 5\n\n\
                    [[profile.uat.values]]\nkind = \"client\"\npath = \"/owner\"\nfrom = \"a\"\nto = \"b\"\n\n\
                    [[profile.uat.ignore]]\nkind = \"client\"\npath = \"/tps\"\n";
        let config = parse(text).unwrap();
        let profile = &config.profile["uat"];
        let said = |rule: &Rule| (rule.key.clone(), rule.path.clone(), rule.place.clone());
        let described: Vec<_> = profile
            .values
            .iter()
            .chain(&profile.ignore)
            .map(said)
            .collect();
        let of = |key: Option<&str>, path: &str, place: &str| {
            (
                key.map(ToOwned::to_owned),
                path.to_owned(),
                place.to_owned(),
            )
        };
        assert_eq!(
            described,
            [
                of(Some("crm*"), "/tps", "config.toml:1"),
                of(None, "/owner", "config.toml:7"),
                of(None, "/tps", "config.toml:13"),
            ]
        );
        let replacements: Vec<_> = profile
            .values
            .iter()
            .map(|rule| rule.replacement.clone())
            .collect();
        let text = Replacement::Text("a".to_owned(), "b".to_owned());
        let value = Replacement::Value(serde_json::json!(5));
        assert_eq!(replacements, [Some(value), Some(text)]);
    }

    #[test]
    fn a_file_of_values_has_nothing_else() {
        let text = "[[values]]\nkind = \"a\"\npath = \"/b\"\nvalue = true\n[[values]]\nkind = \"a\"\npath = \"/b\"\nvalue = [1, {x = 2.5}]\n";
        assert_eq!(parse_values(text, Path::new("uat.toml")).unwrap().len(), 2);
        assert!(parse_values("theme = \"dark\"", Path::new("uat.toml")).is_err());
    }

    #[test]
    fn a_rule_without_a_replacement_or_with_two_is_refused() {
        for rest in [
            "",
            "value = 1\nfrom = \"a\"\nto = \"b\"",
            "from = \"a\"",
            "from = \"\"\nto = \"b\"",
        ] {
            let text = format!("[[values]]\nkind = \"a\"\npath = \"/b\"\n{rest}\n");
            let error = parse_values(&text, Path::new("uat.toml")).unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains("needs 'value', or 'from' and 'to' (/b)"),
                "{error}"
            );
        }
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
            [
                binding("cover", &["v"], "config.toml:2"),
                binding("import", &["P", "ctrl-p"], "config.toml:3")
            ]
        );
    }

    #[test]
    fn a_key_that_is_no_text_is_reported_with_its_line() {
        let error = parse("[keys]\ncover = 7\n").unwrap_err();
        let ConfigError::Parse { place, message } = error else {
            panic!("{error}")
        };
        assert_eq!(place, "config.toml:2");
        assert!(message.contains("a key or a list of keys"), "{message}");
    }

    #[test]
    fn an_absent_file_is_an_empty_one() {
        assert_eq!(
            Config::read(Path::new("/nonexistent/config.toml")).unwrap(),
            Config::default()
        );
    }
}
