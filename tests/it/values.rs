//! Values and ignore rules of an environment, end to end: from the configuration file to the rows,
//! the saved plan and the ledger.

use std::path::PathBuf;

use gatediff::engine::diff::Show;
use gatediff::engine::{ItemId, Outcome, Plan, Refusal};
use gatediff::job;
use proptest::prelude::any;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::platforms::{Product, SP_CONFIG, TYK};
use crate::support::draw::{Draw, Side, environment};
use crate::support::gatediff::{Ran, command, log};
use crate::support::property::{for_all, numbers, short};
use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, cover_all};

/// The password that the environment gives; it must be nowhere but in its row.
const PASSWORD: &str = "fake-from-the-environment";

const RULES: &str = r#"
[profile.uat]

[[profile.uat.values]]
kind = "client"
key = "cr*"
path = "/remark"
from = "dev."
to = "uat."

[[profile.uat.values]]
kind = "rdb-connection"
key = "db"
path = "/mima"
value = "${env:DB_PASSWORD}"

[[profile.uat.ignore]]
kind = "client"
path = "/tps"
"#;

/// A database, an import file, and a home directory with a configuration.
struct Desk {
    site: Site,
    home: TempDir,
}

impl Desk {
    async fn new(target: &Sample, file: &Sample, config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let configuration = home.path().join(".config/gatediff");
        std::fs::create_dir_all(&configuration).unwrap();
        std::fs::write(configuration.join("config.toml"), config).unwrap();
        std::fs::write(home.path().join("export.json"), file.export()).unwrap();
        Self {
            site: Site::new(target).await,
            home,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.run_with(PASSWORD, args)
    }

    fn run_with(&self, password: &str, args: &[&str]) -> Ran {
        let ran = Ran::of(
            command(self.home.path())
                .current_dir(self.home.path())
                .env("DATABASE_URL", self.site.db.url())
                .env("DB_PASSWORD", password)
                .args(["--profile", "uat"])
                .args(args),
        );
        let told = [&ran.stdout, &ran.stderr, &log(self.home.path())];
        assert!(told.iter().all(|text| !text.contains(PASSWORD)), "{ran:?}");
        ran
    }
}

fn file() -> Sample {
    sample()
        .client("crm", json!({"tps": 50, "remark": "https://dev.x"}))
        .client("erp", json!({"tps": 50, "remark": "https://dev.x"}))
        .client("new", json!({"tps": 50}))
        .connection("db", json!({"mima": "fake-of-dev"}))
}

fn target() -> Sample {
    sample()
        .client("crm", json!({"tps": 7, "remark": "https://old"}))
        .client("erp", json!({"tps": 8, "remark": "https://dev.x"}))
        .connection("db", json!({"mima": "fake-of-uat"}))
}

/// Returns an item of a document.
fn item<'d>(document: &'d Value, kind: &str, key: &str) -> &'d Value {
    let mut items = document["items"].as_array().into_iter().flatten();
    let found = items.find(|item| item["kind"] == kind && item["key"] == key);
    found.unwrap_or(&Value::Null)
}

#[tokio::test]
async fn values_are_written_as_shown_and_ignored_differences_are_not() {
    let desk = Desk::new(&target(), &file(), RULES).await;
    let plan = desk.run(&["plan", "export.json", "--output", "json"]);
    assert_eq!(plan.code, Some(2), "{}", plan.stderr);
    let plan = plan.json();
    assert_eq!(plan["summary"]["ignored"], 2);
    let crm = item(&plan, "client", "crm");
    assert_eq!(
        crm["changes"],
        json!([{"path": "/remark", "op": "replace", "before": "https://old",
            "after": "https://uat.x", "set_by_values": true}])
    );
    assert_eq!(crm["ignored"], json!(["/tps"]));
    assert_eq!(item(&plan, "client", "erp")["unchanged"], true);
    assert_eq!(
        item(&plan, "rdb-connection", "db")["changes"],
        json!([{"path": "/mima", "op": "replace", "secret": true, "set_by_values": true}])
    );
    let text = desk.run(&["plan", "export.json", "--unchanged"]).stdout;
    for line in [
        "2 ignored",
        "tps  ignored",
        "remark  https://old → https://uat.x  set by values",
        "mima  differs  set by values",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let applied = desk.run(&[
        "apply",
        "export.json",
        "--cover",
        "all",
        "--yes",
        "--output",
        "json",
    ]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let column = async |column, client| {
        let condition = format!("client_id = '{client}'");
        let values = desk.site.column("tsmp_client", column, &condition).await;
        values.into_iter().next()
    };
    assert_eq!(column("tps", "crm").await, Some(json!(7)));
    assert_eq!(column("remark", "crm").await, Some(json!("https://uat.x")));
    assert_eq!(column("tps", "erp").await, Some(json!(8)));
    // An item that is added has no value to keep.
    assert_eq!(column("tps", "new").await, Some(json!(50)));
    let passwords = desk.site.column("dgr_rdb_connection", "mima", "true").await;
    assert_eq!(passwords, [json!(PASSWORD)]);
    let again = desk.run(&["plan", "export.json"]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);
    // The record has the rules, and not what they gave.
    let job = applied.json()["job"].to_string();
    let record = desk.run(&["history", &job, "--output", "json"]).json();
    let choices = &record["jobs"][0]["choices"];
    assert_eq!(choices["ignore"][0]["path"], "/tps");
    assert_eq!(
        choices["values"][1]["replacement"]["value"],
        "${env:DB_PASSWORD}"
    );
    let undone = desk.run(&["undo", &job, "--yes"]);
    assert_eq!(undone.code, Some(0), "{}", undone.stderr);
    let passwords = desk.site.column("dgr_rdb_connection", "mima", "true").await;
    assert_eq!(passwords, [json!("fake-of-uat")]);
}

#[tokio::test]
async fn a_saved_plan_has_its_rules_and_is_stale_if_they_give_something_else() {
    let desk = Desk::new(&target(), &file(), RULES).await;
    let saved = desk.run(&[
        "plan",
        "export.json",
        "--cover",
        "all",
        "--out",
        "plan.json",
    ]);
    assert_eq!(saved.code, Some(2), "{}", saved.stderr);
    let text = std::fs::read_to_string(desk.path("plan.json")).unwrap();
    assert!(!text.contains(PASSWORD) && text.contains("${env:DB_PASSWORD}"));
    let shown = desk.run(&["show", "plan.json", "--unchanged"]).stdout;
    assert!(
        shown.contains("set by values") && shown.contains("tps  ignored"),
        "{shown}"
    );
    // Neither the profile's rules nor other ones are asked for.
    std::fs::write(desk.path(".config/gatediff/config.toml"), "[profile.uat]\n").unwrap();
    let apply = ["apply", "plan.json", "--yes", "--output", "json"];
    let other = desk.run_with("fake-other", &apply);
    assert_eq!(other.code, Some(3), "{}", other.stderr);
    assert!(other.stdout.contains("/mima") && !other.stdout.contains("fake-other"));
    let missing = Ran::of(
        command(desk.home.path())
            .current_dir(desk.home.path())
            .env("DATABASE_URL", desk.site.db.url())
            .args(apply),
    );
    assert_eq!(missing.code, Some(64), "{}", missing.stdout);
    let why = missing.json()["error"].clone();
    assert_eq!(
        why["why"],
        "the environment variable DB_PASSWORD is not set"
    );
    let place = why["where"].as_str().map(ToOwned::to_owned);
    assert!(
        place.is_some_and(|place| place.ends_with("config.toml:11")),
        "{why}"
    );
    let done = desk.run(&apply);
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    let passwords = desk.site.column("dgr_rdb_connection", "mima", "true").await;
    assert_eq!(passwords, [json!(PASSWORD)]);
}

#[tokio::test]
async fn a_file_of_values_has_the_last_word_and_rules_without_an_effect_are_errors() {
    let desk = Desk::new(&target(), &file(), RULES).await;
    let values = "[[values]]\nkind = \"client\"\nkey = \"crm\"\npath = \"/remark\"\nvalue = \"${file:remark}\"\n";
    std::fs::write(desk.path("uat.toml"), values).unwrap();
    std::fs::write(desk.path("remark"), "from a file\n").unwrap();
    let plan = [
        "plan",
        "export.json",
        "--values",
        "uat.toml",
        "--output",
        "json",
    ];
    let shown = desk.run(&plan).json();
    let change = &item(&shown, "client", "crm")["changes"][0];
    assert_eq!(change["after"], "from a file");
    for (rule, line, why) in [
        (
            "[[values]]\nkind = \"client\"\nkey = \"c\"\npath = \"/tps\"\nvalue = 1\n",
            1,
            "matches no item: the file has no client with the key 'c'",
        ),
        (
            "\n[[values]]\nkind = \"client\"\npath = \"/tpss\"\nvalue = 1\n",
            2,
            "matches no value: no client with the key '*' has /tpss",
        ),
        (
            "[[values]]\nkind = \"rdb-connection\"\npath = \"/mima\"\nvalue = \"fake-plain\"\n",
            1,
            "it is a secret: use ${env:NAME} or ${file:PATH}",
        ),
        (
            "[[values]]\nkind = \"client\"\npath = \"/tps\"\n",
            1,
            "needs 'value'",
        ),
        (
            "[[ignore]]\nkind = \"client\"\npath = \"/tps\"\n",
            1,
            "unknown field",
        ),
    ] {
        std::fs::write(desk.path("uat.toml"), rule).unwrap();
        let ran = desk.run(&plan);
        assert_eq!(ran.code, Some(64), "{rule}: {}", ran.stdout);
        let error = ran.json()["error"].clone();
        let told = error.to_string();
        assert!(told.contains(why), "{error}");
        assert_eq!(error["where"], format!("uat.toml:{line}"), "{error}");
    }
    let unmet = RULES.replace("\"/tps\"", "\"/hosts\"");
    std::fs::write(desk.path(".config/gatediff/config.toml"), unmet).unwrap();
    let ran = desk.run(&["plan", "export.json"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stdout);
    assert!(ran.stderr.contains("matches no value"), "{}", ran.stderr);
}

/// Returns the differences of items that both sides have and nothing blocks, with their paths.
fn differences(plan: &Plan) -> Vec<(ItemId, String)> {
    let mut found = Vec::new();
    for (index, entry) in plan.entries().iter().enumerate() {
        if entry.base.is_some() && entry.is_open() {
            let changes = plan.changes(index, Show::Differences).into_iter();
            let effective = changes.filter(|change| change.op.is_effective());
            found.extend(effective.map(|change| (entry.item.id.clone(), change.path)));
        }
    }
    found
}

#[test]
fn what_is_ignored_of_any_environment_stays_in_the_target() {
    let picks = proptest::collection::vec(any::<proptest::sample::Index>(), 1..8);
    for_all(4, (numbers(), numbers(), picks), |(file, target, picks)| {
        let file = environment(&mut Draw::new(file), Side::File);
        let target = environment(&mut Draw::new(target), Side::Target);
        let samples = format!("file: {}\ntarget: {}", short(&file), short(&target));
        let picks = picks.clone();
        let holds = async move {
            let site = Site::new(&target).await;
            let all = differences(&site.review(&file).await.plan);
            if all.is_empty() {
                return Ok(());
            }
            let rule = |pick: &proptest::sample::Index| {
                let (id, path) = &all[pick.index(all.len())];
                job::Scope {
                    kind: id.kind.as_str().to_owned(),
                    key: id.key.to_string(),
                    path: path.clone(),
                    origin: "test:1".to_owned(),
                }
            };
            let rules: Vec<job::Scope> = picks.iter().map(rule).collect();
            let review = site.review_ignoring(&file, &rules).await;
            let ignored: Vec<(ItemId, String)> = review
                .plan
                .entries()
                .iter()
                .flat_map(|entry| entry.ignored().iter().map(|path| (&entry.item.id, path)))
                .map(|(id, path)| (id.clone(), path.clone()))
                .collect();
            // The import itself checks that what is shown is what is written.
            let receipt = match review.plan.approve(&cover_all(&review.plan)) {
                Err(Refusal::NothingToWrite { .. }) => return Ok(()),
                Err(refusal) => return Err(format!("{refusal:?}")),
                Ok(_) => site.apply(&review, &cover_all(&review.plan)).await,
            };
            let receipt = receipt.map_err(|failure| format!("{failure:?}"))?;
            let left = site.review_ignoring(&file, &rules).await;
            for (index, outcome) in receipt.outcomes.iter().enumerate() {
                let entry = left.plan.entry(index).unwrap();
                let is_written = matches!(outcome, Outcome::Added | Outcome::Covered);
                let again = left.plan.changes(index, Show::Differences);
                let own = |change: &gatediff::engine::Change| {
                    change.op.is_effective() && change.needs.is_none()
                };
                if is_written && again.iter().any(own) {
                    return Err(format!("{} differs still: {again:?}", entry.item.id));
                }
            }
            // Without the rules each of them is a difference as before.
            let plain = site.review(&file).await.plan;
            for (id, path) in ignored {
                let index = plain.position(&id).unwrap();
                let differs = plain.changes(index, Show::Differences);
                if !differs.iter().any(|change| change.path == path) {
                    return Err(format!("{id} {path} is not as it was: {differs:?}"));
                }
            }
            Ok(())
        };
        (samples, holds)
    });
}

/// Applies a product's demo with rules for one of its differences that are texts: one is set, another
/// one ignored.
async fn documents_follow(product: &Product) {
    let db = product.demo().await;
    let home = tempfile::tempdir().unwrap();
    let url = db.url();
    let export = product.export();
    let run = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend([
            "--database-url",
            &url,
            "--profile",
            "uat",
            "--output",
            "json",
        ]);
        Ran::of(command(home.path()).current_dir(home.path()).args(all))
    };
    let config = home.path().join(".config/gatediff/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(&config, "[profile.uat]\n").unwrap();
    let plan = run(&["plan", &export]).json();
    let items = plan["items"].as_array().unwrap().iter();
    let is_text = |change: &&Value| {
        change["op"] == "replace" && change["before"].is_string() && change["after"].is_string()
    };
    let mut texts = items
        .filter(|item| item["status"] == "repeat")
        .flat_map(|item| {
            let changes = item["changes"].as_array().unwrap().iter();
            changes.filter(is_text).map(move |change| (item, change))
        });
    let (set, ignored) = (texts.next().unwrap(), texts.next().unwrap());
    let place = |(item, change): (&Value, &Value)| {
        format!(
            "kind = {}\nkey = {}\npath = {}\n",
            item["kind"], item["key"], change["path"]
        )
    };
    let rules = format!(
        "[[profile.uat.values]]\n{}value = \"set for uat\"\n[[profile.uat.ignore]]\n{}",
        place(set),
        place(ignored)
    );
    std::fs::write(&config, &rules).unwrap();
    let plan = run(&["plan", &export]);
    assert_eq!(plan.code, Some(2), "{rules}: {}", plan.stdout);
    let plan = plan.json();
    let of = |document: &Value, (item, _): (&Value, &Value)| {
        let mut items = document["items"].as_array().unwrap().iter();
        let same = |other: &&Value| other["kind"] == item["kind"] && other["key"] == item["key"];
        items.find(same).unwrap().clone()
    };
    let changes = of(&plan, set)["changes"].as_array().unwrap().clone();
    let change = changes
        .iter()
        .find(|change| change["path"] == set.1["path"])
        .unwrap();
    assert_eq!(change["after"], "set for uat");
    assert_eq!(change["set_by_values"], true);
    assert_eq!(of(&plan, ignored)["ignored"], json!([ignored.1["path"]]));
    let applied = run(&[
        "apply",
        &export,
        "--cover",
        "all",
        "--ignore-missing",
        "--yes",
    ]);
    assert_eq!(applied.code, Some(0), "{}", applied.stdout);
    // What was ignored is still as the target had it.
    std::fs::write(&config, "[profile.uat]\n").unwrap();
    let plain = run(&["plan", &export]).json();
    let changes = of(&plain, ignored)["changes"].as_array().unwrap().clone();
    let change = changes
        .iter()
        .find(|change| change["path"] == ignored.1["path"])
        .unwrap();
    assert_eq!(change["before"], ignored.1["before"]);
    let changes = of(&plain, set)["changes"].as_array().unwrap().clone();
    let change = changes
        .iter()
        .find(|change| change["path"] == set.1["path"])
        .unwrap();
    assert_eq!(change["before"], "set for uat");
}

#[tokio::test]
async fn documents_of_tyk_follow_values_and_ignore_rules() {
    documents_follow(&TYK).await;
}

#[tokio::test]
async fn documents_of_sp_config_follow_values_and_ignore_rules() {
    documents_follow(&SP_CONFIG).await;
}
