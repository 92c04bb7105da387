//! Two operators at the same scopes, and the product's own page beside us: one
//! wins, and the other is told.
//!
//! No index keeps a name or a holder from being there twice: only locks do.

use std::sync::Arc;

use std::time::Duration;

use gatediff::job::{Cancel, Failure, FailureKind, JobState, Reporter};
use gatediff::scopes;
use gatediff::scopes::{Edit, EditOptions, Edited};
use gatediff::store::{Timeouts, lock};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::task::JoinHandle;

use crate::support::cases::cases;
use crate::support::jobs::ask;
use crate::support::pg::TestDb;
use crate::support::scopes::{
    BALANCE, BLOCK, LIST, about, api, bank, draft, options, same, with_crm,
};
use crate::support::site::Site;
use crate::support::wait;

const LONG: Option<Duration> = Some(Duration::from_secs(600));

/// Edits beside the test, with these limits.
fn beside(site: &Site, edit: Edit, timeouts: Timeouts) -> JoinHandle<Result<Edited, Failure>> {
    let target = site.target();
    tokio::spawn(async move {
        let options = EditOptions {
            timeouts,
            ..options()
        };
        scopes::edit(edit, &target, &options, &Reporter::silent(), &Cancel::new()).await
    })
}

fn long_timeouts() -> Timeouts {
    Timeouts {
        lock: LONG,
        wait: LONG,
        ..Timeouts::default()
    }
}

fn codes(failure: &Failure) -> Vec<u16> {
    failure
        .violations
        .iter()
        .map(|violation| violation.code)
        .collect()
}

/// Begins what the product's page does, and leaves it unfinished.
async fn begun(db: &TestDb, sql: &'static str) -> PgConnection {
    let mut product = db.connect().await;
    sqlx::raw_sql("BEGIN").execute(&mut product).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut product).await.unwrap();
    product
}

async fn end(mut product: PgConnection, how: &'static str) {
    sqlx::raw_sql(how).execute(&mut product).await.unwrap();
    product.close().await.unwrap();
}

/// Waits until somebody waits for a table or row of this database.
fn wait_until_waiting(db: &TestDb) {
    wait::until("our job waits for the product", || {
        ask(
            db,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event_type = 'Lock' AND application_name LIKE 'gatediff%')",
        )
    });
}

// ---- two of us

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_create_the_same_name_one_wins_and_the_other_is_reported() {
    for case in 0..cases(8) {
        let site = Site::new(&bank()).await;
        let jobs = [BALANCE, LIST]
            .map(|api| beside(&site, Edit::Create(draft("same", &[api])), long_timeouts()));
        let mut ends = Vec::new();
        for job in jobs {
            ends.push(job.await.unwrap());
        }
        let (won, lost): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
        let [Ok(won)] = won.as_slice() else {
            panic!("case {case}: {won:?} {lost:?}")
        };
        let [Err(lost)] = lost.as_slice() else {
            panic!("case {case}: {lost:?}")
        };
        assert_eq!(
            (lost.kind, codes(lost)),
            (FailureKind::Blocked, vec![1353]),
            "case {case}: {lost:?}"
        );
        assert_eq!(about(lost), ["scope:same"]);
        assert_eq!(
            site.column("tsmp_vgroup", "vgroup_id", "vgroup_name = 'same'")
                .await
                .len(),
            1
        );
        assert_eq!(
            site.rows("tsmp_group", "vgroup_name = 'same'").await.len(),
            1
        );
        let jobs = site.history().await;
        let done: Vec<i64> = jobs
            .into_iter()
            .filter(|job| job.state == JobState::Done)
            .map(|job| job.job)
            .collect();
        assert_eq!(done, [won.job.unwrap()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_the_same_alias_one_wins_and_the_other_is_reported() {
    let site = Site::new(&with_crm().scope("700", "third", json!({}))).await;
    let one = site
        .updating("crm", |draft| draft.alias = "same".to_owned())
        .await;
    let other = site
        .updating("third", |draft| draft.alias = "same".to_owned())
        .await;
    let jobs = [
        beside(&site, one, long_timeouts()),
        beside(&site, other, long_timeouts()),
    ];
    let mut lost = Vec::new();
    for job in jobs {
        lost.extend(job.await.unwrap().err());
    }
    let [lost] = lost.as_slice() else {
        panic!("{lost:?}")
    };
    assert_eq!(codes(lost), [1353]);
    assert_eq!(
        site.rows("tsmp_vgroup", "vgroup_alias = 'same'")
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_update_the_same_scope_the_second_is_stale() {
    let site = Site::new(&with_crm()).await;
    let edits = [
        site.updating("crm", |draft| draft.times = 1).await,
        site.updating("crm", |draft| {
            draft.apis.insert(api(BLOCK));
        })
        .await,
    ];
    let jobs = edits.map(|edit| beside(&site, edit, long_timeouts()));
    let mut lost = Vec::new();
    for job in jobs {
        lost.extend(job.await.unwrap().err());
    }
    let [lost] = lost.as_slice() else {
        panic!("{lost:?}")
    };
    assert_eq!((lost.kind, codes(lost)), (FailureKind::Stale, vec![1286]));
}

/// Either it is given and stays, or it is gone and cannot be given.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_given_or_deleted_but_never_both() {
    for case in 0..cases(5) {
        let site = Site::new(&with_crm()).await;
        let jobs = [
            site.deleting("crm").await,
            site.giving("crm", &["none"]).await,
        ]
        .map(|edit| beside(&site, edit, long_timeouts()));
        let mut ends = Vec::new();
        for job in jobs {
            ends.push(job.await.unwrap().map_err(|failure| codes(&failure)));
        }
        let held = site
            .rows("tsmp_client_vgroup", "vgroup_id = '600'")
            .await
            .len();
        let groups = site
            .rows("tsmp_client_group", "client_id = 'none'")
            .await
            .len();
        match ends.as_slice() {
            [Ok(_), Err(given)] => {
                assert_eq!((given.as_slice(), held, groups), (&[1298][..], 0, 0));
            }
            [Err(deleted), Ok(_)] => {
                assert_eq!((deleted.as_slice(), held, groups), (&[1403][..], 1, 2));
            }
            other => panic!("case {case}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn who_does_not_want_to_wait_is_reported_who_is_at_it() {
    let site = Site::new(&with_crm()).await;
    let mut holder = site.db.connect().await;
    lock::prepare(&mut holder, "mei", Timeouts::default())
        .await
        .unwrap();
    assert!(lock::take(&mut holder).await.unwrap().is_ok());
    let before = site.exact().await;
    for edit in [
        Edit::Create(draft("s", &[])),
        site.updating("crm", |draft| draft.times = 1).await,
        site.deleting("crm").await,
        site.giving("crm", &["none"]).await,
        site.taking("crm", &["none"]).await,
    ] {
        let failure = site.edit(edit).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Locked, "{failure:?}");
        assert!(failure.why.unwrap().contains(", mei@"));
    }
    same("locked", &before, &site.exact().await);
}

// ---- beside the product's page

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_product_is_about_to_create_is_waited_for_and_seen() {
    let insert = "INSERT INTO tsmp_vgroup (vgroup_id, vgroup_name, create_user, create_time) \
                  VALUES ('900', 'same', 'manager', now())";
    for (how, codes_then) in [("COMMIT", vec![1353]), ("ROLLBACK", vec![])] {
        let site = Site::new(&bank()).await;
        let product = begun(&site.db, insert).await;
        let job = beside(
            &site,
            Edit::Create(draft("same", &[BALANCE])),
            long_timeouts(),
        );
        wait_until_waiting(&site.db);
        assert!(!job.is_finished());
        end(product, how).await;
        let found = job.await.unwrap();
        assert_eq!(
            found
                .err()
                .map(|failure| codes(&failure))
                .unwrap_or_default(),
            codes_then,
            "{how}"
        );
        assert_eq!(
            site.rows("tsmp_vgroup", "vgroup_name = 'same'").await.len(),
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_the_product_is_about_to_give_it_to_keeps_it_from_being_deleted() {
    let site = Site::new(&with_crm()).await;
    let give = "INSERT INTO tsmp_client_vgroup VALUES ('none', '600')";
    let product = begun(&site.db, give).await;
    let job = beside(&site, site.deleting("crm").await, long_timeouts());
    wait_until_waiting(&site.db);
    end(product, "COMMIT").await;
    let failure = job.await.unwrap().unwrap_err();
    assert_eq!(
        (codes(&failure), about(&failure)),
        (vec![1403], vec!["client:none".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_the_product_is_about_to_give_it_to_gets_an_added_api_too() {
    let site = Site::new(&with_crm()).await;
    let give = "INSERT INTO tsmp_client_vgroup VALUES ('none', '600'); \
                INSERT INTO tsmp_client_group VALUES ('none', '601'), ('none', '602'); \
                UPDATE oauth_client_details SET scope = '601,602' WHERE client_id = 'none'";
    let product = begun(&site.db, give).await;
    let add = site
        .updating("crm", |draft| {
            draft.apis.insert(api(BLOCK));
        })
        .await;
    let job = beside(&site, add, long_timeouts());
    wait_until_waiting(&site.db);
    end(product, "COMMIT").await;
    job.await.unwrap().unwrap();
    let oauth = site.row("oauth_client_details", "client_id = 'none'").await;
    assert_eq!(oauth["scope"], "2000000000,601,602");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_that_the_product_is_about_to_give_are_counted() {
    let site = Site::new(&with_crm()).await;
    let fill =
        "INSERT INTO tsmp_client_group SELECT 'none', 'p' || n FROM generate_series(1, 185) n";
    let product = begun(&site.db, fill).await;
    let job = beside(&site, site.giving("crm", &["none"]).await, long_timeouts());
    wait_until_waiting(&site.db);
    end(product, "COMMIT").await;
    assert_eq!(codes(&job.await.unwrap().unwrap_err()), [1358]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_never_saved_is_not_waited_for_forever() {
    let site = Site::new(&bank()).await;
    let insert = "INSERT INTO tsmp_vgroup (vgroup_id, vgroup_name, create_user, create_time) \
                  VALUES ('900', 'theirs', 'manager', now())";
    let product = begun(&site.db, insert).await;
    let impatient = Timeouts {
        lock: Some(Duration::from_millis(50)),
        ..Timeouts::default()
    };
    let job = beside(&site, Edit::Create(draft("ours", &[BALANCE])), impatient);
    let failure = job.await.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Locked, "{failure:?}");
    end(product, "COMMIT").await;
    assert_eq!(
        site.column("tsmp_vgroup", "vgroup_name", "true").await,
        ["other", "theirs"]
    );
    assert!(
        site.rows("tsmp_group", "vgroup_name = 'ours'")
            .await
            .is_empty()
    );
}

/// The page reads while we write: it is never kept waiting.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_looks_is_kept_waiting_by_nobody() {
    let site = Site::new(&with_crm()).await;
    let reading = begun(
        &site.db,
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM tsmp_vgroup, tsmp_client_vgroup, \
         tsmp_client_group",
    )
    .await;
    site.create(&draft("s", &[BALANCE])).await.unwrap();
    site.give("s", &["none"]).await.unwrap();
    end(reading, "COMMIT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_product_is_about_to_create_keeps_an_undo_from_bringing_it_back_beside_it()
{
    let site = Arc::new(Site::new(&bank()).await);
    site.create(&draft("acct", &[BALANCE])).await.unwrap();
    let job = site.delete("acct").await.unwrap().job.unwrap();
    let product = begun(
        &site.db,
        "INSERT INTO tsmp_vgroup (vgroup_id, vgroup_name, allow_days, allow_times, create_user, create_time) \
         VALUES ('1', 'acct', 0, 0, 'manager', now())",
    )
    .await;
    let other = Arc::clone(&site);
    let undoing = tokio::spawn(async move { other.undo(job).await });
    wait_until_waiting(&site.db);
    end(product, "COMMIT").await;
    let failure = undoing.await.unwrap().unwrap_err();
    assert!(
        failure
            .stale
            .iter()
            .any(|stale| stale.why.contains("is now used by")),
        "{failure:?}"
    );
    assert_eq!(
        site.rows("tsmp_vgroup", "vgroup_name = 'acct'").await.len(),
        1
    );
}

#[tokio::test]
async fn a_job_right_after_another_never_meets_its_lock() {
    let site = Site::new(&bank()).await;
    for index in 0..20 {
        let name = format!("scope-{index}");
        site.create(&draft(&name, &[])).await.unwrap();
        // What comes to nothing gives its lock back too.
        site.create(&draft(&name, &[])).await.unwrap_err();
        site.delete(&name).await.unwrap();
    }
}
