//! What an operator is told before and after, what is refused, and what a full
//! export of everything comes to.

use serde_json::{Value, json};

use crate::digirunner::demo;
use crate::support::gatediff::{Ran, fixture, gatediff};
use crate::support::pg::TestDb;

/// A file of sp-config in a directory that is removed with it.
struct File {
    path: String,
    _directory: tempfile::TempDir,
}

fn file(objects: &[Value]) -> File {
    let directory = tempfile::tempdir().unwrap();
    let path = directory
        .path()
        .join("sp-config.json")
        .to_string_lossy()
        .into_owned();
    let document = json!({"version": 1, "tenant": "acme", "objects": objects});
    std::fs::write(&path, serde_json::to_vec(&document).unwrap()).unwrap();
    File {
        path,
        _directory: directory,
    }
}

fn object(kind: &str, id: &str, name: &str, body: Value) -> Value {
    let mut body = body;
    body["id"] = json!(id);
    body["name"] = json!(name);
    json!({"version": 1, "self": {"type": kind, "id": id, "name": name}, "object": body})
}

fn run(db: &TestDb, args: &[&str]) -> Ran {
    let url = db.url();
    let mut all = args.to_vec();
    all.extend(["--database-url", &url]);
    gatediff(&all)
}

fn import(db: &TestDb, file: &File) {
    let ran = run(
        db,
        &[
            "apply",
            &file.path,
            "--cover",
            "all",
            "--ignore-missing",
            "--yes",
        ],
    );
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}

fn lines<'t>(text: &'t str, part: &str) -> Vec<&'t str> {
    text.lines().filter(|line| line.contains(part)).collect()
}

#[tokio::test]
async fn a_full_export_is_no_failure_and_what_cannot_be_imported_is_reported_once() {
    let db = TestDb::new().await;
    let transform = |id: &str, name: &str| {
        object(
            "TRANSFORM",
            id,
            name,
            json!({"type": "upper", "attributes": {}}),
        )
    };
    let mut objects = vec![transform("t-1", "Upper"), transform("t-2", "大寫")];
    for (index, kind) in [
        "ACCESS_PROFILE",
        "ROLE",
        "ACCESS_PROFILE",
        "HOLOGRAM",
        "ROLE",
    ]
    .iter()
    .enumerate()
    {
        objects.insert(index, object(kind, &format!("x-{index}"), "X", json!({})));
    }
    let full = file(&objects);
    import(&db, &full);
    let plan = run(&db, &["plan", &full.path]);
    assert_eq!(plan.code, Some(0), "{}", plan.stdout);
    let described = lines(&plan.stdout, "not-importable");
    assert_eq!(described.len(), 1, "{}", plan.stdout);
    assert!(
        described[0].contains("5 objects cannot be imported"),
        "{}",
        described[0]
    );
    for part in ["2 ACCESS_PROFILE", "2 ROLE", "1 HOLOGRAM (unknown type)"] {
        assert!(described[0].contains(part), "{}", described[0]);
    }
    assert!(!plan.stdout.contains('✗'), "{}", plan.stdout);
    let plan = run(&db, &["plan", &full.path, "--output", "json"]).json();
    assert_eq!(
        (&plan["status"], plan["items"].as_array().unwrap().len()),
        (&json!("ok"), 2)
    );
    assert_eq!(plan["summary"]["cannot_add"], 0);
    let apply = run(
        &db,
        &[
            "apply", &full.path, "--cover", "all", "--yes", "--strict", "--output", "json",
        ],
    );
    assert_eq!(
        (apply.code, &apply.json()["status"]),
        (Some(0), &json!("ok"))
    );
}

/// A source whose connector wants a password that no export holds.
fn source(n: usize) -> Value {
    let attributes = json!({"host": format!("ldap-{n}"), "encrypted": "password"});
    object(
        "SOURCE",
        &format!("s-{n}"),
        &format!("Source {n}"),
        json!({"connectorAttributes": attributes}),
    )
}

#[tokio::test]
async fn thousands_of_unchanged_sources_say_nothing_of_their_secrets() {
    let db = TestDb::new().await;
    let all: Vec<Value> = (0..2000).map(source).collect();
    let added = run(&db, &["plan", &file(&all).path]);
    let described = lines(&added.stdout, "secret-missing");
    assert_eq!(described.len(), 1, "one line for them all: {described:?}");
    assert!(described[0].contains("2000"), "{described:?}");
    let same = file(&all);
    import(&db, &same);
    let plan = run(&db, &["plan", &same.path]);
    assert_eq!(plan.code, Some(0));
    assert!(!plan.stdout.contains("secret-missing"), "{}", plan.stdout);
    assert!(plan.stdout.lines().count() < 10, "{}", plan.stdout);
}

#[tokio::test]
async fn what_a_profile_lacks_is_reported_in_few_lines() {
    let db = TestDb::new().await;
    let transform = |n: usize| {
        let reference =
            json!({"type": "reference", "attributes": {"id": format!("Lost transform {n}")}});
        json!({"identityAttributeName": format!("attribute{n}"), "transformDefinition": reference})
    };
    let transforms: Vec<Value> = (0..4).map(transform).collect();
    let profile = object(
        "IDENTITY_PROFILE",
        "p-1",
        "Employees",
        json!({
            "authoritativeSource": {"type": "SOURCE", "id": "s-lost", "name": "Lost source"},
            "identityAttributeConfig": {"enabled": true, "attributeTransforms": transforms},
        }),
    );
    let plan = run(&db, &["plan", &file(&[profile]).path]);
    let about: Vec<&str> = plan
        .stdout
        .lines()
        .filter(|line| !line.trim().is_empty())
        .skip(2)
        .collect();
    assert!(about.len() <= 10, "{} lines: {}", about.len(), plan.stdout);
    for part in ["s-lost", "Lost transform 0", "Lost transform 3"] {
        assert!(plan.stdout.contains(part), "{part}: {}", plan.stdout);
    }
}

#[tokio::test]
async fn apply_prints_what_it_is_going_to_do_and_what_came_of_it() {
    let db = demo().await;
    let export = fixture("digirunner/export.json");
    let apply = run(
        &db,
        &[
            "apply",
            &export,
            "--cover",
            "all",
            "--ignore-lack-api",
            "--yes",
        ],
    );
    assert_eq!(apply.code, Some(0), "{}", apply.stderr);
    let (before, after) = apply.stdout.split_once("Outcome\n").unwrap();
    for part in [
        "to add, ",
        "to cover",
        "blocked",
        "\nClients\n",
        "+ Add ",
        "~ Cover",
        "✗ Cannot",
    ] {
        assert!(before.contains(part), "{part} is not in {before}");
    }
    assert!(before.contains("      ~ "), "fields are told: {before}");
    for part in ["+ added ", "~ covered ", "✗ blocked ", "unchanged"] {
        assert!(after.contains(part), "{part} is not in {after}");
    }
    assert!(apply.stderr.contains("note: partial: "), "{}", apply.stderr);
}

#[tokio::test]
async fn every_deletion_is_in_the_list_in_the_plan_and_in_its_json() {
    let db = demo().await;
    let export = fixture("digirunner/export.json");
    let plan = run(&db, &["plan", &export, "--output", "json"]).json();
    let removed: Vec<String> = plan["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["status"] == "repeat")
        .flat_map(|item| {
            let changes = item["changes"].as_array().unwrap().iter();
            let removed = changes.filter(|change| change["op"] == "remove");
            removed.map(|change| {
                change["path"]
                    .as_str()
                    .unwrap()
                    .rsplit('/')
                    .next()
                    .unwrap()
                    .to_owned()
            })
        })
        .collect();
    assert!(!removed.is_empty(), "the demo deletes something");
    let text = run(&db, &["plan", &export]);
    let removed_lines = |text: &str| {
        let lines = text.lines().map(str::trim_start);
        lines
            .filter(|line| line.starts_with("- ") && line.ends_with("removed"))
            .count()
    };
    assert_eq!(
        removed_lines(&text.stdout),
        removed.len(),
        "{}",
        text.stdout
    );
    let apply = run(
        &db,
        &[
            "apply",
            &export,
            "--cover",
            "all",
            "--ignore-lack-api",
            "--yes",
        ],
    );
    let (_, list) = apply.stdout.split_once("will be deleted:\n").unwrap();
    let list = list.lines().take_while(|line| line.starts_with("  - "));
    let list: Vec<&str> = list.collect();
    assert_eq!(list.len(), removed.len(), "{list:?}");
    assert!(
        list.iter()
            .zip(&removed)
            .all(|(line, label)| line.contains(label.as_str())),
        "{list:?}"
    );
    let rows: u64 = lines(&apply.stdout, " deleted")
        .iter()
        .filter_map(|line| line.split_whitespace().rev().nth(1)?.parse::<u64>().ok())
        .sum();
    assert!(rows >= 1, "rows are deleted: {}", apply.stdout);
}

#[tokio::test]
async fn with_strict_all_or_nothing_is_written() {
    let db = demo().await;
    let export = fixture("digirunner/export.json");
    let args = [
        "apply",
        &export,
        "--cover",
        "all",
        "--ignore-lack-api",
        "--yes",
        "--output",
        "json",
    ];
    let strict = run(&db, &[&args[..], &["--strict"]].concat());
    assert_eq!(
        (strict.code, &strict.json()["status"]),
        (Some(4), &json!("blocked")),
        "{}",
        strict.stdout
    );
    let history = run(&db, &["history", "--output", "json"]).json();
    assert_eq!(
        history["jobs"].as_array().map_or(0, Vec::len),
        0,
        "{history}"
    );
    let apply = run(&db, &args);
    let document = apply.json();
    assert_eq!(
        (apply.code, &document["status"]),
        (Some(0), &json!("partial")),
        "{}",
        apply.stdout
    );
    let written = document["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["outcome"] == "covered");
    assert!(written.clone().count() > 0);
    assert!(
        written
            .into_iter()
            .all(|item| !item["changes"].as_array().unwrap().is_empty())
    );
}

#[tokio::test]
async fn a_word_that_matches_nothing_is_an_error_with_the_nearest_name() {
    let db = demo().await;
    let export = fixture("digirunner/export.json");
    for option in ["--cover", "--skip"] {
        for (word, near) in [
            ("client:app-walet", "did you mean 'client:app-wallet'?"),
            ("client:app-wallet-*", "did you mean 'client:app-wallet'?"),
            ("clients", "did you mean 'client'?"),
        ] {
            let ran = run(
                &db,
                &["apply", &export, option, word, "--yes", "--ignore-lack-api"],
            );
            assert_eq!(ran.code, Some(64), "{option} {word}: {}", ran.stderr);
            assert!(
                ran.stderr.contains(option) && ran.stderr.contains(near),
                "{}",
                ran.stderr
            );
        }
    }
    let ran = run(&db, &["apply", &export, "--covr", "all", "--yes"]);
    assert_eq!(ran.code, Some(64));
    assert!(ran.stderr.contains("--cover"), "{}", ran.stderr);
    let history = run(&db, &["history", "--output", "json"]).json();
    assert_eq!(
        history["jobs"].as_array().map_or(0, Vec::len),
        0,
        "nothing was written: {history}"
    );
}
