//! Undoing an import of documents that other stored documents refer to by now.

use gatediff::job::{self, Cancel, Failure, FailureKind, Reporter, UndoOptions, Undone};
use gatediff::store::Timeouts;
use serde_json::{Value, json};

use crate::support::keeper::Keeper;
use crate::support::site::OPERATOR;

const ORG: &str = "5e9d9544a1dcd60001d0ed20";
const POLICY: &str = "5e9d9544a1dcd60001d0a001";

fn api(id: &str, more: Value) -> Value {
    let mut definition = json!({
        "api_id": id, "name": id, "org_id": ORG, "active": true,
        "proxy": { "listen_path": format!("/{id}/"), "target_url": "http://u/" },
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut definition, more) {
        all.extend(more);
    }
    json!({ "api_definition": definition })
}

fn apis(apis: &[Value]) -> String {
    json!({ "apis": apis, "pages": 1 }).to_string()
}

fn policy(name: &str, of: &str) -> String {
    json!({ "Data": [{
        "_id": POLICY, "id": "", "name": name, "org_id": ORG, "active": true,
        "access_rights": { of: { "api_id": of, "api_name": of } },
    }], "Pages": 1 })
    .to_string()
}

/// A Tyk store with an organisation.
async fn tyk() -> Keeper {
    let keeper = Keeper::new("tyk").await;
    let organisation = json!({ "id": ORG, "owner_name": "Owner", "apis": [] });
    keeper.import(&organisation.to_string()).await;
    keeper
}

fn whys(failure: &Failure) -> Vec<&str> {
    let stale = failure.stale.iter();
    stale.map(|stale| stale.why.as_str()).collect()
}

async fn undo_only(keeper: &Keeper, job: i64, only: &[&str]) -> Result<Undone, Failure> {
    let options = UndoOptions {
        only: only.iter().map(|word| (*word).to_owned()).collect(),
        ..UndoOptions::new(OPERATOR, Timeouts::default())
    };
    let (reporter, cancel) = (Reporter::silent(), Cancel::new());
    job::undo(job, &keeper.db.target(), &options, &reporter, &cancel).await
}

#[tokio::test]
async fn an_added_api_that_a_later_policy_grants_is_not_taken_away() {
    let keeper = tyk().await;
    let first = keeper
        .import(&apis(&[api("orders", json!({})), api("other", json!({}))]))
        .await;
    let second = keeper.import(&policy("P", "orders")).await;
    let before = keeper.documents().await;
    let failure = keeper.undo(first.job).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Blocked);
    assert_eq!(
        whys(&failure),
        [format!(
            "api:orders is required by policy:{POLICY} (/access_rights/orders)"
        )]
    );
    assert_eq!(keeper.documents().await, before);
    undo_only(&keeper, first.job, &["api:other"]).await.unwrap();
    keeper.undo(second.job).await.unwrap();
    keeper.undo(first.job).await.unwrap();
}

#[tokio::test]
async fn what_named_it_before_the_job_does_so_again() {
    let keeper = tyk().await;
    // The API names the policy before there is one, as Tyk's documentation imports them.
    let names = json!({ "enable_jwt": true, "jwt_default_policies": [POLICY] });
    keeper.import(&apis(&[api("jwt", names.clone())])).await;
    let policies = keeper.import(&policy("P", "jwt")).await;
    let undone = keeper.undo(policies.job).await.unwrap();
    keeper.undo(undone.job).await.unwrap();
    // Then somebody writes the API again, and it still names the policy.
    let mut again = names;
    again["use_keyless"] = json!(true);
    keeper.import(&apis(&[api("jwt", again)])).await;
    let failure = keeper.undo(policies.job).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Blocked, "{failure}");
    assert!(whys(&failure)[0].starts_with(&format!("policy:{POLICY} is required by api:jwt")));
}

#[tokio::test]
async fn an_object_that_another_one_of_the_job_refers_to_is_not_undone_alone() {
    let keeper = tyk().await;
    let points = json!({ "definition": { "versions": { "v2": "second" } } });
    let file = apis(&[api("first", points), api("second", json!({}))]);
    let receipt = keeper.import(&file).await;
    let failure = undo_only(&keeper, receipt.job, &["api:second"]).await;
    assert_eq!(
        whys(&failure.unwrap_err()),
        ["api:second is required by api:first (/api_definition/definition/versions/v2)"]
    );
    undo_only(&keeper, receipt.job, &["api:first"])
        .await
        .unwrap();
    undo_only(&keeper, receipt.job, &["api:second"])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_transform_that_another_one_calls_by_its_name_is_not_taken_away() {
    let keeper = Keeper::new("sp-config").await;
    let transform = |id: &str, name: &str, more: Value| {
        let mut object = json!({ "id": id, "name": name });
        if let (Value::Object(all), Value::Object(more)) = (&mut object, more) {
            all.extend(more);
        }
        json!([{ "self": { "type": "TRANSFORM", "id": id, "name": name }, "object": object }])
            .to_string()
    };
    let value = json!({ "type": "static", "attributes": { "value": "a" } });
    let first = keeper.import(&transform("t1", "Größe \"x\"", value)).await;
    let calls = json!({ "type": "reference", "attributes": { "id": "Größe \"x\"" } });
    let second = keeper.import(&transform("t2", "B", calls)).await;
    let failure = keeper.undo(first.job).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Blocked, "{failure}");
    let why = whys(&failure).join("\n");
    assert!(
        why.starts_with("TRANSFORM:t1 is required by TRANSFORM:t2 ("),
        "{why}"
    );
    keeper.undo(second.job).await.unwrap();
    keeper.undo(first.job).await.unwrap();
}
