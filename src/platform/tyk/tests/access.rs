//! What policies grant: as planned, and as read from the resulting documents.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{api, api_id, bundle, plan, policy, policy_id, policy_with, read, target};
use crate::cases::config;
use crate::engine::access::Grant;
use crate::engine::{Access, Choices, Plan};
use crate::platform::ImportOptions;

/// Returns the changes of access if everything is written.
fn access(file: &Json, there: &Json) -> Access {
    let plan = plan(file, there);
    let resolution = plan.resolve(&Choices::everything(&plan));
    plan.access(|index| resolution.is_written(index)).unwrap()
}

fn describe(access: &Access) -> Vec<String> {
    let line = |grant: &Grant| {
        let terms: Vec<String> = grant
            .shift
            .terms()
            .iter()
            .map(|change| format!(" {}", change.path))
            .collect();
        format!(
            "{} {} {}{}",
            grant.shift.sign(),
            grant.subject.name,
            grant.what(),
            terms.concat()
        )
    };
    access.grants().iter().map(line).collect()
}

fn there(policy: Json) -> Json {
    bundle(&[api(1), api(2)], &[policy])
}

#[test]
fn a_policy_gains_and_loses_apis_by_its_access_rights() {
    let found = access(&there(policy(1, &[2])), &there(policy(1, &[1])));
    let (gained, lost) = (
        format!("{} (API 2)", api_id(2)),
        format!("{} (API 1)", api_id(1)),
    );
    assert_eq!(
        describe(&found),
        [format!("- Policy 1 {lost}"), format!("+ Policy 1 {gained}")]
    );
    assert_eq!(
        found.to_string(),
        "1 policy gains 1 API, 1 policy loses 1 API"
    );
}

#[test]
fn versions_paths_and_limits_that_change_are_reported_one_by_one() {
    let with = |right: Json, more: Json| {
        let mut policy = policy_with(1, &[1], more);
        super::merge(&mut policy["access_rights"][&api_id(1)], right);
        there(policy)
    };
    let before = with(
        json!({"versions": ["v1"], "allowed_urls": [{"url": "/a", "methods": ["GET"]}]}),
        json!({"rate": 10, "per": 60}),
    );
    let after = with(
        json!({"versions": ["v1", "v2"], "allowed_urls": [{"url": "/a", "methods": ["GET", "POST"]}]}),
        json!({"rate": 20, "per": 60, "quota_max": 5}),
    );
    let found = access(&after, &before);
    let api = format!("{} (API 1)", api_id(1));
    assert_eq!(
        describe(&found),
        [
            "~ Policy 1 limits /quota_max /rate".to_owned(),
            format!("~ Policy 1 {api} /allowed_urls/~1a/methods/POST /versions/v2"),
        ]
    );
    assert_eq!(
        found.to_string(),
        "no policy gains or loses any API; the terms of 1 policy change"
    );
    assert!(access(&after, &after).is_empty());
}

#[test]
fn a_policy_partitioned_without_its_rights_grants_none_of_them() {
    let before = there(policy_with(
        1,
        &[1],
        json!({"partitions": {"acl": true, "quota": true}}),
    ));
    let after = there(policy_with(1, &[1], json!({"partitions": {"quota": true}})));
    assert_eq!(access(&after, &before).summary().lost.pairs, 1);
    assert_eq!(access(&before, &after).summary().gained.pairs, 1);
    let per_api = there(policy_with(
        1,
        &[1],
        json!({"partitions": {"per_api": true}}),
    ));
    assert_eq!(access(&per_api, &before).summary().lost.pairs, 0);
}

#[test]
fn a_policy_that_has_nothing_but_the_array_grants_by_it() {
    let mut by_array = policy(1, &[]);
    by_array["access_rights_array"] = json!([{"api_id": api_id(1), "api_name": "API 1"}]);
    let mut more = by_array.clone();
    let rights = more["access_rights_array"].as_array_mut().unwrap();
    rights.push(json!({"api_id": api_id(2), "api_name": "API 2"}));
    let found = access(&there(more), &there(by_array));
    assert_eq!(
        describe(&found),
        [format!("+ Policy 1 {} (API 2)", api_id(2))]
    );
}

#[test]
fn what_is_left_out_grants_nothing_new() {
    let plan = plan(&there(policy(1, &[2])), &there(policy(1, &[1])));
    let resolution = plan.resolve(&Choices::new(&plan));
    assert!(
        plan.access(|index| resolution.is_written(index))
            .unwrap()
            .is_empty()
    );
}

/// A policy by its number: the APIs with their versions, a rate, partitions.
type Drawn = (BTreeMap<u32, BTreeSet<u8>>, u32, Option<bool>);

fn policies() -> impl Strategy<Value = BTreeMap<u32, Drawn>> {
    let rights = btree_map(
        1_u32..5,
        proptest::collection::btree_set(0_u8..3, 0..3),
        0..4,
    );
    btree_map(
        1_u32..4,
        (
            rights,
            0_u32..3,
            proptest::option::weighted(0.3, any::<bool>()),
        ),
        0..4,
    )
}

fn file(policies: &BTreeMap<u32, Drawn>) -> Json {
    let policies: Vec<Json> = policies
        .iter()
        .map(|(n, (rights, rate, acl))| {
            let apis: Vec<u32> = rights.keys().copied().collect();
            let mut policy = policy_with(*n, &apis, json!({"rate": rate}));
            if let Some(acl) = acl {
                policy["partitions"] = json!({"acl": acl, "rate_limit": true});
            }
            for (api, versions) in rights {
                let versions: Vec<String> = versions
                    .iter()
                    .map(|version| format!("v{version}"))
                    .collect();
                policy["access_rights"][&api_id(*api)]["versions"] = json!(versions);
            }
            policy
        })
        .collect();
    bundle(&[1, 2, 3, 4].map(api), &policies)
}

/// What a target's documents grant: policy, API, and the versions, sorted.
fn pairs<'a>(documents: impl Iterator<Item = &'a str>) -> BTreeMap<(String, String), Vec<String>> {
    let mut pairs = BTreeMap::new();
    for policy in documents.map(|text| serde_json::from_str::<Json>(text).unwrap()) {
        let partitions = &policy["partitions"];
        if partitions["rate_limit"] == true && partitions["acl"] != true {
            continue;
        }
        for (api, right) in policy["access_rights"].as_object().into_iter().flatten() {
            let versions = right["versions"].as_array().into_iter().flatten();
            let mut versions: Vec<String> = versions
                .map(|version| version.as_str().unwrap().to_owned())
                .collect();
            versions.sort();
            pairs.insert(
                (policy["_id"].as_str().unwrap().to_owned(), api.clone()),
                versions,
            );
        }
    }
    pairs
}

fn promised(access: &Access, word: &str) -> BTreeSet<(String, String)> {
    let grants = access
        .grants()
        .iter()
        .filter(|grant| grant.shift.word() == word);
    grants
        .filter_map(|grant| {
            Some((
                grant.subject.id.key.to_string(),
                grant.object.as_ref()?.id.key.to_string(),
            ))
        })
        .collect()
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn what_is_promised_is_what_the_documents_grant_that_stand_afterwards(
        (here, there) in (policies(), policies()), left_out in vec(1_u32..4, 0..3)
    ) {
        let (here, mut target) = (read(&file(&here)), target(&file(&there)));
        let of = |target: &super::Target| -> Vec<String> {
            let policies = target.objects.iter().filter(|object| object.kind().as_str() == "policy");
            policies.map(|object| object.text.to_string()).collect()
        };
        let before = of(&target);
        let before = pairs(before.iter().map(String::as_str));
        let chosen = |plan: &Plan| {
            let left: Vec<String> = left_out.iter().map(|n| policy_id(*n)).collect();
            Choices::of(plan, |id| !left.contains(&id.key.to_string()), true)
        };
        let plan = target.plan(&here, &ImportOptions::default());
        let resolution = plan.resolve(&chosen(&plan));
        let access = plan.access(|index| resolution.is_written(index)).unwrap();
        target.apply_chosen(&here, &ImportOptions::default(), chosen);
        let after = of(&target);
        let after = pairs(after.iter().map(String::as_str));
        let less = |one: &BTreeMap<_, _>, other: &BTreeMap<_, _>| -> BTreeSet<(String, String)> {
            one.keys().filter(|sides| !other.contains_key(*sides)).cloned().collect()
        };
        prop_assert_eq!(promised(&access, "gained"), less(&after, &before));
        prop_assert_eq!(promised(&access, "lost"), less(&before, &after));
        let other = after.iter().filter(|(sides, versions)| before.get(*sides).is_some_and(|was| was != *versions));
        let changed: BTreeSet<_> = other.map(|(sides, _)| sides.clone()).collect();
        prop_assert_eq!(promised(&access, "changed"), changed);
    }
}
