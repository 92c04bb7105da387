//! Exports: each import's own format, bodies as they were received.

use serde_json::{Value as Json, json};

use super::{
    BANK, SECURITIES, api, api_id, api_with, bundle, exports, organisation, plan, policy,
    policy_id, target,
};
use crate::engine::{ItemId, Kind};
use crate::platform::{ExportOptions, MissingRoots, Selection};

fn only(kinds: &[&str]) -> ExportOptions {
    let include = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    ExportOptions {
        selection: Selection {
            include,
            ..Selection::default()
        },
        ..ExportOptions::default()
    }
}

fn exported(there: &Json, options: &ExportOptions) -> Json {
    serde_json::from_slice(&exports(&target(there).objects, options).unwrap().bytes).unwrap()
}

#[test]
fn everything_stands_side_by_side_in_a_stable_order() {
    let file = bundle(&[api(2), api(1)], &[policy(2, &[]), policy(1, &[1])]);
    assert_eq!(
        exported(&file, &ExportOptions::default()),
        json!({"organisations": [organisation(BANK)], "apis": [api(1), api(2)], "pages": 1, "Data": [policy(1, &[1]), policy(2, &[])], "Pages": 1})
    );
    let counts = exports(&target(&file).objects, &ExportOptions::default())
        .unwrap()
        .counts;
    assert_eq!(
        counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
        [1, 2, 2]
    );
}

#[test]
fn one_kind_alone_is_in_the_format_of_its_import() {
    let mut file = bundle(&[api(1)], &[policy(1, &[1])]);
    assert_eq!(
        exported(&file, &only(&["organisation"])),
        organisation(BANK)
    );
    assert_eq!(
        exported(&file, &only(&["api"])),
        json!({"apis": [api(1)], "pages": 1})
    );
    assert_eq!(
        exported(&file, &only(&["policy"])),
        json!({"Data": [policy(1, &[1])], "Pages": 1})
    );
    file["organisations"]
        .as_array_mut()
        .unwrap()
        .push(organisation(SECURITIES));
    assert_eq!(
        exported(&file, &only(&["organisation"])),
        json!({"organisations": [organisation(BANK), organisation(SECURITIES)], "pages": 0})
    );
    assert_eq!(
        exported(&json!({"apis": []}), &only(&["organisation"])),
        json!({"organisations": [], "pages": 0})
    );
}

#[test]
fn bodies_come_back_byte_for_byte() {
    let text = "{ \"_id\":\"57ed12fc30c55e6b890d37d8\",\n \"access_rights\" : {\"a\":{\"apiid\":\"a\",\"x\":1.0}}, \"未知\":[1e3] }";
    let there: Json = serde_json::from_str(text).unwrap();
    let mut objects = target(&there).objects;
    objects[0].text = text.into();
    let bytes = exports(&objects, &ExportOptions::default()).unwrap().bytes;
    assert!(String::from_utf8(bytes).unwrap().contains(text));
}

#[test]
fn a_bare_definition_gets_the_wrapper_that_the_import_wants() {
    let bare = api(1)["api_definition"].clone();
    let there = json!({"organisations": [organisation(BANK)], "apis": [bare]});
    assert_eq!(
        exported(&there, &only(&["api"])),
        json!({"apis": [{"api_definition": bare}], "pages": 1})
    );
    assert_eq!(
        plan(&exported(&there, &ExportOptions::default()), &there)
            .summary()
            .unchanged,
        2
    );
}

#[test]
fn an_api_comes_with_all_that_it_needs_and_nothing_else() {
    let cycle = api_with(
        1,
        json!({"jwt_default_policies": [policy_id(1)], "definition": {"versions": {"v2": api_id(2)}}}),
    );
    let mut file = bundle(
        &[cycle, api(2), api(3), api(4)],
        &[policy(1, &[1, 3, 9]), policy(2, &[4])],
    );
    file["organisations"]
        .as_array_mut()
        .unwrap()
        .push(organisation(SECURITIES));
    file["organisations"][0]["apis"] = json!([{"api_id": api_id(4), "api_human_name": "API 4"}]);
    let options = ExportOptions {
        roots: vec![ItemId::new(Kind::of("api"), api_id(1))],
        ..ExportOptions::default()
    };
    let out = exports(&target(&file).objects, &options).unwrap();
    let json: Json = serde_json::from_slice(&out.bytes).unwrap();
    let keys = |list: &str, pointer: &str| -> Vec<String> {
        json[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|object| {
                object
                    .pointer(pointer)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(keys("organisations", "/id"), [BANK]);
    assert_eq!(
        keys("apis", "/api_definition/api_id"),
        [api_id(1), api_id(2), api_id(3)]
    );
    assert_eq!(keys("Data", "/_id"), [policy_id(1)]);
    assert_eq!(out.findings.len(), 1, "{:?}", out.findings);
    assert_eq!(out.findings[0].code, "dangling-reference");
}

#[test]
fn a_root_that_is_not_there_is_refused() {
    let roots = vec![
        ItemId::new(Kind::of("api"), "nowhere"),
        ItemId::new(Kind::of("policy"), policy_id(1)),
    ];
    let options = ExportOptions {
        roots: roots.clone(),
        ..ExportOptions::default()
    };
    assert_eq!(
        exports(&target(&bundle(&[], &[policy(1, &[])])).objects, &options).err(),
        Some(MissingRoots(roots))
    );
}

#[test]
fn what_is_exported_is_read_again_without_a_difference() {
    let file = bundle(&[api(1), api(2)], &[policy(1, &[1, 9])]);
    for options in [
        ExportOptions::default(),
        only(&["organisation"]),
        only(&["api"]),
        only(&["policy"]),
    ] {
        let out = exported(&file, &options);
        let plan = plan(&out, &file);
        assert_eq!(plan.summary().unchanged, plan.entries().len());
        assert!(!plan.entries().is_empty());
    }
}
