//! Connection poolers, servers that lack what a job relies on, and standbys.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gatediff::engine::Choices;
use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, Loaded, Receipt, Reporter, Review, UndoOptions,
};
use gatediff::private_server::{LocalOptions, LocalServer};
use gatediff::store::{Target, Timeouts};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use crate::digirunner_statements::{clients, shared};
use crate::support::pg::{self, server};
use crate::support::secure::{Problem, SecureServer, has};
use crate::support::site::{SCHEMA, Site, cover_all, load};

const PORT: u16 = 6432;

/// A pooler before the server of the tests, at an address of its own.
struct Pooler {
    process: Child,
    address: String,
    _files: tempfile::TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Pooler {
    /// Starts one with the shipped configuration, but for the mode and the size of its pools.
    fn start(mode: &str, size: usize) -> Result<Self, Problem> {
        static NEXT: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(1);
        let sockets = server().socket_directory();
        let owner = sockets.join("data").metadata()?;
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let address = format!("127.{}.{high}.{low}", 200 + number);
        let files = tempfile::tempdir()?;
        let configuration = files.path().join("pgbouncer.ini");
        std::fs::write(
            &configuration,
            format!(
                "[databases]\n* = host={} port=5432 user=postgres\n[pgbouncer]\n\
                 listen_addr = {address}\nlisten_port = {PORT}\nauth_type = any\nunix_socket_dir =\n\
                 logfile = {}/log\npool_mode = {mode}\ndefault_pool_size = {size}\n",
                sockets.display(),
                files.path().display(),
            ),
        )?;
        for path in [files.path(), &configuration] {
            chown(path, Some(owner.uid()), Some(owner.gid()))?;
        }
        let mut command = Command::new("pgbouncer");
        command.arg(&configuration).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if rustix::process::geteuid().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let process = command.spawn()?;
        let pooler = Self {
            process,
            address,
            _files: files,
        };
        let begun = Instant::now();
        while std::net::TcpStream::connect((pooler.address.as_str(), PORT)).is_err() {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("pgbouncer does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(pooler)
    }

    fn target(&self, database: &str) -> Result<Target, Problem> {
        let url = format!(
            "postgresql://postgres@{}:{PORT}/{database}?sslmode=disable",
            self.address
        );
        Ok(Target::resolve(Some(&url), |_| None)?)
    }

    /// A connection of another program.
    async fn other(&self, database: &str) -> Result<PgConnection, Problem> {
        let options = PgConnectOptions::new_without_pgpass()
            .host(&self.address)
            .port(PORT)
            .username("postgres")
            .database(database)
            .ssl_mode(sqlx::postgres::PgSslMode::Disable)
            .extra_float_digits(None);
        Ok(PgConnection::connect_with(&options).await?)
    }
}

async fn site() -> Result<(Site, Loaded), Problem> {
    let site = Site::new(&shared()).await;
    job::init(&site.target(), Timeouts::default()).await?;
    Ok((site, load(&clients(shared(), 0, 3, "new"))))
}

async fn plan(file: &Loaded, target: &Target) -> Result<Review, Failure> {
    job::plan(file, target, Timeouts::default(), &Reporter::silent()).await
}

async fn apply(review: &Review, target: &Target, choices: &Choices) -> Result<Receipt, Problem> {
    let options = ApplyOptions::new("tester", Timeouts::default());
    let approved = review
        .plan
        .approve(choices)
        .map_err(|error| format!("{error:?}"))?;
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    Ok(job::apply(review, approved, target, &options, &reporter, &cancel).await?)
}

async fn number(connection: &mut PgConnection, sql: &'static str) -> Result<i64, Problem> {
    let row = sqlx::raw_sql(sql).fetch_one(connection).await?;
    Ok(sqlx::Row::try_get(&row, 0)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_that_keeps_sessions_is_worked_through() -> Result<(), Problem> {
    if !has("pgbouncer") {
        return Ok(());
    }
    let (site, file) = site().await?;
    let pooler = Pooler::start("session", 4)?;
    // Sessions that others have left in the pool are no proof of anything.
    let (first, second) = (
        pooler.other(site.db.name()).await?,
        pooler.other(site.db.name()).await?,
    );
    for mut other in [first, second] {
        sqlx::raw_sql("SELECT 1").execute(&mut other).await?;
        other.close().await?;
    }
    let target = pooler.target(site.db.name())?;
    let review = plan(&file, &target).await?;
    let receipt = apply(&review, &target, &cover_all(&review.plan)).await?;
    let options = UndoOptions::new("tester", Timeouts::default());
    job::undo(
        receipt.job,
        &target,
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_one_session_is_enough_to_plan() -> Result<(), Problem> {
    if !has("pgbouncer") {
        return Ok(());
    }
    let (site, file) = site().await?;
    let pooler = Pooler::start("session", 1)?;
    plan(&file, &pooler.target(site.db.name())?).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_that_shares_sessions_is_refused_and_keeps_nothing() -> Result<(), Problem> {
    if !has("pgbouncer") {
        return Ok(());
    }
    let (site, file) = site().await?;
    for (mode, size) in [
        ("transaction", 1),
        ("transaction", 3),
        ("statement", 1),
        ("statement", 3),
    ] {
        let pooler = Pooler::start(mode, size)?;
        // As many sessions as the pool has wait for work.
        let mut others = Vec::new();
        for _ in 0..size {
            others.push(pooler.other(site.db.name()).await?);
        }
        for other in &mut others {
            sqlx::raw_sql("SELECT 1").execute(other).await?;
        }
        let target = pooler.target(site.db.name())?;
        let failure = plan(&file, &target).await.err();
        let failure = failure.ok_or_else(|| format!("planned with pool_mode={mode}"))?;
        let text = format!("{failure:?}");
        assert!(
            text.contains("pooler") && text.contains("pool_mode=session"),
            "{mode}: {text}"
        );
        for _ in 0..3 {
            for other in &mut others {
                let set = number(other, "SELECT count(*) FROM pg_settings WHERE source = 'session' AND name LIKE '%timeout%'").await?;
                let prepared = number(other, "SELECT count(*) FROM pg_prepared_statements").await?;
                let locks = number(other, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()").await?;
                assert_eq!([set, prepared, locks], [0; 3], "{mode}");
            }
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_locks_lock_nothing_is_not_written_to() -> Result<(), Problem> {
    let (site, file) = site().await?;
    let target = site.target();
    let review = plan(&file, &target).await?;
    // As some servers have it that only speak the protocol: in this database alone.
    site.db
        .run(
            "CREATE OR REPLACE FUNCTION pg_catalog.pg_try_advisory_lock(bigint) RETURNS boolean \
             LANGUAGE sql AS 'SELECT true'",
        )
        .await;
    let error = apply(&review, &target, &cover_all(&review.plan))
        .await
        .err();
    let error = error.ok_or("it was applied")?.to_string();
    assert!(error.contains("does not keep"), "{error}");
    plan(&file, &target).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_serves_plans_and_is_not_written_to() -> Result<(), Problem> {
    let primary = SecureServer::start(
        "local all all trust\nlocal replication all trust\n",
        &["wal_level=replica", "max_wal_senders=4", "fsync=off"],
    )?;
    let sockets = primary.server.socket_directory();
    let owner = sockets.join("data").metadata()?;
    let kept = || LocalOptions {
        keep: Some(sockets.join("standby")),
        settings: ["wal_level=replica", "max_wal_senders=4"]
            .map(str::to_owned)
            .into(),
        ..pg::options()
    };
    // A directory that is one of ours; then the data in it are those of the primary.
    LocalServer::start(kept())?.stop()?;
    let data = sockets.join("standby").join("data");
    std::fs::remove_dir_all(&data)?;
    let program = server().programs().bin().join("pg_basebackup");
    if !program.exists() {
        println!("skipped: this machine has no pg_basebackup");
        return Ok(());
    }
    let mut command = Command::new(program);
    command.args([
        "-h",
        &sockets.display().to_string(),
        "-U",
        "postgres",
        "-R",
        "-c",
        "fast",
    ]);
    command.arg("-D").arg(&data);
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    primary.run(SCHEMA).await?;
    let copied = command.stdin(Stdio::null()).output()?;
    assert!(
        copied.status.success(),
        "{}",
        String::from_utf8_lossy(&copied.stderr)
    );
    let standby = LocalServer::start(kept())?;
    let target = standby.target("postgres");
    let file = load(&clients(shared(), 0, 3, "new"));
    let review = plan(&file, &target).await?;
    let error = apply(&review, &target, &cover_all(&review.plan))
        .await
        .err();
    let error = error.ok_or("it was applied")?.to_string();
    assert!(error.contains("read-only"), "{error}");
    // Both are named: the one that can be written to is found.
    let hosts = format!(
        "host={},{} dbname=postgres user=postgres target_session_attrs",
        standby.socket_directory().display(),
        sockets.display()
    );
    for (wanted, is_standby) in [
        ("primary", false),
        ("standby", true),
        ("read-write", false),
        ("read-only", true),
        ("prefer-standby", true),
    ] {
        let target = Target::resolve(Some(&format!("{hosts}={wanted}")), |_| None)?;
        let mut connection = target.connect(Timeouts::default()).await?;
        let sql = "SELECT pg_is_in_recovery()";
        let found: bool = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        assert_eq!(found, is_standby, "{wanted}");
    }
    Ok(())
}
