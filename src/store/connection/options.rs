//! The options of the driver: each is written explicitly, whatever it read from the environment.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::conninfo::Settings;
use super::error::Malformed;

pub(in crate::store) const APPLICATION_NAME: &str = concat!("gatediff/", env!("CARGO_PKG_VERSION"));

pub(super) fn with_tls(
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
pub(super) fn base_options(server_options: Option<&str>) -> PgConnectOptions {
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
