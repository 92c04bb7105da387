//! An address of a database: URL, keywords, service file, password file. The
//! first byte says which of them the rest is.
#![no_main]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gatediff::store::{ConnectError, Target};
use libfuzzer_sys::fuzz_target;

/// A directory for the files, in memory where the machine has such a place.
fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let directory = parent.join(format!("gatediff-fuzz-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory for the files");
        directory
    })
}

/// Writes a file that nobody else may read, as password files must be.
fn file(name: &str, bytes: &[u8]) -> String {
    let path = directory().join(name);
    fs::write(&path, bytes).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    path.to_string_lossy().into_owned()
}

fn resolve(url: Option<&str>, variables: &[(&str, &str)]) -> Result<Target, ConnectError> {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
    Target::resolve(url, |name| find(name).map(|(_, value)| (*value).to_owned()))
}

fn judge(resolved: Result<Target, ConnectError>) {
    match resolved {
        Ok(target) => assert!(!target.display().is_empty()),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!error.hint().is_empty());
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    // No variable of the environment holds a NUL.
    let clean = text.replace('\0', "");
    match which % 4 {
        0 => judge(resolve(Some(&text), &[])),
        1 => {
            let services = file("services", rest);
            judge(resolve(Some("service=gate"), &[("PGSERVICEFILE", &services)]));
        }
        2 => {
            let passwords = file("passwords", rest);
            judge(resolve(Some("postgresql://me@db:5432/gate"), &[("PGPASSFILE", &passwords)]));
        }
        _ => {
            let names = ["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGOPTIONS"];
            let variables: Vec<(&str, &str)> = names.into_iter().zip(clean.split('\n')).collect();
            judge(resolve(None, &variables));
        }
    }
});
