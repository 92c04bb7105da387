//! A file in place of a database: compared with as one, and another file written instead of it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use gatediff::engine::diff::Show;
use gatediff::engine::{Change, Choices, ItemId, Plan, Value as Item};
use gatediff::job::{
    self, Against, ApplyOptions, Cancel, Emit, FileTarget, Loaded, Output, Presence, Receipt,
    Reporter, Review,
};
use gatediff::store::{LedgerPlace, Timeouts};
use serde_json::Value;
use tempfile::TempDir;

use crate::platforms::{SP_CONFIG, TYK};
use crate::support::draw::{Draw, Side, environment};
use crate::support::gatediff::{Ran, command, fixture};
use crate::support::pg::TestDb;
use crate::support::property::{for_all, numbers, short};
use crate::support::sample::Sample;
use crate::support::site::{Site, load};

/// A file that stands for a target, and where files are written.
struct Bench {
    home: TempDir,
    against: Against,
}

impl Bench {
    fn new(target: &[u8]) -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let path = home.path().join("target.json");
        std::fs::write(&path, target).map_err(|error| error.to_string())?;
        let file = FileTarget::load(&path.to_string_lossy(), None);
        let against = file.map_err(|failure| failure.to_string())?.into();
        Ok(Self { home, against })
    }

    async fn plan(&self, loaded: &Loaded) -> Result<Review, String> {
        let planned = self
            .against
            .plan(loaded, Timeouts::default(), &Reporter::silent())
            .await;
        planned.map_err(|failure| failure.to_string())
    }

    /// Writes what was chosen; returns the file and the receipt.
    async fn write(
        &self,
        review: &Review,
        choices: &Choices,
        emit: Emit,
    ) -> Result<(Vec<u8>, Receipt), String> {
        let approved = review.plan.approve(choices);
        let approved = approved.map_err(|refusal| format!("{refusal:?}"))?;
        let options = ApplyOptions {
            ledger: LedgerPlace::File(self.home.path().join("ledger")),
            ..ApplyOptions::new("tester", Timeouts::default())
        };
        let output = Output {
            path: self.home.path().join("written.json"),
            emit,
            overwrite: true,
        };
        let watched = (&Reporter::silent(), &Cancel::new());
        let done = self
            .against
            .apply((review, approved), &options, Some(&output), watched)
            .await;
        let receipt = done.map_err(|failure| failure.to_string())?;
        let bytes = std::fs::read(&output.path).map_err(|error| error.to_string())?;
        Ok((bytes, receipt))
    }
}

fn read(bytes: &[u8]) -> Result<Loaded, String> {
    let loaded = job::load_bytes("file.json", bytes, None, &job::ImportOptions::default());
    loaded.map_err(|failure| failure.to_string())
}

/// Chooses items by chance.
fn some(plan: &Arc<Plan>, numbers: &[u16]) -> Choices {
    let ids = plan.entries().iter().map(|entry| &entry.item.id);
    let chosen: HashSet<_> = ids
        .zip(numbers.iter().chain(std::iter::repeat(&1)))
        .filter(|(_, number)| **number % 3 > 0)
        .map(|(id, _)| id.clone())
        .collect();
    Choices::of(plan, |id| chosen.contains(id), true)
}

/// The target, with the APIs of the file: whether a target has those a file cannot say.
fn with_apis(mut target: Sample, file: &Sample) -> Sample {
    let linked = file.rows("tsmpGroupApiList").iter();
    let linked = linked.map(|row| ["moduleName", "apiKey"].map(|name| row[name].clone()));
    let linked = linked.filter_map(|[module, key]| {
        let text = |value: Value| value.as_str().map(str::to_owned);
        Some([text(module)?, text(key)?, String::new()])
    });
    for mut api in file.apis.iter().cloned().chain(linked) {
        if target.apis.iter().any(|other| other[..2] == api[..2]) {
            continue;
        }
        if target.apis.iter().any(|other| other[2] == api[2]) {
            api[2].clear();
        }
        target.apis.push(api);
    }
    target
}

/// What differs between two files, if anything.
async fn difference(one: &[u8], other: &[u8]) -> Result<(), String> {
    let (one, other) = (job::Side::from(read(one)?), job::Side::from(read(other)?));
    let diff = job::diff(&one, &other, &Reporter::silent()).await;
    let diff = diff.map_err(|failure| failure.to_string())?;
    let items = diff.items.iter();
    let different: Vec<_> = items
        .filter(|item| item.presence != Presence::Equal)
        .collect();
    match &different[..] {
        [] => Ok(()),
        items => Err(format!("{items:#?}")),
    }
}

/// What the plan of the written file says of a database that holds the target is what was shown of
/// its items, and applying it makes of the database the file of everything after the import.
#[test]
fn the_written_file_makes_of_a_database_what_was_shown() {
    let drawn = (numbers(), numbers(), numbers());
    for_all(12, drawn, |(file, target, chosen)| {
        let file = environment(&mut Draw::new(file), Side::Source);
        let target = environment(&mut Draw::new(target), Side::Source);
        let target = with_apis(target, &file);
        let samples = format!("file: {}\ntarget: {}", short(&file), short(&target));
        let chosen = chosen.clone();
        (samples, async move {
            let site = Site::new(&target).await;
            let exported = site.export(&[]).await;
            // Rows that are left out are not in the file, and may be in the way in the database.
            if !exported.findings.is_empty() {
                return Ok(());
            }
            let bench = Bench::new(&exported.bytes)?;
            let review = bench.plan(&load(&file)).await?;
            let choices = some(&review.plan, &chosen);
            let Ok(approved) = review.plan.approve(&choices) else {
                return Ok(());
            };
            let (state, receipt) = bench.write(&review, &choices, Emit::State).await?;
            let (import, _) = bench.write(&review, &choices, Emit::Import).await?;
            if receipt.outcomes != approved.outcomes() {
                return Err("other outcomes".to_owned());
            }
            lists(&import)?;
            lists(&state)?;
            let applied = site.review_bytes(&import).await;
            let steps = approved.steps().iter();
            let written = steps.filter_map(|step| review.plan.entry(step.index));
            let written: HashSet<ItemId> = written.map(|entry| entry.item.id.clone()).collect();
            for step in approved.steps() {
                let entry = review.plan.entry(step.index).ok_or("no entry")?;
                // What the target keeps is in the file, and so no difference any more.
                let effective = |plan: &Plan, index: usize| -> Vec<Change> {
                    let mut changes = plan.changes(index, Show::Differences);
                    changes.retain(|change| {
                        change.op.is_effective() && is_met(&change.needs, &written)
                    });
                    for change in &mut changes {
                        change.needs = None;
                        drop_unmet(&mut change.after, &written);
                    }
                    changes
                };
                let shown = effective(&review.plan, step.index);
                let again = applied.plan.position(&entry.item.id);
                let again = again.ok_or_else(|| format!("{} is not written", entry.item.id))?;
                let found = effective(&applied.plan, again);
                let only = |one: &[Change], other: &[Change]| -> Vec<Change> {
                    let only = one.iter().filter(|change| !other.contains(change));
                    only.cloned().collect()
                };
                let (more, less) = (only(&found, &shown), only(&shown, &found));
                if !(more.is_empty() && less.is_empty()) {
                    let id = &entry.item.id;
                    return Err(format!("{id}: {more:?} instead of {less:?}"));
                }
            }
            let all = Choices::everything(&applied.plan);
            let done = site.apply(&applied, &all).await;
            done.map_err(|failure| failure.to_string())?;
            difference(&state, &site.export(&[]).await.bytes).await
        })
    });
}

fn is_met(needs: &Option<ItemId>, written: &HashSet<ItemId>) -> bool {
    needs.as_ref().is_none_or(|on| written.contains(on))
}

/// Drops what is only written with items that are not.
fn drop_unmet(value: &mut Item, written: &HashSet<ItemId>) {
    match value {
        Item::Record(fields) => {
            // Hidden groups, to which keys are mapped, have other names in every environment; what
            // becomes of them is compared in the end.
            fields.retain(|field| field.name != "groups");
            for field in fields {
                drop_unmet(&mut field.value, written);
            }
        }
        Item::Set(elements) | Item::Sequence(elements) => {
            elements.retain(|element| is_met(&element.needs, written));
            for element in elements.iter_mut() {
                element.needs = None;
                drop_unmet(&mut element.value, written);
            }
            if elements.is_empty() {
                *value = Item::Null;
            }
        }
        _ => {}
    }
}

/// A file for digiRunner has its 25 lists and nothing else.
fn lists(file: &[u8]) -> Result<(), String> {
    let read: Value = serde_json::from_slice(file).map_err(|error| error.to_string())?;
    let root = read.as_object().ok_or("no object")?;
    let lists = root.values().find_map(Value::as_object).ok_or("no lists")?;
    let are_lists = lists.len() == 25 && lists.values().all(Value::is_array);
    match are_lists && root.len() == 2 {
        true => Ok(()),
        false => Err(format!("{:?}: {:?}", root.keys(), lists.keys())),
    }
}

/// What is written of some items is, compared with the same file, what was shown of them.
#[test]
fn what_is_written_of_documents_is_what_was_shown_of_them() {
    for folder in ["tyk", "sp-config"] {
        let sample = |name: &str| std::fs::read(fixture(&format!("{folder}/{name}"))).unwrap();
        let (file, target) = (sample("export.json"), sample("target.json"));
        for_all(12, numbers(), |chosen| {
            let (file, target, chosen) = (file.clone(), target.clone(), chosen.clone());
            (folder.to_owned(), async move {
                let bench = Bench::new(&target)?;
                let review = bench.plan(&read(&file)?).await?;
                let choices = some(&review.plan, &chosen);
                let Ok(approved) = review.plan.approve(&choices) else {
                    return Ok(());
                };
                let (import, _) = bench.write(&review, &choices, Emit::Import).await?;
                let (state, _) = bench.write(&review, &choices, Emit::State).await?;
                let again = bench.plan(&read(&import)?).await?;
                if again.plan.entries().len() != approved.steps().len() {
                    return Err("other items than those chosen".to_owned());
                }
                let all = Choices::everything(&again.plan);
                let (twice, _) = bench.write(&again, &all, Emit::State).await?;
                match state == twice {
                    true => Ok(()),
                    false => difference(&state, &twice).await,
                }
            })
        });
    }
}

/// One ledger holds the jobs of several files: each has its own last one.
#[tokio::test]
async fn the_last_job_of_a_file_is_its_own() {
    let sample = |name: &str| std::fs::read(fixture(&format!("tyk/{name}"))).unwrap();
    let target = sample("target.json");
    let (one, other) = (Bench::new(&target).unwrap(), Bench::new(&target).unwrap());
    let review = one.plan(&read(&sample("export.json")).unwrap()).await;
    let review = review.unwrap();
    let all = Choices::everything(&review.plan);
    let (_, receipt) = one.write(&review, &all, Emit::Import).await.unwrap();
    let ledger = LedgerPlace::File(one.home.path().join("ledger"));
    let last = |against: Against| {
        let ledger = ledger.clone();
        async move { against.last_job(Timeouts::default(), &ledger).await }
    };
    let found = last(one.against.clone()).await.unwrap();
    assert_eq!(found.map(|job| job.job), Some(receipt.job));
    assert!(last(other.against.clone()).await.unwrap().is_none());
}

// ---- on the command line

fn run(home: &Path, args: &[&str]) -> Ran {
    Ran::of(command(home).args(args))
}

#[tokio::test]
async fn documents_of_a_file_are_applied_to_a_database_as_they_were_shown() {
    for product in [TYK, SP_CONFIG] {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name).to_string_lossy().into_owned();
        let db: TestDb = product.demo().await;
        let url = db.url();
        let export = |name: &str| {
            let ran = run(
                home.path(),
                &["export", "--database-url", &url, "--out", &at(name)],
            );
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        };
        export("target.json");
        let (target, file) = (at("target.json"), product.export());
        let plan = run(home.path(), &["plan", &file, "--against", &target]);
        assert_eq!(plan.code, Some(2), "{}", plan.stderr);
        let chosen = ["--cover", "all", "--ignore-missing"];
        let write = |emit: &str, out: &str| {
            let args = [
                "apply",
                &file,
                "--against",
                &target,
                "--emit",
                emit,
                "--out",
                out,
            ];
            let ran = run(home.path(), &[&args[..], &chosen].concat());
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        };
        write("state", &at("state.json"));
        write("import", &at("import.json"));
        let apply = [
            "apply",
            &at("import.json"),
            "--database-url",
            &url,
            "--yes",
            "--strict",
        ];
        let ran = run(home.path(), &[&apply[..], &chosen].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        export("after.json");
        let diff = run(home.path(), &["diff", &at("state.json"), &at("after.json")]);
        assert_eq!(diff.code, Some(0), "{}", diff.stdout);
    }
}

#[test]
fn a_target_that_is_a_file_stays_as_it_is_and_is_undone_into_another_one() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let (file, target) = (fixture("tyk/export.json"), at("target.json"));
    std::fs::copy(fixture("tyk/target.json"), &target).unwrap();
    let before = std::fs::read(&target).unwrap();
    let apply = |more: &[&str]| {
        let args = ["apply", &file, "--against", &target, "--ignore-missing"];
        run(home.path(), &[&args[..], more].concat())
    };
    let ran = apply(&[]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
    assert!(ran.stderr.contains("--out"), "{}", ran.stderr);
    let ran = apply(&["--out", &target, "--force"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
    assert!(ran.stderr.contains("never overwritten"), "{}", ran.stderr);
    let ran = apply(&["--rehearse"]);
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
    assert!(ran.stderr.contains("requires a database"), "{}", ran.stderr);
    let ran = apply(&["--out", &at("written.json"), "--output", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.json()["written"], at("written.json"));
    assert_eq!(ran.json()["job"], 1);
    // What is there is not overwritten, and the job has failed.
    let ran = apply(&["--out", &at("written.json")]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let history = run(
        home.path(),
        &["history", "--against", &target, "--output", "json"],
    );
    let jobs = history.json()["jobs"].clone();
    assert_eq!(
        (&jobs[0]["state"], &jobs[1]["state"]),
        (&"failed".into(), &"done".into())
    );
    // Standard output holds the file alone.
    let ran = apply(&["--out", "-"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stdout.as_bytes(),
        std::fs::read(at("written.json")).unwrap()
    );
    let undo = |job: &str, out: &str| {
        run(
            home.path(),
            &["undo", job, "--against", &target, "--out", out],
        )
    };
    let ran = undo("1", &at("former.json"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(std::fs::read(at("former.json")).unwrap(), before);
    assert_eq!(undo("1", &at("again.json")).code, Some(1), "it is undone");
    assert_eq!(std::fs::read(&target).unwrap(), before);
    // No secret is in what is printed.
    let printed = [ran.stdout, ran.stderr, history.stdout].concat();
    assert!(!printed.contains("fake-"), "{printed}");
}

#[test]
fn a_saved_plan_is_applied_to_the_file_it_was_made_for() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let (file, target) = (fixture("sp-config/export.json"), at("target.json"));
    std::fs::copy(fixture("sp-config/target.json"), &target).unwrap();
    let plan = at("plan.json");
    let saved = run(
        home.path(),
        &[
            "plan",
            &file,
            "--against",
            &target,
            "--cover",
            "all",
            "--ignore-missing",
            "--out",
            &plan,
        ],
    );
    assert_eq!(saved.code, Some(2), "{}", saved.stderr);
    let apply = |against: &str, out: &str| {
        run(
            home.path(),
            &["apply", &plan, "--against", against, "--out", out],
        )
    };
    let ran = apply(&target, &at("one.json"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = apply(&target, &at("two.json"));
    assert_eq!(ran.code, Some(3), "a plan is used once: {}", ran.stderr);
    let ran = apply(&fixture("sp-config/target.json"), &at("two.json"));
    assert_eq!(ran.code, Some(64), "another file: {}", ran.stderr);
}

#[test]
fn the_demo_needs_no_database() {
    let home = tempfile::tempdir().unwrap();
    for (product, counts) in [
        ("digirunner", [23, 87]),
        ("tyk", [14, 61]),
        ("sp-config", [5, 12]),
    ] {
        let ran = run(
            home.path(),
            &["demo", product, "--files", "--output", "json"],
        );
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let summary = ran.json()["summary"].clone();
        assert_eq!(
            (&summary["add"], &summary["repeat"]),
            (&counts[0].into(), &counts[1].into())
        );
        // Only APIs that nobody knows of have to be confirmed.
        let lacking = ran.json()["lack_api"].clone();
        let is_unknown = |api: &Value| api["unknown"] == true;
        let unknown = lacking
            .as_array()
            .unwrap()
            .iter()
            .filter(|api| is_unknown(api));
        assert_eq!(unknown.count() > 0, product == "digirunner");
    }
}

#[test]
fn the_demo_goes_on_with_files_where_postgresql_cannot_be_had() {
    let home = tempfile::tempdir().unwrap();
    let mut demo = command(home.path());
    let ran = Ran::of(demo.arg("demo").env("GATEDIFF_PG_BIN", home.path()));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("(--files)"), "{}", ran.stderr);
    assert!(ran.stdout.contains("fixtures/digirunner/target.json"));
}
