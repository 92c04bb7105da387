//! libpq's service files: where they are, and a service in them.

use std::io;
use std::path::PathBuf;

use super::conninfo::{self, Settings};
use super::error::ConnectError;

pub(super) fn read_service(
    name: &str,
    own: Option<PathBuf>,
    env: &impl Fn(&str) -> Option<String>,
) -> Result<Settings, ConnectError> {
    let files = service_files(own, env);
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
            return Ok(settings.from(&path.display().to_string()));
        }
    }
    Err(ConnectError::NoService {
        name: name.to_owned(),
        files,
    })
}

/// The user's service file, then the system's. The latter's path is built into libpq: these are the
/// paths of the common distributions.
fn service_files(own: Option<PathBuf>, env: &impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let given = |name: &str| {
        env(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let own = own.or_else(|| given("HOME").map(|home| home.join(".pg_service.conf")));
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
