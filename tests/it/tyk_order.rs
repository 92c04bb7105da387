//! Tyk's files one after the other: what a file names and a later one brings is
//! missing until then, and no obstacle once that is confirmed. And what belongs
//! to an organisation that has another id in the target.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::gatediff::{Ran, command, fixture};
use crate::support::http::{Answer, SECRET, Served};
use crate::support::pg::TestDb;

const ORG: &str = "5e9d9544a1dcd60001d0ed20";
const OTHER: &str = "5e9d9544a1dcd60001d0ed77";
const POLICY: &str = "5e9d9544a1dcd60001d0a001";

/// The three files, in the order in which Tyk's documentation imports them.
const ORDER: [&str; 3] = ["organisations", "apis", "policies"];

/// Returns what a file holds for an organisation: an API and a policy that
/// name each other.
fn file(name: &str, org: &str) -> Value {
    match name {
        "organisations" => json!({ "id": org, "owner_name": "Owner", "apis": [] }),
        "apis" => json!({ "apis": [{ "api_definition": {
            "api_id": "jwt", "name": "JWT", "org_id": org, "active": true, "enable_jwt": true,
            "jwt_default_policies": [POLICY], "proxy": { "listen_path": "/jwt/", "target_url": "http://u/" },
        } }], "pages": 1 }),
        "policies" => json!({ "Data": [{
            "_id": POLICY, "id": "", "name": "Policy", "org_id": org, "active": true,
            "access_rights": { "jwt": { "api_id": "jwt", "api_name": "JWT" } },
        }], "Pages": 1 }),
        other => panic!("{other}"),
    }
}

/// A database, and a directory with the files.
struct Desk {
    db: TestDb,
    home: TempDir,
}

impl Desk {
    async fn new(org: &str) -> Self {
        let desk = Self {
            db: TestDb::new().await,
            home: tempfile::tempdir().unwrap(),
        };
        for name in ORDER {
            desk.write(name, &file(name, org));
        }
        desk
    }

    fn write(&self, name: &str, file: &Value) {
        std::fs::write(
            self.home.path().join(format!("{name}.json")),
            file.to_string(),
        )
        .unwrap();
    }

    /// Runs a command on the database, in the directory.
    fn run(&self, args: &[&str]) -> Ran {
        let mut command = command(self.home.path());
        let command = command
            .current_dir(self.home.path())
            .env("DATABASE_URL", self.db.url());
        Ran::of(command.args(args).args(["--output", "json"]))
    }

    fn apply(&self, name: &str, more: &[&str]) -> Ran {
        let path = format!("{name}.json");
        self.run(&[&["apply", &path, "--cover", "all", "--yes"], more].concat())
    }

    fn plan(&self, name: &str, more: &[&str]) -> Ran {
        let path = format!("{name}.json");
        self.run(&[&["plan", &path], more].concat())
    }

    /// Says that every file is in the target as it is, and that nothing is missing.
    fn all_there(&self) {
        for name in ORDER {
            let ran = self.plan(name, &[]);
            let plan = ran.json();
            assert_eq!(
                (ran.code, &plan["summary"]["unchanged"]),
                (Some(0), &json!(1)),
                "{plan:#}"
            );
            assert_eq!(
                (&plan["missing"], &plan["lack_api"]),
                (&json!([]), &json!([]))
            );
        }
    }

    /// Returns what stands in the target.
    fn export(&self) -> Value {
        let ran = self.run(&[
            "export",
            "--format",
            "tyk",
            "--out",
            "export.json",
            "--force",
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        serde_json::from_slice(&std::fs::read(self.home.path().join("export.json")).unwrap())
            .unwrap()
    }
}

// ---- the order, by the command line

#[tokio::test]
async fn a_missing_policy_is_confirmed_and_comes_after_its_api() {
    for flag in ["--ignore-missing", "--ignore-lack-api"] {
        let desk = Desk::new(ORG).await;
        assert_eq!(desk.apply("organisations", &[]).code, Some(0));
        let ran = desk.plan("apis", &[]);
        let plan = ran.json();
        assert_eq!(ran.code, Some(2), "{plan:#}");
        assert_eq!(
            plan["missing"],
            json!([{ "kind": "policy", "key": POLICY, "used_by": ["api:jwt"] }])
        );
        assert_eq!(
            (&plan["lack_api"], &plan["summary"]["missing"]),
            (&json!([]), &json!(1))
        );
        let refused = desk.apply("apis", &[]);
        let error = &refused.json()["error"];
        assert_eq!(
            (refused.code, &error["kind"]),
            (Some(4), &json!("blocked")),
            "{error}"
        );
        assert_eq!(
            error["message"],
            "the target lacks 1 object; nothing was written"
        );
        assert!(
            error["hints"][0]
                .as_str()
                .unwrap()
                .contains("--ignore-missing"),
            "{error}"
        );
        assert_eq!(desk.apply("apis", &[flag]).code, Some(0));
        // What it names now is there.
        assert_eq!(desk.apply("policies", &[]).code, Some(0));
        desk.all_there();
    }
}

#[tokio::test]
async fn a_missing_api_is_confirmed_and_comes_after_its_policy() {
    let desk = Desk::new(ORG).await;
    assert_eq!(desk.apply("organisations", &[]).code, Some(0));
    let plan = desk.plan("policies", &[]).json();
    let missing = json!([{ "module": ORG, "api": "jwt", "used_by": [format!("policy:{POLICY}")] }]);
    assert_eq!(
        (&plan["lack_api"], &plan["missing"]),
        (&missing, &json!([]))
    );
    let refused = desk.apply("policies", &[]);
    assert_eq!(refused.code, Some(4));
    assert_eq!(
        refused.json()["error"]["message"],
        "the target lacks 1 API; nothing was written"
    );
    assert_eq!(desk.apply("policies", &["--ignore-lack-api"]).code, Some(0));
    assert_eq!(desk.apply("apis", &[]).code, Some(0));
    desk.all_there();
}

#[tokio::test]
async fn without_its_organisation_nothing_goes_in_whatever_is_confirmed() {
    let desk = Desk::new(ORG).await;
    for name in ["apis", "policies"] {
        let ran = desk.apply(name, &["--ignore-missing"]);
        assert_eq!(ran.code, Some(4), "{}", ran.stdout);
        assert_eq!(
            ran.json()["items"][0]["reasons"][0]["code"],
            "prerequisite-missing"
        );
    }
}

#[tokio::test]
async fn text_reports_what_is_missing_and_how_to_go_on() {
    let desk = Desk::new(ORG).await;
    desk.apply("organisations", &[]);
    let mut command = command(desk.home.path());
    let args = ["plan", "apis.json", "--database-url", &desk.db.url()];
    let ran = Ran::of(command.current_dir(desk.home.path()).args(args));
    for line in [
        "1 add, 0 repeat (0 unchanged), 0 cannot add, 0 cannot cover, 0 lack API, 1 missing\n",
        "\nMissing objects: not in the target; ignored if you confirm (--ignore-missing)\n",
        &format!("\n  policy {POLICY}  used by api:jwt\n"),
        "\napply adds 1 item; it requires --ignore-missing while 1 object is missing\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
}

// ---- saved plans

#[tokio::test]
async fn a_saved_plan_carries_the_confirmation_and_is_stale_once_the_policy_is_there() {
    let desk = Desk::new(ORG).await;
    desk.apply("organisations", &[]);
    let save =
        |more: &[&str]| desk.plan("apis", &[&["--out", "plan.json", "--force"], more].concat());
    assert_eq!(save(&[]).code, Some(2));
    let refused = desk.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(refused.code, Some(4), "{}", refused.stdout);
    assert!(
        refused.json()["error"]["hints"][0]
            .as_str()
            .unwrap()
            .contains("--ignore-missing")
    );
    let saved = save(&["--ignore-missing"]).json();
    assert_eq!(saved["choices"]["ignore_missing"], true);
    let shown = desk.run(&["show", "plan.json"]).json();
    assert_eq!(shown["missing"], saved["missing"]);
    desk.apply("policies", &["--ignore-missing"]);
    let stale = desk.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(stale.code, Some(3), "{}", stale.stdout);
    assert_eq!(
        stale.json()["stale"][0],
        json!({ "item": "api:jwt", "why": format!("policy {POLICY} now exists in the target") })
    );
    assert_eq!(save(&[]).code, Some(2));
    assert_eq!(desk.run(&["apply", "plan.json", "--yes"]).code, Some(0));
    desk.all_there();
}

// ---- the order, by HTTP

fn post(served: &Served, name: &str, query: &str) -> Answer {
    let body = file(name, ORG);
    served.import(&format!("/admin/{name}/import{query}"), &body.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_one_after_the_other_is_taken_in_either_order() {
    for order in [ORDER, ["organisations", "policies", "apis"]] {
        let db = TestDb::new().await;
        let served = Served::start(&db, &[]);
        let first = post(&served, order[1], "");
        assert_eq!(first.status, 403, "without its organisation: {first:?}");
        for name in order {
            let answer = post(&served, name, "");
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        for name in order {
            let meta = post(&served, name, "?preview=true").json()["Meta"].clone();
            assert_eq!(
                meta["summary"],
                json!({ "add": 0, "cover": 0, "none": 1, "blocked": 0 }),
                "{meta}"
            );
            assert_eq!(
                (&meta["missing"], &meta["lack_api"]),
                (&json!([]), &json!([]))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_reports_what_is_missing_and_an_import_warns_of_it() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    post(&served, "organisations", "");
    let meta = post(&served, "apis", "?preview=true").json()["Meta"].clone();
    assert_eq!(
        meta["missing"],
        json!([{ "kind": "policy", "key": POLICY, "used_by": ["api:jwt"] }])
    );
    assert_eq!(meta["importable"], true);
    let answer = post(&served, "apis", "?findings=true");
    assert_eq!(answer.header("x-gatediff-findings"), Some("1"));
    assert_eq!(
        answer.json()["Findings"][0]["code"],
        "policy-dangling",
        "{answer:?}"
    );
}

// ---- another organisation

/// Returns which organisations the target's objects belong to.
fn owners(export: &Value) -> Vec<&str> {
    let apis = export["apis"]
        .as_array()
        .unwrap()
        .iter()
        .map(|api| &api["api_definition"]["org_id"]);
    let policies = export["Data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| &policy["org_id"]);
    apis.chain(policies)
        .map(|id| id.as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn what_belongs_to_another_organisation_is_added_under_the_one_it_is_mapped_to() {
    let desk = Desk::new(OTHER).await;
    desk.write("organisations", &file("organisations", ORG));
    desk.apply("organisations", &[]);
    let both =
        json!({ "apis": file("apis", OTHER)["apis"], "Data": file("policies", OTHER)["Data"] });
    desk.write("both", &both);
    assert_eq!(desk.plan("both", &[]).json()["summary"]["cannot_add"], 2);
    let mapping = ["--organisation", &format!("{OTHER}={ORG}")];
    assert_eq!(desk.plan("both", &mapping).json()["summary"]["add"], 2);
    assert_eq!(desk.apply("both", &mapping).code, Some(0));
    assert_eq!(owners(&desk.export()), [ORG, ORG]);
    assert_eq!(
        desk.plan("both", &mapping).json()["summary"]["unchanged"],
        2
    );
    // What was mapped in the file is what a saved plan writes.
    let mut changed = both.clone();
    changed["apis"][0]["api_definition"]["name"] = json!("Renamed");
    desk.write("both", &changed);
    let saved = desk.plan(
        "both",
        &[&mapping[..], &["--out", "plan.json", "--cover", "all"]].concat(),
    );
    assert_eq!(saved.code, Some(2), "{}", saved.stderr);
    assert_eq!(desk.run(&["apply", "plan.json", "--yes"]).code, Some(0));
    let export = desk.export();
    assert_eq!(
        (
            owners(&export),
            &export["apis"][0]["api_definition"]["name"]
        ),
        (vec![ORG, ORG], &json!("Renamed"))
    );
}

#[tokio::test]
async fn an_organisation_itself_is_mapped_and_its_text_is_kept_but_for_the_id() {
    let desk = Desk::new(OTHER).await;
    let text = format!("{{ \"id\":\t\"{OTHER}\",  \"owner_name\": \"{OTHER}\", \"apis\": [ ] }}");
    std::fs::write(desk.home.path().join("organisations.json"), &text).unwrap();
    let ran = desk.apply(
        "organisations",
        &["--organisation", &format!("{OTHER}={ORG}")],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let sql = "SELECT body FROM gatediff.documents";
    let body: String = sqlx::query_scalar(sql)
        .fetch_one(&mut desk.db.connect().await)
        .await
        .unwrap();
    assert_eq!(body, text.replacen(OTHER, ORG, 1));
}

#[tokio::test]
async fn a_mapping_that_cannot_be_taken_is_wrong_usage_and_one_that_meets_nothing_is_reported() {
    let desk = Desk::new(ORG).await;
    let twice = ["--organisation", "a=b", "--organisation", "a=c"];
    for (args, described) in [
        (&["--organisation", "a"][..], "FROM=TO"),
        (&["--organisation", "=b"], "FROM=TO"),
        (&twice, "organisation 'a' is mapped twice"),
    ] {
        let ran = desk.plan("apis", args);
        let message = ran.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(
            ran.code == Some(64) && message.contains(described),
            "{message}"
        );
    }
    for (product, export) in [
        ("digirunner", "digirunner/export.json"),
        ("sp-config", "sp-config/export.json"),
    ] {
        let ran = desk.run(&["validate", &fixture(export), "--organisation", "a=b"]);
        let message = ran.json()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(
            (ran.code, message),
            (Some(64), format!("{product} has no organisations to map"))
        );
    }
    let warnings = desk
        .run(&["validate", "apis.json", "--organisation", "a=b"])
        .json()["warnings"]
        .clone();
    let unmet = "the mapping of organisation 'a' to 'b' matches nothing in the file";
    assert!(
        warnings
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["message"] == unmet),
        "{warnings}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_maps_organisations_by_its_query() {
    let db = TestDb::new().await;
    let served = Served::start(&db, &[]);
    post(&served, "organisations", "");
    let body = file("policies", OTHER).to_string();
    let path = "/admin/policies/import";
    assert_eq!(served.import(path, &body).status, 403);
    let answer = served.import(
        &format!("{path}?organisation=x%3Dy&organisation={OTHER}={ORG}"),
        &body,
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    let stored = served
        .get("/api/portal/policies?p=-1", &[("Admin-Auth", SECRET)])
        .json();
    assert_eq!(stored["Data"][0]["org_id"], ORG);
    let answer = served.import(&format!("{path}?organisation=a"), &body);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(
        answer.json()["Message"]
            .as_str()
            .unwrap()
            .contains("FROM=TO"),
        "{answer:?}"
    );
}
