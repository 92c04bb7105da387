//! The forms of files, and their errors.

use serde_json::json;

use super::*;
use crate::engine::Severity;
use crate::platform::document::{Product as _, blocking_findings};
use crate::source::ParseErrorKind;

const NONE: ImportOptions = ImportOptions {
    selection: crate::platform::Selection {
        include: Vec::new(),
        exclude: Vec::new(),
        objects: std::collections::BTreeMap::new(),
    },
    default_references: Vec::new(),
    mappings: Vec::new(),
    organisations: std::collections::BTreeMap::new(),
    values: Vec::new(),
    ignore: Vec::new(),
};

fn items(text: &str) -> Vec<String> {
    try_read(text, &NONE)
        .unwrap()
        .objects
        .iter()
        .map(|entry| format!("{} {}", entry.path, entry.item))
        .collect()
}

#[test]
fn an_envelope_objects_alone_and_a_bare_list_are_read() {
    let one = r#"{"version":1,"self":{"id":"7","type":"SOURCE","name":"HR"},"object":{}}"#;
    let envelope = format!(
        r#"{{"version":1,"timestamp":"2021-05-10T15:19:23.425041-05:00","tenant":"t","description":null,
           "options":{{"excludeTypes":null,"includeTypes":[],"objectOptions":null}},"objects":[{one}]}}"#
    );
    assert_eq!(items(&envelope), ["/objects/0 SOURCE:7"]);
    assert_eq!(
        items(&format!(r#"{{"objects":[{one}]}}"#)),
        ["/objects/0 SOURCE:7"]
    );
    assert_eq!(items(&format!("[{one}]")), ["/0 SOURCE:7"]);
}

#[test]
fn files_are_recognised_by_their_objects() {
    assert!(SpConfig.recognises("objects") && SpConfig.recognises("self"));
    assert!(!SpConfig.recognises("version"));
    let found = crate::platform::detect(br#"{"version":1,"tenant":"t","objects":[]}"#).unwrap();
    assert_eq!(found.name(), "sp-config");
    let found = crate::platform::detect(br#"[{"version":1,"self":{},"object":{}}]"#).unwrap();
    assert_eq!(found.name(), "sp-config");
}

#[test]
fn every_entry_keeps_its_text_byte_for_byte() {
    let text = "{\"objects\":[ {\"self\" : {\"type\":\"SOURCE\",\"id\":\"7\"},\r\n\t\"object\":{\"n\":10.0,\"e\":\"\\u00e9\"}} ]}";
    let file = try_read(text, &NONE).unwrap();
    assert_eq!(
        &*file.objects[0].text,
        text.get(13..text.len() - 3).unwrap()
    );
}

#[test]
fn nulls_are_taken_for_what_is_not_there() {
    assert!(items(r#"{"objects":null}"#).is_empty());
    let file = try_read(r#"{"objects":[null]}"#, &NONE).unwrap();
    assert!(file.objects.is_empty());
    assert_eq!(file.findings[0].code, "null-entry");
}

#[test]
fn what_is_no_such_file_is_refused_with_its_place() {
    for (text, path) in [
        ("7", ""),
        ("{}", ""),
        (r#"{"objects":{}}"#, "/objects"),
        (r#"{"objects":[7]}"#, "/objects/0"),
        (r#"[[]]"#, "/0"),
    ] {
        let error = try_read(text, &NONE).unwrap_err();
        assert_eq!(
            (error.kind, error.path.as_str()),
            (ParseErrorKind::Shape, path),
            "{text}"
        );
    }
}

#[test]
fn a_file_of_another_version_is_read_with_a_warning() {
    let file = try_read(r#"{"version":2,"objects":[]}"#, &NONE).unwrap();
    assert_eq!(file.findings[0].code, "unknown-version");
    assert_eq!(file.findings[0].severity, Severity::Warning);
}

#[test]
fn only_seven_types_are_items_and_the_others_are_noted() {
    for known in &super::super::types::TYPES {
        let mut object = entry(known.word, "1", "x", json!({}));
        object["jwsHeader"] = json!("h");
        object["jwsSignature"] = json!("s");
        let plan = plan(&[object], &[]);
        let described: Vec<String> = plan.entries().iter().map(describe).collect();
        let noted: Vec<&str> = plan
            .warnings()
            .iter()
            .map(|finding| &*finding.code)
            .collect();
        let wanted = if known.importable {
            (vec!["Add".to_owned()], vec![])
        } else {
            (vec![], vec!["not-importable"])
        };
        assert_eq!((described, noted), wanted, "{}", known.word);
    }
}

#[test]
fn what_can_only_be_exported_is_counted_by_type_in_one_note() {
    let objects = ["ROLE", "HOLOGRAM", "ROLE", "SOURCE"].iter().enumerate();
    let plan = plan(
        &objects
            .map(|(index, word)| entry(word, &index.to_string(), "x", json!({})))
            .collect::<Vec<_>>(),
        &[],
    );
    assert_eq!(plan.entries().len(), 1);
    let [note] = plan.warnings() else {
        panic!("{:?}", plan.warnings())
    };
    assert_eq!(
        note.message,
        "3 objects cannot be imported, only exported, and are skipped: 1 HOLOGRAM (unknown type), 2 ROLE"
    );
}

#[test]
fn what_lacks_its_type_its_id_or_its_object_is_blocked() {
    let mut without_object = source("3", "c");
    without_object["object"] = json!(null);
    let plan = plan(
        &[
            json!({"self": {"id": "1", "name": "a"}, "object": {}}),
            json!({"self": {"type": "SOURCE", "id": null, "name": "b"}, "object": {}}),
            without_object,
            json!({"object": {"id": "4"}}),
            json!({}),
        ],
        &[],
    );
    assert_eq!(status(&plan, "OTHER:1"), "Cannot add: missing-type");
    assert_eq!(
        status(&plan, "SOURCE:(/objects/1)"),
        "Cannot add: missing-id"
    );
    assert_eq!(status(&plan, "SOURCE:3"), "Cannot add: missing-object");
    assert_eq!(
        message(&plan, "SOURCE:3"),
        "its object is null, not an object"
    );
    assert_eq!(
        status(&plan, "OTHER:(/objects/3)"),
        "Cannot add: missing-type"
    );
    assert_eq!(
        status(&plan, "OTHER:(/objects/4)"),
        "Cannot add: missing-type"
    );
}

#[test]
fn what_has_no_name_goes_by_its_id() {
    let nameless = json!({"self": {"type": "SOURCE", "id": "1", "name": null}, "object": {"x": 1}});
    let plan = plan(std::slice::from_ref(&nameless), &[]);
    assert_eq!(status(&plan, "SOURCE:1"), "Add");
    assert_eq!(&*of(&plan, "SOURCE:1").item.name, "");
    let inner = json!({"self": {"type": "SOURCE", "id": "1"}, "object": {"name": "HR"}});
    assert_eq!(
        &*of(&super::plan(&[inner], &[]), "SOURCE:1").item.name,
        "HR"
    );
}

#[test]
fn an_id_twice_in_the_file_blocks_both() {
    let plan = plan(
        &[source("ab-12", "a"), source("AB12", "b"), source("9", "c")],
        &[],
    );
    assert_eq!(
        status(&plan, "SOURCE:ab-12"),
        "Cannot add: duplicate-in-file"
    );
    assert_eq!(
        status(&plan, "SOURCE:AB12"),
        "Cannot add: duplicate-in-file"
    );
    assert_eq!(
        message(&plan, "SOURCE:ab-12"),
        "SOURCE 'ab-12' occurs 2 times in the file: at /objects/0, /objects/1"
    );
    assert_eq!(status(&plan, "SOURCE:9"), "Add");
}

#[test]
fn an_id_may_stand_twice_under_two_types() {
    let plan = plan(
        &[source("1", "a"), entry("TRANSFORM", "1", "a", json!({}))],
        &[],
    );
    assert_eq!(
        (status(&plan, "SOURCE:1"), status(&plan, "TRANSFORM:1")),
        ("Add".to_owned(), "Add".to_owned())
    );
}

#[test]
fn a_source_of_non_employees_is_refused_however_it_says_so() {
    for object in [
        json!({"type": "Non-Employee"}),
        json!({"type": "NON_EMPLOYEE"}),
        json!({"type": "NonEmployeeSource"}),
        json!({"type": "Non-Employee Lifecycle Management"}),
        json!({"type": "NELM"}),
        json!({"type": "x", "connectorName": "Non Employee"}),
        json!({"type": "x", "connector": "non-employee-angularsc"}),
        json!({"type": "x", "connectorScriptName": "non-employee-angularsc"}),
        json!({"type": "x", "connectorAttributes": {"connectorName": "Non-Employee"}}),
        json!({"type": "x", "connectorAttributes": {"cloudOriginalApplicationType": "nonEmployee"}}),
        json!({"type": "x", "connectorAttributes": {"nonEmployee": "true"}}),
        json!({"type": "x", "isNonEmployeeSource": true}),
    ] {
        let plan = plan(&[entry("SOURCE", "1", "s", object.clone())], &[]);
        assert_eq!(
            status(&plan, "SOURCE:1"),
            "Cannot add: non-employee-source",
            "{object}"
        );
    }
    for object in [
        json!({"type": "Non-Employee Risk Management"}),
        json!({"type": "DelimitedFile", "name": "Non-Employees", "description": "non-employee"}),
        json!({"type": "x", "connectorAttributes": {"nonEmployee": "false", "cloudDisplayName": "Non-Employees"}}),
    ] {
        let plan = plan(&[entry("SOURCE", "1", "s", object.clone())], &[]);
        assert_eq!(status(&plan, "SOURCE:1"), "Add", "{object}");
    }
}

#[test]
fn a_rule_without_both_parts_of_its_signature_is_refused() {
    for part in ["jwsHeader", "jwsSignature"] {
        for nothing in [json!(null), json!("")] {
            let mut rule = rule("1", "r", "return 1;");
            rule[part] = nothing;
            assert_eq!(
                status(&plan(&[rule], &[]), "RULE:1"),
                "Cannot add: signature-missing",
                "{part}"
            );
        }
    }
    let connector = entry("CONNECTOR_RULE", "1", "r", json!({}));
    assert_eq!(
        status(&plan(&[connector], &[]), "CONNECTOR_RULE:1"),
        "Add",
        "others have none"
    );
}

#[test]
fn what_no_database_stores_is_blocked_with_its_place() {
    let plan = plan(
        &[entry("SOURCE", "1", "n", json!({"description": "a\u{0}b"}))],
        &[],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Cannot add: not-storable");
    assert!(message(&plan, "SOURCE:1").starts_with("/objects/0/object/description holds a NUL"));
}

#[test]
fn an_id_that_fits_into_no_key_is_blocked() {
    let id = "x".repeat(1001);
    assert_eq!(
        status(&plan(&[source(&id, "n")], &[]), &format!("SOURCE:{id}")),
        "Cannot add: not-storable"
    );
}

#[test]
fn an_object_that_gives_itself_another_id_than_its_entry_is_reported() {
    let other = entry("SOURCE", "1", "n", json!({"id": "2"}));
    assert_eq!(warnings(&plan(&[other], &[]), "SOURCE:1"), ["id-mismatch"]);
    let same = entry("SOURCE", "ab12", "n", json!({"id": "AB-12"}));
    assert!(warnings(&plan(&[same], &[]), "SOURCE:ab12").is_empty());
}

#[test]
fn blocking_reasons_are_reported_without_a_target() {
    let file = read(
        &[
            rule("1", "r", "x"),
            entry("WORKFLOW", "2", "w", json!({})),
            entry("SOURCE", "", "n", json!({})),
        ],
        &NONE,
    );
    let described: Vec<String> = blocking_findings(&SpConfig, &file, &NONE)
        .iter()
        .map(|finding| {
            format!(
                "{:?} {} {}",
                finding.severity,
                finding.code,
                finding.path.as_deref().unwrap()
            )
        })
        .collect();
    assert_eq!(described, ["Error missing-id /objects/2"]);
    let codes: Vec<&str> = file.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!(codes, ["not-importable"], "it is noted of the file");
}
