//! The file that is exported.

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::engine::ItemId;
use crate::platform::{ExportOptions, MissingRoots, ObjectFilter, Selection};

fn exported(target: &Target, options: &ExportOptions) -> Any {
    serde_json::from_slice(&exports(target, options).unwrap().bytes).unwrap()
}

fn ids(file: &Any) -> Vec<&str> {
    file["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["self"]["id"].as_str().unwrap())
        .collect()
}

fn sample() -> Target {
    target(&[
        entry(
            "SOURCE",
            "s1",
            "AD",
            json!({"accountCorrelationRule": triple("RULE", "r1", "r")}),
        ),
        entry(
            "SOURCE",
            "s2",
            "HR",
            json!({"owner": triple("IDENTITY", "i", "Ann")}),
        ),
        rule("r1", "r", "x"),
        rule("r2", "q", "y"),
        entry("TRANSFORM", "t1", "t", json!({})),
    ])
}

#[test]
fn the_envelope_is_the_services_own() {
    let options = ExportOptions {
        description: "正式環境".into(),
        origin: "haiyan".into(),
        now: Some(DateTime::from_timestamp_millis(1_774_000_000_123).unwrap()),
        ..ExportOptions::default()
    };
    let mut file = exported(&sample(), &options);
    assert_eq!(
        ids(&file),
        ["t1", "r1", "r2", "s1", "s2"],
        "in the order in which they depend on each other"
    );
    file["objects"] = json!([]);
    assert_eq!(
        file,
        json!({"version": 1, "timestamp": "2026-03-20T09:46:40.123Z", "tenant": "haiyan",
               "description": "正式環境",
               "options": {"excludeTypes": [], "includeTypes": [], "objectOptions": {}}, "objects": []})
    );
}

#[test]
fn an_export_of_a_part_says_which_part() {
    let objects = [(
        "RULE".to_owned(),
        ObjectFilter {
            ids: vec!["R-1".into()],
            names: vec!["q".into()],
        },
    )];
    let selection = Selection {
        include: vec!["RULE".into()],
        exclude: vec![],
        objects: objects.into(),
    };
    let file = exported(
        &sample(),
        &ExportOptions {
            selection,
            ..ExportOptions::default()
        },
    );
    assert_eq!(ids(&file), ["r1", "r2"]);
    assert_eq!(
        file["options"],
        json!({"excludeTypes": [], "includeTypes": ["RULE"],
               "objectOptions": {"RULE": {"includedIds": ["R-1"], "includedNames": ["q"]}}})
    );
}

#[test]
fn what_was_asked_for_and_is_not_there_is_reported() {
    let selection = Selection {
        include: vec!["RULE".into(), "TAG".into()],
        ..Selection::default()
    };
    let export = exports(
        &sample(),
        &ExportOptions {
            selection,
            ..ExportOptions::default()
        },
    )
    .unwrap();
    assert_eq!(export.findings.len(), 1);
    assert_eq!(
        export.findings[0].message,
        "the target contains no objects of the requested type TAG"
    );
    let counted: Vec<_> = export
        .counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(counted, [&(kind("RULE"), 2)]);
}

#[test]
fn a_source_is_exported_with_what_it_needs_and_nothing_else() {
    let options = ExportOptions {
        roots: vec![ItemId::new(kind("SOURCE"), "S1")],
        ..ExportOptions::default()
    };
    assert_eq!(ids(&exported(&sample(), &options)), ["r1", "s1"]);
    let by_name = ExportOptions {
        roots: vec![ItemId::new(kind("SOURCE"), "HR")],
        ..ExportOptions::default()
    };
    assert_eq!(ids(&exported(&sample(), &by_name)), ["s2"]);
}

#[test]
fn a_root_that_is_not_there_or_no_source_is_missing() {
    let roots = vec![
        ItemId::new(kind("SOURCE"), "nowhere"),
        ItemId::new(kind("RULE"), "r1"),
    ];
    let options = ExportOptions {
        roots: roots.clone(),
        ..ExportOptions::default()
    };
    assert_eq!(
        exports(&sample(), &options).err(),
        Some(MissingRoots(roots))
    );
}

#[test]
fn an_empty_target_is_exported_as_an_empty_file() {
    assert!(ids(&exported(&nothing(), &ExportOptions::default())).is_empty());
}

#[test]
fn what_is_exported_is_as_it_was_imported_and_no_difference_to_it() {
    let text = "{\"objects\":[\n {\"jwsHeader\":\"h\", \"self\":{\"name\":\"r\",\"id\":\"R-1\",\"type\":\"RULE\"},\n\
                \"object\":{\"script\":\"\\u0041\\t中\",\"n\":1.50},\"jwsSignature\":\"s\",\"extra\":[1,2.0]}]}";
    let file = try_read(text, &ImportOptions::default()).unwrap();
    let there = written(&file, &nothing());
    let bytes = exports(&there, &ExportOptions::default()).unwrap().bytes;
    let again = file::read(&SpConfig, &bytes, &ImportOptions::default()).unwrap();
    assert_eq!(again.objects[0].text, file.objects[0].text);
    assert_eq!(
        describe(&compared(&again, &there).entries()[0]),
        "Repeat unchanged"
    );
}
