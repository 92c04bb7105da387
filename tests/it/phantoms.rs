//! What an import relies on that no row lock holds: a name that nobody has, an API that is there.
//! Nobody can change that between the check under the lock and the commit.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gatediff::job::{Failure, Phase, Progress, Receipt, Reporter};
use gatediff::store::{Target, Timeouts};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all};

/// Runs SQL as another program would, which gives up when it has to wait; returns how it ended.
fn meanwhile(target: &Target, sql: String) -> Result<(), String> {
    let target = target.clone();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let connected = target.connect(Timeouts::default()).await;
            let mut connection = connected.map_err(|error| error.to_string())?;
            let sql = format!("SET lock_timeout TO 200; {sql}");
            let done = sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await;
            done.map(|_| ()).map_err(|error| error.to_string())
        })
    });
    thread.join().unwrap_or_else(|_| Err("panicked".to_owned()))
}

/// Applies a file, and runs SQL of another session once the target was read under the lock; returns
/// how each ended.
async fn apply_while(
    site: &Site,
    file: &Sample,
    sql: &str,
) -> (Result<Receipt, Failure>, Option<Result<(), String>>) {
    let (target, sql) = (site.target(), sql.to_owned());
    let ended = Arc::new(Mutex::new(None));
    let (is_done, end) = (AtomicBool::new(false), Arc::clone(&ended));
    let reporter = Reporter::new(move |progress: Progress| {
        if progress.phase == Phase::Write && !is_done.swap(true, Ordering::SeqCst) {
            let done = meanwhile(&target, sql.clone());
            if let Ok(mut end) = end.lock() {
                *end = Some(done);
            }
        }
    });
    let review = site.review(file).await;
    let choices = cover_all(&review.plan);
    let applied = site.apply_telling(&review, &choices, &reporter).await;
    let ended = ended.lock().ok().and_then(|mut ended| ended.take());
    (applied, ended)
}

fn client(id: &str, name: &str, alias: &str) -> String {
    format!(
        "INSERT INTO tsmp_client (client_id, client_name, client_alias, client_status, tps, create_time, create_user, security_level_id, pwd_fail_times) \
         SELECT '{id}', '{name}', '{alias}', client_status, tps, now(), 'x', security_level_id, 0 FROM tsmp_client LIMIT 1"
    )
}

/// Each rule: what the file brings, what another session does meanwhile.
fn rules() -> Vec<(&'static str, Sample, String)> {
    let group = "INSERT INTO tsmp_group (group_id, group_name, group_alias, create_time, create_user, vgroup_flag) \
                 VALUES ('77', 'g', 'ga', now(), 'x', '0')";
    let scope = "INSERT INTO tsmp_vgroup (vgroup_id, vgroup_name, vgroup_alias, create_time, create_user) \
                 VALUES ('78', 's', 'sa', now(), 'x')";
    let api = "DELETE FROM tsmp_api WHERE api_key = 'k'";
    let added = || sample().client("new", json!({"clientName": "name", "clientAlias": "alias"}));
    vec![
        ("name of a client", added(), client("other", "name", "x")),
        ("alias of a client", added(), client("other", "x", "alias")),
        (
            "alias that a cover brings",
            sample().client("old", json!({"clientAlias": "fresh"})),
            "UPDATE tsmp_client SET client_alias = 'fresh' WHERE client_id = 'third'".to_owned(),
        ),
        (
            "name of a group",
            sample().group("1", "g", json!({})),
            group.to_owned(),
        ),
        (
            "name of a scope",
            sample().scope("2", "s", json!({})),
            scope.to_owned(),
        ),
        (
            "API of a group",
            sample()
                .group("1", "h", json!({}))
                .group_api("1", ("m", "k"), json!({})),
            api.to_owned(),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_a_name_or_an_api_between_the_check_and_the_commit() {
    for (rule, file, sql) in rules() {
        let target = sample()
            .api(("m", "k"))
            .client("old", json!({}))
            .client("third", json!({}));
        let site = Site::new(&target).await;
        let (applied, ended) = apply_while(&site, &file, &sql).await;
        applied.unwrap_or_else(|failure| panic!("{rule}: {failure}"));
        let ended = ended.unwrap_or_else(|| panic!("{rule}: nothing was written"));
        let error = ended
            .err()
            .unwrap_or_else(|| panic!("{rule}: it was not held"));
        assert!(error.contains("lock timeout"), "{rule}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_relied_on_is_not_held() {
    let site = Site::new(&sample().client("old", json!({})).client("third", json!({}))).await;
    let file = sample().client("old", json!({"tps": 77}));
    let count = "UPDATE tsmp_client SET api_used = 5 WHERE client_id = 'third'";
    let (applied, ended) = apply_while(&site, &file, count).await;
    applied.unwrap();
    ended.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_only_read_apis_imports_as_ever() {
    let target = sample().api(("m", "k")).client("old", json!({}));
    let site = Site::new(&target).await;
    let role = format!("reader_{}", site.db.name());
    site.run(&format!(
        "CREATE ROLE {role} LOGIN; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}; \
         REVOKE INSERT, UPDATE ON tsmp_api FROM {role}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}; \
         GRANT CREATE ON DATABASE {} TO {role}",
        site.db.name()
    ))
    .await;
    let url = site.db.url();
    let url = url.replace("user=postgres", &format!("user={role}"));
    let target = Target::resolve(Some(&url), |_| None).unwrap();
    let file = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("m", "k"), json!({}));
    let review = site.review(&file).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = gatediff::job::ApplyOptions::new("tester", Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), gatediff::job::Cancel::new());
    let applied = gatediff::job::apply(&review, approved, &target, &options, &reporter, &cancel);
    applied.await.unwrap();
    site.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}

/// Imports beside a gateway that writes the same tables all the time: both get on, and neither is
/// the victim of a deadlock.
#[tokio::test(flavor = "multi_thread")]
async fn imports_and_a_gateway_that_writes_all_the_time_do_not_starve_each_other() {
    const IMPORTS: usize = 12;
    const WRITERS: usize = 4;
    let site = Site::new(
        &sample()
            .client("old", json!({}))
            .group("9", "there", json!({})),
    )
    .await;
    gatediff::job::init(&site.target(), Timeouts::default())
        .await
        .unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let (target, is_over) = (site.target(), Arc::clone(&is_over));
            let written = Arc::clone(&written);
            tokio::spawn(async move { gateway(number, target, &is_over, &written).await })
        })
        .collect();
    let mut counts = Vec::new();
    for number in 0..IMPORTS {
        let id = format!("c{number}");
        let file = sample()
            .client("old", json!({"tps": number + 1}))
            .group("1", &format!("g{number}"), json!({}))
            .client(&id, json!({}))
            .oauth(&id, json!({}))
            .client_group(&id, "1");
        let review = site.review(&file).await;
        let applied = site.apply(&review, &cover_all(&review.plan)).await;
        applied.unwrap_or_else(|failure| panic!("import {number}: {failure}"));
        counts.push(written.load(Ordering::SeqCst));
    }
    is_over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    println!("transactions of the gateway after each import: {counts:?}");
    assert!(
        counts.first() < counts.last(),
        "the gateway wrote meanwhile: {counts:?}"
    );
}

/// Writes the tables in small transactions, in an order of its own, until it is over.
async fn gateway(
    number: usize,
    target: Target,
    is_over: &AtomicBool,
    written: &AtomicUsize,
) -> Result<(), String> {
    let timeouts = Timeouts {
        lock: None,
        ..Timeouts::default()
    };
    let mut connection = target
        .connect(timeouts)
        .await
        .map_err(|error| error.to_string())?;
    while !is_over.load(Ordering::SeqCst) {
        let sql = match number % 2 {
            0 => "BEGIN; UPDATE tsmp_client SET api_used = api_used + 1 WHERE client_id = 'old'; \
                  UPDATE tsmp_group SET group_desc = 'x' WHERE group_id = '9'; COMMIT"
                .to_owned(),
            _ => format!(
                "BEGIN; INSERT INTO tsmp_client_host (host_seq, client_id, host_name, host_ip, create_time) \
                 VALUES ({number}, 'x', 'h', 'i', now()); DELETE FROM tsmp_client_host WHERE host_seq = {number}; \
                 UPDATE tsmp_client SET pwd_fail_times = 0 WHERE client_id = 'old'; COMMIT"
            ),
        };
        let done = sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await;
        done.map_err(|error| error.to_string())?;
        written.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}
