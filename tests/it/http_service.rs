//! The HTTP server as a service: what it records before it writes, who is slowed down, tokens that
//! outlive a server, what machines ask it, and how it ends.

use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::http_sp_config::{
    CLIENT_SECRET, FORM, PARTS, config, file, lock, parts, transform, two,
};
use crate::support::gatediff::command;
use crate::support::http::{Answer, SECRET, Served};
use crate::support::jobs::ask;
use crate::support::pg::TestDb;
use crate::support::wait;

const IMPORT: &str = "/admin/apis/import";

const API: &str = r#"{"apis":[{"api_definition":{"api_id":"a1","name":"A","org_id":"o1","proxy":{"listen_path":"/a/"}}}]}"#;

const ORGANISATION: &str =
    r#"{"id":"53ac07777cbb8c2d53000002","owner_name":"O","cname_enabled":false,"apis":[]}"#;

/// Gets a token.
fn token(served: &Served, client: &str) -> String {
    let form =
        format!("grant_type=client_credentials&client_id={client}&client_secret={CLIENT_SECRET}");
    let answer = served.post("/oauth/token", &[FORM], form.as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
    format!("Bearer {}", answer.json()["access_token"].as_str().unwrap())
}

fn objects(served: &Served, token: &str) -> Answer {
    served.get("/sp-config/config-objects", &[("authorization", token)])
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap()
}

/// Writes a file that only its owner may read.
fn secret_file(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_not_written() {
    let db = TestDb::new().await;
    let served = Served::start_with(&db, &[], &config());
    let token = token(&served, "manager");
    let organisation = "/admin/organisations/import";
    assert_eq!(served.import(organisation, ORGANISATION).status, 200);
    let before = count(&db, "SELECT count(*) FROM gatediff.documents").await;
    db.run("ALTER TABLE gatediff.requests RENAME TO gone").await;
    let changed = ORGANISATION.replace("\"O\"", "\"P\"");
    let answer = served.import(organisation, &changed);
    assert_eq!(answer.status, 503, "{answer:?}");
    let says = "The request cannot be recorded in the ledger; nothing was written";
    assert_eq!(answer.json()["Message"], says);
    let headers = [("authorization", &*token), PARTS];
    let body = parts(&two().to_string(), None);
    assert_eq!(
        served.post("/sp-config/import", &headers, &body).status,
        503
    );
    assert_eq!(count(&db, "SELECT count(*) FROM gatediff.jobs").await, 1);
    assert_eq!(count(&db, "SELECT count(*) FROM gatediff.tasks").await, 0);
    assert_eq!(
        count(&db, "SELECT count(*) FROM gatediff.documents").await,
        before
    );
    // What only reads goes on.
    assert_eq!(objects(&served, &token).status, 200);
    db.run("ALTER TABLE gatediff.gone RENAME TO requests").await;
    assert_eq!(served.import(organisation, &changed).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_writes_is_recorded_before_it_does_and_completed_by_its_answer() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &["--lock-timeout", "60"]);
    let held = lock(&db).await;
    let answer = std::thread::scope(|scope| {
        let posting = scope.spawn(|| served.import("/admin/organisations/import", ORGANISATION));
        wait::until("it is recorded", || {
            ask(
                &db,
                "SELECT EXISTS (SELECT FROM gatediff.requests WHERE status IS NULL AND duration_ms IS NULL \
                 AND caller = 'tyk-admin')",
            )
        });
        drop(held);
        posting.join().unwrap()
    });
    assert_eq!(answer.status, 200, "{answer:?}");
    let sql = "SELECT count(*) FROM gatediff.requests WHERE status = 200 AND duration_ms >= 0 AND job_id = 1";
    assert_eq!(count(&db, sql).await, 1);
    assert_eq!(
        count(&db, "SELECT count(*) FROM gatediff.requests").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_secrets_is_slowed_down_and_costs_no_rows_and_others_are_not() {
    let db = TestDb::new().await;
    let served = Served::start_with(&db, &[], &config());
    let token = token(&served, "reader");
    let guess = || served.get("/api/apis", &[("admin-auth", "CANARY-guess")]);
    let answers: Vec<Answer> = (0..120).map(|_| guess()).collect();
    let refused = answers.iter().filter(|answer| answer.status == 401).count();
    assert!((60..115).contains(&refused), "{refused}");
    let last = answers.iter().rfind(|answer| answer.status == 429).unwrap();
    assert!(last.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(last.json()["Status"], "Error");
    let rows = count(
        &db,
        "SELECT count(*) FROM gatediff.requests WHERE status IN (401, 429)",
    )
    .await;
    assert_eq!(usize::try_from(rows).unwrap(), refused);
    // Behind a proxy all have one address.
    assert_eq!(
        served.get("/api/apis", &[("admin-auth", SECRET)]).status,
        200
    );
    assert_eq!(objects(&served, &token).status, 200);
    assert_eq!(objects(&served, "Bearer x").status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_at_every_server_and_outlives_each() {
    let db = TestDb::new().await;
    let mut first = Served::start_with(&db, &[], &config());
    let second = Served::start_with(&db, &[], &config());
    let of_first = token(&first, "manager");
    let of_second = token(&second, "reader");
    first.signal(Signal::TERM);
    first.ended();
    let third = Served::start_with(&db, &[], &config());
    for served in [&second, &third] {
        for token in [&of_first, &of_second] {
            assert_eq!(objects(served, token).status, 200);
        }
    }
    // The key is replaced, and the one before it still accepted; a third one is not.
    db.run("UPDATE gatediff.token_keys SET created_at = created_at - interval '40 days'")
        .await;
    let fourth = Served::start_with(&db, &[], &config());
    let of_fourth = token(&fourth, "reader");
    assert_eq!(
        count(&db, "SELECT count(*) FROM gatediff.token_keys").await,
        2
    );
    for served in [&second, &fourth] {
        for token in [&of_first, &of_fourth] {
            assert_eq!(objects(served, token).status, 200);
        }
    }
    db.run("DELETE FROM gatediff.token_keys").await;
    let fifth = Served::start_with(&db, &[], &config());
    assert_eq!(objects(&fifth, &of_first).status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_what_the_vendors_clients_read() {
    let db = TestDb::new().await;
    let served = Served::start_with(&db, &[], &config());
    let form =
        format!("grant_type=client_credentials&client_id=manager&client_secret={CLIENT_SECRET}");
    let answer = served.post("/oauth/token", &[FORM], form.as_bytes()).json();
    let token = answer["access_token"].as_str().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = (read(parts[0]), read(parts[1]));
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("HS256"), &json!("JWT"))
    );
    assert_eq!(header["kid"].as_str().unwrap().len(), 16);
    for (name, value) in [
        ("user_name", json!("manager")),
        ("client_id", json!("manager")),
        ("org", json!("gatediff")),
        ("pod", json!("gatediff")),
        ("authorities", json!(["ORG_ADMIN"])),
        ("scope", json!(["sp:config:read", "sp:config:manage"])),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let good_for = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(good_for, answer["expires_in"].as_i64().unwrap());
    for name in ["tenant_id", "identity_id", "jti", "org", "pod", "user_name"] {
        assert!(claims[name].is_string(), "{name}");
        assert_eq!(claims[name], answer[name], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_read_again_on_a_signal_and_a_bad_one_changes_nothing() {
    let db = TestDb::new().await;
    let home = tempfile::tempdir().unwrap();
    let (secret, keys) = (home.path().join("secret"), home.path().join("keys"));
    secret_file(&secret, SECRET);
    secret_file(&keys, "0123456789abcdef0123456789abcdef\n");
    let args = [
        "--admin-secret-file",
        secret.to_str().unwrap(),
        "--token-key-file",
        keys.to_str().unwrap(),
    ];
    let served = Served::start_with(&db, &args, &config());
    let before = token(&served, "manager");
    let is_admin = |text: &str| served.get("/api/apis", &[("admin-auth", text)]).status == 200;
    let times = |what: &str| served.log().matches(what).count();
    assert!(is_admin(SECRET));
    // Another secret, another key before the first one, and a client less.
    secret_file(&secret, "another-secret-0123456789");
    secret_file(
        &keys,
        "fedcba9876543210fedcba9876543210\n0123456789abcdef0123456789abcdef\n",
    );
    let reader = config().replace("\"manager\"", "\"somebody\"");
    served.configure(&reader);
    served.signal(Signal::HUP);
    wait::until("they are read again", || {
        times("the secrets were read again") == 1
    });
    assert!(is_admin("another-secret-0123456789") && !is_admin(SECRET));
    assert_eq!(objects(&served, &before).status, 401, "its client is gone");
    let after = token(&served, "somebody");
    assert_eq!(objects(&served, &after).status, 200);
    // What others may read is refused, and what was there stays.
    std::fs::set_permissions(&secret, Permissions::from_mode(0o644)).unwrap();
    served.signal(Signal::HUP);
    wait::until("it is refused", || {
        times("the secrets stay as they were") == 1
    });
    assert!(is_admin("another-secret-0123456789"));
    assert_eq!(objects(&served, &after).status, 200);
    let log = served.log();
    for secret in ["another-secret", "0123456789abcdef0123", "fedcba98"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_standard_input_stays_when_the_others_are_read_again() {
    let db = TestDb::new().await;
    let home = tempfile::tempdir().unwrap();
    let given = home.path().join("given");
    secret_file(&given, "another-secret-0123456789");
    let input = Stdio::from(std::fs::File::open(&given).unwrap());
    let args = ["--admin-secret-file", "-"];
    let served = Served::start_given(&db, &args, &config(), input);
    let before = token(&served, "manager");
    let is_admin = |text: &str| served.get("/api/apis", &[("admin-auth", text)]).status == 200;
    assert!(is_admin("another-secret-0123456789") && !is_admin(SECRET));
    served.configure(&config().replace("\"manager\"", "\"somebody\""));
    served.signal(Signal::HUP);
    wait::until("they are read again", || {
        served.log().contains("the secrets were read again")
    });
    assert!(is_admin("another-secret-0123456789") && !is_admin(SECRET));
    assert_eq!(objects(&served, &before).status, 401, "its client is gone");
    let after = token(&served, "somebody");
    assert_eq!(objects(&served, &after).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_trigger_changes_is_refused_unless_the_server_accepts_it() {
    let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'changed'; RETURN NEW; END $$; \
                   CREATE TRIGGER t BEFORE INSERT ON gatediff.documents FOR EACH ROW EXECUTE FUNCTION f()";
    for (args, is_accepted) in [
        (&[] as &[&str], false),
        (&["--accept-server-changes"], true),
    ] {
        let db = TestDb::new().await;
        let served = Served::start(&db, args);
        db.run(trigger).await;
        let answer = served.import("/admin/organisations/import", ORGANISATION);
        let written = count(&db, "SELECT count(*) FROM gatediff.documents").await;
        assert_eq!(answer.status == 200, is_accepted, "{answer:?}");
        assert_eq!(written, i64::from(is_accepted));
        let named = answer.json().to_string().contains("gatediff.documents");
        assert!(named || is_accepted, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_others_may_read_is_refused_at_the_start() {
    let db = TestDb::new().await;
    let home = tempfile::tempdir().unwrap();
    let secret = home.path().join("secret");
    secret_file(&secret, SECRET);
    std::fs::set_permissions(&secret, Permissions::from_mode(0o640)).unwrap();
    for option in ["--admin-secret-file", "--token-key-file"] {
        let output = command(home.path())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database-url",
                &db.url(),
            ])
            .args([option, secret.to_str().unwrap()])
            .env("GATEDIFF_ADMIN_SECRET", SECRET)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{option}: {stderr}");
        assert!(
            stderr.contains("0640") && stderr.contains("chmod 600"),
            "{stderr}"
        );
        assert!(!stderr.contains("CANARY"), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_lives_without_its_database_and_is_not_ready() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &["--connect-timeout", "5"]);
    for path in ["/health", "/health/ready", "/health/live"] {
        assert_eq!(served.get(path, &[]).status, 200, "{path}");
    }
    let limit = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", db.name());
    crate::support::pg::administer(&limit).await;
    wait::until("it is not ready", || {
        served.get("/health/ready", &[]).status == 503
    });
    assert_eq!(served.get("/health/live", &[]).status, 200);
    let metrics = served.get("/metrics", &[]);
    assert!(metrics.status == 200 && metrics.body.contains("gatediff_ready 0"));
    crate::support::pg::administer(&limit.replace("false", "true")).await;
    wait::until("it is ready", || {
        served.get("/health/ready", &[]).status == 200
    });
    assert_eq!(
        count(&db, "SELECT count(*) FROM gatediff.requests").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_was_done_and_have_no_word_of_a_client() {
    let db = TestDb::new().await;
    let served = Served::start_with(&db, &[], &config());
    let token = token(&served, "manager");
    served.get("/CANARY-path?CANARY", &[("authorization", "CANARY")]);
    let headers = [("authorization", &*token), PARTS];
    let content = file(&[transform("CANARY-id", "CANARY-name", "a")]).to_string();
    let answer = served.post("/sp-config/import", &headers, &parts(&content, None));
    assert_eq!(answer.status, 202);
    let line = "gatediff_tasks_total{type=\"IMPORT\",state=\"COMPLETE\"} 1";
    wait::until("the import is counted", || {
        served
            .get("/metrics", &[])
            .body
            .lines()
            .any(|other| other == line)
    });
    let metrics = served.get("/metrics", &[]);
    for line in [
        "gatediff_http_requests_total{method=\"POST\",route=\"/sp-config/import\",status=\"202\"} 1",
        "gatediff_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "gatediff_tasks_open{state=\"NOT_STARTED\"} 0",
        "gatediff_ready 1",
    ] {
        assert!(
            metrics.body.lines().any(|other| other == line),
            "{line}\n{}",
            metrics.body
        );
    }
    assert!(!metrics.body.contains("CANARY") && !metrics.body.contains("manager"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_has_exactly_what_is_answered() {
    let db = TestDb::new().await;
    let served = Served::start_with(&db, &[], &config());
    let answer = served.get("/openapi.json", &[]);
    assert_eq!(answer.status, 200);
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                ids.insert(operation["operationId"].to_string()),
                "{operation}"
            );
            assert!(operation["summary"].is_string());
            let id = path.replace("{id}", "ef38f94347e94562b5bb8424a56397d8");
            let answer = match method.as_str() {
                "get" => served.get(&id, &[("admin-auth", SECRET)]),
                "post" => served.post(&id, &[("admin-auth", SECRET)], b""),
                _ => continue,
            };
            let status = answer.status.to_string();
            let is_described = operation["responses"].get(&status).is_some();
            // The Dashboard's own answers to bodies that it cannot read.
            let is_theirs = path.starts_with("/admin/") && ["403", "500"].contains(&&*status);
            assert!(
                is_described || is_theirs,
                "{method} {path}: {status} {}",
                answer.body
            );
        }
    }
    for path in [
        IMPORT,
        "/sp-config/v1/import/{id}/diff",
        "/oauth/token",
        "/metrics",
        "/openapi.json",
    ] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_records_are_removed_and_jobs_are_not() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    assert_eq!(
        served
            .import("/admin/organisations/import", ORGANISATION)
            .status,
        200
    );
    drop(served);
    db.run(
        "INSERT INTO gatediff.requests (at, method, path, status, duration_ms, remote, tracking_id) \
         SELECT now() - make_interval(days => days), 'GET', '/old', status, 1, '', \
         'old-' || days || '-' || status || '-' || n FROM (VALUES (29, 401), (31, 401), (31, 200), (366, 200)) \
         AS old(days, status), generate_series(1, 600) AS n; \
         INSERT INTO gatediff.tasks (task_id, server_id, platform, type, state, preview, options, client, \
         created, modified, expires) SELECT gen_random_uuid(), 1, 'sp-config', 'EXPORT', state, false, '{}', '', \
         now() - make_interval(days => days), now(), now() - interval '1 day' FROM \
         (VALUES (89, 'FAILED'), (91, 'FAILED'), (91, 'COMPLETE')) AS old(days, state)",
    )
    .await;
    let _served = Served::start(&db, &[]);
    wait::until("the old ones are gone", || {
        ask(
            &db,
            "SELECT (SELECT count(*) FROM gatediff.requests WHERE path = '/old') = 1200 \
             AND (SELECT count(*) FROM gatediff.tasks) = 1",
        )
    });
    let left = "SELECT count(*) FROM gatediff.requests WHERE path = '/old' AND \
                (status = 401 AND at < now() - interval '30 days' OR at < now() - interval '365 days')";
    assert_eq!(count(&db, left).await, 0);
    assert_eq!(count(&db, "SELECT count(*) FROM gatediff.jobs").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_whose_client_has_left_is_stopped() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &["--jobs", "1", "--lock-timeout", "60"]);
    let mut holder = db.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE gatediff.documents IN ACCESS EXCLUSIVE MODE")
        .execute(&mut holder)
        .await
        .unwrap();
    let mut stream = served.connect();
    let head = format!(
        "POST {IMPORT}?preview=true HTTP/1.1\r\nhost: x\r\nadmin-auth: {SECRET}\r\ncontent-length: {}\r\n\r\n",
        API.len()
    );
    stream.write_all((head + API).as_bytes()).unwrap();
    wait::until("it waits for the table", || {
        ask(
            &db,
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)",
        )
    });
    drop(stream);
    wait::until("it is stopped", || {
        served
            .log()
            .contains("a preview was stopped: its client has disconnected")
    });
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut holder)
        .await
        .unwrap();
    assert_eq!(
        served.import(&format!("{IMPORT}?preview=true"), API).status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_within_the_grace_period_whatever_runs() {
    let db = TestDb::new().await;
    let grace = Duration::from_secs(3);
    let mut served = Served::start_with(&db, &["--grace", "3", "--lock-timeout", "60"], &config());
    let token = token(&served, "manager");
    // An import that waits for a table, a preview that does, and a request that never ends.
    let mut holder = db.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE gatediff.documents IN ACCESS EXCLUSIVE MODE")
        .execute(&mut holder)
        .await
        .unwrap();
    let headers = [("authorization", &*token), PARTS];
    let body = parts(&two().to_string(), None);
    for query in ["", "?preview=true"] {
        let path = format!("/sp-config/import{query}");
        assert_eq!(served.post(&path, &headers, &body).status, 202);
    }
    let mut open = served.connect();
    let head = format!(
        "POST {IMPORT} HTTP/1.1\r\nhost: x\r\nadmin-auth: {SECRET}\r\ncontent-length: 8\r\n\r\n"
    );
    open.write_all(head.as_bytes()).unwrap();
    wait::until("they wait", || {
        ask(
            &db,
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)",
        )
    });
    let begun = Instant::now();
    served.signal(Signal::TERM);
    assert_eq!(served.ended().code(), Some(130), "{}", served.stderr());
    let took = begun.elapsed();
    assert!(took < grace + Duration::from_millis(800), "{took:?}");
}
