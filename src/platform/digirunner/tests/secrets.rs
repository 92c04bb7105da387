//! Secrets are compared, and appear nowhere.

use serde_json::json;

use super::super::schema::TABLES;
use super::super::{changes as rows, compare};
use super::sample::{Sample, sample};
use super::{compared, entry, file, plan, target};
use crate::engine::diff::Show;

/// A client with everything, whose secrets all hold a word.
fn with_secrets(word: &str) -> Sample {
    let secret = |what: &str| format!("{word}-{what}");
    sample()
        .client(
            "a",
            json!({"clientSecret": secret("1"), "dpClientEntry": secret("2")}),
        )
        .oauth("a", json!({"clientSecret": secret("3")}))
        .clientext("a", 1, json!({"pwdResetKey": secret("4")}))
        .x_key(
            1,
            "a",
            &secret("5"),
            json!({"apiKey": secret("6"), "apiKeyAlias": "alias"}),
        )
        .open_key(
            1,
            "a",
            &secret("7"),
            json!({"secretKey": secret("8"), "openApiKeyAlias": "alias"}),
        )
        .dp_app(1, "a", json!({"idTokenJwtstr": secret("9")}))
        .idp_o(1, "a", "GOOGLE", json!({"idpClientMima": secret("10")}))
        .idp_a(
            1,
            "a",
            json!({"reqHeader": secret("11"), "reqBody": secret("12")}),
        )
        .connection(
            "c",
            json!({"mima": secret("13"), "dataSourceProperty": secret("14"),
                "jdbcUrl": format!("jdbc:x://h;password={}", secret("15"))}),
        )
}

#[test]
fn the_test_above_knows_every_secret_of_the_tables() {
    let secrets = TABLES
        .iter()
        .flat_map(|table| table.fields)
        .filter(|field| field.is_secret);
    assert_eq!(secrets.count(), 14);
}

#[test]
fn no_secret_is_in_any_text_of_a_plan() {
    let from = with_secrets("canary");
    for to in [sample(), with_secrets("lark"), with_secrets("canary")] {
        let plan = plan(&from, &to);
        let mut described = format!("{plan:?}");
        for index in 0..plan.entries().len() {
            for show in [Show::Differences, Show::Everything] {
                let changes = plan.changes(index, show);
                described.push_str(&format!(
                    "{changes:?}{}",
                    serde_json::to_string(&changes).unwrap()
                ));
            }
            let entry = &plan.entries()[index];
            described.push_str(&serde_json::to_string(&entry.item.value).unwrap());
            described.push_str(&serde_json::to_string(&entry.verdict.reasons).unwrap());
            described.push_str(&serde_json::to_string(&entry.warnings).unwrap());
        }
        for word in ["canary", "lark"] {
            assert!(!described.contains(word), "{word} in the plan");
        }
    }
}

#[test]
fn every_secret_that_differs_is_reported_as_such() {
    let plan = plan(&with_secrets("canary"), &with_secrets("lark"));
    let secrets: Vec<String> = ["client:a", "rdb-connection:c"]
        .into_iter()
        .flat_map(|item| plan.changes(super::at(&plan, item), Show::Differences))
        .filter(|change| change.secret)
        .map(|change| change.path)
        .collect();
    assert_eq!(
        secrets,
        [
            "/clientSecret",
            "/dpClientEntry",
            "/oauth/clientSecret",
            "/extension/pwdResetKey",
            "/dpApp/idTokenJwtstr",
            "/idpOAuth/GOOGLE 1/idpClientMima",
            "/idpApi/API 1/reqHeader",
            "/idpApi/API 1/reqBody",
            "/jdbcUrl",
            "/mima",
            "/dataSourceProperty",
        ]
    );
    assert!(entry(&plan, "client:a").changed);
}

#[test]
fn no_secret_is_in_the_reasons_of_blocked_items() {
    let from = with_secrets("canary").client("b", json!({})).x_key(
        2,
        "b",
        "canary-5",
        json!({"apiKeyAlias": ""}),
    );
    let long = from.change("tsmpOpenApiKeyList", |row| {
        row.insert("secretKey".to_owned(), json!("canary".repeat(200)));
    });
    let plan = plan(
        &long,
        &sample()
            .client("z", json!({}))
            .open_key(9, "z", "canary-7", json!({})),
    );
    let reasons = &entry(&plan, "client:a").verdict.reasons;
    let codes: Vec<&str> = reasons.iter().map(|reason| &*reason.code).collect();
    assert_eq!(codes, ["duplicate-in-file", "key-taken", "value-too-long"]);
    assert!(!format!("{plan:?}").contains("canary"));
}

#[test]
fn no_secret_is_in_the_debug_text_of_rows_and_tables() {
    let from = file(&with_secrets("canary"));
    let to = target(&with_secrets("canary"));
    let mut changes = rows::Changes::default();
    for table in TABLES {
        for row in from.tables.rows(table.id) {
            changes.insert(table.id, row.clone());
        }
    }
    let described = format!("{from:?}{to:?}{changes:?}");
    let described = format!("{described}{:?}", compare::plan(&compared(from, to)));
    assert!(!described.contains("canary"));
}
