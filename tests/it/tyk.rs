//! Tyk on PostgreSQL: what its documentation prints, the demo, and the way back.

use std::path::Path;

use gatediff::engine::{Choices, ItemId, Kind, Outcome, Plan, Status};
use gatediff::job::{self, ExportOptions, Exported, FailureKind, ImportOptions, Selection};
use serde_json::{Value, json};

use crate::support::gatediff::{Ran, fixture, gatediff};
use crate::support::keeper::{Keeper, at};

const ORGANISATION: &str = include_str!("../../fixtures/tyk/documentation/organisation.json");
const POLICIES: &str = include_str!("../../fixtures/tyk/documentation/policies.json");
const TARGET: &str = include_str!("../../fixtures/tyk/target.json");
const EXPORT: &str = include_str!("../../fixtures/tyk/export.json");

const BANK: &str = "5e9d9544a1dcd60001d0ed20";

impl Keeper {
    async fn export_kinds(&self, kinds: &[&str]) -> Exported {
        let include = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let selection = Selection {
            include,
            ..Selection::default()
        };
        self.export_with(&ExportOptions {
            selection,
            ..ExportOptions::default()
        })
        .await
        .unwrap()
    }
}

fn describe(exported: &Exported) -> Value {
    serde_json::from_slice(&exported.bytes).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn warnings(plan: &Plan, kind: &'static str, key: &str) -> Vec<String> {
    plan.entry(at(plan, kind, key))
        .unwrap()
        .warnings
        .iter()
        .map(|finding| finding.code.to_string())
        .collect()
}

fn all_unchanged(plan: &Plan) {
    let differing: Vec<String> = plan
        .entries()
        .iter()
        .filter(|entry| entry.verdict.status != Status::Repeat || entry.changed)
        .map(|entry| format!("{} {:?}", entry.item.id, entry.verdict))
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

// ---- what the documentation prints

#[tokio::test]
async fn the_documentations_examples_go_in_keep_their_ids_and_come_back_equal() {
    let keeper = Keeper::new("tyk").await;
    assert_eq!(keeper.import(ORGANISATION).await.count(Outcome::Added), 1);
    assert_eq!(keeper.import(POLICIES).await.count(Outcome::Added), 3);
    let kept: Vec<[Value; 4]> = keeper
        .documents()
        .await
        .iter()
        .map(|row| ["kind", "id", "pair_id", "owner"].map(|name| row[name].clone()))
        .collect();
    let owner = "53ac07777cbb8c2d53000002";
    assert_eq!(
        json!(kept),
        json!([
            ["organisation", owner, null, ""],
            [
                "policy",
                "57ed12fc30c55e6b890d37d8",
                "57ed12fc30c55e6b890d37d8",
                owner
            ],
            [
                "policy",
                "58172a2330c55e22afcd59af",
                "58172a2330c55e22afcd59af",
                owner
            ],
            [
                "policy",
                "5824343b30c55e52d5e6cfde",
                "5824343b30c55e52d5e6cfde",
                owner
            ],
        ])
    );
    assert_eq!(
        String::from_utf8(keeper.export_kinds(&["organisation"]).await.bytes).unwrap(),
        ORGANISATION
    );
    let by_id = |policies: &Value| {
        let mut all = policies["Data"].as_array().unwrap().clone();
        all.sort_by_key(|policy| policy["_id"].to_string());
        all
    };
    assert_eq!(
        by_id(&describe(&keeper.export_kinds(&["policy"]).await)),
        by_id(&parsed(POLICIES))
    );
    for file in [ORGANISATION, POLICIES] {
        all_unchanged(&keeper.review(file).await.plan);
    }
}

#[tokio::test]
async fn the_documentations_dangling_api_and_stale_names_are_reported() {
    let keeper = Keeper::new("tyk").await;
    let organisation = keeper.review(ORGANISATION).await;
    assert_eq!(
        warnings(
            &organisation.plan,
            "organisation",
            "53ac07777cbb8c2d53000002"
        ),
        ["api-stale"; 3]
    );
    keeper.import(ORGANISATION).await;
    let policies = keeper.review(POLICIES).await;
    let missing: Vec<&str> = policies
        .plan
        .missing_apis()
        .iter()
        .map(|missing| &*missing.key)
        .collect();
    assert!(
        missing.contains(&"d023576f836a4e407153009e8d95cf73"),
        "{missing:?}"
    );
    let described: Vec<String> = policies
        .plan
        .all_warnings()
        .map(|finding| finding.message.clone())
        .collect();
    for wanted in [
        "'Test API' (d023576f836a4e407153009e8d95cf73), which is neither in the file nor in the target, nor does its organisation list it",
        "'5fa2db834e07444f760b7ceb314209fb' 'New API 1', but its organisation calls it 'API 2'",
        "'7a6ddeca9244448a4233866938a0d6e2' 'API1', but its organisation calls it 'API 1'",
    ] {
        assert!(
            described.iter().any(|message| message.contains(wanted)),
            "{wanted}: {described:#?}"
        );
    }
}

#[test]
fn the_documentations_truncated_example_is_refused_with_its_place() {
    let path = fixture("tyk/documentation/apis.json");
    let failure = job::load(&path, None, &ImportOptions::default())
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Parse);
    let ran = gatediff(&["validate", &path]);
    assert_ne!(ran.code, Some(0));
    assert!(ran.stderr.contains("apis.json:4:24"), "{}", ran.stderr);
}

// ---- cycles

/// An organisation, and an API and a policy that need each other.
fn cycle() -> (String, ItemId, ItemId) {
    let file = json!({
        "organisations": [{"id": BANK, "owner_name": "海晏"}],
        "apis": [{"api_definition": {"id": "5e9d9544a1dcd60001d0ed99", "api_id": "jwt-api", "org_id": BANK, "name": "JWT",
            "active": true, "proxy": {"listen_path": "/jwt/"}, "jwt_default_policies": ["jwt-default"]}}],
        "Data": [{"_id": "5e9d9544a1dcd60001d0ed98", "id": "jwt-default", "org_id": BANK, "name": "Default",
            "access_rights": {"jwt-api": {"api_id": "jwt-api", "api_name": "JWT"}}}],
    });
    let policy = ItemId::new(Kind::of("policy"), "5e9d9544a1dcd60001d0ed98");
    (
        file.to_string(),
        ItemId::new(Kind::of("api"), "jwt-api"),
        policy,
    )
}

#[tokio::test]
async fn an_api_and_a_policy_that_need_each_other_go_in_at_once_and_not_alone() {
    let keeper = Keeper::new("tyk").await;
    let (file, api, policy) = cycle();
    let review = keeper.review(&file).await;
    for (left_out, other) in [(&api, &policy), (&policy, &api)] {
        let choices = Choices::of(&review.plan, |id| id != left_out, false);
        let state = review
            .plan
            .resolve(&choices)
            .state(review.plan.position(other).unwrap())
            .cloned()
            .unwrap();
        assert_eq!(state.outcome, Outcome::Blocked);
        assert!(
            state
                .blocked_by
                .unwrap()
                .message
                .contains(&format!("'{}', which is left out", left_out.key))
        );
    }
    assert_eq!(keeper.import(&file).await.count(Outcome::Added), 3);
    all_unchanged(&keeper.review(&file).await.plan);
}

// ---- the demo

#[tokio::test]
async fn after_the_demo_is_applied_its_export_differs_nowhere() {
    let keeper = Keeper::new("tyk").await;
    keeper.import(TARGET).await;
    all_unchanged(&keeper.review(TARGET).await.plan);
    assert_eq!(
        describe(&keeper.export().await)["apis"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    let receipt = keeper.import(EXPORT).await;
    assert_eq!(
        (
            receipt.count(Outcome::Added),
            receipt.count(Outcome::Covered)
        ),
        (14, 16)
    );
    let all = keeper.export().await;
    let text = String::from_utf8(all.bytes).unwrap();
    let plan = keeper.review(&text).await.plan;
    all_unchanged(&plan);
    assert_eq!(plan.entries().len(), 3 + 58 + 20);
    assert!(plan.missing().is_empty());
    for kind in ["organisation", "api", "policy"] {
        let text = String::from_utf8(keeper.export_kinds(&[kind]).await.bytes).unwrap();
        all_unchanged(&keeper.review(&text).await.plan);
    }
}

#[tokio::test]
async fn an_export_makes_the_same_again_elsewhere() {
    let (one, other) = (Keeper::new("tyk").await, Keeper::new("tyk").await);
    one.import(TARGET).await;
    one.import(EXPORT).await;
    let text = String::from_utf8(one.export().await.bytes).unwrap();
    other.import(&text).await;
    assert_eq!(String::from_utf8(other.export().await.bytes).unwrap(), text);
}

#[tokio::test]
async fn a_short_organisation_blanks_nothing_in_the_database() {
    let keeper = Keeper::new("tyk").await;
    keeper.import(TARGET).await;
    let short = json!({"id": BANK, "owner_name": "New name", "owner_slug": "", "apis": [], "event_options": {"key_event": {"redis": false}}});
    assert_eq!(
        keeper
            .import(&short.to_string())
            .await
            .count(Outcome::Covered),
        1
    );
    let mut wanted = parsed(TARGET)["organisations"][0].clone();
    wanted["owner_name"] = json!("New name");
    wanted["event_options"]["key_event"]["redis"] = json!(false);
    assert_eq!(describe(&keeper.export().await)["organisations"][0], wanted);
}

// ---- undo

#[tokio::test]
async fn undo_makes_every_document_as_it_was() {
    let keeper = Keeper::new("tyk").await;
    keeper.import(TARGET).await;
    let before = keeper.documents().await;
    let job = keeper.import(EXPORT).await.job;
    let after = keeper.documents().await;
    assert_ne!(before, after);
    let undone = keeper.undo(job).await.unwrap();
    assert_eq!(undone.items.len(), 30);
    assert_eq!(keeper.documents().await, before);
    keeper.undo(undone.job).await.unwrap();
    assert_eq!(keeper.documents().await, after);
}

#[tokio::test]
async fn an_organisation_that_others_came_to_belong_to_is_not_taken_back() {
    let keeper = Keeper::new("tyk").await;
    let (file, ..) = cycle();
    let mut whole = parsed(&file);
    let job = keeper
        .import(&whole["organisations"][0].to_string())
        .await
        .job;
    whole.as_object_mut().unwrap().remove("organisations");
    let later = keeper.import(&whole.to_string()).await.job;
    let failure = keeper.undo(job).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Blocked);
    assert!(format!("{failure:?}").contains("jwt-api"), "{failure:?}");
    keeper.undo(later).await.unwrap();
    keeper.undo(job).await.unwrap();
    assert!(keeper.documents().await.is_empty());
}

// ---- the binary

#[tokio::test]
async fn a_directory_as_tyk_sync_writes_it_is_one_import() {
    let keeper = Keeper::new("tyk").await;
    let (file, ..) = cycle();
    let whole = parsed(&file);
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, json: &Value| {
        std::fs::write(directory.path().join(name), json.to_string()).unwrap();
    };
    write(
        ".tyk.json",
        &json!({"type": "apidef", "files": [{"file": "api-jwt-api.json"}]}),
    );
    write("organisation.json", &whole["organisations"][0]);
    write("api-jwt-api.json", &whole["apis"][0]["api_definition"]);
    write("policy-jwt-default.json", &whole["Data"][0]);
    let path = directory.path().to_str().unwrap();
    let ran = gatediff(&[
        "apply",
        path,
        "--yes",
        "--output",
        "json",
        "--database-url",
        &keeper.db.url(),
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(keeper.documents().await.len(), 3);
}

/// What stands in every secret of the demo, and inside its base64.
const CANARIES: [&str; 3] = ["fake-", "ZmFrZS", "mYWtlL"];

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_the_demo_is_reported_anywhere_but_in_exports_backups_and_the_journal() {
    let keeper = Keeper::new("tyk").await;
    keeper.import(TARGET).await;
    let (url, path) = (keeper.db.url(), fixture("tyk/export.json"));
    let home = tempfile::tempdir().unwrap();
    let saved = home.path().join("saved.json");
    let saved = saved.to_str().unwrap();
    let run = |args: &[&str]| {
        let ran = gatediff(args);
        assert_safe(&args.join(" "), &ran);
        ran
    };
    for output in ["text", "json"] {
        run(&["validate", &path, "--output", output]);
        let ran = run(&["plan", &path, "--output", output, "--database-url", &url]);
        assert!(
            ran.stdout.contains("Green loans"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    run(&["plan", &path, "--out", saved, "--database-url", &url]);
    let done = run(&[
        "apply",
        &path,
        "--cover",
        "all",
        "--ignore-lack-api",
        "--yes",
        "--output",
        "json",
        "--database-url",
        &url,
    ]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    run(&["history", "--output", "json", "--database-url", &url]);
    run(&[
        "undo",
        "2",
        "--yes",
        "--output",
        "json",
        "--database-url",
        &url,
    ]);
    if Path::new(saved).exists() {
        clean(saved, &std::fs::read_to_string(saved).unwrap());
    }
    let jobs: Vec<Value> = sqlx::query_scalar("SELECT to_jsonb(j) - 'backup' FROM gatediff.jobs j")
        .fetch_all(&mut keeper.db.connect().await)
        .await
        .unwrap();
    clean("the ledger", &json!(jobs).to_string());
}

fn assert_safe(what: &str, ran: &Ran) {
    clean(what, &ran.stdout);
    clean(what, &ran.stderr);
}

fn clean(what: &str, text: &str) {
    for canary in CANARIES {
        if let Some((before, after)) = text.split_once(canary) {
            let (before, after) = (before.chars().rev().take(80), after.chars().take(80));
            let before: Vec<char> = before.collect();
            let around: String = before
                .into_iter()
                .rev()
                .chain(canary.chars())
                .chain(after)
                .collect();
            panic!("{what} tells a secret: {around}");
        }
    }
}

#[tokio::test]
async fn a_tyk_file_is_known_by_itself_and_the_target_by_what_it_keeps() {
    let keeper = Keeper::new("tyk").await;
    keeper.import(ORGANISATION).await;
    let review = keeper.review(ORGANISATION).await;
    assert_eq!(review.file.platform, "tyk");
    assert_eq!(keeper.export().await.platform, "tyk");
    assert_eq!(review.plan.summary().unchanged, 1);
}
