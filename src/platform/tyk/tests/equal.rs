//! What counts as a difference, and what does not.

use serde_json::{Value as Json, json};

use super::{BANK, api, api_id, api_with, bundle, changes, plan, policy, policy_id, policy_with};

fn policies(there: Json, file: Json) -> Vec<String> {
    let there = bundle(&[api(1), versioned()], &[policy_with(1, &[], there)]);
    changes(
        &plan(&bundle(&[], &[policy_with(1, &[], file)]), &there),
        "policy",
        &policy_id(1),
    )
}

fn apis(there: Json, file: Json) -> Vec<String> {
    let there = bundle(&[api_with(1, there)], &[]);
    changes(
        &plan(&bundle(&[api_with(1, file)], &[]), &there),
        "api",
        &api_id(1),
    )
}

fn versioned() -> Json {
    api_with(
        2,
        json!({"version_data": {"not_versioned": false, "versions": {"v1": {}, "Default": {}}}}),
    )
}

fn right(n: u32, more: Json) -> Json {
    let mut right = json!({"api_id": api_id(n), "api_name": "x"});
    super::merge(&mut right, more);
    json!({"access_rights": {(api_id(n)): right}})
}

#[test]
fn what_changes_by_itself_is_no_difference() {
    let volatile = |n: u32| {
        let mut policy = right(1, json!({}));
        super::merge(
            &mut policy,
            json!({
                "last_updated": format!("147879160{n}"), "date_created": format!("000{n}-01-01T00:00:00Z"),
                "access_rights_array": [n], "auth_type": n.to_string(), "auth_types": [n], "state": n.to_string(),
                "graphql_enabled": n == 1,
            }),
        );
        policy
    };
    assert!(policies(volatile(1), volatile(2)).is_empty());
    let schema = |n: u32| json!({"graphql": {"last_schema_update": n.to_string()}});
    assert!(apis(schema(1), schema(2)).is_empty());
    let mut there = bundle(&[api(1)], &[]);
    there["apis"][0]["created_at"] = json!("2020");
    there["apis"][0]["updated_at"] = json!("2020");
    there["organisations"][0]["developer_count"] = json!(7);
    let plan = plan(&bundle(&[api(1)], &[]), &there);
    assert_eq!(plan.summary().unchanged, 2);
}

#[test]
fn webhooks_have_other_ids_everywhere() {
    let hook = |id: &str| {
        let mut api = api_with(
            1,
            json!({"event_handlers": {"events": {"E": [{"handler_meta": {"id": id, "webhook_id": id, "name": "n"}}]}}}),
        );
        api["hook_references"] = json!([{"event_name": "E", "hook": {"id": id, "name": "n"}}]);
        bundle(&[api], &[])
    };
    assert!(changes(&plan(&hook("a"), &hook("b")), "api", &api_id(1)).is_empty());
}

#[test]
fn both_spellings_of_access_rights_are_one() {
    let old = json!({"access_rights": {(api_id(1)): {"apiid": api_id(1), "apiname": "x"}}});
    assert!(policies(right(1, json!({})), old.clone()).is_empty());
    assert!(policies(old, right(1, json!({}))).is_empty());
}

#[test]
fn a_limit_of_nothing_but_zeros_is_none() {
    let zeros = json!({"limit": {"rate": 0, "per": 0.0, "quota_max": 0, "smoothing": {"enabled": false, "step": 0}, "x": null}});
    for none in [json!({}), json!({"limit": null}), json!({"limit": {}})] {
        assert!(
            policies(right(1, zeros.clone()), right(1, none.clone())).is_empty(),
            "{none}"
        );
        assert!(policies(right(1, none), right(1, zeros.clone())).is_empty());
    }
    assert_eq!(
        policies(right(1, zeros), right(1, json!({"limit": {"rate": 1}}))).len(),
        1
    );
}

#[test]
fn versions_of_an_api_without_versions_are_all_the_same() {
    let forms = [
        json!({}),
        json!({"versions": null}),
        json!({"versions": []}),
        json!({"versions": ["Default"]}),
        json!({"versions": [""]}),
    ];
    for (there, file) in forms
        .iter()
        .flat_map(|there| forms.iter().map(move |file| (there, file)))
    {
        assert!(
            policies(right(1, there.clone()), right(1, file.clone())).is_empty(),
            "{there} {file}"
        );
    }
    assert_eq!(
        policies(right(1, json!({})), right(1, json!({"versions": ["v1"]}))).len(),
        1
    );
}

#[test]
fn versions_of_an_api_that_has_some_differ() {
    assert_eq!(
        policies(
            right(2, json!({"versions": ["Default"]})),
            right(2, json!({"versions": ["v1", "Default"]}))
        ),
        [format!(
            r#"{{"path":"/access_rights/{}/versions/v1","op":"add"}}"#,
            api_id(2)
        )]
    );
}

#[test]
fn forms_of_a_number_are_one_and_so_are_null_empty_and_absent() {
    assert!(
        policies(
            json!({"rate": 10, "per": 2_592_000, "x": null}),
            json!({"rate": 10.0, "per": 2_592_000.0, "y": [], "z": {"a": ""}})
        )
        .is_empty()
    );
}

#[test]
fn order_means_nothing_where_it_means_nothing() {
    let urls = |one: &str, other: &str| {
        right(
            1,
            json!({"allowed_urls": [{"url": one, "methods": ["GET", "POST"]}, {"url": other, "methods": ["POST", "GET"]}]}),
        )
    };
    assert!(policies(urls("/a", "/b"), urls("/b", "/a")).is_empty());
    assert!(policies(json!({"tags": ["a", "b"]}), json!({"tags": ["b", "a"]})).is_empty());
    assert!(
        apis(
            json!({"tags": ["a", "b"], "jwt_default_policies": ["p", "q"]}),
            json!({"tags": ["b", "a"], "jwt_default_policies": ["q", "p"]})
        )
        .is_empty()
    );
    assert_eq!(
        apis(
            json!({"x": {"target_list": ["a", "b"]}}),
            json!({"x": {"target_list": ["b", "a"]}})
        ),
        [
            r#"{"path":"/api_definition/x/target_list","op":"replace","before":["a","b"],"after":["b","a"]}"#
        ]
    );
}

#[test]
fn an_access_right_is_matched_by_its_api() {
    let there = json!({"access_rights": {(api_id(1)): {"allowance_scope": "a"}, (api_id(3)): {}}});
    let file = json!({"access_rights": {(api_id(2)): {}, (api_id(1)): {"allowance_scope": "b"}}});
    let path = |n: u32| format!("/access_rights/{}", api_id(n));
    assert_eq!(
        policies(there, file),
        [
            format!(
                r#"{{"path":"{}/allowance_scope","op":"replace","before":"a","after":"b"}}"#,
                path(1)
            ),
            format!(r#"{{"path":"{}","op":"add"}}"#, path(2)),
            format!(r#"{{"path":"{}","op":"remove","before":null}}"#, path(3)),
        ]
    );
}

#[test]
fn what_a_cover_of_an_api_or_a_policy_takes_away_is_reported() {
    assert_eq!(
        apis(json!({"gone": 1}), json!({})),
        [r#"{"path":"/api_definition/gone","op":"remove","before":1}"#]
    );
    assert_eq!(
        policies(json!({"gone": {"x": true}}), json!({})),
        [r#"{"path":"/gone","op":"remove","before":{"x":true}}"#]
    );
}

#[test]
fn a_bare_definition_and_one_in_its_wrapper_are_the_same() {
    let mut wrapped = api(1);
    super::merge(
        &mut wrapped,
        json!({"is_site": false, "sort_by": 0, "api_model": {}}),
    );
    let there = bundle(&[wrapped.clone()], &[]);
    let file = json!({"organisations": [{"id": BANK, "owner_name": "b"}], "apis": [wrapped["api_definition"]]});
    assert!(changes(&plan(&file, &there), "api", &api_id(1)).is_empty());
    let oas =
        json!({"openapi": "3.0.3", "x-tyk-api-gateway": {"info": {"id": "o", "orgId": BANK}}});
    let there = json!({"apis": [{"oas": oas}], "organisations": [{"id": BANK, "owner_name": "b"}]});
    assert!(changes(&plan(&json!({"apis": [oas]}), &there), "api", "o").is_empty());
}

#[test]
fn ids_are_what_objects_are_known_by_and_no_differences() {
    let there = bundle(&[api(1)], &[policy(1, &[1])]);
    let mut file = there.clone();
    file["Data"][0].as_object_mut().unwrap().remove("id");
    file["apis"][0]["api_definition"]
        .as_object_mut()
        .unwrap()
        .remove("id");
    let plan = plan(&file, &there);
    assert_eq!(plan.summary().unchanged, 3);
}
