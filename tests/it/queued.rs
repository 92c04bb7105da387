//! Writing all at once, on the server: the same rows and the same journal as row by row, and what is
//! stored otherwise is found.

use std::collections::BTreeSet;

use gatediff::job::{self, ApplyOptions, Cancel, FailureKind, Reporter, UndoOptions};
use gatediff::store::{Target, Timeouts};
use serde_json::{Value, json};

use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all};

/// A trigger that does nothing: it might, so rows are written and read back one by one.
const NOISE: &str =
    "CREATE FUNCTION noise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER noise AFTER UPDATE ON tsmp_security_level EXECUTE FUNCTION noise()";

fn target() -> Sample {
    sample()
        .apis(&[("m", "1"), ("m", "2")])
        .authentication("X", "x")
        .client("covered", json!({"tps": 1, "remark": "old"}))
        .host(1, "covered", "h", "1.1.1.1")
        .group("1", "g", json!({"groupDesc": "old"}))
        .client_group("covered", "1")
        // Others refer to a client that the file adds.
        .oauth("new", json!({}))
        .client_group("new", "1")
        .scope("2", "s", json!({"vgroupDesc": "old"}))
        .hidden("3", "2", ("m", "1"), json!({}))
}

fn file() -> Sample {
    sample()
        .apis(&[("m", "1"), ("m", "2")])
        .authentication("X", "other")
        .client(
            "covered",
            json!({"tps": 2, "remark": "it's \\ \"new\" {NULL}, \u{5ba2}\n"}),
        )
        .host(1, "covered", "other", "2.2.2.2")
        .client("new", json!({"tps": 3}))
        .host(2, "new", "h", "3.3.3.3")
        .oauth("new", json!({}))
        .clientext("new", 1, json!({"contentTxt": ""}))
        .group("1", "g", json!({"groupDesc": "new"}))
        .group_api("1", ("m", "2"), json!({}))
        .group_authentication("1", "X")
        .client_group("new", "1")
        .scope("2", "s", json!({"vgroupDesc": "new"}))
        .hidden("3", "2", ("m", "1"), json!({}))
        .hidden("4", "2", ("m", "2"), json!({}))
        .client_scope("new", "2")
}

async fn count(site: &Site, table: &str) -> usize {
    site.rows(table, "true").await.len()
}

/// The journal without the times of writing.
async fn journal(site: &Site, job: i64) -> BTreeSet<String> {
    let timeless = |mut row: Value| {
        if let Value::Object(cells) = &mut row {
            cells.retain(|name, _| !name.contains("time"));
        }
        row
    };
    let rows = site
        .rows("gatediff.journal", &format!("job_id = {job}"))
        .await;
    rows.into_iter()
        .map(|mut row| {
            let [before, after] =
                ["row_before", "row_after"].map(|side| timeless(row[side].take()));
            let (table, item, key) = (&row["table_name"], &row["item"], &row["row_key"]);
            format!("{table} {item} {key}: {before} {after}")
        })
        .collect()
}

#[tokio::test]
async fn rows_and_journal_are_the_same_however_they_are_written() {
    let (quick, slow) = (Site::new(&target()).await, Site::new(&target()).await);
    slow.run(NOISE).await;
    let mut results = Vec::new();
    for site in [&quick, &slow] {
        let before = site.dump().await;
        let review = site.review(&file()).await;
        let receipt = site.apply(&review, &cover_all(&review.plan)).await.unwrap();
        let (after, written) = (site.dump().await, journal(site, receipt.job).await);
        assert!(written.len() > 15, "{written:#?}");
        let options = UndoOptions::new("tester", Timeouts::default());
        let (reporter, cancel) = (Reporter::silent(), Cancel::new());
        job::undo(receipt.job, &site.target(), &options, &reporter, &cancel)
            .await
            .unwrap();
        let mut undone = site.dump().await;
        let undone_journal = journal(site, receipt.job + 1).await;
        // Numbers that were taken stay taken.
        let mut once = before.clone();
        for dump in [&mut once, &mut undone] {
            dump.remove("seq_store");
        }
        assert_eq!(undone, once);
        results.push((receipt.tables, after, written, undone_journal));
    }
    let ways = [&quick, &slow].map(|site| async {
        let of_pages = count(site, "gatediff.journal_pages").await;
        let of_rows = count(site, "gatediff.journal_rows").await;
        (of_pages > 0, of_rows > 0)
    });
    let [quick_way, slow_way] = ways;
    assert_eq!(quick_way.await, (true, false), "import and undo at once");
    assert_eq!(slow_way.await, (false, true), "import and undo one by one");
    let [one, other] = <[_; 2]>::try_from(results).ok().unwrap();
    assert_eq!((&one.0, &one.1), (&other.0, &other.1));
    assert_eq!(one.2, other.2);
    assert_eq!(one.3, other.3);
}

#[tokio::test]
async fn a_value_that_the_server_stores_otherwise_is_caught() {
    let site = Site::new(&sample().client("a", json!({"remark": "old"}))).await;
    // A type that cuts blanks without a word.
    site.run("ALTER TABLE tsmp_client ALTER remark TYPE varchar(4)")
        .await;
    let file = sample()
        .client("a", json!({"remark": "new   "}))
        .client("b", json!({"remark": "new   "}));
    let before = site.dump().await;
    let review = site.review(&file).await;
    let failure = site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure:?}");
    let changed: Vec<_> = failure
        .server_changes
        .iter()
        .map(|change| change.column.as_deref())
        .collect();
    assert_eq!(changed, [Some("remark"), Some("remark")], "{failure:?}");
    assert_eq!(site.dump().await, before);
    // The job that goes on all the same keeps its backup.
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions {
        accept_server_changes: true,
        ..ApplyOptions::new("tester", Timeouts::default())
    };
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    let receipt = job::apply(
        &review,
        approved,
        &site.target(),
        &options,
        &reporter,
        &cancel,
    );
    let receipt = receipt.await.unwrap();
    assert_eq!(receipt.server_changes.len(), 2);
    assert_eq!(count(&site, "gatediff.backups").await, 1);
}

#[tokio::test]
async fn a_role_without_temporary_tables_or_numbers_writes_row_by_row() {
    let site = Site::new(&target()).await;
    site.run(&format!(
        "REVOKE TEMPORARY ON DATABASE {0} FROM PUBLIC; CREATE ROLE plain_{0} LOGIN; \
         GRANT CREATE, CONNECT ON DATABASE {0} TO plain_{0}; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO plain_{0}; \
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO plain_{0}",
        site.db.name()
    ))
    .await;
    let review = site.review(&file()).await;
    let url = site.db.url();
    let url = url.replace("user=postgres", &format!("user=plain_{}", site.db.name()));
    let target = Target::resolve(Some(&url), |_| None).unwrap();
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions::new("tester", Timeouts::default());
    let applied = job::apply(
        &review,
        approved,
        &target,
        &options,
        &Reporter::silent(),
        &Cancel::new(),
    );
    applied.await.unwrap();
    assert_eq!(count(&site, "gatediff.journal_pages").await, 0);
    assert!(count(&site, "gatediff.journal_rows").await > 0);
}
