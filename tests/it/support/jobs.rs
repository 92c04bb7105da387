//! What a job may leave behind, looked at from outside.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pg::TestDb;
use super::site::Site;
use super::wait;

/// Returns the applies that the ledger says have been done, by number.
pub(crate) async fn done(db: &TestDb) -> Vec<i64> {
    let mut connection = db.connect().await;
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('gatediff.jobs') IS NOT NULL")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if !exists {
        return Vec::new();
    }
    // By way of JSON, as a job may have a state or not.
    let sql = "SELECT job_id FROM gatediff.jobs j WHERE command = 'apply' \
               AND to_jsonb(j)->>'state' IS DISTINCT FROM 'failed' ORDER BY job_id";
    sqlx::query_scalar(sql)
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

/// Returns every row of every table, comparable between runs: without times and
/// random ids, in an order that does not depend on these.
pub(crate) async fn rows(site: &Site) -> BTreeMap<String, Vec<Value>> {
    let mut dump = site.dump().await;
    dump.values_mut()
        .for_each(|rows| rows.sort_by_cached_key(Value::to_string));
    dump
}

/// Waits until the server has ended every session with a database but ours.
pub(crate) fn wait_until_left_alone(db: &TestDb) {
    wait::until("the server ends the sessions", || {
        !ask(
            db,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                  AND backend_type = 'client backend' AND pid <> pg_backend_pid())",
        )
    });
}

/// Asks a question of a database on a thread of its own, as another program would.
pub(crate) fn ask(db: &TestDb, sql: &'static str) -> bool {
    let target = db.target();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut connection = target
                .connect(gatediff::store::Timeouts::default())
                .await
                .unwrap();
            sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        })
    })
    .join()
    .unwrap()
}

/// Where chance comes from: `GATEDIFF_TEST_SEED`, or anywhere; printed, so that
/// a failure can be looked for again.
pub(crate) fn chance(test: &str) -> fastrand::Rng {
    let given = std::env::var("GATEDIFF_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("{test}: GATEDIFF_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
