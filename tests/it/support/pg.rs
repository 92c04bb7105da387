//! PostgreSQL for the tests: one private server per test process, one database per test.
//!
//! The server is never stopped by name: it ends with the process, however that ends.

use std::collections::HashSet;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use gatediff::private_server::{
    FetchStep, LocalError, LocalOptions, LocalServer, ServerPrograms, find_or_fetch,
};
use gatediff::store::{Target, Timeouts};
use rustix::fs::statvfs;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::Mutex;

use super::deadline;

/// The private server of this test process.
pub(crate) fn server() -> &'static LocalServer {
    static SERVER: OnceLock<LocalServer> = OnceLock::new();
    deadline::begin();
    SERVER.get_or_init(|| {
        let options = LocalOptions {
            temp: in_memory(),
            ..options()
        };
        LocalServer::start(options).unwrap_or_else(|error| fail(&error))
    })
}

/// A directory in memory, if there is one with room for the databases of all tests that run at
/// once and `TMPDIR` names no other. Each test creates and removes a database of 300 files: on a disk, creating files where
/// many were just removed takes more time than the tests.
fn in_memory() -> Option<PathBuf> {
    const NEEDED: u64 = 2 << 30;
    if std::env::var_os("TMPDIR").is_some() {
        return None;
    }
    let directory = PathBuf::from("/dev/shm");
    let found = statvfs(&directory).ok()?;
    (found.f_bavail.saturating_mul(found.f_frsize) >= NEEDED).then_some(directory)
}

/// The options of a server with the programs of the tests.
pub(crate) fn options() -> LocalOptions {
    LocalOptions {
        programs: Some(programs().unwrap_or_else(|error| fail(error)).clone()),
        ..LocalOptions::default()
    }
}

/// PostgreSQL's programs, fetched if the machine has none.
pub(crate) fn programs() -> Result<&'static ServerPrograms, &'static LocalError> {
    static PROGRAMS: OnceLock<Result<ServerPrograms, LocalError>> = OnceLock::new();
    let found = PROGRAMS.get_or_init(|| {
        find_or_fetch(&mut |step| {
            if let FetchStep::Begin { from, into } = step {
                // Past the capture of the tests' output.
                let text = format!("fetching PostgreSQL from {from} into {}\n", into.display());
                std::io::stderr().write_all(text.as_bytes()).ok();
            }
            true
        })
    });
    found.as_ref()
}

fn fail(error: &LocalError) -> ! {
    let cause = Error::source(error).map(|cause| format!("\n{cause}"));
    let hints = error.hints().join("\n");
    panic!("{error}{}\n{hints}", cause.unwrap_or_default())
}

/// A database of one test, dropped at its end.
#[derive(Debug)]
pub(crate) struct TestDb {
    name: String,
}

impl TestDb {
    /// Makes an empty database.
    pub(crate) async fn new() -> Self {
        Self::copy_of("template0").await
    }

    /// Makes a database with a schema. The SQL is run once per process and template name; every
    /// further database is a copy.
    pub(crate) async fn from_template(template: &str, sql: &str) -> Self {
        static LOADED: Mutex<Option<HashSet<String>>> = Mutex::const_new(None);
        let source = format!("template_{template}");
        let mut loaded = LOADED.lock().await;
        let loaded = loaded.get_or_insert_default();
        if !loaded.contains(template) {
            load(&source, sql).await;
            loaded.insert(template.to_owned());
        }
        Self::copy_of(&source).await
    }

    async fn copy_of(source: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // Copying files takes half the time of copying by way of the log, which newer servers do.
        let strategy = match server().programs().major() {
            15.. => "STRATEGY file_copy",
            _ => "",
        };
        administer(&format!(
            "CREATE DATABASE {name} TEMPLATE {source} {strategy}"
        ))
        .await;
        Self { name }
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its address, for the real binary and for `psql`.
    pub(crate) fn url(&self) -> String {
        server().url(&self.name)
    }

    /// Its target.
    pub(crate) fn target(&self) -> Target {
        server().target(&self.name)
    }

    /// A new connection to it.
    pub(crate) async fn connect(&self) -> PgConnection {
        connect(&self.target()).await
    }

    /// Runs SQL, of any number of statements, in a connection of its own.
    pub(crate) async fn run(&self, sql: &str) {
        run(&mut self.connect().await, sql).await;
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A runtime of its own, on a thread of its own: the test's runtime may be ending.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map(|runtime| runtime.block_on(administer(&sql)))
        });
        // A test that fails for its own reasons must not abort for this one.
        let _ = dropped.join();
    }
}

async fn load(database: &str, sql: &str) {
    administer(&format!("CREATE DATABASE {database} TEMPLATE template0")).await;
    run(&mut connect(&server().target(database)).await, sql).await;
    // A session that is just ending would keep the template from being copied.
    administer(&format!(
        "ALTER DATABASE {database} ALLOW_CONNECTIONS false"
    ))
    .await;
    // In a loop of the server's: waiting inside pg_terminate_backend came with PostgreSQL 14.
    administer(&format!(
        "DO $$ BEGIN
            PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}';
            WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = '{database}') LOOP
                PERFORM pg_sleep(0.005), pg_stat_clear_snapshot();
            END LOOP;
        END $$"
    ))
    .await;
}

/// Runs SQL in the server's own database.
pub(crate) async fn administer(sql: &str) {
    run(&mut connect(&server().target("postgres")).await, sql).await;
}

async fn connect(target: &Target) -> PgConnection {
    target
        .connect(Timeouts::default())
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", error.hint()))
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}\nin: {sql}"));
}
