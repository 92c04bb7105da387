//! Taking a job back: every row as it was, or a refusal that names what is in the way.

use std::collections::BTreeMap;
use std::path::Path;

use gatediff::engine::Refusal;
use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, JobState, Receipt, Reporter, UndoOptions,
    Undone,
};
use gatediff::store::{LedgerPlace, Timeouts};
use proptest::prelude::any;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::support::draw::{Draw, Side, environment};
use crate::support::property::{for_all, numbers, short};
use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all, tables};

/// Every row of the product's tables, to the last bit.
type Exact = BTreeMap<String, Vec<Value>>;

async fn exact(site: &Site) -> Exact {
    let mut connection = site.db.connect().await;
    let mut all = Exact::new();
    for table in tables()
        .into_iter()
        .chain(["tsmp_api".to_owned(), "seq_store".to_owned()])
    {
        let sql = format!("SELECT to_jsonb(t) FROM {table} t ORDER BY t");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        all.insert(table, rows);
    }
    all
}

fn undo_options(ledger: &LedgerPlace, only: &[&str]) -> UndoOptions {
    UndoOptions {
        operator: OPERATOR.to_owned(),
        timeouts: Timeouts::default(),
        ledger: ledger.clone(),
        only: only.iter().map(|word| (*word).to_owned()).collect(),
        accept_server_changes: false,
    }
}

async fn undo_in(
    site: &Site,
    job: i64,
    ledger: &LedgerPlace,
    only: &[&str],
) -> Result<Undone, Failure> {
    let options = undo_options(ledger, only);
    job::undo(
        job,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await
}

async fn undo(site: &Site, job: i64, only: &[&str]) -> Result<Undone, Failure> {
    undo_in(site, job, &LedgerPlace::Target, only).await
}

/// Applies all that can be; nothing where nothing can.
async fn apply_in(site: &Site, file: &Sample, ledger: &LedgerPlace) -> Option<Receipt> {
    let review = site.review(file).await;
    let approved = match review.plan.approve(&cover_all(&review.plan)) {
        Err(Refusal::NothingToWrite { .. }) => return None,
        other => other.unwrap(),
    };
    let options = ApplyOptions {
        ledger: ledger.clone(),
        ..ApplyOptions::new(OPERATOR, Timeouts::default())
    };
    let done = job::apply(
        &review,
        approved,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    );
    Some(done.await.unwrap())
}

async fn states(site: &Site) -> Vec<(i64, JobState, Option<i64>)> {
    let jobs = job::history(&site.target(), Timeouts::default(), &LedgerPlace::Target)
        .await
        .unwrap();
    jobs.iter()
        .map(|record| (record.job, record.state, record.undone_by))
        .collect()
}

// ---- for any file and any target

#[test]
fn plan_apply_undo_leaves_every_table_as_it_was_row_for_row() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = directory.path().join("ledger.db");
    let values = (numbers(), numbers(), any::<bool>());
    for_all(12, values, |(file, target, in_file)| {
        let file = environment(&mut Draw::new(file), Side::File);
        let target = environment(&mut Draw::new(target), Side::Target);
        let place = if *in_file {
            LedgerPlace::File(ledger.clone())
        } else {
            LedgerPlace::Target
        };
        let samples = format!("file: {}\ntarget: {}", short(&file), short(&target));
        (samples, async move {
            there_and_back(&file, &target, &place).await
        })
    });
}

/// Applies, undoes, undoes the undo, undoes that.
async fn there_and_back(file: &Sample, target: &Sample, place: &LedgerPlace) -> Result<(), String> {
    let site = Site::new(target).await;
    let before = exact(&site).await;
    let Some(receipt) = apply_in(&site, file, place).await else {
        return Ok(());
    };
    let after = exact(&site).await;
    let mut job = receipt.job;
    for (step, wanted) in [("undo", &before), ("redo", &after), ("undo again", &before)] {
        let undone = undo_in(&site, job, place, &[]).await;
        let undone = undone.map_err(|failure| format!("{step}: {failure} {:?}", failure.stale))?;
        job = undone.job;
        same(step, wanted, &exact(&site).await)?;
    }
    Ok(())
}

fn same(step: &str, wanted: &Exact, found: &Exact) -> Result<(), String> {
    for (table, rows) in wanted {
        if found[table] != *rows {
            let differs = |row: &&Value| !found[table].contains(row);
            let missing: Vec<&Value> = rows.iter().filter(differs).collect();
            let more: Vec<&Value> = found[table]
                .iter()
                .filter(|row| !rows.contains(row))
                .collect();
            return Err(format!(
                "{step}: {table} lacks {missing:?} and has {more:?}"
            ));
        }
    }
    Ok(())
}

// ---- what an undo is

async fn covered() -> (Site, Receipt) {
    let site = Site::new(
        &sample()
            .client("a", json!({"tps": 1}))
            .group("1", "g", json!({})),
    )
    .await;
    let file = sample()
        .client("a", json!({"tps": 2}))
        .client("b", json!({}))
        .group("1", "g", json!({}))
        .group("2", "new", json!({}))
        .client_group("b", "2");
    let receipt = site.import(&file).await;
    (site, receipt)
}

#[tokio::test]
async fn an_undo_is_a_job_and_can_be_undone() {
    let (site, receipt) = covered().await;
    let undone = undo(&site, receipt.job, &[]).await.unwrap();
    assert_eq!(undone.undoes, receipt.job);
    let items: Vec<String> = undone.items.iter().map(ToString::to_string).collect();
    assert_eq!(items, ["client:a", "client:b", "group:new"]);
    assert_eq!(
        site.column("tsmp_client", "tps", "client_id = 'a'").await,
        [json!(1)]
    );
    assert_eq!(
        states(&site).await,
        [(2, JobState::Done, None), (1, JobState::Undone, Some(2))]
    );
    undo(&site, undone.job, &[]).await.unwrap();
    assert_eq!(
        site.column("tsmp_client", "tps", "client_id = 'a'").await,
        [json!(2)]
    );
    assert_eq!(
        site.column("tsmp_client", "client_id", "true").await,
        ["a", "b"]
    );
    assert_eq!(
        states(&site).await,
        [
            (3, JobState::Done, None),
            (2, JobState::Undone, Some(3)),
            (1, JobState::Done, None)
        ]
    );
}

#[tokio::test]
async fn a_job_that_was_undone_is_not_undone_again() {
    let (site, receipt) = covered().await;
    undo(&site, receipt.job, &[]).await.unwrap();
    let failure = undo(&site, receipt.job, &[]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.what, "job 1 was already undone by job 2");
}

#[tokio::test]
async fn only_what_was_named_is_undone_and_the_rest_later() {
    let (site, receipt) = covered().await;
    let part = undo(&site, receipt.job, &["client:a"]).await.unwrap();
    assert_eq!(
        site.column("tsmp_client", "tps", "client_id = 'a'").await,
        [json!(1)]
    );
    assert_eq!(
        site.column("tsmp_client", "client_id", "true").await,
        ["a", "b"]
    );
    assert_eq!(
        states(&site).await[1],
        (1, JobState::PartlyUndone, Some(part.job))
    );
    let failure = undo(&site, receipt.job, &["client:a"]).await.unwrap_err();
    assert_eq!(failure.why.as_deref(), Some("they were already undone"));
    let rest = undo(&site, receipt.job, &[]).await.unwrap();
    assert_eq!(site.column("tsmp_client", "client_id", "true").await, ["a"]);
    assert_eq!(site.column("tsmp_group", "group_name", "true").await, ["g"]);
    assert_eq!(
        states(&site).await[2],
        (1, JobState::Undone, Some(rest.job))
    );
    undo(&site, rest.job, &[]).await.unwrap();
    assert_eq!(
        states(&site).await[3],
        (1, JobState::PartlyUndone, Some(part.job))
    );
}

#[tokio::test]
async fn an_item_that_the_job_did_not_write_cannot_be_named() {
    let (site, receipt) = covered().await;
    let failure = undo(&site, receipt.job, &["client:nobody"])
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Usage);
    assert!(
        failure
            .what
            .starts_with("--only: 'client:nobody' matches no item"),
        "{}",
        failure.what
    );
    assert_eq!(
        undo(&site, 99, &[]).await.unwrap_err().what,
        "job 99 not found in the ledger"
    );
}

// ---- what is in the way

#[tokio::test]
async fn a_row_that_changed_since_is_named_in_three_states_and_nothing_is_written() {
    let (site, receipt) = covered().await;
    site.run("UPDATE tsmp_client SET tps = 3, client_secret = 'canary' WHERE client_id = 'a'")
        .await;
    let before = exact(&site).await;
    let failure = undo(&site, receipt.job, &[]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale);
    let described = serde_json::to_value(&failure.stale).unwrap();
    assert_eq!(
        described,
        json!([{
            "item": "client:a",
            "why": "tsmp_client (client_id \"a\") has since changed: client_secret, tps",
            "fields": [
                {"path": "/tsmp_client/client_secret", "secret": true},
                {"path": "/tsmp_client/tps", "then": 2, "now": 3, "wanted": 1, "secret": false},
            ]
        }])
    );
    assert_eq!(exact(&site).await, before);
    assert_eq!(
        states(&site).await[0].1,
        JobState::Failed,
        "the attempt is on record"
    );
    undo(&site, receipt.job, &["client:b", "group:new"])
        .await
        .unwrap();
    assert_eq!(site.column("tsmp_client", "client_id", "true").await, ["a"]);
}

#[tokio::test]
async fn a_row_that_is_gone_or_there_again_is_named() {
    let (site, receipt) = covered().await;
    site.run("DELETE FROM tsmp_client_group; DELETE FROM tsmp_client WHERE client_id = 'b'")
        .await;
    let failure = undo(&site, receipt.job, &[]).await.unwrap_err();
    let described: Vec<&str> = failure
        .stale
        .iter()
        .map(|stale| stale.why.as_str())
        .collect();
    assert_eq!(described.len(), 2, "{described:?}");
    assert!(
        described.contains(&"tsmp_client (client_id \"b\") no longer exists"),
        "{described:?}"
    );
}

#[tokio::test]
async fn what_depends_on_an_added_row_by_now_is_named() {
    let (site, receipt) = covered().await;
    let group = site
        .column("tsmp_group", "group_id", "group_name = 'new'")
        .await;
    let group = group[0].as_str().unwrap();
    site.run(&format!(
        "INSERT INTO tsmp_client_group VALUES ('a', '{group}')"
    ))
    .await;
    let before = exact(&site).await;
    let failure = undo(&site, receipt.job, &[]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Blocked);
    assert_eq!(failure.stale[0].item.to_string(), "group:new");
    let by = format!("is required by tsmp_client_group (client_id \"a\", group_id \"{group}\")");
    assert!(failure.stale[0].why.ends_with(&by), "{:?}", failure.stale);
    assert_eq!(exact(&site).await, before);
}

#[tokio::test]
async fn an_item_that_another_one_of_the_job_needs_is_not_undone_alone() {
    let (site, receipt) = covered().await;
    let failure = undo(&site, receipt.job, &["group:new"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Blocked);
    assert!(
        failure.stale[0]
            .why
            .contains("tsmp_client_group (client_id \"b\""),
        "{:?}",
        failure.stale
    );
}

#[tokio::test]
async fn what_the_running_gateway_counts_is_no_change_and_stays() {
    let site = Site::new(&sample().client("a", json!({"tps": 1, "apiUsed": 5}))).await;
    let receipt = site
        .import(
            &sample()
                .client("a", json!({"tps": 2, "apiUsed": 0}))
                .client("b", json!({})),
        )
        .await;
    site.run("UPDATE tsmp_client SET api_used = 7, pwd_fail_times = 2")
        .await;
    undo(&site, receipt.job, &[]).await.unwrap();
    let row = site.row("tsmp_client", "true").await;
    assert_eq!(
        [
            &row["client_id"],
            &row["tps"],
            &row["api_used"],
            &row["pwd_fail_times"]
        ],
        [&json!("a"), &json!(1), &json!(7), &json!(2)]
    );
}

#[tokio::test]
async fn a_counter_goes_back_unless_it_counted_on() {
    let file = sample()
        .client("a", json!({}))
        .open_key(1, "a", "k", json!({}));
    let counter = "sequence_name = 'tsmp_open_apikey'";
    let site = Site::new(&sample()).await;
    let before = site.column("seq_store", "next_val", counter).await;
    let receipt = site.import(&file).await;
    undo(&site, receipt.job, &[]).await.unwrap();
    assert_eq!(site.column("seq_store", "next_val", counter).await, before);
    let receipt = site.import(&file).await;
    site.run("UPDATE seq_store SET next_val = next_val + 50")
        .await;
    let counted = site.column("seq_store", "next_val", counter).await;
    let undone = undo(&site, receipt.job, &[]).await.unwrap();
    assert_eq!(site.column("seq_store", "next_val", counter).await, counted);
    assert_eq!(site.rows("tsmp_open_apikey", "true").await.len(), 0);
    // Its rows come back with the ids they had: those were never handed out again.
    undo(&site, undone.job, &[]).await.unwrap();
    assert_eq!(site.rows("tsmp_open_apikey", "true").await.len(), 1);
}

#[tokio::test]
async fn an_undo_of_an_undo_is_refused_where_its_ids_may_have_been_given_away() {
    let site = Site::new(&sample()).await;
    let receipt = site
        .import(
            &sample()
                .client("a", json!({}))
                .open_key(1, "a", "k", json!({})),
        )
        .await;
    let undone = undo(&site, receipt.job, &[]).await.unwrap();
    // The gateway takes a block of ids, some of which the job had.
    site.run(
        "INSERT INTO seq_store VALUES ('tsmp_open_apikey', 2000000050) \
              ON CONFLICT (sequence_name) DO UPDATE SET next_val = seq_store.next_val + 50",
    )
    .await;
    let failure = undo(&site, undone.job, &[]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale);
    assert!(
        failure
            .stale
            .iter()
            .any(|stale| stale.why.ends_with("has since advanced")),
        "{:?}",
        failure.stale
    );
}

#[tokio::test]
async fn columns_that_the_program_does_not_know_come_back_too() {
    let site = Site::new(
        &sample()
            .client("a", json!({}))
            .client("portal", json!({}))
            .dp_app(1, "portal", json!({}))
            .idp_o(7, "portal", "GOOGLE", json!({})),
    )
    .await;
    site.run(
        "ALTER TABLE dgr_gtw_idp_info_o ADD COLUMN \"newer Column\" numeric(30, 12); \
              UPDATE dgr_gtw_idp_info_o SET \"newer Column\" = 123456789012345678.123456789012",
    )
    .await;
    let before = exact(&site).await;
    let file = sample()
        .client("a", json!({}))
        .client("portal", json!({}))
        .dp_app(1, "portal", json!({}))
        .idp_o(7, "portal", "GOOGLE", json!({"status": "N"}));
    let receipt = site.import(&file).await;
    assert_eq!(
        site.column("dgr_gtw_idp_info_o", "newer Column", "true")
            .await,
        [Value::Null]
    );
    undo(&site, receipt.job, &[]).await.unwrap();
    assert_eq!(exact(&site).await, before);
}

// ---- the ledger as a file

#[tokio::test]
async fn a_role_that_may_only_use_the_products_tables_does_everything_with_a_ledger_file() {
    let site = Site::new(&sample().client("a", json!({"tps": 1}))).await;
    let before = exact(&site).await;
    let role = format!("limited_{}", site.db.name());
    site.run(&format!(
        "CREATE ROLE {role} LOGIN; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; \
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    ))
    .await;
    let url = site
        .db
        .url()
        .replace("user=postgres", &format!("user={role}"));
    let directory = tempfile::tempdir().unwrap();
    let ledger = directory.path().join("ledger.db");
    let file = directory.path().join("export.json");
    std::fs::write(
        &file,
        sample()
            .client("a", json!({"tps": 2}))
            .client("b", json!({}))
            .export(),
    )
    .unwrap();
    let run = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend([
            "--database-url",
            &url,
            "--ledger",
            ledger.to_str().unwrap(),
            "--output",
            "json",
        ]);
        crate::support::gatediff::gatediff(&all)
    };
    let file = file.to_str().unwrap();
    let applied = run(&["apply", file, "--cover", "all", "--yes"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stdout);
    let job = applied.json()["job"].to_string();
    let history = run(&["history"]).json();
    assert_eq!(history["jobs"][0]["state"], "done");
    let backup = directory.path().join("backup.json");
    let saved = run(&["backup", &job, "--out", backup.to_str().unwrap()]);
    assert_eq!(saved.code, Some(0), "{}", saved.stdout);
    assert!(
        std::fs::read_to_string(&backup)
            .unwrap()
            .contains("importClientRelated")
    );
    assert_eq!(
        run(&["apply", file, "--cover", "all", "--yes", "--rehearse"]).code,
        Some(0)
    );
    let undone = run(&["undo", &job, "--yes"]);
    assert_eq!(undone.code, Some(0), "{}", undone.stdout);
    assert_eq!(undone.json()["undoes"].to_string(), job);
    assert_eq!(exact(&site).await, before);
    let left: Vec<Value> = {
        let mut connection = site.db.connect().await;
        let sql = "SELECT to_jsonb(n) FROM pg_namespace n WHERE nspname = 'gatediff'";
        sqlx::query_scalar(sql)
            .fetch_all(&mut connection)
            .await
            .unwrap()
    };
    assert!(left.is_empty(), "nothing of ours is in the target");
    assert_eq!(mode(&ledger), 0o600);
    site.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_ledger_file_finds_out_what_became_of_a_job_that_was_about_to_commit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    let place = LedgerPlace::File(path.clone());
    let site = Site::new(&sample()).await;
    let receipt = apply_in(&site, &sample().client("a", json!({})), &place)
        .await
        .unwrap();
    // As if the process had died right after the target's commit.
    let forget = |sql: &'static str| {
        let path = path.clone();
        async move {
            use sqlx::ConnectOptions as _;
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut file = options.connect().await.unwrap();
            sqlx::raw_sql(sql).execute(&mut file).await.unwrap();
        }
    };
    forget("UPDATE jobs SET state = 'committing'").await;
    let jobs = job::history(&site.target(), Timeouts::default(), &place)
        .await
        .unwrap();
    assert_eq!(jobs[0].state, JobState::Done);
    // As if the transaction had been rolled back.
    let mut connection = site.db.connect().await;
    let lost: String = sqlx::query_scalar("SELECT pg_current_xact_id()::text")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let mut other = site.db.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut other).await.unwrap();
    let lost_now: String = sqlx::query_scalar("SELECT pg_current_xact_id()::text")
        .fetch_one(&mut other)
        .await
        .unwrap();
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    assert_ne!(lost, lost_now);
    use sqlx::ConnectOptions as _;
    let mut file = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    sqlx::query(
        "UPDATE jobs SET state = 'committing', xid = substr(xid, 1, instr(xid, ' ')) || $1",
    )
    .bind(&lost_now)
    .execute(&mut file)
    .await
    .unwrap();
    let jobs = job::history(&site.target(), Timeouts::default(), &place)
        .await
        .unwrap();
    assert_eq!(
        (jobs[0].job, jobs[0].state),
        (receipt.job, JobState::Failed)
    );
    // As if the target had forgotten.
    sqlx::query("UPDATE jobs SET state = 'committing', xid = 'elsewhere 1'")
        .execute(&mut file)
        .await
        .unwrap();
    let jobs = job::history(&site.target(), Timeouts::default(), &place)
        .await
        .unwrap();
    assert_eq!(jobs[0].state, JobState::Unknown);
    let failure = undo_in(&site, receipt.job, &place, &[]).await.unwrap_err();
    assert_eq!(failure.what, "the outcome of job 1 is unknown");
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    std::fs::write(
        &path,
        "not a ledger, and long enough to have a header of a hundred bytes: ".repeat(3),
    )
    .unwrap();
    let site = Site::new(&sample()).await;
    let review = site.review(&sample().client("a", json!({}))).await;
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions {
        ledger: LedgerPlace::File(path.clone()),
        ..ApplyOptions::new(OPERATOR, Timeouts::default())
    };
    let done = job::apply(
        &review,
        approved,
        &site.target(),
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    )
    .await;
    assert_eq!(done.unwrap_err().what, "cannot open the ledger file");
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("not a ledger")
    );
    assert!(site.rows("tsmp_client", "true").await.is_empty());
}
