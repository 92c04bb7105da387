//! sp-config on PostgreSQL: the service's printed samples, the demo, options,
//! and the way back.

use std::collections::BTreeMap;

use gatediff::engine::{ItemId, Kind, Outcome, Resolved, Status};
use gatediff::job::{
    self, DefaultReference, ExportOptions, Exported, FailureKind, ImportOptions, Mapping,
    ObjectFilter, Reporter, Selection,
};
use gatediff::store::Timeouts;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::gatediff::{Ran, command, fixture, gatediff};
use crate::support::keeper::{Keeper, at};
use crate::support::site::cover_all;

const SAMPLE: &str = include_str!("../../fixtures/sp-config/samples/import-file.json");
const DOWNLOAD: &str = include_str!("../../fixtures/sp-config/samples/export-download.json");
const UPLOAD: &str = include_str!("../../fixtures/sp-config/samples/upload.json");
const TARGET: &str = include_str!("../../fixtures/sp-config/target.json");
const EXPORT: &str = include_str!("../../fixtures/sp-config/export.json");

const ACTIVE_DIRECTORY: &str = "2c91808363dae20e0163dbef5a7d2de9";

async fn tenant() -> Keeper {
    Keeper::new("sp-config").await
}

/// A tenant as the demo's.
async fn demo() -> Keeper {
    let tenant = tenant().await;
    tenant.import(TARGET).await;
    tenant
}

impl Keeper {
    /// Returns the entry that is kept of an object.
    async fn body(&self, kind: &str, id: &str) -> String {
        let sql = "SELECT body FROM gatediff.documents WHERE platform = 'sp-config' AND kind = $1 AND id = $2";
        let found = sqlx::query_scalar(sql).bind(kind).bind(id);
        found
            .fetch_optional(&mut self.db.connect().await)
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("{kind} {id}"))
    }

    async fn object(&self, kind: &str, id: &str) -> Value {
        let entry: Value = serde_json::from_str(&self.body(kind, id).await).unwrap();
        entry["object"].clone()
    }
}

/// Returns the entries of a file, byte for byte, sorted.
fn entries(file: &str) -> Vec<String> {
    let envelope: BTreeMap<String, Box<RawValue>> = serde_json::from_str(file).unwrap();
    let objects: Vec<Box<RawValue>> = serde_json::from_str(envelope["objects"].get()).unwrap();
    let mut entries: Vec<String> = objects.iter().map(|entry| entry.get().to_owned()).collect();
    entries.sort();
    entries
}

fn text(exported: &Exported) -> &str {
    std::str::from_utf8(&exported.bytes).unwrap()
}

fn rule_by_name(name: &str) -> DefaultReference {
    DefaultReference {
        kind: "RULE".into(),
        id: None,
        name: Some(name.into()),
    }
}

fn owner_mapping() -> Mapping {
    Mapping {
        kind: "SOURCE".into(),
        path: "$.owner.name".into(),
        from: "sandbox.admin".into(),
        to: "林雅婷 (IAM)".into(),
        enabled: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_samples_are_imported_keep_their_ids_and_come_back_byte_for_byte() {
    for sample in [SAMPLE, DOWNLOAD, UPLOAD] {
        let tenant = tenant().await;
        let receipt = tenant.import(sample).await;
        assert_eq!(receipt.count(Outcome::Added), entries(sample).len());
        let exported = tenant.export().await;
        assert_eq!(entries(text(&exported)), entries(sample));
        assert_eq!(exported.platform, "sp-config");
        let review = tenant.review(text(&exported)).await;
        assert!(
            review
                .plan
                .entries()
                .iter()
                .all(gatediff::engine::Entry::is_unchanged)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_list_of_the_sample_is_the_same_import() {
    let tenant = tenant().await;
    tenant.import(SAMPLE).await;
    let list = format!("[{}]", entries(SAMPLE).join(","));
    let review = tenant.review(&list).await;
    assert!(
        review
            .plan
            .entries()
            .iter()
            .all(gatediff::engine::Entry::is_unchanged)
    );
    assert_eq!(review.plan.entries().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_imported_and_what_is_exported_is_unchanged() {
    let tenant = demo().await;
    assert_eq!(entries(text(&tenant.export().await)), entries(TARGET));
    let review = tenant.review(EXPORT).await;
    let blocked = review
        .plan
        .entries()
        .iter()
        .filter(|entry| entry.verdict.status.is_blocked())
        .count();
    assert_eq!((review.plan.entries().len(), blocked), (25, 8));
    let receipt = tenant
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap();
    assert_eq!(receipt.count(Outcome::Blocked), blocked);
    let exported = tenant.export().await;
    let review = tenant.review(text(&exported)).await;
    for entry in review.plan.entries() {
        assert!(
            entry.is_unchanged(),
            "{}: {:?}",
            entry.item.id,
            entry.verdict
        );
    }
    // What the file has again changes nothing either.
    let again = tenant.review(EXPORT).await;
    assert!(
        again
            .plan
            .entries()
            .iter()
            .all(|entry| entry.is_unchanged() || entry.verdict.status.is_blocked())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_brings_back_every_document_as_it_was() {
    let tenant = demo().await;
    let before = tenant.documents().await;
    let receipt = tenant.import(EXPORT).await;
    assert_ne!(tenant.documents().await, before);
    tenant.undo(receipt.job).await.unwrap();
    assert_eq!(tenant.documents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_found_by_its_name_keeps_the_targets_id_and_what_refers_to_it_is_rewritten()
 {
    let tenant = demo().await;
    tenant.import(EXPORT).await;
    let source = tenant
        .object("SOURCE", "2c9180857a1b2c3d017a1b2c3d4e5f60")
        .await;
    assert_eq!(source["id"], "2c9180857a1b2c3d017a1b2c3d4e5f60");
    assert_eq!(source["connectorAttributes"]["clientId"], "isc-sandbox");
    let profile = tenant
        .object("IDENTITY_PROFILE", "2c918088812345670181234567890abc")
        .await;
    assert_eq!(
        profile["authoritativeSource"]["id"],
        "2c9180857a1b2c3d017a1b2c3d4e5f60"
    );
    assert_eq!(profile["priority"], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_the_file_lacks_are_kept_and_none_is_ever_reported() {
    let tenant = demo().await;
    let review = tenant.review(EXPORT).await;
    let described = format!("{:?}", review.plan);
    assert!(!described.contains("canary"), "{described}");
    tenant
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap();
    let directory = tenant.object("SOURCE", ACTIVE_DIRECTORY).await;
    let attributes = &directory["connectorAttributes"];
    assert_eq!(attributes["password"], "canary-ad-password");
    assert_eq!(attributes["IQServicePassword"], "canary-iq-password");
    assert_eq!(
        attributes["forestSettings"][0]["password"],
        "canary-forest-password"
    );
    assert_eq!(attributes["host"], "ad-sandbox.haiyan.example");
    let workday = tenant
        .object("SOURCE", "2c9180857a1b2c3d017a1b2c3d4e5f60")
        .await;
    assert_eq!(
        workday["connectorAttributes"]["clientSecret"], "canary-sandbox-secret",
        "the file has one"
    );
    assert_eq!(
        workday["connectorAttributes"]["password"],
        "canary-workday-password"
    );
    let subscription = tenant
        .object(
            "TRIGGER_SUBSCRIPTION",
            "193446a1-c431-4326-8ba7-d6eebf922948",
        )
        .await;
    assert_eq!(
        subscription["httpConfig"]["bearerTokenAuthConfig"]["bearerToken"],
        "canary-hook-token"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_rule_is_kept_byte_for_byte_through_import_and_export() {
    let tenant = demo().await;
    tenant.import(EXPORT).await;
    let of = |name: &str| {
        let is_it = |entry: &&String| entry.contains(name) && entry.contains("jwsSignature\": \"");
        entries(EXPORT).iter().find(is_it).cloned().unwrap()
    };
    let exported = entries(text(&tenant.export().await));
    for name in ["離職人員關閉帳號", "JDBCProvisioning Rule Adapter"] {
        let signed = of(name);
        assert!(exported.contains(&signed), "{name}");
    }
    // Found by its name: the target goes on to know it by its own id.
    assert_eq!(
        tenant
            .body("RULE", "ff8081816a1b2c3d016a1b2c3d4e0001")
            .await,
        of("JDBCProvisioning Rule Adapter")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_selected_is_imported_and_nothing_else() {
    let tenant = tenant().await;
    let filter = ObjectFilter {
        ids: vec![],
        names: vec!["Calculate Display Name".into(), "No Such".into()],
    };
    let selection = Selection {
        include: vec!["TRANSFORM".into(), "RULE".into()],
        exclude: vec!["TRANSFORM".into()],
        objects: BTreeMap::from([("TRANSFORM".to_owned(), filter)]),
    };
    let options = ImportOptions {
        selection,
        ..ImportOptions::default()
    };
    let review = tenant.review_with(DOWNLOAD, &options).await;
    let kinds: Vec<&str> = review
        .plan
        .entries()
        .iter()
        .map(|entry| entry.item.id.kind.as_str())
        .collect();
    assert_eq!(kinds, ["TRANSFORM", "RULE"]);
    let warnings: Vec<&str> = review
        .plan
        .warnings()
        .iter()
        .map(|warning| &*warning.code)
        .collect();
    assert_eq!(warnings, ["selection-unmet"]);
    tenant
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap();
    assert_eq!(tenant.documents().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn mappings_and_default_references_are_written() {
    let tenant = demo().await;
    let options = ImportOptions {
        mappings: vec![owner_mapping()],
        default_references: vec![rule_by_name("Cloud Correlate Manager")],
        ..ImportOptions::default()
    };
    let review = tenant.review_with(EXPORT, &options).await;
    let directory = review
        .plan
        .entry(at(&review.plan, "SOURCE", ACTIVE_DIRECTORY))
        .unwrap();
    let by_default = directory
        .references
        .iter()
        .find(|reference| reference.how == Resolved::Default)
        .unwrap();
    assert_eq!(by_default.path, "/accountCorrelationRule");
    tenant
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap();
    let correlation = &tenant.object("SOURCE", ACTIVE_DIRECTORY).await["accountCorrelationRule"];
    assert_eq!(
        *correlation,
        json!({"type": "RULE", "id": "ff8081815bc9f6c6015bd491edbe0023", "name": "Cloud Correlate Manager"})
    );
    let added = tenant
        .object("SOURCE", "2c91808a7c0ffee0017c0ffee0c0ffee")
        .await;
    assert_eq!(added["owner"]["name"], "林雅婷 (IAM)");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_names_its_tenant_its_time_and_what_was_chosen() {
    let tenant = demo().await;
    let objects = BTreeMap::from([(
        "RULE".to_owned(),
        ObjectFilter {
            ids: vec![],
            names: vec!["Cloud Correlate Manager".into()],
        },
    )]);
    let selection = Selection {
        include: vec!["RULE".into()],
        objects,
        ..Selection::default()
    };
    let options = ExportOptions {
        selection,
        description: "只要規則".into(),
        ..ExportOptions::default()
    };
    let exported = tenant.export_with(&options).await.unwrap();
    let file: Value = serde_json::from_slice(&exported.bytes).unwrap();
    assert_eq!(
        (&file["version"], &file["tenant"]),
        (&json!(1), &json!(tenant.db.name()))
    );
    assert_eq!(file["description"], "只要規則");
    assert_eq!(file["options"]["includeTypes"], json!(["RULE"]));
    assert_eq!(file["options"]["excludeTypes"], json!([]));
    assert_eq!(
        file["options"]["objectOptions"],
        json!({"RULE": {"includedIds": [], "includedNames": ["Cloud Correlate Manager"]}})
    );
    assert!(file["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(file["objects"].as_array().unwrap().len(), 1);
    assert!(exported.name.starts_with("sp-config-export-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_exported_with_what_it_needs() {
    let tenant = demo().await;
    let roots = vec![ItemId::new(Kind::of("SOURCE"), ACTIVE_DIRECTORY)];
    let exported = tenant
        .export_with(&ExportOptions {
            roots,
            ..ExportOptions::default()
        })
        .await
        .unwrap();
    let counted: Vec<(&str, usize)> = exported
        .counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| (kind.as_str(), *count))
        .collect();
    assert_eq!(counted, [("RULE", 1), ("SOURCE", 1)]);
    let roots = vec![ItemId::new(Kind::of("SOURCE"), "nowhere")];
    let failure = tenant
        .export_with(&ExportOptions {
            roots,
            ..ExportOptions::default()
        })
        .await
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Usage);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_changed_since_the_plan_is_not_written() {
    let tenant = demo().await;
    let review = tenant.review(EXPORT).await;
    tenant
        .db
        .run(
            "UPDATE gatediff.documents SET body = replace(body, '總行網域', '分行網域'), \
             content = replace(content::text, '總行網域', '分行網域')::jsonb WHERE kind = 'SOURCE'",
        )
        .await;
    let before = tenant.documents().await;
    let failure = tenant
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale);
    assert_eq!(
        failure.stale[0].item.to_string(),
        format!("SOURCE:{ACTIVE_DIRECTORY}")
    );
    assert_eq!(tenant.documents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reference_relied_on_and_is_gone_makes_the_plan_stale() {
    let tenant = demo().await;
    let refers = json!({"objects": [{"version": 1, "self": {"type": "SOURCE", "id": "new", "name": "新"},
        "object": {"id": "new", "name": "新", "managerCorrelationRule":
            {"type": "RULE", "id": "x", "name": "Cloud Correlate Manager"}}}]});
    let review = tenant.review(&refers.to_string()).await;
    tenant
        .db
        .run("DELETE FROM gatediff.documents WHERE name = 'Cloud Correlate Manager'")
        .await;
    let failure = tenant
        .apply(&review, &cover_all(&review.plan))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Stale);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_holds_nothing_is_compared_and_exported() {
    let tenant = tenant().await;
    let review = tenant.review(EXPORT).await;
    assert!(
        review
            .plan
            .entries()
            .iter()
            .all(|entry| entry.base.is_none())
    );
    assert!(entries(text(&tenant.export().await)).is_empty());
    let format = None;
    let options = ExportOptions::default();
    let failure = job::export(
        format,
        &options,
        &tenant.db.target(),
        Timeouts::default(),
        &Reporter::silent(),
    )
    .await;
    assert_eq!(
        failure.err().unwrap().kind,
        FailureKind::Schema,
        "nothing tells whose it would be"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_binary_reports_no_secret_in_any_form() {
    let tenant = demo().await;
    let url = tenant.db.url();
    let file = fixture("sp-config/export.json");
    let ran = |args: &[&str]| -> Ran { gatediff(&[args, &["--database-url", &url]].concat()) };
    for args in [
        &["plan", &file][..],
        &["plan", &file, "--output", "json"],
        &[
            "apply", &file, "--cover", "all", "--yes", "--output", "json",
        ],
        &["apply", &file, "--cover", "all", "--yes"],
    ] {
        let Ran { stdout, stderr, .. } = ran(args);
        assert!(
            !stdout.contains("canary") && !stderr.contains("canary"),
            "{args:?}: {stdout}{stderr}"
        );
        assert!(!stdout.is_empty() || !stderr.is_empty(), "{args:?}");
    }
    let checked = gatediff(&["validate", &file]);
    assert!(!checked.stdout.contains("canary") && !checked.stderr.contains("canary"));
    assert!(
        checked.stdout.contains("signature-missing")
            || checked.stderr.contains("signature-missing")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdicts_hold_on_a_database_as_they_do_without() {
    let tenant = demo().await;
    let review = tenant.review(EXPORT).await;
    let count = |status: Status| {
        review
            .plan
            .entries()
            .iter()
            .filter(|entry| entry.verdict.status == status)
            .count()
    };
    assert_eq!(
        [
            Status::Add,
            Status::Repeat,
            Status::CannotAdd,
            Status::CannotCover
        ]
        .map(count),
        [5, 12, 7, 1]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_matched_by_its_name_says_so_wherever_it_is_reported() {
    let tenant = tenant().await;
    let transform = |id: &str, value: &str| {
        json!([{ "self": { "type": "TRANSFORM", "id": id, "name": "T" },
            "object": { "id": id, "name": "T", "type": "static", "attributes": { "value": value } } }])
        .to_string()
    };
    tenant.import(&transform("theirs", "a")).await;
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file.json"), transform("ours", "b")).unwrap();
    let run = |args: &[&str]| {
        let mut command = command(home.path());
        Ran::of(
            command
                .current_dir(home.path())
                .env("DATABASE_URL", tenant.db.url())
                .args(args),
        )
    };
    let described = "matched by name: the target's id is theirs\n";
    let plan = run(&["plan", "file.json", "--cover", "all", "--out", "plan.json"]);
    assert!(
        plan.stdout.contains(&format!("\n      {described}")),
        "{}",
        plan.stdout
    );
    assert!(run(&["show", "plan.json"]).stdout.contains(described));
    for args in [
        &["plan", "file.json"][..],
        &["show", "plan.json"],
        &[
            "apply",
            "file.json",
            "--cover",
            "all",
            "--yes",
            "--rehearse",
        ],
    ] {
        let document = run(&[args, &["--output", "json"]].concat()).json();
        assert_eq!(
            document["items"][0]["matched"],
            json!({ "by": "name", "id": "theirs" }),
            "{document:#}"
        );
    }
    let applied = run(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let (_, outcome) = applied.stdout.split_once("Outcome\n").unwrap();
    assert!(
        outcome.contains(&format!("TRANSFORM:ours  T\n      {described}")),
        "{}",
        applied.stdout
    );
    let plan = run(&["plan", "file.json", "--output", "json"]).json();
    assert_eq!(
        (
            &plan["summary"]["unchanged"],
            &plan["items"][0]["matched"]["id"]
        ),
        (&json!(1), &json!("theirs"))
    );
}
