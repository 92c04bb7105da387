//! A rehearsal is the whole apply without its traces: it tells what the apply
//! would do and every refusal of the database, and leaves everything as it was.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use gatediff::engine::Outcome;
use gatediff::job::{self, ApplyOptions, Cancel, Problem, Rehearsal, Reporter, Review};
use gatediff::store::{Timeouts, lock};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use crate::digirunner::demo;
use crate::support::gatediff::{Ran, command, fixture};
use crate::support::jobs::ask;
use crate::support::sample::{Sample, sample};
use crate::support::site::{OPERATOR, Site, cover_all};
use crate::support::wait::until;

/// Everything that is in the database, to the last bit: what a dump of it
/// would hold, but for sequences, which no transaction takes back.
type Whole = BTreeMap<String, Vec<Value>>;

/// A database, an import file, and a home directory.
struct Setup {
    site: Site,
    home: TempDir,
    file: PathBuf,
}

impl Setup {
    async fn new(target: &Sample, file: &Sample) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("export.json");
        std::fs::write(&path, file.export()).unwrap();
        Self {
            site: Site::new(target).await,
            home,
            file: path,
        }
    }

    async fn demo() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self {
            site: Site { db: demo().await },
            home,
            file: fixture("digirunner/export.json").into(),
        }
    }

    fn spawn(&self, url: &str, more: &[&str]) -> Child {
        command(self.home.path())
            .args([
                "apply",
                self.file.to_str().unwrap(),
                "--cover",
                "all",
                "--ignore-lack-api",
            ])
            .args(["--database-url", url])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, more: &[&str]) -> Ran {
        ended(self.spawn(&self.site.db.url(), more))
    }

    /// Rehearses as JSON and as text; they have to end alike.
    fn rehearse(&self) -> (Ran, Ran) {
        let document = self.run(&["--rehearse", "--output", "json"]);
        let text = self.run(&["--rehearse"]);
        assert_eq!(document.code, text.code, "{text:?}");
        (document, text)
    }

    /// Rehearses what may not change anything.
    async fn rehearse_in_vain(&self) -> (Ran, Ran) {
        let before = self.whole().await;
        let rans = self.rehearse();
        assert_eq!(self.whole().await, before);
        rans
    }

    async fn whole(&self) -> Whole {
        let mut connection = self.site.db.connect().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let mut whole = Whole::new();
        for table in tables {
            // With the version of each row: a row that was written again is another one.
            let sql = format!(
                "SELECT to_jsonb(t) || jsonb_build_object('xmin', t.xmin::text) FROM {table} t ORDER BY t::text"
            );
            let rows = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            whole.insert(table, rows);
        }
        let schemas =
            "SELECT to_jsonb(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1";
        whole.insert(
            "schemas".to_owned(),
            sqlx::query_scalar(schemas)
                .fetch_all(&mut connection)
                .await
                .unwrap(),
        );
        whole
    }

    async fn review(&self, file: &Sample) -> Review {
        self.site.review(file).await
    }
}

fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Returns what a document says of each item.
fn outcomes(document: &Value) -> Vec<(Value, Value, Value)> {
    let items = document["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            (
                item["kind"].clone(),
                item["key"].clone(),
                item["outcome"].clone(),
            )
        })
        .collect()
}

/// Returns which tables refused rows.
fn refusing(document: &Value) -> Vec<&str> {
    document["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["table"].as_str().unwrap())
        .collect()
}

// ---- the whole apply, without its traces

#[tokio::test]
async fn a_rehearsal_writes_nothing_and_reports_the_rows_of_the_apply() {
    let setup = Setup::demo().await;
    let (rehearsed, text) = setup.rehearse_in_vain().await;
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    let rehearsed = rehearsed.json();
    assert_eq!(
        (&rehearsed["status"], &rehearsed["rehearsal"]),
        (&json!("partial"), &json!(true))
    );
    assert_eq!(
        (&rehearsed["problems"], &rehearsed["job"]),
        (&json!([]), &Value::Null)
    );
    assert!(
        text.stdout.contains("rehearsed and rolled back in "),
        "{}",
        text.stdout
    );
    assert!(text.stdout.contains("0 refusals"), "{}", text.stdout);
    assert!(
        !ask(
            &setup.site.db,
            "SELECT to_regnamespace('gatediff') IS NOT NULL"
        ),
        "no schema of ours"
    );

    let applied = setup.run(&["--yes", "--output", "json"]).json();
    assert_eq!(applied["job"], 1, "the rehearsals are no jobs");
    assert!(applied["tables"].as_array().unwrap().len() > 10);
    assert_eq!(rehearsed["tables"], applied["tables"]);
    assert_eq!(outcomes(&rehearsed), outcomes(&applied));
}

#[tokio::test]
async fn a_rehearsal_leaves_no_trace_where_the_ledger_is_there_either() {
    let setup = Setup::new(&target(), &file()).await;
    job::init(&setup.site.target(), Timeouts::default())
        .await
        .unwrap();
    let (rehearsed, _) = setup.rehearse_in_vain().await;
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    assert!(setup.site.rows("gatediff.jobs", "true").await.is_empty());
    // A refused one neither: it is no job that failed.
    setup
        .site
        .run("ALTER TABLE tsmp_client ADD CONSTRAINT few CHECK (tps < 50)")
        .await;
    let (rehearsed, _) = setup.rehearse_in_vain().await;
    assert_eq!(rehearsed.code, Some(1), "{rehearsed:?}");
    assert!(setup.site.rows("gatediff.jobs", "true").await.is_empty());
}

#[tokio::test]
async fn a_rehearsal_makes_no_ledger_file() {
    let setup = Setup::new(&target(), &file()).await;
    let ledger = setup.home.path().join("ledger.db");
    let args = [
        "--rehearse",
        "--output",
        "json",
        "--ledger",
        ledger.to_str().unwrap(),
    ];
    let rehearsed = setup.run(&args);
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    assert!(!ledger.exists());
}

#[tokio::test]
async fn the_use_case_reports_what_the_command_line_reports() {
    let setup = Setup::new(&target(), &file()).await;
    let review = setup.review(&file()).await;
    let before = setup.whole().await;
    let rehearsed = rehearse(&setup, &review).await;
    assert_eq!(setup.whole().await, before);
    assert_eq!(rehearsed.problems, []);
    let receipt = setup
        .site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap();
    assert_eq!(
        (rehearsed.outcomes, rehearsed.tables),
        (receipt.outcomes, receipt.tables)
    );
}

async fn rehearse(setup: &Setup, review: &Review) -> Rehearsal {
    let approved = review.plan.approve(&cover_all(&review.plan)).unwrap();
    let options = ApplyOptions::new(OPERATOR, Timeouts::default());
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    job::rehearse(
        review,
        approved,
        &setup.site.target(),
        &options,
        &reporter,
        &cancel,
    )
    .await
    .unwrap()
}

// ---- what the database refuses

fn target() -> Sample {
    sample()
        .connection("c", json!({}))
        .group("5", "g", json!({"groupDesc": "old"}))
        .client("a", json!({"tps": 10, "remark": "old"}))
        .x_key(1, "a", "EN", json!({"apiKey": "taken-canary"}))
}

/// Adds and covers rows of many tables; every value of it that is called a
/// canary must not be told.
fn file() -> Sample {
    sample()
        .connection("c", json!({"mima": "canary-1", "userName": "canary-u"}))
        .connection("new", json!({"mima": "canary-2"}))
        .group("1", "g", json!({"groupDesc": "canary-3"}))
        .group("2", "h", json!({}))
        .client("a", json!({"tps": 50, "remark": "canary-4"}))
        .client_group("a", "2")
        .client("b", json!({"clientSecret": "canary-5"}))
        .x_key(7, "b", "canary-6", json!({"apiKey": "taken-canary"}))
        .open_key(1, "b", "canary-7", json!({"secretKey": "canary-8"}))
}

/// A constraint of each sort, on tables of their own.
const REFUSALS: [(&str, &str, &str); 6] = [
    (
        "dgr_rdb_connection",
        "ADD CONSTRAINT later UNIQUE (jdbc_url) DEFERRABLE INITIALLY DEFERRED",
        "later",
    ),
    ("tsmp_client", "ADD CONSTRAINT few CHECK (tps < 50)", "few"),
    (
        "tsmp_client_group",
        "ADD CONSTRAINT also UNIQUE (client_id) DEFERRABLE INITIALLY DEFERRED",
        "also",
    ),
    ("tsmp_group", "ALTER group_desc SET NOT NULL", "group_desc"),
    (
        "dgr_x_api_key",
        "ADD CONSTRAINT once UNIQUE (api_key)",
        "once",
    ),
    (
        "tsmp_open_apikey",
        "ADD CONSTRAINT no CHECK (secret_key <> 'canary-8')",
        "no",
    ),
];

#[tokio::test]
async fn every_table_that_refuses_is_named_with_its_constraint() {
    // The client has a group already, so that a second one is one too many.
    let target = target().client_group("a", "5");
    let setup = Setup::new(&target, &file()).await;
    for (table, constraint, _) in REFUSALS {
        setup
            .site
            .run(&format!("ALTER TABLE {table} {constraint}"))
            .await;
    }
    let (rehearsed, text) = setup.rehearse_in_vain().await;
    assert_eq!(rehearsed.code, Some(1), "{rehearsed:?}");
    let document = rehearsed.json();
    assert_eq!(document["status"], "error");
    let mut refusing = refusing(&document);
    refusing.sort_unstable();
    let mut wanted = REFUSALS.map(|(table, ..)| table);
    wanted.sort_unstable();
    assert_eq!(refusing, wanted, "{document:#}");
    for (table, _, described) in REFUSALS {
        let problems = document["problems"].as_array().unwrap();
        let problem = problems
            .iter()
            .find(|problem| problem["table"] == table)
            .unwrap();
        assert!(
            problem["message"]
                .as_str()
                .unwrap()
                .contains(&format!("\"{described}\"")),
            "{problem}"
        );
        assert!(
            text.stdout.contains(&format!("refused: {table}: ")),
            "{}",
            text.stdout
        );
    }
    assert!(text.stdout.contains("6 refusals"), "{}", text.stdout);
    // Fields that are no secrets are told with their items, but not with what was refused.
    assert!(
        !document["problems"].to_string().contains("canary"),
        "{document:#}"
    );
    for described in [rehearsed.stderr, text.stdout, text.stderr] {
        assert!(!described.contains("canary"), "{described}");
    }
}

#[tokio::test]
async fn where_nothing_is_refused_any_more_the_apply_goes_through() {
    let setup = Setup::new(&target(), &file()).await;
    let review = setup.review(&file()).await;
    let (table, constraint, _) = REFUSALS[1];
    setup
        .site
        .run(&format!("ALTER TABLE {table} {constraint}"))
        .await;
    let rehearsed = rehearse(&setup, &review).await;
    let message =
        "new row for relation \"tsmp_client\" violates check constraint \"few\"".to_owned();
    let problem = Problem {
        table: table.to_owned(),
        message,
        items: vec!["client:a".to_owned()],
        constraint: Some("few".to_owned()),
    };
    assert_eq!(rehearsed.problems, [problem]);
    assert!(
        setup
            .site
            .apply(&review, &cover_all(&review.plan))
            .await
            .is_err()
    );
    setup
        .site
        .run("ALTER TABLE tsmp_client DROP CONSTRAINT few")
        .await;
    let rehearsed = rehearse(&setup, &review).await;
    assert_eq!(rehearsed.problems, []);
    let receipt = setup
        .site
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap();
    assert_eq!(receipt.tables, rehearsed.tables);
    assert_eq!(
        rehearsed
            .outcomes
            .iter()
            .filter(|outcome| **outcome == Outcome::Covered)
            .count(),
        3
    );
}

#[tokio::test]
async fn what_the_commit_would_refuse_is_named_with_its_table_when_applied_too() {
    let setup = Setup::new(&target(), &file()).await;
    let (table, constraint, described) = REFUSALS[0];
    setup
        .site
        .run(&format!("ALTER TABLE {table} {constraint}"))
        .await;
    let before = setup.site.dump().await;
    let applied = setup.run(&["--yes", "--output", "json"]);
    let error = applied.json()["error"].clone();
    assert_eq!(error["where"], table, "{error:#}");
    assert!(
        error["why"].as_str().unwrap().contains(described),
        "{error:#}"
    );
    assert!(!error.to_string().contains("canary"), "{error:#}");
    assert_eq!(setup.site.dump().await, before);
}

#[tokio::test]
async fn a_right_that_is_lacking_is_named_with_its_table_and_nothing_else_is_left_out() {
    let setup = Setup::new(&target().level("L", "level"), &file_at_level()).await;
    setup
        .site
        .run("CREATE ROLE rehearser LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO rehearser")
        .await;
    setup
        .site
        .run("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO rehearser")
        .await;
    let rehearse = || {
        let url = setup
            .site
            .db
            .url()
            .replace("user=postgres", "user=rehearser");
        ended(setup.spawn(&url, &["--rehearse", "--output", "json"]))
    };
    // A schema may not be made, and need not.
    let creates = "SELECT has_database_privilege('rehearser', current_database(), 'CREATE')";
    assert!(!ask(&setup.site.db, creates));
    let whole = rehearse();
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let whole = whole.json();
    // One cannot be inserted, one not be updated, one not be held.
    setup
        .site
        .run("REVOKE INSERT ON dgr_x_api_key FROM rehearser")
        .await;
    setup
        .site
        .run("REVOKE UPDATE ON tsmp_group FROM rehearser")
        .await;
    setup
        .site
        .run("REVOKE UPDATE ON tsmp_security_level FROM rehearser")
        .await;
    let before = setup.whole().await;
    let ran = rehearse();
    assert_eq!(setup.whole().await, before);
    setup
        .site
        .run("DROP OWNED BY rehearser; DROP ROLE rehearser")
        .await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let document = ran.json();
    assert_eq!(
        refusing(&document),
        ["tsmp_security_level", "tsmp_group", "dgr_x_api_key"],
        "{document:#}"
    );
    for problem in document["problems"].as_array().unwrap() {
        let table = problem["table"].as_str().unwrap();
        assert_eq!(
            problem["message"],
            format!("permission denied for table {table}")
        );
    }
    let rows = |document: &Value, table: &str| {
        let tables = document["tables"].as_array().unwrap().iter();
        tables
            .filter(|rows| rows["table"] == table)
            .cloned()
            .collect::<Vec<_>>()
    };
    for table in ["tsmp_client", "dgr_rdb_connection", "tsmp_open_apikey"] {
        assert_eq!(rows(&document, table), rows(&whole, table), "{table}");
    }
}

/// As the file, with a client that relies on a level.
fn file_at_level() -> Sample {
    file().client("c", json!({"securityLevelId": "L"}))
}

// ---- no rehearsal at all

#[tokio::test]
async fn a_stale_plan_is_not_rehearsed() {
    let setup = Setup::new(&target(), &file()).await;
    let plan = setup.home.path().join("plan.json");
    let file = setup.file.to_str().unwrap();
    let url = setup.site.db.url();
    let run = |args: &[&str]| {
        let output = command(setup.home.path())
            .args(args)
            .args(["--database-url", &url])
            .output()
            .unwrap();
        let [stdout, stderr] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        Ran {
            code: output.status.code(),
            stdout,
            stderr,
        }
    };
    let planned = run(&[
        "plan",
        file,
        "--out",
        plan.to_str().unwrap(),
        "--cover",
        "all",
    ]);
    assert_eq!(planned.code, Some(2), "{planned:?}");
    setup
        .site
        .run("UPDATE tsmp_client SET tps = 77; UPDATE dgr_rdb_connection SET mima = 'canary-now'")
        .await;
    let before = setup.whole().await;
    let document = run(&[
        "apply",
        plan.to_str().unwrap(),
        "--rehearse",
        "--output",
        "json",
    ]);
    let text = run(&["apply", plan.to_str().unwrap(), "--rehearse"]);
    assert_eq!(setup.whole().await, before);
    assert_eq!(
        (document.code, text.code),
        (Some(3), Some(3)),
        "{document:?}"
    );
    let described = document.json();
    assert_eq!(described["status"], "stale");
    let stale: Vec<&Value> = described["stale"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stale| &stale["item"])
        .collect();
    assert_eq!(stale, ["client:a", "rdb-connection:c"]);
    assert!(
        text.stderr.contains("rdb-connection:c") && text.stderr.contains("client:a"),
        "{}",
        text.stderr
    );
    assert!(!format!("{text:?}").contains("canary-now"), "{text:?}");
    assert!(
        !format!("{document:?}").contains("canary-now"),
        "{document:?}"
    );
}

#[tokio::test]
async fn while_another_job_holds_the_target_nothing_is_rehearsed() {
    let setup = Setup::new(&target(), &file()).await;
    let mut holder = setup.site.db.connect().await;
    assert!(lock::take(&mut holder).await.unwrap().is_ok());
    let (rehearsed, text) = setup.rehearse_in_vain().await;
    assert_eq!(rehearsed.code, Some(5), "{rehearsed:?}");
    assert_eq!(rehearsed.json()["status"], "locked");
    assert!(text.stderr.contains("gatediff/"), "{}", text.stderr);
}

#[tokio::test]
async fn what_is_blocked_is_not_rehearsed() {
    let target = target().client("z", json!({"clientAlias": "al"}));
    let setup = Setup::new(&target, &sample().client("x", json!({"clientAlias": "al"}))).await;
    let (rehearsed, text) = setup.rehearse_in_vain().await;
    assert_eq!(rehearsed.code, Some(4), "{rehearsed:?}");
    let rehearsed = rehearsed.json();
    assert_eq!(
        (&rehearsed["status"], &rehearsed["tables"]),
        (&json!("blocked"), &json!([]))
    );
    assert!(!text.stderr.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_rehearsal_leaves_nothing() {
    let setup = Setup::new(&target(), &file()).await;
    let before = setup.whole().await;
    let mut holder = setup.site.db.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE tsmp_client IN SHARE MODE")
        .execute(&mut holder)
        .await
        .unwrap();
    let child = setup.spawn(
        &setup.site.db.url(),
        &["--rehearse", "--output", "json", "--lock-timeout", "60"],
    );
    tokio::task::block_in_place(|| {
        until("the rehearsal waits", || {
            ask(
                &setup.site.db,
                "SELECT EXISTS (SELECT FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock')",
            )
        });
    });
    kill_process(
        Pid::from_raw(child.id().try_into().unwrap()).unwrap(),
        Signal::INT,
    )
    .unwrap();
    let ran = tokio::task::block_in_place(|| ended(child));
    drop(holder);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert_eq!(ran.json()["error"]["kind"], "cancelled");
    assert_eq!(setup.whole().await, before);
}
