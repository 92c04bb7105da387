//! Counters that are behind their rows, as after a dump that was restored without them; and keys
//! that are there twice whoever else writes.

use gatediff::job::{
    self, ApplyOptions, Cancel, Failure, FailureKind, Receipt, Reporter, UndoOptions,
};
use gatediff::scopes::{self, Edit, EditOptions};
use gatediff::store::Timeouts;
use serde_json::json;

use crate::support::sample::{Sample, sample};
use crate::support::scopes::{BALANCE, draft, options};
use crate::support::site::{OPERATOR, Site};

async fn apply(site: &Site, file: &Sample, fix_counters: bool) -> Result<Receipt, Failure> {
    let options = ApplyOptions {
        fix_counters,
        ..ApplyOptions::new(OPERATOR, Timeouts::default())
    };
    site.import_with(file, &options).await
}

/// A target with rows that its counters do not know.
async fn restored() -> Site {
    let site = Site::new(
        &sample()
            .client("old", json!({}))
            .clientext("old", 2_000_000_000, json!({}))
            .open_key(2_000_000_001, "old", "k", json!({})),
    )
    .await;
    site.run(
        "INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, group_alias, security_level_id, vgroup_flag) \
         SELECT (2000000000 + i)::text, 'old' || i, now(), 'x', 'oldalias' || i, 'SYSTEM', '0' FROM generate_series(0, 4) i; \
         DELETE FROM seq_store",
    )
    .await;
    site
}

fn file() -> Sample {
    sample()
        .group("100", "grp-x", json!({}))
        .client("new", json!({}))
        .client_group("new", "100")
        .clientext("new", 900, json!({}))
        .open_key(1, "new", "key", json!({}))
}

/// Says whether a text contains all of these.
fn has(text: &str, parts: &[&str]) -> Result<(), String> {
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("no '{part}' in: {text}")),
    }
}

#[tokio::test]
async fn each_counter_is_named_with_its_table_its_highest_id_and_what_repairs_it() {
    let site = restored().await;
    let before = site.dump().await;
    let failure = apply(&site, &file(), false).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    let text = format!("{failure}\n{}", failure.hints.join("\n"));
    let parts = [
        "the sequence seq_tsmp_group_pk is behind: the highest group_id of tsmp_group is 2000000004",
        "the counter 'tsmp_dp_clientext' in seq_store is behind: the highest client_seq_id of tsmp_dp_clientext is 2000000000",
        "the counter 'tsmp_open_apikey' in seq_store is behind",
        "SELECT setval('seq_tsmp_group_pk', 2000000004);",
        "--fix-counters",
    ];
    has(&text, &parts).unwrap();
    assert!(!text.contains("another session"), "{text}");
    assert_eq!(site.dump().await, before);
    // What it says is what repairs it.
    let hint = failure
        .hints
        .iter()
        .find_map(|hint| hint.strip_prefix("correct it with: "));
    site.run(hint.unwrap()).await;
    apply(&site, &file(), false).await.unwrap();
    let ids = site
        .column("tsmp_group", "group_id", "group_name = 'grp-x'")
        .await;
    let id: i64 = ids[0].as_str().unwrap().parse().unwrap();
    assert!(id > 2_000_000_004, "{id}");
}

#[tokio::test]
async fn they_are_moved_in_the_jobs_transaction_and_moved_back_with_it() {
    let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
                   CREATE TRIGGER t BEFORE INSERT ON dp_app FOR EACH ROW EXECUTE FUNCTION f()";
    for how in ["", trigger] {
        let site = restored().await;
        site.run(how).await;
        let before = site.dump().await;
        let receipt = apply(&site, &file(), true).await.unwrap();
        let notes = receipt.notes.join("\n");
        let parts = [
            "the sequence seq_tsmp_group_pk was behind its rows, and moved past 2000000004",
            "outside of transactions",
            "the counter 'tsmp_dp_clientext' in seq_store was behind its rows, and moved past 2000000000",
        ];
        has(&notes, &parts).unwrap();
        let ids = site
            .column("tsmp_group", "group_id", "group_name = 'grp-x'")
            .await;
        assert_eq!(ids, ["2000000005"]);
        let ids = site
            .column("tsmp_dp_clientext", "client_seq_id", "client_id = 'new'")
            .await;
        assert_eq!(ids, [2_000_000_001_i64]);
        let ids = site
            .column("tsmp_open_apikey", "open_apikey_id", "client_id = 'new'")
            .await;
        assert_eq!(ids, [2_000_000_002_i64]);
        let options = UndoOptions::new(OPERATOR, Timeouts::default());
        let (reporter, cancel) = (Reporter::silent(), Cancel::new());
        let target = site.target();
        let undone = job::undo(receipt.job, &target, &options, &reporter, &cancel);
        undone.await.unwrap();
        assert_eq!(site.dump().await, before, "{how}");
    }
}

#[tokio::test]
async fn counters_ahead_of_their_rows_are_left_alone() {
    let site = Site::new(&sample()).await;
    site.run(
        "SELECT setval('seq_tsmp_group_pk', 2000000500); \
         INSERT INTO seq_store VALUES ('tsmp_dp_clientext', 2000000700)",
    )
    .await;
    let receipt = apply(&site, &file(), true).await.unwrap();
    assert!(
        !receipt.notes.join("\n").contains("behind"),
        "{:?}",
        receipt.notes
    );
    assert_eq!(
        site.column("tsmp_group", "group_id", "true").await,
        ["2000000501"]
    );
    let ids = site
        .column("tsmp_dp_clientext", "client_seq_id", "true")
        .await;
    assert_eq!(ids, [2_000_000_700_i64]);
}

#[tokio::test]
async fn a_unique_index_that_the_file_itself_violates_is_nobody_elses_doing() {
    let site = Site::new(&sample().client("a", json!({"owner": "taken"}))).await;
    site.run("CREATE UNIQUE INDEX one_owner ON tsmp_client (owner)")
        .await;
    for file in [
        sample()
            .client("b", json!({"owner": "same"}))
            .client("c", json!({"owner": "same"})),
        sample().client("b", json!({"owner": "taken"})),
    ] {
        let before = site.dump().await;
        let failure = apply(&site, &file, false).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        let text = format!("{failure}\n{}", failure.hints.join("\n"));
        has(&text, &["one_owner", "tsmp_client", "client '"]).unwrap();
        assert!(!text.contains("another session"), "{text}");
        assert_eq!(site.dump().await, before);
    }
}

#[tokio::test]
async fn an_edit_of_scopes_moves_them_too_if_it_may() {
    let site = Site::new(&sample().api(BALANCE)).await;
    site.run(
        "INSERT INTO tsmp_group (group_id, group_name, create_time, create_user, security_level_id, vgroup_flag) \
         SELECT (2000000000 + i)::text, 'old' || i, now(), 'x', 'SYSTEM', '0' FROM generate_series(0, 4) i",
    )
    .await;
    let before = site.dump().await;
    let edit = |fix_counters| {
        let options = EditOptions {
            fix_counters,
            ..options()
        };
        let (edit, target) = (Edit::Create(draft("acct", &[BALANCE])), site.target());
        async move {
            let (reporter, cancel) = (Reporter::silent(), Cancel::new());
            scopes::edit(edit, &target, &options, &reporter, &cancel).await
        }
    };
    let failure = edit(false).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert!(failure.can_fix_counters);
    let text = format!("{failure}\n{}", failure.hints.join("\n"));
    has(&text, &["seq_tsmp_group_pk is behind", "--fix-counters"]).unwrap();
    assert_eq!(site.dump().await, before);
    let edited = edit(true).await.unwrap();
    let notes = edited.notes.join("\n");
    has(
        &notes,
        &["seq_tsmp_group_pk was behind its rows, and moved past 2000000004"],
    )
    .unwrap();
    let ids = site
        .column("tsmp_group", "group_id", "vgroup_flag = '1'")
        .await;
    assert_eq!(ids, ["2000000005"]);
}
