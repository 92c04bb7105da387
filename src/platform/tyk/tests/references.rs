//! What objects refer to, how it was resolved, and the consequences.

use serde_json::json;

use super::{
    BANK, SECURITIES, api, api_id, api_with, bundle, changes, codes, entry, object_id,
    organisation, outcome_without, plan, plan_alone, policy, policy_id, policy_with, saves, target,
    warning, warnings,
};
use crate::engine::{Choices, Entry, MissingCount, Outcome, Refusal, Resolved, Status};

/// Returns an item's references as `path → KIND:KEY (how)`.
fn references(entry: &Entry) -> Vec<String> {
    let described = entry
        .references
        .iter()
        .map(|to| format!("{} → {} ({})", to.path, to.to(), to.how.words()));
    described.collect()
}

/// Returns the references but for the owner, in order.
fn others(entry: &Entry) -> Vec<String> {
    references(entry)
        .into_iter()
        .filter(|described| !described.contains("organisation:"))
        .collect()
}

#[test]
fn an_api_and_a_policy_need_their_organisation() {
    let file = json!({"apis": [api(1)], "Data": [policy(1, &[1])]});
    let alone = plan_alone(&file);
    for (kind, key) in [("api", api_id(1)), ("policy", policy_id(1))] {
        let entry = entry(&alone, kind, &key);
        assert_eq!(
            (entry.verdict.status, codes(entry)),
            (Status::CannotAdd, vec!["prerequisite-missing"])
        );
        assert!(entry.verdict.reasons[0].message.contains(BANK));
    }
    let there = plan(&file, &json!(organisation(BANK)));
    assert_eq!(there.summary().add, 2);
    assert_eq!(
        plan_alone(&bundle(&[api(1)], &[policy(1, &[1])]))
            .summary()
            .add,
        3
    );
}

#[test]
fn an_api_that_nobody_has_is_lacking_and_the_policy_goes_in_once_that_is_confirmed() {
    let plan = plan_alone(&bundle(&[api(1)], &[policy(1, &[1, 7])]));
    assert_eq!(plan.missing().len(), 1);
    let missing = &plan.missing()[0];
    assert_eq!(
        (
            &*missing.module,
            &*missing.key,
            missing.used_by[0].to_string()
        ),
        (BANK, &*api_id(7), format!("policy:{}", policy_id(1)))
    );
    let mut choices = Choices::new(&plan);
    assert_eq!(
        plan.approve(&choices).unwrap_err(),
        Refusal::MissingUnconfirmed(MissingCount {
            apis: 1,
            others: 0,
            is_unknown: false
        })
    );
    choices.missing_confirmed = true;
    assert_eq!(plan.approve(&choices).unwrap().steps().len(), 3);
    assert_eq!(
        warnings(entry(&plan, "policy", &policy_id(1))),
        ["api-dangling"]
    );
    assert_eq!(
        entry(&plan, "policy", &policy_id(1)).references[1].how,
        Resolved::Unresolved
    );
}

#[test]
fn what_an_unchanged_policy_lacks_it_lacks_already() {
    let file = bundle(&[], &[policy(1, &[7])]);
    let plan = plan(&file, &file);
    assert!(plan.missing().is_empty());
    assert_eq!(plan.summary().unchanged, 2);
    assert_eq!(
        warnings(entry(&plan, "policy", &policy_id(1))),
        ["api-dangling"]
    );
}

#[test]
fn a_policy_goes_with_the_api_that_it_grants() {
    let plan = plan_alone(&bundle(&[api(1)], &[policy(1, &[1])]));
    let (api, policy) = (
        entry(&plan, "api", &api_id(1)).item.id.clone(),
        entry(&plan, "policy", &policy_id(1)).item.id.clone(),
    );
    assert_eq!(outcome_without(&plan, &api, &policy), Outcome::Blocked);
    assert_eq!(outcome_without(&plan, &policy, &api), Outcome::Added);
}

#[test]
fn an_api_and_a_policy_that_need_each_other_go_in_together_or_not_at_all() {
    let file = bundle(
        &[api_with(1, json!({"jwt_default_policies": [policy_id(1)]}))],
        &[policy(1, &[1])],
    );
    let plan = plan_alone(&file);
    assert_eq!(plan.summary().add, 3);
    let (api, policy) = (
        entry(&plan, "api", &api_id(1)).item.id.clone(),
        entry(&plan, "policy", &policy_id(1)).item.id.clone(),
    );
    assert_eq!(outcome_without(&plan, &policy, &api), Outcome::Blocked);
    assert_eq!(outcome_without(&plan, &api, &policy), Outcome::Blocked);
    let choices = Choices::of(&plan, |id| *id != policy, true);
    let reason = plan
        .resolve(&choices)
        .state(plan.position(&api).unwrap())
        .unwrap()
        .blocked_by
        .clone()
        .unwrap();
    assert_eq!(
        (&*reason.code, reason.about),
        ("prerequisite-left-out", vec![policy])
    );
}

#[test]
fn policies_are_named_by_either_id_in_every_place_of_an_api() {
    let definition = json!({
        "jwt_default_policies": ["gold", policy_id(2)],
        "jwt_scope_to_policy_mapping": {"read": "gold"},
        "scopes": {"jwt": {"scope_to_policy": {"write": "gold"}}, "oidc": {"scope_to_policy": {"w": policy_id(1)}}},
        "openid_options": {"providers": [{"issuer": "x", "client_ids": {"app": "gold"}}]},
    });
    let policies = [policy_with(1, &[], json!({"id": "gold"})), policy(2, &[])];
    let plan = plan_alone(&bundle(&[api_with(1, definition)], &policies));
    let (one, two) = (policy_id(1), policy_id(2));
    let definition = "/api_definition";
    assert_eq!(
        others(entry(&plan, "api", &api_id(1))),
        [
            format!("{definition}/jwt_default_policies/0 → policy:{one} (by id)"),
            format!("{definition}/jwt_default_policies/1 → policy:{two} (by id)"),
            format!("{definition}/jwt_scope_to_policy_mapping/read → policy:{one} (by id)"),
            format!(
                "{definition}/openid_options/providers/0/client_ids/app → policy:{one} (by id)"
            ),
            format!("{definition}/scopes/jwt/scope_to_policy/write → policy:{one} (by id)"),
            format!("{definition}/scopes/oidc/scope_to_policy/w → policy:{one} (by id)"),
        ]
    );
}

#[test]
fn a_policy_that_nobody_has_is_missing_and_the_apis_go_in_once_that_is_confirmed() {
    let apis = [1, 2].map(|n| {
        let definition =
            json!({"jwt_default_policies": ["nowhere"], "jwt_scope_to_policy_mapping": {"read": "nowhere"}});
        api_with(n, definition)
    });
    let plan = plan_alone(&bundle(&apis, &[policy(1, &[7])]));
    assert_eq!(
        plan.missing_count(),
        MissingCount {
            apis: 1,
            others: 1,
            is_unknown: false
        }
    );
    let missing = &plan.missing_others()[0];
    let users: Vec<String> = missing.used_by.iter().map(ToString::to_string).collect();
    assert_eq!(missing.label(), "policy nowhere");
    assert_eq!(
        users,
        [format!("api:{}", api_id(1)), format!("api:{}", api_id(2))]
    );
    let mut choices = Choices::new(&plan);
    assert_eq!(
        plan.approve(&choices).unwrap_err(),
        Refusal::MissingUnconfirmed(MissingCount {
            apis: 1,
            others: 1,
            is_unknown: false
        })
    );
    choices.missing_confirmed = true;
    assert_eq!(plan.approve(&choices).unwrap().steps().len(), 4);
    let api = entry(&plan, "api", &api_id(1));
    assert_eq!(
        (api.verdict.status, warnings(api)),
        (Status::Add, vec!["policy-dangling", "policy-dangling"])
    );
    assert_eq!(api.references[1].how, Resolved::Unresolved);
}

#[test]
fn what_an_unchanged_api_misses_it_misses_already() {
    let file = bundle(
        &[api_with(1, json!({"jwt_default_policies": ["nowhere"]}))],
        &[],
    );
    let plan = plan(&file, &file);
    assert!(plan.missing().is_empty());
    assert_eq!(plan.summary().unchanged, 2);
}

#[test]
fn organisations_share_neither_apis_nor_policies() {
    let mut file = bundle(
        &[
            api(1),
            api_with(
                2,
                json!({"org_id": SECURITIES, "jwt_default_policies": [policy_id(2)]}),
            ),
        ],
        &[policy(1, &[2]), policy(2, &[])],
    );
    file["organisations"]
        .as_array_mut()
        .unwrap()
        .push(organisation(SECURITIES));
    let plan = plan_alone(&file);
    let policy = entry(&plan, "policy", &policy_id(1));
    assert_eq!(codes(policy), ["other-organisation"]);
    assert!(
        policy.verdict.reasons[0].message.contains(BANK)
            && policy.verdict.reasons[0].message.contains(SECURITIES)
    );
    assert_eq!(
        codes(entry(&plan, "api", &api_id(2))),
        ["other-organisation"]
    );
}

#[test]
fn other_apis_are_found_by_id_and_by_name() {
    let definition = json!({
        "definition": {"versions": {"v2": api_id(2), "v9": api_id(9)}},
        "graphql": {"supergraph": {"subgraphs": [{"api_id": api_id(3)}]}},
        "proxy": {"listen_path": "/1/", "target_url": "tyk://api-2/x?y=1"},
        "version_data": {"versions": {"Default": {"extended_paths": {"url_rewrites": [
            {"rewrite_to": format!("tyk://{}/list", api_id(3))},
            {"rewrite_to": "tyk://self/list"},
            {"rewrite_to": "tyk://$tyk_context.api/list"},
            {"rewrite_to": format!("tyk://{}", object_id(3))},
        ]}}}},
    });
    let plan = plan_alone(&bundle(&[api_with(1, definition), api(2), api(3)], &[]));
    let entry = entry(&plan, "api", &api_id(1));
    let rewrites = "/api_definition/version_data/versions/Default/extended_paths/url_rewrites";
    assert_eq!(
        others(entry),
        [
            format!(
                "/api_definition/definition/versions/v2 → api:{} (by id)",
                api_id(2)
            ),
            format!(
                "/api_definition/definition/versions/v9 → api:{} (unresolved)",
                api_id(9)
            ),
            format!(
                "/api_definition/graphql/supergraph/subgraphs/0/api_id → api:{} (by id)",
                api_id(3)
            ),
            format!(
                "/api_definition/proxy/target_url → api:{} (by name)",
                api_id(2)
            ),
            format!("{rewrites}/0/rewrite_to → api:{} (by id)", api_id(3)),
            format!("{rewrites}/3/rewrite_to → api:{} (by id)", api_id(3)),
        ]
    );
    assert_eq!(
        entry.verdict.status,
        Status::Add,
        "without them it works in part"
    );
    assert_eq!(warnings(entry), ["api-dangling"]);
    assert_eq!(
        warning(entry, "api-dangling").path.as_deref(),
        Some("/apis/0/api_definition/definition/versions/v9")
    );
}

#[test]
fn what_no_import_brings_along_is_listed_as_external() {
    let mut api = api_with(
        1,
        json!({
            "event_handlers": {"events": {"QuotaExceeded": [{"handler_meta": {"id": "h1", "webhook_id": "h1"}}]}},
            "client_certificates": ["c1"], "certificates": ["c2"], "upstream_certificates": {"*.example": "c3"},
            "pinned_public_keys": {"x.example": "c4"}, "request_signing": {"certificate_id": "c5"},
            "custom_middleware_bundle": "b.zip",
        }),
    );
    api["hook_references"] =
        json!([{"hook": {"id": "h2"}}, {"hook": {"id": "000000000000000000000000"}}]);
    api["user_owners"] = json!(["u1"]);
    api["user_group_owners"] = json!(["g1"]);
    let plan = plan_alone(&bundle(&[api], &[]));
    let entry = entry(&plan, "api", &api_id(1));
    let external: Vec<String> = entry
        .references
        .iter()
        .filter(|to| to.how == Resolved::External)
        .map(|to| to.to().to_string())
        .collect();
    assert_eq!(
        external,
        [
            "certificate:c2",
            "certificate:c1",
            "plugin-bundle:b.zip",
            "webhook:h1",
            "webhook:h1",
            "certificate:c4",
            "certificate:c5",
            "certificate:c3",
            "webhook:h2",
            "user-group:g1",
            "user:u1"
        ]
    );
    assert_eq!(entry.verdict.status, Status::Add);
}

#[test]
fn references_of_a_bare_definition_point_into_what_is_shown() {
    let mut file = bundle(&[], &[]);
    file["apis"] = json!([api(1)["api_definition"]]);
    let plan = plan_alone(&file);
    let entry = entry(&plan, "api", &api_id(1));
    assert_eq!(
        references(entry),
        [format!(
            "/api_definition/org_id → organisation:{BANK} (by id)"
        )]
    );
    assert_eq!(entry.item.path.as_ref(), "/apis/0");
}

#[test]
fn an_organisations_list_is_but_a_copy() {
    let mut file = bundle(&[api(1), api(2)], &[]);
    file["organisations"][0]["apis"] = json!([
        {"api_id": api_id(1), "api_human_name": "Old name"},
        {"api_id": api_id(2), "api_human_name": "API 2"},
        {"api_id": api_id(9), "api_human_name": "Gone"},
    ]);
    let plan = plan_alone(&file);
    let entry = entry(&plan, "organisation", BANK);
    assert_eq!(entry.verdict.status, Status::Add);
    assert_eq!(warnings(entry), ["name-stale", "api-stale"]);
    assert!(warning(entry, "name-stale").message.contains("'Old name'"));
    assert_eq!(
        warning(entry, "api-stale").path.as_deref(),
        Some("/organisations/0/apis/2/api_id")
    );
}

#[test]
fn names_and_versions_that_an_api_does_not_have_are_reported() {
    let versions =
        json!({"version_data": {"not_versioned": false, "versions": {"v1": {"name": "v1"}}}});
    let mut policy = policy(1, &[1]);
    policy["access_rights"][api_id(1)] =
        json!({"apiid": api_id(1), "apiname": "Old", "versions": ["v1", "v2"]});
    let plan = plan_alone(&bundle(&[api_with(1, versions)], &[policy]));
    let entry = entry(&plan, "policy", &policy_id(1));
    assert_eq!(warnings(entry), ["name-stale", "version-missing"]);
    assert!(warning(entry, "version-missing").message.contains("'v2'"));
    assert_eq!(entry.verdict.status, Status::Add);
}

#[test]
fn an_organisations_list_reports_of_apis_that_nobody_has() {
    let mut file = bundle(&[], &[policy(1, &[1, 2])]);
    file["organisations"][0]["apis"] = json!([{"api_id": api_id(1), "api_human_name": "Its name"}]);
    let plan = plan_alone(&file);
    let entry = entry(&plan, "policy", &policy_id(1));
    assert_eq!(
        warnings(entry),
        ["api-dangling", "name-stale", "api-dangling"]
    );
    assert!(
        entry.warnings[2]
            .message
            .contains("nor does its organisation list it")
    );
}

#[test]
fn a_reference_takes_the_id_by_which_the_target_knows_what_it_points_to() {
    // The policy is identified by its id; its `_id`, and an API's database id,
    // belong to the target.
    let there = bundle(&[api(2)], &[policy_with(7, &[], json!({"id": "gold"}))]);
    let address = format!("tyk://{}/x?from={}", object_id(9), object_id(9));
    let caller = api_with(
        1,
        json!({"jwt_default_policies": [policy_id(8)], "proxy": {"listen_path": "/1/", "target_url": address}}),
    );
    let called = api_with(2, json!({"id": object_id(9)}));
    let file = bundle(
        &[caller, called],
        &[policy_with(8, &[], json!({"id": "gold"}))],
    );
    let planned = plan(&file, &there);
    let shown = changes(&planned, "api", &api_id(1)).join("\n");
    let (_, adds) = saves(&file, target(&there));
    let wanted = format!("tyk://{}/x?from={}", object_id(2), object_id(9));
    for text in [shown, adds[0].body.to_string()] {
        assert!(
            text.contains(&policy_id(7)) && !text.contains(&policy_id(8)),
            "{text}"
        );
        assert!(text.contains(&wanted), "{text}");
    }
}
