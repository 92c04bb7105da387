//! What only a target has, and several targets at once, through the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::gatediff::{Ran, command, fixture};
use crate::support::pg::TestDb;
use crate::support::pty::PtyCommand;
use crate::support::sample::{Sample, sample};
use crate::support::site::Site;

/// A home directory with profiles and an export.
struct Home {
    directory: TempDir,
    config: String,
}

impl Home {
    fn new(file: &Sample) -> Self {
        let home = Self {
            directory: tempfile::tempdir().unwrap(),
            config: String::new(),
        };
        fs::write(home.path("export.json"), file.export()).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Adds a profile, with further settings.
    fn with(mut self, name: &str, url: &str, more: &str) -> Self {
        let profile = format!("[profile.{name}]\ndatabase_url = \"{url}\"\n{more}\n");
        self.config.push_str(&profile);
        let path = self.path(".config/gatediff/config.toml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &self.config).unwrap();
        self
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = command(self.directory.path());
        Ran::of(command.current_dir(self.directory.path()).args(args))
    }

    fn json(&self, args: &[&str]) -> (Option<i32>, Value) {
        let mut all = args.to_vec();
        all.extend(["--output", "json"]);
        let ran = self.run(&all);
        (ran.code, ran.json())
    }
}

/// Adds clients to an environment.
fn clients(mut sample: Sample, ids: &[&str], remark: &str) -> Sample {
    for id in ids {
        sample = sample.client(id, json!({"remark": remark}));
    }
    sample
}

/// An address where nobody answers.
fn unreachable() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    format!("postgresql://nobody@127.0.0.1:{port}/dgr")
}

/// Returns the verdicts of a matrix by item and target: `=` for the same.
fn verdicts(document: &Value) -> BTreeMap<String, BTreeMap<String, String>> {
    let items = document["items"].as_array().unwrap().iter();
    let described = items.map(|item| {
        let cells = item["verdicts"].as_object().unwrap().iter();
        let cells = cells.map(|(target, cell)| {
            let word = match cell["unchanged"] == true {
                true => "=".to_owned(),
                false => cell["status"].as_str().unwrap().to_owned(),
            };
            (target.clone(), word)
        });
        let key = item["key"].as_str().unwrap().to_owned();
        (key, cells.collect())
    });
    described.collect()
}

fn statuses(document: &Value) -> Vec<(&str, &str)> {
    let targets = document["targets"].as_array().unwrap().iter();
    let described = targets.map(|target| {
        let word = |name: &str| target[name].as_str().unwrap();
        (word("name"), word("status"))
    });
    described.collect()
}

#[tokio::test]
async fn what_only_the_target_has_is_counted_and_listed_on_demand_and_stays() {
    let there = clients(sample(), &["a", "old", "older"], "same").group("7", "g", json!({}));
    let site = Site::new(&there).await;
    let home = Home::new(&clients(sample(), &["a"], "same")).with("uat", &site.db.url(), "");
    let plain = home.run(&["plan", "export.json", "--target", "uat"]);
    assert_eq!(plain.code, Some(0), "{}{}", plain.stdout, plain.stderr);
    let counted = "2 clients, 1 group only in the target: never deleted by an import";
    assert!(plain.stdout.contains(counted), "{}", plain.stdout);
    assert!(!plain.stdout.contains("older"), "{}", plain.stdout);
    let both = home.run(&["plan", "export.json", "--target", "uat", "--both"]);
    assert!(both.stdout.contains("    older"), "{}", both.stdout);

    let (_, document) = home.json(&["plan", "export.json", "--target", "uat"]);
    assert_eq!(document["summary"]["only_in_target"], 3);
    let counts = json!([{"kind": "client", "items": 2}, {"kind": "group", "items": 1}]);
    assert_eq!(document["only_in_target_counts"], counts);
    assert_eq!(document["only_in_target"], Value::Null);
    let (_, document) = home.json(&["plan", "export.json", "--target", "uat", "--both"]);
    let listed = document["only_in_target"].as_array().unwrap();
    let keys: Vec<&str> = listed
        .iter()
        .map(|it| it["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["old", "older", "g"]);

    let before = site.dump().await;
    let applied = [
        "apply",
        "export.json",
        "--target",
        "uat",
        "--cover",
        "all",
        "--yes",
    ];
    let ran = home.run(&applied);
    assert!(
        ran.stdout.contains("nothing to do"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.stdout.contains(counted), "{}", ran.stdout);
    assert_eq!(site.dump().await, before);
}

/// Imports the sample of a product of documents, and compares a file of one of its objects.
#[tokio::test]
async fn of_a_store_that_is_not_read_the_other_documents_are_counted_and_listed() {
    let db = TestDb::new().await;
    let file: Value =
        serde_json::from_str(&fs::read_to_string(fixture("tyk/export.json")).unwrap()).unwrap();
    let home = Home::new(&sample()).with("uat", &db.url(), "");
    let all = fixture("tyk/export.json");
    let (code, applied) = home.json(&[
        "apply",
        &all,
        "--target",
        "uat",
        "--ignore-missing",
        "--yes",
    ]);
    assert_eq!(code, Some(0), "{applied:#}");
    // Of one of the APIs that were added a file is made.
    let mut items = applied["items"].as_array().unwrap().iter();
    let added = items.find(|item| item["kind"] == "api" && item["outcome"] == "added");
    let added = &added.unwrap()["key"];
    let mut apis = file["apis"].as_array().unwrap().iter();
    let api = apis.find(|api| api["api_definition"]["api_id"] == *added);
    let few = json!({"apis": [api.unwrap()]});
    fs::write(home.path("few.json"), few.to_string()).unwrap();
    let args = ["plan", "few.json", "--target", "uat"];
    let (_, counted) = home.json(&args);
    assert_eq!(counted["summary"]["unchanged"], 1, "{counted:#}");
    let sql = "SELECT kind, count(*) FROM gatediff.documents GROUP BY kind";
    let stored: Vec<(String, i64)> = sqlx::query_as(sql)
        .fetch_all(&mut db.connect().await)
        .await
        .unwrap();
    let mut stored = BTreeMap::from_iter(stored);
    *stored.get_mut("api").unwrap() -= 1;
    let counts = counted["only_in_target_counts"].as_array().unwrap().iter();
    let counts = counts.map(|count| {
        let kind = count["kind"].as_str().unwrap().to_owned();
        (kind, count["items"].as_i64().unwrap())
    });
    assert_eq!(counts.collect::<BTreeMap<_, _>>(), stored);
    let (_, listed) = home.json(&[&args[..], &["--both"]].concat());
    assert_eq!(
        listed["only_in_target_counts"],
        counted["only_in_target_counts"]
    );
    let listed = listed["only_in_target"].as_array().unwrap().len();
    assert_eq!(i64::try_from(listed).unwrap(), stored.values().sum::<i64>());
}

#[tokio::test]
async fn one_file_is_compared_with_several_targets_and_one_that_is_unreachable() {
    let file = clients(
        clients(sample(), &["new", "changed"], "v2"),
        &["same"],
        "v1",
    );
    let old = clients(sample(), &["changed", "same", "other"], "v1");
    let (dev, uat) = (Site::new(&file).await, Site::new(&old).await);
    let home = Home::new(&file)
        .with("dev", &dev.db.url(), "order = 1")
        .with("uat", &uat.db.url(), "order = 2\nproduction = true");
    let all = ["plan", "export.json", "--target", "dev", "--target", "u*"];
    let (code, document) = home.json(&all);
    assert_eq!(code, Some(2), "{document:#}");
    assert_eq!(document["status"], "changes");
    assert_eq!(statuses(&document), [("dev", "ok"), ("uat", "changes")]);
    assert_eq!(document["targets"][1]["production"], true);
    assert_eq!(document["targets"][1]["summary"]["only_in_target"], 1);
    let found = verdicts(&document);
    let expected = |dev: &str, uat: &str| {
        let cells = [("dev", dev), ("uat", uat)];
        let cells = cells.map(|(target, cell)| (target.to_owned(), cell.to_owned()));
        BTreeMap::from(cells)
    };
    assert_eq!(found["new"], expected("=", "add"));
    assert_eq!(found["changed"], expected("=", "repeat"));
    assert_eq!(found["same"], expected("=", "="));

    let ran = home.run(&all);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("PRODUCTION"), "{}", ran.stdout);
    let unchanged = "= 1 item is unchanged in every target";
    assert!(ran.stdout.contains(unchanged), "{}", ran.stdout);

    let home = home.with("gone", &unreachable(), "");
    let (code, document) = home.json(&[&all[..], &["--target", "gone"]].concat());
    assert_eq!(code, Some(1));
    let wanted = [("dev", "ok"), ("uat", "changes"), ("gone", "error")];
    assert_eq!(statuses(&document), wanted);
    assert_eq!(document["targets"][2]["error"]["kind"], "unreachable");
    assert_eq!(verdicts(&document)["new"], expected("=", "add"));
}

#[tokio::test]
async fn options_about_one_target_and_unknown_targets_are_wrong_usage() {
    let home = Home::new(&sample())
        .with("dev", &unreachable(), "")
        .with("uat", &unreachable(), "");
    for (args, what) in [
        (
            &["plan", "export.json", "--target", "*", "--both"][..],
            "--both lists",
        ),
        (
            &["plan", "export.json", "--target", "*", "--out", "p.json"],
            "--out saves",
        ),
        (
            &["plan", "export.json", "--target", "deev"],
            "did you mean 'dev'",
        ),
        (&["plan", "export.json", "--target", "x*"], "matches 'x*'"),
        (
            &[
                "plan",
                "export.json",
                "--target",
                "dev",
                "--database-url",
                "host=a",
            ],
            "--database-url",
        ),
        (
            &[
                "apply",
                "export.json",
                "--target",
                "*",
                "--confirm",
                "other",
            ],
            "--confirm names the database of no target",
        ),
        (
            &["apply", "export.json", "--target", "*"],
            "without a terminal",
        ),
        (&["apply", "export.json", "--keep-going"], "--target"),
    ] {
        let ran = home.run(args);
        assert_eq!(ran.code, Some(64), "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(what), "{args:?}: {}", ran.stderr);
    }
}

#[tokio::test]
async fn an_import_goes_from_dev_over_uat_to_production_and_back_in_one() {
    let file = clients(clients(sample(), &["crm", "new"], "v2"), &["kept"], "v1");
    let old = clients(sample(), &["crm", "kept", "own"], "v1");
    let sites = [
        Site::new(&old).await,
        Site::new(&old).await,
        Site::new(&old).await,
    ];
    let [dev, uat, prod] = &sites;
    let home = Home::new(&file)
        .with("dev", &dev.db.url(), "order = 1")
        .with("uat", &uat.db.url(), "order = 2")
        .with("prod", &prod.db.url(), "order = 3\nproduction = true");
    let before = prod.dump().await;
    let (code, listed) = home.json(&["targets"]);
    assert_eq!(code, Some(0));
    let names: Vec<&Value> = listed["targets"].as_array().unwrap().iter().collect();
    let described: Vec<(&str, bool, bool)> = names
        .iter()
        .map(|it| {
            let is = |name: &str| it[name] == true;
            (
                it["name"].as_str().unwrap(),
                is("production"),
                is("reachable"),
            )
        })
        .collect();
    let wanted = [
        ("dev", false, true),
        ("uat", false, true),
        ("prod", true, true),
    ];
    assert_eq!(described, wanted);
    assert!(
        names.iter().all(|it| it["last_job"].is_null()),
        "{listed:#}"
    );

    // Production is not confirmed: nothing is written anywhere.
    let all = [
        "apply",
        "export.json",
        "--target",
        "*",
        "--cover",
        "all",
        "--yes",
    ];
    let (code, refused) = home.json(&all);
    assert_eq!(code, Some(64), "{refused:#}");
    assert_eq!(dev.dump().await, prod.dump().await);

    let confirmed = [&all[..], &["--confirm", prod.db.name()]].concat();
    let (code, applied) = home.json(&confirmed);
    assert_eq!(code, Some(0), "{applied:#}");
    assert_eq!(applied["status"], "ok");
    let wanted = [("dev", "ok"), ("uat", "ok"), ("prod", "ok")];
    assert_eq!(statuses(&applied), wanted);
    for target in applied["targets"].as_array().unwrap() {
        assert_eq!(target["job"], 1, "{target:#}");
        assert_eq!(target["summary"]["only_in_target"], 1);
    }
    for site in &sites {
        let remarks = site.column("tsmp_client", "remark", "client_id IN ('crm', 'new')");
        assert_eq!(remarks.await, ["v2", "v2"]);
        let own = site.rows("tsmp_client", "client_id = 'own'").await;
        assert_eq!(own.len(), 1, "an import deletes nothing");
    }
    let (code, matrix) = home.json(&["plan", "export.json", "--target", "*"]);
    assert_eq!(
        (code, &matrix["status"]),
        (Some(0), &json!("ok")),
        "{matrix:#}"
    );

    let undo = [
        "undo",
        "1",
        "--profile",
        "prod",
        "--confirm",
        prod.db.name(),
    ];
    let ran = home.run(&undo);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let rows = |dump: &BTreeMap<String, Vec<Value>>| dump["tsmp_client"].clone();
    assert_eq!(rows(&prod.dump().await), rows(&before));
    let (code, matrix) = home.json(&["plan", "export.json", "--target", "*"]);
    assert_eq!(code, Some(2));
    let wanted = [("dev", "ok"), ("uat", "ok"), ("prod", "changes")];
    assert_eq!(statuses(&matrix), wanted);
    let (_, listed) = home.json(&["targets"]);
    let last = |index: usize| listed["targets"][index]["last_job"]["command"].clone();
    assert_eq!([last(0), last(2)], [json!("apply"), json!("undo")]);
}

#[tokio::test]
async fn a_failure_after_a_commit_is_partial_and_stops_unless_it_keeps_going() {
    let file = clients(sample(), &["new"], "v2");
    let sites = [
        Site::new(&sample()).await,
        Site::new(&sample()).await,
        Site::new(&sample()).await,
    ];
    let [one, bad, last] = &sites;
    bad.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'no'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON tsmp_client FOR EACH ROW EXECUTE FUNCTION refuse()")
        .await;
    let home = Home::new(&file)
        .with("a", &one.db.url(), "")
        .with("b", &bad.db.url(), "")
        .with("c", &last.db.url(), "");
    let all = ["apply", "export.json", "--target", "*", "--yes"];
    let (code, document) = home.json(&all);
    assert_eq!(code, Some(1), "{document:#}");
    assert_eq!(document["status"], "partial");
    let wanted = [("a", "ok"), ("b", "error"), ("c", "not-run")];
    assert_eq!(statuses(&document), wanted);
    assert_eq!(document["targets"][1]["error"]["kind"], "refused");
    let added = |site: &'static str| format!("client_id = '{site}'");
    assert_eq!(last.rows("tsmp_client", &added("new")).await.len(), 0);

    let going = [&all[..], &["--keep-going"]].concat();
    let ran = home.run(&going);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    for line in [
        "  a  ok: nothing written",
        "  b  failed: error",
        "  c  ok: job 1",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    assert_eq!(last.rows("tsmp_client", &added("new")).await.len(), 1);
    assert_eq!(bad.rows("tsmp_client", &added("new")).await.len(), 0);

    // Where nothing was committed, the end is that of the one that failed.
    let (code, document) = home.json(&[
        "apply",
        "export.json",
        "--target",
        "b",
        "--target",
        "c",
        "--yes",
    ]);
    assert_eq!((code, &document["status"]), (Some(1), &json!("error")));
}

#[tokio::test]
async fn the_matrix_is_reviewed_by_keyboard_at_80x24() {
    let file = clients(sample(), &["crm", "new"], "v2");
    let old = clients(sample(), &["crm", "own"], "v1");
    let (uat, prod) = (Site::new(&old).await, Site::new(&old).await);
    let home = Home::new(&file)
        .with("uat", &uat.db.url(), "order = 1")
        .with("prod", &prod.db.url(), "order = 2\nproduction = true");
    let mut pty = PtyCommand::new(env!("CARGO_BIN_EXE_gatediff"))
        .args(["review", &home.path("export.json").to_string_lossy()])
        .args(["--target", "uat", "--target", "prod"])
        .env("HOME", home.directory.path())
        .spawn();
    pty.wait_for("2 of 3 items differ");
    // The first client of the second target.
    pty.send("jl\r");
    pty.wait_for("PRODUCTION");
    pty.wait_for("1 target only");
    pty.send("t");
    pty.wait_for("1 item only in the target, below its kind");
    pty.send("q");
    pty.wait_for("2 of 3 items differ");
    // The client that is new, in the first target: imported there alone.
    pty.send("h\r");
    pty.wait_for("X rehearse");
    pty.send("P");
    pty.wait_for("Confirm import");
    pty.send("\t\r");
    pty.wait_for("Imported: job 1");
    pty.send("q");
    pty.wait_for("compared again");
    pty.send("q");
    pty.wait_for("2 of 3 items differ");
    let new = "client_id = 'new'";
    assert_eq!(uat.rows("tsmp_client", new).await.len(), 1);
    assert_eq!(prod.rows("tsmp_client", new).await.len(), 0);
    pty.send("q");
    assert_eq!(pty.wait_exit(), Ok(0));
}
