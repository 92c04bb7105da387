//! `diff`: two sides, files or databases, compared both ways.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use gatediff::engine::{Change, ItemId};
use gatediff::job::{self, Diff, DiffItem, Loaded, Presence, Reporter};
use serde_json::{Value, json};

use crate::digirunner::demo;
use crate::support::draw::{Draw, Side, environment};
use crate::support::gatediff::{Ran, command, fixture, gatediff};
use crate::support::property::{for_all, for_any, numbers, short};
use crate::support::site::{Site, load};

/// Sample exports; that of Tyk has two policies of one id, so that references by it are unclear.
const SAMPLES: [&str; 3] = [
    "digirunner/export.json",
    "tyk/target.json",
    "sp-config/export.json",
];

async fn diff(a: Loaded, b: Loaded) -> Result<Diff, String> {
    let (a, b) = (job::Side::from(a), job::Side::from(b));
    let compared = job::diff(&a, &b, &Reporter::silent()).await;
    compared.map_err(|failure| failure.to_string())
}

fn different(diff: &Diff) -> Vec<&DiffItem> {
    let items = diff.items.iter();
    items
        .filter(|item| item.presence != Presence::Equal)
        .collect()
}

#[test]
fn a_file_equals_itself() {
    for sample in SAMPLES {
        let path = fixture(sample);
        let ran = gatediff(&["diff", &path, &path]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    }
    for_any(60, |numbers| {
        // One that contradicts itself is not what it seems on either side.
        let file = environment(&mut Draw::new(numbers), Side::Source);
        (file.clone(), async move {
            let compared = diff(load(&file), load(&file)).await?;
            match different(&compared)[..] {
                [] => Ok(()),
                ref items => Err(format!("{items:?}")),
            }
        })
    });
}

#[test]
fn the_order_of_the_sides_changes_only_which_is_which() {
    for_all(60, (numbers(), numbers()), |(one, other)| {
        let one = environment(&mut Draw::new(one), Side::Source);
        let other = environment(&mut Draw::new(other), Side::Source);
        let samples = format!("one: {}\nother: {}", short(&one), short(&other));
        (samples, async move {
            let there = diff(load(&one), load(&other)).await?;
            let back = diff(load(&other), load(&one)).await?;
            let presence = |diff: &Diff| -> BTreeMap<ItemId, Presence> {
                let items = diff.items.iter();
                items.map(|item| (item.id.clone(), item.presence)).collect()
            };
            let turned = presence(&back).into_iter().map(|(id, presence)| {
                let turned = match presence {
                    Presence::OnlyA => Presence::OnlyB,
                    Presence::OnlyB => Presence::OnlyA,
                    both => both,
                };
                (id, turned)
            });
            let (there, turned) = (presence(&there), turned.collect());
            if there == turned {
                Ok(())
            } else {
                Err(format!("{there:?}\nand back: {turned:?}"))
            }
        })
    });
}

/// What the comparison of a file with a file says, a database that holds the one says as well.
#[test]
fn a_file_is_compared_with_a_file_as_with_a_database_that_holds_it() {
    for_all(4, (numbers(), numbers()), |(file, target)| {
        let file = environment(&mut Draw::new(file), Side::Source);
        let target = environment(&mut Draw::new(target), Side::Source);
        let samples = format!("file: {}\ntarget: {}", short(&file), short(&target));
        (samples, async move {
            let site = Site::new(&target).await;
            let review = site.review(&file).await;
            let exported = site.export(&[]).await;
            // Rows that refer to nothing are not exported, and are told.
            let is_all = exported.findings.is_empty();
            let options = job::ImportOptions::default();
            let exported = job::load_bytes("export.json", &exported.bytes, None, &options);
            let exported = exported.map_err(|failure| failure.to_string())?;
            let compared = diff(exported, load(&file)).await?;
            for (index, entry) in review.plan.entries().iter().enumerate() {
                let found = compared.items.iter().find(|item| item.id == entry.item.id);
                let Some(found) = found else {
                    return Err(format!("{} is not compared", entry.item.id));
                };
                let is_there = found.presence != Presence::OnlyB;
                if is_there != entry.base.is_some() {
                    return Err(format!("{}: {:?}", entry.item.id, found.presence));
                }
                // Of an API that a target lacks a file knows nothing.
                let show = gatediff::engine::diff::Show::BothSides;
                let changes = review.plan.changes(index, show);
                let differ = |one: &[Change], other: &[Change]| -> Vec<Change> {
                    let others = one.iter().filter(|change| !other.contains(change));
                    others.cloned().collect()
                };
                let [more, less] = [
                    differ(&found.changes, &changes),
                    differ(&changes, &found.changes),
                ];
                let is_known = is_all && review.plan.missing().is_empty();
                if is_there && is_known && !(more.is_empty() && less.is_empty()) {
                    let id = &entry.item.id;
                    return Err(format!("{id}: {more:?} instead of {less:?}"));
                }
            }
            Ok(())
        })
    });
}

/// The same configuration as another tenant has it: every id is another one, and the order.
#[test]
fn two_tenants_with_the_same_configuration_do_not_differ() {
    let text = fs::read_to_string(fixture("sp-config/target.json")).unwrap();
    let mut one: Value = serde_json::from_str(&text).unwrap();
    let objects = one["objects"].as_array_mut().unwrap();
    // Of two with one name nothing says which is which.
    let mut names = BTreeSet::new();
    objects.retain(|object| {
        let about = &object["self"];
        names.insert((about["type"].to_string(), about["name"].to_string()))
    });
    let ids = objects.iter().enumerate().map(|(index, object)| {
        let id = object["self"]["id"].as_str().unwrap().to_owned();
        (id, format!("{index:08x}-0000-4000-8000-{index:012x}"))
    });
    let ids: Vec<(String, String)> = ids.collect();
    let other = ids
        .iter()
        .fold(one.to_string(), |text, (id, other)| text.replace(id, other));
    let mut other: Value = serde_json::from_str(&other).unwrap();
    other["objects"].as_array_mut().unwrap().reverse();
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let diff = |other: &Value| {
        fs::write(at("one.json"), one.to_string()).unwrap();
        fs::write(at("other.json"), other.to_string()).unwrap();
        gatediff(&[
            "diff",
            &at("one.json"),
            &at("other.json"),
            "--output",
            "json",
        ])
        .json()
    };
    let same = diff(&other);
    assert_eq!(same["summary"]["equal"], ids.len(), "{same:#}");
    assert_eq!(same["status"], "ok");
    // And a real difference is the only one.
    let mut objects = other["objects"].as_array_mut().unwrap().iter_mut();
    let source = objects.find(|object| object["self"]["type"] == "SOURCE");
    source.unwrap()["object"]["description"] = json!("another one");
    let changed = diff(&other);
    assert_eq!(changed["summary"]["different"], 1, "{changed:#}");
    assert_eq!(changed["summary"]["equal"], ids.len() - 1);
}

// ---- on the command line

#[tokio::test]
async fn a_target_is_compared_both_ways_and_nothing_is_written() {
    let db = demo().await;
    let url = db.url();
    let export = fixture("digirunner/export.json");
    let before = gatediff(&["export", "--database-url", &url]).stdout;
    let ran = gatediff(&["diff", &url, &export, "--output", "json"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(document["command"], "diff");
    assert_eq!(document["status"], "changes");
    assert_eq!(document["b"]["path"], json!(export));
    let target = document["a"]["target"].as_str().unwrap();
    assert!(
        target.contains(db.name()) && !target.contains("://"),
        "{target}"
    );
    let items = document["items"].as_array().unwrap();
    let count = |word: &str| {
        items
            .iter()
            .filter(|item| item["presence"] == *word)
            .count()
    };
    assert_eq!(document["summary"]["only_a"], json!(count("only-a")));
    assert_eq!(document["summary"]["only_b"], json!(count("only-b")));
    assert!(count("only-a") > 0 && count("only-b") > 0 && count("different") > 0);
    let text = gatediff(&["diff", &url, &export]);
    assert_eq!(text.code, Some(2), "{}", text.stderr);
    let first = format!("A  {target}\nB  {export}\n");
    assert!(text.stdout.starts_with(&first), "{}", text.stdout);
    let after = gatediff(&["export", "--database-url", &url]).stdout;
    assert_eq!(before, after);
}

#[test]
fn files_of_two_products_are_refused_and_so_is_standard_input_twice() {
    let ran = gatediff(&["diff", &fixture(SAMPLES[0]), &fixture(SAMPLES[1])]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    let why = "of different products: digirunner and tyk";
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    let ran = gatediff(&["diff", "-", "-"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
}

#[test]
fn a_name_that_is_a_file_and_a_profile_is_asked_about() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/gatediff");
    fs::create_dir_all(&config).unwrap();
    let profile = "[profile.uat]\ndatabase_url = \"postgres://ops@localhost:1/none\"\n";
    fs::write(config.join("config.toml"), profile).unwrap();
    fs::write(home.path().join("uat"), "{}").unwrap();
    let run = |side: &str| {
        let export = fixture(SAMPLES[0]);
        let mut command = command(home.path());
        Ran::of(
            command
                .current_dir(home.path())
                .args(["diff", side, &export]),
        )
    };
    let ran = run("uat");
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
    let hint = "write ./uat for the file, or profile:uat";
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    // The file is no export, and the profile's database is not there.
    assert!(run("./uat").stderr.contains("./uat"));
    let ran = run("profile:uat");
    assert!(ran.stderr.contains("localhost:1"), "{}", ran.stderr);
}

#[test]
fn secrets_of_neither_side_are_shown() {
    for (sample, secrets) in [
        (SAMPLES[0], ["clientSecret", "secretKey"]),
        (SAMPLES[2], ["clientSecret", "bearerToken"]),
    ] {
        let path = fixture(sample);
        let text = fs::read_to_string(&path).unwrap();
        let mut changed: Value = serde_json::from_str(&text).unwrap();
        let met = mark(&mut changed, &secrets);
        assert!(met > 0, "{sample} has no secret");
        let other = tempfile::NamedTempFile::new().unwrap();
        fs::write(other.path(), changed.to_string()).unwrap();
        let other = other.path().to_str().unwrap();
        for args in [
            &["diff", &path, other][..],
            &["diff", other, &path, "--output", "json", "--unchanged"],
        ] {
            let ran = gatediff(args);
            assert_eq!(ran.code, Some(2), "{}", ran.stderr);
            assert!(!ran.stdout.contains("canary"), "{}", ran.stdout);
        }
    }
}

/// Gives every secret of these names another value; returns how many there are.
fn mark(value: &mut Value, names: &[&str]) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter_mut()
            .map(|(name, value)| match value {
                Value::String(text) if names.contains(&name.as_str()) => {
                    *text = "fake-canary".to_owned();
                    1
                }
                _ => mark(value, names),
            })
            .sum(),
        Value::Array(values) => values.iter_mut().map(|value| mark(value, names)).sum(),
        _ => 0,
    }
}
