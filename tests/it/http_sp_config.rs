//! sp-config over HTTP, by a real server in a process of its own: who may do
//! what, what is answered, what stands in the target then, and what is left of
//! jobs whose server is gone.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use argon2::password_hash::PasswordHasher as _;
use rustix::process::Signal;
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::support::gatediff::command;
use crate::support::http::{Answer, Served};
use crate::support::pg::TestDb;
use crate::support::wait;

pub(crate) const CLIENT_SECRET: &str = "CANARY-secret-of-a-client";

/// The advisory lock that every job takes.
const LOCK: i64 = i64::from_be_bytes(*b"gatediff");

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(crate) const PARTS: (&str, &str) = (
    "content-type",
    "multipart/form-data; boundary=gatediff-boundary",
);
const JSON: (&str, &str) = ("content-type", "application/json");

/// Returns a configuration with a client that may do everything and one that may read.
pub(crate) fn config() -> String {
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let hasher = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash = hasher
        .hash_password(CLIENT_SECRET.as_bytes())
        .unwrap()
        .to_string();
    let client = |id: &str, scopes: &str| {
        format!("[[serve.clients]]\nid = \"{id}\"\nsecret_hash = \"{hash}\"\nscopes = [{scopes}]\n")
    };
    client("manager", "\"sp:config:read\", \"sp:config:manage\"")
        + &client("reader", "\"sp:config:read\"")
}

/// A server, and who asks it.
pub(crate) struct Api {
    pub(crate) served: Served,
    pub(crate) manager: String,
    reader: String,
}

impl Api {
    pub(crate) fn start(db: &TestDb, args: &[&str]) -> Self {
        let served = Served::start_with(db, args, &config());
        let token = |client: &str| {
            let form = format!(
                "grant_type=client_credentials&client_id={client}&client_secret={CLIENT_SECRET}"
            );
            let answer = served.post("/oauth/token", &[FORM], form.as_bytes());
            assert_eq!(answer.status, 200, "{answer:?}");
            format!("Bearer {}", answer.json()["access_token"].as_str().unwrap())
        };
        let (manager, reader) = (token("manager"), token("reader"));
        Self {
            served,
            manager,
            reader,
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.served.get(path, &[("authorization", &self.manager)])
    }

    fn post(&self, path: &str, kind: (&str, &str), body: &[u8]) -> Answer {
        self.served
            .post(path, &[("authorization", &self.manager), kind], body)
    }

    fn import(&self, query: &str, file: &Value, options: Option<&Value>) -> Answer {
        self.post(
            &format!("/sp-config/import{query}"),
            PARTS,
            &parts(&file.to_string(), options),
        )
    }

    /// Imports into a server that may be gone before it answers; returns the task if it was
    /// accepted.
    pub(crate) fn try_import(&self, file: &Value, options: Option<&Value>) -> Option<String> {
        let headers = [("authorization", &*self.manager), PARTS];
        let body = parts(&file.to_string(), options);
        let posted = self.served.try_post("/sp-config/import", &headers, &body);
        posted.ok().map(|answer| accepted(&answer))
    }

    /// Imports and returns the job once it is at its end, and its results.
    pub(crate) fn imported(
        &self,
        query: &str,
        file: &Value,
        options: Option<&Value>,
    ) -> (Value, Value) {
        let id = accepted(&self.import(query, file, options));
        let job = self.ended("import", &id);
        let results = self.get(&format!("/sp-config/import/{id}/download"));
        assert_eq!(results.status, 200, "{results:?}");
        (job, results.json())
    }

    /// Exports and returns the job once it is at its end.
    fn exported(&self, payload: &Value) -> Value {
        let answer = self.post("/sp-config/export", JSON, payload.to_string().as_bytes());
        self.ended("export", &accepted(&answer))
    }

    /// Waits until a job is at its end.
    fn ended(&self, kind: &str, id: &str) -> Value {
        let mut job = Value::Null;
        wait::until("the job ends", || {
            job = self.get(&format!("/sp-config/{kind}/{id}")).json();
            !["NOT_STARTED", "IN_PROGRESS"].contains(&job["status"].as_str().unwrap())
        });
        job
    }

    /// Waits until a job runs.
    fn begun(&self, id: &str) {
        wait::until("the job runs", || {
            self.get(&format!("/sp-config/import/{id}")).json()["status"] == "IN_PROGRESS"
        });
    }
}

/// Returns the number of a job that was accepted.
#[track_caller]
fn accepted(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    let job = answer.json();
    assert_eq!(job["status"], "NOT_STARTED");
    job["jobId"].as_str().unwrap().to_owned()
}

pub(crate) fn parts(file: &str, options: Option<&Value>) -> Vec<u8> {
    let mut body = format!(
        "--gatediff-boundary\r\nContent-Disposition: form-data; name=\"data\"; filename=\"import.json\"\r\n\
         Content-Type: application/json\r\n\r\n{file}\r\n"
    );
    if let Some(options) = options {
        body.push_str(&format!(
            "--gatediff-boundary\r\nContent-Disposition: form-data; name=\"options\"\r\n\r\n{options}\r\n"
        ));
    }
    body.push_str("--gatediff-boundary--\r\n");
    body.into_bytes()
}

fn object(kind: &str, id: &str, name: &str, mut body: Value) -> Value {
    body["id"] = json!(id);
    body["name"] = json!(name);
    json!({ "version": 1, "self": { "type": kind, "id": id, "name": name }, "object": body })
}

pub(crate) fn transform(id: &str, name: &str, value: &str) -> Value {
    object(
        "TRANSFORM",
        id,
        name,
        json!({ "type": "static", "attributes": { "value": value } }),
    )
}

pub(crate) fn file(objects: &[Value]) -> Value {
    json!({ "version": 1, "tenant": "t", "objects": objects })
}

/// A file of two transforms.
pub(crate) fn two() -> Value {
    file(&[
        transform("t-1", "First", "a"),
        transform("t-2", "Second", "b"),
    ])
}

/// Returns what stands in the target, and how many jobs wrote there.
async fn stands(db: &TestDb) -> (Vec<String>, i64) {
    let mut connection = db.connect().await;
    let documents: Vec<String> =
        sqlx::query_scalar("SELECT to_jsonb(d)::text FROM gatediff.documents d ORDER BY kind, id")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let jobs = sqlx::query_scalar("SELECT count(*) FROM gatediff.jobs WHERE state = 'done'")
        .fetch_one(&mut connection)
        .await;
    (documents, jobs.unwrap())
}

/// Returns `id state` of every task, oldest first.
async fn tasks(db: &TestDb) -> Vec<(String, String)> {
    let sql = "SELECT task_id::text, state FROM gatediff.tasks ORDER BY created, type DESC";
    let rows = sqlx::query(sql)
        .fetch_all(&mut db.connect().await)
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Holds the lock of every job, until it is dropped.
pub(crate) async fn lock(db: &TestDb) -> sqlx::PgConnection {
    let mut connection = db.connect().await;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// Returns what an error says: its code and its text.
#[track_caller]
fn error(answer: &Answer) -> (u16, String, String) {
    let described = answer.json();
    let message = &described["messages"][0];
    assert_eq!(
        (&message["locale"], &message["localeOrigin"]),
        (&json!("en-US"), &json!("DEFAULT"))
    );
    assert_eq!(
        described["trackingId"],
        json!(answer.header("x-request-id").unwrap())
    );
    assert_eq!(described["causes"], json!([]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        answer.status,
        text(&described["detailCode"]),
        text(&message["text"]),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_a_token_in_every_form_and_nobody_else_does() {
    let db = TestDb::new().await;
    let served = Served::start_with(&db, &[], &config());
    let credentials = format!("client_id=reader&client_secret={CLIENT_SECRET}");
    let form = format!("grant_type=client_credentials&{credentials}");
    let basic = (
        "authorization",
        "Basic cmVhZGVyOkNBTkFSWS1zZWNyZXQtb2YtYS1jbGllbnQ=",
    );
    let mut tokens = Vec::new();
    for answer in [
        served.post("/oauth/token", &[FORM], form.as_bytes()),
        served.post(&format!("/oauth/token?{form}"), &[FORM], b""),
        served.post(
            "/oauth/token",
            &[FORM, basic],
            b"grant_type=client_credentials&scope=sp:scopes:all",
        ),
    ] {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let described = answer.json();
        assert_eq!(
            (&described["token_type"], &described["expires_in"]),
            (&json!("bearer"), &json!(749))
        );
        assert_eq!(described["scope"], "sp:config:read");
        tokens.push(described["access_token"].as_str().unwrap().to_owned());
    }
    for (body, status, error) in [
        (String::new(), 400, "invalid_request"),
        (
            format!("grant_type=password&{credentials}"),
            400,
            "unsupported_grant_type",
        ),
        (format!("{form}x"), 401, "invalid_client"),
        (form.replace("reader", "nobody"), 401, "invalid_client"),
        (
            "grant_type=client_credentials".to_owned(),
            401,
            "invalid_client",
        ),
        (
            format!("{form}&scope=sp:config:manage"),
            400,
            "invalid_scope",
        ),
        (format!("{form}&client_id=reader"), 400, "invalid_request"),
    ] {
        let answer = served.post("/oauth/token", &[FORM], body.as_bytes());
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (status, &json!(error)),
            "{body}"
        );
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
    assert_eq!(served.get("/oauth/token", &[]).status, 405);
    for token in &tokens {
        let answer = served.get(
            "/sp-config/config-objects",
            &[("authorization", &format!("Bearer {token}"))],
        );
        assert_eq!(answer.status, 200);
    }
    let ledger = crate::http::ledger_text(&db).await;
    for (what, text) in [
        ("log", served.log()),
        ("ledger", ledger),
        ("stderr", served.stderr()),
    ] {
        assert!(
            !text.contains("CANARY") && !tokens.iter().any(|token| text.contains(token)),
            "{what}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_hashed_from_standard_input_and_opens_the_server() {
    let home = tempfile::tempdir().unwrap();
    let hash = |args: &[&str], secret: &str| {
        let mut child = command(home.path())
            .args(["serve", "hash-secret"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(secret.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    assert_eq!(hash(&[], "too short\n").status.code(), Some(64));
    let output = hash(&[], &format!("{CLIENT_SECRET}\n"));
    let hashed = String::from_utf8(output.stdout).unwrap();
    assert!(hashed.starts_with("$argon2id$") && output.status.success());
    let document: Value =
        serde_json::from_slice(&hash(&["--output", "json"], CLIENT_SECRET).stdout).unwrap();
    assert_ne!(document["secret_hash"], hashed.trim(), "salted");
    let db = TestDb::new().await;
    let config = format!(
        "[[serve.clients]]\nid = \"a\"\nsecret_hash = \"{}\"\n",
        hashed.trim()
    );
    let served = Served::start_with(&db, &[], &config);
    let form = format!("grant_type=client_credentials&client_id=a&client_secret={CLIENT_SECRET}");
    assert_eq!(
        served.post("/oauth/token", &[FORM], form.as_bytes()).status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_asks_for_its_scope() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let id = "ef38f94347e94562b5bb8424a56397d8";
    let reads = [
        "/sp-config/export/ID",
        "/sp-config/export/ID/download",
        "/sp-config/config-objects",
    ];
    let manages = [
        "/sp-config/import/ID",
        "/sp-config/import/ID/download",
        "/sp-config/import/ID/diff",
    ];
    let reader = [("authorization", &*api.reader)];
    for path in reads.into_iter().chain(manages) {
        let path = path.replace("ID", id);
        for headers in [
            &[][..],
            &[("authorization", "Bearer x")],
            &[("authorization", "Basic eDp5")],
        ] {
            let answer = api.served.get(&path, headers);
            assert_eq!(answer.status, 401, "{path}");
            let described = answer.json();
            assert!(
                described["error"]
                    .as_str()
                    .unwrap()
                    .starts_with("JWT validation failed: "),
                "{described}"
            );
            assert_eq!(described.as_object().unwrap().len(), 1);
        }
        let answer = api.served.get(&path, &reader);
        if manages.contains(&&*path.replace(id, "ID")) {
            let (status, code, text) = error(&answer);
            assert_eq!((status, &*code), (403, "403 Forbidden"));
            assert!(text.contains("sp:config:manage"), "{text}");
        } else {
            assert_ne!(answer.status, 403, "{path}");
        }
    }
    let answer = api
        .served
        .post("/sp-config/export", &[reader[0], JSON], b"{}");
    assert_eq!(answer.status, 202);
    let answer = api
        .served
        .post("/sp-config/import", &[reader[0], PARTS], &parts("{}", None));
    assert_eq!(answer.status, 403);
    assert_eq!(
        api.served.post("/sp-config/export", &[JSON], b"{}").status,
        401,
        "before the body is read"
    );
    let callers: Vec<Option<String>> =
        sqlx::query_scalar("SELECT caller FROM gatediff.requests WHERE status = 403")
            .fetch_all(&mut db.connect().await)
            .await
            .unwrap();
    assert!(
        callers
            .iter()
            .all(|caller| caller.as_deref() == Some("reader")),
        "{callers:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_answered_as_documented_and_never_quoted() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &["--max-body", "1"]);
    let without = "--gatediff-boundary\r\nContent-Disposition: form-data; name=\"options\"\r\n\r\n{}\r\n\
                   --gatediff-boundary--\r\n";
    for (body, code, says) in [
        (
            without.as_bytes().to_vec(),
            "400.1.3 Illegal value",
            "No files were supplied for import.",
        ),
        (Vec::new(), "400.1 Bad Request Content", "multipart"),
        (
            b"--gatediff-boundary\r\nCANARY".to_vec(),
            "400.1 Bad Request Content",
            "multipart",
        ),
        (parts("", None), "400.1 Bad Request Content", "JSON"),
        (parts("CANARY", None), "400.1 Bad Request Content", "JSON"),
        (
            parts("{\"objects\":[{\"name\":\"CANARY", None),
            "400.1 Bad Request Content",
            "too early",
        ),
        (
            parts("{\"objects\":{\"name\":\"CANARY\"}}", None),
            "400.1 Bad Request Content",
            "/objects",
        ),
        (
            parts("{\"objects\":[]}", Some(&json!(["CANARY"]))),
            "400.1 Bad Request Content",
            "options",
        ),
        (
            parts("{\"objects\":[]}", Some(&json!({"includeTypes": "CANARY"}))),
            "400.1.3 Illegal value",
            "includeTypes",
        ),
    ] {
        let answer = api.post("/sp-config/import", PARTS, &body);
        let (status, found, text) = error(&answer);
        assert_eq!((status, &*found), (400, code), "{text}");
        assert!(text.contains(says) && !text.contains("CANARY"), "{text}");
    }
    let (status, code, _) = error(&api.import("?preview=perhaps", &two(), None));
    assert_eq!((status, &*code), (400, "400.1.3 Illegal value"));
    for body in [
        "",
        "CANARY",
        "[]",
        "{\"includeTypes\":[1]}",
        "{\"objectOptions\":{\"A\":1}}",
    ] {
        let (status, _, text) = error(&api.post("/sp-config/export", JSON, body.as_bytes()));
        assert_eq!(status, 400, "{body}");
        assert!(!text.contains("CANARY"), "{text}");
    }
    assert_eq!(
        error(&api.post("/sp-config/export", ("content-type", "text/csv"), b"{}")).0,
        415
    );
    assert_eq!(error(&api.post("/sp-config/import", JSON, b"{}")).0, 415);
    let large = parts(&" ".repeat(1 << 20), None);
    assert_eq!(error(&api.post("/sp-config/import", PARTS, &large)).0, 413);
    assert_eq!(error(&api.get("/sp-config/import")).0, 405);
    assert_eq!(error(&api.get("/sp-config/nothing")).0, 404);
    assert_eq!(tasks(&db).await, [], "no task was made of any of them");
    assert!(!api.served.log().contains("CANARY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_the_client_finds_the_operations() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    for base in [
        "/sp-config",
        "/beta/sp-config",
        "/v2024/sp-config",
        "/v2025/sp-config",
        "/v2026/sp-config",
        "/sp-config/v1",
    ] {
        let job = api.post(&format!("{base}/export"), JSON, b"{}");
        let id = accepted(&job);
        api.ended("export", &id);
        assert_eq!(
            api.get(&format!("{base}/export/{id}")).status,
            200,
            "{base}"
        );
        assert_eq!(
            api.get(&format!("{base}/export/{id}/download")).status,
            200,
            "{base}"
        );
        let id = accepted(&api.post(
            &format!("{base}/import?preview=true"),
            PARTS,
            &parts(&two().to_string(), None),
        ));
        api.ended("import", &id);
        for path in ["", "/download", "/diff"] {
            assert_eq!(
                api.get(&format!("{base}/import/{id}{path}")).status,
                200,
                "{base}"
            );
        }
        // Without its dashes it is the same.
        assert_eq!(
            api.get(&format!("{base}/import/{}", id.replace('-', "")))
                .status,
            200
        );
        let objects = api.get(&format!("{base}/config-objects")).json();
        assert!(objects.as_array().unwrap().len() >= 25, "{base}");
    }
    let objects = api
        .get("/sp-config/config-objects?filters=exportable%20eq%20%22true%22")
        .json();
    assert_eq!(objects.as_array().unwrap().len(), 25);
    assert_eq!(
        error(&api.get("/sp-config/config-objects?filters=name%20co%20%22x%22")).0,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_reports_what_would_happen_and_has_no_effect() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let (job, _) = api.imported("", &two(), None);
    assert_eq!(job["status"], "COMPLETE", "{job}");
    let before = stands(&db).await;
    let source = object(
        "SOURCE",
        "s-1",
        "HR",
        json!({
            "connectorAttributes": { "password": "CANARY-password", "url": "https://hr" },
            "owner": { "type": "IDENTITY", "id": "i-1", "name": "Somebody" },
            "accountCorrelationRule": { "type": "RULE", "id": "r-404", "name": "No such rule" },
        }),
    );
    let file = file(&[
        transform("t-1", "First", "changed"),
        transform("t-2", "Second", "b"),
        source,
    ]);
    let (job, results) = api.imported("?preview=true", &file, None);
    assert_eq!(
        (&job["status"], &job["type"]),
        (&json!("COMPLETE"), &json!("IMPORT"))
    );
    assert_eq!(job["message"], "Download import results for details.");
    assert_eq!(results.get("exportJobId"), None);
    let described = &results["results"]["TRANSFORM"]["infos"];
    assert_eq!(described[0]["key"], "IMPORT_PREVIEW");
    assert_eq!(described[0]["text"], "Object to be imported: [t-1, First]");
    assert_eq!(
        described[0]["detail"],
        json!({ "id": "t-1", "action": "UPDATE", "changes": 1 })
    );
    assert_eq!(described[0]["details"]["detail"], described[0]["detail"]);
    assert_eq!(described[1]["detail"]["action"], "UNCHANGED");
    let source = &results["results"]["SOURCE"];
    assert_eq!(source["infos"][0]["detail"]["action"], "CREATE");
    assert_eq!(
        (&source["errors"], &source["importedObjects"]),
        (&json!([]), &json!([]))
    );
    let unresolved = &source["warnings"][0];
    assert_eq!(unresolved["key"], "UNKNOWN_REFERENCE_RESOLVER", "{source}");
    assert_eq!(
        unresolved["text"],
        "Unable to resolve reference for object [type: RULE, id: r-404, name: No such rule]"
    );
    let id = job["jobId"].as_str().unwrap();
    let differences = api.get(&format!("/sp-config/import/{id}/diff"));
    assert!(!differences.body.contains("CANARY") && !results.to_string().contains("CANARY"));
    let differences = differences.json();
    let first = differences["objects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|object| object["id"] == "t-1")
        .unwrap();
    assert_eq!(first["action"], "UPDATE");
    let change = &first["changes"][0];
    assert_eq!(
        (&change["op"], &change["before"], &change["after"]),
        (&json!("replace"), &json!("a"), &json!("changed"))
    );
    assert!(
        change["path"]
            .as_str()
            .unwrap()
            .ends_with("/attributes/value"),
        "{change}"
    );
    let source = differences["objects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|object| object["id"] == "s-1")
        .unwrap();
    assert!(
        source["changes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|change| change["secret"] == true),
        "{source}"
    );
    assert_eq!(stands(&db).await, before);
    assert_eq!(
        tasks(&db).await.len(),
        3,
        "one import with its backup, one preview without"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_was_matched_by_its_name_and_with_which_id() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    api.imported("", &two(), None);
    let file = file(&[
        transform("t-9", "First", "changed"),
        transform("t-2", "Second", "b"),
    ]);
    let id = accepted(&api.import("?preview=true", &file, None));
    api.ended("import", &id);
    let results = api.get(&format!("/sp-config/import/{id}/download")).json();
    let described = &results["results"]["TRANSFORM"]["infos"];
    let matched = json!({ "by": "name", "id": "t-1" });
    assert_eq!(
        (
            &described[0]["detail"]["matched"],
            described[1]["detail"].get("matched")
        ),
        (&matched, None),
        "{described}"
    );
    let differences = api.get(&format!("/sp-config/import/{id}/diff")).json();
    let objects = &differences["objects"];
    assert_eq!(
        (&objects[0]["matched"], objects[1].get("matched")),
        (&matched, None),
        "{objects}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_backed_up_first_reported_object_by_object_and_can_be_undone() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let (_, results) = api.imported("", &two(), Some(&json!({ "excludeBackup": "true" })));
    assert_eq!(results.get("exportJobId"), None);
    let before = stands(&db).await.0;
    let changed = file(&[
        transform("t-1", "First", "changed"),
        transform("t-2", "Second", "b"),
        transform("t-3", "Third", "c"),
    ]);
    let (job, results) = api.imported(
        "",
        &changed,
        Some(&json!({ "includeTypes": ["TRANSFORM"], "excludeBackup": false })),
    );
    assert_eq!(
        (&job["status"], &job["message"]),
        (
            &json!("COMPLETE"),
            &json!("Download import results for details.")
        )
    );
    let of = &results["results"]["TRANSFORM"];
    assert_eq!(
        of["importedObjects"],
        json!([{ "type": "TRANSFORM", "id": "t-1", "name": "First" }, { "type": "TRANSFORM", "id": "t-3", "name": "Third" }])
    );
    assert_eq!(
        (of["infos"][0]["key"].clone(), of["errors"].clone()),
        (json!("OBJECT_UNCHANGED"), json!([]))
    );
    let backup = results["exportJobId"].as_str().unwrap();
    let status = api.get(&format!("/sp-config/export/{backup}")).json();
    assert_eq!(
        (&status["status"], &status["type"]),
        (&json!("COMPLETE"), &json!("EXPORT"))
    );
    let content = api
        .get(&format!("/sp-config/export/{backup}/download"))
        .json();
    let of_t_1 = |content: &Value| {
        let objects = content["objects"].as_array().unwrap().clone();
        objects
            .into_iter()
            .find(|object| object["self"]["id"] == "t-1")
            .unwrap()
    };
    assert_eq!(
        of_t_1(&content)["object"]["attributes"]["value"],
        "a",
        "as it was before"
    );
    let job_id: i64 = sqlx::query_scalar("SELECT max(job_id) FROM gatediff.jobs")
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    let (path, operator): (String, String) = {
        let row = sqlx::query("SELECT file_path, operator FROM gatediff.jobs WHERE job_id = $1")
            .bind(job_id);
        let row = row.fetch_one(&mut db.connect().await).await.unwrap();
        (row.get(0), row.get(1))
    };
    assert_eq!(path, format!("task {}", job["jobId"].as_str().unwrap()));
    assert_eq!(operator, "manager");
    let home = tempfile::tempdir().unwrap();
    let undone = command(home.path())
        .args([
            "undo",
            &job_id.to_string(),
            "--yes",
            "--database-url",
            &db.url(),
        ])
        .output()
        .unwrap();
    assert!(undone.status.success(), "{undone:?}");
    let content = |documents: &[String]| -> Vec<(Value, Value)> {
        documents
            .iter()
            .map(|row| serde_json::from_str::<Value>(row).unwrap())
            .map(|row| (row["id"].clone(), row["body"].clone()))
            .collect()
    };
    assert_eq!(content(&stands(&db).await.0), content(&before));
    // What was backed up can be imported again.
    let (job, results) = api.imported(
        "",
        &api.get(&format!("/sp-config/export/{backup}/download"))
            .json(),
        None,
    );
    assert_eq!(job["status"], "COMPLETE", "{results}");
    assert_eq!(
        results["results"]["TRANSFORM"]["importedObjects"],
        json!([]),
        "nothing was different"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_found_by_its_name_is_reported_by_the_id_that_it_keeps() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    api.imported("", &two(), None);
    let (_, results) = api.imported(
        "",
        &file(&[transform("other-id", "First", "changed")]),
        None,
    );
    assert_eq!(
        results["results"]["TRANSFORM"]["importedObjects"][0]["id"], "t-1",
        "{results}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_in_the_way_keeps_the_whole_file_out() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let unsigned = object(
        "RULE",
        "r-1",
        "Unsigned",
        json!({ "sourceCode": { "script": "CANARY" } }),
    );
    let (job, results) = api.imported(
        "",
        &file(&[transform("t-1", "First", "a"), unsigned.clone()]),
        None,
    );
    assert_eq!(
        (&job["status"], &job["message"]),
        (
            &json!("FAILED"),
            &json!("Import halted because of errors. Download results for error details.")
        )
    );
    let message = &results["results"]["RULE"]["errors"][0];
    assert!(
        message["text"]
            .as_str()
            .unwrap()
            .starts_with("There was an error importing 'RULE' with name 'Unsigned' and id 'r-1': "),
        "{message}"
    );
    assert_eq!(message["detail"]["action"], "BLOCKED");
    assert!(message["detail"]["exceptionMessage"].is_string());
    assert_eq!(
        results["results"]["TRANSFORM"]["importedObjects"],
        json!([])
    );
    assert!(results["exportJobId"].is_string(), "the backup came first");
    assert_eq!(
        stands(&db).await,
        (Vec::new(), 0),
        "neither the other one, nor a job"
    );
    let (job, _) = api.imported(
        "",
        &file(&[transform("t-1", "First", "a"), unsigned]),
        Some(&json!({ "excludeTypes": ["RULE"] })),
    );
    assert_eq!(job["status"], "COMPLETE");
    assert_eq!(stands(&db).await.0.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_import_is_left_out_with_a_warning() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let role = object("ROLE", "role-1", "Teller", json!({}));
    let (job, results) = api.imported("", &file(&[transform("t-1", "First", "a"), role]), None);
    assert_eq!(job["status"], "COMPLETE", "{results}");
    assert_eq!(
        results["results"]["ROLE"]["warnings"][0]["key"],
        "NOT_IMPORTABLE"
    );
    assert_eq!(
        results["results"]["TRANSFORM"]["importedObjects"][0]["id"],
        "t-1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_there_are_not_fail_the_job_in_the_words_of_the_service() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let words = "java.lang.IllegalArgumentException: Supplied types are not supported: [WORKFLOWS]";
    let job = api.exported(&json!({ "includeTypes": ["WORKFLOWS", "SOURCE"] }));
    assert_eq!(
        (&job["status"], &job["message"]),
        (&json!("FAILED"), &json!(words))
    );
    let id = job["jobId"].as_str().unwrap();
    assert_eq!(
        error(&api.get(&format!("/sp-config/export/{id}/download"))).0,
        404
    );
    let (job, results) = api.imported(
        "",
        &two(),
        Some(&json!({ "objectOptions": { "WORKFLOWS": { "includedIds": ["1"] } } })),
    );
    assert_eq!(
        (&job["status"], &job["message"]),
        (&json!("FAILED"), &json!(words))
    );
    assert_eq!(results, json!({ "results": {} }));
    let (job, _) = api.imported("", &two(), Some(&json!({ "includeTypes": ["ROLE"] })));
    assert_eq!(
        job["message"],
        words.replace("WORKFLOWS", "ROLE"),
        "exported, not imported"
    );
    assert_eq!(stands(&db).await, (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_what_was_asked_for_and_kept_apart_from_imports() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    api.imported(
        "",
        &file(&[
            transform("t-1", "First", "a"),
            transform("t-2", "Second", "b"),
            object("SOURCE", "s-1", "HR", json!({})),
        ]),
        None,
    );
    let job = api.exported(
        &json!({ "description": "先備份 \u{0}", "includeTypes": ["TRANSFORM"], "excludeTypes": null,
        "objectOptions": { "TRANSFORM": { "includedIds": ["t-1"], "includedNames": ["Nobody"] } } }),
    );
    assert_eq!(
        (&job["status"], &job["description"]),
        (&json!("COMPLETE"), &json!("先備份 \u{0}")),
        "{job}"
    );
    assert!(job["completed"].is_string() && job.get("message").is_none());
    let created = chrono::DateTime::parse_from_rfc3339(job["created"].as_str().unwrap()).unwrap();
    let expires =
        chrono::DateTime::parse_from_rfc3339(job["expiration"].as_str().unwrap()).unwrap();
    assert_eq!(expires - created, chrono::TimeDelta::days(7));
    let id = job["jobId"].as_str().unwrap();
    let content = api.get(&format!("/sp-config/export/{id}/download")).json();
    let ids: Vec<&Value> = content["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| &object["self"]["id"])
        .collect();
    assert_eq!(ids, ["t-1"]);
    for path in [
        format!("import/{id}"),
        format!("import/{id}/download"),
        format!("import/{id}/diff"),
        "export/ef38f94347e94562b5bb8424a56397d8".to_owned(),
        "export/x".to_owned(),
        "export/%00".to_owned(),
    ] {
        let (status, code, _) = error(&api.get(&format!("/sp-config/{path}")));
        assert_eq!((status, &*code), (404, "404 Not found"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_expired_is_not_there_any_more_and_its_files_are_forgotten() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let (job, results) = api.imported("", &two(), None);
    let (import, export) = (
        job["jobId"].as_str().unwrap().to_owned(),
        results["exportJobId"].as_str().unwrap(),
    );
    db.run("UPDATE gatediff.tasks SET expires = now() - interval '1 second'")
        .await;
    for path in [
        format!("import/{import}"),
        format!("import/{import}/download"),
        format!("import/{import}/diff"),
        format!("export/{export}"),
        format!("export/{export}/download"),
    ] {
        assert_eq!(api.get(&format!("/sp-config/{path}")).status, 404, "{path}");
    }
    let files = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM gatediff.task_files")
            .fetch_one(&mut db.connect().await)
            .await
            .unwrap()
    };
    assert_eq!(files().await, 3);
    drop(api);
    let _api = Api::start(&db, &[]);
    assert_eq!(files().await, 0);
    assert_eq!(
        tasks(&db).await.len(),
        2,
        "that they were is known for ever"
    );
}

/// Makes a task look as if its server had been lost long ago.
const LOST: &str =
    "UPDATE gatediff.tasks SET beat_at = now() - interval '1 hour' WHERE state = 'IN_PROGRESS'";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_was_doing_and_had_waiting_is_done_by_another() {
    let db = TestDb::new().await;
    let mut api = Api::start(&db, &["--lock-timeout", "60"]);
    let held = lock(&db).await;
    let runs = accepted(&api.import("", &two(), None));
    api.begun(&runs);
    let waits = accepted(&api.import("", &file(&[transform("t-9", "Ninth", "z")]), None));
    // A server that is alive keeps its jobs, whoever else begins.
    let other = Api::start(&db, &[]);
    for (id, state) in [(&runs, "IN_PROGRESS"), (&waits, "NOT_STARTED")] {
        let job = other.get(&format!("/sp-config/import/{id}")).json();
        assert_eq!(job["status"], state, "one writes at a time");
    }
    api.served.signal(Signal::KILL);
    api.served.ended();
    drop(held);
    for id in [&runs, &waits] {
        let job = other.ended("import", id);
        assert_eq!(job["status"], "COMPLETE", "{job}");
    }
    assert_eq!(stands(&db).await.0.len(), 3);
    assert_eq!(stands(&db).await.1, 2);
    let attempts: Vec<i32> = sqlx::query_scalar(
        "SELECT attempts FROM gatediff.tasks WHERE type = 'IMPORT' ORDER BY position",
    )
    .fetch_all(&mut db.connect().await)
    .await
    .unwrap();
    assert_eq!(attempts, [2, 1]);
    let uploads: i64 =
        sqlx::query_scalar("SELECT count(*) FROM gatediff.task_files WHERE part = 'upload'")
            .fetch_one(&mut db.connect().await)
            .await
            .unwrap();
    assert_eq!(uploads, 0, "they are not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_had_committed_is_complete_and_not_done_again() {
    let db = TestDb::new().await;
    let mut api = Api::start(&db, &[]);
    let (job, results) = api.imported("", &two(), None);
    let id = job["jobId"].as_str().unwrap();
    api.served.signal(Signal::KILL);
    api.served.ended();
    // As if it had been killed before it could note what came of it.
    db.run(
        "UPDATE gatediff.tasks SET state = 'IN_PROGRESS', job_id = NULL, completed = NULL, message = NULL, \
         backup_id = NULL WHERE type = 'IMPORT'; DELETE FROM gatediff.task_files WHERE part = 'results'",
    )
    .await;
    let next = Api::start(&db, &[]);
    let job = next.ended("import", id);
    assert_eq!(job["status"], "COMPLETE", "{job}");
    assert!(job["message"].as_str().unwrap().contains("job 1"), "{job}");
    let (found, backup): (i64, String) = {
        let sql = "SELECT job_id, backup_id::text FROM gatediff.tasks WHERE type = 'IMPORT'";
        let row = sqlx::query(sql).fetch_one(&mut db.connect().await).await;
        let row = row.unwrap();
        (row.get(0), row.get(1))
    };
    assert_eq!((found, json!(backup)), (1, results["exportJobId"].clone()));
    assert_eq!(stands(&db).await.1, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_only_slow_is_stopped_once_another_has_taken_over() {
    let db = TestDb::new().await;
    let slow = Api::start(&db, &["--lock-timeout", "60"]);
    let held = lock(&db).await;
    let id = accepted(&slow.import("", &two(), None));
    slow.begun(&id);
    slow.served.signal(Signal::STOP);
    db.run(LOST).await;
    let other = Api::start(&db, &["--lock-timeout", "60"]);
    wait::until("the other one has it", || {
        crate::support::jobs::ask(
            &db,
            "SELECT EXISTS (SELECT FROM gatediff.tasks WHERE type = 'IMPORT' AND state = 'IN_PROGRESS' AND attempts = 2)",
        )
    });
    slow.served.signal(Signal::CONT);
    wait::until("the slow one knows", || {
        slow.served
            .log()
            .contains("another server has taken a task over")
    });
    drop(held);
    assert_eq!(other.ended("import", &id)["status"], "COMPLETE");
    assert_eq!(stands(&db).await.1, 1, "once");
    // And nothing is left of the first one's attempt, but its backup.
    assert_eq!(slow.ended("import", &id)["status"], "COMPLETE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_takes_every_server_down_fails_in_the_end() {
    let db = TestDb::new().await;
    let mut api = Api::start(&db, &["--lock-timeout", "60"]);
    let held = lock(&db).await;
    let id = accepted(&api.import("", &two(), None));
    api.begun(&id);
    db.run("UPDATE gatediff.tasks SET attempts = 5 WHERE type = 'IMPORT'")
        .await;
    api.served.signal(Signal::KILL);
    api.served.ended();
    drop(held);
    db.run(LOST).await;
    let job = Api::start(&db, &[]).ended("import", &id);
    assert_eq!(job["status"], "FAILED");
    assert_eq!(
        job["message"],
        "The server stopped 5 times while it ran this task."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_leaves_what_it_has_not_done_to_the_next() {
    let db = TestDb::new().await;
    let mut api = Api::start(&db, &["--lock-timeout", "60", "--grace", "4"]);
    let held = lock(&db).await;
    let runs = accepted(&api.import("", &two(), None));
    api.begun(&runs);
    let waits = accepted(&api.import("", &file(&[transform("t-9", "Ninth", "z")]), None));
    api.served.signal(Signal::TERM);
    api.served.ended();
    let states = tasks(&db).await;
    let state = |id: &str| &*states.iter().find(|(other, _)| other == id).unwrap().1;
    assert_eq!(
        (state(&runs), state(&waits)),
        ("NOT_STARTED", "NOT_STARTED"),
        "{}",
        api.served.stderr()
    );
    assert_eq!(stands(&db).await.0, Vec::<String>::new());
    drop(held);
    let next = Api::start(&db, &[]);
    for id in [&runs, &waits] {
        assert_eq!(next.ended("import", id)["status"], "COMPLETE");
    }
    assert_eq!(stands(&db).await.1, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_others_keep_outrunning_is_not_failed() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &["--lock-timeout", "1"]);
    api.imported("", &two(), None);
    // It waits longer for the lock than one attempt does.
    let held = lock(&db).await;
    let id = accepted(&api.import("", &file(&[transform("t-1", "First", "mine")]), None));
    api.begun(&id);
    tokio::time::sleep(Duration::from_secs(3)).await;
    // Meanwhile somebody changes what it was compared with.
    db.run(
        "UPDATE gatediff.documents SET body = replace(body, '\"a\"', '\"theirs\"'), \
         content = replace(content::text, '\"a\"', '\"theirs\"')::jsonb WHERE id = 't-1'",
    )
    .await;
    drop(held);
    let job = api.ended("import", &id);
    assert_eq!(job["status"], "COMPLETE", "{job}");
    assert!(stands(&db).await.0.iter().any(|text| text.contains("mine")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_when_too_many_wait_is_asked_to_come_again() {
    let db = TestDb::new().await;
    let api = Api::start(
        &db,
        &["--lock-timeout", "60", "--jobs", "1", "--queue", "1"],
    );
    let held = lock(&db).await;
    let runs = accepted(&api.import("", &two(), None));
    api.begun(&runs);
    let waits = accepted(&api.import("", &two(), None));
    for answer in [
        api.import("", &two(), None),
        api.post("/sp-config/export", JSON, b"{}"),
    ] {
        assert_eq!(answer.status, 429);
        assert_eq!(answer.json(), json!({ "message": " Rate Limit Exceeded " }));
        assert!(
            answer
                .header("retry-after")
                .unwrap()
                .parse::<u32>()
                .unwrap()
                > 0
        );
    }
    drop(held);
    for id in [runs, waits] {
        assert_eq!(api.ended("import", &id)["status"], "COMPLETE");
    }
    assert_eq!(tasks(&db).await.len(), 4, "two imports with their backups");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_sessions_are_ended_opens_others() {
    let db = TestDb::new().await;
    let api = Api::start(&db, &[]);
    let (job, _) = api.imported("", &two(), None);
    db.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()").await;
    let id = job["jobId"].as_str().unwrap();
    assert_eq!(
        api.get(&format!("/sp-config/import/{id}")).json()["status"],
        "COMPLETE"
    );
    assert_eq!(api.imported("", &two(), None).0["status"], "COMPLETE");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_imports_at_once_none_is_lost_and_none_is_done_twice() {
    const IMPORTS: usize = 50;
    let db = TestDb::new().await;
    let api = Api::start(&db, &["--lock-timeout", "60"]);
    let ids: Vec<String> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..IMPORTS)
            .map(|n| {
                let api = &api;
                scope.spawn(move || {
                    // Each brings one of its own, and all change the same one.
                    let own = transform(&format!("own-{n}"), &format!("Own {n}"), "a");
                    let shared = transform("shared", "Shared", &n.to_string());
                    accepted(&api.import("", &file(&[own, shared]), None))
                })
            })
            .collect();
        asking
            .into_iter()
            .map(|asking| asking.join().unwrap())
            .collect()
    });
    tokio::time::timeout(Duration::from_secs(300), async {
        while tasks(&db)
            .await
            .iter()
            .any(|(_, state)| ["NOT_STARTED", "IN_PROGRESS"].contains(&&**state))
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .unwrap();
    for id in &ids {
        assert_eq!(
            api.get(&format!("/sp-config/import/{id}")).json()["status"],
            "COMPLETE"
        );
    }
    let (documents, jobs) = stands(&db).await;
    assert_eq!(documents.len(), IMPORTS + 1);
    assert_eq!(jobs, i64::try_from(IMPORTS).unwrap());
    let sql = "SELECT count(DISTINCT file_path) FROM gatediff.jobs WHERE state = 'done'";
    let files: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert_eq!(files, jobs, "each once");
    assert_eq!(tasks(&db).await.len(), 2 * IMPORTS, "each with its backup");
    let sql = "SELECT count(DISTINCT job_id) FROM gatediff.tasks WHERE type = 'IMPORT'";
    let described: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert_eq!(described, jobs);
}
