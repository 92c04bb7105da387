//! Secrets are compared, and appear nowhere.

use serde_json::json;

use super::super::schema::TABLES;
use super::super::{changes as rows, compare};
use super::sample::{Sample, sample};
use super::{compared, entry, file, plan, status, target};
use crate::engine::diff::Show;
use crate::engine::{Entry, Plan};

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

/// The messages of the reasons by which an item is blocked for its masks.
fn masked(plan: &Plan, item: &str) -> Vec<String> {
    let Entry { verdict, .. } = entry(plan, item);
    let masked = verdict
        .reasons
        .iter()
        .filter(|reason| reason.code == "secret-masked");
    masked
        .map(|reason| {
            reason
                .message
                .split(" has asterisks")
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// A client with an address in every text that may hold one, and a connection.
fn with_addresses(password: &str) -> Sample {
    let url = |scheme: &str| format!("{scheme}://user:{password}@h.example/x");
    sample()
        .client(
            "a",
            json!({"remark": format!("moved from {}", url("https"))}),
        )
        .host(1, "a", &url("http"), "10.0.0.1")
        .host(2, "a", "n", &url("http"))
        .oauth(
            "a",
            json!({
                "webServerRedirectUri": url("https"), "webServerRedirectUri1": url("https"),
                "additionalInformation": json!({"callback": url("ldap"), "n": 1}).to_string(),
            }),
        )
        .clientext(
            "a",
            1,
            json!({"contentTxt": url("https"), "reviewRemark": "none"}),
        )
        .idp_o(
            1,
            "a",
            "GOOGLE",
            json!({"callbackUrl": url("https"), "wellKnownUrl": url("https")}),
        )
        .idp_l(1, "a", json!({"ldapUrl": url("ldaps")}))
        .idp_a(1, "a", json!({"apiUrl": url("https")}))
        .group("1", "g", json!({"groupDesc": url("https")}))
        .scope("2", "s", json!({"vgroupDesc": url("https")}))
        .connection("c", json!({"jdbcUrl": url("jdbc:postgresql")}))
}

const ADDRESSES: [&str; 10] = [
    "remark",
    "hosts/10.0.0.1/hostName",
    "oauth/webServerRedirectUri",
    "oauth/additionalInformation",
    "oauth/webServerRedirectUri1",
    "extension/contentTxt",
    "idpOAuth/GOOGLE 1/wellKnownUrl",
    "idpOAuth/GOOGLE 1/callbackUrl",
    "idpLdap/LDAP 1/ldapUrl",
    "idpApi/API 1/apiUrl",
];

#[test]
fn a_masked_password_is_written_nowhere_whether_the_target_has_one_or_not() {
    for mask in ["***", "********", "%2A%2A%2A", "xxxxx"] {
        let from = with_addresses(mask);
        for to in [sample(), with_addresses("canary")] {
            let plan = plan(&from, &to);
            let mut found = masked(&plan, "client:a");
            found.retain(|place| !place.ends_with("/hostIp"));
            assert_eq!(found, ADDRESSES, "{mask}");
            assert_eq!(masked(&plan, "group:g"), ["groupDesc"], "{mask}");
            assert_eq!(masked(&plan, "scope:s"), ["vgroupDesc"], "{mask}");
            assert_eq!(masked(&plan, "rdb-connection:c"), ["jdbcUrl"], "{mask}");
            assert!(!format!("{plan:?}").contains("canary"));
        }
    }
}

#[test]
fn a_password_in_an_address_is_in_no_text_of_a_plan() {
    let from = with_addresses("canary");
    for to in [sample(), with_addresses("lark")] {
        let plan = plan(&from, &to);
        let mut described = format!("{plan:?}");
        for index in 0..plan.entries().len() {
            for show in [Show::Differences, Show::Everything, Show::BothSides] {
                let changes = plan.changes(index, show);
                described.push_str(&serde_json::to_string(&changes).unwrap());
            }
            let entry = &plan.entries()[index];
            described.push_str(&serde_json::to_string(&entry.item.value).unwrap());
        }
        for word in ["canary", "lark"] {
            assert!(!described.contains(word), "{word} in the plan: {described}");
        }
    }
}

#[test]
fn what_the_target_has_with_the_same_asterisks_is_no_difference() {
    let from = with_addresses("***");
    let plan = plan(&from, &from);
    assert!(plan.entries().iter().all(Entry::is_unchanged));
    assert_eq!(masked(&plan, "client:a"), [""; 0]);
    // Another field of the client differs: what is masked on both sides is not written.
    let other = from.clone().change("tsmpClientList", |row| {
        row.insert("tps".to_owned(), json!(77));
    });
    let plan = super::plan(&from, &other);
    assert_eq!(status(&plan, "client:a"), "Repeat");
    let changes = plan.changes(super::at(&plan, "client:a"), Show::Differences);
    let paths: Vec<String> = changes.into_iter().map(|change| change.path).collect();
    assert_eq!(paths, ["/tps"]);
}

#[test]
fn a_real_password_beside_other_asterisks_is_written() {
    let with = |remark: &str, password: &str| {
        let url = format!("https://u:{password}@h");
        sample()
            .client("a", json!({"remark": remark}))
            .idp_a(1, "a", json!({"apiUrl": url}))
    };
    let from = with("*** see password: *** in the wiki ***", "new-canary");
    for to in [sample(), with("", "old-canary")] {
        assert_eq!(masked(&plan(&from, &to), "client:a"), [""; 0]);
    }
}

#[test]
fn a_secret_that_is_masked_as_a_whole_or_in_part_is_not_written() {
    for mask in ["***", "<redacted>", "abcde*****vwxyz"] {
        let from = with_secrets("canary");
        let hidden = |list: &'static str, fields: &'static [&'static str], from: Sample| {
            from.change(list, |row| {
                for field in fields {
                    row.insert((*field).to_owned(), json!(mask));
                }
            })
        };
        let from = hidden(
            "dgrRdbConnectionList",
            &["mima", "dataSourceProperty"],
            from,
        );
        let from = hidden("dgrGtwIdpInfoOList", &["idpClientMima"], from);
        let from = hidden("dgrGtwIdpInfoAList", &["reqHeader", "reqBody"], from);
        let from = hidden("tsmpOpenApiKeyList", &["secretKey", "openApiKey"], from);
        let from = hidden("tsmpClientList", &["clientSecret"], from);
        let plan = plan(&from, &with_secrets("lark"));
        assert_eq!(
            masked(&plan, "rdb-connection:c"),
            ["mima", "dataSourceProperty"]
        );
        // A cover keeps the client's own secret.
        assert_eq!(
            masked(&plan, "client:a"),
            [
                "openApiKeys/alias/secretKey",
                "idpOAuth/GOOGLE 1/idpClientMima",
                "idpApi/API 1/reqHeader",
                "idpApi/API 1/reqBody",
                "openApiKeys/alias/openApiKey",
            ],
            "{mask}"
        );
        let plan = super::plan(&from, &sample());
        assert_eq!(masked(&plan, "client:a")[0], "clientSecret");
    }
}

#[test]
fn a_header_or_a_body_with_a_masked_part_is_not_written() {
    let with = |header: &str, body: &str| {
        let row = json!({"reqHeader": header, "reqBody": body});
        sample().client("a", json!({})).idp_a(1, "a", row)
    };
    let from = with(
        "Authorization: Bearer ***",
        r#"{"user":"u","password":"***"}"#,
    );
    let to = with(
        "Authorization: Bearer canary-1",
        r#"{"user":"u","password":"canary-2"}"#,
    );
    for to in [sample(), to] {
        assert_eq!(
            masked(&plan(&from, &to), "client:a"),
            ["idpApi/API 1/reqHeader", "idpApi/API 1/reqBody"]
        );
    }
    let from = with("X-Note: *** new ***", "a ** b");
    assert_eq!(masked(&plan(&from, &sample()), "client:a"), [""; 0]);
}

#[test]
fn the_text_of_a_hidden_group_follows_the_file_unless_it_is_masked() {
    let with = |password: &str| {
        let text = format!("see https://u:{password}@h/x");
        sample()
            .apis(&[("m", "k")])
            .scope("1", "s", json!({}))
            .hidden("11", "1", ("m", "k"), json!({"groupDesc": text}))
    };
    for to in [sample().apis(&[("m", "k")]), with("canary")] {
        let plan = plan(&with("***"), &to);
        assert_eq!(masked(&plan, "scope:s"), ["apis/m/k/groupDesc"]);
    }
}

#[test]
fn validate_warns_of_masks_as_a_target_may_have_the_same() {
    let file = std::sync::Arc::new(file(&with_addresses("***")));
    let places = std::sync::Arc::new(super::Places::new(&file.tables));
    let findings = compare::file_findings(&file, &places);
    let masked = findings
        .iter()
        .filter(|finding| finding.code == "secret-masked");
    let severities: Vec<_> = masked.map(|finding| finding.severity).collect();
    assert_eq!(severities, [crate::engine::Severity::Warning; 14]);
}
