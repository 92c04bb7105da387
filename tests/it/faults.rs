//! What can go wrong with a target: each says what, where, why and what to do
//! now, in one document, with its exit code; and the database stays whole.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use gatediff::private_server::{LocalOptions, LocalServer};
use gatediff::store::Timeouts;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use tempfile::{NamedTempFile, TempDir};

use crate::support::gatediff::command;
use crate::support::jobs::done;
use crate::support::pg;
use crate::support::proxy::Proxy;
use crate::support::sample::{Sample, sample};
use crate::support::site::Site;
use crate::support::wait::until;

const SCHEMA: &str = include_str!("../../fixtures/digirunner/schema.sql");

fn target() -> Sample {
    sample()
        .client("a", json!({"tps": 1, "remark": "old"}))
        .group("7", "g", json!({}))
}

/// Adds and covers, and takes ids of each sort.
fn file() -> Sample {
    sample()
        .client("a", json!({"tps": 2, "remark": "new"}))
        .client("b", json!({}))
        .host(1, "b", "h", "1.1.1.1")
        .clientext("b", 1, json!({}))
        .group("1", "new", json!({}))
        .client_group("b", "1")
}

/// A target in which something is wrong.
struct Faulty {
    site: Site,
    home: TempDir,
    file: NamedTempFile,
}

/// How it ended.
struct End {
    code: Option<i32>,
    document: Value,
}

impl End {
    #[track_caller]
    fn assert(&self, code: i32, kind: &str, place: Option<&str>, words: &[&str]) {
        let error = &self.document["error"];
        assert_eq!(
            (self.code, error["kind"].as_str()),
            (Some(code), Some(kind)),
            "{error:#}"
        );
        assert_eq!(error["where"].as_str(), place, "{error:#}");
        let text = error.to_string();
        for word in words {
            assert!(text.contains(word), "'{word}' is not in {error:#}");
        }
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(
            error["hints"]
                .as_array()
                .is_some_and(|hints| !hints.is_empty()),
            "{error:#}"
        );
    }
}

impl Faulty {
    async fn new() -> Self {
        let site = Site::new(&target()).await;
        gatediff::job::init(&site.target(), Timeouts::default())
            .await
            .unwrap();
        let mut written = NamedTempFile::new().unwrap();
        written.write_all(file().export().as_bytes()).unwrap();
        Self {
            site,
            home: tempfile::tempdir().unwrap(),
            file: written,
        }
    }

    fn apply(&self, url: &str, more: &[&str]) -> Command {
        apply(&self.home, &self.file, url, more)
    }

    /// Applies to a target in which nothing may change, at an address.
    async fn fails_at(&self, url: &str, more: &[&str]) -> End {
        let before = self.site.dump().await;
        let end = ended(self.apply(url, more).spawn().unwrap());
        assert_eq!(
            self.site.dump().await,
            before,
            "the database is not whole: {:#}",
            end.document["error"]
        );
        assert!(done(&self.site.db).await.is_empty(), "{:#}", end.document);
        end
    }

    async fn fails(&self, more: &[&str]) -> End {
        self.fails_at(&self.site.db.url(), more).await
    }

    /// Breaks something, applies, and mends it.
    async fn fails_with(&self, breaking: &str, mending: &str) -> End {
        self.site.run(breaking).await;
        let end = ended(self.apply(&self.site.db.url(), &[]).spawn().unwrap());
        self.site.run(mending).await;
        assert!(done(&self.site.db).await.is_empty(), "{:#}", end.document);
        assert_eq!(
            self.site.column("tsmp_client", "client_id", "true").await,
            ["a"]
        );
        assert_eq!(self.site.column("tsmp_client", "tps", "true").await, [1]);
        end
    }

    /// Shows that it was whole: the same import is done.
    async fn succeeds(&self) {
        let end = ended(self.apply(&self.site.db.url(), &[]).spawn().unwrap());
        assert_eq!(end.code, Some(0), "{:#}", end.document);
        assert_eq!(done(&self.site.db).await.len(), 1);
        assert_eq!(
            self.site.column("tsmp_client", "tps", "true").await,
            [2, 10]
        );
    }
}

fn apply(home: &TempDir, file: &NamedTempFile, url: &str, more: &[&str]) -> Command {
    let mut command = command(home.path());
    command
        .args([
            "apply",
            file.path().to_str().unwrap(),
            "--cover",
            "all",
            "--yes",
            "--output",
            "json",
        ])
        .args(["--database-url", url])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ended(child: Child) -> End {
    let ended = child.wait_with_output().unwrap();
    let described = String::from_utf8_lossy(&ended.stderr);
    let document = serde_json::from_slice(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {described}"));
    End {
        code: ended.status.code(),
        document,
    }
}

// ---- rights

/// Makes a role with the rights of an operator, and takes some away.
async fn with_role(faulty: &Faulty, role: &str, taken: &str) -> End {
    let setup = format!(
        "CREATE ROLE {role} LOGIN;
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
         GRANT USAGE ON SCHEMA gatediff TO {role};
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA gatediff TO {role};
         {}",
        taken.replace("ROLE", role)
    );
    faulty.site.run(&setup).await;
    let url = faulty
        .site
        .db
        .url()
        .replace("user=postgres", &format!("user={role}"));
    let end = faulty.fails_at(&url, &[]).await;
    faulty
        .site
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
    end
}

#[tokio::test]
async fn a_role_that_lacks_a_right_is_reported_which_one_and_where() {
    let faulty = Faulty::new().await;
    for (taken, place, right) in [
        (
            "SELECT ON tsmp_client",
            "tsmp_client",
            "grant the role SELECT",
        ),
        (
            "INSERT ON tsmp_client_host",
            "tsmp_client_host",
            "grant the role INSERT",
        ),
        ("UPDATE ON tsmp_client", "tsmp_client", "UPDATE"),
        (
            "USAGE ON SEQUENCE seq_tsmp_group_pk",
            "seq_tsmp_group_pk",
            "grant the role USAGE",
        ),
        (
            "INSERT, UPDATE ON seq_store",
            "seq_store",
            "SELECT, INSERT and UPDATE",
        ),
        (
            "INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
            "",
            "README",
        ),
    ] {
        let end = with_role(&faulty, "lacking", &format!("REVOKE {taken} FROM ROLE")).await;
        let place = if place.is_empty() {
            end.document["error"]["where"].as_str().unwrap()
        } else {
            place
        };
        end.assert(1, "denied", Some(place), &[right, "permission denied for "]);
    }
    faulty.succeeds().await;
}

#[tokio::test]
async fn what_is_read_only_is_not_overruled() {
    let faulty = Faulty::new().await;
    let name = faulty.site.db.name().to_owned();
    let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    let reset = format!(
        "BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT"
    );
    let end = faulty.fails_with(&set, &reset).await;
    let place = end.document["error"]["where"].as_str().map(str::to_owned);
    end.assert(
        1,
        "denied",
        place.as_deref(),
        &[
            "read-only",
            "primary server",
            "default_transaction_read_only",
        ],
    );
    faulty.succeeds().await;
}

// ---- another product version

#[tokio::test]
async fn another_version_of_the_product_is_reported_with_the_table_and_column() {
    let faulty = Faulty::new().await;
    for (breaking, mending, place, words) in [
        (
            "ALTER TABLE dp_app RENAME TO dp_gone",
            "ALTER TABLE dp_gone RENAME TO dp_app",
            "dp_app",
            "dp_app",
        ),
        (
            "ALTER TABLE tsmp_client RENAME tps TO tps2",
            "ALTER TABLE tsmp_client RENAME tps2 TO tps",
            "tsmp_client",
            "tps",
        ),
        (
            "ALTER TABLE tsmp_client ALTER remark TYPE bytea USING convert_to(remark, 'UTF8')",
            "ALTER TABLE tsmp_client ALTER remark TYPE varchar USING convert_from(remark, 'UTF8')",
            "tsmp_client",
            "remark",
        ),
        (
            "ALTER TABLE tsmp_client ALTER tps DROP DEFAULT, ALTER tps TYPE text USING tps || ' a second'",
            "ALTER TABLE tsmp_client ALTER tps TYPE int USING split_part(tps, ' ', 1)::int",
            "tsmp_client",
            "a number",
        ),
    ] {
        let end = faulty.fails_with(breaking, mending).await;
        if words != "a number" {
            end.assert(1, "schema", Some(place), &[words]);
        }
        end.assert(
            1,
            "schema",
            Some(place),
            &["search_path", "does not support its version", "README"],
        );
    }
    faulty.succeeds().await;
}

#[tokio::test]
async fn columns_of_a_newer_product_version_do_no_harm_unless_they_need_a_value() {
    let faulty = Faulty::new().await;
    let needed = "ALTER TABLE tsmp_client ADD newer text NOT NULL DEFAULT 'x'; ALTER TABLE tsmp_client ALTER newer DROP DEFAULT";
    let end = faulty
        .fails_with(
            needed,
            "ALTER TABLE tsmp_client ALTER newer SET DEFAULT 'y', ADD newest int",
        )
        .await;
    end.assert(
        1,
        "refused",
        Some("tsmp_client"),
        &["newer", "does not support the target's version"],
    );
    faulty.succeeds().await;
    assert_eq!(
        faulty.site.column("tsmp_client", "newer", "true").await,
        ["x", "y"]
    );
}

// ---- limits, and others who write

async fn lock(site: &Site, sql: &str) -> PgConnection {
    let mut holder = site.db.connect().await;
    sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {sql}")))
        .execute(&mut holder)
        .await
        .unwrap();
    holder
}

#[tokio::test]
async fn a_row_that_somebody_keeps_locked_and_a_time_limit_are_distinguished() {
    let faulty = Faulty::new().await;
    let holder = lock(&faulty.site, "UPDATE tsmp_client SET tps = 1").await;
    let end = faulty.fails(&["--lock-timeout", "0.2"]).await;
    let tables = "tsmp_api, tsmp_client, tsmp_group";
    end.assert(
        5,
        "locked",
        Some(tables),
        &["--lock-timeout SECONDS", "keep writing"],
    );
    drop(holder);
    // A table that is not held from the beginning.
    let holder = lock(&faulty.site, "LOCK TABLE tsmp_client_host IN SHARE MODE").await;
    let end = faulty.fails(&["--lock-timeout", "0.2"]).await;
    end.assert(
        5,
        "locked",
        Some("tsmp_client_host"),
        &["--lock-timeout SECONDS", "lock timeout"],
    );
    assert_eq!(end.document["status"], "locked");
    let end = faulty
        .fails(&["--lock-timeout", "60", "--statement-timeout", "0.5"])
        .await;
    end.assert(
        1,
        "refused",
        Some("tsmp_client_host"),
        &["--statement-timeout SECONDS", "statement timeout"],
    );
    drop(holder);
    faulty.succeeds().await;
}

/// Makes inserting a client fail as often as told, and counts how often it was tried.
fn failing(times: u32, sqlstate: &str) -> String {
    format!(
        "CREATE SEQUENCE attempts;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('attempts') <= {times} THEN
                 RAISE EXCEPTION 'as asked' USING ERRCODE = '{sqlstate}', DETAIL = 'canary';
             END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER fail BEFORE INSERT ON tsmp_client FOR EACH ROW EXECUTE FUNCTION fail()"
    )
}

const NO_MORE: &str =
    "DROP TRIGGER fail ON tsmp_client; DROP FUNCTION fail; DROP SEQUENCE attempts";

#[tokio::test]
async fn losing_against_others_is_tried_again_and_then_reported() {
    for sqlstate in ["40001", "40P01"] {
        let faulty = Faulty::new().await;
        faulty.site.run(&failing(1000, sqlstate)).await;
        faulty.fails(&[]).await.assert(
            3,
            "stale",
            Some("tsmp_client"),
            &["in every attempt", "try again"],
        );
        let tried = "SELECT last_value FROM attempts";
        let tried: i64 = sqlx::query_scalar(tried)
            .fetch_one(&mut faulty.site.db.connect().await)
            .await
            .unwrap();
        assert!(tried > 3, "it was tried {tried} times");
        faulty.site.run(NO_MORE).await;
        faulty.site.run(&failing(2, sqlstate)).await;
        faulty.succeeds().await;
    }
}

#[tokio::test]
async fn a_server_without_room_is_reported() {
    for (sqlstate, words) in [
        ("53100", "the server is out of disk space or memory"),
        ("53200", "memory"),
    ] {
        let faulty = Faulty::new().await;
        let end = faulty.fails_with(&failing(1000, sqlstate), NO_MORE).await;
        end.assert(
            1,
            "refused",
            Some("tsmp_client"),
            &[words, "free disk space"],
        );
        assert!(!end.document.to_string().contains("canary"));
        faulty.succeeds().await;
    }
}

#[tokio::test]
async fn a_session_that_is_ended_on_the_server_is_reported() {
    let faulty = Faulty::new().await;
    let ending = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                      PERFORM pg_terminate_backend(pg_backend_pid());
                      RETURN NEW;
                  END $$;
                  CREATE SEQUENCE attempts;
                  CREATE TRIGGER fail BEFORE INSERT ON tsmp_client FOR EACH ROW EXECUTE FUNCTION fail()";
    let end = faulty.fails_with(ending, NO_MORE).await;
    end.assert(
        1,
        "unreachable",
        Some("tsmp_client"),
        &["nothing was written", "administrator command"],
    );
    faulty.succeeds().await;
}

// ---- no connection

#[tokio::test]
async fn a_target_that_cannot_be_reached_is_reported_with_what_to_check() {
    let faulty = Faulty::new().await;
    let url = faulty.site.db.url();
    let absent = url.replace(faulty.site.db.name(), "nowhere");
    faulty
        .fails_at(&absent, &[])
        .await
        .assert(1, "unreachable", None, &["nowhere", "psql --list"]);
    faulty
        .site
        .run(&format!(
            "CREATE ROLE crowd LOGIN; ALTER DATABASE {} CONNECTION LIMIT 0",
            faulty.site.db.name()
        ))
        .await;
    let end = faulty
        .fails_at(&url.replace("user=postgres", "user=crowd"), &[])
        .await;
    faulty.site.run("DROP ROLE crowd").await;
    end.assert(
        1,
        "unreachable",
        None,
        &["too many connections", "the connection limit of"],
    );
    let stranger = url.replace("user=postgres", "user=nobody_here");
    faulty.fails_at(&stranger, &[]).await.assert(
        1,
        "denied",
        None,
        &["nobody_here", "pg_hba.conf"],
    );
    let proxy = Proxy::new();
    let behind = proxy.url(&faulty.site.db);
    drop(proxy);
    let end = faulty.fails_at(&behind, &[]).await;
    // Whether it was closed or reset is for chance to say.
    end.assert(
        1,
        "unreachable",
        None,
        &["cannot reach the database server", "firewall"],
    );
}

// ---- the server stops

/// Waits until somebody waits for a lock on a server.
fn wait_until_blocked(server: &LocalServer) {
    until("the import waits for the lock", || {
        let target = server.target("postgres");
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut connection = target.connect(Timeouts::default()).await.unwrap();
                let sql =
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')";
                sqlx::query_scalar::<_, bool>(sql)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap()
            })
        })
        .join()
        .unwrap()
    });
}

fn start(keep: &TempDir) -> LocalServer {
    LocalServer::start(LocalOptions {
        keep: Some(keep.path().join("kept")),
        ..pg::options()
    })
    .unwrap()
}

async fn run(server: &LocalServer, sql: &str) -> PgConnection {
    let mut connection = server
        .target("postgres")
        .connect(Timeouts::default())
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

async fn count(server: &LocalServer, table: &str) -> i64 {
    let mut connection = server
        .target("postgres")
        .connect(Timeouts::default())
        .await
        .unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_in_the_middle_is_reported_and_whole_when_it_is_back() {
    let keep = tempfile::Builder::new()
        .prefix("gd")
        .tempdir_in("/tmp")
        .unwrap();
    std::fs::set_permissions(
        keep.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let mut server = start(&keep);
    drop(run(&server, SCHEMA).await);
    let level = "INSERT INTO tsmp_security_level (security_level_id, security_level_name) VALUES ('SYSTEM', 'System')";
    drop(run(&server, level).await);
    let home = tempfile::tempdir().unwrap();
    let mut export = NamedTempFile::new().unwrap();
    export.write_all(file().export().as_bytes()).unwrap();
    let more = ["--lock-timeout", "60"];
    for signal in [Signal::INT, Signal::QUIT] {
        let _holder = run(&server, "BEGIN; LOCK TABLE tsmp_client_host IN SHARE MODE").await;
        let child = apply(&home, &export, &server.url("postgres"), &more)
            .spawn()
            .unwrap();
        tokio::task::block_in_place(|| wait_until_blocked(&server));
        let pid = std::fs::read_to_string(keep.path().join("kept/data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().and_then(|pid| pid.parse().ok()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        let end = ended(child);
        end.assert(
            1,
            "unreachable",
            Some("tsmp_client_host"),
            &["nothing was written", "check the server"],
        );
        server.stop().unwrap();
        server = start(&keep);
        assert_eq!(count(&server, "tsmp_client").await, 0, "{signal:?}");
        assert_eq!(
            count(
                &server,
                "gatediff.jobs WHERE to_jsonb(jobs)->>'state' IS DISTINCT FROM 'failed'"
            )
            .await,
            0
        );
    }
    let end = ended(
        apply(&home, &export, &server.url("postgres"), &more)
            .spawn()
            .unwrap(),
    );
    assert_eq!(end.code, Some(0), "{:#}", end.document);
    assert_eq!(count(&server, "tsmp_client").await, 2);
}

// ---- our own disk is full

/// Where the program below writes to.
const OUTPUT: &str = "GATEDIFF_TEST_OUTPUT";

#[test]
#[ignore = "not a test: what the next one runs where files may not grow"]
fn writes_a_file_of_a_megabyte() {
    let Some(path) = std::env::var_os(OUTPUT) else {
        return;
    };
    let written = gatediff::job::write_file(path.as_ref(), &[b'x'; 1 << 20], false);
    println!(
        "\n{}",
        serde_json::to_string(&written.unwrap_err()).unwrap()
    );
}

#[test]
fn a_result_file_for_which_there_is_no_room_is_reported_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("backup.json");
    let ran = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "faults::writes_a_file_of_a_megabyte",
            "--nocapture",
        ])
        .env(OUTPUT, &path)
        .output()
        .unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    let failure = out
        .lines()
        .find(|line| line.starts_with('{'))
        .unwrap_or_else(|| panic!("{out}"));
    let failure: Value = serde_json::from_str(failure).unwrap();
    assert_eq!(
        (&failure["kind"], &failure["where"]),
        (&json!("file"), &json!(path))
    );
    assert_eq!(failure["message"], "cannot write the file");
    assert_eq!(
        failure["hints"],
        json!(["free disk space, or name a file on another disk"])
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
