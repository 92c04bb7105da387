//! Whatever a file contains, nothing panics, and no secret is shown.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cases::config;
use crate::platform::sp_config::DEMO;

/// Any JSON, with known words among its names and texts.
fn json_value() -> impl Strategy<Value = Any> {
    let words = prop::sample::select(vec![
        "",
        "type",
        "id",
        "name",
        "self",
        "object",
        "SOURCE",
        "RULE",
        "TRANSFORM",
        "IDENTITY_PROFILE",
        "reference",
        "attributes",
        "sourceId",
        "jwsHeader",
        "connectorAttributes",
        "encrypted",
        "schemas",
        "中文",
        "~1/",
        "$",
    ]);
    let leaf = prop_oneof![
        Just(Any::Null),
        any::<bool>().prop_map(Any::from),
        any::<i64>().prop_map(Any::from),
        any::<f64>().prop_map(Any::from),
        words.clone().prop_map(Any::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Any::from),
            prop::collection::vec((words.clone(), inner), 0..5).prop_map(|members| {
                Any::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// Returns JSON pointers to everything in it.
fn pointers(json: &Any, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match json {
        Any::Object(object) => {
            for (name, value) in object {
                pointers(
                    value,
                    &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                    all,
                );
            }
        }
        Any::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(n, value)| pointers(value, &format!("{pointer}/{n}"), all));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(config(8))]

    #[test]
    fn any_objects_are_compared_with_any_target(file in json_value(), there in json_value()) {
        let entries = |object: &Any| vec![
            json!({"self": {"type": "SOURCE", "id": "1", "name": "n"}, "object": object}),
            json!({"self": object, "object": object}),
        ];
        let plan = plan(&entries(&file), &entries(&there));
        let left_out = plan.warnings().iter().filter(|finding| finding.code == "not-importable").count();
        prop_assert_eq!(plan.entries().len() + left_out, 2);
    }

    #[test]
    fn the_demo_with_a_part_exchanged_reports_no_secret(part in any::<prop::sample::Index>(), by in json_value()) {
        let mut json: Any = serde_json::from_str(DEMO.file).unwrap();
        let mut all = Vec::new();
        pointers(&json["objects"], "/objects", &mut all);
        *json.pointer_mut(&all[part.index(all.len())]).unwrap() = by;
        if let Ok(file) = try_read(&json.to_string(), &ImportOptions::default()) {
            let there = demo::demo_target();
            let plan = compared(&file, &there);
            prop_assert!(!everything(&plan).contains("canary"));
            written(&file, &there);
        }
    }
}
