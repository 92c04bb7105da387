//! The private server and the ways a connection fails, seen from outside.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use gatediff::private_server::{LocalError, LocalOptions, LocalServer, ServerPrograms};
use gatediff::store::{ConnectError, Target, Timeouts};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;

use crate::support::owner::{self, Owner};
use crate::support::pg::{self, TestDb, server};
use crate::support::{fake, wait};

// ---- the harness

#[tokio::test]
async fn gives_every_test_a_copy_of_the_template() {
    const SQL: &str = "CREATE TABLE seen (n int); INSERT INTO seen VALUES (1)";
    let (one, other) = tokio::join!(
        TestDb::from_template("harness", SQL),
        TestDb::from_template("harness", SQL)
    );
    one.run("INSERT INTO seen VALUES (2)").await;
    for (database, rows) in [(&one, 2), (&other, 1)] {
        let mut connection = database.connect().await;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM seen")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(count, rows, "{}", database.name());
    }
}

#[tokio::test]
async fn gives_an_empty_database_and_drops_it_at_the_end() {
    let database = TestDb::new().await;
    let name = database.name().to_owned();
    let mut connection = connect(server(), "postgres").await;
    let is_there = async |connection: &mut PgConnection| -> bool {
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(connection)
            .await
            .unwrap()
    };
    assert!(is_there(&mut connection).await);
    drop(database);
    assert!(!is_there(&mut connection).await);
}

// ---- a private server

#[tokio::test]
async fn answers_with_the_session_as_asked() {
    let mut connection = connect(server(), "postgres").await;
    let row = sqlx::raw_sql(
        "SELECT current_setting('application_name'), current_setting('lock_timeout'),
                current_setting('statement_timeout'), current_setting('client_encoding'),
                current_setting('idle_in_transaction_session_timeout')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let seen: Vec<String> = (0..5).map(|index| row.get(index)).collect();
    let name = format!("gatediff/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen, [name.as_str(), "5s", "0", "UTF8", "1min"]);
}

#[tokio::test]
async fn its_address_serves_psql_and_our_own_rules() {
    let database = TestDb::new().await;
    let psql = server().programs().bin().join("psql");
    if psql.exists() {
        let output = Command::new(psql)
            .args(["-XAtc", "SELECT current_database()", &database.url()])
            .env("PGPORT", "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.trim(), database.name(), "{output:?}");
    }
    let misleading = |name: &str| (name == "PGPORT").then(|| "1".to_owned());
    let target = Target::resolve(Some(&database.url()), misleading).unwrap();
    assert_eq!(target.display(), database.target().display());
    assert!(target.connect(Timeouts::default()).await.is_ok());
}

#[test]
fn leaves_no_process_and_no_directory_when_stopped() {
    let temp = open_directory();
    let server = start_in(temp.path());
    let run = server.socket_directory().to_path_buf();
    let postmaster = postmaster_of(&run);
    assert!(run.starts_with(temp.path()), "{}", run.display());
    assert!(server.log_path().exists());
    assert_eq!(mode_of(&run), 0o700);

    server.stop().unwrap();
    assert!(!owner::is_alive(postmaster));
    assert_eq!(names_in(temp.path()), [""; 0]);
}

#[test]
fn stops_when_it_is_dropped_with_a_connection_open() {
    let temp = open_directory();
    let server = start_in(temp.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let connection = runtime.block_on(connect(&server, "postgres"));
    drop(server);
    assert_eq!(names_in(temp.path()), [""; 0]);
    drop(connection);
}

#[tokio::test]
async fn two_of_them_do_not_meet() {
    let temp = open_directory();
    let servers = [start_in(temp.path()), start_in(temp.path())];
    for server in &servers {
        let mut connection = connect(server, "postgres").await;
        let sockets: String = sqlx::query_scalar("SHOW unix_socket_directories")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(
            Path::new(sockets.trim_matches('"')),
            server.socket_directory()
        );
    }
}

#[test]
#[ignore = "not a test: what Owner runs"]
fn serves_until_killed() {
    owner::serve_until_killed();
}

#[test]
fn goes_when_its_owner_is_killed() {
    let temp = open_directory();
    let mut owner = Owner::start(temp.path());
    assert!(owner::is_alive(owner.postmaster));
    owner.kill();
    wait::until("the server is gone", || !owner::is_alive(owner.postmaster));
    wait::until("its directory is gone", || names_in(temp.path()).is_empty());
    assert!(owner.supervisors().is_empty());
}

#[test]
fn ignores_the_signals_of_a_terminal() {
    let temp = open_directory();
    let mut owner = Owner::start(temp.path());
    for pid in owner.supervisors() {
        for name in ["INT", "HUP", "TERM"] {
            owner::signal(name, pid);
        }
    }
    assert!(owner::is_alive(owner.postmaster));
    assert!(!owner.supervisors().is_empty());
    owner.kill();
    wait::until("its directory is gone", || names_in(temp.path()).is_empty());
}

#[test]
fn removes_what_a_crash_has_left() {
    let temp = open_directory();
    let mut owner = Owner::start(temp.path());
    for pid in owner.supervisors() {
        owner::signal("KILL", pid);
    }
    let pid_file = owner.run.join("data/postmaster.pid");
    let lines = std::fs::read_to_string(&pid_file).unwrap();
    // An immediate stop, and not SIGKILL: that would leave shared memory behind for good.
    owner::signal("QUIT", owner.postmaster);
    owner.kill();
    wait::until("the server is gone", || !owner::is_alive(owner.postmaster));
    // As after a crash: a socket without a server, and a process id that is now somebody else's.
    drop(std::os::unix::net::UnixListener::bind(owner.run.join(".s.PGSQL.5432")).unwrap());
    let reused = lines.replacen(
        &owner.postmaster.to_string(),
        &std::process::id().to_string(),
        1,
    );
    std::fs::write(&pid_file, reused).unwrap();
    assert!(owner.run.exists());

    let server = start_in(temp.path());
    assert!(!owner.run.exists());
    server.stop().unwrap();
}

#[test]
fn ends_a_server_that_nobody_monitors() {
    let temp = open_directory();
    let mut owner = Owner::start(temp.path());
    for pid in owner.supervisors() {
        owner::signal("KILL", pid);
    }
    owner.kill();
    assert!(owner::is_alive(owner.postmaster));

    let server = start_in(temp.path());
    assert!(!owner.run.exists());
    wait::until("the server is gone", || !owner::is_alive(owner.postmaster));
    server.stop().unwrap();
}

#[test]
fn touches_no_directory_of_somebody_else() {
    let temp = open_directory();
    let elsewhere = open_directory();
    let marker = "a private PostgreSQL server of gatediff\n";
    std::fs::write(elsewhere.path().join("marker"), marker).unwrap();
    for (name, text) in [
        ("gatediff-pg-none", None),
        ("gatediff-pg-text", Some("something else")),
    ] {
        std::fs::create_dir(temp.path().join(name)).unwrap();
        std::fs::write(temp.path().join(name).join("treasure"), "").unwrap();
        if let Some(text) = text {
            std::fs::write(temp.path().join(name).join("gatediff.lock"), text).unwrap();
        }
    }
    let linked = temp.path().join("gatediff-pg-link");
    std::fs::create_dir(&linked).unwrap();
    std::os::unix::fs::symlink(
        elsewhere.path().join("marker"),
        linked.join("gatediff.lock"),
    )
    .unwrap();
    std::fs::create_dir(temp.path().join("other")).unwrap();
    std::fs::write(temp.path().join("other/gatediff.lock"), marker).unwrap();
    let before = names_in(temp.path());

    start_in(temp.path()).stop().unwrap();
    assert_eq!(names_in(temp.path()), before);
    assert!(temp.path().join("gatediff-pg-text/treasure").exists());
}

#[test]
fn leaves_alone_a_server_whose_owner_lives() {
    let temp = open_directory();
    let mut owner = Owner::start(temp.path());
    start_in(temp.path()).stop().unwrap();
    assert!(owner.run.exists());
    assert!(owner::is_alive(owner.postmaster));
    owner.kill();
    wait::until("its directory is gone", || names_in(temp.path()).is_empty());
}

#[test]
fn takes_a_short_path_where_the_wished_one_is_too_long() {
    let temp = open_directory();
    let long = temp.path().join("x".repeat(90));
    std::fs::create_dir(&long).unwrap();
    let server = start_in(&long);
    assert!(server.socket_directory().starts_with("/tmp"));
}

// ---- kept data

#[tokio::test]
async fn keeps_data_where_it_is_asked_to() {
    let place = open_directory();
    let keep = place.path().join("kept");
    let first = start_kept(&keep).unwrap();
    execute(
        &first,
        "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)",
    )
    .await;
    let again = start_kept(&keep);
    assert!(
        matches!(&again, Err(LocalError::KeepInUse { .. })),
        "{again:?}"
    );
    first.stop().unwrap();
    assert_eq!(names_in(&keep), ["data", "gatediff.lock", "log"]);
    assert_eq!(mode_of(&keep), 0o700);

    let second = start_kept(&keep).unwrap();
    let mut connection = connect(&second, "postgres").await;
    let row = sqlx::query("SELECT n, current_setting('fsync') FROM kept");
    let row = row.fetch_one(&mut connection).await.unwrap();
    assert_eq!((row.get::<i32, _>(0), row.get::<&str, _>(1)), (7, "on"));
}

#[test]
fn keeps_nothing_in_a_directory_that_is_used_for_something_else() {
    let place = open_directory();
    std::fs::write(place.path().join("treasure"), "").unwrap();
    let refused = start_kept(place.path());
    assert!(
        matches!(&refused, Err(LocalError::KeepForeign { .. })),
        "{refused:?}"
    );
    assert_eq!(names_in(place.path()), ["treasure"]);
}

#[test]
fn says_which_version_kept_data_belong_to() {
    let place = open_directory();
    let keep = place.path().join("kept");
    start_kept(&keep).unwrap().stop().unwrap();
    std::fs::write(keep.join("data/PG_VERSION"), "9.6\n").unwrap();
    let error = start_kept(&keep).unwrap_err();
    assert!(
        matches!(&error, LocalError::KeepOtherVersion { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("PostgreSQL 9.6"), "{error}");
    assert!(error.hint().contains("GATEDIFF_PG_BIN"), "{}", error.hint());
}

// ---- a server that does not start

#[test]
fn says_where_it_looked_for_programs_and_what_to_install() {
    let empty = open_directory();
    let bin = empty.path().as_os_str().to_owned();
    let found = ServerPrograms::find_with(|name| (name == "GATEDIFF_PG_BIN").then(|| bin.clone()));
    let error = found.unwrap_err();
    assert!(
        error.to_string().contains(empty.path().to_str().unwrap()),
        "{error}"
    );
    assert!(error.hint().contains("postgresql"), "{}", error.hint());
}

#[test]
fn shows_what_initdb_said() {
    let temp = open_directory();
    let programs = programs_of("echo no disk today; exit 1", "");
    let error = start_with(temp.path(), programs.path()).unwrap_err();
    assert!(matches!(&error, LocalError::InitFailed { .. }), "{error}");
    assert!(error.to_string().contains("no disk today"), "{error}");
    assert_eq!(names_in(temp.path()), [""; 0]);
}

#[test]
fn shows_what_the_server_said() {
    let temp = open_directory();
    // A stand-in for initdb that only makes the directory, given behind -D.
    let programs = programs_of(
        "mkdir \"$2\"; echo 15 >\"$2/PG_VERSION\"",
        "echo no memory today; exit 1",
    );
    let error = start_with(temp.path(), programs.path()).unwrap_err();
    assert!(matches!(&error, LocalError::NotStarted { .. }), "{error}");
    assert!(error.to_string().contains("no memory today"), "{error}");
    assert_eq!(names_in(temp.path()), [""; 0]);
}

// ---- connections that fail

#[tokio::test]
async fn explains_a_database_that_does_not_exist() {
    let error = failure(&server().target("nowhere")).await;
    assert!(matches!(&error, ConnectError::NoDatabase { .. }), "{error}");
    assert!(error.to_string().contains("`nowhere`"), "{error}");
}

#[tokio::test]
async fn explains_a_role_that_does_not_exist() {
    let url = server()
        .url("postgres")
        .replace("user=postgres", "user=nobody_here");
    let error = failure(&Target::resolve(Some(&url), |_| None).unwrap()).await;
    assert!(matches!(&error, ConnectError::Denied { .. }), "{error}");
    assert!(error.to_string().contains("nobody_here"), "{error}");
}

#[tokio::test]
async fn explains_that_no_server_is_there() {
    let empty = open_directory();
    let socket = format!("host={} user=me", empty.path().display());
    let error = failure(&Target::resolve(Some(&socket), |_| None).unwrap()).await;
    assert!(
        matches!(&error, ConnectError::Unreachable { socket: true, .. }),
        "{error}"
    );
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("postgres://me@{closed}/d");
    let error = failure(&Target::resolve(Some(&url), |_| None).unwrap()).await;
    assert!(
        matches!(&error, ConnectError::Unreachable { socket: false, .. }),
        "{error}"
    );
    assert!(error.to_string().contains(&closed.to_string()), "{error}");
}

#[tokio::test]
async fn explains_a_wrong_password_and_never_shows_it() {
    let temp = open_directory();
    let server = start_in(temp.path());
    // PostgreSQL 13 would store an MD5 of it, which scram-sha-256 cannot check.
    execute(
        &server,
        "SET password_encryption = 'scram-sha-256'; CREATE ROLE locked LOGIN PASSWORD 'right'",
    )
    .await;
    let rules = server.socket_directory().join("data/pg_hba.conf");
    let before = std::fs::read_to_string(&rules).unwrap();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(&rules)
        .unwrap();
    writeln!(file, "local all locked scram-sha-256\n{before}").unwrap();
    let url = server
        .url("postgres")
        .replace("user=postgres", "user=locked");
    let with = |password: &str| {
        let url = format!("{url}&password={password}");
        Target::resolve(Some(&url), |_| None).unwrap()
    };
    execute(&server, "SELECT pg_reload_conf()").await;
    // The reload takes a moment to reach new sessions.
    let error = loop {
        match with("canary7f3a").connect(Timeouts::default()).await {
            Ok(connection) => connection.close().await.unwrap(),
            Err(error) => break error,
        }
    };
    assert!(
        matches!(
            &error,
            ConnectError::WrongPassword {
                had_password: true,
                ..
            }
        ),
        "{error}"
    );
    let text = format!("{error} {error:?} {}", error.hint());
    assert!(!text.contains("canary7f3a"), "{text}");
    assert!(with("right").connect(Timeouts::default()).await.is_ok());

    let none = Target::resolve(Some(&url), |_| None).unwrap();
    let error = failure(&none).await;
    assert!(
        error.hint().contains(".pgpass"),
        "{error:?}: {}",
        error.hint()
    );
}

#[tokio::test]
async fn explains_a_server_that_refuses_encryption() {
    let port = fake::server(|mut stream| {
        let mut request = [0; 8];
        std::io::Read::read_exact(&mut stream, &mut request).unwrap();
        stream.write_all(b"N").unwrap();
    });
    let url = format!("postgres://me:canary7f3a@127.0.0.1:{port}/d?sslmode=require");
    let error = failure(&Target::resolve(Some(&url), |_| None).unwrap()).await;
    assert!(matches!(&error, ConnectError::Tls { .. }), "{error}");
    assert!(!format!("{error}{error:?}").contains("canary7f3a"));
}

#[tokio::test]
async fn explains_a_server_that_is_too_old() {
    let port = fake::server(|stream| fake::answer_with_version(stream, "120005"));
    let error = failure(&plain_target(port)).await;
    assert!(
        matches!(&error, ConnectError::TooOld { major: 12, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn explains_a_server_that_is_not_postgresql() {
    let port =
        fake::server(|mut stream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n").unwrap());
    let error = failure(&plain_target(port)).await;
    assert!(
        matches!(
            &error,
            ConnectError::NotPostgres { .. } | ConnectError::Unreachable { .. }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn waits_only_as_long_as_it_was_reported() {
    let port = fake::server(|mut stream| {
        let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
    });
    let timeouts = Timeouts {
        connect: Some(Duration::from_millis(50)),
        ..Timeouts::default()
    };
    let error = plain_target(port).connect(timeouts).await.unwrap_err();
    assert!(matches!(&error, ConnectError::TooSlow { .. }), "{error}");
}

// ---- helpers

fn plain_target(port: u16) -> Target {
    let url = format!("postgres://me:canary7f3a@127.0.0.1:{port}/d?sslmode=disable");
    Target::resolve(Some(&url), |_| None).unwrap()
}

async fn failure(target: &Target) -> ConnectError {
    let error = target.connect(Timeouts::default()).await.unwrap_err();
    assert!(!error.hint().is_empty());
    error
}

async fn connect(server: &LocalServer, database: &str) -> PgConnection {
    server
        .target(database)
        .connect(Timeouts::default())
        .await
        .unwrap()
}

async fn execute(server: &LocalServer, sql: &str) {
    let mut connection = connect(server, "postgres").await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
}

fn start_in(temp: &Path) -> LocalServer {
    let options = LocalOptions {
        temp: Some(temp.to_path_buf()),
        ..pg::options()
    };
    LocalServer::start(options).unwrap()
}

fn start_with(temp: &Path, programs: &Path) -> Result<LocalServer, LocalError> {
    let programs = ServerPrograms::find_with(|name| {
        (name == "GATEDIFF_PG_BIN").then(|| programs.as_os_str().to_owned())
    });
    LocalServer::start(LocalOptions {
        temp: Some(temp.to_path_buf()),
        programs: Some(programs.unwrap()),
        ..LocalOptions::default()
    })
}

fn start_kept(keep: &Path) -> Result<LocalServer, LocalError> {
    LocalServer::start(LocalOptions {
        keep: Some(keep.to_path_buf()),
        ..pg::options()
    })
}

/// Server programs that do as these lines of shell say.
fn programs_of(initdb: &str, postgres: &str) -> TempDir {
    let bin = open_directory();
    let version = "[ \"$1\" = --version ] && { echo 'postgres (PostgreSQL) 15.1'; exit; }";
    for (name, body) in [("initdb", initdb), ("postgres", postgres)] {
        let file = bin.path().join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{version}\n{body}\n")).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
    }
    bin
}

/// A directory like /tmp, open to the user who runs the server, also where that is not us.
fn open_directory() -> TempDir {
    let directory = tempfile::Builder::new()
        .prefix("gdt")
        .tempdir_in("/tmp")
        .unwrap();
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o1777)).unwrap();
    directory
}

fn mode_of(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn postmaster_of(run: &Path) -> u32 {
    let text = std::fs::read_to_string(run.join("data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().parse().unwrap()
}
