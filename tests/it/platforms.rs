//! What every product's command line does, with every product's demo: compare,
//! save, rehearse, apply, export, undo, history.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::digirunner;
use crate::support::gatediff::{Ran, command, fixture, gatediff};
use crate::support::pg::TestDb;

/// A product's demo, and what its secrets begin with there.
pub(crate) struct Product {
    pub(crate) name: &'static str,
    folder: &'static str,
    secrets: &'static [&'static str],
}

pub(crate) const TYK: Product = Product {
    name: "tyk",
    folder: "tyk",
    secrets: &["fake-"],
};
pub(crate) const SP_CONFIG: Product = Product {
    name: "sp-config",
    folder: "sp-config",
    secrets: &["canary"],
};
pub(crate) const DIGIRUNNER: Product = Product {
    name: "digirunner",
    folder: "digirunner",
    secrets: &[],
};

impl Product {
    pub(crate) fn export(&self) -> String {
        fixture(&format!("{}/export.json", self.folder))
    }

    /// The demo's target.
    pub(crate) async fn demo(&self) -> TestDb {
        if self.name == DIGIRUNNER.name {
            return digirunner::demo().await;
        }
        let db = TestDb::new().await;
        let target = fixture(&format!("{}/target.json", self.folder));
        let ran = Bench::new(self, &db).run("apply", &[&target, "--yes", "--ignore-lack-api"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        db
    }
}

/// A product and a target.
struct Bench<'a> {
    product: &'a Product,
    db: &'a TestDb,
    home: TempDir,
}

impl<'a> Bench<'a> {
    fn new(product: &'a Product, db: &'a TestDb) -> Self {
        Self {
            product,
            db,
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Runs a command with JSON; whatever it prints, it tells no secret.
    fn run(&self, command: &str, args: &[&str]) -> Ran {
        self.run_as(command, args, &["--output", "json"])
    }

    fn run_as(&self, name: &str, args: &[&str], more: &[&str]) -> Ran {
        let url = self.db.url();
        let mut all = vec![name];
        all.extend(args);
        all.extend(["--database-url", &url]);
        all.extend(more);
        let ran = Ran::of(command(self.home.path()).args(all));
        for secret in self.product.secrets {
            for printed in [&ran.stdout, &ran.stderr] {
                assert!(
                    !printed.contains(secret),
                    "{} {name} tells {secret}: {printed}",
                    self.product.name
                );
            }
        }
        ran
    }

    fn json(&self, command: &str, args: &[&str], code: i32) -> Value {
        let ran = self.run(command, args);
        assert_eq!(
            ran.code,
            Some(code),
            "{} {command}: {} {}",
            self.product.name,
            ran.stdout,
            ran.stderr
        );
        ran.json()
    }

    /// Compares; what is there to do decides the exit code.
    fn plan(&self, file: &str) -> Value {
        let ran = self.run("plan", &[file]);
        assert!(
            matches!(ran.code, Some(0 | 2 | 4)),
            "{}: {}",
            self.product.name,
            ran.stderr
        );
        ran.json()
    }

    /// Exports to a file; the secrets in it are those of the target.
    fn export(&self, path: &Path) {
        self.json("export", &["--out", path.to_str().unwrap(), "--force"], 0);
    }

    /// Fails unless a file holds exactly what the target has.
    #[track_caller]
    fn assert_same(&self, file: &Path, what: &str) {
        let plan = self.json("plan", &[file.to_str().unwrap()], 0);
        assert_eq!(plan["status"], "ok", "{}: {what}", self.product.name);
        for item in plan["items"].as_array().unwrap() {
            assert_eq!(
                item["unchanged"], true,
                "{}: {what}: {item:#}",
                self.product.name
            );
            assert_eq!(
                item["status"], "repeat",
                "{}: {what}: {item:#}",
                self.product.name
            );
        }
    }
}

/// The items by kind and key with what may be done, and what would change.
fn items(plan: &Value) -> Vec<Value> {
    let item = |item: &Value| {
        json!([
            item["kind"],
            item["key"],
            item["status"],
            item["unchanged"],
            item["reasons"],
            item["changes"]
        ])
    };
    plan["items"].as_array().unwrap().iter().map(item).collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

const COVER_ALL: &[&str] = &["--cover", "all", "--ignore-lack-api"];

/// Compare, save, rehearse, apply, export, back up, undo, apply the saved plan.
async fn battery(product: &Product) {
    let db = product.demo().await;
    let bench = Bench::new(product, &db);
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let describe = |name: &str| path(name).to_str().unwrap().to_owned();
    let export = product.export();
    let earlier = bench.json("history", &[], 0)["jobs"]
        .as_array()
        .unwrap()
        .len();

    let first = bench.json("plan", &[&export], 2);
    assert_eq!(first["platform"], product.name);
    assert!(number(&first["summary"]["add"]) > 0 && number(&first["summary"]["repeat"]) > 0);
    bench.export(&path("before.json"));
    bench.assert_same(&path("before.json"), "an export of the target");

    // A plan is saved, shown and rehearsed; nothing of that writes.
    let plan = describe("plan.json");
    let mut args = vec![&*export, "--out", &plan];
    args.extend(COVER_ALL);
    bench.json("plan", &args, 2);
    let shown = bench.json("show", &[&plan], 0);
    let strip = |plan: &Value| {
        items(plan)
            .into_iter()
            .map(|item| json!([item[0], item[1], item[5]]))
            .collect()
    };
    let (shown, planned): (Vec<Value>, Vec<Value>) = (strip(&shown), strip(&first));
    assert_eq!(shown, planned, "{}", product.name);
    let mut args = vec![&*export, "--rehearse"];
    args.extend(COVER_ALL);
    let rehearsed = bench.json("apply", &args, 0);
    assert_eq!(rehearsed["problems"], json!([]));
    assert_eq!(
        items(&bench.plan(&export)),
        items(&first),
        "{}",
        product.name
    );

    // The import; afterwards the same file finds nothing more to do.
    let mut args = vec![&*export, "--yes"];
    args.extend(COVER_ALL);
    let applied = bench.json("apply", &args, 0);
    let job = number(&applied["job"]);
    let again = bench.plan(&export);
    assert_eq!(again["summary"]["add"], 0, "{}", product.name);
    for item in again["items"].as_array().unwrap() {
        let is_blocked = item["status"].as_str().unwrap().starts_with("cannot");
        assert!(
            is_blocked || item["unchanged"] == true,
            "{}: {item:#}",
            product.name
        );
    }
    let nothing = bench.run("apply", &args);
    assert!(
        matches!(nothing.code, Some(0 | 4)),
        "{}: {}",
        product.name,
        nothing.stderr
    );
    assert!(
        nothing.json().get("job").is_none(),
        "nothing was to be done"
    );

    // What stands in the target now comes out, and is found unchanged.
    bench.export(&path("after.json"));
    bench.assert_same(&path("after.json"), "an export after the import");
    let validated = gatediff(&["validate", &describe("after.json"), "--output", "json"]);
    assert_eq!(
        validated.code,
        Some(0),
        "{}: {}",
        product.name,
        validated.stdout
    );
    assert_eq!(validated.json()["platform"], product.name);

    // History, backup, undo: all as it was.
    let jobs = bench.json("history", &[], 0)["jobs"].clone();
    assert_eq!(
        jobs.as_array().unwrap().len(),
        earlier + 1,
        "{}",
        product.name
    );
    assert_eq!(
        (&jobs[0]["platform"], &jobs[0]["command"]),
        (&json!(product.name), &json!("apply"))
    );
    bench.json(
        "backup",
        &[&job.to_string(), "--out", &describe("backup.json")],
        0,
    );
    let undone = bench.json("undo", &[&job.to_string(), "--yes"], 0);
    assert_eq!(undone["undoes"], job);
    assert_eq!(
        items(&bench.plan(&export)),
        items(&first),
        "{}",
        product.name
    );
    bench.assert_same(&path("before.json"), "the target after the undo");
    bench.assert_same(&path("backup.json"), "the backup after the undo");

    // The saved plan still fits.
    let applied = bench.json("apply", &[&plan, "--yes", "--no-backup"], 0);
    let jobs = bench.json("history", &[], 0)["jobs"].clone();
    assert_eq!(
        (&jobs[0]["job"], &jobs[0]["has_backup"]),
        (&applied["job"], &json!(false))
    );
    bench.assert_same(&path("after.json"), "the target after the saved plan");
    let twice = bench.json("apply", &[&plan, "--yes"], 3);
    assert_eq!(
        twice["error"]["message"],
        "the plan was already applied; nothing was written"
    );
}

#[tokio::test]
async fn everything_works_for_digirunner() {
    battery(&DIGIRUNNER).await;
}

#[tokio::test]
async fn everything_works_for_tyk() {
    battery(&TYK).await;
}

#[tokio::test]
async fn everything_works_for_sp_config() {
    battery(&SP_CONFIG).await;
}

/// A file with one policy that is nested so deep in all.
fn nested(depth: usize) -> String {
    // The root, the list and the policy are three.
    let (open, close) = ("{\"a\":".repeat(depth - 3), "}".repeat(depth - 3));
    format!(
        r#"{{"Data":[{{"_id":"5e9d9544a1dcd60001d0feed","org_id":"5e9d9544a1dcd60001d0ed20","name":"deep","rate":1,"nested":{open}1{close}}}]}}"#
    )
}

#[tokio::test]
async fn a_plan_of_a_document_of_maximal_depth_is_read_again_and_a_deeper_one_is_refused() {
    let db = TYK.demo().await;
    let bench = Bench::new(&TYK, &db);
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("deep.json"), nested(40)).unwrap();
    bench.json(
        "plan",
        &[&path("deep.json"), "--out", &path("plan.json")],
        2,
    );
    bench.json("apply", &[&path("plan.json"), "--yes"], 0);
    std::fs::write(path("deeper.json"), nested(41)).unwrap();
    let blocked = bench.json("plan", &[&path("deeper.json")], 4);
    assert!(
        blocked.to_string().contains("nested-too-deep"),
        "{blocked:#}"
    );
}

/// The jobs of other products are in the ledger file, their documents in the target.
#[tokio::test]
async fn documents_are_kept_in_the_target_though_the_ledger_is_a_file() {
    for product in [&TYK, &SP_CONFIG] {
        let db = TestDb::new().await;
        let bench = Bench::new(product, &db);
        let home = tempfile::tempdir().unwrap();
        let ledger = home.path().join("ledger.db");
        let ledger = ledger.to_str().unwrap();
        let target = fixture(&format!("{}/target.json", product.folder));
        let ran = bench.run(
            "apply",
            &[&target, "--yes", "--ignore-lack-api", "--ledger", ledger],
        );
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(bench.json("history", &[], 0)["jobs"], json!([]));
        assert_eq!(
            bench.json("history", &["--ledger", ledger], 0)["jobs"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert!(
            bench.plan(&target)["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|item| item["unchanged"] == true)
        );
    }
}

// ---- recognising

#[tokio::test]
async fn an_export_asks_the_target_whose_it_is() {
    let db = TYK.demo().await;
    let tyk = Bench::new(&TYK, &db);
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("export.json");
    let out = out.to_str().unwrap();
    assert_eq!(tyk.json("export", &["--out", out], 0)["platform"], "tyk");
    // A second product in the same database.
    let sp_config = Bench::new(&SP_CONFIG, &db);
    let target = fixture("sp-config/target.json");
    sp_config.json("apply", &[&target, "--yes"], 0);
    let failure = tyk.json("export", &["--out", out, "--force"], 64);
    assert_eq!(
        failure["error"]["message"],
        "the target has objects of several products"
    );
    assert!(
        failure["error"].to_string().contains("tyk, sp-config"),
        "{failure:#}"
    );
    for product in ["tyk", "sp-config"] {
        let done = tyk.json("export", &["--out", out, "--force", "--format", product], 0);
        assert_eq!(done["platform"], product);
    }
}

#[tokio::test]
async fn a_role_that_may_not_look_into_our_schema_exports_all_the_same() {
    let db = digirunner::demo().await;
    let bench = Bench::new(&DIGIRUNNER, &db);
    bench.json("init", &[], 0);
    let role = format!("reader_of_{}", db.name());
    db.run(&format!(
        "CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ))
    .await;
    let url = db.url().replace("user=postgres", &format!("user={role}"));
    let ran = gatediff(&["export", "--database-url", &url]);
    db.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[tokio::test]
async fn single_items_and_kinds_are_exported_where_the_product_has_them() {
    let db = TYK.demo().await;
    let tyk = Bench::new(&TYK, &db);
    let kinds = |args: &[&str]| {
        let ran = gatediff(&[&["export", "--database-url", &db.url()], args].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let file: Value = serde_json::from_str(&ran.stdout).unwrap();
        file.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(&[]),
        ["Data", "Pages", "apis", "organisations", "pages"]
    );
    assert_eq!(kinds(&["--include", "api"]), ["apis", "pages"]);
    assert_eq!(kinds(&["--include", "policy"]), ["Data", "Pages"]);
    for (args, what) in [
        (
            &["--client", "crm"][..],
            "tyk has no items of kind 'client'",
        ),
        (
            &["--item", "client:crm"],
            "tyk has no items of kind 'client'",
        ),
        (
            &["--include", "client"],
            "tyk has no items of kind 'client'",
        ),
        (&["--item", "api"], "--item requires a kind and a value"),
        (
            &["--item", "api:nowhere"],
            "the target has no api 'nowhere'",
        ),
        (
            &["--item", "organisation:x"],
            "single items of kind organisation cannot be exported",
        ),
    ] {
        let ran = tyk.run("export", &[args, &["--out", "/nonexistent/x"]].concat());
        assert_eq!(ran.code, Some(64), "{args:?}: {}", ran.stdout);
        assert!(ran.stdout.contains(what), "{args:?}: {}", ran.stdout);
    }
    let db = digirunner::demo().await;
    let digirunner = Bench::new(&DIGIRUNNER, &db);
    for args in [
        &["--client", "branch-stm"],
        &["--item", "client:branch-stm"],
    ] {
        assert_eq!(digirunner.run_as("export", args, &[]).code, Some(0));
    }
    for (args, what) in [
        (["--include", "client"], "cannot be restricted to kinds"),
        (
            ["--item", "group:grp-fx-desk"],
            "single items of kind group cannot be exported",
        ),
    ] {
        let ran = digirunner.run_as("export", &args, &[]);
        assert_eq!(ran.code, Some(64));
        assert!(ran.stderr.contains(what), "{}", ran.stderr);
    }
}

// ---- options of import

/// The keys of a plan's items of a kind.
fn keys(plan: &Value, kind: &str) -> Vec<String> {
    let items = plan["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == kind);
    items
        .map(|item| item["key"].as_str().unwrap().to_owned())
        .collect()
}

fn plan_with(bench: &Bench<'_>, args: &[&str]) -> Value {
    let export = bench.product.export();
    let ran = bench.run("plan", &[&[&*export], args].concat());
    assert!(
        matches!(ran.code, Some(0 | 2 | 4)),
        "{args:?}: {} {}",
        ran.stdout,
        ran.stderr
    );
    ran.json()
}

#[tokio::test]
async fn kinds_ids_and_names_restrict_what_of_the_file_is_compared() {
    let db = SP_CONFIG.demo().await;
    let bench = Bench::new(&SP_CONFIG, &db);
    let all = plan_with(&bench, &[]);
    let rules = keys(&all, "RULE");
    assert!(rules.len() > 2 && keys(&all, "SOURCE").len() > 2);
    let only = plan_with(&bench, &["--include", "RULE", "--exclude", "RULE"]);
    assert_eq!(keys(&only, "RULE"), rules);
    assert_eq!(only["items"].as_array().unwrap().len(), rules.len());
    let without = plan_with(&bench, &["--exclude", "RULE", "--exclude", "SOURCE"]);
    assert_eq!(
        keys(&without, "RULE").len() + keys(&without, "SOURCE").len(),
        0
    );
    assert_eq!(keys(&without, "TRANSFORM"), keys(&all, "TRANSFORM"));
    let id = format!("RULE:{}", rules[0]);
    let one = plan_with(
        &bench,
        &[
            "--include",
            "RULE",
            "--id",
            &id,
            "--name",
            "RULE:離職人員關閉帳號",
        ],
    );
    assert_eq!(keys(&one, "RULE").len(), 2);
}

#[tokio::test]
async fn mappings_and_defaults_resolve_references_and_saved_plans_keep_them() {
    let db = SP_CONFIG.demo().await;
    let bench = Bench::new(&SP_CONFIG, &db);
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let mapping = path("mapping.json");
    let lines = json!([{
        "objectType": "SOURCE", "jsonPath": "$.owner.name", "sourceValue": "sandbox.admin",
        "targetValue": "林雅婷 (IAM)", "enabled": true
    }]);
    std::fs::write(&mapping, lines.to_string()).unwrap();
    let options = [
        "--mapping",
        &mapping,
        "--default-reference",
        "RULE::Cloud Correlate Manager",
    ];
    let how = |plan: &Value| {
        let items = plan["items"].as_array().unwrap().iter();
        let references =
            items.flat_map(|item| item["references"].as_array().cloned().unwrap_or_default());
        references
            .map(|reference| reference["how"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let plain = how(&plan_with(&bench, &[]));
    assert!(!plain.iter().any(|how| how == "mapping" || how == "default"));
    for word in ["id", "name", "external", "unresolved"] {
        assert!(plain.iter().any(|how| how == word), "{word}: {plain:?}");
    }
    let mapped = plan_with(&bench, &options);
    for word in ["mapping", "default"] {
        assert!(
            how(&mapped).iter().any(|how| how == word),
            "{word}: {mapped:#}"
        );
    }
    let plan = path("plan.json");
    plan_with(
        &bench,
        &[
            &options[..],
            &["--include", "SOURCE", "--out", &plan, "--cover", "all"],
        ]
        .concat(),
    );
    let again = bench.run("apply", &[&plan, "--yes", "--include", "RULE"]);
    assert_eq!(again.code, Some(64), "{}", again.stdout);
    // The mappings are in the plan: their file is not needed any more.
    std::fs::remove_file(&mapping).unwrap();
    let applied = bench.json("apply", &[&plan, "--yes"], 0);
    let kinds: Vec<&str> = applied["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.iter().all(|kind| *kind == "SOURCE"), "{kinds:?}");
    assert_eq!(applied["status"], "partial");
}

#[tokio::test]
async fn options_that_a_format_does_not_have_are_wrong_usage() {
    let db = TestDb::new().await;
    for product in [&TYK, &DIGIRUNNER] {
        let bench = Bench::new(product, &db);
        for args in [
            &["--include", "api"][..],
            &["--name", "api:x"],
            &["--default-reference", "api"],
        ] {
            for command in ["plan", "validate"] {
                let ran = bench.run(command, &[&[&*product.export()], args].concat());
                assert_eq!(ran.code, Some(64), "{}: {}", product.name, ran.stdout);
                assert!(
                    ran.stdout.contains("have no import options"),
                    "{}",
                    ran.stdout
                );
            }
        }
    }
    let bench = Bench::new(&SP_CONFIG, &db);
    for (args, what) in [
        (
            ["--include", "SORCE"],
            "sp-config has no items of kind 'SORCE'",
        ),
        (["--id", "2c91"], "--id requires a kind and a value"),
        (
            ["--mapping", "/nonexistent/mapping.json"],
            "cannot read the file",
        ),
    ] {
        let ran = bench.run("validate", &[&[&*SP_CONFIG.export()], &args[..]].concat());
        assert!(ran.stdout.contains(what), "{args:?}: {}", ran.stdout);
        assert!(matches!(ran.code, Some(64 | 1)), "{args:?}");
    }
}

// ---- directories

#[tokio::test]
async fn a_directory_is_read_as_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &Value| {
        std::fs::write(directory.path().join(name), content.to_string()).unwrap();
    };
    let whole: Value = serde_json::from_slice(&std::fs::read(TYK.export()).unwrap()).unwrap();
    let apis = whole["apis"].as_array().unwrap();
    write(
        "1-organisations.json",
        &json!({"organisations": whole["organisations"], "pages": 0}),
    );
    write(
        "2-apis.json",
        &json!({"apis": apis[..apis.len() / 2], "pages": -1}),
    );
    write("3-more-apis.json", &json!({"apis": apis[apis.len() / 2..]}));
    write(
        "4-policies.json",
        &json!({"Data": whole["Data"], "Pages": 1}),
    );
    write(".tyk.json", &json!("hidden files are not read"));
    write("notes.txt", &json!("nor are others"));
    std::fs::create_dir(directory.path().join("sub.json")).unwrap();
    let path = directory.path().to_str().unwrap();

    let db = TYK.demo().await;
    let bench = Bench::new(&TYK, &db);
    let parts = bench.json("plan", &[path], 2);
    // The parts were written by a writer that sorts the fields of objects.
    let outline = |plan: &Value| {
        items(plan)
            .into_iter()
            .map(|item| json!([item[0], item[1], item[2], item[3]]))
            .collect::<Vec<_>>()
    };
    assert_eq!(outline(&parts), outline(&bench.plan(&TYK.export())));
    let sum = parts["file"]["sha256"].clone();
    assert_eq!(bench.plan(path)["file"]["sha256"], sum);

    // A saved plan finds the directory again, and sees a file that was added.
    let home = tempfile::tempdir().unwrap();
    let plan = home.path().join("plan.json").to_str().unwrap().to_owned();
    bench.json("plan", &[&[path, "--out", &plan], COVER_ALL].concat(), 2);
    write("5.json", &json!({"apis": []}));
    assert_ne!(bench.plan(path)["file"]["sha256"], sum);
    let changed = bench.run("apply", &[&plan, "--yes"]);
    assert!(
        changed
            .stdout
            .contains("is not the one that the plan was made from"),
        "{}",
        changed.stdout
    );
    std::fs::remove_file(directory.path().join("5.json")).unwrap();
    bench.json("apply", &[&plan, "--yes"], 0);

    // What is wrong is told with the file's name.
    for (content, code, what) in [
        ("{\"apis\": [\n{]}", 1, "9.json:2:2"),
        // What nobody knows is skipped, and named; other items are blocked here.
        ("{\"kind\": \"Pod\"}", 4, "object-skipped"),
        (
            "{\"importClientRelated\": {}}",
            1,
            "files of several formats",
        ),
        ("{\"format\": \"gatediff-plan\"}", 1, "is a saved plan"),
    ] {
        std::fs::write(directory.path().join("9.json"), content).unwrap();
        let ran = bench.run("plan", &[path]);
        assert_eq!(ran.code, Some(code), "{content}: {}", ran.stdout);
        assert!(
            ran.stdout.contains(what) && ran.stdout.contains("9.json"),
            "{content}: {}",
            ran.stdout
        );
    }
}

#[test]
fn a_directory_of_a_product_of_single_files_or_of_nothing_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let refused = |what: &str, code| {
        let ran = gatediff(&["validate", path, "--output", "json"]);
        assert_eq!(ran.code, Some(code), "{}", ran.stdout);
        assert!(ran.stdout.contains(what), "{}", ran.stdout);
    };
    refused("the directory contains no import file", 1);
    std::fs::copy(DIGIRUNNER.export(), directory.path().join("export.json")).unwrap();
    refused("an import of digirunner is one file, not a directory", 64);
    let shown = gatediff(&["show", path]);
    assert!(
        shown.code == Some(1) && shown.stderr.contains("name the file in the directory"),
        "{}",
        shown.stderr
    );
}

// ---- demos

#[test]
fn each_product_has_a_demo_of_its_own() {
    for product in [&TYK, &SP_CONFIG] {
        let ran = gatediff(&["demo", product.name, "--output", "json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let plan = ran.json();
        assert_eq!(plan["platform"], product.name);
        assert!(number(&plan["summary"]["add"]) > 0 && number(&plan["summary"]["unchanged"]) > 0);
        let text = gatediff(&["demo", product.name]).stdout;
        assert!(
            text.contains(&format!("Run `gatediff demo {}`", product.name)),
            "{text}"
        );
        for secret in product.secrets {
            assert!(!ran.stdout.contains(secret) && !text.contains(secret));
        }
    }
    let ran = gatediff(&["demo", "kubernetes"]);
    assert_eq!(ran.code, Some(64));
}
