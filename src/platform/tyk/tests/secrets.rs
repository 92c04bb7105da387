//! Secrets are compared and never shown; their location may be shown.

use serde_json::{Value as Json, json};

use super::{BANK, api_id, api_with, bundle, changes, organisation, plan, policy_id, policy_with};
use crate::engine::Plan;

const CANARY: &str = "canary-Zqxj";

/// Every output of a plan.
fn describe(plan: &Plan) -> String {
    let entries = plan.entries().iter().map(|entry| {
        let item = (
            &entry.item.value,
            entry.base.as_ref().map(|base| &base.value),
            &entry.references,
        );
        let described =
            serde_json::to_string(&(item, &entry.verdict.reasons, &entry.warnings)).unwrap();
        format!(
            "{described}{entry:?}{}",
            changes(plan, entry.item.id.kind.as_str(), &entry.item.id.key).join("\n")
        )
    });
    entries.collect::<Vec<_>>().join("\n") + &serde_json::to_string(plan.missing()).unwrap()
}

/// An object of each kind with a canary in every place that may hold a secret.
fn planted(secret: &str) -> Json {
    let c = |place: &str| json!(format!("{secret}-{place}"));
    let mut api = api_with(
        1,
        json!({
            "auth": {"signature": {"secret": c("1")}},
            "auth_configs": {"hmac": {"signature": {"secret": c("2")}}},
            "request_signing": {"secret": c("3"), "key_id": c("4")},
            "notifications": {"shared_secret": c("5")},
            "upstream_auth": {
                "basic_auth": {"password": c("6")},
                "oauth": {"client_credentials": {"client_secret": c("7")}, "password": {"client_secret": c("8"), "password": c("9")}},
            },
            "external_oauth": {"providers": [{"jwt": {"source": c("10")}, "introspection": {"client_secret": c("11")}}]},
            "jwt_source": c("12"),
            "graphql": {"engine": {"data_sources": [{"config": {"headers": {"x": c("13")}, "sasl": {"password": c("14")}}}]},
                        "supergraph": {"subgraphs": [{"headers": {"x": c("15")}}], "global_headers": {"x": c("16")}},
                        "proxy": {"request_headers": {"x": c("17")}}},
            "version_data": {"versions": {"Default": {"global_headers": {"x": c("18")}, "global_response_headers": {"x": c("18a")}, "extended_paths": {
                "transform_headers": [{"add_headers": {"x": c("19")}}],
                "transform": [{"template_data": {"template_source": c("20")}}],
                "virtual": [{"function_source_uri": c("21")}]}}}},
            "event_handlers": {"events": {"E": [{"handler_meta": {"header_map": {"x": c("22")}, "target_path": format!("https://u:{secret}23@h/")}}]}},
            "config_data": {"deep": [{"any": c("24")}]},
            "uptime_tests": {"check_list": [{"headers": {"x": c("25")}, "body": c("26")}]},
            "auth_provider": {"meta": {"x": c("27")}},
            "proxy": {"listen_path": "/1/", "target_url": format!("http://user:{secret}28@upstream/"), "target_list": [format!("http://user:{secret}29@upstream/")]},
            "jwt_jwks_uris": [{"url": format!("https://h/jwks?access_token={secret}30")}],
        }),
    );
    api["hook_references"] = json!([{"hook": {"header_map": {"x": c("31")}}}]);
    api["oas"] = json!({"x-tyk-api-gateway": {
        "server": {"authentication": {"securitySchemes": {"jwt": {"source": c("32")}, "o": {"clientSecret": c("33"), "sharedSecret": c("34"), "secret": c("35")}}}},
        "upstream": {"authentication": {"basicAuth": {"password": c("36")}, "requestSigning": {"keyId": c("36a")}}},
        "middleware": {"global": {"pluginConfig": {"data": {"value": {"x": c("37")}}}, "transformRequestHeaders": {"add": [{"name": "x", "value": c("38")}]}}},
    }});
    let mut organisation = organisation(BANK);
    super::merge(
        &mut organisation,
        json!({
            "event_options": {"key_event": {"email": c("39"), "webhook": c("40")}},
            "open_policy": {"rules": c("41")},
            "org_options_meta": {"x": {"y": c("42")}},
        }),
    );
    let policy = policy_with(
        1,
        &[1],
        json!({"meta_data": {"x": c("43"), "n": [c("44")]}}),
    );
    json!({"organisations": [organisation], "apis": [api], "Data": [policy]})
}

#[test]
fn no_secret_of_the_list_is_ever_reported() {
    let (old, new) = (
        planted(&format!("{CANARY}old")),
        planted(&format!("{CANARY}new")),
    );
    let plan = plan(&new, &old);
    assert_eq!(plan.summary().repeat, 3);
    let described = describe(&plan);
    assert_eq!(described.lines().find(|line| line.contains(CANARY)), None);
    let secret = described.matches(r#","secret":true"#).count();
    assert_eq!(
        secret, 46,
        "each of them is reported to differ: {described}"
    );
}

#[test]
fn no_secret_of_a_known_name_or_form_is_reported() {
    let planted = |secret: &str| {
        let mut api = api_with(
            1,
            json!({
                "graphql": {"proxy": {"auth_headers": {"Authorization": format!("Bearer {secret}")}}},
                "event_handlers": {"events": {"E": [{"handler_meta": {"target_path": format!("https://hooks.corp.example/services/T1/B1/{secret}")}}]}},
                "version_data": {"versions": {"Default": {"extended_paths": {"mock_response": [{"headers": {"X-Auth": secret}}]}}}},
                "headers": [{"name": "x-api-key", "value": secret}],
                "note": format!("curl -H 'Authorization: Bearer {secret}'"),
            }),
        );
        api["oas"] = json!({"x-tyk-streaming": {"streams": {"s": {
            "input": {"http_client": {"headers": {"Authorization": format!("Bearer {secret}")}, "oauth": {"consumer_secret": secret, "access_token_secret": secret}}},
            "output": {"azure": {"storage_access_key": secret, "storage_connection_string": format!("AccountKey={secret}"), "url": format!("redis://:{secret}@h")}},
        }}}});
        json!({"organisations": [organisation(BANK)], "apis": [api]})
    };
    let plan = plan(
        &planted(&format!("{CANARY}new")),
        &planted(&format!("{CANARY}old")),
    );
    let described = describe(&plan);
    assert_eq!(described.lines().find(|line| line.contains(CANARY)), None);
    assert_eq!(
        described.matches(r#","secret":true"#).count(),
        11,
        "{described}"
    );
    assert!(
        described.contains("https://hooks.corp.example/services/***"),
        "{described}"
    );
}

#[test]
fn what_only_reports_where_a_secret_is_is_shown() {
    for place in [
        "env://KEY",
        "secrets://key",
        "vault://a/b.c",
        "consul://a",
        "file://a",
        "$secret_env.KEY",
        "$secret_conf.key",
    ] {
        let file = bundle(
            &[api_with(1, json!({"jwt_source": place}))],
            &[policy_with(1, &[1], json!({"meta_data": {"x": place}}))],
        );
        let plan = plan(&file, &bundle(&[super::api(1)], &[super::policy(1, &[1])]));
        assert_eq!(
            changes(&plan, "api", &api_id(1)),
            [format!(
                r#"{{"path":"/api_definition/jwt_source","op":"add","after":"{place}"}}"#
            )]
            .map(|line| line.replace("\"op\":\"add\"", "\"op\":\"replace\",\"before\":null"))
            .to_vec()
        );
        assert!(changes(&plan, "policy", &policy_id(1))[0].contains(place));
    }
    let file = bundle(&[api_with(1, json!({"jwt_source": "env://"}))], &[]);
    let plan = plan(&file, &bundle(&[super::api(1)], &[]));
    assert!(
        changes(&plan, "api", &api_id(1))[0].contains(r#""secret":true"#),
        "that says nothing of a place"
    );
}

#[test]
fn addresses_are_shown_without_their_passwords() {
    let file = |password: &str| {
        bundle(
            &[api_with(
                1,
                json!({"proxy": {"listen_path": "/1/", "target_url": format!("http://u:{password}@h/x")}}),
            )],
            &[],
        )
    };
    let plan = plan(&file("canary-b"), &file("canary-a"));
    assert_eq!(
        changes(&plan, "api", &api_id(1)),
        [r#"{"path":"/api_definition/proxy/target_url","op":"replace","secret":true}"#]
    );
    let json = serde_json::to_string(&super::entry(&plan, "api", &api_id(1)).item.value).unwrap();
    assert!(json.contains("http://u:***@h/x"), "{json}");
}

#[test]
fn secrets_that_nobody_has_are_named_and_a_list_that_would_lose_some_blocks() {
    let masked = api_with(
        1,
        json!({"auth_configs": {"authToken": {"signature": {"secret": "***"}}}}),
    );
    let empty = api_with(
        1,
        json!({"auth_configs": {"authToken": {"signature": {"secret": "null"}}}}),
    );
    let planned = plan(&bundle(&[masked], &[]), &json!({"apis": []}));
    assert_eq!(
        super::codes(super::entry(&planned, "api", &api_id(1))),
        ["secret-masked"],
        "three asterisks would be the secret"
    );
    let planned = plan(&bundle(&[empty], &[]), &json!({"apis": []}));
    let entry = super::entry(&planned, "api", &api_id(1));
    let described = entry
        .warnings
        .iter()
        .find(|finding| finding.code == "secret-missing")
        .unwrap();
    assert!(
        described
            .message
            .contains("auth_configs/authToken/signature/secret"),
        "{}",
        described.message
    );
    // The elements cannot be matched, and there are too many to compare.
    let list = |from: u32, more: Json| -> Vec<Json> {
        (from..from + 4_000)
            .map(|n| json!({"x": {"n": n, "k": n % 7}, "y": more}))
            .collect()
    };
    let there = api_with(
        1,
        json!({"hosts": list(0, json!({"client_secret": "fake-1"}))}),
    );
    let file = api_with(1, json!({"hosts": list(9_000, json!({}))}));
    let planned = plan(&bundle(&[file], &[]), &bundle(&[there], &[]));
    assert_eq!(
        super::codes(super::entry(&planned, "api", &api_id(1))),
        ["list-too-long"]
    );
}

#[test]
fn a_secret_inside_a_text_that_differs_is_shown_and_asterisks_do_not_take_its_place() {
    let notes = |text: &str| bundle(&[api_with(1, json!({"notes": text}))], &[]);
    let there = notes("[a]\npassword=canary-1\nuser=x\n");
    let planned = plan(&notes("[a]\npassword=canary-2\nuser=y\n"), &there);
    let change: Json = serde_json::from_str(&changes(&planned, "api", &api_id(1))[0]).unwrap();
    assert_eq!(change["before"], "[a]\npassword=***\nuser=x\n");
    assert_eq!(change["after"], "[a]\npassword=*** (differs)\nuser=y\n");
    assert!(!describe(&planned).contains("canary"));
    // Only the asterisks differ: they represent the target's secret.
    let planned = plan(&notes("[a]\npassword=***\nuser=x\n"), &there);
    assert!(super::entry(&planned, "api", &api_id(1)).is_unchanged());
    let planned = plan(&notes("[a]\npassword=***\nuser=y\n"), &there);
    assert_eq!(
        super::codes(super::entry(&planned, "api", &api_id(1))),
        ["secret-masked"]
    );
}

#[test]
fn asterisks_in_a_list_do_not_take_the_place_of_its_secrets() {
    let notes = |texts: [&str; 2]| bundle(&[api_with(1, json!({"notes": texts}))], &[]);
    let there = notes(["password=canary-1", "user=x"]);
    let planned = plan(&notes(["password=***", "user=y"]), &there);
    assert_eq!(
        super::codes(super::entry(&planned, "api", &api_id(1))),
        ["secret-masked"]
    );
    let planned = plan(&notes(["password=***", "user=x"]), &there);
    assert!(super::entry(&planned, "api", &api_id(1)).is_unchanged());
    let planned = plan(&notes(["password=canary-2", "user=y"]), &there);
    let change = &changes(&planned, "api", &api_id(1))[0];
    assert!(
        change.contains("*** (differs)") && !change.contains("canary"),
        "{change}"
    );
}

#[test]
fn a_masked_password_is_written_nowhere_whether_the_target_has_one_or_not() {
    let with = |password: &str| {
        let url = format!("http://u:{password}@h/x");
        api_with(
            1,
            json!({"proxy": {"listen_path": "/1/", "target_url": url, "target_list": [url]},
                   "config_data": {"deep": {"notes": format!("curl {url}")}},
                   "uptime_tests": {"check_list": [{"url": url, "headers": {"x": password}}]}}),
        )
    };
    let plain = api_with(
        1,
        json!({"proxy": {"listen_path": "/1/", "target_url": "http://h/x"}}),
    );
    let masked = |planned: &Plan| -> Vec<String> {
        let entry = super::entry(planned, "api", &api_id(1));
        let reasons = entry.verdict.reasons.iter();
        let masked = reasons.filter(|reason| reason.code == "secret-masked");
        let place = |message: &str| message.split(" has asterisks").next().unwrap().to_owned();
        let mut places: Vec<String> = masked.map(|reason| place(&reason.message)).collect();
        places.sort();
        places
    };
    for mask in ["***", "********"] {
        let file = bundle(&[with(mask)], &[]);
        for there in [
            json!({"apis": []}),
            bundle(std::slice::from_ref(&plain), &[]),
        ] {
            assert_eq!(
                masked(&plan(&file, &there)),
                [
                    "api_definition/config_data/deep/notes",
                    "api_definition/proxy/target_list/0",
                    "api_definition/proxy/target_url",
                    "api_definition/uptime_tests/check_list/0/headers/x",
                    "api_definition/uptime_tests/check_list/0/url",
                ]
            );
        }
    }
    let planned = plan(
        &bundle(&[with("***")], &[]),
        &bundle(&[with("canary")], &[]),
    );
    assert_eq!(masked(&planned), [""; 0], "the target keeps its own");
    let same = bundle(&[with("***")], &[]);
    assert!(super::entry(&plan(&same, &same), "api", &api_id(1)).is_unchanged());
}
