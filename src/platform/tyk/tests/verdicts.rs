//! Blocking reasons, one test each; the messages name both sides.

use serde_json::{Value as Json, json};

use super::super::{Tyk, file};
use super::{
    BANK, SECURITIES, api, api_id, api_with, bundle, codes, entry, object_id, organisation, plan,
    plan_alone, policy, policy_id, policy_with, read, warning, warnings,
};
use crate::engine::{Severity, Status};
use crate::platform::ImportOptions;
use crate::platform::document::blocking_findings;
use crate::platform::document::tests::Target;

fn reason(plan: &crate::engine::Plan, kind: &str, key: &str) -> (Status, String, String) {
    let entry = entry(plan, kind, key);
    assert_eq!(codes(entry).len(), 1, "{:?}", entry.verdict.reasons);
    let reason = &entry.verdict.reasons[0];
    (
        entry.verdict.status,
        reason.code.to_string(),
        reason.message.clone(),
    )
}

#[test]
fn an_object_does_not_move_to_another_organisation() {
    let mut there = bundle(&[api(1)], &[policy(1, &[])]);
    there["organisations"]
        .as_array_mut()
        .unwrap()
        .push(organisation(SECURITIES));
    let moved = json!({"apis": [api_with(1, json!({"org_id": SECURITIES}))], "Data": [policy_with(1, &[], json!({"org_id": SECURITIES}))]});
    let plan = plan(&moved, &there);
    for (kind, key) in [("api", api_id(1)), ("policy", policy_id(1))] {
        let (status, code, message) = reason(&plan, kind, &key);
        assert_eq!(
            (status, code.as_str()),
            (Status::CannotCover, "other-organisation")
        );
        assert_eq!(
            message,
            format!(
                "belongs to organisation '{BANK}' in the target and to '{SECURITIES}' in the file"
            )
        );
    }
}

#[test]
fn an_api_is_known_by_its_api_id_and_keeps_the_targets_database_id() {
    let there = bundle(&[api(1), api(2)], &[]);
    let other = json!({"apis": [api_with(1, json!({"id": object_id(77), "rate": 7}))]});
    let compared = plan(&other, &there);
    let found = entry(&compared, "api", &api_id(1));
    assert_eq!(found.verdict.status, Status::Repeat);
    let matched = found.matched.as_ref().unwrap();
    assert_eq!((&*matched.by, &*matched.target), ("api_id", &*object_id(1)));
    let (covers, _) = super::saves(&other, super::target(&there));
    let body: Json = serde_json::from_str(&covers[0].body).unwrap();
    assert_eq!(
        (
            &body["api_definition"]["id"],
            &body["api_definition"]["rate"]
        ),
        (&json!(object_id(1)), &json!(7))
    );
    let taken = json!({"apis": [api_with(3, json!({"id": object_id(2)}))]});
    let (status, code, message) = reason(&plan(&taken, &there), "api", &api_id(3));
    assert_eq!((status, code.as_str()), (Status::CannotAdd, "id-pairing"));
    assert!(
        message.contains(&object_id(2)) && message.contains(&api_id(2)),
        "{message}"
    );
}

#[test]
fn a_policy_is_known_by_its_id_which_does_not_change() {
    let there = bundle(&[], &[policy_with(1, &[], json!({"id": "gold"}))]);
    let other = json!({"Data": [policy_with(1, &[], json!({"id": "silver"}))]});
    let (status, code, message) = reason(&plan(&other, &there), "policy", &policy_id(1));
    assert_eq!((status, code.as_str()), (Status::CannotCover, "id-pairing"));
    assert!(
        message.contains("'gold' in the target and 'silver' in the file"),
        "{message}"
    );
    // As an export of another environment has it.
    let moved = json!({"Data": [policy_with(2, &[], json!({"id": "gold", "rate": 7}))]});
    let compared = plan(&moved, &there);
    let found = entry(&compared, "policy", &policy_id(2));
    assert_eq!(found.verdict.status, Status::Repeat);
    assert_eq!(
        found.matched.as_ref().map(|matched| &*matched.target),
        Some(&*policy_id(1))
    );
    let (covers, _) = super::saves(&moved, super::target(&there));
    let body: Json = serde_json::from_str(&covers[0].body).unwrap();
    assert_eq!(
        (&body["_id"], &body["id"]),
        (&json!(policy_id(1)), &json!("gold"))
    );
    // Two that match the same one: the one that also has its `_id` wins.
    let both = json!({"Data": [policy_with(1, &[], json!({"id": "gold"})), policy_with(2, &[], json!({"id": "gold"}))]});
    let (status, code, _) = reason(&plan(&both, &there), "policy", &policy_id(2));
    assert_eq!(
        (status, code.as_str()),
        (Status::CannotCover, "duplicate-in-file")
    );
}

#[test]
fn the_same_policy_id_in_another_organisation_is_another_policy() {
    let mut there = bundle(&[], &[policy_with(1, &[], json!({"id": "gold"}))]);
    there["organisations"]
        .as_array_mut()
        .unwrap()
        .push(organisation(SECURITIES));
    let file = json!({"Data": [policy_with(2, &[], json!({"id": "gold", "org_id": SECURITIES, "name": "Policy 1"}))]});
    assert_eq!(
        entry(&plan(&file, &there), "policy", &policy_id(2))
            .verdict
            .status,
        Status::Add
    );
}

#[test]
fn a_policy_without_one_of_its_ids_is_found_by_the_other() {
    let there = bundle(&[], &[policy_with(1, &[], json!({"id": "gold"}))]);
    let mut moved = policy_with(1, &[], json!({"id": "gold", "rate": 5}));
    moved.as_object_mut().unwrap().remove("_id");
    let plan = plan(&json!({"Data": [moved]}), &there);
    assert_eq!(
        entry(&plan, "policy", "gold").verdict.status,
        Status::Repeat
    );
    let (covers, _) = super::saves(&json!({"Data": [moved]}), super::target(&there));
    assert_eq!(
        (&*covers[0].id, covers[0].pair_id.as_deref()),
        (&*policy_id(1), Some("gold"))
    );
}

#[test]
fn two_active_apis_do_not_listen_at_one_place_of_any_organisation() {
    let there = bundle(&[api(1)], &[]);
    let rival = |more: Json| {
        let mut rival = api_with(2, json!({"org_id": BANK, "proxy": {"listen_path": "/1/"}}));
        super::merge(&mut rival["api_definition"], more);
        json!({"organisations": [organisation(SECURITIES)], "apis": [rival]})
    };
    let (status, code, message) = reason(
        &plan(&rival(json!({"org_id": SECURITIES})), &there),
        "api",
        &api_id(2),
    );
    assert_eq!(
        (status, code.as_str()),
        (Status::CannotAdd, "listen-path-taken")
    );
    assert!(
        message.contains("'/1/'") && message.contains(&api_id(1)) && message.contains(BANK),
        "{message}"
    );
    for free in [
        json!({"domain": "other.example"}),
        json!({"proxy": {"listen_path": "/1"}}),
    ] {
        assert_eq!(
            entry(&plan(&rival(free), &there), "api", &api_id(2))
                .verdict
                .status,
            Status::Add
        );
    }
    let same = json!({"domain": "other.example", "domain_disabled": true});
    assert_eq!(
        codes(entry(&plan(&rival(same), &there), "api", &api_id(2))),
        ["listen-path-taken"]
    );
}

#[test]
fn apis_that_no_gateway_loads_together_may_listen_at_one_place_and_it_is_reported() {
    let there = bundle(&[api_with(1, json!({"tags": ["edge"]}))], &[]);
    for more in [json!({"active": false}), json!({"tags": ["inner"]})] {
        let mut rival = api_with(2, json!({"proxy": {"listen_path": "/1/"}}));
        super::merge(&mut rival["api_definition"], more);
        let plan = plan(&json!({"apis": [rival]}), &there);
        let entry = entry(&plan, "api", &api_id(2));
        assert_eq!(entry.verdict.status, Status::Add);
        assert_eq!(warnings(entry), ["listen-path-shared"]);
    }
    let inside = api_with(
        2,
        json!({"proxy": {"listen_path": "/1/"}, "tags": ["edge", "x"]}),
    );
    assert_eq!(
        codes(entry(
            &plan(&json!({"apis": [inside]}), &there),
            "api",
            &api_id(2)
        )),
        ["listen-path-taken"]
    );
}

#[test]
fn an_oas_apis_listen_path_counts_too() {
    let there = bundle(&[api(1)], &[]);
    let gateway = json!({"info": {"id": "oas", "orgId": BANK, "name": "OAS", "state": {"active": true}}, "server": {"listenPath": {"value": "/1/"}}});
    let file = json!({"oas": {"openapi": "3.0.3", "x-tyk-api-gateway": gateway}});
    assert_eq!(
        codes(entry(&plan(&file, &there), "api", "oas")),
        ["listen-path-taken"]
    );
}

#[test]
fn a_policys_name_is_its_own_within_its_organisation() {
    let there = bundle(&[], &[policy(1, &[])]);
    let file = json!({"Data": [policy_with(2, &[], json!({"name": "Policy 1"}))]});
    let (status, code, message) = reason(&plan(&file, &there), "policy", &policy_id(2));
    assert_eq!((status, code.as_str()), (Status::CannotAdd, "name-taken"));
    assert!(
        message.contains("'Policy 1'") && message.contains(&policy_id(1)),
        "{message}"
    );
}

#[test]
fn object_ids_have_24_hexadecimal_digits() {
    let file = json!({
        "organisations": [organisation(BANK), organisation("53ac07777cbb8c2d5300000g")],
        "apis": [api_with(1, json!({"id": "1"}))],
        "Data": [policy_with(1, &[], json!({"_id": "57ed12fc30c55e6b890d37d8a"}))],
    });
    let plan = plan_alone(&file);
    for (kind, key) in [
        ("organisation", "53ac07777cbb8c2d5300000g"),
        ("api", &*api_id(1)),
        ("policy", "57ed12fc30c55e6b890d37d8a"),
    ] {
        assert_eq!(
            codes(entry(&plan, kind, key)),
            ["invalid-object-id"],
            "{kind}"
        );
    }
    assert_eq!(
        entry(&plan, "organisation", BANK).verdict.status,
        Status::Add
    );
}

#[test]
fn a_policys_own_id_may_have_any_character_with_a_warning() {
    for (id, is_unusual) in [
        ("aZ09._-~", false),
        ("b3BzL2dvbGQ=", true),
        ("silver plan", true),
        ("a/b", true),
        ("信", true),
        ("a%", true),
    ] {
        let plan = plan_alone(&bundle(&[], &[policy_with(1, &[], json!({"id": id}))]));
        let entry = entry(&plan, "policy", &policy_id(1));
        assert_eq!(codes(entry), [""; 0], "{id}");
        let warned = entry
            .warnings
            .iter()
            .any(|warning| warning.code == "invalid-policy-id");
        assert_eq!(warned, is_unusual, "{id}");
    }
}

#[test]
fn what_is_not_http_is_known_by_its_port() {
    let tcp = |number: u32, protocol: &str, port: u32| {
        api_with(
            number,
            json!({"protocol": protocol, "listen_port": port, "proxy": {"listen_path": "/", "target_url": "tcp://u:1"}}),
        )
    };
    let found = |apis: &[serde_json::Value]| {
        let plan = plan_alone(&bundle(apis, &[]));
        let of = |number: u32| codes(entry(&plan, "api", &api_id(number))).join(",");
        (of(1), of(2))
    };
    let free = (String::new(), String::new());
    assert_eq!(found(&[tcp(1, "tcp", 5432), tcp(2, "tcp", 5433)]), free);
    assert_eq!(found(&[tcp(1, "tls", 443), tcp(2, "", 8443)]), free);
    let oas = |number: u32, port: u32| {
        json!({"oas": {"openapi": "3.0.3", "x-tyk-api-gateway": {
            "info": {"id": api_id(number), "orgId": BANK, "name": format!("o{number}")},
            "server": {"protocol": "tcp", "port": port}}}})
    };
    assert_eq!(found(&[oas(1, 7001), oas(2, 7002)]), free);
    for both in [
        [tcp(1, "tcp", 5432), tcp(2, "TLS", 5432)],
        [oas(1, 7001), tcp(2, "tcp", 7001)],
    ] {
        assert_eq!(
            found(&both),
            (
                "duplicate-in-file".to_owned(),
                "duplicate-in-file".to_owned()
            )
        );
    }
    assert_eq!(
        found(&[tcp(1, "", 8080), tcp(2, "http", 8080)]).0,
        "duplicate-in-file"
    );
}

#[test]
fn apis_and_policies_belong_to_an_organisation() {
    let file = json!({"apis": [api_with(1, json!({"org_id": null}))], "Data": [policy_with(1, &[], json!({"org_id": ""}))]});
    let plan = plan_alone(&file);
    assert_eq!(
        codes(entry(&plan, "api", &api_id(1))),
        ["organisation-missing"]
    );
    assert_eq!(
        codes(entry(&plan, "policy", &policy_id(1))),
        ["organisation-missing"]
    );
}

#[test]
fn what_stands_twice_in_the_file_blocks_both() {
    let file = bundle(
        &[
            api(1),
            api_with(
                1,
                json!({"proxy": {"listen_path": "/x/"}, "id": object_id(9)}),
            ),
            api(2),
            api_with(3, json!({"id": object_id(2)})),
            api(4),
            api_with(5, json!({"proxy": {"listen_path": "/4/"}})),
        ],
        &[
            policy(1, &[]),
            policy_with(1, &[], json!({"name": "x"})),
            policy_with(2, &[], json!({"id": "a"})),
            policy_with(3, &[], json!({"id": "a"})),
            policy(4, &[]),
            policy_with(5, &[], json!({"name": "Policy 4"})),
        ],
    );
    let plan = plan_alone(&file);
    let blocked: Vec<&str> = plan
        .entries()
        .iter()
        .filter(|entry| entry.item.id.kind.as_str() != "organisation")
        .flat_map(codes)
        .collect();
    assert_eq!(blocked, ["duplicate-in-file"; 12], "each has its reason");
    assert_eq!(plan.summary().cannot_add, 12);
}

#[test]
fn an_access_right_is_for_the_api_that_it_stands_under() {
    let mut policy = policy(1, &[1]);
    policy["access_rights"][api_id(1)]["api_id"] = json!(api_id(2));
    let plan = plan_alone(&bundle(&[api(1), api(2)], &[policy]));
    let (_, code, message) = reason(&plan, "policy", &policy_id(1));
    assert_eq!(code, "id-mismatch");
    assert!(
        message.contains(&api_id(1)) && message.contains(&api_id(2)),
        "{message}"
    );
}

#[test]
fn what_postgresql_cannot_hold_is_blocked() {
    let file = bundle(&[api_with(1, json!({"x": "a\u{0}b"}))], &[]);
    let plan = plan_alone(&file);
    let (_, code, message) = reason(&plan, "api", &api_id(1));
    assert_eq!(code, "not-storable");
    assert!(
        message.starts_with("/apis/0/api_definition/x holds a NUL"),
        "{message}"
    );
    let text = format!(r#"{{"id":"{BANK}","owner_name":"x","n":1e999999}}"#);
    let plan = Target::empty(&Tyk).plan(
        &file::read(text.as_bytes()).unwrap(),
        &ImportOptions::default(),
    );
    assert_eq!(codes(entry(&plan, "organisation", BANK)), ["not-storable"]);
    let long = bundle(&[api_with(1, json!({"api_id": "x".repeat(3000)}))], &[]);
    assert_eq!(
        codes(entry(&plan_alone(&long), "api", &"x".repeat(3000))),
        ["not-storable"]
    );
}

#[test]
fn what_does_not_differ_is_not_blocked_for_what_it_says() {
    let there = bundle(&[api(1)], &[policy_with(1, &[], json!({"id": "bad id"}))]);
    let plan = plan(&there, &there);
    assert_eq!(plan.summary().unchanged, 3, "{:?}", plan.summary());
}

#[test]
fn blocking_reasons_are_reported_without_a_target() {
    let file = json!({"apis": [api_with(1, json!({"id": "x"}))], "Data": [policy(1, &[1, 2])]});
    let found: Vec<(Severity, String)> =
        blocking_findings(&Tyk, &read(&file), &ImportOptions::default())
            .iter()
            .map(|finding| (finding.severity, finding.code.to_string()))
            .collect();
    let not_in_file = (Severity::Warning, "not-in-file".to_owned());
    assert_eq!(
        found,
        [
            (Severity::Error, "invalid-object-id".to_owned()),
            not_in_file.clone(),
            not_in_file.clone(),
            not_in_file
        ]
    );
}

#[test]
fn names_of_other_apis_in_an_unlisted_list_are_a_note() {
    let mut file = bundle(&[api(1), api(2)], &[]);
    file["organisations"][0]["apis"] = json!([{"api_id": api_id(1), "api_human_name": "API 1"}]);
    let plan = plan_alone(&file);
    let found = warning(entry(&plan, "organisation", BANK), "api-unlisted");
    assert!(found.message.contains(&api_id(2)), "{found:?}");
    assert_eq!(found.severity, Severity::Note);
}

#[test]
fn the_one_in_the_way_is_found_behind_many_that_are_not() {
    let at = |n: u32, active: bool| {
        api_with(
            n,
            json!({"active": active, "proxy": {"listen_path": "/same/", "target_url": "http://u/"}}),
        )
    };
    let silent: Vec<Json> = (10..110).map(|n| at(n, false)).collect();
    let there: Vec<Json> = silent.iter().cloned().chain([at(1, true)]).collect();
    let plan = plan(
        &bundle(&[at(2, true), at(3, false)], &[]),
        &bundle(&there, &[]),
    );
    assert_eq!(
        codes(entry(&plan, "api", &api_id(2))),
        ["listen-path-taken"]
    );
    assert_eq!(
        warnings(entry(&plan, "api", &api_id(2))),
        ["listen-path-shared"]
    );
    assert_eq!(codes(entry(&plan, "api", &api_id(3))), [""; 0]);
    assert_eq!(
        warnings(entry(&plan, "api", &api_id(3))),
        ["listen-path-shared"]
    );
}
