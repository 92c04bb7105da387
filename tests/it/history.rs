//! Past jobs through the real binary: told, taken back, their backups written; in the target and in
//! a ledger file.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use gatediff::store::Target;
use serde_json::{Value, json};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlStr};
use tempfile::TempDir;

use crate::digirunner_statements::{clients, shared};
use crate::support::cases::cases;
use crate::support::gatediff::{Ran, command};
use crate::support::jobs::{chance, rows, wait_until_left_alone};
use crate::support::pty::PtyCommand;
use crate::support::sample::{Sample, sample};
use crate::support::site::Site;

/// A database, an import file, a home directory, and perhaps a ledger file in it.
struct Desk {
    site: Site,
    home: TempDir,
    ledger: Option<PathBuf>,
}

impl Desk {
    async fn new(target: &Sample, file: &Sample) -> Self {
        let desk = Self {
            site: Site::new(target).await,
            home: tempfile::tempdir().unwrap(),
            ledger: None,
        };
        desk.bring(file);
        desk
    }

    /// One whose jobs are recorded in a file.
    async fn with_ledger(target: &Sample, file: &Sample) -> Self {
        let mut desk = Self::new(target, file).await;
        std::fs::create_dir(desk.path("deep")).unwrap();
        desk.ledger = Some(desk.path("deep/ledger.db"));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Puts another import file into the place of the first.
    fn bring(&self, file: &Sample) {
        std::fs::write(self.path("export.json"), file.export()).unwrap();
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = command(self.home.path());
        command
            .current_dir(self.home.path())
            .env("DATABASE_URL", self.site.db.url())
            .args(args);
        if matches!(args[0], "apply" | "undo") && !args.contains(&"--operator") {
            command.args(["--operator", "tester"]);
        }
        if let Some(ledger) = &self.ledger {
            command.arg("--ledger").arg(ledger);
        }
        command
    }

    /// Runs the binary in the home directory, with the database's address.
    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// Runs it for JSON.
    fn json(&self, args: &[&str]) -> (Option<i32>, Value) {
        let mut all = args.to_vec();
        all.extend(["--output", "json"]);
        let ran = self.run(&all);
        (ran.code, ran.json())
    }

    /// Imports `export.json`, covering all.
    fn import(&self) -> i64 {
        let (code, document) = self.json(&["apply", "export.json", "--cover", "all", "--yes"]);
        assert_eq!(code, Some(0), "{document:#}");
        document["job"].as_i64().unwrap()
    }

    fn undo(&self, job: i64, more: &[&str]) -> (Option<i32>, Value) {
        let job = job.to_string();
        let mut args = vec!["undo", &job, "--yes"];
        args.extend(more);
        self.json(&args)
    }

    /// Returns number, state and what undid it, of each job, newest first.
    fn states(&self) -> Vec<(i64, String, Value)> {
        let (code, document) = self.json(&["history"]);
        assert_eq!(code, Some(0), "{document:#}");
        let jobs = document["jobs"].as_array().unwrap().iter();
        jobs.map(|job| {
            let state = job["state"].as_str().unwrap().to_owned();
            (
                job["job"].as_i64().unwrap(),
                state,
                job["undone_by"].clone(),
            )
        })
        .collect()
    }

    async fn clients(&self) -> Vec<Value> {
        self.site.column("tsmp_client", "client_id", "true").await
    }

    async fn scalar<T>(&self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query_scalar(sql)
            .fetch_one(&mut self.site.db.connect().await)
            .await
            .unwrap()
    }
}

fn ran(command: &mut std::process::Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn target() -> Sample {
    sample()
        .client("a", json!({"tps": 1}))
        .group("1", "g", json!({}))
}

/// Covers client a, adds b and the group that b is in.
fn file() -> Sample {
    sample()
        .client("a", json!({"tps": 2}))
        .client("b", json!({}))
        .group("1", "g", json!({}))
        .group("2", "new", json!({}))
        .client_group("b", "2")
}

async fn desk() -> Desk {
    Desk::new(&target(), &file()).await
}

fn hints(document: &Value) -> String {
    document["error"]["hints"].to_string()
}

// ---- history

#[tokio::test]
async fn without_a_ledger_the_history_is_empty_and_nothing_is_made() {
    for desk in [desk().await, Desk::with_ledger(&target(), &file()).await] {
        let described = desk.run(&["history"]);
        assert_eq!(described.code, Some(0), "{}", described.stderr);
        assert!(
            described.stdout.starts_with("no jobs in "),
            "{}",
            described.stdout
        );
        let (code, document) = desk.json(&["history"]);
        assert_eq!(
            (code, &document["status"], &document["jobs"]),
            (Some(0), &json!("ok"), &json!([]))
        );
        for args in [
            &["history", "1"][..],
            &["undo", "1", "--yes"],
            &["backup", "1", "--out", "b.json"],
        ] {
            let (code, document) = desk.json(args);
            assert_eq!(code, Some(64), "{document:#}");
            assert_eq!(
                document["error"]["message"],
                "job 1 not found in the ledger"
            );
            assert!(
                hints(&document).contains("`gatediff history`"),
                "{document:#}"
            );
        }
        assert!(
            !desk
                .scalar::<bool>(
                    "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'gatediff')"
                )
                .await
        );
        assert!(!desk.path("state").exists());
    }
}

#[tokio::test]
async fn the_history_reports_every_state_newest_first() {
    for desk in [desk().await, Desk::with_ledger(&target(), &file()).await] {
        assert_eq!(desk.import(), 1);
        assert_eq!(desk.undo(1, &["--only", "client:a"]).0, Some(0));
        desk.site
            .run("ALTER TABLE tsmp_client ADD CONSTRAINT no CHECK (client_id <> 'c')")
            .await;
        desk.bring(&file().client("c", json!({})));
        let (code, _) = desk.json(&["apply", "export.json", "--yes"]);
        assert_eq!(code, Some(1));
        desk.bring(&sample().client("d", json!({})));
        assert_eq!(desk.import(), 4);
        assert_eq!(desk.undo(4, &[]).0, Some(0));
        let word = |state: &str| state.to_owned();
        assert_eq!(
            desk.states(),
            [
                (5, word("done"), Value::Null),
                (4, word("undone"), json!(5)),
                (3, word("failed"), Value::Null),
                (2, word("done"), Value::Null),
                (1, word("partly-undone"), json!(2)),
            ]
        );
        let described = desk.run(&["history"]).stdout;
        let rows: Vec<Vec<&str>> = described
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            rows[0],
            [
                "job", "what", "state", "started", "(UTC)", "operator", "written", "file"
            ]
        );
        let row = |index: usize| {
            [rows[index][..3].to_vec(), rows[index][5..].to_vec()]
                .concat()
                .join(" ")
        };
        let written: Vec<String> = (1..6).map(row).collect();
        assert_eq!(
            written,
            [
                "5 undo done tester 1 restored job 4",
                "4 apply undone tester 1 added export.json",
                "3 apply failed tester export.json",
                "2 undo done tester 1 restored job 1",
                "1 apply partly-undone tester 2 added, 1 covered export.json",
            ]
        );
        let first = desk.run(&["history", "--limit", "1"]).stdout;
        assert_eq!(first.lines().count(), 2, "{first}");
        let (_, document) = desk.json(&["history", "--limit", "2"]);
        assert_eq!(document["jobs"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_job_is_reported_in_full() {
    let desk = desk().await;
    desk.import();
    desk.undo(1, &["--only", "client:a"]);
    let described = desk.run(&["history", "1"]);
    assert_eq!(described.code, Some(0), "{}", described.stderr);
    for line in [
        "job       1",
        "what      apply",
        "state     partly-undone by job 2",
        "platform  digirunner",
        "file      export.json",
        "counts    2 added, 1 covered, 2 unchanged",
        "backup    kept",
        "  covered   client:a",
        "  added     group:new",
    ] {
        assert!(
            described.stdout.lines().any(|other| other == line),
            "{line} in\n{}",
            described.stdout
        );
    }
    assert!(
        described
            .stdout
            .contains("tsmp_client_group                   1 inserted"),
        "{}",
        described.stdout
    );
    let undo = desk.run(&["history", "2"]).stdout;
    assert!(
        undo.contains("what      undo of job 1") && undo.contains("backup    none"),
        "{undo}"
    );
    let (code, document) = desk.json(&["history", "1"]);
    assert_eq!(code, Some(0));
    let job = &document["jobs"][0];
    assert_eq!(
        job["choices"]["items"],
        json!({"client:a": "covered", "client:b": "added", "group:new": "added"})
    );
    assert_eq!(
        (&job["has_backup"], &job["operator"]),
        (&json!(true), &json!("tester"))
    );
    assert_eq!(document["jobs"].as_array().unwrap().len(), 1);
    let (code, document) = desk.json(&["history", "7"]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(64), &json!("usage"))
    );
}

#[tokio::test]
async fn what_failed_is_recorded_with_its_error_and_no_journal() {
    let desk = desk().await;
    desk.import();
    desk.site
        .run("ALTER TABLE tsmp_client ADD CONSTRAINT no CHECK (client_id <> 'c')")
        .await;
    desk.bring(&file().client("c", json!({})));
    let before = desk.site.dump().await;
    let (code, document) = desk.json(&["apply", "export.json", "--cover", "all", "--yes"]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(1), &json!("refused")),
        "{document:#}"
    );
    assert_eq!(desk.site.dump().await, before);
    let (_, document) = desk.json(&["history", "2"]);
    let job = &document["jobs"][0];
    assert_eq!(
        (&job["state"], &job["has_backup"]),
        (&json!("failed"), &json!(false))
    );
    let error = job["error"].as_str().unwrap();
    assert!(
        error.starts_with("cannot insert rows; nothing was written at tsmp_client:"),
        "{error}"
    );
    assert_eq!(
        desk.scalar::<i64>("SELECT count(*) FROM gatediff.journal WHERE job_id = 2")
            .await,
        0
    );
    assert!(
        desk.run(&["history", "2"])
            .stdout
            .contains("error     cannot insert rows")
    );
    let (code, document) = desk.undo(2, &[]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(1), &json!("refused"))
    );
    assert_eq!(
        document["error"]["message"],
        "job 2 wrote nothing: there is nothing to undo"
    );
    let (code, document) = desk.json(&["backup", "2", "--out", "b.json"]);
    assert_eq!(
        (code, &document["error"]["message"]),
        (Some(1), &json!("job 2 kept no backup"))
    );
}

// ---- undo

#[tokio::test]
async fn an_undo_says_what_it_did_in_text_and_json() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    desk.import();
    let (code, document) = desk.undo(1, &["--operator", "小美"]);
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(
        (&document["job"], &document["undoes"]),
        (&json!(2), &json!(1))
    );
    let restored = document["restored"].as_array().unwrap();
    assert_eq!(restored.len(), 3, "{restored:?}");
    assert_eq!(desk.site.dump().await, before);
    let again = desk.run(&["undo", "2", "--yes"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(
        again
            .stdout
            .contains("job 3: undid job 2, 3 items restored"),
        "{}",
        again.stdout
    );
    assert!(
        again
            .stderr
            .contains("note: `gatediff undo 3` undoes the undo"),
        "{}",
        again.stderr
    );
    assert_eq!(desk.clients().await, ["a", "b"]);
    let (code, document) = desk.undo(2, &[]);
    assert_eq!(
        (code, &document["error"]["message"]),
        (Some(1), &json!("job 2 was already undone by job 3"))
    );
    assert!(hints(&document).contains("undo the undo"));
    let (_, document) = desk.json(&["history", "2"]);
    assert_eq!(document["jobs"][0]["operator"], "小美");
}

#[tokio::test]
async fn nothing_is_undone_that_nobody_confirmed() {
    let desk = desk().await;
    desk.import();
    let after = desk.site.dump().await;
    let (code, document) = desk.json(&["undo", "1"]);
    assert_eq!(code, Some(64), "{document:#}");
    assert!(hints(&document).contains("--yes"));
    let configuration = desk.path(".config/gatediff/config.toml");
    std::fs::create_dir_all(configuration.parent().unwrap()).unwrap();
    std::fs::write(
        &configuration,
        format!(
            "[profile.live]\ndatabase_url = \"{}\"\nproduction = true\n",
            desk.site.db.url()
        ),
    )
    .unwrap();
    let live = |more: &[&str]| {
        let mut args = vec![
            "undo",
            "1",
            "--yes",
            "--profile",
            "live",
            "--output",
            "json",
        ];
        args.extend(more);
        ran(desk.command(&args).env_remove("DATABASE_URL"))
    };
    for wrong in [&[][..], &["--confirm", "other"]] {
        let refused = live(wrong);
        assert_eq!(refused.code, Some(64), "{}", refused.stdout);
        assert!(hints(&refused.json()).contains(&format!("--confirm {}", desk.site.db.name())));
    }
    assert_eq!(desk.site.dump().await, after);
    assert_eq!(live(&["--confirm", desk.site.db.name()]).code, Some(0));
    assert_eq!(desk.clients().await, ["a"]);
}

#[tokio::test]
async fn what_changed_since_is_named_with_its_fields_and_nothing_is_undone() {
    let desk = desk().await;
    desk.import();
    desk.site
        .run("UPDATE tsmp_client SET tps = 3, client_secret = 'canary' WHERE client_id = 'a'")
        .await;
    let before = desk.site.dump().await;
    let (code, document) = desk.undo(1, &[]);
    assert_eq!(
        (code, &document["status"]),
        (Some(3), &json!("stale")),
        "{document:#}"
    );
    assert_eq!(document["stale"][0]["item"], "client:a");
    assert_eq!(
        document["stale"][0]["fields"],
        json!([
            {"path": "/tsmp_client/client_secret", "secret": true},
            {"path": "/tsmp_client/tps", "then": 2, "now": 3, "wanted": 1, "secret": false},
        ])
    );
    assert!(hints(&document).contains("--only"));
    assert!(!document.to_string().contains("canary"));
    assert_eq!(desk.site.dump().await, before);
    let described = desk.run(&["undo", "1", "--yes"]);
    assert_eq!(described.code, Some(3));
    assert!(
        described
            .stderr
            .contains("/tsmp_client/tps: was 2, now 3, wanted 1"),
        "{}",
        described.stderr
    );
    assert!(
        described
            .stderr
            .contains("/tsmp_client/client_secret: differs"),
        "{}",
        described.stderr
    );
    // What the hint says.
    let (code, document) = desk.undo(1, &["--only", "client:b", "--only", "group"]);
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(desk.clients().await, ["a"]);
}

#[tokio::test]
async fn what_is_needed_by_now_is_named_and_nothing_is_undone() {
    let desk = desk().await;
    desk.import();
    let group = "SELECT group_id::text FROM tsmp_group WHERE group_name = 'new'";
    let group: String = desk.scalar(group).await;
    desk.site
        .run(&format!(
            "INSERT INTO tsmp_client_group VALUES ('a', '{group}')"
        ))
        .await;
    let before = desk.site.dump().await;
    let (code, document) = desk.undo(1, &[]);
    assert_eq!(
        (code, &document["status"]),
        (Some(4), &json!("blocked")),
        "{document:#}"
    );
    let needed = &document["error"]["stale"][0];
    assert_eq!(needed["item"], "group:new");
    assert!(
        needed["why"]
            .as_str()
            .unwrap()
            .contains("is required by tsmp_client_group"),
        "{needed}"
    );
    assert!(hints(&document).contains("remove what depends on it first"));
    assert_eq!(desk.site.dump().await, before);
    let described = desk.run(&["undo", "1", "--yes"]).stderr;
    assert!(described.contains("  item:      group:new "), "{described}");
}

#[tokio::test]
async fn only_what_was_named_is_undone() {
    let file = file().client("crm-1", json!({})).client("crm-2", json!({}));
    let desk = Desk::new(&target(), &file).await;
    desk.import();
    let (code, document) = desk.undo(1, &["--only", "client:crm-*"]);
    assert_eq!(
        (code, &document["restored"]),
        (Some(0), &json!(["client:crm-1", "client:crm-2"]))
    );
    assert_eq!(desk.clients().await, ["a", "b"]);
    for (only, code, message) in [
        (
            "client:crm-1",
            64,
            "job 1 has no items matching client:crm-1 to undo",
        ),
        (
            "client:nobody",
            64,
            "--only: 'client:nobody' matches no item",
        ),
        ("clint:b", 64, "clint"),
    ] {
        let (ended, document) = desk.undo(1, &["--only", only]);
        assert_eq!(ended, Some(code), "{document:#}");
        assert!(
            document["error"]["message"]
                .as_str()
                .unwrap()
                .contains(message),
            "{document:#}"
        );
        assert_ne!(document["error"]["hints"], Value::Null, "{document:#}");
    }
    let (code, document) = desk.undo(1, &[]);
    assert_eq!(
        (code, &document["restored"]),
        (Some(0), &json!(["client:a", "client:b", "group:new"]))
    );
    let described: Vec<(i64, String)> = desk
        .states()
        .into_iter()
        .map(|(job, state, _)| (job, state))
        .collect();
    assert!(
        described.contains(&(1, "undone".to_owned())),
        "{described:?}"
    );
}

// ---- backups

#[tokio::test]
async fn a_backup_is_what_an_export_from_before_would_have_been_and_brings_all_back() {
    for desk in [desk().await, Desk::with_ledger(&target(), &file()).await] {
        assert_eq!(desk.run(&["export", "--out", "before.json"]).code, Some(0));
        desk.import();
        let (code, document) = desk.json(&["backup", "1", "--out", "b.json"]);
        assert_eq!(
            (code, &document["file"]["path"]),
            (Some(0), &json!("b.json")),
            "{document:#}"
        );
        assert_eq!(mode(&desk.path("b.json")), 0o600);
        let read = |name: &str| -> Value {
            serde_json::from_slice(&std::fs::read(desk.path(name)).unwrap()).unwrap()
        };
        assert_eq!(read("b.json"), read("before.json"));
        let tables = "tsmp_client, tsmp_client_group, tsmp_group";
        desk.site.run(&format!("TRUNCATE {tables}")).await;
        std::fs::rename(desk.path("b.json"), desk.path("export.json")).unwrap();
        desk.import();
        assert_eq!(
            desk.site
                .column("tsmp_client", "tps", "client_id = 'a'")
                .await,
            [json!(1)]
        );
        assert_eq!(
            desk.site.column("tsmp_group", "group_name", "true").await,
            ["g"]
        );
        let (code, document) = desk.json(&["plan", "export.json"]);
        assert_eq!(
            (code, &document["status"]),
            (Some(0), &json!("ok")),
            "{document:#}"
        );
    }
}

#[tokio::test]
async fn a_backup_goes_where_it_is_to_and_never_over_another_file() {
    let desk = desk().await;
    desk.import();
    let shown = desk.run(&["backup", "1"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(
        shown.json()["importClientRelated"].is_object()
            || shown.stdout.contains("importClientRelated")
    );
    assert_eq!(
        desk.run(&["backup", "1", "--out", "-"]).stdout,
        shown.stdout
    );
    let (code, document) = desk.json(&["backup", "1"]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(64), &json!("usage"))
    );
    assert!(hints(&document).contains("--out"));
    std::fs::write(desk.path("b.json"), "mine").unwrap();
    let (code, document) = desk.json(&["backup", "1", "--out", "b.json"]);
    assert_eq!(
        (code, &document["error"]["message"]),
        (Some(1), &json!("file already exists"))
    );
    assert!(hints(&document).contains("--force"));
    assert_eq!(
        std::fs::read_to_string(desk.path("b.json")).unwrap(),
        "mine"
    );
    let forced = desk.run(&["backup", "1", "--out", "b.json", "--force"]);
    assert_eq!(forced.code, Some(0), "{}", forced.stderr);
    assert!(
        forced.stdout.starts_with("b.json (sha256 "),
        "{}",
        forced.stdout
    );
    assert!(
        forced.stderr.contains("contains secrets"),
        "{}",
        forced.stderr
    );
    assert_eq!(
        std::fs::read_to_string(desk.path("b.json")).unwrap(),
        shown.stdout
    );
    assert_eq!(mode(&desk.path("b.json")), 0o600);
}

#[tokio::test]
async fn an_import_without_a_backup_can_be_undone_all_the_same() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let args = [
        "apply",
        "export.json",
        "--cover",
        "all",
        "--no-backup",
        "--yes",
    ];
    let (code, document) = desk.json(&args);
    assert_eq!(
        (code, &document["backup"]),
        (Some(0), &Value::Null),
        "{document:#}"
    );
    assert_eq!(
        desk.scalar::<i64>("SELECT count(*) FROM gatediff.backups")
            .await,
        0
    );
    let (code, document) = desk.json(&["backup", "1", "--out", "b.json"]);
    assert_eq!(
        (code, &document["error"]["message"]),
        (Some(1), &json!("job 1 kept no backup"))
    );
    assert!(hints(&document).contains("gatediff history"));
    assert!(!desk.path("b.json").exists());
    assert_eq!(desk.undo(1, &[]).0, Some(0));
    assert_eq!(desk.site.dump().await, before);
}

// ---- saved plans

#[tokio::test]
async fn a_saved_plan_is_used_once_but_a_failed_apply_does_not_use_it() {
    for desk in [desk().await, Desk::with_ledger(&target(), &file()).await] {
        let saved = desk.run(&[
            "plan",
            "export.json",
            "--cover",
            "all",
            "--out",
            "plan.json",
        ]);
        assert_eq!(saved.code, Some(2), "{}", saved.stderr);
        desk.site
            .run("ALTER TABLE tsmp_client ADD CONSTRAINT no CHECK (client_id <> 'b')")
            .await;
        assert_eq!(desk.json(&["apply", "plan.json", "--yes"]).0, Some(1));
        desk.site
            .run("ALTER TABLE tsmp_client DROP CONSTRAINT no")
            .await;
        let (code, document) = desk.json(&["apply", "plan.json", "--yes"]);
        assert_eq!(
            (code, &document["job"]),
            (Some(0), &json!(2)),
            "{document:#}"
        );
        let (code, document) = desk.json(&["apply", "plan.json", "--yes"]);
        assert_eq!((code, &document["status"]), (Some(3), &json!("stale")));
        assert_eq!(document["error"]["why"], "job 2 applied it");
        assert!(hints(&document).contains("gatediff plan --out"));
    }
}

// ---- rights

/// Makes a role of the test's own with the rights that the README lists for `apply`, and for
/// `undo` too if asked.
async fn role(desk: &Desk, can_delete: bool) -> String {
    assert_eq!(desk.run(&["init"]).code, Some(0));
    let role = format!("{}_role", desk.site.db.name());
    let delete = if can_delete {
        format!("GRANT DELETE ON ALL TABLES IN SCHEMA public TO {role};")
    } else {
        String::new()
    };
    desk.site
        .run(&format!(
            "CREATE ROLE {role} LOGIN;
             GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role};
             REVOKE INSERT, UPDATE ON tsmp_api FROM {role};
             {delete}
             GRANT USAGE ON SEQUENCE seq_tsmp_group_pk, seq_tsmp_vgroup_pk, seq_tsmp_client_host_pk TO {role};
             GRANT USAGE ON SCHEMA gatediff TO {role};
             GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA gatediff TO {role}"
        ))
        .await;
    role
}

fn as_role(desk: &Desk, role: &str, args: &[&str]) -> Ran {
    let url = desk
        .site
        .db
        .url()
        .replace("user=postgres", &format!("user={role}"));
    ran(desk
        .command(args)
        .env("DATABASE_URL", url)
        .args(["--output", "json"]))
}

async fn drop_role(desk: &Desk, role: &str) {
    desk.site
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}

#[tokio::test]
async fn the_rights_of_the_readme_suffice_for_an_undo_and_the_undo_of_that() {
    let desk = desk().await;
    let before = desk.site.dump().await;
    let role = role(&desk, true).await;
    let applied = as_role(
        &desk,
        &role,
        &["apply", "export.json", "--cover", "all", "--yes"],
    );
    assert_eq!(applied.code, Some(0), "{}", applied.stdout);
    for (job, clients) in [("1", 1), ("2", 2), ("3", 1)] {
        let undone = as_role(&desk, &role, &["undo", job, "--yes"]);
        assert_eq!(undone.code, Some(0), "{}", undone.stdout);
        assert_eq!(desk.clients().await.len(), clients);
    }
    assert_eq!(desk.site.dump().await, before);
    assert_eq!(
        as_role(&desk, &role, &["history"]).json()["jobs"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(
        as_role(&desk, &role, &["backup", "1", "--out", "b.json"]).code,
        Some(0)
    );
    drop_role(&desk, &role).await;
}

#[tokio::test]
async fn a_role_that_may_not_delete_is_reported_so() {
    let desk = desk().await;
    let role = role(&desk, false).await;
    assert_eq!(
        as_role(
            &desk,
            &role,
            &["apply", "export.json", "--cover", "all", "--yes"]
        )
        .code,
        Some(0)
    );
    let after = desk.site.dump().await;
    let refused = as_role(&desk, &role, &["undo", "1", "--yes"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    let error = refused.json()["error"].clone();
    assert_eq!(error["kind"], "denied");
    assert!(
        error["where"].as_str().unwrap().starts_with("tsmp_"),
        "{error:#}"
    );
    assert!(
        error["hints"][0].as_str().unwrap().contains("DELETE"),
        "{error:#}"
    );
    assert_eq!(desk.site.dump().await, after);
    drop_role(&desk, &role).await;
}

#[tokio::test]
async fn nobody_but_the_owner_can_read_what_is_kept_unless_granted() {
    let desk = desk().await;
    desk.import();
    let role = format!("{}_other", desk.site.db.name());
    desk.site
        .run(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .await;
    let may: bool = desk
        .scalar(&format!(
            "SELECT has_schema_privilege('{role}', 'gatediff', 'USAGE') OR EXISTS \
             (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace \
              WHERE nspname = 'gatediff' AND relkind = 'r' AND has_any_column_privilege('{role}', c.oid, 'SELECT'))"
        ))
        .await;
    assert!(!may);
    for args in [
        &["history"][..],
        &["backup", "1", "--out", "b.json"],
        &["undo", "1", "--yes"],
    ] {
        let refused = as_role(&desk, &role, args);
        assert_eq!(refused.code, Some(1), "{}", refused.stdout);
        let error = refused.json()["error"].clone();
        assert_eq!(error["kind"], "denied", "{error:#}");
        assert!(
            error["hints"][0].as_str().unwrap().contains("USAGE"),
            "{error:#}"
        );
    }
    // A usage right by itself shows nothing.
    desk.site
        .run(&format!(
            "GRANT USAGE ON SCHEMA gatediff TO {role}; GRANT SELECT ON gatediff.migrations TO {role}"
        ))
        .await;
    let refused = as_role(&desk, &role, &["backup", "1", "--out", "b.json"]);
    assert_eq!(
        refused.json()["error"]["kind"],
        "denied",
        "{}",
        refused.stdout
    );
    drop_role(&desk, &role).await;
}

// ---- a schema of another version

/// Makes our schema as it was before journals, with a job in it.
async fn first_version(target: &Target) {
    let mut migrator = Migrator::with_migrations(vec![Migration::new(
        1,
        "jobs".into(),
        MigrationType::Simple,
        SqlStr::from_static(include_str!("../../migrations/0001_jobs.sql")),
        false,
    )]);
    migrator.dangerous_set_table_name("gatediff.migrations");
    migrator.create_schemas = vec!["gatediff".into()].into();
    let mut connection = target
        .connect(gatediff::store::Timeouts::default())
        .await
        .unwrap();
    migrator
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    let sql = "INSERT INTO gatediff.jobs (command, platform, operator, host, program, target, file_path, \
               file_sha256, started_at, counts, table_rows) VALUES ('apply', 'digirunner', 'old hand', 'h', \
               'gatediff/0.0.1', 't', 'old.json', '', now(), '{\"added\": 1}', '[]')";
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn an_older_schema_is_upgraded_by_an_apply_and_keeps_its_jobs() {
    let desk = desk().await;
    first_version(&desk.site.target()).await;
    for args in [
        &["history"][..],
        &["undo", "1", "--yes"],
        &["backup", "1", "--out", "b.json"],
    ] {
        let (code, document) = desk.json(args);
        assert_eq!(
            (code, &document["error"]["kind"]),
            (Some(1), &json!("schema")),
            "{document:#}"
        );
        assert_eq!(
            document["error"]["message"],
            "gatediff's own schema has an older version"
        );
        assert!(hints(&document).contains("gatediff init"), "{document:#}");
    }
    let saved = desk.run(&["plan", "export.json", "--out", "plan.json"]);
    assert_eq!(
        saved.code,
        Some(2),
        "a plan needs no ledger: {}",
        saved.stderr
    );
    assert_eq!(desk.import(), 2);
    let described: Vec<(i64, String)> = desk
        .states()
        .into_iter()
        .map(|(job, state, _)| (job, state))
        .collect();
    assert_eq!(described, [(2, "done".to_owned()), (1, "done".to_owned())]);
    let old = desk.run(&["history", "1"]).stdout;
    assert!(
        old.contains("operator  old hand on h with gatediff/0.0.1"),
        "{old}"
    );
    let (code, document) = desk.undo(1, &[]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(1), &json!("refused")),
        "{document:#}"
    );
    assert_eq!(
        document["error"]["message"],
        "job 1 kept no journal: it cannot be undone"
    );
    let (code, document) = desk.json(&["backup", "1", "--out", "b.json"]);
    assert_eq!(
        (code, &document["error"]["message"]),
        (Some(1), &json!("job 1 kept no backup"))
    );
    assert_eq!(desk.undo(2, &[]).0, Some(0));
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let desk = desk().await;
    desk.import();
    desk.site
        .run("INSERT INTO gatediff.migrations VALUES (99, 'later', now(), true, '', 0)")
        .await;
    let before = desk.site.dump().await;
    for args in [
        &["history"][..],
        &["init"],
        &["undo", "1", "--yes"],
        &["backup", "1", "--out", "b.json"],
    ] {
        let (code, document) = desk.json(args);
        assert_eq!(
            (code, &document["error"]["kind"]),
            (Some(1), &json!("schema")),
            "{document:#}"
        );
        assert_eq!(
            document["error"]["why"],
            "it was created by a newer gatediff"
        );
        assert!(
            hints(&document).contains("upgrade gatediff"),
            "{document:#}"
        );
    }
    desk.bring(&sample().client("z", json!({})));
    let (code, document) = desk.json(&["apply", "export.json", "--yes"]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(1), &json!("schema")),
        "{document:#}"
    );
    assert_eq!(desk.site.dump().await, before);
}

// ---- a ledger file

#[tokio::test]
async fn two_processes_with_one_ledger_file_both_get_in() {
    let mut desks = Vec::new();
    for _ in 0..2 {
        desks.push(Desk::new(&target(), &file()).await);
    }
    for round in 0..5 {
        // Neither finds a file: both make it.
        let ledger = desks[0].path(&format!("ledger-{round}.db"));
        desks
            .iter_mut()
            .for_each(|desk| desk.ledger = Some(ledger.clone()));
        let at_once = |args: [Vec<&str>; 2]| {
            let children: Vec<_> = desks
                .iter()
                .zip(args)
                .map(|(desk, args)| {
                    let mut command = desk.command(&args);
                    command
                        .args(["--output", "json"])
                        .stdout(Stdio::piped())
                        .stderr(Stdio::piped())
                        .spawn()
                        .unwrap()
                })
                .collect();
            let ended: Vec<_> = children
                .into_iter()
                .map(|child| child.wait_with_output().unwrap())
                .collect();
            let describe = |output: std::process::Output| -> (Option<i32>, Value) {
                (
                    output.status.code(),
                    serde_json::from_slice(&output.stdout).unwrap(),
                )
            };
            ended.into_iter().map(describe).collect::<Vec<_>>()
        };
        let apply = || vec!["apply", "export.json", "--cover", "all", "--yes"];
        let applied = at_once([apply(), apply()]);
        let mut numbers = Vec::new();
        for (code, document) in &applied {
            assert_eq!(*code, Some(0), "{document:#}");
            numbers.push(document["job"].to_string());
        }
        assert_ne!(numbers[0], numbers[1]);
        let described = desks[0].states();
        assert!(
            described.len() == 2 && described.iter().all(|(_, state, _)| state == "done"),
            "{described:?}"
        );
        let text = desks[0].run(&["history"]).stdout;
        for desk in &desks {
            assert!(
                text.contains(&format!("/{}", desk.site.db.name())),
                "whose job it is:\n{text}"
            );
        }
        // The other's job is not this target's.
        let (code, document) = desks[0].undo(numbers[1].parse().unwrap(), &[]);
        assert_eq!(code, Some(64), "{document:#}");
        assert!(hints(&document).contains("--database-url"));
        let undo = |number| vec!["undo", number, "--yes"];
        for (code, document) in at_once([undo(&numbers[0]), undo(&numbers[1])]) {
            assert_eq!(code, Some(0), "{document:#}");
        }
        assert_eq!(desks[0].clients().await, ["a"]);
    }
}

#[tokio::test]
async fn a_ledger_file_that_cannot_be_used_is_reported_and_nothing_is_written() {
    let mut desk = desk().await;
    let before = desk.site.dump().await;
    std::fs::write(desk.path("file"), "").unwrap();
    std::fs::create_dir(desk.path("directory")).unwrap();
    std::fs::write(desk.path("notes.txt"), "no ledger: ".repeat(100)).unwrap();
    for place in [
        "file/ledger.db",
        "missing/ledger.db",
        "directory",
        "/proc/ledger.db",
        "notes.txt",
    ] {
        let path = desk.path(place);
        desk.ledger = Some(path.clone());
        let (code, document) = desk.json(&["apply", "export.json", "--cover", "all", "--yes"]);
        assert_eq!(
            (code, &document["error"]["kind"]),
            (Some(1), &json!("file")),
            "{document:#}"
        );
        assert_eq!(document["error"]["message"], "cannot open the ledger file");
        assert_eq!(document["error"]["where"], path.to_str().unwrap());
        assert!(hints(&document).contains("--ledger"), "{document:#}");
        assert_eq!(desk.site.dump().await, before);
    }
    let (code, document) = desk.json(&["history"]);
    assert_eq!(
        (code, &document["error"]["kind"]),
        (Some(1), &json!("file")),
        "{document:#}"
    );
}

#[tokio::test]
async fn where_the_disk_is_full_nothing_is_written() {
    let mut desk = desk().await;
    let before = desk.site.dump().await;
    let mut failed = 0;
    // In blocks of half a KiB.
    for blocks in (0..).step_by(16) {
        desk.ledger = Some(desk.path(&format!("ledger-{blocks}.db")));
        let apply = desk.command(&[
            "apply",
            "export.json",
            "--cover",
            "all",
            "--yes",
            "--output",
            "json",
        ]);
        let mut limited = std::process::Command::new("sh");
        limited.arg("-c").arg(format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""
        ));
        limited
            .arg(apply.get_program())
            .args(apply.get_args())
            .current_dir(desk.home.path())
            .env_clear();
        limited.envs(
            apply
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let applied = ran(&mut limited);
        let document = applied.json();
        if applied.code == Some(0) {
            assert_eq!(desk.states()[0].1, "done");
            break;
        }
        failed += 1;
        assert_eq!(
            (applied.code, &document["error"]["kind"]),
            (Some(1), &json!("file")),
            "{document:#}"
        );
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains("the ledger file"), "{document:#}");
        assert!(hints(&document).contains("disk"), "{document:#}");
        assert_eq!(desk.site.dump().await, before);
        let states = desk.states();
        assert!(
            states.iter().all(|(_, state, _)| state == "failed"),
            "{states:?}"
        );
    }
    assert!(failed > 2, "the limit was met");
    assert_eq!(desk.clients().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_the_ledger_file_agrees_with_the_database() {
    let mut chance = chance("kill -9 with a ledger file");
    let old = clients(shared(), 0, 20, "old");
    let new = clients(shared(), 0, 40, "new");
    let apply = ["apply", "export.json", "--cover", "all", "--yes"];
    let whole = Desk::with_ledger(&old, &new).await;
    let before = rows(&whole.site).await;
    let begun = Instant::now();
    assert_eq!(whole.run(&apply).code, Some(0));
    let takes = begun.elapsed();
    let after = rows(&whole.site).await;
    let mut came_through = 0;
    for _ in 0..cases(4) {
        let desk = Desk::with_ledger(&old, &new).await;
        let mut child = desk
            .command(&apply)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(takes.mul_f64(0.3 + chance.f64()));
        child.kill().unwrap();
        child.wait().unwrap();
        tokio::task::block_in_place(|| wait_until_left_alone(&desk.site.db));
        let left = rows(&desk.site).await;
        assert!(left == before || left == after, "neither before nor after");
        let states: Vec<String> = desk
            .states()
            .into_iter()
            .map(|(_, state, _)| state)
            .collect();
        if left == after {
            came_through += 1;
            assert_eq!(states, ["done"]);
            assert_eq!(desk.undo(1, &[]).0, Some(0));
            assert_eq!(rows(&desk.site).await, before);
        } else {
            assert!(states.iter().all(|state| state == "failed"), "{states:?}");
            // Nothing is in the way of the next one.
            assert_eq!(desk.run(&apply).code, Some(0));
        }
    }
    println!("{came_through} of {} came through", cases(4));
}

// ---- on a terminal

fn terminal(desk: &Desk, args: &[&str]) -> PtyCommand {
    PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args(args)
        .env("HOME", desk.home.path().as_os_str())
        .env("DATABASE_URL", desk.site.db.url())
}

#[tokio::test]
async fn on_a_terminal_the_history_fits_and_an_undo_is_asked_for_by_name() {
    let desk = desk().await;
    let long = "exports/of a very long name that no narrow terminal has any room for.json";
    std::fs::create_dir(desk.path("exports")).unwrap();
    std::fs::write(desk.path(long), file().export()).unwrap();
    let applied = desk.run(&[
        "apply",
        long,
        "--cover",
        "all",
        "--yes",
        "--operator",
        "資訊處維運組小美與小王",
    ]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let mut pty = terminal(&desk, &["history"]).spawn();
    pty.wait_for("資訊處維運  2 added, 1 covered");
    pty.wait_for("for.json");
    assert_eq!(pty.wait_exit(), Ok(0));
    let bytes = String::from_utf8(pty.bytes()).unwrap();
    assert!(
        bytes.lines().all(|line| unicode_columns(line) <= 80),
        "{bytes}"
    );

    let mut pty = terminal(&desk, &["undo", "7"]).spawn();
    pty.wait_for("job 7 not found in the ledger");
    assert_eq!(pty.wait_exit(), Ok(64), "nobody is asked in vain");
    let undo = |answer: &str, described: &str, exit: u32| {
        let mut pty = terminal(&desk, &["undo", "1", "--only", "client:a"])
            .size(160, 24)
            .spawn();
        pty.wait_for("undo of job 1 in ");
        pty.wait_for("only client:a");
        pty.wait_for("2 added, 1 covered");
        pty.wait_for("Type the database name to continue:");
        pty.send(answer);
        pty.wait_for(described);
        assert_eq!(pty.wait_exit(), Ok(exit));
    };
    undo("yes\r", "not confirmed; nothing was written", 130);
    // Ctrl-C.
    undo("\u{3}", "nothing was written", 130);
    undo(
        &format!("{}\r", desk.site.db.name()),
        "job 2: undid job 1, 1 item restored",
        0,
    );

    let mut pty = terminal(&desk, &["backup", "1"]).spawn();
    pty.wait_for("a backup contains secrets, and stdout is a terminal");
    pty.wait_for("--out FILE");
    assert_eq!(pty.wait_exit(), Ok(64));
}

/// Returns how many columns a line takes.
fn unicode_columns(line: &str) -> usize {
    line.trim_end()
        .chars()
        .map(|c| if c.is_ascii() { 1 } else { 2 })
        .sum()
}
