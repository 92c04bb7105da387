//! A file of few entries is compared with those that decide about it, and not with the store: the
//! plan is the same.

use gatediff::job::{self, ImportOptions};
use gatediff::platform::sp_config::SP_CONFIG;
use gatediff::store::{Timeouts, transaction};
use serde_json::{Value, json};

use crate::support::needs::{Draw, assert_same_either_way, compared, store};
use crate::support::pg::TestDb;

/// Ids that are the same but for dashes and case, and some that SQL takes for others.
fn id(draw: &mut Draw<'_>) -> &'static str {
    draw.one_of(&[
        "2c91",
        "2C-91",
        "2c92",
        "2c93",
        "-2c93",
        "2c94",
        "2c95",
        "ka",
        "KA",
        "\u{212a}a",
        "\u{e9}1",
        "\u{c9}1",
        "",
    ])
}

/// Names that are equal, look alike, or begin alike.
fn name(draw: &mut Draw<'_>) -> String {
    let long = "x".repeat(300);
    match draw.pick(10) {
        8 => long,
        9 => format!("{long}y"),
        n => ["a", "b", "A", "\u{430}", "a b", "", "\u{5ba2}", "c"][n].to_owned(),
    }
}

fn triple(draw: &mut Draw<'_>, word: &str) -> Value {
    let mut triple = json!({"type": word, "id": id(draw), "name": name(draw)});
    match draw.pick(4) {
        0 => triple["id"].take(),
        1 => triple["name"].take(),
        _ => Value::Null,
    };
    triple
}

fn entry(draw: &mut Draw<'_>) -> Value {
    let word = draw.one_of(&[
        "TRANSFORM",
        "SOURCE",
        "WORKFLOW",
        "TRIGGER_SUBSCRIPTION",
        "RULE",
        "CONNECTOR_RULE",
        "LIFECYCLE_STATE",
        "IDENTITY_PROFILE",
        "IDENTITY_OBJECT_CONFIG",
        "FORM_DEFINITION",
        "HOLOGRAM",
    ]);
    let mut object = match word {
        "TRANSFORM" => match draw.pick(3) {
            0 => json!({"type": "reference", "attributes": {"id": name(draw)}}),
            1 => json!({"type": "rule", "attributes": {"name": name(draw)}}),
            _ => {
                json!({"type": "lower", "attributes": {"sourceId": id(draw), "sourceName": name(draw)}})
            }
        },
        "SOURCE" => {
            let mut source =
                json!({"type": "Delimited", "accountCorrelationRule": triple(draw, "RULE")});
            if draw.pick(3) == 1 {
                source["owner"] = triple(draw, "IDENTITY");
            }
            source
        }
        "TRIGGER_SUBSCRIPTION" => {
            json!({"triggerId": "t", "workflowConfig": {"workflowId": id(draw)}})
        }
        "LIFECYCLE_STATE" => json!({"accountActions": [{"sourceIds": [id(draw), id(draw)]}]}),
        "IDENTITY_PROFILE" => json!({"authoritativeSource": triple(draw, "SOURCE"),
            "identityAttributeConfig": {"attributeTransforms": [{"identityAttributeName": name(draw)}]}}),
        "IDENTITY_OBJECT_CONFIG" => json!({"objectAttributeDetails": [{"name": name(draw)}]}),
        _ => json!({"anywhere": [triple(draw, "WORKFLOW"), triple(draw, "TRANSFORM")]}),
    };
    if draw.pick(4) != 1 {
        object["name"] = json!(name(draw));
    }
    object["id"] = json!(id(draw));
    let mut entry = json!({"version": 1, "self": {"type": word, "id": id(draw), "name": name(draw)}, "object": object});
    if word == "RULE" && draw.pick(4) > 0 {
        entry["jwsHeader"] = json!("h");
        entry["jwsSignature"] = json!("s");
    }
    entry
}

fn file(draw: &mut Draw<'_>, times: usize) -> Value {
    let count = draw.pick(4 * times);
    let objects: Vec<Value> = (0..count).map(|_| entry(draw)).collect();
    json!({"version": 1, "objects": objects})
}

#[test]
fn what_decides_about_a_file_gives_the_plan_that_everything_gives() {
    assert_same_either_way(SP_CONFIG, file, 30);
}

#[tokio::test]
async fn an_entry_is_found_by_indexes_and_one_with_an_owner_needs_the_store() {
    let db = TestDb::new().await;
    job::init(&db.target(), Timeouts::default()).await.unwrap();
    let mut connection = db.connect().await;
    let transform = |id: &str, name: &str| {
        json!({"version": 1, "self": {"type": "TRANSFORM", "id": id, "name": name},
            "object": {"id": id, "name": name, "type": "lower"}})
    };
    let stored: Vec<Value> = (0..200)
        .map(|n| transform(&format!("{n:08x}-AB"), &format!("n{n}")))
        .collect();
    store(&mut connection, SP_CONFIG, &json!({"objects": stored})).await;
    let one = json!({"objects": [transform("00000007ab", "n7")]});
    let options = ImportOptions::default();
    let comparison = compared(&mut connection, SP_CONFIG, &one, &options).await;
    assert!(!comparison.is_whole(), "the store is not read");
    let plan = comparison.plan();
    assert_eq!(
        &*plan.entries()[0].base.as_ref().unwrap().id.key,
        "00000007-AB"
    );
    let owned = json!({"objects": [{"self": {"type": "SOURCE", "id": "1", "name": "s"},
        "object": {"owner": {"type": "IDENTITY", "id": "2", "name": "o"}}}]});
    let comparison = compared(&mut connection, SP_CONFIG, &owned, &options).await;
    assert!(comparison.is_whole(), "any entry may tell the owner's name");
    transaction::script(
        &mut connection,
        "documents",
        "UPDATE gatediff.documents SET pair_id = id || 'x'; ANALYZE gatediff.documents; SET enable_seqscan TO off".to_owned(),
    )
    .await
    .unwrap();
    for (expression, index) in [
        (
            "replace(lower(id COLLATE \"C\"), '-', '')",
            "documents_plain_id",
        ),
        (
            "replace(lower(pair_id COLLATE \"C\"), '-', '')",
            "documents_plain_pair_id",
        ),
        ("content #>> '{self,name}'", "documents_self_name"),
        ("content #>> '{object,name}'", "documents_object_name"),
    ] {
        let sql = format!(
            "EXPLAIN SELECT body FROM gatediff.documents \
             WHERE platform = 'sp-config' AND left({expression}, 255) = ANY('{{x}}')"
        );
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(plan.concat().contains(index), "{plan:#?}");
    }
}
