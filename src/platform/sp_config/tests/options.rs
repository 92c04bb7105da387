//! Selecting objects of a file.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::platform::{ObjectFilter, Selection};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn select(
    include: &[&str],
    exclude: &[&str],
    objects: &[(&str, &[&str], &[&str])],
) -> ImportOptions {
    let objects: BTreeMap<String, ObjectFilter> = objects
        .iter()
        .map(|(word, ids, names)| {
            (
                (*word).to_owned(),
                ObjectFilter {
                    ids: words(ids),
                    names: words(names),
                },
            )
        })
        .collect();
    let selection = Selection {
        include: words(include),
        exclude: words(exclude),
        objects,
    };
    ImportOptions {
        selection,
        ..ImportOptions::default()
    }
}

fn selected(options: &ImportOptions) -> (Vec<String>, Vec<String>) {
    let objects = [source("AB-1", "HR"), source("2", "AD"), rule("3", "r", "x")];
    let file = read(&objects, options);
    let items = file
        .objects
        .iter()
        .map(|entry| entry.item.to_string())
        .collect();
    (
        items,
        file.findings
            .iter()
            .map(|finding| finding.message.clone())
            .collect(),
    )
}

#[test]
fn types_are_included_and_excluded_and_inclusion_goes_first() {
    assert_eq!(selected(&select(&["RULE"], &["RULE"], &[])).0, ["RULE:3"]);
    assert_eq!(
        selected(&select(&[], &["RULE"], &[])).0,
        ["SOURCE:AB-1", "SOURCE:2"]
    );
}

#[test]
fn objects_are_chosen_by_id_in_any_form_or_by_exact_name() {
    assert_eq!(
        selected(&select(&["SOURCE"], &[], &[("SOURCE", &["ab1"], &[])])).0,
        ["SOURCE:AB-1"]
    );
    assert_eq!(
        selected(&select(&[], &[], &[("SOURCE", &[], &["AD"])])).0,
        ["RULE:3", "SOURCE:2"]
    );
    assert!(
        selected(&select(&["SOURCE"], &[], &[("SOURCE", &[], &["ad"])]))
            .0
            .is_empty()
    );
}

#[test]
fn types_that_nobody_knows_are_chosen_by_the_word_that_they_stand_under() {
    let read = |options: &ImportOptions| read(&[entry("HOLOGRAM", "1", "x", json!({}))], options);
    let file = read(&select(&["OTHER"], &[], &[]));
    let codes: Vec<&str> = file.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!((file.objects.len(), codes), (1, vec!["not-importable"]));
    assert!(read(&select(&[], &["OTHER"], &[])).objects.is_empty());
}

#[test]
fn what_means_nothing_in_the_file_is_reported() {
    let options = select(
        &["SOURCE", "WORKFLOW"],
        &[],
        &[("SOURCE", &["9", "2"], &["Hr"]), ("RULE", &["3"], &[])],
    );
    assert_eq!(
        selected(&options).1,
        [
            "the file contains no objects of the requested type WORKFLOW",
            "objects of type RULE are selected, but the type is excluded",
            "the file contains no SOURCE with the id '9'",
            "the file contains no SOURCE with the name 'Hr' (case-sensitive)",
        ]
    );
}

#[test]
fn what_is_not_selected_is_no_item_and_resolves_nothing_but_in_the_target() {
    let refers = entry(
        "SOURCE",
        "1",
        "s",
        json!({"accountCorrelationRule": triple("RULE", "7", "r")}),
    );
    let (file, only_sources) = ([refers, rule("7", "r", "x")], select(&["SOURCE"], &[], &[]));
    let plan = plan_with(&file, &[], &only_sources);
    assert_eq!(plan.entries().len(), 1);
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule unresolved RULE:7 (r)"]
    );
    let plan = plan_with(&file, &[rule("7", "r", "x")], &only_sources);
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule by id RULE:7 (r)"]
    );
}
