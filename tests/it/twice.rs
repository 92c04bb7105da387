//! One job per target at a time: the other waits, or is told who it is; and a
//! gateway that writes meanwhile loses nothing.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Phase, Progress, Receipt, Reporter,
};
use gatediff::store::{Timeouts, lock};
use serde_json::{Value, json};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use tempfile::{NamedTempFile, TempDir};

use crate::support::cases::cases;
use crate::support::gatediff::command;
use crate::support::jobs::done;
use crate::support::pg::TestDb;
use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all};

/// Tries of two at once.
const TRIES: usize = 20;

/// What one import of many brings: something of many tables.
fn file(number: usize) -> Sample {
    let client = format!("c{number}");
    let id = i64::try_from(number).unwrap();
    sample()
        .group("1", "g", json!({"groupDesc": format!("{number}")}))
        .client(&client, json!({"remark": "new"}))
        .client_group(&client, "1")
        .host(id, &client, "h", "1.1.1.1")
        .clientext(&client, id, json!({}))
        .open_key(id, &client, &format!("key{number}"), json!({}))
        .x_key(id, &client, &format!("EN{number}"), json!({}))
}

fn written(sample: &Sample) -> NamedTempFile {
    let mut export = NamedTempFile::new().unwrap();
    export.write_all(sample.export().as_bytes()).unwrap();
    export
}

fn apply(home: &TempDir, file: &NamedTempFile, db: &TestDb) -> Command {
    let mut command = command(home.path());
    command
        .args([
            "apply",
            file.path().to_str().unwrap(),
            "--cover",
            "all",
            "--yes",
            "--operator",
            "mei",
        ])
        .args(["--output", "json", "--database-url", &db.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn ended(child: Child) -> (Option<i32>, Value) {
    let ended = child.wait_with_output().unwrap();
    let described = String::from_utf8_lossy(&ended.stderr).into_owned();
    let document = serde_json::from_slice(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {described}"));
    (ended.status.code(), document)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_done_and_the_other_waits_or_is_refused_by_name() {
    let site = Site::new(&sample()).await;
    let home = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let mut seen = [0; 4];
    for number in 1..=cases(TRIES) {
        let file = written(&file(number));
        let waits = [["--lock-timeout", "60"].as_slice(), &[]][number % 2];
        let children = [(); 2].map(|()| apply(&home, &file, &site.db).args(waits).spawn().unwrap());
        let ends = children.map(ended);
        for (code, document) in &ends {
            match code {
                Some(0) if document["job"].is_number() => {
                    jobs.push(document["job"].as_i64().unwrap());
                    seen[0] += 1;
                }
                // It began when the other one had ended.
                Some(0) => seen[1] += 1,
                // It waited, or met the lock when it had just become free.
                Some(3) => {
                    assert_eq!(document["status"], "stale");
                    seen[2] += 1;
                }
                Some(5) => {
                    let why = document["error"]["why"].as_str().unwrap();
                    assert!(waits.is_empty(), "{document}");
                    assert!(
                        why.starts_with("held by postgres (gatediff/") && why.contains(", mei@"),
                        "{why}"
                    );
                    assert!(
                        why.contains(" from the server's own machine, since 20"),
                        "{why}"
                    );
                    seen[3] += 1;
                }
                other => panic!("try {number}: {other:?} {document}"),
            }
        }
        let succeeded = ends.iter().filter(|(code, _)| *code == Some(0)).count();
        assert!(succeeded >= 1, "try {number}: {ends:?}");
    }
    println!(
        "of two at once: {} done, {} with nothing to do, {} stale, {} refused",
        seen[0], seen[1], seen[2], seen[3]
    );
    jobs.sort_unstable();
    assert_eq!(done(&site.db).await, jobs);
    assert_eq!(jobs.len(), cases(TRIES), "each try was done once");
    for number in 1..=cases(TRIES) {
        let left = site.review(&file(number)).await;
        let group = "group:g";
        let changed = left
            .plan
            .entries()
            .iter()
            .filter(|entry| !entry.is_unchanged());
        // The group has the description of whichever came last.
        assert!(
            changed
                .map(|entry| entry.item.id.to_string())
                .all(|id| id == group),
            "try {number}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_on_a_new_target_make_our_schema_once() {
    for _ in 0..cases(TRIES).div_ceil(10) {
        let site = Site::new(&sample()).await;
        let home = tempfile::tempdir().unwrap();
        let files = [written(&file(1)), written(&file(2))];
        let children = files.each_ref().map(|file| {
            apply(&home, file, &site.db)
                .args(["--lock-timeout", "60"])
                .spawn()
                .unwrap()
        });
        let [one, other] = children.map(ended);
        // Both bring the same group: the second one finds that out.
        let codes = [one.0.unwrap(), other.0.unwrap()];
        assert!(
            codes == [0, 0] || codes == [0, 3] || codes == [3, 0],
            "{one:?} {other:?}"
        );
        assert_eq!(
            done(&site.db).await.len(),
            codes.iter().filter(|code| **code == 0).count()
        );
    }
}

// ---- waiting

/// Takes a target's lock as a job of the operator's would.
async fn lock(db: &TestDb, operator: &str) -> PgConnection {
    let mut holder = db.connect().await;
    lock::prepare(&mut holder, operator, Timeouts::default())
        .await
        .unwrap();
    assert!(lock::take(&mut holder).await.unwrap().is_ok());
    holder
}

async fn apply_waiting(
    site: &Site,
    wait: Option<Duration>,
    reporter: &Reporter,
    cancel: &Cancel,
) -> Result<Receipt, Failure> {
    let review = site.review(&file(1)).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let timeouts = Timeouts {
        wait,
        ..Timeouts::default()
    };
    let options = ApplyOptions::new(OPERATOR, timeouts);
    job::apply(
        &review,
        approved,
        &site.target(),
        &options,
        reporter,
        cancel,
    )
    .await
}

/// Calls a function at the first word of waiting, with that word.
fn on_waiting(act: impl FnOnce(&str) + Send + 'static) -> Reporter {
    let act = Mutex::new(Some(act));
    Reporter::new(move |progress: Progress| {
        let is_waiting = progress.phase == Phase::Lock && !progress.subject.is_empty();
        if let Some(act) = is_waiting.then(|| act.lock().unwrap().take()).flatten() {
            act(&progress.subject);
        }
    })
}

const LONG: Option<Duration> = Some(Duration::from_secs(600));

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_waits_says_for_whom_and_is_done_after() {
    let site = Site::new(&sample()).await;
    let holder = lock(&site.db, "mei").await;
    let reporter = on_waiting(move |who| {
        assert!(
            who.starts_with("waiting for postgres (gatediff/") && who.contains(", mei@"),
            "{who}"
        );
        drop(holder);
    });
    apply_waiting(&site, LONG, &reporter, &Cancel::new())
        .await
        .unwrap();
    assert_eq!(done(&site.db).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_waits_can_be_cancelled() {
    let site = Site::new(&sample()).await;
    let _holder = lock(&site.db, "mei").await;
    let cancel = Cancel::new();
    let pulled = cancel.clone();
    let reporter = on_waiting(move |_| pulled.cancel("enough"));
    let failure = apply_waiting(&site, LONG, &reporter, &cancel)
        .await
        .unwrap_err();
    assert_eq!(
        (failure.kind, failure.why.as_deref()),
        (FailureKind::Cancelled, Some("enough"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_has_an_end_and_without_it_the_refusal_is_at_once() {
    let site = Site::new(&sample()).await;
    let _holder = lock(&site.db, "mei").await;
    let silent = Reporter::silent();
    let short = Some(Duration::from_millis(150));
    let failure = apply_waiting(&site, short, &silent, &Cancel::new())
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Locked);
    let why = failure.why.unwrap();
    assert!(
        why.starts_with("still held by postgres (") && why.ends_with(" after 0.15 s"),
        "{why}"
    );
    for wait in [None, Some(Duration::ZERO)] {
        let is_shown = Arc::new(AtomicBool::new(false));
        let described = Arc::clone(&is_shown);
        let reporter = on_waiting(move |_| described.store(true, Ordering::SeqCst));
        let failure = apply_waiting(&site, wait, &reporter, &Cancel::new())
            .await
            .unwrap_err();
        assert!(failure.why.unwrap().starts_with("held by postgres ("));
        assert!(!is_shown.load(Ordering::SeqCst), "it waited");
    }
}

#[tokio::test]
async fn a_job_on_another_database_of_the_server_is_not_the_holder() {
    let (site, other) = (Site::new(&sample()).await, Site::new(&sample()).await);
    let _first = lock(&other.db, "somebody").await;
    let _holder = lock(&site.db, "mei").await;
    let _last = lock(&Site::new(&sample()).await.db, "somebody").await;
    let mut late = site.db.connect().await;
    let holder = lock::take(&mut late).await.unwrap().unwrap_err();
    assert!(holder.who.contains(", mei@"), "{}", holder.who);
}

#[tokio::test]
async fn a_role_that_may_not_see_others_sessions_is_reported_no_untruth() {
    let site = Site::new(&sample()).await;
    let _holder = lock(&site.db, "mei").await;
    site.run("CREATE ROLE blind LOGIN").await;
    let url = site.db.url().replace("user=postgres", "user=blind");
    let target = gatediff::store::Target::resolve(Some(&url), |_| None).unwrap();
    let mut late = target.connect(Timeouts::default()).await.unwrap();
    let holder = lock::take(&mut late).await.unwrap().unwrap_err();
    drop(late);
    site.run("DROP OWNED BY blind; DROP ROLE blind").await;
    assert!(
        holder.who.starts_with("postgres (gatediff/") && holder.who.contains(", mei@"),
        "{}",
        holder.who
    );
    assert!(
        !holder.who.contains("machine") && !holder.who.contains("since"),
        "{}",
        holder.who
    );
}

// ---- beside a gateway

/// What a gateway has done so far.
#[derive(Default)]
struct Done {
    calls: i64,
    failures: i64,
    keys: Vec<i64>,
    groups: Vec<String>,
}

/// One round of what a running gateway does, each in a transaction of its own.
async fn serve(connection: &mut PgConnection, round: i64, done: &mut Done) {
    let fail =
        "UPDATE tsmp_client SET pwd_fail_times = pwd_fail_times + 1 WHERE client_id = 'covered'";
    done.failures += rows(&sqlx::query(fail).execute(&mut *connection).await.unwrap());
    let call = "UPDATE tsmp_client SET api_used = api_used + 1 WHERE client_id = 'left'";
    done.calls += rows(&sqlx::query(call).execute(&mut *connection).await.unwrap());
    // As Hibernate does: a block of ids at once, of which one is used.
    let take = "INSERT INTO seq_store VALUES ('tsmp_open_apikey', 2000000050) ON CONFLICT (sequence_name) \
                DO UPDATE SET next_val = seq_store.next_val + 50 RETURNING next_val";
    let next: i64 = sqlx::query_scalar(take)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    let id = next - 50 + 1;
    let key = "INSERT INTO tsmp_open_apikey (open_apikey_id, client_id, open_apikey, secret_key, open_apikey_alias, \
               expired_at) VALUES ($1, 'gateway', $2, 's', 'alias', 1)";
    sqlx::query(key)
        .bind(id)
        .bind(format!("gateway{round}"))
        .execute(&mut *connection)
        .await
        .unwrap();
    done.keys.push(id);
    let group = "INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, vgroup_flag) \
                 VALUES (nextval('seq_tsmp_group_pk')::text, $1, now(), 'gateway', '0') RETURNING group_id";
    let name = format!("gateway{round}");
    done.groups.push(
        sqlx::query_scalar(group)
            .bind(name)
            .fetch_one(&mut *connection)
            .await
            .unwrap(),
    );
}

fn rows(done: &PgQueryResult) -> i64 {
    i64::try_from(done.rows_affected()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_running_gateway_imports_succeed_and_neither_loses_anything() {
    let before = sample()
        .client("covered", json!({"pwdFailTimes": 0}))
        .client("left", json!({"apiUsed": 0}));
    let site = Site::new(&before).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let gateway = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        let mut connection = site.db.connect().await;
        async move {
            let mut done = Done::default();
            for round in 0.. {
                serve(&mut connection, round, &mut done).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                if is_over.load(Ordering::SeqCst) {
                    break;
                }
            }
            done
        }
    });
    let imports = 5;
    for number in 1..=imports {
        // Covers the row that the gateway counts in, each time with another value.
        let file = file(number).client("covered", json!({"tps": 100 + number}));
        let review = site.review(&file).await;
        let receipt = site.apply(&review, &cover_all(&review.plan)).await;
        let receipt = receipt.unwrap_or_else(|failure| panic!("import {number}: {failure:?}"));
        assert_eq!(receipt.job, i64::try_from(number).unwrap());
    }
    is_over.store(true, Ordering::SeqCst);
    let gateway = gateway.await.unwrap();
    assert!(gateway.keys.len() > imports, "the gateway was at work");
    assert_eq!(done(&site.db).await.len(), imports);
    let covered = site.row("tsmp_client", "client_id = 'covered'").await;
    assert_eq!(covered["pwd_fail_times"], json!(gateway.failures));
    assert_eq!(covered["tps"], json!(100 + imports));
    let left = site
        .column("tsmp_client", "api_used", "client_id = 'left'")
        .await;
    assert_eq!(left, [gateway.calls]);
    let keys = site
        .column(
            "tsmp_open_apikey",
            "open_apikey_id",
            "client_id = 'gateway'",
        )
        .await;
    assert_eq!(keys.len(), gateway.keys.len());
    let groups = site
        .column("tsmp_group", "group_id", "create_user = 'gateway'")
        .await;
    assert_eq!(groups.len(), gateway.groups.len());
    let imported = site
        .column("tsmp_open_apikey", "client_id", "client_id <> 'gateway'")
        .await;
    assert_eq!(imported.len(), imports);
}
