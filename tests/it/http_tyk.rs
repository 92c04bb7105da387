//! Tyk over HTTP: imports, previews and exports as the Dashboard answers them,
//! many at once, and when the server or its database goes away meanwhile.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Map, Value, json};

use crate::http::ledger_text;
use crate::support::cases::cases;
use crate::support::gatediff::{command, fixture};
use crate::support::http::{Answer, SECRET, Served};
use crate::support::jobs::{ask, chance, done, wait_until_left_alone};
use crate::support::pg::TestDb;
use crate::support::wait;

const ORGANISATIONS: &str = "/admin/organisations/import";
const APIS: &str = "/admin/apis/import";
const POLICIES: &str = "/admin/policies/import";

/// The organisation that the tests' objects belong to.
const ORG: &str = "5e9d9544a1dcd60001d0ed20";

fn organisation(id: &str) -> Value {
    json!({ "id": id, "owner_name": format!("Owner {id}"), "owner_slug": "", "cname_enabled": true, "apis": [] })
}

fn api_id(n: usize) -> String {
    format!("{n:032x}")
}

fn api(n: usize) -> Value {
    json!({
        "api_model": {},
        "api_definition": {
            "id": format!("{n:024x}"),
            "api_id": api_id(n),
            "org_id": ORG,
            "name": format!("API {n}"),
            "active": true,
            "proxy": { "listen_path": format!("/{n}/"), "target_url": "http://upstream/" },
        },
        "hook_references": [],
    })
}

fn apis(numbers: impl IntoIterator<Item = usize>) -> String {
    json!({ "apis": numbers.into_iter().map(api).collect::<Vec<_>>() }).to_string()
}

fn policy(n: usize, grants: &[usize]) -> Value {
    let right = |n: &usize| {
        (
            api_id(*n),
            json!({ "api_id": api_id(*n), "api_name": format!("API {n}") }),
        )
    };
    json!({
        "_id": format!("{:024x}", 0xa000 + n),
        "id": "",
        "name": format!("Policy {n}"),
        "org_id": ORG,
        "access_rights": grants.iter().map(right).collect::<Map<_, _>>(),
    })
}

fn ok(message: &str, meta: &Value) -> Value {
    json!({ "Status": "OK", "Message": message, "Meta": meta })
}

/// Starts a server on a new database that has the organisation.
async fn with_organisation(args: &[&str]) -> (TestDb, Served) {
    let db = TestDb::new().await;
    let served = Served::start(&db, args);
    assert_eq!(
        served
            .import(ORGANISATIONS, &organisation(ORG).to_string())
            .status,
        200
    );
    (db, served)
}

/// Returns what a GET of the administrator's answers.
fn exported(served: &Served, path: &str) -> Value {
    let answer = served.get(path, &[("Admin-Auth", SECRET)]);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Returns the ids of the APIs that are there.
fn stored(served: &Served) -> BTreeSet<String> {
    let list = exported(served, "/api/apis?p=-1");
    let id = |api: &Value| api["api_definition"]["api_id"].as_str().unwrap().to_owned();
    list["apis"].as_array().unwrap().iter().map(id).collect()
}

/// Runs another command of the program on the database.
fn run(db: &TestDb, home: &Path, args: &[&str]) -> Value {
    let output = command(home)
        .args(args)
        .args(["--output", "json", "--database-url", &db.url()])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_samples_import_as_documented_keep_their_ids_and_come_back_equal() {
    let read = |name: &str| {
        std::fs::read_to_string(fixture(&format!("tyk/documentation/{name}.json"))).unwrap()
    };
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    let answer = served.import(ORGANISATIONS, &read("organisation"));
    assert_eq!(
        (answer.status, answer.json()),
        (200, ok("Org imported", &json!("53ac07777cbb8c2d53000002")))
    );
    let answer = served.import(APIS, &read("apis"));
    let malformed = json!({ "Status": "Error", "Message": "Request body malformed", "Meta": null });
    assert_eq!(
        (answer.status, answer.json()),
        (403, malformed),
        "the printed sample has {{...}} in it"
    );
    let looked = served
        .import(&format!("{POLICIES}?preview=true"), &read("policies"))
        .json()
        .to_string();
    assert!(
        looked.contains("d023576f836a4e407153009e8d95cf73"),
        "the API that nobody has: {looked}"
    );
    let answer = served.import(POLICIES, &read("policies"));
    let written: Value = serde_json::from_str(&read("policies")).unwrap();
    let ids = written["Data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| policy["_id"].as_str().unwrap().to_owned());
    let all_true: Map<_, _> = ids.map(|id| (id, json!(true))).collect();
    assert_eq!(
        (answer.status, answer.json()),
        (200, ok("Policies imported", &Value::Object(all_true)))
    );
    assert_eq!(answer.header("x-gatediff-findings").unwrap(), "7");
    let answer = served.import(&format!("{POLICIES}?findings=true"), &read("policies"));
    assert_eq!(
        answer.json()["Findings"],
        Value::Null,
        "of what is the same nothing is written"
    );
    // What came in goes out.
    let organisation: Value = serde_json::from_str(&read("organisation")).unwrap();
    assert_eq!(
        exported(&served, "/admin/organisations/53ac07777cbb8c2d53000002"),
        organisation
    );
    assert_eq!(
        exported(&served, "/admin/organisations"),
        json!({ "organisations": [organisation], "pages": 0 })
    );
    let policies = exported(&served, "/api/portal/policies?p=-1");
    let sorted = |list: &Value| {
        let mut all = list["Data"].as_array().unwrap().clone();
        all.sort_by_key(|policy| policy["_id"].to_string());
        all
    };
    assert_eq!(sorted(&policies), sorted(&written));
    assert_eq!(policies["Pages"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_answers_to_the_letter_and_one_without_a_difference_is_no_job() {
    let (db, served) = with_organisation(&[]).await;
    let meta = json!({ api_id(1): true, api_id(2): true });
    for (times, jobs) in [(1, 2), (2, 2)] {
        let answer = served.import(APIS, &apis([1, 2]));
        assert_eq!(
            (answer.status, answer.json()),
            (200, ok("APIs imported", &meta)),
            "time {times}"
        );
        assert_eq!(done(&db).await.len(), jobs, "time {times}");
        assert_eq!(answer.header("x-gatediff-job").is_some(), times == 1);
    }
    let answer = served.import(
        POLICIES,
        &json!({ "Data": [policy(1, &[1, 2])], "Pages": 1 }).to_string(),
    );
    assert_eq!(
        (answer.status, answer.json()),
        (
            200,
            ok(
                "Policies imported",
                &json!({ "00000000000000000000a001": true })
            )
        )
    );
    for (path, body, message) in [
        (APIS, r#"{"apis":[],"pages":0}"#, "APIs imported"),
        (POLICIES, r#"{"Data":[]}"#, "Policies imported"),
    ] {
        let answer = served.import(path, body);
        assert_eq!(
            (answer.status, answer.json()),
            (200, ok(message, &json!({})))
        );
    }
    let answer = served.get("/api/apis", &[("authorization", SECRET)]);
    assert_eq!(
        (answer.status, answer.json()["pages"].clone()),
        (200, json!(1)),
        "the export takes it there too"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_takes_its_own_format_only() {
    let (db, served) = with_organisation(&[]).await;
    let before = done(&db).await;
    let org = organisation("5e9d9544a1dcd60001d0ed21");
    let (apis, policies) = (
        json!({ "apis": [api(1)] }),
        json!({ "Data": [policy(1, &[])] }),
    );
    let both = json!({ "apis": [api(1)], "Data": [policy(1, &[])] });
    for (path, bodies) in [
        (ORGANISATIONS, vec![&apis, &policies, &both]),
        (APIS, vec![&org, &policies, &both]),
        (POLICIES, vec![&org, &apis, &both]),
    ] {
        let bare = [
            json!([org]),
            json!([api(1)]),
            api(1),
            policy(1, &[]),
            json!({ "organisations": [org] }),
        ];
        for body in bodies.into_iter().chain(&bare) {
            let answer = served.import(path, &body.to_string());
            assert_eq!(
                (answer.status, answer.json()["Message"].clone()),
                (403, json!("Request body malformed")),
                "{path} {body}"
            );
        }
    }
    assert_eq!(done(&db).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_blocked_is_named_with_its_reason_and_nothing_is_written() {
    let (db, served) = with_organisation(&[]).await;
    let mut stranger = api(2);
    stranger["api_definition"]["org_id"] = json!("5e9d9544a1dcd60001d0ed99");
    let answer = served.import(
        APIS,
        &json!({ "apis": [api(1), stranger, api(3)] }).to_string(),
    );
    assert_eq!(answer.status, 403);
    let answer = answer.json();
    assert_eq!(answer["Status"], "Error");
    assert_eq!(
        answer["Meta"],
        json!({ api_id(1): false, api_id(2): false, api_id(3): false })
    );
    let message = answer["Message"].as_str().unwrap();
    assert!(
        message.contains(&api_id(2)) && message.contains("5e9d9544a1dcd60001d0ed99"),
        "{message}"
    );
    assert!(message.ends_with("nothing was imported"), "{message}");
    assert_eq!((stored(&served).len(), done(&db).await.len()), (0, 1));
    let answer = served.import(ORGANISATIONS, &organisation("not-an-object-id").to_string());
    let message = answer.json()["Message"].as_str().unwrap().to_owned();
    assert_eq!(answer.status, 403, "{answer:?}");
    assert!(
        message.starts_with("Failed to save new Org object to DB: organisation 'not-an-object-id'"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_is_reported_as_what_cannot_be_saved() {
    let (db, served) = with_organisation(&[]).await;
    db.run("ALTER TABLE gatediff.documents ADD CONSTRAINT small CHECK (body NOT LIKE '%CANARY%')")
        .await;
    let mut bad = api(2);
    bad["api_definition"]["name"] = json!("CANARY");
    let answer = served.import(APIS, &json!({ "apis": [api(1), bad] }).to_string());
    assert_eq!(answer.status, 403, "{answer:?}");
    assert!(
        answer.json()["Message"]
            .as_str()
            .unwrap()
            .starts_with("Failed to save API objects to DB: ")
    );
    assert_eq!(
        answer.json()["Meta"],
        json!({ api_id(1): false, api_id(2): false })
    );
    assert!(!answer.body.contains("CANARY"), "{answer:?}");
    assert!(stored(&served).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_wait_for_its_answer_does_not_stop_its_import() {
    let (db, served) = with_organisation(&["--lock-timeout", "60"]).await;
    let mut holder = db.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE gatediff.documents IN SHARE MODE")
        .execute(&mut holder)
        .await
        .unwrap();
    let body = apis(1..=20);
    let head = format!(
        "POST {APIS} HTTP/1.1\r\nhost: x\r\nadmin-auth: {SECRET}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = served.connect();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    wait::until("the import waits for the table", || {
        ask(
            &db,
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)",
        )
    });
    drop(stream);
    sqlx::raw_sql("COMMIT").execute(&mut holder).await.unwrap();
    let sql = "SELECT EXISTS (SELECT FROM gatediff.requests WHERE path = '/admin/apis/import' AND status = 200 \
               AND job_id IS NOT NULL)";
    wait::until("the import is in the ledger", || ask(&db, sql));
    assert_eq!(stored(&served).len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_reports_each_item_and_writes_nothing() {
    let (db, served) = with_organisation(&[]).await;
    assert_eq!(served.import(APIS, &apis([1, 2])).status, 200);
    let jobs = done(&db).await;
    let mut changed = api(2);
    changed["api_definition"]["proxy"]["target_url"] = json!("http://elsewhere/");
    changed["api_definition"]["active"] = json!(false);
    let mut bad = api(4);
    bad["api_definition"]["id"] = json!("nonsense");
    let body = json!({ "apis": [api(1), changed, api(3), bad] }).to_string();
    let answer = served.import("/admin/apis/import?preview=true", &body);
    assert_eq!(
        (answer.status, answer.json()["Status"].clone()),
        (200, json!("OK")),
        "{answer:?}"
    );
    let meta = answer.json()["Meta"].clone();
    assert_eq!(
        meta["summary"],
        json!({ "add": 1, "cover": 1, "none": 1, "blocked": 1 })
    );
    assert_eq!(meta["importable"], false);
    let item = |index: usize| {
        let item = &meta["items"][index];
        (
            item["id"].clone(),
            item["action"].clone(),
            item["changes"].clone(),
        )
    };
    assert_eq!(item(0), (json!(api_id(1)), json!("none"), json!(0)));
    assert_eq!(item(1), (json!(api_id(2)), json!("cover"), json!(2)));
    assert_eq!(item(2).1, "add");
    assert_eq!(item(3).1, "blocked");
    assert!(meta["items"][3]["reasons"][0]["code"].is_string(), "{meta}");
    let policies = json!({ "Data": [policy(1, &[1, 77])] }).to_string();
    let meta = served
        .import("/admin/policies/import?preview=true", &policies)
        .json()["Meta"]
        .clone();
    assert_eq!(meta["lack_api"][0]["api"], api_id(77), "{meta}");
    let answer = served.import("/admin/apis/import?preview=true", "{\"apis\":[\n7]}");
    assert_eq!(
        (answer.status, answer.json()["Message"].clone()),
        (403, json!("Request body malformed"))
    );
    assert!(
        answer.json()["Meta"]["error"]
            .as_str()
            .unwrap()
            .contains("(/apis/0)"),
        "where it is: {answer:?}"
    );
    assert_eq!(
        (done(&db).await, stored(&served).len()),
        (jobs, 2),
        "nothing was written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_a_job_that_history_reports_and_undo_takes_back() {
    let (db, served) = with_organisation(&[]).await;
    served.import(APIS, &apis([1, 2]));
    let before = exported(&served, "/api/apis?p=-1");
    let mut changed = api(1);
    changed["api_definition"]["name"] = json!("renamed");
    let answer = served.import(APIS, &json!({ "apis": [changed, api(9)] }).to_string());
    let job = answer.header("x-gatediff-job").unwrap().to_owned();
    assert_ne!(exported(&served, "/api/apis?p=-1"), before);
    let home = tempfile::tempdir().unwrap();
    let described = run(&db, home.path(), &["history", &job]);
    let described = described["jobs"].get(0).unwrap_or(&described).clone();
    assert_eq!(described["operator"], "tyk-admin@127.0.0.1", "{described}");
    assert_eq!(described["file_path"], "POST /admin/apis/import");
    assert_eq!(
        (
            described["counts"]["added"].clone(),
            described["counts"]["covered"].clone()
        ),
        (json!(1), json!(1))
    );
    let sql = "SELECT job_id::text FROM gatediff.requests WHERE job_id IS NOT NULL ORDER BY request_id DESC LIMIT 1";
    let noted: String = sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert_eq!(noted, job);
    let undone = run(&db, home.path(), &["undo", &job, "--yes"]);
    assert_eq!(undone["status"], "ok", "{undone}");
    assert_eq!(exported(&served, "/api/apis?p=-1"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_come_in_pages_of_ten_or_all_at_once() {
    let (_db, served) = with_organisation(&[]).await;
    served.import(APIS, &apis(1..=23));
    let sizes = |path: &str| {
        let list = exported(&served, path);
        (
            list["apis"].as_array().unwrap().len(),
            list["pages"].clone(),
        )
    };
    assert_eq!(sizes("/api/apis"), (10, json!(3)));
    assert_eq!(sizes("/api/apis?p=3"), (3, json!(3)));
    assert_eq!(sizes("/api/apis?p=4"), (0, json!(3)));
    assert_eq!(sizes("/api/apis?p=-2"), (23, json!(1)));
    assert_eq!(
        exported(&served, "/api/portal/policies"),
        json!({ "Data": [], "Pages": 0 })
    );
    let answer = served.get(
        "/admin/organisations/5e9d9544a1dcd60001d0ed99",
        &[("admin-auth", SECRET)],
    );
    let absent =
        json!({ "Status": "Error", "Message": "Could not retrieve org detail", "Meta": null });
    assert_eq!((answer.status, answer.json()), (404, absent));
    // What is listed can be imported as it is.
    let all = exported(&served, "/api/apis?p=-1");
    assert_eq!(served.import(APIS, &all.to_string()).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_objects_come_out_of_exports_only() {
    let (db, served) = with_organisation(&[]).await;
    let mut api = api(1);
    api["api_definition"]["auth_configs"] =
        json!({ "authToken": { "signature": { "secret": "CANARY-signature" } } });
    api["api_definition"]["jwt_source"] = json!("CANARY-jwt");
    let body = json!({ "apis": [api] }).to_string();
    let mut texts = vec![
        served.import("/admin/apis/import?preview=true", &body).body,
        served.import(APIS, &body).body,
    ];
    let other = body.replace("CANARY-", "CANARY-changed-");
    texts.push(
        served
            .import("/admin/apis/import?preview=true", &other)
            .body,
    );
    texts.push(served.import(APIS, &other).body);
    texts.push(served.import(APIS, &format!("{other}{other}")).body);
    assert!(
        exported(&served, "/api/apis")
            .to_string()
            .contains("CANARY-changed-signature")
    );
    texts.extend([served.log(), served.stderr(), ledger_text(&db).await]);
    let jobs: String =
        sqlx::query_scalar("SELECT string_agg(to_jsonb(j)::text, E'\\n') FROM gatediff.jobs j")
            .fetch_one(&mut db.connect().await)
            .await
            .unwrap();
    texts.push(jobs);
    for text in texts {
        assert!(!text.contains("CANARY"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_imports_at_once_are_all_done_none_doubled_and_each_is_in_the_ledger() {
    let (db, served) = with_organisation(&[]).await;
    // Each brings one of its own, and one that others bring too, with other words.
    let bodies: Vec<String> = (0..50)
        .map(|n| {
            let mut shared = api(1000 + n % 5);
            shared["api_definition"]["name"] = json!(format!("of {n}"));
            json!({ "apis": [api(n + 1), shared] }).to_string()
        })
        .collect();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let posting: Vec<_> = bodies
            .iter()
            .map(|body| scope.spawn(|| served.import(APIS, body)))
            .collect();
        posting
            .into_iter()
            .map(|posting| posting.join().unwrap())
            .collect()
    });
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let wanted: BTreeSet<String> = (1..=50).chain(1000..1005).map(api_id).collect();
    assert_eq!(stored(&served), wanted);
    let jobs: BTreeSet<&str> = answers
        .iter()
        .map(|answer| answer.header("x-gatediff-job").unwrap())
        .collect();
    assert_eq!(jobs.len(), 50, "each is a job of its own");
    assert_eq!(done(&db).await.len(), 51);
    let sql = "SELECT count(DISTINCT job_id) FROM gatediff.requests WHERE path = '/admin/apis/import' AND status = 200";
    let recorded: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert_eq!(recorded, 50);
    let sql = "SELECT count(*) FROM gatediff.jobs WHERE counts->>'added' = '2' OR counts->>'covered' = '1'";
    let whole: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert_eq!(whole, 50, "each wrote both");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_imports_it_leaves_whole_ones_and_the_ledger_agrees() {
    let mut chance = chance("kill -9 of the server");
    for _ in 0..cases(6) {
        let (db, mut served) = with_organisation(&[]).await;
        let moment = Duration::from_millis(chance.u64(1..400));
        let bodies: Vec<String> = (0..8).map(|n| apis(n * 100 + 1..n * 100 + 41)).collect();
        std::thread::scope(|scope| {
            for body in &bodies {
                let served = &served;
                scope.spawn(|| {
                    served
                        .try_post(APIS, &[("admin-auth", SECRET)], body.as_bytes())
                        .is_ok()
                });
            }
            std::thread::sleep(moment);
            served.signal(Signal::KILL);
        });
        served.ended();
        tokio::task::block_in_place(|| wait_until_left_alone(&db));
        // Another one goes on with what is there.
        let served = Served::start(&db, &[]);
        let stored = stored(&served);
        let whole = (0..8).filter(|n| {
            let there = (n * 100 + 1..n * 100 + 41)
                .filter(|api| stored.contains(&api_id(*api)))
                .count();
            assert!(there == 0 || there == 40, "a part of an import: {there}");
            there == 40
        });
        assert_eq!(
            done(&db).await.len(),
            whole.count() + 1,
            "the ledger does not agree"
        );
        for body in &bodies {
            assert_eq!(served.import(APIS, body).status, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_program_has_the_lock_or_the_queue_is_full_clients_are_reported_when_to_come_again()
 {
    let (db, served) =
        with_organisation(&["--lock-timeout", "1", "--jobs", "1", "--queue", "0"]).await;
    let mut holder = db.connect().await;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(i64::from_be_bytes(*b"gatediff"))
        .execute(&mut holder)
        .await
        .unwrap();
    let body = apis([1]);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let posting: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| served.import(APIS, &body)))
            .collect();
        posting
            .into_iter()
            .map(|posting| posting.join().unwrap())
            .collect()
    });
    let messages: Vec<String> = answers
        .iter()
        .map(|answer| answer.json()["Message"].to_string())
        .collect();
    for answer in &answers {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    assert!(
        messages
            .iter()
            .any(|message| message.contains("Another job is using the target")),
        "{messages:?}"
    );
    assert!(
        messages
            .iter()
            .any(|message| message.contains("Too many jobs are queued")),
        "{messages:?}"
    );
    sqlx::query("SELECT pg_advisory_unlock_all()")
        .execute(&mut holder)
        .await
        .unwrap();
    assert_eq!(served.import(APIS, &body).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn reported_to_stop_it_rolls_back_what_is_not_done_when_the_grace_period_is_over() {
    let (db, mut served) = with_organisation(&["--grace", "4", "--lock-timeout", "60"]).await;
    let mut holder = db.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE gatediff.documents IN SHARE MODE")
        .execute(&mut holder)
        .await
        .unwrap();
    let body = apis([1]);
    let answer = std::thread::scope(|scope| {
        let posting = scope.spawn(|| served.import(APIS, &body));
        wait::until("the import waits for the table", || {
            ask(
                &db,
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)",
            )
        });
        served.signal(Signal::TERM);
        posting.join().unwrap()
    });
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(served.ended().code(), Some(130), "{}", served.stderr());
    assert!(
        served.stderr().contains("rolled back"),
        "{}",
        served.stderr()
    );
    assert_eq!(done(&db).await.len(), 1, "nothing but the organisation");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_goes_away_clients_are_reported_and_its_address_is_not() {
    let (db, served) = with_organisation(&["--connect-timeout", "5"]).await;
    let limit = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", db.name());
    crate::support::pg::administer(&limit).await;
    let answer = served.import(APIS, &apis([1]));
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(
        answer.json()["Message"],
        "The database cannot be reached; nothing was written"
    );
    assert_eq!(served.get("/health", &[]).json()["database"], "unreachable");
    crate::support::pg::administer(&limit.replace("false", "true")).await;
    assert_eq!(served.import(APIS, &apis([1])).status, 200);
}

/// Sends a body as tyk-sync does, which has the user's key in `Authorization`.
fn sync(served: &Served, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let headers = [
        ("authorization", SECRET),
        ("content-type", "application/json"),
    ];
    let answer = served.send(method, path, &headers, &body.to_string());
    (answer.status, answer.json())
}

fn error(text: &str) -> Value {
    json!({ "Status": "Error", "Message": text, "Meta": null })
}

#[tokio::test(flavor = "multi_thread")]
async fn one_api_is_created_read_and_replaced_as_tyk_sync_does_it() {
    let (db, served) = with_organisation(&[]).await;
    let (first, database) = (api_id(1), format!("{:024x}", 1));
    let created = sync(&served, "POST", "/api/apis", &api(1));
    let wanted = json!({ "Status": "OK", "Message": "API created", "Meta": database, "ID": first });
    assert_eq!(created, (200, wanted));
    for id in [&first, &database] {
        assert_eq!(
            exported(&served, &format!("/api/apis/{id}")),
            api(1),
            "{id}"
        );
    }
    let again = sync(&served, "POST", "/api/apis", &api(1));
    assert_eq!(again, (409, error("Found API with the same ID")));
    // By either id; the database's own one stays, wherever the file is from.
    let mut changed = api(1);
    changed["api_definition"]["name"] = json!("Changed");
    changed["api_definition"]["id"] = json!(format!("{:024x}", 0xb0b));
    for (id, status) in [(&database, 200), (&first, 200), (&api_id(2), 404)] {
        let (found, answer) = sync(&served, "PUT", &format!("/api/apis/{id}"), &changed);
        assert_eq!(found, status, "{answer}");
    }
    let definition = exported(&served, &format!("/api/apis/{first}"))["api_definition"].clone();
    assert_eq!(
        (&definition["name"], &definition["id"]),
        (&json!("Changed"), &json!(database))
    );
    let other = sync(&served, "PUT", &format!("/api/apis/{first}"), &api(3));
    assert_eq!(other, (400, error("Invalid `ID` value")));
    // Without an id it gets one.
    let mut new = api(4);
    new["api_definition"]
        .as_object_mut()
        .unwrap()
        .remove("api_id");
    let (status, answer) = sync(&served, "POST", "/api/apis", &new);
    assert_eq!(
        (status, answer["ID"].as_str().unwrap().len()),
        (200, 32),
        "{answer}"
    );
    assert_eq!(stored(&served).len(), 2);
    assert_eq!(
        done(&db).await.len(),
        4,
        "an organisation, two added and one covered once"
    );
    for (method, body) in [
        ("POST", json!([])),
        ("POST", json!({ "api_definition": 7 })),
    ] {
        assert_eq!(sync(&served, method, "/api/apis", &body).0, 400, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_policy_is_created_read_and_replaced_as_tyk_sync_does_it() {
    let (_db, served) = with_organisation(&[]).await;
    served.import(APIS, &apis([1]));
    let sent = policy(1, &[1]);
    let database = sent["_id"].as_str().unwrap().to_owned();
    let created = sync(&served, "POST", "/api/portal/policies", &sent);
    let wanted = json!({ "Status": "OK", "Message": database, "Meta": "Policy created" });
    assert_eq!(created, (200, wanted));
    let path = format!("/api/portal/policies/{database}");
    assert_eq!(exported(&served, &path), sent);
    assert_eq!(sync(&served, "POST", "/api/portal/policies", &sent).0, 409);
    let mut changed = sent;
    changed["name"] = json!("Changed");
    let updated = sync(&served, "PUT", &path, &changed);
    assert_eq!(
        updated,
        (
            200,
            json!({ "Status": "OK", "Message": "Data updated", "Meta": "" })
        )
    );
    assert_eq!(exported(&served, &path)["name"], "Changed");
    let absent = sync(&served, "PUT", "/api/portal/policies/no-such-one", &changed);
    assert_eq!(absent, (404, error("Policy does not exist")));
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_apis_are_returned_and_what_is_not_there_says_why() {
    let (db, served) = with_organisation(&[]).await;
    let mut oas = api(1);
    oas["oas"] = json!({ "openapi": "3.0.3", "info": { "title": "API 1", "version": "1" }, "paths": {},
        "x-tyk-api-gateway": { "info": { "id": api_id(1), "orgId": ORG, "name": "API 1", "state": { "active": true } },
        "server": { "listenPath": { "value": "/1/" } }, "upstream": { "url": "http://upstream/" } } });
    oas["categories"] = json!(["a"]);
    let mut body = json!({ "apis": [oas, api(2)] });
    body["apis"][0]["api_definition"]["is_oas"] = json!(true);
    assert_eq!(served.import(APIS, &body.to_string()).status, 200);
    let at = |n: usize, more: &str| format!("/api/apis/oas/{}{more}", api_id(n));
    for more in ["", "/export"] {
        assert_eq!(exported(&served, &at(1, more)), body["apis"][0]["oas"]);
    }
    assert_eq!(
        exported(&served, &at(1, "/categories")),
        json!({ "categories": ["a"] })
    );
    let classic = sync(&served, "GET", &at(2, ""), &Value::Null);
    assert_eq!(classic.0, 400, "{}", classic.1);
    for path in ["/admin/users", "/api/users?p=-2"] {
        assert_eq!(exported(&served, path), json!({ "users": [], "pages": 0 }));
    }
    for (method, path) in [
        ("DELETE", format!("/api/apis/{}", api_id(1))),
        ("DELETE", "/api/portal/policies/x".to_owned()),
        ("POST", "/api/apis/oas".to_owned()),
        ("PUT", at(1, "")),
        ("POST", "/admin/users".to_owned()),
        ("GET", "/api/assets".to_owned()),
    ] {
        let (status, answer) = sync(&served, method, &path, &json!({}));
        let text = answer["Message"].as_str().unwrap();
        assert!(
            status == 501 && text.starts_with("Not implemented: "),
            "{method} {path}: {status} {text}"
        );
        assert_eq!(
            served.send(method, &path, &[], "").status,
            401,
            "{method} {path}"
        );
    }
    assert_eq!(done(&db).await.len(), 2);
}
