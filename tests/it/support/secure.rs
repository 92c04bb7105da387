//! A server that is reached over the network, with TLS and the certificates that a test makes.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use gatediff::private_server::{LocalOptions, LocalServer};
use gatediff::store::{Target, Timeouts};
use sqlx::{AssertSqlSafe, PgConnection};
use tempfile::TempDir;

use super::pg;

/// Why a test cannot go on.
pub(crate) type Problem = Box<dyn std::error::Error>;

/// Says whether a program is on this machine; says so if it is not.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok();
    if !found {
        println!("skipped: this machine has no {program}");
    }
    found
}

/// A server at an address of this machine that nobody else has.
pub(crate) struct SecureServer {
    pub(crate) server: LocalServer,
    /// Its address; the port is 5432.
    pub(crate) address: String,
    /// What the test makes: the server can read it.
    pub(crate) files: TempDir,
}

impl SecureServer {
    /// Starts one. `rules` are the lines of its `pg_hba.conf`.
    pub(crate) fn start(rules: &str, settings: &[&str]) -> Result<Self, Problem> {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        super::deadline::begin();
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let address = format!("127.{number}.{high}.{low}");
        let files = tempfile::tempdir()?;
        std::fs::set_permissions(files.path(), PermissionsExt::from_mode(0o755))?;
        let hba = files.path().join("pg_hba.conf");
        std::fs::write(&hba, rules)?;
        std::fs::set_permissions(&hba, PermissionsExt::from_mode(0o644))?;
        let mut all = vec![
            format!("listen_addresses={address}"),
            format!("hba_file={}", hba.display()),
        ];
        all.extend(settings.iter().map(|it| (*it).to_owned()));
        let server = LocalServer::start(LocalOptions {
            settings: all,
            ..pg::options()
        })?;
        Ok(Self {
            server,
            address,
            files,
        })
    }

    /// A file of the test.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Runs `openssl` among the files.
    pub(crate) fn openssl(&self, arguments: &str) -> Result<(), Problem> {
        let ran = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.files.path())
            .stdin(Stdio::null())
            .output()?;
        if ran.status.success() {
            return Ok(());
        }
        let why = String::from_utf8_lossy(&ran.stderr);
        Err(format!("openssl {arguments}: {why}").into())
    }

    /// The operating system's name of the user who runs the server.
    pub(crate) fn user(&self) -> String {
        let data = self.server.socket_directory().join("data").metadata();
        let uid = data.map(|data| nix::unistd::Uid::from_raw(data.uid()));
        let user = uid
            .ok()
            .and_then(|uid| nix::unistd::User::from_uid(uid).ok()?);
        user.map(|user| user.name).unwrap_or_default()
    }

    /// Gives a file to the user of the server.
    pub(crate) fn give(&self, name: &str) -> Result<PathBuf, Problem> {
        let path = self.file(name);
        let data = self.server.socket_directory().join("data").metadata()?;
        chown(&path, Some(data.uid()), Some(data.gid()))?;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
        Ok(path)
    }

    /// Runs SQL as the superuser.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), Problem> {
        let mut connection = self.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    pub(crate) async fn connect(&self) -> Result<PgConnection, Problem> {
        let target = self.server.target("postgres");
        Ok(target.connect(Timeouts::default()).await?)
    }

    /// Changes settings, and waits until new sessions have them.
    pub(crate) async fn set(&self, settings: &[(&str, &str)]) -> Result<(), Problem> {
        let before = self.loaded().await?;
        for (name, value) in settings {
            self.run(&format!("ALTER SYSTEM SET {name} TO '{value}'"))
                .await?;
        }
        self.run("SELECT pg_reload_conf()").await?;
        let begun = Instant::now();
        while self.loaded().await? == before {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("the server did not load its settings".into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    async fn loaded(&self) -> Result<String, Problem> {
        let mut connection = self.connect().await?;
        let sql = "SELECT pg_conf_load_time()::text";
        Ok(sqlx::query_scalar(sql).fetch_one(&mut connection).await?)
    }
}

/// How a connection went: whether `psql` and whether gatediff made it, and what they said.
pub(crate) struct Both {
    pub(crate) psql: Result<(), String>,
    pub(crate) ours: Result<(), String>,
}

/// Connects by `psql` and by gatediff, with nothing from the environment but a home directory and
/// these variables.
pub(crate) async fn both(
    address: &str,
    home: &Path,
    variables: &[(&str, &str)],
) -> Result<Both, Problem> {
    let psql = Command::new("psql")
        .args(["-X", "-A", "-t", "-w", "-c", "SELECT 1", "-d", address])
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()?;
    let psql = if psql.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&psql.stderr).into_owned())
    };
    Ok(Both {
        psql,
        ours: ours(address, home, variables).await,
    })
}

/// Connects by gatediff.
pub(crate) async fn ours(
    address: &str,
    home: &Path,
    variables: &[(&str, &str)],
) -> Result<(), String> {
    let environment = |name: &str| match name {
        "HOME" => home.to_str().map(str::to_owned),
        _ => {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    };
    let say = |error: gatediff::store::ConnectError| format!("{error}; {}", error.hint());
    let target = Target::resolve(Some(address), environment).map_err(say)?;
    let timeouts = Timeouts::default();
    target.connect(timeouts).await.map(|_| ()).map_err(say)
}
