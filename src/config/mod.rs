//! The configuration file: `$XDG_CONFIG_HOME/gatediff/config.toml`.
//!
//! ```toml
//! theme = "dark"
//!
//! [profile.production]
//! database_url = "service=gateway"
//! production = true
//! order = 2
//! lock_timeout = 10
//!
//! [profile.audit]
//! database_url = "service=gateway-audit"
//! read_only = true
//!
//! [[profile.production.values]]
//! kind = "rdb-connection"
//! key = "crm*"
//! path = "/jdbcUrl"
//! from = "db.test"
//! to = "db.prod"
//!
//! [[profile.production.values]]
//! kind = "rdb-connection"
//! key = "crm"
//! path = "/mima"
//! value = "${env:CRM_PASSWORD}"
//!
//! [[profile.production.ignore]]
//! kind = "client"
//! path = "/tps"
//!
//! [keys]
//! import = ["P", "ctrl-p"]
//!
//! [serve]
//! listen = "127.0.0.1:3000"
//! admin_secret_file = "/run/secrets/gatediff"
//! token_key_file = "/run/secrets/gatediff-keys"
//!
//! [serve.keep]
//! requests = 365
//!
//! [[serve.clients]]
//! id = "pipeline"
//! secret_hash = "$argon2id$v=19$m=19456,t=2,p=1$..."
//! scopes = ["sp:config:read", "sp:config:manage"]
//! ```

mod file;
mod keys;
mod rules;
mod serve;

pub use file::{Config, ConfigError, Given, Profile, parse_values, path, seconds, state_directory};
pub use keys::Binding;
pub use rules::{Replacement, Rule, ignore_lines};
pub use serve::{Client, Hidden, Keep, Serve};
