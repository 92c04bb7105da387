//! The HTTP server itself: what it refuses to begin with, who may ask, what is
//! answered when something is wrong, and what is left of every request.

use std::io::{Read as _, Write as _};

use rustix::process::Signal;
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::support::gatediff::{Ran, command};
use crate::support::http::{SECRET, Served};
use crate::support::pg::TestDb;
use crate::support::wait;

const IMPORT: &str = "/admin/apis/import";

/// Runs `serve` where it is going to be refused.
fn refused(db: &TestDb, args: &[&str], secret: Option<&str>, config: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join(".config/gatediff");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config.toml"), config).unwrap();
    let mut command = command(home.path());
    command
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &db.url(),
        ])
        .args(args);
    if let Some(secret) = secret {
        command.env("GATEDIFF_ADMIN_SECRET", secret);
    }
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Returns the ledger of requests, oldest first, as `method path status caller`.
async fn recorded(db: &TestDb) -> Vec<String> {
    let sql = "SELECT method, path, status, caller FROM gatediff.requests ORDER BY request_id";
    let rows = sqlx::query(sql)
        .fetch_all(&mut db.connect().await)
        .await
        .unwrap();
    let describe = |row: sqlx::postgres::PgRow| {
        let (method, path): (String, String) = (row.get(0), row.get(1));
        let (status, caller): (i32, Option<String>) = (row.get(2), row.get(3));
        format!(
            "{method} {path} {status} {}",
            caller.as_deref().unwrap_or("-")
        )
    };
    rows.into_iter().map(describe).collect()
}

/// Returns every value of every row of the ledger of requests as one text.
pub(crate) async fn ledger_text(db: &TestDb) -> String {
    let sql = "SELECT coalesce(string_agg(to_jsonb(r)::text, E'\\n'), '') FROM gatediff.requests r";
    sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_begin_with_a_secret_that_can_be_guessed_and_says_how_to_make_one() {
    let db = TestDb::new().await;
    for secret in ["", "12345", "only-15-letters"] {
        let ran = refused(&db, &[], Some(secret), "");
        assert_eq!(ran.code, Some(64), "{ran:?}");
        assert!(
            ran.stderr.contains("openssl rand -hex 32"),
            "{}",
            ran.stderr
        );
        assert!(
            secret.len() < 6 || !ran.stderr.contains(secret),
            "{}",
            ran.stderr
        );
    }
    let ran = refused(&db, &[], None, "[serve]\nadmin_secret = \"12345\"\n");
    assert_eq!(ran.code, Some(64), "{ran:?}");
    let ran = refused(&db, &[], None, "");
    assert!(
        ran.stderr.contains("nobody could use the server"),
        "{}",
        ran.stderr
    );
    let ran = refused(
        &db,
        &["--admin-secret-file", "/nonexistent/secret"],
        None,
        "",
    );
    assert_eq!(
        (ran.code, ran.stderr.contains("/nonexistent/secret")),
        (Some(1), true),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_a_ledger_file_and_production_without_the_databases_name() {
    let db = TestDb::new().await;
    let ran = refused(
        &db,
        &["--ledger", "/tmp/ledger", "--output", "json"],
        Some(SECRET),
        "",
    );
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert_eq!(
        ran.json()["error"]["message"],
        "serve requires its ledger in the target"
    );
    let production = "[profile.default]\nproduction = true\n";
    let ran = refused(&db, &[], Some(SECRET), production);
    assert_eq!(ran.code, Some(64), "{ran:?}");
    assert!(
        ran.stderr.contains(&format!("--confirm {}", db.name())),
        "{}",
        ran.stderr
    );
    let served = Served::start_with(&db, &["--confirm", db.name()], production);
    assert_eq!(served.get("/health", &[]).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_page_is_for_anybody_reports_no_more_than_that_and_is_not_recorded() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    let answer = served.get("/health", &[]);
    let wanted = json!({
        "status": "ok", "version": env!("CARGO_PKG_VERSION"), "database": "reachable", "schema": "current",
    });
    assert_eq!((answer.status, answer.json()), (200, wanted));
    db.run("DELETE FROM gatediff.migrations WHERE version = (SELECT max(version) FROM gatediff.migrations)")
        .await;
    wait::until("the page tells of the other schema", || {
        served.get("/health", &[]).status == 503
    });
    assert_eq!(served.get("/health", &[]).json()["schema"], "other");
    assert!(recorded(&db).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_secret_everything_is_unauthorised() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    let wanted = json!({ "Status": "Error", "Message": "Not authorised", "Meta": null });
    let wrong = format!("{SECRET}x");
    for headers in [
        vec![],
        vec![("admin-auth", "")],
        vec![("Admin-Auth", wrong.as_str())],
        vec![("authorization", SECRET)],
    ] {
        for path in [
            "/admin/organisations/import",
            IMPORT,
            "/admin/policies/import",
        ] {
            let answer = served.post(path, &headers, b"{\"apis\":[]}");
            assert_eq!(
                (answer.status, answer.json()),
                (401, wanted.clone()),
                "{path} {headers:?}"
            );
        }
    }
    for path in [
        "/admin/organisations",
        "/admin/organisations/x",
        "/api/apis",
        "/api/portal/policies?p=-1",
    ] {
        let answer = served.get(path, &[("authorization", "Bearer x")]);
        assert_eq!(
            (answer.status, answer.json()),
            (401, wanted.clone()),
            "{path}"
        );
    }
    let callers = recorded(&db).await;
    assert_eq!(callers.len(), 16);
    assert!(
        callers.iter().all(|line| line.ends_with("401 -")),
        "{callers:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_empty_malformed_too_large_or_too_slow_is_distinguished() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &["--max-body", "1", "--body-timeout", "0.3"]);
    let error = |message: &str| json!({ "Status": "Error", "Message": message, "Meta": null });
    for path in [
        "/admin/organisations/import",
        IMPORT,
        "/admin/policies/import",
    ] {
        let answer = served.import(path, "");
        assert_eq!(
            (answer.status, answer.json()),
            (500, error("Failed to read response body, body empty"))
        );
        for body in [
            "{",
            "nonsense",
            "null",
            "[]",
            "7",
            "{}",
            "{\"apis\":{}}",
            "{\"Data\":7}",
            "\u{feff}{",
            " ",
        ] {
            let answer = served.import(path, body);
            assert_eq!(
                (answer.status, answer.json()),
                (403, error("Request body malformed")),
                "{path} {body}"
            );
        }
        let answer = served.post(path, &[("admin-auth", SECRET)], b"{\"apis\":[\xff]}");
        assert_eq!(
            (answer.status, answer.json()),
            (403, error("Request body malformed")),
            "not UTF-8"
        );
    }
    let answer = served.import(IMPORT, &" ".repeat((1 << 20) + 1));
    assert_eq!(
        (answer.status, answer.json()),
        (413, error("Request body is larger than 1048576 bytes"))
    );
    let head = format!("POST {IMPORT} HTTP/1.1\r\nhost: x\r\nadmin-auth: {SECRET}\r\n");
    let chunked = format!(
        "{head}transfer-encoding: chunked\r\n\r\n110000\r\n{}\r\n0\r\n\r\n",
        " ".repeat(0x11_0000)
    );
    assert!(
        served.raw(chunked.as_bytes()).starts_with("HTTP/1.1 413 "),
        "one that does not say how long it is"
    );
    let slow = served.raw(format!("{head}content-length: 20\r\n\r\n{{\"apis\"").as_bytes());
    assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
    assert!(
        slow.contains(
            "{\"Status\":\"Error\",\"Message\":\"Request body did not arrive within 0.3 s\""
        ),
        "{slow}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_http_is_answered_too() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    let answer = served.get("/admin/keys", &[]);
    assert_eq!(
        (answer.status, answer.json()["Message"].clone()),
        (404, json!("Not found"))
    );
    let answer = served.get(IMPORT, &[]);
    assert_eq!(
        (answer.status, answer.json()["Message"].clone()),
        (405, json!("Method not allowed"))
    );
    assert_eq!(answer.header("allow"), Some("POST"));
    let answer = served.import("/admin/apis/import?preview=yes", "{\"apis\":[]}");
    assert_eq!(
        (answer.status, answer.json()["Message"].clone()),
        (400, json!("preview must be true or false"))
    );
    let answer = served.get("/api/apis?p=all", &[("admin-auth", SECRET)]);
    assert_eq!(
        (answer.status, answer.json()["Message"].clone()),
        (400, json!("p is not a number"))
    );
    assert!(served.raw(b"nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    assert_eq!(served.get("/health", &[]).status, 200, "and it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_in_the_ledger_before_its_answer_and_no_secret_is_anywhere() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    let first = served.get(
        "/api/unknown?token=CANARY-token&preview=true",
        &[("authorization", "CANARY-bearer")],
    );
    let second = served.import(IMPORT, "{\"apis\":[{\"name\":\"CANARY-body");
    assert_eq!(
        recorded(&db).await,
        [
            "GET /api/unknown?token=…&preview=true 404 -",
            "POST /admin/apis/import 403 tyk-admin"
        ]
    );
    let sql = "SELECT tracking_id FROM gatediff.requests ORDER BY request_id";
    let ids: Vec<String> = sqlx::query_scalar(sql)
        .fetch_all(&mut db.connect().await)
        .await
        .unwrap();
    assert_eq!(
        ids,
        [
            first.header("x-request-id").unwrap(),
            second.header("x-request-id").unwrap()
        ]
    );
    assert!(ids.iter().all(|id| id.len() == 32));
    let (log, ledger) = (served.log(), ledger_text(&db).await);
    assert!(log.contains("a body is malformed"), "{log}");
    for (what, text) in [
        ("log", &log),
        ("stderr", &served.stderr()),
        ("ledger", &ledger),
        ("answer", &first.body),
        ("answer", &second.body),
    ] {
        assert!(!text.contains("CANARY"), "{what}: {text}");
    }
    let remote: String = sqlx::query_scalar("SELECT remote FROM gatediff.requests")
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert!(remote.starts_with("127.0.0.1:"), "{remote}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_keeps_no_answer_back_from_who_only_reads() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    assert_eq!(served.get("/api/x", &[]).status, 404);
    // The connection that the ledger is written with is gone, and then the table.
    db.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()").await;
    assert_eq!(served.get("/api/x", &[]).status, 404);
    assert_eq!(recorded(&db).await.len(), 2, "on another connection");
    db.run("ALTER TABLE gatediff.requests RENAME TO gone").await;
    assert_eq!(served.get("/api/x", &[]).status, 404);
    assert!(
        served
            .log()
            .contains("a request is not recorded in the ledger")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reported_to_stop_it_accepts_no_more_answers_what_it_began_and_ends_well() {
    for signal in [Signal::TERM, Signal::INT] {
        let db = TestDb::new().await;
        let mut served = Served::start(&db, &[]);
        let mut begun = served.connect();
        let head = format!(
            "POST {IMPORT} HTTP/1.1\r\nhost: x\r\nadmin-auth: {SECRET}\r\ncontent-length: 8\r\n\r\n"
        );
        begun.write_all(head.as_bytes()).unwrap();
        // The server has it once it answers somebody who came later.
        assert_eq!(served.get("/health", &[]).status, 200);
        served.signal(signal);
        wait::until("nobody gets in any more", || {
            std::net::TcpStream::connect(served.url.trim_start_matches("http://")).is_err()
        });
        begun.write_all(b"nonsense").unwrap();
        let mut answer = String::new();
        begun.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        assert_eq!(served.ended().code(), Some(0), "{}", served.stderr());
        assert!(
            served.stderr().contains("all running jobs finished"),
            "{}",
            served.stderr()
        );
        assert_eq!(recorded(&db).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_json_it_prints_one_document_and_the_configuration_says_where_it_listens() {
    let db = TestDb::new().await;
    let home = tempfile::tempdir().unwrap();
    let secret = home.path().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let directory = home.path().join(".config/gatediff");
    std::fs::create_dir_all(&directory).unwrap();
    let config = format!(
        "[serve]\nlisten = \"127.0.0.1:0\"\nadmin_secret_file = \"{}\"\n",
        secret.display()
    );
    std::fs::write(directory.join("config.toml"), config).unwrap();
    let mut child = command(home.path())
        .args(["serve", "--output", "json", "--database-url", &db.url()])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let document: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (document["command"].clone(), document["status"].clone()),
        (json!("serve"), json!("ok"))
    );
    assert!(
        document["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:"),
        "{document}"
    );
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}
