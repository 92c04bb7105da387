//! Stopping an import: it is rolled back whole, whoever asks, and a lock that
//! somebody else holds is not waited for without end.

use std::process::Stdio;
use std::time::Duration;

use gatediff::engine::Choices;
use gatediff::job::{self, ApplyOptions, Cancel, FailureKind, Phase, Progress, Reporter};
use gatediff::store::Timeouts;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::digirunner::demo;
use crate::support::gatediff::{command, fixture};
use crate::support::jobs::wait_until_left_alone;
use crate::support::pg::TestDb;
use crate::support::pty::PtyCommand;
use crate::support::sample::sample;
use crate::support::site::{Site, cover_all};
use crate::support::wait::until;

/// Long enough that no test runs into it.
const LONG: Timeouts = Timeouts {
    lock: Some(Duration::from_secs(60)),
    idle_in_transaction: None,
    ..Timeouts::SHIPPED
};

/// Holds a table so that an import has to wait in the middle.
async fn lock(db: &TestDb, table: &str) -> PgConnection {
    let mut holder = db.connect().await;
    let sql = format!("BEGIN; LOCK TABLE {table} IN SHARE MODE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut holder)
        .await
        .unwrap();
    holder
}

/// Waits until somebody waits for a lock in this database.
fn wait_until_blocked(db: &TestDb) {
    until("the import waits for the lock", || {
        let target = db.target();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut connection = target.connect(Timeouts::default()).await.unwrap();
                let sql = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                           WHERE datname = current_database() AND wait_event_type = 'Lock')";
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

fn options(timeouts: Timeouts) -> ApplyOptions {
    ApplyOptions::new("tester", timeouts)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_is_rolled_back_while_it_waits() {
    let site = Site::new(&sample()).await;
    let before = site.dump().await;
    let review = site
        .review(&sample().client("a", json!({})).group("1", "g", json!({})))
        .await;
    let approved = review.plan.approve(&Choices::new(&review.plan)).unwrap();
    let holder = lock(&site.db, "tsmp_client").await;
    let cancel = Cancel::new();
    let applying = tokio::spawn(job::apply(
        &review,
        approved,
        &site.target(),
        &options(LONG),
        &Reporter::silent(),
        &cancel,
    ));
    tokio::task::block_in_place(|| wait_until_blocked(&site.db));
    cancel.cancel("the operator");
    let failure = applying.await.unwrap().unwrap_err();
    drop(holder);
    assert_eq!(failure.kind, FailureKind::Cancelled);
    assert_eq!(
        failure.to_string(),
        "cancelled; nothing was written: the operator"
    );
    assert_eq!(site.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_ends_even_if_the_server_takes_no_second_connection() {
    let site = Site::new(&sample().client("a", json!({}))).await;
    job::init(&site.target(), Timeouts::default())
        .await
        .unwrap();
    let before = site.dump().await;
    let review = site.review(&sample().client("a", json!({"tps": 77}))).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    site.run("CREATE ROLE alone LOGIN CONNECTION LIMIT 1; GRANT USAGE ON SCHEMA gatediff TO alone")
        .await;
    site.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO alone; GRANT ALL ON ALL TABLES IN SCHEMA gatediff TO alone")
        .await;
    let url = site.db.url().replace("user=postgres", "user=alone");
    let target = gatediff::store::Target::resolve(Some(&url), |_| None).unwrap();
    let mut holder = site.db.connect().await;
    let row = "BEGIN; SELECT FROM tsmp_client WHERE client_id = 'a' FOR UPDATE";
    sqlx::raw_sql(row).execute(&mut holder).await.unwrap();
    let short = Timeouts {
        cancel: Duration::from_millis(300),
        ..LONG
    };
    let cancel = Cancel::new();
    let reporter = Reporter::silent();
    let applying = tokio::spawn(job::apply(
        &review,
        approved,
        &target,
        &options(short),
        &reporter,
        &cancel,
    ));
    tokio::task::block_in_place(|| wait_until_blocked(&site.db));
    cancel.cancel("the operator");
    cancel.cancel("again");
    let failure = applying.await.unwrap().unwrap_err();
    assert_eq!(
        (failure.kind, failure.why.as_deref()),
        (FailureKind::Cancelled, Some("the operator"))
    );
    drop(holder);
    tokio::task::block_in_place(|| wait_until_left_alone(&site.db));
    assert_eq!(site.dump().await, before);
    site.run("DROP OWNED BY alone; DROP ROLE alone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_just_before_the_commit_still_rolls_back() {
    let site = Site::new(&sample()).await;
    let before = site.dump().await;
    let review = site.review(&sample().client("a", json!({}))).await;
    let approved = review.plan.approve(&Choices::new(&review.plan)).unwrap();
    let cancel = Cancel::new();
    let pulled = cancel.clone();
    let reporter = Reporter::new(move |progress: Progress| {
        if progress.phase == Phase::Write {
            pulled.cancel("late");
        }
    });
    let failure = job::apply(
        &review,
        approved,
        &site.target(),
        &options(LONG),
        &reporter,
        &cancel,
    )
    .await;
    assert_eq!(failure.unwrap_err().kind, FailureKind::Cancelled);
    assert_eq!(site.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_somebody_else_holds_is_waited_for_only_so_long() {
    let site = Site::new(&sample()).await;
    let before = site.dump().await;
    let review = site.review(&sample().client("a", json!({}))).await;
    let approved = review.plan.approve(&Choices::new(&review.plan)).unwrap();
    let holder = lock(&site.db, "tsmp_client").await;
    let short = Timeouts {
        lock: Some(Duration::from_millis(50)),
        ..LONG
    };
    let reporter = Reporter::silent();
    let failure = job::apply(
        &review,
        approved,
        &site.target(),
        &options(short),
        &reporter,
        &Cancel::new(),
    )
    .await;
    let failure = failure.unwrap_err();
    drop(holder);
    assert_eq!(
        (failure.kind, failure.place.as_deref()),
        (FailureKind::Locked, Some("tsmp_client"))
    );
    assert_eq!(site.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_make_our_schema_is_reported_what_to_do() {
    let site = Site::new(&sample()).await;
    site.run(
        "CREATE ROLE stranger LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO stranger",
    )
    .await;
    let review = site.review(&sample().client("a", json!({}))).await;
    let approved = review.plan.approve(&Choices::new(&review.plan)).unwrap();
    let url = site.db.url().replace("user=postgres", "user=stranger");
    let target = gatediff::store::Target::resolve(Some(&url), |_| None).unwrap();
    let reporter = Reporter::silent();
    let failure = job::apply(
        &review,
        approved,
        &target,
        &options(LONG),
        &reporter,
        &Cancel::new(),
    )
    .await;
    let failure = failure.unwrap_err();
    site.run("DROP OWNED BY stranger; DROP ROLE stranger").await;
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(
        failure
            .hints
            .iter()
            .any(|hint| hint.contains("gatediff init")),
        "{failure:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_roll_a_running_apply_back_and_end_it_with_130() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let db = demo().await;
        let holder = lock(&db, "tsmp_client").await;
        let home = tempfile::tempdir().unwrap();
        let child = command(home.path())
            .args([
                "apply",
                &fixture("digirunner/export.json"),
                "--cover",
                "all",
                "--ignore-lack-api",
                "--yes",
            ])
            .args([
                "--database-url",
                &db.url(),
                "--lock-timeout",
                "60",
                "--output",
                "json",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        tokio::task::block_in_place(|| wait_until_blocked(&db));
        kill_process(Pid::from_child(&child), signal).unwrap();
        // Who is impatient does not make it worse.
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let ended = child.wait_with_output().unwrap();
        drop(holder);
        assert_eq!(ended.status.code(), Some(130), "{signal:?}");
        let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
        assert_eq!(document["status"], "error");
        assert_eq!(document["error"]["kind"], "cancelled");
        let mut connection = db.connect().await;
        let jobs: i64 =
            sqlx::query_scalar("SELECT count(*) FROM gatediff.jobs WHERE state = 'done'")
                .fetch_one(&mut connection)
                .await
                .unwrap();
        assert_eq!(jobs, 0, "{signal:?}");
    }
}

#[tokio::test]
async fn ctrl_c_at_the_question_leaves_everything_as_it_is() {
    let db = demo().await;
    let home = tempfile::tempdir().unwrap();
    let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args([
            "apply",
            &fixture("digirunner/export.json"),
            "--ignore-lack-api",
        ])
        .args(["--database-url", &db.url(), "--operator", "mei"])
        .env("HOME", home.path().as_os_str())
        .spawn();
    pty.wait_for("Type yes to continue:");
    pty.send("\u{3}");
    assert_eq!(pty.wait_exit(), Ok(130));
    pty.wait_for("nothing was written");
}
