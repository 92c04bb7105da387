//! Applying as a whole: all or nothing, nothing stale, one at a time, recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gatediff::engine::Choices;
use gatediff::job::{Failure, FailureKind, Phase, Progress, Receipt, Reporter, Review};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all};

/// Runs SQL from outside, on a thread of its own, as another program would.
fn meddle(site: &Site, sql: &str) {
    let (target, sql) = (site.target(), sql.to_owned());
    let done = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut connection = target
                .connect(gatediff::store::Timeouts::default())
                .await
                .unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await
                .unwrap();
        });
    });
    done.join().unwrap();
}

/// Applies while another program runs SQL just before a table is written for the first time.
async fn apply_while(
    site: &Arc<Site>,
    review: &Review,
    choices: &Choices,
    table: &str,
    sql: &str,
) -> Result<Receipt, Failure> {
    let (meddler, table, sql) = (Arc::clone(site), table.to_owned(), sql.to_owned());
    let met = AtomicBool::new(false);
    let reporter = Reporter::new(move |progress: Progress| {
        if progress.phase == Phase::Write
            && progress.subject == table
            && !met.swap(true, Ordering::SeqCst)
        {
            meddle(&meddler, &sql);
        }
    });
    site.apply_telling(review, choices, &reporter).await
}

/// A file that writes to many tables.
fn file() -> Sample {
    sample()
        .connection("c", json!({}))
        .group("1", "g", json!({}))
        .client("a", json!({"tps": 5}))
        .client_group("a", "1")
        .host(1, "a", "h", "1.1.1.1")
        .clientext("a", 1, json!({}))
        .open_key(1, "a", "key", json!({}))
        .client("b", json!({}))
        .x_key(1, "b", "EN", json!({}))
}

// ---- all or nothing

#[tokio::test]
async fn a_unique_violation_in_the_middle_rolls_everything_back() {
    let site = Arc::new(Site::new(&sample().client("a", json!({}))).await);
    let review = site.review(&file()).await;
    let meanwhile = "INSERT INTO tsmp_open_apikey (open_apikey_id, client_id, open_apikey, secret_key, \
                     open_apikey_alias, expired_at) VALUES (1, 'z', 'key', 's', 'alias', 1)";
    let before = site.dump().await;
    let failure = apply_while(
        &site,
        &review,
        &cover_all(&review.plan),
        "tsmp_open_apikey",
        meanwhile,
    )
    .await
    .unwrap_err();
    // Where the conflict was, or what it means for the items of the plan.
    assert_eq!(failure.kind, FailureKind::Stale);
    let is_placed = failure.place.as_deref() == Some("tsmp_open_apikey");
    assert!(is_placed || !failure.stale.is_empty(), "{failure}");
    let mut after = site.dump().await;
    after.get_mut("tsmp_open_apikey").unwrap().clear();
    assert_eq!(after, before);
    assert_eq!(
        site.column("gatediff.jobs", "state", "true").await,
        ["failed"]
    );
    assert!(site.rows("gatediff.journal", "true").await.is_empty());
}

#[tokio::test]
async fn a_row_that_vanishes_in_the_middle_rolls_everything_back() {
    let site =
        Arc::new(Site::new(&sample().client("a", json!({})).host(9, "a", "h", "9.9.9.9")).await);
    let review = site.review(&file()).await;
    let mut before = site.dump().await;
    let meanwhile = "DELETE FROM tsmp_client_host";
    let failure = apply_while(
        &site,
        &review,
        &cover_all(&review.plan),
        "tsmp_client_host",
        meanwhile,
    )
    .await
    .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale, "{failure}");
    before.get_mut("tsmp_client_host").unwrap().clear();
    assert_eq!(site.dump().await, before);
}

#[tokio::test]
async fn a_row_that_the_database_refuses_rolls_everything_back() {
    let site = Site::new(&sample().client("a", json!({}))).await;
    site.run("ALTER TABLE dgr_x_api_key ADD CONSTRAINT no CHECK (api_key_en <> 'EN')")
        .await;
    let review = site.review(&file()).await;
    let before = site.dump().await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.kind, failure.place.as_deref()),
        (FailureKind::Refused, Some("dgr_x_api_key"))
    );
    assert_eq!(site.dump().await, before);
}

#[tokio::test]
async fn a_counter_that_moves_in_the_middle_is_taken_again() {
    let site = Arc::new(Site::new(&sample().client("a", json!({}))).await);
    site.run("INSERT INTO seq_store VALUES ('tsmp_dp_clientext', 2000000005)")
        .await;
    let review = site.review(&file()).await;
    // The gateway takes a number after our transaction has seen the counter, and before we do.
    let meddler = Arc::clone(&site);
    let met = AtomicBool::new(false);
    let reporter = Reporter::new(move |progress: Progress| {
        if progress.phase == Phase::Check
            && progress.subject == "tsmp_api"
            && !met.swap(true, Ordering::SeqCst)
        {
            meddle(&meddler, "UPDATE seq_store SET next_val = next_val + 1");
        }
    });
    site.apply_telling(&review, &cover_all(&review.plan), &reporter)
        .await
        .unwrap();
    assert_eq!(
        site.column("tsmp_dp_clientext", "client_seq_id", "true")
            .await,
        [2_000_000_006_i64]
    );
}

// ---- nothing stale

/// Applies after something changed since the plan; returns which items are told as stale.
async fn stale(target: &Sample, file: &Sample, meanwhile: &str) -> Vec<String> {
    let site = Site::new(target).await;
    let review = site.review(file).await;
    site.run(meanwhile).await;
    let before = site.dump().await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale, "{failure}");
    assert_eq!(site.dump().await, before);
    failure
        .stale
        .iter()
        .map(|stale| format!("{} {}", stale.item, stale.why))
        .collect()
}

#[tokio::test]
async fn an_item_that_changed_since_the_plan_is_named() {
    let target = sample().client("a", json!({})).client("b", json!({}));
    let file = sample()
        .client("a", json!({"tps": 1}))
        .client("b", json!({"tps": 1}));
    let described = stale(
        &target,
        &file,
        "UPDATE tsmp_client SET tps = 77 WHERE client_id = 'b'",
    )
    .await;
    assert_eq!(
        described,
        ["client:b has since changed in the target: /tps"]
    );
}

#[tokio::test]
async fn an_item_that_was_added_or_removed_since_the_plan_is_named() {
    let target = sample().connection("c", json!({}));
    let file = sample()
        .connection("c", json!({"userName": "x"}))
        .group("1", "g", json!({}));
    let meanwhile = "DELETE FROM dgr_rdb_connection; INSERT INTO tsmp_group (group_id, group_name, create_time, \
                     create_user, vgroup_flag) VALUES ('1', 'g', now(), 'x', '0')";
    let described = stale(&target, &file, meanwhile).await;
    assert_eq!(
        described,
        [
            "group:g has since been added to the target",
            "rdb-connection:c has since been removed from the target"
        ]
    );
}

#[tokio::test]
async fn an_item_that_is_blocked_since_the_plan_is_named() {
    let file = sample().client("a", json!({"clientAlias": "same"}));
    let meanwhile = "UPDATE tsmp_client SET client_alias = 'same'";
    let described = stale(&sample().client("z", json!({})), &file, meanwhile).await;
    assert_eq!(
        described,
        ["client:a is now blocked: alias 'same' belongs to client 'z' in the target"]
    );
}

#[tokio::test]
async fn an_item_whose_prerequisite_is_gone_since_the_plan_is_named() {
    let target = sample()
        .level("L", "l")
        .authentication("X", "x")
        .connection("c", json!({}))
        .group("5", "g", json!({}))
        .scope("6", "s", json!({}));
    let groups = sample()
        .group("1", "g", json!({}))
        .client("a", json!({}))
        .client_group("a", "1");
    let scopes = sample()
        .scope("1", "s", json!({}))
        .client("a", json!({}))
        .client_scope("a", "1");
    let level = sample().client("a", json!({"securityLevelId": "L"}));
    let authentication = sample()
        .group("1", "new", json!({}))
        .group_authentication("1", "X");
    let connection = sample()
        .client("a", json!({}))
        .idp_jdbc(1, "a", "c", json!({}));
    for (file, table, reported_of) in [
        (
            groups,
            "tsmp_group",
            "group:g has since been removed from the target (client:a requires it)",
        ),
        (
            scopes,
            "tsmp_vgroup",
            "scope:s has since been removed from the target (client:a requires it)",
        ),
        (
            level,
            "tsmp_security_level",
            "security-level:L has since been removed from the target (client:a requires it)",
        ),
        (
            authentication,
            "tsmp_group_authorities",
            "authentication:X has since been removed from the target (group:new requires it)",
        ),
        (
            connection,
            "dgr_rdb_connection",
            "rdb-connection:c has since been removed from the target (client:a requires it)",
        ),
    ] {
        let kept = if table == "tsmp_security_level" {
            "WHERE security_level_id = 'L'"
        } else {
            ""
        };
        let described = stale(&target, &file, &format!("DELETE FROM {table} {kept}")).await;
        assert_eq!(described, [reported_of], "{table}");
    }
}

#[tokio::test]
async fn a_client_that_is_over_the_limit_since_the_plan_is_named() {
    let target = sample()
        .api(("m", "k"))
        .group("5", "g", json!({}))
        .scope("9", "s", json!({}));
    let file = sample()
        .group("1", "g", json!({}))
        .scope("2", "s", json!({}))
        .client("a", json!({}))
        .client_group("a", "1")
        .client_scope("a", "2");
    let meanwhile = "INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, vgroup_flag, vgroup_id) \
                     SELECT (100 + n)::text, 'h', now(), 'x', '1', '9' FROM generate_series(1, 186) n; \
                     INSERT INTO tsmp_api SELECT 'k' || n, 'm', 'n', '1', 'R', null, now(), null, 'x' \
                     FROM generate_series(1, 186) n; \
                     INSERT INTO tsmp_group_api SELECT (100 + n)::text, 'k' || n, 'm', null, now() \
                     FROM generate_series(1, 186) n";
    let described = stale(&target, &file, meanwhile).await;
    assert_eq!(described.len(), 2, "{described:?}");
    assert!(
        described[0].starts_with("client:a is now blocked: would have 187 groups"),
        "{described:?}"
    );
    // The scope that it relies on is why.
    assert!(
        described[1].starts_with("scope:s has since changed in the target: "),
        "{described:?}"
    );
}

#[tokio::test]
async fn an_api_that_is_lacking_since_the_plan_is_named() {
    let target = sample().api(("m", "k"));
    let file = sample()
        .group("1", "g", json!({}))
        .group_api("1", ("m", "k"), json!({}));
    let described = stale(&target, &file, "DELETE FROM tsmp_api").await;
    assert_eq!(described, ["group:g API m/k is now missing in the target"]);
}

#[tokio::test]
async fn what_changed_elsewhere_does_not_matter() {
    let site = Site::new(&sample().client("a", json!({})).client("b", json!({}))).await;
    let review = site.review(&sample().client("a", json!({"tps": 1}))).await;
    site.run("UPDATE tsmp_client SET tps = 77 WHERE client_id = 'b'; UPDATE tsmp_client SET api_used = 5")
        .await;
    assert!(site.apply(&review, &cover_all(&review.plan)).await.is_ok());
}

// ---- one at a time

#[tokio::test]
async fn of_two_at_once_each_ends_whole_or_is_refused_by_name() {
    let site = Site::new(&sample().client("a", json!({}))).await;
    // Our schema exists, so that both meet at the lock.
    gatediff::job::init(&site.target(), gatediff::store::Timeouts::default())
        .await
        .unwrap();
    let review = site.review(&file()).await;
    let choices = cover_all(&review.plan);
    let (one, other) = tokio::join!(site.apply(&review, &choices), site.apply(&review, &choices));
    let results = [one, other];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let failure = results.into_iter().find_map(Result::err).unwrap();
    match failure.kind {
        FailureKind::Locked => assert!(failure.why.unwrap().contains("gatediff/")),
        FailureKind::Stale => assert!(!failure.stale.is_empty()),
        _ => panic!("{failure}"),
    }
    assert_eq!(site.rows("gatediff.jobs", "true").await.len(), 1);
    assert_eq!(
        site.column("tsmp_client", "client_id", "true").await,
        ["a", "b"]
    );
}

#[tokio::test]
async fn a_job_that_holds_the_target_is_named() {
    let site = Site::new(&sample()).await;
    gatediff::job::init(&site.target(), gatediff::store::Timeouts::default())
        .await
        .unwrap();
    let mut holder = site.db.connect().await;
    assert!(
        gatediff::store::lock::take(&mut holder)
            .await
            .unwrap()
            .is_ok()
    );
    let review = site.review(&file()).await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Locked);
    assert!(
        failure
            .why
            .unwrap()
            .contains(&format!("gatediff/{}", env!("CARGO_PKG_VERSION")))
    );
}

// ---- recorded

#[tokio::test]
async fn an_import_leaves_one_row_in_our_ledger() {
    let site = Site::new(
        &sample()
            .client("a", json!({}))
            .client("same", json!({}))
            .client("z", json!({"clientAlias": "x"})),
    )
    .await;
    let file = file()
        .client("same", json!({}))
        .client("blocked", json!({"clientAlias": "x"}))
        .group("2", "left", json!({}));
    let review = site.review(&file).await;
    let mut choices = cover_all(&review.plan);
    let left = review
        .plan
        .entries()
        .iter()
        .position(|entry| &*entry.item.id.key == "left")
        .unwrap();
    choices.set(&review.plan, left, false);
    let receipt = site.apply(&review, &choices).await.unwrap();
    let row = site.row("gatediff.jobs", "true").await;
    assert_eq!(row["job_id"], json!(receipt.job));
    assert_eq!(
        [&row["command"], &row["platform"], &row["operator"]],
        ["apply", "digirunner", OPERATOR]
    );
    assert_eq!(
        [&row["target"], &row["file_path"]],
        [&review.target, &review.file.path]
    );
    assert_eq!(row["file_sha256"], json!(review.file.sha256));
    // Added: connection, group, client b. Unchanged: the level and a client.
    assert_eq!(
        row["counts"],
        json!({"added": 3, "covered": 1, "unchanged": 2, "skipped": 1, "blocked": 1})
    );
    assert_eq!(
        row["table_rows"],
        serde_json::to_value(&receipt.tables).unwrap()
    );
    let clients = receipt
        .tables
        .iter()
        .find(|rows| rows.table == "tsmp_client")
        .unwrap();
    assert_eq!(
        (clients.inserted, clients.updated, clients.deleted),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn the_ledger_holds_no_secret() {
    let site = Site::new(&sample()).await;
    let file = sample()
        .client("a", json!({"clientSecret": "canary"}))
        .open_key(1, "a", "canary", json!({"secretKey": "canary"}));
    let receipt = site.import(&file).await;
    let ledger: Vec<Value> = site.rows("gatediff.jobs", "true").await;
    assert!(!format!("{ledger:?}{receipt:?}").contains("canary"));
}

#[tokio::test]
async fn a_refusal_of_the_database_reports_no_value() {
    let site = Site::new(&sample()).await;
    site.run("ALTER TABLE tsmp_open_apikey ADD CONSTRAINT no CHECK (secret_key <> 'canary')")
        .await;
    let file = sample().client("a", json!({})).open_key(
        1,
        "a",
        "canary-key",
        json!({"secretKey": "canary"}),
    );
    let review = site.review(&file).await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(
        !format!("{failure}{failure:?}").contains("canary"),
        "{failure:?}"
    );
}
