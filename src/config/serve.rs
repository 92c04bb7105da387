//! The table `[serve]`: where the HTTP API listens, and who may use it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// The settings of the HTTP API.
#[derive(Clone, Debug, Default, serde::Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// The address and the port.
    pub listen: Option<SocketAddr>,
    /// The administrator's secret. Better in a separate file.
    pub admin_secret: Option<Hidden>,
    /// The file with the administrator's secret.
    pub admin_secret_file: Option<PathBuf>,
    /// The file with the keys that sign bearer tokens; by default they are in
    /// the target.
    pub token_key_file: Option<PathBuf>,
    /// The clients that may get a bearer token, and their scopes.
    #[serde(default)]
    pub clients: Vec<Client>,
    /// How long the ledger keeps what it has of requests.
    #[serde(default)]
    pub keep: Keep,
}

/// For how many days the ledger keeps what it has of requests. Jobs, their
/// journal and their backups are kept for ever.
#[derive(Clone, Copy, Debug, serde::Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Requests.
    pub requests: u32,
    /// Rejected ones: without a valid credential, or too many.
    pub rejected: u32,
    /// Tasks, without their files, which expire after 7 days.
    pub tasks: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            requests: 365,
            rejected: 30,
            tasks: 90,
        }
    }
}

/// A client that may get a bearer token.
#[derive(Clone, Debug, serde::Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its name.
    pub id: String,
    /// Its secret, hashed with Argon2: a PHC string, which begins `$argon2`.
    pub secret_hash: Hidden,
    /// What it may do, such as `sp:config:read`.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// A secret of the file, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Returns the text, which must not be shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text)
    }
}

/// Accepts text only. Any other value is not quoted: it may be a secret.
struct Text;

const WANTED: &str = "a secret must be text in quotes";

impl<'de> Visitor<'de> for Text {
    type Value = Hidden;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Hidden, E> {
        Ok(Hidden(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Hidden, E> {
        Err(E::custom(WANTED))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Hidden, E> {
        Err(E::custom(WANTED))
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Hidden, E> {
        Err(E::custom(WANTED))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Hidden, E> {
        Err(E::custom(WANTED))
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Hidden, E> {
        Err(E::custom(WANTED))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Hidden, E> {
        Err(E::custom(WANTED))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, _: A) -> Result<Hidden, A::Error> {
        Err(de::Error::custom(WANTED))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Config, ConfigError};

    fn parse(text: &str) -> Result<Serve, ConfigError> {
        Config::parse(text, Path::new("config.toml")).map(|config| config.serve)
    }

    #[test]
    fn the_server_and_its_clients_are_read_and_no_secret_is_shown() {
        let serve = parse(
            "[serve]\nlisten = \"127.0.0.1:8080\"\nadmin_secret = \"CANARY-1\"\n\
             [[serve.clients]]\nid = \"ci\"\nsecret_hash = \"CANARY-2\"\nscopes = [\"sp:config:read\"]\n",
        )
        .unwrap();
        assert_eq!(serve.listen.unwrap().port(), 8080);
        assert_eq!(serve.clients[0].scopes, ["sp:config:read"]);
        assert_eq!(serve.admin_secret.as_ref().unwrap().reveal(), "CANARY-1");
        assert!(!format!("{serve:?}").contains("CANARY"));
    }

    #[test]
    fn what_is_kept_for_how_long_has_defaults_one_by_one() {
        let keep = parse("[serve.keep]\nrejected = 1\n").unwrap().keep;
        assert_eq!((keep.requests, keep.rejected, keep.tasks), (365, 1, 90));
        assert!(parse("[serve.keep]\nrejected = -1\n").is_err());
        assert!(parse("[serve.keep]\nreqests = 1\n").is_err());
    }

    #[test]
    fn a_secret_that_is_no_text_is_not_quoted() {
        for value in [
            "9876543210987654",
            "98765432109876543210",
            "98765432.5",
            "true",
            "2026-11-22",
            "{ a = 987654 }",
        ] {
            let error = parse(&format!("[serve]\nadmin_secret = {value}\n")).unwrap_err();
            let ConfigError::Parse { place, message } = error else {
                panic!("{error}")
            };
            assert!(
                !message.contains("98765") && !message.contains("2026"),
                "{message}"
            );
            assert!(place.starts_with("config.toml"), "{place}");
        }
    }
}
