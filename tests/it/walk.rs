//! From development by way of UAT to production, with each product: values and ignore rules of each
//! environment, an item that is blocked, and an undo in production.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::platforms::{DIGIRUNNER, Product, SP_CONFIG, TYK};
use crate::support::gatediff::{Ran, command};
use crate::support::pg::TestDb;

/// What differs between a product's environments on purpose.
struct Rules {
    /// Kind, path, from and to of a value in production.
    value: [&'static str; 4],
    /// Kind and path of what production keeps.
    ignored: [&'static str; 2],
}

struct Walk {
    product: Product,
    rules: Rules,
    uat: TestDb,
    production: TestDb,
    home: TempDir,
}

impl Walk {
    async fn new(product: Product, rules: Rules) -> Self {
        let (uat, production) = (product.demo().await, product.demo().await);
        let home = tempfile::tempdir().unwrap();
        let [kind, path, from, to] = rules.value;
        let [other, kept] = rules.ignored;
        let config = format!(
            "[profile.uat]\ndatabase_url = \"{}\"\n\
             [profile.prod]\ndatabase_url = \"{}\"\nproduction = true\n\
             [[profile.prod.values]]\nkind = \"{kind}\"\npath = \"{path}\"\nfrom = \"{from}\"\nto = \"{to}\"\n\
             [[profile.prod.ignore]]\nkind = \"{other}\"\npath = \"{kept}\"\n",
            uat.url(),
            production.url(),
        );
        let directory = home.path().join(".config/gatediff");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config.toml"), config).unwrap();
        Self {
            product,
            rules,
            uat,
            production,
            home,
        }
    }

    fn at(&self, name: &str) -> String {
        self.home.path().join(name).to_string_lossy().into_owned()
    }

    fn run(&self, args: &[&str]) -> Ran {
        run(self.home.path(), args)
    }

    /// Exports what an environment has.
    fn export(&self, profile: &str, name: &str) -> String {
        let path = self.at(name);
        let ran = self.run(&["export", "--profile", profile, "--out", &path, "--force"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        path
    }

    /// Applies all that can be written of a file; returns the document.
    fn apply(&self, file: &str, profile: &str, database: &TestDb) -> Value {
        let ran = self.run(&[
            "apply",
            file,
            "--profile",
            profile,
            "--cover",
            "all",
            "--ignore-missing",
            "--confirm",
            database.name(),
            "--output",
            "json",
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.stdout);
        ran.json()
    }
}

fn run(home: &Path, args: &[&str]) -> Ran {
    Ran::of(command(home).args(args))
}

fn count(document: &Value, outcome: &str) -> usize {
    let items = document["items"].as_array().unwrap().iter();
    items.filter(|item| item["outcome"] == outcome).count()
}

async fn walk(product: Product, rules: Rules) {
    let walk = Walk::new(product, rules).await;
    // Development's file goes to UAT; what is blocked there stays behind.
    let applied = walk.apply(&walk.product.export(), "uat", &walk.uat);
    assert_eq!(applied["status"], "partial");
    assert!(count(&applied, "blocked") > 0 && count(&applied, "covered") > 0);
    // What UAT has goes on to production, with the values of production.
    let file = walk.export("uat", "uat.json");
    let before = walk.export("prod", "before.json");
    let plan = walk.run(&["plan", &file, "--profile", "prod", "--output", "json"]);
    assert_eq!(plan.code, Some(2), "{}", plan.stdout);
    let plan = plan.json();
    let set = |item: &Value| {
        let changes = item["changes"].as_array().into_iter().flatten();
        changes
            .filter(|change| change["set_by_values"] == true)
            .count()
    };
    let items = plan["items"].as_array().unwrap();
    assert!(
        items.iter().map(set).sum::<usize>() > 0,
        "nothing is set by values"
    );
    assert!(
        plan["summary"]["ignored"].as_u64() > Some(0),
        "{}",
        plan["summary"]
    );
    let applied = walk.apply(&file, "prod", &walk.production);
    let after = std::fs::read_to_string(walk.export("prod", "after.json")).unwrap();
    let [_, _, from, to] = walk.rules.value;
    assert!(after.contains(to), "{to} is not in production");
    assert!(!after.contains(from), "{from} is in production");
    // Nothing is left to do but what is ignored.
    let again = walk
        .run(&["plan", &file, "--profile", "prod", "--output", "json"])
        .json();
    let left = |item: &&Value| {
        item["status"] == "add"
            || (item["status"] == "repeat"
                && item["unchanged"] != true
                && set(item) == 0
                && !item["changes"].as_array().is_some_and(Vec::is_empty))
    };
    let items = again["items"].as_array().unwrap();
    let left: Vec<&Value> = items.iter().filter(left).collect();
    assert_eq!(again["summary"]["add"], 0, "{left:#?}");
    assert_eq!(
        again["summary"]["repeat"], again["summary"]["unchanged"],
        "{left:#?}"
    );
    // Production takes it back.
    let job = applied["job"].to_string();
    let undo = walk.run(&[
        "undo",
        &job,
        "--profile",
        "prod",
        "--confirm",
        walk.production.name(),
    ]);
    assert_eq!(undo.code, Some(0), "{}", undo.stderr);
    let undone = walk.export("prod", "undone.json");
    let diff = walk.run(&["diff", &before, &undone]);
    assert_eq!(diff.code, Some(0), "{}", diff.stdout);
}

#[tokio::test]
async fn digirunner_from_development_to_production() {
    let rules = Rules {
        value: [
            "rdb-connection",
            "/jdbcUrl",
            "core-db.uat.",
            "core-db.live.",
        ],
        ignored: ["rdb-connection", "/maxPoolSize"],
    };
    walk(DIGIRUNNER, rules).await;
}

#[tokio::test]
async fn tyk_from_development_to_production() {
    let rules = Rules {
        value: [
            "api",
            "/api_definition/proxy/target_url",
            "cards-v2.core",
            "cards-v2.live",
        ],
        ignored: ["api", "/api_definition/cache_options/cache_timeout"],
    };
    walk(TYK, rules).await;
}

#[tokio::test]
async fn sp_config_from_development_to_production() {
    let rules = Rules {
        value: [
            "TRIGGER_SUBSCRIPTION",
            "/httpConfig/url",
            "hooks-sandbox",
            "hooks-live",
        ],
        ignored: ["IDENTITY_PROFILE", "/priority"],
    };
    walk(SP_CONFIG, rules).await;
}
