//! Saved plans, end to end: saved, shown, and applied with exactly their
//! choices, or refused with the reason.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use gatediff::engine::{Choices, SignatureKey};
use gatediff::job::{FailureKind, SavedPlan, saved};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::gatediff::{Ran, command};
use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all};

/// A database, an import file, and a home directory with the key.
struct Desk {
    site: Site,
    home: TempDir,
}

impl Desk {
    async fn new(target: &Sample, file: &Sample) -> Self {
        let desk = Self {
            site: Site::new(target).await,
            home: tempfile::tempdir().unwrap(),
        };
        std::fs::write(desk.path("export.json"), file.export()).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs the binary in the home directory, with the database's address.
    fn run(&self, args: &[&str]) -> Ran {
        self.run_against(&self.site.db.url(), args)
    }

    fn run_against(&self, url: &str, args: &[&str]) -> Ran {
        let mut command = command(self.home.path());
        let output = command
            .current_dir(self.home.path())
            .env("DATABASE_URL", url)
            .args(args)
            .output()
            .unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Saves a plan as `plan.json`.
    fn save(&self, choices: &[&str]) {
        let mut args = vec![
            "plan",
            "export.json",
            "--out",
            "plan.json",
            "--operator",
            "小美",
        ];
        args.extend(choices);
        let ran = self.run(&args);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    }

    /// Applies `plan.json`.
    fn apply(&self, more: &[&str]) -> Ran {
        let mut args = vec!["apply", "plan.json", "--yes", "--output", "json"];
        args.extend(more);
        self.run(&args)
    }
}

/// Returns what a document says of the outcome of each client.
fn outcomes(document: &Value) -> BTreeMap<&str, &str> {
    let items = document["items"].as_array().unwrap().iter();
    let clients = items.filter(|item| item["kind"] == "client");
    clients
        .map(|item| {
            (
                item["key"].as_str().unwrap(),
                item["outcome"].as_str().unwrap(),
            )
        })
        .collect()
}

fn target() -> Sample {
    sample()
        .client("a", json!({"tps": 1}))
        .client("b", json!({"tps": 1}))
        .client("same", json!({}))
}

fn file() -> Sample {
    sample()
        .client("a", json!({"tps": 50}))
        .client("b", json!({"tps": 50}))
        .client("same", json!({}))
        .client("new", json!({}))
        .client("left", json!({}))
}

// ---- exactly its choices

#[tokio::test]
async fn what_a_choice_blocks_is_blocked_in_the_plan_and_in_its_receipt() {
    let file = sample()
        .client("new", json!({}))
        .oauth("new", json!({}))
        .client("other", json!({}))
        .group("1", "core", json!({}))
        .client_group("new", "1");
    let desk = Desk::new(&sample(), &file).await;
    desk.save(&["--skip", "group"]);
    let shown = desk.run(&["show", "plan.json", "--output", "json"]).json();
    let applied = desk.apply(&[]).json();
    assert_eq!(outcomes(&shown), outcomes(&applied));
    assert_eq!(outcomes(&applied)["new"], "blocked");
    assert_eq!(applied["status"], "partial");
}

#[tokio::test]
async fn a_plan_is_applied_with_exactly_its_choices() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&["--cover", "client:a", "--skip", "client:left"]);
    assert_eq!(
        desk.path("plan.json")
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let applied = desk.apply(&[]);
    assert_eq!(
        applied.code,
        Some(0),
        "{}{}",
        applied.stdout,
        applied.stderr
    );
    let document = applied.json();
    let wanted = [
        ("a", "covered"),
        ("b", "skipped"),
        ("left", "skipped"),
        ("new", "added"),
        ("same", "unchanged"),
    ];
    assert_eq!(outcomes(&document), BTreeMap::from(wanted));
    assert_eq!(
        desk.site
            .column("tsmp_client", "client_id", "tps = 50")
            .await,
        ["a"]
    );
    assert_eq!(
        desk.site.column("tsmp_client", "client_id", "true").await,
        ["a", "b", "new", "same"]
    );
}

#[tokio::test]
async fn a_plan_is_used_once() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&["--cover", "client:a"]);
    assert_eq!(
        desk.apply(&["--rehearse"]).code,
        Some(0),
        "to rehearse is not to use"
    );
    let applied = desk.apply(&[]);
    assert_eq!(
        applied.code,
        Some(0),
        "{}{}",
        applied.stdout,
        applied.stderr
    );
    let used = |ran: Ran| {
        assert_eq!(ran.code, Some(3), "{}", ran.stdout);
        assert_eq!(
            ran.json()["error"]["message"],
            "the plan was already applied; nothing was written"
        );
        assert_eq!(ran.json()["error"]["why"], "job 1 applied it");
    };
    used(desk.apply(&[]));
    // Even where it would fit again.
    let undone = desk.run(&["undo", "1", "--yes"]);
    assert_eq!(undone.code, Some(0), "{}", undone.stderr);
    used(desk.apply(&[]));
}

#[tokio::test]
async fn what_was_blocked_and_is_free_now_is_left_out_all_the_same() {
    let target = target().client("z", json!({"clientAlias": "al"}));
    let file = file().client("blocked", json!({"clientAlias": "al"}));
    let desk = Desk::new(&target, &file).await;
    desk.save(&["--cover", "client:b"]);
    desk.site
        .run("UPDATE tsmp_client SET client_alias = '' WHERE client_id = 'z'")
        .await;
    let document = desk.apply(&[]).json();
    assert_eq!(document["status"], "ok", "{document:#}");
    assert_eq!(outcomes(&document)["blocked"], "skipped");
    assert_eq!(outcomes(&document)["b"], "covered");
}

#[tokio::test]
async fn missing_apis_are_ignored_only_if_the_plan_says_so() {
    let file = file()
        .group("1", "g", json!({}))
        .group_api("1", ("m", "k"), json!({}));
    let desk = Desk::new(&target(), &file).await;
    desk.save(&[]);
    let refused = desk.apply(&[]);
    assert_eq!(refused.code, Some(4), "{}", refused.stdout);
    assert!(
        refused.json()["error"]["hints"][0]
            .as_str()
            .unwrap()
            .contains("--ignore-lack-api")
    );
    std::fs::remove_file(desk.path("plan.json")).unwrap();
    desk.save(&["--ignore-lack-api"]);
    assert_eq!(desk.apply(&[]).code, Some(0));
}

#[tokio::test]
async fn a_plan_with_nothing_to_write_is_done() {
    let desk = Desk::new(&target(), &target()).await;
    let ran = desk.run(&["plan", "export.json", "--out", "plan.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let applied = desk.apply(&[]);
    assert_eq!(applied.code, Some(0), "{}", applied.stdout);
    assert_eq!(applied.json()["job"], Value::Null);
}

#[tokio::test]
async fn choices_belong_to_the_plan_and_only_there() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&[]);
    for choice in [
        &["--cover", "all"][..],
        &["--skip", "client"],
        &["--ignore-lack-api"],
    ] {
        let ran = desk.apply(choice);
        assert_eq!(ran.code, Some(64), "{}", ran.stdout);
        assert!(
            ran.json()["error"]["message"]
                .as_str()
                .unwrap()
                .contains("which has its own choices")
        );
        let mut args = vec!["plan", "export.json"];
        args.extend(choice);
        assert_eq!(desk.run(&args).code, Some(64));
    }
    let ran = desk.run(&["apply", "export.json", "--file", "export.json", "--yes"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
}

// ---- no secret

/// Puts a canary into every secret property of every row, and into a URL.
fn with_canaries(mut side: Sample, canary: &str) -> Sample {
    const FIELDS: &str = include_str!("../../fixtures/digirunner/fields.csv");
    let records =
        csv::Reader::from_reader(FIELDS.as_bytes()).into_deserialize::<BTreeMap<String, String>>();
    for field in records
        .map(Result::unwrap)
        .filter(|field| field["role"] == "secret")
    {
        let list: &'static str = crate::support::sample::LISTS
            .into_iter()
            .find(|list| *list == field["json_list"])
            .unwrap();
        // A key is what two sides are matched by: theirs is the same.
        let is_key = ["apiKeyEn", "openApiKey"].contains(&field["json_field"].as_str());
        let value = if is_key {
            "canary-key".to_owned()
        } else {
            format!("canary-{canary}")
        };
        side = side.change(list, |row| {
            row.insert(field["json_field"].clone(), json!(value));
        });
        assert!(
            !side.rows(list).is_empty(),
            "{list} has a row for its secret"
        );
    }
    side.change("dgrRdbConnectionList", |row| {
        row.insert(
            "jdbcUrl".to_owned(),
            json!(format!("jdbc:postgresql://u:canary-{canary}@h/db")),
        );
    })
}

#[tokio::test]
async fn no_secret_is_in_a_plan_nor_in_what_is_reported_of_it() {
    let side = || {
        sample()
            .connection("c", json!({}))
            .client("a", json!({}))
            .oauth("a", json!({}))
            .clientext("a", 1, json!({}))
            .x_key(1, "a", "EN", json!({}))
            .open_key(1, "a", "key", json!({}))
            .dp_app(1, "a", json!({}))
            .idp_o(1, "a", "GOOGLE", json!({}))
            .idp_a(1, "a", json!({}))
    };
    let desk = Desk::new(
        &with_canaries(side(), "target"),
        &with_canaries(side(), "file"),
    )
    .await;
    let planned = desk.run(&[
        "plan",
        "export.json",
        "--out",
        "plan.json",
        "--cover",
        "all",
    ]);
    let shown = [
        desk.run(&["show", "plan.json"]),
        desk.run(&["show", "plan.json", "--output", "json"]),
    ];
    desk.site
        .run("UPDATE tsmp_open_apikey SET secret_key = 'canary-now'")
        .await;
    desk.site
        .run("UPDATE dgr_rdb_connection SET jdbc_url = 'jdbc:postgresql://u:canary-now@h/db'")
        .await;
    let stale = [desk.apply(&[]), desk.run(&["apply", "plan.json", "--yes"])];
    let plan = std::fs::read_to_string(desk.path("plan.json")).unwrap();
    assert!(plan.contains("jdbc:postgresql://u:***@h/db"));
    assert!(plan.contains("secretKey"));
    let fields = &stale[0].json()["stale"][0]["fields"];
    assert_eq!(
        *fields,
        json!([{"path": "/openApiKeys/alias-key/secretKey", "secret": true}])
    );
    assert_eq!(
        stale[0].json()["stale"][1]["fields"],
        json!([{"path": "/jdbcUrl", "secret": true}])
    );
    assert!(
        stale[1].stderr.contains("/jdbcUrl: differs"),
        "{}",
        stale[1].stderr
    );
    for ran in shown.iter().chain(&stale).chain([&planned]) {
        assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
    }
    assert!(!plan.contains("canary"), "{plan}");
    // Without the key nobody could tell, and with another key it looks different.
    let own: Vec<&str> = plan
        .split("\"fingerprint\":\"")
        .skip(1)
        .filter_map(|rest| rest.get(..64))
        .collect();
    let other = tempfile::tempdir().unwrap();
    std::fs::rename(desk.path(".local"), other.path().join("old")).unwrap();
    desk.run(&[
        "plan",
        "export.json",
        "--out",
        "other.json",
        "--cover",
        "all",
    ]);
    let theirs = std::fs::read_to_string(desk.path("other.json")).unwrap();
    assert!(own.len() > 10 && own.iter().all(|fingerprint| !theirs.contains(fingerprint)));
}

// ---- refused, with the reason

#[tokio::test]
async fn a_plan_that_was_edited_is_refused() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&["--skip", "client:left"]);
    let plan = std::fs::read_to_string(desk.path("plan.json")).unwrap();
    for (old, new) in [
        ("\"chosen\":[", "\"chosen\":[\"client:left\","),
        ("{\"int\":50}", "{\"int\":51}"),
        ("\"operator\":\"小美\"", "\"operator\":\"another\""),
        (",\"choices\"", ", \"choices\""),
        ("\"seal\":\"", "\"seal\":\"0"),
    ] {
        assert!(plan.contains(old), "{old}");
        std::fs::write(desk.path("plan.json"), plan.replacen(old, new, 1)).unwrap();
        let ran = desk.apply(&[]);
        assert_eq!(ran.code, Some(1), "{}", ran.stdout);
        assert_eq!(
            ran.json()["error"]["message"],
            "the plan was changed after it was saved"
        );
        assert_eq!(desk.run(&["show", "plan.json"]).code, Some(1));
    }
    assert_eq!(
        desk.site.rows("tsmp_client", "tps = 50").await,
        [Value::Null; 0]
    );
}

#[tokio::test]
async fn a_plan_of_another_file_target_or_key_is_refused() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&[]);
    // The file was changed, or is gone.
    let export = file().export();
    std::fs::write(desk.path("export.json"), export.replacen("50", "51", 1)).unwrap();
    let ran = desk.apply(&[]);
    assert_eq!(ran.code, Some(1));
    let described = ran.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(
        described,
        "the import file is not the one that the plan was made from"
    );
    std::fs::remove_file(desk.path("export.json")).unwrap();
    let ran = desk.apply(&[]);
    assert_eq!(ran.json()["error"]["kind"], "file");
    assert!(ran.stdout.contains("--file"), "{}", ran.stdout);
    std::fs::write(desk.path("moved.json"), &export).unwrap();
    // The target is another one.
    let other = Site::new(&target()).await;
    let mut args = vec![
        "apply",
        "plan.json",
        "--yes",
        "--output",
        "json",
        "--file",
        "moved.json",
    ];
    let ran = desk.run_against(&other.db.url(), &args);
    assert_eq!(ran.code, Some(64), "{}", ran.stdout);
    let why = ran.json()["error"]["why"].as_str().unwrap().to_owned();
    assert!(
        why.contains(desk.site.db.name()) && why.contains(other.db.name()),
        "{why}"
    );
    // The key is another one, or there is none.
    let state = desk.path(".local/state/gatediff/plan.key");
    let key = std::fs::read(&state).unwrap();
    for key in [None, Some([7; 32])] {
        std::fs::remove_file(&state).ok();
        if let Some(key) = key {
            std::fs::write(&state, key).unwrap();
        }
        let ran = desk.run(&args);
        assert_eq!(ran.code, Some(1));
        let error = ran.json()["error"].clone();
        assert_eq!(
            error["message"],
            "the plan was signed with a key that is not available here"
        );
        assert!(
            error["why"]
                .as_str()
                .unwrap()
                .starts_with("it was saved by 小美 on "),
            "{error}"
        );
        // It can be looked at all the same.
        let shown = desk.run(&["show", "plan.json", "--output", "json"]);
        assert_eq!(
            (shown.code, &shown.json()["saved"]["verified"]),
            (Some(0), &json!(false))
        );
        assert!(
            shown.stderr.contains("cannot be verified here"),
            "{}",
            shown.stderr
        );
    }
    // Another user of the same database is fine, and the file may have moved.
    std::fs::write(&state, key).unwrap();
    desk.site.run("CREATE ROLE deputy LOGIN SUPERUSER").await;
    args.truncate(7);
    let ran = desk.run_against(
        &desk.site.db.url().replace("user=postgres", "user=deputy"),
        &args,
    );
    desk.site
        .run("DROP OWNED BY deputy; DROP ROLE deputy")
        .await;
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}

#[tokio::test]
async fn a_plan_of_standard_input_wants_to_know_the_file() {
    let desk = Desk::new(&target(), &file()).await;
    let output = command(desk.home.path())
        .current_dir(desk.home.path())
        .args([
            "plan",
            "-",
            "--out",
            "-",
            "--database-url",
            &desk.site.db.url(),
        ])
        .stdin(std::fs::File::open(desk.path("export.json")).unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    std::fs::write(desk.path("plan.json"), output.stdout).unwrap();
    let ran = desk.apply(&[]);
    assert_eq!(ran.code, Some(64), "{}", ran.stdout);
    assert!(
        ran.json()["error"]["hints"][0]
            .as_str()
            .unwrap()
            .contains("--file")
    );
    assert_eq!(desk.apply(&["--file", "export.json"]).code, Some(0));
}

#[tokio::test]
async fn a_plan_does_not_overwrite_a_file_unasked_and_is_no_import_file() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&[]);
    let before = std::fs::read(desk.path("plan.json")).unwrap();
    let ran = desk.run(&["plan", "export.json", "--out", "plan.json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(std::fs::read(desk.path("plan.json")).unwrap(), before);
    desk.save(&["--force"]);
    assert_ne!(std::fs::read(desk.path("plan.json")).unwrap(), before);
    let ran = desk.run(&["plan", "plan.json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("gatediff show"), "{}", ran.stderr);
    assert_eq!(desk.run(&["show", "export.json"]).code, Some(1));
}

// ---- stale

#[tokio::test]
async fn a_stale_plan_is_refused_with_the_three_states_and_shown_all_the_same() {
    let desk = Desk::new(&target(), &file()).await;
    desk.save(&["--cover", "client:a"]);
    let meanwhile = "UPDATE tsmp_client SET tps = 77 WHERE client_id = 'a'; DELETE FROM tsmp_client WHERE client_id = 'b'";
    desk.site.run(meanwhile).await;
    let before = desk.site.dump().await;
    let ran = desk.apply(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    let document = ran.json();
    assert_eq!(
        (&document["status"], &document["error"]["kind"]),
        (&json!("stale"), &json!("stale"))
    );
    assert_eq!(
        document["stale"],
        json!([{"item": "client:a", "why": "has since changed in the target: /tps", "fields":
            [{"path": "/tps", "then": 1, "now": 77, "wanted": 50, "secret": false}]}])
    );
    let text = desk.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(text.code, Some(3));
    assert!(
        text.stderr
            .contains("  stale:     client:a has since changed in the target: /tps\n"),
        "{}",
        text.stderr
    );
    assert!(
        text.stderr
            .contains("             /tps: was 1, now 77, wanted 50\n"),
        "{}",
        text.stderr
    );
    assert_eq!(desk.site.dump().await, before);
    let nowhere = "postgresql:///gone?host=/nonexistent&user=me";
    let shown = desk.run_against(nowhere, &["show", "plan.json"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    for line in [
        "  ~ Cover         a     a-name\n      ~ tps  1 → 50\n",
        "  ≠ Repeat        b     b-name  left out\n",
        "  + Add           new   new-name\n",
        "\nit adds 2 items, covers 1 and leaves out 1\n",
    ] {
        assert!(shown.stdout.contains(line), "{line}{}", shown.stdout);
    }
    let shown = desk
        .run_against(nowhere, &["show", "plan.json", "--output", "json"])
        .json();
    assert_eq!(
        (&shown["command"], &shown["status"]),
        (&json!("show"), &json!("changes"))
    );
    let chosen = json!({"chosen": ["client:a", "client:new", "client:left"], "ignore_lack_api": false, "ignore_missing": false});
    assert_eq!(shown["choices"], chosen);
    assert_eq!(shown["saved"]["operator"], "小美");
    assert_eq!(shown["saved"]["verified"], true);
    assert_eq!(shown["items"][0]["outcome"], "covered");
    assert_eq!(
        shown["items"][0]["changes"],
        json!([{"path": "/tps", "op": "replace", "before": 1, "after": 50}])
    );
}

// ---- below the faces

fn key() -> SignatureKey {
    SignatureKey::from_bytes(&[1; 32])
}

async fn save(site: &Site, file: &Sample) -> (Vec<u8>, SavedPlan) {
    let review = site.review(file).await;
    let bytes = saved::save(&review, &cover_all(&review.plan), &key(), "tester").unwrap();
    let plan = saved::parse("plan.json", &bytes).unwrap();
    (bytes, plan)
}

#[tokio::test]
async fn a_saved_plan_says_what_the_plan_itself_says() {
    let site = crate::digirunner::demo().await;
    let export = crate::support::gatediff::fixture("digirunner/export.json");
    let loaded =
        gatediff::job::load(&export, None, &gatediff::job::ImportOptions::default()).unwrap();
    let silent = gatediff::job::Reporter::silent();
    let timeouts = gatediff::store::Timeouts::default();
    let review = gatediff::job::plan(&loaded, &site.target(), timeouts, &silent)
        .await
        .unwrap();
    let plan = &review.plan;
    let choices = cover_all(plan);
    let saved = saved::save(&review, &choices, &key(), "tester").unwrap();
    let saved = saved::parse("plan.json", &saved).unwrap();
    assert_eq!(saved.plan().summary(), plan.summary());
    assert_eq!(saved.plan().missing(), plan.missing());
    assert!(saved.plan().all_warnings().eq(plan.all_warnings()));
    assert_eq!(*saved.choices(), choices);
    assert_eq!(
        saved.plan().resolve(saved.choices()),
        plan.resolve(&choices)
    );
    for (index, (then, now)) in plan
        .entries()
        .iter()
        .zip(saved.plan().entries())
        .enumerate()
    {
        assert_eq!(then.item.id, now.item.id);
        assert_eq!(then.verdict, now.verdict);
        for show in [
            gatediff::engine::diff::Show::Differences,
            gatediff::engine::diff::Show::Everything,
        ] {
            let describe = |plan: &gatediff::engine::Plan| {
                serde_json::to_value(plan.changes(index, show)).unwrap()
            };
            assert_eq!(describe(plan), describe(saved.plan()), "{}", then.item.id);
        }
    }
    assert_eq!(saved.check(&review, &key()).unwrap(), choices);
}

#[tokio::test]
async fn a_secret_that_changed_in_the_target_makes_a_saved_plan_stale() {
    let side = |secret: &str| {
        sample()
            .client("a", json!({}))
            .open_key(1, "a", "key", json!({"secretKey": secret}))
    };
    let site = Site::new(&side("then")).await;
    let (_, plan) = save(&site, &side("wanted")).await;
    let choices: Choices = plan
        .check(&site.review(&side("wanted")).await, &key())
        .unwrap();
    assert!(!choices.missing_confirmed || plan.choices().missing_confirmed);
    site.run("UPDATE tsmp_open_apikey SET secret_key = 'now'")
        .await;
    let failure = plan
        .check(&site.review(&side("wanted")).await, &key())
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale);
    assert!(failure.stale[0].fields[0].secret);
}

#[tokio::test]
async fn bytes_that_are_no_plan_are_refused_with_line_and_column_and_never_panic() {
    let site = Site::new(&target()).await;
    let (bytes, _) = save(
        &site,
        &file().group("1", "g", json!({})).client_group("new", "1"),
    )
    .await;
    assert!(saved::is_plan(&bytes) && saved::is_plan(b" {\n \"format\" : \"gatediff-plan\""));
    let text = String::from_utf8(bytes.clone()).unwrap();
    for older in [1, 2, 3, 4] {
        let older = text.replacen("\"version\":5", &format!("\"version\":{older}"), 1);
        let plan = saved::parse("plan.json", older.as_bytes()).unwrap();
        assert_eq!(
            plan.plan().missing(),
            [],
            "older ones know nothing of other missing objects"
        );
    }
    let refused = |text: &str| {
        let failure = saved::parse("plan.json", text.as_bytes()).unwrap_err();
        (failure.kind, format!("{failure}"))
    };
    for (broken, kind, described) in [
        (
            text.replacen("\"version\":5", "\"version\":6", 1),
            FailureKind::Format,
            "version is 6; this version supports 1 to 5",
        ),
        (
            text.replacen("gatediff-plan", "else", 1),
            FailureKind::Format,
            "not a gatediff plan file",
        ),
        (
            text.replacen("\"platform\":\"digirunner\"", "\"platform\":\"x\"", 1),
            FailureKind::Format,
            "it names 'x'",
        ),
        (
            text.replacen("client:a", "klient:a", 1),
            FailureKind::Parse,
            "'klient:a' does not name an item of a known kind",
        ),
        (
            text.replacen("\"operator\":\"", "\"operator\":", 1),
            FailureKind::Parse,
            "plan.json:1:",
        ),
        (
            text.replacen("\"int\":50", "\"int\":\"50\"", 1),
            FailureKind::Parse,
            "plan.json:1:",
        ),
        (
            text.replacen("\"host\"", "\"ghost\"", 1),
            FailureKind::Parse,
            "plan.json:1:",
        ),
        (format!("{text}x"), FailureKind::Parse, "plan.json:2:1"),
        ("[".repeat(100_000), FailureKind::Parse, "plan.json:1:"),
    ] {
        let (found, message) = refused(&broken);
        assert_eq!(found, kind, "{message}");
        assert!(message.contains(described), "{described}: {message}");
    }
    let body = text.trim_end().len();
    for end in (0..body).step_by(67) {
        let cut = saved::parse("plan.json", &bytes[..end]).unwrap_err();
        assert_eq!(cut.kind, FailureKind::Parse);
    }
    // Whatever is in it: read, or refused.
    for offset in (0..body).step_by(31) {
        for byte in *b"\"9}" {
            let mut other = bytes.clone();
            other[offset] = byte;
            if let Ok(plan) = saved::parse("plan.json", &other) {
                plan.plan().resolve(plan.choices());
                assert!(plan.verify(&key()).is_err() || other == bytes);
            }
        }
    }
}
