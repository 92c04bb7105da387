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
mod serve;

pub use file::{Config, ConfigError, Given, Profile, path, seconds, state_directory};
pub use keys::Binding;
pub use serve::{Client, Hidden, Keep, Serve};
