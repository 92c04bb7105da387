//! What a cover keeps, and what moves from one environment to the next.

use serde_json::{Value as Json, json};

use super::{
    BANK, api_with, bundle, changes, entry, object_id, plan, policy_id, policy_with, saves, target,
    warnings,
};
use crate::engine::diff::Show;
use crate::engine::{Op, Status};

fn body(file: &Json, there: &Json, n: usize) -> Json {
    serde_json::from_str(&saves(file, target(there)).0[n].body).unwrap()
}

#[test]
fn ids_that_the_file_does_not_have_stay_in_the_target() {
    let there = bundle(
        &[api_with(1, json!({"rate": 1}))],
        &[policy_with(1, &[1], json!({"id": "gold", "rate": 1}))],
    );
    let mut api = api_with(1, json!({"rate": 2}));
    api["api_definition"].as_object_mut().unwrap().remove("id");
    let mut policy = policy_with(1, &[1], json!({"id": "gold", "rate": 2}));
    policy.as_object_mut().unwrap().remove("_id");
    let file = json!({"apis": [api], "Data": [policy]});
    assert_eq!(
        body(&file, &there, 0)["api_definition"]["id"],
        json!(object_id(1))
    );
    assert_eq!(body(&file, &there, 1)["_id"], json!(policy_id(1)));
    let plan = plan(&file, &there);
    let index = plan
        .position(&entry(&plan, "policy", "gold").item.id)
        .unwrap();
    assert!(
        plan.changes(index, Show::Everything)
            .iter()
            .any(|change| change.path == "/_id" && change.op == Op::Keep)
    );
}

#[test]
fn an_export_of_a_dashboard_that_sets_no_id_is_matched_by_what_the_other_one_made_of_it() {
    // There the Dashboard made `id` of the `_id` that the policy came with.
    let there = bundle(
        &[],
        &[policy_with(
            7,
            &[],
            json!({"id": policy_id(1), "name": "Gold"}),
        )],
    );
    let file = json!({"Data": [policy_with(1, &[], json!({"id": "", "name": "Gold", "rate": 9}))]});
    let plan = plan(&file, &there);
    let found = entry(&plan, "policy", &policy_id(1));
    assert_eq!(found.verdict.status, Status::Repeat);
    assert_eq!(
        found.matched.as_ref().map(|matched| &*matched.target),
        Some(&*policy_id(7))
    );
    assert_eq!(body(&file, &there, 0)["_id"], json!(policy_id(7)));
}

#[test]
fn a_working_webhook_keeps_its_id_and_its_neighbours_keep_theirs() {
    let hook = |event: &str, name: &str, id: u32, url: &str| json!({"event_name": event, "hook": {"id": object_id(id), "name": name, "target_path": url}});
    let with = |hooks: Vec<Json>| {
        let mut api = api_with(1, json!({}));
        api["hook_references"] = json!(hooks);
        bundle(&[api], &[])
    };
    let there = with(vec![
        hook("Quota", "mail", 5, "https://a/"),
        hook("Auth", "log", 6, "https://b/"),
    ]);
    let file = with(vec![
        hook("Auth", "log", 96, "https://c/"),
        hook("Quota", "mail", 95, "https://a/"),
    ]);
    let described = changes(&plan(&file, &there), "api", &super::api_id(1));
    assert_eq!(described.len(), 1, "{described:?}");
    assert!(
        described[0].contains("Auth log") && described[0].contains("https://c/"),
        "{described:?}"
    );
    let written = body(&file, &there, 0);
    let ids: Vec<&str> = written["hook_references"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hook| hook["hook"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [object_id(5), object_id(6)]);
}

#[test]
fn the_zero_values_of_a_definition_are_what_absent_ones_are_and_those_of_free_content_are_not() {
    let short = bundle(
        &[api_with(1, json!({"config_data": {}}))],
        &[policy_with(1, &[1], json!({}))],
    );
    let long = bundle(
        &[api_with(
            1,
            json!({"detailed_tracing": false, "expire_analytics_after": 0, "cors": {"enable": false, "max_age": 0, "options": []}, "response_processors": []}),
        )],
        &[policy_with(
            1,
            &[1],
            json!({"is_inactive": false, "quota_max": 0, "smoothing": {"enabled": false}}),
        )],
    );
    for (there, file) in [(&short, &long), (&long, &short)] {
        assert_eq!(plan(file, there).summary().unchanged, 3);
    }
    let free = bundle(
        &[api_with(1, json!({"config_data": {"dry_run": false}}))],
        &[policy_with(1, &[1], json!({}))],
    );
    assert_eq!(
        changes(&plan(&free, &short), "api", &super::api_id(1)).len(),
        1
    );
}

#[test]
fn one_rewrite_more_is_one_new_element_and_one_that_changed_is_one_change() {
    let rule = |path: &str, to: &str| json!({"path": path, "method": "POST", "match_pattern": path, "rewrite_to": to});
    let with = |rules: Vec<Json>| {
        let versions =
            json!({"versions": {"Default": {"extended_paths": {"url_rewrites": rules}}}});
        bundle(&[api_with(1, json!({"version_data": versions}))], &[])
    };
    let there = with(vec![rule("/a", "/1"), rule("/b", "/2"), rule("/c", "/3")]);
    let file = with(vec![
        rule("/new", "/0"),
        rule("/a", "/1"),
        rule("/b", "/9"),
        rule("/c", "/3"),
    ]);
    let described = changes(&plan(&file, &there), "api", &super::api_id(1));
    assert_eq!(described.len(), 2, "{described:?}");
    assert!(
        described
            .iter()
            .any(|line| line.contains(r#""op":"add""#) && line.contains(r#""rewrite_to":"/0""#))
    );
    assert!(
        described
            .iter()
            .any(|line| line.contains(r#""before":"/2","after":"/9""#))
    );
    // Their order counts.
    let moved = with(vec![rule("/c", "/3"), rule("/a", "/1"), rule("/b", "/2")]);
    let described = changes(&plan(&moved, &there), "api", &super::api_id(1));
    assert_eq!(described.len(), 1, "{described:?}");
    assert!(
        described[0].contains(r#""op":"move","before":2,"after":0"#),
        "{described:?}"
    );
}

#[test]
fn an_oas_definition_has_the_references_that_a_classic_one_has() {
    let gateway = json!({
        "info": {"id": "oas-7", "dbId": object_id(7), "orgId": BANK, "name": "OAS", "state": {"active": true}},
        "server": {
            "listenPath": {"value": "/oas/"},
            "clientCertificates": {"allowlist": ["cert-a"]},
            "customDomain": {"enabled": true, "name": "x.example", "certificates": ["cert-b"]},
            "eventHandlers": [{"trigger": "Quota", "name": "h", "id": object_id(70)}],
            "authentication": {
                "oidc": {"providers": [{"issuer": "i", "clientToPolicyMapping": [{"clientId": "c", "policyId": "p-oidc"}]}]},
                "securitySchemes": {"jwt": {"defaultPolicies": ["p-jwt"], "scopes": {"scopeToPolicyMapping": [{"scope": "r", "policyId": "p-scope"}]}}},
            },
        },
        "upstream": {
            "mutualTLS": {"domainToCertificateMapping": [{"domain": "d", "certificate": "cert-c"}]},
            "certificatePinning": {"domainToPublicKeysMapping": [{"domain": "d", "publicKeys": ["cert-d"]}]},
        },
        "middleware": {"global": {"pluginConfig": {"bundle": {"path": "b.zip"}}}},
    });
    let file = bundle(
        &[json!({"oas": {"openapi": "3.0.3", "paths": {}, "x-tyk-api-gateway": gateway}})],
        &[],
    );
    let plan = plan(&file, &bundle(&[], &[]));
    let found = entry(&plan, "api", "oas-7");
    let mut to: Vec<String> = found
        .references
        .iter()
        .map(|reference| reference.to().to_string())
        .collect();
    to.sort();
    let mut wanted: Vec<String> = ["p-oidc", "p-jwt", "p-scope"]
        .map(|id| format!("policy:{id}"))
        .to_vec();
    wanted.extend(["a", "b", "c", "d"].map(|id| format!("certificate:cert-{id}")));
    wanted.extend([
        format!("organisation:{BANK}"),
        format!("webhook:{}", object_id(70)),
        "plugin-bundle:b.zip".to_owned(),
    ]);
    wanted.sort();
    assert_eq!(to, wanted);
    assert_eq!(plan.missing().len(), 3);
    assert!(
        warnings(found).contains(&"policy-dangling"),
        "{:?}",
        warnings(found)
    );
}

#[test]
fn a_policy_that_has_only_the_array_grants_by_it() {
    let by_array = |api: u32| json!({"Data": [{"_id": policy_id(1), "id": "", "name": "P", "org_id": BANK, "access_rights_array": [{"api_id": super::api_id(api), "api_name": "x"}]}]});
    let plan = plan(&by_array(9), &bundle(&[], &[]));
    assert_eq!(plan.missing().len(), 1);
    let mut there = bundle(&[], &[]);
    there["Data"] = by_array(1)["Data"].clone();
    assert!(!changes(&super::plan(&by_array(2), &there), "policy", &policy_id(1)).is_empty());
}

#[test]
fn a_definition_and_its_oas_document_have_to_be_of_one_api() {
    let mut api = api_with(1, json!({}));
    api["oas"] = json!({"openapi": "3.0.3", "x-tyk-api-gateway": {"info": {"id": "another", "orgId": BANK}}});
    let plan = plan(&bundle(&[api], &[]), &bundle(&[], &[]));
    assert_eq!(
        super::codes(entry(&plan, "api", &super::api_id(1))),
        ["id-mismatch"]
    );
}
