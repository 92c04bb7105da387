//! The demo's files show every possible case.

use std::collections::BTreeSet;

use super::*;
use crate::platform::sp_config::DEMO;
use crate::platform::{DefaultReference, Mapping};

fn options() -> ImportOptions {
    let mapping = Mapping {
        kind: "SOURCE".into(),
        path: "$.owner.name".into(),
        from: "sandbox.admin".into(),
        to: "林雅婷 (IAM)".into(),
        enabled: true,
    };
    let default = DefaultReference {
        kind: "RULE".into(),
        id: None,
        name: Some("Cloud Correlate Manager".into()),
    };
    ImportOptions {
        mappings: vec![mapping],
        default_references: vec![default],
        ..ImportOptions::default()
    }
}

pub(super) fn demo_target() -> Target {
    Target::demo(&SpConfig)
}

fn demo(options: &ImportOptions) -> Arc<Plan> {
    demo_target().plan(&try_read(DEMO.file, options).unwrap(), options)
}

#[test]
fn the_demo_shows_every_verdict_and_every_reason() {
    let plan = demo(&ImportOptions::default());
    let lines: Vec<String> = plan
        .entries()
        .iter()
        .map(|entry| {
            format!(
                "{} {}: {}",
                entry.item.id.kind,
                entry.item.name,
                describe(entry)
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_demo_shows_every_way_to_resolve_a_reference() {
    let hows = |options: &ImportOptions| -> BTreeSet<&str> {
        let plan = demo(options);
        let references = plan.entries().iter().flat_map(|entry| &entry.references);
        references.map(|reference| reference.how.words()).collect()
    };
    assert_eq!(
        hows(&ImportOptions::default()),
        BTreeSet::from(["by id", "by name", "external", "unresolved"])
    );
    assert_eq!(
        hows(&options()),
        BTreeSet::from([
            "by id",
            "by name",
            "by mapping",
            "by default",
            "external",
            "unresolved"
        ])
    );
}

#[test]
fn the_demo_reports_no_secret() {
    for options in [ImportOptions::default(), options()] {
        let described = everything(&demo(&options));
        assert!(!described.contains("canary"), "{described}");
    }
}

#[test]
fn the_demos_target_exported_and_compared_again_is_unchanged() {
    let target = demo_target();
    let bytes = exports(&target, &ExportOptions::default()).unwrap().bytes;
    let plan = compared(
        &file::read(&SpConfig, &bytes, &ImportOptions::default()).unwrap(),
        &target,
    );
    for entry in plan.entries() {
        assert_eq!(describe(entry), "Repeat unchanged", "{}", entry.item.id);
    }
}

#[test]
fn the_demo_imported_exported_and_compared_again_is_unchanged() {
    let file = try_read(DEMO.file, &ImportOptions::default()).unwrap();
    let after = written(&file, &demo_target());
    let bytes = exports(&after, &ExportOptions::default()).unwrap().bytes;
    let plan = compared(
        &file::read(&SpConfig, &bytes, &ImportOptions::default()).unwrap(),
        &after,
    );
    assert!(plan.entries().len() > 15);
    for entry in plan.entries() {
        assert!(
            entry.is_unchanged(),
            "{}: {}",
            entry.item.id,
            describe(entry)
        );
    }
}
